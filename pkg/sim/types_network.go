package sim

import (
	"net/http"
	"time"
)

// Tokens of types that rules look for.
const (
	typeVpc             = "aws:ec2/vpc:Vpc"
	typeSubnet          = "aws:ec2/subnet:Subnet"
	typeIPv4Association = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
	typeIPv6Association = "aws:ec2/vpcIpv6CidrBlockAssociation:VpcIpv6CidrBlockAssociation"
	typeDHCPAssociation = "aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation"

	typeBlockPublicAccess = "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"
)

// Sources of the latency table; measured times vary by a factor of two.
const typicalTimes = "typical times of the EC2 API, one to five seconds for what needs no hardware"

// quick is what most of EC2's resources take.
func quick() latency {
	return latency{Create: 2 * time.Second, Update: time.Second, Delete: time.Second, Source: typicalTimes}
}

// ec2ARN is the ARN of an EC2 resource.
func ec2ARN(kind string) maker {
	return fill("arn:{partition}:ec2:{region}:{account}:" + kind + "/{id}")
}

func violation(message string) *refusal {
	return &refusal{Code: "DependencyViolation", Message: message}
}

// networkTypes are what a VPC is made of. Replacement lists are ForceNew in the Terraform provider (internal/service/ec2).
func networkTypes() []row {
	return []row{
		vpcRow(), subnetRow(), ipv4AssociationRow(), ipv6AssociationRow(), dhcpRow(), dhcpAssociationRow(),
		blockPublicAccessRow(), blockPublicAccessExclusionRow(),
	}
}

func vpcRow() row {
	return row{
		Token: typeVpc, Prefix: "vpc",
		Actions: actions{
			Create: []string{"ec2:CreateVpc", "ec2:CreateTags"},
			Update: []string{"ec2:ModifyVpcAttribute", "ec2:CreateTags"},
			Delete: []string{"ec2:DeleteVpc"},
			Read:   []string{"ec2:DescribeVpcs *", "ec2:DescribeVpcAttribute *"},
		},
		Computed: map[string]maker{
			"arn":                              ec2ARN("vpc"),
			"ownerId":                          fill("{account}"),
			"defaultSecurityGroupId":           madeID("sg", "default"),
			"defaultNetworkAclId":              madeID("acl", "default"),
			"defaultRouteTableId":              madeID("rtb", "default"),
			"mainRouteTableId":                 madeID("rtb", "default"),
			"dhcpOptionsId":                    defaultDHCPOptions,
			"enableDnsHostnames":               fixed(false),
			"enableNetworkAddressUsageMetrics": fixed(false),
			"cidrBlock":                        poolBlock,
			"ipv6AssociationId":                amazonIPv6("vpc-cidr-assoc"),
			"ipv6CidrBlock":                    amazonIPv6(""),
			"ipv6CidrBlockNetworkBorderGroup":  amazonIPv6("border"),
		},
		Follows: map[string]string{
			"ipv6AssociationId": "assignGeneratedIpv6CidrBlock", "ipv6CidrBlock": "assignGeneratedIpv6CidrBlock",
			"ipv6CidrBlockNetworkBorderGroup": "assignGeneratedIpv6CidrBlock",
		},
		Defaults: map[string]any{"enableDnsSupport": true, "instanceTenancy": "default"},
		Replace:  []string{"cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"},
		Valid: map[string]validator{
			"cidrBlock": ipv4Block(16, 28), "ipv4NetmaskLength": between(16, 28), "instanceTenancy": oneOf("default", "dedicated"),
		},
		Create:   []rule{vpcHasBlock},
		NotFound: &refusal{Code: "InvalidVpcID.NotFound", Message: "The vpc ID '{target}' does not exist"},
		InUse:    violation("The vpc '{id}' has dependencies and cannot be deleted."),
		Quotas: []quota{{Limit: 5, refusal: refusal{
			Code: "VpcLimitExceeded", Message: "The maximum number of VPCs has been reached."}}},
		Latency: quick(),
	}
}

