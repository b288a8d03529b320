package network

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
	"aws-platform/pkg/sim"
)

const testAccount = "111111111111"

// fullVPC is what most tests start from: three zones, every tier, a NAT gateway per zone.
func fullVPC() config.VPC {
	return config.VPC{
		CIDR: "10.16.0.0/16", Zones: []string{"a", "b", "c"}, Tiers: []string{Public, Private, Data, Transit},
		Layout: roomy, NAT: natPerZone,
	}
}

// with is a VPC with something changed.
func with(change func(*config.VPC)) config.VPC {
	cfg := fullVPC()
	change(&cfg)
	return cfg
}

func testScope() naming.Scope {
	return naming.Scope{
		Project: "aws-platform", Organization: "acme", Environment: "dev", Region: "eu-west-1", AccountID: testAccount,
		Partition: "aws", Owner: "net@acme.example", CostCenter: "cc-1",
	}
}

// mocked is what a program registered, every id and ARN the cloud gave written as the logical name it belongs to:
// "<main-vpc>", "<main-flow-log-group.arn>".
type mocked struct {
	t     *testing.T
	all   []sim.Registration
	named *strings.Replacer
}

// makeVPC runs a program that makes VPC "main".
func makeVPC(t *testing.T, cfg config.VPC) mocked {
	t.Helper()
	return makeArgs(t, sim.MockOptions{}, VpcArgs{Scope: testScope(), Config: cfg})
}

func makeArgs(t *testing.T, options sim.MockOptions, args VpcArgs) mocked {
	t.Helper()
	return run(t, options, func(ctx *pulumi.Context) error {
		_, err := NewVpc(ctx, "main", &args)
		return err
	})
}

func run(t *testing.T, options sim.MockOptions, program pulumi.RunFunc) mocked {
	t.Helper()
	options.Account = testAccount
	mocks := sim.NewMocks(options)
	require.NoError(t, pulumi.RunErr(program, pulumi.WithMocks("aws-platform", "dev", mocks), func(info *pulumi.RunInfo) {
		info.DryRun = options.Preview
	}))
	return mocked{t, mocks.Registrations(), renamer(mocks.Registrations())}
}

// renamer writes logical names for ids and ARNs. Where a setting shares its owner's id, as a bucket's do, the shorter
// name, the owner's, counts.
func renamer(all []sim.Registration) *strings.Replacer {
	names := map[string]string{}
	claim := func(value, name string) {
		if old, taken := names[value]; value != "" && (!taken || len(name) < len(old)) {
			names[value] = name
		}
	}
	for _, r := range all {
		if !r.Custom {
			continue
		}
		if r.ID != "eu-west-1" && r.ID != testAccount { // settings of a whole region or account
			claim(r.ID, "<"+r.Name+">")
		}
		if arn := r.Outputs["arn"]; arn.IsString() {
			claim(arn.StringValue(), "<"+r.Name+".arn>")
		}
	}
	var pairs []string
	// Longest first: an id may be the beginning of another.
	for _, value := range slices.SortedFunc(maps.Keys(names), func(a, b string) int {
		return len(b)*1000 - len(a)*1000 + strings.Compare(a, b)
	}) {
		pairs = append(pairs, value, names[value])
	}
	return strings.NewReplacer(pairs...)
}

// get is the one registration of that logical name.
func (m mocked) get(name string) sim.Registration {
	m.t.Helper()
	var found []sim.Registration
	for _, r := range m.all {
		if r.Name == name {
			found = append(found, r)
		}
	}
	require.Len(m.t, found, 1, "resources called %q", name)
	return found[0]
}

// inputs are a resource's inputs but its tags.
func (m mocked) inputs(name string) map[string]any {
	m.t.Helper()
	inputs, _ := m.rename(m.get(name).Inputs.Mappable()).(map[string]any)
	delete(inputs, "tags")
	return inputs
}

func (m mocked) rename(value any) any {
	switch value := value.(type) {
	case string:
		return m.named.Replace(value)
	case []any:
		for i := range value {
			value[i] = m.rename(value[i])
		}
	case map[string]any:
		for key := range value {
			value[key] = m.rename(value[key])
		}
	}
	return value
}

// input is one text input.
func (m mocked) input(name string, key resource.PropertyKey) string {
	m.t.Helper()
	value := m.get(name).Inputs[key]
	require.True(m.t, value.IsString(), "%s.%s is %v", name, key, value)
	return m.named.Replace(value.StringValue())
}

// tags are a resource's tags.
func (m mocked) tags(name string) map[string]any {
	m.t.Helper()
	tags := m.get(name).Inputs["tags"]
	require.True(m.t, tags.IsObject(), "%s has no tags", name)
	return tags.ObjectValue().Mappable()
}

// needs are the logical names a resource waits for.
func (m mocked) needs(name string) []string {
	m.t.Helper()
	var names []string
	for _, urn := range m.get(name).DependsOn {
		names = append(names, urn.Name())
	}
	return names
}

// counts are how many resources there are of a type; types without "aws:".
func (m mocked) counts() map[string]int {
	counts := map[string]int{}
	for _, r := range m.all {
		parts := strings.Split(r.Type, ":")
		counts[parts[len(parts)-1]]++
	}
	return counts
}

// names are all logical names with their types, sorted.
func (m mocked) names() []string {
	var names []string
	for _, r := range m.all {
		names = append(names, r.Type+" "+r.Name)
	}
	slices.Sort(names)
	return names
}

// of are the logical names of a type's resources, sorted.
func (m mocked) of(kind string) []string {
	var names []string
	for _, r := range m.all {
		if strings.HasSuffix(r.Type, ":"+kind) {
			names = append(names, r.Name)
		}
	}
	slices.Sort(names)
	return names
}

// manifest is every resource with its inputs, by type and logical name.
func (m mocked) manifest() map[string]map[string]any {
	all := map[string]map[string]any{}
	for _, r := range m.all {
		all[r.Type+" "+r.Name], _ = m.rename(r.Inputs.Mappable()).(map[string]any)
	}
	return all
}

// object and list write expected inputs.
type object = map[string]any

func list(values ...any) []any { return values }
