package network

import (
	"testing"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
)

func TestGatewayEndpointsReachEveryTable(t *testing.T) {
	t.Parallel()
	m := makeVPC(t, fullVPC())
	for _, service := range []string{"s3", "dynamodb"} {
		require.Equal(t, object{
			"vpcId": "<main-vpc>", "serviceName": "com.amazonaws.eu-west-1." + service, "vpcEndpointType": "Gateway",
			"policy": passing(t, service, ""),
			"routeTableIds": list(
				"<main-route-table-public>", "<main-route-table-private-a>", "<main-route-table-private-b>",
				"<main-route-table-private-c>", "<main-route-table-data>", "<main-route-table-transit>",
			),
		}, m.inputs("main-gateway-endpoint-"+service))
	}
	require.Empty(t, m.of("SecurityGroup"))
	require.Empty(t, m.of("SecurityGroupIngressRule"))
}

func TestInterfaceEndpoints(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tiers []string
		in    string
	}{
		"in private subnets":                              {tierOrder, Private},
		"in data subnets where there are no private ones": {[]string{Data, Transit}, Data},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := makeVPC(t, with(func(cfg *config.VPC) {
				cfg.Tiers, cfg.NAT, cfg.InterfaceEndpoints = c.tiers, natNone, []string{"sts", "ecr.api"}
			}))
			require.Len(t, m.of("VpcEndpoint"), 4)
			for _, service := range []string{"sts", "ecr.api"} {
				subnet := "<main-subnet-" + c.in + "-"
				require.Equal(t, object{
					"vpcId": "<main-vpc>", "serviceName": "com.amazonaws.eu-west-1." + service,
					"vpcEndpointType": "Interface", "privateDnsEnabled": true, "securityGroupIds": list("<main-endpoints>"),
					"policy":    passing(t, service, ""),
					"subnetIds": list(subnet+"a>", subnet+"b>", subnet+"c>"),
				}, m.inputs("main-endpoint-"+service))
			}
		})
	}
}

func TestEndpointSecurityGroup(t *testing.T) {
	t.Parallel()
	m := makeVPC(t, with(func(cfg *config.VPC) {
		cfg.InterfaceEndpoints = []string{"sts"}
		// A block may have any name, also that of the rule for the VPC's own.
		cfg.SecondaryCIDRs = map[string]config.SecondaryCIDR{"pods": {CIDR: "100.64.0.0/16"}, "vpc": {CIDR: "100.65.0.0/16"}}
	}))
	require.Equal(t, object{
		"vpcId": "<main-vpc>", "description": "Interface endpoints: HTTPS from inside the VPC",
	}, m.inputs("main-endpoints"), "no inline rule, and no way out")
	require.Equal(t, []string{
		"main-endpoints-https-cidr-pods", "main-endpoints-https-cidr-vpc", "main-endpoints-https-vpc",
	}, m.of("SecurityGroupIngressRule"))
	require.Empty(t, m.of("SecurityGroupEgressRule"))
	for key, block := range map[string]string{"vpc": "10.16.0.0/16", "cidr-pods": "100.64.0.0/16", "cidr-vpc": "100.65.0.0/16"} {
		require.Equal(t, object{
			"securityGroupId": "<main-endpoints>", "cidrIpv4": block, "ipProtocol": "tcp", "fromPort": 443.0, "toPort": 443.0,
			"description": "HTTPS from " + key,
		}, m.inputs("main-endpoints-https-"+key))
	}
}
