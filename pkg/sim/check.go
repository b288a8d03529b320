package sim

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Failure is one property the provider refuses before anything is made.
type Failure struct {
	Property string // path, "ingress[0].fromPort"; "" for the resource as a whole
	Reason   string
}

// check gives the inputs with what the provider adds, and every fault in them, sorted.
func (m *model) check(c call, old resource.PropertyMap) (resource.PropertyMap, []Failure, error) {
	if isKube(c.Token) {
		return kubeCheck(c, old)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, err := m.request(c, opCreate)
	if err != nil {
		return nil, nil, err
	}
	checker := checker{types: m.registry.types(c.Token)}
	checker.object("", m.registry.schema(c.Token).Inputs, without(c.Inputs, tagsAllKey))
	checked := m.named(r, c.Autonaming, without(c.Inputs, tagsAllKey), old)
	r.New = known(checked)
	checker.rules(r)
	checked = withTags(r.Type, m.registry, checked, c.DefaultTags)
	return checked, checker.sorted(), nil
}

func without(values resource.PropertyMap, key resource.PropertyKey) resource.PropertyMap {
	copied := maps.Clone(values)
	delete(copied, key)
	return copied
}

// named gives an autonamed resource its name: the one it has, or the first that is free.
func (m *model) named(r *request, wish *autonaming, inputs, old resource.PropertyMap) resource.PropertyMap {
	auto := r.Type.Autoname
	if auto.Property == "" || has(inputs, auto.Property) || has(inputs, auto.Property+"Prefix") || r.Name == "" ||
		(wish != nil && wish.Off) {
		return inputs
	}
	key := resource.PropertyKey(auto.Property)
	named := maps.Clone(inputs)
	if named == nil {
		named = resource.PropertyMap{}
	}
	if given, ok := old[key]; ok {
		named[key] = given
		return named
	}
	if wish != nil && wish.Name != "" {
		named[key] = resource.NewProperty(wish.Name)
		return named
	}
	base := r.Name
	if auto.Lower {
		base = strings.ToLower(base)
	}
	for attempt := 0; ; attempt++ {
		suffix := "-" + digest(7, string(r.URN), r.Account, strconv.Itoa(attempt))
		name := base[:min(len(base), auto.Limit-len(suffix))] + suffix
		if m.nameIsFree(r, auto.Property, name) {
			named[key] = resource.NewProperty(name)
			return named
		}
	}
}

func (m *model) nameIsFree(r *request, property, name string) bool {
	for _, record := range m.inventory.records {
		if record.row.Kind == r.Type.Kind && record.Text(property) == name {
			return false
		}
	}
	return true
}

// checker collects what is wrong with a resource's inputs.
type checker struct {
	types    map[string]map[string]kind
	failures []Failure
}

func (c *checker) fail(path, format string, args ...any) {
	c.failures = append(c.failures, Failure{Property: path, Reason: fmt.Sprintf(format, args...)})
}

func (c *checker) sorted() []Failure {
	slices.SortFunc(c.failures, func(a, b Failure) int {
		return strings.Compare(a.Property+"\x00"+a.Reason, b.Property+"\x00"+b.Reason)
	})
	return slices.Compact(c.failures)
}

// object checks an object's properties against their schema.
func (c *checker) object(path string, schema map[string]kind, values resource.PropertyMap) {
	for _, name := range slices.Sorted(maps.Keys(schema)) {
		if schema[name].required() && !has(values, name) {
			c.fail(join(path, name), "missing required property %q", name)
		}
	}
	for key, value := range values {
		name := string(key)
		want, known := schema[name]
		switch {
		case strings.HasPrefix(name, "__"): // Pulumi's own bookkeeping
		case !known:
			c.fail(join(path, name), "unknown property %q%s", name, suggest(name, slices.Sorted(maps.Keys(schema))))
		case !value.IsNull():
			c.value(join(path, name), want, value)
		}
	}
}

// value checks one value against its kind; an unknown value is of every kind.
func (c *checker) value(path string, want kind, value resource.PropertyValue) {
	if isUnknown(value) {
		return
	}
	switch {
	case want.isList() && value.IsArray():
		for i, element := range value.ArrayValue() {
			c.value(fmt.Sprintf("%s[%d]", path, i), want.element(), element)
		}
	case want.isMap() && value.IsObject():
		for key, element := range value.ObjectValue() {
			c.value(join(path, string(key)), want.element(), element)
		}
	case want.isObject() && value.IsObject():
		c.object(path, c.types[want.object()], value.ObjectValue())
	case !scalar(want.bare(), value):
		c.fail(path, "must be %s, not %s", article(want.String()), describe(value))
	}
}

func scalar(want kind, value resource.PropertyValue) bool {
	switch want {
	case "any":
		return true
	case "string":
		return value.IsString()
	case "boolean":
		return value.IsBool()
	case "number":
		return value.IsNumber()
	case "integer":
		return value.IsNumber() && value.NumberValue() == float64(int64(value.NumberValue()))
	case "asset":
		return value.IsAsset() || value.IsArchive()
	case "archive":
		return value.IsArchive()
	}
	return false
}

func describe(value resource.PropertyValue) string {
	switch {
	case value.IsString():
		return fmt.Sprintf("the string %q", value.StringValue())
	case value.IsBool():
		return fmt.Sprintf("the boolean %t", value.BoolValue())
	case value.IsNumber():
		return "the number " + strconv.FormatFloat(value.NumberValue(), 'g', -1, 64)
	case value.IsArray():
		return "a list"
	case value.IsObject():
		return "an object"
	}
	return article(value.TypeString())
}

func article(noun string) string {
	if strings.ContainsAny(noun[:1], "aeiou") {
		return "an " + noun
	}
	return "a " + noun
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// rules runs the row's own checks; a property of the wrong type was reported already and is passed over.
func (c *checker) rules(r *request) {
	mistyped := len(c.failures) > 0
	for path, valid := range r.Type.Valid {
		visit(r.New, path, func(value resource.PropertyValue) {
			if mistyped && !value.IsString() {
				return
			}
			if reason := valid(value); reason != "" {
				c.fail(path, "%s", reason)
			}
		})
	}
	if mistyped {
		return
	}
	for _, check := range r.Type.Check {
		if refused := check(r); refused != nil {
			c.fail("", "%s: %s", refused.Code, refused.Message)
		}
	}
}

// suggest names the closest candidate, as "; did you mean ...?", or nothing if none is close: a third of the letters may
// differ, or the candidate may go on where the name ends.
func suggest(name string, candidates []string) string {
	best, distance := "", 2+len(name)/3
	for _, candidate := range candidates {
		d := editDistance(strings.ToLower(name), strings.ToLower(candidate))
		if d >= distance && best == "" && len(name) > 3 && strings.HasPrefix(candidate, name) {
			d = distance - 1
		}
		if d < distance {
			best, distance = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
