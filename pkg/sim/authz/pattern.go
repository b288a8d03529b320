package authz

import "strings"

// Wildcards of a compiled pattern. They are characters no ARN has, so that text that came out of a variable is taken
// as it is.
const (
	anyText      = '\uE000'
	anyCharacter = '\uE001'
)

// Matches compares with AWS's wildcards: * is any text, ? any character.
func Matches(pattern, value string) bool { return match(wildcards(pattern), value) }

// MatchesAction compares as IAM compares actions: whatever the case.
func MatchesAction(pattern, action string) bool {
	return Matches(strings.ToLower(pattern), strings.ToLower(action))
}

// wildcards compiles a pattern without variables.
func wildcards(pattern string) []rune {
	compiled := []rune(pattern)
	for i, character := range compiled {
		compiled[i] = wildcard(character)
	}
	return compiled
}

func wildcard(character rune) rune {
	switch character {
	case '*':
		return anyText
	case '?':
		return anyCharacter
	}
	return character
}

// match walks both once and goes back to the last * only: no pattern takes longer than its length times the value's.
func match(pattern []rune, text string) bool {
	value := []rune(text)
	p, v, star, mark := 0, 0, -1, 0
	for v < len(value) {
		switch {
		case p < len(pattern) && pattern[p] == anyText:
			star, mark = p, v
			p++
		case p < len(pattern) && (pattern[p] == anyCharacter || pattern[p] == value[v]):
			p++
			v++
		case star >= 0:
			mark++
			p, v = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == anyText {
		p++
	}
	return p == len(pattern)
}

// matchARN compares the six parts of an ARN one by one: a wildcard does not reach over a colon, except in the last part,
// which holds the rest.
func matchARN(pattern []rune, value string) bool {
	if len(pattern) == 1 && pattern[0] == anyText {
		return true
	}
	patterns, values := parts(pattern), strings.SplitN(value, ":", arnParts)
	if len(values) != arnParts {
		return match(pattern, value)
	}
	if len(patterns) != arnParts {
		return false
	}
	for i := range patterns {
		if !match(patterns[i], values[i]) {
			return false
		}
	}
	return true
}

const arnParts = 6

func parts(pattern []rune) [][]rune {
	var found [][]rune
	start := 0
	for i, character := range pattern {
		if character == ':' && len(found) < arnParts-1 {
			found = append(found, pattern[start:i])
			start = i + 1
		}
	}
	return append(found, pattern[start:])
}

// compile fills the variables of a pattern, ${aws:PrincipalAccount} or ${aws:PrincipalTag/team, 'none'}, and reports
// whether all of them have a value. ${*}, ${?} and ${$} are the characters themselves.
func (r Request) compile(pattern string) ([]rune, bool) {
	var compiled []rune
	for {
		before, rest, found := strings.Cut(pattern, "${")
		compiled = append(compiled, wildcards(before)...)
		if !found {
			return compiled, true
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return append(compiled, wildcards("${"+rest)...), true
		}
		value, known := r.variable(name)
		if !known {
			return nil, false
		}
		compiled = append(compiled, []rune(value)...)
		pattern = after
	}
}

func (r Request) variable(name string) (string, bool) {
	switch name {
	case "*", "?", "$":
		return name, true
	}
	key, fallback, hasFallback := strings.Cut(name, ",")
	// A key with several values cannot be a variable.
	if values := r.values(strings.TrimSpace(key)); len(values) == 1 {
		return values[0], true
	}
	return strings.Trim(strings.TrimSpace(fallback), "'"), hasFallback
}
