package sim

import "testing"

func vpcAct(name, block string) act {
	return act{token: typeVpc, name: name, inputs: props{"cidrBlock": block}}
}

func subnetAct(name, vpc, block, zone string) act {
	return act{token: typeSubnet, name: name, inputs: props{
		"vpcId": "$" + vpc, "cidrBlock": block, "availabilityZone": "eu-west-1" + zone,
	}}
}

func TestVpcRules(t *testing.T) {
	t.Parallel()
	v := vpcAct("v", "10.0.0.0/16")
	refusals(t, map[string]ruleCase{
		"no block": {
			create: act{token: typeVpc, name: "v", inputs: props{}},
			code:   "MissingParameter", message: "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.",
			passes: props{"cidrBlock": "10.0.0.0/28"},
		},
		"subnet too large": {
			after: []act{v}, create: act{token: typeSubnet, name: "s", inputs: props{"vpcId": "$v", "cidrBlock": "10.0.0.0/15"}},
			code: "InvalidSubnet.Range", message: "The CIDR '10.0.0.0/15' is invalid.", passes: props{"cidrBlock": "10.0.0.0/16"},
		},
		"subnet too small": {
			after: []act{v}, create: act{token: typeSubnet, name: "s", inputs: props{"vpcId": "$v", "cidrBlock": "10.0.0.0/29"}},
			code: "InvalidSubnet.Range", message: "The CIDR '10.0.0.0/29' is invalid.", passes: props{"cidrBlock": "10.0.0.0/28"},
		},
		"subnet outside": {
			after: []act{v}, create: act{token: typeSubnet, name: "s", inputs: props{"vpcId": "$v", "cidrBlock": "10.1.0.0/24"}},
			code: "InvalidSubnet.Range", message: "The CIDR '10.1.0.0/24' is invalid.",
			first: []act{{token: typeIPv4Association, name: "a", inputs: props{"vpcId": "$v", "cidrBlock": "10.1.0.0/16"}}},
		},
		"subnets overlap": {
			after:  []act{v, subnetAct("a", "v", "10.0.0.0/24", "a")},
			create: act{token: typeSubnet, name: "b", inputs: props{"vpcId": "$v", "cidrBlock": "10.0.0.128/25"}},
			code:   "InvalidSubnet.Conflict", message: "The CIDR '10.0.0.128/25' conflicts with another subnet", unless: "a",
		},
		"zone of another region": {
			after: []act{v}, create: act{token: typeSubnet, name: "s", inputs: props{
				"vpcId": "$v", "cidrBlock": "10.0.0.0/24", "availabilityZone": "eu-west-1d",
			}},
			code: "InvalidParameterValue",
			message: "Value (eu-west-1d) for parameter availabilityZone is invalid. Subnets can currently only be created in the " +
				"following availability zones: eu-west-1a, eu-west-1b, eu-west-1c.",
			passes: props{"availabilityZone": "eu-west-1c"},
		},
		"zone id of another region": {
			after: []act{v}, create: act{token: typeSubnet, name: "s", inputs: props{
				"vpcId": "$v", "cidrBlock": "10.0.0.0/24", "availabilityZoneId": "use1-az1",
			}},
			code: "InvalidParameterValue",
			message: "Value (use1-az1) for parameter availabilityZoneId is invalid. Subnets can currently only be created in the " +
				"following availability zones: euw1-az1, euw1-az2, euw1-az3.",
			passes: props{"availabilityZoneId": "euw1-az3"},
		},
		"a subnet keeps its VPC": {
			after: []act{v, subnetAct("a", "v", "10.0.0.0/24", "a")}, destroy: "v",
			code: "DependencyViolation", message: "The vpc '$v$' has dependencies and cannot be deleted.", unless: "a",
		},
		"too many VPCs": {
			after: []act{v}, quotas: map[string]int{"VpcLimitExceeded": 1}, create: vpcAct("w", "10.1.0.0/16"),
			code: "VpcLimitExceeded", message: "The maximum number of VPCs has been reached.", unless: "v",
		},
		"too many subnets": {
			after: []act{v, subnetAct("a", "v", "10.0.0.0/24", "a")}, quotas: map[string]int{"SubnetLimitExceeded": 1},
			create: subnetAct("b", "v", "10.0.1.0/24", "b"),
			code:   "SubnetLimitExceeded", message: "The maximum number of subnets has been reached.", unless: "a",
		},
	})
}

