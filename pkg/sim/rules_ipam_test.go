package sim

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

// pooled is an address manager with a pool that has one /15.
func pooled(more ...act) []act {
	return append([]act{
		{token: "aws:ec2/vpcIpam:VpcIpam", name: "i", inputs: props{"operatingRegions": []any{props{"regionName": "eu-west-1"}}}},
		{token: typePool, name: "p", inputs: props{
			"addressFamily": "ipv4", "ipamScopeId": "$i.privateDefaultScopeId", "locale": "eu-west-1",
		}},
		{token: typePoolCIDR, name: "c", inputs: props{"ipamPoolId": "$p", "cidr": "10.64.0.0/15"}},
	}, more...)
}

func fromPool(name string, length int) act {
	return act{token: typeVpc, name: name, inputs: props{"ipv4IpamPoolId": "$p", "ipv4NetmaskLength": length}}
}

func TestIPAMRules(t *testing.T) {
	t.Parallel()
	source := act{token: typePool, name: "q", inputs: props{
		"addressFamily": "ipv4", "ipamScopeId": "$i.privateDefaultScopeId", "sourceIpamPoolId": "$p",
	}}
	refusals(t, map[string]ruleCase{
		"the region it is made in": {
			create: act{token: "aws:ec2/vpcIpam:VpcIpam", name: "i", inputs: props{
				"operatingRegions": []any{props{"regionName": "eu-central-1"}},
			}},
			code: "InvalidParameterValue", message: "The operating regions must include the region eu-west-1 the IPAM is created in.",
			passes: props{"operatingRegions": []any{props{"regionName": "eu-west-1"}, props{"regionName": "eu-central-1"}}},
		},
		"a second one": {
			after: pooled(), create: act{token: "aws:ec2/vpcIpam:VpcIpam", name: "j", inputs: props{
				"operatingRegions": []any{props{"regionName": "eu-west-1"}},
			}},
			code: "IpamLimitExceeded", message: "The maximum number of IPAMs has been reached.", never: true,
		},
		"a pool that is used up": {
			after: pooled(fromPool("a", 16), fromPool("b", 16)), create: fromPool("v", 16), code: "InsufficientCidrBlocks",
			message: "The ipam-pool '$p$' has no CIDR block of the requested size left.", unless: "b",
		},
		"more than the pool has": {
			after: pooled(vpcAct("v", "10.0.0.0/16")), create: act{token: typeIPv4Association, name: "a", inputs: props{
				"vpcId": "$v", "ipv4IpamPoolId": "$p",
			}},
			code: "InsufficientCidrBlocks", message: "The ipam-pool '$p$' has no CIDR block of the requested size left.",
			passes: props{"ipv4NetmaskLength": 20},
		},
		"a block twice": {
			after: pooled(), create: act{token: typePoolCIDR, name: "d", inputs: props{"ipamPoolId": "$p", "cidr": "10.65.0.0/16"}},
			code: "InvalidParameterValue", message: "The CIDR '10.65.0.0/16' overlaps the CIDR 10.64.0.0/15 of the pool.",
			passes: props{"cidr": "10.66.0.0/16"},
		},
		"outside the source pool": {
			after:  pooled(source),
			create: act{token: typePoolCIDR, name: "d", inputs: props{"ipamPoolId": "$q", "cidr": "10.70.0.0/16"}},
			code:   "InvalidParameterValue", message: "The CIDR '10.70.0.0/16' is not in the source pool '$p$'.",
			passes: props{"cidr": "10.65.0.0/16"},
		},
		"a missing pool": {
			create: act{token: typeVpc, name: "v", inputs: props{
				"ipv4IpamPoolId": "ipam-pool-0123456789abcdef0", "ipv4NetmaskLength": 16,
			}},
			code: "InvalidIpamPoolId.NotFound", message: "The ipam-pool ID 'ipam-pool-0123456789abcdef0' does not exist",
			passes: props{"ipv4IpamPoolId": nil, "ipv4NetmaskLength": nil, "cidrBlock": "10.0.0.0/16"},
		},
		"a pool in use": {
			after: pooled(fromPool("v", 16)), destroy: "p",
			code: "DependencyViolation", message: "The ipam-pool '$p$' has dependencies and cannot be deleted.", never: true,
		},
	})
	computes(t, map[string]outputCase{
		"first block":  {after: pooled(), create: fromPool("v", 16), want: props{"cidrBlock": "10.64.0.0/16"}},
		"second block": {after: pooled(fromPool("a", 16)), create: fromPool("v", 16), want: props{"cidrBlock": "10.65.0.0/16"}},
		"around a smaller one": {
			after: pooled(fromPool("a", 20)), create: fromPool("v", 16), want: props{"cidrBlock": "10.65.0.0/16"},
		},
		"pool of a pool": {after: pooled(), create: source, want: props{"poolDepth": 2, "ipamScopeType": "private"}},
		"manager": {create: pooled()[0], want: props{
			"arn": "arn:aws:ec2::111111111111:ipam/$i$", "scopeCount": 2, "tier": "advanced",
		}},
	})
}

func TestFirstFree(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		whole  string
		length int
		taken  []string
		want   string
	}{
		"empty":                    {"10.0.0.0/14", 16, nil, "10.0.0.0/16"},
		"behind a larger one":      {"10.0.0.0/14", 18, []string{"10.0.0.0/16"}, "10.1.0.0/18"},
		"behind a smaller one":     {"10.0.0.0/14", 16, []string{"10.0.0.0/24"}, "10.1.0.0/16"},
		"a gap":                    {"10.0.0.0/14", 16, []string{"10.0.0.0/16", "10.2.0.0/16"}, "10.1.0.0/16"},
		"full":                     {"10.0.0.0/15", 16, []string{"10.0.0.0/16", "10.1.0.0/16"}, ""},
		"at the end of all":        {"255.255.0.0/16", 16, []string{"255.255.0.0/16"}, ""},
		"the whole is the request": {"10.0.0.0/16", 16, nil, "10.0.0.0/16"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var taken []netip.Prefix
			for _, text := range test.taken {
				taken = append(taken, netip.MustParsePrefix(text))
			}
			got, found := firstFree(netip.MustParsePrefix(test.whole), test.length, taken)
			require.Equal(t, test.want != "", found)
			if found {
				require.Equal(t, test.want, got.String())
			}
		})
	}
}
