package sim

import (
	"net/netip"
	"slices"
	"strings"
)

// walk follows one direction.
type walk struct {
	m        *model
	from, to netip.Addr
	target   Endpoint
	port     int    // the traffic's destination port
	protocol string // tcp or udp

	hops      []Hop
	zone      string    // the availability zone the traffic is in
	nat       *Resource // the NAT gateway that changed its source address
	inspected []string  // firewall endpoints passed
	end       string    // where it arrived
	reason    string    // why it stopped
}

func (w *walk) hop(at, route, to string) { w.hops = append(w.hops, Hop{at, route, to}) }

func (w *walk) stop(reason string) { w.reason = reason }

// start begins at an endpoint.
func (w *walk) start(e Endpoint) {
	switch {
	case e.Subnet != "":
		w.inSubnet(e.Subnet)
	case e.VPN != "":
		for _, found := range w.m.attachments() {
			if found.Kind == attachedVPN && found.Resource.ID == e.VPN {
				w.inGateway(found, found.Gateways[0])
				return
			}
		}
		w.stop("VPN " + e.VPN + " is not attached to a transit gateway")
	default:
		w.fromInternet()
	}
}

// fromInternet enters the VPC whose internet gateway answers for the target: one whose subnet has a public way out.
func (w *walk) fromInternet() {
	subnet := w.m.byID(typeSubnet, w.target.Subnet)
	if subnet == nil {
		w.stop("the internet does not route " + w.to.String())
		return
	}
	out := &walk{m: w.m, from: w.to, to: w.from}
	out.inSubnet(subnet.ID)
	if out.end != "internet" || out.nat != nil {
		w.stop("subnet " + subnet.ID + " has no public address: it does not route to an internet gateway")
		return
	}
	if mode := w.m.publicAccess(subnet, "block-ingress"); mode != "" {
		w.stop("VPC block public access of the account is " + mode)
		return
	}
	w.hop("internet", "", subnet.ID)
	if w.cross("", subnet.ID); w.reason == "" {
		w.end = subnet.ID
	}
}

// into enters a subnet from another, or from elsewhere, and goes on from there.
func (w *walk) into(from, subnet string) {
	if w.cross(from, subnet); w.reason == "" {
		w.inSubnet(subnet)
	}
}

// inSubnet asks the subnet's route table.
func (w *walk) inSubnet(id string) {
	subnet := w.m.byID(typeSubnet, id)
	if subnet == nil {
		w.stop("there is no subnet " + id)
		return
	}
	if len(w.hops) > mostHops {
		w.stop("goes round in circles")
		return
	}
	w.zone = subnet.Text("availabilityZone")
	vpc := subnet.Text("vpcId")
	table := w.m.tableOf(id, vpc)
	best, found := w.m.vpcRoute(table, vpc, w.to)
	if !found {
		w.stop("route table " + table + " has no route to " + w.to.String())
		return
	}
	if best.local {
		w.hop(table, best.block.String(), "local")
		arrived := w.m.subnetIn(vpc, w.to)
		if arrived == nil {
			w.stop("no subnet of " + vpc + " holds " + w.to.String())
		} else if w.cross(id, arrived.ID); w.reason == "" {
			w.end = arrived.ID
		}
		return
	}
	w.take(table, best, subnet)
}

// take follows a route out of a subnet.
func (w *walk) take(table string, best vpcRoute, subnet *Resource) {
	target, vpc := best.target, subnet.Text("vpcId")
	w.hop(table, best.block.String(), target)
	m := w.m
	switch {
	case m.byID(typeInternetGateway, target) != nil:
		if w.throughInternetGateway(target, vpc); w.reason == "" {
			w.cross(subnet.ID, "")
		}
	case m.byID(typeNATGateway, target) != nil:
		w.nat = m.byID(typeNATGateway, target)
		w.into(subnet.ID, w.nat.Text("subnetId"))
	case m.gateway(target) != nil:
		w.throughAttachment(m.vpcAttachment(vpc, target), target, subnet.ID)
	case m.firewallSubnet(target) != "":
		w.inspected = append(w.inspected, target)
		w.into(subnet.ID, m.firewallSubnet(target))
	default:
		w.stop(target + " is a black hole: there is no such thing")
	}
}

