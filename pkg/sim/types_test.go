package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestWhatReplacesAndWhatChangesInPlace holds the facts a preview's reader relies on.
func TestWhatReplacesAndWhatChangesInPlace(t *testing.T) {
	t.Parallel()
	type fact struct {
		token, property string
		before, after   any
	}
	replaces := []fact{
		{typeVpc, "cidrBlock", "10.0.0.0/16", "10.1.0.0/16"},
		{typeSubnet, "cidrBlock", "10.0.0.0/24", "10.0.1.0/24"},
		{typeSubnet, "availabilityZone", "eu-west-1a", "eu-west-1b"},
		{typeIPv4Association, "cidrBlock", "10.0.0.0/24", "10.0.1.0/24"},
		{"aws:ec2/vpcDhcpOptions:VpcDhcpOptions", "domainName", "a.internal", "b.internal"},
		{typeEgressGateway, "vpcId", "vpc-0a", "vpc-0b"},
		{typeNATGateway, "allocationId", "eipalloc-0a", "eipalloc-0b"},
		{typeNATGateway, "subnetId", "subnet-0a", "subnet-0b"},
		{"aws:ec2/routeTable:RouteTable", "vpcId", "vpc-0a", "vpc-0b"},
		{typeRoute, "destinationCidrBlock", "0.0.0.0/0", "10.0.0.0/8"},
		{typeRouteAssociation, "subnetId", "subnet-0a", "subnet-0b"},
		{typeGroup, "description", "a", "b"},
		{typeGroup, "name", "a", "b"},
		{typeIngressRule, "securityGroupId", "sg-0a", "sg-0b"},
		{typeACLRule, "ruleAction", "allow", "deny"},
		{typeEndpoint, "serviceName", "com.amazonaws.eu-west-1.s3", "com.amazonaws.eu-west-1.ec2"},
		{typeEndpoint, "vpcEndpointType", "Gateway", "Interface"},
		{typeFlowLog, "trafficType", "ALL", "REJECT"},
		{typeFlowLog, "maxAggregationInterval", 60, 600},
		{bucketV2Token, "bucket", "acme-a", "acme-b"},
		{typeBucketPolicy, "bucket", "acme-a", "acme-b"},
		{roleToken, "name", "a", "b"},
		{roleToken, "path", "/", "/ci/"},
		{typeRolePolicy, "role", "a", "b"},
		{"aws:iam/policy:Policy", "description", "a", "b"},
		{typePolicyAttachment, "policyArn", "a", "b"},
		{"aws:kms/key:Key", "keyUsage", "ENCRYPT_DECRYPT", "SIGN_VERIFY"},
		{"aws:kms/alias:Alias", "name", "alias/a", "alias/b"},
		{"aws:cloudwatch/logGroup:LogGroup", "name", "a", "b"},
	}
	inPlace := []fact{
		{typeVpc, "enableDnsHostnames", false, true},
		{typeVpc, "assignGeneratedIpv6CidrBlock", false, true},
		{typeSubnet, "mapPublicIpOnLaunch", false, true},
		{typeSubnet, "ipv6CidrBlock", "2001:db8::/64", "2001:db8:0:1::/64"},
		{typeDHCPAssociation, "dhcpOptionsId", "dopt-0a", "dopt-0b"},
		{typeInternetGateway, "vpcId", "vpc-0a", "vpc-0b"},
		{typeRoute, "natGatewayId", "nat-0a", "nat-0b"},
		{typeRouteAssociation, "routeTableId", "rtb-0a", "rtb-0b"},
		{typeIngressRule, "description", "a", "b"},
		{typeIngressRule, "cidrIpv4", "10.0.0.0/8", "10.0.0.0/16"},
		{typeEndpoint, "privateDnsEnabled", false, true},
		{typeEndpoint, "subnetIds", []any{"subnet-0a"}, []any{"subnet-0a", "subnet-0b"}},
		{typeFlowLog, "tags", map[string]any{"a": "b"}, map[string]any{"a": "c"}},
		{bucketV2Token, "forceDestroy", false, true},
		{typeBucketPolicy, "policy", "{}", `{"Statement":[]}`},
		{roleToken, "assumeRolePolicy", "{}", `{"Statement":[]}`},
		{roleToken, "maxSessionDuration", 3600, 7200},
		{typeRolePolicy, "policy", "{}", `{"Statement":[]}`},
		{"aws:kms/key:Key", "policy", "{}", `{"Statement":[]}`},
		{"aws:kms/key:Key", "deletionWindowInDays", 7, 30},
		{"aws:kms/alias:Alias", "targetKeyId", "a", "b"},
		{"aws:cloudwatch/logGroup:LogGroup", "retentionInDays", 30, 90},
	}
	m := newTestModel(t)
	for _, each := range replaces {
		require.Equal(t, []string{each.property}, m.replaces(each.token, props{each.property: each.before}, props{each.property: each.after}),
			"%s %s", each.token, each.property)
	}
	for _, each := range inPlace {
		found, err := m.model.diff(each.token, mapOf(props{each.property: each.before}), mapOf(props{each.property: each.before}), mapOf(props{each.property: each.after}))
		require.NoError(t, err)
		require.Equal(t, []string{each.property}, found.Changed, "%s %s", each.token, each.property)
		require.Empty(t, found.Replace, "%s %s", each.token, each.property)
	}
}

