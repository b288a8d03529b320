package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// row is all the simulated cloud knows of one resource type beyond its schema. A zero field means "nothing special".
//
// Property names are paths: "rules.applyServerSideEncryptionByDefault.kmsMasterKeyId" reaches through nested objects,
// and through every element of a list on the way.
type row struct {
	Token string
	// Kind groups types that are one thing to the cloud (a default security group is a security group); Token if empty.
	Kind string
	// Scope is where one lives and where references to it are looked up.
	Scope scope

	// Prefix makes ids like "vpc-0123456789abcdef0", and makes every string of that form a reference that must exist.
	Prefix string
	// ID makes the id of types without a prefix: a name, an ARN, another resource's id.
	ID maker
	// Attached marks a type whose id is another resource's (a bucket's policy): nothing refers to it by id.
	Attached bool
	// Autoname is the property that gets "<logical name>-<seven characters>" when the program leaves it out.
	Autoname autoname

	// Computed are the outputs only the cloud can know: unknown during a preview unless the program gave a value.
	Computed map[string]maker
	// Absent are outputs the cloud leaves out.
	Absent []string
	// Live names computed outputs that are made anew by every update.
	Live []string
	// Follows names, for computed outputs, the input that decides them: they are made anew when it changes.
	Follows map[string]string
	// Defaults are the values of properties left out, known during a preview.
	Defaults map[string]any

	// Replace names the properties that cannot be changed in place.
	Replace []string
	// DeleteFirst says a replacement cannot stand beside what it replaces.
	DeleteFirst bool
	// Sets names the lists whose order means nothing; Documents the strings compared as JSON.
	Sets, Documents []string

	// Actions are the IAM actions the calls need; a row without any is open to every caller.
	Actions actions

	// Valid judges single properties while the program is checked, before anything is made; previews see it too.
	Valid map[string]validator
	// Check judges several properties together at the same moment. It sees inputs only and unknown values are absent.
	Check []rule
	// Create, Update and Delete are what the cloud refuses once the call is made; all of the inventory is known.
	Create, Update, Delete []rule
	// Effect does what reaches beyond the inventory, after every rule agreed.
	Effect func(r *request) *Error

	// Found is what the cloud has under an id without any program having made it: the accounts a simulation begins with.
	// nil for nothing. Reads, updates and deletions act on it as on any other.
	Found func(r *request) resource.PropertyMap

	// Refs names the properties that hold the id, the ARN or the name of a resource of a kind. Ids with a Prefix need no
	// entry.
	Refs map[string]string
	// Weak names the references that do not keep their target from being deleted.
	Weak []string
	// Within names the property that holds the id of the container this resource vanishes with; implies Weak.
	Within string
	// NotFound is how a reference to a missing one is refused; InUse how deleting a referenced one is. No InUse, no refusal.
	NotFound, InUse *refusal
	// Sight says who sees one beyond its own account and region; nil: nobody.
	Sight sight
	// Foreign names the properties that hold ids of other accounts or regions, which only the row's rules judge.
	Foreign []string
	Unique  []unique
	Quotas  []quota

	Latency latency

	schema *resourceSchema
}

// actions are the IAM actions that a type's calls need. "ec2:CreateVpc" is judged on Resource; what follows a space is
// a template of its own, "iam:PassRole {iamRoleArn}", and an action whose template gives nothing is not needed.
type actions struct {
	// Create, Update, Delete and Read must be allowed all together.
	Create, Update, Delete, Read []string
	// Resource is the template of the ARN the actions are done to; "" is "{arn}", the row's own ARN, "*" for actions that
	// know no resource.
	Resource string
	// Target is the ARN in place of Resource, where no template gives it.
	Target func(r *request) string
	// Context are condition keys the calls carry besides those of every call (request.context).
	Context func(r *request) map[string][]string
}

// scope is where resources of a type live.
type scope int

const (
	regional scope = iota // in one account and region
	account               // in one account, seen from every region (IAM)
)

type (
	// maker makes one value the cloud decides. It sees the inputs, defaults filled in, and the id.
	maker func(r *request) resource.PropertyValue
	// sight says whether calls at a place see a resource of another place.
	sight func(m *model, record *Resource, at place) bool
	// rule refuses a call, or returns nil.
	rule func(r *request) *Error
	// validator says what is wrong with a known value, or "".
	validator func(value resource.PropertyValue) string
)

