package engine

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPendingCreatesAreAdopted(t *testing.T) {
	t.Parallel()
	state := func(resources, pending string) string {
		return `{"version":3,"deployment":{"metadata":{},"resources":[` + resources + `]` + pending + `}}`
	}
	const (
		first  = `{"urn":"first","id":"1","big":12345678901234567890}`
		create = `{"type":"creating","resource":{"urn":"made","inputs":{"a":1}}}`
		update = `{"type":"updating","resource":{"urn":"first"}}`
	)
	for name, c := range map[string]struct {
		before string
		ids    map[string]string
		forget bool
		after  string
	}{
		"taken in at the end": {
			state(first, `,"pending_operations":[`+create+`,`+update+`]`), map[string]string{"made": "m-1"}, false,
			state(first+`,{"urn":"made","id":"m-1","inputs":{"a":1}}`, ""),
		},
		"half of a replacement": {
			state(`{"urn":"made","id":"old"},`+first, `,"pending_operations":[`+create+`]`), map[string]string{"made": "new"}, false,
			state(`{"urn":"made","id":"new","inputs":{"a":1}},`+first+`,{"urn":"made","id":"old","delete":true}`, ""),
		},
		"beside what waits to be deleted": {
			state(`{"urn":"made","id":"older","delete":true}`, `,"pending_operations":[`+create+`]`), map[string]string{"made": "new"},
			false, state(`{"urn":"made","id":"older","delete":true},{"urn":"made","id":"new","inputs":{"a":1}}`, ""),
		},
		"one taken in, the rest forgotten": {
			state("", `,"pending_operations":[{"type":"creating","resource":{"urn":"lost"}},`+create+`]`),
			map[string]string{"made": "m-1"}, true, state(`{"urn":"made","id":"m-1","inputs":{"a":1}}`, ""),
		},
	} {
		got, err := withAdopted([]byte(c.before), c.ids, c.forget)
		require.NoError(t, err, name)
		require.JSONEq(t, c.after, string(got), name)
		if name == "taken in at the end" {
			require.Contains(t, string(got), "12345678901234567890", "numbers come out as they went in")
		}
	}
}

func TestAdoptionLosesNothing(t *testing.T) {
	t.Parallel()
	state := []byte(`{"deployment":{"resources":[],"pending_operations":[
		{"type":"creating","resource":{"urn":"made"}},{"type":"creating","resource":{"urn":"lost"}}]}}`)
	_, err := withAdopted(state, map[string]string{"made": "m-1"}, false)
	require.Equal(t, &PendingOperations{Operations: []Pending{{URN: "lost", Type: "creating"}}}, err)
	_, err = withAdopted(state, map[string]string{"made": "m", "z": "1", "other": "2"}, true)
	require.EqualError(t, err, "no create is pending of other, z")
	_, err = withAdopted([]byte("{"), nil, false)
	require.Error(t, err)
}

func TestResourcesOfAState(t *testing.T) {
	t.Parallel()
	got, err := Resources([]byte(`{"deployment":{"resources":[{"urn":"b"},{"urn":"a"}]}}`))
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, got)
	got, err = Resources([]byte(`{"version":3,"deployment":{}}`))
	require.NoError(t, err)
	require.Empty(t, got)
	_, err = Resources([]byte("no state"))
	require.Error(t, err)
}
