package sim

import "time"

const (
	typeTransitGateway     = "aws:ec2transitgateway/transitGateway:TransitGateway"
	typeTransitTable       = "aws:ec2transitgateway/routeTable:RouteTable"
	typeTransitAssociation = "aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation"
	typeTransitPropagation = "aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation"
	typeTransitRoute       = "aws:ec2transitgateway/route:Route"
	typeVpcAttachment      = "aws:ec2transitgateway/vpcAttachment:VpcAttachment"
	typeVpcAccepter        = "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter"
	typePeering            = "aws:ec2transitgateway/peeringAttachment:PeeringAttachment"
	typePeeringAccepter    = "aws:ec2transitgateway/peeringAttachmentAccepter:PeeringAttachmentAccepter"
	transitIncorrectState  = "IncorrectState"
)

// What actions on transit gateways are done to. An attachment stands in the caller's account here, whoever made it.
const (
	transitTableARN = "arn:{partition}:ec2:{region}:{account}:transit-gateway-route-table/{transitGatewayRouteTableId}"
	attachmentARN   = "arn:{partition}:ec2:{region}:{account}:transit-gateway-attachment/{transitGatewayAttachmentId}"
)

// onTableAndAttachment is an action that must be allowed on both.
func onTableAndAttachment(action string) []string {
	return []string{action + " " + transitTableARN, action + " " + attachmentARN}
}

// ec2Actions are those of a type that is created and deleted under one name.
func ec2Actions(name, modify, describe string) actions {
	return actions{
		Create: []string{"ec2:Create" + name, "ec2:CreateTags"}, Update: []string{"ec2:" + modify},
		Delete: []string{"ec2:Delete" + name}, Read: []string{"ec2:" + describe + " *"},
	}
}

// transitTypes are transit gateways, what is attached to them and how they route. Replacement lists are ForceNew in the
// Terraform provider (internal/service/ec2/transitgateway_*.go).
func transitTypes() []row {
	return []row{
		transitGatewayRow(), transitTableRow(), transitAssociationRow(), transitPropagationRow(), transitRouteRow(),
		vpcAttachmentRow(), vpcAccepterRow(), peeringRow(), peeringAccepterRow(),
	}
}

func transitAttachmentMissing() *refusal {
	return &refusal{
		Code:    "InvalidTransitGatewayAttachmentID.NotFound",
		Message: "Transit Gateway Attachment {target} was deleted or does not exist."}
}

func transitGatewayRow() row {
	onOff := oneOf("enable", "disable")
	return row{
		Token: typeTransitGateway, Prefix: "tgw", Sight: sharedByRAM,
		Actions: ec2Actions("TransitGateway", "ModifyTransitGateway", "DescribeTransitGateways"),
		Computed: map[string]maker{
			"arn": ec2ARN("transit-gateway"), "ownerId": fill("{account}"),
			"associationDefaultRouteTableId": defaultTransitTable("defaultRouteTableAssociation"),
			"propagationDefaultRouteTableId": defaultTransitTable("defaultRouteTablePropagation"),
		},
		Live: []string{"associationDefaultRouteTableId", "propagationDefaultRouteTableId"},
		Defaults: map[string]any{
			"amazonSideAsn": 64512, "autoAcceptSharedAttachments": "disable", "defaultRouteTableAssociation": "enable",
			"defaultRouteTablePropagation": "enable", "dnsSupport": "enable", "multicastSupport": "disable",
			"securityGroupReferencingSupport": "disable", "vpnEcmpSupport": "enable",
		},
		Replace: []string{"amazonSideAsn", "multicastSupport"},
		Sets:    []string{"transitGatewayCidrBlocks"},
		Valid: map[string]validator{
			"amazonSideAsn": privateASN, "autoAcceptSharedAttachments": onOff, "defaultRouteTableAssociation": onOff,
			"defaultRouteTablePropagation": onOff, "dnsSupport": onOff, "multicastSupport": onOff,
			"securityGroupReferencingSupport": onOff, "vpnEcmpSupport": onOff, "transitGatewayCidrBlocks": ipv4Block(0, 24),
		},
		Delete: []rule{nothingAttached},
		NotFound: &refusal{
			Code: "InvalidTransitGatewayID.NotFound", Message: "Transit Gateway {target} was deleted or does not exist."},
		InUse: &refusal{Code: transitIncorrectState, Message: "{id} has non-deleted Transit Gateway Route Tables."},
		Quotas: []quota{{Limit: 5, refusal: refusal{
			Code: "TransitGatewayLimitExceeded", Message: "The maximum number of transit gateways has been reached."}}},
		Latency: latency{Create: 90 * time.Second, Update: 30 * time.Second, Delete: 60 * time.Second,
			Source: "one to two minutes until available"},
	}
}

