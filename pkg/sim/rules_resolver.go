package sim

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// resolvedDomain is the name a rule is for; a dot is every name.
var resolvedDomain = textual(func(name string) string {
	if name != "." && !isDomainName(name) {
		return fmt.Sprintf("%q is not a domain name", name)
	}
	return ""
})

// resolverEndpointID says in which direction questions go.
func resolverEndpointID(r *request) resource.PropertyValue {
	made, err := r.cloud.inventory.count(strings.Join([]string{r.Account, r.Region, string(r.URN), r.Type.Token}, "|"))
	if err != nil {
		return resource.NewProperty("")
	}
	way := map[string]string{"INBOUND": "in", "OUTBOUND": "out"}[r.Text("direction")]
	return resource.NewProperty("rslvr-" + way + "-0" + digest(16, r.Account, r.Region, string(r.URN), strconv.Itoa(made)))
}

// resolverVpc is the VPC of the endpoint's subnets.
func resolverVpc(r *request) resource.PropertyValue {
	for _, id := range r.Texts("ipAddresses.subnetId") {
		if subnet := r.Find(typeSubnet, id); subnet != nil {
			return subnet.Properties["vpcId"]
		}
	}
	return resource.NewProperty("")
}

func badRequest(format string, args ...any) *Error {
	return refuse("InvalidRequestException", format, args...)
}

// addressesOf are how many addresses an endpoint asks for.
func addressesOf(r *request) int {
	list := r.New["ipAddresses"]
	if !list.IsArray() {
		return 0
	}
	return len(list.ArrayValue())
}

func resolverHasAddresses(r *request) *Error {
	if count := addressesOf(r); r.Has("ipAddresses") && (count < 2 || count > 10) {
		return refuse("InvalidParameterException", "ipAddresses: between 2 and 10 IP addresses are needed, not %d", count)
	}
	return nil
}

// resolverStandsWell wants subnets of one VPC in at least two zones, and security groups of the same VPC. AWS only advises
// the second zone.
func resolverStandsWell(r *request) *Error {
	vpc, zones := "", map[string]bool{}
	for _, id := range r.Texts("ipAddresses.subnetId") {
		subnet := r.Find(typeSubnet, id)
		if vpc == "" {
			vpc = subnet.Text("vpcId")
		}
		if subnet.Text("vpcId") != vpc {
			return badRequest("The subnet %s is not in the VPC %s of the endpoint's other subnets.", id, vpc)
		}
		zones[subnet.Text("availabilityZone")] = true
	}
	if len(zones) < 2 {
		return badRequest("The subnets of a resolver endpoint must be in at least two Availability Zones.")
	}
	for _, id := range r.Texts("securityGroupIds") {
		if group := r.Find(kindSecurityGroup, id); group != nil && group.Text("vpcId") != vpc {
			return badRequest("The security group %s does not belong to the VPC %s.", id, vpc)
		}
	}
	return nil
}

// ruleIsWhole: what is forwarded has somewhere to go; what Route 53 answers itself has not.
func ruleIsWhole(r *request) *Error {
	switch kind := r.Text("ruleType"); {
	case kind == "FORWARD" && !r.Has("targetIps"):
		return refuse("InvalidParameterException", "A FORWARD rule must have target IP addresses.")
	case kind != "FORWARD" && (r.Has("targetIps") || r.Has("resolverEndpointId")):
		return refuse("InvalidParameterException", "Target IP addresses and endpoint can't be specified for a %s rule.", kind)
	}
	return nil
}

func ruleLeavesByOutbound(r *request) *Error {
	if r.Text("ruleType") != "FORWARD" {
		return nil
	}
	endpoint := r.Find(typeResolverEndpoint, r.Text("resolverEndpointId"))
	switch {
	case endpoint == nil:
		return refuse("InvalidParameterException", "A FORWARD rule must have an outbound resolver endpoint.")
	case endpoint.Text("direction") != "OUTBOUND":
		return badRequest("Cannot forward by the inbound resolver endpoint '%s'.", endpoint.ID)
	}
	return nil
}

// vpcFollowsOneRule: a VPC has one rule for a domain.
func vpcFollowsOneRule(r *request) *Error {
	rule := r.Find(typeResolverRule, r.Text("resolverRuleId"))
	for _, other := range r.Siblings(typeResolverRuleJoin, "vpcId") {
		theirs := r.Find(typeResolverRule, other.Text("resolverRuleId"))
		if rule != nil && theirs != nil && normalName(theirs.Text("domainName")) == normalName(rule.Text("domainName")) {
			return refuse("ResourceExistsException", "Cannot associate rules with same domain name with same VPC. Conflict with resolver rule '%s'", theirs.ID)
		}
	}
	return nil
}

// questionsHaveAPlace wants a log group that is there.
func questionsHaveAPlace(r *request) *Error {
	arn := r.Text("destinationArn")
	if strings.Contains(arn, ":logs:") && r.Find(kindLogGroup, strings.TrimSuffix(arn, ":*")) == nil {
		return refuse(resolverNotFound, "The log group %s does not exist.", arn)
	}
	return nil
}

// foreignARN is the ARN of what a property names, of whatever account.
func foreignARN(property string) func(r *request) string {
	return func(r *request) string {
		if found := r.Find("", r.Text(property)); found != nil {
			return found.Text("arn")
		}
		return "*"
	}
}
