package security

import (
	"errors"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
)

// chainedSeconds is how long a session lasts that a role takes from a role, whatever the role allows: AWS's limit. All
// who take the access roles come as a role, but for break-glass, which shall not last longer either.
const chainedSeconds = 3600

// AccountAccessArgs say whose account it is and who comes in.
type AccountAccessArgs struct {
	// Scope is the account's, as its own stack would have it. Its AccountID may be empty where AccountID is given.
	Scope  naming.Scope
	Config config.Access
	// Stack is the stack that owns the account.
	Stack string
	// AccountID is the account's id where it is made in the same run; nil: the scope's.
	AccountID pulumi.StringInput
	// OrganizationID is "o-...".
	OrganizationID pulumi.StringInput
	// ManagementID is the account operators come from. SharedID is the account pipelines come from; nil where there
	// is none.
	ManagementID string
	SharedID     pulumi.StringInput
	// Previews are the other stacks whose preview pipelines read here.
	Previews []string
	// Roles are name patterns of the roles without a path that the account's stack makes, beside those of the scope's path.
	Roles []string
	// Secrets is the project whose stacks' secrets pipelines that sign in here open; "" where none do.
	Secrets string
	// Watches says that the account's stack runs the organization's trail and detectors.
	Watches bool
	// Issuers are the hosts of identity providers the account's stack makes, beside those of its clusters.
	Issuers []string
	// Regions are those the account's stack works in beside the scope's.
	Regions []string
	// Global is the account's provider in us-east-1, where AWS records who takes roles through the endpoint without a
	// region; nil where that is the scope's region.
	Global pulumi.ProviderResource
	// Protect makes the engine refuse to delete the roles and the boundary.
	Protect bool
}

// AccountAccess is how an account is entered: the role its stack runs as, the one previews run as, the one for the worst
// day, and the boundary of every role the stack makes. The management stack makes it in every account, so that no account
// can widen its own. Of the management account it makes no deploy role and no boundary: operators run its stack as
// themselves, since no policy of the organization holds there.
type AccountAccess struct {
	pulumi.ResourceState

	// DeployRoleARN, ReadonlyRoleARN, BreakGlassRoleARN and BoundaryARN are "" where there is none.
	DeployRoleARN     pulumi.StringOutput `pulumi:"deployRoleArn"`
	ReadonlyRoleARN   pulumi.StringOutput `pulumi:"readonlyRoleArn"`
	BreakGlassRoleARN pulumi.StringOutput `pulumi:"breakGlassRoleArn"`
	BoundaryARN       pulumi.StringOutput `pulumi:"boundaryArn"`
	// AlarmTopicARNs are the topics told when the glass is broken, by region.
	AlarmTopicARNs pulumi.StringMapOutput `pulumi:"alarmTopicArns"`

	made *accessBuild
}

// accessBuild is an account's access in the making.
type accessBuild struct {
	*component.Children
	ctx   *pulumi.Context
	args  AccountAccessArgs
	facts facts               // with stand-ins where something is known only later
	later pulumi.StringOutput // the account, the organization and the shared account, with spaces between
	out   *AccountAccess
}