// unique refuses a second resource with the same values of By.
type unique struct {
	By     []string
	Global bool // across all accounts and regions
	refusal
}

// quota refuses more than Limit resources with the same values of Per in one account and region.
type quota struct {
	Limit int
	Per   []string
	refusal
}

// autoname is how a name left out is made up.
type autoname struct {
	Property string
	Limit    int // longest name the cloud takes
	Lower    bool
}

// latency is how long the cloud usually takes.
type latency struct {
	Create, Update, Delete time.Duration
	Source                 string
	// Variant is how long it takes for those resources whose input has a value; nil for types that are all alike.
	Variant *variant
}

// variant is the time of the resources of a type whose input has a value.
type variant struct {
	Property, Value        string
	Create, Update, Delete time.Duration
}

// registry is every row, with its schema.
type registry struct {
	rows     map[string]*row
	schemas  map[string]*packageSchema
	prefixes map[string]*row // by id prefix
	kinds    map[string]*row // the row that says NotFound for a kind
}

// newRegistry is the registry of all types.
func newRegistry() (*registry, error) { return registryOf(groups()...) }

// registryOf reads the schemas and rows; a row without schema, or a property its schema does not have, is an error.
func registryOf(groups ...[]row) (*registry, error) {
	schemas, err := loadSchemas()
	if err != nil {
		return nil, err
	}
	schemas[kubePackage] = kubeSchema()
	reg := &registry{
		rows: map[string]*row{}, schemas: schemas, prefixes: map[string]*row{}, kinds: map[string]*row{},
	}
	for _, group := range groups {
		for i := range group {
			if err := reg.add(&group[i]); err != nil {
				return nil, err
			}
		}
	}
	return reg, nil
}

func (g *registry) add(t *row) error {
	schema := g.schema(t.Token)
	if schema == nil {
		return fmt.Errorf("registry: %s has no schema; add it to schema/types.txt and generate", t.Token)
	}
	if g.rows[t.Token] != nil {
		return fmt.Errorf("registry: %s has two rows", t.Token)
	}
	for _, property := range t.properties() {
		name, _, _ := strings.Cut(property, ".")
		_, output := schema.Outputs[name]
		if _, input := schema.Inputs[name]; !input && !output {
			return fmt.Errorf("registry: %s has no property %q", t.Token, property)
		}
	}
	if t.Prefix == "" && t.ID == nil {
		return fmt.Errorf("registry: %s has neither Prefix nor ID", t.Token)
	}
	if t.Kind == "" {
		t.Kind = t.Token
	}
	t.schema = schema
	g.rows[t.Token] = t
	if t.Prefix != "" && (g.prefixes[t.Prefix] == nil || t.NotFound != nil) {
		g.prefixes[t.Prefix] = t
	}
	if g.kinds[t.Kind] == nil || t.NotFound != nil {
		g.kinds[t.Kind] = t
	}
	return nil
}

// properties are all the property paths the row speaks of.
func (t *row) properties() []string {
	all := slices.Concat(t.Absent, t.Live, t.Replace, t.Sets, t.Documents, t.Weak, t.Foreign)
	for name := range t.Computed {
		all = append(all, name)
	}
	for name := range t.Defaults {
		all = append(all, name)
	}
	for output, input := range t.Follows {
		all = append(all, output, input)
	}
	for name := range t.Valid {
		all = append(all, name)
	}
	for name := range t.Refs {
		all = append(all, name)
	}
	for _, limit := range t.Quotas {
		all = append(all, limit.Per...)
	}
	for _, once := range t.Unique {
		all = append(all, once.By...)
	}
	for _, single := range []string{t.Within, t.Autoname.Property} {
		if single != "" {
			all = append(all, single)
		}
	}
	return all
}

// schema is the schema of a resource type, or nil.
func (g *registry) schema(token string) *resourceSchema {
	pkg, _, _ := strings.Cut(token, ":")
	if schema := g.schemas[pkg]; schema != nil {
		return schema.Resources[token]
	}
	return nil
}

// types are the nested object types of a token's package.
func (g *registry) types(token string) map[string]map[string]kind {
	pkg, _, _ := strings.Cut(token, ":")
	if schema := g.schemas[pkg]; schema != nil {
		return schema.Types
	}
	return nil
}
