package operations_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"aws-platform/pkg/operations"
	"aws-platform/pkg/sim"
	"aws-platform/tests/golden"
)

// recorded is one command of Pulumi's and what it asked of the state bucket and the secrets key, sorted, each once:
// "PUT <key>", "COPY <key> -> <key>", "LIST <prefix>", "Decrypt <stack>". Times and random ids are "<time>" and "<id>".
type recorded struct {
	Run      string   `yaml:"run"`
	Requests []string `yaml:"requests"`
}

const requestsFile = "testdata/state_requests.yaml"

// backendWorld is a simulated organization whose state backend is up; the stack shared has published something.
type backendWorld struct {
	t       *testing.T
	cloud   *sim.Cloud
	command auto.PulumiCommand
	roles   map[string]string // of the stacks, by name: the roles that write
	readers map[string]string
	secrets map[string]string // secrets providers
	seen    int               // requests to S3 told already
	used    int               // requests to KMS told already
}

func newBackendWorld(t *testing.T) *backendWorld {
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
	cloud, err := sim.Start(sim.Options{Region: "eu-west-1", Accounts: []sim.Account{
		{ID: account, Name: "management", Management: true}, {ID: "210000000002", Name: "shared"}, {ID: "210000000003", Name: "dev"},
	}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cloud.Close()) })
	w := &backendWorld{t: t, cloud: cloud, command: command}
	require.NoError(t, cloud.CreateBucket("bootstrap"))
	management := w.stack("management", "bootstrap", cloud.Env(), "passphrase", func(ctx *pulumi.Context) error {
		backend, err := operations.NewStateBackend(ctx, "state", arguments())
		if err != nil {
			return err
		}
		ctx.Export("roles", backend.Roles)
		ctx.Export("readRoles", backend.ReadRoles)
		ctx.Export("secretsProviders", backend.SecretsProviders)
		return nil
	})
	up, err := management.Up(context.Background())
	require.NoError(t, err)
	texts := func(output string) map[string]string {
		values, ok := up.Outputs[output].Value.(map[string]any)
		require.True(t, ok)
		found := map[string]string{}
		for stack, value := range values {
			found[stack] = fmt.Sprint(value)
		}
		return found
	}
	w.roles, w.readers, w.secrets = texts("roles"), texts("readRoles"), texts("secretsProviders")
	shared := w.stack("shared", "acme-state", cloud.Env(), w.secrets["shared"], func(ctx *pulumi.Context) error {
		ctx.Export("hub", pulumi.ToSecret(pulumi.String("tgw-1")))
		return nil
	})
	_, err = shared.Up(context.Background())
	require.NoError(t, err)
	return w
}

// stack is a stack of the real engine with its state in a bucket of the cloud.
func (w *backendWorld) stack(name, bucket string, env map[string]string, secrets string, program pulumi.RunFunc) auto.Stack {
	w.t.Helper()
	stack, err := w.tryStack(name, bucket, env, secrets, program)
	require.NoError(w.t, err)
	return stack
}

func (w *backendWorld) tryStack(name, bucket string, env map[string]string, secrets string, program pulumi.RunFunc) (auto.Stack, error) {
	env = maps.Clone(env)
	env["PULUMI_HOME"], env["PULUMI_CONFIG_PASSPHRASE"] = w.t.TempDir(), "test"
	return auto.UpsertStackInlineSource(context.Background(), "organization/aws-platform/"+name, "aws-platform", program,
		auto.WorkDir(w.t.TempDir()), auto.Pulumi(w.command), auto.EnvVars(env), auto.SecretsProvider(secrets), auto.Project(workspace.Project{
			Name: tokens.PackageName("aws-platform"), Runtime: workspace.NewProjectRuntimeInfo("go", nil),
			Backend: &workspace.ProjectBackend{URL: w.cloud.BackendURL(bucket)},
		}))
}

// anything is a resource of any type.
type anything struct{ pulumi.CustomResourceState }