// TestOrderAndFormattingAreNoChange: what the cloud does not tell apart makes no difference.
func TestOrderAndFormattingAreNoChange(t *testing.T) {
	t.Parallel()
	m := newTestModel(t)
	for _, each := range []struct {
		token, property string
		a, b            any
	}{
		{typeEndpoint, "subnetIds", []any{"subnet-0a", "subnet-0b"}, []any{"subnet-0b", "subnet-0a"}},
		{typeEndpoint, "policy", `{"a":1,"b":2}`, `{ "b": 2, "a": 1 }`},
		{typeBucketPolicy, "policy", `{"a":1,"b":2}`, `{ "b": 2, "a": 1 }`},
		{roleToken, "assumeRolePolicy", `{"a":1,"b":2}`, `{ "b": 2, "a": 1 }`},
		{"aws:kms/key:Key", "policy", `{"a":1,"b":2}`, `{ "b": 2, "a": 1 }`},
	} {
		found, err := m.model.diff(each.token, mapOf(props{each.property: each.a}), mapOf(props{each.property: each.a}), mapOf(props{each.property: each.b}))
		require.NoError(t, err)
		require.Empty(t, found.Changed, "%s %s", each.token, each.property)
	}
}

// TestIPv6TurnedOnLater: what follows an input is decided anew when it changes, and only then.
func TestIPv6TurnedOnLater(t *testing.T) {
	t.Parallel()
	m := newTestModel(t)
	vpc := m.vpc()
	require.Empty(t, vpc.Text("ipv6CidrBlock"))
	with := map[string]any{"cidrBlock": "10.0.0.0/16", "assignGeneratedIpv6CidrBlock": true}
	asked := m.call(typeVpc, "main", with)
	preview, err := m.preview(asked, vpc.Properties)
	require.NoError(t, err)
	require.True(t, isUnknown(preview["ipv6CidrBlock"]))
	require.Equal(t, vpc.Text("arn"), text(preview, "arn"))

	updated, refused := m.change(vpc, with)
	require.Nil(t, refused)
	require.Regexp(t, `^2a05:d018:[0-9a-f:]+::/56$`, updated.Text("ipv6CidrBlock"))
	with["enableDnsHostnames"] = true
	again, refused := m.change(updated, with)
	require.Nil(t, refused)
	require.Equal(t, updated.Text("ipv6CidrBlock"), again.Text("ipv6CidrBlock"))
	preview, err = m.preview(m.call(typeVpc, "main", with), again.Properties)
	require.NoError(t, err)
	require.Equal(t, again.Text("ipv6CidrBlock"), text(preview, "ipv6CidrBlock"), "an unrelated change keeps it known")
}

// TestLatencyTable: what takes minutes in AWS takes minutes here, and an endpoint's kind decides.
func TestLatencyTable(t *testing.T) {
	t.Parallel()
	m := newTestModel(t)
	for _, each := range []struct {
		token  string
		op     operation
		inputs props
		want   time.Duration
	}{
		{typeVpc, opCreate, nil, 2 * time.Second},
		{typeNATGateway, opCreate, nil, 105 * time.Second},
		{typeNATGateway, opDelete, nil, 60 * time.Second},
		{typeEndpoint, opCreate, props{"vpcEndpointType": "Gateway"}, 7 * time.Second},
		{typeEndpoint, opCreate, props{"vpcEndpointType": "Interface"}, 90 * time.Second},
		{typeEndpoint, opUpdate, props{"vpcEndpointType": "Interface"}, 20 * time.Second},
		{typeEndpoint, opDelete, props{"vpcEndpointType": "Interface"}, 60 * time.Second},
		{typeEndpoint, opRead, props{"vpcEndpointType": "Interface"}, 0},
	} {
		require.Equal(t, each.want, m.registry.rows[each.token].Latency.of(each.op, mapOf(each.inputs)), "%s %s", each.op, each.token)
	}
}
