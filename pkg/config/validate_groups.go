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
		l.checkGroupRules(at.key(name).key("ingress"), vpc, group.Ingress, true)
		l.checkGroupRules(at.key(name).key("egress"), vpc, group.Egress, false)
	}
}

func (l *loader) checkGroupRules(at path, vpc VPC, rules map[string]GroupRule, inbound bool) {
	seen := map[string]string{}
	count := map[bool]int{} // by whether it is IPv6
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
				if twin, double := seen[key]; double {
					l.fault(inner, fmt.Sprintf("lets %s through for %s, as %s does", traffic, peer, twin), "remove one of the two: EC2 takes a rule once")
				}
				seen[key] = name
				l.countRule(count, peer)
			}
		}
	}
	for _, sixth := range []bool{false, true} {
		if count[sixth] > rulesPerGroup {
			family := map[bool]string{false: "IPv4", true: "IPv6"}[sixth]
			l.fault(at, fmt.Sprintf("comes to %d rules for %s", count[sixth], family),
				fmt.Sprintf("EC2 takes %d: use larger blocks, a group as the peer, or a prefix list of few entries", rulesPerGroup))
		}
	}
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

// countRule adds what EC2 counts for a peer. A group or a list of unknown families counts for both.
func (l *loader) countRule(count map[bool]int, peer Peer) {
	switch {
	case peer.CIDR != "":
		count[peer.IPv6()]++
	case peer.PrefixList != "":
		count[false] += l.weight(peer.PrefixList)
	default:
		count[false]++
		count[true]++
	}
}

// weight is what a prefix list counts in a group. What a list of the shared stack counts only that stack says.
func (l *loader) weight(name string) int {
	if service, aws := strings.CutPrefix(name, awsOwnLists); aws {
		return awsLists[service]
	}
	if list, own := l.stack.PrefixLists[name]; own {
		return list.MaxEntries
	}
	return 1
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

func (l *loader) checkPeerBlock(at path, vpc VPC, rule GroupRule, cidr string, inbound bool) {
	prefix, err := netip.ParsePrefix(cidr)
	switch {
	case cidr == "":
		return
	case err != nil:
		l.fault(at, fmt.Sprintf("%q is not a block", cidr), "write it as address/length, for example 10.16.0.0/16")
		return
	case prefix != prefix.Masked():
		l.faultMeant(at, fmt.Sprintf("%s has bits set after the first %d", cidr, prefix.Bits()), "", prefix.Masked().String())
		return
	case prefix.Addr().Is6() && !vpc.IPv6:
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
		seen, sixth := map[string]string{}, map[bool]string{}
		for _, key := range slices.Sorted(maps.Keys(list.Entries)) {
			inner, cidr := entries.key(key), list.Entries[key]
			prefix, err := netip.ParsePrefix(cidr)
			switch {
			case cidr == "":
				continue
			case err != nil:
				l.fault(inner, fmt.Sprintf("%q is not a block", cidr), "write it as address/length, for example 203.0.113.0/24")
				continue
			case prefix != prefix.Masked():
				l.faultMeant(inner, fmt.Sprintf("%s has bits set after the first %d", cidr, prefix.Bits()), "", prefix.Masked().String())
			case prefix.Bits() == 0:
				l.fault(inner, cidr+" is everybody, which a rule that names the list does not show", "write it into the rule")
			case seen[cidr] != "":
				l.fault(inner, fmt.Sprintf("%s is there already, as %s", cidr, seen[cidr]), "remove one of the two")
			}
			seen[cidr], sixth[prefix.Addr().Is6()] = key, key
		}
		if len(sixth) == 2 {
			l.fault(entries.key(sixth[true]), "is IPv6 in a list of IPv4", "make a list for each")
		}
	}
}
