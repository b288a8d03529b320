package sim

import (
	"strings"
	"testing"
)

// dnsVpc is a VPC that resolves names, with two subnets and a table.
func dnsVpc(more ...act) []act {
	return append([]act{
		{token: typeVpc, name: "v", inputs: props{"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": true}},
		subnetAct("s", "v", "10.0.0.0/24", "a"), subnetAct("u", "v", "10.0.1.0/24", "b"), tableAct("r", "v"),
	}, more...)
}

func endpointAct(name, kind, service string, more props) act {
	inputs := props{"vpcId": "$v", "vpcEndpointType": kind, "serviceName": "com.amazonaws.eu-west-1." + service}
	for key, value := range more {
		inputs[key] = value
	}
	return act{token: typeEndpoint, name: name, inputs: inputs}
}

func TestEndpointRules(t *testing.T) {
	t.Parallel()
	private := props{"privateDnsEnabled": true}
	other := []act{vpcAct("w", "10.1.0.0/16"), subnetAct("x", "w", "10.1.0.0/24", "a"), tableAct("q", "w"), groupAct("g", "w")}
	refusals(t, map[string]ruleCase{
		"unknown service": {
			after: dnsVpc(), create: endpointAct("e", "Interface", "nosuch", nil),
			code: "InvalidServiceName", message: "The Vpc Endpoint Service 'com.amazonaws.eu-west-1.nosuch' does not exist",
			passes: props{"serviceName": "com.amazonaws.eu-west-1.ecr.api"},
		},
		"a service of another region": {
			after: dnsVpc(), create: act{token: typeEndpoint, name: "e", inputs: props{
				"vpcId": "$v", "serviceName": "com.amazonaws.us-east-1.s3",
			}},
			code: "InvalidServiceName", message: "The Vpc Endpoint Service 'com.amazonaws.us-east-1.s3' does not exist",
			passes: props{"serviceName": "com.amazonaws.eu-west-1.s3"},
		},
		"a gateway for what has none": {
			after: dnsVpc(), create: endpointAct("e", "Gateway", "ec2", nil),
			code: "InvalidServiceName", message: "The Vpc Endpoint Service 'com.amazonaws.eu-west-1.ec2' does not exist",
			passes: props{"vpcEndpointType": "Interface"},
		},
		"a subnet of another VPC": {
			after: append(dnsVpc(), other...), create: endpointAct("e", "Interface", "ec2", props{"subnetIds": []any{"$x"}}),
			code: "InvalidParameter", message: "The subnet ID '$x$' is not in the VPC $v$.",
			passes: props{"subnetIds": []any{"$s"}},
		},
		"a table of another VPC": {
			after: append(dnsVpc(), other...), create: endpointAct("e", "Gateway", "s3", props{"routeTableIds": []any{"$q"}}),
			code: "InvalidRouteTableId.NotFound", message: "The routeTable ID '$q$' does not exist in the VPC $v$.",
			passes: props{"routeTableIds": []any{"$r", "$v.defaultRouteTableId"}},
		},
		"a group of another VPC": {
			after:  append(dnsVpc(groupAct("h", "v")), other...),
			create: endpointAct("e", "Interface", "ec2", props{"securityGroupIds": []any{"$g"}}),
			code:   "InvalidParameter", message: "You have specified two resources that belong to different networks.",
			passes: props{"securityGroupIds": []any{"$h"}},
		},
		"two subnets of a zone": {
			after:  dnsVpc(subnetAct("t", "v", "10.0.2.0/24", "a")),
			create: endpointAct("e", "Interface", "ec2", props{"subnetIds": []any{"$s", "$t"}}),
			code:   "DuplicateSubnetsInSameZone", message: "Found another VPC endpoint subnet in the availability zone of $s$",
			passes: props{"subnetIds": []any{"$s", "$u"}},
		},
		"a table another gateway of the service has": {
			after:  dnsVpc(tableAct("q", "v"), endpointAct("d", "Gateway", "s3", props{"routeTableIds": []any{"$r"}})),
			create: endpointAct("e", "Gateway", "s3", props{"routeTableIds": []any{"$r"}}), code: "RouteAlreadyExists",
			message: "route table $r$ already has a route with destination-prefix-list-id $d.prefixListId",
			passes:  props{"routeTableIds": []any{"$q"}},
		},
		"a private name that is taken": {
			after: dnsVpc(endpointAct("d", "Interface", "ecr.api", private)), create: endpointAct("e", "Interface", "ecr.api", private),
			code: "InvalidParameter", message: "private-dns-enabled cannot be set because there is already a conflicting DNS domain " +
				"for api.ecr.eu-west-1.amazonaws.com in the VPC $v$",
			passes: props{"privateDnsEnabled": false},
		},
		"a private name taken by an update": {
			after:  dnsVpc(endpointAct("d", "Interface", "ec2", private), endpointAct("e", "Interface", "ec2", nil)),
			change: "e", create: endpointAct("e", "Interface", "ec2", private),
			code: "InvalidParameter", message: "private-dns-enabled cannot be set because there is already a conflicting DNS domain " +
				"for ec2.eu-west-1.amazonaws.com in the VPC $v$",
			unless: "d",
		},
		"a private name a zone has": {
			after:  dnsVpc(privateZoneAct("z", "dkr.ecr.eu-west-1.amazonaws.com", "$v")),
			create: endpointAct("e", "Interface", "ecr.dkr", private), unless: "z",
			code: "InvalidParameter", message: "private-dns-enabled cannot be set because there is already a conflicting DNS domain " +
				"for *.dkr.ecr.eu-west-1.amazonaws.com in the VPC $v$",
		},
		"a private name a zone of another account has": {
			after: dnsVpc(
				elsewhere(vpcAct("o", "10.1.0.0/16")), elsewhere(privateZoneAct("z", "sts.eu-west-1.amazonaws.com", "$o")),
				elsewhere(invitationAct("i", "$z", "$v")), zoneJoinAct("j", "$z", "$v"),
			),
			create: endpointAct("e", "Interface", "sts", private), unless: "j",
			code: "InvalidParameter", message: "private-dns-enabled cannot be set because there is already a conflicting DNS domain " +
				"for sts.eu-west-1.amazonaws.com in the VPC $v$",
		},
		"a zone called as an endpoint answers": {
			after: dnsVpc(endpointAct("d", "Interface", "eks-auth", private)), create: privateZoneAct("z", "eks-auth.eu-west-1.api.aws", "$v"),
			code: "ConflictingDomainExists", message: "The VPC $v$ in region eu-west-1 has already been associated with the hosted zone " +
				"Z6A8071F15647E382E54 with the same domain name.", unless: "d",
		},
		"a zone joined that is called as an endpoint answers": {
			after: dnsVpc(
				vpcAct("o", "10.1.0.0/16"), privateZoneAct("z", "logs.eu-west-1.amazonaws.com", "$o"), endpointAct("d", "Interface", "logs", private),
			),
			create: zoneJoinAct("j", "$z", "$v"), unless: "d",
			code: "ConflictingDomainExists", message: "The VPC $v$ in region eu-west-1 has already been associated with the hosted zone " +
				"Z6A8071F15647E382E54 with the same domain name.",
		},
		"a policy where none is taken": {
			after: dnsVpc(), create: endpointAct("e", "Interface", "email-smtp", props{"policy": `{"Statement":[]}`}),
			code:    "InvalidParameter",
			message: "Service com.amazonaws.eu-west-1.email-smtp only supports the full-access endpoint policy.",
			passes:  props{"policy": nil},
		},
		"a private name in a VPC without host names": {
			after: []act{vpcAct("v", "10.0.0.0/16")}, create: endpointAct("e", "Interface", "ec2", private), code: "InvalidParameter",
			message: "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for $v$",
			passes:  props{"privateDnsEnabled": nil},
		},
		"S3's private name without its gateway": {
			after: dnsVpc(), create: endpointAct("e", "Interface", "s3", props{
				"privateDnsEnabled": true, "dnsOptions": props{"privateDnsOnlyForInboundResolverEndpoint": true},
			}),
			code: "InvalidParameter", message: "To set PrivateDnsOnlyForInboundResolverEndpoint to true, the VPC $v$ must have a " +
				"Gateway endpoint for the service.",
			first: []act{endpointAct("d", "Gateway", "s3", nil)},
		},
		"a policy that is none": {
			after: dnsVpc(), create: endpointAct("e", "Gateway", "s3", props{"policy": "{"}),
			code: "InvalidParameter", message: "The policy is not a valid JSON document.",
			passes: props{"policy": `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}]}`},
		},
		"a policy too long": {
			after: dnsVpc(), create: endpointAct("e", "Gateway", "s3", props{"policy": strings.Repeat(" ", 20481)}),
			code: "InvalidParameter", message: "The policy has 20481 characters, at most 20480 are allowed.",
			passes: props{"policy": nil},
		},
		"too many in a VPC": {
			after: dnsVpc(endpointAct("d", "Interface", "ec2", nil)), quotas: map[string]int{"VpcEndpointLimitExceeded": 1},
			create: endpointAct("e", "Interface", "sts", nil), code: "VpcEndpointLimitExceeded",
			message: "The maximum number of VPC endpoints has been reached.",
			passes:  props{"vpcEndpointType": "Gateway", "serviceName": "com.amazonaws.eu-west-1.s3"}, // counted apart
		},
		"an endpoint keeps its subnet": {
			after: dnsVpc(endpointAct("e", "Interface", "ec2", props{"subnetIds": []any{"$s"}})), destroy: "s",
			code: "DependencyViolation", message: "The subnet '$s$' has dependencies and cannot be deleted.", unless: "e",
		},
		"an endpoint keeps its group": {
			after:   dnsVpc(groupAct("h", "v"), endpointAct("e", "Interface", "ec2", props{"securityGroupIds": []any{"$h"}})),
			destroy: "h", code: "DependencyViolation", message: "resource $h$ has a dependent object", unless: "e",
		},
		"an endpoint keeps its VPC": {
			after:   []act{vpcAct("v", "10.0.0.0/16"), endpointAct("e", "Gateway", "s3", nil)},
			destroy: "v", code: "DependencyViolation", message: "The vpc '$v$' has dependencies and cannot be deleted.", unless: "e",
		},
		"a route to a service its gateway serves": {
			after: dnsVpc(endpointAct("e", "Gateway", "s3", props{"routeTableIds": []any{"$r"}}), gatewayAct("g", "v")),
			create: act{token: typeRoute, name: "d", inputs: props{
				"routeTableId": "$r", "destinationPrefixListId": "$e.prefixListId", "gatewayId": "$g",
			}},
			code: "RouteAlreadyExists", message: "The route identified by $e.prefixListId already exists.",
			passes: props{"routeTableId": "$v.defaultRouteTableId"},
		},
	})
}

