package sim

import "testing"

// fromGroup is a rule of a direction about another group.
func fromGroup(token, name, group, peer string) act {
	return act{token: token, name: name, inputs: props{
		"securityGroupId": "$" + group, "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "referencedSecurityGroupId": "$" + peer,
	}}
}

// twoNetworks are two VPCs with a group each, attached to a transit gateway that carries group references or does not.
func twoNetworks(support string, more ...act) []act {
	acts := []act{{token: typeTransitGateway, name: "t", inputs: props{"securityGroupReferencingSupport": support}}}
	acts = append(acts, networkOf("v", "10.16.0.0/16")...)
	acts = append(acts, networkOf("w", "10.17.0.0/16")...)
	return append(append(acts, groupAct("a", "v"), groupAct("b", "w"), groupAct("c", "v")), more...)
}

func TestGroupsOfOtherNetworks(t *testing.T) {
	t.Parallel()
	const apart = "You have specified two resources that belong to different networks."
	refusals(t, map[string]ruleCase{
		"a group of another VPC": {
			after: twoNetworks("enable"), create: fromGroup(typeIngressRule, "r", "a", "b"),
			code: "InvalidGroup.NotFound", message: apart, passes: props{"referencedSecurityGroupId": "$c"},
		},
		"over a transit gateway, once both are attached": {
			after: twoNetworks("enable", attachVpcAct("va", "v")), create: fromGroup(typeIngressRule, "r", "a", "b"),
			code: "InvalidGroup.NotFound", message: apart, first: []act{attachVpcAct("wa", "w")},
		},
		"over a transit gateway that carries no groups": {
			after:  twoNetworks("disable", attachVpcAct("va", "v"), attachVpcAct("wa", "w")),
			create: fromGroup(typeIngressRule, "r", "a", "b"), code: "InvalidGroup.NotFound", message: apart,
			passes: props{"referencedSecurityGroupId": "$c"},
		},
		"over a transit gateway, on the way out": {
			after:  twoNetworks("enable", attachVpcAct("va", "v"), attachVpcAct("wa", "w")),
			create: fromGroup(typeEgressRule, "r", "a", "b"), code: "InvalidGroup.NotFound", message: apart,
			passes: props{"referencedSecurityGroupId": "$c"},
		},
		"a rule turned to a group of another VPC": {
			after: twoNetworks("enable", fromGroup(typeIngressRule, "r", "a", "c")), change: "r",
			create: act{inputs: fromGroup(typeIngressRule, "r", "a", "b").inputs}, code: "InvalidGroup.NotFound", message: apart,
			passes: props{"referencedSecurityGroupId": "$a"},
		},
		"a group of another account": {
			after:  append(twoGroups(), member(vpcAct("m", "10.9.0.0/16"), groupAct("x", "m"))...),
			create: fromGroup(typeIngressRule, "r", "a", "x"),
			code:   "InvalidGroup.NotFound", message: "The security group '$x$' does not exist", passes: props{"referencedSecurityGroupId": "$b"},
		},
	})
}

func TestGroupsInUse(t *testing.T) {
	t.Parallel()
	plug := func(groups ...any) act {
		return act{token: typeInterface, name: "i", inputs: props{"subnetId": "$s", "securityGroups": groups}}
	}
	subnet := subnetAct("s", "v", "10.0.0.0/24", "a")
	refusals(t, map[string]ruleCase{
		"a group that an interface carries": {
			after: twoGroups(subnet, plug("$b")), destroy: "b",
			code: "DependencyViolation", message: "resource $b$ has a dependent object", unless: "i",
		},
		"an interface in another VPC than its group": {
			after: twoGroups(subnet, vpcAct("w", "10.1.0.0/16"), groupAct("c", "w")), create: plug("$c"),
			code: "InvalidParameter", message: "Security group $c$ and subnet $s$ belong to different networks.",
			passes: props{"securityGroups": []any{"$a"}},
		},
		"an interface of many groups": {
			after: twoGroups(subnet), create: plug("$a", "$b"), quotas: map[string]int{"SecurityGroupsPerInterfaceLimitExceeded": 1},
			code:    "SecurityGroupsPerInterfaceLimitExceeded",
			message: "The maximum number of security groups per interface has been reached.", passes: props{"securityGroups": []any{"$a"}},
		},
	})
}

// TestGroupsThatAreFull: a list counts once for each rule that names it, and a rule that changes makes room for itself.
func TestGroupsThatAreFull(t *testing.T) {
	t.Parallel()
	const full = "The maximum number of rules per security group has been reached."
	udp := fromList("q", "a", "$l")
	udp.inputs["ipProtocol"] = "udp"
	grown := props{"name": "l", "addressFamily": "IPv4", "maxEntries": 31, "entries": []any{}}
	turned := fromList("r", "a", "$m").inputs
	refusals(t, map[string]ruleCase{
		"a list two rules of a group name grows": {
			after: twoGroups(listAct("l", 29), fromList("r", "a", "$l"), udp), change: "l", create: act{inputs: grown},
			code: "RulesPerSecurityGroupLimitExceeded", message: full, passes: props{"maxEntries": 30},
		},
		"a rule turned to a larger list": {
			after:  twoGroups(listAct("l", 30), listAct("m", 31), fromList("r", "a", "$l"), udp),
			change: "r", create: act{inputs: turned}, code: "RulesPerSecurityGroupLimitExceeded", message: full, unless: "q",
		},
		"an IPv6 rule beside as many as there may be": {
			after: twoGroups(https("r", "a", "10.0.0.0/16")), quotas: map[string]int{"RulesPerSecurityGroupLimitExceeded": 1},
			create: fromGroup(typeIngressRule, "s", "a", "b"), code: "RulesPerSecurityGroupLimitExceeded", message: full,
			passes: props{"referencedSecurityGroupId": nil, "cidrIpv6": "2001:db8::/64"},
		},
	})
}
