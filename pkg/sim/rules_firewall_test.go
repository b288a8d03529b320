package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func firewallPolicyAct(name string) act {
	return act{token: typeFirewallPolicy, name: name, inputs: props{"name": name, "firewallPolicy": props{
		"statelessDefaultActions": []any{"aws:forward_to_sfe"}, "statelessFragmentDefaultActions": []any{"aws:forward_to_sfe"}}}}
}

func firewallAct(name, vpc string, subnets ...string) act {
	mappings := []any{}
	for _, subnet := range subnets {
		mappings = append(mappings, props{"subnetId": "$" + subnet})
	}
	return act{token: typeFirewall, name: name, inputs: props{
		"name": name, "vpcId": "$" + vpc, "firewallPolicyArn": "$policy.arn", "subnetMappings": mappings}}
}

func rulesAct(name string) act {
	return act{token: typeFirewallRules, name: name, inputs: props{
		"name": name, "type": "STATEFUL", "capacity": 10, "rules": "pass ip any any -> any any (sid:1;)"}}
}

func TestFirewallRules(t *testing.T) {
	t.Parallel()
	before := slicesClip(vpcAct("v", "10.4.0.0/16"), subnetAct("s", "v", "10.4.0.0/28", "a"), subnetAct("r", "v", "10.4.0.16/28", "a"),
		firewallPolicyAct("policy"))
	protected := firewallAct("f", "v", "s")
	protected.inputs["deleteProtection"] = true
	using := firewallPolicyAct("policy")
	using.inputs["firewallPolicy"] = props{
		"statelessDefaultActions": []any{"aws:pass"}, "statelessFragmentDefaultActions": []any{"aws:pass"},
		"statefulRuleGroupReferences": []any{props{"resourceArn": "$g.arn"}},
	}
	refusals(t, map[string]ruleCase{
		"two subnets in a zone": {
			after: before, create: firewallAct("f", "v", "s", "r"), code: "InvalidRequestException",
			message: "Subnet $r$ is not in $v$, or its zone eu-west-1a has a firewall subnet already.",
			passes:  props{"subnetMappings": []any{props{"subnetId": "$s"}}},
		},
		"a policy that is not": {
			after: before[:3], create: act{token: typeFirewall, name: "f", inputs: props{
				"vpcId": "$v", "subnetMappings": []any{props{"subnetId": "$s"}},
				"firewallPolicyArn": "arn:" + "aws:network-firewall:eu-west-1:" + managementID + ":firewall-policy/policy"}},
			code: "ResourceNotFoundException",
			message: "Unable to locate a resource using the information you've provided: arn:" + "aws:network-firewall:eu-west-1:" +
				managementID + ":firewall-policy/policy",
			first: []act{firewallPolicyAct("policy")},
		},
		"a policy in use": {
			after: append(before, firewallAct("f", "v", "s")), destroy: "policy", code: "InvalidOperationException",
			message: "Unable to delete the object because it is still in use: $policy.arn", unless: "f",
		},
		"rules in use": {
			after: []act{rulesAct("g"), using}, destroy: "g", code: "InvalidOperationException",
			message: "Unable to delete the object because it is still in use: $g.arn", unless: "policy",
		},
		"a name twice": {
			after: []act{rulesAct("g")}, create: rulesAct("g"), code: "InvalidRequestException",
			message: "A resource with the specified name already exists: g", unless: "g",
		},
		"rules twice": {
			create: act{token: typeFirewallRules, name: "g", inputs: props{"type": "STATEFUL", "capacity": 10}},
			code:   "InvalidRequestException", message: "A rule group needs either RuleGroup or Rules.",
			passes: props{"rules": "pass ip any any -> any any (sid:1;)"},
		},
		"delete protection": {
			after: append(before, protected), destroy: "f", code: "InvalidOperationException",
			message: "Unable to delete firewall $f.arn: delete protection is enabled.", never: true,
		},
		"logs nowhere": {
			after: append(before, firewallAct("f", "v", "s")), create: act{token: typeFirewallLogs, name: "l", inputs: props{
				"firewallArn": "$f.arn", "loggingConfiguration": props{"logDestinationConfigs": []any{props{
					"logDestination": props{"logGroup": "alerts"}, "logDestinationType": "CloudWatchLogs", "logType": "ALERT"}}}}},
			code: "LogDestinationPermissionException", message: "Unable to deliver logs: log group alerts does not exist.",
			first: []act{{token: "aws:cloudwatch/logGroup:LogGroup", name: "g", inputs: props{"name": "alerts"}}},
		},
	})
}

