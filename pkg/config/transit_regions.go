package config

import (
	"fmt"
	"maps"
	"slices"
)

// In is the hub of a region as that region sees it: its own blocks, and all other hubs as further ones. home is the region
// of the shared stack. What only one hub has (networks outside, a way out, a firewall) stays at home.
func (t TransitGateway) In(region, home string) TransitGateway {
	there, abroad := t.Regions[region]
	if region == home || !abroad {
		return t
	}
	hub := TransitGateway{ASN: there.ASN, Segments: map[string]Segment{}, Regions: map[string]TransitRegion{}}
	for name, block := range there.Segments {
		hub.Segments[name] = Segment{CIDR: block, Reaches: t.Segments[name].Reaches}
	}
	back := TransitRegion{ASN: t.ASN, Segments: map[string]string{}}
	for name, segment := range t.Segments {
		back.Segments[name] = segment.CIDR
	}
	hub.Regions[home] = back
	for name, other := range t.Regions {
		if name != region {
			hub.Regions[name] = other
		}
	}
	if logs := t.FlowLogs; logs != nil {
		// A bucket of another region costs by the byte.
		hub.FlowLogs = &TransitFlowLogs{Destination: "cloudwatch", RetentionDays: logs.RetentionDays}
	}
	return hub
}

// checkHubs checks the hubs of other regions against this one and each other.
func (l *loader) checkHubs(at path, hub *TransitGateway) {
	if len(hub.Regions) > 0 && hub.Inspection != nil {
		l.fault(at, "stand beside inspection: what comes from another region would pass the firewall one way only, and it drops that",
			"remove one of the two")
	}
	segments := slices.Sorted(maps.Keys(hub.Segments))
	asns := map[int]string{hub.ASN: "this hub"}
	for _, name := range slices.Sorted(maps.Keys(hub.Regions)) {
		region, inner := hub.Regions[name], at.key(name)
		if _, known := regionNamed(name); !known {
			l.faultMeant(inner, fmt.Sprintf("%q is not an AWS region", name), "use a region's name, like eu-central-1", closest(name, Regions()))
		}
		if name == l.stack.Account.Region {
			l.fault(inner, "is this hub's own region", "remove it: the segments above are this region's")
		}
		switch other := asns[region.ASN]; {
		case region.ASN == 0:
		case !privateASN(region.ASN):
			l.fault(inner.key("asn"), fmt.Sprintf("%d is not for private use", region.ASN),
				fmt.Sprintf("use %d to %d, or %d to %d", firstShortASN, lastShortASN, firstLongASN, lastLongASN))
		case other != "":
			l.fault(inner.key("asn"), fmt.Sprintf("%d is also that of %s", region.ASN, other), "use a number of its own: hubs of one number cannot be told apart")
		}
		asns[region.ASN] = name
		if len(region.Segments) == 0 {
			l.fault(inner.key("segments"), "is empty", "add the segments that have VPCs there")
		}
		for _, segment := range slices.Sorted(maps.Keys(region.Segments)) {
			if !slices.Contains(segments, segment) {
				l.faultMeant(inner.key("segments").key(segment), "is not a segment of this hub", "use "+choices(segments), closest(segment, segments))
			}
			l.checkSupernet(inner.key("segments").key(segment), region.Segments[segment])
		}
	}
}
