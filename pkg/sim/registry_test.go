package sim

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

// TestRegistry holds every row against its schema: what a row says must be possible.
func TestRegistry(t *testing.T) {
	t.Parallel()
	reg, err := newRegistry()
	require.NoError(t, err)
	for token, row := range reg.rows {
		t.Run(token, func(t *testing.T) {
			t.Parallel()
			schema := reg.schema(token)
			if row.Latency != (latency{}) {
				require.NotEmpty(t, row.Latency.Source, "where does its latency come from?")
			}
			for path, kind := range row.Refs {
				require.NotNil(t, reg.kinds[kind], "%s refers to a kind nobody is of: %q", path, kind)
			}
			for _, entry := range slices.Concat(row.Actions.Create, row.Actions.Update, row.Actions.Delete, row.Actions.Read) {
				require.Regexp(t, `^[a-z0-9-]+:[A-Z][A-Za-z0-9]+( \S+)?$`, entry, "service:Action, or service:Action and the template of an ARN")
			}
			inputs := slices.Concat(row.Replace, row.Sets, row.Documents, slices.Collect(maps.Keys(row.Valid)))
			for _, path := range inputs {
				name, _, _ := strings.Cut(path, ".")
				require.Contains(t, schema.Inputs, name, "no input, so nothing can be said of it")
			}
			for name := range row.Computed {
				require.Contains(t, schema.Outputs, name, "computed, yet no output")
				require.NotContains(t, row.Defaults, name, "either computed or a default")
			}
			for name, value := range row.Defaults {
				checker := checker{types: reg.types(token)}
				checker.value(name, schema.Outputs[name], resource.NewPropertyValue(value))
				require.Empty(t, checker.failures)
			}
		})
	}
}

// TestEveryOutputIsAccountedFor finds outputs a program would wait for in vain.
func TestEveryOutputIsAccountedFor(t *testing.T) {
	t.Parallel()
	reg, err := newRegistry()
	require.NoError(t, err)
	for token, row := range reg.rows {
		schema := reg.schema(token)
		for name := range schema.Outputs {
			_, input := schema.Inputs[name]
			_, computed := row.Computed[name]
			require.True(t, input || computed || name == string(tagsAllKey) || slices.Contains(row.Absent, name),
				"%s: output %q is neither an input nor computed; name it in Computed, or in Absent if the cloud leaves it out", token, name)
		}
	}
}

func TestRegistryRefusesARowThatDoesNotFitItsSchema(t *testing.T) {
	t.Parallel()
	fits := row{Token: vpcToken, Prefix: "v"}
	for name, test := range map[string]struct {
		rows []row
		want string
	}{
		"no schema":        {[]row{{Token: "aws:ec2/nope:Nope", Prefix: "n"}}, "registry: aws:ec2/nope:Nope has no schema; add it to schema/types.txt and generate"},
		"unknown package":  {[]row{{Token: "gcp:a:B", Prefix: "n"}}, "registry: gcp:a:B has no schema; add it to schema/types.txt and generate"},
		"unknown property": {[]row{{Token: vpcToken, Prefix: "v", Replace: []string{"cidr"}}}, `registry: aws:ec2/vpc:Vpc has no property "cidr"`},
		"no identity":      {[]row{{Token: vpcToken}}, "registry: aws:ec2/vpc:Vpc has neither Prefix nor ID"},
		"twice":            {[]row{fits, fits}, "registry: aws:ec2/vpc:Vpc has two rows"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := registryOf(test.rows)
			require.EqualError(t, err, test.want)
		})
	}
}

func TestKindsReadWell(t *testing.T) {
	t.Parallel()
	for written, want := range map[kind]string{
		"string!": "string", "[]string": "list of string", "map[][]#m.Rule": "map of list of object", "any": "any",
	} {
		require.Equal(t, want, written.String())
	}
	require.Equal(t, "m.Rule", kind("[]#m.Rule!").element().object())
}
