package network

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
)

// ResolverAssociationArgs say which VPCs follow a resolver's rules.
type ResolverAssociationArgs struct {
	Scope naming.Scope // the VPCs'
	// Config is the resolver's, read from its own stack file: it decides how many rules there are.
	Config config.Resolver
	// RuleIDs, QueryLogConfigID and FirewallRuleGroupID are the resolver's outputs.
	RuleIDs             pulumi.StringMapInput
	QueryLogConfigID    pulumi.StringInput
	FirewallRuleGroupID pulumi.StringInput
	// VpcIDs are the VPCs, by name, of the account this is made in.
	VpcIDs map[string]pulumi.StringInput
}

// ResolverAssociation lets VPCs follow the rules of a resolver, puts them behind its firewall and records what they ask.
type ResolverAssociation struct {
	pulumi.ResourceState

	made *component.Children
}

// NewResolverAssociation joins VPCs to a resolver of their own account or of one that shares it.
func NewResolverAssociation(
	ctx *pulumi.Context, name string, args *ResolverAssociationArgs, opts ...pulumi.ResourceOption,
) (*ResolverAssociation, error) {
	out := &ResolverAssociation{}
	token := "aws-platform:network:ResolverAssociation"
	err := component.Register(ctx, token, name, out, nil, func(children *component.Children) error {
		out.made = children
		for _, vpc := range slices.Sorted(maps.Keys(args.VpcIDs)) {
			if err := out.join(ctx, args, vpc); err != nil {
				return fmt.Errorf("VPC %s: %w", vpc, err)
			}
		}
		return nil
	}, opts...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Ready is the option of what asks by the rules.
func (a *ResolverAssociation) Ready() pulumi.ResourceOption { return a.made.Ready() }

func (a *ResolverAssociation) join(ctx *pulumi.Context, args *ResolverAssociationArgs, vpc string) error {
	ids := args.RuleIDs.ToStringMapOutput()
	for _, rule := range slices.Sorted(maps.Keys(args.Config.Rules)) {
		_, err := route53.NewResolverRuleAssociation(ctx, a.made.Name("rule", vpc, rule), &route53.ResolverRuleAssociationArgs{
			ResolverRuleId: ids.MapIndex(pulumi.String(rule)),
			VpcId:          args.VpcIDs[vpc],
			// A VPC follows one rule for a domain.
		}, a.made.Options(pulumi.DeleteBeforeReplace(true))...)
		if err != nil {
			return err
		}
	}
	if err := a.guard(ctx, args, vpc); err != nil || args.Config.QueryLogs == nil {
		return err
	}
	_, err := route53.NewResolverQueryLogConfigAssociation(ctx, a.made.Name("query-log", vpc),
		&route53.ResolverQueryLogConfigAssociationArgs{ResolverQueryLogConfigId: args.QueryLogConfigID, ResourceId: args.VpcIDs[vpc]},
		a.made.Options()...)
	return err
}
