package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/engine"
	"aws-platform/tests/golden"
)

var mainVPC = []engine.Component{{Type: "aws-platform:network:Vpc", Name: "main"}}

func change(op engine.Op, kind, name string) engine.Change {
	return engine.Change{
		URN: "urn:pulumi:dev::p::" + kind + "::" + name, Type: kind, Name: name, Op: op, Status: engine.Planned,
		Components: mainVPC,
	}
}

// replaced is a bucket whose name changes.
func replaced() engine.Change {
	c := change(engine.OpReplace, "aws:s3/bucketV2:BucketV2", "state-bucket")
	c.Components = []engine.Component{{Type: "aws-platform:operations:StateBackend", Name: "state"}}
	c.ReplaceKeys, c.DeleteFirst = []string{"bucket"}, true
	c.Diffs = []engine.Diff{{Path: "bucket", Kind: "update", Replaces: true, Old: `"acme-a"`, New: `"acme-b"`}}
	return c
}

// examples are one result of every kind.
func examples() []*engine.Result {
	updated := change(engine.OpUpdate, "aws:ec2/vpc:Vpc", "main-vpc")
	updated.Diffs = []engine.Diff{
		{Path: "enableDnsHostnames", Kind: "delete", Old: "true"},
		{Path: "tags.Contact", Kind: "add", New: `"@acme/network ` + "```" + ` | <b>"`},
		{Path: "tags.Token", Kind: "update", Old: `"[secret]"`, New: `"[secret]"`},
		{Path: "arn", Kind: "update", Old: `"arn"`, New: "known after apply"},
	}
	role := change(engine.OpDelete, "aws:iam/role:Role", "main-flow-log-role")
	role.Protect = true
	outside := change(engine.OpCreate, "pulumi:providers:aws", "aws")
	outside.Components = nil
	return []*engine.Result{
		{Stack: "management", Op: engine.Preview, Duration: 1500 * time.Millisecond,
			Counts: engine.Counts{engine.OpReplace: 1, engine.OpSame: 30}, Changes: []engine.Change{replaced()}},
		{Stack: "shared", Op: engine.Preview, Counts: engine.Counts{engine.OpSame: 12}, Duration: time.Second},
		{Stack: "dev", Op: engine.Preview, Created: true, Duration: 2 * time.Second,
			Counts:      engine.Counts{engine.OpCreate: 2, engine.OpUpdate: 1, engine.OpDelete: 1, engine.OpSame: 3},
			Changes:     []engine.Change{change(engine.OpCreate, "aws:ec2/subnet:Subnet", "main-private-a"), updated, role, outside},
			OutputDiffs: []engine.Diff{{Path: "vpcs.main.vpcId", Kind: "add", New: "known after apply"}},
			Diagnostics: []engine.Diagnostic{
				{Severity: "warning", Message: "quota almost used up\x1b[31m"}, {Severity: "warning", Message: "quota almost used up"},
				{Severity: "info", Message: "not worth telling"},
			}},
		{Stack: "staging", Op: engine.Preview, Err: errors.New("main-vpc: InvalidVpc.Range: no such block\nask @acme for ``` another")},
		{Stack: "prod", Op: engine.Preview, Skipped: "ancestor staging failed"},
	}
}

func TestReports(t *testing.T) {
	t.Parallel()
	jsonText, err := JSON(examples())
	require.NoError(t, err)
	unchanged := []*engine.Result{{Stack: "dev", Op: engine.Preview, Counts: engine.Counts{engine.OpSame: 4}}}
	for name, got := range map[string]string{
		"all.md":       Markdown(examples(), CommentLimit),
		"all.json":     jsonText,
		"all.txt":      Text(examples(), TextOptions{}),
		"unchanged.md": Markdown(unchanged, CommentLimit),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden.Check(t, filepath.Join("testdata", name), got)
		})
	}
}

func TestMarkdownIsFoundByItsMarker(t *testing.T) {
	t.Parallel()
	for _, results := range [][]*engine.Result{nil, examples()} {
		require.True(t, strings.HasPrefix(Markdown(results, CommentLimit), Marker+"\n"))
	}
}

func TestMarkdownMentionsNobodyAndEndsNoFence(t *testing.T) {
	t.Parallel()
	text := Markdown(examples(), CommentLimit)
	require.NotContains(t, text, "@acme")
	requireClosed(t, text)
	require.NotContains(t, text, "\x1b")
	require.Equal(t, "``a`b``", code("a`b"))
	require.Equal(t, "`` `a ``", code("`a"))
	require.Equal(t, "`````x\n````\n`````\n", fenced("x", "````"))
}

// requireClosed checks that every fence and fold is closed, and folds are outside fences.
func requireClosed(t *testing.T, text string) {
	t.Helper()
	fence, folds := "", 0
	for _, line := range strings.Split(text, "\n") {
		ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		switch {
		case fence != "":
			if line == fence {
				fence = ""
			}
		case len(ticks) >= 3:
			fence = ticks
		case strings.HasPrefix(line, "<details>"):
			folds++
		case line == "</details>":
			folds--
		}
	}
	require.Empty(t, fence, "a fence is open at the end")
	require.Zero(t, folds, "a fold is open at the end")
}

// huge is a stack with many changes, in groups of a hundred.
func huge(stack string, op engine.Op, kind string, n int) *engine.Result {
	r := &engine.Result{Stack: stack, Op: engine.Preview, Counts: engine.Counts{op: n}}
	for i := range n {
		c := change(op, kind, fmt.Sprintf("resource-%04d", i))
		c.Components = []engine.Component{{Type: "t", Name: fmt.Sprintf("c%02d", i/100)}}
		c.Diffs = []engine.Diff{{Path: "tags.Long", Kind: "update", Old: fmt.Sprintf("%040d", i), New: strings.Repeat("é`", 400)}}
		r.Changes = append(r.Changes, c)
	}
	return r
}

