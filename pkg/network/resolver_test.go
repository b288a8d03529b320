package network

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/sim"
)

func fullResolver() config.Resolver {
	return config.Resolver{
		VPC:     "hub",
		Inbound: map[string]config.ResolverClient{"offices": {CIDR: "192.168.0.0/16"}},
		Rules: map[string]config.ResolverRule{
			"corp":  {Domain: "corp.example", Targets: []string{"192.168.0.11", "192.168.0.10"}},
			"plant": {Domain: "plant.example", Targets: []string{"192.168.0.10"}},
			"cloud": {Domain: "cloud.corp.example"},
		},
		Firewall: map[string]config.DNSFirewallList{
			"bad":  {Priority: 20, Action: "block", Domains: []string{"bad.example", "*.bad.example"}},
			"good": {Priority: 10, Action: "allow", Domains: []string{"good.bad.example"}},
		},
		QueryLogs: &config.QueryLogs{RetentionDays: 90},
	}
}

// makeResolver makes a resolver in the hub's account and lets a VPC of another account follow it.
func makeResolver(t *testing.T, cfg config.Resolver) mocked {
	t.Helper()
	return run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		owner, err := inHubAccount(ctx)
		if err != nil {
			return err
		}
		withoutNAT := func(cidr string) config.VPC {
			return with(func(cfg *config.VPC) { cfg.CIDR, cfg.NAT = cidr, natNone })
		}
		hub, err := NewVpc(ctx, "hub", &VpcArgs{Scope: hubScope(), Config: withoutNAT("10.3.0.0/16")}, pulumi.Provider(owner))
		if err != nil {
			return err
		}
		resolver, err := NewResolver(ctx, "resolver", &ResolverArgs{
			Scope: hubScope(), Config: cfg, Vpc: hub, Protect: true,
			Principals: map[string]pulumi.StringInput{"organization": pulumi.String(organizationARN)},
		}, pulumi.Provider(owner))
		if err != nil {
			return err
		}
		vpc, err := NewVpc(ctx, "main", &VpcArgs{Scope: testScope(), Config: withoutNAT("10.16.0.0/16")})
		if err != nil {
			return err
		}
		_, err = NewResolverAssociation(ctx, "rules", &ResolverAssociationArgs{
			Config: cfg, RuleIDs: resolver.RuleIDs, QueryLogConfigID: resolver.QueryLogConfigID,
			FirewallRuleGroupID: resolver.FirewallRuleGroupID, Scope: testScope(), VpcIDs: map[string]pulumi.StringInput{"main": vpc.VpcID},
		})
		return err
	})
}

func TestResolverEndpoints(t *testing.T) {
	t.Parallel()
	m := makeResolver(t, fullResolver())
	require.Equal(t, []string{"resolver-inbound", "resolver-outbound"}, m.of("ResolverEndpoint"))
	subnets := list(
		object{"subnetId": "<hub-subnet-private-a>"}, object{"subnetId": "<hub-subnet-private-b>"}, object{"subnetId": "<hub-subnet-private-c>"})
	require.Equal(t, object{
		"name": "acme-shared-resolver-inbound", "direction": "INBOUND", "ipAddresses": subnets, "protocols": list("Do53"),
		"securityGroupIds": list("<resolver-inbound-group>"),
	}, m.inputs("resolver-inbound"))
	require.Equal(t, "OUTBOUND", m.inputs("resolver-outbound")["direction"])
	require.Equal(t, object{
		"securityGroupId": "<resolver-inbound-group>", "cidrIpv4": "192.168.0.0/16", "ipProtocol": "udp", "fromPort": 53.0, "toPort": 53.0,
		"description": "DNS by udp from offices",
	}, m.inputs("resolver-inbound-udp-offices"))
	require.Equal(t, []string{
		"resolver-outbound-tcp-192.168.0.10", "resolver-outbound-tcp-192.168.0.11",
		"resolver-outbound-udp-192.168.0.10", "resolver-outbound-udp-192.168.0.11",
	}, m.of("SecurityGroupEgressRule"), "a server of two rules is let through once")
	require.NotContains(t, m.inputs("resolver-inbound-group"), "ingress", "rules are resources of their own")
}

