package component_test

import (
	"errors"
	"strconv"
	"sync"
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

// records keeps what each resource waits for.
type records struct {
	none
	mu    sync.Mutex
	waits map[string][]string
}

func (r *records) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, urn := range args.RegisterRPC.GetDependencies() {
		r.waits[args.Name] = append(r.waits[args.Name], resource.URN(urn).Name())
	}
	return args.Name, args.Inputs, nil
}

type part struct{ pulumi.CustomResourceState }

// TestReadyWaitsForEveryChild is what callers rely on: whatever they make after a component finds all of it, the parts of
// components inside it included, however soon it is registered. A hundred parts, because what the SDK knows of a
// component's children is right most of the time when they are few.
func TestReadyWaitsForEveryChild(t *testing.T) {
	t.Parallel()
	recorded := &records{waits: map[string][]string{}}
	var want []string
	makeParts := func(ctx *pulumi.Context, c *component.Children) error {
		for i := range 100 {
			name := c.Name("part", strconv.Itoa(i))
			if err := ctx.RegisterResource("aws:test:Part", name, pulumi.Map{}, &part{}, c.Options()...); err != nil {
				return err
			}
			want = append(want, name)
		}
		return nil
	}
	makeThing := func(ctx *pulumi.Context, name string, build func(*component.Children) error, opts ...pulumi.ResourceOption) error {
		made := &thing{Count: pulumi.Int(0).ToIntOutput(), Names: pulumi.StringArray{}}
		return component.Register(ctx, "aws-platform:test:Thing", name, made, nil, build, opts...)
	}
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		var outer *component.Children
		err := makeThing(ctx, "outer", func(c *component.Children) error {
			outer = c
			err := makeThing(ctx, c.Name("inner"), func(inner *component.Children) error {
				return makeParts(ctx, inner)
			}, c.Options()...)
			return errors.Join(err, makeParts(ctx, c))
		})
		if err != nil {
			return err
		}
		return ctx.RegisterResource("aws:test:Part", "after", pulumi.Map{}, &part{}, outer.Ready())
	}, pulumi.WithMocks("project", "stack", recorded))
	require.NoError(t, err)
	require.Len(t, want, 200)
	require.ElementsMatch(t, want, recorded.waits["after"])
	require.Empty(t, recorded.waits["outer-part-0"], "the component changes nothing about its children")
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