// NewAccountAccess makes the ways into one account.
func NewAccountAccess(
	ctx *pulumi.Context, name string, args AccountAccessArgs, opts ...pulumi.ResourceOption,
) (*AccountAccess, error) {
	none := pulumi.String("").ToStringOutput()
	out := &AccountAccess{
		DeployRoleARN: none, ReadonlyRoleARN: none, BreakGlassRoleARN: none, BoundaryARN: none,
		AlarmTopicARNs: pulumi.StringMap{}.ToStringMapOutput(),
	}
	b := &accessBuild{ctx: ctx, args: args, out: out}
	out.made = b
	b.gather()
	if err := b.check(); err != nil {
		return nil, err
	}
	err := component.Register(ctx, "aws-platform:security:AccountAccess", name, out, nil, func(c *component.Children) error {
		b.Children = c
		steps := []func() error{b.readonly, b.breakGlass}
		if !b.facts.governs {
			steps = append(steps, b.boundary, b.deploy)
		}
		for _, step := range steps {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	}, opts...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Ready is the option to wait until the account can be entered.
func (a *AccountAccess) Ready() pulumi.ResourceOption { return a.made.Ready() }

// Stand-ins for what is known only once it is made, as long as the longest that may come: sizes are judged by them.
const (
	someAccount      = "000000000000"
	someOrganization = "o-00000000000000000000000000000000"
)

// gather puts the facts together.
func (b *accessBuild) gather() {
	args := b.args
	b.facts = facts{
		scope: args.Scope, organizationID: someOrganization, managementID: args.ManagementID,
		stack: args.Stack, previews: args.Previews, operators: args.Config.Operators, readers: args.Config.Readers,
		roles: args.Roles, regions: args.Regions, issuers: args.Issuers, watches: args.Watches, secrets: args.Secrets,
		governs: args.Scope.AccountID == args.ManagementID,
	}
	if glass := args.Config.BreakGlass; glass != nil {
		b.facts.users = glass.Users
	}
	account, shared := args.AccountID, args.SharedID
	if account == nil {
		account = pulumi.String(args.Scope.AccountID)
	}
	if b.facts.scope.AccountID == "" {
		b.facts.scope.AccountID = someAccount
	}
	if shared == nil {
		shared = pulumi.String("")
	} else {
		b.facts.sharedID = someAccount
	}
	b.later = pulumi.Sprintf("%s %s %s", account, args.OrganizationID, shared)
}

// check judges every policy before anything is made.
func (b *accessBuild) check() error {
	if b.args.OrganizationID == nil {
		return errors.New("account access: has no organization: every trust asks for it")
	}
	_, readonly := readonlyTrustText(b.facts)
	faults := []error{checkSplit(b.facts.readonlyChapters()), readonly}
	if b.args.Config.BreakGlass != nil {
		_, glass := breakGlassTrustText(b.facts)
		faults = append(faults, glass)
	}
	if !b.facts.governs {
		_, deploy := deployTrustText(b.facts)
		_, boundary := boundaryText(b.facts)
		faults = append(faults, deploy, boundary, checkSplit(b.facts.deployChapters()))
	}
	return errors.Join(faults...)
}

func deployTrustText(f facts) (string, error)   { return trustDocument(Deploy, f.deployTrust()) }
func readonlyTrustText(f facts) (string, error) { return trustDocument(Readonly, f.readonlyTrust()) }
func breakGlassTrustText(f facts) (string, error) {
	return trustDocument(BreakGlass, f.breakGlassTrust())
}
func boundaryText(f facts) (string, error) {
	return chapter{name: "boundary", statements: f.boundaryStatements()}.document()
}

// text is a document of the facts, once all of them are known.
func (b *accessBuild) text(document func(facts) (string, error)) pulumi.StringOutput {
	return b.later.ApplyT(func(later string) (string, error) {
		known := strings.Split(later, " ")
		f := b.facts
		f.scope.AccountID, f.organizationID = known[0], known[1]
		if known[2] != "" {
			f.sharedID = known[2]
		}
		return document(f)
	}).(pulumi.StringOutput)
}

func (b *accessBuild) boundary() error {
	policy, err := iam.NewPolicy(b.ctx, b.Name("boundary"), &iam.PolicyArgs{
		Name:        pulumi.String(BoundaryPolicy(b.args.Scope.Organization)),
		Description: pulumi.String("The most any role made by the stacks can be given"),
		Policy:      b.text(boundaryText),
		Tags:        b.tags("boundary"),
	}, b.Options(pulumi.Protect(b.args.Protect))...)
	if err != nil {
		return err
	}
	b.out.BoundaryARN = policy.Arn
	return nil
}

func (b *accessBuild) deploy() error {
	role, err := b.role(Deploy, "What the stack of the account runs as", deployTrustText)
	if err != nil {
		return err
	}
	b.out.DeployRoleARN = role.Arn
	return b.attach(role, Deploy, facts.deployChapters, b.facts.deployChapters())
}

func (b *accessBuild) readonly() error {
	role, err := b.role(Readonly, "What previews of the account's stack run as", readonlyTrustText)
	if err != nil {
		return err
	}
	b.out.ReadonlyRoleARN = role.Arn
	return b.attach(role, Readonly, facts.readonlyChapters, b.facts.readonlyChapters())
}

// breakGlass makes the role for the worst day, and its alarms.
func (b *accessBuild) breakGlass() error {
	glass := b.args.Config.BreakGlass
	if glass == nil {
		return nil
	}
	role, err := b.role(BreakGlass, "All rights for an hour, with a second factor; people are told when it is taken", breakGlassTrustText)
	if err != nil {
		return err
	}
	_, err = iam.NewRolePolicyAttachment(b.ctx, b.Name(BreakGlass, "administrator"), &iam.RolePolicyAttachmentArgs{
		Role: role.Name, PolicyArn: pulumi.String(b.args.Scope.GlobalARN("iam", "aws", "policy/AdministratorAccess")),
	}, b.Options()...)
	if err != nil {
		return err
	}
	b.out.BreakGlassRoleARN = role.Arn
	places := map[string][]pulumi.ResourceOption{b.args.Scope.Region: nil}
	if b.args.Global != nil && b.args.Scope.Region != globalRegion {
		places[globalRegion] = []pulumi.ResourceOption{pulumi.Provider(b.args.Global)}
	}
	topics := pulumi.StringMap{}
	for region, opts := range places {
		scope := b.args.Scope
		scope.Region = region
		alarm, err := NewBreakGlassAlarm(b.ctx, b.Name("alarm", region), BreakGlassAlarmArgs{
			Scope: scope, AccountID: b.args.AccountID, Notify: glass.Notify, Protect: b.args.Protect,
		}, b.Options(opts...)...)
		if err != nil {
			return err
		}
		topics[region] = alarm.TopicARN
	}
	b.out.AlarmTopicARNs = topics.ToStringMapOutput()
	return nil
}

func (b *accessBuild) role(purpose, description string, trust func(facts) (string, error)) (*iam.Role, error) {
	return iam.NewRole(b.ctx, b.Name(purpose), &iam.RoleArgs{
		Name:               pulumi.String(AccessRole(b.args.Scope.Organization, purpose)),
		Description:        pulumi.String(description),
		AssumeRolePolicy:   b.text(trust),
		MaxSessionDuration: pulumi.Int(chainedSeconds),
		Tags:               b.tags(purpose),
	}, b.Options(pulumi.Protect(b.args.Protect))...)
}

// attach makes a role's policies. Which there are is plain; what they say may wait for ids.
func (b *accessBuild) attach(role *iam.Role, purpose string, chapters func(facts) []chapter, planned []chapter) error {
	for i, planned := range planned {
		policy, err := iam.NewPolicy(b.ctx, b.Name(purpose, planned.name), &iam.PolicyArgs{
			Name:        pulumi.String(AccessRole(b.args.Scope.Organization, purpose) + "-" + planned.name),
			Description: pulumi.String("Of the role " + AccessRole(b.args.Scope.Organization, purpose) + ": " + planned.name),
			Policy:      b.text(func(f facts) (string, error) { return chapters(f)[i].document() }),
			Tags:        b.tags(purpose, planned.name),
		}, b.Options()...)
		if err != nil {
			return err
		}
		_, err = iam.NewRolePolicyAttachment(b.ctx, b.Name(purpose, planned.name, "attachment"), &iam.RolePolicyAttachmentArgs{
			Role: role.Name, PolicyArn: policy.Arn,
		}, b.Options()...)
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *accessBuild) tags(role string, keys ...string) pulumi.StringMap {
	return pulumi.ToStringMap(b.args.Scope.Tags("access", b.Name(role, keys...), nil))
}
