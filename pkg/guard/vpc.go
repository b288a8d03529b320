package guard

import (
	"slices"
	"strings"
)

const endpointFix = "add it to interfaceEndpoints of the VPC"

// vpcControls are about VPCs, subnets, network ACLs and who resolves names in them.
func vpcControls() []Control {
	return append([]Control{
		{
			ID: "EC2.2", Title: "The default security group of a VPC lets nothing through",
			Standards: []string{fsbp, cis3("5.4"), cis5("5.5")}, Types: tokens("ec2/Vpc"),
			resource: accompanied("ec2/DefaultSecurityGroup", "vpcId",
				"adopt the default security group and give it no rules", noRules),
		},
		{
			ID: "EC2.6", Title: "Every VPC has a flow log that records at least refused traffic",
			Standards: []string{fsbp, cis3("3.7"), cis5("3.7")}, Types: tokens("ec2/Vpc"),
			resource: accompanied("ec2/FlowLog", "vpcId", "make a flow log of type ALL or REJECT",
				settings(expectation{path: "trafficType", ok: oneOf("ALL", "REJECT")})),
		},
		{
			ID: "EC2.15", Title: "Subnets give no public addresses by themselves",
			Standards: []string{fsbp}, Types: tokens("ec2/Subnet", "ec2/DefaultSubnet"),
			resource: expect(expectation{path: "mapPublicIpOnLaunch", ok: is(false), absent: true, fix: "set it to false"}),
		},
		{
			ID: "EC2.16", Title: "Network ACLs guard a subnet", Standards: []string{fsbp},
			Types: tokens("ec2/NetworkAcl"), resource: aclIsUsed,
		},
		{
			ID: "EC2.21", Title: "Network ACLs do not open SSH and RDP to anybody",
			Standards: []string{fsbp, cis3("5.1"), cis5("5.2")},
			Types:     tokens("ec2/NetworkAcl", "ec2/NetworkAclRule"), resource: aclPorts,
			Exceptions: []string{"The default network ACL: AWS's control leaves it out too, since it lets everything pass by design; security groups decide (EC2.13, EC2.14, EC2.18, EC2.19)."},
		},
		{
			ID: "EC2.172", Title: "VPC Block Public Access keeps the internet out of accounts that publish nothing",
			Standards: []string{fsbp}, Types: tokens("ec2/VpcBlockPublicAccessOptions"),
			resource: expect(expectation{
				path: "internetGatewayBlockMode", ok: oneOf("block-bidirectional", "block-ingress"), fix: "use block-ingress or block-bidirectional",
			}),
			account:    publishesNothing,
			Exceptions: []string{"Accounts that have both an internet gateway and no setting: their public subnets are meant to be reached, and security groups decide by whom (EC2.18, EC2.19)."},
		},
		{
			ID: "Route53.2", Title: "Public zones log who asks", Standards: []string{fsbp},
			Types: tokens("route53/Zone"), resource: zoneIsLogged,
		},
		{
			ID: "H15", Title: "Nothing uses a default VPC or a default provider", Standards: []string{house},
			resource: noDefaults,
		},
	}, endpointControls()...)
}

func noRules(c *subject, group *Resource) string {
	for _, side := range []string{"ingress", "egress"} {
		if group.unknown(side) {
			c.wait("")
		}
		if len(group.list(side)) > 0 {
			return "has " + side + " rules"
		}
	}
	return ""
}

func aclIsUsed(c *subject) {
	if len(c.list("subnetIds")) > 0 {
		return
	}
	if c.unknown("subnetIds") {
		c.wait("subnetIds")
		return
	}
	if list, unsure := c.related("ec2/NetworkAclAssociation", "networkAclId"); len(list) > 0 {
		return
	} else if unsure {
		c.wait("subnetIds")
		return
	}
	c.fail("subnetIds", "is empty and no NetworkAclAssociation names it", "associate it with a subnet, or remove it")
}

