package component_test

import (
	"errors"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/component"
)

// none registers components only.
type none struct{}

func (none) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	return "", args.Inputs, nil
}

func (none) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) { return nil, nil }

type thing struct {
	pulumi.ResourceState
	Count pulumi.IntOutput    `pulumi:"count"`
	Names pulumi.StringArray  `pulumi:"names"`
	Extra pulumi.StringOutput // no tag: not an output
	note  string
}

func run(t *testing.T, body func(*pulumi.Context) error) error {
	t.Helper()
	return pulumi.RunErr(body, pulumi.WithMocks("project", "stack", none{}))
}

func TestRegister(t *testing.T) {
	t.Parallel()
	err := run(t, func(ctx *pulumi.Context) error {
		made := &thing{note: "kept"}
		var child *component.Children
		err := component.Register(ctx, "aws-platform:test:Thing", "main", made, nil, func(c *component.Children) error {
			child = c
			made.Count = pulumi.Int(2).ToIntOutput()
			made.Names = pulumi.StringArray{pulumi.String("a")}
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, "main-subnet-private-a", child.Name("subnet", "private", "a"))
		require.Equal(t, "main-vpc", child.Name("vpc"))
		require.Len(t, child.Options(pulumi.Protect(true)), 2)

		outputs, err := component.Outputs(made)
		require.NoError(t, err)
		require.Len(t, outputs, 2)
		require.Contains(t, outputs, "count")
		require.Contains(t, outputs, "names")
		require.Equal(t, "kept", made.note)
		return nil
	})
	require.NoError(t, err)
}

func TestRegisterRefusesAnOutputNeverSet(t *testing.T) {
	t.Parallel()
	err := run(t, func(ctx *pulumi.Context) error {
		return component.Register(ctx, "aws-platform:test:Thing", "main", &thing{}, nil,
			func(*component.Children) error { return nil })
	})
	require.ErrorContains(t, err, `aws-platform:test:Thing "main": output "names" was never set`)
}

func TestRegisterNamesTheComponentThatFailed(t *testing.T) {
	t.Parallel()
	cause := errors.New("no zone")
	err := run(t, func(ctx *pulumi.Context) error {
		err := component.Register(ctx, "aws-platform:test:Thing", "main", &thing{}, nil,
			func(*component.Children) error { return cause })
		require.ErrorIs(t, err, cause)
		return err
	})
	require.ErrorContains(t, err, `aws-platform:test:Thing "main": no zone`)
}
