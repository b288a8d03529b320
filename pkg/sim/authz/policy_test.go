package authz

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	t.Parallel()
	policy, err := Parse(` {"Version":"2012-10-17","Id":"x","Statement":{"Sid":"a","Effect":"Allow","Principal":{"AWS":"1","Service":["b","c"]},` +
		`"NotAction":["d:E"],"NotResource":"*","Condition":{"NumericEquals":{"k":[1,true,"x",1e3]}}}}`)
	require.NoError(t, err)
	require.Equal(t, Policy{Version: "2012-10-17", ID: "x", Statement: []Statement{{
		Sid: "a", Effect: "Allow", Principal: Principals{"AWS": {"1"}, "Service": {"b", "c"}},
		NotAction: []string{"d:E"}, NotResource: []string{"*"},
		Condition: map[string]map[string]OneOrMany[Value]{"NumericEquals": {"k": {"1", "true", "x", "1e3"}}},
	}}}, policy)
	require.Equal(t, 3, policy.Statement[0].Principal.Count())
	require.False(t, policy.Statement[0].Principal.Everybody())
	for _, everybody := range []string{`"*"`, `{"AWS":"*"}`, `{"AWS":["1","*"]}`} {
		require.True(t, parse(t, `{"Principal":`+everybody+`}`).Statement[0].Principal.Everybody(), everybody)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]string{
		"":                                 "not a JSON object",
		"[]":                               "not a JSON object",
		"{":                                "not a JSON object",
		`{"Statment":[]}`:                  `unknown field "Statment"`,
		`{"Statement":[1]}`:                "cannot unmarshal",
		`{"Statement":{"Principal":"me"}}`: `principal "me"`,
		`{"Statement":{"Action":[{}]}}`:    "cannot unmarshal",
		`{"Statement":{"Condition":{"StringEquals":{"k":[null]}}}}`:            "a condition value is a string, a number or a boolean",
		`{"Statement":{"Condition":{"StringEqual":{"k":"v"}}}}`:                "Invalid Condition type : StringEqual.",
		`{"Statement":{"Condition":{"ForSomeValues:StringEquals":{"k":"v"}}}}`: "Invalid Condition type : ForSomeValues:StringEquals.",
		`{"Statement":{"Condition":{"NullIfExists":{"k":"true"}}}}`:            "Invalid Condition type : NullIfExists.",
	} {
		_, err := Parse(document)
		require.ErrorContains(t, err, want, document)
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	for pattern, values := range map[string]map[string]bool{
		"a*c":   {"ac": true, "abbc": true, "abcd": false, "": false},
		"a?c":   {"abc": true, "ac": false, "aéc": true},
		"*":     {"": true, "x": true},
		"":      {"": true, "x": false},
		"*b*b":  {"abab": true, "aba": false},
		"a**":   {"a": true},
		"a*b?d": {"axbxbcd": true},
	} {
		for value, want := range values {
			require.Equal(t, want, Matches(pattern, value), "%q against %q", value, pattern)
		}
	}
	require.True(t, MatchesAction("S3:get*", "s3:GetObject"))
	// Going back over every * would not end in the life of the universe.
	require.False(t, Matches(strings.Repeat("a*", 60)+"b", strings.Repeat("a", 5000)))
}

// FuzzDecide: whatever a policy and a request say, there is an answer.
func FuzzDecide(f *testing.F) {
	f.Add(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"${aws:PrincipalTag/x, 'y'}","Condition":{"IpAddress":{"a":"1.2.3.4/33"}}}}`,
		"a:B", "arn:"+"aws:s3:::x", "a", "1.2.3.4")
	f.Add(`{"Statement":[{"Effect":"Deny","NotAction":"${","NotResource":["${}"],"NotPrincipal":"*","Condition":{"DateLessThan":{"a":[1,"x"]}}}]}`,
		"", "::::::", "a", "2026")
	f.Add(`{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"a?*","Condition":{"ForAllValues:NumericEquals":{"aws:PrincipalTag/":"-"}}}]}`,
		"a:b", "*", "", "")
	f.Fuzz(func(t *testing.T, document, action, resource, key, value string) {
		policy, err := Parse(document)
		if err != nil {
			return
		}
		request := Request{Principal: caller(), Action: action, Resource: resource, Context: map[string][]string{key: {value}}}
		for _, policies := range []Policies{
			{Identity: []Policy{policy}, SCPs: [][]Policy{{policy}}, Boundary: &policy, Session: &policy},
			{Resource: &policy, Decisive: true}, {Identity: []Policy{policy}, Resource: &policy, ResourceAccount: other},
		} {
			decision := policies.Decide(request)
			if decision.Allowed == (decision.Reason != "") {
				t.Fatalf("%+v: allowed without a word against it, or refused with one", decision)
			}
		}
	})
}
