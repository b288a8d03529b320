package sim

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// transitAct is a gateway without default table, attachments to which wait to be accepted.
func transitAct(name string) act {
	return act{token: typeTransitGateway, name: name, inputs: props{
		"amazonSideAsn": 64512, "defaultRouteTableAssociation": "disable", "defaultRouteTablePropagation": "disable",
	}}
}

// member has acts done by the member account.
func member(acts ...act) []act {
	done := make([]act, len(acts))
	for i, each := range acts {
		each.account = memberID
		done[i] = each
	}
	return done
}

// networkOf is a VPC with a transit subnet "v-a", and a route table "v-rtb" for it.
func networkOf(name, block string) []act {
	return []act{
		vpcAct(name, block),
		{token: typeSubnet, name: name + "-a", inputs: props{
			"vpcId": "$" + name, "cidrBlock": block[:len(block)-2] + "28", "availabilityZone": "eu-west-1a"}},
		tableAct(name+"-rtb", name), associationAct(name+"-assoc", name+"-rtb", name+"-a"),
	}
}

func attachVpcAct(name, vpc string) act {
	return act{token: typeVpcAttachment, name: name, inputs: props{
		"transitGatewayId": "$t", "vpcId": "$" + vpc, "subnetIds": []any{"$" + vpc + "-a"}}}
}

func acceptAct(name, attachment string) act {
	return act{token: typeVpcAccepter, name: name, inputs: props{"transitGatewayAttachmentId": "$" + attachment}}
}

func transitTableAct(name string) act {
	return act{token: typeTransitTable, name: name, inputs: props{"transitGatewayId": "$t"}}
}

func linkAct(token, name, table, attachment string) act {
	return act{token: token, name: name, inputs: props{
		"transitGatewayRouteTableId": "$" + table, "transitGatewayAttachmentId": "$" + attachment}}
}

func transitRouteAct(name, table, destination, attachment string) act {
	inputs := props{"transitGatewayRouteTableId": "$" + table, "destinationCidrBlock": destination}
	if attachment == "" {
		inputs["blackhole"] = true
	} else {
		inputs["transitGatewayAttachmentId"] = "$" + attachment
	}
	return act{token: typeTransitRoute, name: name, inputs: inputs}
}

// attached is a gateway of the management account, a table, and the attachment "a" of the member's VPC "v", not accepted.
func attached(more ...act) []act {
	acts := sharedGateway(transitTableAct("r"))
	acts = append(acts, member(networkOf("v", "10.16.0.0/16")...)...)
	acts = append(acts, member(attachVpcAct("a", "v"))...)
	return append(acts, more...)
}

