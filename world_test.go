package main

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/engine"
	"aws-platform/pkg/sim"
)

// stateBucket keeps state in these tests; the one that the platform makes is under test itself.
const stateBucket = "state-of-the-tests"

// world is this project on a simulated cloud of its own, run by the real engine, with its state in that cloud's S3.
type world struct {
	t     testing.TB
	cloud *sim.Cloud
	root  string // a copy of the project's files, to be edited
	whole bool   // every section of every stack is there
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := worldIn(t, "")
	require.NoError(t, w.cloud.CreateBucket(stateBucket))
	return w
}

// worldIn is a world whose cloud is kept in a folder; in memory if that is "".
func worldIn(t testing.TB, dir string) *world {
	t.Helper()
	stacks, err := config.LoadAll(".", today)
	require.NoError(t, err)
	var accounts []sim.Account
	for _, name := range slices.Sorted(maps.Keys(stacks)) {
		s := stacks[name]
		accounts = append(accounts, sim.Account{ID: s.Account.ID, Name: name, Management: s.Kind == config.Management})
	}
	cloud, err := sim.Start(sim.Options{Dir: dir, Accounts: accounts, Region: "eu-west-1"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cloud.Close()) })

	w := projectOf(t)
	w.cloud, w.whole = cloud, true
	return w
}

// projectOf is a copy of the project's files, in no cloud.
func projectOf(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, root: t.TempDir()}
	files, err := filepath.Glob("Pulumi*.yaml")
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(w.root, file), text, 0o600))
	}
	return w
}

// standing is a cloud in which stacks are up already. Bringing them up takes long: it is done once for all tests, and each
// that begins there gets a copy.
type standing struct {
	once   sync.Once
	stacks []engine.Stack
	files  fs.FS // of the cloud, nil should it not have come up
}

// foundations are what every environment stands on.
var foundations = standing{stacks: everything[:2]}

// world is a world of the test's own in which the stacks are up.
func (s *standing) world(t *testing.T) *world {
	t.Helper()
	s.once.Do(func() { s.files = broughtUp(t, s.stacks) })
	require.NotNil(t, s.files, "what this test stands on did not come up")
	dir := filepath.Join(t.TempDir(), "cloud")
	require.NoError(t, os.CopyFS(dir, s.files))
	return worldIn(t, dir)
}

// broughtUp are the files of a cloud in which stacks are up, read into memory.
func broughtUp(t *testing.T, stacks []engine.Stack) fs.FS {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "cloud")
	// A subtest, because its cloud must be closed before its files are whole.
	if !t.Run("standing", func(t *testing.T) {
		w := worldIn(t, dir)
		require.NoError(t, w.cloud.CreateBucket(stateBucket))
		_, err := w.engine(nil).Run(context.Background(), engine.Up, stacks, engine.RunOptions{})
		require.NoError(t, err)
	}) {
		return nil
	}
	files := fstest.MapFS{}
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		files[path] = &fstest.MapFile{Data: data, Mode: 0o600}
		return err
	}))
	return files
}

// networkAlone makes dev the only stack, with a VPC and nothing that another stack must have made before it.
func (w *world) networkAlone() *world {
	w.t.Helper()
	w.whole = false
	others, err := filepath.Glob(filepath.Join(w.root, "Pulumi.*.yaml"))
	require.NoError(w.t, err)
	for _, file := range others {
		require.NoError(w.t, os.Remove(file))
	}
	text := `config:
  aws-platform:kind: workload
  aws-platform:profile: development
  aws-platform:environment: dev
  aws-platform:costCenter: "2100"
  aws-platform:account:
    id: "210000000003"
    email: aws-dev@acme.example
    region: eu-west-1
    role: OrganizationAccountAccessRole
  aws-platform:vpcs:
    main:
      cidr: 10.16.0.0/16
      zones: [a, b]
      layout: sequential
      subnetPrefix: 22
      clusters: [apps]
`
	require.NoError(w.t, os.WriteFile(filepath.Join(w.root, config.StackFile("dev")), []byte(text), 0o600))
	return w
}

// pulumiCLI is the Pulumi command that "make test" puts here.
func pulumiCLI(t testing.TB) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("bin", "pulumi"))
	require.NoError(t, err)
	if _, err := os.Stat(path); err != nil {
		t.Skip("no bin/pulumi: run make bin/pulumi")
	}
	return path
}

// engine is a new engine on the project; change adjusts its options. Each has work folders and a home of its own, as two
// people have.
func (w *world) engine(change func(*engine.Options)) *engine.Engine {
	w.t.Helper()
	env := w.cloud.Env()
	env["PULUMI_CONFIG_PASSPHRASE"] = "simulated"
	if w.whole {
		// State is written once, at the end: twice for each change takes most of a run's time. Crashes are tested without.
		env["PULUMI_SKIP_CHECKPOINTS"] = "true"
	}
	options := engine.Options{
		Root: w.root, Work: w.t.TempDir(), Home: w.t.TempDir(), CLI: pulumiCLI(w.t), Env: env, Program: program(w.root),
		BackendURL: w.cloud.BackendURL(stateBucket), Parallel: 2,
	}
	if change != nil {
		change(&options)
	}
	e, err := engine.New(context.Background(), options)
	require.NoError(w.t, err)
	return e
}

// everything is every stack, in the order in which they come up.
var everything = []engine.Stack{
	{Name: "management"},
	{Name: "shared", After: []string{"management"}},
	{Name: "dev", After: []string{"shared"}},
	{Name: "staging", After: []string{"shared"}},
	{Name: "prod", After: []string{"shared"}},
}

// one is a stack alone.
func one(name string) []engine.Stack { return []engine.Stack{{Name: name}} }

// edit changes a stack file; every pair of texts must be found.
func (w *world) edit(stack string, pairs ...string) {
	w.t.Helper()
	path := filepath.Join(w.root, config.StackFile(stack))
	text, err := os.ReadFile(path)
	require.NoError(w.t, err)
	for i := 0; i < len(pairs); i += 2 {
		require.Contains(w.t, string(text), pairs[i])
		text = []byte(strings.Replace(string(text), pairs[i], pairs[i+1], 1))
	}
	require.NoError(w.t, os.WriteFile(path, text, 0o600))
}

// run does one operation on one stack that must go well, and gives what changed: "update main-flow-log-group".
func (w *world) run(e *engine.Engine, op engine.Operation, stack string) []string {
	w.t.Helper()
	results, err := e.Run(context.Background(), op, one(stack), engine.RunOptions{})
	require.NoError(w.t, err)
	return steps(results[0])
}

// steps are a result's changes, sorted.
func steps(result *engine.Result) []string {
	changed := []string{}
	for _, change := range result.Changes {
		changed = append(changed, string(change.Op)+" "+change.Name)
	}
	slices.Sort(changed)
	return changed
}

// inventory is what the simulated cloud holds, without the bucket of the tests' own state.
func (w *world) inventory() []string {
	held := []string{}
	for _, r := range w.cloud.Resources() {
		if r.ID != stateBucket {
			held = append(held, r.Account+" "+r.Type+" "+r.Name)
		}
	}
	return held
}

// find is the resource with a logical name.
func (w *world) find(name string) sim.Resource {
	w.t.Helper()
	for _, r := range w.cloud.Resources() {
		if r.Name == name {
			return r
		}
	}
	w.t.Fatalf("the cloud has no %s", name)
	return sim.Resource{}
}
