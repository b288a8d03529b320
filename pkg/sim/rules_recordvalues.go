package sim

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const (
	maxValues     = 100  // values of one record set
	maxTXTString  = 255  // characters between two quotation marks
	maxTXT        = 4000 // characters of a value
	unquotedQuote = `""`
)

var (
	caaPattern = regexp.MustCompile(`^(\d{1,3}) ([A-Za-z0-9]+) "[^"]*"$`)
	dsPattern  = regexp.MustCompile(`^(\d{1,5}) (\d{1,3}) [124] [0-9A-Fa-f]{40,96}$`)
)

// recordValuesFit judges each value by the record's type, in the words Route 53 uses.
func recordValuesFit(r *request) *Error {
	values := r.Texts("records")
	if len(values) > maxValues {
		return badChange("Cannot have more than %d records in a RRSet.", maxValues)
	}
	seen := map[string]bool{}
	for _, value := range values {
		if problem := valueFault(r.Text("type"), value); problem != "" {
			return badChange("Invalid Resource Record: 'FATAL problem: %s encountered with '%s''", problem, value)
		}
		if seen[value] {
			return badChange("Duplicate Resource Record: '%s'", value)
		}
		seen[value] = true
	}
	return nil
}

// valueFault is what is wrong with a value, or "".
func valueFault(kind, value string) string {
	fields := strings.Fields(value)
	switch kind {
	case "A":
		if address, err := netip.ParseAddr(value); err != nil || !address.Is4() {
			return "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"
		}
	case "AAAA":
		if address, err := netip.ParseAddr(value); err != nil || !address.Is6() || address.Zone() != "" {
			return "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"
		}
	case "CNAME", "NS", "PTR":
		return hostFault(value)
	case "MX":
		if len(fields) != 2 || !isNumber(fields[0], 65535) {
			return "MXRRDATANotTwoFields (MX record doesn't have 2 fields)"
		}
		return hostFault(fields[1])
	case "SRV":
		if len(fields) != 4 || !isNumber(fields[0], 65535) || !isNumber(fields[1], 65535) || !isNumber(fields[2], 65535) {
			return "SRVRRDATANotFourFields (SRV record doesn't have 4 fields)"
		}
		return hostFault(fields[3])
	case "CAA":
		if found := caaPattern.FindStringSubmatch(value); found == nil || !isNumber(found[1], 255) {
			return `CAARRDATANotThreeFields (CAA record doesn't have 3 fields: flags tag "value")`
		}
	case "DS":
		if found := dsPattern.FindStringSubmatch(value); found == nil || !isNumber(found[1], 65535) || !isNumber(found[2], 255) {
			return "DSRRDATANotFourFields (DS record doesn't have 4 fields)"
		}
	case "TXT", "SPF":
		return stringFault(value)
	}
	return ""
}

func isNumber(text string, most int) bool {
	number, err := strconv.Atoi(text)
	return err == nil && number >= 0 && number <= most
}

func hostFault(name string) string {
	if name != "." && !isRecordName(name) {
		return "DomainNameUnsupported (Value is not a valid domain name)"
	}
	return ""
}

// stringFault judges a text. The provider puts quotation marks around it, so two of them inside part it in strings.
func stringFault(value string) string {
	if len(value) > maxTXT {
		return "TXTRRDATATooLong (Value is too long)"
	}
	for _, part := range strings.Split(strings.ReplaceAll(value, `" "`, unquotedQuote), unquotedQuote) {
		bare := strings.NewReplacer(`\\`, ".", `\"`, ".").Replace(part)
		switch {
		case strings.Contains(bare, `"`):
			return "InvalidCharacterString (Value should be enclosed in quotation marks)"
		case len(bare) > maxTXTString:
			return "CharacterStringTooLong (Value is too long)"
		}
	}
	return ""
}

// tenOrThirty are the seconds between two looks of a health checker.
func tenOrThirty(value resource.PropertyValue) string {
	if value.IsNumber() && value.NumberValue() != 10 && value.NumberValue() != 30 {
		return fmt.Sprintf("must be 10 or 30, not %g", value.NumberValue())
	}
	return ""
}

// routableAddress is one health checkers can reach: they stand in the internet.
var routableAddress = textual(func(given string) string {
	address, err := netip.ParseAddr(given)
	switch {
	case err != nil:
		return fmt.Sprintf("%q is not an IP address", given)
	case address.IsPrivate(), address.IsLoopback(), address.IsLinkLocalUnicast(), address.IsMulticast(), address.IsUnspecified():
		return fmt.Sprintf("%s is not an address health checkers can reach", given)
	}
	return ""
})

// healthCheckIsWhole wants what a check of each kind looks at.
func healthCheckIsWhole(r *request) *Error {
	missing := func(field string) *Error {
		return refuse("InvalidInput", "Invalid parameter : Missing field '%s' for health check type %s.", field, r.Text("type"))
	}
	kind := r.Text("type")
	switch kind {
	case "":
	case "CALCULATED":
		if !r.Has("childHealthchecks") || !r.Has("childHealthThreshold") {
			return missing("ChildHealthChecks")
		}
	case "CLOUDWATCH_METRIC":
		if !r.Has("cloudwatchAlarmName") || !r.Has("cloudwatchAlarmRegion") {
			return missing("AlarmIdentifier")
		}
	case "RECOVERY_CONTROL":
		if !r.Has("routingControlArn") {
			return missing("RoutingControlArn")
		}
	default:
		switch {
		case !r.Has("fqdn") && !r.Has("ipAddress"):
			return missing("FullyQualifiedDomainName")
		case strings.HasSuffix(kind, "STR_MATCH") && !r.Has("searchString"):
			return missing("SearchString")
		case kind == "TCP" && !r.Has("port"):
			return missing("Port")
		}
	}
	if regions := r.Texts("regions"); r.Has("regions") && len(regions) < 3 {
		return refuse("InvalidInput", "Invalid parameter : At least 3 regions must be specified, not %d.", len(regions))
	}
	return nil
}