func TestSecondaryBlockRules(t *testing.T) {
	t.Parallel()
	associate := func(block string) act {
		return act{token: typeIPv4Association, name: "a", inputs: props{"vpcId": "$v", "cidrBlock": block}}
	}
	const barred = " is restricted. Use a CIDR from the same private address range as the current VPC CIDR, or use a " +
		"publicly-routable CIDR. For additional restrictions, see https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"
	refusals(t, map[string]ruleCase{
		"another private range": {
			after: []act{vpcAct("v", "10.16.0.0/16")}, create: associate("172.16.0.0/16"),
			code: "InvalidVpc.Range", message: "The CIDR '172.16.0.0/16'" + barred, passes: props{"cidrBlock": "100.64.0.0/16"},
		},
		"10.0.0.0/16 beside 10.1.0.0/16": {
			after: []act{vpcAct("v", "10.1.0.0/16")}, create: associate("10.0.0.0/16"),
			code: "InvalidVpc.Range", message: "The CIDR '10.0.0.0/16'" + barred, passes: props{"cidrBlock": "10.2.0.0/16"},
		},
		"shared address space beside a private one": {
			after: []act{vpcAct("v", "100.64.0.0/16")}, create: associate("10.0.0.0/16"),
			code: "InvalidVpc.Range", message: "The CIDR '10.0.0.0/16'" + barred, passes: props{"cidrBlock": "100.65.0.0/16"},
		},
		"overlap with the VPC's own": {
			after: []act{vpcAct("v", "10.16.0.0/16")}, create: associate("10.16.128.0/20"),
			code: "InvalidVpc.Range", message: "The CIDR '10.16.128.0/20' conflicts with the CIDR block 10.16.0.0/16 of the VPC.",
			passes: props{"cidrBlock": "10.17.0.0/20"},
		},
		"no block": {
			after:  []act{vpcAct("v", "10.16.0.0/16")},
			create: act{token: typeIPv4Association, name: "a", inputs: props{"vpcId": "$v"}},
			code:   "MissingParameter", message: "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.",
			passes: props{"cidrBlock": "10.17.0.0/16"},
		},
		"a sixth block": {
			after: []act{
				vpcAct("v", "10.16.0.0/16"),
				{token: typeIPv4Association, name: "b", inputs: props{"vpcId": "$v", "cidrBlock": "10.17.0.0/16"}},
				{token: typeIPv4Association, name: "c", inputs: props{"vpcId": "$v", "cidrBlock": "10.18.0.0/16"}},
				{token: typeIPv4Association, name: "d", inputs: props{"vpcId": "$v", "cidrBlock": "10.19.0.0/16"}},
				{token: typeIPv4Association, name: "e", inputs: props{"vpcId": "$v", "cidrBlock": "10.20.0.0/16"}},
			},
			create: associate("10.21.0.0/16"), code: "CidrLimitExceeded",
			message: "This network '$v$' has met its maximum number of allowed CIDRs: 5", unless: "e",
		},
		"a subnet keeps its block": {
			after: []act{
				vpcAct("v", "10.16.0.0/16"), associate("10.17.0.0/16"), subnetAct("s", "v", "10.17.0.0/24", "a"),
			},
			destroy: "a", code: "DependencyViolation",
			message: "The vpc CIDR block association '$a$' has dependencies and cannot be deleted.", unless: "s",
		},
	})
}

func TestIPv6Rules(t *testing.T) {
	t.Parallel()
	v := act{token: typeVpc, name: "v", inputs: props{"cidrBlock": "10.0.0.0/16", "assignGeneratedIpv6CidrBlock": true}}
	s := newStage(t, ruleCase{after: []act{v}}, "")
	block := s.made["v"].Text("ipv6CidrBlock")
	first := block[:len(block)-len("::/56")] + "::/64"
	subnet := func(name, four, six string) act {
		return act{token: typeSubnet, name: name, inputs: props{"vpcId": "$v", "cidrBlock": four, "ipv6CidrBlock": six}}
	}
	refusals(t, map[string]ruleCase{
		"outside the VPC's": {
			after: []act{v}, create: subnet("s", "10.0.0.0/24", "2001:db8::/64"),
			code: "InvalidSubnet.Range", message: "The CIDR '2001:db8::/64' is invalid.", passes: props{"ipv6CidrBlock": first},
		},
		"not a /64": {
			after: []act{v}, create: subnet("s", "10.0.0.0/24", first[:len(first)-2]+"60"),
			code: "InvalidSubnet.Range", message: "The CIDR '" + first[:len(first)-2] + "60' is invalid.",
			passes: props{"ipv6CidrBlock": first},
		},
		"taken": {
			after: []act{v, subnet("s", "10.0.0.0/24", first)}, create: subnet("r", "10.0.1.0/24", first),
			code: "InvalidSubnet.Conflict", message: "The CIDR '" + first + "' conflicts with another subnet", unless: "s",
		},
	})
}

