package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"aws-platform/pkg/engine"
)

// detail is one stack's fold.
type detail struct {
	stack, title string
	risk         Risk
	place        int      // among the results
	parts        []string // each a whole block: a fence is never cut
	left         int      // parts left out
}

func details(results []*engine.Result) []detail {
	var list []detail
	for i, r := range results {
		d := detail{stack: r.Stack, title: r.Counts.String(), risk: worst(r), place: i}
		for _, g := range groups(r.Changes) {
			d.parts = append(d.parts, code(g.title)+"\n\n"+fenced("diff", strings.Join(groupLines(g.changes), "\n")))
		}
		if len(r.OutputDiffs) > 0 {
			d.parts = append(d.parts, "Outputs\n\n"+fenced("diff", strings.Join(diffLines(r.OutputDiffs), "\n")))
		}
		if said := messages(r); len(said) > 0 {
			d.parts = append(d.parts, "Messages\n\n"+fenced("text", strings.Join(said, "\n")))
		}
		if len(d.parts) > 0 {
			list = append(list, d)
		}
	}
	return list
}

func (d detail) text() string {
	left := ""
	if d.left > 0 {
		left = fmt.Sprintf("Components left out: %d; `platform preview -s %s` shows them\n\n", d.left, plain(d.stack))
	}
	return fmt.Sprintf("<details><summary><b>%s</b>: %s</summary>\n\n%s\n%s</details>\n\n",
		prose(cut(d.stack, nameLimit)), prose(d.title), strings.Join(d.parts, "\n"), left)
}

// fit keeps as many sections as there is room for, the riskiest, in their own order. Of the riskiest that does not fit
// whole, components are kept as far as they fit.
func fit(sections []detail, room int) (kept, dropped []detail) {
	byRisk := slices.Clone(sections)
	slices.SortStableFunc(byRisk, func(a, b detail) int { return cmp.Compare(b.risk, a.risk) })
	for _, d := range byRisk {
		if len(dropped) == 0 {
			d = d.trimmed(room)
		}
		if size := len(d.text()); size <= room && len(d.parts) > 0 {
			kept, room = append(kept, d), room-size
		} else {
			dropped = append(dropped, d)
		}
	}
	inOrder := func(a, b detail) int { return cmp.Compare(a.place, b.place) }
	slices.SortFunc(kept, inOrder)
	slices.SortFunc(dropped, inOrder)
	return kept, dropped
}

// trimmed is the fold with as many parts as there is room for.
func (d detail) trimmed(room int) detail {
	whole := len(d.parts)
	for len(d.parts) > 0 && len(d.text()) > room {
		d.parts = d.parts[:len(d.parts)-1]
		d.left = whole - len(d.parts)
	}
	return d
}

// note names the stacks whose details did not fit.
func note(dropped []detail) string {
	if len(dropped) == 0 {
		return ""
	}
	names := make([]string, len(dropped))
	for i, d := range dropped {
		names[i] = code(d.stack)
	}
	return "There is no room here for the details of " + strings.Join(names, ", ") + ": `platform preview -s STACK`\n"
}
