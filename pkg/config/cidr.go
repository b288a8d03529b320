package config

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
)

// block is one IPv4 block of a stack and where it was written.
type block struct {
	prefix netip.Prefix
	stack  string
	at     path
	place  Problem // only its place counts
}

// named is the block for people, seen from a stack.
func (b block) named(from string) string {
	s := b.at.String() + " (" + b.prefix.String()
	if b.stack != from {
		s = "stack " + b.stack + "'s " + s
	}
	if b.place.Line > 0 {
		s += fmt.Sprintf(", %s:%d", b.place.File, b.place.Line)
	}
	return s + ")"
}

// blocks are all well-formed blocks of the stack's VPCs, by name, a VPC's primary block first.
func (l *loader) blocks() []block {
	var all []block
	add := func(at path, cidr string) {
		prefix, err := netip.ParsePrefix(cidr)
		if err == nil && prefix.Addr().Is4() {
			all = append(all, block{prefix: prefix.Masked(), stack: l.src.Stack, at: at, place: l.where(at)})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.stack.VPCs)) {
		vpc := l.stack.VPCs[name]
		add(of("vpcs", name, "cidr"), vpc.CIDR)
		for _, second := range slices.Sorted(maps.Keys(vpc.SecondaryCIDRs)) {
			add(of("vpcs", name, "secondaryCidrs", second, "cidr"), vpc.SecondaryCIDRs[second].CIDR)
		}
	}
	return all
}

// checkBlock holds a block to what both kinds of block must be; ok when more can be said about it.
func (l *loader) checkBlock(at path, cidr string, smallest int, private []string) (netip.Prefix, bool) {
	prefix, err := netip.ParsePrefix(cidr)
	if err != nil || !prefix.Addr().Is4() {
		l.fault(at, fmt.Sprintf("%q is not an IPv4 block", cidr), "write it as address/length, for example 10.16.0.0/16")
		return prefix, false
	}
	switch masked := prefix.Masked(); {
	case masked != prefix:
		l.faultMeant(at, fmt.Sprintf("%s has bits set after the first %d", cidr, prefix.Bits()), "", masked.String())
		return masked, false
	case prefix.Bits() < 16 || prefix.Bits() > smallest:
		l.fault(at, fmt.Sprintf("/%d is not a size to use here", prefix.Bits()), fmt.Sprintf("use /16 to /%d", smallest))
		return prefix, false
	case !slices.ContainsFunc(private, func(r string) bool { return within(prefix, r) }):
		l.fault(at, fmt.Sprintf("%s is not in a range to use here", prefix), "take it from "+choices(private))
		return prefix, false
	}
	for _, r := range takenRanges() {
		if prefix.Overlaps(netip.MustParsePrefix(r.cidr)) {
			l.fault(at, fmt.Sprintf("%s overlaps %s, %s", prefix, r.cidr, r.use), "choose another block")
			return prefix, false
		}
	}
	return prefix, true
}

// privateRanges are the ranges of RFC 1918.
func privateRanges() []string { return []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"} }

// sharedRange is RFC 6598's, which AWS lets a VPC use beside any primary block.
const sharedRange = "100.64.0.0/10"

// takenRanges are private ranges that software on the hosts uses itself, so that a VPC there cannot be reached.
func takenRanges() []struct{ cidr, use string } {
	return []struct{ cidr, use string }{
		{"172.17.0.0/16", "Docker's bridge on every host"},
		{"172.20.0.0/16", "one of the two ranges EKS gives to services in a cluster"},
		{"10.100.0.0/16", "one of the two ranges EKS gives to services in a cluster"},
	}
}

// within tells whether a block lies in a range.
func within(prefix netip.Prefix, r string) bool {
	outer := netip.MustParsePrefix(r)
	return outer.Bits() <= prefix.Bits() && outer.Contains(prefix.Addr())
}

// checkSecondary holds a secondary block to what AWS associates with the primary one.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html#add-cidr-block-restrictions
func (l *loader) checkSecondary(at path, primary netip.Prefix, cidr string) {
	prefix, ok := l.checkBlock(at, cidr, 24, append(privateRanges(), sharedRange))
	if !ok || !primary.IsValid() || within(prefix, sharedRange) {
		return
	}
	for _, r := range privateRanges() {
		if within(primary, r) && !within(prefix, r) {
			l.fault(at, fmt.Sprintf("AWS adds no block of that range to a VPC in %s", r), fmt.Sprintf("take it from %s or %s", sharedRange, r))
			return
		}
	}
	if within(primary, "10.0.0.0/15") && within(prefix, "10.0.0.0/16") {
		l.fault(at, "AWS adds no block of 10.0.0.0/16 to a VPC in 10.0.0.0/15", "take it from "+sharedRange)
	}
}

// checkOverlaps compares every block with those before it; a pair is reported once, at the later block.
func checkOverlaps(blocks []block, report func(later block, earlier block)) {
	for j, later := range blocks {
		for _, earlier := range blocks[:j] {
			if later.prefix.Overlaps(earlier.prefix) {
				report(later, earlier)
			}
		}
	}
}
