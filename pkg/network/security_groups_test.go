package network

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/sim"
)

// tiers are a web tier and what it asks: groups that name each other.
func tiers() map[string]config.SecurityGroup {
	return map[string]config.SecurityGroup{
		"web": {
			Description: "web",
			Ingress:     map[string]config.GroupRule{"offices": {Preset: "https", PrefixLists: []string{"offices"}, CIDRs: []string{"10.0.0.0/8"}}},
			Egress:      map[string]config.GroupRule{"apps": {Ports: "8080", Groups: []string{"apps"}}},
		},
		"apps": {
			Description: "apps",
			Ingress:     map[string]config.GroupRule{"web": {Ports: "8080", Groups: []string{"web"}, Self: true}},
		},
	}
}

func makeGroups(t *testing.T, groups map[string]config.SecurityGroup) mocked {
	t.Helper()
	return run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		vpc, err := NewVpc(ctx, "main", &VpcArgs{Scope: testScope(), Config: fullVPC()})
		if err != nil {
			return err
		}
		lists, err := NewPrefixLists(ctx, "lists", &PrefixListsArgs{Scope: testScope(), Lists: map[string]config.PrefixList{
			"offices": {MaxEntries: 3, Entries: map[string]string{"north": "192.0.2.0/24", "south": "198.51.100.0/24"}},
		}})
		if err != nil {
			return err
		}
		_, err = NewSecurityGroups(ctx, "main-groups", &SecurityGroupsArgs{
			Scope: testScope(), VpcID: vpc.VpcID, Groups: groups,
			PrefixListIDs: map[string]pulumi.StringInput{"offices": lists.ID("offices")},
		})
		return err
	})
}

func TestSecurityGroups(t *testing.T) {
	t.Parallel()
	m := makeGroups(t, tiers())
	require.Len(t, m.of("SecurityGroup"), 2)
	// None is inline, which would take away the ones beside it, and none lets out what nobody asked for.
	require.Equal(t, object{"description": "web", "vpcId": "<main-vpc>"}, m.inputs("main-groups-group-web"))
	require.Len(t, m.of("SecurityGroupIngressRule"), 4)
	require.Len(t, m.of("SecurityGroupEgressRule"), 1)
	https := object{"securityGroupId": "<main-groups-group-web>", "ipProtocol": "tcp", "fromPort": 443.0, "toPort": 443.0}
	require.Equal(t, merged(https, "cidrIpv4", "10.0.0.0/8", "description", "TCP 443 from 10.0.0.0/8"), m.inputs("main-groups-rule-web.ingress.offices.10.0.0.0-8"))
	require.Equal(t, merged(https, "prefixListId", "<lists-list-offices>", "description", "TCP 443 from offices"),
		m.inputs("main-groups-rule-web.ingress.offices.list.offices"))
	inner := object{"ipProtocol": "tcp", "fromPort": 8080.0, "toPort": 8080.0}
	require.Equal(t, merged(merged(inner, "securityGroupId", "<main-groups-group-web>"), "referencedSecurityGroupId", "<main-groups-group-apps>", "description", "TCP 8080 to apps"),
		m.inputs("main-groups-rule-web.egress.apps.apps"))
	require.Equal(t, merged(merged(inner, "securityGroupId", "<main-groups-group-apps>"), "referencedSecurityGroupId", "<main-groups-group-web>", "description", "TCP 8080 from web"),
		m.inputs("main-groups-rule-apps.ingress.web.web"))
	require.Equal(t, merged(merged(inner, "securityGroupId", "<main-groups-group-apps>"), "referencedSecurityGroupId", "<main-groups-group-apps>", "description", "TCP 8080 from the group itself"),
		m.inputs("main-groups-rule-apps.ingress.web.apps"))
}

// merged is an object with more properties, given as key and value.
func merged(base object, more ...any) object {
	out := object{}
	for key, value := range base {
		out[key] = value
	}
	for i := 0; i < len(more); i += 2 {
		out[more[i].(string)] = more[i+1]
	}
	return out
}

func TestPrefixLists(t *testing.T) {
	t.Parallel()
	m := makeGroups(t, nil)
	require.Equal(t, object{
		"name": "acme-dev-offices", "addressFamily": "IPv4", "maxEntries": 3.0,
		"entries": list(object{"cidr": "192.0.2.0/24", "description": "north"}, object{"cidr": "198.51.100.0/24", "description": "south"}),
	}, m.inputs("lists-list-offices"))
	require.Empty(t, m.of("ResourceShare"), "none is shared")
}

func TestSharedPrefixLists(t *testing.T) {
	t.Parallel()
	m := run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		_, err := NewPrefixLists(ctx, "lists", &PrefixListsArgs{
			Scope: testScope(), OrganizationARN: pulumi.String("arn:" + "aws:organizations::111111111111:organization/o-acme012345"),
			Lists: map[string]config.PrefixList{
				"own": {MaxEntries: 1, Entries: map[string]string{"a": "192.0.2.0/24"}},
				"all": {MaxEntries: 1, Entries: map[string]string{"a": "2001:db8::/32"}, Shared: true},
			},
		})
		return err
	})
	require.Equal(t, object{"name": "acme-dev-all", "addressFamily": "IPv6", "maxEntries": 1.0, "entries": list(object{"cidr": "2001:db8::/32", "description": "a"})},
		m.inputs("lists-list-all"))
	require.Equal(t, object{"name": "acme-dev-prefix-lists", "allowExternalPrincipals": false}, m.inputs("lists-share"))
	require.Equal(t, object{"resourceShareArn": "<lists-share>", "principal": "arn:" + "aws:organizations::111111111111:organization/o-acme012345"},
		m.inputs("lists-share-organization"))
	require.Len(t, m.of("ResourceAssociation"), 1)
	require.Equal(t, object{"resourceShareArn": "<lists-share>", "resourceArn": "<lists-list-all.arn>"}, m.inputs("lists-share-list-all"))
}

// TestSecurityGroupsOnTheEngine: a port that changes touches one rule, a description makes the group anew beside the old
// one, and groups that name each other go.
func TestSecurityGroupsOnTheEngine(t *testing.T) {
	t.Parallel()
	cloud, err := sim.Start(sim.Options{Region: "eu-west-1"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cloud.Close()) })
	groups := tiers()
	delete(groups["web"].Ingress, "offices")
	stack := engineOn(t, cloud, func(ctx *pulumi.Context) error {
		vpc, err := NewVpc(ctx, "main", &VpcArgs{Scope: testScope(), Config: with(func(cfg *config.VPC) { cfg.NAT = natNone })})
		if err != nil {
			return err
		}
		_, err = NewSecurityGroups(ctx, "main-groups", &SecurityGroupsArgs{Scope: testScope(), VpcID: vpc.VpcID, Groups: groups})
		return err
	})
	_, err = stack.Up(t.Context())
	require.NoError(t, err)

	groups["apps"].Ingress["web"] = config.GroupRule{Ports: "9090", Groups: []string{"web"}, Self: true}
	up, err := stack.Up(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, (*up.Summary.ResourceChanges)["update"])
	require.NotContains(t, *up.Summary.ResourceChanges, "replace")

	web := groups["web"]
	web.Description = "the web tier"
	groups["web"] = web
	up, err = stack.Up(t.Context())
	require.NoError(t, err)
	require.Positive(t, (*up.Summary.ResourceChanges)["replace"])

	_, err = stack.Destroy(t.Context())
	require.NoError(t, err)
	require.Empty(t, cloud.Resources())
}
