package guard

import (
	"fmt"
	"slices"
	"strings"
)

// sight is all that is seen, with indexes.
type sight struct {
	stacks   []*Stack
	byURN    map[string]*Resource
	byType   map[string][]*Resource
	stackOf  map[*Resource]*Stack
	policies map[*Resource][]policy
	whole    bool
}

func newSight(input Input) *sight {
	s := &sight{
		byURN: map[string]*Resource{}, byType: map[string][]*Resource{}, stackOf: map[*Resource]*Stack{},
		policies: map[*Resource][]policy{}, whole: input.Whole,
	}
	for i := range input.Stacks {
		stack := &input.Stacks[i]
		s.stacks = append(s.stacks, stack)
		for j := range stack.Resources {
			r := &stack.Resources[j]
			s.byURN[r.URN], s.stackOf[r] = r, stack
			s.byType[r.Type] = append(s.byType[r.Type], r)
		}
	}
	return s
}

// account is the account a resource is made in: the one its provider may reach, or the stack's own; "" when it is not
// known yet.
func (s *sight) account(r *Resource) string {
	if provider := s.byURN[r.Provider]; provider != nil {
		allowed := provider.Inputs["allowedAccountIds"]
		if ids, _ := allowed.([]any); len(ids) == 1 {
			allowed = ids[0]
		}
		if id, known := allowed.(string); known || isUnknown(allowed) {
			return id
		}
	}
	return s.stackOf[r].Account
}

// region is the region a resource is made in, like account.
func (s *sight) region(r *Resource) string {
	if provider := s.byURN[r.Provider]; provider != nil {
		if region, known := provider.Inputs["region"].(string); known {
			return region
		}
	}
	return s.stackOf[r].Region
}

// answer is yes, no, or not to be known yet.
type answer int

const (
	no answer = iota
	maybe
	yes
)

// refers says whether a property of from names the resource to. What a value says counts for more than where it comes
// from: a name taken out of a map comes from every resource in that map.
func (s *sight) refers(from *Resource, property string, to *Resource) answer {
	top, _, _ := strings.Cut(property, ".")
	sources := from.Sources[strings.TrimSuffix(top, "[]")]
	answered := no
	for _, found := range values(from.Inputs, property) {
		text, known := found.value.(string)
		switch {
		case known && text == "":
		case known && s.named(to, text):
			return yes
		case known && to.ID != "":
		case slices.Contains(sources, to.URN):
			return yes
		case !known && len(sources) == 0 && s.stackOf[from] == s.stackOf[to]:
			answered = maybe
		}
	}
	return answered
}

// named says whether text is an id, a name or an ARN of the resource.
func (s *sight) named(r *Resource, text string) bool {
	if text == r.ID {
		return true
	}
	for _, key := range []string{"id", "arn", "bucket", "name"} {
		if r.Inputs[key] == text || r.Outputs[key] == text {
			return true
		}
	}
	return false
}

// subject is what a control looks at: a resource in its stack, or the stack's account.
type subject struct {
	*sight
	*Resource // nil for the account
	stack     *Stack
	control   *Control
	report    *Report
}

// fail reports a finding at a property of the resource.
func (c *subject) fail(path, wrong, fix string) {
	c.report.Findings = append(c.report.Findings, c.finding(path, wrong, fix))
}

// wait reports that the value of a property decides and is not known yet.
func (c *subject) wait(path string) {
	missing := c.finding(path, "is not known yet", "the update will tell")
	if !slices.Contains(c.report.Undecided, missing) {
		c.report.Undecided = append(c.report.Undecided, missing)
	}
}

func (c *subject) finding(path, wrong, fix string) Finding {
	f := Finding{Control: c.control.ID, Title: c.control.Title, Stack: c.stack.Name, Path: path, Wrong: wrong, Fix: fix}
	if c.Resource != nil {
		f.URN, f.Resource = c.URN, c.Name
	}
	return f
}

// related are resources of a type that name this one in a property. maybe is set when one may do so.
func (c *subject) related(short, property string) (list []*Resource, unsure bool) {
	for _, other := range c.byType[token(short)] {
		switch c.refers(other, property, c.Resource) {
		case yes:
			list = append(list, other)
		case maybe:
			unsure = true
		}
	}
	return list, unsure
}

// placed is a value and its path.
type placed struct {
	path  string
	value any
}

// values are what a path leads to: "a.b" into an object, "a[].b" into every element of a list. A path into nothing gives
// nothing; one into an unknown value gives that.
func values(inputs map[string]any, path string) []placed {
	return walk(placed{"", inputs}, path)
}

func walk(from placed, path string) []placed {
	if isUnknown(from.value) {
		return []placed{from}
	}
	if path == "" {
		if from.value == nil {
			return nil
		}
		return []placed{from}
	}
	head, rest, _ := strings.Cut(path, ".")
	key, every := strings.CutSuffix(head, "[]")
	object, _ := from.value.(map[string]any)
	next, there := object[key]
	if !there || next == nil {
		return nil
	}
	at := placed{strings.TrimPrefix(from.path+"."+key, "."), next}
	if !every {
		return walk(at, rest)
	}
	if isUnknown(next) {
		return []placed{at}
	}
	list, _ := next.([]any)
	var all []placed
	for i, element := range list {
		all = append(all, walk(placed{fmt.Sprintf("%s[%d]", at.path, i), element}, rest)...)
	}
	return all
}

// one is the value at a path without lists, nil if there is none.
func (r *Resource) one(path string) any {
	if found := values(r.Inputs, path); len(found) > 0 {
		return found[0].value
	}
	return nil
}

// text is the string at a path, "" if there is none or it is not known.
func (r *Resource) text(path string) string {
	text, _ := r.one(path).(string)
	return text
}

// unknown says whether the value at a path is not known yet.
func (r *Resource) unknown(path string) bool { return isUnknown(r.one(path)) }

// list are the elements at a path.
func (r *Resource) list(path string) []any {
	list, _ := r.one(path).([]any)
	return list
}
