package config

import (
	"maps"
	"slices"
)

// Project is a stack among the others of its project.
type Project struct {
	// Name is the name of the stack that is run.
	Name string
	// Stack is what the stack that is run says.
	*Stack
	// Stacks are all stacks by name, that one included.
	Stacks map[string]*Stack
}

// LoadProject reads and checks the stack of src and, from their files, all others, and what they must agree on. The
// error is Problems.
func LoadProject(src Source) (*Project, error) {
	stacks, err := loadAll(src)
	if err != nil {
		return nil, err
	}
	return &Project{Name: src.Stack, Stack: stacks[src.Stack], Stacks: stacks}, nil
}

// Of are the names of the stacks of a kind, sorted.
func (p *Project) Of(kind Kind) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(p.Stacks)), func(name string) bool { return p.Stacks[name].Kind != kind })
}

// The is the name of the only stack of a kind, "" if the project has none.
func (p *Project) The(kind Kind) string {
	if names := p.Of(kind); len(names) > 0 {
		return names[0]
	}
	return ""
}

// Segments are the segments of the transit gateway the stack's VPCs belong to, sorted.
func (s *Stack) Segments() []string {
	segments := map[string]bool{}
	for _, vpc := range s.VPCs {
		if vpc.Transit != nil {
			segments[vpc.Transit.Segment] = true
		}
	}
	return slices.Sorted(maps.Keys(segments))
}
