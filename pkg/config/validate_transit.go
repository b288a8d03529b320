package config

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
)

// Autonomous system numbers for private use, RFC 6996, without the last of each range.
const (
	firstShortASN, lastShortASN = 64512, 65534
	firstLongASN, lastLongASN   = 4200000000, 4294967294
)

// checkTransit checks the hub and what is attached to it.
func (l *loader) checkTransit() {
	for _, name := range slices.Sorted(maps.Keys(l.stack.VPCs)) {
		l.checkVPCTransit(of("vpcs", name), l.stack.VPCs[name])
	}
	hub := l.stack.TransitGateway
	if hub == nil {
		return
	}
	at := of("transitGateway")
	if l.stack.Kind != "" && l.stack.Kind != Shared {
		l.fault(at, fmt.Sprintf("stands in a stack of kind %s", l.stack.Kind), "move it to the shared stack, which every environment attaches to")
	}
	if asn := hub.ASN; asn != 0 && !privateASN(asn) {
		l.fault(at.key("asn"), fmt.Sprintf("%d is not for private use", asn),
			fmt.Sprintf("use %d to %d, or %d to %d", firstShortASN, lastShortASN, firstLongASN, lastLongASN))
	}
	if at := at.key("segments"); len(hub.Segments) == 0 {
		l.fault(at, "is empty", "add the segments that VPCs belong to")
	}
	l.checkSegments(at.key("segments"), hub)
	l.checkOnPremises(at.key("onPremises"), hub)
	l.checkHubs(at.key("regions"), hub)
	checkOverlaps(l.segmentBlocks(hub), func(later, earlier block) {
		l.fault(later.at, fmt.Sprintf("%s overlaps %s", later.prefix, earlier.named(l.src.Stack)), "choose a block of its own")
	})
	if hub.Egress != nil {
		l.checkEgress(at.key("egress"), hub)
	}
	if hub.Inspection != nil {
		l.checkInspection(at.key("inspection"), hub)
	}
	if logs := hub.FlowLogs; logs != nil {
		l.checkTransitLogs(at.key("flowLogs"), *logs)
	}
}

func privateASN(asn int) bool {
	return (asn >= firstShortASN && asn <= lastShortASN) || (asn >= firstLongASN && asn <= lastLongASN)
}

// checkSegments checks that segments are well-formed and that whoever reaches is reached: a packet that finds no way
// back is of no use.
func (l *loader) checkSegments(at path, hub *TransitGateway) {
	names := slices.Sorted(maps.Keys(hub.Segments))
	for _, name := range names {
		segment := hub.Segments[name]
		l.checkSupernet(at.key(name).key("cidr"), segment.CIDR)
		reaches := at.key(name).key("reaches")
		l.checkUnique(reaches, segment.Reaches)
		for i, other := range segment.Reaches {
			back, known := hub.Segments[other]
			switch {
			case other == "":
			case !known:
				l.faultMeant(reaches.index(i), fmt.Sprintf("%q is not a segment", other), "use "+choices(names), closest(other, names))
			case !slices.Contains(back.Reaches, name):
				l.fault(reaches.index(i), fmt.Sprintf("%s does not reach back", other),
					fmt.Sprintf("add %s to segments.%s.reaches, or remove it here: without a way back nothing works", name, other))
			}
		}
	}
}

func (l *loader) checkOnPremises(at path, hub *TransitGateway) {
	segments := slices.Sorted(maps.Keys(hub.Segments))
	addresses, asns := map[string]string{}, map[int]string{hub.ASN: "the transit gateway"}
	for _, name := range slices.Sorted(maps.Keys(hub.OnPremises)) {
		network, at := hub.OnPremises[name], at.key(name)
		if _, taken := hub.Segments[name]; taken {
			l.fault(at, "is a segment's name", "choose another: both have a route table of that name")
		}
		l.checkSupernet(at.key("cidr"), network.CIDR)
		l.checkUnique(at.key("reaches"), network.Reaches)
		for i, segment := range network.Reaches {
			if _, known := hub.Segments[segment]; !known && segment != "" {
				l.faultMeant(at.key("reaches").index(i), fmt.Sprintf("%q is not a segment", segment), "use "+choices(segments), closest(segment, segments))
			}
		}
		if network.VPN == nil {
			if len(network.Reaches) > 0 {
				l.fault(at.key("reaches"), "leads nowhere without vpn", "add the vpn, or remove reaches: the block is kept free then")
			}
			continue
		}
		l.checkVPN(at.key("vpn"), *network.VPN, addresses, asns)
		addresses[network.VPN.Address], asns[network.VPN.ASN] = "onPremises."+name, "onPremises."+name
	}
}

