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

// dnsRoles let every workload delegate its own zone from the organization's, and have its VPCs ask the shared one.
func (p *platform) dnsRoles() error {
	if p.public == nil && p.private == nil {
		return nil
	}
	for _, stack := range p.stack.Of(config.Workload) {
		cfg := p.stack.Stacks[stack]
		access := network.DelegationAccess{Parent: p.scope, Region: cfg.Account.Region}
		if p.public != nil && cfg.DNS != nil && cfg.DNS.Public != nil {
			access.Domain, access.ParentZoneID = cfg.DNS.Public.Domain, p.public.ZoneID
		}
		if p.private != nil {
			access.PrivateZoneID = pulumi.StringInput(p.private.ZoneID)
		}
		if access.ParentZoneID == nil && access.PrivateZoneID == nil {
			continue
		}
		if err := p.narrowRole(stack, dnsJob, "Delegates the zone", network.DelegationStatements(access)); err != nil {
			return err
		}
	}
	return nil
}
