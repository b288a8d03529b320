package config

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
)

// rulesPerGroup is EC2's quota for each direction and address family; a prefix list counts the entries it may have.
// https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups
const rulesPerGroup = 60

const (
	sharedLists = "shared/"
	awsOwnLists = "aws/"
	anywhere4   = "0.0.0.0/0"
	anywhere6   = "::/0"
)

// remotePorts are those of remote administration, which nobody opens to everybody. CIS AWS Foundations 5.2 and 5.3.
var remotePorts = map[int]string{22: "SSH", 3389: "RDP"}

// checkGroups checks the security groups of a VPC.
func (l *loader) checkGroups(at path, vpc VPC) {
	for _, name := range slices.Sorted(maps.Keys(vpc.SecurityGroups)) {
		group := vpc.SecurityGroups[name]
		l.checkGroupRules(at.key(name).key("ingress"), vpc, name, group.Ingress, true)
		l.checkGroupRules(at.key(name).key("egress"), vpc, name, group.Egress, false)
	}
}

func (l *loader) checkGroupRules(at path, vpc VPC, group string, rules map[string]GroupRule, inbound bool) {
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		rule, inner := rules[name], at.key(name)
		l.checkTraffic(inner, rule)
		if len(rule.Peers()) == 0 && !l.brokenBelow(inner) {
			l.fault(inner, "is about nobody", "give cidrs, groups, prefixLists or self: true")
		}
		l.checkPeers(inner, vpc, rule, inbound)
		for _, traffic := range rule.Traffic() {
			for _, peer := range rule.Peers() {
				key := traffic.String() + " " + peer.String()
				if peer.Self { // which may also be named
					key = traffic.String() + " " + group
				}
				// Twice within one rule is told by its list, but for a group that is named and is meant by self.
				if twin, double := seen[key]; double && (twin != name || peer.Self) {
					l.fault(inner, fmt.Sprintf("lets %s through for %s, as %s does", traffic, peer, twin), "remove one of the two: EC2 takes a rule once")
				}
				seen[key] = name
			}
		}
	}
	l.checkRoom(at, rules, nil)
}

// brokenBelow tells whether something in a section was reported already.
func (l *loader) brokenBelow(at path) bool {
	for broken := range l.broken {
		if strings.HasPrefix(broken, at.String()) {
			return true
		}
	}
	return false
}

// checkRoom checks that a direction's rules fit into a group, first with the stack's own lists; those of the shared stack
// are known where all stacks are.
func (l *loader) checkRoom(at path, rules map[string]GroupRule, shared map[string]PrefixList) {
	all := map[string]PrefixList{}
	maps.Copy(all, shared)
	maps.Copy(all, l.stack.PrefixLists)
	for _, sixth := range []bool{false, true} {
		own, count := countRules(rules, sixth, l.stack.PrefixLists), countRules(rules, sixth, all)
		if count <= rulesPerGroup || shared != nil && own > rulesPerGroup { // the latter was told
			continue
		}
		l.fault(at, fmt.Sprintf("comes to %d rules for %s", count, family(sixth)),
			fmt.Sprintf("EC2 takes %d: use larger blocks, a group as the peer, or a prefix list of few entries", rulesPerGroup))
	}
}

// countRules is what EC2 counts for a direction's rules in one address family.
func countRules(rules map[string]GroupRule, sixth bool, lists map[string]PrefixList) int {
	count := 0
	for _, rule := range rules {
		for _, peer := range rule.Peers() {
			count += len(rule.Traffic()) * weight(peer, sixth, lists)
		}
	}
	return count
}

// weight is what EC2 counts for a peer in one address family: for a group one in both, for a list as many entries as it may
// have in its own. AWS's lists named here are IPv4's. A list that is not known counts nothing.
func weight(peer Peer, sixth bool, lists map[string]PrefixList) int {
	own := 1
	switch {
	case peer.CIDR != "":
		if peer.IPv6() != sixth {
			return 0
		}
	case peer.PrefixList != "":
		list := lists[peer.PrefixList]
		if list.IPv6() != sixth {
			return 0
		}
		own = list.MaxEntries
		if service, aws := AWSOwnPrefixList(peer.PrefixList); aws {
			own = awsLists[service]
		}
	}
	return own
}

