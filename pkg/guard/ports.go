package guard

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Ports that nobody in the world needs to reach, as EC2.19 lists them, and the two that everybody may (EC2.18).
var (
	riskyPorts = []int{
		20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333, 5000, 5432, 5500, 5601, 8080, 8088,
		8888, 9200, 9300,
	}
	publicPorts = []int{80, 443}
	adminPorts  = []int{22, 3389}
)

const closeFix = "name the groups, prefix lists or blocks that need it"

// portControls are about security group rules that anybody in the world passes.
func portControls() []Control {
	types := tokens("ec2/SecurityGroup", "ec2/DefaultSecurityGroup", "ec2/SecurityGroupRule", "vpc/SecurityGroupIngressRule")
	return []Control{
		{
			ID: "EC2.13", Title: "Security groups do not open SSH to anybody", Standards: []string{nist},
			Types: types, resource: closed([]int{22}, ipv4, ipv6),
		},
		{
			ID: "EC2.14", Title: "Security groups do not open RDP to anybody", Standards: []string{nist},
			Types: types, resource: closed([]int{3389}, ipv4, ipv6),
		},
		{
			ID: "EC2.18", Title: "Security groups open to anybody what is meant for anybody, HTTP and HTTPS, and nothing else",
			Standards: []string{fsbp}, Types: types, resource: onlyPublicPorts,
		},
		{
			ID: "EC2.19", Title: "Security groups do not open ports of high risk to anybody", Standards: []string{fsbp},
			Types: types, resource: closed(riskyPorts, ipv4, ipv6),
		},
		{
			ID: "EC2.53", Title: "Security groups do not open remote administration to any IPv4 address",
			Standards: []string{cis3("5.2"), cis5("5.3")}, Types: types, resource: closed(adminPorts, ipv4),
		},
		{
			ID: "EC2.54", Title: "Security groups do not open remote administration to any IPv6 address",
			Standards: []string{cis3("5.3"), cis5("5.4")}, Types: types, resource: closed(adminPorts, ipv6),
		},
		{
			ID: "H13", Title: "Security group rules say what they are for, and none is written inside a group", Standards: []string{house},
			Types:      append(slices.Clone(types), token("vpc/SecurityGroupEgressRule")),
			resource:   describedRules,
			Exceptions: []string{"The default security group: its empty lists are what closes it (EC2.2)."},
		},
	}
}

type family int

const (
	ipv4 family = iota
	ipv6
)

// rule is one way in.
type rule struct {
	path     string
	sources  []any // blocks and ids of prefix lists
	protocol string
	from, to int
	unknown  bool // its ports are not known yet
}

// ingress are the ways in that a resource makes, whichever of AWS's three shapes it has.
func (c *subject) ingress() []rule {
	switch c.Type {
	case token("vpc/SecurityGroupIngressRule"):
		return []rule{makeRule("", c.Inputs, "ipProtocol", "cidrIpv4", "cidrIpv6", "prefixListId")}
	case token("ec2/SecurityGroupRule"):
		if c.text("type") == "egress" {
			return nil
		}
		made := makeRule("", c.Inputs, "protocol", "cidrBlocks", "ipv6CidrBlocks", "prefixListIds")
		made.unknown = made.unknown || c.unknown("type") // it may be a way out
		return []rule{made}
	}
	var all []rule
	for _, found := range values(c.Inputs, "ingress[]") {
		if object, is := found.value.(map[string]any); is {
			all = append(all, makeRule(found.path, object, "protocol", "cidrBlocks", "ipv6CidrBlocks", "prefixListIds"))
		} else {
			all = append(all, rule{path: found.path, sources: []any{Unknown{}}, unknown: true})
		}
	}
	return all
}

func makeRule(path string, object map[string]any, protocol string, sources ...string) rule {
	r := rule{path: path}
	for _, key := range sources {
		switch v := object[key].(type) {
		case []any:
			r.sources = append(r.sources, v...)
		case nil:
		default:
			r.sources = append(r.sources, v)
		}
	}
	var known bool
	if r.protocol, known = object[protocol].(string); !known {
		r.unknown = true
	}
	var fromKnown, toKnown bool
	r.from, fromKnown = port(object["fromPort"])
	r.to, toKnown = port(object["toPort"])
	if r.protocol == "-1" || r.protocol == "all" {
		r.from, r.to = 0, 65535
	} else if !fromKnown || !toKnown {
		r.unknown = true
	}
	return r
}

func port(v any) (int, bool) {
	switch n := v.(type) {
	case float64:
		return int(n), true
	case string:
		number, err := strconv.Atoi(n)
		return number, err == nil
	}
	return 0, v == nil
}

// carriesPorts says whether the protocol has ports at all: ICMP's numbers are types.
func (r rule) carriesPorts() bool {
	return !strings.HasPrefix(r.protocol, "icmp") && r.protocol != "1" && r.protocol != "58"
}

