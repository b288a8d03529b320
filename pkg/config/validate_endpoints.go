package config

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
)

// checkVPCEndpoints checks which services a VPC reaches privately, how, and what may pass.
func (l *loader) checkVPCEndpoints(at path, vpc VPC) {
	l.checkEndpoints(at.key("interfaceEndpoints"), vpc.InterfaceEndpoints)
	shared, from := at.key("sharedEndpoints"), at.key("endpointsFromShared")
	if len(vpc.SharedEndpoints) > 0 && l.stack.Kind != "" && l.stack.Kind != Shared {
		l.fault(shared, fmt.Sprintf("stands in a stack of kind %s", l.stack.Kind), "move it to the shared stack, or use interfaceEndpoints")
	}
	switch {
	case len(vpc.EndpointsFromShared) == 0:
	case l.stack.Kind == Shared:
		l.fault(from, "stands in the shared stack itself", "use sharedEndpoints")
	case l.stack.Kind == Management:
		l.fault(from, "stands in the management stack, which comes up before the shared one", "use interfaceEndpoints")
	}
	l.checkShareable(shared, vpc.SharedEndpoints)
	l.checkShareable(from, vpc.EndpointsFromShared)
	for _, one := range []struct {
		at    path
		names []string
	}{{shared, vpc.SharedEndpoints}, {from, vpc.EndpointsFromShared}} {
		for i, name := range one.names {
			if slices.Contains(vpc.InterfaceEndpoints, name) {
				l.fault(one.at.index(i), name+" is among interfaceEndpoints too, and one name has one answer", "remove one of the two")
			}
		}
	}
	if count := len(vpc.InterfaceEndpoints) + len(vpc.SharedEndpoints); len(vpc.SharedEndpoints) > 0 && count > maxEndpoints {
		l.fault(shared, "has, with interfaceEndpoints, "+counted(count, "service", "services"), fmt.Sprintf("a VPC takes %d", maxEndpoints))
	}
	if (len(vpc.SharedEndpoints) > 0 || len(vpc.EndpointsFromShared) > 0) && vpc.Transit == nil {
		place := shared
		if len(vpc.SharedEndpoints) == 0 {
			place = from
		}
		l.fault(place, "needs a way between the VPCs, and this one has no transit", "add transit with the VPC's segment")
	}
	l.checkEndpointPolicies(at.key("endpointPolicies"), vpc)
}

// checkShareable checks services whose names the platform answers itself.
func (l *loader) checkShareable(at path, names []string) {
	l.checkUnique(at, names)
	known := SharedEndpointServices()
	for i, name := range names {
		switch {
		case name == "":
		case name == "s3" || name == "dynamodb":
			l.fault(at.index(i), name+" is reached through its gateway endpoint, which every VPC has", "remove it")
		case !slices.Contains(known, name):
			l.faultMeant(at.index(i), fmt.Sprintf("%q is not a service that can be shared: its name is not known", name),
				"use interfaceEndpoints", closest(name, known))
		}
	}
}

func (l *loader) checkEndpointPolicies(at path, vpc VPC) {
	services := slices.Concat([]string{"s3", "dynamodb"}, vpc.InterfaceEndpoints, vpc.SharedEndpoints)
	for _, name := range slices.Sorted(maps.Keys(vpc.EndpointPolicies)) {
		what := vpc.EndpointPolicies[name]
		if what != Perimeter && what != FullAccess {
			l.faultMeant(at.key(name), fmt.Sprintf("%q is not a policy", what), "use perimeter or full", closest(what, []string{Perimeter, FullAccess}))
		}
		if !slices.Contains(services, name) {
			l.faultMeant(at.key(name), "has no endpoint in this VPC", "name one of "+choices(services), closest(name, services))
		}
		if what == Perimeter && slices.Contains(WithoutPolicy(), name) {
			l.fault(at.key(name), "is not possible: the service's endpoint takes no policy", "remove it")
		}
	}
}

// crossCheckEndpoints checks that what VPCs use of the shared stack is there and within reach.
func crossCheckEndpoints(all []*loader) {
	var owner *loader
	for _, l := range all {
		if l.stack.Kind == Shared && owner == nil {
			owner = l
		}
	}
	hub := ""
	if owner != nil {
		hub = owner.checkOneHub()
	}
	for _, l := range all {
		for _, name := range slices.Sorted(maps.Keys(l.stack.VPCs)) {
			if vpc := l.stack.VPCs[name]; len(vpc.EndpointsFromShared) > 0 && l != owner {
				l.checkFromShared(of("vpcs", name), vpc, owner, hub)
			}
		}
	}
}

