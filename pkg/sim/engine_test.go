package sim

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// pulumiCLI is the CLI to test with, or the test is skipped.
func pulumiCLI(t *testing.T) auto.PulumiCommand {
	t.Helper()
	path := os.Getenv("PULUMI_CLI")
	if path == "" {
		path = "../../bin/pulumi"
	}
	path, err := filepath.Abs(path)
	require.NoError(t, err)
	if _, err := os.Stat(path); err != nil {
		t.Skip("no Pulumi CLI: run make bin/pulumi, or name one in PULUMI_CLI")
	}
	command, err := auto.NewPulumiCommand(&auto.PulumiCommandOptions{Root: filepath.Dir(filepath.Dir(path))})
	require.NoError(t, err)
	return command
}

// newStack is a stack of the real engine on a cloud, its state in a bucket of that cloud.
func newStack(t *testing.T, cloud *Cloud, program pulumi.RunFunc) auto.Stack {
	t.Helper()
	env := cloud.Env()
	env["PULUMI_HOME"], env["PULUMI_CONFIG_PASSPHRASE"] = t.TempDir(), "test"
	backend := cloud.BackendURL("state")
	stack, err := auto.UpsertStackInlineSource(context.Background(), "organization/platform/dev", "platform", program,
		auto.WorkDir(t.TempDir()), auto.Pulumi(pulumiCLI(t)), auto.EnvVars(env), auto.Project(workspace.Project{
			Name: tokens.PackageName("platform"), Runtime: workspace.NewProjectRuntimeInfo("go", nil),
			Backend: &workspace.ProjectBackend{URL: backend},
		}))
	require.NoError(t, err)
	return stack
}

func changes(summary *map[string]int) map[string]int {
	if summary == nil {
		return nil
	}
	return *summary
}

// made are the resources but for the state bucket.
func made(cloud *Cloud) []Resource {
	var list []Resource
	for _, found := range cloud.Resources() {
		if found.ID != "state" {
			list = append(list, found)
		}
	}
	return list
}

func TestEngineRunsAWholeLife(t *testing.T) {
	t.Parallel()
	pulumiCLI(t)
	cloud := start(t, Options{Region: "eu-west-1"})
	require.NoError(t, cloud.CreateBucket("state"))
	block := "10.0.0.0/24"
	stack := newStack(t, cloud, func(ctx *pulumi.Context) error {
		vpc, err := register(ctx, vpcToken, "main", pulumi.Map{
			"cidrBlock": pulumi.String("10.0.0.0/16"), "tags": pulumi.StringMap{"Name": pulumi.String("main")},
		})
		if err != nil {
			return err
		}
		_, err = register(ctx, subnetToken, "a", pulumi.Map{"vpcId": vpc.ID(), "cidrBlock": pulumi.String(block)})
		ctx.Export("group", vpc.out("defaultSecurityGroupId"))
		return err
	})
	ctx := context.Background()

	up, err := stack.Up(ctx, optup.SuppressProgress())
	require.NoError(t, err)
	require.Equal(t, map[string]int{"create": 3}, changes(up.Summary.ResourceChanges))
	require.Regexp(t, "^sg-0[0-9a-f]{16}$", up.Outputs["group"].Value)
	require.Len(t, made(cloud), 2)

	up, err = stack.Up(ctx, optup.SuppressProgress())
	require.NoError(t, err)
	require.Equal(t, map[string]int{"same": 3}, changes(up.Summary.ResourceChanges))

	vpc := made(cloud)[1]
	require.NoError(t, cloud.Edit(vpc.ID, func(properties resource.PropertyMap) {
		properties["enableDnsHostnames"] = resource.NewProperty(true)
		properties["tags"] = resource.NewProperty(resource.PropertyMap{"Name": resource.NewProperty("by hand")})
	}))
	refresh, err := stack.Refresh(ctx)
	require.NoError(t, err)
	require.Equal(t, map[string]int{"same": 2, "update": 1}, changes(refresh.Summary.ResourceChanges))
	up, err = stack.Up(ctx, optup.SuppressProgress())
	require.NoError(t, err)
	require.Equal(t, map[string]int{"same": 2, "update": 1}, changes(up.Summary.ResourceChanges))

	block = "10.0.1.0/24"
	preview, err := stack.Preview(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, preview.ChangeSummary["replace"])
	up, err = stack.Up(ctx, optup.SuppressProgress())
	require.NoError(t, err)
	require.Equal(t, map[string]int{"same": 2, "replace": 1}, changes(up.Summary.ResourceChanges))
	require.Len(t, made(cloud), 2)

	_, err = stack.Destroy(ctx)
	require.NoError(t, err)
	require.Empty(t, made(cloud))
}

