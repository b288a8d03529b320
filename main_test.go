package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"aws-platform/pkg/cli"
	"aws-platform/pkg/config"
	"aws-platform/pkg/sim"
	"aws-platform/tests/golden"
)

// composePlatform is this project composed on the simulated cloud by mocks.
var composePlatform = sync.OnceValues(func() (*cli.Composition, error) {
	stacks, err := config.LoadAll(".", today)
	if err != nil {
		return nil, err
	}
	return cli.Compose(stacks, outputs("."))
})

// composition is what every stack registers.
func composition() (map[string][]sim.Registration, error) {
	made, err := composePlatform()
	if err != nil {
		return nil, err
	}
	return made.Stacks, nil
}

// composed is what a stack registers.
func composed(t *testing.T, stack string) []sim.Registration {
	t.Helper()
	all, err := composition()
	require.NoError(t, err)
	return all[stack]
}

// TestManifests shows a reviewer all that a stack registers, with every input.
func TestManifests(t *testing.T) {
	t.Parallel()
	stacks, err := config.Stacks(".")
	require.NoError(t, err)
	require.Equal(t, []string{"dev", "management", "prod", "shared", "staging"}, stacks)
	for _, stack := range stacks {
		t.Run(stack, func(t *testing.T) {
			t.Parallel()
			got := manifest(t, stack, composed(t, stack))
			golden.Check(t, filepath.Join("tests", "testdata", "manifests", stack+".yaml"), got)
		})
	}
}

// TestEveryResourceIsPlaced checks what no component may forget: a provider of the stack's own, a parent, the tags.
func TestEveryResourceIsPlaced(t *testing.T) {
	t.Parallel()
	stacks, err := config.Stacks(".")
	require.NoError(t, err)
	for _, stack := range stacks {
		for _, r := range composed(t, stack) {
			if !r.Custom || strings.HasPrefix(r.Type, "pulumi:") {
				continue
			}
			require.Contains(t, r.Provider, "pulumi:providers:aws::aws", "%s %s: provider", stack, r.Name)
			require.Contains(t, string(r.Parent), "aws-platform:", "%s %s: parent is no component", stack, r.Name)
			if tags, ok := r.Inputs["tags"]; ok {
				for _, key := range []resource.PropertyKey{
					"Name", "Component", "Environment", "Project", "Owner", "CostCenter", "ManagedBy",
				} {
					require.Contains(t, tags.ObjectValue(), key, "%s %s: tags", stack, r.Name)
				}
			}
		}
	}
}

// manifest is the registrations as YAML, sorted by type and name, ids of other resources told by name, policies by the file
// that shows them.
func manifest(t *testing.T, stack string, registered []sim.Registration) string {
	t.Helper()
	type entry struct {
		Resource  string         `yaml:"resource"`
		Parent    string         `yaml:"parent,omitempty"`
		Protect   bool           `yaml:"protect,omitempty"`
		DependsOn []string       `yaml:"dependsOn,omitempty,flow"`
		Inputs    map[string]any `yaml:"inputs,omitempty"`
	}
	names := references(registered)
	policies, err := shownPolicies()
	require.NoError(t, err)
	shared := sharedTags(registered)
	var entries []entry
	for _, r := range registered {
		if r.Type == "pulumi:pulumi:Stack" {
			continue
		}
		e := entry{Resource: r.Type + " " + r.Name, Protect: r.Protect, Inputs: r.Inputs.Mappable()}
		withPolicies("", e.Inputs, func(property, _ string) string {
			return "policies/" + policies.of[policyInput{stack, string(r.URN), property}]
		})
		if tags, ok := e.Inputs["tags"].(map[string]any); ok {
			maps.DeleteFunc(tags, func(key string, value any) bool { return shared[key] == value })
		}
		if parent := r.Parent; parent != "" && !strings.Contains(string(parent), "pulumi:pulumi:Stack") {
			e.Parent = parent.Name()
		}
		for _, urn := range r.DependsOn {
			e.DependsOn = append(e.DependsOn, urn.Name())
		}
		slices.Sort(e.DependsOn)
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.Resource, b.Resource) })

	var out strings.Builder
	out.WriteString("# Every resource that takes tags also has these:\n#\n")
	for _, key := range slices.Sorted(maps.Keys(shared)) {
		fmt.Fprintf(&out, "#   %s: %v\n", key, shared[key])
	}
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	require.NoError(t, encoder.Encode(entries))
	return names.Replace(out.String())
}

// sharedTags are the tags that every tagged resource has with the same value; a manifest tells them once.
func sharedTags(registered []sim.Registration) map[string]any {
	var shared map[string]any
	for _, r := range registered {
		tags, ok := r.Inputs["tags"]
		if !ok {
			continue
		}
		own := tags.ObjectValue().Mappable()
		if shared == nil {
			shared = maps.Clone(own)
		}
		maps.DeleteFunc(shared, func(key string, value any) bool { return own[key] != value })
	}
	return shared
}

// references replaces generated ids, which say nothing to a reader, by ${name.id}.
func references(registered []sim.Registration) *strings.Replacer {
	var pairs []string
	for _, r := range registered {
		if r.Custom && r.ID != "" && strings.Contains(r.ID, "-0") {
			pairs = append(pairs, r.ID, fmt.Sprintf("${%s.id}", r.Name))
		}
	}
	return strings.NewReplacer(pairs...)
}
