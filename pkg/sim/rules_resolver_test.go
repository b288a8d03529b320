package sim

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
)

// resolverActs are a VPC with a subnet in each of two zones, "a" and "b", one more in the first, "c", and a group "g".
func resolverActs(more ...act) []act {
	return append([]act{
		vpcAct("v", "10.0.0.0/16"), subnetAct("a", "v", "10.0.0.0/24", "a"), subnetAct("b", "v", "10.0.1.0/24", "b"),
		subnetAct("c", "v", "10.0.2.0/24", "a"), groupAct("g", "v"),
	}, more...)
}

func resolverAct(name, direction string, subnets ...any) act {
	addresses := make([]any, len(subnets))
	for i, subnet := range subnets {
		addresses[i] = props{"subnetId": subnet}
	}
	return act{token: typeResolverEndpoint, name: name, inputs: props{
		"direction": direction, "ipAddresses": addresses, "securityGroupIds": []any{"$g"},
	}}
}

func forwardAct(name, domain, endpoint string) act {
	return act{token: typeResolverRule, name: name, inputs: props{
		"domainName": domain, "ruleType": "FORWARD", "resolverEndpointId": "$" + endpoint, "targetIps": []any{props{"ip": "192.168.0.10"}},
	}}
}

func systemAct(name, domain string) act {
	return act{token: typeResolverRule, name: name, inputs: props{"domainName": domain, "ruleType": "SYSTEM"}}
}

func followAct(name, rule, vpc string) act {
	return act{token: typeResolverRuleJoin, name: name, inputs: props{"resolverRuleId": "$" + rule, "vpcId": "$" + vpc}}
}

func TestResolverEndpoints(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: resolverActs(resolverAct("i", "INBOUND", "$a", "$b"), resolverAct("o", "OUTBOUND", "$a", "$b"))}, "")
	require.Regexp(t, `^rslvr-in-[0-9a-f]{17}$`, s.made["i"].ID)
	require.Regexp(t, `^rslvr-out-[0-9a-f]{17}$`, s.made["o"].ID)
	require.Equal(t, s.made["v"].ID, s.made["i"].Text("hostVpcId"))
	s.must(forwardAct("f", "corp.example", "o"))
	require.Regexp(t, `^rslvr-rr-[0-9a-f]{17}$`, s.made["f"].ID)
	s.must(followAct("j", "f", "v"))
	require.Regexp(t, `^rslvr-rrassoc-[0-9a-f]{17}$`, s.made["j"].ID)
}

