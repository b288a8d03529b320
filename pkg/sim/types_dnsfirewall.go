package sim

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

const (
	typeDomainList     = "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList"
	typeDNSRuleGroup   = "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup"
	typeDNSRule        = "aws:route53/resolverFirewallRule:ResolverFirewallRule"
	typeDNSGroupJoin   = "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation"
	dnsFirewallRefuses = "ConflictException"
)

var firewallNamePattern = regexp.MustCompile(`^[a-zA-Z0-9_ '-]{1,64}$`)

// firewallDomain is a domain a list may hold: a name, all names below one, or all names.
var firewallDomain = textual(func(domain string) string {
	if domain != "*" && !isDomainName(strings.TrimPrefix(domain, "*.")) {
		return fmt.Sprintf("%q is neither a domain name nor one after *.", domain)
	}
	return ""
})

// dnsFirewallTypes are DNS Firewall's. Their replacement lists are ForceNew in the Terraform provider
// (internal/service/route53resolver).
func dnsFirewallTypes() []row {
	return []row{domainListRow(), dnsRuleGroupRow(), dnsRuleRow(), dnsGroupJoinRow()}
}

func resolverCalls() latency {
	return latency{Create: 2 * time.Second, Update: 2 * time.Second, Delete: 2 * time.Second, Source: resolverTimes}
}

func domainListRow() row {
	return row{
		Token: typeDomainList, Prefix: "rslvr-fdl",
		Actions: actions{
			Create: []string{"route53resolver:CreateFirewallDomainList", "route53resolver:UpdateFirewallDomains", "route53resolver:TagResource"},
			Update: []string{"route53resolver:UpdateFirewallDomains", "route53resolver:TagResource"},
			Delete: []string{"route53resolver:DeleteFirewallDomainList"},
			Read:   []string{"route53resolver:GetFirewallDomainList", "route53resolver:ListFirewallDomains"},
		},
		Autoname: autoname{Property: "name", Limit: 64},
		Computed: map[string]maker{"arn": fill("arn:{partition}:route53resolver:{region}:{account}:firewall-domain-list/{id}")},
		Replace:  []string{"name"},
		Sets:     []string{"domains"},
		Valid: map[string]validator{
			"name": matching(firewallNamePattern, "1 to 64 letters, digits and any of _'- and space"), "domains": firewallDomain,
		},
		NotFound: &refusal{Code: resolverNotFound, Message: "Firewall domain list with ID '{target}' does not exist."},
		InUse:    &refusal{Code: dnsFirewallRefuses, Message: "The firewall domain list '{id}' is used by a rule: delete the rule first."},
		Latency:  resolverCalls(),
	}
}

func dnsRuleGroupRow() row {
	return row{
		Token: typeDNSRuleGroup, Prefix: "rslvr-frg", Sight: sharedByRAM,
		Actions: actions{
			Create: []string{"route53resolver:CreateFirewallRuleGroup", "route53resolver:TagResource"},
			Update: []string{"route53resolver:TagResource"},
			Delete: []string{"route53resolver:DeleteFirewallRuleGroup"}, Read: []string{"route53resolver:GetFirewallRuleGroup"},
		},
		Autoname: autoname{Property: "name", Limit: 64},
		Computed: map[string]maker{
			"arn":     fill("arn:{partition}:route53resolver:{region}:{account}:firewall-rule-group/{id}"),
			"ownerId": fill("{account}"), "shareStatus": fixed("NOT_SHARED"),
		},
		Replace:  []string{"name"},
		Valid:    map[string]validator{"name": matching(firewallNamePattern, "1 to 64 letters, digits and any of _'- and space")},
		NotFound: &refusal{Code: resolverNotFound, Message: "Firewall rule group with ID '{target}' does not exist."},
		InUse: &refusal{
			Code: dnsFirewallRefuses, Message: "The firewall rule group '{id}' has rules or is associated with VPCs: delete these first."},
		Latency: resolverCalls(),
	}
}

