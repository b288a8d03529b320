package sim

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/stretchr/testify/require"
)

func TestDiff(t *testing.T) {
	t.Parallel()
	m := newTestModel(t)
	type values = map[string]any
	for name, test := range map[string]struct {
		inputs, state, news values
		changed, replace    []string
	}{
		"nothing":                    {inputs: values{"cidrBlock": "a"}, news: values{"cidrBlock": "a"}},
		"an update":                  {inputs: values{"enableDnsHostnames": true}, news: values{"enableDnsHostnames": false}, changed: []string{"enableDnsHostnames"}},
		"a replacement":              {inputs: values{"cidrBlock": "a"}, news: values{"cidrBlock": "b"}, changed: []string{"cidrBlock"}, replace: []string{"cidrBlock"}},
		"drift":                      {inputs: values{"instanceTenancy": "default"}, state: values{"instanceTenancy": "dedicated"}, news: values{"instanceTenancy": "default"}, changed: []string{"instanceTenancy"}},
		"the default asked for":      {state: values{"enableDnsSupport": true}, news: values{"enableDnsSupport": true}},
		"left out, default":          {inputs: values{"enableDnsSupport": false}, news: values{}, changed: []string{"enableDnsSupport"}},
		"left out, was the default":  {inputs: values{"enableDnsSupport": true}, news: values{}},
		"left out, the cloud's own":  {inputs: values{"enableDnsHostnames": true}, news: values{}},
		"left out, nobody's":         {inputs: values{"tags": values{"a": "b"}}, news: values{}, changed: []string{"tags"}},
		"empty is as good as absent": {inputs: values{}, news: values{"tags": values{}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := test.state
			if state == nil {
				state = test.inputs
			}
			found, err := m.diff(vpcToken, mapOf(test.inputs), mapOf(state), mapOf(test.news))
			require.NoError(t, err)
			require.Equal(t, test.changed, found.Changed)
			require.Equal(t, test.replace, found.Replace)
		})
	}
}

func TestUnknownValuesDiffer(t *testing.T) {
	t.Parallel()
	old := mapOf(map[string]any{"cidrBlock": "10.0.0.0/16"})
	found, err := newTestModel(t).diff(vpcToken, old, old, resource.PropertyMap{"cidrBlock": unknown()})
	require.NoError(t, err)
	require.Equal(t, []string{"cidrBlock"}, found.Replace)
	require.Equal(t, map[string]plugin.PropertyDiff{"cidrBlock": {Kind: plugin.DiffUpdateReplace}}, found.Detailed)
}

func TestDetailedDiffNamesThePath(t *testing.T) {
	t.Parallel()
	old := mapOf(map[string]any{"tags": map[string]any{"a": "1", "b": "2"}})
	found, err := newTestModel(t).diff(vpcToken, old, old, mapOf(map[string]any{"tags": map[string]any{"a": "1", "b": "3"}}))
	require.NoError(t, err)
	require.Equal(t, map[string]plugin.PropertyDiff{"tags.b": {Kind: plugin.DiffUpdate}}, found.Detailed)
}

func TestReplacementOfNestedProperties(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"rules[0].name": true, "rules": true, "rules[1]": true, "rules[0].names": false, "other": false, `rules[0]["name"]`: true,
	} {
		require.Equal(t, want, touches(path, "rules.name"), "%s", path)
	}
}

func TestEqualAsTheCloudCompares(t *testing.T) {
	t.Parallel()
	kind := &row{Sets: []string{"set"}, Documents: []string{"document"}}
	value := resource.NewPropertyValue
	for name, test := range map[string]struct {
		property string
		a, b     any
		want     bool
	}{
		"a set in another order":       {"set", []any{"a", "b"}, []any{"b", "a"}, true},
		"a set with a repeat":          {"set", []any{"a", "a"}, []any{"a", "b"}, false},
		"a set that grew":              {"set", []any{"a"}, []any{"a", "b"}, false},
		"a list in another order":      {"list", []any{"a", "b"}, []any{"b", "a"}, false},
		"a document written otherwise": {"document", `{"a":1,"b":[2]}`, "{\"b\": [2],\n\"a\": 1}", true},
		"a document that differs":      {"document", `{"a":1}`, `{"a":2}`, false},
		"no documents":                 {"document", "a", "b", false},
		"text that looks the same":     {"text", `{"a":1}`, `{"a": 1}`, false},
		"empty and absent":             {"list", []any{}, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, kind.equal(test.property, value(test.a), value(test.b)))
		})
	}
}

func TestAReplacementWaitsForItsName(t *testing.T) {
	t.Parallel()
	kind := &row{Unique: []unique{{By: []string{"name"}}}}
	named := mapOf(map[string]any{"name": "a", "path": "/"})
	require.True(t, keepsUniqueName(kind, []string{"path"}, named))
	require.False(t, keepsUniqueName(kind, []string{"name", "path"}, named))
	require.False(t, keepsUniqueName(kind, []string{"path"}, mapOf(map[string]any{"path": "/"})))
	kind.Autoname = autoname{Property: "name"}
	require.True(t, keepsUniqueName(kind, []string{"path"}, named))
	require.False(t, keepsUniqueName(kind, []string{"path"}, mapOf(map[string]any{"name": "web-0123abc"})), "a name made up")
}

func TestIgnoredChanges(t *testing.T) {
	t.Parallel()
	olds := mapOf(map[string]any{"tags": map[string]any{"a": "1"}, "cidrBlock": "x"})
	news := mapOf(map[string]any{"tags": map[string]any{"a": "2", "b": "3"}, "cidrBlock": "y"})
	require.NoError(t, ignore([]string{"tags.a", "cidrBlock"}, olds, news))
	require.Equal(t, mapOf(map[string]any{"tags": map[string]any{"a": "1", "b": "3"}, "cidrBlock": "x"}), news)
	require.Error(t, ignore([]string{"tags[a"}, olds, news))
}
