package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSchemasAreWhatTheSDKsSay(t *testing.T) {
	t.Parallel()
	files, err := generate("../../schema/types.txt")
	require.NoError(t, err)
	for name, content := range files {
		committed, err := os.ReadFile(filepath.Join("../../schema", name))
		require.NoError(t, err)
		require.Equal(t, string(content), string(committed), "run: go generate ./pkg/sim")
	}
}

func TestTypesFileFaults(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"aws.ec2.Vpc":         `:1: "aws.ec2.Vpc" is no token; want package:module:Name`,
		"# x\n\ngcp:a:B":      `: no SDK module is known for package "gcp"`,
		"aws:ec2/vpc:Vpcs":    "aws:ec2/vpc:Vpcs: the SDK has no constructor NewVpcs",
		"aws:ec2/subnet:Vpc":  `aws:ec2/subnet:Vpc: the SDK registers NewVpc as "aws:ec2/vpc:Vpc"`,
		"aws:nosuch/vpc:Vpc":  "nosuch",
		"aws:index/getX:getX": "aws:index/getX:getX: the SDK has no such struct",
	} {
		file := filepath.Join(t.TempDir(), "types.txt")
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
		_, err := generate(file)
		require.ErrorContains(t, err, want)
	}
}
