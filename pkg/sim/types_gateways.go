package sim

import "time"

const (
	typeInternetGateway = "aws:ec2/internetGateway:InternetGateway"
	typeEgressGateway   = "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway"
	typeElasticIP       = "aws:ec2/eip:Eip"
	typeNATGateway      = "aws:ec2/natGateway:NatGateway"
)

// gatewayTypes are the ways out of a VPC. Replacement lists are ForceNew in the Terraform provider.
func gatewayTypes() []row {
	return []row{internetGatewayRow(), egressGatewayRow(), elasticIPRow(), natGatewayRow()}
}

func internetGatewayRow() row {
	return row{
		Token: typeInternetGateway, Prefix: "igw",
		Actions: actions{
			Create: []string{"ec2:CreateInternetGateway", "ec2:AttachInternetGateway", "ec2:CreateTags"},
			Update: []string{"ec2:AttachInternetGateway", "ec2:DetachInternetGateway", "ec2:CreateTags"},
			Delete: []string{"ec2:DetachInternetGateway", "ec2:DeleteInternetGateway"},
			Read:   []string{"ec2:DescribeInternetGateways *"},
		},
		Computed: map[string]maker{"arn": ec2ARN("internet-gateway"), "ownerId": fill("{account}"), "vpcId": fixed("")},
		Create:   []rule{oneGatewayPerVpc}, Update: []rule{oneGatewayPerVpc, noMappedAddresses},
		Delete: []rule{noMappedAddresses},
		// Routes to a gateway that is gone stay as black holes; they do not hold it.
		NotFound: &refusal{
			Code: "InvalidInternetGatewayID.NotFound", Message: "The internetGateway ID '{target}' does not exist"},
		Quotas: []quota{{Limit: 5, refusal: refusal{
			Code: "InternetGatewayLimitExceeded", Message: "The maximum number of internet gateways has been reached."}}},
		Latency: latency{Create: 2 * time.Second, Update: 2 * time.Second, Delete: 10 * time.Second,
			Source: typicalTimes + "; detaching is polled"},
	}
}

func egressGatewayRow() row {
	return row{
		Token: typeEgressGateway, Prefix: "eigw",
		Actions: actions{
			Create:   []string{"ec2:CreateEgressOnlyInternetGateway", "ec2:CreateTags"},
			Update:   []string{"ec2:CreateTags"},
			Delete:   []string{"ec2:DeleteEgressOnlyInternetGateway"},
			Read:     []string{"ec2:DescribeEgressOnlyInternetGateways *"},
			Resource: "arn:{partition}:ec2:{region}:{account}:egress-only-internet-gateway/{id}",
		},
		Replace:  []string{"vpcId"},
		NotFound: &refusal{Code: "InvalidGatewayID.NotFound", Message: "The eigw ID '{target}' does not exist"},
		Quotas: []quota{{Limit: 5, refusal: refusal{
			Code:    "EgressOnlyInternetGatewayLimitExceeded",
			Message: "The maximum number of egress-only internet gateways has been reached."}}},
		Latency: quick(),
	}
}

func elasticIPRow() row {
	return row{
		Token: typeElasticIP, Prefix: "eipalloc",
		Actions: actions{
			Create: []string{"ec2:AllocateAddress", "ec2:CreateTags"},
			Update: []string{"ec2:AssociateAddress", "ec2:CreateTags"},
			Delete: []string{"ec2:ReleaseAddress"},
			Read:   []string{"ec2:DescribeAddresses *"},
		},
		Computed: map[string]maker{
			"arn": ec2ARN("elastic-ip"), "allocationId": fill("{id}"), "publicIp": publicAddress, "publicDns": publicName,
			"domain": fixed("vpc"), "publicIpv4Pool": fixed("amazon"), "networkBorderGroup": fill("{region}"),
			"associationId": fixed(""), "carrierIp": fixed(""), "customerOwnedIp": fixed(""), "customerOwnedIpv4Pool": fixed(""),
			"instance": fixed(""), "networkInterface": fixed(""), "privateDns": fixed(""), "privateIp": fixed(""),
			"ptrRecord": fixed(""),
		},
		Replace: []string{
			"address", "customerOwnedIpv4Pool", "domain", "ipamPoolId", "networkBorderGroup", "publicIpv4Pool", "vpc"},
		Valid:    map[string]validator{"domain": oneOf("vpc")},
		NotFound: &refusal{Code: "InvalidAllocationID.NotFound", Message: "The allocation ID '{target}' does not exist"},
		InUse:    &refusal{Code: "InvalidIPAddress.InUse", Message: "Address {publicIp} is in use."},
		Quotas: []quota{{Limit: 5, refusal: refusal{
			Code: "AddressLimitExceeded", Message: "The maximum number of addresses has been reached."}}},
		Latency: quick(),
	}
}

func natGatewayRow() row {
	return row{
		Token: typeNATGateway, Prefix: "nat",
		Actions: actions{
			Create:   []string{"ec2:CreateNatGateway", "ec2:CreateTags"},
			Update:   []string{"ec2:CreateTags"},
			Delete:   []string{"ec2:DeleteNatGateway"},
			Read:     []string{"ec2:DescribeNatGateways *"},
			Resource: "arn:{partition}:ec2:{region}:{account}:natgateway/{id}",
		},
		Computed: map[string]maker{
			"associationId": madeID("eipassoc", "nat"), "networkInterfaceId": madeID("eni", "nat"),
			"privateIp": addressInSubnet, "publicIp": natAddress,
			"secondaryAllocationIds": fixed([]any{}), "secondaryPrivateIpAddresses": fixed([]any{}),
			"secondaryPrivateIpAddressCount": fixed(0),
		},
		Defaults: map[string]any{"connectivityType": "public"},
		Replace:  []string{"allocationId", "connectivityType", "privateIp", "secondaryPrivateIpAddressCount", "subnetId"},
		Valid:    map[string]validator{"connectivityType": oneOf("public", "private")},
		Check:    []rule{natAddressSuitsKind},
		Create:   []rule{addressIsFree, vpcHasGateway, natsFitZone},
		// Routes to a gateway that is gone stay as black holes; they do not hold it.
		NotFound: &refusal{Code: "NatGatewayNotFound", Message: "The Nat Gateway {target} was not found"},
		Latency: latency{Create: 105 * time.Second, Update: 10 * time.Second, Delete: 60 * time.Second,
			Source: "a NAT gateway is usually available after 90 to 120 s and gone after 40 to 90 s; the provider waits 10 and 30 min"},
	}
}
