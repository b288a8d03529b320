package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func customerAct(name, address string) act {
	return act{token: typeCustomerGateway, name: name, inputs: props{"type": "ipsec.1", "bgpAsn": "65000", "ipAddress": address}}
}

func vpnAct(name, customer, gateway string) act {
	return act{token: typeVPNConnection, name: name, inputs: props{
		"type": "ipsec.1", "customerGatewayId": "$" + customer, "transitGatewayId": "$" + gateway, "staticRoutesOnly": true}}
}

func TestVPNRules(t *testing.T) {
	t.Parallel()
	logged := vpnAct("n", "c", "t")
	logged.inputs["tunnel1LogOptions"] = props{"cloudwatchLogOptions": props{
		"logEnabled": true, "logGroupArn": "arn:" + "aws:logs:eu-west-1:" + managementID + ":log-group:vpn"}}
	refusals(t, map[string]ruleCase{
		"an address twice": {
			after: []act{customerAct("c", "198.51.100.7")}, create: customerAct("d", "198.51.100.7"),
			code: "InvalidCustomerGateway.DuplicateIpAddress", message: "Conflict among chosen gateway IP addresses.", unless: "c",
		},
		"no address": {
			create: act{token: typeCustomerGateway, name: "c", inputs: props{"type": "ipsec.1", "bgpAsn": "65000"}},
			code:   "MissingParameter", message: "The request must contain the parameter IpAddress",
			passes: props{"ipAddress": "198.51.100.7"},
		},
		"a customer gateway in use": {
			after:   []act{customerAct("c", "198.51.100.7"), transitAct("t"), vpnAct("n", "c", "t")},
			destroy: "c", code: "IncorrectState", message: "The customer gateway is in use.", unless: "n",
		},
		"a gateway in use": {
			after:   []act{customerAct("c", "198.51.100.7"), transitAct("t"), vpnAct("n", "c", "t")},
			destroy: "t", code: "IncorrectState",
			message: "$t$ has non-deleted Transit Gateway Attachments: $n.transitGatewayAttachmentId.", unless: "n",
		},
		"a gateway of others": {
			after:  acts(sharedGateway(), member(customerAct("c", "198.51.100.7"))),
			create: member(vpnAct("n", "c", "t"))[0], code: "InvalidTransitGatewayID.NotFound",
			message: "Transit Gateway $t$ was deleted or does not exist.", never: true,
		},
		"logs nowhere": {
			after: []act{customerAct("c", "198.51.100.7"), transitAct("t")}, create: logged, code: "InvalidParameterValue",
			message: "The log group arn:" + "aws:logs:eu-west-1:" + managementID + ":log-group:vpn does not exist.",
			first:   []act{{token: "aws:cloudwatch/logGroup:LogGroup", name: "g", inputs: props{"name": "vpn"}}},
		},
	})
	badInputs(t, map[string]faultCase{
		"a private address": {
			token: typeCustomerGateway, inputs: props{"type": "ipsec.1", "bgpAsn": "65000", "ipAddress": "10.0.0.1"},
			want:   []Failure{{"ipAddress", `"10.0.0.1" is not a public IPv4 address`}},
			passes: props{"ipAddress": "198.51.100.7"},
		},
		"a number that is none": {
			token: typeCustomerGateway, inputs: props{"type": "ipsec.1", "bgpAsn": "AS65000", "ipAddress": "198.51.100.7"},
			want:   []Failure{{"bgpAsn", `"AS65000" is not an autonomous system number`}},
			passes: props{"bgpAsn": "65000"},
		},
		"two ends": {
			token:  typeVPNConnection,
			inputs: props{"type": "ipsec.1", "customerGatewayId": "c", "transitGatewayId": "t", "vpnGatewayId": "g"},
			want:   []Failure{{"", "InvalidParameterCombination: give one end, not transitGatewayId and vpnGatewayId"}},
			passes: props{"vpnGatewayId": nil},
		},
	})
}

// TestConnectionsAreAttached: a connection that ends on a transit gateway is an attachment that can be routed to.
func TestConnectionsAreAttached(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: []act{
		customerAct("c", "198.51.100.7"), transitAct("t"), vpnAct("n", "c", "t"), transitTableAct("r"),
	}}, "")
	s.must(act{token: typeTransitAssociation, name: "x", inputs: props{
		"transitGatewayRouteTableId": "$r", "transitGatewayAttachmentId": "$n.transitGatewayAttachmentId"}})
	require.Equal(t, "vpn", s.made["x"].Text("resourceType"))
	require.Equal(t, s.made["n"].ID, s.made["x"].Text("resourceId"))
}
