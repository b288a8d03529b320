package config

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// rules are what a field's tags demand of its value. The same tags make schema.json.
type rules struct {
	required           bool
	enum               []string
	pattern            *regexp.Regexp
	minText, maxText   int    // characters
	noun, hint         string // "an account id", "use twelve digits": what the pattern means
	example            string
	bounded            bool
	minimum, maximum   int
	minItems, maxItems int
	keys               KeyRule
}

// fits tells whether a text has the form the rules ask for.
func (r rules) fits(text string) bool {
	length := utf8.RuneCountInString(text)
	return (r.pattern == nil || r.pattern.MatchString(text)) && length >= r.minText && (r.maxText == 0 || length <= r.maxText)
}

// fieldInfo is one field of a section's type.
type fieldInfo struct {
	name  string
	index int
	rules rules
}

// fieldsOf lists a type's fields in the order they are declared.
func fieldsOf(t reflect.Type) []fieldInfo {
	fields := make([]fieldInfo, 0, t.NumField())
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		fields = append(fields, fieldInfo{name: name, index: i, rules: rulesOf(f.Tag)})
	}
	return fields
}

// rulesOf reads a field's tags.
func rulesOf(t reflect.StructTag) rules {
	r := rules{example: t.Get("example"), keys: KeyRules()[t.Get("keys")]}
	r.noun, r.hint, _ = strings.Cut(t.Get("hint"), ": ")
	for _, word := range splitTag(t.Get("jsonschema")) {
		name, value, _ := strings.Cut(word, "=")
		number, _ := strconv.Atoi(value)
		switch name {
		case "required":
			r.required = true
		case "enum":
			r.enum = append(r.enum, value)
		case "pattern":
			r.pattern = regexp.MustCompile(value) // of a tag in types.go; every test reads them all
		case "minLength":
			r.minText = number
		case "maxLength":
			r.maxText = number
		case "minimum":
			r.bounded, r.minimum = true, number
		case "maximum":
			r.bounded, r.maximum = true, number
		case "minItems":
			r.minItems = number
		case "maxItems":
			r.maxItems = number
		}
	}
	return r
}

// splitTag splits at commas; a backslash keeps one.
func splitTag(tag string) []string {
	var words []string
	for i, part := range strings.Split(tag, ",") {
		if i > 0 && strings.HasSuffix(words[len(words)-1], `\`) {
			words[len(words)-1] = strings.TrimSuffix(words[len(words)-1], `\`) + "," + part
			continue
		}
		words = append(words, part)
	}
	return words
}

// KeyRule is what the names in a map of named things must look like.
type KeyRule struct {
	pattern *regexp.Regexp
	max     int
	hint    string
}

// Pattern is the rule as a regular expression.
func (k KeyRule) Pattern() string { return k.pattern.String() }

// MaxLength is the longest name.
func (k KeyRule) MaxLength() int { return k.max }

// KeyRules are the rules a field's "keys" tag can name.
func KeyRules() map[string]KeyRule {
	return map[string]KeyRule{
		// A name becomes part of logical and physical names, which several services limit to 32 characters or fewer.
		"name": {
			pattern: regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`), max: 20,
			hint: "use at most 20 lower-case letters, digits and single hyphens, a letter first",
		},
		"standard": {
			pattern: regexp.MustCompile(`^(fsbp|cis|nist|pci|tagging)$`), max: 7,
			hint: "use fsbp, cis, nist, pci or tagging",
		},
		"contact": {
			pattern: regexp.MustCompile(`^(security|operations|billing)$`), max: 10,
			hint: "use security, operations or billing",
		},
		"logs": {
			pattern: regexp.MustCompile(`^(trail|config|flow|balancers|cdn)$`), max: 9,
			hint: "use trail, config, flow, balancers or cdn",
		},
		// https://www.pulumi.com/docs/iac/concepts/stacks/: letters, digits, hyphens, underscores and periods, 100 at most.
		"stack": {
			pattern: regexp.MustCompile(`^[A-Za-z0-9_.-]+$`), max: 100,
			hint: "use at most 100 letters, digits, hyphens, underscores and periods",
		},
		// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html: five levels below the root.
		"unit": {
			pattern: regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*(/[a-z][a-z0-9]*(-[a-z0-9]+)*){0,4}$`), max: 100,
			hint: "use one to five names with slashes between them, each of lower-case letters, digits and single hyphens",
		},
		// https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreatePermissionSet.html
		"permissionSet": {
			pattern: regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]+$`), max: 32,
			hint: "use at most 32 letters, digits and any of _+=,.@-",
		},
		"statement": {pattern: regexp.MustCompile(`^[A-Za-z0-9]+$`), max: 60, hint: "use at most 60 letters and digits"},
		"tag":       {pattern: tagCharacters, max: maxTagKey, hint: "use at most 128 letters, digits, spaces and _ . : / = + - @"},
	}
}