func subnetRow() row {
	return row{
		Token: typeSubnet, Prefix: "subnet",
		Actions: actions{
			Create: []string{"ec2:CreateSubnet", "ec2:CreateSubnet arn:{partition}:ec2:{region}:{account}:vpc/{vpcId}", "ec2:CreateTags"},
			Update: []string{"ec2:ModifySubnetAttribute", "ec2:CreateTags"},
			Delete: []string{"ec2:DeleteSubnet"},
			Read:   []string{"ec2:DescribeSubnets *"},
		},
		Computed: map[string]maker{
			"arn":                            ec2ARN("subnet"),
			"ownerId":                        fill("{account}"),
			"availabilityZone":               zoneName,
			"availabilityZoneId":             zoneID,
			"ipv6CidrBlockAssociationId":     subnetIPv6,
			"privateDnsHostnameTypeOnLaunch": fixed("ip-name"),
		},
		Follows: map[string]string{"ipv6CidrBlockAssociationId": "ipv6CidrBlock"},
		Defaults: map[string]any{
			"assignIpv6AddressOnCreation": false, "enableDns64": false, "mapPublicIpOnLaunch": false,
			"enableResourceNameDnsARecordOnLaunch": false, "enableResourceNameDnsAaaaRecordOnLaunch": false,
			"ipv6Native": false,
		},
		Replace: []string{"vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ipv6Native", "outpostArn"},
		Valid: map[string]validator{
			"cidrBlock": ipv4Block(0, 32), "ipv6CidrBlock": ipv6Block,
			"privateDnsHostnameTypeOnLaunch": oneOf("ip-name", "resource-name"),
		},
		Check:    []rule{zoneGivenOnce},
		Create:   []rule{zoneExists, subnetHasSize, subnetInVpc, subnetIsFree, subnetIPv6IsFree},
		Update:   []rule{subnetIPv6IsFree},
		NotFound: &refusal{Code: "InvalidSubnetID.NotFound", Message: "The subnet ID '{target}' does not exist"},
		InUse:    violation("The subnet '{id}' has dependencies and cannot be deleted."),
		Quotas: []quota{{Limit: 200, Per: []string{"vpcId"}, refusal: refusal{
			Code: "SubnetLimitExceeded", Message: "The maximum number of subnets has been reached."}}},
		Latency: quick(),
	}
}

func ipv4AssociationRow() row {
	return row{
		Token: typeIPv4Association, Prefix: "vpc-cidr-assoc",
		Actions: actions{
			Create:   []string{"ec2:AssociateVpcCidrBlock"},
			Delete:   []string{"ec2:DisassociateVpcCidrBlock"},
			Read:     []string{"ec2:DescribeVpcs *"},
			Resource: "arn:{partition}:ec2:{region}:{account}:vpc/{vpcId}",
		},
		Computed: map[string]maker{"cidrBlock": poolBlock},
		Replace:  []string{"cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength", "vpcId"},
		Valid:    map[string]validator{"cidrBlock": ipv4Block(16, 28), "ipv4NetmaskLength": between(16, 28)},
		Create:   []rule{secondaryIsAllowed, secondaryIsFree, blocksFitQuota},
		Delete:   []rule{secondaryIsEmpty},
		NotFound: &refusal{
			Code:    "InvalidVpcCidrBlockAssociationID.NotFound",
			Message: "The vpc CIDR block association ID '{target}' does not exist"},
		Latency: latency{
			Create: 12 * time.Second, Delete: 12 * time.Second, Source: "the provider polls the association every ten seconds"},
	}
}

func ipv6AssociationRow() row {
	return row{
		Token: typeIPv6Association, Prefix: "vpc-cidr-assoc",
		Actions: actions{
			Create:   []string{"ec2:AssociateVpcCidrBlock"},
			Delete:   []string{"ec2:DisassociateVpcCidrBlock"},
			Read:     []string{"ec2:DescribeVpcs *"},
			Resource: "arn:{partition}:ec2:{region}:{account}:vpc/{vpcId}",
		},
		Computed: map[string]maker{
			"ipv6CidrBlock": amazonIPv6("association"), "ipSource": fixed("amazon"), "ipv6AddressAttribute": fixed("public"),
			"ipv6Pool": fixed("Amazon"),
		},
		Replace: []string{
			"assignGeneratedIpv6CidrBlock", "ipv6CidrBlock", "ipv6IpamPoolId", "ipv6NetmaskLength", "ipv6Pool", "vpcId"},
		Valid: map[string]validator{"ipv6CidrBlock": ipv6Block},
		Latency: latency{
			Create: 12 * time.Second, Delete: 12 * time.Second, Source: "the provider polls the association every ten seconds"},
	}
}

