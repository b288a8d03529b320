package sim

import "testing"

func gatewayAct(name, vpc string) act {
	return act{token: typeInternetGateway, name: name, inputs: props{"vpcId": "$" + vpc}}
}

func addressAct(name string) act {
	return act{token: typeElasticIP, name: name, inputs: props{"domain": "vpc"}}
}

func natAct(name, subnet, address string) act {
	return act{token: typeNATGateway, name: name, inputs: props{"subnetId": "$" + subnet, "allocationId": "$" + address}}
}

// publicVpc is a VPC with a gateway and a subnet: what a NAT gateway needs.
func publicVpc(more ...act) []act {
	return append([]act{vpcAct("v", "10.0.0.0/16"), gatewayAct("g", "v"), subnetAct("s", "v", "10.0.0.0/24", "a")}, more...)
}

func TestGatewayRules(t *testing.T) {
	t.Parallel()
	refusals(t, map[string]ruleCase{
		"a second internet gateway": {
			after: []act{vpcAct("v", "10.0.0.0/16"), gatewayAct("g", "v")}, create: gatewayAct("h", "v"),
			code: "Resource.AlreadyAssociated", message: "resource $g$ is already attached to network $v$", unless: "g",
		},
		"attached to a second VPC's place": {
			after: []act{
				vpcAct("v", "10.0.0.0/16"), gatewayAct("g", "v"), {token: typeInternetGateway, name: "h", inputs: props{}},
			},
			change: "h", create: act{inputs: props{"vpcId": "$v"}},
			code: "Resource.AlreadyAssociated", message: "resource $g$ is already attached to network $v$", unless: "g",
		},
		"detached under a NAT gateway": {
			after: publicVpc(addressAct("e"), natAct("n", "s", "e")), destroy: "g",
			code: "DependencyViolation",
			message: "Network $v$ has some mapped public address(es). Please unmap those public address(es) before detaching " +
				"the gateway.",
			unless: "n",
		},
		"a gateway keeps its VPC": {
			after: []act{vpcAct("v", "10.0.0.0/16"), gatewayAct("g", "v")}, destroy: "v",
			code: "DependencyViolation", message: "The vpc '$v$' has dependencies and cannot be deleted.", unless: "g",
		},
		"too many internet gateways": {
			after:  []act{vpcAct("v", "10.0.0.0/16"), vpcAct("w", "10.1.0.0/16"), gatewayAct("g", "v")},
			quotas: map[string]int{"InternetGatewayLimitExceeded": 1}, create: gatewayAct("h", "w"),
			code: "InternetGatewayLimitExceeded", message: "The maximum number of internet gateways has been reached.", unless: "g",
		},
		"too many egress gateways": {
			after: []act{
				vpcAct("v", "10.0.0.0/16"), {token: typeEgressGateway, name: "g", inputs: props{"vpcId": "$v"}},
			},
			quotas:  map[string]int{"EgressOnlyInternetGatewayLimitExceeded": 1},
			create:  act{token: typeEgressGateway, name: "h", inputs: props{"vpcId": "$v"}},
			code:    "EgressOnlyInternetGatewayLimitExceeded",
			message: "The maximum number of egress-only internet gateways has been reached.", unless: "g",
		},
	})
}