func (w *walk) throughInternetGateway(id, vpc string) {
	gateway := w.m.byID(typeInternetGateway, id)
	switch {
	case gateway.Text("vpcId") != vpc:
		w.stop(id + " is not attached to " + vpc)
	case w.to.IsPrivate():
		w.stop("the internet does not route " + w.to.String())
	case w.m.publicAccess(gateway, "block-bidirectional") != "":
		w.stop("VPC block public access of the account is block-bidirectional")
	default:
		w.end = "internet"
	}
}

// throughAttachment leaves a VPC by its attachment, which needs an interface in the traffic's zone.
// A network ACL of the interface's subnet judges what comes to it from other subnets of the VPC.
// https://docs.aws.amazon.com/vpc/latest/tgw/tgw-nacls.html
func (w *walk) throughAttachment(a *attachment, gateway, subnet string) {
	switch {
	case a == nil:
		w.stop("the VPC is not attached to " + gateway)
	case w.m.attachmentState(a) != "available":
		w.stop("attachment " + a.ID + " is " + w.m.attachmentState(a))
	case w.m.interfaceIn(a, w.zone) == "":
		w.stop("attachment " + a.ID + " has no interface in " + w.zone)
	default:
		if w.cross(subnet, w.m.interfaceIn(a, w.zone)); w.reason == "" {
			w.inGateway(a, gateway)
		}
	}
}

// inGateway asks the route table the incoming attachment is associated with.
func (w *walk) inGateway(in *attachment, gateway string) {
	if len(w.hops) > mostHops {
		w.stop("goes round in circles")
		return
	}
	table := w.m.associatedTable(in, gateway)
	if table == "" {
		w.stop("attachment " + in.ID + " is associated with no route table")
		return
	}
	best, found := w.m.transitRoute(table, w.to)
	if !found {
		w.stop("transit gateway route table " + table + " has no route to " + w.to.String())
		return
	}
	if best.out == nil {
		w.hop(table, best.block.String(), "blackhole")
		w.stop(best.block.String() + " is a black hole in " + table)
		return
	}
	w.hop(table, best.block.String(), best.out.ID)
	switch best.out.Kind {
	case attachedVPN:
		w.end = best.out.Resource.ID
	case attachedPeering:
		ends := best.out.Gateways
		w.inGateway(best.out, ends[1-slices.Index(ends, gateway)])
	default:
		w.intoVPC(best.out)
	}
}

// intoVPC enters a VPC in the zone the traffic is in, where there is an interface; with appliance mode, in the one zone
// that both directions of a connection hash to.
func (w *walk) intoVPC(a *attachment) {
	zone := w.zone
	if a.Text("applianceModeSupport") == "enable" || w.m.interfaceIn(a, zone) == "" {
		zone = ""
	}
	w.inSubnet(w.m.interfaceIn(a, zone))
}

// vpcRoute is what a VPC's route table says of an address.
type vpcRoute struct {
	block  netip.Prefix
	target string
	local  bool
}

// vpcRoute is the most specific route; the VPC's own blocks are served locally.
func (m *model) vpcRoute(table, vpc string, to netip.Addr) (vpcRoute, bool) {
	var best vpcRoute
	found := false
	consider := func(route vpcRoute) {
		if route.block.IsValid() && route.block.Contains(to) && (!found || route.block.Bits() > best.block.Bits()) {
			best, found = route, true
		}
	}
	for _, record := range m.inventory.sorted() {
		switch {
		case record.Type == typeVpc && record.ID == vpc, record.Type == typeIPv4Association && record.Text("vpcId") == vpc:
			block, err := netip.ParsePrefix(record.Text("cidrBlock"))
			if err == nil {
				consider(vpcRoute{block: block, local: true})
			}
		case record.Type == typeRoute && record.Text("routeTableId") == table:
			block, err := netip.ParsePrefix(record.Text("destinationCidrBlock"))
			if err == nil {
				consider(vpcRoute{block: block, target: targetOf(record)})
			}
		}
	}
	return best, found
}

// targetOf is what a route leads to.
func targetOf(route *Resource) string {
	for _, property := range targets {
		if id := route.Text(property); id != "" {
			return id
		}
	}
	return ""
}