// only counts the resources of an update by what happened to them.
func only(t *testing.T, up auto.UpResult, err error) map[string]int {
	t.Helper()
	require.NoError(t, err)
	return changes(up.Summary.ResourceChanges)
}

// A program makes a role in another account, assumes it, and works there in another region; then it adopts what somebody
// made by hand, and finds what somebody took away.
func TestEngineActsInOtherAccounts(t *testing.T) {
	t.Parallel()
	pulumiCLI(t)
	cloud := start(t, organizationOfTwo())
	require.NoError(t, cloud.CreateBucket("state"))
	require.NoError(t, cloud.CreateBucket("by-hand"))
	adopt := false
	stack := newStack(t, cloud, func(ctx *pulumi.Context) error {
		member, err := explicit(ctx, "member", pulumi.Map{"assumeRole": pulumi.Map{
			"roleArn": pulumi.String(roleARN(memberID, accessRole))}})
		if err != nil {
			return err
		}
		role, err := register(ctx, "aws:iam/role:Role", "deploy", pulumi.Map{
			"name": pulumi.String("deploy"), "assumeRolePolicy": pulumi.String(
				trust(`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"` + managementID + `"}}`)),
			"inlinePolicies": pulumi.Array{pulumi.Map{"name": pulumi.String("network"), "policy": pulumi.String(
				trust(`{"Effect":"Allow","Action":["ec2:CreateVpc","ec2:CreateTags","ec2:DescribeVpc*","ec2:DeleteVpc"],"Resource":"*"}`))}},
		}, pulumi.Provider(member))
		if err != nil {
			return err
		}
		deploy, err := explicit(ctx, "deploy", pulumi.Map{
			"region": pulumi.String("us-east-1"), "assumeRole": pulumi.Map{"roleArn": role.out("arn")},
			"defaultTags": pulumi.Map{"tags": pulumi.StringMap{"Owner": pulumi.String("net")}},
		})
		if err != nil {
			return err
		}
		_, err = register(ctx, vpcToken, "away", pulumi.Map{"cidrBlock": pulumi.String("10.0.0.0/16")}, pulumi.Provider(deploy))
		if adopt && err == nil {
			_, err = register(ctx, bucketToken, "adopted", pulumi.Map{"bucket": pulumi.String("by-hand")},
				pulumi.Import(pulumi.ID("by-hand")))
		}
		return err
	})
	ctx := context.Background()

	preview, err := stack.Preview(ctx)
	require.NoError(t, err)
	require.Equal(t, 5, preview.ChangeSummary["create"], "a role that is yet to be made is assumed later")
	up, err := stack.Up(ctx)
	require.Equal(t, map[string]int{"create": 5}, only(t, up, err))
	vpc := made(cloud)[2]
	require.Equal(t, []string{memberID, "us-east-1", vpcToken}, []string{vpc.Account, vpc.Region, vpc.Type})
	require.Equal(t, "net", text(vpc.Properties["tagsAll"].ObjectValue(), "Owner"))

	adopt = true
	up, err = stack.Up(ctx)
	require.Equal(t, map[string]int{"same": 5, "import": 1}, only(t, up, err))

	require.NoError(t, cloud.Vanish(vpc.ID))
	refresh, err := stack.Refresh(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, changes(refresh.Summary.ResourceChanges)["delete"])
	up, err = stack.Up(ctx)
	require.Equal(t, map[string]int{"same": 5, "create": 1}, only(t, up, err))

	_, err = stack.Destroy(ctx)
	require.NoError(t, err)
	require.Empty(t, made(cloud))
}

// explicit registers a provider as the SDKs do: what is no text goes as JSON.
func explicit(ctx *pulumi.Context, name string, config pulumi.Map) (*pulumi.ProviderResourceState, error) {
	made := &pulumi.ProviderResourceState{}
	inputs := pulumi.Map{}
	for key, value := range config {
		if text, ok := value.(pulumi.String); ok {
			inputs[key] = text
			continue
		}
		inputs[key] = pulumi.JSONMarshal(value)
	}
	return made, ctx.RegisterResource("pulumi:providers:aws", name, inputs, made)
}
