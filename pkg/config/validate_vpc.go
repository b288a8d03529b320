package config

import (
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// checkVPCs checks every VPC, then what they must agree on.
func (l *loader) checkVPCs() {
	names := slices.Sorted(maps.Keys(l.stack.VPCs))
	for _, name := range names {
		l.checkVPC(of("vpcs", name), l.stack.VPCs[name])
	}
	checkOverlaps(l.blocks(), func(later, earlier block) {
		l.fault(later.at, fmt.Sprintf("%s overlaps %s", later.prefix, earlier.named(l.src.Stack)), "choose a block of its own")
	})
}

func (l *loader) checkVPC(at path, vpc VPC) {
	primary := l.checkAddresses(at, vpc)
	l.checkZones(at.key("zones"), vpc.Zones)
	l.checkUnique(at.key("tiers"), vpc.Tiers)
	l.checkLayout(at, vpc, primary)
	l.checkWaysOut(at, vpc)
	l.checkVPCEndpoints(at, vpc)
	l.checkNetworkACLs(at.key("networkAcls"), vpc)
	l.checkPaths(at.key("paths"), vpc)
	l.checkGroups(at.key("securityGroups"), vpc)
	l.checkClusters(at.key("clusters"), vpc)
	if vpc.FlowLogs != nil {
		l.checkFlowLogs(at.key("flowLogs"), *vpc.FlowLogs)
	}
	if vpc.DHCP != nil {
		l.checkDHCP(at.key("dhcp"), *vpc.DHCP)
	}
}

// A VPC takes five IPv4 blocks before a quota must be raised.
const maxSecondaryCIDRs = 4

// checkAddresses checks a VPC's blocks and returns the primary one, not valid when it is not known.
func (l *loader) checkAddresses(at path, vpc VPC) netip.Prefix {
	var primary netip.Prefix
	cidr := at.key("cidr")
	switch {
	case vpc.CIDR != "" && vpc.IPAM != nil:
		l.fault(at.key("ipam"), "stands beside cidr", "keep one of the two")
	case vpc.CIDR != "":
		if prefix, ok := l.checkBlock(cidr, vpc.CIDR, 20, privateRanges()); ok {
			primary = prefix
		}
	case vpc.IPAM == nil && !l.broken[at.key("ipam").String()]:
		l.fault(cidr, "is missing", "add it, for example cidr: 10.16.0.0/16, or take it from a pool with ipam")
	}
	secondary := at.key("secondaryCidrs")
	if count := len(vpc.SecondaryCIDRs); count > maxSecondaryCIDRs {
		l.fault(secondary, "has "+counted(count, "block", "blocks"), fmt.Sprintf("AWS adds %d to a VPC", maxSecondaryCIDRs))
	}
	if len(vpc.SecondaryCIDRs) > 0 && lacks(vpc.Tiers, "private") {
		l.fault(secondary, "is cut into private subnets, and the VPC has no private tier", "add private to tiers")
	}
	for _, name := range slices.Sorted(maps.Keys(vpc.SecondaryCIDRs)) {
		if second := vpc.SecondaryCIDRs[name].CIDR; second != "" {
			l.checkSecondary(secondary.key(name).key("cidr"), primary, second)
		}
	}
	return primary
}

func (l *loader) checkZones(at path, zones []string) {
	l.checkUnique(at, zones)
	r, known := regionNamed(l.stack.Account.Region)
	if !known {
		return
	}
	for i, zone := range zones {
		if zone != "" && !slices.Contains(r.letters(), zone) {
			l.fault(at.index(i), fmt.Sprintf("%s has no zone %s", r.name, zone), "it has "+choices(r.letters()))
		}
	}
}

// checkUnique reports the second of two equal entries.
func (l *loader) checkUnique(at path, list []string) {
	for i, entry := range list {
		if j := slices.Index(list, entry); entry != "" && j < i {
			l.fault(at.index(i), fmt.Sprintf("%s is there already, at [%d]", entry, j), "remove one of the two")
		}
	}
}

// A sequential layout must hold the subnets of six zones in four tiers, so that adding one never moves another.
const sequentialBits = 5

func (l *loader) checkLayout(at path, vpc VPC, primary netip.Prefix) {
	prefix := at.key("subnetPrefix")
	if vpc.SubnetPrefix == 0 {
		return
	}
	if vpc.Layout == "roomy" {
		l.fault(prefix, "has no effect on the roomy layout", "remove it, or choose layout: sequential")
		return
	}
	bits := 0
	if primary.IsValid() {
		bits = primary.Bits()
	} else if vpc.IPAM != nil {
		bits = vpc.IPAM.NetmaskLength
	}
	if bits > 0 && vpc.SubnetPrefix < bits+sequentialBits {
		l.fault(prefix, fmt.Sprintf("/%d subnets are too few in a /%d", vpc.SubnetPrefix, bits),
			fmt.Sprintf("use %d to 28: six zones in four tiers must find room", bits+sequentialBits))
	}
}

// checkWaysOut checks NAT against tiers and public access.
func (l *loader) checkWaysOut(at path, vpc VPC) {
	nat := at.key("nat")
	if vpc.NAT == "" || vpc.NAT == "none" {
		return
	}
	var without []string
	for _, tier := range []string{"public", "private"} {
		if lacks(vpc.Tiers, tier) {
			without = append(without, tier)
		}
	}
	if missing := strings.Join(without, " and "); missing != "" {
		if l.wrote(nat) {
			l.fault(nat, fmt.Sprintf("%s needs a public tier for the gateway and a private one that uses it", vpc.NAT),
				"add "+missing+" to tiers, or set nat: none")
		} else {
			l.fault(at.key("tiers"), fmt.Sprintf("has no %s, which nat %s needs%s", missing, vpc.NAT, l.seen[nat.String()].at.givenBy()),
				"add it, or set nat: none")
		}
	}
	if baseline := l.stack.Baseline; baseline != nil && baseline.VPCBlockPublicAccess == "bidirectional" {
		l.fault(nat, fmt.Sprintf("%s has no effect: baseline.vpcBlockPublicAccess bidirectional closes the way out too", vpc.NAT),
			"set nat: none, or baseline.vpcBlockPublicAccess: ingress")
	}
}

// lacks tells whether a tier is not among tiers. Where one of them could not be read, none is said to lack.
func lacks(tiers []string, tier string) bool {
	return len(tiers) > 0 && !slices.Contains(tiers, "") && !slices.Contains(tiers, tier)
}

// serviceName is the short name of an endpoint service, the part after "com.amazonaws.<region>.".
var serviceName = regexp.MustCompile(`^[a-z0-9]+([.-][a-z0-9]+)*$`)

// A VPC takes 50 interface endpoints.
const maxEndpoints = 50

func (l *loader) checkEndpoints(at path, names []string) {
	l.checkUnique(at, names)
	if len(names) > maxEndpoints {
		l.fault(at, "has "+counted(len(names), "service", "services"), fmt.Sprintf("a VPC takes %d", maxEndpoints))
	}
	for i, name := range names {
		entry := at.index(i)
		parts := strings.SplitN(name, ".", 4)
		switch {
		case len(parts) == 4 && parts[1] == "amazonaws":
			l.faultMeant(entry, fmt.Sprintf("%q is a service's full name", name), "write the part after the region", parts[3])
		case name == "s3" || name == "dynamodb":
			l.fault(entry, name+" is reached through its gateway endpoint, which every VPC has", "remove it")
		case !serviceName.MatchString(name):
			l.fault(entry, fmt.Sprintf("%q is not a service's short name", name), "write it like ecr.api or elasticloadbalancing")
		}
	}
}

// clusterName is what EKS takes as a cluster's name.
var clusterName = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$`)

func (l *loader) checkClusters(at path, vpc VPC) {
	l.checkUnique(at, vpc.Clusters)
	for i, name := range vpc.Clusters {
		if !clusterName.MatchString(name) {
			l.fault(at.index(i), fmt.Sprintf("%q is not a cluster's name", name), "use at most 100 letters, digits, hyphens and underscores")
		}
	}
	if len(vpc.Clusters) > 0 && lacks(vpc.Tiers, "private") {
		l.fault(at, "need private subnets, and the VPC has no private tier", "add private to tiers")
	}
}
