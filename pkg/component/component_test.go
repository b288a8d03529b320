package component_test

import (
	"errors"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/component"
	"aws-platform/pkg/naming"
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

type part struct{ pulumi.CustomResourceState }

// TestReadyNamesEveryChild is what callers rely on: whatever they make after a component waits for all of it, the parts of
// components inside it included. It reads the option itself: what the SDK makes of a component is a matter of timing.
func TestReadyNamesEveryChild(t *testing.T) {
	t.Parallel()
	makeThing := func(ctx *pulumi.Context, name string, build func(*component.Children) error, opts ...pulumi.ResourceOption) error {
		made := &thing{Names: pulumi.StringArray{}}
		return component.Register(ctx, "aws-platform:test:Thing", name, made, nil, build, opts...)
	}
	err := run(t, func(ctx *pulumi.Context) error {
		var parts []pulumi.Resource
		makePart := func(c *component.Children, key string) error {
			made := &part{}
			parts = append(parts, made)
			return ctx.RegisterResource("aws:test:Part", c.Name("part", key), pulumi.Map{}, made, c.Options()...)
		}
		return makeThing(ctx, "outer", func(outer *component.Children) error {
			err := makeThing(ctx, outer.Name("inner"), func(inner *component.Children) error {
				return errors.Join(makePart(inner, "a"), makePart(inner, "b"))
			}, outer.Options()...)
			require.NoError(t, errors.Join(err, makePart(outer, "a")))
			require.NoError(t, ctx.RegisterResource("aws:test:Part", "stranger", pulumi.Map{}, &part{}))

			options, err := pulumi.NewResourceOptions(outer.Ready())
			require.NoError(t, err)
			require.Len(t, parts, 3)
			require.Len(t, options.DependsOn, len(parts))
			for i, made := range parts {
				require.Same(t, made, options.DependsOn[i])
			}
			return nil
		})
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

func TestBoundary(t *testing.T) {
	t.Parallel()
	require.Nil(t, component.Boundary(naming.Scope{}))
	const arn = "the-boundary"
	require.Equal(t, pulumi.String(arn), component.Boundary(naming.Scope{Boundary: arn}))
}