func TestResolverRules(t *testing.T) {
	t.Parallel()
	out := resolverAct("o", "OUTBOUND", "$a", "$b")
	elseVpc := []act{vpcAct("w", "10.1.0.0/16"), subnetAct("x", "w", "10.1.0.0/24", "b"), groupAct("h", "w")}
	refusals(t, map[string]ruleCase{
		"one zone": {
			after: resolverActs(), create: resolverAct("o", "OUTBOUND", "$a", "$c"), code: "InvalidRequestException",
			message: "The subnets of a resolver endpoint must be in at least two Availability Zones.",
			passes:  props{"ipAddresses": []any{props{"subnetId": "$a"}, props{"subnetId": "$b"}}},
		},
		"two VPCs": {
			after: resolverActs(elseVpc...), create: resolverAct("o", "OUTBOUND", "$a", "$x"), code: "InvalidRequestException",
			message: "The subnet $x$ is not in the VPC $v$ of the endpoint's other subnets.",
			passes:  props{"ipAddresses": []any{props{"subnetId": "$a"}, props{"subnetId": "$b"}}},
		},
		"a group of another VPC": {
			after: resolverActs(elseVpc...), create: act{token: typeResolverEndpoint, name: "o", inputs: props{
				"direction": "INBOUND", "ipAddresses": []any{props{"subnetId": "$a"}, props{"subnetId": "$b"}}, "securityGroupIds": []any{"$h"},
			}},
			code: "InvalidRequestException", message: "The security group $h$ does not belong to the VPC $v$.",
			passes: props{"securityGroupIds": []any{"$g"}},
		},
		"too many endpoints": {
			after: resolverActs(out), quotas: map[string]int{"LimitExceededException": 1}, create: resolverAct("i", "INBOUND", "$a", "$b"),
			code: "LimitExceededException", unless: "o",
			message: "The maximum number of resolver endpoints of this account and region has been reached.",
		},
		"an endpoint with rules": {
			after: resolverActs(out, forwardAct("f", "corp.example", "o")), destroy: "o", code: "ResourceInUseException", unless: "f",
			message: "Resolver endpoint '$o$' has resolver rules: delete or move them first.",
		},
		"forwarded by an inbound endpoint": {
			after:  resolverActs(out, resolverAct("i", "INBOUND", "$a", "$b")),
			create: forwardAct("f", "corp.example", "i"), code: "InvalidRequestException",
			message: "Cannot forward by the inbound resolver endpoint '$i$'.", passes: props{"resolverEndpointId": "$o"},
		},
		"forwarded by nothing": {
			after: resolverActs(out), create: act{token: typeResolverRule, name: "f", inputs: props{
				"domainName": "corp.example", "ruleType": "FORWARD", "targetIps": []any{props{"ip": "192.168.0.10"}}}},
			code: "InvalidParameterException", message: "A FORWARD rule must have an outbound resolver endpoint.",
			passes: props{"resolverEndpointId": "$o"},
		},
		"an endpoint that is not": {
			after: resolverActs(out), create: act{token: typeResolverRule, name: "f", inputs: props{
				"domainName": "corp.example", "ruleType": "FORWARD", "targetIps": []any{props{"ip": "192.168.0.10"}}, "resolverEndpointId": "rslvr-out-1"}},
			code: "ResourceNotFoundException", message: "Resolver endpoint with ID 'rslvr-out-1' does not exist.",
			passes: props{"resolverEndpointId": "$o"},
		},
		"too many rules": {
			after: []act{systemAct("f", "a.example")}, quotas: map[string]int{"LimitExceededException": 1}, create: systemAct("e", "b.example"),
			code: "LimitExceededException", unless: "f",
			message: "The maximum number of resolver rules of this account and region has been reached.",
		},
		"a rule a VPC follows": {
			after: resolverActs(systemAct("f", "corp.example"), followAct("j", "f", "v")), destroy: "f", unless: "j",
			code: "ResourceInUseException", message: "Please disassociate this resolver rule from VPC first before deleting",
		},
		"a rule followed twice": {
			after:  resolverActs(systemAct("f", "corp.example"), followAct("j", "f", "v")),
			create: followAct("k", "f", "v"), code: "ResourceExistsException", unless: "j",
			message: "Cannot associate rules with same domain name with same VPC. Conflict with resolver rule '$f$'",
		},
		"two rules for a domain": {
			after:  resolverActs(systemAct("f", "corp.example"), systemAct("e", "Corp.Example."), systemAct("d", "b.example"), followAct("j", "f", "v")),
			create: followAct("k", "e", "v"), code: "ResourceExistsException", passes: props{"resolverRuleId": "$d"},
			message: "Cannot associate rules with same domain name with same VPC. Conflict with resolver rule '$f$'",
		},
		"too many rules followed": {
			after: resolverActs(systemAct("f", "a.example"), systemAct("e", "b.example"), followAct("j", "f", "v"), followAct("k", "e", "v"),
				vpcAct("w", "10.1.0.0/16")),
			quotas: map[string]int{"LimitExceededException": 2}, create: followAct("l", "e", "w"), unless: "j",
			code: "LimitExceededException", message: "The maximum number of associations of resolver rules with VPCs has been reached.",
		},
		"a rule of another account": {
			after: resolverActs(elsewhere(systemAct("f", "a.example"))), create: followAct("j", "f", "v"), code: "ResourceNotFoundException",
			message: "Resolver rule with ID '$f$' does not exist.", never: true,
		},
	})
	s := newStage(t, ruleCase{after: resolverActs(sharedWithMember("f", systemAct("f", "a.example"))...)}, "")
	joined := followAct("j", "f", "m")
	s.must(elsewhere(vpcAct("m", "10.9.0.0/16")))
	s.must(elsewhere(joined))
	require.NotNil(t, s.destroy(s.made["f"]), "another account's VPC follows it")
	require.Nil(t, s.in(memberID, "eu-west-1").destroy(s.made["j"]))
	require.Nil(t, s.destroy(s.made["f"]))
}

// sharedWithMember makes something and shares it with the whole organization.
func sharedWithMember(name string, made act) []act {
	return []act{
		made,
		{token: typeOrganizationSharing, name: "sharing", inputs: props{}},
		{token: typeResourceShare, name: "share", inputs: props{"name": "share"}},
		{token: typeShareResource, name: "shared", inputs: props{"resourceShareArn": "$share", "resourceArn": "$" + name + ".arn"}},
		{token: typeSharePrincipal, name: "with", inputs: props{
			"resourceShareArn": "$share", "principal": "arn:" + "aws:organizations::" + managementID + ":organization/" + organizationID}},
	}
}

