package config

import (
	"fmt"
	"slices"
	"time"
)

// LoadAll reads and checks every stack of the project, and what the stacks must agree on: their addresses, accounts and
// environments differ. The error is Problems.
func LoadAll(dir string, now time.Time) (map[string]*Stack, error) {
	return loadAll(Source{Dir: dir, Now: now})
}

// loadAll loads every stack: the one src names as src says, the others from their files.
func loadAll(src Source) (map[string]*Stack, error) {
	names, err := Stacks(src.Dir)
	if err != nil {
		return nil, err
	}
	if src.Stack != "" && !slices.Contains(names, src.Stack) {
		names = slices.Sorted(slices.Values(append(names, src.Stack)))
	}
	if len(names) == 0 {
		return nil, Problems{{File: src.Dir, Fault: "holds no stack file", Fix: "name the folder of Pulumi.yaml and its Pulumi.<stack>.yaml files"}}
	}
	all := make([]*loader, 0, len(names))
	stacks := make(map[string]*Stack, len(names))
	for _, name := range names {
		from := Source{Dir: src.Dir, Stack: name, Now: src.Now}
		if name == src.Stack {
			from = src
		}
		l := load(from)
		all, stacks[name] = append(all, l), l.stack
	}
	crossCheck(all)
	var problems Problems
	for _, l := range all {
		problems = append(problems, l.problems...)
	}
	if err := problems.err(); err != nil {
		return nil, err
	}
	return stacks, nil
}

// crossCheck compares the stacks, in the order of their names. A fault is reported at the later of two stacks.
func crossCheck(all []*loader) {
	differ(all, of("account", "id"), func(s *Stack) string { return s.Account.ID }, "give each stack an account of its own")
	differ(all, of("environment"), func(s *Stack) string { return s.Environment }, "give each stack an environment of its own: names and tags come from it")
	single(all, Management)
	single(all, Shared)
	crossCheckBlocks(all)
	crossCheckAccounts(all)
	crossCheckTransit(all)
	crossCheckEndpoints(all)
	crossCheckPrefixLists(all)
	crossCheckDNS(all)
	crossCheckFlowLogs(all)
	for _, l := range all {
		if l.stack.Pipelines != nil {
			crossCheckPipelines(l, all)
		}
	}
}

// stands is a place for people: "Pulumi.dev.yaml:12".
func (l *loader) stands(at path) string {
	p := l.where(at)
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// differ reports two stacks that share what each must have alone.
func differ(all []*loader, at path, value func(*Stack) string, fix string) {
	first := map[string]*loader{}
	for _, l := range all {
		v := value(l.stack)
		if earlier := first[v]; v != "" && earlier != nil {
			l.fault(at, fmt.Sprintf("%q is also stack %s's (%s)", v, earlier.src.Stack, earlier.stands(at)), fix)
		} else {
			first[v] = l
		}
	}
}

// single reports a second stack of a kind of which a project has one.
func single(all []*loader, kind Kind) {
	var first *loader
	for _, l := range all {
		switch {
		case l.stack.Kind != kind:
		case first == nil:
			first = l
		default:
			at := of("kind")
			l.fault(at, fmt.Sprintf("stack %s is of kind %s already (%s)", first.src.Stack, kind, first.stands(at)), "set kind: workload; a project has one "+string(kind)+" stack")
		}
	}
}

// crossCheckBlocks reports addresses of two stacks that overlap: the transit gateway would drop the routes to one of
// them without a word.
func crossCheckBlocks(all []*loader) {
	var blocks []block
	owner := map[string]*loader{}
	for _, l := range all {
		owner[l.src.Stack] = l
		blocks = append(blocks, l.blocks()...)
	}
	checkOverlaps(blocks, func(later, earlier block) {
		if later.stack == earlier.stack {
			return // reported by the stack's own check
		}
		l := owner[later.stack]
		l.fault(later.at, fmt.Sprintf("%s overlaps %s", later.prefix, earlier.named(l.src.Stack)), "choose a block of its own")
	})
}