// transitRoute is what a transit gateway's route table says of an address; no out is a black hole.
type transitRoute struct {
	block netip.Prefix
	out   *attachment
}

// transitRoute is the most specific route; of two to one block the static one counts. A VPC whose block overlaps one that
// is told already is told to nobody, which AWS does without a word.
func (m *model) transitRoute(table string, to netip.Addr) (transitRoute, bool) {
	var best transitRoute
	found := false
	consider := func(route transitRoute) {
		if route.block.Contains(to) && (!found || route.block.Bits() > best.block.Bits()) {
			best, found = route, true
		}
	}
	for _, record := range m.inventory.sorted() {
		if record.Type != typeTransitRoute || record.Text("transitGatewayRouteTableId") != table {
			continue
		}
		block, err := netip.ParsePrefix(record.Text("destinationCidrBlock"))
		if err != nil {
			continue
		}
		out := m.attachment(record.Text("transitGatewayAttachmentId"))
		if record.Flag("blackhole") || (out != nil && m.attachmentState(out) != "available") {
			out = nil
		}
		consider(transitRoute{block, out})
	}
	var told []netip.Prefix
	for _, out := range m.propagating(table) {
		for _, block := range m.blocksBehind(out) {
			if slices.ContainsFunc(told, block.Overlaps) {
				continue
			}
			told = append(told, block)
			consider(transitRoute{block, out})
		}
	}
	return best, found
}

// blocksBehind are the blocks an attachment propagates: a VPC's; a static VPN tells nothing.
func (m *model) blocksBehind(a *attachment) []netip.Prefix {
	if a.Kind != attachedVpc {
		return nil
	}
	r := &request{place: a.place(), Op: opRead, cloud: m, Type: a.row}
	return blocksOf(r, a.Text("vpcId"))
}

// tableOf is the route table of a subnet: the one it is associated with, or the VPC's main one.
func (m *model) tableOf(subnet, vpc string) string {
	for _, record := range m.inventory.sorted() {
		if record.Type == typeRouteAssociation && record.Text("subnetId") == subnet {
			return record.Text("routeTableId")
		}
	}
	if found := m.byID(typeVpc, vpc); found != nil {
		return found.Text("mainRouteTableId")
	}
	return ""
}

// subnetIn is the subnet of a VPC that holds an address, or nil.
func (m *model) subnetIn(vpc string, address netip.Addr) *Resource {
	for _, record := range m.inventory.sorted() {
		if record.Type != typeSubnet || record.Text("vpcId") != vpc {
			continue
		}
		if block, err := netip.ParsePrefix(record.Text("cidrBlock")); err == nil && block.Contains(address) {
			return record
		}
	}
	return nil
}

// interfaceIn is the subnet of an attachment's interface in a zone; of the first zone if none is named, "" if it has none.
func (m *model) interfaceIn(a *attachment, zone string) string {
	first, chosen := "", ""
	for _, id := range a.Texts("subnetIds") {
		subnet := m.byID(typeSubnet, id)
		if subnet == nil {
			continue
		}
		own := subnet.Text("availabilityZone")
		if zone != "" && own == zone {
			return id
		}
		if zone == "" && (first == "" || strings.Compare(own, first) < 0) {
			first, chosen = own, id
		}
	}
	return chosen
}

// firewallSubnet is the subnet of a network firewall's endpoint, "" if the id is none.
func (m *model) firewallSubnet(endpoint string) string {
	for _, record := range m.inventory.sorted() {
		if record.Type != typeFirewall {
			continue
		}
		ids := record.Texts("firewallStatuses.syncStates.attachments.endpointId")
		subnets := record.Texts("firewallStatuses.syncStates.attachments.subnetId")
		if i := slices.Index(ids, endpoint); i >= 0 && i < len(subnets) {
			return subnets[i]
		}
	}
	return ""
}

// publicAccess is the VPC block public access mode of a resource's account and region if it is at least as strict as
// asked, "" otherwise.
func (m *model) publicAccess(of *Resource, least string) string {
	for _, record := range m.inventory.sorted() {
		if record.Type != typeBlockPublicAccess || !record.seenFrom(of.place()) {
			continue
		}
		if mode := record.Text("internetGatewayBlockMode"); mode == "block-bidirectional" || mode == least {
			return mode
		}
	}
	return ""
}