// publishesNothing demands a block of the internet in an account that has no internet gateway.
func publishesNothing(c *subject) {
	if len(c.inAccount("ec2/VpcBlockPublicAccessOptions")) > 0 || len(c.inAccount("ec2/InternetGateway")) > 0 {
		return
	}
	c.fail("", "the account has no internet gateway and does not block the internet either", "set baseline.vpcBlockPublicAccess")
}

func zoneIsLogged(c *subject) {
	if filled(c.one("vpcs")) {
		return // private
	}
	accompanied("route53/QueryLog", "zoneId", "set queryLogs of the zone", nil)(c)
}

func noDefaults(c *subject) {
	switch {
	case slices.Contains(tokens("ec2/DefaultVpc", "ec2/DefaultSubnet"), c.Type):
		c.fail("", "adopts a default VPC", "make a VPC with a plan of its own")
	case c.Custom && strings.HasPrefix(c.Type, "aws:") && c.Provider == "":
		c.fail("", "uses the default provider, which any credentials satisfy", "pass the provider of the stack's account")
	}
}

// endpointControls demand interface endpoints, so that calls to AWS do not cross the internet.
func endpointControls() []Control {
	var all []Control
	for _, one := range []struct{ id, service, title string }{
		{"EC2.10", "ec2", "Amazon EC2"},
		{"EC2.55", "ecr.api", "the API of Amazon ECR"},
		{"EC2.56", "ecr.dkr", "Docker images of Amazon ECR"},
		{"EC2.57", "ssm", "Systems Manager"},
		{"EC2.58", "ssm-contacts", "Incident Manager's contacts"},
		{"EC2.60", "ssm-incidents", "Incident Manager"},
	} {
		incidents := strings.HasPrefix(one.service, "ssm-")
		control := Control{
			ID: one.id, Title: "VPCs reach " + one.title + " without crossing the internet", Standards: []string{fsbp},
			Types: tokens("ec2/Vpc"),
			Exceptions: []string{
				"Stacks that are not production: an endpoint costs by the hour in every zone, and their data is nobody's.",
				"VPCs of a firewall: nothing that is in them calls AWS.",
			},
			resource: func(c *subject) {
				if c.stack.Production && (!incidents || c.usesIncidentManager()) {
					c.unless(c.holdsFirewall(), func(c *subject) { c.hasEndpoint(one.service) })
				}
			},
		}
		if incidents {
			control.Exceptions = append(control.Exceptions, "Stacks that do not use Incident Manager: there are no calls to keep inside.")
		}
		all = append(all, control)
	}
	return all
}

func (c *subject) usesIncidentManager() bool {
	return slices.ContainsFunc(c.stack.Resources, func(r Resource) bool {
		return strings.HasPrefix(r.Type, "aws:ssmcontacts/") || strings.HasPrefix(r.Type, "aws:ssmincidents/")
	})
}

func (c *subject) holdsFirewall() answer {
	list, unsure := c.related("networkfirewall/Firewall", "vpcId")
	switch {
	case len(list) > 0:
		return yes
	case unsure:
		return maybe
	}
	return no
}

func (c *subject) hasEndpoint(service string) {
	list, unsure := c.related("ec2/VpcEndpoint", "vpcId")
	for _, endpoint := range list {
		if endpoint.text("vpcEndpointType") == "Interface" && strings.HasSuffix(endpoint.text("serviceName"), "."+c.region(c.Resource)+"."+service) {
			return
		}
		unsure = unsure || endpoint.unknown("vpcEndpointType") || endpoint.unknown("serviceName")
	}
	if unsure {
		c.wait("")
		return
	}
	c.fail("", "has no interface endpoint for "+service, endpointFix)
}

// inAccount are the resources of a type that any stack has in this stack's account.
func (c *subject) inAccount(short string) (list []*Resource) {
	for _, r := range c.byType[token(short)] {
		if c.account(r) == c.stack.Account {
			list = append(list, r)
		}
	}
	return list
}
