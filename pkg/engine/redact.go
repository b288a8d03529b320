package engine

import (
	"regexp"
	"slices"
	"strings"
)

// masked stands where a secret was.
const masked = "[secret]"

// secretVariables are the environment variables whose values must never be shown.
var secretVariables = regexp.MustCompile(`(?i)(PASSPHRASE|SECRET|TOKEN|PASSWORD|ACCESS_KEY|API_KEY)$`)

// secretShapes are secrets that can be told by their looks.
var secretShapes = []*regexp.Regexp{
	regexp.MustCompile(`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`),
	regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)`),
	regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+`), // a JSON web token
	regexp.MustCompile(`\bgh[pousr]_[A-Za-z0-9]{36,}\b`),
	regexp.MustCompile(`\bpul-[0-9a-f]{40}\b`),
}

// secretFields are values named as secrets: "password=...", `"secretKey": "..."`. The name and the separator are kept.
var secretFields = regexp.MustCompile(
	`(?i)((?:password|passwd|passphrase|secret_?access_?key|api_?key|auth_?token)["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&"'}]+)`)

// shortest is the length from which a value of the environment counts as a secret; shorter ones occur by chance.
const shortest = 10

// redactor masks secrets in text that is shown. Pulumi masks what it knows to be secret; this is for what it does not.
type redactor struct{ values *strings.Replacer }

func newRedactor(env map[string]string) *redactor {
	var values []string
	for name, value := range env {
		if secretVariables.MatchString(name) && len(value) >= shortest {
			values = append(values, value)
		}
	}
	// The longest first, so that a secret that contains another goes whole.
	slices.SortFunc(values, func(a, b string) int { return len(b) - len(a) })
	pairs := make([]string, 0, 2*len(values))
	for _, value := range values {
		pairs = append(pairs, value, masked)
	}
	return &redactor{strings.NewReplacer(pairs...)}
}

// text is s without secrets.
func (r *redactor) text(s string) string {
	s = r.values.Replace(s)
	for _, shape := range secretShapes {
		s = shape.ReplaceAllString(s, masked)
	}
	return secretFields.ReplaceAllString(s, "${1}"+masked)
}

// secretName matches the names of properties whose text is a secret whatever it looks like.
var secretName = regexp.MustCompile(`(?i)(^|_|[a-z])(password|passphrase|privateKey|secretAccessKey|secretString|authToken|apiKey)$`)
