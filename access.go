package main

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/config"
	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
	"aws-platform/pkg/network"
	"aws-platform/pkg/operations"
	"aws-platform/pkg/organization"
	"aws-platform/pkg/security"
)

// accessRole is the role that AWS Organizations makes in every account; only what makes an account's own roles uses it.
const accessRole = "OrganizationAccountAccessRole"

// noRegion is the region in which AWS records what has none.
const noRegion = "us-east-1"

// The jobs that one stack does in an earlier one's account, each by a role there of its own.
const (
	networkJob  = "network"  // join its VPCs to the hub
	dnsJob      = "dns"      // delegate its zone, and have its VPCs ask the shared one
	recorderJob = "recorder" // record the management account, which comes up before there is an archive
)

// access is how every account is entered: by the stack that owns it, by whoever looks, and on the worst day.
func (p *platform) access() error {
	if p.stack.Access == nil || p.org == nil {
		return nil
	}
	ways := pulumi.Map{}
	for _, kind := range []config.Kind{config.Management, config.Shared, config.Workload} {
		for _, stack := range p.stack.Of(kind) {
			made, err := p.accessTo(stack)
			if err != nil {
				return err
			}
			ways[stack] = pulumi.Map{
				"deploy": made.DeployRoleARN, "readonly": made.ReadonlyRoleARN, "breakGlass": made.BreakGlassRoleARN,
			}
		}
	}
	p.outputs["access"] = ways
	return nil
}

// accessTo is how one account is entered.
func (p *platform) accessTo(stack string) (*security.AccountAccess, error) {
	shared := p.stack.The(config.Shared)
	args := security.AccountAccessArgs{
		Scope: p.memberScope(stack), Config: *p.stack.Access, Stack: stack, AccountID: p.account(stack),
		OrganizationID: p.org.OrganizationID, ManagementID: p.scope.AccountID, Protect: p.stack.Protect,
	}
	if shared != "" {
		args.SharedID = p.account(shared)
	}
	switch stack {
	case p.stack.Name:
		args.Previews = p.stack.Of(config.Shared) // which records this account
	case shared:
		args.Previews, args.Watches = p.stack.Of(config.Workload), true
		if p.stack.Stacks[shared].CI != nil {
			args.Secrets = p.Project()
		}
		args.Issuers = security.Issuers(p.stack.Stacks[shared].CI)
		if hub := p.stack.Stacks[shared].TransitGateway; hub != nil {
			args.Regions = slices.Sorted(maps.Keys(hub.Regions))
		}
		args.Roles = []string{
			security.NarrowRoleName(p.scope.Organization, "*", networkJob),
			security.NarrowRoleName(p.scope.Organization, "*", dnsJob),
			security.PipelineRole(p.scope.Organization, "*"),
		}
	}
	if own := p.stack.Pipelines; stack != p.stack.Name && own != nil && len(own.Preview) > 0 {
		args.Previews = append(args.Previews, p.stack.Name) // which makes these roles
	}
	home, abroad := p.aws, pulumi.ProviderResource(nil)
	if stack != p.stack.Name {
		made, err := p.memberProvider(stack, args.Scope.Region)
		if err != nil {
			return nil, err
		}
		home = pulumi.Provider(made)
	}
	if args.Scope.Region != noRegion {
		made, err := p.memberProvider(stack, noRegion)
		if err != nil {
			return nil, err
		}
		abroad = made
	}
	args.Global = abroad
	return security.NewAccountAccess(p.Context, "access-"+stack, args, home, p.org.Ready())
}

// memberScope is where another stack's resources live, as the management stack knows it: an account it makes has its id
// later.
func (p *platform) memberScope(stack string) naming.Scope {
	cfg := p.stack.Stacks[stack]
	scope := p.scope
	scope.Environment, scope.Region, scope.AccountID = cfg.Environment, cfg.Account.Region, cfg.Account.ID
	scope.Owner, scope.CostCenter, scope.Extra = cfg.Owner, cfg.CostCenter, cfg.Tags
	return scope
}

// memberProvider enters an account by the role that was there first.
func (p *platform) memberProvider(stack, region string) (*aws.Provider, error) {
	account := p.account(stack)
	args := &aws.ProviderArgs{Region: pulumi.String(region), AllowedAccountIds: pulumi.StringArray{account}}
	if stack != p.stack.Name || p.readOnly {
		args.AssumeRole = aws.ProviderAssumeRoleArgs{
			RoleArn:     pulumi.Sprintf("arn:%s:iam::%s:role/%s", p.scope.Partition, account, p.taken(accessRole)),
			SessionName: pulumi.String("pulumi-" + p.Stack()),
		}
	}
	return aws.NewProvider(p.Context, "aws-"+stack+"-"+region, args)
}

// recorderRole lets the shared stack record this account.
func (p *platform) recorderRole() error {
	shared := p.stack.The(config.Shared)
	if p.stack.Recorder == nil || p.org == nil || shared == "" {
		return nil
	}
	linked, err := organization.NewRecorderRole(p.Context, "recorder-role", p.scope, p.aws)
	if err != nil {
		return err
	}
	if err := p.publish("recorderRole", linked); err != nil {
		return err
	}
	name := security.NarrowRoleName(p.scope.Organization, p.stack.Stacks[shared].Environment, recorderJob)
	_, err = security.NewNarrowRole(p.Context, recorderJob, security.NarrowRoleArgs{
		Scope: p.scope, RoleName: name, Description: "Records this account in the log archive",
		OrganizationID: p.org.OrganizationID, Trusted: p.runners(shared, pulumi.String(p.scope.AccountID), p.account(shared)),
		Statements: organization.RecorderStatements(p.scope),
		Passes:     &security.PassedRole{RoleARN: linked.RoleARN, Service: organization.ConfigService},
	}, p.aws, p.org.Ready())
	return err
}

