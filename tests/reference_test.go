package tests

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"aws-platform/pkg/config"
	"aws-platform/tests/golden"
)

// schemaNode is a JSON schema, its properties in the order of the Go types.
type schemaNode struct {
	Ref         string       `yaml:"$ref"`
	Type        string       `yaml:"type"`
	Description string       `yaml:"description"`
	Enum        []string     `yaml:"enum"`
	Items       *schemaNode  `yaml:"items"`
	AnyOf       []schemaNode `yaml:"anyOf"`
	Values      yaml.Node    `yaml:"additionalProperties"`
	Properties  yaml.Node    `yaml:"properties"`
	Defs        yaml.Node    `yaml:"$defs"`
}

// TestConfigReference keeps docs/reference/config.md in step with schema.json.
func TestConfigReference(t *testing.T) {
	t.Parallel()
	var root schemaNode
	require.NoError(t, yaml.Unmarshal(config.Schema(), &root))
	var out strings.Builder
	out.WriteString("# Configuration\n\n" +
		"Generated from `pkg/config/schema.json`. What a `Pulumi.<stack>.yaml` may say under `config:`.\n" +
		"A section left out is a component left out.\n")
	for _, section := range properties(t, root.Properties) {
		if section.name == "config" {
			table(t, &out, "Sections", section.schema.Properties)
		}
	}
	for _, definition := range properties(t, root.Defs) {
		table(t, &out, definition.name, definition.schema.Properties)
	}
	golden.Check(t, filepath.Join("..", "docs", "reference", "config.md"), out.String())
}

type property struct {
	name   string
	schema schemaNode
}

func properties(t *testing.T, node yaml.Node) []property {
	t.Helper()
	var list []property
	for i := 0; i+1 < len(node.Content); i += 2 {
		var schema schemaNode
		if node.Content[i+1].Kind == yaml.MappingNode {
			require.NoError(t, node.Content[i+1].Decode(&schema))
		}
		list = append(list, property{node.Content[i].Value, schema})
	}
	return list
}

func table(t *testing.T, out *strings.Builder, title string, node yaml.Node) {
	t.Helper()
	fmt.Fprintf(out, "\n## %s\n\n| Key | Type | Meaning |\n|---|---|---|\n", title)
	for _, p := range properties(t, node) {
		meaning := strings.NewReplacer("\n- ", "<br>• ", "\n", "<br>", "|", "\\|").Replace(p.schema.Description)
		fmt.Fprintf(out, "| `%s` | %s | %s |\n", p.name, kindOf(t, p.schema), meaning)
	}
}

// kindOf is a schema's type in words.
func kindOf(t *testing.T, s schemaNode) string {
	t.Helper()
	if len(s.AnyOf) > 0 {
		return kindOf(t, s.AnyOf[0])
	}
	switch {
	case s.Ref != "":
		name := strings.TrimPrefix(s.Ref, "#/$defs/")
		return fmt.Sprintf("[%s](#%s)", name, strings.ToLower(name))
	case s.Type == "array" && s.Items != nil:
		return "list of " + kindOf(t, *s.Items)
	case s.Type == "object" && s.Values.Kind == yaml.MappingNode:
		var value schemaNode
		require.NoError(t, s.Values.Decode(&value))
		return "map of " + kindOf(t, value)
	case len(s.Enum) > 0 && len(s.Enum) < 12:
		return "`" + strings.Join(s.Enum, "` \\| `") + "`"
	}
	return s.Type
}
