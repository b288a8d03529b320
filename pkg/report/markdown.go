package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"aws-platform/pkg/engine"
)

// CommentLimit is how many bytes a report may have to fit a comment on GitHub, which takes 65,536 characters.
const CommentLimit = 60_000

// What is always shown has limits of its own, so that no stack can push another's out.
const (
	dangerLimit  = 50   // deletions and replacements listed one by one
	failureLimit = 1500 // bytes of one stack's error
	nameLimit    = 300  // bytes of anything else in a line
)

// Markdown is the report for a pull request, of at most limit bytes: totals and everything dangerous always, the details
// of each stack as far as there is room, those of the least dangerous left out first.
func Markdown(results []*engine.Result, limit int) string {
	head := header(results) + caution(results) + table(results) + failures(results, limit/3)
	sections := details(results)
	// The note is the longest when it names every stack.
	room := limit - len(head) - len(note(sections))
	kept, dropped := fit(sections, room)
	for _, s := range kept {
		head += s.text()
	}
	return head + note(dropped)
}

func header(results []*engine.Result) string {
	sum := totals(results)
	title := "nothing changes"
	switch n := sum.Changes(); {
	case slices.ContainsFunc(results, func(r *engine.Result) bool { return r.Err != nil }):
		title = "failed"
	case n == 1:
		title = "1 resource changes"
	case n > 1:
		title = fmt.Sprintf("%d resources change", n)
	}
	row, other := "", sum.Changes()
	for _, op := range []engine.Op{engine.OpCreate, engine.OpUpdate, engine.OpReplace, engine.OpDelete} {
		row += fmt.Sprintf("| %d ", sum[op])
		other -= sum[op]
	}
	return fmt.Sprintf("%s\n### Preview: %s\n\nStacks: %s.\n\n"+
		"| Create | Update | Replace | Delete | Other | Unchanged |\n|--:|--:|--:|--:|--:|--:|\n%s| %d | %d |\n\n",
		Marker, title, cmp.Or(tally(results), "none"), row, other, sum[engine.OpSame])
}

// caution lists what is deleted or replaced, before anything else and never folded.
func caution(results []*engine.Result) string {
	list := dangers(results)
	if len(list) == 0 {
		return ""
	}
	data := 0
	for _, d := range list {
		if RiskOf(d.change) == RiskCritical {
			data++
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "> [!CAUTION]\n> **%d deleted or replaced, %d of them with data**\n>\n", len(list), data)
	for i, d := range list {
		if i == dangerLimit {
			fmt.Fprintf(&b, "> - and %d more\n", len(list)-i)
			break
		}
		mark := ""
		if RiskOf(d.change) == RiskCritical {
			mark = "**data** "
		}
		fmt.Fprintf(&b, "> - %s%s: %s %s", mark, code(d.stack), d.change.Op, code(d.change.Type+" "+d.change.Name))
		if reason := why(d.change); reason != "" {
			b.WriteString(" (" + prose(cut(reason, nameLimit)) + ")")
		}
		b.WriteString("\n")
	}
	return b.String() + "\n"
}

func table(results []*engine.Result) string {
	var b strings.Builder
	b.WriteString("| Stack | Status | Changes | Seconds |\n|---|---|---|--:|\n")
	for _, r := range results {
		what := r.Counts.String()
		switch {
		case r.Err != nil:
			what = "see below"
		case r.Skipped != "":
			what = r.Skipped
		case r.Created:
			what += "; a new stack"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %.0f |\n", code(r.Stack), status(r), prose(cut(what, nameLimit)), r.Duration.Seconds())
	}
	return b.String() + "\n"
}

// failures shows the errors, in at most so many bytes.
func failures(results []*engine.Result, room int) string {
	var b strings.Builder
	hidden := 0
	for _, r := range results {
		if r.Err == nil {
			continue
		}
		text := visible(r.Err.Error())
		if len(text) > failureLimit {
			text = cut(text, failureLimit) + "\n... (the run's log has the rest)"
		}
		block := fmt.Sprintf("%s failed:\n\n%s\n", code(r.Stack), fenced("text", text))
		if b.Len()+len(block) > room {
			hidden++
			continue
		}
		b.WriteString(block)
	}
	if hidden > 0 {
		fmt.Fprintf(&b, "%d more stacks failed; the run's log has their errors.\n\n", hidden)
	}
	return b.String()
}
