package sim

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

func TestCheckKinds(t *testing.T) {
	t.Parallel()
	types := map[string]map[string]kind{"m.Rule": {"port": "integer!", "cidrs": "[]string"}}
	value := resource.NewPropertyValue
	asset, err := resource.NewTextAsset("x")
	require.NoError(t, err)
	for name, test := range map[string]struct {
		kind  kind
		value resource.PropertyValue
		want  []Failure
	}{
		"string":              {"string!", value("a"), nil},
		"number":              {"number", value(1.5), nil},
		"integer":             {"integer", value(2), nil},
		"half an integer":     {"integer", value(1.5), []Failure{{"p", "must be an integer, not the number 1.5"}}},
		"anything":            {"any", value([]any{1}), nil},
		"asset":               {"asset", resource.NewProperty(asset), nil},
		"no asset":            {"asset", value("x"), []Failure{{"p", `must be an asset, not the string "x"`}}},
		"list":                {"[]string", value([]any{"a", 1}), []Failure{{"p[1]", "must be a string, not the number 1"}}},
		"list of lists":       {"[][]string", value([]any{[]any{"a"}, []any{true}}), []Failure{{"p[1][0]", "must be a string, not the boolean true"}}},
		"no list":             {"[]string", value("a"), []Failure{{"p", `must be a list of string, not the string "a"`}}},
		"map":                 {"map[]string", value(map[string]any{"a": []any{}}), []Failure{{"p.a", "must be a string, not a list"}}},
		"object":              {"#m.Rule", value(map[string]any{"port": 1, "cidrs": []any{"x"}}), nil},
		"no object":           {"#m.Rule", value(true), []Failure{{"p", "must be an object, not the boolean true"}}},
		"object's properties": {"[]#m.Rule", value([]any{map[string]any{"prt": 1}}), []Failure{{"p[0].port", `missing required property "port"`}, {"p[0].prt", `unknown property "prt"; did you mean "port"?`}}},
		"unknown":             {"#m.Rule", unknown(), nil},
		"unknown inside":      {"[]integer", resource.NewProperty([]resource.PropertyValue{unknown()}), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checker := checker{types: types}
			checker.value("p", test.kind, test.value)
			require.Equal(t, test.want, checker.sorted())
		})
	}
}

func TestSuggestions(t *testing.T) {
	t.Parallel()
	candidates := []string{"availabilityZone", "availabilityZoneId", "cidrBlock", "vpcId"}
	for name, want := range map[string]string{
		"cidrblock": `; did you mean "cidrBlock"?`, "vpc": `; did you mean "vpcId"?`, "vpcID": `; did you mean "vpcId"?`,
		"availability": `; did you mean "availabilityZone"?`, "colour": "",
	} {
		require.Equal(t, want, suggest(name, candidates), "%s", name)
	}
}

func TestCheckLeavesUnknownValuesToTheCloud(t *testing.T) {
	t.Parallel()
	m := newTestModel(t)
	asked := m.call(subnetToken, "a", nil)
	asked.Inputs = resource.PropertyMap{"vpcId": unknown(), "cidrBlock": unknown(), "tags": unknown()}
	checked, faults, err := m.model.check(asked, nil)
	require.NoError(t, err)
	require.Empty(t, faults)
	require.True(t, isUnknown(checked["tagsAll"]))
}

func TestAutonames(t *testing.T) {
	t.Parallel()
	m := newTestModel(t)
	named := func(asked call, old map[string]any) string {
		checked, _, err := m.model.check(asked, mapOf(old))
		require.NoError(t, err)
		return text(checked, "bucket")
	}
	asked := m.call(bucketToken, "Logs", nil)
	first := named(asked, nil)
	require.Regexp(t, "^logs-[0-9a-f]{7}$", first)
	require.Equal(t, first, named(asked, nil), "the same as long as it is free")
	require.Equal(t, "kept", named(asked, map[string]any{"bucket": "kept"}))
	m.make(bucketToken, "Logs", nil)
	require.NotEqual(t, first, named(asked, nil), "a replacement needs a name of its own")

	long := m.call(bucketToken, "a-name-that-is-far-too-long-for-a-bucket-because-it-has-over-sixty-characters", nil)
	require.Len(t, named(long, nil), 63)
	asked.Autonaming = &autonaming{Name: "as-the-engine-says"}
	require.Equal(t, "as-the-engine-says", named(asked, nil))
	asked.Autonaming = &autonaming{Off: true}
	require.Empty(t, named(asked, nil))
}

func TestPlainValues(t *testing.T) {
	t.Parallel()
	secret := resource.MakeSecret(resource.NewProperty("s"))
	got := plainMap(resource.PropertyMap{
		"secret": secret, "null": resource.NewNullProperty(),
		"list":    resource.NewProperty([]resource.PropertyValue{secret}),
		"output":  resource.NewProperty(resource.Output{Element: resource.NewProperty("o"), Known: true, Secret: true}),
		"unknown": resource.NewProperty(resource.Output{}),
	})
	require.Equal(t, resource.PropertyMap{
		"secret": resource.NewProperty("s"), "output": resource.NewProperty("o"), "unknown": unknown(),
		"list": resource.NewProperty([]resource.PropertyValue{resource.NewProperty("s")}),
	}, got)
	require.NotContains(t, known(got), resource.PropertyKey("unknown"))
}
