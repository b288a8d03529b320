package sim

import (
	"strings"
	"testing"
)

func dashed(address string) string { return strings.ReplaceAll(address, ".", "-") }

func tableAct(name, vpc string) act {
	return act{token: "aws:ec2/routeTable:RouteTable", name: name, inputs: props{"vpcId": "$" + vpc}}
}

func routeAct(name, table, destination, target, id string) act {
	return act{token: typeRoute, name: name, inputs: props{
		"routeTableId": "$" + table, "destinationCidrBlock": destination, target: "$" + id,
	}}
}

func associationAct(name, table, subnet string) act {
	return act{token: typeRouteAssociation, name: name, inputs: props{"routeTableId": "$" + table, "subnetId": "$" + subnet}}
}

func TestRouteRules(t *testing.T) {
	t.Parallel()
	other := []act{vpcAct("w", "10.1.0.0/16"), gatewayAct("h", "w"), tableAct("u", "w")}
	refusals(t, map[string]ruleCase{
		"a destination that is there": {
			after:  publicVpc(tableAct("r", "v"), routeAct("d", "r", "0.0.0.0/0", "gatewayId", "g")),
			create: routeAct("e", "r", "0.0.0.0/0", "gatewayId", "g"),
			code:   "RouteAlreadyExists", message: "The route identified by 0.0.0.0/0 already exists.", unless: "d",
		},
		"a destination the table has inline": {
			after: publicVpc(act{token: "aws:ec2/routeTable:RouteTable", name: "r", inputs: props{
				"vpcId": "$v", "routes": []any{props{"cidrBlock": "0.0.0.0/0", "gatewayId": "$g"}},
			}}),
			create: routeAct("e", "r", "0.0.0.0/0", "gatewayId", "g"),
			code:   "RouteAlreadyExists", message: "The route identified by 0.0.0.0/0 already exists.",
			passes: props{"destinationCidrBlock": "192.0.2.0/24"},
		},
		"no destination": {
			after:  publicVpc(tableAct("r", "v")),
			create: act{token: typeRoute, name: "d", inputs: props{"routeTableId": "$r", "gatewayId": "$g"}},
			code:   "MissingParameter", message: "The request must contain the parameter destinationCidrBlock",
			passes: props{"destinationCidrBlock": "0.0.0.0/0"},
		},
		"no target": {
			after:  publicVpc(tableAct("r", "v")),
			create: act{token: typeRoute, name: "d", inputs: props{"routeTableId": "$r", "destinationCidrBlock": "0.0.0.0/0"}},
			code:   "MissingParameter", message: "The request must contain a target of the route", passes: props{"gatewayId": "$g"},
		},
		"an internet gateway of another VPC": {
			after:  append(publicVpc(tableAct("r", "v")), other...),
			create: routeAct("d", "r", "0.0.0.0/0", "gatewayId", "h"), code: "InvalidParameterValue",
			message: "route table $r$ and network gateway $h$ belong to different networks", passes: props{"gatewayId": "$g"},
		},
		"an internet gateway not attached": {
			after:  publicVpc(tableAct("r", "v"), act{token: typeInternetGateway, name: "h", inputs: props{}}),
			create: routeAct("d", "r", "0.0.0.0/0", "gatewayId", "h"), code: "InvalidParameterValue",
			message: "route table $r$ and network gateway $h$ belong to different networks", passes: props{"gatewayId": "$g"},
		},
		"an egress gateway of another VPC": {
			after: append(publicVpc(tableAct("r", "v"), act{token: typeEgressGateway, name: "x", inputs: props{"vpcId": "$v"}}),
				append(other, act{token: typeEgressGateway, name: "y", inputs: props{"vpcId": "$w"}})...),
			create: act{token: typeRoute, name: "d", inputs: props{
				"routeTableId": "$r", "destinationIpv6CidrBlock": "::/0", "egressOnlyGatewayId": "$y",
			}},
			code:    "InvalidParameterValue",
			message: "route table $r$ and network gateway $y$ belong to different networks", passes: props{"egressOnlyGatewayId": "$x"},
		},
		"a NAT gateway of another VPC": {
			after:  append(publicVpc(addressAct("e"), natAct("n", "s", "e"), tableAct("r", "v")), other...),
			create: routeAct("d", "u", "0.0.0.0/0", "natGatewayId", "n"), code: "InvalidParameterValue",
			message: "route table $u$ and network gateway $n$ belong to different networks", passes: props{"routeTableId": "$r"},
		},
		"the table moved to another VPC's gateway": {
			after:  append(publicVpc(tableAct("r", "v"), routeAct("d", "r", "0.0.0.0/0", "gatewayId", "g")), other...),
			change: "d", create: act{inputs: props{
				"routeTableId": "$r", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "$h",
			}},
			code:    "InvalidParameterValue",
			message: "route table $r$ and network gateway $h$ belong to different networks", passes: props{"gatewayId": "$g"},
		},
		"the VPC's own block": {
			after: publicVpc(tableAct("r", "v")), create: routeAct("d", "r", "10.0.0.0/16", "gatewayId", "g"),
			code: "RouteAlreadyExists", message: "The route identified by 10.0.0.0/16 already exists.",
			passes: props{"destinationCidrBlock": "10.0.0.0/15"},
		},
		"inside the VPC's own block": {
			after:  publicVpc(tableAct("r", "v"), addressAct("e"), natAct("n", "s", "e")),
			create: routeAct("d", "r", "10.0.1.0/24", "gatewayId", "g"), code: "InvalidParameterValue",
			message: "The destination CIDR block 10.0.1.0/24 is equal to or more specific than one of this VPC's CIDR blocks. " +
				"This route can target only an interface or an instance.",
			passes: props{"gatewayId": nil, "natGatewayId": "$n"},
		},
		"too many routes": {
			after:  publicVpc(tableAct("r", "v"), routeAct("d", "r", "0.0.0.0/0", "gatewayId", "g")),
			quotas: map[string]int{"RouteLimitExceeded": 1}, create: routeAct("e", "r", "192.0.2.0/24", "gatewayId", "g"),
			code: "RouteLimitExceeded", message: "The maximum number of routes has been reached.", unless: "d",
		},
		"too many tables": {
			after: publicVpc(tableAct("r", "v")), quotas: map[string]int{"RouteTableLimitExceeded": 1}, create: tableAct("s2", "v"),
			code: "RouteTableLimitExceeded", message: "The maximum number of route tables has been reached.", unless: "r",
		},
	})
}

