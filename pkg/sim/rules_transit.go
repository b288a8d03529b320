package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// privateASN wants a private autonomous system number, of 16 or 32 bits.
func privateASN(value resource.PropertyValue) string {
	if !value.IsNumber() {
		return ""
	}
	asn := int64(value.NumberValue())
	if (asn >= 64512 && asn <= 65534) || (asn >= 4200000000 && asn <= 4294967294) {
		return ""
	}
	return fmt.Sprintf("must be 64512 to 65534 or 4200000000 to 4294967294, not %d", asn)
}

// anyBlock wants a CIDR of either family, host bits zero.
var anyBlock = textual(func(given string) string {
	block, err := netip.ParsePrefix(given)
	switch {
	case err != nil:
		return fmt.Sprintf("%q is not a valid CIDR block", given)
	case block.Masked() != block:
		return fmt.Sprintf("%q has host bits set; the block is %q", given, block.Masked())
	}
	return ""
})

// defaultTransitTable is the table that comes with a gateway that is to have one; both defaults are the same table.
func defaultTransitTable(setting string) maker {
	return func(r *request) resource.PropertyValue {
		if r.Text(setting) != "enable" {
			return resource.NewProperty("")
		}
		return madeID("tgw-rtb", "default")(r)
	}
}

// seenByGatewayOwner is the sight of attachments: who owns a transit gateway sees all that is attached to it.
func seenByGatewayOwner(m *model, record *Resource, at place) bool {
	for _, property := range []string{"transitGatewayId", "peerTransitGatewayId"} {
		gateway := m.gateway(record.Text(property))
		if gateway == nil && m.open && record.Text(property) != "" {
			return true
		}
		if gateway != nil && gateway.seenFrom(at) {
			return true
		}
	}
	return false
}

// seenWithGateway is the sight of route tables: who is shared a gateway may name them, and is refused by ownersAlone.
func seenWithGateway(m *model, record *Resource, at place) bool {
	gateway := m.gateway(record.Text("transitGatewayId"))
	return gateway != nil && m.sees(at, gateway)
}

// gatewayIsOurs wants a gateway of the caller's own: being shared one gives attachments, nothing else.
func gatewayIsOurs(r *request) *Error {
	if gateway := r.Find(typeTransitGateway, r.Text("transitGatewayId")); gateway != nil && !gateway.seenFrom(r.place) {
		return refuse("InvalidTransitGatewayID.NotFound", "Transit Gateway %s was deleted or does not exist.", gateway.ID)
	}
	return nil
}

func noSuchAttachment(id string) *Error {
	return refuse("InvalidTransitGatewayAttachmentID.NotFound", "Transit Gateway Attachment %s was deleted or does not exist.", id)
}

// ownersAlone wants a route table of the caller's own and an attachment to the table's gateway.
func ownersAlone(r *request) *Error {
	id := r.Text("transitGatewayAttachmentId")
	table := r.Find(typeTransitTable, r.Text("transitGatewayRouteTableId"))
	if table != nil && !table.seenFrom(r.place) {
		if id == "" {
			return refuse("InvalidRouteTableID.NotFound", "Transit Gateway Route Table %s was deleted or does not exist.", table.ID)
		}
		return noSuchAttachment(id)
	}
	gateway := r.cloud.gatewayOfTable(r.Text("transitGatewayRouteTableId"))
	if found := r.cloud.attachment(id); found != nil && gateway != "" && !found.on(gateway) {
		return noSuchAttachment(id)
	}
	return nil
}

// attachmentIsAvailable refuses to route to what is not accepted yet.
func attachmentIsAvailable(r *request) *Error {
	found := r.cloud.attachment(r.Text("transitGatewayAttachmentId"))
	if found != nil && r.cloud.attachmentState(found) != "available" {
		return refuse(transitIncorrectState, "%s is in invalid state", found.ID)
	}
	return nil
}

func associatedOnce(r *request) *Error {
	id := r.Text("transitGatewayAttachmentId")
	found := r.cloud.attachment(id)
	if found == nil || r.Flag("replaceExistingAssociation") {
		return nil
	}
	if table := r.cloud.associatedTable(found, r.cloud.gatewayOfTable(r.Text("transitGatewayRouteTableId"))); table != "" {
		return refuse("Resource.AlreadyAssociated", "Transit Gateway Attachment %s is already associated to a route table.", id)
	}
	return nil
}