func TestNetworkFaults(t *testing.T) {
	t.Parallel()
	badInputs(t, map[string]faultCase{
		"VPC too large": {
			token: typeVpc, inputs: props{"cidrBlock": "10.0.0.0/8"},
			want: []Failure{{"cidrBlock", `"10.0.0.0/8" must be between /16 and /28`}}, passes: props{"cidrBlock": "10.0.0.0/16"},
		},
		"host bits": {
			token: typeVpc, inputs: props{"cidrBlock": "10.0.0.1/16"},
			want:   []Failure{{"cidrBlock", `"10.0.0.1/16" has host bits set; the block is "10.0.0.0/16"`}},
			passes: props{"cidrBlock": "10.0.0.0/16"},
		},
		"an IPv4 block where IPv6 goes": {
			token: typeSubnet, inputs: props{"vpcId": "v", "ipv6CidrBlock": "10.0.0.0/16"},
			want:   []Failure{{"ipv6CidrBlock", `"10.0.0.0/16" is not a valid IPv6 CIDR block`}},
			passes: props{"ipv6CidrBlock": "2001:db8::/64"},
		},
		"IPv6 host bits": {
			token: typeSubnet, inputs: props{"vpcId": "v", "ipv6CidrBlock": "2001:db8::1/64"},
			want:   []Failure{{"ipv6CidrBlock", `"2001:db8::1/64" has host bits set; the block is "2001:db8::/64"`}},
			passes: props{"ipv6CidrBlock": "2001:db8::/64"},
		},
		"zone and zone id": {
			token: typeSubnet, inputs: props{"vpcId": "v", "availabilityZone": "eu-west-1a", "availabilityZoneId": "euw1-az1"},
			want:   []Failure{{"", "InvalidParameterCombination: give availabilityZone or availabilityZoneId, not both"}},
			passes: props{"availabilityZoneId": nil},
		},
		"tenancy": {
			token: typeVpc, inputs: props{"cidrBlock": "10.0.0.0/16", "instanceTenancy": "host"},
			want:   []Failure{{"instanceTenancy", `"host" must be one of default, dedicated`}},
			passes: props{"instanceTenancy": "dedicated"},
		},
		"DHCP options that say nothing": {
			token: "aws:ec2/vpcDhcpOptions:VpcDhcpOptions", inputs: props{},
			want:   []Failure{{"", "InvalidParameterValue: give at least one DHCP option"}},
			passes: props{"domainName": "example.internal"},
		},
		"five name servers": {
			token:  "aws:ec2/vpcDhcpOptions:VpcDhcpOptions",
			inputs: props{"domainNameServers": []any{"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"}},
			want:   []Failure{{"", "InvalidParameterValue: domainNameServers has 5 servers, at most 4 are allowed"}},
			passes: props{"domainNameServers": []any{"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"}},
		},
		"block mode": {
			token:  "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions",
			inputs: props{"internetGatewayBlockMode": "on"},
			want:   []Failure{{"internetGatewayBlockMode", `"on" must be one of block-bidirectional, block-ingress, off`}},
			passes: props{"internetGatewayBlockMode": "block-ingress"},
		},
		"an exclusion of two things": {
			token:  "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion",
			inputs: props{"internetGatewayExclusionMode": "allow-egress", "vpcId": "v", "subnetId": "s"},
			want:   []Failure{{"", "InvalidParameterCombination: give vpcId or subnetId, not both"}},
			passes: props{"subnetId": nil},
		},
	})
}

func TestNetworkOutputs(t *testing.T) {
	t.Parallel()
	v := vpcAct("v", "10.0.0.0/16")
	computes(t, map[string]outputCase{
		"VPC": {create: v, want: props{
			"arn": "arn:aws:ec2:eu-west-1:111111111111:vpc/$v$", "ownerId": managementID, "enableDnsSupport": true,
			"enableDnsHostnames": false, "mainRouteTableId": "$v.defaultRouteTableId", "ipv6CidrBlock": "", "ipv6AssociationId": "",
		}},
		"subnet by zone": {after: []act{v}, create: subnetAct("s", "v", "10.0.0.0/24", "b"), want: props{
			"arn": "arn:aws:ec2:eu-west-1:111111111111:subnet/$s$", "availabilityZoneId": "euw1-az2", "mapPublicIpOnLaunch": false,
			"ipv6CidrBlockAssociationId": "", "privateDnsHostnameTypeOnLaunch": "ip-name",
		}},
		"subnet by zone id": {
			after: []act{v}, create: act{token: typeSubnet, name: "s", inputs: props{
				"vpcId": "$v", "cidrBlock": "10.0.0.0/24", "availabilityZoneId": "euw1-az3",
			}},
			want: props{"availabilityZone": "eu-west-1c"},
		},
		"DHCP association": {
			after: []act{v, {
				token: "aws:ec2/vpcDhcpOptions:VpcDhcpOptions", name: "d", inputs: props{"domainName": "example.internal"},
			}},
			create: act{token: typeDHCPAssociation, name: "a", inputs: props{"vpcId": "$v", "dhcpOptionsId": "$d"}},
			want:   props{"vpcId": "$v"},
		},
		"block public access": {
			create: act{
				token: "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions", name: "b",
				inputs: props{"internetGatewayBlockMode": "block-ingress"},
			},
			want: props{"awsAccountId": managementID, "awsRegion": "eu-west-1"},
		},
		"exclusion of a subnet": {
			after: []act{v, subnetAct("s", "v", "10.0.0.0/24", "a")},
			create: act{
				token: "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion", name: "e",
				inputs: props{"internetGatewayExclusionMode": "allow-egress", "subnetId": "$s"},
			},
			want: props{"resourceArn": "arn:aws:ec2:eu-west-1:111111111111:subnet/$s$"},
		},
	})
}
