package main

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/config"
	"aws-platform/pkg/network"
)

// perimeter is the organization whose identities and resources pass endpoints; nil where no stack makes one.
func (p *platform) perimeter() pulumi.StringInput {
	if p.org != nil {
		return p.org.OrganizationID
	}
	management := p.stack.Stacks[p.stack.The(config.Management)]
	if management == nil || management.Governance == nil {
		return nil
	}
	return p.organizationID()
}

// sharedEndpoints gives the endpoints that every environment uses their names, and lets in the segments that reach them.
func (p *platform) sharedEndpoints() error {
	for _, name := range slices.Sorted(maps.Keys(p.stack.VPCs)) {
		cfg := p.stack.VPCs[name]
		if len(cfg.SharedEndpoints) == 0 {
			continue
		}
		clients := map[string]string{}
		for segment, of := range p.stack.TransitGateway.Segments {
			if slices.Contains(of.Reaches, cfg.Transit.Segment) {
				clients[segment] = of.CIDR
			}
		}
		made, err := network.NewSharedEndpoints(p.Context, name+"-shared-endpoints", &network.SharedEndpointsArgs{
			Scope: p.scope, Vpc: p.vpcMade[name], Clients: clients, Protect: p.stack.Protect,
		}, p.aws)
		if err != nil {
			return err
		}
		p.endpoints = made
		return p.publish("sharedEndpoints", made)
	}
	return nil
}

// endpointsFromShared has a workload's VPCs ask the zones of shared endpoints, once there is a way to them.
func (p *platform) endpointsFromShared() error {
	for _, service := range fromShared(p.stack.Stacks[p.stack.Name]) {
		owner, err := p.helper(config.Shared, dnsJob)
		if err != nil {
			return err
		}
		vpcs, options := map[string]pulumi.StringInput{}, []pulumi.ResourceOption{p.aws}
		for _, name := range slices.Sorted(maps.Keys(p.stack.VPCs)) {
			if slices.Contains(p.stack.VPCs[name].EndpointsFromShared, service) {
				vpcs[name], options = p.vpcIDs[name], append(options, p.attached[name])
			}
		}
		_, err = network.NewPrivateZoneAssociation(p.Context, "shared-endpoint-"+service, &network.PrivateZoneAssociationArgs{
			Scope: p.scope, ZoneID: p.published(config.Shared, "sharedEndpoints", "zoneIds", service), VpcIDs: vpcs, Owner: owner,
		}, options...)
		if err != nil {
			return err
		}
	}
	return nil
}

// fromShared are the services that some VPC of a stack reaches by shared endpoints, sorted.
func fromShared(stack *config.Stack) []string {
	var services []string
	for _, vpc := range stack.VPCs {
		services = append(services, vpc.EndpointsFromShared...)
	}
	slices.Sort(services)
	return slices.Compact(services)
}
