package config

import (
	"embed"
	"fmt"
	"slices"
	"strings"
)

// profiles are the presets merged below a stack's own values.
//
//go:embed profiles/*.yaml
var profiles embed.FS

// every is the name in a preset that stands for each entry a stack declares.
const every = "*"

// effective lays the sources over each other, weakest first: default, profile, Pulumi.yaml, stack. It is nil when there
// is nothing to lay: no stack file and no values.
func (l *loader) effective() *node {
	project, ok := l.projectSections()
	stack := l.stackSections(project)
	if stack == nil || !ok {
		return nil
	}
	own := merge(project, stack)
	return merge(l.presets(own), own)
}

// stackFileKeys are what Pulumi itself keeps beside config.
var stackFileKeys = []string{"config", "encryptedkey", "encryptionsalt", "environment", "secretsprovider"}

// stackSections are the stack's own values: of the engine when it gave any, else of the stack file.
func (l *loader) stackSections(project *node) *node {
	name := StackFile(l.src.Stack)
	before := len(l.problems)
	root, exists := l.document(name)
	readable := len(l.problems) == before || root != nil
	sections := &node{kind: mapping, at: place{origin: name, line: 1, column: 1}}
	if root != nil && l.isMapping(root, nil) {
		for _, f := range root.fields {
			if !slices.Contains(stackFileKeys, f.name) {
				l.add(Problem{
					File: name, Line: f.at.line, Column: f.at.column, Path: f.name, Fault: "is not a key of a stack file",
					Fix: "put the platform's sections under config", Meant: closest(f.name, stackFileKeys),
				})
			}
		}
		if config := root.get("config"); config != nil && l.isMapping(config, of("config")) {
			sections = l.sections(config, l.src.Values == nil)
			sections.at = root.fields[slices.Index(root.names(), "config")].at
		}
	}
	if l.src.Values != nil {
		return l.engineSections(sections, project)
	}
	switch {
	case !exists:
		l.noStackFile(name)
		return nil
	case !readable:
		return nil
	case root == nil:
		l.add(Problem{File: name, Line: 1, Column: 1, Fault: "is empty", Fix: "start with \"config:\""})
		return nil
	}
	return sections
}

// noStackFile says which stacks there are.
func (l *loader) noStackFile(name string) {
	stacks, _ := Stacks(l.src.Dir)
	fix := "create the file"
	if len(stacks) > 0 {
		fix = "create the file, or name one of the stacks " + strings.Join(stacks, ", ")
	}
	l.add(Problem{File: name, Fault: "does not exist", Fix: fix, Meant: closest(l.src.Stack, stacks)})
}

// isMapping reports a value that must hold entries and does not.
func (l *loader) isMapping(n *node, at path) bool {
	if n.kind == mapping {
		return true
	}
	if !n.null() {
		l.add(Problem{
			File: n.at.origin, Line: n.at.line, Column: n.at.column, Path: at.String(),
			Fault: "must be a mapping, is " + n.describe(), Fix: "write \"key: value\" lines",
		})
	}
	return false
}

// sections picks the platform's sections from a configuration and says which keys have no effect.
func (l *loader) sections(config *node, report bool) *node {
	out := &node{kind: mapping, at: config.at}
	for _, f := range config.fields {
		section, ours := sectionOf(f.name)
		l.written[fullKey(f.name)] = f.at
		switch {
		case ours:
			out.fields = append(out.fields, field{name: section, at: f.at, value: unpack(f.value)})
		case report:
			l.foreign(f.name, f.at)
		}
	}
	return out
}

// sectionOf returns the section a configuration key names. The engine takes a key without namespace, and one with the
// module "config", as the project's own; so does this.
func sectionOf(key string) (section string, ours bool) {
	namespace, section, found := strings.Cut(key, ":")
	if !found {
		return key, true
	}
	if namespace != Namespace {
		return "", false
	}
	return strings.TrimPrefix(section, "config:"), true
}

// fullKey is a configuration key as the engine writes it.
func fullKey(key string) string {
	if section, ours := sectionOf(key); ours {
		return Namespace + ":" + section
	}
	return key
}

