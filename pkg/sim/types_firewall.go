package sim

import (
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const (
	typeFirewall       = "aws:networkfirewall/firewall:Firewall"
	typeFirewallPolicy = "aws:networkfirewall/firewallPolicy:FirewallPolicy"
	typeFirewallRules  = "aws:networkfirewall/ruleGroup:RuleGroup"
	typeFirewallLogs   = "aws:networkfirewall/loggingConfiguration:LoggingConfiguration"
)

// firewallTypes are AWS Network Firewall. Replacement lists are ForceNew in the Terraform provider.
func firewallTypes() []row {
	return []row{firewallRow(), firewallPolicyRow(), firewallRulesRow(), firewallLogsRow()}
}

// firewallARN is the ARN of one of the service's resources, which is its id as well.
func firewallARN(kind string) maker {
	return fill("arn:{partition}:network-firewall:{region}:{account}:" + kind + "/{name}")
}

// firewallName says that a name is taken, in the service's words.
func firewallName() []unique {
	return []unique{{By: []string{"name"}, refusal: refusal{
		Code: "InvalidRequestException", Message: "A resource with the specified name already exists: {name}"}}}
}

func firewallMissing() *refusal {
	return &refusal{Code: "ResourceNotFoundException", Message: "Unable to locate a resource using the information you've provided: {target}"}
}

func firewallInUse() *refusal {
	return &refusal{Code: "InvalidOperationException", Message: "Unable to delete the object because it is still in use: {id}"}
}

func firewallActions(name string) actions {
	return actions{
		Create: []string{"network-firewall:Create" + name}, Update: []string{"network-firewall:Update" + name},
		Delete: []string{"network-firewall:Delete" + name}, Read: []string{"network-firewall:Describe" + name},
	}
}

func firewallRow() row {
	return row{
		Token: typeFirewall, ID: firewallARN("firewall"),
		Actions: actions{
			Create: []string{"network-firewall:CreateFirewall"}, Update: []string{"network-firewall:AssociateSubnets"},
			Delete: []string{"network-firewall:DeleteFirewall"}, Read: []string{"network-firewall:DescribeFirewall"},
		},
		Autoname: autoname{Property: "name", Limit: 128},
		Computed: map[string]maker{
			"arn": fill("{id}"), "updateToken": fixed("00000000-0000-0000-0000-000000000000"), "firewallStatuses": firewallEndpoints,
		},
		Follows:  map[string]string{"firewallStatuses": "subnetMappings"},
		Defaults: map[string]any{"deleteProtection": false, "firewallPolicyChangeProtection": false, "subnetChangeProtection": false},
		Replace:  []string{"name", "vpcId"},
		Sets:     []string{"subnetMappings"},
		Refs:     map[string]string{"firewallPolicyArn": typeFirewallPolicy},
		Create:   []rule{firewallSubnets},
		Update:   []rule{firewallSubnets, firewallSubnetsStay},
		Delete:   []rule{firewallMayGo},
		Unique:   firewallName(),
		NotFound: firewallMissing(),
		Quotas: []quota{{Limit: 5, refusal: refusal{
			Code: "LimitExceededException", Message: "The maximum number of firewalls has been reached."}}},
		Latency: latency{Create: 6 * time.Minute, Update: 5 * time.Minute, Delete: 6 * time.Minute,
			Source: "five to ten minutes until READY"},
	}
}

func firewallPolicyRow() row {
	return row{
		Token: typeFirewallPolicy, ID: firewallARN("firewall-policy"), Actions: firewallActions("FirewallPolicy"),
		Autoname: autoname{Property: "name", Limit: 128},
		Computed: map[string]maker{"arn": fill("{id}"), "updateToken": fixed("00000000-0000-0000-0000-000000000000")},
		Replace:  []string{"name"},
		Refs: map[string]string{
			"firewallPolicy.statefulRuleGroupReferences.resourceArn":  typeFirewallRules,
			"firewallPolicy.statelessRuleGroupReferences.resourceArn": typeFirewallRules,
		},
		Unique: firewallName(), NotFound: firewallMissing(), InUse: firewallInUse(),
		Latency: quick(),
	}
}

func firewallRulesRow() row {
	return row{
		Token: typeFirewallRules, ID: fill("arn:{partition}:network-firewall:{region}:{account}:stateful-rulegroup/{name}"),
		Actions:  firewallActions("RuleGroup"),
		Autoname: autoname{Property: "name", Limit: 128},
		Computed: map[string]maker{
			"arn": fill("{id}"), "updateToken": fixed("00000000-0000-0000-0000-000000000000"),
			"ruleGroup": fixed(map[string]any{}),
		},
		Replace: []string{"capacity", "name", "type"},
		Valid:   map[string]validator{"type": oneOf("STATEFUL", "STATELESS"), "capacity": between(1, 30000)},
		Create:  []rule{rulesOnce},
		Unique:  firewallName(), NotFound: firewallMissing(), InUse: firewallInUse(),
		Latency: quick(),
	}
}

func firewallLogsRow() row {
	return row{
		Token: typeFirewallLogs, Attached: true, ID: fill("{firewallArn}"),
		Actions: actions{
			Create: []string{"network-firewall:UpdateLoggingConfiguration"}, Update: []string{"network-firewall:UpdateLoggingConfiguration"},
			Delete: []string{"network-firewall:UpdateLoggingConfiguration"}, Read: []string{"network-firewall:DescribeLoggingConfiguration"},
			Resource: "{firewallArn}",
		},
		Replace: []string{"firewallArn"},
		Refs:    map[string]string{"firewallArn": typeFirewall},
		Create:  []rule{firewallLogGroups}, Update: []rule{firewallLogGroups},
		Within:  "firewallArn",
		Latency: quick(),
	}
}

// firewallEndpoints are the endpoints a firewall has, one in each of its subnets.
func firewallEndpoints(r *request) resource.PropertyValue {
	states := []any{}
	for _, id := range r.Texts("subnetMappings.subnetId") {
		zone := ""
		if subnet := r.Find(typeSubnet, id); subnet != nil {
			zone = subnet.Text("availabilityZone")
		}
		states = append(states, map[string]any{
			"availabilityZone": zone,
			"attachments":      []any{map[string]any{"endpointId": "vpce-0" + digest(16, r.ID, id), "subnetId": id}},
		})
	}
	return resource.NewPropertyValue([]any{map[string]any{"syncStates": states}})
}

// firewallSubnets wants one subnet of the VPC in a zone.
func firewallSubnets(r *request) *Error {
	zones := map[string]bool{}
	for _, id := range r.Texts("subnetMappings.subnetId") {
		subnet := r.Find(typeSubnet, id)
		if subnet == nil {
			continue
		}
		zone := subnet.Text("availabilityZone")
		if subnet.Text("vpcId") != r.Text("vpcId") || zones[zone] {
			return refuse("InvalidRequestException", "Subnet %s is not in %s, or its zone %s has a firewall subnet already.", id, r.Text("vpcId"), zone)
		}
		zones[zone] = true
	}
	return nil
}

func firewallSubnetsStay(r *request) *Error {
	if flag(r.Old, "subnetChangeProtection") && r.Changed("subnetMappings") {
		return refuse("InvalidOperationException", "Subnet change protection is enabled for firewall %s.", r.ID)
	}
	return nil
}

func firewallMayGo(r *request) *Error {
	if flag(r.Old, "deleteProtection") {
		return refuse("InvalidOperationException", "Unable to delete firewall %s: delete protection is enabled.", r.ID)
	}
	return nil
}

func rulesOnce(r *request) *Error {
	if found := givenOf(r, []string{"ruleGroup", "rules"}); len(found) != 1 {
		return refuse("InvalidRequestException", "A rule group needs either RuleGroup or Rules.")
	}
	return nil
}

// firewallLogGroups wants the log groups that records are to go to.
func firewallLogGroups(r *request) *Error {
	for _, name := range r.Texts("loggingConfiguration.logDestinationConfigs.logDestination.logGroup") {
		if r.Find(kindLogGroup, name) == nil {
			return refuse("LogDestinationPermissionException", "Unable to deliver logs: log group %s does not exist.", name)
		}
	}
	return nil
}
