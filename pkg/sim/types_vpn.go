package sim

import "time"

const (
	typeCustomerGateway = "aws:ec2/customerGateway:CustomerGateway"
	typeVPNConnection   = "aws:ec2/vpnConnection:VpnConnection"
)

// vpnTypes are site-to-site VPN. Replacement lists are ForceNew in the Terraform provider.
func vpnTypes() []row { return []row{customerGatewayRow(), vpnConnectionRow()} }

func customerGatewayRow() row {
	return row{
		Token: typeCustomerGateway, Prefix: "cgw",
		Actions:  ec2Actions("CustomerGateway", "CreateTags", "DescribeCustomerGateways"),
		Computed: map[string]maker{"arn": ec2ARN("customer-gateway")},
		Replace:  []string{"bgpAsn", "bgpAsnExtended", "certificateArn", "deviceName", "ipAddress", "type"},
		Valid:    map[string]validator{"type": oneOf("ipsec.1"), "bgpAsn": asNumber, "ipAddress": publicIPv4},
		Create:   []rule{customerGatewayIsReached},
		Unique: []unique{{By: []string{"bgpAsn", "ipAddress"}, refusal: refusal{
			Code: "InvalidCustomerGateway.DuplicateIpAddress", Message: "Conflict among chosen gateway IP addresses."}}},
		NotFound: &refusal{Code: "InvalidCustomerGatewayID.NotFound", Message: "The customerGateway ID '{target}' does not exist"},
		InUse:    &refusal{Code: transitIncorrectState, Message: "The customer gateway is in use."},
		Quotas: []quota{{Limit: 50, refusal: refusal{
			Code: "CustomerGatewayLimitExceeded", Message: "The maximum number of customer gateways has been reached."}}},
		Latency: latency{Create: 10 * time.Second, Delete: 10 * time.Second, Source: "polled every ten seconds"},
	}
}

func vpnConnectionRow() row {
	return row{
		Token: typeVPNConnection, Prefix: "vpn",
		Actions: ec2Actions("VpnConnection", "ModifyVpnConnectionOptions", "DescribeVpnConnections"),
		Computed: map[string]maker{
			"arn": ec2ARN("vpn-connection"), "transitGatewayAttachmentId": vpnAttachment, "routes": fixed([]any{}),
			"vgwTelemetries": fixed([]any{}), "coreNetworkArn": fixed(""), "coreNetworkAttachmentArn": fixed(""),
			"customerGatewayConfiguration": fixed("<vpn_connection/>"), "presharedKeyArn": fixed(""),
			"tunnel1Address": tunnelAddress("1"), "tunnel2Address": tunnelAddress("2"),
			"tunnel1BgpAsn": fixed("64512"), "tunnel2BgpAsn": fixed("64512"),
			"tunnel1BgpHoldtime": fixed(30), "tunnel2BgpHoldtime": fixed(30),
			"tunnel1PresharedKey": madeKey("1"), "tunnel2PresharedKey": madeKey("2"),
			"tunnel1InsideCidr": fixed("169.254.10.0/30"), "tunnel2InsideCidr": fixed("169.254.10.4/30"),
			"tunnel1CgwInsideAddress": fixed("169.254.10.2"), "tunnel2CgwInsideAddress": fixed("169.254.10.6"),
			"tunnel1VgwInsideAddress": fixed("169.254.10.1"), "tunnel2VgwInsideAddress": fixed("169.254.10.5"),
		},
		Defaults: map[string]any{"staticRoutesOnly": false, "tunnelInsideIpVersion": "ipv4"},
		Replace: []string{
			"enableAcceleration", "outsideIpAddressType", "staticRoutesOnly", "transportTransitGatewayAttachmentId",
			"tunnelInsideIpVersion", "type",
		},
		Valid: map[string]validator{
			"type": oneOf("ipsec.1"), "tunnelInsideIpVersion": oneOf("ipv4", "ipv6"),
			"tunnel1StartupAction": oneOf("add", "start"), "tunnel2StartupAction": oneOf("add", "start"),
		},
		Check:    []rule{vpnEndsOnce},
		Create:   []rule{gatewayIsOurs, tunnelLogGroupsExist},
		Update:   []rule{tunnelLogGroupsExist},
		Weak:     []string{"transitGatewayId"},
		NotFound: &refusal{Code: "InvalidVpnConnectionID.NotFound", Message: "The vpnConnection ID '{target}' does not exist"},
		Quotas: []quota{{Limit: 50, refusal: refusal{
			Code: "VpnConnectionLimitExceeded", Message: "The maximum number of VPN connections has been reached."}}},
		Latency: latency{Create: 4 * time.Minute, Update: 5 * time.Minute, Delete: 2 * time.Minute,
			Source: "several minutes until available"},
	}
}
