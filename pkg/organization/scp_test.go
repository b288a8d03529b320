package organization

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sizedStatement makes a policy of so many characters alone.
func sizedStatement(t *testing.T, sid string, size int) statement {
	t.Helper()
	s := statement{Sid: sid, Actions: []string{"x:"}}
	text, err := s.text()
	require.NoError(t, err)
	s.Actions[0] += strings.Repeat("y", size-len(text)-len(documentStart)-len(documentEnd))
	return s
}

func TestPackingFillsPolicies(t *testing.T) {
	t.Parallel()
	frame := len(documentStart) + len(documentEnd)
	for name, c := range map[string]struct {
		sizes []int // of policies of one statement each
		limit int
		want  [][]string
	}{
		"nothing":           {nil, 1000, nil},
		"one to the brim":   {[]int{1000}, 1000, [][]string{{"S0"}}},
		"all in one":        {[]int{300, 300, 300}, 1000, [][]string{{"S0", "S1", "S2"}}},
		"two to the brim":   {[]int{500, 500 + frame - 1}, 1000, [][]string{{"S0", "S1"}}},
		"one over the brim": {[]int{500, 500 + frame}, 1000, [][]string{{"S0"}, {"S1"}}},
		// In the order given these would take three.
		"the large first": {[]int{300, 450, 620, 480}, 1000, [][]string{{"S0", "S2"}, {"S1", "S3"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			statements := make([]statement, len(c.sizes))
			for i, size := range c.sizes {
				statements[i] = sizedStatement(t, fmt.Sprintf("S%d", i), size)
			}
			documents, err := pack(statements, c.limit, 10)
			require.NoError(t, err)
			var got [][]string
			for _, d := range documents {
				var policy struct{ Statement []struct{ Sid string } }
				require.NoError(t, json.Unmarshal([]byte(d.Text), &policy))
				require.LessOrEqual(t, len(d.Text), c.limit)
				var sids []string
				for _, s := range policy.Statement {
					sids = append(sids, s.Sid)
				}
				require.Equal(t, sids[0], d.Name)
				got = append(got, sids)
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestPackingRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	_, err := pack([]statement{sizedStatement(t, "Long", 1001)}, 1000, 10)
	require.EqualError(t, err, "statement Long makes a policy of 1001 characters, AWS takes 1000: split it")
	two := []statement{sizedStatement(t, "A", 900), sizedStatement(t, "B", 900)}
	_, err = pack(two, 1000, 2)
	require.EqualError(t, err, "needs 2 service control policies of at most 1000 characters and AWS's FullAWSAccess, AWS takes 2: "+
		"attach some policies to the unit above, or raise governance.scpMaxCharacters and scpMaxPerTarget to your quotas")
	documents, err := pack(two, 1000, 3)
	require.NoError(t, err)
	require.Len(t, documents, 2)
}

func TestStatementsSpareCharacters(t *testing.T) {
	t.Parallel()
	text, err := statement{
		Sid: "S", Actions: []string{"b:<&>", "a:*", "a:*"}, Resources: []string{"arn:x"},
		When: []condition{{"ArnNotLike", "k", []string{"v"}}, {"StringEquals", "l", []string{"z", "y"}}},
	}.text()
	require.NoError(t, err)
	require.Equal(t, `{"Sid":"S","Effect":"Deny","Action":["a:*","b:<&>"],"Resource":"arn:x",`+
		`"Condition":{"ArnNotLike":{"k":"v"},"StringEquals":{"l":["y","z"]}}}`, text)
}

// The whole catalogue fits the quotas of before May 2026 too.
func TestTheCatalogueFits(t *testing.T) {
	t.Parallel()
	var names []string
	for _, rail := range catalogue() {
		names = append(names, rail.Name)
		require.NotEmpty(t, rail.Why)
	}
	statements, err := statementsOf(names, testProtected())
	require.NoError(t, err)
	for limit, most := range map[int]int{10240: 2, 5120: 4} {
		documents, err := pack(statements, limit, 10)
		require.NoError(t, err)
		require.LessOrEqual(t, len(documents), most, "policies of %d characters", limit)
		require.LessOrEqual(t, len(documents), 4, "five to a target, FullAWSAccess among them")
	}
	_, err = statementsOf([]string{"regions", "region"}, testProtected())
	require.EqualError(t, err, `"region" is no policy of the catalogue: use one of `+strings.Join(names, ", "))
}
