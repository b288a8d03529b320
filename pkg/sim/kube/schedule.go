package kube

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Node is a machine pods run on.
type Node struct {
	Name   string
	Labels map[string]string
	Taints []Object // key, value, effect
}

// Labels of nodes that constraints name.
const (
	ZoneLabel = "topology.kubernetes.io/zone"
	HostLabel = "kubernetes.io/hostname"
)

// Place says why not all replicas of a pod can run on the nodes, in the scheduler's words, or "". spec is a pod's; its
// constraints are taken to be about the pods of its own workload, and room is no matter.
func Place(spec Object, replicas int, nodes []Node) string {
	if len(nodes) == 0 && replicas > 0 {
		return "no nodes available to schedule pods"
	}
	placed := map[string]int{} // by node name
	for range replicas {
		reasons := map[string]int{}
		var best *Node
		for i := range nodes {
			if reason := refusal(spec, &nodes[i], nodes, placed); reason != "" {
				reasons[reason]++
			} else if best == nil || count(nodes[i], nodes, placed) < count(*best, nodes, placed) {
				best = &nodes[i]
			}
		}
		if best == nil {
			return fmt.Sprintf("0/%d nodes are available: %s.", len(nodes), listed(reasons))
		}
		placed[best.Name]++
	}
	return ""
}

// count ranks a node: pods spread over zones first, then over nodes.
func count(node Node, nodes []Node, placed map[string]int) int {
	return 1000*inDomain(ZoneLabel, node, nodes, placed) + placed[node.Name]
}

func listed(reasons map[string]int) string {
	var parts []string
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		parts = append(parts, fmt.Sprintf("%d %s", reasons[reason], reason))
	}
	return strings.Join(parts, ", ")
}

// refusal says why a node does not take one more pod.
func refusal(spec Object, node *Node, nodes []Node, placed map[string]int) string {
	if !selects(spec, *node) {
		return "node(s) didn't match Pod's node affinity/selector"
	}
	if taint := intolerable(spec.Objects("tolerations"), node.Taints); taint != nil {
		return fmt.Sprintf("node(s) had untolerated taint {%s: %s}", taint.Text("key"), taint.Text("value"))
	}
	for _, term := range spec.Objects("affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution") {
		if inDomain(term.Text("topologyKey"), *node, nodes, placed) > 0 {
			return "node(s) didn't match pod anti-affinity rules"
		}
	}
	for _, spread := range spec.Objects("topologySpreadConstraints") {
		if spread.Text("whenUnsatisfiable") != "ScheduleAnyway" && skewed(spec, spread, *node, nodes, placed) {
			return "node(s) didn't match pod topology spread constraints"
		}
	}
	return ""
}

func selects(spec Object, node Node) bool {
	for key, value := range spec.Map("nodeSelector") {
		if text, ok := value.(string); !ok || node.Labels[key] != text {
			return false
		}
	}
	terms := spec.Objects("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
	return len(terms) == 0 || slices.ContainsFunc(terms, func(term Object) bool {
		return !slices.ContainsFunc(term.Objects("matchExpressions"), func(e Object) bool { return !Matches(e, node.Labels) })
	})
}

// Matches says whether labels satisfy an expression of key, operator and values.
func Matches(expression Object, labels map[string]string) bool {
	value, given := labels[expression.Text("key")]
	listed := slices.Contains(expression.Texts("values"), value)
	switch expression.Text("operator") {
	case "In":
		return given && listed
	case "NotIn":
		return !given || !listed
	case "Exists":
		return given
	case "DoesNotExist":
		return !given
	}
	number, err := strconv.Atoi(value)
	bounds := expression.Texts("values")
	if err != nil || len(bounds) != 1 {
		return false
	}
	bound, err := strconv.Atoi(bounds[0])
	return err == nil && ((expression.Text("operator") == "Gt" && number > bound) || (expression.Text("operator") == "Lt" && number < bound))
}

// intolerable is the first taint that keeps a pod away.
func intolerable(tolerations, taints []Object) Object {
	for _, taint := range taints {
		hard := taint.Text("effect") == "NoSchedule" || taint.Text("effect") == "NoExecute"
		if hard && !slices.ContainsFunc(tolerations, func(t Object) bool { return tolerates(t, taint) }) {
			return taint
		}
	}
	return nil
}

func tolerates(toleration, taint Object) bool {
	if effect := toleration.Text("effect"); effect != "" && effect != taint.Text("effect") {
		return false
	}
	if toleration.Text("operator") == "Exists" {
		return toleration.Text("key") == "" || toleration.Text("key") == taint.Text("key")
	}
	return toleration.Text("key") == taint.Text("key") && toleration.Text("value") == taint.Text("value")
}

// Tolerated says whether a pod may run where there are such taints.
func Tolerated(spec Object, taints []Object) bool {
	return intolerable(spec.Objects("tolerations"), taints) == nil
}

func domainOf(key string, node Node) string {
	if key == HostLabel {
		return node.Name
	}
	return node.Labels[key]
}

func inDomain(key string, node Node, nodes []Node, placed map[string]int) int {
	total := 0
	for _, other := range nodes {
		if domainOf(key, other) == domainOf(key, node) {
			total += placed[other.Name]
		}
	}
	return total
}

// skewed says whether one more pod on a node would leave its domain too far ahead of the emptiest. Nodes that the pod does
// not select make no domain; those whose taints it does not tolerate do.
func skewed(spec, spread Object, node Node, nodes []Node, placed map[string]int) bool {
	key := spread.Text("topologyKey")
	least, domains := -1, map[string]bool{}
	for _, other := range nodes {
		if domainOf(key, other) == "" || !selects(spec, other) {
			continue
		}
		domains[domainOf(key, other)] = true
		if pods := inDomain(key, other, nodes, placed); least < 0 || pods < least {
			least = pods
		}
	}
	if len(domains) < spread.Number(1, "minDomains") {
		least = 0
	}
	return domainOf(key, node) == "" || inDomain(key, node, nodes, placed)+1-least > spread.Number(1, "maxSkew")
}
