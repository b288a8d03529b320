package network

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
)

func TestNATModes(t *testing.T) {
	t.Parallel()
	for mode, c := range map[string]struct {
		stands  []string          // zones with a gateway
		targets map[string]string // by the zone of a private table
	}{
		natNone:    {nil, map[string]string{}},
		natSingle:  {[]string{"a"}, map[string]string{"a": "a", "b": "a", "c": "a"}},
		natPerZone: {[]string{"a", "b", "c"}, map[string]string{"a": "a", "b": "b", "c": "c"}},
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			m := makeVPC(t, with(func(cfg *config.VPC) { cfg.NAT = mode }))
			require.Len(t, m.of("NatGateway"), len(c.stands))
			require.Len(t, m.of("Eip"), len(c.stands))
			require.Len(t, m.of("Route"), 1+len(c.targets))
			for _, zone := range c.stands {
				require.Equal(t, object{
					"subnetId": "<main-subnet-public-" + zone + ">", "allocationId": "<main-nat-address-" + zone + ">",
				}, m.inputs("main-nat-"+zone))
				require.Equal(t, object{"domain": "vpc"}, m.inputs("main-nat-address-"+zone))
			}
			for zone, target := range c.targets {
				require.Equal(t, object{
					"routeTableId":         "<main-route-table-private-" + zone + ">",
					"destinationCidrBlock": "0.0.0.0/0", "natGatewayId": "<main-nat-" + target + ">",
				}, m.inputs("main-route-private-"+zone+"-internet"))
			}
		})
	}
}

// TestNATWaits is the order AWS needs: a gateway made before its way out comes up as failed.
func TestNATWaits(t *testing.T) {
	t.Parallel()
	m := makeVPC(t, fullVPC())
	require.Equal(t, []string{"main-internet-gateway", "main-route-public-internet"}, m.needs("main-nat-address-b"))
	require.Equal(t, []string{
		"main-nat-address-b", "main-internet-gateway", "main-route-public-internet", "main-subnet-public-b",
	}, m.needs("main-nat-b"))
	require.Equal(t, []string{"main-nat-b", "main-route-table-private-b"}, m.needs("main-route-private-b-internet"))
}

// TestNATModeMovesOnlyTargets changes the mode: whatever is in both VPCs differs in nothing but the gateway a route
// points to, which AWS changes in place.
func TestNATModeMovesOnlyTargets(t *testing.T) {
	t.Parallel()
	single := makeVPC(t, with(func(c *config.VPC) { c.NAT = natSingle }))
	perZone := makeVPC(t, fullVPC())
	require.Subset(t, perZone.names(), single.names())
	after := perZone.manifest()
	var changed []string
	for name, was := range single.manifest() {
		now := after[name]
		if was["natGatewayId"] != now["natGatewayId"] {
			changed = append(changed, name)
			delete(was, "natGatewayId")
			delete(now, "natGatewayId")
		}
		require.Equal(t, was, now, name)
	}
	require.ElementsMatch(t, []string{
		"aws:ec2/route:Route main-route-private-b-internet", "aws:ec2/route:Route main-route-private-c-internet",
	}, changed)

	without := makeVPC(t, with(func(c *config.VPC) { c.NAT = natNone }))
	for _, kind := range []string{"RouteTable", "RouteTableAssociation", "Subnet"} {
		require.Equal(t, perZone.of(kind), without.of(kind), kind)
	}
}

func TestPublicRoutes(t *testing.T) {
	t.Parallel()
	m := makeVPC(t, fullVPC())
	require.Equal(t, object{"vpcId": "<main-vpc>"}, m.inputs("main-internet-gateway"))
	require.Equal(t, object{
		"routeTableId":         "<main-route-table-public>",
		"destinationCidrBlock": "0.0.0.0/0", "gatewayId": "<main-internet-gateway>",
	}, m.inputs("main-route-public-internet"))
}

func TestIPv6Routes(t *testing.T) {
	t.Parallel()
	m := makeVPC(t, with(func(c *config.VPC) { c.IPv6 = true }))
	require.Equal(t, object{"vpcId": "<main-vpc>"}, m.inputs("main-egress-gateway"))
	require.Equal(t, object{
		"routeTableId":             "<main-route-table-public>",
		"destinationIpv6CidrBlock": "::/0", "gatewayId": "<main-internet-gateway>",
	}, m.inputs("main-route-public-internet-ipv6"))
	for _, zone := range []string{"a", "b", "c"} {
		require.Equal(t, object{
			"routeTableId":             "<main-route-table-private-" + zone + ">",
			"destinationIpv6CidrBlock": "::/0", "egressOnlyGatewayId": "<main-egress-gateway>",
		}, m.inputs("main-route-private-"+zone+"-internet-ipv6"))
	}
	require.Len(t, m.of("Route"), 8, "data and transit subnets have no way out")
	for _, name := range m.of("Route") {
		require.False(t, strings.Contains(name, Data) || strings.Contains(name, Transit), name)
	}
	dataOnly := makeVPC(t, with(func(c *config.VPC) { c.IPv6, c.Tiers, c.NAT = true, []string{Data}, natNone }))
	require.Empty(t, dataOnly.of("EgressOnlyInternetGateway"), "nothing would use it")
}

func TestVpcWithoutPublicTier(t *testing.T) {
	t.Parallel()
	m := makeVPC(t, with(func(c *config.VPC) { c.Tiers, c.NAT = []string{Private, Data}, natNone }))
	require.Equal(t, map[string]int{
		"Vpc": 2, "DefaultSecurityGroup": 1, "DefaultRouteTable": 1, "DefaultNetworkAcl": 1,
		"Subnet": 6, "RouteTable": 4, "RouteTableAssociation": 6, "VpcEndpoint": 2,
	}, m.counts(), "no internet gateway, no route out")
}