// checkOneHub finds the VPC whose endpoints are shared: one, since a VPC asks one zone for a name.
func (l *loader) checkOneHub() (hub string) {
	for _, name := range slices.Sorted(maps.Keys(l.stack.VPCs)) {
		switch {
		case len(l.stack.VPCs[name].SharedEndpoints) == 0:
		case hub == "":
			hub = name
		default:
			l.fault(of("vpcs", name, "sharedEndpoints"), "is the second: VPC "+hub+" has shared endpoints already", "let one VPC have them all")
		}
	}
	return hub
}

func (l *loader) checkFromShared(at path, vpc VPC, owner *loader, hub string) {
	from := at.key("endpointsFromShared")
	if hub == "" {
		l.fault(from, "has nothing to use: no VPC of a shared stack has sharedEndpoints", "add sharedEndpoints there, or use interfaceEndpoints")
		return
	}
	theirs := owner.stack.VPCs[hub]
	place := owner.stands(of("vpcs", hub, "sharedEndpoints"))
	if region := owner.stack.Account.Region; region != l.stack.Account.Region {
		l.fault(from, fmt.Sprintf("is in %s, the shared endpoints in %s (%s)", l.stack.Account.Region, region, place), "use interfaceEndpoints: an endpoint serves its own region")
		return
	}
	for i, name := range vpc.EndpointsFromShared {
		if slices.Contains(SharedEndpointServices(), name) && !slices.Contains(theirs.SharedEndpoints, name) {
			l.faultMeant(from.index(i), fmt.Sprintf("%s is not among the shared endpoints (%s)", name, place), "add it there, or use interfaceEndpoints",
				closest(name, theirs.SharedEndpoints))
		}
	}
	if vpc.Transit == nil || theirs.Transit == nil || owner.stack.TransitGateway == nil {
		return
	}
	mine, other := vpc.Transit.Segment, theirs.Transit.Segment
	segment, known := owner.stack.TransitGateway.Segments[mine]
	if known && !slices.Contains(segment.Reaches, other) {
		l.fault(from, fmt.Sprintf("is out of reach: segment %s does not reach %s, where the endpoints are", mine, other), "use interfaceEndpoints, or let the segments reach each other")
	}
}

// checkPaths checks what Reachability Analyzer is asked.
func (l *loader) checkPaths(at path, vpc VPC) {
	for _, name := range slices.Sorted(maps.Keys(vpc.Paths)) {
		one := vpc.Paths[name]
		entry := at.key(name)
		l.checkPathEnd(entry.key("from"), one.From, vpc)
		l.checkPathEnd(entry.key("to"), one.To, vpc)
		if one.From != "" && one.From == one.To {
			l.fault(entry.key("to"), "is where the path begins", "name another end")
		}
		l.checkPathAddress(entry.key("sourceIp"), one.SourceIP)
		l.checkPathAddress(entry.key("destinationIp"), one.DestinationIP)
	}
}

func (l *loader) checkPathAddress(at path, address string) {
	if parsed, err := netip.ParseAddr(address); address != "" && (err != nil || !parsed.Is4()) {
		l.fault(at, fmt.Sprintf("%q is not an IPv4 address", address), "write it like 10.16.0.10")
	}
}

// endpointEnd begins the name of a path's end that is an interface endpoint of the VPC.
const endpointEnd = "endpoint:"

// pathKinds are the beginnings of ids that a path begins or ends with.
// https://docs.aws.amazon.com/vpc/latest/reachability/how-reachability-analyzer-works.html
var pathKinds = []string{"eni-", "i-", "igw-", "pcx-", "tgw-", "tgw-attach-", "vgw-", "vpce-", "vpce-svc-", "arn:"}

func (l *loader) checkPathEnd(at path, end string, vpc VPC) {
	service, isEndpoint := strings.CutPrefix(end, endpointEnd)
	standing := slices.Concat(vpc.InterfaceEndpoints, vpc.SharedEndpoints)
	switch {
	case end == "":
	case end == "internet":
		if lacks(vpc.Tiers, "public") {
			l.fault(at, "is the internet gateway, and the VPC has none", "add public to tiers, or name another end")
		}
	case isEndpoint:
		if !slices.Contains(standing, service) {
			l.faultMeant(at, fmt.Sprintf("%q has no interface endpoint in this VPC", service), "add it to interfaceEndpoints, or name another end", closest(service, standing))
		}
	case !slices.ContainsFunc(pathKinds, func(kind string) bool { return strings.HasPrefix(end, kind) }):
		l.fault(at, fmt.Sprintf("%q is no end of a path", end), "use internet, endpoint:<service>, or an id or ARN")
	}
}
