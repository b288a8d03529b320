package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"aws-platform/pkg/engine"
)

// valueLimit is how much of a value is shown.
const valueLimit = 200

// signs begin a change's line, as in a diff.
var signs = map[engine.Op]string{
	engine.OpCreate: "+", engine.OpImport: "+", engine.OpRead: "+", engine.OpDelete: "-", engine.OpDiscard: "-",
}

// sign is an operation's; what changes in place or is replaced has an exclamation mark, which a diff shows in a colour
// of its own.
func sign(op engine.Op) string {
	if s, ok := signs[op]; ok {
		return s
	}
	return "!"
}

// alike is from how many changes on that differ in nothing but the resource they are told once.
const alike = 3

// groupLines are changes in the notation of a diff. A new tag on every resource is one change to whoever reads it.
func groupLines(changes []engine.Change) []string {
	var order []string
	same := map[string][]engine.Change{}
	for i, change := range changes {
		lines := changeLines(change)
		key := fmt.Sprint(i) // alone
		if len(lines) > 1 && RiskOf(change) < RiskHigh {
			key = string(change.Op) + string(change.Status) + "\n" + strings.Join(lines[1:], "\n")
		}
		if same[key] == nil {
			order = append(order, key)
		}
		same[key] = append(same[key], change)
	}
	var lines []string
	for _, key := range order {
		if len(same[key]) < alike {
			for _, change := range same[key] {
				lines = append(lines, changeLines(change)...)
			}
			continue
		}
		first := changeLines(same[key][0])
		lines = append(lines, fmt.Sprintf("%s %s %d resources alike", sign(same[key][0].Op), same[key][0].Op, len(same[key])))
		for _, change := range same[key] {
			lines = append(lines, "      "+oneLine(change.Type+" "+change.Name))
		}
		lines = append(lines, first[1:]...)
	}
	return lines
}

// changeLines are a change in the notation of a diff. Properties are listed where something was there before.
func changeLines(change engine.Change) []string {
	s := sign(change.Op)
	head := fmt.Sprintf("%s %s %s %s", s, change.Op, change.Type, change.Name)
	if note := why(change); note != "" && RiskOf(change) >= RiskHigh {
		head += " (" + note + ")"
	}
	if change.Status == engine.Failed || change.Status == engine.Unfinished {
		head += " [" + string(change.Status) + "]"
	}
	lines := []string{oneLine(head)}
	if s != "!" {
		return lines
	}
	return append(lines, diffLines(change.Diffs)...)
}

func diffLines(diffs []engine.Diff) []string {
	var lines []string
	for _, diff := range diffs {
		if repeated(diff, diffs) {
			continue
		}
		note := ""
		if diff.Replaces {
			note = "  # forces replacement"
		}
		if diff.Kind != "add" {
			lines = append(lines, "-     "+oneLine(diff.Path)+": "+short(diff.Old)+note)
			note = ""
		}
		if diff.Kind != "delete" {
			lines = append(lines, "+     "+oneLine(diff.Path)+": "+short(diff.New)+note)
		}
	}
	return lines
}

// repeated tells that a difference is one of all tags that is among the resource's own tags too.
func repeated(diff engine.Diff, diffs []engine.Diff) bool {
	rest, ok := strings.CutPrefix(diff.Path, "tagsAll")
	return ok && slices.ContainsFunc(diffs, func(d engine.Diff) bool {
		return d.Path == "tags"+rest && d.Old == diff.Old && d.New == diff.New
	})
}

// short is a value on one line, its end cut off when it is long.
func short(value string) string {
	value = oneLine(value)
	if len(value) <= valueLimit {
		return value
	}
	return cut(value, valueLimit) + fmt.Sprintf("... (%d bytes)", len(value))
}

// cut is at most so many bytes of a text, no character split.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}

// sequences are what colours a terminal's text or moves its cursor.
var sequences = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]")

// oneLine is a text without line ends and control characters, which a terminal would obey.
func oneLine(text string) string { return strings.Map(printable, sequences.ReplaceAllString(text, "")) }

func printable(r rune) rune {
	switch {
	case r == '\n' || r == '\r' || r == '\t':
		return ' '
	case r < ' ' || r == 0x7f || r == 0x9b:
		return -1
	}
	return r
}

// visible is a text of several lines without control characters.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return printable(r)
	}, sequences.ReplaceAllString(text, ""))
}

// messages are what was said that is worth reading: warnings and errors, each once, those of the stack's own error left
// out.
func messages(result *engine.Result) []string {
	var list []string
	seen := map[string]bool{}
	for _, d := range result.Diagnostics {
		text := strings.TrimSpace(visible(d.Message))
		if text == "" || d.Severity != "warning" && d.Severity != "error" || seen[text] {
			continue
		}
		seen[text] = true
		if result.Err != nil && strings.Contains(result.Err.Error(), text) {
			continue
		}
		list = append(list, d.Severity+": "+text)
	}
	for _, p := range result.Pending {
		list = append(list, "pending: "+p.Type+" "+p.URN+", begun by an earlier run that did not see its end")
	}
	return list
}