func TestEndpointFaults(t *testing.T) {
	t.Parallel()
	s3 := "com.amazonaws.eu-west-1.s3"
	badInputs(t, map[string]faultCase{
		"a gateway in subnets": {
			token: typeEndpoint, inputs: props{"vpcId": "v", "serviceName": s3, "subnetIds": []any{"s"}},
			want:   []Failure{{"", "InvalidParameter: Subnets and security groups are not supported for endpoints of type Gateway."}},
			passes: props{"vpcEndpointType": "Interface"},
		},
		"a gateway with a private name": {
			token: typeEndpoint, inputs: props{"vpcId": "v", "serviceName": s3, "privateDnsEnabled": true},
			want:   []Failure{{"", "InvalidParameter: Private DNS can't be enabled because the service is of type Gateway."}},
			passes: props{"privateDnsEnabled": false},
		},
		"an interface with routes": {
			token: typeEndpoint, inputs: props{
				"vpcId": "v", "serviceName": s3, "vpcEndpointType": "Interface", "routeTableIds": []any{"r"},
			},
			want:   []Failure{{"", "InvalidParameter: Route table IDs are only supported for Gateway type VPC Endpoint."}},
			passes: props{"vpcEndpointType": "Gateway"},
		},
	})
}

func TestEndpointOutputs(t *testing.T) {
	t.Parallel()
	computes(t, map[string]outputCase{
		"gateway": {after: dnsVpc(), create: endpointAct("e", "Gateway", "s3", nil), want: props{
			"state": "available", "dnsEntries": []any{}, "networkInterfaceIds": []any{}, "securityGroupIds": []any{},
			"prefixListId": "pl-" + digest(8, "eu-west-1", "com.amazonaws.eu-west-1.s3"),
			"cidrBlocks":   []any{"198.51.100.0/24", "203.0.113.0/24"},
		}},
		"interface": {
			after: dnsVpc(), create: endpointAct("e", "Interface", "ec2", props{"privateDnsEnabled": true, "subnetIds": []any{"$u"}}),
			want: props{
				"prefixListId": "", "cidrBlocks": []any{}, "securityGroupIds": []any{"$v.defaultSecurityGroupId"}, "ipAddressType": "ipv4",
			},
		},
	})
	s := newStage(t, ruleCase{after: dnsVpc(endpointAct("e", "Interface", "dkr", nil))[:4]}, "")
	s.must(endpointAct("e", "Interface", "ecr.dkr", props{"privateDnsEnabled": true, "subnetIds": []any{"$s", "$u"}}))
	made := s.made["e"]
	names := made.Texts("dnsEntries.dnsName")
	if len(names) != 4 || !strings.HasPrefix(names[2], made.ID) || !strings.Contains(names[2], "eu-west-1b") ||
		names[3] != "*.dkr.ecr.eu-west-1.amazonaws.com" {
		t.Error(names)
	}
	if found := made.Texts("networkInterfaceIds"); len(found) != 2 {
		t.Error("interfaces", found)
	}
	// A subnet more is an interface and a name more.
	updated, refused := s.change(made, map[string]any{
		"vpcId": s.made["v"].ID, "vpcEndpointType": "Interface", "serviceName": "com.amazonaws.eu-west-1.ecr.dkr",
		"subnetIds": []any{s.made["s"].ID},
	})
	if refused != nil || len(updated.Texts("networkInterfaceIds")) != 1 {
		t.Error(refused, updated.Texts("networkInterfaceIds"))
	}
}
