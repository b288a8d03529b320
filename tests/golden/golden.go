// Package golden compares what a test made with a file a reviewer reads.
package golden

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// updateVariable, when set, rewrites golden files. The run that rewrites one still fails, so that an update never
// passes unseen.
const updateVariable = "UPDATE_GOLDEN"

// Updating says whether golden files are to be rewritten.
func Updating() bool { return os.Getenv(updateVariable) != "" }

// Check fails the test when got differs from the file at path.
func Check(t testing.TB, path, got string) {
	t.Helper()
	want, err := os.ReadFile(path)
	if err == nil && string(want) == got {
		return
	}
	if Updating() {
		write(t, path, got)
		t.Fatalf("%s was rewritten: read the difference, then run again without %s", path, updateVariable)
	}
	if err != nil {
		t.Fatalf("no golden file: %v\nset %s=1 to write it", err, updateVariable)
	}
	t.Fatalf("%s differs (-file +got); set %s=1 to rewrite it:\n%s", path, updateVariable, cmp.Diff(string(want), got))
}

func write(t testing.TB, path, got string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
		t.Fatal(err)
	}
}