func dhcpRow() row {
	return row{
		Token: "aws:ec2/vpcDhcpOptions:VpcDhcpOptions", Prefix: "dopt",
		Actions: actions{
			Create: []string{"ec2:CreateDhcpOptions", "ec2:CreateTags"},
			Update: []string{"ec2:CreateTags"},
			Delete: []string{"ec2:DeleteDhcpOptions"},
			Read:   []string{"ec2:DescribeDhcpOptions *"},
		},
		Computed: map[string]maker{"arn": ec2ARN("dhcp-options"), "ownerId": fill("{account}")},
		Replace: []string{
			"domainName", "domainNameServers", "ipv6AddressPreferredLeaseTime", "netbiosNameServers", "netbiosNodeType",
			"ntpServers",
		},
		Check:    []rule{dhcpSaysSomething},
		NotFound: &refusal{Code: "InvalidDhcpOptionID.NotFound", Message: "DhcpOptionID {target} does not exist."},
		InUse:    violation("The dhcpOptions '{id}' has dependencies and cannot be deleted."),
		Latency:  quick(),
	}
}

func dhcpAssociationRow() row {
	return row{
		Token: typeDHCPAssociation,
		Actions: actions{
			Create:   []string{"ec2:AssociateDhcpOptions"},
			Update:   []string{"ec2:AssociateDhcpOptions"},
			Delete:   []string{"ec2:AssociateDhcpOptions"},
			Read:     []string{"ec2:DescribeVpcs *"},
			Resource: "arn:{partition}:ec2:{region}:{account}:vpc/{vpcId}",
		},
		ID:      fill("{dhcpOptionsId}-{vpcId}"),
		Replace: []string{"vpcId"},
		Within:  "vpcId",
		Latency: quick(),
	}
}

func blockPublicAccessRow() row {
	return row{
		Token: typeBlockPublicAccess, Attached: true,
		Actions: actions{
			Create:   []string{"ec2:ModifyVpcBlockPublicAccessOptions"},
			Update:   []string{"ec2:ModifyVpcBlockPublicAccessOptions"},
			Delete:   []string{"ec2:ModifyVpcBlockPublicAccessOptions"},
			Read:     []string{"ec2:DescribeVpcBlockPublicAccessOptions *"},
			Resource: "*",
		},
		ID:       fill("{region}"),
		Computed: map[string]maker{"awsAccountId": fill("{account}"), "awsRegion": fill("{region}")},
		Valid: map[string]validator{
			"internetGatewayBlockMode": oneOf("block-bidirectional", "block-ingress", "off"),
		},
		Latency: latency{
			Create: 3 * time.Minute, Update: 3 * time.Minute, Delete: 3 * time.Minute,
			Source: "AWS says a change of mode takes minutes to reach every VPC; the provider waits for update-complete"},
	}
}

func blockPublicAccessExclusionRow() row {
	return row{
		Token: "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion", Prefix: "vpcbpa-exclude",
		Actions: actions{
			Create:   []string{"ec2:CreateVpcBlockPublicAccessExclusion", "ec2:CreateTags"},
			Update:   []string{"ec2:ModifyVpcBlockPublicAccessExclusion", "ec2:CreateTags"},
			Delete:   []string{"ec2:DeleteVpcBlockPublicAccessExclusion"},
			Read:     []string{"ec2:DescribeVpcBlockPublicAccessExclusions *"},
			Resource: "arn:{partition}:ec2:{region}:{account}:vpc-block-public-access-exclusion/{id}",
		},
		Computed: map[string]maker{"resourceArn": excludedARN},
		Replace:  []string{"subnetId", "vpcId"},
		Within:   "vpcId",
		Weak:     []string{"subnetId"},
		Valid: map[string]validator{
			"internetGatewayExclusionMode": oneOf("allow-bidirectional", "allow-egress"),
		},
		Check: []rule{exclusionNamesOne},
		NotFound: &refusal{
			Code: "InvalidVpcBlockPublicAccessExclusionId.NotFound", Status: http.StatusBadRequest,
			Message: "The exclusion ID '{target}' does not exist"},
		Quotas: []quota{{Limit: 50, refusal: refusal{
			Code: "VpcBlockPublicAccessExclusionLimitExceeded", Message: "The maximum number of exclusions has been reached."}}},
		Latency: latency{
			Create: time.Minute, Update: time.Minute, Delete: time.Minute,
			Source: "the provider waits for the exclusion's state; about a minute"},
	}
}
