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
