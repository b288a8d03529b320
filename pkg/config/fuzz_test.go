package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
)

// FuzzLoad reads anything at all as a stack file and as the engine's value of a section. Nothing panics, and every
// fault has a file, a line within it and words.
func FuzzLoad(f *testing.F) {
	for _, archive := range faultyCases(f) {
		for _, file := range archive.Files {
			if file.Name == "Pulumi.dev.yaml" {
				f.Add(string(file.Data), `{"main":{"cidr":"10.16.0.0/16","zones":["a","b"]}}`)
			}
		}
	}
	for _, stack := range []string{"management", "shared", "dev", "staging", "prod"} {
		data, err := os.ReadFile(filepath.Join(root, config.StackFile(stack)))
		require.NoError(f, err)
		f.Add(string(data), `{"hub":null}`)
	}
	dir := folder(f, nil)
	f.Fuzz(func(t *testing.T, file, vpcs string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.dev.yaml"), []byte(file), 0o600))
		for _, values := range []map[string]string{nil, {"aws-platform:vpcs": vpcs, vpcs: file}} {
			src := config.Source{Dir: dir, Stack: "dev", Values: values, Now: now()}
			loaded, err := config.Load(src)
			require.NotEqual(t, err == nil, loaded == nil)
			if err != nil {
				checkProblems(t, err)
			}
			_, explained := config.Explain(src)
			require.Equal(t, err == nil, explained == nil)
		}
	})
}

func checkProblems(t *testing.T, err error) {
	t.Helper()
	var problems config.Problems
	require.ErrorAs(t, err, &problems)
	require.NotEmpty(t, problems)
	for _, p := range problems {
		require.NotEmpty(t, p.File, p)
		require.NotEmpty(t, p.Fault, p)
		require.True(t, p.Fix != "" || p.Meant != "", p)
		require.True(t, p.Line > 0 == (p.Column > 0), p)
	}
}
