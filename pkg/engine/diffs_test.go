package engine

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

func diffsOf(op Operation, s apitype.StepEventMetadata) []Diff {
	return newReducer("dev", op, newRedactor(nil)).diffs(s)
}

func TestDetailedDiffs(t *testing.T) {
	t.Parallel()
	s := step(apitype.OpUpdate, netURN,
		&state{
			Inputs:  map[string]any{"tags": map[string]any{"Owner": "a", "x.y": "1"}, "list": []any{"p", "q"}},
			Outputs: map[string]any{"dns": false, "tags": map[string]any{"Owner": "from the cloud"}, "password": "old one"},
		},
		&state{Inputs: map[string]any{
			"dns": true, "tags": map[string]any{"Owner": "b"}, "list": []any{"p"}, "password": "new one", "vpcId": unknownValue,
		}})
	s.DetailedDiff = map[string]apitype.PropertyDiff{
		"dns":          {Kind: apitype.DiffUpdate},
		"tags.Owner":   {Kind: apitype.DiffUpdate, InputDiff: true},
		`tags["x.y"]`:  {Kind: apitype.DiffDelete, InputDiff: true},
		"list[1]":      {Kind: apitype.DiffDelete, InputDiff: true},
		"password":     {Kind: apitype.DiffUpdate},
		"vpcId":        {Kind: apitype.DiffAddReplace},
		"missing.here": {Kind: apitype.DiffUpdate},
		"__defaults":   {Kind: apitype.DiffUpdate},
		"hidden":       {Kind: apitype.DiffUpdate},
	}
	s.New.HideDiffs = []resource.PropertyPath{{"hidden"}}
	require.Equal(t, []Diff{
		{Path: "dns", Kind: "update", Old: "false", New: "true"},
		{Path: "list[1]", Kind: "delete", Old: `"q"`},
		{Path: "missing.here", Kind: "update"},
		{Path: "password", Kind: "update", Old: "[secret]", New: "[secret]"},
		{Path: "tags.Owner", Kind: "update", Old: `"a"`, New: `"b"`},
		{Path: `tags["x.y"]`, Kind: "delete", Old: `"1"`},
		{Path: "vpcId", Kind: "add", Replaces: true, New: "known after apply"},
	}, diffsOf(Up, s))
}

func TestRefreshComparesWithTheCloud(t *testing.T) {
	t.Parallel()
	s := step(apitype.OpUpdate, netURN,
		&state{Inputs: map[string]any{"dns": true}, Outputs: map[string]any{"dns": true, "arn": "x"}},
		&state{Inputs: map[string]any{"dns": true}, Outputs: map[string]any{"dns": false, "arn": "x"}})
	want := []Diff{{Path: "dns", Kind: "update", Old: "true", New: "false"}}
	require.Equal(t, want, diffsOf(Refresh, s))
	s.DetailedDiff = map[string]apitype.PropertyDiff{"dns": {Kind: apitype.DiffUpdate}}
	require.Equal(t, want, diffsOf(Refresh, s))
}

func TestWithoutADetailedDiffInputsAreCompared(t *testing.T) {
	t.Parallel()
	before := &state{Inputs: map[string]any{"a": 1.0, "b": []any{"x"}, "c": "same", "__defaults": []any{}}}
	after := &state{Inputs: map[string]any{"a": 2.0, "c": "same", "d": nil, "__defaults": []any{"a"}}}
	s := step(apitype.OpReplace, netURN, before, after)
	s.Keys = []string{"a"}
	require.Equal(t, []Diff{
		{Path: "a", Kind: "update", Replaces: true, Old: "1", New: "2"},
		{Path: "b", Kind: "delete", Old: `["x"]`},
		{Path: "d", Kind: "add", New: "null"},
	}, diffsOf(Up, s))
	s.DetailedDiff = map[string]apitype.PropertyDiff{}
	require.Empty(t, diffsOf(Up, s), "an empty detailed diff says that nothing differs, none at all says nothing")
	require.Empty(t, diffsOf(Up, step(apitype.OpCreate, netURN, nil, after)))
	require.Empty(t, diffsOf(Up, step(apitype.OpSame, netURN, before, after)))
}

func TestValuesForPeople(t *testing.T) {
	t.Parallel()
	special := func(signature string, fields ...any) map[string]any {
		object := map[string]any{"4dabf18193072939515e22adb298388d": signature}
		for i := 0; i < len(fields); i += 2 {
			object[fields[i].(string)] = fields[i+1]
		}
		return object
	}
	const output, reference = "d0e6a833031e9bbcd3f4e8bde6ca49a4", "5cf8f73096256a8f31e491e813e4eb8e"
	for want, value := range map[string]any{
		`"<a> & b"`:          "<a> & b",
		`{"a":1,"b":[true]}`: map[string]any{"b": []any{true}, "a": 1.0},
		"known after apply":  unknownValue,
		`"arn:known after apply/x"`: "arn:" + unknownValue +
			"/x",
		`["known after apply"]`: []any{special(output)},
		`["[secret]"]`:          []any{special(output, "value", "v", "secret", true)},
		`["v"]`:                 []any{special(output, "value", "v")},
		`"(asset)"`:             special("c44067f5952c0a294b673a41bacd8c17", "text", "long"),
		`"(archive)"`:           special("0def7320c3a5731c473e5ecbe6d01bc7"),
		`"vpc-1"`:               special(reference, "urn", netURN, "id", "vpc-1"),
		`"` + netURN + `"`:      special(reference, "urn", netURN),
		"[secret]":              special("1b47061264138c4ac30d75fd1eb44270", "ciphertext", "x"),
		`{"nested":"[secret]"}`: map[string]any{"nested": special("a signature of the future")},
		`{"masterPassword":"[secret]","password_length":12}`: map[string]any{
			"masterPassword": "hunter2", "password_length": 12.0,
		},
		`"-----[secret]-----"`: "-----" + "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----" + "-----",
	} {
		require.Equal(t, want, newRedactor(nil).render(value, true))
	}
}

func TestRedaction(t *testing.T) {
	t.Parallel()
	r := newRedactor(map[string]string{
		"PULUMI_CONFIG_PASSPHRASE": "correct horse", "AWS_SECRET_ACCESS_KEY": "correct horse battery", "TINY_TOKEN": "a",
		"AWS_REGION": "eu-west-1-somewhere",
	})
	for text, want := range map[string]string{
		"with correct horse battery":                  "with [secret]",
		"with correct horse and a cart":               "with [secret] and a cart",
		"in eu-west-1-somewhere":                      "in eu-west-1-somewhere",
		"key AKIAIOSFODNN7EXAMPLE.":                   "key [secret].",
		`"password": "hunter2", x`:                    `"password": [secret], x`,
		"api_key=abc&x=1":                             "api_key=[secret]&x=1",
		"passwords are long":                          "passwords are long",
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.ab": "[secret]",
	} {
		require.Equal(t, want, r.text(text))
	}
}
