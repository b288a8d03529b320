package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// decodeStack fills the stack from the effective tree.
func (l *loader) decodeStack() {
	l.seen[""] = l.tree
	l.structure(l.tree, reflect.ValueOf(l.stack).Elem(), nil)
}

// decode fills v from the value at a path and holds it to the field's rules.
func (l *loader) decode(n *node, v reflect.Value, r rules, at path) {
	l.seen[at.String()] = n
	if n.secure() {
		l.wrong(at, "is encrypted", "remove it: nothing configured here is secret; keep secrets in Secrets Manager and name them")
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !n.null() {
			v.Set(reflect.New(v.Type().Elem()))
			l.decode(n, v.Elem(), r, at)
		}
	case reflect.Struct:
		if !n.null() { // else it is missing, which whoever requires it says
			l.structure(n, v, at)
		}
	case reflect.Map:
		l.entries(n, v, r, at)
	case reflect.Slice:
		l.list(n, v, r, at)
	case reflect.String:
		l.text(n, v, r, at)
	case reflect.Int:
		l.integer(n, v, r, at)
	case reflect.Bool:
		l.boolean(n, v, at)
	}
}

// structure fills a struct, names unknown keys and misses required ones.
func (l *loader) structure(n *node, v reflect.Value, at path) {
	if !l.expect(n, mapping, at) {
		return
	}
	fields := fieldsOf(v.Type())
	known := make([]string, len(fields))
	for i, f := range fields {
		known[i] = f.name
	}
	slips := map[string]bool{}
	for _, f := range n.fields {
		inner := at.key(f.name)
		l.keys[inner.String()] = f.at
		i := slices.Index(known, f.name)
		if i < 0 {
			slips[l.unknown(f, inner, known)] = true
			continue
		}
		l.decode(f.value, v.Field(fields[i].index), fields[i].rules, inner)
	}
	for _, f := range fields {
		given := n.get(f.name)
		if f.rules.required && (given == nil || given.null()) && !slips[f.name] {
			l.missing(at, f)
		}
	}
}

// unknown reports a key nobody knows and returns the one that was probably meant.
func (l *loader) unknown(f field, at path, known []string) string {
	noun, fix := "key", "use "+choices(known)
	p := Problem{File: f.at.origin, Line: f.at.line, Column: f.at.column, Path: at.String()}
	if len(at) == 1 {
		noun, p.Path = "section", Namespace+":"+f.name
	}
	p.Meant = closest(f.name, known)
	if p.Meant != "" {
		fix = ""
	}
	p.Fault, p.Fix = "unknown "+noun, fix
	l.broken[at.String()] = true
	l.add(p)
	return p.Meant
}

// missing reports a required field nobody gave.
func (l *loader) missing(at path, f fieldInfo) {
	inner := at.key(f.name)
	fix := "add it"
	if f.rules.example != "" {
		fix = fmt.Sprintf("add it, for example %s: %s", f.name, f.rules.example)
	}
	if l.broken[inner.String()] {
		return
	}
	p := l.where(at)
	if len(at) == 0 {
		fix = strings.Replace(fix, f.name+": ", Namespace+":"+f.name+": ", 1)
	}
	l.broken[inner.String()] = true
	p.Path, p.Fault, p.Fix = inner.String(), "is missing", fix
	l.add(p)
}

