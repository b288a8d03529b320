package engine

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSecretsAreWrittenWithoutTouchingTheRest(t *testing.T) {
	t.Parallel()
	file := "# why\nconfig:\n  a:b: 1 # so\n"
	for name, c := range map[string]struct {
		before string
		fields secretsFields
		after  string
	}{
		"new":             {file, secretsFields{Salt: "v1:x="}, file + "encryptionsalt: v1:x=\n"},
		"no last newline": {"a: 1", secretsFields{Salt: "s"}, "a: 1\nencryptionsalt: s\n"},
		"empty":           {"", secretsFields{Salt: "s"}, "encryptionsalt: s\n"},
		"only a comment":  {"# later\n", secretsFields{Salt: "s"}, "# later\nencryptionsalt: s\n"},
		"the same":        {"encryptionsalt:   s\n" + file, secretsFields{Salt: "s"}, "encryptionsalt:   s\n" + file},
		"changed": {
			"encryptionsalt: old # kept\n" + file, secretsFields{Salt: "new"}, "encryptionsalt: new # kept\n" + file,
		},
		"nothing known": {"encryptionsalt: old\n", secretsFields{}, "encryptionsalt: old\n"},
		"all three": {
			file, secretsFields{Provider: "awskms://a?b=c&d=e", Key: "AQ==", Salt: "s"},
			file + "secretsprovider: awskms://a?b=c&d=e\nencryptedkey: AQ==\nencryptionsalt: s\n",
		},
		"a key below is another": {
			"config:\n  encryptionsalt: mine\n", secretsFields{Salt: "s"}, "config:\n  encryptionsalt: mine\nencryptionsalt: s\n",
		},
	} {
		got, err := withSecrets([]byte(c.before), c.fields)
		require.NoError(t, err, name)
		require.Equal(t, c.after, string(got), name)
		if name != "nothing known" {
			read, err := secretsOf(got)
			require.NoError(t, err)
			require.Equal(t, c.fields, read, name)
		}
	}
}

func TestFilesThatCannotBeExtendedAreRefused(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"- a\n":                 "line 1: a stack file is a mapping",
		"a: [\n":                "yaml: line 1: did not find expected node content",
		"encryptionsalt: |\n x": "line 1: encryptionsalt takes more than one line; write it on one",
	} {
		_, err := withSecrets([]byte(file), secretsFields{Salt: "s"})
		require.EqualError(t, err, want)
	}
}

// folders is a work folder for stack dev of a project, both on disk.
func folders(t *testing.T, sandbox bool, settings string) workspace {
	t.Helper()
	w := workspace{root: t.TempDir(), dir: filepath.Join(t.TempDir(), "work", "dev"), stack: "dev", sandbox: sandbox}
	require.NoError(t, os.WriteFile(filepath.Join(w.root, projectFile), []byte("name: tried\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(w.root, stackFile("dev")), []byte(settings), 0o640))
	require.NoError(t, w.prepare())
	return w
}

func content(t *testing.T, folder string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, stackFile("dev")))
	require.NoError(t, err)
	return string(data)
}

func TestSecretsAreCarriedBack(t *testing.T) {
	t.Parallel()
	w := folders(t, false, "# why\na: 1\n")
	require.NoError(t, w.carryBack(), "nothing to carry yet")
	require.Equal(t, "# why\na: 1\n", content(t, w.root))
	require.NoError(t, os.WriteFile(filepath.Join(w.dir, stackFile("dev")), []byte("a: 1\nencryptionsalt: s\n"), 0o644))
	require.NoError(t, w.carryBack())
	require.Equal(t, "# why\na: 1\nencryptionsalt: s\n", content(t, w.root))
	info, err := os.Stat(filepath.Join(w.root, stackFile("dev")))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o640), info.Mode().Perm())
	left, err := filepath.Glob(filepath.Join(w.root, ".new-*"))
	require.NoError(t, err)
	require.Empty(t, left)

	require.NoError(t, w.prepare())
	require.Equal(t, content(t, w.root), content(t, w.dir))
}

func TestASandboxKeepsSecretsToItself(t *testing.T) {
	t.Parallel()
	w := folders(t, true, "a: 1\n")
	written := filepath.Join(w.dir, stackFile("dev"))
	require.NoError(t, os.WriteFile(written, []byte("encryptionsalt: s\n"), 0o644))
	require.NoError(t, w.carryBack())
	require.Equal(t, "a: 1\n", content(t, w.root))
	require.NoError(t, os.WriteFile(filepath.Join(w.root, stackFile("dev")), []byte("a: 2\n"), 0o644))
	require.NoError(t, w.prepare())
	require.Equal(t, "a: 2\nencryptionsalt: s\n", content(t, w.dir))

	require.NoError(t, os.WriteFile(filepath.Join(w.root, stackFile("dev")), []byte("encryptionsalt: own\n"), 0o644))
	require.NoError(t, w.prepare())
	require.Equal(t, "encryptionsalt: own\n", content(t, w.dir), "the project's own wins")

	require.NoError(t, os.WriteFile(filepath.Join(w.root, stackFile("dev")), []byte("a: [\n"), 0o644))
	require.NoError(t, w.prepare())
	require.Equal(t, "a: [\n", content(t, w.dir), "a fault is the program's to tell")
}

func TestAMissingStackFileIsNamed(t *testing.T) {
	t.Parallel()
	w := folders(t, false, "a: 1\n")
	w.stack = "prod"
	require.Equal(t, &StackMissing{Stack: "prod", File: "Pulumi.prod.yaml"}, w.prepare())
}
