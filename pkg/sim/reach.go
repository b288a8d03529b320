package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Endpoint is where traffic begins or ends: a subnet, the far end of a VPN connection, or, when neither is named, the
// internet.
type Endpoint struct {
	Subnet string // id
	VPN    string // id of a VPN connection
	// Address is the host's; needed behind a VPN. Left out: the first host of the subnet, or some host of the internet.
	Address string
	// Port and Protocol are what is asked of the target: left out, 443 of tcp.
	Port     int
	Protocol string
}

// Path is the way traffic takes, and the way its answer takes.
type Path struct {
	Reached bool
	// Hops are the places on the way, the last one first to fail or the destination; Back are those of the answer.
	Hops, Back []Hop
	// Reason says why it is not reached, "" if it is.
	Reason string
}

// Hop is one decision on the way.
type Hop struct {
	At    string // what decided: a route table, a gateway
	Route string // the block that matched, "" where no route is asked
	To    string // where it leads: an id, "local", "blackhole", "internet"
}

// String reads "rtb-1: 10.0.0.0/12 -> tgw-1".
func (h Hop) String() string {
	if h.Route == "" {
		return h.At + " -> " + h.To
	}
	return h.At + ": " + h.Route + " -> " + h.To
}

// aHost is an address of the internet, of the block kept for documentation.
const aHost = "203.0.113.10"

// mostHops ends a walk that goes round in circles.
const mostHops = 32

// Reach walks the route tables of the simulated cloud from one endpoint to another and back, and asks the network ACL of each
// subnet that is left or entered. Security groups are not looked at. An answer that does not find its way, or not through the
// firewall the request passed, makes the whole unreachable.
func (c *Cloud) Reach(from, to Endpoint) Path {
	c.model.mu.Lock()
	defer c.model.mu.Unlock()
	return c.model.reach(from, to)
}

// Subnets are the endpoints of an account's subnets of a tier, by the Name tag, which ends in tier and zone letter
// ("-private-a"); sorted by it.
func (c *Cloud) Subnets(account, tier string) []Endpoint {
	c.model.mu.Lock()
	defer c.model.mu.Unlock()
	named := map[string]string{}
	for _, record := range c.model.inventory.sorted() {
		name := tagsOf(record.Properties)["Name"]
		if record.Type == typeSubnet && record.Account == account && len(name) > 2 && strings.HasSuffix(name[:len(name)-2], "-"+tier) {
			named[name+"\x00"+record.ID] = record.ID
		}
	}
	var names []string
	for name := range named {
		names = append(names, name)
	}
	slices.Sort(names)
	found := make([]Endpoint, len(names))
	for i, name := range names {
		found[i] = Endpoint{Subnet: named[name]}
	}
	return found
}

func (m *model) reach(from, to Endpoint) Path {
	source, fault := m.host(from)
	if fault != "" {
		return Path{Reason: fault}
	}
	target, fault := m.host(to)
	if fault != "" {
		return Path{Reason: fault}
	}
	there := &walk{m: m, from: source, to: target, target: to, port: to.Port, protocol: to.Protocol}
	if there.port == 0 {
		there.port = 443
	}
	if there.protocol == "" {
		there.protocol = "tcp"
	}
	there.start(from)
	if there.reason == "" && there.end != to.place() {
		there.reason = "arrives at " + there.end + ", not at " + to.place()
	}
	path := Path{Hops: there.hops, Reason: there.reason}
	if path.Reason != "" {
		return path
	}
	back := &walk{m: m, from: target, to: source, target: from, port: answerPort, protocol: there.protocol}
	switch {
	case there.nat != nil: // the answer comes to the address the request left with
		back.hops = append(back.hops, Hop{At: "internet", To: there.nat.ID})
		back.into("", there.nat.Text("subnetId"))
	default:
		back.start(to)
	}
	path.Back = back.hops
	switch {
	case back.reason != "":
		path.Reason = "no way back: " + back.reason
	case back.end != from.place():
		path.Reason = "no way back: arrives at " + back.end + ", not at " + from.place()
	case !sameInspection(there.inspected, back.inspected):
		path.Reason = fmt.Sprintf("asymmetric: there through %s, back through %s",
			strings.Join(there.inspected, " and "), strings.Join(back.inspected, " and "))
	default:
		path.Reached = true
	}
	return path
}

// sameInspection says whether the answer meets the firewall endpoints the request met.
func sameInspection(there, back []string) bool {
	back = slices.Clone(back)
	slices.Reverse(back)
	return slices.Equal(there, back)
}

// place names an endpoint.
func (e Endpoint) place() string {
	switch {
	case e.Subnet != "":
		return e.Subnet
	case e.VPN != "":
		return e.VPN
	}
	return "internet"
}

// host is the address of an endpoint.
func (m *model) host(e Endpoint) (netip.Addr, string) {
	text := e.Address
	switch {
	case text != "":
	case e.Subnet != "":
		subnet := m.byID(typeSubnet, e.Subnet)
		if subnet == nil {
			return netip.Addr{}, "there is no subnet " + e.Subnet
		}
		block, err := netip.ParsePrefix(subnet.Text("cidrBlock"))
		if err != nil {
			return netip.Addr{}, "subnet " + e.Subnet + " has no IPv4 block"
		}
		address := block.Addr()
		for range 4 { // AWS keeps the first four
			address = address.Next()
		}
		return address, ""
	case e.VPN != "":
		return netip.Addr{}, "an endpoint behind VPN " + e.VPN + " needs an address"
	default:
		text = aHost
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return address, fmt.Sprintf("%q is not an address", text)
	}
	return address, ""
}

// byID is the resource of a kind with an id, in any account, or nil.
func (m *model) byID(kind, id string) *Resource {
	for _, record := range m.inventory.sorted() {
		if record.row.Kind == kind && record.ID == id {
			return record
		}
	}
	return nil
}