// dev reads what shared publishes and makes a network; block is the network's.
func dev(block *string) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		shared, err := pulumi.NewStackReference(ctx, "organization/aws-platform/shared", nil)
		if err != nil {
			return err
		}
		var vpc anything
		err = ctx.RegisterResource("aws:ec2/vpc:Vpc", "main", pulumi.Map{
			"cidrBlock": pulumi.String(*block), "tags": pulumi.Map{"Hub": shared.GetOutput(pulumi.String("hub"))},
		}, &vpc)
		ctx.Export("vpc", pulumi.ToSecret(vpc.ID()))
		return err
	}
}

var (
	randomID  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	timestamp = regexp.MustCompile(`\d{10,}`)
)

// asked is what was asked since the last time, in the words of the fixture.
func (w *backendWorld) asked() []string {
	var lines []string
	requests := w.cloud.StoreRequests()
	for _, request := range requests[w.seen:] {
		line := request.Method + " " + request.Key
		if request.Copy != "" {
			_, source, _ := strings.Cut(request.Copy, "/")
			line = "COPY " + source + " -> " + request.Key
		}
		if request.Bucket == "acme-state" {
			lines = append(lines, timestamp.ReplaceAllString(randomID.ReplaceAllString(line, "<id>"), "<time>"))
		}
	}
	uses := w.cloud.KeyRequests()
	for _, use := range uses[w.used:] {
		lines = append(lines, use.Operation+" "+use.Context["stack"])
	}
	w.seen, w.used = len(requests), len(uses)
	slices.Sort(lines)
	return slices.Compact(lines)
}

// life is the life of a stack, command by command; each is run and what it asked is told.
func (w *backendWorld) life(env map[string]string) []recorded {
	w.t.Helper()
	ctx, block := context.Background(), "10.16.0.0/16"
	var told []recorded
	run := func(name string, err error) {
		require.NoError(w.t, err, name)
		told = append(told, recorded{name, w.asked()})
	}
	w.asked()
	stack, err := w.tryStack("dev", "acme-state", env, w.secrets["dev"], dev(&block))
	run("stack init", err)
	_, err = stack.Preview(ctx)
	run("preview of a new stack", err)
	_, err = stack.Up(ctx)
	run("up", err)
	_, err = stack.Up(ctx)
	run("up without changes", err)
	_, err = stack.Preview(ctx)
	run("preview", err)
	_, err = stack.Refresh(ctx)
	run("refresh", err)

	w.cloud.Inject(sim.Fault{Op: "create", Code: "InternalError", Message: "not now", Nth: 1})
	block = "10.17.0.0/16"
	_, err = stack.Up(ctx)
	require.ErrorContains(w.t, err, "not now")
	run("up that fails", nil)

	w.cloud.InjectStore(sim.StoreFault{Method: "DELETE", Key: ".pulumi/locks", Times: -1, Status: 500, Code: "InternalError"})
	_, _ = stack.Up(ctx) // whatever it says, it leaves its lock
	w.cloud.HealStore()
	run("up that leaves its lock", nil)
	run("cancel", stack.Cancel(ctx))
	exported, err := stack.Export(ctx)
	run("stack export", err)
	run("stack import", stack.Import(ctx, exported))
	_, err = stack.Outputs(ctx)
	run("stack output", err)
	_, err = stack.History(ctx, 0, 0)
	run("stack history", err)
	_, err = stack.Destroy(ctx)
	run("destroy", err)
	return told
}

// TestRecordedRun runs the life of a stack and holds what it asked of S3 and KMS against the file the policies are
// proven on: a new version of Pulumi that asks for more is seen here.
func TestRecordedRun(t *testing.T) {
	t.Parallel()
	w := newBackendWorld(t)
	content, err := yaml.Marshal(w.life(w.cloud.Env()))
	require.NoError(t, err)
	golden.Check(t, requestsFile, "# What the pinned Pulumi asks of its state backend. Written by TestRecordedRun; see CONTRIBUTING.md.\n"+string(content))
}