// entries fills a map whose keys are names people choose.
func (l *loader) entries(n *node, v reflect.Value, r rules, at path) {
	if n.null() || !l.expect(n, mapping, at) {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, f := range n.fields {
		inner := at.key(f.name)
		l.keys[inner.String()] = f.at
		if r.keys.pattern != nil && (!r.keys.pattern.MatchString(f.name) || len(f.name) > r.keys.max) {
			l.broken[inner.String()] = true
			l.add(Problem{
				File: f.at.origin, Line: f.at.line, Column: f.at.column, Path: inner.String(),
				Fault: fmt.Sprintf("%q is not a name to use here", f.name), Fix: r.keys.hint,
			})
		}
		element := reflect.New(v.Type().Elem()).Elem()
		l.decode(f.value, element, rules{}, inner)
		if element.Kind() == reflect.Struct && f.value.null() {
			l.wrong(inner, "is empty", "say what it is, or remove it")
		}
		v.SetMapIndex(reflect.ValueOf(f.name), element)
	}
}

// list fills a list of texts.
func (l *loader) list(n *node, v reflect.Value, r rules, at path) {
	if n.null() || !l.expect(n, sequence, at) {
		return
	}
	if count := len(n.items); count < r.minItems || r.maxItems > 0 && count > r.maxItems {
		l.wrong(at, "has "+counted(count, "entry", "entries"), fmt.Sprintf("give %d to %d", r.minItems, r.maxItems))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
	for i, item := range n.items {
		l.decode(item, v.Index(i), rules{enum: r.enum}, at.index(i))
	}
}

// text fills a string. What YAML takes for a number, a date or a yes is refused, because YAML has changed it already.
func (l *loader) text(n *node, v reflect.Value, r rules, at path) {
	if !l.expect(n, scalar, at) {
		return
	}
	switch {
	case n.null():
		l.wrong(at, "is empty", "give it a value or remove the line")
	case n.tag != textTag && len(r.enum) == 0:
		l.wrong(at, "must be text, is "+n.describe(), fmt.Sprintf("quote it: %q", n.text))
	case len(r.enum) > 0 && !slices.Contains(r.enum, n.text):
		p := l.problem(at, fmt.Sprintf("%q is not known", n.text), "use "+choices(r.enum))
		p.Meant = closest(n.text, r.enum)
		l.report(at, p)
	case !r.fits(n.text):
		l.wrong(at, fmt.Sprintf("%q is not %s", n.text, r.noun), r.hint)
	default:
		v.SetString(n.text)
	}
}

// integer fills a whole number.
func (l *loader) integer(n *node, v reflect.Value, r rules, at path) {
	if !l.expect(n, scalar, at) {
		return
	}
	if n.null() {
		l.wrong(at, "is empty", "give it a value or remove the line")
		return
	}
	value, err := strconv.Atoi(n.text)
	switch {
	case n.tag == textTag && err == nil:
		l.wrong(at, "must be a number, is text", "write it without quotes: "+n.text)
	case n.tag != intTag || err != nil:
		l.wrong(at, fmt.Sprintf("must be a whole number, is %s", n.describe()), "write it in plain digits")
	case len(r.enum) > 0 && !slices.Contains(r.enum, n.text):
		l.wrong(at, n.text+" is not known", "use "+choices(r.enum))
	case r.bounded && (value < r.minimum || value > r.maximum):
		l.wrong(at, n.text+" is out of range", fmt.Sprintf("use %d to %d", r.minimum, r.maximum))
	default:
		v.SetInt(int64(value))
	}
}

// boolean fills a yes or no. A section may be the text "true": that is what "pulumi config set KEY true" writes.
func (l *loader) boolean(n *node, v reflect.Value, at path) {
	if !l.expect(n, scalar, at) {
		return
	}
	plain := n.tag == boolTag || n.tag == textTag && len(at) == 1
	if !plain || n.text != "true" && n.text != "false" {
		l.wrong(at, "must be true or false, is "+n.describe(), "write true or false, without quotes")
		return
	}
	v.SetBool(n.text == "true")
}

// expect reports a value of another shape.
func (l *loader) expect(n *node, kind nodeKind, at path) bool {
	if n.kind == kind && (kind == scalar || !n.null()) {
		return true
	}
	shape := map[nodeKind]string{scalar: "a single value", mapping: "a mapping", sequence: "a list"}[kind]
	fix := map[nodeKind]string{
		scalar: "write it on the key's line", mapping: "write \"key: value\" lines", sequence: "write [a, b], or a line \"- a\" for each",
	}[kind]
	l.wrong(at, fmt.Sprintf("must be %s, is %s", shape, n.describe()), fix)
	return false
}

// describe names a value's shape for people.
func (n *node) describe() string {
	switch n.kind {
	case mapping:
		return "a mapping"
	case sequence:
		return "a list"
	}
	switch n.tag {
	case intTag, floatTag:
		return "the number " + n.text
	case boolTag:
		return "the truth value " + n.text
	case timeTag:
		return "the date " + n.text
	case nullTag:
		return "empty"
	}
	return fmt.Sprintf("the text %q", n.text)
}

// wrong reports a value of the wrong shape; nothing more will be said about it.
func (l *loader) wrong(at path, fault, fix string) {
	l.report(at, l.problem(at, fault, fix))
}

func (l *loader) report(at path, p Problem) {
	l.broken[at.String()] = true
	l.add(p)
}

func (l *loader) problem(at path, fault, fix string) Problem {
	p := l.where(at)
	p.Fault, p.Fix = fault, fix
	return p
}

// where starts a problem at the place of a path, or, when nothing stands there or a preset put it there, of the nearest
// thing around it that the stack wrote.
func (l *loader) where(at path) Problem {
	p := Problem{Path: at.String()}
	for i := len(at); i >= 0; i-- {
		around := at[:i].String()
		n := l.seen[around]
		if n == nil || n.at.preset {
			continue
		}
		p.File, p.Line, p.Column = n.at.origin, n.at.line, n.at.column
		if key, ok := l.keys[around]; ok && n.kind != scalar && i > 0 && !key.preset {
			p.File, p.Line, p.Column = key.origin, key.line, key.column
		}
		break
	}
	return p
}

// givenBy says for a fault that nobody wrote the value it is about.
func (p place) givenBy() string {
	return " (given by the preset " + strings.TrimPrefix(p.origin, "profile ") + ")"
}
