// Package organization holds the organization: its units and accounts, what they may never do, and who signs in where.
package organization

import (
	"errors"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/organizations"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ram"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
)

const organizationToken = "aws-platform:organization:Organization"

// The kinds of policy the platform uses.
const (
	serviceControlPolicy = "SERVICE_CONTROL_POLICY"
	tagPolicy            = "TAG_POLICY"
)

// Args say what the organization is.
type Args struct {
	// Scope is the management account's.
	Scope naming.Scope
	// Stack is the management stack's name: its account is listed beside the members'.
	Stack string
	// Config decides the units, the policies and the services.
	Config config.Governance
	// Members are the accounts of the other stacks, by stack; see Members.
	Members map[string]Member
	// StateBucket and LogBuckets are the names of the buckets that no account may touch; "" and none protect none.
	StateBucket string
	LogBuckets  []string
	// Protect makes the engine refuse to delete the organization. Accounts are protected whatever it says.
	Protect bool
}

// Organization is the organization with its units, its accounts and its policies. Detection and trails are components of
// their own, and so is IAM Identity Center. What must find all of it in place takes the option Ready.
type Organization struct {
	pulumi.ResourceState

	// OrganizationID is "o-...", RootID "r-...".
	OrganizationID  pulumi.StringOutput `pulumi:"organizationId"`
	OrganizationARN pulumi.StringOutput `pulumi:"organizationArn"`
	RootID          pulumi.StringOutput `pulumi:"rootId"`
	// Units are the organizational units by path, each with its "id" and "arn".
	Units pulumi.StringMapMapOutput `pulumi:"ous"`
	// Accounts are the ids of all accounts by stack, the management stack's among them.
	Accounts pulumi.StringMapOutput `pulumi:"accounts"`
	// Policies are the ids of the policies, by unit and first statement ("workloads-NoRootUser"), or by tag policy.
	Policies pulumi.StringMapOutput `pulumi:"policies"`
	// DelegatedAdministrator is the id of the account that runs the organization's services; "" for none.
	DelegatedAdministrator pulumi.StringOutput `pulumi:"delegatedAdministrator"`

	// AccountIDs are the same as Accounts, one by one: what needs one account does not wait for the others.
	AccountIDs map[string]pulumi.StringOutput

	children *component.Children
}

// Ready is the option to wait for the whole organization.
func (o *Organization) Ready() pulumi.ResourceOption { return o.children.Ready() }

// NewOrganization makes the organization in the management account, or takes in the one that is there.
func NewOrganization(
	ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption,
) (*Organization, error) {
	plan, err := planOrganization(args)
	if err != nil {
		return nil, err
	}
	made := &Organization{}
	b := &organizationBuild{ctx: ctx, args: args, plan: plan, out: made}
	inputs := pulumi.Map{"organizationalUnits": pulumi.Int(len(plan.units)), "accounts": pulumi.ToStringArray(plan.members)}
	if err := component.Register(ctx, organizationToken, name, made, inputs, b.build, opts...); err != nil {
		return nil, err
	}
	return made, nil
}

// organizationBuild is an organization in the making.
type organizationBuild struct {
	*component.Children
	ctx  *pulumi.Context
	args Args
	plan organizationPlan
	out  *Organization

	organization *organizations.Organization
	units        map[string]*organizations.OrganizationalUnit // by path
	policies     pulumi.StringMap
}

