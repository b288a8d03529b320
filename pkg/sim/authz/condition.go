package authz

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// operator is a condition operator taken apart: "ForAnyValue:StringNotLikeIfExists".
type operator struct {
	set      string // "ForAnyValue", "ForAllValues" or ""
	compare  func(r Request, pattern, value string) bool
	negated  bool // StringNotEquals: none of the values may match
	ifExists bool // holds when the key is absent
	null     bool // asks for the key's presence alone
}

// comparisons are the operators without their modifiers. ArnEquals is ArnLike.
var comparisons = map[string]operator{
	"StringEquals":              {compare: filled(func(a, b string) bool { return a == b })},
	"StringNotEquals":           {compare: filled(func(a, b string) bool { return a == b }), negated: true},
	"StringEqualsIgnoreCase":    {compare: filled(strings.EqualFold)},
	"StringNotEqualsIgnoreCase": {compare: filled(strings.EqualFold), negated: true},
	"StringLike":                {compare: like(match)},
	"StringNotLike":             {compare: like(match), negated: true},
	"ArnEquals":                 {compare: like(matchARN)},
	"ArnNotEquals":              {compare: like(matchARN), negated: true},
	"ArnLike":                   {compare: like(matchARN)},
	"ArnNotLike":                {compare: like(matchARN), negated: true},
	"NumericEquals":             {compare: numeric(func(a, b float64) bool { return b == a })},
	"NumericNotEquals":          {compare: numeric(func(a, b float64) bool { return b == a }), negated: true},
	"NumericLessThan":           {compare: numeric(func(a, b float64) bool { return b < a })},
	"NumericLessThanEquals":     {compare: numeric(func(a, b float64) bool { return b <= a })},
	"NumericGreaterThan":        {compare: numeric(func(a, b float64) bool { return b > a })},
	"NumericGreaterThanEquals":  {compare: numeric(func(a, b float64) bool { return b >= a })},
	"DateEquals":                {compare: dated(func(a, b time.Time) bool { return b.Equal(a) })},
	"DateNotEquals":             {compare: dated(func(a, b time.Time) bool { return b.Equal(a) }), negated: true},
	"DateLessThan":              {compare: dated(func(a, b time.Time) bool { return b.Before(a) })},
	"DateLessThanEquals":        {compare: dated(func(a, b time.Time) bool { return !b.After(a) })},
	"DateGreaterThan":           {compare: dated(func(a, b time.Time) bool { return b.After(a) })},
	"DateGreaterThanEquals":     {compare: dated(func(a, b time.Time) bool { return !b.Before(a) })},
	"Bool":                      {compare: filled(strings.EqualFold)},
	"BinaryEquals":              {compare: func(_ Request, a, b string) bool { return a == b }},
	"IpAddress":                 {compare: addressed},
	"NotIpAddress":              {compare: addressed, negated: true},
	"Null":                      {null: true},
}

// parseOperator reads an operator's name, and reports whether there is such an operator.
func parseOperator(name string) (operator, bool) {
	set := ""
	if prefix, rest, found := strings.Cut(name, ":"); found {
		if set, name = prefix, rest; set != "ForAnyValue" && set != "ForAllValues" {
			return operator{}, false
		}
	}
	base, ifExists := strings.CutSuffix(name, "IfExists")
	parsed, known := comparisons[base]
	if parsed.null && ifExists {
		return operator{}, false
	}
	parsed.set, parsed.ifExists = set, ifExists
	return parsed, known
}

// holds says whether all conditions of a statement hold.
func (s Statement) holds(r Request) bool {
	for name, keys := range s.Condition {
		operator, known := parseOperator(name)
		for key, wanted := range keys {
			if !known || !operator.holds(r, key, wanted) {
				return false
			}
		}
	}
	return true
}

// holds says whether one key of the request is as wanted. An absent key fails an operator, except a negated one, one with
// IfExists, and ForAllValues.
func (o operator) holds(r Request, key string, wanted []Value) bool {
	values := r.values(key)
	if o.null {
		return slices.ContainsFunc(wanted, func(absent Value) bool {
			return strings.EqualFold(string(absent), strconv.FormatBool(len(values) == 0))
		})
	}
	if len(values) == 0 {
		switch {
		case o.ifExists, o.set == "ForAllValues":
			return true
		case o.set == "ForAnyValue":
			return false
		}
		return o.negated
	}
	matches := func(value string) bool {
		return slices.ContainsFunc(wanted, func(pattern Value) bool { return o.compare(r, string(pattern), value) })
	}
	switch {
	case o.set == "ForAllValues":
		return !slices.ContainsFunc(values, func(value string) bool { return matches(value) == o.negated })
	case o.set == "ForAnyValue":
		return slices.ContainsFunc(values, func(value string) bool { return matches(value) != o.negated })
	}
	return slices.ContainsFunc(values, matches) != o.negated
}

// like compares with wildcards, variables filled.
func like(compare func(pattern []rune, value string) bool) func(Request, string, string) bool {
	return func(r Request, pattern, value string) bool {
		compiled, known := r.compile(pattern)
		return known && compare(compiled, value)
	}
}

// filled compares as plain text, variables filled; * and ? are themselves.
func filled(compare func(a, b string) bool) func(Request, string, string) bool {
	literal := strings.NewReplacer(string(anyText), "*", string(anyCharacter), "?")
	return func(r Request, pattern, value string) bool {
		compiled, known := r.compile(pattern)
		return known && compare(literal.Replace(string(compiled)), value)
	}
}

func numeric(compare func(wanted, given float64) bool) func(Request, string, string) bool {
	return func(_ Request, pattern, value string) bool {
		wanted, err := strconv.ParseFloat(pattern, 64)
		given, err2 := strconv.ParseFloat(value, 64)
		return err == nil && err2 == nil && compare(wanted, given)
	}
}

func dated(compare func(wanted, given time.Time) bool) func(Request, string, string) bool {
	return func(_ Request, pattern, value string) bool {
		wanted, ok := moment(pattern)
		given, ok2 := moment(value)
		return ok && ok2 && compare(wanted, given)
	}
}

// moment reads the forms of ISO 8601 that IAM takes, and seconds since 1970.
func moment(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", time.DateOnly, "2006-01", "2006"} {
		if parsed, err := time.Parse(layout, text); err == nil {
			return parsed, true
		}
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	return time.Unix(seconds, 0), err == nil
}

// addressed says whether an address is in a range, or is the address given.
func addressed(_ Request, pattern, value string) bool {
	given, err := netip.ParseAddr(value)
	if err != nil {
		return false
	}
	if single, err := netip.ParseAddr(pattern); err == nil {
		return single == given
	}
	prefix, err := netip.ParsePrefix(pattern)
	return err == nil && prefix.Contains(given)
}