func transitTableRow() row {
	return row{
		Token: typeTransitTable, Prefix: "tgw-rtb", Sight: seenWithGateway,
		Actions: actions{
			Create: []string{"ec2:CreateTransitGatewayRouteTable", "ec2:CreateTags"}, Update: []string{"ec2:CreateTags"},
			Delete: []string{"ec2:DeleteTransitGatewayRouteTable"}, Read: []string{"ec2:DescribeTransitGatewayRouteTables *"},
		},
		Computed: map[string]maker{
			"arn":                          ec2ARN("transit-gateway-route-table"),
			"defaultAssociationRouteTable": fixed(false), "defaultPropagationRouteTable": fixed(false),
		},
		Replace: []string{"transitGatewayId"},
		Create:  []rule{gatewayIsOurs},
		NotFound: &refusal{
			Code: "InvalidRouteTableID.NotFound", Message: "Transit Gateway Route Table {target} was deleted or does not exist."},
		InUse: &refusal{Code: transitIncorrectState, Message: "{id} has associated attachments."},
		Quotas: []quota{{Limit: 20, Per: []string{"transitGatewayId"}, refusal: refusal{
			Code: "TransitGatewayRouteTableLimitExceeded", Message: "The maximum number of route tables has been reached."}}},
		Latency: latency{Create: 20 * time.Second, Delete: 20 * time.Second, Source: "seconds, polled every ten"},
	}
}

// transitLinkTime is how long associations and propagations take.
func transitLinkTime() latency {
	return latency{Create: 40 * time.Second, Delete: 30 * time.Second, Source: "20 to 60 seconds until associated or enabled"}
}

func transitAssociationRow() row {
	return row{
		Token: typeTransitAssociation, ID: fill("{transitGatewayRouteTableId}_{transitGatewayAttachmentId}"),
		Actions: actions{
			Create: onTableAndAttachment("ec2:AssociateTransitGatewayRouteTable"),
			Delete: onTableAndAttachment("ec2:DisassociateTransitGatewayRouteTable"),
			Read:   []string{"ec2:GetTransitGatewayRouteTableAssociations " + transitTableARN}, Context: attachmentTags,
		},
		Computed: map[string]maker{"resourceId": attachedID, "resourceType": attachedKind},
		Replace:  []string{"transitGatewayAttachmentId", "transitGatewayRouteTableId"},
		Create:   []rule{ownersAlone, attachmentIsAvailable, associatedOnce},
		Within:   "transitGatewayAttachmentId",
		Latency:  transitLinkTime(),
	}
}

