package cli

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/engine"
)

// recorder is an engine that notes what it is asked to do.
type recorder struct {
	player
	ran     []string
	after   map[string][]string
	wait    bool // Run ends only when its context does
	running chan struct{}
	killed  chan struct{}
}

func (r *recorder) Run(
	ctx context.Context, op engine.Operation, stacks []engine.Stack, opts engine.RunOptions,
) ([]*engine.Result, error) {
	did := string(op)
	if opts.PreviewOnly {
		did += " looked at"
	}
	for _, stack := range stacks {
		did += " " + stack.Name
		r.after[stack.Name] = stack.After
	}
	r.ran = append(r.ran, did)
	if r.wait {
		close(r.running)
		<-ctx.Done()
		<-r.killed
		return nil, ctx.Err()
	}
	return r.player.Run(ctx, op, stacks, opts)
}

// Kill ends a Run that waits.
func (r *recorder) Kill() { close(r.killed) }

// at is the command on the small project, typed at a terminal.
func at(t *testing.T, typed string) (*app, *recorder, *bytes.Buffer) {
	t.Helper()
	var said bytes.Buffer
	r := &recorder{after: map[string][]string{}, running: make(chan struct{}), killed: make(chan struct{})}
	a := newApp(testPlatform, streams{In: strings.NewReader(typed), Out: &said, Err: &said, Terminal: true})
	a.now = func() time.Time { return today }
	a.newRunner = func(context.Context, engine.Options) (engine.Runner, error) { return r, nil }
	return a, r, &said
}

const project = "testdata/project"

func TestAskedBeforeAnythingChanges(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, line, typed string
		want              int
		ran               []string
	}{
		{"yes", "up -s dev", "y\n", exitDone, []string{"preview dev", "up dev"}},
		{"no", "up -s dev", "n\n", exitError, []string{"preview dev"}},
		{"nothing typed", "up -s dev", "", exitError, []string{"preview dev"}},
		{"said beforehand", "up -s dev --yes", "", exitDone, []string{"up dev"}},
		{"a preview asks nothing", "preview -s dev", "", exitDone, []string{"preview dev"}},
		{"refresh", "refresh -s dev", "YES\n", exitDone, []string{"refresh looked at dev", "refresh dev"}},
		{"development takes a yes", "destroy -s dev", "y\n", exitDone, []string{"destroy looked at dev", "destroy dev"}},
		{"production takes its name", "destroy -s prod", "prod\ny\n", exitDone, []string{"destroy looked at prod", "destroy prod"}},
		{"a yes is no name", "destroy -s prod", "y\ny\n", exitError, []string{"destroy looked at prod"}},
		{"protected", "destroy -s dev -s management", "y\n", exitError, nil},
		{"protected, whatever is said", "destroy -s management --yes", "", exitError, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a, r, said := at(t, test.typed)
			code := a.run(context.Background(), append([]string{"-C", project}, strings.Fields(test.line)...))
			require.Equal(t, test.want, code, said.String())
			require.Equal(t, test.ran, r.ran)
		})
	}
}

func TestStacksStandAfterThoseOfEarlierKinds(t *testing.T) {
	t.Parallel()
	a, r, _ := at(t, "")
	require.Equal(t, exitDone, a.run(context.Background(), []string{"-C", project, "up", "--all", "--yes"}))
	require.Equal(t, map[string][]string{"management": nil, "dev": {"management"}, "prod": {"management"}}, r.after)
}

func TestFirstInterruptStopsInOrderSecondAtOnce(t *testing.T) {
	t.Parallel()
	a, r, _ := at(t, "")
	r.wait = true
	said := make(lines, 8)
	a.Out, a.Err = said, said
	signals := make(chan os.Signal)
	code := make(chan int)
	go func() {
		code <- a.runUntil(context.Background(), []string{"-C", project, "up", "-s", "dev", "--yes"}, signals)
	}()
	<-r.running
	signals <- os.Interrupt
	signals <- os.Interrupt
	require.Equal(t, exitInterrupted, <-code)
	<-r.killed
	require.Contains(t, <-said, "interrupt again to stop at once")
}

