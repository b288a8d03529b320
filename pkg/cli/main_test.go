package cli

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/rogpeppe/go-internal/testscript"

	"aws-platform/pkg/engine"
)

// today is the day of every test: exemptions in stack files have an end.
var today = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"platform": func() { os.Exit(scripted()) }})
}

// scripted is the command with an engine that plays what is written in engine.json.
func scripted() int {
	a := newApp(testPlatform, processStreams())
	a.now = func() time.Time { return today }
	a.newRunner = func(_ context.Context, options engine.Options) (engine.Runner, error) {
		player := &player{root: options.Root, env: options.StackEnv}
		text, err := os.ReadFile(filepath.Join(options.Root, "engine.json"))
		if err != nil {
			return player, nil
		}
		return player, json.Unmarshal(text, &player.stacks)
	}
	return a.runUntil(context.Background(), os.Args[1:], nil)
}

var testPlatform = Platform{
	Version: "1.2.3", Program: func(string) pulumi.RunFunc { return nil }, ReadOnly: func(string) pulumi.RunFunc { return nil },
	Build: written,
}

// written is a program that registers what is in program.json: by stack, then by type and name.
func written(dir string) func(*pulumi.Context) (pulumi.Map, error) {
	return func(ctx *pulumi.Context) (pulumi.Map, error) {
		text, err := os.ReadFile(filepath.Join(dir, "program.json"))
		if err != nil {
			return nil, err
		}
		var stacks map[string]map[string]map[string]any
		if err := json.Unmarshal(text, &stacks); err != nil {
			return nil, err
		}
		var own struct{ pulumi.ProviderResourceState }
		if err := ctx.RegisterResource("pulumi:providers:aws", "own", pulumi.Map{"region": pulumi.String("eu-west-1")}, &own); err != nil {
			return nil, err
		}
		for _, key := range slices.Sorted(maps.Keys(stacks[ctx.Stack()])) {
			kind, name, _ := strings.Cut(key, " ")
			var made pulumi.CustomResourceState
			inputs := pulumi.ToMap(stacks[ctx.Stack()][key])
			if err := ctx.RegisterResource(kind, name, inputs, &made, pulumi.Provider(&own)); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}
}

// part is what the player does for one stack.
type part struct {
	Counts  engine.Counts
	Changes []engine.Change
	Outputs map[string]any
	Secrets map[string]any
	Locks   []engine.Lock
	Fail    string
	Holds   []string // the URNs in its state
}

// player is an engine that does what it was told beforehand.
type player struct {
	root   string
	env    map[string]string // by stack
	stacks map[string]part
}

func (p *player) Run(
	_ context.Context, op engine.Operation, stacks []engine.Stack, run engine.RunOptions,
) ([]*engine.Result, error) {
	var results engine.Results
	for _, stack := range stacks {
		if run.ReadOnly {
			if err := os.WriteFile(filepath.Join(p.root, stack.Name+".read-only"), []byte(p.env["ROLE"]), 0o600); err != nil {
				return nil, err
			}
		}
		part := p.stacks[stack.Name]
		result := &engine.Result{Stack: stack.Name, Op: op, Counts: part.Counts, Changes: part.Changes}
		switch {
		case len(part.Locks) > 0 && op != engine.Preview:
			result.Err = &engine.Locked{Stack: stack.Name, Locks: part.Locks}
		case part.Fail != "":
			result.Err = errors.New(part.Fail)
		}
		results = append(results, result)
	}
	return results, results.Err()
}

func (p *player) Outputs(_ context.Context, stack string, show bool) (map[string]any, error) {
	part, known := p.stacks[stack]
	switch {
	case !known:
		return nil, &engine.StackMissing{Stack: stack}
	case show:
		return part.Secrets, nil
	}
	return part.Outputs, nil
}

func (p *player) Locks(_ context.Context, stack string) ([]engine.Lock, error) {
	return p.stacks[stack].Locks, nil
}

func (p *player) Unlock(_ context.Context, stack string) error {
	return os.WriteFile(filepath.Join(p.root, stack+".unlocked"), nil, 0o600)
}

func (p *player) Export(_ context.Context, stack string) ([]byte, error) {
	if len(p.stacks[stack].Holds) == 0 {
		return nil, &engine.StackMissing{Stack: stack}
	}
	resources := []map[string]string{}
	for _, urn := range p.stacks[stack].Holds {
		resources = append(resources, map[string]string{"urn": urn})
	}
	return json.Marshal(map[string]any{"deployment": map[string]any{"resources": resources}})
}

func (p *player) Import(context.Context, string, []byte) error { return errors.New("not played") }
func (p *player) Remove(context.Context, string, bool) error   { return errors.New("not played") }

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true,
		// Every script works on the small project beside them, which it may overwrite.
		Setup: func(env *testscript.Env) error { return os.CopyFS(env.WorkDir, os.DirFS("testdata/project")) },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			// exits runs the command and holds its exit code against the first argument.
			"exits": func(ts *testscript.TestScript, neg bool, args []string) {
				if neg || len(args) < 2 {
					ts.Fatalf("usage: exits CODE ARGS...")
				}
				err := ts.Exec("platform", args[1:]...)
				var ended interface{ ExitCode() int }
				code := 0
				if errors.As(err, &ended) {
					code = ended.ExitCode()
				} else if err != nil {
					ts.Fatalf("%v", err)
				}
				if want := args[0]; want != strconv.Itoa(code) {
					ts.Fatalf("exit code %d, want %s", code, want)
				}
			},
		},
	})
}
