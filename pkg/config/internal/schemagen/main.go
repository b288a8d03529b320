// Command schemagen writes the JSON Schema of a stack file from the types of package config, their comments and tags.
// It is apart from config so that config itself needs no more than a YAML reader.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
	"gopkg.in/yaml.v3"

	"aws-platform/pkg/config"
)

func main() {
	schema, err := generate()
	if err == nil {
		err = os.WriteFile("schema.json", schema, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "schemagen:", err)
		os.Exit(1) //nolint:forbidigo // a command's own exit
	}
}

// generator builds the schema; defs are the schemas of the sections' types.
type generator struct {
	defs    jsonschema.Definitions
	presets []preset
}

// preset is one of the embedded files.
type preset struct {
	name   string
	values map[string]any
}

// generate returns the schema. The working folder is package config's, as it is under go generate: comments and presets
// are read from its sources.
func generate() ([]byte, error) {
	stack := reflect.TypeFor[config.Stack]()
	reflector := jsonschema.Reflector{RequiredFromJSONSchemaTags: true}
	if err := reflector.AddGoComments(stack.PkgPath(), ".", jsonschema.WithFullComment()); err != nil {
		return nil, err
	}
	g := generator{defs: reflector.ReflectFromType(stack).Definitions}
	for _, name := range append([]string{"default"}, config.Profiles()...) {
		values := map[string]any{}
		if err := readYAML(filepath.Join("profiles", name+".yaml"), &values); err != nil {
			return nil, err
		}
		g.presets = append(g.presets, preset{name, values})
	}
	given, err := projectConfig(filepath.Join("..", "..", "Pulumi.yaml"))
	if err != nil {
		return nil, err
	}
	if err := g.refine(stack, nil); err != nil {
		return nil, err
	}
	return encode(g.stackFile(given))
}

func readYAML(file string, into any) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// projectConfig lists the keys Pulumi.yaml gives a value, which a stack file need not give again.
func projectConfig(file string) ([]string, error) {
	var project struct {
		Config map[string]struct {
			Default any `yaml:"default"`
		} `yaml:"config"`
	}
	if err := readYAML(file, &project); err != nil {
		return nil, err
	}
	var given []string
	for name, key := range project.Config {
		if key.Default != nil {
			given = append(given, name)
		}
	}
	return given, nil
}

// refine adds to a type's schema what tags alone do not say, and goes on with the types of its fields. at leads to the
// same value in the presets.
func (g *generator) refine(t reflect.Type, at []string) error {
	schema := g.defs[t.Name()]
	if schema == nil {
		return fmt.Errorf("no schema for type %s", t.Name())
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		property, ok := schema.Properties.Get(name)
		if !ok {
			return fmt.Errorf("%s.%s: the yaml and json tags differ", t.Name(), f.Name)
		}
		inner := append(slices.Clip(at), name)
		describe(f, name, property)
		g.special(t, f, property)
		if g.describePresets(property, inner) {
			schema.Required = slices.DeleteFunc(schema.Required, func(r string) bool { return r == name })
			if f.Type.Kind() == reflect.Pointer && len(at) > 0 { // what a preset switches on, null switches off
				nothing := &jsonschema.Schema{Type: "null"}
				property.AnyOf, property.Ref = []*jsonschema.Schema{{Ref: property.Ref}, nothing}, ""
			}
		}
		if section, path := sectionType(f.Type, inner); section != nil {
			if err := g.refine(section, path); err != nil {
				return err
			}
		}
	}
	return nil
}

// describe turns a field's comment into a key's description: the key's name for the field's, and what its values mean.
func describe(f reflect.StructField, name string, property *jsonschema.Schema) {
	if rest, ok := strings.CutPrefix(property.Description, f.Name+" "); ok {
		property.Description = name + " " + rest
	}
	if _, hint, ok := strings.Cut(f.Tag.Get("hint"), ": "); ok {
		property.Description += "\n" + strings.ToUpper(hint[:1]) + hint[1:] + "."
	}
}

// sectionType is the struct a field leads to, directly or through a pointer or a map of named things.
func sectionType(t reflect.Type, at []string) (reflect.Type, []string) {
	switch t.Kind() {
	case reflect.Pointer:
		return sectionType(t.Elem(), at)
	case reflect.Map:
		return sectionType(t.Elem(), append(slices.Clip(at), "*"))
	case reflect.Struct:
		return t, at
	default:
		return nil, nil
	}
}

