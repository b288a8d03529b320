package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func domainListAct(name string) act {
	return act{token: typeDomainList, name: name, inputs: props{"name": name, "domains": []any{"*.bad.example", "bad.example"}}}
}

func dnsGroupAct(name string) act {
	return act{token: typeDNSRuleGroup, name: name, inputs: props{"name": name}}
}

func dnsRuleAct(name, group, list string, priority int) act {
	return act{token: typeDNSRule, name: name, inputs: props{
		"name": name, "action": "BLOCK", "blockResponse": "NXDOMAIN", "priority": priority,
		"firewallRuleGroupId": "$" + group, "firewallDomainListId": "$" + list,
	}}
}

func dnsJoinAct(name, group string, priority int) act {
	return act{token: typeDNSGroupJoin, name: name, inputs: props{
		"name": name, "firewallRuleGroupId": "$" + group, "vpcId": "$v", "priority": priority,
	}}
}

func TestDNSFirewallRules(t *testing.T) {
	t.Parallel()
	base := func(more ...act) []act {
		return append([]act{vpcAct("v", "10.0.0.0/16"), domainListAct("l"), domainListAct("m"), dnsGroupAct("g"), dnsGroupAct("h")}, more...)
	}
	protected := dnsJoinAct("j", "g", 101)
	protected.inputs["mutationProtection"] = "ENABLED"
	refusals(t, map[string]ruleCase{
		"a priority twice": {
			after: base(dnsRuleAct("r", "g", "l", 1)), create: dnsRuleAct("s", "g", "m", 1), code: "ConflictException",
			message: "The firewall rule group '$g$' has a rule of that priority.", passes: props{"priority": 2},
		},
		"a list that is used": {
			after: base(dnsRuleAct("r", "g", "l", 1)), destroy: "l", code: "ConflictException", unless: "r",
			message: "The firewall domain list '$l$' is used by a rule: delete the rule first.",
		},
		"a group with rules": {
			after: base(dnsRuleAct("r", "g", "l", 1)), destroy: "g", code: "ConflictException", unless: "r",
			message: "The firewall rule group '$g$' has rules or is associated with VPCs: delete these first.",
		},
		"a group with VPCs": {
			after: base(dnsJoinAct("j", "g", 101)), destroy: "g", code: "ConflictException", unless: "j",
			message: "The firewall rule group '$g$' has rules or is associated with VPCs: delete these first.",
		},
		"a VPC's priority twice": {
			after: base(dnsJoinAct("j", "g", 101)), create: dnsJoinAct("k", "h", 101), code: "ConflictException",
			message: "The VPC '$v$' has a firewall rule group of that priority.", passes: props{"priority": 102},
		},
		"a VPC twice": {
			after: base(dnsJoinAct("j", "g", 101)), create: dnsJoinAct("k", "g", 102), code: "ConflictException",
			message: "The VPC '$v$' is associated with '$g$' already.", passes: props{"firewallRuleGroupId": "$h"},
		},
		"too many groups": {
			after: base(dnsJoinAct("j", "g", 101)), quotas: map[string]int{"LimitExceededException": 1}, create: dnsJoinAct("k", "h", 102),
			code: "LimitExceededException", message: "The maximum number of firewall rule groups of a VPC has been reached.", unless: "j",
		},
		"a protected association": {
			after: base(protected), destroy: "j", code: "AccessDeniedException", never: true,
			message: "The association '$j$' is protected against changes.",
		},
		"a group of another account": {
			after: base(elsewhere(dnsGroupAct("f"))), create: dnsJoinAct("k", "f", 102), code: "ResourceNotFoundException",
			message: "Firewall rule group with ID '$f$' does not exist.", passes: props{"firewallRuleGroupId": "$g"},
		},
		"a list that is not": {
			after: base(), create: act{token: typeDNSRule, name: "r", inputs: props{
				"name": "r", "action": "ALLOW", "priority": 1, "firewallRuleGroupId": "$g", "firewallDomainListId": "rslvr-fdl-0123456789abcdef0",
			}},
			code: "ResourceNotFoundException", message: "Firewall domain list with ID 'rslvr-fdl-0123456789abcdef0' does not exist.",
			passes: props{"firewallDomainListId": "$l"},
		},
	})
	s := newStage(t, ruleCase{after: base(dnsJoinAct("j", "g", 101), dnsRuleAct("r", "g", "l", 1))}, "")
	require.Regexp(t, `^rslvr-fdl-[0-9a-f]{17}$`, s.made["l"].ID)
	require.Regexp(t, `^rslvr-frg-[0-9a-f]{17}$`, s.made["g"].ID)
	require.Regexp(t, `^rslvr-frgassoc-[0-9a-f]{17}$`, s.made["j"].ID)
	require.Equal(t, s.made["g"].ID+":"+s.made["l"].ID, s.made["r"].ID)
}

func TestBadDNSFirewalls(t *testing.T) {
	t.Parallel()
	rule := props{"action": "BLOCK", "priority": 1, "firewallRuleGroupId": "rslvr-frg-1", "firewallDomainListId": "rslvr-fdl-1"}
	badInputs(t, map[string]faultCase{
		"blocked without answer": {
			token: typeDNSRule, inputs: rule,
			want:   []Failure{{"", "ValidationException: A rule with action BLOCK must have a blockResponse."}},
			passes: props{"blockResponse": "NODATA"},
		},
		"allowed with an answer": {
			token: typeDNSRule, inputs: props{
				"action": "ALLOW", "blockResponse": "NODATA", "priority": 1, "firewallRuleGroupId": "rslvr-frg-1", "firewallDomainListId": "rslvr-fdl-1"},
			want: []Failure{{"", "ValidationException: blockResponse is for rules with action BLOCK."}}, passes: props{"blockResponse": nil},
		},
		"a domain": {
			token: typeDomainList, inputs: props{"domains": []any{"a.*.example"}},
			want: []Failure{{"domains", `"a.*.example" is neither a domain name nor one after *.`}}, passes: props{"domains": []any{"*"}},
		},
		"AWS's own priorities": {
			token: typeDNSGroupJoin, inputs: props{"firewallRuleGroupId": "rslvr-frg-1", "vpcId": "vpc-1", "priority": 100},
			want: []Failure{{"priority", "must be from 101 to 9899, not 100"}}, passes: props{"priority": 101},
		},
	})
	m := newTestModel(t)
	for _, each := range []struct{ token, property string }{
		{typeDomainList, "name"}, {typeDNSRuleGroup, "name"}, {typeDNSRule, "firewallDomainListId"}, {typeDNSGroupJoin, "vpcId"},
	} {
		require.Equal(t, []string{each.property}, m.replaces(each.token, props{each.property: "a"}, props{each.property: "b"}), each.token)
	}
}