// slicesClip keeps cases that append to one list from writing over each other.
func slicesClip(list ...act) []act { return list[:len(list):len(list)] }

// inspectedWorld is two VPCs in different zones that reach each other through a firewall in a third, which has an
// interface and a firewall endpoint in each zone.
func inspectedWorld(appliance string) []act {
	spoke := func(vpc, block, zone string) []act {
		prefix := block[:len(block)-len("0.0/16")]
		return []act{
			vpcAct(vpc, block), subnetAct(vpc+"-host", vpc, prefix+"1.0/24", zone), tableAct(vpc+"-hosts", vpc),
			associationAct(vpc+"-hosted", vpc+"-hosts", vpc+"-host"),
			{token: typeVpcAttachment, name: vpc + "-att", inputs: props{
				"transitGatewayId": "$t", "vpcId": "$" + vpc, "subnetIds": []any{"$" + vpc + "-host"}}},
			linkAct(typeTransitAssociation, vpc+"-x", "rs", vpc+"-att"), linkAct(typeTransitPropagation, vpc+"-in", "rf", vpc+"-att"),
			toGateway(vpc, "10.0.0.0/8", vpc+"-r"),
		}
	}
	made := acts([]act{transitAct("t"), transitTableAct("rs"), transitTableAct("rf"), vpcAct("i", "10.4.0.0/16"), firewallPolicyAct("policy")})
	for _, zone := range []string{"a", "b"} {
		nth := map[string]string{"a": "1", "b": "2"}[zone]
		made = append(made,
			subnetAct("it-"+zone, "i", "10.4."+nth+".0/28", zone), subnetAct("if-"+zone, "i", "10.4."+nth+".16/28", zone),
			tableAct("itr-"+zone, "i"), tableAct("ifr-"+zone, "i"),
			associationAct("ita-"+zone, "itr-"+zone, "it-"+zone), associationAct("ifa-"+zone, "ifr-"+zone, "if-"+zone))
	}
	made = append(made, firewallAct("f", "i", "if-a", "if-b"), act{token: typeVpcAttachment, name: "i-att", inputs: props{
		"transitGatewayId": "$t", "vpcId": "$i", "subnetIds": []any{"$it-a", "$it-b"}, "applianceModeSupport": appliance}},
		linkAct(typeTransitAssociation, "i-x", "rf", "i-att"), transitRouteAct("all", "rs", "10.0.0.0/8", "i-att"))
	return acts(made, spoke("d", "10.16.0.0/16", "a"), spoke("e", "10.17.0.0/16", "b"))
}

// TestInspectionNeedsApplianceMode: without it the answer takes the other zone's firewall, which knows nothing of the
// request.
func TestInspectionNeedsApplianceMode(t *testing.T) {
	t.Parallel()
	for appliance, reached := range map[string]bool{"enable": true, "disable": false} {
		s := newStage(t, ruleCase{after: inspectedWorld(appliance)}, "")
		endpoints := s.made["f"].Texts("firewallStatuses.syncStates.attachments.endpointId")
		zones := s.made["f"].Texts("firewallStatuses.syncStates.availabilityZone")
		require.Len(t, endpoints, 2)
		for i, zone := range zones {
			letter := zone[len(zone)-1:]
			s.must(act{token: typeRoute, name: "to-" + letter, inputs: props{
				"routeTableId": "$itr-" + letter, "destinationCidrBlock": "0.0.0.0/0", "vpcEndpointId": endpoints[i]}})
			s.must(act{token: typeRoute, name: "from-" + letter, inputs: props{
				"routeTableId": "$ifr-" + letter, "destinationCidrBlock": "10.0.0.0/8", "transitGatewayId": "$t"}})
		}
		path := s.reach(s.endpoint(Endpoint{Subnet: "$d-host"}), s.endpoint(Endpoint{Subnet: "$e-host"}))
		require.Equal(t, reached, path.Reached, "%s: %v", appliance, path)
		if !reached {
			require.Contains(t, path.Reason, "asymmetric: there through ")
		}
	}
}
