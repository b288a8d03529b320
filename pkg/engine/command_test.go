//go:build unix

package engine

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// fakeCLI is a shell script in place of the CLI. It answers "version", and else runs body.
func fakeCLI(t *testing.T, version, body string) Options {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pulumi")
	script := "#!/bin/sh\nif [ \"$2\" = version ]; then echo '" + version + "'; exit 0; fi\n" + body + "\n"
	require.NoError(t, os.WriteFile(path, []byte(script), 0o755))
	return Options{CLI: path}
}

func fakeCommand(t *testing.T, options Options) *command {
	t.Helper()
	c, err := newCommand(context.Background(), options)
	require.NoError(t, err)
	return c
}

func TestTheVersionIsChecked(t *testing.T) {
	t.Parallel()
	require.Equal(t, "3.231.0", fakeCommand(t, fakeCLI(t, "v3.231.0", "")).Version().String())
	for version, want := range map[string]string{
		"v3.230.9": `is pulumi 3.230.9; 3.231.0 or newer is needed; run "make bin/pulumi", or name another with --pulumi`,
		"dev":      `says its version is "dev", which is none; run "make bin/pulumi", or name another with --pulumi`,
	} {
		_, err := newCommand(context.Background(), fakeCLI(t, version, ""))
		require.ErrorContains(t, err, want)
	}
	_, err := newCommand(context.Background(), Options{CLI: "/nowhere/pulumi"})
	require.EqualError(t, err, `no pulumi command at "/nowhere/pulumi"; run "make bin/pulumi", or name another with --pulumi`)
}

func TestARunTellsEverything(t *testing.T) {
	t.Parallel()
	options := fakeCLI(t, "v3.255.0", `echo "$@"; echo "$TOLD $MORE" >&2; cat; exit 7`)
	options.Env = map[string]string{"TOLD": "by options", "MORE": "to be replaced"}
	var pids []int
	options.OnStart = func(pid int) { pids = append(pids, pid) }
	c := fakeCommand(t, options)
	stdout, stderr, code, err := c.Run(context.Background(), t.TempDir(), strings.NewReader("fed"), nil, nil, []string{"MORE=and more"},
		"stack", "ls")
	require.Error(t, err)
	require.Equal(t, "--non-interactive stack ls\nfed", stdout)
	require.Equal(t, "by options and more\n", stderr)
	require.Equal(t, 7, code)
	require.Len(t, pids, 2)

	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	_, _, code, err = c.Run(cancelled, "", nil, nil, nil, nil, "up")
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, -1, code)
	require.Len(t, pids, 2, "nothing is started once cancelled")
}

func TestTheEnvironment(t *testing.T) {
	t.Parallel()
	inherited := []string{"PATH=/bin", "HOME=/root", "AWS_PROFILE=prod", "PULUMI_ACCESS_TOKEN=x"}
	work := filepath.Join("project", ".platform", "work")
	options := Options{Work: work, BackendURL: "s3://b", Env: map[string]string{"AWS_REGION": "eu-west-1"}}
	variable := func(env []string, name string) (value string, set bool) {
		for _, v := range env { // the last one counts
			if key, after, _ := strings.Cut(v, "="); key == name {
				value, set = after, true
			}
		}
		return value, set
	}
	open := (&command{path: "/opt/pulumi/pulumi", env: environment(options)}).environ(inherited, nil)
	options.Sandbox = true
	closed := (&command{path: "/opt/pulumi/pulumi", env: environment(options), sandbox: true}).environ(inherited, nil)
	for name, want := range map[string][2]string{
		"PATH":                     {"/opt/pulumi:/bin", "/opt/pulumi:/bin"},
		"HOME":                     {"/root", "/root"},
		"AWS_PROFILE":              {"prod", "-"},
		"AWS_REGION":               {"eu-west-1", "eu-west-1"},
		"PULUMI_ACCESS_TOKEN":      {"x", "-"},
		"PULUMI_BACKEND_URL":       {"s3://b", "s3://b"},
		"PULUMI_HOME":              {"-", filepath.Join("project", ".platform", "home")},
		"PULUMI_CONFIG_PASSPHRASE": {"-", ""},
		"PULUMI_AUTOMATION_API":    {"true", "true"},
	} {
		for i, env := range [][]string{open, closed} {
			value, set := variable(env, name)
			if !set {
				value = "-"
			}
			require.Equal(t, want[i], value, "%s, sandbox %v", name, i == 1)
		}
	}
}

// started makes a fifo that a script writes to once it is ready, and a function that waits for that.
func started(t *testing.T) (fifo string, wait func() string) {
	t.Helper()
	fifo = filepath.Join(t.TempDir(), "ready")
	require.NoError(t, syscall.Mkfifo(fifo, 0o600))
	return fifo, func() string {
		line, err := os.ReadFile(fifo)
		require.NoError(t, err)
		return strings.TrimSpace(string(line))
	}
}

func TestACancelInterruptsOnceAndWaits(t *testing.T) {
	t.Parallel()
	fifo, ready := started(t)
	c := fakeCommand(t, fakeCLI(t, "v3.255.0", `
		trap 'echo interrupted; echo again > `+fifo+`; wait $!; exit 8' INT
		trap 'echo terminated; exit 9' TERM
		echo ready > `+fifo+`
		while :; do sleep 0.01; done`))
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		ready()
		cancel()
		ready()
	}()
	stdout, _, code, err := c.Run(ctx, "", nil, nil, nil, nil, "up")
	require.Error(t, err)
	require.Equal(t, "interrupted\n", stdout, "one signal, and time to finish")
	require.Equal(t, 8, code)
}