func peersDoNotPropagate(r *request) *Error {
	if found := r.cloud.attachment(r.Text("transitGatewayAttachmentId")); found != nil && found.Kind == attachedPeering {
		return refuse("OperationNotPermitted", "Route propagation is not supported for peering attachment %s.", found.ID)
	}
	return nil
}

// leadsOrLosesTransit wants an attachment or a black hole, not both and not neither.
func leadsOrLosesTransit(r *request) *Error {
	if r.Flag("blackhole") && r.Has("transitGatewayAttachmentId") {
		return refuse("InvalidParameterCombination", "give blackhole or transitGatewayAttachmentId, not both")
	}
	return nil
}

func transitRouteIsNew(r *request) *Error {
	destination, table := r.Text("destinationCidrBlock"), r.Text("transitGatewayRouteTableId")
	if !r.Flag("blackhole") && !r.Has("transitGatewayAttachmentId") {
		return refuse("MissingParameter", "The request must contain the parameter TransitGatewayAttachmentId")
	}
	for _, other := range r.Siblings(typeTransitRoute, "transitGatewayRouteTableId") {
		if other.Text("destinationCidrBlock") == destination {
			return refuse("RouteAlreadyExists", "Route %s already exists in Transit Gateway Route Table %s.", destination, table)
		}
	}
	return nil
}

// attachmentTags are the tags the caller's account sees on the attachment a call is about: its own, not those of whoever
// made the attachment.
func attachmentTags(r *request) map[string][]string {
	values := resource.PropertyMap{}
	if found := r.cloud.attachment(r.Text("transitGatewayAttachmentId")); found != nil {
		if accepter := r.cloud.accepterOf(found); accepter != nil && accepter.Account == r.Account {
			values = accepter.Properties
		} else if found.Account == r.Account {
			values = found.Properties
		}
	}
	context := map[string][]string{}
	for key, value := range tagsOf(values) {
		context["aws:ResourceTag/"+key] = []string{value}
		context["ec2:ResourceTag/"+key] = []string{value}
	}
	return context
}

// attachedID and attachedKind say what stands behind an attachment.
func attachedID(r *request) resource.PropertyValue {
	found := r.cloud.attachment(r.Text("transitGatewayAttachmentId"))
	switch {
	case found == nil:
		return resource.NewProperty("")
	case found.Kind == attachedVpc:
		return resource.NewProperty(found.Text("vpcId"))
	case found.Kind == attachedPeering:
		return resource.NewProperty(found.Text("peerTransitGatewayId"))
	}
	return resource.NewProperty(found.Resource.ID)
}

func attachedKind(r *request) resource.PropertyValue {
	if found := r.cloud.attachment(r.Text("transitGatewayAttachmentId")); found != nil {
		return resource.NewProperty(found.Kind)
	}
	return resource.NewProperty("")
}

func attachedOnce(r *request) *Error {
	for _, other := range r.Siblings(typeVpcAttachment, "vpcId") {
		if other.Text("transitGatewayId") == r.Text("transitGatewayId") {
			return refuse("DuplicateTransitGatewayAttachment", "%s has non-deleted Transit Gateway Attachments with same VPC ID.",
				r.Text("transitGatewayId"))
		}
	}
	return nil
}

// attachmentSubnets wants subnets of the VPC, one in a zone.
func attachmentSubnets(r *request) *Error {
	zones := map[string]bool{}
	subnets := r.Texts("subnetIds")
	if len(subnets) == 0 {
		return refuse("MissingParameter", "The request must contain the parameter SubnetIds")
	}
	for _, id := range subnets {
		subnet := r.Find(typeSubnet, id)
		if subnet == nil {
			continue
		}
		if subnet.Text("vpcId") != r.Text("vpcId") {
			return refuse("InvalidSubnetID.NotFound", "The subnet ID '%s' does not exist in %s", id, r.Text("vpcId"))
		}
		if zone := subnet.Text("availabilityZone"); zones[zone] {
			return refuse("DuplicateSubnetsInSameZone", "Duplicate Subnets for same AZ (%s)", zone)
		}
		zones[subnet.Text("availabilityZone")] = true
	}
	return nil
}