func (l *loader) checkTraffic(at path, rule GroupRule) {
	ports := at.key("ports")
	switch {
	case rule.Preset != "" && (rule.Protocol != "" || rule.Ports != ""):
		l.fault(at.key("preset"), "stands beside protocol or ports", "keep the preset, or the two")
	case rule.Preset != "":
	case rule.Protocol == "" && rule.Ports == "" && !l.brokenBelow(at):
		l.fault(at, "does not say what it lets through", "give preset, or protocol and ports")
	case rule.Ports != "" && rule.Protocol != "" && rule.Protocol != "tcp" && rule.Protocol != "udp":
		l.fault(ports, fmt.Sprintf("have no meaning for %s", rule.Protocol), "remove them, or use tcp or udp")
	case rule.Ports == "" && (rule.Protocol == "tcp" || rule.Protocol == "udp"):
		l.fault(ports, "are missing", `add them, for example ports: "8443"`)
	case rule.Ports != "":
		traffic := rule.Traffic()[0]
		if traffic.From > traffic.To {
			l.faultMeant(ports, fmt.Sprintf("%s begins after it ends", rule.Ports), "", fmt.Sprintf("%d-%d", traffic.To, traffic.From))
		} else if traffic.To > 65535 {
			l.fault(ports, fmt.Sprintf("%d is not a port", traffic.To), "use 0 to 65535")
		}
	}
}

func (l *loader) checkPeers(at path, vpc VPC, rule GroupRule, inbound bool) {
	l.checkUnique(at.key("cidrs"), rule.CIDRs)
	l.checkUnique(at.key("groups"), rule.Groups)
	l.checkUnique(at.key("prefixLists"), rule.PrefixLists)
	for i, cidr := range rule.CIDRs {
		l.checkPeerBlock(at.key("cidrs").index(i), vpc, rule, cidr, inbound)
		for j, other := range rule.CIDRs {
			if i != j && covers(other, cidr) {
				l.fault(at.key("cidrs").index(i), fmt.Sprintf("%s is inside %s", cidr, other), "remove it: the larger block lets it through")
			}
		}
	}
	groups := slices.Sorted(maps.Keys(vpc.SecurityGroups))
	for i, group := range rule.Groups {
		if group != "" && !slices.Contains(groups, group) {
			l.faultMeant(at.key("groups").index(i), fmt.Sprintf("the VPC has no security group %q", group), "use "+choices(groups), closest(group, groups))
		}
	}
	for i, name := range rule.PrefixLists {
		l.checkListName(at.key("prefixLists").index(i), name)
	}
}

// checkPeer checks that a block is one, written as EC2 writes it: it reads any form and answers in its own, which would be a
// difference for ever.
func (l *loader) checkPeer(at path, cidr, example string) (netip.Prefix, bool) {
	prefix, err := netip.ParsePrefix(cidr)
	switch {
	case cidr == "":
		return prefix, false
	case err != nil:
		l.fault(at, fmt.Sprintf("%q is not a block", cidr), "write it as address/length, for example "+example)
		return prefix, false
	case prefix != prefix.Masked():
		l.faultMeant(at, fmt.Sprintf("%s has bits set after the first %d", cidr, prefix.Bits()), "", prefix.Masked().String())
		return prefix, false
	case prefix.String() != cidr:
		l.faultMeant(at, cidr+" is not written as EC2 writes it", "", prefix.String())
		return prefix, false
	}
	return prefix, true
}

// covers tells whether a block holds another that is smaller.
func covers(outer, inner string) bool {
	large, err := netip.ParsePrefix(outer)
	if err != nil {
		return false
	}
	small, err := netip.ParsePrefix(inner)
	return err == nil && large.Bits() < small.Bits() && large.Overlaps(small)
}

