package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/engine"
)

var errBroken = errors.New("broken")

// store is where a bootstrap takes place: a local state in a folder, a bucket that may not be there, and calls that can
// be made to fail, before they took effect or after.
type store struct {
	bucket bool
	remote []byte
	calls  []string
	failAt int // which call fails, from 1
	late   bool
}

// keeper is an engine on the local folder, or on the bucket.
type keeper struct {
	engine.Runner
	*store
	folder string // "" in the bucket
}

// does is one call that may fail.
func (k *keeper) does(what string, effect func() error) error {
	where := "bucket"
	if k.folder != "" {
		where = "folder"
	}
	k.calls = append(k.calls, what+" "+where)
	if k.failAt != len(k.calls) {
		return effect()
	}
	if k.late {
		_ = effect() // nobody hears how it went
	}
	return errBroken
}

func (k *keeper) state() string { return filepath.Join(k.folder, "state.json") }

// stateOf is an exported state with resources of these names.
func stateOf(names ...string) []byte {
	type resource struct {
		URN string `json:"urn"`
	}
	resources := make([]resource, len(names))
	for i, name := range names {
		resources[i].URN = "urn:" + name
	}
	text, err := json.Marshal(map[string]any{"deployment": map[string]any{"resources": resources}})
	if err != nil {
		return nil
	}
	return text
}

var whole = stateOf("stack", "bucket", "key")

func (k *keeper) Run(
	_ context.Context, op engine.Operation, stacks []engine.Stack, _ engine.RunOptions,
) ([]*engine.Result, error) {
	result := &engine.Result{Stack: stacks[0].Name, Op: op}
	err := k.does("up", func() error {
		k.bucket = true
		return os.WriteFile(k.state(), whole, 0o600)
	})
	if err != nil && !k.late && k.failAt == len(k.calls) {
		// An update that fails leaves what it had done, here the bucket.
		k.bucket = true
		err = errors.Join(err, os.WriteFile(k.state(), stateOf("stack", "bucket"), 0o600))
	}
	return []*engine.Result{result}, err
}

func (k *keeper) Export(_ context.Context, stack string) (state []byte, err error) {
	err = k.does("export", func() error {
		switch {
		case k.folder != "":
			state, err = os.ReadFile(k.state())
			if errors.Is(err, os.ErrNotExist) {
				return &engine.StackMissing{Stack: stack}
			}
			return err
		case !k.bucket:
			return &engine.StateStore{Missing: true}
		case k.remote == nil:
			return &engine.StackMissing{Stack: stack}
		}
		state = k.remote
		return nil
	})
	return state, err
}

func (k *keeper) Import(_ context.Context, _ string, state []byte) error {
	err := k.does("import", func() error {
		k.remote = bytes.Clone(state)
		return nil
	})
	if err != nil && !k.late {
		k.remote = stateOf() // the stack was made, and nothing put into it
	}
	return err
}

// bootstrapping is a session on a store.
func bootstrapping(t *testing.T, held *store) (*session, *bytes.Buffer) {
	t.Helper()
	var said bytes.Buffer
	a := newApp(testPlatform, streams{Out: &said, Err: &said})
	a.dir, a.pulumi, a.now = t.TempDir(), "pulumi", func() time.Time { return today }
	a.newRunner = func(_ context.Context, options engine.Options) (engine.Runner, error) {
		folder, _ := strings.CutPrefix(options.BackendURL, "file://")
		if folder == options.BackendURL {
			folder = ""
		}
		return &keeper{store: held, folder: folder}, nil
	}
	return &session{app: a, base: engine.Options{SecretsProvider: "passphrase", Env: map[string]string{
		"PULUMI_CONFIG_PASSPHRASE": "of the test",
	}}, stacks: map[string]*config.Stack{"management": {
		Kind: config.Management, StateBackend: &config.StateBackend{Bucket: "b"}, Account: config.Account{Region: "eu-west-1"},
	}}}, &said
}

// bootstrapOnce runs the bootstrap to its end.
func bootstrapOnce(s *session) (*engine.Result, error) {
	shown := s.app.newProgress()
	defer shown.close()
	return s.bootstrap(context.Background(), shown)
}

func TestBootstrapMovesTheState(t *testing.T) {
	t.Parallel()
	held := &store{}
	s, said := bootstrapping(t, held)
	made, err := bootstrapOnce(s)
	require.NoError(t, err)
	require.NotNil(t, made)
	require.Equal(t, whole, held.remote)
	require.NoDirExists(t, s.localState())
	require.Equal(t, []string{
		"export bucket", "up folder", "export folder", "import bucket", "export bucket", "export folder",
	}, held.calls)
	require.Contains(t, said.String(), "state is in s3://b?region=eu-west-1")

	held.calls = nil
	made, err = bootstrapOnce(s)
	require.NoError(t, err)
	require.Nil(t, made)
	require.Equal(t, []string{"export bucket"}, held.calls, "the second time it only looks")
	require.Contains(t, said.String(), "already")
}

func TestBootstrapFailingAtEveryStepIsRunAgain(t *testing.T) {
	t.Parallel()
	const steps = 6
	for _, late := range []bool{false, true} {
		for step := 1; step <= steps; step++ {
			t.Run(fmt.Sprintf("step %d, after its effect %t", step, late), func(t *testing.T) {
				t.Parallel()
				held := &store{failAt: step, late: late}
				s, _ := bootstrapping(t, held)
				_, err := bootstrapOnce(s)
				require.ErrorIs(t, err, errBroken)
				if !bytes.Equal(held.remote, whole) && step > 1 {
					require.FileExists(t, filepath.Join(s.localState(), "state.json"), "what was made is known to somebody")
				}

				held.failAt = 0
				_, err = bootstrapOnce(s)
				require.NoError(t, err)
				require.Equal(t, whole, held.remote)
				require.NoDirExists(t, s.localState())
			})
		}
	}
}

func TestBootstrapKeepsTwoStatesThatDiffer(t *testing.T) {
	t.Parallel()
	held := &store{bucket: true, remote: whole}
	s, _ := bootstrapping(t, held)
	require.NoError(t, os.MkdirAll(s.localState(), 0o700))
	file := filepath.Join(s.localState(), "state.json")
	require.NoError(t, os.WriteFile(file, stateOf("stack", "another"), 0o600))
	_, err := bootstrapOnce(s)
	require.ErrorContains(t, err, s.localState()+" has 2 resources of management and s3://b?region=eu-west-1 has 3")
	require.FileExists(t, file)
	require.Equal(t, whole, held.remote)
}

func TestBootstrapNeedsAStackThatMakesTheBucket(t *testing.T) {
	t.Parallel()
	s, _ := bootstrapping(t, &store{})
	s.stacks["management"].StateBackend = nil
	_, err := bootstrapOnce(s)
	require.ErrorContains(t, err, "no stack has a stateBackend section")
}
