//go:build unix

package engine

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// pulumiCLI is the CLI to test with, or the test is skipped.
func pulumiCLI(t *testing.T) string {
	t.Helper()
	path := os.Getenv("PULUMI_CLI")
	if path == "" {
		path = filepath.Join("..", "..", "bin", "pulumi")
	}
	if _, err := exec.LookPath(path); err != nil {
		t.Skip("no Pulumi CLI: run make bin/pulumi, or name one in PULUMI_CLI")
	}
	return path
}

// project is a project with stack files, a state store and a home of its own.
type project struct {
	t       *testing.T
	root    string
	backend string
	home    string
}

func newProject(t *testing.T, stacks ...string) *project {
	t.Helper()
	pulumiCLI(t)
	p := &project{t: t, root: t.TempDir(), home: t.TempDir(), backend: "file://" + filepath.ToSlash(t.TempDir())}
	p.write(projectFile, "name: tried\nruntime: go\n")
	for _, stack := range stacks {
		p.write(stackFile(stack), "# "+stack+"\nconfig:\n  tried:size: small # for now\n")
	}
	return p
}

func (p *project) write(name, content string) {
	p.t.Helper()
	require.NoError(p.t, os.WriteFile(filepath.Join(p.root, name), []byte(content), 0o644))
}

func (p *project) read(name string) string {
	p.t.Helper()
	content, err := os.ReadFile(filepath.Join(p.root, name))
	require.NoError(p.t, err)
	return string(content)
}

// engine is an engine on the project; change adjusts its options.
func (p *project) engine(program pulumi.RunFunc, change func(*Options)) *Engine {
	p.t.Helper()
	options := Options{
		Root: p.root, CLI: pulumiCLI(p.t), BackendURL: p.backend, Home: p.home, Program: program,
		Env: map[string]string{"PULUMI_CONFIG_PASSPHRASE": "correct horse battery"},
	}
	if change != nil {
		change(&options)
	}
	e, err := New(context.Background(), options)
	require.NoError(p.t, err)
	return e
}

// checkpoint is the file that holds a stack's state.
func (p *project) checkpoint(stack string) string {
	return filepath.Join(p.backend[len("file://"):], ".pulumi", "stacks", "tried", stack+".json")
}

func (p *project) lockFiles(stack string) []string {
	p.t.Helper()
	files, err := filepath.Glob(filepath.Join(
		p.backend[len("file://"):], ".pulumi", "locks", "organization", "tried", stack, "*.json"))
	require.NoError(p.t, err)
	return files
}

// house is a program that needs no provider: a component with rooms in it.
func house(rooms ...string) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		var main struct{ pulumi.ResourceState }
		if err := ctx.RegisterComponentResource("tried:index:House", "main", &main); err != nil {
			return err
		}
		for _, name := range rooms {
			var room struct{ pulumi.ResourceState }
			err := ctx.RegisterComponentResource("tried:index:Room", name, &room, pulumi.Parent(&main))
			if err != nil {
				return err
			}
		}
		ctx.Export("rooms", pulumi.Int(len(rooms)))
		ctx.Export("key", pulumi.ToSecret(pulumi.String("under the mat")))
		return nil
	}
}

// waiting is a program that says when it runs and then waits for leave.
func waiting(running chan<- struct{}, leave <-chan struct{}) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		running <- struct{}{}
		<-leave
		return house("hall")(ctx)
	}
}

func only(t *testing.T, results []*Result, err error) *Result {
	t.Helper()
	require.NoError(t, err)
	require.Len(t, results, 1)
	return results[0]
}

