// Package component is the ground every component resource stands on: it registers the component, names its children,
// and publishes its outputs.
package component

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/naming"
)

// Children names and places what a component makes.
type Children struct {
	component string
	parent    pulumi.Resource

	mu   sync.Mutex
	made []pulumi.Resource // custom resources of the component and of components within it
}

// Register registers comp under a type token ("aws-platform:<layer>:<Type>"), runs build to make its children, and
// publishes every field of comp that has a `pulumi:"name"` tag. inputs are recorded on the component, for whoever reads
// a preview; nil records none.
func Register(
	ctx *pulumi.Context, token, name string, comp pulumi.ComponentResource, inputs pulumi.Map,
	build func(*Children) error, opts ...pulumi.ResourceOption,
) error {
	if inputs == nil {
		inputs = pulumi.Map{}
	}
	children := &Children{component: name, parent: comp}
	opts = append(slices.Clip(opts), pulumi.Transformations([]pulumi.ResourceTransformation{children.note}))
	if err := ctx.RegisterComponentResourceV2(token, name, inputs, comp, opts...); err != nil {
		return err
	}
	if err := build(children); err != nil {
		return fmt.Errorf("%s %q: %w", token, name, err)
	}
	outputs, err := Outputs(comp)
	if err != nil {
		return fmt.Errorf("%s %q: %w", token, name, err)
	}
	return ctx.RegisterResourceOutputs(comp, outputs)
}

// Name is a child's logical name, "<component>-<role>-<key>". Keys are zone letters or names from the stack file, never
// positions: a name must not change when something is added before it.
func (c *Children) Name(role string, keys ...string) string {
	return strings.Join(append([]string{c.component, role}, keys...), "-")
}

// note remembers a resource. The SDK calls it for the component and for whatever is made within it, before the call that
// makes it returns; it changes nothing.
func (c *Children) note(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
	if _, custom := args.Resource.(pulumi.CustomResource); custom {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.made = append(c.made, args.Resource)
	}
	return nil
}

// Ready is the option to wait for everything made so far. pulumi.DependsOn(component) is meant to do the same and does
// not: the SDK tells a component of each child on a goroutine of its own, and what is registered soon after the
// component may be registered before some of them (https://github.com/pulumi/pulumi/issues/7833).
func (c *Children) Ready() pulumi.ResourceOption {
	c.mu.Lock()
	defer c.mu.Unlock()
	return pulumi.DependsOn(slices.Clone(c.made))
}

// Options are a child's options: the component is always the parent.
func (c *Children) Options(opts ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return append([]pulumi.ResourceOption{pulumi.Parent(c.parent)}, opts...)
}

// Boundary is the permissions boundary of a role, nil where the scope has none.
func Boundary(scope naming.Scope) pulumi.StringPtrInput {
	if scope.Boundary == "" {
		return nil
	}
	return pulumi.String(scope.Boundary)
}

// Outputs reads a component's outputs from its `pulumi:"name"` tags.
func Outputs(comp pulumi.ComponentResource) (pulumi.Map, error) {
	value := reflect.ValueOf(comp)
	if value.Kind() != reflect.Pointer || value.Elem().Kind() != reflect.Struct {
		return nil, errors.New("a component is a pointer to a struct")
	}
	outputs := pulumi.Map{}
	for i, fields := 0, value.Elem().Type(); i < fields.NumField(); i++ {
		tag := fields.Field(i).Tag.Get("pulumi")
		if tag == "" {
			continue
		}
		field := value.Elem().Field(i)
		if isEmpty(field) {
			return nil, fmt.Errorf("output %q was never set", tag)
		}
		output, ok := field.Interface().(pulumi.Input)
		if !ok {
			return nil, fmt.Errorf("output %q is a %s, which is no pulumi.Input", tag, field.Type())
		}
		outputs[tag] = output
	}
	return outputs, nil
}

// isEmpty says whether an output field still has its zero value: publishing it would fail far from here.
func isEmpty(field reflect.Value) bool {
	switch field.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice:
		return field.IsNil()
	case reflect.Struct:
		return field.IsZero()
	}
	return false
}
