package sim

import (
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

var idPattern = regexp.MustCompile(`^([a-z][a-z-]*)-[0-9a-f]{8,17}$`)

// prose are properties whose text never is a reference, whatever it looks like.
func prose(property resource.PropertyKey) bool {
	return property == tagsKey || property == tagsAllKey || property == "description"
}

// judgeReferences refuses what names a resource that does not exist in the account and region of the call.
func (m *model) judgeReferences(r *request) *Error {
	var refused *Error
	for key, value := range r.New {
		if prose(key) || slices.Contains(r.Type.Foreign, string(key)) {
			continue
		}
		everyText(value, func(target string) {
			if refused == nil && m.missingID(r, target) {
				refused = m.notFound(r, m.prefixRow(target), target)
			}
		})
	}
	for path, kind := range r.Type.Refs {
		visit(r.New, path, func(value resource.PropertyValue) {
			if refused == nil && value.IsString() && m.missing(r.place, kind, value.StringValue()) {
				refused = m.notFound(r, m.registry.kinds[kind], value.StringValue())
			}
		})
	}
	return refused
}

// everyText calls do for every string below a value.
func everyText(value resource.PropertyValue, do func(string)) {
	switch {
	case value.IsString():
		do(value.StringValue())
	case value.IsArray():
		for _, element := range value.ArrayValue() {
			everyText(element, do)
		}
	case value.IsObject():
		for key, element := range value.ObjectValue() {
			if !prose(key) {
				everyText(element, do)
			}
		}
	}
}

func (m *model) prefixRow(target string) *row {
	if match := idPattern.FindStringSubmatch(target); match != nil {
		return m.registry.prefixes[match[1]]
	}
	return nil
}

// missingID says whether a text has the form of a known type's id and no such thing exists.
func (m *model) missingID(r *request, target string) bool {
	known := m.prefixRow(target)
	if known == nil || target == r.ID || m.exists(r.place, target) {
		return false
	}
	if _, aws := isAWSPrefixList(r.Region, target); aws {
		return false
	}
	// In a cloud that is not whole, what others share is taken to be there.
	return !m.open || known.Sight == nil
}

// sees says whether calls at a place may name a resource: their own account's, or one they were given sight of.
func (m *model) sees(at place, record *Resource) bool {
	return record.seenFrom(at) || (record.row.Sight != nil && record.row.Sight(m, record, at))
}

// exists says whether an id is a resource's own, or of something the cloud made along with one (a VPC's default
// security group).
func (m *model) exists(at place, id string) bool {
	for _, record := range m.inventory.records {
		if !record.owns(id) {
			continue
		}
		if m.sees(at, record) {
			return true
		}
	}
	return false
}

// owns says whether an id is the resource's own, or of something the cloud made along with it.
func (r *Resource) owns(id string) bool {
	if r.ID == id && !r.row.Attached {
		return true
	}
	for name := range r.row.Computed {
		found := false
		everyText(r.Properties[resource.PropertyKey(name)], func(text string) { found = found || text == id })
		if found {
			return true
		}
	}
	return false
}

// missing says whether a reference to a kind finds nothing. What belongs to an account outside the simulation, or to AWS
// itself, is taken to exist.
func (m *model) missing(at place, kind, target string) bool {
	if target == "" || m.registry.kinds[kind] == nil {
		return false
	}
	if parts := strings.SplitN(target, ":", 6); len(parts) == 6 && parts[0] == "arn" && parts[4] != "" {
		if _, ours := m.accounts[parts[4]]; !ours {
			return false
		}
		if region := parts[3]; region != "" {
			at.Region = region
		}
		at.Account = parts[4]
	}
	return m.find(at, kind, target) == nil
}

// find is the resource of a kind, or of any, with an id, an ARN or a name.
func (m *model) find(at place, kind, target string) *Resource {
	if target == "" {
		return nil
	}
	for _, record := range m.inventory.sorted() {
		if (kind != "" && record.row.Kind != kind) || (record.row.Attached && kind == "") {
			continue
		}
		if record.ID != target && record.Text("arn") != target && (kind == "" || record.Text("name") != target) {
			continue
		}
		// A bucket's name means the same everywhere.
		if record.row.Kind == kindBucket || m.sees(at, record) {
			return record
		}
	}
	return nil
}

func (m *model) notFound(r *request, t *row, target string) *Error {
	if t != nil && t.NotFound != nil {
		return t.NotFound.of(r, target)
	}
	return refuse("ResourceNotFoundException", "%s does not exist", target)
}

func (m *model) judgeUnique(r *request) *Error {
	for _, once := range r.Type.Unique {
		if !given(r.New, once.By) {
			continue
		}
		for _, other := range r.others(func(other *Resource) bool {
			return other.row.Kind == r.Type.Kind && (once.Global || r.sees(other)) && same(once.By, other.Properties, r.New)
		}) {
			return once.of(r, other.ID)
		}
	}
	return nil
}

func (m *model) judgeQuotas(r *request) *Error {
	for _, limit := range r.Type.Quotas {
		most := limit.Limit
		if raised, ok := m.quotas[limit.Code]; ok {
			most = raised
		}
		used := r.others(func(other *Resource) bool {
			return other.row.Kind == r.Type.Kind && r.sees(other) && same(limit.Per, other.Properties, r.New)
		})
		if len(used) >= most {
			return limit.of(r, r.ID)
		}
	}
	return nil
}

func given(values resource.PropertyMap, properties []string) bool {
	return !slices.ContainsFunc(properties, func(name string) bool { return !has(values, name) })
}

func same(properties []string, a, b resource.PropertyMap) bool {
	for _, name := range properties {
		key := resource.PropertyKey(name)
		if !a[key].DeepEquals(b[key]) {
			return false
		}
	}
	return true
}

// holders are the resources that keep a target from being deleted: those that refer to it by something not weak.
func (m *model) holders(target *Resource) []*Resource {
	var holders []*Resource
	for _, other := range m.inventory.sorted() {
		if other.key() == target.key() || !m.near(other, target) {
			continue
		}
		if holds(other, target) {
			holders = append(holders, other)
		}
	}
	return holders
}

func holds(other, target *Resource) bool {
	arn := target.Text("arn")
	for key, value := range other.Properties {
		if !other.row.strong(key) {
			continue
		}
		found := false
		everyText(value, func(text string) { found = found || text == target.ID || (arn != "" && text == arn) })
		if found {
			return true
		}
	}
	return false
}

// strong says whether a property's references keep their target: what only the cloud decides does so only if the row
// names it as a reference.
func (t *row) strong(key resource.PropertyKey) bool {
	name := string(key)
	_, input := t.schema.Inputs[name]
	if _, decided := t.Computed[name]; decided && !input && t.Refs[name] == "" {
		return false
	}
	return !prose(key) && name != t.Within && !slices.Contains(t.Weak, name)
}

// near says whether a resource may hold, or lie within, another: it is at the same place, or sees it from its own.
func (m *model) near(other, target *Resource) bool {
	return other.seenFrom(target.place()) || m.sees(other.place(), target)
}

// contents are the resources that vanish with a target, theirs included. Nothing lives within an attached one: its id is
// another's, and so are those who name it.
func (m *model) contents(target *Resource) []*Resource {
	if target.row.Attached {
		return nil
	}
	var inside []*Resource
	for _, other := range m.inventory.sorted() {
		within := other.row.Within
		if within == "" || other.key() == target.key() {
			continue
		}
		value := other.Text(within)
		if (value == target.ID || (value != "" && value == target.Text("arn"))) && m.near(other, target) {
			inside = append(inside, other)
			inside = append(inside, m.contents(other)...)
		}
	}
	return inside
}
