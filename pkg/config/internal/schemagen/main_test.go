package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// The schema in the repository is the one the types give; "go generate ./pkg/config" writes it anew.
func TestSchemaIsCurrent(t *testing.T) {
	t.Chdir("../..")
	want, err := generate()
	require.NoError(t, err)
	got, err := os.ReadFile("schema.json")
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "run go generate ./pkg/config")
}