func (r rule) covers(port int) bool {
	return !r.unknown && r.carriesPorts() && r.from <= port && port <= r.to
}

// open says whether a rule lets in anybody of a family, and whether that is not known yet.
func (c *subject) open(r rule, of family) (anybody, unsure bool) {
	for _, source := range r.sources {
		text, known := source.(string)
		switch {
		case !known:
			unsure = true
		case strings.HasPrefix(text, "pl-"):
			for _, block := range c.prefixList(text) {
				cidr, known := block.(string)
				anybody, unsure = anybody || anywhere(cidr, of), unsure || !known
			}
		default:
			anybody = anybody || anywhere(text, of)
		}
	}
	return anybody, unsure && !anybody
}

// prefixList are the blocks of a list that the platform made. AWS's own lists are of AWS's own addresses.
func (c *subject) prefixList(id string) (blocks []any) {
	for _, list := range c.byType[token("ec2/ManagedPrefixList")] {
		if !c.named(list, id) {
			continue
		}
		for _, entry := range values(list.Inputs, "entries[].cidr") {
			blocks = append(blocks, entry.value)
		}
		for _, entry := range c.byType[token("ec2/ManagedPrefixListEntry")] {
			if c.refers(entry, "prefixListId", list) == yes {
				blocks = append(blocks, entry.one("cidr"))
			}
		}
	}
	return blocks
}

// anywhere says whether a block is so wide that it means anybody: the zero block, and anything that is a 128th of the
// internet or more, since 0.0.0.0/1 and 128.0.0.0/1 together are 0.0.0.0/0.
func anywhere(block string, of family) bool {
	prefix, err := netip.ParsePrefix(block)
	if err != nil || prefix.Addr().Is4() != (of == ipv4) {
		return false
	}
	return prefix.Bits() < 8
}

// closed demands that nobody in the world reaches some ports.
func closed(ports []int, families ...family) func(*subject) {
	return func(c *subject) {
		for _, r := range c.ingress() {
			for _, of := range families {
				anybody, unsure := c.open(r, of)
				reached := slices.DeleteFunc(slices.Clone(ports), func(port int) bool { return !r.covers(port) })
				switch {
				case anybody && len(reached) > 0:
					c.fail(r.path, fmt.Sprintf("lets anybody reach port %d", reached[0]), closeFix)
				case anybody && r.unknown, unsure && (len(reached) > 0 || r.unknown):
					c.wait(r.path)
				}
			}
		}
	}
}

func onlyPublicPorts(c *subject) {
	for _, r := range c.ingress() {
		for _, of := range []family{ipv4, ipv6} {
			anybody, unsure := c.open(r, of)
			meant := r.from == r.to && slices.Contains(publicPorts, r.from) && r.carriesPorts()
			switch {
			case r.unknown && (anybody || unsure), unsure && !meant:
				c.wait(r.path)
			case anybody && !meant:
				c.fail(r.path, fmt.Sprintf("lets anybody reach ports %d to %d (protocol %s)", r.from, r.to, r.protocol), closeFix)
			}
		}
	}
}

func describedRules(c *subject) {
	switch c.Type {
	case token("ec2/DefaultSecurityGroup"):
	case token("ec2/SecurityGroup"):
		for _, side := range []string{"ingress", "egress"} {
			if c.unknown(side) {
				c.wait(side)
			}
			if len(c.list(side)) > 0 {
				c.fail(side, "holds rules inside the group, where they fight with separate ones", "make each rule a resource")
			}
		}
	default:
		expect(expectation{path: "description", ok: filled, fix: "say what the rule is for"})(c)
	}
}

// aclPorts demands that no network ACL lets anybody in on the ports of administration.
func aclPorts(c *subject) {
	if c.Type == token("ec2/NetworkAclRule") {
		if !truth(c.one("egress")) {
			c.aclRule("", c.Inputs, "ruleAction")
		}
		return
	}
	for _, found := range values(c.Inputs, "ingress[]") {
		if object, is := found.value.(map[string]any); is {
			c.aclRule(found.path, object, "action")
		} else {
			c.wait(found.path)
		}
	}
}

// aclRule judges a way in, or what may be one.
func (c *subject) aclRule(path string, object map[string]any, action string) {
	if object[action] == "deny" {
		return
	}
	r := makeRule(path, object, "protocol", "cidrBlock", "ipv6CidrBlock")
	r.unknown = r.unknown || isUnknown(object[action]) || isUnknown(object["egress"])
	for _, of := range []family{ipv4, ipv6} {
		anybody, unsure := c.open(r, of)
		for _, port := range adminPorts {
			if anybody && r.covers(port) {
				c.fail(path, fmt.Sprintf("lets anybody in on port %d", port), "refuse the port before, or name the blocks that need it")
			} else if unsure && (r.unknown || r.covers(port)) || anybody && r.unknown {
				c.wait(path)
			}
		}
	}
}
