package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one fault of the configuration: where it is, what is wrong and what would be right.
type Problem struct {
	File   string // "Pulumi.dev.yaml"; without a file, the configuration it came from
	Line   int    // 1 is the first; 0 when the value stands in no file
	Column int
	Path   string // "vpcs.main.zones[1]"
	Fault  string // what is wrong
	Fix    string // what would be right
	Meant  string // the known word closest to an unknown one, "" for none
}

// String is the problem on one line.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	if p.Path != "" {
		b.WriteString(": " + p.Path)
	}
	b.WriteString(": " + p.Fault)
	if p.Fix != "" {
		b.WriteString("; " + p.Fix)
	}
	if p.Meant != "" {
		fmt.Fprintf(&b, "; did you mean %q?", p.Meant)
	}
	return b.String()
}

// Problems are all faults of a configuration, in the order they stand in the files. It is the error of this package.
type Problems []Problem

// Error lists every problem, one a line.
func (ps Problems) Error() string {
	lines := make([]string, 0, len(ps)+1)
	if len(ps) == 1 {
		return "the configuration is faulty: " + ps[0].String()
	}
	lines = append(lines, fmt.Sprintf("the configuration has %d faults:", len(ps)))
	for _, p := range ps {
		lines = append(lines, "  "+p.String())
	}
	return strings.Join(lines, "\n")
}

// sorted returns the problems by file and place, each once; nil when there are none.
func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Path, b.Path), cmp.Compare(a.Fault, b.Fault))
	})
	return slices.Compact(ps)
}

// err is the problems as an error; nil when there are none.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps.sorted()
}