// networkRoles let every workload join its own VPCs to its own segment.
func (p *platform) networkRoles() error {
	if p.hub == nil {
		return nil
	}
	for _, stack := range p.stack.Of(config.Workload) {
		cfg := p.stack.Stacks[stack]
		segments := cfg.Segments()
		if len(segments) == 0 {
			continue
		}
		hub := p.scope
		hub.Region = cfg.Account.Region
		err := p.narrowRole(stack, networkJob, "Joins VPCs to the transit gateway", network.AttachmentStatements(network.AttachmentAccess{
			Hub: hub, Environment: cfg.Environment, Segments: segments, Config: p.stack.TransitGateway.In(hub.Region, p.scope.Region),
			RouteTableIDs: p.hubs[hub.Region].RouteTableIDs,
		}))
		if err != nil {
			return err
		}
	}
	return nil
}

// narrowRole lets a workload's stack do one job in this account.
func (p *platform) narrowRole(
	stack, job, description string, statements []iampolicy.Statement,
) error {
	management, err := p.accountOf(p.stack.The(config.Management))
	if err != nil {
		return err
	}
	_, err = security.NewNarrowRole(p.Context, stack+"-"+job, security.NarrowRoleArgs{
		Scope: p.scope, RoleName: security.NarrowRoleName(p.scope.Organization, p.stack.Stacks[stack].Environment, job),
		Description: description + " of " + p.stack.Stacks[stack].Environment, OrganizationID: p.organizationID(),
		Trusted:    p.runners(stack, pulumi.String(management), pulumi.String(p.scope.AccountID)),
		Statements: statements,
	}, p.aws)
	return err
}

// runners are who runs a stack: operators, and its own pipeline that deploys. A role taken in the stack's account cannot
// take one elsewhere, so it is they who take narrow roles.
func (p *platform) runners(stack string, management, shared pulumi.StringInput) []security.Principals {
	runners := []security.Principals{{AccountID: management, Roles: p.operators()}}
	if owner := p.stack.Stacks[p.stack.The(config.Shared)]; owner != nil && owner.CI != nil {
		runners = append(runners, security.Principals{
			AccountID: shared, Roles: []string{security.PipelineRole(p.scope.Organization, stack)},
		})
	}
	return runners
}

// pipelines lets every stack's pipelines sign in, each to a role that can take that stack's own roles and no other.
func (p *platform) pipelines() error {
	if p.stack.CI == nil {
		return nil
	}
	args := security.ContinuousIntegrationArgs{
		Scope: p.scope, Config: *p.stack.CI, Pipelines: map[string]config.Pipelines{}, Rights: map[string]security.PipelineRights{},
	}
	for stack, cfg := range p.stack.Stacks {
		if cfg.Pipelines == nil {
			continue
		}
		args.Pipelines[stack] = *cfg.Pipelines
		rights, err := p.pipelineRights(stack)
		if err != nil {
			return err
		}
		args.Rights[stack] = rights
	}
	made, err := security.NewContinuousIntegration(p.Context, "ci", args, p.aws)
	if err != nil {
		return err
	}
	return p.publish("ci", made)
}

// pipelineRights are the roles a stack's pipelines may take: those that run it or look at it, those for its state, and those
// for what it does in other accounts.
func (p *platform) pipelineRights(stack string) (security.PipelineRights, error) {
	id, err := p.accountOf(stack)
	if err != nil {
		return security.PipelineRights{}, err
	}
	management, err := p.accountOf(p.stack.The(config.Management))
	if err != nil {
		return security.PipelineRights{}, err
	}
	name, environment := p.scope.Organization, p.stack.Stacks[stack].Environment
	role := func(account, role string) pulumi.StringInput {
		return pulumi.String(p.scope.GlobalARN("iam", account, "role/"+role))
	}
	rights := security.PipelineRights{
		Deploy: []pulumi.StringInput{p.published(config.Management, "stateBackend", "roles", stack)},
		Preview: []pulumi.StringInput{
			role(id, security.AccessRole(name, security.Readonly)), p.published(config.Management, "stateBackend", "readRoles", stack),
		},
	}
	key := p.published(config.Management, "stateBackend", "secretsKeyArn")
	opens := operations.DecryptSecrets(p.Project(), key, append(p.upstreams(p.stack.Stacks[stack].Kind), stack)...)
	rights.PreviewMore = []iampolicy.Statement{opens}
	rights.DeployMore = []iampolicy.Statement{opens, operations.EncryptSecrets(p.Project(), key, stack)}
	switch p.stack.Stacks[stack].Kind {
	case config.Management:
		for _, member := range append(p.stack.Of(config.Shared), p.stack.Of(config.Workload)...) {
			account, err := p.accountOf(member)
			if err != nil {
				return security.PipelineRights{}, err
			}
			rights.Preview = append(rights.Preview, role(account, security.AccessRole(name, security.Readonly)))
		}
	case config.Shared:
		rights.Deploy = append(rights.Deploy, role(id, security.AccessRole(name, security.Deploy)),
			role(management, security.NarrowRoleName(name, environment, recorderJob)))
		rights.Preview = append(rights.Preview, role(management, security.AccessRole(name, security.Readonly)))
	case config.Workload:
		rights.Deploy = append(rights.Deploy, role(id, security.AccessRole(name, security.Deploy)),
			role(p.scope.AccountID, security.NarrowRoleName(name, environment, networkJob)),
			role(p.scope.AccountID, security.NarrowRoleName(name, environment, dnsJob)))
		rights.Preview = append(rights.Preview, role(p.scope.AccountID, security.AccessRole(name, security.Readonly)))
	}
	return rights, nil
}
