package report

import "strings"

// fenced is a code block whose fence is longer than any run of backticks in it.
func fenced(language, text string) string {
	fence := strings.Repeat("`", max(3, longestRun(text)+1))
	return fence + language + "\n" + unmentioned(text) + "\n" + fence + "\n"
}

// code is a code span that nothing in the text can end.
func code(text string) string {
	text = plain(text)
	ticks := strings.Repeat("`", longestRun(text)+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return ticks + strings.ReplaceAll(text, "|", "\\|") + ticks
}

func longestRun(text string) int {
	longest, run := 0, 0
	for i := range len(text) {
		if text[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// plain is a short text on one line that mentions nobody.
func plain(text string) string { return unmentioned(cut(oneLine(text), nameLimit)) }

// unmentioned breaks "@name", which would notify somebody, by a joint of no width.
func unmentioned(text string) string { return strings.ReplaceAll(text, "@", "@\u200b") }

var escapes = strings.NewReplacer(
	"\\", "\\\\", "|", "\\|", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "<", "&lt;", ">", "&gt;", "&", "&amp;",
)

// prose is text between markup, without markup of its own.
func prose(text string) string { return escapes.Replace(unmentioned(oneLine(text))) }
