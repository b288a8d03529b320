package organization

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/sim"
)

func testCenter() IdentityCenterArgs {
	return IdentityCenterArgs{
		Scope: testScope(),
		Accounts: map[string]pulumi.StringInput{
			"management": pulumi.String(managementAccount), "dev": pulumi.String("333333333333"), "prod": pulumi.String("555555555555"),
		},
		Units: map[string]string{"dev": "workloads/nonproduction", "prod": "workloads/production"},
		Config: config.IdentityCenter{
			Groups: map[string]config.IdentityGroup{"platform": {Description: "runs the platform"}, "developers": {Description: "writes apps"}},
			PermissionSets: map[string]config.PermissionSet{
				"PlatformOperator": {Description: "runs updates", SessionHours: 8, Assumes: []string{"deploy", "readonly"}, Inline: map[string]config.InlineStatement{
					"ReadCosts": {Actions: []string{"ce:GetCostAndUsage"}, Resources: []string{"*"}},
				}},
				"Viewer": {Description: "looks", ManagedPolicies: []string{"job-function/ViewOnlyAccess"}, Boundary: "ReadOnlyAccess"},
			},
			Assignments: map[string]config.Assignment{
				"operators": {Group: "platform", PermissionSet: "PlatformOperator", Stacks: []string{"management"}},
				"viewers":   {Group: "developers", PermissionSet: "Viewer", Stacks: []string{"dev"}, OrganizationalUnits: []string{"workloads"}},
			},
		},
	}
}

func makeCenter(t *testing.T, args IdentityCenterArgs) (registered, error) {
	t.Helper()
	return run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		_, err := NewIdentityCenter(ctx, "sso", args)
		return err
	})
}

func TestIdentityCenter(t *testing.T) {
	t.Parallel()
	all, err := makeCenter(t, testCenter())
	require.NoError(t, err)
	require.Equal(t, []string{"developers-Viewer-dev", "developers-Viewer-prod", "platform-PlatformOperator-management"}, all.names("sso-assignment-"),
		"one for each account, each once")
	assignment := all["sso-assignment-developers-Viewer-prod"].Inputs
	require.Equal(t, "555555555555", assignment["targetId"].StringValue())
	require.Equal(t, all["sso-group-developers"].Outputs["groupId"], assignment["principalId"])
	require.Equal(t, all["sso-permission-set-Viewer"].Outputs["arn"], assignment["permissionSetArn"])
	require.Equal(t, "PT8H", all.text(t, "sso-permission-set-PlatformOperator", "sessionDuration"))
	require.Equal(t, "PT4H", all.text(t, "sso-permission-set-Viewer", "sessionDuration"))
	require.Equal(t, "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess", all.text(t, "sso-managed-Viewer-job-function/ViewOnlyAccess", "managedPolicyArn"))
	require.Len(t, all["sso-managed-Viewer-job-function/ViewOnlyAccess"].DependsOn, 3, "waits for the set and its assignments")
	require.Equal(t, map[string]any{"managedPolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
		all["sso-boundary-Viewer"].Inputs["permissionsBoundary"].Mappable())
	require.NotContains(t, all, "sso-inline-Viewer")

	var policy struct {
		Statement []struct {
			Sid              string
			Action, Resource []string
		}
	}
	require.NoError(t, json.Unmarshal([]byte(all.text(t, "sso-inline-PlatformOperator", "inlinePolicy")), &policy))
	require.Len(t, policy.Statement, 2)
	require.Equal(t, []string{
		"arn:aws:iam::111111111111:role/acme-deploy", "arn:aws:iam::111111111111:role/acme-readonly",
		"arn:aws:iam::333333333333:role/acme-deploy", "arn:aws:iam::333333333333:role/acme-readonly",
		"arn:aws:iam::555555555555:role/acme-deploy", "arn:aws:iam::555555555555:role/acme-readonly",
	}, policy.Statement[0].Resource)
	require.Equal(t, "ReadCosts", policy.Statement[1].Sid)
}

func TestGroupsOfTheDirectory(t *testing.T) {
	t.Parallel()
	const id = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
	args := testCenter()
	args.Config.Groups["developers"] = config.IdentityGroup{Description: "kept by the directory", ID: id}
	all, err := makeCenter(t, args)
	require.NoError(t, err)
	require.Equal(t, []string{"platform"}, all.names("sso-group-"))
	require.Equal(t, id, all.text(t, "sso-assignment-developers-Viewer-dev", "principalId"))
}

func TestIdentityCenterMustBeSwitchedOn(t *testing.T) {
	t.Parallel()
	mocks := sim.NewMocks(sim.MockOptions{Account: managementAccount})
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		member, err := newMemberProvider(ctx)
		if err != nil {
			return err
		}
		_, err = NewIdentityCenter(ctx, "sso", testCenter(), pulumi.Provider(member))
		return err
	}, pulumi.WithMocks("aws-platform", "management", mocks))
	require.ErrorContains(t, err, "IAM Identity Center is not switched on in account 111111111111, region eu-west-1: enable an organization instance in its console there, "+
		"or remove governance.identityCenter")
}

func TestGrantsNameWhatIsThere(t *testing.T) {
	t.Parallel()
	args := testCenter()
	args.Config.Assignments["operators"] = config.Assignment{Group: "platfrom", PermissionSet: "Operator", Stacks: []string{"test"}}
	args.Config.PermissionSets["APermissionSetOfMuchTooLongAName"+"s"] = config.PermissionSet{}
	_, err := planGrants(args)
	require.EqualError(t, err, `assignment operators: group "platfrom" is not declared
assignment operators: permission set "Operator" is not declared
assignment operators: stack "test" has no account
permission set APermissionSetOfMuchTooLongANames: the name has 33 characters, AWS takes 32`)
}

func TestWildcardsInRightsAreRefused(t *testing.T) {
	t.Parallel()
	args := testCenter()
	args.Config.PermissionSets["Viewer"] = config.PermissionSet{Description: "looks", Inline: map[string]config.InlineStatement{
		"All": {Actions: []string{"s3:*"}, Resources: []string{"*"}},
	}}
	_, err := makeCenter(t, args)
	require.ErrorContains(t, err, `permission set Viewer: policy statement 1 (All): action "s3:*": list the actions, or give the reason in Wildcard`)
}

// newMemberProvider acts in an account that is not the management account.
func newMemberProvider(ctx *pulumi.Context) (pulumi.ProviderResource, error) {
	return aws.NewProvider(ctx, "member", &aws.ProviderArgs{
		Region: pulumi.String("eu-west-1"),
		AssumeRole: aws.ProviderAssumeRoleArgs{
			RoleArn: pulumi.String("arn:aws:iam::" + memberAccount + ":role/" + accountAccess),
		},
	})
}
