package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Namespace is the project's name, and the prefix of its configuration keys: "aws-platform:vpcs".
const Namespace = "aws-platform"

// Source is where a stack's configuration comes from.
type Source struct {
	// Dir is the project's folder, which holds Pulumi.yaml and the stack files.
	Dir string
	// Stack is the stack's short name, for example "dev".
	Stack string
	// Values is the engine's whole configuration: full keys, values as text or JSON. When set it is the truth and the
	// stack file only tells where a value stands; nil reads the stack file.
	Values map[string]string
	// Secrets are the keys of Values that the engine holds encrypted.
	Secrets []string
	// Now decides whether an exemption still counts; zero is the present.
	Now time.Time
}

// Load reads and checks one stack's configuration. The error is Problems: every fault at once.
func Load(src Source) (*Stack, error) {
	l := load(src)
	if err := l.problems.err(); err != nil {
		return nil, err
	}
	return l.stack, nil
}

// loader is one stack's configuration on its way from files to types.
type loader struct {
	src      Source
	problems Problems
	tree     *node            // the effective configuration
	stack    *Stack           // decoded from tree
	seen     map[string]*node // path -> value that was decoded
	keys     map[string]place // path -> where its key stands
	written  map[string]place // full configuration key -> where a file has it
	broken   map[string]bool  // paths whose value has the wrong shape; nothing more is said about them
}

func load(src Source) *loader {
	if src.Now.IsZero() {
		src.Now = time.Now()
	}
	l := &loader{
		src: src, stack: new(Stack),
		seen: map[string]*node{}, keys: map[string]place{}, written: map[string]place{}, broken: map[string]bool{},
	}
	l.tree = l.effective()
	if l.tree == nil {
		return l
	}
	l.decodeStack()
	l.validate()
	return l
}

// StackFile is the name of a stack's file.
func StackFile(stack string) string { return "Pulumi." + stack + ".yaml" }

// projectFile is the name of the project's file.
const projectFile = "Pulumi.yaml"

// Stacks lists the stacks that have a file in dir, sorted.
func Stacks(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var stacks []string
	for _, entry := range entries {
		name, isYAML := strings.CutSuffix(entry.Name(), ".yaml")
		name, isStack := strings.CutPrefix(name, "Pulumi.")
		if isYAML && isStack && name != "" && !entry.IsDir() {
			stacks = append(stacks, name)
		}
	}
	slices.Sort(stacks)
	return stacks, nil
}

// document reads one file of the project. The tree is nil when there is nothing in the file, or nothing that can be read;
// the latter is reported.
func (l *loader) document(name string) (root *node, exists bool) {
	data, err := os.ReadFile(filepath.Join(l.src.Dir, name))
	if os.IsNotExist(err) {
		return nil, false
	}
	if err != nil {
		l.add(Problem{File: name, Fault: "cannot be read: " + reason(err), Fix: "make it a readable file"})
		return nil, true
	}
	reader := yamlReader{origin: name}
	root = reader.read(data)
	l.problems = append(l.problems, reader.problems...)
	return root, true
}

// reason is an error's last words, without the path, which the problem names already.
func reason(err error) string {
	for {
		inner, ok := err.(interface{ Unwrap() error })
		if !ok || inner.Unwrap() == nil {
			return err.Error()
		}
		err = inner.Unwrap()
	}
}

func (l *loader) add(p Problem) { l.problems = append(l.problems, p) }
