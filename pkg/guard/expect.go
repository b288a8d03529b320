package guard

import (
	"fmt"
	"slices"
	"strings"
)

// expectation is what a property must be.
type expectation struct {
	path string // "a.b", or "a[].b" for b of every element of a
	ok   func(any) bool
	// absent says that a property left out is good: AWS's default is.
	absent bool
	fix    string
}

// expect judges a resource by its own properties.
func expect(all ...expectation) func(*subject) {
	return func(c *subject) {
		for _, e := range all {
			for _, at := range c.holders(&e) {
				c.expectIn(at, e)
			}
		}
	}
}

// holders are the objects that hold the expected property, and cuts the path to what is left within them.
func (r *Resource) holders(e *expectation) []placed {
	end := strings.LastIndex(e.path, "[].")
	if end < 0 {
		return []placed{{"", r.Inputs}}
	}
	list := values(r.Inputs, e.path[:end+len("[]")])
	e.path = e.path[end+len("[]."):]
	return list
}

func (c *subject) expectIn(at placed, e expectation) {
	path := strings.TrimPrefix(at.path+"."+e.path, ".")
	found := walk(at, e.path)
	if len(found) == 0 && !e.absent {
		c.fail(path, "is not set", e.fix)
	}
	for _, one := range found {
		switch {
		case isUnknown(one.value), !e.ok(one.value) && hasUnknown(one.value):
			c.wait(one.path)
		case !e.ok(one.value):
			c.fail(one.path, "is "+show(one.value), e.fix)
		}
	}
}

// show is a value as a person writes it, cut where it is long.
func show(v any) string {
	text := fmt.Sprint(v)
	switch t := v.(type) {
	case string:
		text = fmt.Sprintf("%q", t)
	case []any:
		text = "a list of " + fmt.Sprint(len(t))
	case map[string]any:
		text = "an object"
	}
	if len(text) > 80 {
		text = text[:80] + "..."
	}
	return text
}

// truth reads a boolean, which configuration may give as text.
func truth(v any) bool { return v == true || v == "true" }

func is(want any) func(any) bool   { return func(v any) bool { return same(v, want) } }
func isNot(bad any) func(any) bool { return func(v any) bool { return !same(v, bad) } }
func filled(v any) bool            { return v != nil && v != "" && !isEmptyList(v) }
func oneOf(good ...string) func(any) bool {
	return func(v any) bool {
		text, _ := v.(string)
		return slices.Contains(good, text)
	}
}

func same(v, want any) bool {
	if flag, is := want.(bool); is {
		return truth(v) == flag && (v == true || v == false || v == "true" || v == "false")
	}
	return v == want
}

func atLeast(least float64) func(any) bool {
	return func(v any) bool {
		number, _ := v.(float64)
		return number >= least
	}
}

func isEmptyList(v any) bool {
	list, is := v.([]any)
	return is && len(list) == 0
}

// accompanied demands that a resource of a type names this one in a property, and is as check says. check may be nil.
func accompanied(short, property, fix string, check func(c *subject, other *Resource) (wrong string)) func(*subject) {
	return func(c *subject) {
		list, unsure := c.related(short, property)
		if len(list) == 0 && unsure {
			c.wait("")
		} else if len(list) == 0 {
			c.fail("", "has no "+short, fix)
		}
		for _, other := range list {
			if check == nil {
				continue
			}
			if wrong := check(c, other); wrong != "" {
				c.fail("", short+" "+other.Name+" "+wrong, fix)
			}
		}
	}
}

// unless judges what is not spared. Whether it is may not be known yet: then only what is good either way is good.
func (c *subject) unless(spared answer, check func(*subject)) {
	switch spared {
	case no:
		check(c)
	case maybe:
		apart := c.apart(c.Resource)
		check(apart)
		if len(apart.report.Findings)+len(apart.report.Undecided) > 0 {
			c.wait("")
		}
	}
}

// apart is the same control with a report of its own, on another resource.
func (c *subject) apart(r *Resource) *subject {
	other := *c
	other.Resource, other.report = r, &Report{}
	return &other
}

// demand fails what is not so, and waits where that is not known yet.
func (c *subject) demand(so answer, wrong, fix string) {
	switch so {
	case no:
		c.fail("", wrong, fix)
	case maybe:
		c.wait("")
	}
}

// best says whether one of some resources meets all expectations.
func (c *subject) best(list []*Resource, all ...expectation) answer {
	answered := no
	for _, r := range list {
		other := c.apart(r)
		expect(all...)(other)
		switch {
		case len(other.report.Findings) > 0:
		case len(other.report.Undecided) > 0:
			answered = max(answered, maybe)
		default:
			return yes
		}
	}
	return answered
}

// settings lists what of expectations does not hold in another resource. What is not known yet holds until it is.
func settings(all ...expectation) func(*subject, *Resource) string {
	return func(c *subject, other *Resource) string {
		apart := c.apart(other)
		expect(all...)(apart)
		for _, f := range apart.report.Undecided {
			c.wait(f.Path)
		}
		var wrong []string
		for _, f := range apart.report.Findings {
			wrong = append(wrong, f.Path+" "+f.Wrong)
		}
		return strings.Join(wrong, ", ")
	}
}