func TestAnAbortTerminates(t *testing.T) {
	t.Parallel()
	fifo, ready := started(t)
	c := fakeCommand(t, fakeCLI(t, "v3.255.0", `
		trap 'echo interrupted; echo again > `+fifo+`' INT
		trap 'echo terminated; exit 9' TERM
		echo ready > `+fifo+`
		while :; do sleep 0.01; done`))
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		ready()
		cancel()
		ready()
		c.abort()
		c.abort()
	}()
	stdout, _, code, _ := c.Run(ctx, "", nil, nil, nil, nil, "up")
	require.Equal(t, "interrupted\nterminated\n", stdout)
	require.Equal(t, 9, code)
}

func TestTheCLIHasAProcessGroupOfItsOwn(t *testing.T) {
	t.Parallel()
	options := fakeCLI(t, "v3.255.0", "")
	var apart []int
	options.OnStart = func(pid int) {
		// Until it is waited for even a process that has ended keeps its group.
		group, err := syscall.Getpgid(pid)
		require.NoError(t, err)
		apart = append(apart, group-pid)
	}
	fakeCommand(t, options)
	require.Equal(t, []int{0}, apart, "it leads its group")
}

func TestWhatSurroundsAnOperationIsAnswered(t *testing.T) {
	t.Parallel()
	runs := 0
	options := fakeCLI(t, "v3.255.0", "echo out; echo err >&2; exit 3")
	options.OnStart = func(int) { runs++ }
	o := &operation{command: fakeCommand(t, options)}
	runs = 0
	for args, want := range map[string]string{
		"stack select --stack dev": "", "stack output --json": "{}", "stack history --json": "[]",
	} {
		stdout, _, code, err := o.Run(context.Background(), "", nil, nil, nil, nil, strings.Fields(args)...)
		require.NoError(t, err)
		require.Zero(t, code)
		require.Equal(t, want, stdout)
	}
	require.Zero(t, runs)
	_, _, _, err := o.Run(context.Background(), "", nil, nil, nil, nil, "up")
	require.Error(t, err)
	require.Equal(t, 1, runs)
	require.Equal(t, "out\n/err\n/3", o.stdout+"/"+o.stderr+"/"+string(rune('0'+o.code)))
}

// TestAFailureBeforeTheFirstEventDoesNotHang is what happens when the CLI gives up before it opens its event stream.
func TestAFailureBeforeTheFirstEventDoesNotHang(t *testing.T) {
	t.Parallel()
	options := fakeCLI(t, "v3.255.0", "echo 'error: the moon is full' >&2; exit 1")
	options.Root, options.Program = t.TempDir(), func(*pulumi.Context) error { return nil }
	require.NoError(t, os.WriteFile(filepath.Join(options.Root, projectFile), []byte("name: tried\nruntime: go\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(options.Root, stackFile("dev")), nil, 0o644))
	var told []EventKind
	options.Observe = func(e Event) { told = append(told, e.Kind) }
	e, err := New(context.Background(), options)
	require.NoError(t, err)
	for _, op := range []Operation{Up, Preview, Destroy, Refresh} {
		told = nil
		_, err := e.Run(context.Background(), op, []Stack{{Name: "dev"}}, RunOptions{})
		require.Equal(t, &StackError{Stack: "dev", Op: op, Err: &Unknown{Code: 1, Tail: "error: the moon is full"}}, err)
		require.Equal(t, []EventKind{Started, Completed}, told)
	}
}

func TestAProjectMustBeReadable(t *testing.T) {
	t.Parallel()
	options := fakeCLI(t, "v3.255.0", "")
	options.Root = t.TempDir()
	_, err := New(context.Background(), options)
	require.EqualError(t, err, "the engine needs a program to run")
	options.Program = func(*pulumi.Context) error { return nil }
	_, err = New(context.Background(), options)
	require.ErrorIs(t, err, os.ErrNotExist)
	file := filepath.Join(options.Root, projectFile)
	require.NoError(t, os.WriteFile(file, []byte("runtime: go\n"), 0o644))
	_, err = New(context.Background(), options)
	require.EqualError(t, err, file+": name is missing; write the project's name")
}

func TestTheClockAndTheWorkFolderHaveDefaults(t *testing.T) {
	t.Parallel()
	options := fakeCLI(t, "v3.255.0", "")
	options.Root, options.Program = t.TempDir(), func(*pulumi.Context) error { return nil }
	require.NoError(t, os.WriteFile(filepath.Join(options.Root, projectFile), []byte("name: tried\n"), 0o644))
	e, err := New(context.Background(), options)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(options.Root, ".platform", "work"), e.options.Work)
	require.WithinDuration(t, time.Now(), e.options.Now(), time.Minute)
	require.Equal(t, "organization/tried/dev", e.fullName("dev"))
	e.options.SecretsProviders = map[string]string{"prod": "awskms://k"}
	require.Equal(t, "awskms://k", e.secretsProvider("prod"))
	require.Equal(t, "passphrase", e.secretsProvider("dev"))
}
