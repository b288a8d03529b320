package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/auto"
)

// oldest is the oldest CLI that works: earlier ones take a lock for a preview, or lose events.
var oldest = semver.Version{Major: 3, Minor: 231}

const (
	// killDelay is how long a CLI told to end at once has for it.
	killDelay = 10 * time.Second
	// pipeDelay is how long output is waited for once the CLI has ended; its children may hold the pipe open.
	pipeDelay = 5 * time.Second
)

// command runs the Pulumi CLI. The Automation API's own way kills the CLI ten seconds after a cancel, in the middle of
// whatever it creates, and leaves it in the terminal's process group, where Ctrl-C reaches it a second time, which means
// "end at once". This one has a process group of its own, gets one interrupt, and is waited for.
type command struct {
	path    string
	version semver.Version
	env     map[string]string
	sandbox bool
	onStart func(pid int)

	once    sync.Once
	aborted chan struct{}
}

var _ auto.PulumiCommand = (*command)(nil)

// newCommand finds the CLI and refuses one that is too old.
func newCommand(ctx context.Context, options Options) (*command, error) {
	const remedy = "run \"make bin/pulumi\", or name another with --pulumi"
	path, err := exec.LookPath(options.CLI)
	if err != nil {
		return nil, fmt.Errorf("no pulumi command at %q; %s", options.CLI, remedy)
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	c := &command{
		path: path, env: environment(options), sandbox: options.Sandbox, onStart: options.OnStart,
		aborted: make(chan struct{}),
	}
	stdout, stderr, _, err := c.Run(ctx, "", nil, nil, nil, nil, "version")
	if err != nil {
		return nil, fmt.Errorf("%s version: %w: %s", path, err, strings.TrimSpace(stderr))
	}
	text := strings.TrimSpace(stdout)
	if c.version, err = semver.ParseTolerant(text); err != nil {
		return nil, fmt.Errorf("%s says its version is %q, which is none; %s", path, text, remedy)
	}
	if c.version.LT(oldest) {
		return nil, fmt.Errorf("%s is pulumi %s; %s or newer is needed; %s", path, c.version, oldest, remedy)
	}
	return c, nil
}

// environment is what every run of the CLI needs, the caller's wishes last.
func environment(options Options) map[string]string {
	env := map[string]string{
		"PULUMI_SKIP_UPDATE_CHECK": "true",
		// A stack file without a secrets provider takes the one its state was written with, instead of a new one.
		"PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER": "true",
		// The scan for stacks of an old layout lists the whole bucket; nothing here has ever had that layout.
		"PULUMI_DIY_BACKEND_NO_LEGACY_WARNING": "true",
		"NO_COLOR":                             "1",
	}
	if options.Sandbox {
		env["PULUMI_HOME"] = filepath.Join(filepath.Dir(options.Work), "home")
		env["PULUMI_CONFIG_PASSPHRASE"] = "" // there is nothing to keep secret, and it has to be set
	}
	maps.Copy(env, options.Env)
	if options.BackendURL != "" {
		env["PULUMI_BACKEND_URL"] = options.BackendURL
	}
	if options.Home != "" {
		env["PULUMI_HOME"] = options.Home
	}
	return env
}

// Version is the CLI's version.
func (c *command) Version() semver.Version { return c.version }

// Run runs the CLI to its end. The code is the exit code, or -1 for one that did not start or was killed.
func (c *command) Run(
	ctx context.Context, workdir string, stdin io.Reader, outs, errs []io.Writer, env []string, args ...string,
) (string, string, int, error) {
	if err := ctx.Err(); err != nil {
		return "", "", -1, err
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(c.path, withNonInteractive(args)...)
	cmd.Dir, cmd.Stdin = workdir, stdin
	cmd.Env = c.environ(cmd.Environ(), env)
	cmd.Stdout = io.MultiWriter(append(slices.Clone(outs), &stdout)...)
	cmd.Stderr = io.MultiWriter(append(slices.Clone(errs), &stderr)...)
	cmd.WaitDelay = pipeDelay
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		return "", "", -1, fmt.Errorf("pulumi did not start: %w", err)
	}
	if c.onStart != nil {
		c.onStart(cmd.Process.Pid)
	}
	ended, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		c.stop(ctx, cmd, ended)
	}()
	err := cmd.Wait()
	close(ended)
	<-stopped
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil // a child of the CLI kept a pipe open; the CLI itself has succeeded
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode(), err
}

// withNonInteractive keeps the CLI from asking questions. Some callers say so themselves.
func withNonInteractive(args []string) []string {
	const flag = "--non-interactive"
	if slices.Contains(args, flag) {
		return args
	}
	return append([]string{flag}, args...)
}

// stop asks the CLI to end once the context is cancelled: politely first, by a second signal on abort, by force at last.
func (c *command) stop(ctx context.Context, cmd *exec.Cmd, ended <-chan struct{}) {
	select {
	case <-ended:
		return
	case <-c.aborted:
	case <-ctx.Done():
		interrupt(cmd)
		select {
		case <-ended:
			return
		case <-c.aborted:
		}
	}
	terminate(cmd)
	delay := time.NewTimer(killDelay)
	defer delay.Stop()
	select {
	case <-ended:
	case <-delay.C:
		kill(cmd)
	}
}

// abort ends every run at once, and those to come.
func (c *command) abort() { c.once.Do(func() { close(c.aborted) }) }

// environ is the CLI's environment: what is inherited, what this engine sets, and what one call adds; the later wins.
func (c *command) environ(inherited, more []string) []string {
	var env []string
	path := ""
	for _, variable := range inherited {
		name, value, _ := strings.Cut(variable, "=")
		switch {
		case c.sandbox && (strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "PULUMI_")):
		case name == "PATH":
			path = value
		default:
			env = append(env, variable)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.env)) {
		if name == "PATH" {
			path = c.env[name]
			continue
		}
		env = append(env, name+"="+c.env[name])
	}
	// Plugins that came with the CLI are found beside it.
	env = append(env, "PATH="+filepath.Dir(c.path)+string(filepath.ListSeparator)+path, "PULUMI_AUTOMATION_API=true")
	return append(env, more...)
}

// operation is the command during one operation on a stack. The Automation API surrounds each operation by four more CLI
// processes; what they would say is known already: the stack is named in full on every call, and outputs and counts are
// in the events.
type operation struct {
	*command
	code           int // exit code of the operation, -1 if it was killed
	stdout, stderr string
}

// Run runs the operation itself, and answers what surrounds it.
func (o *operation) Run(
	ctx context.Context, workdir string, stdin io.Reader, outs, errs []io.Writer, env []string, args ...string,
) (string, string, int, error) {
	if len(args) > 1 && args[0] == "stack" {
		switch args[1] {
		case "select":
			return "", "", 0, nil
		case "output":
			return "{}", "", 0, nil
		case "history":
			return "[]", "", 0, nil
		}
	}
	var err error
	o.stdout, o.stderr, o.code, err = o.command.Run(ctx, workdir, stdin, outs, errs, env, args...)
	return o.stdout, o.stderr, o.code, err
}