// waitsToBeAccepted refuses whom the gateway does not belong to, and what needs no acceptance.
func waitsToBeAccepted(r *request) *Error {
	id := r.Text("transitGatewayAttachmentId")
	found := r.cloud.attachment(id)
	if found == nil || found.Kind != attachedVpc {
		return nil
	}
	gateway := r.cloud.gateway(found.Gateways[0])
	switch {
	case gateway == nil && r.cloud.open:
		return nil
	case gateway == nil || !gateway.seenFrom(r.place):
		return noSuchAttachment(id)
	case r.cloud.attachmentState(found) != "pendingAcceptance":
		return refuse(transitIncorrectState, "%s is in invalid state", id)
	}
	return nil
}

// accepterTakesAttachment deletes the attachment with its accepter, which is what the provider does.
func accepterTakesAttachment(r *request) *Error {
	if r.Op != opDelete {
		return nil
	}
	found := r.cloud.attachment(r.ID)
	if found == nil {
		return nil
	}
	gone := append(r.cloud.contents(found.Resource), found.Resource)
	if err := r.cloud.inventory.change(nil, gone); err != nil {
		return refuse("InternalError", "%s", err)
	}
	return nil
}

// attachmentValue is a property of the attachment that is accepted.
func attachmentValue(property string) maker {
	return func(r *request) resource.PropertyValue {
		if found := r.cloud.attachment(r.Text("transitGatewayAttachmentId")); found != nil {
			return found.Properties[resource.PropertyKey(property)]
		}
		return resource.NewProperty("")
	}
}

func peerExists(r *request) *Error {
	peer := r.cloud.gateway(r.Text("peerTransitGatewayId"))
	if r.cloud.open && peer == nil {
		return nil
	}
	owner := r.Text("peerAccountId")
	if owner == "" {
		owner = r.Account
	}
	if peer == nil || peer.Account != owner || peer.Region != r.Text("peerRegion") || peer.ID == r.Text("transitGatewayId") {
		return refuse("InvalidTransitGatewayID.NotFound", "Transit Gateway %s was deleted or does not exist.",
			r.Text("peerTransitGatewayId"))
	}
	return nil
}

// peerAccepts wants the other end of a peering, once.
func peerAccepts(r *request) *Error {
	id := r.Text("transitGatewayAttachmentId")
	found := r.cloud.attachment(id)
	if found == nil || found.Kind != attachedPeering {
		return noSuchAttachment(id)
	}
	peer := r.cloud.gateway(found.Text("peerTransitGatewayId"))
	switch {
	case peer == nil && r.cloud.open:
		return nil
	case peer == nil || !peer.seenFrom(r.place):
		return noSuchAttachment(id)
	case r.cloud.attachmentState(found) != "pendingAcceptance":
		return refuse(transitIncorrectState, "%s is in invalid state", id)
	}
	return nil
}

// peeringValue is what the accepting end of a peering sees of the other.
func peeringValue(what string) maker {
	return func(r *request) resource.PropertyValue {
		found := r.cloud.attachment(r.Text("transitGatewayAttachmentId"))
		switch {
		case found == nil:
			return resource.NewProperty("")
		case what == "account":
			return resource.NewProperty(found.Account)
		case what == "region":
			return resource.NewProperty(found.Region)
		}
		return resource.NewProperty(found.Text(what))
	}
}

// nothingAttached refuses to delete a gateway that is in use, by whatever account.
func nothingAttached(r *request) *Error {
	var ids []string
	for _, found := range r.cloud.attachments() {
		if found.on(r.ID) {
			ids = append(ids, found.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	return refuse(transitIncorrectState, "%s has non-deleted Transit Gateway Attachments: %s.", r.ID, strings.Join(ids, ", "))
}

// routeNeedsAttachment refuses a VPC's route to a transit gateway that the VPC has no working attachment to.
func routeNeedsAttachment(r *request) *Error {
	gateway := r.Text("transitGatewayId")
	if gateway == "" {
		return nil
	}
	found := r.cloud.vpcAttachment(vpcOfTable(r, r.Text("routeTableId")), gateway)
	if found == nil || r.cloud.attachmentState(found) != "available" {
		return refuse("InvalidTransitGatewayID.NotFound", "The transitGateway ID '%s' does not exist", gateway)
	}
	return nil
}
