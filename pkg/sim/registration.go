package sim

import (
	"errors"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

// Registration is one resource a program registered.
type Registration struct {
	Type, Name string
	URN        resource.URN
	ID         string // "" for components, and during a preview
	Custom     bool   // false for components
	Parent     resource.URN
	Provider   resource.URN   // of the explicit provider, "" for the default one
	DependsOn  []resource.URN // sorted; explicit ones and those of the properties
	// PropertyDependencies are the resources each input's value comes from.
	PropertyDependencies map[string][]resource.URN
	Aliases              []string
	IgnoreChanges        []string
	Protect              bool
	RetainOnDelete       bool
	DeleteBeforeReplace  bool
	Inputs               resource.PropertyMap // without secret wrappers; unknown values kept
	Secrets              []string             // sorted names of the inputs that hold a secret
	Outputs              resource.PropertyMap
}

var errNoRequest = errors.New("the Pulumi SDK gave the mocks neither a registration nor a read")

// readRegistration reads the whole request: the SDK's own arguments leave out unknown inputs.
func readRegistration(args pulumi.MockResourceArgs) (Registration, error) {
	registered := Registration{Type: args.TypeToken, Name: args.Name, Custom: args.Custom}
	if read := args.ReadRPC; read != nil {
		registered.Parent, registered.Provider = resource.URN(read.GetParent()), providerURN(read.GetProvider())
		registered.DependsOn = urns(read.GetDependencies())
		return registered.finish(read.GetProperties())
	}
	rpc := args.RegisterRPC
	if rpc == nil {
		return registered, errNoRequest
	}
	registered.Parent, registered.Provider = resource.URN(rpc.GetParent()), providerURN(rpc.GetProvider())
	registered.DependsOn = urns(rpc.GetDependencies())
	registered.Protect, registered.RetainOnDelete = rpc.GetProtect(), rpc.GetRetainOnDelete()
	registered.DeleteBeforeReplace = rpc.GetDeleteBeforeReplace()
	registered.IgnoreChanges = rpc.GetIgnoreChanges()
	registered.Aliases = aliases(rpc)
	for property, sources := range rpc.GetPropertyDependencies() {
		if len(sources.GetUrns()) > 0 {
			if registered.PropertyDependencies == nil {
				registered.PropertyDependencies = map[string][]resource.URN{}
			}
			registered.PropertyDependencies[property] = urns(sources.GetUrns())
		}
	}
	return registered.finish(rpc.GetObject())
}

// finish fills in the inputs and what is derived.
func (r Registration) finish(object *structpb.Struct) (Registration, error) {
	inputs, err := plugin.UnmarshalProperties(object, plugin.MarshalOptions{
		KeepUnknowns: true, KeepSecrets: true, KeepResources: true,
	})
	if err != nil {
		return r, err
	}
	r.Inputs = plainMap(inputs)
	for key, value := range inputs {
		if value.ContainsSecrets() {
			r.Secrets = append(r.Secrets, string(key))
		}
	}
	slices.Sort(r.Secrets)
	parent := ""
	project, stack := "project", "stack"
	if r.Parent != "" {
		project, stack = string(r.Parent.Project()), string(r.Parent.Stack())
		if r.Parent.QualifiedType() != resource.RootStackType {
			parent = string(r.Parent.QualifiedType()) + "$"
		}
	}
	r.URN = resource.URN("urn:pulumi:" + stack + "::" + project + "::" + parent + r.Type + "::" + r.Name)
	return r, nil
}

func providerURN(reference string) resource.URN {
	if end := strings.LastIndex(reference, "::"); end >= 0 {
		return resource.URN(reference[:end])
	}
	return ""
}

func urns(texts []string) []resource.URN {
	list := make([]resource.URN, len(texts))
	for i, text := range texts {
		list[i] = resource.URN(text)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func aliases(rpc *pulumirpc.RegisterResourceRequest) []string {
	list := slices.Clone(rpc.GetAliasURNs())
	for _, alias := range rpc.GetAliases() {
		if urn := alias.GetUrn(); urn != "" {
			list = append(list, urn)
		} else if spec := alias.GetSpec(); spec != nil {
			list = append(list, strings.Trim(spec.GetType()+"::"+spec.GetName(), ":"))
		}
	}
	return list
}
