package iampolicy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bulky is a statement whose document alone has so many characters.
func bulky(sid string, characters int) Statement {
	s := Statement{Sid: sid, Actions: []string{"s3:GetObject"}, Resources: Strings("")}
	frame, _ := size([]Statement{s}) // a frame of plain values has no fault
	s.Resources = Strings(strings.Repeat("x", characters-frame))
	return s
}

// sids are the policies of a plan, their statements by id.
func sids(policies [][]Statement) []string {
	var plan []string
	for _, policy := range policies {
		names := make([]string, len(policy))
		for i, s := range policy {
			names[i] = s.Sid
		}
		plan = append(plan, strings.Join(names, " "))
	}
	return plan
}

func TestSplit(t *testing.T) {
	t.Parallel()
	unknown := func(n int) Statement {
		s := Statement{Sid: "u", Actions: []string{"s3:GetObject"}}
		for range n {
			s.Resources = append(s.Resources, pulumi.String("short").ToStringOutput())
		}
		return s
	}
	for name, test := range map[string]struct {
		statements []Statement
		want       []string
	}{
		"all in one":                 {[]Statement{bulky("a", 1000), bulky("b", 2000)}, []string{"a b"}},
		"exactly full":               {[]Statement{bulky("a", 6144)}, []string{"a"}},
		"one that does not fit":      {[]Statement{bulky("a", 4000), bulky("b", 4000)}, []string{"a", "b"}},
		"the first with room":        {[]Statement{bulky("a", 5000), bulky("b", 4000), bulky("c", 1000), bulky("d", 2000)}, []string{"a c", "b d"}},
		"order kept":                 {[]Statement{bulky("b", 3000), bulky("a", 3000)}, []string{"b a"}},
		"values not known need room": {[]Statement{unknown(36), bulky("b", 600)}, []string{"u", "b"}},
		"few of them":                {[]Statement{unknown(30), bulky("b", 600)}, []string{"u b"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Split(test.statements...)
			require.NoError(t, err)
			assert.Equal(t, test.want, sids(got))
			for _, policy := range got {
				needed, err := size(policy)
				require.NoError(t, err)
				assert.LessOrEqual(t, needed, int(ManagedPolicy))
			}
			again, err := Split(append(test.statements, bulky("late", 6000))...)
			require.NoError(t, err)
			assert.Equal(t, append(test.want, "late"), sids(again), "one more at the end moves no other")
		})
	}
}

func TestSplitDoesNotCountWhiteSpace(t *testing.T) {
	t.Parallel()
	spaced := bulky("a", 6000)
	spaced.Resources = append(spaced.Resources, pulumi.String(strings.Repeat(" ", 500)))
	_, err := Split(spaced)
	require.NoError(t, err)
}

func TestSplitRefuses(t *testing.T) {
	t.Parallel()
	many := make([]Statement, 11)
	for i := range many {
		many[i] = bulky(fmt.Sprint("s", i), 6000)
	}
	for name, test := range map[string]struct {
		statements []Statement
		want       string
	}{
		"a statement too long": {[]Statement{bulky("a", 200), bulky("b", 6145)},
			"policy statement 2 (b): alone needs 6145 characters, a managed policy takes 6144: divide its resources or actions"},
		"more than a role takes": {many,
			"policy: 11 statements of together 66000 characters need 11 managed policies of 6144, a role takes 10: grant less, or use two roles"},
		"what is no statement": {nil, "policy: has no statement"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Split(test.statements...)
			require.EqualError(t, err, test.want)
		})
	}
	_, err := Split(many[:10]...)
	require.NoError(t, err)
}
