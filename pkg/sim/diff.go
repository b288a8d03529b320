package sim

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// difference is what separates a resource from what the program asks for.
type difference struct {
	Changed  []string // top-level properties, sorted
	Replace  []string // those that cannot be changed in place
	Detailed map[string]plugin.PropertyDiff
	// DeleteFirst says the replacement cannot stand beside the old resource.
	DeleteFirst bool
}

// diff compares state and the inputs it was made of with new inputs. The state counts, so that drift is seen; a property
// the program no longer gives goes back to its default, or stays as the cloud decided.
func (m *model) diff(token string, oldInputs, state, inputs resource.PropertyMap) (*difference, error) {
	if isKube(token) {
		return kubeDiff(token, oldInputs, state, inputs), nil
	}
	t, err := m.row(token)
	if err != nil {
		return nil, err
	}
	before, after := resource.PropertyMap{}, resource.PropertyMap{}
	result := &difference{}
	for key := range union(oldInputs, inputs) {
		name := string(key)
		old, want := present(state, oldInputs, key), inputs[key]
		if _, given := inputs[key]; !given || want.IsNull() {
			want = t.leftOut(name, old)
		}
		if t.equal(name, old, want) {
			continue
		}
		result.Changed = append(result.Changed, name)
		if !old.IsNull() {
			before[key] = old
		}
		if !want.IsNull() {
			after[key] = want
		}
	}
	slices.Sort(result.Changed)
	t.detail(result, before, after)
	if len(result.Replace) > 0 {
		result.DeleteFirst = t.DeleteFirst || keepsUniqueName(t, result.Changed, inputs)
	}
	return result, nil
}

func union(a, b resource.PropertyMap) map[resource.PropertyKey]bool {
	keys := map[resource.PropertyKey]bool{}
	for _, values := range []resource.PropertyMap{a, b} {
		for key := range values {
			if !strings.HasPrefix(string(key), "__") {
				keys[key] = true
			}
		}
	}
	return keys
}

func present(state, inputs resource.PropertyMap, key resource.PropertyKey) resource.PropertyValue {
	if value, ok := state[key]; ok {
		return value
	}
	return inputs[key]
}

// leftOut is what a property becomes that the program no longer gives.
func (t *row) leftOut(name string, old resource.PropertyValue) resource.PropertyValue {
	if value, ok := t.Defaults[name]; ok {
		return resource.NewPropertyValue(value)
	}
	if _, decided := t.Computed[name]; decided {
		return old
	}
	return resource.NewNullProperty()
}

// detail lists the differences property by property and says which of them need a replacement.
func (t *row) detail(result *difference, before, after resource.PropertyMap) {
	changes := before.Diff(after)
	if changes == nil {
		return
	}
	result.Detailed = plugin.NewDetailedDiffFromObjectDiff(changes, false)
	for path, change := range result.Detailed {
		for _, property := range t.Replace {
			if !touches(path, property) {
				continue
			}
			change.Kind = change.Kind.AsReplace()
			result.Detailed[path] = change
			if name, _, _ := strings.Cut(property, "."); !slices.Contains(result.Replace, name) {
				result.Replace = append(result.Replace, name)
			}
		}
	}
	slices.Sort(result.Replace)
}

// touches says whether a change at a path, "rules[0].name", is a change of a property, "rules.name", or of what it is in.
func touches(path, property string) bool {
	at := plainPath(path)
	return at == property || strings.HasPrefix(at, property+".") || strings.HasPrefix(property, at+".")
}

// plainPath drops list indexes and the brackets around keys.
func plainPath(path string) string {
	parsed, err := resource.ParsePropertyPath(path)
	if err != nil {
		return path
	}
	var names []string
	for _, step := range parsed {
		if name, ok := step.(string); ok {
			names = append(names, name)
		}
	}
	return strings.Join(names, ".")
}

// autonamed is how a name ends that nobody gave.
var autonamed = regexp.MustCompile(`-[0-9a-f]{7}$`)

// keepsUniqueName says whether the replacement would be refused because the old resource still has its name. One that the
// provider made up gets another, as the engine asks for it anew.
func keepsUniqueName(t *row, changed []string, inputs resource.PropertyMap) bool {
	for _, once := range t.Unique {
		if own := t.Autoname.Property; slices.Contains(once.By, own) && autonamed.MatchString(text(inputs, own)) {
			continue
		}
		if given(inputs, once.By) && !slices.ContainsFunc(once.By, func(name string) bool {
			return slices.Contains(changed, name)
		}) {
			return true
		}
	}
	return false
}

// equal compares two values of a property as the cloud does.
func (t *row) equal(name string, a, b resource.PropertyValue) bool {
	switch {
	case empty(a) && empty(b):
		return true
	case slices.Contains(t.Sets, name) && a.IsArray() && b.IsArray():
		return sameElements(a.ArrayValue(), b.ArrayValue())
	case slices.Contains(t.Documents, name) && a.IsString() && b.IsString():
		return sameDocument(a.StringValue(), b.StringValue())
	}
	return a.DeepEquals(b)
}

// empty says whether a value is as good as none: the cloud does not tell an empty list from an absent one.
func empty(value resource.PropertyValue) bool {
	switch {
	case value.IsNull():
		return true
	case value.IsArray():
		return len(value.ArrayValue()) == 0
	case value.IsObject():
		return len(value.ObjectValue()) == 0
	case value.IsString():
		return value.StringValue() == ""
	}
	return false
}

func sameElements(a, b []resource.PropertyValue) bool {
	if len(a) != len(b) {
		return false
	}
	rest := slices.Clone(b)
	for _, element := range a {
		at := slices.IndexFunc(rest, element.DeepEquals)
		if at < 0 {
			return false
		}
		rest = slices.Delete(rest, at, at+1)
	}
	return true
}

func sameDocument(a, b string) bool {
	if a == b {
		return true
	}
	var left, right any
	if json.Unmarshal([]byte(a), &left) != nil || json.Unmarshal([]byte(b), &right) != nil {
		return false
	}
	return reflect.DeepEqual(left, right)
}
