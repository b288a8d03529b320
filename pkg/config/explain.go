package config

import (
	"fmt"
	"reflect"
	"slices"

	"gopkg.in/yaml.v3"
)

// Setting is one effective value and where it came from.
type Setting struct {
	Path   string // "vpcs.main.nat"
	Value  string // on one line; a list is one value, because lists are replaced whole
	Origin string // "default", "profile development", "Pulumi.yaml:12", "Pulumi.dev.yaml:14"
}

// Explain lists every effective value of a stack with its origin: sections in the order of the Stack type, named things
// by name. It lists what it can of a faulty configuration too; the error is then Problems.
func Explain(src Source) ([]Setting, error) {
	l := load(src)
	var settings []Setting
	if l.tree != nil {
		settings = explain(field{value: l.tree}, reflect.TypeFor[Stack](), nil)
	}
	return settings, l.problems.err()
}

// explain walks a field's value along its type, which gives the order.
func explain(f field, t reflect.Type, at path) []Setting {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	names := f.value.names()
	var settings []Setting
	switch {
	case len(names) == 0 || t.Kind() != reflect.Struct && t.Kind() != reflect.Map:
		origin := f.value.at
		if f.value.kind == sequence { // the key says where a list is, not its first entry
			origin = f.at
		}
		return []Setting{{Path: at.String(), Value: f.value.String(), Origin: origin.String()}}
	case t.Kind() == reflect.Struct:
		for _, info := range fieldsOf(t) {
			if i := slices.Index(names, info.name); i >= 0 {
				settings = append(settings, explain(f.value.fields[i], t.Field(info.index).Type, at.key(info.name))...)
			}
		}
	default:
		for _, name := range slices.Sorted(slices.Values(names)) {
			i := slices.Index(names, name)
			settings = append(settings, explain(f.value.fields[i], t.Elem(), at.key(name))...)
		}
	}
	return settings
}

// String is the place as an origin.
func (p place) String() string {
	if p.preset || p.line == 0 {
		return p.origin
	}
	return fmt.Sprintf("%s:%d", p.origin, p.line)
}

// Render is the effective configuration as YAML.
func Render(stack *Stack) ([]byte, error) {
	out, err := yaml.Marshal(stack)
	if err != nil {
		return nil, fmt.Errorf("render the configuration: %w", err)
	}
	return out, nil
}