// special adds what is kept as a table in package config.
func (g *generator) special(t reflect.Type, f reflect.StructField, property *jsonschema.Schema) {
	if rule, ok := config.KeyRules()[f.Tag.Get("keys")]; ok {
		longest := uint64(rule.MaxLength())
		property.PropertyNames = &jsonschema.Schema{Pattern: rule.Pattern(), MaxLength: &longest}
	}
	switch t.Name() + "." + f.Name {
	case "Account.Region":
		for _, region := range config.Regions() {
			property.Enum = append(property.Enum, region)
		}
	case "FlowLogs.RetentionDays":
		for _, days := range config.Retentions() {
			property.Enum = append(property.Enum, days)
		}
	case "Stack.Exemptions":
		property.PropertyNames = &jsonschema.Schema{}
		for _, rail := range config.Guardrails() {
			property.PropertyNames.Enum = append(property.PropertyNames.Enum, rail.Name)
			property.Description += "\n- " + rail.Name + ": " + rail.Says
		}
	}
}

// describePresets says what the presets give a field, and whether the default gives it anything.
func (g *generator) describePresets(property *jsonschema.Schema, at []string) bool {
	var said []string
	given, differs := false, false
	for _, p := range g.presets {
		value, ok := lookup(p.values, at)
		if _, isMapping := value.(map[string]any); !ok || isMapping {
			given = given || ok && p.name == "default"
			continue
		}
		text, err := json.Marshal(value)
		if err != nil {
			continue
		}
		said = append(said, p.name+" "+string(text))
		if p.name == "default" {
			given, property.Default = true, value
		} else {
			differs = true
		}
	}
	if len(said) > 0 {
		property.Description += "\nWhen left out: " + strings.Join(said, ", ") + "."
	}
	if differs { // which one holds depends on the profile, so the schema cannot name it
		property.Default = nil
	}
	return given
}

// lookup follows a path through a preset. A section that only has fields further in counts as given too.
func lookup(values map[string]any, at []string) (any, bool) {
	var value any = values
	for _, name := range at {
		inner, ok := value.(map[string]any)
		if !ok {
			return nil, false
		}
		if value, ok = inner[name]; !ok {
			return nil, false
		}
	}
	return value, true
}

// stackFile wraps the sections in the file Pulumi reads.
func (g *generator) stackFile(given []string) *jsonschema.Schema {
	sections := g.defs["Stack"]
	delete(g.defs, "Stack")
	settings := &jsonschema.Schema{
		Type: "object", Description: "The stack's configuration. Keys of other namespaces have no effect, Pulumi's own aside.",
		Properties:           jsonschema.NewProperties(),
		PatternProperties:    map[string]*jsonschema.Schema{"^pulumi:": {Description: "A setting of the Pulumi engine."}},
		AdditionalProperties: jsonschema.FalseSchema,
	}
	for pair := sections.Properties.Oldest(); pair != nil; pair = pair.Next() {
		settings.Properties.Set(config.Namespace+":"+pair.Key, pair.Value)
	}
	for _, name := range sections.Required {
		if !slices.Contains(given, name) {
			settings.Required = append(settings.Required, config.Namespace+":"+name)
		}
	}
	root := &jsonschema.Schema{
		Version: jsonschema.Version, Title: "A stack file of " + config.Namespace, Description: sections.Description,
		Type: "object", Properties: jsonschema.NewProperties(), Required: []string{"config"},
		AdditionalProperties: jsonschema.FalseSchema, Definitions: g.defs,
	}
	root.Properties.Set("config", settings)
	for _, key := range []struct{ name, says string }{
		{"secretsprovider", "What encrypts the stack's secrets; written by Pulumi."},
		{"encryptionsalt", "The salt of a passphrase; written by Pulumi."},
		{"encryptedkey", "The data key, encrypted by the secrets provider; written by Pulumi."},
	} {
		root.Properties.Set(key.name, &jsonschema.Schema{Type: "string", Description: key.says})
	}
	root.Properties.Set("environment", &jsonschema.Schema{Description: "Pulumi ESC environments; not used by an S3 backend."})
	return root
}

// encode writes the schema with two spaces and no HTML escapes, as an editor would.
func encode(schema *jsonschema.Schema) ([]byte, error) {
	compact, err := json.Marshal(schema)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, compact, "", "  "); err != nil {
		return nil, err
	}
	text := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(out.String())
	return []byte(text + "\n"), nil
}
