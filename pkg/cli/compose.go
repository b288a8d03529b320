package cli

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/config"
	"aws-platform/pkg/guard"
	"aws-platform/pkg/sim"
)

// Composition is what the program of a project registers, stack by stack, against the model of the simulated cloud: no
// engine, no state, no credentials. Every value is known, those that only AWS gives because the model makes them up.
type Composition struct {
	Stacks map[string][]sim.Registration
	Cloud  *sim.Mocks // that holds all of it

	configured map[string]*config.Stack
}

// Compose runs the program for every stack, in the order in which they come up. Each reads what the earlier ones publish.
func Compose(stacks map[string]*config.Stack, build func(*pulumi.Context) (pulumi.Map, error)) (*Composition, error) {
	s := &session{stacks: stacks}
	made := &Composition{Stacks: map[string][]sim.Registration{}, configured: stacks}
	published := map[string]resource.PropertyMap{}
	for _, name := range s.names() {
		// Whoever runs a stack is signed in to the management account and takes a role in the stack's own.
		account := cmp.Or(s.managementAccount(), stacks[name].Account.ID)
		mocks := sim.NewMocks(sim.MockOptions{
			Account: account, Region: stacks[name].Account.Region, Accounts: s.accounts(), Stacks: published, On: made.Cloud,
		})
		outputs, err := outputsOf(name, mocks, build)
		if err != nil {
			return nil, fmt.Errorf("stack %s: %w", name, err)
		}
		made.Stacks[name], made.Cloud = mocks.Registrations(), mocks
		published["organization/"+config.Namespace+"/"+name] = outputs
	}
	return made, nil
}

// outputsOf runs the program of one stack.
func outputsOf(name string, mocks *sim.Mocks, build func(*pulumi.Context) (pulumi.Map, error)) (resource.PropertyMap, error) {
	var outputs resource.PropertyMap
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		made, err := build(ctx)
		if err != nil {
			return err
		}
		made.ToMapOutput().ApplyT(func(values map[string]any) error {
			outputs = resource.NewPropertyMapFromMap(values)
			return nil
		})
		return nil
	}, pulumi.WithMocks(config.Namespace, name, mocks))
	return outputs, err
}

// managementAccount is the account that owns the others, "" if none of the project's does.
func (s *session) managementAccount() string {
	for _, stack := range s.stacks {
		if stack.Kind == config.Management {
			return stack.Account.ID
		}
	}
	return ""
}

// Guarded are the stacks as the guard sees them, in the order in which they come up.
func (c *Composition) Guarded() []guard.Stack {
	var all []guard.Stack
	for _, name := range (&session{stacks: c.configured}).names() {
		stack := c.configured[name]
		seen := guard.Stack{
			Name: name, Account: stack.Account.ID, Region: stack.Account.Region, Production: stack.Profile == "production",
		}
		for _, r := range c.Stacks[name] {
			// What is only read, as another stack's outputs are, belongs to whoever made it.
			if !strings.HasPrefix(r.Type, "pulumi:pulumi:") {
				seen.Resources = append(seen.Resources, guarded(r))
			}
		}
		all = append(all, seen)
	}
	return all
}

func guarded(r sim.Registration) guard.Resource {
	made := guard.New(r.URN, r.Inputs)
	made.Parent, made.Provider, made.Custom, made.ID = string(r.Parent), string(r.Provider), r.Custom, r.ID
	made.Protect, made.Secrets, made.Outputs = r.Protect, r.Secrets, guard.Values(r.Outputs)
	made.Sources = map[string][]string{}
	for property, sources := range r.PropertyDependencies {
		for _, urn := range sources {
			made.Sources[property] = append(made.Sources[property], string(urn))
		}
	}
	return made
}
