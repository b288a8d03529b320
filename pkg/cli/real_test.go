package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// bucketProgram makes the state bucket and nothing else.
func bucketProgram(ctx *pulumi.Context) error {
	if ctx.Stack() != "management" {
		return nil
	}
	var bucket struct{ pulumi.CustomResourceState }
	err := ctx.RegisterResource("aws:s3/bucketV2:BucketV2", "state", pulumi.Map{"bucket": pulumi.String("acme-state")}, &bucket)
	ctx.Export("bucket", bucket.ID())
	return err
}

// TestRealBootstrap and everything after it, on the unmodified engine and the simulated cloud, through the command line.
func TestRealBootstrap(t *testing.T) {
	t.Parallel()
	cli, err := filepath.Abs(filepath.Join("..", "..", "bin", "pulumi"))
	require.NoError(t, err)
	if _, err := os.Stat(cli); err != nil {
		t.Skip("no bin/pulumi: run make bin/pulumi")
	}
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(project)))
	run := func(want int, line ...string) (result, told string) {
		var out, said bytes.Buffer
		platform := Platform{Version: "1.2.3", Program: func(string) pulumi.RunFunc { return bucketProgram }}
		a := newApp(platform, streams{Out: &out, Err: &said})
		a.now = func() time.Time { return today }
		code := a.run(context.Background(), append([]string{"-C", dir, "--sim", "--pulumi", cli}, line...))
		require.Equal(t, want, code, "%v\n%s%s", line, out.String(), said.String())
		return out.String(), said.String()
	}

	_, told := run(exitError, "preview", "-s", "dev")
	require.Contains(t, told, `"platform state bootstrap" makes it`, "no bucket yet")
	_, told = run(exitDone, "state", "bootstrap", "--yes")
	require.Contains(t, told, "[management] created aws:s3/bucketV2:BucketV2 state")
	require.NoDirExists(t, filepath.Join(dir, ".platform", "sim", "bootstrap"))
	_, told = run(exitDone, "state", "bootstrap", "--yes")
	require.Contains(t, told, "already")

	result, _ := run(exitDone, "demo")
	require.Regexp(t, `management +2 +\S+ +unchanged`, result)
	require.Contains(t, result, "What to try next")
	result, _ = run(exitDone, "outputs", "-s", "management")
	require.Equal(t, "bucket = acme-state\n", result)
	run(exitDone, "preview", "--all", "--detailed-exitcode")
	result, _ = run(exitDone, "unlock", "-s", "dev")
	require.Equal(t, "dev is not locked\n", result)
	run(exitDone, "destroy", "-s", "dev", "--yes")
	run(exitError, "destroy", "-s", "management", "--yes") // it is protected, with the state of all
}
