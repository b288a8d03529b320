package sim

import "time"

const (
	typePool     = "aws:ec2/vpcIpamPool:VpcIpamPool"
	typePoolCIDR = "aws:ec2/vpcIpamPoolCidr:VpcIpamPoolCidr"
)

const ipamTimes = "the provider waits for IPAM's states, create-complete after some ten seconds, a pool's block after half a minute"

// ipamTypes are the address manager's. Replacement lists are ForceNew in the Terraform provider.
func ipamTypes() []row {
	return []row{
		{
			Token: "aws:ec2/vpcIpam:VpcIpam", Prefix: "ipam",
			Actions: actions{
				Create: []string{"ec2:CreateIpam", "ec2:CreateTags"},
				Update: []string{"ec2:ModifyIpam", "ec2:CreateTags"},
				Delete: []string{"ec2:DeleteIpam"},
				Read:   []string{"ec2:DescribeIpams *"},
			},
			Computed: map[string]maker{
				"arn":                                   fill("arn:{partition}:ec2::{account}:ipam/{id}"),
				"defaultResourceDiscoveryId":            madeID("ipam-res-disco", "default"),
				"defaultResourceDiscoveryAssociationId": madeID("ipam-res-disco-assoc", "default"),
				"privateDefaultScopeId":                 madeID("ipam-scope", "private"),
				"publicDefaultScopeId":                  madeID("ipam-scope", "public"),
				"scopeCount":                            fixed(2),
			},
			Defaults: map[string]any{"tier": "advanced", "enablePrivateGua": false},
			Sets:     []string{"operatingRegions"},
			Valid:    map[string]validator{"tier": oneOf("free", "advanced")},
			Create:   []rule{ipamWorksHere}, Update: []rule{ipamWorksHere},
			NotFound: &refusal{Code: "InvalidIpamId.NotFound", Message: "The ipam ID '{target}' does not exist"},
			InUse:    violation("The ipam '{id}' has dependencies and cannot be deleted."),
			Quotas: []quota{{Limit: 1, refusal: refusal{
				Code: "IpamLimitExceeded", Message: "The maximum number of IPAMs has been reached."}}},
			Latency: latency{Create: 15 * time.Second, Update: 5 * time.Second, Delete: 15 * time.Second, Source: ipamTimes},
		},
		{
			Token: typePool, Prefix: "ipam-pool",
			Actions: actions{
				Create: []string{"ec2:CreateIpamPool", "ec2:CreateTags"},
				Update: []string{"ec2:ModifyIpamPool", "ec2:CreateTags"},
				Delete: []string{"ec2:DeleteIpamPool"},
				Read:   []string{"ec2:DescribeIpamPools *"},
			},
			Computed: map[string]maker{
				"arn": fill("arn:{partition}:ec2::{account}:ipam-pool/{id}"), "ipamScopeType": fixed("private"),
				"poolDepth": poolDepth, "state": fixed("create-complete"), "locale": fixed("None"),
			},
			Replace: []string{
				"addressFamily", "awsService", "ipamScopeId", "locale", "publicIpSource", "publiclyAdvertisable", "sourceIpamPoolId"},
			Valid: map[string]validator{
				"addressFamily": oneOf("ipv4", "ipv6"), "allocationDefaultNetmaskLength": between(0, 128),
				"allocationMinNetmaskLength": between(0, 128), "allocationMaxNetmaskLength": between(0, 128),
			},
			NotFound: &refusal{Code: "InvalidIpamPoolId.NotFound", Message: "The ipam-pool ID '{target}' does not exist"},
			InUse:    violation("The ipam-pool '{id}' has dependencies and cannot be deleted."),
			Latency:  latency{Create: 15 * time.Second, Update: 5 * time.Second, Delete: 15 * time.Second, Source: ipamTimes},
		},
		{
			Token: typePoolCIDR,
			Actions: actions{
				Create:   []string{"ec2:ProvisionIpamPoolCidr"},
				Delete:   []string{"ec2:DeprovisionIpamPoolCidr"},
				Read:     []string{"ec2:GetIpamPoolCidrs *"},
				Resource: "arn:{partition}:ec2::{account}:ipam-pool/{ipamPoolId}",
			},
			ID: fill("{cidr}_{ipamPoolId}"),
			Computed: map[string]maker{
				"ipamPoolCidrId": madeID("ipam-pool-cidr", "cidr"),
			},
			Replace: []string{"cidr", "cidrAuthorizationContext", "ipamPoolId", "netmaskLength"},
			Valid:   map[string]validator{"cidr": ipv4Block(0, 32)},
			Create:  []rule{poolCIDRIsFree},
			Latency: latency{Create: 30 * time.Second, Delete: 30 * time.Second, Source: ipamTimes},
		},
	}
}
