package sim

import "time"

// Sources of the latency table; measured create times vary by a factor of two.
const typicalTimes = "typical times of the EC2 API, one to five seconds for what needs no hardware"

func networkTypes() []row {
	return []row{
		{
			Token:  "aws:ec2/vpc:Vpc",
			Prefix: "vpc",
			Computed: map[string]maker{
				"arn":                              fill("arn:{partition}:ec2:{region}:{account}:vpc/{id}"),
				"ownerId":                          fill("{account}"),
				"defaultSecurityGroupId":           madeID("sg", "default"),
				"defaultNetworkAclId":              madeID("acl", "default"),
				"defaultRouteTableId":              madeID("rtb", "default"),
				"mainRouteTableId":                 madeID("rtb", "default"),
				"dhcpOptionsId":                    fixed("dopt-0" + "5f1e9d6c3b2a4870"),
				"enableDnsHostnames":               fixed(false),
				"ipv6AssociationId":                fixed(""),
				"ipv6CidrBlock":                    fixed(""),
				"cidrBlock":                        fixed(""),
				"ipv6CidrBlockNetworkBorderGroup":  fixed(""),
				"enableNetworkAddressUsageMetrics": fixed(false),
			},
			Defaults: map[string]any{"enableDnsSupport": true, "instanceTenancy": "default"},
			Replace:  []string{"cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"},
			Valid:    map[string]validator{"cidrBlock": ipv4Block(16, 28)},
			NotFound: &refusal{Code: "InvalidVpcID.NotFound", Message: "The vpc ID '{target}' does not exist"},
			InUse:    &refusal{Code: "DependencyViolation", Message: "The vpc '{id}' has dependencies and cannot be deleted."},
			Quotas: []quota{{Limit: 5, refusal: refusal{
				Code: "VpcLimitExceeded", Message: "The maximum number of VPCs has been reached."}}},
			Latency: latency{Create: 2 * time.Second, Update: time.Second, Delete: time.Second, Source: typicalTimes},
		},
		{
			Token:  "aws:ec2/subnet:Subnet",
			Prefix: "subnet",
			Computed: map[string]maker{
				"arn":                            fill("arn:{partition}:ec2:{region}:{account}:subnet/{id}"),
				"ownerId":                        fill("{account}"),
				"availabilityZone":               fill("{region}a"),
				"availabilityZoneId":             zoneID,
				"ipv6CidrBlockAssociationId":     fixed(""),
				"privateDnsHostnameTypeOnLaunch": fixed("ip-name"),
			},
			Defaults: map[string]any{
				"assignIpv6AddressOnCreation": false, "enableDns64": false, "mapPublicIpOnLaunch": false,
				"enableResourceNameDnsARecordOnLaunch": false, "enableResourceNameDnsAaaaRecordOnLaunch": false,
				"ipv6Native": false,
			},
			Replace: []string{
				"vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ipv6Native", "outpostArn",
			},
			Valid:    map[string]validator{"cidrBlock": ipv4Block(16, 28)},
			Create:   []rule{zoneExists, subnetInVpc, subnetIsFree},
			NotFound: &refusal{Code: "InvalidSubnetID.NotFound", Message: "The subnet ID '{target}' does not exist"},
			InUse: &refusal{
				Code: "DependencyViolation", Message: "The subnet '{id}' has dependencies and cannot be deleted."},
			Quotas: []quota{{Limit: 200, Per: []string{"vpcId"}, refusal: refusal{
				Code: "SubnetLimitExceeded", Message: "You have reached the limit on the number of subnets you can create."}}},
			Latency: latency{Create: 2 * time.Second, Update: time.Second, Delete: time.Second, Source: typicalTimes},
		},
	}
}