func (l *loader) checkVPN(at path, vpn VPN, addresses map[string]string, asns map[int]string) {
	address, err := netip.ParseAddr(vpn.Address)
	switch other, twice := addresses[vpn.Address]; {
	case vpn.Address == "":
	case err != nil || !address.Is4() || address.IsPrivate() || address.IsLoopback() || address.IsLinkLocalUnicast():
		l.fault(at.key("address"), fmt.Sprintf("%q is not a public IPv4 address", vpn.Address), "write the address the internet sees the other end with")
	case twice:
		l.fault(at.key("address"), "is also "+other+"'s", "give each network a connection of its own")
	}
	if other, twice := asns[vpn.ASN]; twice && vpn.ASN != 0 {
		l.fault(at.key("asn"), fmt.Sprintf("%d is also that of %s", vpn.ASN, other), "use a number of its own")
	}
	l.checkRetention(at.key("logRetentionDays"), vpn.LogRetentionDays)
}

// checkSupernet holds a block that stands for many to a private range.
func (l *loader) checkSupernet(at path, cidr string) {
	if cidr == "" {
		return
	}
	prefix, err := netip.ParsePrefix(cidr)
	switch {
	case err != nil || !prefix.Addr().Is4():
		l.fault(at, fmt.Sprintf("%q is not an IPv4 block", cidr), "write it as address/length, for example 10.16.0.0/12")
	case prefix != prefix.Masked():
		l.faultMeant(at, fmt.Sprintf("%s has bits set after the first %d", cidr, prefix.Bits()), "", prefix.Masked().String())
	case !slices.ContainsFunc(privateRanges(), func(r string) bool { return within(prefix, r) }):
		l.fault(at, fmt.Sprintf("%s is not in a range to use here", prefix), "take it from "+choices(privateRanges()))
	}
}