// lines takes what is written, by whom ever.
type lines chan string

func (l lines) Write(text []byte) (int, error) {
	l <- string(text)
	return len(text), nil
}

func TestInterruptAnswersAQuestion(t *testing.T) {
	t.Parallel()
	silent, typing := io.Pipe()
	t.Cleanup(func() { _ = typing.Close() })
	var out bytes.Buffer
	a := newApp(testPlatform, streams{In: silent, Out: &out, Err: &out, Terminal: true})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, a.agreed(ctx, "go on?"), context.Canceled)
}

func TestTheProjectsOwnPulumiComesFirst(t *testing.T) {
	t.Parallel()
	a := newApp(testPlatform, streams{})
	a.dir = project
	found, err := a.findPulumi()
	require.NoError(t, err)
	own, err := filepath.Abs(filepath.Join(project, "bin", "pulumi"))
	require.NoError(t, err)
	require.Equal(t, own, found)
	a.pulumi = "elsewhere/pulumi"
	found, err = a.findPulumi()
	require.NoError(t, err)
	require.True(t, filepath.IsAbs(found))
	require.True(t, strings.HasSuffix(found, "elsewhere/pulumi"))
}

// TestSimulated starts the real simulated cloud and looks at what the engine is given.
func TestSimulated(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(project)))
	a, r, said := at(t, "")
	var options engine.Options
	a.newRunner = func(_ context.Context, o engine.Options) (engine.Runner, error) {
		options = o
		return r, nil
	}
	require.Equal(t, exitDone, a.run(context.Background(), []string{"-C", dir, "--sim", "preview", "--all"}), said.String())
	require.True(t, options.Sandbox)
	require.True(t, strings.HasPrefix(options.BackendURL, "s3://acme-state?endpoint=http://127.0.0.1:"), options.BackendURL)
	require.Equal(t, simPassphrase, options.Env["PULUMI_CONFIG_PASSPHRASE"])
	require.NotEmpty(t, options.Env["PULUMI_DEBUG_PROVIDERS"])
	require.True(t, strings.HasPrefix(options.Work, filepath.Join(dir, ".platform", "sim")))
	require.True(t, strings.HasPrefix(options.Home, filepath.Join(dir, ".platform", "sim")))

	// The cloud in the foreground prints what a shell takes, and stops when asked to.
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	said.Reset()
	require.Equal(t, exitDone, a.run(ctx, []string{"-C", dir, "sim"}), said.String())
	for _, name := range []string{"PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_DEBUG_PROVIDERS", "AWS_REGION"} {
		require.Contains(t, said.String(), "export "+name+"='")
	}
	require.Contains(t, said.String(), "s3://"+byHand)
}

func TestDemoTable(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	table(&out, []*engine.Result{
		{Stack: "dev", Counts: engine.Counts{engine.OpCreate: 40, engine.OpDelete: 2, engine.OpSame: 1}, Duration: 1500 * time.Millisecond,
			Outputs: map[string]any{"vpcs": map[string]any{"main": map[string]any{"vpcId": "vpc-1", "natPublicIps": "x"}}}},
		{Stack: "prod", Counts: engine.Counts{engine.OpSame: 7}},
		{Stack: "staging", Skipped: "ancestor dev failed"},
		{Stack: "shared", Err: io.EOF},
	})
	require.Equal(t, `
STACK    RESOURCES  SECONDS  CHANGES                       OUTPUTS
dev      41         1.5      40 create, 2 delete, 1 same   vpc-1
prod     7          0.0      unchanged                     
staging  0          0.0      skipped: ancestor dev failed  
shared   0          0.0      failed                        
`, out.String())
}

func TestShellWordsAreQuoted(t *testing.T) {
	t.Parallel()
	s := &session{stacks: map[string]*config.Stack{}, base: engine.Options{BackendURL: "s3://b?x='", Env: map[string]string{"A": "b c"}}}
	require.Equal(t, []string{"export A='b c'", `export PULUMI_BACKEND_URL='s3://b?x='\'''`}, s.exports())
}