func acts(lists ...[]act) []act {
	var all []act
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

func TestAttachmentRules(t *testing.T) {
	t.Parallel()
	invalid := "$a$ is in invalid state"
	noAttachment := "InvalidTransitGatewayAttachmentID.NotFound"
	route := member(routeAct("d", "v-rtb", "10.0.0.0/12", "transitGatewayId", "t"))[0]
	refusals(t, map[string]ruleCase{
		"associating what is not accepted": {
			after: attached(), create: linkAct(typeTransitAssociation, "x", "r", "a"), code: "IncorrectState", message: invalid,
			first: []act{acceptAct("k", "a")},
		},
		"propagating what is not accepted": {
			after: attached(), create: linkAct(typeTransitPropagation, "x", "r", "a"), code: "IncorrectState", message: invalid,
			first: []act{acceptAct("k", "a")},
		},
		"routing to what is not accepted": {
			after: attached(), create: transitRouteAct("x", "r", "10.16.0.0/16", "a"), code: "IncorrectState", message: invalid,
			first: []act{acceptAct("k", "a")},
		},
		"a VPC's route before acceptance": {
			after: attached(), create: route, code: "InvalidTransitGatewayID.NotFound",
			message: "The transitGateway ID '$t$' does not exist", first: []act{acceptAct("k", "a")},
		},
		"a VPC's route without attachment": {
			after:  acts(sharedGateway(), member(networkOf("v", "10.16.0.0/16")...)),
			create: route, code: "InvalidTransitGatewayID.NotFound",
			message: "The transitGateway ID '$t$' does not exist",
			first:   acts(member(attachVpcAct("a", "v")), []act{acceptAct("k", "a")}),
		},
		"accepting by who attached": {
			after: attached(), create: member(acceptAct("k", "a"))[0],
			code: noAttachment, message: "Transit Gateway Attachment $a$ was deleted or does not exist.", never: true,
		},
		"accepting twice": {
			after: attached(acceptAct("k", "a")), create: acceptAct("l", "a"), code: "IncorrectState", message: invalid, unless: "k",
		},
		"accepting one's own": {
			after:  acts([]act{transitAct("t")}, networkOf("v", "10.16.0.0/16"), []act{attachVpcAct("a", "v")}),
			create: acceptAct("k", "a"), code: "IncorrectState", message: invalid, never: true,
		},
		"associating by a spoke": {
			after: attached(acceptAct("k", "a")), create: member(linkAct(typeTransitAssociation, "x", "r", "a"))[0],
			code: noAttachment, message: "Transit Gateway Attachment $a$ was deleted or does not exist.", never: true,
		},
		"propagating by a spoke": {
			after: attached(acceptAct("k", "a")), create: member(linkAct(typeTransitPropagation, "x", "r", "a"))[0],
			code: noAttachment, message: "Transit Gateway Attachment $a$ was deleted or does not exist.", never: true,
		},
		"a black hole by a spoke": {
			after: attached(), create: member(transitRouteAct("x", "r", "10.0.0.0/8", ""))[0],
			code: "InvalidRouteTableID.NotFound", message: "Transit Gateway Route Table $r$ was deleted or does not exist.", never: true,
		},
		"a route table by a spoke": {
			after: sharedGateway(), create: member(transitTableAct("x"))[0],
			code: "InvalidTransitGatewayID.NotFound", message: "Transit Gateway $t$ was deleted or does not exist.", never: true,
		},
		"a second attachment": {
			after: attached(), create: member(attachVpcAct("b", "v"))[0], code: "DuplicateTransitGatewayAttachment",
			message: "$t$ has non-deleted Transit Gateway Attachments with same VPC ID.", unless: "a",
		},
		"two subnets in a zone": {
			after: acts(sharedGateway(), member(networkOf("v", "10.16.0.0/16")...), member(act{
				token: typeSubnet, name: "s", inputs: props{
					"vpcId": "$v", "cidrBlock": "10.16.1.0/28", "availabilityZone": "eu-west-1a"}})),
			create: member(act{token: typeVpcAttachment, name: "a", inputs: props{
				"transitGatewayId": "$t", "vpcId": "$v", "subnetIds": []any{"$v-a", "$s"}}})[0],
			code: "DuplicateSubnetsInSameZone", message: "Duplicate Subnets for same AZ (eu-west-1a)",
			passes: props{"subnetIds": []any{"$s"}},
		},
		"no subnet": {
			after: acts(sharedGateway(), member(networkOf("v", "10.16.0.0/16")...)),
			create: member(act{token: typeVpcAttachment, name: "a", inputs: props{
				"transitGatewayId": "$t", "vpcId": "$v", "subnetIds": []any{}}})[0],
			code: "MissingParameter", message: "The request must contain the parameter SubnetIds",
			passes: props{"subnetIds": []any{"$v-a"}},
		},
		"a subnet of another VPC": {
			after: acts(sharedGateway(), member(networkOf("v", "10.16.0.0/16")...), member(networkOf("w", "10.17.0.0/16")...)),
			create: member(act{token: typeVpcAttachment, name: "a", inputs: props{
				"transitGatewayId": "$t", "vpcId": "$v", "subnetIds": []any{"$w-a"}}})[0],
			code: "InvalidSubnetID.NotFound", message: "The subnet ID '$w-a$' does not exist in $v$",
			passes: props{"subnetIds": []any{"$v-a"}},
		},
	})
}

func TestTransitTableRules(t *testing.T) {
	t.Parallel()
	linked := slices.Clip(attached(acceptAct("k", "a"), transitTableAct("q"), linkAct(typeTransitAssociation, "x", "r", "a")))
	other := acts(attached(acceptAct("k", "a")), []act{transitAct("u"), {
		token: typeTransitTable, name: "q", inputs: props{"transitGatewayId": "$u"}}})
	refusals(t, map[string]ruleCase{
		"a second table": {
			after: linked, create: linkAct(typeTransitAssociation, "y", "q", "a"), code: "Resource.AlreadyAssociated",
			message: "Transit Gateway Attachment $a$ is already associated to a route table.", unless: "x",
		},
		"a table of another gateway": {
			after: other, create: linkAct(typeTransitAssociation, "y", "q", "a"),
			code:    "InvalidTransitGatewayAttachmentID.NotFound",
			message: "Transit Gateway Attachment $a$ was deleted or does not exist.", passes: props{"transitGatewayRouteTableId": "$r"},
		},
		"a route twice": {
			after:  append(linked, transitRouteAct("d", "r", "10.0.0.0/8", "")),
			create: transitRouteAct("e", "r", "10.0.0.0/8", "a"), code: "RouteAlreadyExists",
			message: "Route 10.0.0.0/8 already exists in Transit Gateway Route Table $r$.", unless: "d",
		},
		"a route nowhere": {
			after: linked, create: act{token: typeTransitRoute, name: "d", inputs: props{
				"transitGatewayRouteTableId": "$r", "destinationCidrBlock": "10.0.0.0/8"}},
			code: "MissingParameter", message: "The request must contain the parameter TransitGatewayAttachmentId",
			passes: props{"blackhole": true},
		},
		"a propagation twice": {
			after:  append(linked, linkAct(typeTransitPropagation, "p", "q", "a")),
			create: linkAct(typeTransitPropagation, "o", "q", "a"), code: "TransitGatewayRouteTablePropagation.Duplicate",
			message: "Propagation between $a$ and $q$ already exists.", unless: "p",
		},
		"a table in use": {
			after: linked, destroy: "r", code: "IncorrectState", message: "$r$ has associated attachments.", unless: "x",
		},
		"a gateway in use": {
			after: attached(), destroy: "t", code: "IncorrectState",
			message: "$t$ has non-deleted Transit Gateway Attachments: $a$.", never: true,
		},
		"a gateway with tables": {
			after: sharedGateway(transitTableAct("r")), destroy: "t", code: "IncorrectState",
			message: "$t$ has non-deleted Transit Gateway Route Tables.", unless: "r",
		},
		"too many tables": {
			after: sharedGateway(transitTableAct("r")), create: transitTableAct("q"),
			quotas: map[string]int{"TransitGatewayRouteTableLimitExceeded": 1}, code: "TransitGatewayRouteTableLimitExceeded",
			message: "The maximum number of route tables has been reached.", unless: "r",
		},
		"a default association comes first": {
			after: acts([]act{{token: typeTransitGateway, name: "t", inputs: props{}}, transitTableAct("r")},
				networkOf("v", "10.16.0.0/16"), []act{attachVpcAct("a", "v")}),
			create: linkAct(typeTransitAssociation, "x", "r", "a"), code: "Resource.AlreadyAssociated",
			message: "Transit Gateway Attachment $a$ is already associated to a route table.",
			passes:  props{"replaceExistingAssociation": true},
		},
	})
}

func TestTransitFaults(t *testing.T) {
	t.Parallel()
	badInputs(t, map[string]faultCase{
		"a public autonomous system": {
			token: typeTransitGateway, inputs: props{"amazonSideAsn": 65535},
			want:   []Failure{{"amazonSideAsn", "must be 64512 to 65534 or 4200000000 to 4294967294, not 65535"}},
			passes: props{"amazonSideAsn": 4200000000},
		},
		"host bits": {
			token: typeTransitRoute, inputs: props{
				"transitGatewayRouteTableId": "r", "destinationCidrBlock": "10.16.1.0/16", "blackhole": true},
			want:   []Failure{{"destinationCidrBlock", `"10.16.1.0/16" has host bits set; the block is "10.16.0.0/16"`}},
			passes: props{"destinationCidrBlock": "10.16.0.0/16"},
		},
		"no block": {
			token: typeTransitRoute, inputs: props{
				"transitGatewayRouteTableId": "r", "destinationCidrBlock": "10.16.0.0", "blackhole": true},
			want:   []Failure{{"destinationCidrBlock", `"10.16.0.0" is not a valid CIDR block`}},
			passes: props{"destinationCidrBlock": "2001:db8::/32"},
		},
		"a black hole somewhere": {
			token: typeTransitRoute, inputs: props{"transitGatewayRouteTableId": "r", "destinationCidrBlock": "10.0.0.0/8",
				"blackhole": true, "transitGatewayAttachmentId": "a"},
			want:   []Failure{{"", "InvalidParameterCombination: give blackhole or transitGatewayAttachmentId, not both"}},
			passes: props{"blackhole": false},
		},
		"a share with a name": {
			token: typeSharePrincipal, inputs: props{"resourceShareArn": "arn:" + "aws:ram:eu-west-1:1:resource-share/x", "principal": "o-x"},
			want:   []Failure{{"principal", `"o-x" is neither an account id nor an ARN`}},
			passes: props{"principal": memberID},
		},
	})
}

// TestAttachmentsGoWithWhatHangsOnThem: an attachment takes association, propagation and acceptance with it, its owner's
// accepter takes the attachment, and routes to it stay as black holes.
func TestAttachmentsGoWithWhatHangsOnThem(t *testing.T) {
	t.Parallel()
	whole := attached(acceptAct("k", "a"), linkAct(typeTransitAssociation, "x", "r", "a"),
		linkAct(typeTransitPropagation, "p", "r", "a"), transitRouteAct("d", "r", "10.99.0.0/16", "a"))
	for name, remove := range map[string]func(*stage) *Error{
		"its owner deletes it":  func(s *stage) *Error { return s.in(memberID, "eu-west-1").destroy(s.made["a"]) },
		"the accepter vanishes": func(s *stage) *Error { return s.destroy(s.made["k"]) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, ruleCase{after: whole}, "")
			require.Nil(t, remove(s))
			for _, gone := range []string{"a", "k", "x", "p"} {
				require.Nil(t, s.inventory.records[s.made[gone].key()], gone)
			}
			require.NotNil(t, s.inventory.records[s.made["d"].key()], "the route stays")
			require.Nil(t, s.in(memberID, "eu-west-1").destroy(s.made["v-a"]), "nothing holds the subnet")
		})
	}
}

