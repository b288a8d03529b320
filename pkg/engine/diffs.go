package engine

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// diffs are the properties a step changes, sorted by path.
func (r *reducer) diffs(step apitype.StepEventMetadata) []Diff {
	if step.Old == nil || step.New == nil {
		return nil
	}
	switch opOf(step.Op) {
	case OpUpdate, OpReplace, OpImport:
	default:
		return nil
	}
	hidden := map[string]bool{}
	for _, path := range slices.Concat(step.Old.HideDiffs, step.New.HideDiffs) {
		hidden[path.String()] = true
	}
	var diffs []Diff
	switch {
	case step.DetailedDiff != nil:
		for text, property := range step.DetailedDiff {
			diffs = append(diffs, r.detailed(step, text, property))
		}
	case r.op == Refresh:
		diffs = r.compare(step.Old.Outputs, step.New.Outputs, step.Keys)
	default:
		diffs = r.compare(step.Old.Inputs, step.New.Inputs, step.Keys)
	}
	diffs = slices.DeleteFunc(diffs, func(d Diff) bool { return hidden[d.Path] || strings.HasPrefix(d.Path, "__") })
	slices.SortFunc(diffs, func(a, b Diff) int { return cmp.Compare(a.Path, b.Path) })
	return diffs
}

// detailed is one property of a provider's own diff.
func (r *reducer) detailed(step apitype.StepEventMetadata, text string, property apitype.PropertyDiff) Diff {
	before, after := step.Old.Outputs, step.New.Inputs
	if property.InputDiff {
		before = step.Old.Inputs
	}
	if r.op == Refresh { // the program did not run: what is new is what the cloud says
		after = step.New.Outputs
		if property.InputDiff {
			after = step.New.Inputs
		}
	}
	kind, replaces := strings.CutSuffix(string(property.Kind), "-replace")
	diff := Diff{Path: text, Kind: kind, Replaces: replaces}
	path, err := resource.ParsePropertyPath(text)
	if err != nil {
		return diff
	}
	if value, found := find(before, path); found && kind != "add" {
		diff.Old = r.value(path, value)
	}
	if value, found := find(after, path); found && kind != "delete" {
		diff.New = r.value(path, value)
	}
	return diff
}

// value is a property's value for people; one whose name says that it is a secret is masked.
func (r *reducer) value(path resource.PropertyPath, value any) string {
	if name, ok := path[len(path)-1].(string); ok && secretName.MatchString(name) {
		return masked
	}
	return r.redact.render(value, true)
}

// compare is the difference of two objects by their properties; keys are those that force a replacement.
func (r *reducer) compare(before, after map[string]any, keys []string) []Diff {
	names := map[string]bool{}
	for name := range before {
		names[name] = true
	}
	for name := range after {
		names[name] = true
	}
	var diffs []Diff
	for _, name := range slices.Sorted(maps.Keys(names)) {
		old, had := before[name]
		value, has := after[name]
		if had && has && reflect.DeepEqual(old, value) {
			continue
		}
		diff := Diff{Path: name, Kind: "update", Replaces: slices.Contains(keys, name)}
		path := resource.PropertyPath{name}
		if had {
			diff.Old = r.value(path, old)
		}
		if has {
			diff.New = r.value(path, value)
		}
		switch {
		case !had:
			diff.Kind = "add"
		case !has:
			diff.Kind = "delete"
		}
		diffs = append(diffs, diff)
	}
	return diffs
}

// find is the value at a path within an event's properties.
func find(properties map[string]any, path resource.PropertyPath) (any, bool) {
	if len(path) == 0 {
		return nil, false
	}
	var value any = properties
	for _, segment := range path {
		switch key := segment.(type) {
		case string:
			object, ok := value.(map[string]any)
			if !ok {
				return nil, false
			}
			if value, ok = object[key]; !ok {
				return nil, false
			}
		case int:
			list, ok := value.([]any)
			if !ok || key < 0 || key >= len(list) {
				return nil, false
			}
			value = list[key]
		}
	}
	return value, true
}
