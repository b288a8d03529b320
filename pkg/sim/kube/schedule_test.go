package kube_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/sim/kube"
)

func node(name, zone string, taints ...kube.Object) kube.Node {
	return kube.Node{Name: name, Labels: map[string]string{kube.ZoneLabel: zone, "pool": name[:1], "size": "4"}, Taints: taints}
}

func spread(key string, over ...string) kube.Object {
	constraint := map[string]any{"maxSkew": 1.0, "topologyKey": key, "whenUnsatisfiable": "DoNotSchedule"}
	if len(over) > 0 {
		constraint["whenUnsatisfiable"] = over[0]
	}
	return kube.Object{"topologySpreadConstraints": []any{constraint}}
}

func affinity(operator string, values ...any) kube.Object {
	return kube.Object{"affinity": map[string]any{"nodeAffinity": map[string]any{"requiredDuringSchedulingIgnoredDuringExecution": map[string]any{
		"nodeSelectorTerms": []any{map[string]any{"matchExpressions": []any{map[string]any{"key": "size", "operator": operator, "values": values}}}},
	}}}}
}

func TestPlace(t *testing.T) {
	t.Parallel()
	taint := kube.Object{"key": "only", "value": "yes", "effect": "NoSchedule"}
	tolerating := kube.Object{"tolerations": []any{map[string]any{"key": "only", "operator": "Equal", "value": "yes", "effect": "NoSchedule"}}}
	apart := kube.Object{"affinity": map[string]any{"podAntiAffinity": map[string]any{"requiredDuringSchedulingIgnoredDuringExecution": []any{
		map[string]any{"topologyKey": kube.HostLabel}}}}}
	two := []kube.Node{node("a1", "a"), node("b1", "b")}
	for name, test := range map[string]struct {
		pod      kube.Object
		replicas int
		nodes    []kube.Node
		want     string
	}{
		"anywhere":             {nil, 3, two, ""},
		"nowhere":              {nil, 1, nil, "no nodes available to schedule pods"},
		"none":                 {nil, 0, nil, ""},
		"taint":                {nil, 1, []kube.Node{node("a1", "a", taint)}, "0/1 nodes are available: 1 node(s) had untolerated taint {only: yes}."},
		"tolerated":            {tolerating, 1, []kube.Node{node("a1", "a", taint)}, ""},
		"tolerated otherwise":  {kube.Object{"tolerations": []any{map[string]any{"key": "other", "operator": "Exists"}}}, 1, []kube.Node{node("a1", "a", taint)}, "0/1 nodes are available: 1 node(s) had untolerated taint {only: yes}."},
		"tolerates everything": {kube.Object{"tolerations": []any{map[string]any{"operator": "Exists"}}}, 1, []kube.Node{node("a1", "a", taint)}, ""},
		"preferred otherwise":  {nil, 1, []kube.Node{node("a1", "a", kube.Object{"key": "x", "effect": "PreferNoSchedule"})}, ""},
		"apart":                {apart, 2, two, ""},
		"apart on too few":     {apart, 3, two, "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules."},
		"spread":               {spread(kube.ZoneLabel), 4, two, ""},
		// The tainted node's zone counts, so nothing more fits into the other one.
		"spread over a taint":  {spread(kube.ZoneLabel), 2, []kube.Node{node("a1", "a"), node("b1", "b", taint)}, "0/2 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) had untolerated taint {only: yes}."},
		"spread if it can":     {spread(kube.ZoneLabel, "ScheduleAnyway"), 2, []kube.Node{node("a1", "a"), node("b1", "b", taint)}, ""},
		"spread without zones": {spread("rack"), 1, two, "0/2 nodes are available: 2 node(s) didn't match pod topology spread constraints."},
		"selected":             {kube.Object{"nodeSelector": map[string]any{"pool": "a"}}, 2, two, ""},
		"selected elsewhere":   {kube.Object{"nodeSelector": map[string]any{"pool": "c"}}, 1, two, "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector."},
		"in":                   {affinity("In", "4"), 1, two, ""}, "not in": {affinity("NotIn", "4"), 1, two, "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector."},
		"greater": {affinity("Gt", "3"), 1, two, ""}, "less": {affinity("Lt", "3"), 1, two, "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector."},
		"exists": {affinity("Exists"), 1, two, ""}, "does not exist": {affinity("DoesNotExist"), 1, two, "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, kube.Place(test.pod, test.replicas, test.nodes))
		})
	}
}

func TestMinimalDomains(t *testing.T) {
	t.Parallel()
	pod := spread(kube.ZoneLabel)
	pod.Objects("topologySpreadConstraints")[0]["minDomains"] = 2.0
	require.NotEmpty(t, kube.Place(pod, 2, []kube.Node{node("a1", "a"), node("a2", "a")}))
	require.Empty(t, kube.Place(spread(kube.ZoneLabel), 2, []kube.Node{node("a1", "a"), node("a2", "a")}))
}
