package sim

import "slices"

// The kinds of thing attached to a transit gateway, as AWS calls them.
const (
	attachedVpc     = "vpc"
	attachedVPN     = "vpn"
	attachedPeering = "peering"
)

// attachment is one thing attached to a transit gateway. What it is and whether it works is never stored: it follows from
// the resources there are.
type attachment struct {
	*Resource
	ID, Kind string
	Gateways []string // its transit gateway; both for a peering
}

// attachment finds what has the id of an attachment, or gives nil.
func (m *model) attachment(id string) *attachment {
	for _, found := range m.attachments() {
		if found.ID == id {
			return found
		}
	}
	return nil
}

// attachments are all attachments of all accounts and regions.
func (m *model) attachments() []*attachment {
	var all []*attachment
	for _, record := range m.inventory.sorted() {
		switch record.Type {
		case typeVpcAttachment:
			all = append(all, &attachment{record, record.ID, attachedVpc, []string{record.Text("transitGatewayId")}})
		case typePeering:
			ends := []string{record.Text("transitGatewayId"), record.Text("peerTransitGatewayId")}
			all = append(all, &attachment{record, record.ID, attachedPeering, ends})
		case typeVPNConnection:
			if id := record.Text("transitGatewayAttachmentId"); id != "" {
				all = append(all, &attachment{record, id, attachedVPN, []string{record.Text("transitGatewayId")}})
			}
		}
	}
	return all
}

// gateway is a transit gateway, wherever it is, or nil.
func (m *model) gateway(id string) *Resource {
	for _, record := range m.inventory.sorted() {
		if record.Type == typeTransitGateway && record.ID == id {
			return record
		}
	}
	return nil
}

// on says whether it is attached to a gateway.
func (a *attachment) on(gateway string) bool { return slices.Contains(a.Gateways, gateway) }

// state is what AWS calls the attachment's state.
func (m *model) attachmentState(a *attachment) string {
	accepted := m.accepterOf(a) != nil
	switch a.Kind {
	case attachedVpc:
		gateway := m.gateway(a.Gateways[0])
		ours := gateway != nil && (gateway.Account == a.Account || gateway.Text("autoAcceptSharedAttachments") == "enable")
		if !ours && !accepted {
			return "pendingAcceptance"
		}
	case attachedPeering:
		if !accepted {
			return "pendingAcceptance"
		}
	}
	return "available"
}

func (m *model) accepterOf(a *attachment) *Resource {
	for _, record := range m.inventory.sorted() {
		if (record.Type == typeVpcAccepter || record.Type == typePeeringAccepter) && record.ID == a.ID {
			return record
		}
	}
	return nil
}

// vpcAttachment is the attachment of a VPC to a gateway, or nil.
func (m *model) vpcAttachment(vpc, gateway string) *attachment {
	for _, found := range m.attachments() {
		if found.Kind == attachedVpc && found.on(gateway) && found.Text("vpcId") == vpc {
			return found
		}
	}
	return nil
}

// byDefault says whether an attachment uses the gateway's default table: when the gateway has one and nobody said no. A
// foreign attachment is asked for by its accepter; one accepted by itself takes what the gateway does.
func (m *model) byDefault(a *attachment, gateway *Resource, choice string) bool {
	says := a.Resource
	if a.Kind != attachedVpc {
		return a.Kind == attachedVPN
	}
	if gateway.Account != a.Account {
		if says = m.accepterOf(a); says == nil {
			return true
		}
	}
	return says.Flag(choice)
}

// associatedTable is the route table that decides where traffic of an attachment goes, "" if there is none.
func (m *model) associatedTable(a *attachment, gatewayID string) string {
	for _, record := range m.inventory.sorted() {
		if record.Type != typeTransitAssociation || record.Text("transitGatewayAttachmentId") != a.ID {
			continue
		}
		if table := record.Text("transitGatewayRouteTableId"); m.gatewayOfTable(table) == gatewayID {
			return table
		}
	}
	gateway := m.gateway(gatewayID)
	if gateway != nil && m.attachmentState(a) == "available" && m.byDefault(a, gateway, "transitGatewayDefaultRouteTableAssociation") {
		return gateway.Text("associationDefaultRouteTableId")
	}
	return ""
}

// gatewayOfTable is the transit gateway of a route table, its default one included.
func (m *model) gatewayOfTable(table string) string {
	for _, record := range m.inventory.sorted() {
		switch {
		case record.Type == typeTransitTable && record.ID == table:
			return record.Text("transitGatewayId")
		case record.Type == typeTransitGateway && table != "" &&
			(record.Text("associationDefaultRouteTableId") == table || record.Text("propagationDefaultRouteTableId") == table):
			return record.ID
		}
	}
	return ""
}

// propagating are the attachments that tell a route table what they hold.
func (m *model) propagating(table string) []*attachment {
	gateway := m.gateway(m.gatewayOfTable(table))
	var found []*attachment
	for _, each := range m.attachments() {
		if gateway == nil || !each.on(gateway.ID) || m.attachmentState(each) != "available" {
			continue
		}
		explicit := slices.ContainsFunc(m.inventory.sorted(), func(record *Resource) bool {
			return record.Type == typeTransitPropagation && record.Text("transitGatewayAttachmentId") == each.ID &&
				record.Text("transitGatewayRouteTableId") == table
		})
		implied := gateway.Text("propagationDefaultRouteTableId") == table &&
			m.byDefault(each, gateway, "transitGatewayDefaultRouteTablePropagation")
		if explicit || implied {
			found = append(found, each)
		}
	}
	return found
}
