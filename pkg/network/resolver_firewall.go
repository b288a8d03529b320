package network

import (
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// firewallTurn is the turn of the organization's rule group among those of a VPC; AWS keeps those up to 100.
const firewallTurn = 101

// makeFirewall makes a rule group with a rule for each list of domains.
func (b *resolverBuild) makeFirewall() error {
	lists := b.args.Config.Firewall
	if len(lists) == 0 {
		b.out.FirewallRuleGroupID = pulumi.String("").ToStringOutput()
		return nil
	}
	group, err := route53.NewResolverFirewallRuleGroup(b.ctx, b.Name("firewall"), &route53.ResolverFirewallRuleGroupArgs{
		Name: pulumi.String(b.args.Scope.Name(endpointName, b.name)), Tags: b.tags("firewall"),
	}, b.Options()...)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		label := pulumi.String(b.args.Scope.Name(endpointName, b.name, name))
		list, err := route53.NewResolverFirewallDomainList(b.ctx, b.Name("firewall-list", name), &route53.ResolverFirewallDomainListArgs{
			Name: label, Domains: pulumi.ToStringArray(slices.Sorted(slices.Values(lists[name].Domains))), Tags: b.tags("firewall", name),
		}, b.Options()...)
		if err != nil {
			return err
		}
		args := &route53.ResolverFirewallRuleArgs{
			Name: label, FirewallRuleGroupId: group.ID(), FirewallDomainListId: list.ID(),
			Priority: pulumi.Int(lists[name].Priority), Action: pulumi.String(strings.ToUpper(lists[name].Action)),
		}
		if lists[name].Action == "block" {
			args.BlockResponse = pulumi.String("NXDOMAIN")
		}
		// A group has one rule of a priority.
		_, err = route53.NewResolverFirewallRule(b.ctx, b.Name("firewall-rule", name), args, b.Options(pulumi.DeleteBeforeReplace(true))...)
		if err != nil {
			return err
		}
	}
	b.out.FirewallRuleGroupID = group.ID().ToStringOutput()
	b.shared["firewall"] = group.Arn
	return nil
}

// guard puts a VPC behind the firewall.
func (a *ResolverAssociation) guard(ctx *pulumi.Context, args *ResolverAssociationArgs, vpc string) error {
	if len(args.Config.Firewall) == 0 {
		return nil
	}
	const longestTag = 256
	_, err := route53.NewResolverFirewallRuleGroupAssociation(ctx, a.made.Name("firewall", vpc),
		&route53.ResolverFirewallRuleGroupAssociationArgs{
			Name:                pulumi.String(args.Scope.Name(endpointName, vpc)),
			FirewallRuleGroupId: args.FirewallRuleGroupID, VpcId: args.VpcIDs[vpc], Priority: pulumi.Int(firewallTurn),
			Tags: pulumi.ToStringMap(args.Scope.Tags("network", args.Scope.Name(longestTag, vpc, "firewall"), nil)),
			// A VPC has one rule group of a turn.
		}, a.made.Options(pulumi.DeleteBeforeReplace(true))...)
	return err
}