func TestRouteTableRules(t *testing.T) {
	t.Parallel()
	other := []act{vpcAct("w", "10.1.0.0/16"), tableAct("u", "w")}
	const defaultTable = "aws:ec2/defaultRouteTable:DefaultRouteTable"
	refusals(t, map[string]ruleCase{
		"a subnet with a table already": {
			after:  publicVpc(tableAct("r", "v"), tableAct("q", "v"), associationAct("a", "r", "s")),
			create: associationAct("b", "q", "s"), code: "Resource.AlreadyAssociated",
			message: "the specified association for route table $q$ conflicts with an existing association", unless: "a",
		},
		"a table of another VPC": {
			after: append(publicVpc(tableAct("r", "v")), other...), create: associationAct("a", "u", "s"),
			code: "InvalidParameterValue", message: "Route table $u$ and subnet $s$ belong to different networks",
			passes: props{"routeTableId": "$r"},
		},
		"moved to a table of another VPC": {
			after: append(publicVpc(tableAct("r", "v"), tableAct("q", "v"), associationAct("a", "r", "s")), other...), change: "a",
			create: act{inputs: props{"routeTableId": "$u", "subnetId": "$s"}}, code: "InvalidParameterValue",
			message: "Route table $u$ and subnet $s$ belong to different networks", passes: props{"routeTableId": "$q"},
		},
		"an association keeps its table": {
			after: publicVpc(tableAct("r", "v"), associationAct("a", "r", "s")), destroy: "r",
			code: "DependencyViolation", message: "The routeTable '$r$' has dependencies and cannot be deleted.", unless: "a",
		},
		"a default table that is none": {
			after:  publicVpc(tableAct("r", "v")),
			create: act{token: defaultTable, name: "d", inputs: props{"defaultRouteTableId": "$r"}},
			code:   "InvalidRouteTableID.NotFound", message: "The routeTable ID '$r$' does not exist",
			passes: props{"defaultRouteTableId": "$v.defaultRouteTableId"},
		},
		"a missing table": {
			after: publicVpc(tableAct("r", "v")),
			create: act{token: typeRouteAssociation, name: "a", inputs: props{
				"routeTableId": "rtb-0123456789abcdef0", "subnetId": "$s",
			}},
			code: "InvalidRouteTableID.NotFound", message: "The routeTable ID 'rtb-0123456789abcdef0' does not exist",
			passes: props{"routeTableId": "$r"},
		},
	})
}

