package main

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/network"
)

// transitGateway is the hub that all VPCs meet at.
func (p *platform) transitGateway() error {
	cfg := p.stack.TransitGateway
	if cfg == nil {
		return nil
	}
	args := &network.TransitGatewayArgs{
		Scope: p.scope, Config: *cfg, Protect: p.stack.Protect,
		// The whole organization: an environment that comes later needs no change here.
		Principals: map[string]pulumi.StringInput{
			"organization": p.published(config.Management, "organization", "organizationArn"),
		},
	}
	if p.archive != nil {
		args.FlowLogBucketARN = p.archive.BucketARNs.MapIndex(pulumi.String("flow"))
	}
	made, err := network.NewTransitGateway(p.Context, "hub", args, p.aws)
	if err != nil {
		return err
	}
	p.hub = made
	return p.publish("transitGateway", made)
}

// vpcs are the stack's virtual private clouds, attached to the hub where they say so.
func (p *platform) vpcs() error {
	outputs := pulumi.Map{}
	for _, name := range slices.Sorted(maps.Keys(p.stack.VPCs)) {
		cfg := p.stack.VPCs[name]
		vpc, err := network.NewVpc(p.Context, name, &network.VpcArgs{
			Scope:   p.scope,
			Config:  cfg,
			Protect: p.stack.Protect,
		}, p.aws)
		if err != nil {
			return err
		}
		p.vpcIDs[name] = vpc.VpcID
		if outputs[name], err = component.Outputs(vpc); err != nil {
			return err
		}
		if err := p.attach(name, vpc); err != nil {
			return err
		}
	}
	if len(outputs) > 0 {
		p.outputs["vpcs"] = outputs
	}
	return nil
}

// attach joins a VPC to its segment of the hub.
func (p *platform) attach(name string, vpc *network.Vpc) error {
	cfg := p.stack.VPCs[name]
	if cfg.Transit == nil {
		return nil
	}
	shared := p.stack.Stacks[p.stack.The(config.Shared)]
	args := &network.TransitGatewayAttachmentArgs{
		Scope: p.scope, Segment: cfg.Transit.Segment, Config: *shared.TransitGateway, Vpc: vpc, NAT: cfg.NAT != "none",
	}
	if p.hub != nil {
		args.TransitGatewayID, args.RouteTableIDs = p.hub.TransitGatewayID, p.hub.RouteTableIDs
		args.Egress = shared.TransitGateway.Egress != nil && shared.TransitGateway.Egress.VPC == name
	} else {
		args.TransitGatewayID = p.published(config.Shared, "transitGateway", "transitGatewayId")
		args.RouteTableIDs = p.publishedMap(config.Shared, "transitGateway", "routeTableIds")
		provider, err := p.helper(config.Shared, "network")
		if err != nil {
			return err
		}
		args.Hub = provider
	}
	_, err := network.NewTransitGatewayAttachment(p.Context, name+"-transit", args, p.aws)
	return err
}
