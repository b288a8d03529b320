package organization

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/sim"
)

// engineOn runs a program with the real engine on a simulated cloud; the test is skipped without a Pulumi CLI.
func engineOn(t *testing.T, cloud *sim.Cloud, program pulumi.RunFunc) auto.Stack {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "bin", "pulumi"))
	require.NoError(t, err)
	if _, err := os.Stat(path); err != nil {
		t.Skip("no bin/pulumi: run make bin/pulumi")
	}
	command, err := auto.NewPulumiCommand(&auto.PulumiCommandOptions{Root: filepath.Dir(filepath.Dir(path))})
	require.NoError(t, err)
	env := cloud.Env()
	env["PULUMI_HOME"], env["PULUMI_CONFIG_PASSPHRASE"] = t.TempDir(), "test"
	stack, err := auto.UpsertStackInlineSource(context.Background(), "organization/aws-platform/management", "aws-platform", program,
		auto.WorkDir(t.TempDir()), auto.Pulumi(command), auto.EnvVars(env), auto.Project(workspace.Project{
			Name: tokens.PackageName("aws-platform"), Runtime: workspace.NewProjectRuntimeInfo("go", nil),
			Backend: &workspace.ProjectBackend{URL: "file://" + filepath.ToSlash(t.TempDir())},
		}))
	require.NoError(t, err)
	return stack
}

// account is what the cloud knows of an account.
func account(t *testing.T, cloud *sim.Cloud, name string) *sim.Resource {
	t.Helper()
	for _, r := range cloud.Resources() {
		if r.Name == "org-account-"+name {
			return &r
		}
	}
	require.FailNow(t, "no account "+name)
	return nil
}

// The real engine reads what is imported once, moves and tags it in the same update, and then knows it: with the id in
// the stack file or without, nothing more happens.
func TestAccountsAreTakenInOnce(t *testing.T) {
	t.Parallel()
	cloud, err := sim.Start(sim.Options{Region: "eu-west-1", Accounts: []sim.Account{
		{ID: managementAccount, Name: "management", Management: true}, {ID: memberAccount, Name: "shared"},
	}})
	require.NoError(t, err)
	defer func() { require.NoError(t, cloud.Close()) }()
	args := testArgs(func(args *Args) { args.Config.Import = "o-simulation" })
	stack := engineOn(t, cloud, func(ctx *pulumi.Context) error {
		organization, err := NewOrganization(ctx, "org", args)
		if err != nil {
			return err
		}
		ctx.Export("ous", organization.Units)
		return nil
	})
	ctx := context.Background()
	made, err := stack.Up(ctx)
	require.NoError(t, err)
	unit := func(path string) string {
		id, _ := made.Outputs["ous"].Value.(map[string]any)[path].(map[string]any)["id"].(string)
		require.NotEmpty(t, id, path)
		return id
	}
	shared, dev := account(t, cloud, "shared"), account(t, cloud, "dev")
	require.Equal(t, memberAccount, shared.ID)
	require.Equal(t, unit("infrastructure"), shared.Text("parentId"), "taken in and moved at once")
	require.Equal(t, memberAccount+"@accounts.invalid", shared.Text("email"), "its own address stays")
	require.Equal(t, unit("workloads/nonproduction"), dev.Text("parentId"))

	same := func(why string) {
		t.Helper()
		again, err := stack.Up(ctx)
		require.NoError(t, err)
		require.Equal(t, []string{"same"}, operations(again.Summary.ResourceChanges), why)
	}
	same("nothing changed")
	change := func(stack string, how func(*Member)) {
		member := args.Members[stack]
		how(&member)
		args.Members[stack] = member
	}
	change("shared", func(m *Member) { m.ID = "" })
	change("dev", func(m *Member) { m.ID = dev.ID })
	same("an id more or less")
	change("dev", func(m *Member) { m.Email = "other@acme.example" })
	same("an address cannot be changed from here")

	change("dev", func(m *Member) { m.Unit = "suspended" })
	moved, err := stack.Up(ctx)
	require.NoError(t, err)
	require.Equal(t, map[string]int{"same": (*moved.Summary.ResourceChanges)["same"], "update": 1}, *moved.Summary.ResourceChanges)
	require.Equal(t, unit("suspended"), account(t, cloud, "dev").Text("parentId"))
	require.Equal(t, dev.ID, account(t, cloud, "dev").ID, "moved in place")

	// An account goes in three updates: suspended, released, gone.
	member := args.Members["dev"]
	delete(args.Members, "dev")
	_, err = stack.Up(ctx)
	require.ErrorContains(t, err, "protected", "it does not go by accident")
	member.Close = true
	args.Members["dev"] = member
	_, err = stack.Up(ctx)
	require.NoError(t, err)
	delete(args.Members, "dev")
	closed, err := stack.Up(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, (*closed.Summary.ResourceChanges)["delete"])
}

// operations are the kinds of change an update made, sorted.
func operations(changes *map[string]int) []string {
	var kinds []string
	for kind := range *changes {
		kinds = append(kinds, kind)
	}
	return kinds
}

// An account that was just made can be entered in the same update.
func TestANewAccountIsEnteredAtOnce(t *testing.T) {
	t.Parallel()
	cloud, err := sim.Start(sim.Options{Region: "eu-west-1", Accounts: []sim.Account{{ID: managementAccount, Name: "management", Management: true}}})
	require.NoError(t, err)
	defer func() { require.NoError(t, cloud.Close()) }()
	stack := engineOn(t, cloud, func(ctx *pulumi.Context) error {
		organization, err := NewOrganization(ctx, "org", testArgs(func(args *Args) {
			delete(args.Members, "shared")
			args.Config.DelegatedAdministrator = nil
			args.Config.IdentityCenter = &config.IdentityCenter{}
		}))
		if err != nil {
			return err
		}
		return makeRoleIn(ctx, organization.AccountIDs["dev"])
	})
	_, err = stack.Up(context.Background())
	require.NoError(t, err)
	entered := false
	for _, r := range cloud.Resources() {
		entered = entered || r.ID == "acme-deploy" && r.Account == account(t, cloud, "dev").ID
	}
	require.True(t, entered)
}

// makeRoleIn makes a role in an account, as the role that AWS made there.
func makeRoleIn(ctx *pulumi.Context, id pulumi.StringOutput) error {
	provider, err := aws.NewProvider(ctx, "dev", &aws.ProviderArgs{
		Region: pulumi.String("eu-west-1"),
		AssumeRole: aws.ProviderAssumeRoleArgs{
			RoleArn: pulumi.Sprintf("arn:aws:iam::%s:role/%s", id, accountAccess),
		},
	})
	if err != nil {
		return err
	}
	_, err = iam.NewRole(ctx, "deploy", &iam.RoleArgs{
		Name: pulumi.String("acme-deploy"),
		AssumeRolePolicy: pulumi.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",` +
			`"Principal":{"AWS":"arn:aws:iam::` + managementAccount + `:root"}}]}`),
	}, pulumi.Provider(provider))
	return err
}
