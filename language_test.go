package main

import (
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOrdinaryPulumi runs "pulumi up -s dev" and what goes with it as anybody would: no Automation API, the program
// compiled and started by Pulumi's Go language host.
func TestOrdinaryPulumi(t *testing.T) {
	t.Parallel()
	host, err := filepath.Abs("bin")
	require.NoError(t, err)
	if _, err := os.Stat(filepath.Join(host, "pulumi-language-go")); err != nil {
		t.Skip("no bin/pulumi-language-go: run make bin/pulumi-language-go")
	}
	w := foundations.world(t)
	before := slices.DeleteFunc(w.inventory(), kept)
	project := sources(t)
	try := func(args ...string) (string, error) {
		cmd := exec.Command(pulumiCLI(t), append([]string{"--non-interactive", "--color", "never"}, args...)...)
		cmd.Dir = project
		cmd.Env = append(cmd.Environ(), "PATH="+host+":"+os.Getenv("PATH"), "PULUMI_HOME="+filepath.Join(project, ".home"),
			"PULUMI_BACKEND_URL="+w.cloud.BackendURL(stateBucket), "PULUMI_CONFIG_PASSPHRASE=simulated")
		for _, name := range slices.Sorted(maps.Keys(w.cloud.Env())) {
			cmd.Env = append(cmd.Env, name+"="+w.cloud.Env()[name])
		}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	pulumi := func(args ...string) string {
		t.Helper()
		out, err := try(args...)
		require.NoError(t, err, "pulumi %s:\n%s", strings.Join(args, " "), out)
		return out
	}
	pulumi("stack", "init", "dev")
	require.Contains(t, pulumi("preview", "-s", "dev"), "aws:ec2:Vpc")
	pulumi("up", "-s", "dev", "--yes", "--skip-preview")
	require.Contains(t, pulumi("up", "-s", "dev", "--yes", "--skip-preview"), "unchanged")
	require.Contains(t, pulumi("stack", "output", "-s", "dev"), "10.16.0.0/16")

	// A section nobody knows is refused, and nothing is planned.
	pulumi("config", "set", "-s", "dev", "--path", "aws-platform:vcps.main", "x")
	out, err := try("preview", "-s", "dev")
	require.Error(t, err)
	require.Contains(t, out, `did you mean "vpcs"?`)
	pulumi("config", "rm", "-s", "dev", "aws-platform:vcps")
	pulumi("destroy", "-s", "dev", "--yes", "--skip-preview")
	require.Equal(t, before, slices.DeleteFunc(w.inventory(), kept))
}

// sources is a copy of the program, so that pulumi writes its settings there and not here.
func sources(t *testing.T) string {
	t.Helper()
	project := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(project, "pkg"), os.DirFS("pkg")))
	entries, err := fs.Glob(os.DirFS("."), "*")
	require.NoError(t, err)
	for _, name := range entries {
		info, err := os.Stat(name)
		require.NoError(t, err)
		if info.IsDir() || strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(project, name), text, 0o600))
	}
	return project
}
