package guard

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Resource is one resource as a program registered it.
type Resource struct {
	URN, Type, Name string
	Parent          string // URN
	Provider        string // URN of the explicit provider, "" for the default one
	Custom          bool   // false for components
	ID              string // "" before it is made
	Protect         bool
	// Inputs and Outputs hold bool, float64, string, nil, Unknown, []any and map[string]any. Outputs may be absent.
	Inputs, Outputs map[string]any
	// Sources are the URNs of the resources each input's value comes from. Without them, relations are found by value.
	Sources map[string][]string
	Secrets []string // names of the inputs that hold a secret
}

// Unknown stands for a value that is not known before an update.
type Unknown struct{}

func isUnknown(v any) bool {
	_, is := v.(Unknown)
	return is
}

// hasUnknown says whether a value or anything in it is not known yet.
func hasUnknown(v any) bool {
	switch t := v.(type) {
	case []any:
		return slices.ContainsFunc(t, hasUnknown)
	case map[string]any:
		for _, one := range t {
			if hasUnknown(one) {
				return true
			}
		}
	}
	return isUnknown(v)
}

// unknownText is how the engine writes an unknown string in events and plans (plugin.UnknownStringValue).
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

// New is a custom resource with these inputs; the caller fills in what else is known.
func New(urn resource.URN, inputs resource.PropertyMap) Resource {
	r := Resource{
		URN: string(urn), Type: string(urn.Type()), Name: urn.Name(),
		Custom: !strings.HasPrefix(string(urn.Type()), "pulumi:"), Inputs: Values(inputs),
	}
	for key, value := range inputs {
		if value.ContainsSecrets() {
			r.Secrets = append(r.Secrets, string(key))
		}
	}
	slices.Sort(r.Secrets)
	return r
}

// Values are properties as plain values: secrets unwrapped, unknown values as Unknown.
func Values(properties resource.PropertyMap) map[string]any {
	plain := make(map[string]any, len(properties))
	for key, value := range properties {
		plain[string(key)] = plainValue(value)
	}
	return plain
}

func plainValue(v resource.PropertyValue) any {
	switch {
	case v.IsComputed(), v.IsOutput() && !v.OutputValue().Known, v.IsString() && v.StringValue() == unknownText:
		return Unknown{}
	case v.IsOutput():
		return plainValue(v.OutputValue().Element)
	case v.IsSecret():
		return plainValue(v.SecretValue().Element)
	case v.IsResourceReference():
		return plainValue(v.ResourceReferenceValue().ID)
	case v.IsArray():
		list := make([]any, len(v.ArrayValue()))
		for i, element := range v.ArrayValue() {
			list[i] = plainValue(element)
		}
		return list
	case v.IsObject():
		return Values(v.ObjectValue())
	}
	return v.V
}

// token is the whole token of an AWS type: "s3/BucketV2" is aws:s3/bucketV2:BucketV2.
func token(short string) string {
	module, name, _ := strings.Cut(short, "/")
	return "aws:" + module + "/" + strings.ToLower(name[:1]) + name[1:] + ":" + name
}

func tokens(short ...string) []string {
	all := make([]string, len(short))
	for i, one := range short {
		all[i] = token(one)
	}
	return all
}
