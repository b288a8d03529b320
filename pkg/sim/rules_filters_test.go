package sim

import (
	"fmt"
	"strings"
	"testing"
)

const typeGroup = "aws:ec2/securityGroup:SecurityGroup"

func groupAct(name, vpc string) act {
	return act{token: typeGroup, name: name, inputs: props{"name": "web-" + name, "vpcId": "$" + vpc}}
}

// https is a rule that lets 443 in from a block.
func https(name, group, block string) act {
	return act{token: typeIngressRule, name: name, inputs: props{
		"securityGroupId": "$" + group, "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": block,
	}}
}

func twoGroups(more ...act) []act {
	return append([]act{vpcAct("v", "10.0.0.0/16"), groupAct("a", "v"), groupAct("b", "v")}, more...)
}

func TestSecurityGroupRules(t *testing.T) {
	t.Parallel()
	many := make([]any, 61)
	for i := range many {
		many[i] = props{"protocol": "tcp", "fromPort": i, "toPort": i, "cidrBlocks": []any{"10.0.0.0/16"}}
	}
	duplicate := func(text string) string { return `the specified rule "` + text + `" already exists` }
	refusals(t, map[string]ruleCase{
		"a name taken in the VPC": {
			after:  append(twoGroups(), vpcAct("w", "10.1.0.0/16")),
			create: act{token: typeGroup, name: "c", inputs: props{"name": "web-a", "vpcId": "$v"}},
			code:   "InvalidGroup.Duplicate", message: "The security group 'web-a' already exists for VPC '$v$'",
			passes: props{"vpcId": "$w"},
		},
		"a rule that is there": {
			after: twoGroups(https("r", "a", "10.0.0.0/16")), create: https("s", "a", "10.0.0.0/16"),
			code: "InvalidPermission.Duplicate", message: duplicate("peer: 10.0.0.0/16, TCP, from port: 443, to port: 443, ALLOW"),
			passes: props{"securityGroupId": "$b"},
		},
		"the same rule with the protocol's number and another description": {
			after: twoGroups(https("r", "a", "10.0.0.0/16")), create: act{token: typeIngressRule, name: "s", inputs: props{
				"securityGroupId": "$a", "ipProtocol": "6", "fromPort": 443, "toPort": 443, "cidrIpv4": "10.0.0.0/16",
				"description": "again",
			}},
			code: "InvalidPermission.Duplicate", message: duplicate("peer: 10.0.0.0/16, TCP, from port: 443, to port: 443, ALLOW"),
			passes: props{"toPort": 444},
		},
		"a rule for everything that is there": {
			after: twoGroups(act{token: typeEgressRule, name: "r", inputs: props{
				"securityGroupId": "$a", "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0",
			}}),
			create: act{token: typeEgressRule, name: "s", inputs: props{
				"securityGroupId": "$a", "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0",
			}},
			code: "InvalidPermission.Duplicate", message: duplicate("peer: 0.0.0.0/0, ALL, ALLOW"), unless: "r",
		},
		"a rule changed into another": {
			after:  twoGroups(https("r", "a", "10.0.0.0/16"), https("s", "a", "10.1.0.0/16")),
			change: "s", create: act{inputs: props{
				"securityGroupId": "$a", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": "10.0.0.0/16",
			}},
			code: "InvalidPermission.Duplicate", message: duplicate("peer: 10.0.0.0/16, TCP, from port: 443, to port: 443, ALLOW"),
			unless: "r",
		},
		"a rule about nobody": {
			after: twoGroups(), create: act{token: typeIngressRule, name: "r", inputs: props{
				"securityGroupId": "$a", "ipProtocol": "-1",
			}},
			code: "MissingParameter", message: "The request must contain a peer: a CIDR block, a prefix list or a security group",
			passes: props{"referencedSecurityGroupId": "$a"},
		},
		"too many rules": {
			after: twoGroups(https("r", "a", "10.0.0.0/16")), quotas: map[string]int{"RulesPerSecurityGroupLimitExceeded": 1},
			create: https("s", "a", "10.1.0.0/16"), code: "RulesPerSecurityGroupLimitExceeded",
			message: "The maximum number of rules per security group has been reached.",
			passes:  props{"cidrIpv4": nil, "cidrIpv6": "2001:db8::/64"}, // counted apart
		},
		"too many rules inline": {
			after: twoGroups(), create: act{token: typeGroup, name: "c", inputs: props{
				"name": "web-c", "vpcId": "$v", "ingress": many,
			}},
			code: "RulesPerSecurityGroupLimitExceeded", message: "The maximum number of rules per security group has been reached.",
			passes: props{"ingress": many[:60]},
		},
		"a group another's rule names": {
			after: twoGroups(act{token: typeIngressRule, name: "r", inputs: props{
				"securityGroupId": "$a", "ipProtocol": "-1", "referencedSecurityGroupId": "$b",
			}}),
			destroy: "b", code: "DependencyViolation", message: "resource $b$ has a dependent object", unless: "r",
		},
		"a group keeps its VPC": {
			after: []act{vpcAct("v", "10.0.0.0/16"), groupAct("a", "v")}, destroy: "v",
			code: "DependencyViolation", message: "The vpc '$v$' has dependencies and cannot be deleted.", unless: "a",
		},
		"a missing group": {
			after: twoGroups(), create: act{token: typeIngressRule, name: "r", inputs: props{
				"securityGroupId": "sg-0123456789abcdef0", "ipProtocol": "-1", "cidrIpv4": "10.0.0.0/16",
			}},
			code: "InvalidGroup.NotFound", message: "The security group 'sg-0123456789abcdef0' does not exist",
			passes: props{"securityGroupId": "$a"},
		},
		"the default group of a missing VPC": {
			after: twoGroups(), create: act{
				token: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", name: "d", inputs: props{"vpcId": "vpc-0123456789abcdef0"},
			},
			code: "InvalidVpcID.NotFound", message: "The vpc ID 'vpc-0123456789abcdef0' does not exist", passes: props{"vpcId": "$v"},
		},
	})
}

