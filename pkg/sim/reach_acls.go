package sim

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// answerPort is the port that answers go to, of those every system gives to connections it opens.
// https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports
const answerPort = 50000

// cross is the way from one subnet to another, or out of and into one from elsewhere (""): the network ACL of each is asked.
// Between network interfaces of one subnet none is.
func (w *walk) cross(from, to string) {
	if from == to || w.reason != "" {
		return
	}
	if from != "" {
		w.ask(from, true, w.to)
	}
	if to != "" && w.reason == "" {
		w.ask(to, false, w.from)
	}
}

// ask stops the walk where a subnet's network ACL does not let traffic pass.
func (w *walk) ask(subnet string, egress bool, other netip.Addr) {
	acl, entries := w.m.aclOf(subnet)
	port := fmt.Sprintf("port %d of %s", w.port, w.protocol)
	for _, entry := range entries {
		if entry.egress != egress || !entry.matches(other, w.protocol, w.port) {
			continue
		}
		if !entry.allow {
			w.stop(fmt.Sprintf("network ACL %s denies %s %s in %s", acl, direction(egress, other), port, subnet))
		}
		return
	}
	w.stop(fmt.Sprintf("network ACL %s does not let %s %s pass in %s", acl, direction(egress, other), port, subnet))
}

func direction(egress bool, other netip.Addr) string {
	if egress {
		return "traffic to " + other.String()
	}
	return "traffic from " + other.String()
}

// aclEntry is one entry of a network ACL, of IPv4.
type aclEntry struct {
	number   int
	egress   bool
	allow    bool
	protocol string
	from, to int
	block    netip.Prefix
}

// protocolNumbers are what network ACLs call protocols.
var protocolNumbers = map[string]string{"tcp": "6", "udp": "17"}

func (e aclEntry) matches(other netip.Addr, protocol string, port int) bool {
	if !e.block.Contains(other) {
		return false
	}
	if e.protocol == "-1" || e.protocol == "all" {
		return true
	}
	return (e.protocol == protocol || e.protocol == protocolNumbers[protocol]) && e.from <= port && port <= e.to
}

// aclOf is the network ACL of a subnet and its entries in the order they are asked: the one it is associated with, one that
// names it, or the VPC's default one, which lets everything pass until it is adopted.
func (m *model) aclOf(subnet string) (id string, entries []aclEntry) {
	found := m.byID(typeSubnet, subnet)
	if found == nil {
		return "", nil
	}
	for _, record := range m.inventory.sorted() {
		switch {
		case record.Type == typeACLAssociation && record.Text("subnetId") == subnet:
			id = record.Text("networkAclId")
		case id == "" && record.row.Kind == kindNetworkACL && slices.Contains(record.Texts("subnetIds"), subnet):
			id = record.ID
		}
	}
	if vpc := m.byID(typeVpc, found.Text("vpcId")); id == "" && vpc != nil {
		id = vpc.Text("defaultNetworkAclId")
	}
	acl := m.byID(kindNetworkACL, id)
	if acl == nil {
		open := netip.PrefixFrom(netip.IPv4Unspecified(), 0)
		return id, []aclEntry{{allow: true, protocol: "-1", block: open}, {egress: true, allow: true, protocol: "-1", block: open}}
	}
	for key, egress := range map[string]bool{"ingress": false, "egress": true} {
		visit(acl.Properties, key, func(entry resource.PropertyValue) {
			if entry.IsObject() {
				entries = append(entries, readACLEntry(entry.ObjectValue(), "ruleNo", "action", egress))
			}
		})
	}
	for _, record := range m.inventory.sorted() {
		if record.Type == typeACLRule && record.Text("networkAclId") == id {
			entries = append(entries, readACLEntry(record.Properties, "ruleNumber", "ruleAction", record.Flag("egress")))
		}
	}
	slices.SortFunc(entries, func(a, b aclEntry) int { return cmp.Compare(a.number, b.number) })
	return id, entries
}

func readACLEntry(values resource.PropertyMap, at, action string, egress bool) aclEntry {
	block, err := netip.ParsePrefix(text(values, "cidrBlock"))
	if err != nil {
		block = netip.Prefix{} // of IPv6: holds no address of IPv4
	}
	return aclEntry{
		number: number(values, at), egress: egress, allow: text(values, action) == "allow",
		protocol: text(values, "protocol"), from: number(values, "fromPort"), to: number(values, "toPort"), block: block,
	}
}
