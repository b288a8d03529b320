package organization

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/organizations"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// makeAccounts makes the accounts of the stacks, or takes in those that have an id: the engine reads such an account the
// first time, moves and tags it in the same update, and ignores the import ever after. An account never goes by
// accident: it is protected, and taken out of the program it stays where it is. docs/organization.md says how one is
// closed. Accounts are made one after the other: AWS takes few at a time.
func (b *organizationBuild) makeAccounts() error {
	b.out.AccountIDs = map[string]pulumi.StringOutput{}
	ids := pulumi.StringMap{}
	var before []pulumi.Resource // the account made last
	for _, stack := range b.plan.members {
		member := b.args.Members[stack]
		made, err := organizations.NewAccount(b.ctx, b.Name("account", stack), &organizations.AccountArgs{
			Name:            pulumi.String(member.Name),
			Email:           pulumi.String(member.Email),
			ParentId:        b.unitID(member.Unit),
			RoleName:        pulumi.String(accountAccess),
			CloseOnDeletion: pulumi.Bool(member.Close),
			Tags:            pulumi.ToStringMap(member.Scope.Tags("organization", member.Name, nil)),
		}, append(b.accountOptions(member), pulumi.DependsOn(before))...)
		if err != nil {
			return err
		}
		if member.ID == "" {
			before = []pulumi.Resource{made}
		}
		b.out.AccountIDs[stack] = made.ID().ToStringOutput()
		ids[stack] = b.out.AccountIDs[stack]
	}
	if b.args.Stack != "" {
		b.out.AccountIDs[b.args.Stack] = pulumi.String(b.args.Scope.AccountID).ToStringOutput()
		ids[b.args.Stack] = b.out.AccountIDs[b.args.Stack]
	}
	b.out.Accounts = ids.ToStringMapOutput()
	return nil
}

// accountOptions keep an account. What AWS cannot change in place, or cannot tell, is ignored: the provider would make
// a new account of it.
func (b *organizationBuild) accountOptions(member Member) []pulumi.ResourceOption {
	options := b.Options(
		pulumi.Protect(!member.Close),
		pulumi.RetainOnDelete(!member.Close),
		pulumi.IgnoreChanges([]string{"email", "iamUserAccessToBilling", "name", "roleName"}),
	)
	if member.ID != "" {
		options = append(options, pulumi.Import(pulumi.ID(member.ID)))
	}
	return options
}
