package config

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Traffic is a protocol and its ports; of protocols without any, From and To are -1.
type Traffic struct {
	Protocol string // "tcp", "udp", "icmp", "icmpv6" or "-1" for all
	From, To int
}

// everyPort is what From and To are for traffic that has no ports.
const everyPort = -1

// presets are the kinds of traffic a rule names. https://www.iana.org/assignments/service-names-port-numbers
var presets = map[string][]Traffic{
	"https": {{"tcp", 443, 443}}, "http": {{"tcp", 80, 80}}, "postgres": {{"tcp", 5432, 5432}}, "mysql": {{"tcp", 3306, 3306}},
	"redis": {{"tcp", 6379, 6379}}, "nfs": {{"tcp", 2049, 2049}}, "dns": {{"tcp", 53, 53}, {"udp", 53, 53}},
	// TLS with IAM: https://docs.aws.amazon.com/msk/latest/developerguide/port-info.html
	"kafka": {{"tcp", 9098, 9098}},
	// Submission: port 25 is closed on EC2.
	"smtp": {{"tcp", 587, 587}},
	"ssh":  {{"tcp", 22, 22}}, "rdp": {{"tcp", 3389, 3389}},
}

// Traffic is what a rule lets through; nothing where the rule does not say, or says it wrongly.
func (r GroupRule) Traffic() []Traffic {
	if r.Preset != "" {
		return presets[r.Preset]
	}
	switch {
	case r.Protocol == "all":
		return []Traffic{{"-1", everyPort, everyPort}}
	case strings.HasPrefix(r.Protocol, "icmp"):
		return []Traffic{{r.Protocol, everyPort, everyPort}}
	case r.Ports == "":
		return nil
	}
	first, last, isRange := strings.Cut(r.Ports, "-")
	from, err := strconv.Atoi(first)
	if err != nil {
		return nil
	}
	to := from
	if isRange {
		if to, err = strconv.Atoi(last); err != nil {
			return nil
		}
	}
	protocol := r.Protocol
	if protocol == "" {
		protocol = "tcp"
	}
	return []Traffic{{protocol, from, to}}
}

// Covers tells whether a port is let through.
func (t Traffic) Covers(port int) bool {
	return t.Protocol == "-1" || t.Protocol == "tcp" && t.From <= port && port <= t.To
}

// String is the traffic for people: "tcp 443", "udp 8000-8100", "icmp", "all traffic".
func (t Traffic) String() string {
	switch {
	case t.Protocol == "-1":
		return "all traffic"
	case t.From == everyPort:
		return t.Protocol
	case t.From == t.To:
		return t.Protocol + " " + strconv.Itoa(t.From)
	}
	return t.Protocol + " " + strconv.Itoa(t.From) + "-" + strconv.Itoa(t.To)
}

// Peer is one of those a rule is about. Exactly one field is set.
type Peer struct {
	CIDR, Group, PrefixList string
	Self                    bool
}

// Peers are those a rule is about, in the order they are written.
func (r GroupRule) Peers() []Peer {
	var peers []Peer
	for _, cidr := range r.CIDRs {
		peers = append(peers, Peer{CIDR: cidr})
	}
	for _, group := range r.Groups {
		peers = append(peers, Peer{Group: group})
	}
	for _, list := range r.PrefixLists {
		peers = append(peers, Peer{PrefixList: list})
	}
	if r.Self {
		peers = append(peers, Peer{Self: true})
	}
	return peers
}

// String is the peer as the stack file has it.
func (p Peer) String() string {
	if p.Self {
		return "self"
	}
	return p.CIDR + p.Group + p.PrefixList
}

// IPv6 tells whether the peer is a block of IPv6 addresses.
func (p Peer) IPv6() bool { return strings.Contains(p.CIDR, ":") }

// IPv6 tells whether a list is of IPv6 blocks: whether the first of its entries, in the order of their names, is.
func (p PrefixList) IPv6() bool {
	for _, name := range slices.Sorted(maps.Keys(p.Entries)) {
		return strings.Contains(p.Entries[name], ":")
	}
	return false
}

// PrefixListNames are the lists that a VPC's groups name and that stand elsewhere, by how they are named.
func (v VPC) PrefixListNames() []string {
	names := map[string]bool{}
	for _, group := range v.SecurityGroups {
		for _, rules := range []map[string]GroupRule{group.Ingress, group.Egress} {
			for _, rule := range rules {
				for _, name := range rule.PrefixLists {
					names[name] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// awsLists are AWS's own lists, by the part of their name after "com.amazonaws.<region>.", with what they count in a group.
// https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html#aws-managed-prefix-list-weights
var awsLists = map[string]int{
	"cloudfront.origin-facing": 55, "dynamodb": 1, "ec2-instance-connect": 2, "route53-healthchecks": 25, "s3": 1, "s3express": 6,
	"vpc-lattice": 10,
}

// AWSPrefixList is the full name of a list of AWS's in a region.
func AWSPrefixList(service, region string) string {
	if service == "cloudfront.origin-facing" { // edges are of no region
		region = "global"
	}
	return "com.amazonaws." + region + "." + service
}

// SharedPrefixList is the name, in the shared stack, of a list that rules name as "shared/<name>"; false for any other.
func SharedPrefixList(name string) (string, bool) { return strings.CutPrefix(name, sharedLists) }

// AWSOwnPrefixList is the service of a list that rules name as "aws/<service>"; false for any other.
func AWSOwnPrefixList(name string) (string, bool) { return strings.CutPrefix(name, awsOwnLists) }