func TestRealLife(t *testing.T) {
	t.Parallel()
	ctx, p := context.Background(), newProject(t, "dev")
	dev := Stack{Name: "dev"}
	two, three := p.engine(house("hall", "attic"), nil), p.engine(house("hall", "attic", "cellar"), nil)

	preview, err := two.Preview(ctx, dev)
	result := only(t, preview, err)
	require.True(t, result.Created)
	require.Equal(t, Counts{OpCreate: 4}, result.Counts)
	_, err = two.State(ctx, dev.Name)
	var missing *StackMissing
	require.ErrorAs(t, err, &missing, "a preview leaves no stack behind")

	up, err := two.Up(ctx, dev)
	result = only(t, up, err)
	require.True(t, result.Created)
	require.Equal(t, Counts{OpCreate: 4}, result.Counts)
	require.Equal(t, map[string]any{"rooms": 2.0, "key": masked}, result.Outputs)
	require.Len(t, result.Changes, 3)
	room := result.Changes[0]
	require.Equal(t, Change{
		URN:  "urn:pulumi:dev::tried::tried:index:House$tried:index:Room::attic",
		Type: "tried:index:Room", Name: "attic", Op: OpCreate, Status: Done,
		Components: []Component{{Type: "tried:index:House", Name: "main"}},
	}, room)

	up, err = two.Up(ctx, dev)
	result = only(t, up, err)
	require.Equal(t, Counts{OpSame: 4}, result.Counts)
	require.Empty(t, result.Changes)
	require.Empty(t, result.OutputDiffs)

	preview, err = three.Preview(ctx, dev)
	result = only(t, preview, err)
	require.Equal(t, Counts{OpSame: 4, OpCreate: 1}, result.Counts)
	require.Equal(t, []Diff{{Path: "rooms", Kind: "update", Old: "2", New: "3"}}, result.OutputDiffs)

	masked, err := two.Outputs(ctx, "dev", false)
	require.NoError(t, err)
	require.Equal(t, map[string]any{"rooms": 2.0, "key": "[secret]"}, masked)
	shown, err := two.Outputs(ctx, "dev", true)
	require.NoError(t, err)
	require.Equal(t, "under the mat", shown["key"])

	refresh, err := two.Refresh(ctx, dev)
	require.Equal(t, Counts{OpSame: 4}, only(t, refresh, err).Counts)

	failing := p.engine(func(*pulumi.Context) error { return errors.New("the program must not run") }, nil)
	destroy, err := failing.Destroy(ctx, dev)
	require.Equal(t, Counts{OpDelete: 4}, only(t, destroy, err).Counts)
	require.NoError(t, two.Remove(ctx, "dev", false))
	_, err = two.Outputs(ctx, "dev", false)
	require.Equal(t, &StackMissing{Stack: "dev"}, err)
}

func TestRealSecretsAreKept(t *testing.T) {
	t.Parallel()
	ctx, p := context.Background(), newProject(t, "dev", "boxed")
	_, err := p.engine(house(), nil).Up(ctx, Stack{Name: "dev"})
	require.NoError(t, err)
	require.Regexp(t, `^# dev\nconfig:\n  tried:size: small # for now\nencryptionsalt: v1:\S+\n$`, p.read(stackFile("dev")))

	sandbox := p.engine(house(), func(o *Options) { o.Sandbox = true })
	before := p.read(stackFile("boxed"))
	for range 2 { // the second time the salt has to be there still
		_, err = sandbox.Up(ctx, Stack{Name: "boxed"})
		require.NoError(t, err)
		require.Equal(t, before, p.read(stackFile("boxed")))
	}
}

func TestRealLockIsReportedAndReleased(t *testing.T) {
	t.Parallel()
	ctx, p := context.Background(), newProject(t, "dev")
	running, leave := make(chan struct{}), make(chan struct{})
	var pids []int
	holder := p.engine(waiting(running, leave), func(o *Options) { o.OnStart = func(pid int) { pids = append(pids, pid) } })
	other := p.engine(house("hall"), nil)
	done := make(chan error)
	go func() {
		_, err := holder.Up(ctx, Stack{Name: "dev"})
		done <- err
	}()
	<-running

	_, err := other.Up(ctx, Stack{Name: "dev"})
	var locked *Locked
	require.ErrorAs(t, err, &locked)
	require.Equal(t, "dev", locked.Stack)
	require.Len(t, locked.Locks, 1)
	require.Equal(t, pids[len(pids)-1], locked.Locks[0].PID)
	host, err := os.Hostname()
	require.NoError(t, err)
	require.Equal(t, host, locked.Locks[0].Host)
	require.WithinDuration(t, time.Now(), locked.Locks[0].Since, time.Minute)
	require.Contains(t, locked.Error(), "(process "+strconv.Itoa(pids[len(pids)-1])+")")

	held, err := other.Locks(ctx, "dev")
	require.NoError(t, err)
	require.Equal(t, locked.Locks, held)
	require.Len(t, p.lockFiles("dev"), 1)

	close(leave)
	require.NoError(t, <-done)
	held, err = other.Locks(ctx, "dev")
	require.NoError(t, err)
	require.Empty(t, held)
	require.Empty(t, p.lockFiles("dev"), "asking leaves no lock")
}

func TestRealKillLeavesALockThatUnlockReleases(t *testing.T) {
	t.Parallel()
	ctx, p := context.Background(), newProject(t, "dev")
	running, leave := make(chan struct{}), make(chan struct{})
	pid := 0
	e := p.engine(waiting(running, leave), func(o *Options) { o.OnStart = func(started int) { pid = started } })
	go func() {
		<-running
		_ = syscall.Kill(pid, syscall.SIGKILL)
		close(leave)
	}()
	_, err := e.Up(ctx, Stack{Name: "dev"})
	var killed *Killed
	require.ErrorAs(t, err, &killed)
	require.Len(t, p.lockFiles("dev"), 1)

	other := p.engine(house("hall"), nil)
	_, err = other.Up(ctx, Stack{Name: "dev"})
	require.ErrorAs(t, err, new(*Locked))
	require.NoError(t, other.Unlock(ctx, "dev"))
	up, err := other.Up(ctx, Stack{Name: "dev"})
	require.Equal(t, Counts{OpCreate: 3}, only(t, up, err).Counts)
}