func TestResolverLogs(t *testing.T) {
	t.Parallel()
	group := act{token: "aws:cloudwatch/logGroup:LogGroup", name: "l", inputs: props{"name": "/aws/resolver/x"}}
	config := act{token: typeResolverLog, name: "q", inputs: props{"name": "q", "destinationArn": "$l.arn"}}
	join := func(name, config string) act {
		return act{token: typeResolverLogJoin, name: name, inputs: props{"resolverQueryLogConfigId": "$" + config, "resourceId": "$v"}}
	}
	other := act{token: typeResolverLog, name: "r", inputs: props{"name": "r", "destinationArn": "$l.arn"}}
	lost := maps.Clone(config.inputs)
	lost["destinationArn"] = "arn:" + "aws:logs:eu-west-1:" + managementID + ":log-group:nowhere"
	refusals(t, map[string]ruleCase{
		"a log group that is not": {
			after: resolverActs(group), create: act{token: typeResolverLog, name: "q", inputs: lost}, code: "ResourceNotFoundException",
			message: "The log group arn:" + "aws:logs:eu-west-1:" + managementID + ":log-group:nowhere does not exist.",
			passes:  props{"destinationArn": "$l.arn"},
		},
		"a VPC twice": {
			after: resolverActs(group, config, other, join("j", "q")), create: join("k", "q"), code: "ResourceExistsException",
			message: "The VPC $v$ is already associated with $q$.", passes: props{"resolverQueryLogConfigId": "$r"},
		},
		"with VPCs": {
			after: resolverActs(group, config, join("j", "q")), destroy: "q", code: "InvalidRequestException", unless: "j",
			message: "Please disassociate all VPCs from the query logging configuration '$q$' before deleting it.",
		},
		"too many": {
			after: resolverActs(group, config), quotas: map[string]int{"LimitExceededException": 1}, create: other, unless: "q",
			code:    "LimitExceededException",
			message: "The maximum number of query logging configurations of this account and region has been reached.",
		},
		"a configuration of another account": {
			after: resolverActs(elsewhere(group), elsewhere(config)), create: join("j", "q"), code: "ResourceNotFoundException",
			message: "Resolver query log config with ID '$q$' does not exist.", never: true,
		},
	})
}

func TestBadResolvers(t *testing.T) {
	t.Parallel()
	endpoint := props{"direction": "OUTBOUND", "securityGroupIds": []any{"sg-1"}, "ipAddresses": []any{map[string]any{"subnetId": "subnet-1"}}}
	badInputs(t, map[string]faultCase{
		"one address": {
			token: typeResolverEndpoint, inputs: endpoint,
			want:   []Failure{{"", "InvalidParameterException: ipAddresses: between 2 and 10 IP addresses are needed, not 1"}},
			passes: props{"ipAddresses": []any{map[string]any{"subnetId": "subnet-1"}, map[string]any{"subnetId": "subnet-2"}}},
		},
		"forwarded nowhere": {
			token: typeResolverRule, inputs: props{"domainName": "corp.example", "ruleType": "FORWARD"},
			want:   []Failure{{"", "InvalidParameterException: A FORWARD rule must have target IP addresses."}},
			passes: props{"targetIps": []any{map[string]any{"ip": "192.168.0.10"}}},
		},
		"answered here and there": {
			token: typeResolverRule, inputs: props{"domainName": "c o", "ruleType": "SYSTEM", "targetIps": []any{map[string]any{"ip": "192.168.0.10"}}},
			want: []Failure{
				{"", "InvalidParameterException: Target IP addresses and endpoint can't be specified for a SYSTEM rule."},
				{"domainName", `"c o" is not a domain name`},
			},
			passes: props{"domainName": ".", "targetIps": nil},
		},
	})
	m := newTestModel(t)
	for _, each := range []struct{ token, property string }{
		{typeResolverEndpoint, "direction"}, {typeResolverRule, "domainName"}, {typeResolverRule, "ruleType"},
		{typeResolverRuleJoin, "vpcId"}, {typeResolverLog, "destinationArn"}, {typeResolverLogJoin, "resourceId"},
	} {
		require.Equal(t, []string{each.property}, m.replaces(each.token, props{each.property: "a"}, props{each.property: "b"}), each.token)
	}
	require.Empty(t, m.replaces(typeResolverRule, props{"resolverEndpointId": "a"}, props{"resolverEndpointId": "b"}))
}