// segmentBlocks are the blocks of segments, then of networks outside, then of other regions, by name.
func (l *loader) segmentBlocks(hub *TransitGateway) []block {
	var all []block
	add := func(at path, cidr string) {
		if prefix, err := netip.ParsePrefix(cidr); err == nil && prefix.Addr().Is4() {
			all = append(all, block{prefix: prefix.Masked(), stack: l.src.Stack, at: at, place: l.where(at)})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(hub.Segments)) {
		add(of("transitGateway", "segments", name, "cidr"), hub.Segments[name].CIDR)
	}
	for _, name := range slices.Sorted(maps.Keys(hub.OnPremises)) {
		add(of("transitGateway", "onPremises", name, "cidr"), hub.OnPremises[name].CIDR)
	}
	for _, region := range slices.Sorted(maps.Keys(hub.Regions)) {
		segments := hub.Regions[region].Segments
		for _, name := range slices.Sorted(maps.Keys(segments)) {
			add(of("transitGateway", "regions", region, "segments", name), segments[name])
		}
	}
	return all
}

// checkEgress wants a VPC that can carry others' traffic out, and segments that have the way to it.
func (l *loader) checkEgress(at path, hub *TransitGateway) {
	egress := hub.Egress
	vpc, known := l.stack.VPCs[egress.VPC]
	names := slices.Sorted(maps.Keys(l.stack.VPCs))
	switch at := at.key("vpc"); {
	case egress.VPC == "":
	case !known:
		l.faultMeant(at, fmt.Sprintf("%q is not one of the stack's VPCs", egress.VPC), "use "+choices(names), closest(egress.VPC, names))
	case vpc.NAT == "none":
		l.fault(at, fmt.Sprintf("vpcs.%s has no NAT gateway", egress.VPC), fmt.Sprintf("set vpcs.%s.nat to single or perZone", egress.VPC))
	case vpc.Transit == nil:
		l.fault(at, fmt.Sprintf("vpcs.%s is not attached to the gateway", egress.VPC), fmt.Sprintf("add vpcs.%s.transit", egress.VPC))
	}
	segments := slices.Sorted(maps.Keys(hub.Segments))
	l.checkUnique(at.key("segments"), egress.Segments)
	for i, name := range egress.Segments {
		at := at.key("segments").index(i)
		segment, known := hub.Segments[name]
		switch {
		case name == "" || len(segments) == 0:
		case !known:
			l.faultMeant(at, fmt.Sprintf("%q is not a segment", name), "use "+choices(segments), closest(name, segments))
		case vpc.Transit != nil && vpc.Transit.Segment != name && !slices.Contains(segment.Reaches, vpc.Transit.Segment):
			l.fault(at, fmt.Sprintf("%s does not reach %s, where vpcs.%s is", name, vpc.Transit.Segment, egress.VPC), "let the two reach each other")
		}
	}
}

// inspectionTable is the name of the route table what was inspected goes by.
const inspectionTable = "inspection"

// checkInspection wants a VPC that does nothing else: the firewall in its data subnets, the gateway in its transit ones.
func (l *loader) checkInspection(at path, hub *TransitGateway) {
	name := hub.Inspection.VPC
	vpc, known := l.stack.VPCs[name]
	names := slices.Sorted(maps.Keys(l.stack.VPCs))
	switch at := at.key("vpc"); {
	case name == "":
	case !known:
		l.faultMeant(at, fmt.Sprintf("%q is not one of the stack's VPCs", name), "use "+choices(names), closest(name, names))
	case lacks(vpc.Tiers, "data") || lacks(vpc.Tiers, "transit") || len(vpc.Tiers) > 2 || vpc.NAT != "none":
		l.fault(at, fmt.Sprintf("vpcs.%s is more, or less, than a firewall needs", name), fmt.Sprintf("set vpcs.%s.tiers to [data, transit] and nat to none", name))
	case vpc.Transit != nil:
		l.fault(at, fmt.Sprintf("vpcs.%s belongs to a segment", name), fmt.Sprintf("remove vpcs.%s.transit: the firewall's attachment stands between segments", name))
	}
	_, segment := hub.Segments[inspectionTable]
	_, network := hub.OnPremises[inspectionTable]
	for section, taken := range map[string]bool{"segments": segment, "onPremises": network} {
		if taken {
			l.fault(of("transitGateway", section, inspectionTable), "has the name of the firewall's own route table", "choose another")
		}
	}
	l.checkRetention(at.key("logRetentionDays"), hub.Inspection.LogRetentionDays)
}

func (l *loader) checkTransitLogs(at path, logs TransitFlowLogs) {
	switch {
	case logs.Destination == "cloudwatch":
		if logs.RetentionDays == 0 {
			l.fault(at.key("retentionDays"), "is missing", "add it: a log group without it keeps records for ever")
			return
		}
		l.checkRetention(at.key("retentionDays"), logs.RetentionDays)
	case logs.Destination == "s3" && l.stack.LogArchive == nil:
		l.fault(at.key("destination"), "is s3, and the stack has no logArchive", "add logArchive, or use cloudwatch")
	}
}

// checkVPCTransit checks what a VPC needs to be attached.
func (l *loader) checkVPCTransit(at path, vpc VPC) {
	if vpc.Transit == nil {
		return
	}
	if l.stack.Kind == Management {
		l.fault(at.key("transit"), "stands in the management stack, which nothing else reaches", "remove it")
	}
	if lacks(vpc.Tiers, "transit") {
		l.fault(at.key("transit"), "needs the transit tier", "add transit to tiers: the gateway's interfaces stand there")
	}
}

// crossCheckTransit compares what is attached with the hub of the shared stack.
func crossCheckTransit(all []*loader) {
	var hub *loader
	for _, l := range all {
		if l.stack.Kind == Shared && hub == nil {
			hub = l
		}
	}
	for _, l := range all {
		for _, name := range slices.Sorted(maps.Keys(l.stack.VPCs)) {
			if vpc := l.stack.VPCs[name]; vpc.Transit != nil && vpc.Transit.Segment != "" {
				l.checkMembership(of("vpcs", name), vpc, hub)
			}
		}
	}
}

// checkMembership checks that a VPC's segment is there and holds the VPC's block.
func (l *loader) checkMembership(at path, vpc VPC, hub *loader) {
	if hub == nil || hub.stack.TransitGateway == nil {
		l.fault(at.key("transit"), "has nothing to attach to: no shared stack has a transitGateway", "add the section transitGateway to the shared stack, or remove transit")
		return
	}
	home, region, where := hub.stack.Account.Region, l.stack.Account.Region, of("transitGateway", "segments")
	if _, there := hub.stack.TransitGateway.Regions[region]; region != home && !there {
		l.fault(at.key("transit"), fmt.Sprintf("is in %s, the transit gateway in %s", region, home),
			"a VPC attaches to a gateway of its own region: add transitGateway.regions."+region+" to stack "+hub.src.Stack)
		return
	}
	if region != home {
		where = of("transitGateway", "regions", region, "segments")
	}
	segments := hub.stack.TransitGateway.In(region, home).Segments
	name := vpc.Transit.Segment
	segment, known := segments[name]
	if !known {
		names := slices.Sorted(maps.Keys(segments))
		l.faultMeant(at.key("transit").key("segment"), fmt.Sprintf("%q is not a segment of stack %s", name, hub.src.Stack), "use "+choices(names), closest(name, names))
		return
	}
	block, err := netip.ParsePrefix(vpc.CIDR)
	whole, bad := netip.ParsePrefix(segment.CIDR)
	if err == nil && bad == nil && !within(block, whole.String()) {
		l.fault(at.key("cidr"), fmt.Sprintf("%s is outside the segment %s, which is %s (%s)", block, name, whole,
			hub.stands(where.key(name))), "choose a block inside it: routes to the segment lead there and nowhere else")
	}
}
