package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// nodeKind is the shape of a configuration value.
type nodeKind int

const (
	scalar nodeKind = iota
	mapping
	sequence
)

// tag is what a scalar looks like; a string is told from a number that only looks like one.
type tag string

const (
	textTag  tag = "!!str"
	intTag   tag = "!!int"
	floatTag tag = "!!float"
	boolTag  tag = "!!bool"
	nullTag  tag = "!!null"
	timeTag  tag = "!!timestamp"
)

// place is where a value was written.
type place struct {
	origin       string // a file's name, or the preset's
	line, column int    // 0 when the origin is not a file of the project
	preset       bool
}

// node is a configuration value that remembers where it was written.
type node struct {
	kind   nodeKind
	text   string // scalar: as written, without quotes
	tag    tag    // scalar
	fields []field
	items  []*node
	at     place
}

// field is one entry of a mapping.
type field struct {
	name  string
	at    place // of the key
	value *node
}

// get returns the entry's value, nil when there is none.
func (n *node) get(name string) *node {
	if n == nil {
		return nil
	}
	for _, f := range n.fields {
		if f.name == name {
			return f.value
		}
	}
	return nil
}

// names lists the entries in the order they were written.
func (n *node) names() []string {
	names := make([]string, len(n.fields))
	for i, f := range n.fields {
		names[i] = f.name
	}
	return names
}

// null tells whether the value says "nothing".
func (n *node) null() bool { return n.kind == scalar && n.tag == nullTag }

// String is the value on one line, for people.
func (n *node) String() string {
	parts := make([]string, 0, len(n.items)+len(n.fields))
	switch n.kind {
	case mapping:
		for _, f := range n.fields {
			parts = append(parts, f.name+": "+f.value.String())
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case sequence:
		for _, item := range n.items {
			parts = append(parts, item.String())
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	if n.null() {
		return "null"
	}
	return n.text
}

// yamlReader turns YAML documents of one file into nodes and collects what the file itself does wrong.
type yamlReader struct {
	origin   string
	preset   bool
	problems Problems
}

// read returns the document's tree; nil when the file is empty or cannot be read at all.
func (r *yamlReader) read(data []byte) *node {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil
	} else if err != nil {
		r.syntax(data, err)
		return nil
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		if err != nil {
			r.syntax(data, err)
		} else {
			r.fault(document.Line, document.Column, "", "holds more than one document", `remove everything from the second "---" on`)
		}
		return nil
	}
	if len(document.Content) != 1 {
		return nil
	}
	return r.node(document.Content[0], nil)
}

// syntax reports the reader's own error; YAML has one at a time.
func (r *yamlReader) syntax(data []byte, err error) {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 0
	if n, scan := fmt.Sscanf(text, "line %d:", &line); n == 1 && scan == nil {
		_, text, _ = strings.Cut(text, ": ")
	}
	fix := "mend the file so that it is YAML"
	for i, l := range strings.Split(string(data), "\n") {
		indent := l[:len(l)-len(strings.TrimLeft(l, " \t"))]
		if strings.Contains(indent, "\t") {
			line, fix = i+1, "indent with spaces, YAML takes no tabs"
			break
		}
	}
	if slices.ContainsFunc(parserErrors(), func(e string) bool { return strings.Contains(text, e) }) {
		line++ // the parser counts lines from zero, the scanner from one
	}
	r.fault(max(line, 1), 1, "", "is not YAML: "+text, fix)
}

// parserErrors are the messages whose line the YAML package counts from zero.
func parserErrors() []string {
	return []string{
		"did not find expected ',' or", "did not find expected node content", "did not find expected key",
		"did not find expected '-' indicator", "did not find expected <document start>",
	}
}

func (r *yamlReader) fault(line, column int, at, fault, fix string) {
	at = strings.TrimPrefix(strings.TrimPrefix(at, "config."), Namespace+":")
	r.problems = append(r.problems, Problem{File: r.origin, Line: line, Column: column, Path: at, Fault: fault, Fix: fix})
}

// node converts one YAML value found at a path.
func (r *yamlReader) node(y *yaml.Node, at path) *node {
	n := &node{at: place{origin: r.origin, line: y.Line, column: y.Column, preset: r.preset}}
	switch y.Kind {
	case yaml.MappingNode:
		n.kind = mapping
		r.fields(n, y, at)
	case yaml.SequenceNode:
		n.kind = sequence
		for i, item := range y.Content {
			n.items = append(n.items, r.node(item, at.index(i)))
		}
	case yaml.AliasNode:
		r.fault(y.Line, y.Column, at.String(), fmt.Sprintf("uses the alias *%s", y.Value), "write the value out")
		n.tag = nullTag
	default:
		n.text, n.tag = y.Value, tag(y.ShortTag())
	}
	return n
}

// fields converts a mapping's entries; of two entries with one name the first counts.
func (r *yamlReader) fields(n *node, y *yaml.Node, at path) {
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.ShortTag() == "!!merge" {
			r.fault(key.Line, key.Column, at.String(), "has a key that is not plain text", "write the keys out")
			continue
		}
		inner := at.key(key.Value)
		if j := slices.Index(n.names(), key.Value); j >= 0 {
			fault := fmt.Sprintf("is written twice, first on line %d", n.fields[j].at.line)
			r.fault(key.Line, key.Column, inner.String(), fault, "keep one of the two")
			continue
		}
		keyAt := place{origin: r.origin, line: key.Line, column: key.Column, preset: r.preset}
		n.fields = append(n.fields, field{name: key.Value, at: keyAt, value: r.node(value, inner)})
	}
}

// jsonNode turns the engine's JSON into nodes that all stand at one place.
func jsonNode(text string, at place) (*node, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("read JSON: text after the value")
	}
	return fromJSON(value, at), nil
}

func fromJSON(value any, at place) *node {
	n := &node{at: at, tag: textTag}
	switch v := value.(type) {
	case map[string]any:
		n.kind = mapping
		for name, inner := range v {
			n.fields = append(n.fields, field{name: name, at: at, value: fromJSON(inner, at)})
		}
		slices.SortFunc(n.fields, func(a, b field) int { return strings.Compare(a.name, b.name) })
	case []any:
		n.kind = sequence
		for _, inner := range v {
			n.items = append(n.items, fromJSON(inner, at))
		}
	case json.Number:
		n.text, n.tag = v.String(), intTag
		if strings.ContainsAny(n.text, ".eE") {
			n.tag = floatTag
		}
	case bool:
		n.text, n.tag = fmt.Sprint(v), boolTag
	case nil:
		n.tag = nullTag
	case string:
		n.text = v
	}
	return n
}
