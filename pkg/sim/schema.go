package sim

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
)

//go:embed schema/*.json
var schemaFiles embed.FS

// kind is the type of a property as the schema files write it: "string", "boolean", "integer", "number", "any",
// "asset", "archive", "[]T", "map[]T" or "#module.Name"; a trailing "!" marks a required property.
type kind string

func (k kind) required() bool { return strings.HasSuffix(string(k), "!") }
func (k kind) bare() kind     { return kind(strings.TrimSuffix(string(k), "!")) }

// element is what a list or a map holds.
func (k kind) element() kind {
	_, element, _ := strings.Cut(string(k.bare()), "[]")
	return kind(element)
}

func (k kind) isList() bool   { return strings.HasPrefix(string(k), "[]") }
func (k kind) isMap() bool    { return strings.HasPrefix(string(k), "map[]") }
func (k kind) isObject() bool { return strings.HasPrefix(string(k), "#") }
func (k kind) object() string { return strings.TrimPrefix(string(k.bare()), "#") }

// String says the kind to a reader.
func (k kind) String() string {
	switch {
	case k.isList():
		return "list of " + k.element().String()
	case k.isMap():
		return "map of " + k.element().String()
	case k.isObject():
		return "object"
	}
	return string(k.bare())
}

// resourceSchema is what the SDK says of one resource type.
type resourceSchema struct {
	Inputs  map[string]kind `json:"inputs"`
	Outputs map[string]kind `json:"outputs"`
	Secrets []string        `json:"secrets"`
	Aliases []string        `json:"aliases"`
}

type functionSchema struct {
	Inputs  map[string]kind `json:"inputs"`
	Outputs map[string]kind `json:"outputs"`
}

// packageSchema is one package of the SDKs, for example aws.
type packageSchema struct {
	Source    string                     `json:"source"`
	Provider  map[string]kind            `json:"provider"`
	Resources map[string]*resourceSchema `json:"resources"`
	Functions map[string]*functionSchema `json:"functions"`
	Types     map[string]map[string]kind `json:"types"`
}

// loadSchemas reads the embedded schema files, by package name.
func loadSchemas() (map[string]*packageSchema, error) {
	files, err := schemaFiles.ReadDir("schema")
	if err != nil {
		return nil, err
	}
	schemas := map[string]*packageSchema{}
	for _, file := range files {
		content, err := schemaFiles.ReadFile("schema/" + file.Name())
		if err != nil {
			return nil, err
		}
		schema := &packageSchema{}
		if err := json.Unmarshal(content, schema); err != nil {
			return nil, fmt.Errorf("schema/%s: %w", file.Name(), err)
		}
		schemas[strings.TrimSuffix(file.Name(), ".json")] = schema
	}
	return schemas, nil
}