// build makes the parts in the order they need each other.
func (b *organizationBuild) build(children *component.Children) error {
	b.Children, b.out.children = children, children
	b.policies = pulumi.StringMap{}
	for _, step := range []func() error{
		b.makeOrganization, b.makeUnits, b.makeServicePolicies, b.makeTagPolicies, b.makeAccounts, b.delegate, b.enableServices,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	b.out.Policies = b.policies.ToStringMapOutput()
	return nil
}

func (b *organizationBuild) makeOrganization() (err error) {
	options := b.Options(pulumi.Protect(b.args.Protect))
	if id := b.args.Config.Import; id != "" {
		options = append(options, pulumi.Import(pulumi.ID(id)))
	}
	b.organization, err = organizations.NewOrganization(b.ctx, b.Name("organization"), &organizations.OrganizationArgs{
		FeatureSet:                 pulumi.String("ALL"),
		EnabledPolicyTypes:         pulumi.ToStringArray(b.plan.policyTypes),
		AwsServiceAccessPrincipals: pulumi.ToStringArray(b.args.Config.TrustedServices),
	}, options...)
	if err != nil {
		return err
	}
	b.out.OrganizationID, b.out.OrganizationARN = b.organization.ID().ToStringOutput(), b.organization.Arn
	b.out.RootID = b.organization.Roots.ApplyT(func(roots []organizations.OrganizationRoot) (string, error) {
		if len(roots) == 0 || roots[0].Id == nil {
			return "", errors.New("the organization has no root: AWS has not finished making it; run the update again")
		}
		return *roots[0].Id, nil
	}).(pulumi.StringOutput)
	return nil
}

// makeUnits makes the tree from the root down.
func (b *organizationBuild) makeUnits() error {
	b.units = map[string]*organizations.OrganizationalUnit{}
	outputs := pulumi.StringMapMap{}
	for _, unit := range b.plan.units {
		options := b.Options()
		if unit.imported != "" {
			options = append(options, pulumi.Import(pulumi.ID(unit.imported)))
		}
		made, err := organizations.NewOrganizationalUnit(b.ctx, b.Name("ou", unit.path), &organizations.OrganizationalUnitArgs{
			Name:     pulumi.String(unit.name),
			ParentId: b.unitID(unit.parent),
			Tags:     b.tags("ou", unit.path),
		}, options...)
		if err != nil {
			return err
		}
		b.units[unit.path] = made
		outputs[unit.path] = pulumi.StringMap{"id": made.ID().ToStringOutput(), "arn": made.Arn}
	}
	b.out.Units = outputs.ToStringMapMapOutput()
	return nil
}

// unitID is a unit's id, or the root's for "".
func (b *organizationBuild) unitID(path string) pulumi.StringOutput {
	if path == "" {
		return b.out.RootID
	}
	return b.units[path].ID().ToStringOutput()
}

// delegate registers the account that runs the organization's services.
func (b *organizationBuild) delegate() error {
	b.out.DelegatedAdministrator = pulumi.String("").ToStringOutput()
	delegated := b.args.Config.DelegatedAdministrator
	if delegated == nil {
		return nil
	}
	administrator := b.out.AccountIDs[delegated.Stack]
	b.out.DelegatedAdministrator = administrator
	for _, service := range b.plan.delegates {
		key := strings.TrimSuffix(service, ".amazonaws.com")
		_, err := organizations.NewDelegatedAdministrator(b.ctx, b.Name("delegate", key), &organizations.DelegatedAdministratorArgs{
			AccountId: administrator, ServicePrincipal: pulumi.String(service),
		}, b.afterOrganization()...)
		if err != nil {
			return err
		}
	}
	return nil
}

// enableServices switches on what a service does for the organization as a whole, beyond being trusted.
func (b *organizationBuild) enableServices() error {
	if b.args.Config.CentralRootAccess {
		_, err := iam.NewOrganizationsFeatures(b.ctx, b.Name("root-access"), &iam.OrganizationsFeaturesArgs{
			EnabledFeatures: pulumi.ToStringArray([]string{"RootCredentialsManagement", "RootSessions"}),
		}, b.afterOrganization()...)
		if err != nil {
			return err
		}
	}
	if b.args.Config.ShareResources {
		_, err := ram.NewSharingWithOrganization(b.ctx, b.Name("sharing"), nil, b.afterOrganization()...)
		return err
	}
	return nil
}

// afterOrganization are the options of what needs the organization's settings and takes none of its outputs.
func (b *organizationBuild) afterOrganization() []pulumi.ResourceOption {
	return b.Options(pulumi.DependsOn([]pulumi.Resource{b.organization}))
}

func (b *organizationBuild) tags(role string, keys ...string) pulumi.StringMap {
	return pulumi.ToStringMap(b.args.Scope.Tags("organization", b.Name(role, keys...), nil))
}