func transitPropagationRow() row {
	return row{
		Token: typeTransitPropagation, ID: fill("{transitGatewayRouteTableId}_{transitGatewayAttachmentId}"),
		Actions: actions{
			Create: onTableAndAttachment("ec2:EnableTransitGatewayRouteTablePropagation"),
			Delete: onTableAndAttachment("ec2:DisableTransitGatewayRouteTablePropagation"),
			Read:   []string{"ec2:GetTransitGatewayRouteTablePropagations " + transitTableARN}, Context: attachmentTags,
		},
		Computed: map[string]maker{"resourceId": attachedID, "resourceType": attachedKind},
		Replace:  []string{"transitGatewayAttachmentId", "transitGatewayRouteTableId"},
		Create:   []rule{ownersAlone, attachmentIsAvailable, peersDoNotPropagate},
		Within:   "transitGatewayAttachmentId",
		Weak:     []string{"transitGatewayRouteTableId"},
		Unique: []unique{{By: []string{"transitGatewayAttachmentId", "transitGatewayRouteTableId"}, refusal: refusal{
			Code:    "TransitGatewayRouteTablePropagation.Duplicate",
			Message: "Propagation between {transitGatewayAttachmentId} and {transitGatewayRouteTableId} already exists."}}},
		Latency: transitLinkTime(),
	}
}

func transitRouteRow() row {
	return row{
		Token: typeTransitRoute, ID: fill("{transitGatewayRouteTableId}_{destinationCidrBlock}"),
		Actions: actions{
			Create: []string{"ec2:CreateTransitGatewayRoute"}, Delete: []string{"ec2:DeleteTransitGatewayRoute"},
			Read: []string{"ec2:SearchTransitGatewayRoutes"}, Resource: transitTableARN,
		},
		Defaults: map[string]any{"blackhole": false},
		Replace:  []string{"blackhole", "destinationCidrBlock", "transitGatewayAttachmentId", "transitGatewayRouteTableId"},
		// A table has one route to a destination.
		DeleteFirst: true,
		Valid:       map[string]validator{"destinationCidrBlock": anyBlock},
		Check:       []rule{leadsOrLosesTransit},
		Create:      []rule{ownersAlone, attachmentIsAvailable, transitRouteIsNew},
		Within:      "transitGatewayRouteTableId",
		// The attachment may go; then the route is a black hole.
		Weak: []string{"transitGatewayAttachmentId"},
		NotFound: &refusal{
			Code: "InvalidRoute.NotFound", Message: "Route {destinationCidrBlock} does not exist in {transitGatewayRouteTableId}."},
		Latency: quick(),
	}
}

func vpcAttachmentRow() row {
	onOff := oneOf("enable", "disable")
	return row{
		Token: typeVpcAttachment, Prefix: "tgw-attach", Sight: seenByGatewayOwner,
		Actions:  ec2Actions("TransitGatewayVpcAttachment", "ModifyTransitGatewayVpcAttachment", "DescribeTransitGatewayVpcAttachments"),
		Computed: map[string]maker{"arn": ec2ARN("transit-gateway-attachment"), "vpcOwnerId": fill("{account}")},
		Defaults: map[string]any{
			"applianceModeSupport": "disable", "dnsSupport": "enable", "ipv6Support": "disable",
			"securityGroupReferencingSupport": "enable", "transitGatewayDefaultRouteTableAssociation": true,
			"transitGatewayDefaultRouteTablePropagation": true,
		},
		Replace: []string{"transitGatewayId", "vpcId"},
		// A VPC has one attachment to a gateway.
		DeleteFirst: true,
		Sets:        []string{"subnetIds"},
		Valid: map[string]validator{
			"applianceModeSupport": onOff, "dnsSupport": onOff, "ipv6Support": onOff, "securityGroupReferencingSupport": onOff,
		},
		Create:   []rule{attachedOnce, attachmentSubnets},
		Update:   []rule{attachmentSubnets},
		Weak:     []string{"transitGatewayId"}, // holds it by a rule, with a message of its own
		NotFound: transitAttachmentMissing(),
		Quotas: []quota{{Limit: 5, Per: []string{"vpcId"}, refusal: refusal{
			Code: "TransitGatewayAttachmentLimitExceeded", Message: "The maximum number of transit gateways of a VPC has been reached."}}},
		Latency: latency{Create: 80 * time.Second, Update: 30 * time.Second, Delete: 60 * time.Second,
			Source: "40 to 120 seconds until available"},
	}
}

