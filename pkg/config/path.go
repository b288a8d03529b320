package config

import (
	"fmt"
	"slices"
	"strings"
)

// path is the way to a value, one rendered step each: "vpcs", ".main", ".zones", "[1]".
type path []string

// key is the path of a mapping's entry. A name that would blur the path is quoted.
func (p path) key(name string) path {
	if name == "" || strings.ContainsAny(name, ".[]\" ") {
		return p.step(fmt.Sprintf("[%q]", name))
	}
	if len(p) == 0 {
		return path{name}
	}
	return p.step("." + name)
}

// index is the path of a list's item.
func (p path) index(i int) path { return p.step(fmt.Sprintf("[%d]", i)) }

func (p path) step(s string) path { return append(slices.Clip(p), s) }

// of is the path of a value given key by key.
func of(names ...string) path {
	var p path
	for _, name := range names {
		p = p.key(name)
	}
	return p
}

// String writes the path as people read it.
func (p path) String() string { return strings.Join(p, "") }
