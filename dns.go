package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/config"
	"aws-platform/pkg/network"
)

// publicZone is the zone the internet asks: the organization's own in the shared stack, a part of it in a workload.
func (p *platform) publicZone() error {
	if p.stack.DNS == nil || p.stack.DNS.Public == nil {
		return nil
	}
	args := &network.PublicZoneArgs{Scope: p.scope, Config: *p.stack.DNS.Public, Protect: p.stack.Protect}
	if p.scope.Region != noRegion {
		scope := p.scope
		scope.Region = noRegion
		global, err := p.provider("aws-"+noRegion, scope, p.stack.Account.Role)
		if err != nil {
			return err
		}
		args.Global = global
	}
	if p.stack.Kind == config.Workload {
		parent, err := p.helper(config.Shared, dnsJob)
		if err != nil {
			return err
		}
		args.Parent, args.ParentZoneID = parent, p.published(config.Shared, "publicZone", "zoneId")
	}
	made, err := network.NewPublicZone(p.Context, "public-zone", args, p.aws)
	if err != nil {
		return err
	}
	p.public = made
	return p.publish("publicZone", made)
}

// privateZone is the zone the stack's VPCs ask. They also ask the shared stack's.
func (p *platform) privateZone() error {
	if len(p.vpcIDs) > 0 && p.stack.Kind == config.Workload && p.sharedPrivateZone() {
		owner, err := p.helper(config.Shared, dnsJob)
		if err != nil {
			return err
		}
		_, err = network.NewPrivateZoneAssociation(p.Context, "shared-private-zone", &network.PrivateZoneAssociationArgs{
			Scope: p.scope, ZoneID: p.published(config.Shared, "privateZone", "zoneId"), VpcIDs: p.vpcIDs, Owner: owner,
		}, p.aws)
		if err != nil {
			return err
		}
	}
	if p.stack.DNS == nil || p.stack.DNS.Private == nil {
		return nil
	}
	made, err := network.NewPrivateZone(p.Context, "private-zone", &network.PrivateZoneArgs{
		Scope: p.scope, Config: *p.stack.DNS.Private, VpcIDs: p.vpcIDs, Protect: p.stack.Protect,
	}, p.aws)
	if err != nil {
		return err
	}
	p.private = made
	return p.publish("privateZone", made)
}

// sharedPrivateZone tells whether the shared stack has a zone that every environment asks.
func (p *platform) sharedPrivateZone() bool {
	shared := p.stack.Stacks[p.stack.The(config.Shared)]
	return shared != nil && shared.DNS != nil && shared.DNS.Private != nil
}

// dnsRoles let every workload delegate its own zone from the organization's, and have its VPCs ask the shared one and those
// of the shared endpoints that they use.
func (p *platform) dnsRoles() error {
	for _, stack := range p.stack.Of(config.Workload) {
		cfg := p.stack.Stacks[stack]
		access := network.DelegationAccess{Parent: p.scope, Region: cfg.Account.Region}
		if p.public != nil && cfg.DNS != nil && cfg.DNS.Public != nil {
			access.Domain, access.ParentZoneID = cfg.DNS.Public.Domain, p.public.ZoneID
		}
		if p.private != nil {
			access.PrivateZoneIDs = append(access.PrivateZoneIDs, p.private.ZoneID)
		}
		for _, service := range fromShared(cfg) {
			zone, err := p.endpoints.ZoneID(service)
			if err != nil {
				return err
			}
			access.PrivateZoneIDs = append(access.PrivateZoneIDs, zone)
		}
		if access.ParentZoneID == nil && len(access.PrivateZoneIDs) == 0 {
			continue
		}
		if err := p.narrowRole(stack, dnsJob, "Delegates the zone", network.DelegationStatements(access)); err != nil {
			return err
		}
	}
	return nil
}

// resolver exchanges questions with networks outside AWS, for the VPCs of every environment.
func (p *platform) resolver() error {
	if p.stack.DNS == nil || p.stack.DNS.Resolver == nil {
		return nil
	}
	cfg := *p.stack.DNS.Resolver
	made, err := network.NewResolver(p.Context, "resolver", &network.ResolverArgs{
		Scope: p.scope, Config: cfg, Vpc: p.vpcMade[cfg.VPC], Protect: p.stack.Protect,
		Principals: map[string]pulumi.StringInput{
			"organization": p.published(config.Management, "organization", "organizationArn"),
		},
	}, p.aws)
	if err != nil {
		return err
	}
	if err := p.publish("resolver", made); err != nil {
		return err
	}
	_, err = network.NewResolverAssociation(p.Context, "resolver-association", &network.ResolverAssociationArgs{
		Scope: p.scope, Config: cfg, RuleIDs: made.RuleIDs, QueryLogConfigID: made.QueryLogConfigID,
		FirewallRuleGroupID: made.FirewallRuleGroupID, VpcIDs: p.vpcIDs,
	}, p.aws, made.Ready())
	return err
}

// followResolver has a workload's VPCs follow the shared stack's resolver.
func (p *platform) followResolver() error {
	shared := p.stack.Stacks[p.stack.The(config.Shared)]
	if len(p.vpcIDs) == 0 || shared == nil || shared.DNS == nil || shared.DNS.Resolver == nil {
		return nil
	}
	// What the resolver does not have it publishes as "".
	part := func(name string) pulumi.StringOutput {
		return p.publishedAny(config.Shared, "resolver", name).ApplyT(func(value any) string {
			text, _ := value.(string)
			return text
		}).(pulumi.StringOutput)
	}
	_, err := network.NewResolverAssociation(p.Context, "resolver-association", &network.ResolverAssociationArgs{
		Scope: p.scope, Config: *shared.DNS.Resolver, RuleIDs: p.publishedMap(config.Shared, "resolver", "ruleIds"),
		QueryLogConfigID: part("queryLogConfigId"), FirewallRuleGroupID: part("firewallRuleGroupId"), VpcIDs: p.vpcIDs,
	}, p.aws)
	return err
}