func dnsRuleRow() row {
	return row{
		Token: typeDNSRule, ID: fill("{firewallRuleGroupId}:{firewallDomainListId}"),
		Actions: actions{
			Create: []string{"route53resolver:CreateFirewallRule"}, Update: []string{"route53resolver:UpdateFirewallRule"},
			Delete: []string{"route53resolver:DeleteFirewallRule"}, Read: []string{"route53resolver:ListFirewallRules"},
			Target: foreignARN("firewallRuleGroupId"),
		},
		Autoname: autoname{Property: "name", Limit: 64},
		Defaults: map[string]any{"firewallDomainRedirectionAction": "INSPECT_REDIRECTION_DOMAIN"},
		Replace:  []string{"firewallDomainListId", "firewallRuleGroupId", "qType"},
		Valid: map[string]validator{
			"action": oneOf("ALLOW", "BLOCK", "ALERT"), "blockResponse": oneOf("NODATA", "NXDOMAIN", "OVERRIDE"),
		},
		Check: []rule{blockedHow},
		Unique: []unique{{By: []string{"firewallRuleGroupId", "priority"}, refusal: refusal{
			Code: dnsFirewallRefuses, Message: "The firewall rule group '{firewallRuleGroupId}' has a rule of that priority."}}},
		Latency: resolverCalls(),
	}
}

func dnsGroupJoinRow() row {
	return row{
		Token: typeDNSGroupJoin, Prefix: "rslvr-frgassoc",
		Actions: actions{
			Create: []string{"route53resolver:AssociateFirewallRuleGroup", "ec2:DescribeVpcs *"},
			Update: []string{"route53resolver:UpdateFirewallRuleGroupAssociation"},
			Delete: []string{"route53resolver:DisassociateFirewallRuleGroup"},
			Read:   []string{"route53resolver:GetFirewallRuleGroupAssociation *"}, Target: foreignARN("firewallRuleGroupId"),
		},
		Autoname: autoname{Property: "name", Limit: 64},
		Computed: map[string]maker{
			"arn": fill("arn:{partition}:route53resolver:{region}:{account}:firewall-rule-group-association/{id}"),
		},
		Defaults: map[string]any{"mutationProtection": "DISABLED"},
		Replace:  []string{"firewallRuleGroupId", "vpcId"},
		Valid: map[string]validator{
			// https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_AssociateFirewallRuleGroup.html
			"priority": between(101, 9899), "mutationProtection": oneOf("ENABLED", "DISABLED"),
		},
		Delete: []rule{mayBeDisassociated},
		Unique: []unique{
			{By: []string{"vpcId", "priority"}, refusal: refusal{
				Code: dnsFirewallRefuses, Message: "The VPC '{vpcId}' has a firewall rule group of that priority."}},
			{By: []string{"vpcId", "firewallRuleGroupId"}, refusal: refusal{
				Code: dnsFirewallRefuses, Message: "The VPC '{vpcId}' is associated with '{firewallRuleGroupId}' already."}},
		},
		Quotas: []quota{{Limit: 5, Per: []string{"vpcId"}, refusal: refusal{
			Code: resolverLimit, Message: "The maximum number of firewall rule groups of a VPC has been reached."}}},
		Latency: latency{Create: resolverAssociationTime, Update: resolverAssociationTime, Delete: resolverAssociationTime,
			Source: "30 to 60 seconds until COMPLETE"},
	}
}

// blockedHow: what is blocked is answered somehow, and nothing else is.
func blockedHow(r *request) *Error {
	switch blocks := r.Text("action") == "BLOCK"; {
	case blocks && !r.Has("blockResponse"):
		return refuse("ValidationException", "A rule with action BLOCK must have a blockResponse.")
	case !blocks && r.Has("blockResponse"):
		return refuse("ValidationException", "blockResponse is for rules with action BLOCK.")
	}
	return nil
}

func mayBeDisassociated(r *request) *Error {
	if r.Text("mutationProtection") == "ENABLED" {
		return refuse("AccessDeniedException", "The association '%s' is protected against changes.", r.ID)
	}
	return nil
}