// vpcAccepterRow accepts an attachment of another account. The provider deletes the attachment when its accepter goes.
func vpcAccepterRow() row {
	return row{
		Token: typeVpcAccepter, Attached: true, ID: fill("{transitGatewayAttachmentId}"),
		Actions: actions{
			Create: []string{"ec2:AcceptTransitGatewayVpcAttachment", "ec2:CreateTags"}, Update: []string{"ec2:CreateTags"},
			Delete: []string{"ec2:DeleteTransitGatewayVpcAttachment"}, Read: []string{"ec2:DescribeTransitGatewayVpcAttachments *"},
			Resource: attachmentARN,
		},
		Computed: map[string]maker{
			"applianceModeSupport": attachmentValue("applianceModeSupport"), "dnsSupport": attachmentValue("dnsSupport"),
			"ipv6Support":                     attachmentValue("ipv6Support"),
			"securityGroupReferencingSupport": attachmentValue("securityGroupReferencingSupport"),
			"subnetIds":                       attachmentValue("subnetIds"), "transitGatewayId": attachmentValue("transitGatewayId"),
			"vpcId": attachmentValue("vpcId"), "vpcOwnerId": attachmentValue("vpcOwnerId"),
		},
		Defaults: map[string]any{
			"transitGatewayDefaultRouteTableAssociation": true, "transitGatewayDefaultRouteTablePropagation": true,
		},
		Replace: []string{"transitGatewayAttachmentId"},
		Create:  []rule{waitsToBeAccepted},
		Within:  "transitGatewayAttachmentId",
		Effect:  accepterTakesAttachment,
		Latency: latency{Create: 60 * time.Second, Delete: 60 * time.Second, Source: "until the attachment is available"},
	}
}

func peeringRow() row {
	return row{
		Token: typePeering, Prefix: "tgw-attach", Sight: seenByGatewayOwner,
		Actions: ec2Actions("TransitGatewayPeeringAttachment", "CreateTags", "DescribeTransitGatewayPeeringAttachments"),
		Computed: map[string]maker{
			"arn": ec2ARN("transit-gateway-attachment"), "state": fixed("pendingAcceptance"), "peerAccountId": fill("{account}"),
		},
		Replace:  []string{"options", "peerAccountId", "peerRegion", "peerTransitGatewayId", "transitGatewayId"},
		Create:   []rule{gatewayIsOurs, peerExists},
		Weak:     []string{"transitGatewayId", "peerTransitGatewayId"},
		Foreign:  []string{"peerTransitGatewayId"},
		NotFound: transitAttachmentMissing(),
		Latency:  latency{Create: 60 * time.Second, Delete: 60 * time.Second, Source: "until pending acceptance"},
	}
}

func peeringAccepterRow() row {
	return row{
		Token: typePeeringAccepter, Attached: true, ID: fill("{transitGatewayAttachmentId}"),
		Actions: actions{
			Create: []string{"ec2:AcceptTransitGatewayPeeringAttachment", "ec2:CreateTags"}, Update: []string{"ec2:CreateTags"},
			Read: []string{"ec2:DescribeTransitGatewayPeeringAttachments *"}, Resource: attachmentARN,
		},
		Computed: map[string]maker{
			"peerAccountId": peeringValue("account"), "peerRegion": peeringValue("region"),
			"peerTransitGatewayId": peeringValue("transitGatewayId"), "transitGatewayId": peeringValue("peerTransitGatewayId"),
		},
		Replace: []string{"transitGatewayAttachmentId"},
		Create:  []rule{peerAccepts},
		Within:  "transitGatewayAttachmentId",
		Latency: latency{Create: 60 * time.Second, Delete: 60 * time.Second, Source: "until the attachment is available"},
	}
}
