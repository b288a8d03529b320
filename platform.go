package main

import (
	"errors"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
	"aws-platform/pkg/network"
	"aws-platform/pkg/operations"
	"aws-platform/pkg/organization"
	"aws-platform/pkg/security"
)

// platform is what every composition starts from, and what its steps hand to each other.
type platform struct {
	*pulumi.Context
	stack   *config.Project
	scope   naming.Scope
	own     *aws.Provider         // the provider of the stack's own account and region
	aws     pulumi.ResourceOption // the same, for whatever is made there
	outputs pulumi.Map
	// readOnly makes every provider take the role that only reads in its account.
	readOnly bool
	// references are the stacks this one reads, opened when first needed.
	references map[config.Kind]*pulumi.StackReference

	org     *organization.Organization
	archive *operations.LogArchive
	hub     *network.TransitGateway
	hubs    map[string]*network.TransitGateway // by region, the one above among them
	lists   *network.PrefixLists
	public  *network.PublicZone
	private *network.PrivateZone
	vpcMade map[string]*network.Vpc
	vpcIDs  map[string]pulumi.StringInput
	helpers map[string]*aws.Provider
	// endpoints are those that VPCs of every environment use; nil where none are shared.
	endpoints *network.SharedEndpoints
	// attached are the options of what needs the other segments, by VPC.
	attached map[string]pulumi.ResourceOption
}

func newPlatform(ctx *pulumi.Context, stack *config.Project, readOnly bool) (*platform, error) {
	if readOnly && !ctx.DryRun() {
		return nil, errors.New("roles that only read change nothing: this is for previews")
	}
	p := &platform{
		Context: ctx, stack: stack, readOnly: readOnly, outputs: pulumi.Map{}, references: map[config.Kind]*pulumi.StackReference{},
		helpers: map[string]*aws.Provider{}, vpcMade: map[string]*network.Vpc{}, vpcIDs: map[string]pulumi.StringInput{},
		attached: map[string]pulumi.ResourceOption{}, hubs: map[string]*network.TransitGateway{},
	}
	var err error
	if p.scope, err = p.scopeOf(stack.Name); err != nil {
		return nil, err
	}
	provider, err := p.provider("aws", p.scope, stack.Account.Role)
	if err != nil {
		return nil, err
	}
	p.own, p.aws = provider, pulumi.Provider(provider)
	return p, nil
}

// scopeOf is where a stack's resources live.
func (p *platform) scopeOf(stack string) (naming.Scope, error) {
	id, err := p.accountOf(stack)
	if err != nil {
		return naming.Scope{}, err
	}
	cfg := p.stack.Stacks[stack]
	scope := naming.Scope{
		Project:      p.Project(),
		Organization: cfg.Organization,
		Environment:  cfg.Environment,
		Region:       cfg.Account.Region,
		AccountID:    id,
		Partition:    config.Partition(cfg.Account.Region),
		Owner:        cfg.Owner,
		CostCenter:   cfg.CostCenter,
		Extra:        cfg.Tags,
	}
	if cfg.Account.Role == security.AccessRole(cfg.Organization, security.Deploy) {
		scope.Boundary = security.BoundaryARN(scope)
	}
	return scope, nil
}

// provider reaches one account and no other: credentials for the wrong account are refused before anything is planned,
// where they would otherwise empty the state on refresh.
func (p *platform) provider(name string, scope naming.Scope, role string) (*aws.Provider, error) {
	args := &aws.ProviderArgs{
		Region:            pulumi.String(scope.Region),
		AllowedAccountIds: pulumi.StringArray{pulumi.String(scope.AccountID)},
	}
	if role = p.taken(role); role != "" {
		args.AssumeRole = aws.ProviderAssumeRoleArgs{
			RoleArn:     pulumi.String(scope.GlobalARN("iam", scope.AccountID, "role/"+role)),
			SessionName: pulumi.String("pulumi-" + p.Stack()),
		}
	}
	return aws.NewProvider(p.Context, name, args)
}

// taken is the role to take where an update takes the given one.
func (p *platform) taken(role string) string {
	if p.readOnly {
		return security.AccessRole(p.stack.Organization, security.Readonly)
	}
	return role
}

// helper is the provider for a job that this stack does in the account of an earlier one, through a role there that can
// do that job and nothing else.
func (p *platform) helper(kind config.Kind, job string) (*aws.Provider, error) {
	name := "aws-" + string(kind) + "-" + job
	if made := p.helpers[name]; made != nil {
		return made, nil
	}
	scope, err := p.scopeOf(p.stack.The(kind))
	if err != nil {
		return nil, err
	}
	// The hub that a VPC attaches to is that of its own region; names know no region.
	scope.Region = p.scope.Region
	made, err := p.provider(name, scope, security.NarrowRoleName(p.scope.Organization, p.scope.Environment, job))
	if err != nil {
		return nil, err
	}
	p.helpers[name] = made
	return made, nil
}

// publish gives a component's outputs to the stacks that come after, and to people.
func (p *platform) publish(name string, made pulumi.ComponentResource) (err error) {
	p.outputs[name], err = component.Outputs(made)
	return err
}
