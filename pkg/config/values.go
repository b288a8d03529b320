package config

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// engineSections are the engine's values, each standing where the stack file or Pulumi.yaml says the same.
func (l *loader) engineSections(file, project *node) *node {
	nowhere := place{origin: "configuration of stack " + l.src.Stack}
	out := &node{kind: mapping, at: nowhere}
	if len(file.fields) > 0 {
		out.at = file.at
	}
	for _, key := range slices.Sorted(maps.Keys(l.src.Values)) {
		at, written := l.written[fullKey(key)]
		if !written {
			at = nowhere
		}
		section, ours := sectionOf(key)
		if !ours {
			l.foreign(key, at)
			continue
		}
		known := either(file.get(section), project.get(section))
		value := locate(engineValue(l.src.Values[key], nowhere), known)
		if slices.Contains(l.src.Secrets, key) && !value.secure() {
			value = &node{kind: mapping, at: at, fields: []field{{"secure", at, value}}}
		}
		out.fields = append(out.fields, field{section, at, value})
	}
	return out
}

// engineValue reads one value as the engine hands it over: objects and lists as JSON, everything else as text.
func engineValue(text string, at place) *node {
	return unpack(&node{text: text, tag: textTag, at: at})
}

// unpack reads a section that is JSON in a text, which is how "pulumi config set KEY JSON" stores it.
func unpack(n *node) *node {
	if n.kind != scalar || n.tag != textTag || !strings.HasPrefix(n.text, "{") && !strings.HasPrefix(n.text, "[") {
		return n
	}
	if inner, err := jsonNode(n.text, n.at); err == nil {
		return inner
	}
	return n
}

// locate gives an engine's value the places of the file's value, as far as the two agree. Where the file has an
// encrypted value the engine has its plain text; the file's is returned, so that it is refused as what it is.
func locate(value, file *node) *node {
	if file == nil {
		return value
	}
	if file.secure() {
		return file
	}
	if value.kind != file.kind {
		return value
	}
	out := &node{kind: value.kind, at: file.at}
	switch value.kind {
	case mapping:
		for _, f := range value.fields {
			at, known := f.at, file.get(f.name)
			if i := slices.Index(file.names(), f.name); i >= 0 {
				at = file.fields[i].at
			}
			out.fields = append(out.fields, field{f.name, at, locate(f.value, known)})
		}
		return out
	case sequence:
		for i, item := range value.items {
			if i < len(file.items) {
				item = locate(item, file.items[i])
			}
			out.items = append(out.items, item)
		}
		return out
	}
	if same(value, file) {
		return file
	}
	return value
}

// secure tells whether the value is what Pulumi writes for an encrypted one.
func (n *node) secure() bool {
	return n.kind == mapping && len(n.fields) == 1 && n.fields[0].name == "secure"
}

// same tells whether an engine's scalar is what the file's scalar becomes on its way through the engine: numbers lose
// their notation, dates gain a time of day, and a section that is a scalar arrives as text.
func same(value, file *node) bool {
	switch {
	case file.null():
		return value.text == "" || value.null()
	case value.text == file.text:
		return value.tag == file.tag || value.tag == textTag
	case file.tag == timeTag:
		return strings.HasPrefix(value.text, file.text)
	case file.tag == intTag || file.tag == floatTag:
		a, errA := number(value.text)
		b, errB := number(file.text)
		return errA == nil && errB == nil && a == b
	}
	return false
}

// number reads any notation YAML has for a number.
func number(text string) (float64, error) {
	text = strings.ReplaceAll(text, "_", "")
	if n, err := strconv.ParseInt(text, 0, 64); err == nil {
		return float64(n), nil
	}
	return strconv.ParseFloat(text, 64)
}
