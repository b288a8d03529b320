package sim

const (
	kindRouteTable       = "route table"
	typeRoute            = "aws:ec2/route:Route"
	typeRouteAssociation = "aws:ec2/routeTableAssociation:RouteTableAssociation"
)

// routeTypes are route tables and what is in them. Replacement lists are ForceNew in the Terraform provider.
func routeTypes() []row {
	return []row{routeTableRow(), defaultRouteTableRow(), routeRow(), routeAssociationRow()}
}

func routeTableRow() row {
	return row{
		Token: "aws:ec2/routeTable:RouteTable", Kind: kindRouteTable, Prefix: "rtb",
		Actions: actions{
			Create: []string{"ec2:CreateRouteTable", "ec2:CreateRouteTable arn:{partition}:ec2:{region}:{account}:vpc/{vpcId}", "ec2:CreateTags"},
			Update: []string{"ec2:CreateTags"},
			Delete: []string{"ec2:DeleteRouteTable"},
			Read:   []string{"ec2:DescribeRouteTables *"},
		},
		Computed: map[string]maker{
			"arn": ec2ARN("route-table"), "ownerId": fill("{account}"), "routes": fixed([]any{}),
			"propagatingVgws": fixed([]any{}),
		},
		Replace:  []string{"vpcId"},
		Sets:     []string{"routes", "propagatingVgws"},
		NotFound: &refusal{Code: "InvalidRouteTableID.NotFound", Message: "The routeTable ID '{target}' does not exist"},
		InUse:    violation("The routeTable '{id}' has dependencies and cannot be deleted."),
		Quotas: []quota{{Limit: 200, Per: []string{"vpcId"}, refusal: refusal{
			Code: "RouteTableLimitExceeded", Message: "The maximum number of route tables has been reached."}}},
		Latency: quick(),
	}
}

// defaultRouteTableRow adopts the table that came with the VPC: it exists already, and giving it up deletes nothing.
func defaultRouteTableRow() row {
	return row{
		Token: "aws:ec2/defaultRouteTable:DefaultRouteTable", Kind: kindRouteTable, Attached: true,
		Actions: actions{
			Create: []string{"ec2:CreateTags"},
			Update: []string{"ec2:CreateTags"},
			Read:   []string{"ec2:DescribeRouteTables *"},
		},
		ID: fill("{defaultRouteTableId}"),
		Computed: map[string]maker{
			"arn": ec2ARN("route-table"), "ownerId": fill("{account}"), "vpcId": vpcOf("defaultRouteTableId"),
			"routes": fixed([]any{}), "propagatingVgws": fixed([]any{}),
		},
		Replace: []string{"defaultRouteTableId"},
		Sets:    []string{"routes", "propagatingVgws"},
		Create:  []rule{isDefaultOf("defaultRouteTableId", "InvalidRouteTableID.NotFound", "The routeTable ID '%s' does not exist")},
		Within:  "vpcId",
		Latency: quick(),
	}
}

func routeRow() row {
	return row{
		Token: typeRoute,
		Actions: actions{
			Create:   []string{"ec2:CreateRoute"},
			Update:   []string{"ec2:ReplaceRoute"},
			Delete:   []string{"ec2:DeleteRoute"},
			Read:     []string{"ec2:DescribeRouteTables *"},
			Resource: "arn:{partition}:ec2:{region}:{account}:route-table/{routeTableId}",
		},
		ID: routeID,
		Computed: map[string]maker{
			"instanceId": fixed(""), "instanceOwnerId": fixed(""), "networkInterfaceId": fixed(""),
			"origin": fixed("CreateRoute"), "state": fixed("active"),
		},
		Replace: []string{"routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"},
		Valid:   map[string]validator{"destinationCidrBlock": ipv4Block(0, 32), "destinationIpv6CidrBlock": ipv6Block},
		Check:   []rule{routeHasOneDestination, routeHasOneTarget},
		Create:  []rule{routeIsNew, routeStaysHome, routeIsNotLocal, routeNeedsAttachment},
		Update:  []rule{routeStaysHome, routeNeedsAttachment},
		Within:  "routeTableId",
		// A route keeps nothing: its target may go, and then it is a black hole.
		Weak: []string{
			"gatewayId", "natGatewayId", "egressOnlyGatewayId", "transitGatewayId", "vpcEndpointId", "vpcPeeringConnectionId",
			"networkInterfaceId", "carrierGatewayId", "localGatewayId",
		},
		NotFound: &refusal{
			Code:    "InvalidRoute.NotFound",
			Message: "no route with destination-cidr-block {destinationCidrBlock} in route table {routeTableId}"},
		Quotas: []quota{{Limit: 500, Per: []string{"routeTableId"}, refusal: refusal{
			Code: "RouteLimitExceeded", Message: "The maximum number of routes has been reached."}}},
		Latency: quick(),
	}
}

func routeAssociationRow() row {
	return row{
		Token: typeRouteAssociation, Prefix: "rtbassoc",
		Actions: actions{
			Create:   []string{"ec2:AssociateRouteTable"},
			Update:   []string{"ec2:ReplaceRouteTableAssociation"},
			Delete:   []string{"ec2:DisassociateRouteTable"},
			Read:     []string{"ec2:DescribeRouteTables *"},
			Resource: "arn:{partition}:ec2:{region}:{account}:route-table/{routeTableId}",
		},
		Replace: []string{"gatewayId", "subnetId"},
		Check:   []rule{associationNamesOne},
		Create:  []rule{subnetHasNoTable, associationStaysHome},
		Update:  []rule{associationStaysHome},
		// An association vanishes with its subnet and holds its table.
		Within:   "subnetId",
		NotFound: &refusal{Code: "InvalidAssociationID.NotFound", Message: "The association ID '{target}' does not exist"},
		Latency:  quick(),
	}
}
