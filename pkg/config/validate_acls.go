package config

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
)

// Entries of a network ACL: AWS takes 20 in each direction. The answers and the presets take some of them.
const (
	maxACLEntries     = 20
	answerEntries     = 4 // tcp and udp, below and above 3389
	internalEntries   = 4 // private blocks; the VPC's own of IPv6 is one more
	webEntries        = 2
	openEgressEntries = 1
)

// checkNetworkACLs checks filters that keep no state.
func (l *loader) checkNetworkACLs(at path, vpc VPC) {
	for _, tier := range slices.Sorted(maps.Keys(vpc.NetworkACLs)) {
		_, secondary := vpc.SecondaryCIDRs[tier]
		if !secondary && lacks(vpc.Tiers, tier) {
			tiers := append(slices.Clone(vpc.Tiers), slices.Sorted(maps.Keys(vpc.SecondaryCIDRs))...)
			l.faultMeant(at.key(tier), "is not a tier of this VPC", "use "+choices(tiers), closest(tier, tiers))
		}
		l.checkNetworkACL(at.key(tier), vpc.NetworkACLs[tier], vpc.IPv6)
	}
}

func (l *loader) checkNetworkACL(at path, acl NetworkACL, ipv6 bool) {
	numbers := map[string]map[int]string{"ingress": {}, "egress": {}}
	count := map[string]int{"ingress": 0, "egress": 0}
	for _, name := range slices.Sorted(maps.Keys(acl.Rules)) {
		rule, entry := acl.Rules[name], at.key("rules").key(name)
		l.checkACLRule(entry, rule, ipv6)
		if taken := numbers[rule.Direction]; taken != nil && rule.Number != 0 {
			count[rule.Direction]++
			if earlier := taken[rule.Number]; earlier != "" {
				l.fault(entry.key("number"), fmt.Sprintf("%d is rule %s's already", rule.Number, earlier), "choose another: the lower number decides")
			} else {
				taken[rule.Number] = name
			}
		}
	}
	for _, direction := range []string{"egress", "ingress"} {
		if most := maxACLEntries - ownEntries(acl.Preset, direction, ipv6); count[direction] > most {
			l.fault(at.key("rules"), fmt.Sprintf("has %d for %s", count[direction], direction),
				fmt.Sprintf("AWS takes %d in each direction, and answers and preset leave room for %d", maxACLEntries, most))
		}
	}
}

// ownEntries are the entries that the platform makes.
func ownEntries(preset, direction string, ipv6 bool) int {
	families := 1
	if ipv6 {
		families = 2
	}
	if direction == "egress" {
		if preset == "closed" {
			return 2 * families
		}
		return openEgressEntries * families
	}
	count := answerEntries * families
	if preset == "internal" || preset == "web" {
		count += internalEntries + families - 1
	}
	if preset == "web" {
		count += webEntries * families
	}
	return count
}

func (l *loader) checkACLRule(at path, rule NetworkACLRule, ipv6 bool) {
	block := l.checkACLSource(at, rule, ipv6)
	ports := rule.Protocol == "tcp" || rule.Protocol == "udp"
	switch {
	case rule.FromPort == 0 && rule.ToPort != 0:
		l.fault(at.key("toPort"), "has no fromPort", "add fromPort")
	case rule.FromPort != 0 && rule.Protocol != "" && !ports:
		l.fault(at.key("fromPort"), rule.Protocol+" has no ports", "remove it, or use tcp or udp")
	case rule.ToPort != 0 && rule.ToPort < rule.FromPort:
		l.fault(at.key("toPort"), fmt.Sprintf("%d is before fromPort %d", rule.ToPort, rule.FromPort), "turn them around")
	}
	if rule.Direction == "ingress" && rule.Action == "allow" && block.IsValid() && block.Bits() == 0 {
		for _, port := range []int{22, 3389} {
			if rule.reaches(port) {
				l.fault(at, fmt.Sprintf("lets anybody in on port %d", port), "name the blocks that need it, or leave the port out")
			}
		}
	}
}

// reaches says whether an entry is about a port of tcp or udp.
func (r NetworkACLRule) reaches(port int) bool {
	last := max(r.ToPort, r.FromPort)
	return r.Protocol == "all" || (r.Protocol == "tcp" || r.Protocol == "udp") && (r.FromPort == 0 || r.FromPort <= port && port <= last)
}

// checkACLSource checks the other side of an entry.
func (l *loader) checkACLSource(at path, rule NetworkACLRule, ipv6 bool) netip.Prefix {
	switch {
	case rule.CIDR == "" && rule.IPv6CIDR == "":
		l.fault(at, "names no block", "add cidr or ipv6Cidr")
	case rule.CIDR != "" && rule.IPv6CIDR != "":
		l.fault(at.key("ipv6Cidr"), "stands beside cidr", "make two rules of it")
	case rule.CIDR != "":
		block, err := netip.ParsePrefix(rule.CIDR)
		if err != nil || !block.Addr().Is4() || block != block.Masked() {
			l.fault(at.key("cidr"), fmt.Sprintf("%q is not an IPv4 block", rule.CIDR), "write it like 10.16.0.0/12")
			return netip.Prefix{}
		}
		return block
	default:
		block, err := netip.ParsePrefix(rule.IPv6CIDR)
		if err != nil || !block.Addr().Is6() || block != block.Masked() {
			l.fault(at.key("ipv6Cidr"), fmt.Sprintf("%q is not an IPv6 block", rule.IPv6CIDR), "write it like 2001:db8::/32")
			return netip.Prefix{}
		}
		if !ipv6 {
			l.fault(at.key("ipv6Cidr"), "has no effect: the VPC has no IPv6", "set ipv6: true, or use cidr")
		}
		return block
	}
	return netip.Prefix{}
}
