package report

import (
	"fmt"
	"strings"

	"aws-platform/pkg/engine"
)

// TextOptions say how a terminal is written to.
type TextOptions struct {
	// Color adds colours; the signs say the same without.
	Color bool
}

// colors are the terminal's sequences for the first character of a line.
var colors = map[byte]string{'+': "\x1b[32m", '-': "\x1b[31m", '!': "\x1b[33m"}

// Text is the report for a terminal.
func Text(results []*engine.Result, options TextOptions) string {
	var b strings.Builder
	line := func(indent, text string) {
		if start, ok := colors[text[0]]; ok && options.Color {
			text = start + text + "\x1b[0m"
		}
		b.WriteString(indent + text + "\n")
	}
	if list := dangers(results); len(list) > 0 {
		fmt.Fprintf(&b, "Deleted or replaced:\n")
		for _, d := range list {
			line("  ", changeLines(d.change)[0]+", in "+d.stack)
		}
		b.WriteString("\n")
	}
	for _, result := range results {
		fmt.Fprintf(&b, "%s: %s\n", result.Stack, summary(result))
		for _, g := range groups(result.Changes) {
			b.WriteString("  " + oneLine(g.title) + "\n")
			for _, text := range groupLines(g.changes) {
				line("    ", text)
			}
		}
		if len(result.OutputDiffs) > 0 {
			b.WriteString("  outputs\n")
			for _, text := range diffLines(result.OutputDiffs) {
				line("    ", text)
			}
		}
		for _, message := range messages(result) {
			b.WriteString("  " + strings.ReplaceAll(message, "\n", "\n  ") + "\n")
		}
	}
	if len(results) > 1 {
		fmt.Fprintf(&b, "\n%d stacks (%s): %s\n", len(results), tally(results), totals(results))
	}
	return b.String()
}

// summary is how it went with a stack, on one line; whoever prints the report prints the errors, once.
func summary(result *engine.Result) string {
	switch {
	case result.Err != nil:
		if result.Counts.Changes() == 0 {
			return "failed"
		}
		return "failed after " + result.Counts.String()
	case result.Skipped != "":
		return "skipped: " + oneLine(result.Skipped)
	}
	return result.Counts.String()
}