func TestRealCancelLeavesNoLock(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	p := newProject(t, "dev")
	running, leave := make(chan struct{}), make(chan struct{})
	go func() {
		<-running
		cancel()
		close(leave)
	}()
	results, err := p.engine(waiting(running, leave), nil).Up(ctx, Stack{Name: "dev"})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorAs(t, err, new(*Cancelled))
	require.ErrorAs(t, results[0].Err, new(*Cancelled))
	require.Empty(t, p.lockFiles("dev"))
}

func TestRealPendingOperationsAreNamed(t *testing.T) {
	t.Parallel()
	ctx, p := context.Background(), newProject(t, "dev")
	e := p.engine(house("hall"), nil)
	_, err := e.Up(ctx, Stack{Name: "dev"})
	require.NoError(t, err)
	urn := "urn:pulumi:dev::tried::tried:index:Thing::lost"
	p.addPending("dev", urn)

	up, err := e.Up(ctx, Stack{Name: "dev"})
	result := only(t, up, err)
	require.Equal(t, []Pending{{URN: urn, Type: "creating"}}, result.Pending)

	state, err := e.Export(ctx, "dev")
	require.NoError(t, err)
	elsewhere := newProject(t, "dev").engine(house("hall"), nil)
	err = elsewhere.Import(ctx, "dev", state)
	require.Equal(t, &PendingOperations{Operations: result.Pending}, err)

	refreshed, err := e.Run(ctx, Refresh, []Stack{{Name: "dev"}}, RunOptions{Forget: true})
	only(t, refreshed, err)
	after, err := e.State(ctx, "dev")
	require.NoError(t, err)
	require.Empty(t, after.Pending)
	state, err = e.Export(ctx, "dev")
	require.NoError(t, err)
	require.NoError(t, elsewhere.Import(ctx, "dev", state))
	moved, err := elsewhere.State(ctx, "dev")
	require.NoError(t, err)
	require.Equal(t, after.URNs, moved.URNs)
}

// addPending puts a create into a stack's state that nobody saw the end of.
func (p *project) addPending(stack, urn string) {
	p.t.Helper()
	data, err := os.ReadFile(p.checkpoint(stack))
	require.NoError(p.t, err)
	var file map[string]any
	require.NoError(p.t, json.Unmarshal(data, &file))
	latest := file["checkpoint"].(map[string]any)["latest"].(map[string]any)
	latest["pending_operations"] = []any{map[string]any{
		"type":     "creating",
		"resource": map[string]any{"urn": urn, "type": "tried:index:Thing", "custom": true},
	}}
	data, err = json.Marshal(file)
	require.NoError(p.t, err)
	require.NoError(p.t, os.WriteFile(p.checkpoint(stack), data, 0o600))
}

func TestRealFaultsHaveTypes(t *testing.T) {
	t.Parallel()
	ctx, p := context.Background(), newProject(t, "dev")
	fault := errors.New("the configuration is faulty")
	_, err := p.engine(func(*pulumi.Context) error { return fault }, nil).Preview(ctx, Stack{Name: "dev"})
	require.ErrorAs(t, err, new(*ProgramFault))
	require.ErrorIs(t, err, fault)
	require.EqualError(t, err, "preview of stack dev: the configuration is faulty")

	_, err = p.engine(house(), nil).Up(ctx, Stack{Name: "nowhere"})
	require.EqualError(t, err, `up of stack nowhere: stack "nowhere" has no file Pulumi.nowhere.yaml`)

	_, err = newProject(t, "dev").engine(house(), nil).Destroy(ctx, Stack{Name: "dev"})
	require.EqualError(t, err, `destroy of stack dev: stack "dev" has no state; "platform up -s dev" makes it`)

	unreachable := p.engine(house(), func(o *Options) {
		o.BackendURL = "s3://state?endpoint=http://127.0.0.1:1&s3ForcePathStyle=true&region=us-east-1"
		o.Env = map[string]string{
			"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_EC2_METADATA_DISABLED": "true",
			"AWS_MAX_ATTEMPTS": "1", "PULUMI_CONFIG_PASSPHRASE": "",
		}
	})
	_, err = unreachable.Up(ctx, Stack{Name: "dev"})
	var store *StateStore
	require.ErrorAs(t, err, &store)
	require.False(t, store.Missing)
	require.Contains(t, store.Error(), "nothing was changed")
}