func TestResolverRules(t *testing.T) {
	t.Parallel()
	m := makeResolver(t, fullResolver())
	require.Equal(t, object{
		"name": "acme-shared-resolver-corp", "domainName": "corp.example", "ruleType": "FORWARD", "resolverEndpointId": "<resolver-outbound>",
		"targetIps": list(object{"ip": "192.168.0.10", "port": 53.0}, object{"ip": "192.168.0.11", "port": 53.0}),
	}, m.inputs("resolver-rule-corp"))
	require.Equal(t, object{
		"name": "acme-shared-resolver-cloud", "domainName": "cloud.corp.example", "ruleType": "SYSTEM",
	}, m.inputs("resolver-rule-cloud"), "taken out of the wider rule")
	require.Equal(t, object{"name": "acme-shared-resolver", "destinationArn": "<resolver-query-log-group.arn>"}, m.inputs("resolver-query-log"))
	require.Equal(t, "/aws/route53resolver/acme-shared-resolver", m.get("resolver-query-log-group").ID)
	require.True(t, m.get("resolver-query-log-group").Protect)
	require.Equal(t, []string{
		"resolver-share-firewall", "resolver-share-query-log", "resolver-share-rule-cloud", "resolver-share-rule-corp", "resolver-share-rule-plant",
	}, m.of("ResourceAssociation"))
	require.Equal(t, object{"resourceShareArn": "<resolver-share>", "resourceArn": "<resolver-rule-corp.arn>"}, m.inputs("resolver-share-rule-corp"))
	require.Equal(t, object{"resourceShareArn": "<resolver-share>", "principal": organizationARN}, m.inputs("resolver-share-with-organization"))
}

func TestResolverAssociation(t *testing.T) {
	t.Parallel()
	m := makeResolver(t, fullResolver())
	require.Equal(t, []string{"rules-rule-main-cloud", "rules-rule-main-corp", "rules-rule-main-plant"}, m.of("ResolverRuleAssociation"))
	require.Equal(t, object{"resolverRuleId": "<resolver-rule-corp>", "vpcId": "<main-vpc>"}, m.inputs("rules-rule-main-corp"))
	require.True(t, m.get("rules-rule-main-corp").DeleteBeforeReplace, "a VPC follows one rule for a domain")
	require.Equal(t, object{"resolverQueryLogConfigId": "<resolver-query-log>", "resourceId": "<main-vpc>"}, m.inputs("rules-query-log-main"))
	require.Equal(t, "hub", m.get("resolver-rule-corp").Provider.Name())
	require.Empty(t, m.get("rules-rule-main-corp").Provider, "the VPC's owner joins")
}

func TestResolverMakesWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	cfg := fullResolver()
	cfg.Inbound, cfg.QueryLogs, cfg.Firewall = nil, nil, nil
	cfg.Rules = map[string]config.ResolverRule{"cloud": {Domain: "cloud.corp.example"}}
	m := makeResolver(t, cfg)
	require.Empty(t, m.of("ResolverEndpoint"), "nobody asks, nothing is forwarded")
	require.Equal(t, []string{"resolver-share-rule-cloud"}, m.of("ResourceAssociation"))
	require.Empty(t, m.of("ResolverQueryLogConfigAssociation"))
	require.Empty(t, m.of("ResolverFirewallRuleGroupAssociation"))
}

func TestResolverFirewall(t *testing.T) {
	t.Parallel()
	m := makeResolver(t, fullResolver())
	require.Equal(t, object{"name": "acme-shared-resolver"}, m.inputs("resolver-firewall"))
	require.Equal(t, object{"name": "acme-shared-resolver-bad", "domains": list("*.bad.example", "bad.example")}, m.inputs("resolver-firewall-list-bad"))
	require.Equal(t, object{
		"name": "acme-shared-resolver-bad", "priority": 20.0, "action": "BLOCK", "blockResponse": "NXDOMAIN",
		"firewallRuleGroupId": "<resolver-firewall>", "firewallDomainListId": "<resolver-firewall-list-bad>",
	}, m.inputs("resolver-firewall-rule-bad"))
	require.Equal(t, object{
		"name": "acme-shared-resolver-good", "priority": 10.0, "action": "ALLOW",
		"firewallRuleGroupId": "<resolver-firewall>", "firewallDomainListId": "<resolver-firewall-list-good>",
	}, m.inputs("resolver-firewall-rule-good"))
	require.Equal(t, object{
		"name": "acme-dev-main", "firewallRuleGroupId": "<resolver-firewall>", "vpcId": "<main-vpc>", "priority": 101.0,
	}, m.inputs("rules-firewall-main"))
	require.Empty(t, m.get("rules-firewall-main").Provider, "the VPC's owner joins")
}