// foreign reports a key of another namespace. Pulumi's own are the engine's business; a provider's would look as if it
// worked, but every provider here is made from the account section.
func (l *loader) foreign(key string, at place) {
	namespace, section, _ := strings.Cut(key, ":")
	if namespace == "pulumi" {
		return
	}
	p := Problem{File: at.origin, Line: at.line, Column: at.column, Path: key, Fault: "has no effect"}
	switch meant := closest(namespace, []string{Namespace, "pulumi"}); {
	case meant != "":
		p.Fault, p.Meant = fmt.Sprintf("the namespace %q is not this project's", namespace), meant+":"+section
	case namespace == "aws":
		p.Fix = "remove it; the account's provider is made from " + Namespace + ":account (id, region, role)"
	default:
		p.Fix = fmt.Sprintf("remove it; this project reads only keys that start with %q", Namespace+":")
	}
	l.add(p)
}

// projectSections are the values Pulumi.yaml gives every stack: the default (or value) of a declared key, or the value
// itself when it is written short.
//
// It is not ok when the file cannot be read: everything it would give would be said to be missing.
func (l *loader) projectSections() (sections *node, ok bool) {
	before := len(l.problems)
	root, _ := l.document(projectFile)
	if root == nil || !l.isMapping(root, nil) {
		return nil, len(l.problems) == before
	}
	config := root.get("config")
	if config == nil || config.kind != mapping { // a text here is an old way to name the folder of stack files
		return nil, true
	}
	given := &node{kind: mapping, at: config.at}
	for _, f := range config.fields {
		value := f.value
		if value.kind == mapping {
			value = either(value.get("default"), value.get("value"))
		}
		if value != nil {
			given.fields = append(given.fields, field{name: f.name, at: f.at, value: value})
		}
	}
	return l.sections(given, true), true
}

func either(a, b *node) *node {
	if a != nil {
		return a
	}
	return b
}

// presets are the default and the profile, cut to what the stack declares.
func (l *loader) presets(own *node) *node {
	out := &node{kind: mapping, at: place{preset: true}}
	names := []string{"default"}
	if profile := own.get("profile"); profile != nil && slices.Contains(Profiles(), profile.text) {
		names = append(names, profile.text)
	}
	for _, name := range names {
		preset := l.preset(name)
		declared := &node{kind: mapping, at: preset.at}
		for _, f := range preset.fields {
			if f.value.kind == scalar || own.get(f.name) != nil {
				declared.fields = append(declared.fields, field{f.name, f.at, expand(f.value, own.get(f.name))})
			}
		}
		out = merge(out, declared)
	}
	return out
}

// preset reads one embedded file.
func (l *loader) preset(name string) *node {
	origin := name
	if name != "default" {
		origin = "profile " + name
	}
	reader := yamlReader{origin: origin, preset: true}
	data, err := profiles.ReadFile("profiles/" + name + ".yaml")
	if err != nil {
		reader.fault(1, 1, "", "cannot be read: "+reason(err), "build the program again")
	}
	root := reader.read(data)
	l.problems = append(l.problems, reader.problems...)
	if root == nil {
		return &node{kind: mapping}
	}
	return root
}

// Profiles are the presets a stack can choose from.
func Profiles() []string { return []string{"development", "staging", "production"} }

// expand replaces "*" in a preset by every entry the stack declares at the same place.
func expand(preset, own *node) *node {
	if preset.kind != mapping {
		return preset
	}
	out := &node{kind: mapping, at: preset.at}
	for _, f := range preset.fields {
		if f.name != every {
			out.fields = append(out.fields, field{f.name, f.at, expand(f.value, own.get(f.name))})
			continue
		}
		if own == nil {
			continue
		}
		for _, entry := range own.fields {
			out.fields = append(out.fields, field{entry.name, f.at, expand(f.value, entry.value)})
		}
	}
	return out
}

// merge lays over above base: mappings entry by entry, everything else whole. Where over says null, base is dropped.
func merge(base, over *node) *node {
	if base == nil || over == nil {
		return either(over, base)
	}
	if base.kind != mapping || over.kind != mapping {
		return over
	}
	out := &node{kind: mapping, at: over.at}
	for _, f := range over.fields {
		out.fields = append(out.fields, field{f.name, f.at, merge(base.get(f.name), f.value)})
	}
	for _, f := range base.fields {
		if over.get(f.name) == nil {
			out.fields = append(out.fields, f)
		}
	}
	return out
}