func TestRouteFaults(t *testing.T) {
	t.Parallel()
	badInputs(t, map[string]faultCase{
		"two destinations": {
			token: typeRoute, inputs: props{
				"routeTableId": "r", "destinationCidrBlock": "0.0.0.0/0", "destinationIpv6CidrBlock": "::/0", "gatewayId": "g",
			},
			want: []Failure{{"", "InvalidParameterCombination: give one destination, not destinationCidrBlock and " +
				"destinationIpv6CidrBlock"}},
			passes: props{"destinationIpv6CidrBlock": nil},
		},
		"two targets": {
			token: typeRoute, inputs: props{
				"routeTableId": "r", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "g", "natGatewayId": "n",
			},
			want:   []Failure{{"", "InvalidParameterCombination: give one target, not gatewayId and natGatewayId"}},
			passes: props{"gatewayId": nil},
		},
		"a subnet and a gateway": {
			token: typeRouteAssociation, inputs: props{"routeTableId": "r", "subnetId": "s", "gatewayId": "g"},
			want:   []Failure{{"", "InvalidParameterCombination: give subnetId or gatewayId, not both"}},
			passes: props{"gatewayId": nil},
		},
	})
}

// TestDefaultsComeWithTheVpc: adopting makes nothing, giving up deletes nothing, and the VPC takes them along.
func TestDefaultsComeWithTheVpc(t *testing.T) {
	t.Parallel()
	adopted := []act{
		{token: "aws:ec2/defaultRouteTable:DefaultRouteTable", name: "r", inputs: props{"defaultRouteTableId": "$v.defaultRouteTableId"}},
		{token: "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl", name: "n", inputs: props{"defaultNetworkAclId": "$v.defaultNetworkAclId"}},
		{token: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", name: "g", inputs: props{"vpcId": "$v"}},
	}
	s := newStage(t, ruleCase{after: append([]act{vpcAct("v", "10.0.0.0/16")}, adopted...)}, "")
	vpc := s.made["v"]
	for name, property := range map[string]string{
		"r": "defaultRouteTableId", "n": "defaultNetworkAclId", "g": "defaultSecurityGroupId",
	} {
		if got := s.made[name]; got.ID != vpc.Text(property) || got.Text("vpcId") != vpc.ID {
			t.Errorf("%s: id %s in %s, not the %s of %s", name, got.ID, got.Text("vpcId"), property, vpc.ID)
		}
	}
	// What came with the VPC can be referred to without being adopted, and after it was given up.
	if refused := s.destroy(s.made["r"]); refused != nil {
		t.Error(refused)
	}
	s.must(act{token: typeRoute, name: "x", inputs: props{
		"routeTableId": "$v.defaultRouteTableId", "destinationCidrBlock": "192.0.2.0/24", "networkInterfaceId": "by-hand",
	}})
	if refused := s.destroy(s.made["x"]); refused != nil {
		t.Error(refused)
	}
	if refused := s.destroy(vpc); refused != nil {
		t.Error("adopted defaults held their VPC:", refused)
	}
	if left := s.inventory.sorted(); len(left) > 0 {
		t.Errorf("%d left of an empty VPC, first %s", len(left), left[0].Type)
	}
}

func TestRoutesAreBlackHolesNotHolders(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: publicVpc(
		addressAct("e"), natAct("n", "s", "e"), tableAct("r", "v"), routeAct("d", "r", "0.0.0.0/0", "natGatewayId", "n"),
	)}, "")
	if refused := s.destroy(s.made["n"]); refused != nil {
		t.Error(refused)
	}
	if refused := s.destroy(s.made["r"]); refused != nil {
		t.Error("its routes go with a table:", refused)
	}
	if s.find(s.at, typeRoute, s.made["d"].ID) != nil {
		t.Error("a route outlived its table")
	}
}
