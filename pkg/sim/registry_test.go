package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRegistry(t *testing.T) {
	t.Parallel()
	reg, err := newRegistry()
	require.NoError(t, err)
	for token, row := range reg.rows {
		if row.Latency.Create > 0 {
			require.NotEmpty(t, row.Latency.Source, "%s: where does its latency come from?", token)
		}
		for path, kind := range row.Refs {
			require.NotNil(t, reg.kinds[kind], "%s: %s refers to a kind nobody has: %q", token, path, kind)
		}
	}
}

func TestRegistryRefusesARowThatDoesNotFitItsSchema(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		row  row
		want string
	}{
		"no schema":        {row{Token: "aws:ec2/nope:Nope", Prefix: "n"}, "registry: aws:ec2/nope:Nope has no schema; add it to schema/types.txt and generate"},
		"unknown property": {row{Token: "aws:ec2/vpc:Vpc", Prefix: "v", Replace: []string{"cidr"}}, `registry: aws:ec2/vpc:Vpc has no property "cidr"`},
		"no identity":      {row{Token: "aws:ec2/vpc:Vpc"}, "registry: aws:ec2/vpc:Vpc has neither Prefix nor ID"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schemas, err := loadSchemas()
			require.NoError(t, err)
			reg := &registry{rows: map[string]*row{}, schemas: schemas, prefixes: map[string]*row{}, kinds: map[string]*row{}}
			require.EqualError(t, reg.add(&test.row), test.want)
		})
	}
}
