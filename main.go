// Command platform is both the Pulumi program of a multi-account AWS platform and its operator's command: started by
// the Pulumi engine it is the program, started by a person it is the command.
package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/cli"
	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
	"aws-platform/pkg/network"
	"aws-platform/pkg/operations"
)

// version is set by the build.
var version = "dev"

func main() {
	// The engine tells a program where its monitor is; nobody else sets this variable.
	if os.Getenv("PULUMI_MONITOR") == "" {
		os.Exit(cli.Main(context.Background(), os.Args[1:], cli.Platform{Program: program, Version: version}))
	}
	source := config.Source{Dir: "."}
	pulumi.Run(
		func(ctx *pulumi.Context) error { return compose(ctx, source) },
		// Only here is the whole configuration to be seen, sections nobody asks for included.
		func(info *pulumi.RunInfo) { source.Values, source.Secrets = info.Config, info.ConfigSecretKeys },
	)
}

// program is the platform for a project in dir, its configuration read from the stack file there.
func program(dir string) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error { return compose(ctx, config.Source{Dir: dir}) }
}

// compose builds the stack the engine is running and publishes what others use of it.
func compose(ctx *pulumi.Context, source config.Source) error {
	outputs, err := build(ctx, source)
	if err != nil {
		return err
	}
	for name, output := range outputs {
		ctx.Export(name, output)
	}
	return nil
}

// build makes everything of the stack the engine is running, and gives its outputs.
func build(ctx *pulumi.Context, source config.Source) (pulumi.Map, error) {
	source.Stack, source.Now = ctx.Stack(), time.Now()
	project, err := config.LoadProject(source)
	if err != nil {
		return nil, err
	}
	p, err := newPlatform(ctx, project)
	if err != nil {
		return nil, err
	}
	switch project.Kind {
	case config.Management:
		err = p.management()
	case config.Shared:
		err = p.shared()
	case config.Workload:
		err = p.workload()
	default:
		err = fmt.Errorf("stack %q: kind %q has no composition", ctx.Stack(), project.Kind)
	}
	return p.outputs, err
}

// platform is what every composition starts from.
type platform struct {
	*pulumi.Context
	stack   *config.Project
	scope   naming.Scope
	aws     pulumi.ResourceOption // the provider of the stack's own account and region
	outputs pulumi.Map
}

func newPlatform(ctx *pulumi.Context, stack *config.Project) (*platform, error) {
	scope := naming.Scope{
		Project:      ctx.Project(),
		Organization: stack.Organization,
		Environment:  stack.Environment,
		Region:       stack.Account.Region,
		AccountID:    stack.Account.ID,
		Partition:    config.Partition(stack.Account.Region),
		Owner:        stack.Owner,
		CostCenter:   stack.CostCenter,
		Extra:        stack.Tags,
	}
	provider, err := newProvider(ctx, scope, stack.Account.Role)
	if err != nil {
		return nil, err
	}
	return &platform{
		Context: ctx, stack: stack, scope: scope, aws: pulumi.Provider(provider), outputs: pulumi.Map{},
	}, nil
}

// newProvider reaches one account and no other: credentials for the wrong account are refused before anything is
// planned, where they would otherwise empty the state on refresh.
func newProvider(ctx *pulumi.Context, scope naming.Scope, role string) (*aws.Provider, error) {
	args := &aws.ProviderArgs{
		Region:            pulumi.String(scope.Region),
		AllowedAccountIds: pulumi.StringArray{pulumi.String(scope.AccountID)},
	}
	if role != "" {
		args.AssumeRole = aws.ProviderAssumeRoleArgs{
			RoleArn:     pulumi.String(scope.GlobalARN("iam", scope.AccountID, "role/"+role)),
			SessionName: pulumi.String("pulumi-" + ctx.Stack()),
		}
	}
	return aws.NewProvider(ctx, "aws", args)
}

// management is the account that owns the others.
func (p *platform) management() error {
	if err := p.stateBackend(); err != nil {
		return err
	}
	return p.vpcs()
}

// shared is what every environment uses.
func (p *platform) shared() error {
	return p.vpcs()
}

// workload is one environment.
func (p *platform) workload() error {
	return p.vpcs()
}

func (p *platform) stateBackend() error {
	if p.stack.StateBackend == nil {
		return nil
	}
	backend, err := operations.NewStateBackend(p.Context, "state", operations.StateBackendArgs{
		Scope:   p.scope,
		Config:  *p.stack.StateBackend,
		Stacks:  p.stateStacks(),
		Project: p.Project(),
		Protect: p.stack.Protect,
	}, p.aws)
	if err != nil {
		return err
	}
	p.outputs["stateBackend"], err = component.Outputs(backend)
	return err
}

// operators are those whom Identity Center assigned the permission set of that name.
const operators = "aws-reserved/sso.amazonaws.com/*AWSReservedSSO_PlatformOperator_*"

// stateStacks is who may use which state: a stack's own deploy role and the operators, and what a stack reads follows
// from its kind, as data flows one way.
func (p *platform) stateStacks() map[string]operations.StateStack {
	upstream := map[config.Kind][]config.Kind{
		config.Shared: {config.Management}, config.Workload: {config.Management, config.Shared},
	}
	stacks := map[string]operations.StateStack{}
	for name, stack := range p.stack.Stacks {
		access := operations.StateStack{AccountID: pulumi.String(stack.Account.ID), Trusted: []operations.StatePrincipals{
			{AccountID: pulumi.String(p.scope.AccountID), Roles: []string{operators}},
		}}
		// The management account has no deploy role: nobody works there but its operators.
		if stack.Kind != config.Management {
			access.Trusted = append(access.Trusted, operations.StatePrincipals{
				AccountID: pulumi.String(stack.Account.ID), Roles: []string{stack.Organization + "-deploy"}})
		}
		for _, kind := range upstream[stack.Kind] {
			access.Reads = append(access.Reads, p.stack.Of(kind)...)
		}
		stacks[name] = access
	}
	return stacks
}

func (p *platform) vpcs() error {
	outputs := pulumi.Map{}
	for _, name := range slices.Sorted(maps.Keys(p.stack.VPCs)) {
		vpc, err := network.NewVpc(p.Context, name, &network.VpcArgs{
			Scope:   p.scope,
			Config:  p.stack.VPCs[name],
			Protect: p.stack.Protect,
		}, p.aws)
		if err != nil {
			return err
		}
		if outputs[name], err = component.Outputs(vpc); err != nil {
			return err
		}
	}
	if len(outputs) > 0 {
		p.outputs["vpcs"] = outputs
	}
	return nil
}