func TestSubnetsStayWhileAttached(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: attached()}, "")
	refused := s.in(memberID, "eu-west-1").destroy(s.made["v-a"])
	require.Equal(t, "DependencyViolation", refused.Code)
}

func peerAct() act {
	return act{token: typePeering, name: "p", inputs: props{
		"transitGatewayId": "$t", "peerTransitGatewayId": "$u", "peerRegion": "eu-central-1"}}
}

func TestPeeringRules(t *testing.T) {
	t.Parallel()
	far := transitAct("u")
	far.region = "eu-central-1"
	accept := act{token: typePeeringAccepter, name: "k", region: "eu-central-1", inputs: props{"transitGatewayAttachmentId": "$p"}}
	early := linkAct(typeTransitAssociation, "x", "r", "p")
	after := []act{transitAct("t"), far, transitTableAct("r")}
	refusals(t, map[string]ruleCase{
		"a peer that is elsewhere": {
			after: after, create: act{token: typePeering, name: "p", inputs: props{
				"transitGatewayId": "$t", "peerTransitGatewayId": "$u", "peerRegion": "eu-west-2"}},
			code: "InvalidTransitGatewayID.NotFound", message: "Transit Gateway $u$ was deleted or does not exist.",
			passes: props{"peerRegion": "eu-central-1"},
		},
		"not accepted": {
			after: append(after, peerAct()), create: early, code: "IncorrectState", message: "$p$ is in invalid state",
			first: []act{accept},
		},
		"propagated": {
			after: append(after, peerAct(), accept), create: linkAct(typeTransitPropagation, "x", "r", "p"),
			code: "OperationNotPermitted", message: "Route propagation is not supported for peering attachment $p$.", never: true,
		},
		"accepted by the end that asked": {
			after:   append(after, peerAct()),
			create:  act{token: typePeeringAccepter, name: "k", inputs: props{"transitGatewayAttachmentId": "$p"}},
			code:    "InvalidTransitGatewayAttachmentID.NotFound",
			message: "Transit Gateway Attachment $p$ was deleted or does not exist.", never: true,
		},
		"accepted twice": {
			after: append(after, peerAct(), accept), create: accept, code: "IncorrectState", message: "$p$ is in invalid state",
			unless: "k",
		},
	})
}
