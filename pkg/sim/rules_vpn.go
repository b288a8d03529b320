package sim

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// asNumber wants an autonomous system number that AWS takes as text.
var asNumber = textual(func(given string) string {
	if number, err := strconv.ParseUint(given, 10, 32); err != nil || number == 0 {
		return fmt.Sprintf("%q is not an autonomous system number", given)
	}
	return ""
})

// publicIPv4 wants one IPv4 address that the internet routes.
var publicIPv4 = textual(func(given string) string {
	address, err := netip.ParseAddr(given)
	if err != nil || !address.Is4() || address.IsPrivate() || address.IsLoopback() || address.IsLinkLocalUnicast() {
		return fmt.Sprintf("%q is not a public IPv4 address", given)
	}
	return ""
})

func customerGatewayIsReached(r *request) *Error {
	if !r.Has("ipAddress") && !r.Has("certificateArn") {
		return refuse("MissingParameter", "The request must contain the parameter IpAddress")
	}
	return nil
}

func vpnEndsOnce(r *request) *Error {
	if found := givenOf(r, []string{"transitGatewayId", "vpnGatewayId"}); len(found) > 1 {
		return refuse("InvalidParameterCombination", "give one end, not %s", strings.Join(found, " and "))
	}
	return nil
}

// vpnAttachment is the attachment AWS makes along with a connection that ends on a transit gateway.
func vpnAttachment(r *request) resource.PropertyValue {
	if !r.Has("transitGatewayId") {
		return resource.NewProperty("")
	}
	return madeID("tgw-attach", "vpn")(r)
}

// tunnelAddress is a public address of a tunnel, of AWS's own range.
func tunnelAddress(tunnel string) maker {
	return func(r *request) resource.PropertyValue {
		octets, err := strconv.ParseUint(digest(4, r.ID, "tunnel", tunnel), 16, 16)
		if err != nil {
			octets = 0
		}
		return resource.NewProperty(fmt.Sprintf("52.16.%d.%d", octets>>8, octets&0xff))
	}
}

// madeKey is a key AWS makes up for a tunnel.
func madeKey(tunnel string) maker {
	return func(r *request) resource.PropertyValue { return resource.NewProperty(digest(32, r.ID, "key", tunnel)) }
}

// tunnelLogGroupsExist wants the log groups that tunnels are told to write to.
func tunnelLogGroupsExist(r *request) *Error {
	for _, tunnel := range []string{"tunnel1LogOptions", "tunnel2LogOptions"} {
		for _, arn := range r.Texts(tunnel + ".cloudwatchLogOptions.logGroupArn") {
			_, name, _ := strings.Cut(arn, ":log-group:")
			if r.Find(kindLogGroup, strings.TrimSuffix(name, ":*")) == nil {
				return refuse("InvalidParameterValue", "The log group %s does not exist.", arn)
			}
		}
	}
	return nil
}