func TestMarkdownKeepsItsBudget(t *testing.T) {
	t.Parallel()
	low := huge("low", engine.OpUpdate, "aws:ec2/vpc:Vpc", 300)
	for _, test := range []struct {
		name            string
		results         []*engine.Result
		shown, leftOut  []string
		atLeast         int
		dangerCountLine string
	}{
		{"the least risky goes first", []*engine.Result{low, examples()[0]},
			[]string{"<b>management</b>", "Components left out: 2; `platform preview -s low`"}, []string{"resource-0100"}, 0, "1 deleted or replaced, 1 of them with data"},
		{"the riskiest is kept in part", []*engine.Result{huge("big", engine.OpReplace, "aws:ec2/eip:Eip", 900), low},
			[]string{"<b>big</b>", "Components left out: 8; `platform preview -s big`", "and 850 more"}, []string{"<b>low</b>"}, 30000,
			"900 deleted or replaced, 0 of them with data"},
		{"errors without end", func() []*engine.Result {
			var all []*engine.Result
			for i := range 100 {
				all = append(all, &engine.Result{Stack: fmt.Sprint("s", i), Err: errors.New(strings.Repeat("é", 90000))})
			}
			return append(all, examples()[0])
		}(), []string{"more stacks failed", "<b>management</b>"}, nil, 0, "1 deleted or replaced"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := Markdown(test.results, CommentLimit)
			require.LessOrEqual(t, len(text), CommentLimit)
			require.Greater(t, len(text), test.atLeast)
			requireClosed(t, text)
			require.True(t, strings.Contains(text, test.dangerCountLine))
			for _, part := range test.shown {
				require.True(t, strings.Contains(text, part), part)
			}
			for _, part := range test.leftOut {
				require.False(t, strings.Contains(text, part), part)
			}
		})
	}
}

func TestRisk(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		op   engine.Op
		kind string
		want Risk
	}{
		{engine.OpSame, "aws:rds/instance:Instance", RiskNone},
		{engine.OpUpdate, "aws:rds/instance:Instance", RiskLow},
		{engine.OpCreate, "aws:s3/bucket:Bucket", RiskLow},
		{engine.OpDelete, "aws:rds/instance:Instance", RiskCritical},
		{engine.OpReplace, "aws:s3/bucketV2:BucketV2", RiskCritical},
		{engine.OpReplace, "aws:s3/bucketPolicy:BucketPolicy", RiskHigh},
		{engine.OpDelete, "aws:kms/alias:Alias", RiskHigh},
		{engine.OpDelete, "aws:kms/key:Key", RiskCritical},
	} {
		require.Equal(t, test.want, RiskOf(engine.Change{Op: test.op, Type: test.kind}), "%s %s", test.op, test.kind)
	}
	kept := engine.Change{Op: engine.OpDelete, Type: "aws:rds/instance:Instance", RetainOnDelete: true}
	require.Equal(t, RiskHigh, RiskOf(kept), "what stays in the cloud keeps its data")
}

func TestJSONOfNothing(t *testing.T) {
	t.Parallel()
	out, err := JSON(nil)
	require.NoError(t, err)
	var doc map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &doc))
	require.Equal(t, Schema, doc["schema"])
	require.Equal(t, []any{}, doc["stacks"])
	require.Equal(t, true, doc["ok"])
}

func TestTextColours(t *testing.T) {
	t.Parallel()
	colored := Text(examples(), TextOptions{Color: true})
	require.Contains(t, colored, "\x1b[32m+ create aws:ec2/subnet:Subnet main-private-a\x1b[0m")
	plainer := strings.NewReplacer("\x1b[31m", "", "\x1b[32m", "", "\x1b[33m", "", "\x1b[0m", "").Replace(colored)
	require.Equal(t, Text(examples(), TextOptions{}), plainer)
}

func TestWhatChangesAlikeIsToldOnce(t *testing.T) {
	t.Parallel()
	var changes []engine.Change
	for _, name := range []string{"a", "b", "c", "d"} {
		c := change(engine.OpUpdate, "aws:ec2/subnet:Subnet", name)
		for _, path := range []string{"tags.Cost", "tagsAll.Cost"} {
			c.Diffs = append(c.Diffs, engine.Diff{Path: path, Kind: "update", Old: "1", New: "2"})
		}
		changes = append(changes, c)
	}
	changes[3].Diffs[1].New = "3" // not what the tag of its own is
	require.Equal(t, []string{
		"! update 3 resources alike",
		"      aws:ec2/subnet:Subnet a", "      aws:ec2/subnet:Subnet b", "      aws:ec2/subnet:Subnet c",
		"-     tags.Cost: 1", "+     tags.Cost: 2",
		"! update aws:ec2/subnet:Subnet d",
		"-     tags.Cost: 1", "+     tags.Cost: 2", "-     tagsAll.Cost: 1", "+     tagsAll.Cost: 3",
	}, groupLines(changes))
	for i := range changes {
		changes[i].Op = engine.OpReplace
	}
	require.Len(t, groupLines(changes[:3]), 9, "what may lose something is told one by one")
}

func TestMarkdownHasRoomForWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	var results []*engine.Result
	for i := range 12 {
		results = append(results, huge(fmt.Sprintf("a-stack-with-quite-a-name-%02d", i), engine.OpUpdate, "t:t:T", 3))
	}
	for limit := 6000; limit < 14000; limit += 37 {
		text := Markdown(results, limit)
		require.LessOrEqual(t, len(text), limit)
		requireClosed(t, text)
	}
}
