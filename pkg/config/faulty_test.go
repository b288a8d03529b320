package config_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"aws-platform/pkg/config"
)

// update rewrites what the faulty stack files are expected to say; the run fails all the same, so that nothing passes
// without being read.
var update = flag.Bool("update", false, "rewrite the expected messages in testdata/faulty")

// now is the day of every test.
func now() time.Time { return time.Date(2026, time.June, 15, 12, 0, 0, 0, time.UTC) }

// project is the Pulumi.yaml of a case that brings none: a whole development environment but for its VPCs, so that a
// case shows its fault alone.
const project = `name: aws-platform
runtime: go
config:
  kind: workload
  profile: development
  environment: dev
  organization: acme
  owner: { type: string, default: platform-team }
  costCenter: { type: string, default: "2100" }
  account: { type: object, default: { id: "123456789012", region: eu-west-1 } }
`

// faultyCases reads testdata/faulty: stack files and, under "want", what they must say, one fault a line.
func faultyCases(t testing.TB) map[string]*txtar.Archive {
	t.Helper()
	files, err := filepath.Glob("testdata/faulty/*.txtar")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 60)
	cases := make(map[string]*txtar.Archive, len(files))
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		require.NoError(t, err)
		cases[strings.TrimSuffix(filepath.Base(file), ".txtar")] = archive
	}
	return cases
}

// extract writes a case's project into a folder and returns the folder, its stacks and what it wants.
func extract(t testing.TB, archive *txtar.Archive) (dir string, stacks []string, want string) {
	t.Helper()
	dir = t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), []byte(project), 0o600))
	for _, file := range archive.Files {
		if file.Name == "want" {
			want = string(file.Data)
			continue
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, file.Name), file.Data, 0o600))
	}
	stacks, err := config.Stacks(dir)
	require.NoError(t, err)
	return dir, stacks, want
}

// messages are an error's faults, one a line. Every error of the package is Problems.
func messages(t testing.TB, err error) string {
	t.Helper()
	var problems config.Problems
	require.ErrorAs(t, err, &problems)
	var lines strings.Builder
	for _, p := range problems {
		fmt.Fprintln(&lines, p)
	}
	return lines.String()
}

func TestFaultyStackFiles(t *testing.T) {
	t.Parallel()
	for name, archive := range faultyCases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, stacks, want := extract(t, archive)
			var err error
			if len(stacks) == 1 {
				_, err = config.Load(config.Source{Dir: dir, Stack: stacks[0], Now: now()})
			} else {
				_, err = config.LoadAll(dir, now())
			}
			require.Error(t, err)
			got := messages(t, err)
			if *update && got != want {
				archive.Files[len(archive.Files)-1].Data = []byte(got)
				require.NoError(t, os.WriteFile("testdata/faulty/"+name+".txtar", txtar.Format(archive), 0o644))
				t.Fatal("updated; read it and run again")
			}
			require.Equal(t, want, got)
		})
	}
}

// Under the engine the values come from the engine and only their places from the files. Nothing may be said
// differently.
func TestEngineValuesSayTheSame(t *testing.T) {
	t.Parallel()
	checked := 0
	for name, archive := range faultyCases(t) {
		dir, stacks, want := extract(t, archive)
		if len(stacks) != 1 {
			continue
		}
		values, err := engineValues(dir, stacks[0])
		if err != nil {
			continue // the engine would not have started
		}
		checked++
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(config.Source{Dir: dir, Stack: stacks[0], Values: values, Now: now()})
			require.Equal(t, want, messages(t, err))
		})
	}
	require.Greater(t, checked, 100)
}

// engineValues are a stack's values as the engine hands them to the program: sections that are objects as JSON,
// everything else as text, keys with their namespace, the project's defaults where the stack says nothing.
func engineValues(dir, stack string) (map[string]string, error) {
	var file struct {
		Config map[string]any `yaml:"config"`
	}
	var projectFile struct {
		Config map[string]any `yaml:"config"`
	}
	for name, into := range map[string]any{config.StackFile(stack): &file, "Pulumi.yaml": &projectFile} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		if err := yaml.Unmarshal(data, into); err != nil {
			return nil, err
		}
	}
	if file.Config == nil {
		return nil, errors.New("no configuration")
	}
	values := map[string]string{}
	for key, value := range projectFile.Config {
		if typed, ok := value.(map[string]any); ok {
			value = typed["default"]
			if typed["value"] != nil {
				value = typed["value"]
			}
		}
		values[namespaced(key)] = engineValue(value)
	}
	for key, value := range file.Config {
		values[namespaced(key)] = engineValue(value)
	}
	return values, nil
}

func namespaced(key string) string {
	if strings.Contains(key, ":") {
		return key
	}
	return config.Namespace + ":" + key
}

func engineValue(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case map[string]any:
		if secret, ok := v["secure"].(string); ok && len(v) == 1 {
			return secret // decrypted by then
		}
		return asJSON(plain(v))
	case []any:
		return asJSON(plain(v))
	default:
		return fmt.Sprint(v)
	}
}

// plain is a value after its way through the engine: dates are text with a time of day.
func plain(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, inner := range v {
			out[key] = plain(inner)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = plain(inner)
		}
		return out
	case time.Time:
		return v.String()
	}
	return value
}

func asJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