func TestSecurityGroupFaults(t *testing.T) {
	t.Parallel()
	rule := func(more props) props {
		inputs := props{"securityGroupId": "g", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": "10.0.0.0/16"}
		for key, value := range more {
			inputs[key] = value
		}
		return inputs
	}
	const allowed = "letters, digits, spaces and any of ._-:/()#,@[]+=&;{}!$*"
	badInputs(t, map[string]faultCase{
		"reserved name": {
			token: typeGroup, inputs: props{"name": "sg-web", "vpcId": "v"},
			want:   []Failure{{"name", `"sg-web" must not be "default" and must not begin with "sg-"`}},
			passes: props{"name": "web"},
		},
		"the default group's name": {
			token: typeGroup, inputs: props{"name": "default", "vpcId": "v"},
			want:   []Failure{{"name", `"default" must not be "default" and must not begin with "sg-"`}},
			passes: props{"name": "defaults"},
		},
		"long name": {
			token: typeGroup, inputs: props{"name": strings.Repeat("n", 256), "vpcId": "v"},
			want:   []Failure{{"name", fmt.Sprintf("%q must have 1 to 255 %s", strings.Repeat("n", 256), allowed)}},
			passes: props{"name": strings.Repeat("n", 255)},
		},
		"description": {
			token: typeGroup, inputs: props{"name": "web", "description": "größer"},
			want:   []Failure{{"description", `"größer" must be at most 255 ` + allowed}},
			passes: props{"description": "larger"},
		},
		"two peers": {
			token: typeIngressRule, inputs: rule(props{"referencedSecurityGroupId": "x"}),
			want:   []Failure{{"", "InvalidParameterCombination: give one peer, not cidrIpv4 and referencedSecurityGroupId"}},
			passes: props{"cidrIpv4": nil},
		},
		"ports for all protocols": {
			token: typeEgressRule, inputs: rule(props{"ipProtocol": "-1"}),
			want:   []Failure{{"", "InvalidParameterValue: You may not specify ports when specifying all protocols."}},
			passes: props{"fromPort": nil, "toPort": nil},
		},
		"one port of two": {
			token: typeIngressRule, inputs: rule(props{"toPort": nil}),
			want:   []Failure{{"", "MissingParameter: give fromPort and toPort, or neither"}},
			passes: props{"toPort": 443},
		},
		"ports the wrong way round": {
			token: typeIngressRule, inputs: rule(props{"toPort": 80}),
			want:   []Failure{{"", "InvalidParameterValue: Invalid TCP/UDP port range (443:80)"}},
			passes: props{"fromPort": 80},
		},
		"no such port": {
			token: typeIngressRule, inputs: rule(props{"toPort": 65536}),
			want: []Failure{{"toPort", "must be from -1 to 65535, not 65536"}}, passes: props{"toPort": 65535},
		},
	})
}

func entry(number int) props {
	return props{"ruleNo": number, "action": "allow", "protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlock": "10.0.0.0/16"}
}

func TestNetworkACLRules(t *testing.T) {
	t.Parallel()
	const typeACL = "aws:ec2/networkAcl:NetworkAcl"
	acl := act{token: typeACL, name: "n", inputs: props{"vpcId": "$v", "ingress": []any{entry(200)}}}
	rule := func(name string, number int, egress bool) act {
		return act{token: typeACLRule, name: name, inputs: props{
			"networkAclId": "$n", "ruleNumber": number, "egress": egress, "protocol": "-1", "ruleAction": "allow",
			"cidrBlock": "10.0.0.0/16",
		}}
	}
	joined := act{token: typeACLAssociation, name: "a", inputs: props{"networkAclId": "$n", "subnetId": "$s"}}
	many := make([]any, 21)
	for i := range many {
		many[i] = entry(i + 1)
	}
	taken := "The network acl entry identified by 100 already exists."
	refusals(t, map[string]ruleCase{
		"a number taken by a rule": {
			after: []act{vpcAct("v", "10.0.0.0/16"), acl, rule("r", 100, false)}, create: rule("s", 100, false),
			code: "NetworkAclEntryAlreadyExists", message: taken, passes: props{"egress": true},
		},
		"a number taken inline": {
			after: []act{vpcAct("v", "10.0.0.0/16"), acl}, create: rule("s", 200, false),
			code: "NetworkAclEntryAlreadyExists", message: "The network acl entry identified by 200 already exists.",
			passes: props{"ruleNumber": 201},
		},
		"a number twice": {
			after: []act{vpcAct("v", "10.0.0.0/16")}, create: act{token: typeACL, name: "n", inputs: props{
				"vpcId": "$v", "egress": []any{entry(100), entry(100)},
			}},
			code: "NetworkAclEntryAlreadyExists", message: taken, passes: props{"egress": []any{entry(100), entry(110)}},
		},
		"too many rules": {
			after:  []act{vpcAct("v", "10.0.0.0/16"), acl, rule("r", 100, false)},
			quotas: map[string]int{"NetworkAclEntryLimitExceeded": 1}, create: rule("s", 110, false),
			code: "NetworkAclEntryLimitExceeded", message: "The maximum number of network ACL entries has been reached.",
			passes: props{"egress": true},
		},
		"too many entries": {
			after: []act{vpcAct("v", "10.0.0.0/16")}, create: act{token: typeACL, name: "n", inputs: props{
				"vpcId": "$v", "ingress": many,
			}},
			code: "NetworkAclEntryLimitExceeded", message: "The maximum number of network ACL entries has been reached.",
			passes: props{"ingress": many[:20]},
		},
		"in use": {
			after:   []act{vpcAct("v", "10.0.0.0/16"), subnetAct("s", "v", "10.0.0.0/24", "a"), acl, joined},
			destroy: "n", code: "DependencyViolation", message: "The networkAcl '$n$' has dependencies and cannot be deleted.",
			unless: "a",
		},
		"a second one for a subnet": {
			after: []act{
				vpcAct("v", "10.0.0.0/16"), subnetAct("s", "v", "10.0.0.0/24", "a"), subnetAct("u", "v", "10.0.1.0/24", "a"), acl, joined,
			},
			create: act{token: typeACLAssociation, name: "b", inputs: props{"networkAclId": "$n", "subnetId": "$s"}},
			code:   "Resource.AlreadyAssociated", message: "the subnet $s$ has the network ACL association $a$ already",
			passes: props{"subnetId": "$u"},
		},
		"one of another VPC": {
			after:  []act{vpcAct("v", "10.0.0.0/16"), acl, vpcAct("w", "10.1.0.0/16"), subnetAct("s", "w", "10.1.0.0/24", "a")},
			create: joined, code: "InvalidParameterValue", message: "Network ACL $n$ and subnet $s$ belong to different networks",
			passes: props{"networkAclId": "$w.defaultNetworkAclId"},
		},
		"a default that is none": {
			after: []act{vpcAct("v", "10.0.0.0/16"), acl}, create: act{
				token: "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl", name: "d", inputs: props{"defaultNetworkAclId": "$n"},
			},
			code: "InvalidNetworkAclID.NotFound", message: "The networkAcl ID '$n$' does not exist",
			passes: props{"defaultNetworkAclId": "$v.defaultNetworkAclId"},
		},
	})
	badInputs(t, map[string]faultCase{
		"action": {
			token: typeACL, inputs: props{"vpcId": "v", "ingress": []any{props{
				"ruleNo": 100, "action": "permit", "protocol": "-1", "fromPort": 0, "toPort": 0,
			}}},
			want:   []Failure{{"ingress.action", `"permit" must be one of allow, deny, ALLOW, DENY`}},
			passes: props{"ingress": []any{entry(100)}},
		},
		"number": {
			token: typeACLRule, inputs: rule("r", 32767, false).inputs,
			want: []Failure{{"ruleNumber", "must be from 1 to 32766, not 32767"}}, passes: props{"ruleNumber": 32766},
		},
	})
}

func TestFilterOutputs(t *testing.T) {
	t.Parallel()
	computes(t, map[string]outputCase{
		"group": {after: []act{vpcAct("v", "10.0.0.0/16")}, create: groupAct("a", "v"), want: props{
			"arn": "arn:aws:ec2:eu-west-1:111111111111:security-group/$a$", "description": "Managed by Pulumi",
			"ingress": []any{}, "egress": []any{},
		}},
		"rule": {after: twoGroups(), create: https("r", "a", "10.0.0.0/16"), want: props{
			"securityGroupRuleId": "$r$", "arn": "arn:aws:ec2:eu-west-1:111111111111:security-group-rule/$r$",
		}},
		"default group": {after: []act{vpcAct("v", "10.0.0.0/16")}, create: act{
			token: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", name: "d", inputs: props{"vpcId": "$v"},
		}, want: props{"name": "default", "description": "default VPC security group", "arn": "arn:aws:ec2:eu-west-1:111111111111:security-group/$v.defaultSecurityGroupId"}},
	})
}
