package network

import (
	"maps"
	"slices"
	"strings"

	"aws-platform/pkg/config"
)

// plannedRule is one rule as EC2 has it: one direction, one kind of traffic, one peer.
type plannedRule struct {
	group   string
	inbound bool
	// key tells it apart from the VPC's others, and stays as it is whatever is added: "apps.ingress.web.10.16.0.0-12". Names
	// have no dots, so no two groups, rules and peers come to one key.
	key         string
	traffic     config.Traffic
	peer        config.Peer
	description string
}

// planRules are the rules of a VPC's groups, in the order of their groups and keys.
func planRules(groups map[string]config.SecurityGroup) []plannedRule {
	var plan []plannedRule
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		plan = append(plan, planDirection(name, true, groups[name].Ingress)...)
		plan = append(plan, planDirection(name, false, groups[name].Egress)...)
	}
	return plan
}

func planDirection(group string, inbound bool, rules map[string]config.GroupRule) []plannedRule {
	direction := "egress"
	if inbound {
		direction = "ingress"
	}
	var plan []plannedRule
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		rule := rules[name]
		traffic := rule.Traffic()
		for _, kind := range traffic {
			for _, peer := range rule.Peers() {
				parts := []string{group, direction, name, peerKey(group, peer)}
				if len(traffic) > 1 { // DNS is asked by both protocols
					parts = append(parts, kind.Protocol)
				}
				plan = append(plan, plannedRule{
					group: group, inbound: inbound, key: strings.Join(parts, "."), traffic: kind, peer: peer,
					description: describeRule(rule.Description, kind, peer, inbound),
				})
			}
		}
	}
	return plan
}

// peerKey is a peer in a logical name: a group's has no dot, a list's begins with "list.", a block's has dots of its own.
// A group that means itself is named, as it may be in the stack file: to write the other makes no new rule.
func peerKey(group string, peer config.Peer) string {
	switch {
	case peer.Self:
		return group
	case peer.PrefixList != "":
		return "list." + strings.ReplaceAll(peer.PrefixList, "/", ".")
	}
	return strings.NewReplacer("/", "-", ":", ".").Replace(peer.String())
}

// describeRule says what a rule is for: the stack file's reason, else what it lets through.
func describeRule(reason string, traffic config.Traffic, peer config.Peer, inbound bool) string {
	if reason != "" {
		return reason
	}
	whom := " to "
	if inbound {
		whom = " from "
	}
	name := peer.String()
	if peer.Self {
		name = "the group itself"
	}
	// "TCP 443 from web", "All traffic to 10.0.0.0/8".
	what, rest, _ := strings.Cut(traffic.String(), " ")
	if traffic.Protocol == "-1" {
		what = "All"
	} else {
		what = strings.ToUpper(what)
	}
	return strings.TrimSpace(what+" "+rest) + whom + name
}