func TestNATRules(t *testing.T) {
	t.Parallel()
	private := act{token: typeNATGateway, name: "n", inputs: props{"subnetId": "$s", "connectivityType": "private"}}
	refusals(t, map[string]ruleCase{
		"no internet gateway": {
			after:  []act{vpcAct("v", "10.0.0.0/16"), subnetAct("s", "v", "10.0.0.0/24", "a"), addressAct("e")},
			create: natAct("n", "s", "e"), code: "Gateway.NotAttached", message: "Network $v$ has no Internet gateway attached",
			first: []act{gatewayAct("g", "v")},
		},
		"private needs none": {
			after:  []act{vpcAct("v", "10.0.0.0/16"), subnetAct("s", "v", "10.0.0.0/24", "a"), addressAct("e")},
			create: natAct("n", "s", "e"), code: "Gateway.NotAttached", message: "Network $v$ has no Internet gateway attached",
			passes: props{"connectivityType": "private", "allocationId": nil},
		},
		"no address": {
			after: publicVpc(addressAct("e")), create: act{token: typeNATGateway, name: "n", inputs: props{"subnetId": "$s"}},
			code: "MissingParameter", message: "The request must contain the parameter AllocationId",
			passes: props{"allocationId": "$e"},
		},
		"an address another gateway has": {
			after: publicVpc(addressAct("e"), natAct("n", "s", "e")), create: natAct("m", "s", "e"),
			code: "Resource.AlreadyAssociated", message: "resource $e$ is already associated with another resource", unless: "n",
		},
		"an address an instance has": {
			after:  publicVpc(act{token: typeElasticIP, name: "e", inputs: props{"domain": "vpc", "instance": "made-by-hand"}}, addressAct("f")),
			create: natAct("n", "s", "e"),
			code:   "Resource.AlreadyAssociated", message: "resource $e$ is already associated with another resource",
			passes: props{"allocationId": "$f"},
		},
		"an address released in use": {
			after: publicVpc(addressAct("e"), natAct("n", "s", "e")), destroy: "e",
			code: "InvalidIPAddress.InUse", message: "Address $e.publicIp is in use.", unless: "n",
		},
		"a gateway keeps its subnet": {
			after: publicVpc(addressAct("e"), natAct("n", "s", "e")), destroy: "s",
			code: "DependencyViolation", message: "The subnet '$s$' has dependencies and cannot be deleted.", unless: "n",
		},
		"a missing subnet": {
			after: publicVpc(addressAct("e")),
			create: act{token: typeNATGateway, name: "n", inputs: props{
				"subnetId": "subnet-0123456789abcdef0", "allocationId": "$e",
			}},
			code: "InvalidSubnetID.NotFound", message: "The subnet ID 'subnet-0123456789abcdef0' does not exist",
			passes: props{"subnetId": "$s"},
		},
		"too many addresses": {
			after:  []act{addressAct("a"), addressAct("b"), addressAct("c"), addressAct("d"), addressAct("e")},
			create: addressAct("f"), code: "AddressLimitExceeded", message: "The maximum number of addresses has been reached.",
			unless: "e",
		},
		"too many gateways in a zone": {
			after:  publicVpc(private, subnetAct("b", "v", "10.0.1.0/24", "b")),
			quotas: map[string]int{"NatGatewayLimitExceeded": 1},
			create: act{token: typeNATGateway, name: "m", inputs: props{"subnetId": "$s", "connectivityType": "private"}},
			code:   "NatGatewayLimitExceeded", message: "Performing this operation would exceed the limit of 1 NAT gateways",
			passes: props{"subnetId": "$b"},
		},
	})
}

func TestGatewayFaults(t *testing.T) {
	t.Parallel()
	badInputs(t, map[string]faultCase{
		"an address outside VPCs": {
			token: typeElasticIP, inputs: props{"domain": "standard"},
			want: []Failure{{"domain", `"standard" must be one of vpc`}}, passes: props{"domain": "vpc"},
		},
		"a private NAT gateway with an address": {
			token: typeNATGateway, inputs: props{"subnetId": "s", "connectivityType": "private", "allocationId": "e"},
			want:   []Failure{{"", "InvalidParameterCombination: a private NAT gateway takes no allocationId"}},
			passes: props{"allocationId": nil},
		},
	})
}

func TestGatewayOutputs(t *testing.T) {
	t.Parallel()
	computes(t, map[string]outputCase{
		"detached internet gateway": {
			create: act{token: typeInternetGateway, name: "g", inputs: props{}},
			want:   props{"vpcId": "", "arn": "arn:aws:ec2:eu-west-1:111111111111:internet-gateway/$g$"},
		},
		"NAT gateway": {after: publicVpc(addressAct("e")), create: natAct("n", "s", "e"), want: props{
			"publicIp": "$e.publicIp", "privateIp": "10.0.0.4", "connectivityType": "public", "secondaryPrivateIpAddressCount": 0,
		}},
		"address": {create: addressAct("e"), want: props{
			"allocationId": "$e$", "domain": "vpc", "publicIpv4Pool": "amazon", "networkBorderGroup": "eu-west-1", "instance": "",
		}},
	})
	s := newStage(t, ruleCase{after: []act{addressAct("e"), addressAct("f")}}, "")
	for _, name := range []string{"e", "f"} {
		address := s.made[name].Text("publicIp")
		if got := s.made[name].Text("publicDns"); got != "ec2-"+dashed(address)+".eu-west-1.compute.amazonaws.com" {
			t.Errorf("%s: %s", address, got)
		}
	}
	if s.made["e"].Text("publicIp") == s.made["f"].Text("publicIp") {
		t.Error("two addresses are one")
	}
}
