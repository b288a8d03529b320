package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/config"
	"aws-platform/pkg/operations"
	"aws-platform/pkg/organization"
	"aws-platform/pkg/security"
)

// organization is the tree of accounts and what they may never do.
func (p *platform) organization() error {
	cfg := p.stack.Governance
	if cfg == nil {
		return nil
	}
	args := organization.Args{
		Scope: p.scope, Stack: p.stack.Name, Config: *cfg, Protect: p.stack.Protect,
		Members: organization.Members(p.Project(), p.stack.Stacks),
	}
	if p.stack.StateBackend != nil {
		args.StateBucket = p.stack.StateBackend.Bucket
	}
	if shared := p.stack.Stacks[p.stack.The(config.Shared)]; shared != nil && shared.LogArchive != nil {
		if scope, err := p.scopeOf(p.stack.The(config.Shared)); err == nil {
			args.LogBuckets = operations.LogBucketNames(scope, *shared.LogArchive)
		}
	}
	made, err := organization.NewOrganization(p.Context, "organization", args, p.aws)
	if err != nil {
		return err
	}
	p.org = made
	return p.publish("organization", made)
}

// identityCenter is who signs in to which account, and with which rights.
func (p *platform) identityCenter() error {
	if p.org == nil || p.stack.Governance.IdentityCenter == nil {
		return nil
	}
	accounts, units := map[string]pulumi.StringInput{}, map[string]string{}
	for stack, id := range p.org.AccountIDs {
		accounts[stack], units[stack] = id, p.stack.Stacks[stack].Unit()
	}
	made, err := organization.NewIdentityCenter(p.Context, "identity-center", organization.IdentityCenterArgs{
		Scope: p.scope, Config: *p.stack.Governance.IdentityCenter, Accounts: accounts, Units: units,
	}, p.aws, p.org.Ready())
	if err != nil {
		return err
	}
	return p.publish("identityCenter", made)
}

// auditDelegation lets another account run the services that watch all of them.
func (p *platform) auditDelegation() error {
	if p.org == nil || p.stack.Governance.DelegatedAdministrator == nil {
		return nil
	}
	made, err := organization.NewAuditDelegation(p.Context, "audit", organization.AuditDelegationArgs{
		AccountID: p.org.DelegatedAdministrator, Organization: p.org.Ready(),
	}, p.aws)
	if err != nil {
		return err
	}
	return p.publish("audit", made)
}

// organizationID is the organization's id, as whoever reads it from the management stack knows it.
func (p *platform) organizationID() pulumi.StringOutput {
	return p.published(config.Management, "organization", "organizationId")
}

// logArchive keeps the logs of every account.
func (p *platform) logArchive() error {
	cfg := p.stack.LogArchive
	if cfg == nil {
		return nil
	}
	management, err := p.accountOf(p.stack.The(config.Management))
	if err != nil {
		return err
	}
	made, err := operations.NewLogArchive(p.Context, "logs", operations.LogArchiveArgs{
		Scope: p.scope, Config: *cfg, OrganizationID: p.organizationID(), ManagementAccountID: pulumi.String(management),
		TrailName: organization.TrailName(p.scope), Protect: p.stack.Protect,
	}, p.aws)
	if err != nil {
		return err
	}
	p.archive = made
	return p.publish("logArchive", made)
}

// trail records who does what in every account.
func (p *platform) trail() error {
	cfg := p.stack.Trail
	if cfg == nil {
		return nil
	}
	management, err := p.accountOf(p.stack.The(config.Management))
	if err != nil {
		return err
	}
	made, err := organization.NewTrail(p.Context, "trail", organization.TrailArgs{
		Scope: p.scope, Config: *cfg, OrganizationID: p.organizationID(), ManagementAccountID: pulumi.String(management),
		Bucket:  p.archive.BucketNames.MapIndex(pulumi.String("trail")),
		KeyARN:  p.archive.KeyARNs.MapIndex(pulumi.String("trail")),
		Archive: p.archive.Ready(), Protect: p.stack.Protect,
	}, p.aws)
	if err != nil {
		return err
	}
	return p.publish("trail", made)
}

// recorder records the account's resources and their changes in the log archive. Whoever has the archive also records the
// management account, which came up when there was none.
func (p *platform) recorder() error {
	args := organization.RecorderArgs{Scope: p.scope, Global: true}
	if p.archive != nil {
		args.Bucket = p.archive.BucketNames.MapIndex(pulumi.String("config"))
		args.KeyARN = p.archive.KeyARNs.MapIndex(pulumi.String("config"))
		args.Archive = p.archive.Ready()
		if err := p.managementRecorder(args); err != nil {
			return err
		}
	}
	if p.stack.Recorder == nil {
		return nil
	}
	if p.archive == nil {
		args.Bucket = p.published(config.Shared, "logArchive", "bucketNames", "config")
		args.KeyARN = p.published(config.Shared, "logArchive", "keyArns", "config")
	}
	args.Config = *p.stack.Recorder
	made, err := organization.NewRecorder(p.Context, "recorder", args, p.aws)
	if err != nil {
		return err
	}
	return p.publish("recorder", made)
}

