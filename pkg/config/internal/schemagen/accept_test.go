package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"aws-platform/pkg/config"
)

// validator knows the keywords the schema uses, and refuses a schema with others.
type validator struct{ root map[string]any }

func newValidator(t *testing.T) validator {
	t.Helper()
	v := validator{root: map[string]any{}}
	decoder := json.NewDecoder(bytes.NewReader(config.Schema()))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&v.root))
	return v
}

// check lists what a value breaks, each with its path.
func (v validator) check(schema map[string]any, value any, at string) []string {
	var faults []string
	for _, keyword := range slices.Sorted(maps.Keys(schema)) {
		if fault := v.keyword(schema, keyword, value, at); fault != nil {
			faults = append(faults, fault...)
		}
	}
	return faults
}

func (v validator) keyword(schema map[string]any, keyword string, value any, at string) []string {
	rule := schema[keyword]
	text, isText := value.(string)
	object, isObject := value.(map[string]any)
	list, isList := value.([]any)
	_, isNumber := value.(int)
	fault := []string{at + ": " + keyword}
	switch keyword {
	case "$schema", "$defs", "title", "description", "default", "format":
		return nil
	case "$ref":
		defs, _ := v.root["$defs"].(map[string]any)
		target, _ := defs[strings.TrimPrefix(rule.(string), "#/$defs/")].(map[string]any)
		return v.check(target, value, at)
	case "anyOf":
		for _, choice := range rule.([]any) {
			if len(v.check(choice.(map[string]any), value, at)) == 0 {
				return nil
			}
		}
		return fault
	case "type":
		ok := map[any]bool{"string": isText, "object": isObject, "array": isList, "integer": isNumber, "boolean": value == true || value == false, "null": value == nil}
		if !ok[rule] {
			return fault
		}
	case "enum":
		if !slices.ContainsFunc(rule.([]any), func(e any) bool { return fmt.Sprint(e) == fmt.Sprint(value) }) {
			return fault
		}
	case "pattern":
		if isText && !regexp.MustCompile(rule.(string)).MatchString(text) {
			return fault
		}
	case "minLength", "minItems", "minimum":
		if size(value, keyword) < limit(rule) {
			return fault
		}
	case "maxLength", "maxItems", "maximum":
		if size(value, keyword) > limit(rule) {
			return fault
		}
	case "required":
		for _, name := range rule.([]any) {
			if _, ok := object[name.(string)]; isObject && !ok {
				return []string{at + "." + name.(string) + ": required"}
			}
		}
	case "items":
		var faults []string
		for i, item := range list {
			faults = append(faults, v.check(rule.(map[string]any), item, fmt.Sprintf("%s[%d]", at, i))...)
		}
		return faults
	case "propertyNames":
		var faults []string
		for _, name := range slices.Sorted(maps.Keys(object)) {
			faults = append(faults, v.check(rule.(map[string]any), name, at+"."+name)...)
		}
		return faults
	case "properties", "patternProperties", "additionalProperties":
		if keyword == "properties" || schema["properties"] == nil && keyword == "additionalProperties" {
			return v.properties(schema, object, at)
		}
	default:
		return []string{at + ": the test does not know the keyword " + keyword}
	}
	return nil
}

// properties checks an object's entries, each by its own schema or the one for the rest.
func (v validator) properties(schema, object map[string]any, at string) []string {
	named, _ := schema["properties"].(map[string]any)
	patterns, _ := schema["patternProperties"].(map[string]any)
	var faults []string
next:
	for _, name := range slices.Sorted(maps.Keys(object)) {
		inner := at + "." + name
		if property, ok := named[name].(map[string]any); ok {
			faults = append(faults, v.check(property, object[name], inner)...)
			continue
		}
		for pattern := range patterns {
			if regexp.MustCompile(pattern).MatchString(name) {
				continue next
			}
		}
		switch rest := schema["additionalProperties"].(type) {
		case bool:
			faults = append(faults, inner+": additionalProperties")
		case map[string]any:
			faults = append(faults, v.check(rest, object[name], inner)...)
		}
	}
	return faults
}

func limit(rule any) int {
	n, _ := rule.(json.Number).Int64()
	return int(n)
}

// size is what a limit limits; a value of another kind is within any.
func size(value any, keyword string) int {
	switch v := value.(type) {
	case string:
		return len([]rune(v))
	case []any:
		return len(v)
	case int:
		return v
	}
	if strings.HasPrefix(keyword, "min") {
		return 1 << 30
	}
	return 0
}

func parse(t *testing.T, data []byte) any {
	t.Helper()
	var value any
	require.NoError(t, yaml.Unmarshal(data, &value))
	return value
}

// What an editor says while a stack file is written agrees with what the loader says when it is read: the stacks of the
// project pass, and of the faulty files those whose fault is the shape of a value do not.
func TestSchemaAcceptsTheProjectsStacks(t *testing.T) {
	t.Parallel()
	v := newValidator(t)
	names, err := config.Stacks("../../../..")
	require.NoError(t, err)
	require.Len(t, names, 5)
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join("../../../..", config.StackFile(name)))
		require.NoError(t, err)
		require.True(t, bytes.HasPrefix(data, []byte("# yaml-language-server: $schema=pkg/config/schema.json\n")), name)
		require.Empty(t, v.check(v.root, parse(t, data), name))
	}
}

func TestSchemaRefusesFaultyShapes(t *testing.T) {
	t.Parallel()
	v := newValidator(t)
	for name, want := range map[string][]string{
		"account-id-number":   {"account.id: type"},
		"account-unknown-key": {"account.rol: additionalProperties"},
		"config-not-a-mapping": {
			".config: type",
		},
		"environment-too-long":      {"environment: maxLength"},
		"exemption-unknown":         {"exemptions.nat-per-zones: enum"},
		"ipam":                      {"main.ipam.netmaskLength: maximum", "main.ipam.poolId: pattern"},
		"kind-typo":                 {"kind: enum"},
		"namespace-aws":             {"aws:region: additionalProperties"},
		"section-without-namespace": {"vpccs: additionalProperties"},
		"flow-logs-retention":       {"main.flowLogs: anyOf"},
		"secret-value":              {"owner: type"},
		"state-missing":             {"stateBackend.bucket: required"},
		"top-level-key":             {".config: required", ".confg: additionalProperties"},
		"vpc-enums":                 {"main.nat: enum", "main.layout: enum", "main.tiers[1]: enum", "main.zones[2]: enum"},
		"vpc-name":                  {"Main_VPC: pattern"},
		"vpc-unknown-key":           {"main.zones: required", "main.nat_mode: additionalProperties"},
		"zones-one":                 {"main.zones: minItems"},
		"zones-seven":               {"main.zones: maxItems"},
	} {
		archive, err := txtar.ParseFile(filepath.Join("../../testdata/faulty", name+".txtar"))
		require.NoError(t, err)
		faults := v.check(v.root, parse(t, archive.Files[0].Data), "")
		for _, suffix := range want {
			require.True(t, slices.ContainsFunc(faults, func(f string) bool { return strings.HasSuffix(f, suffix) }), "%s: want %s in %q", name, suffix, faults)
		}
	}
}
