package organization

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudtrail"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/guardduty"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/securityhub"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
)

// AuditDelegationArgs say which account audits.
type AuditDelegationArgs struct {
	// AccountID is the member account that becomes the administrator.
	AccountID pulumi.StringInput
	// Organization waits until the services are trusted and the account is a member; nil where both are so already.
	Organization pulumi.ResourceOption
}

// AuditDelegation makes a member account the administrator of CloudTrail, GuardDuty and Security Hub for the organization.
// It is made in the management account. These three register an administrator by a call of their own; GuardDuty's and
// Security Hub's holds for one region, the provider's. Others are delegated by the organization itself.
type AuditDelegation struct {
	pulumi.ResourceState

	// AdministratorID is the account, once all three know it.
	AdministratorID pulumi.StringOutput `pulumi:"administratorId"`

	children *component.Children
}

// Ready is the option to wait for the delegation: before it, the administrator's own calls are refused.
func (d *AuditDelegation) Ready() pulumi.ResourceOption { return d.children.Ready() }

// NewAuditDelegation delegates.
func NewAuditDelegation(
	ctx *pulumi.Context, name string, args AuditDelegationArgs, opts ...pulumi.ResourceOption,
) (*AuditDelegation, error) {
	delegation := &AuditDelegation{}
	err := component.Register(ctx, "aws-platform:organization:AuditDelegation", name, delegation, nil, func(c *component.Children) error {
		delegation.children = c
		options := c.Options()
		if args.Organization != nil {
			options = append(options, args.Organization)
		}
		trail, err := cloudtrail.NewOrganizationDelegatedAdminAccount(ctx, c.Name("cloudtrail"),
			&cloudtrail.OrganizationDelegatedAdminAccountArgs{AccountId: args.AccountID}, options...)
		if err != nil {
			return err
		}
		guard, err := guardduty.NewOrganizationAdminAccount(ctx, c.Name("guardduty"),
			&guardduty.OrganizationAdminAccountArgs{AdminAccountId: args.AccountID}, options...)
		if err != nil {
			return err
		}
		// Security Hub is not enabled by itself in the account that delegates it.
		own, err := securityhub.NewAccount(ctx, c.Name("securityhub-account"), &securityhub.AccountArgs{
			EnableDefaultStandards: pulumi.Bool(false), ControlFindingGenerator: pulumi.String("SECURITY_CONTROL"),
			AutoEnableControls: pulumi.Bool(true),
		}, options...)
		if err != nil {
			return err
		}
		hub, err := securityhub.NewOrganizationAdminAccount(ctx, c.Name("securityhub"),
			&securityhub.OrganizationAdminAccountArgs{AdminAccountId: args.AccountID},
			append(options, pulumi.DependsOn([]pulumi.Resource{own}))...)
		if err != nil {
			return err
		}
		delegation.AdministratorID = pulumi.All(trail.AccountId, guard.AdminAccountId, hub.AdminAccountId).ApplyT(
			func(all []any) string { return all[0].(string) }).(pulumi.StringOutput)
		return nil
	}, opts...)
	if err != nil {
		return nil, err
	}
	return delegation, nil
}