func (p *platform) managementRecorder(args organization.RecorderArgs) (err error) {
	management := p.stack.The(config.Management)
	if cfg := p.stack.Stacks[management]; cfg == nil || cfg.Recorder == nil {
		return nil
	}
	if args.Scope, err = p.scopeOf(management); err != nil {
		return err
	}
	args.Config = *p.stack.Stacks[management].Recorder
	args.RoleARN = p.published(config.Management, "recorderRole", "roleArn")
	provider, err := p.helper(config.Management, recorderJob)
	if err != nil {
		return err
	}
	_, err = organization.NewRecorder(p.Context, "management-recorder", args, pulumi.Provider(provider))
	return err
}

// detection watches all accounts.
func (p *platform) detection() error {
	if p.stack.Detection == nil {
		return nil
	}
	made, err := organization.NewDetection(p.Context, "detection", organization.DetectionArgs{
		Scope: p.scope, Config: *p.stack.Detection,
	}, p.aws)
	if err != nil {
		return err
	}
	return p.publish("detection", made)
}

// baseline is what holds for the account as a whole.
func (p *platform) baseline() error {
	if p.stack.Baseline == nil {
		return nil
	}
	made, err := security.NewAccountBaseline(p.Context, "baseline", security.AccountBaselineArgs{
		Scope: p.scope, Config: *p.stack.Baseline, Protect: p.stack.Protect,
	}, p.aws)
	if err != nil {
		return err
	}
	return p.publish("baseline", made)
}

// stateBackend is where Pulumi's state is kept, that of this stack included.
func (p *platform) stateBackend() error {
	if p.stack.StateBackend == nil {
		return nil
	}
	args := operations.StateBackendArgs{
		Scope:   p.scope,
		Config:  *p.stack.StateBackend,
		Stacks:  p.stateStacks(),
		Project: p.Project(),
		Protect: p.stack.Protect,
	}
	if p.org != nil {
		args.OrganizationID = p.org.OrganizationID
	}
	made, err := operations.NewStateBackend(p.Context, "state", args, p.aws)
	if err != nil {
		return err
	}
	return p.publish("stateBackend", made)
}

// stateStacks is who may use which state: operators and the stack's pipelines, of which those that preview only read. A role
// taken in the stack's account takes no other, so none of those is among them. What a stack reads follows from its kind, as
// data flows one way.
func (p *platform) stateStacks() map[string]operations.StateStack {
	name := p.stack.Organization
	stacks := map[string]operations.StateStack{}
	for stack, cfg := range p.stack.Stacks {
		access := operations.StateStack{Trusted: []operations.StatePrincipals{
			{AccountID: pulumi.String(p.scope.AccountID), Roles: p.operators()},
		}}
		if shared := p.stack.The(config.Shared); shared != "" && p.stack.Stacks[shared].CI != nil {
			id := p.account(shared)
			access.Readers = []operations.StatePrincipals{{AccountID: id, Roles: []string{security.PipelinePreviewRole(name, stack)}}}
			// No pipeline deploys the management account: its operators do.
			if cfg.Kind != config.Management {
				access.Trusted = append(access.Trusted, operations.StatePrincipals{
					AccountID: id, Roles: []string{security.PipelineRole(name, stack)},
				})
			}
		}
		access.Reads = p.upstreams(cfg.Kind)
		stacks[stack] = access
	}
	return stacks
}

// upstreams are the stacks whose outputs a stack of a kind reads.
func (p *platform) upstreams(kind config.Kind) []string {
	switch kind {
	case config.Shared:
		return p.stack.Of(config.Management)
	case config.Workload:
		return append(p.stack.Of(config.Management), p.stack.Of(config.Shared)...)
	}
	return nil
}

// operators are the roles of the management account that run stacks.
func (p *platform) operators() []string {
	access := p.stack.Stacks[p.stack.The(config.Management)].Access
	if access == nil {
		return []string{"aws-reserved/sso.amazonaws.com/*AWSReservedSSO_PlatformOperator_*"}
	}
	return access.Operators
}

// account is the id of a stack's account, as the management stack knows it: one it makes has its id later.
func (p *platform) account(stack string) pulumi.StringInput {
	if id := p.stack.Stacks[stack].Account.ID; id != "" || p.org == nil {
		return pulumi.String(id)
	}
	return p.org.AccountIDs[stack]
}
