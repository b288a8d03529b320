package guard

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// today is the day of the tests.
var today = time.Date(2026, time.July, 1, 23, 0, 0, 0, time.UTC)

func day(text string) time.Time {
	parsed, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return parsed
}

// unguarded are two stacks, each with a subnet that gives public addresses and no security contact.
func unguarded() []Stack {
	subnet := Resource{
		URN: "urn::subnet", Type: token("ec2/Subnet"), Name: "main-public-a", Custom: true,
		Inputs: map[string]any{"mapPublicIpOnLaunch": true},
	}
	return []Stack{
		{Name: "dev", Account: "210000000003", Resources: []Resource{subnet}},
		{Name: "prod", Account: "210000000005", Resources: []Resource{subnet}},
	}
}

// TestExemptions: what each covers of EC2.15 (a subnet in both stacks) and Account.1 (both accounts).
func TestExemptions(t *testing.T) {
	t.Parallel()
	const ended = "exemption of main-* from EC2.15: ended on 2026-06-30: keep the control now, or decide anew"
	for name, test := range map[string]struct {
		exemption Exemption
		covers    []string
		stale     string
	}{
		"by name, in every stack":   {Exemption{Control: "EC2.15", Resource: "main-public-a", Reason: "r", Until: today}, []string{"dev/main-public-a", "prod/main-public-a"}, ""},
		"by pattern":                {Exemption{Control: "EC2.15", Resource: "main-*-?", Reason: "r", Until: today}, []string{"dev/main-public-a", "prod/main-public-a"}, ""},
		"in one stack":              {Exemption{Control: "EC2.15", Resource: "prod/main-*", Reason: "r", Until: today}, []string{"prod/main-public-a"}, ""},
		"an account":                {Exemption{Control: "Account.1", Resource: "dev/", Reason: "r", Until: today}, []string{"dev/"}, ""},
		"every account":             {Exemption{Control: "Account.1", Resource: "*/", Reason: "r", Until: today}, []string{"dev/", "prod/"}, ""},
		"on its last day":           {Exemption{Control: "EC2.15", Resource: "dev/*", Reason: "r", Until: day("2026-07-01")}, []string{"dev/main-public-a"}, ""},
		"the day after":             {Exemption{Control: "EC2.15", Resource: "main-*", Reason: "r", Until: day("2026-06-30")}, nil, ended},
		"no reason":                 {Exemption{Control: "EC2.15", Resource: "main-*", Until: today}, nil, "exemption of main-* from EC2.15: has no reason: say why, or remove it"},
		"nothing of the name":       {Exemption{Control: "EC2.15", Resource: "other-*", Reason: "r", Until: today}, nil, "exemption of other-* from EC2.15: covers nothing: remove it"},
		"another control":           {Exemption{Control: "EC2.9", Resource: "main-*", Reason: "r", Until: today}, nil, "exemption of main-* from EC2.9: covers nothing: remove it"},
		"a resource is no account":  {Exemption{Control: "EC2.15", Resource: "dev/", Reason: "r", Until: today}, nil, "exemption of dev/ from EC2.15: covers nothing: remove it"},
		"a name is not a beginning": {Exemption{Control: "EC2.15", Resource: "main", Reason: "r", Until: today}, nil, "exemption of main from EC2.15: covers nothing: remove it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			controls := []Control{byID()["EC2.15"], byID()["Account.1"]}
			report := judge(Input{Whole: true, Stacks: unguarded(), Today: today, Exemptions: []Exemption{test.exemption}}, controls)
			var covered []string
			for _, f := range report.Exempted {
				covered = append(covered, f.Stack+"/"+f.Resource)
			}
			require.Equal(t, test.covers, covered)
			require.Len(t, report.Findings, 4-len(test.covers), "what is not covered still is found")
			require.Equal(t, test.stale, strings.Join(report.Stale, "\n"))
		})
	}
}

func load(t *testing.T, text string) ([]Exemption, error) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, ExemptionsFile), []byte(text), 0o600))
	all, err := LoadExemptions(dir, today)
	if err != nil {
		err = &atHome{strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "")}
	}
	return all, err
}

// atHome is an error without the folder of the test.
type atHome struct{ text string }

func (e *atHome) Error() string { return e.text }

func TestExemptionsAreLoaded(t *testing.T) {
	t.Parallel()
	all, err := load(t, `
# until the office moves
- control: EC2.15
  resource: dev/main-*
  reason: >-
    demonstrations are shown
    from laptops
  until: 2027-07-01
`)
	require.NoError(t, err)
	require.Equal(t, []Exemption{{
		Control: "EC2.15", Resource: "dev/main-*", Reason: "demonstrations are shown from laptops", Until: day("2027-07-01"),
	}}, all)

	all, err = LoadExemptions(t.TempDir(), today)
	require.NoError(t, err)
	require.Empty(t, all, "no file, no exemption")
	all, err = load(t, "# nothing is exempt\n")
	require.NoError(t, err)
	require.Empty(t, all)
}

func TestFaultyExemptionsAreRefusedAllAtOnce(t *testing.T) {
	t.Parallel()
	_, err := load(t, `- control: EC2.1500
  resource: main
  reason: " "
  until: 2027-07-02
- { control: EC2.15, resource: main, reason: r, until: soon, because: x }
- EC2.15
`)
	require.EqualError(t, err, `exemptions.yaml:1: reason: is missing: say why it is so, and what ends it
exemptions.yaml:1: control: "EC2.1500" is none: take the id from docs/reference/controls.md
exemptions.yaml:1: until: 2027-07-02 is more than a year ahead: use a day up to 2027-07-01
exemptions.yaml:5: because: is not known: use control, resource, reason and until
exemptions.yaml:5: until: "soon" is not a date: write it as "2027-01-31"
exemptions.yaml:6: is no exemption: write control, resource, reason and until`)
	_, err = load(t, "EC2.15: main\n")
	require.ErrorContains(t, err, "exemptions.yaml: is no list of exemptions")
	_, err = load(t, "- {}\n")
	require.EqualError(t, err, `exemptions.yaml:1: control: is missing: name a control, as in docs/reference/controls.md
exemptions.yaml:1: resource: is missing: name a resource, "stack/name" in one stack, or "stack/" for what is wrong with its account
exemptions.yaml:1: reason: is missing: say why it is so, and what ends it
exemptions.yaml:1: until: is missing: give the last day, as "2027-01-31"`)
}

func TestLike(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		pattern, text string
		want          bool
	}{
		{"*", "", true}, {"a*c", "abbc", true}, {"a*c", "abcd", false}, {"?", "a", true}, {"?", "", false}, {"", "", true},
		{"", "a", false}, {"a**", "a", true}, {"*:role/*", "arn:aws:iam::1:role/x", true}, {"a", "A", false},
	} {
		require.Equal(t, test.want, like(test.pattern, test.text), "%s %s", test.pattern, test.text)
	}
}