func (l *loader) checkPeerBlock(at path, vpc VPC, rule GroupRule, cidr string, inbound bool) {
	prefix, ok := l.checkPeer(at, cidr, "10.16.0.0/16")
	if !ok {
		return
	}
	if prefix.Addr().Is6() && !vpc.IPv6 {
		l.fault(at, fmt.Sprintf("%s is IPv6, which the VPC does not have", cidr), "remove it, or set ipv6: true on the VPC")
	}
	if !inbound || cidr != anywhere4 && cidr != anywhere6 {
		return
	}
	for _, port := range slices.Sorted(maps.Keys(remotePorts)) {
		if slices.ContainsFunc(rule.Traffic(), func(t Traffic) bool { return t.Covers(port) }) {
			l.fault(at, fmt.Sprintf("opens port %d (%s) to everybody", port, remotePorts[port]), "name the blocks it is for, or use Session Manager")
		}
	}
}

func (l *loader) checkListName(at path, name string) {
	if name == "" {
		return
	}
	if service, aws := strings.CutPrefix(name, awsOwnLists); aws {
		known := slices.Sorted(maps.Keys(awsLists))
		if !slices.Contains(known, service) {
			l.faultMeant(at, fmt.Sprintf("AWS has no list %q", service), "use aws/ and "+choices(known), closest(service, known))
		}
		return
	}
	if strings.HasPrefix(name, sharedLists) { // the shared stack is asked with the others
		return
	}
	if _, own := l.stack.PrefixLists[name]; !own {
		names := slices.Sorted(maps.Keys(l.stack.PrefixLists))
		fix := "add it to prefixLists, or name shared/<name> or aws/<service>"
		l.faultMeant(at, fmt.Sprintf("this stack has no prefix list %q", name), fix, closest(name, names))
	}
}

// checkPrefixLists checks the stack's own lists.
func (l *loader) checkPrefixLists() {
	for _, name := range slices.Sorted(maps.Keys(l.stack.PrefixLists)) {
		list, at := l.stack.PrefixLists[name], of("prefixLists", name)
		entries := at.key("entries")
		if list.Shared && l.stack.Kind != Shared {
			l.fault(at.key("shared"), "belongs to the shared stack", "remove it, or move the list there")
		}
		if count := len(list.Entries); list.MaxEntries > 0 && count > list.MaxEntries {
			l.fault(entries, "has "+counted(count, "block", "blocks"), fmt.Sprintf("raise maxEntries, which is %d", list.MaxEntries))
		}
		l.checkEntries(entries, list)
	}
}

func (l *loader) checkEntries(at path, list PrefixList) {
	keys := slices.Sorted(maps.Keys(list.Entries))
	for i, key := range keys {
		inner, cidr := at.key(key), list.Entries[key]
		prefix, ok := l.checkPeer(inner, cidr, "203.0.113.0/24")
		switch {
		case !ok:
			continue
		case prefix.Bits() == 0:
			l.fault(inner, cidr+" is everybody, which a rule that names the list does not show", "write it into the rule")
			continue
		case prefix.Addr().Is6() != list.IPv6():
			l.fault(inner, "is "+family(!list.IPv6())+" in a list of "+family(list.IPv6()), "make a list for each")
			continue
		}
		for j, other := range keys {
			switch block := list.Entries[other]; {
			case j < i && block == cidr:
				l.fault(inner, fmt.Sprintf("%s is there already, as %s", cidr, other), "remove one of the two")
			case covers(block, cidr) && !strings.HasSuffix(block, "/0"):
				l.fault(inner, fmt.Sprintf("%s is inside %s, %s", cidr, other, block), "remove it: an entry counts in every group that names the list")
			}
		}
	}
}

func family(sixth bool) string {
	if sixth {
		return "IPv6"
	}
	return "IPv4"
}
