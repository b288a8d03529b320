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
		args.FlowLogBucketARN = p.flowArchive()
	}
	made, err := network.NewTransitGateway(p.Context, "hub", args, p.aws)
	if err != nil {
		return err
	}
	p.hub, p.hubs[p.scope.Region] = made, made
	if err := p.publish("transitGateway", made); err != nil {
		return err
	}
	return p.hubsAbroad(*args)
}

// hubsAbroad are the hubs of other regions, each joined with this one and with each other.
func (p *platform) hubsAbroad(home network.TransitGatewayArgs) error {
	outputs := pulumi.Map{}
	ends := []network.HubEnd{{Scope: p.scope, Config: home.Config, Hub: p.hub, Provider: p.own}}
	for _, region := range slices.Sorted(maps.Keys(home.Config.Regions)) {
		scope := p.scope
		scope.Region = region
		provider, err := p.provider("aws-"+region, scope, p.stack.Account.Role)
		if err != nil {
			return err
		}
		args := home
		args.Scope, args.Config = scope, home.Config.In(region, p.scope.Region)
		args.FlowLogBucketARN = nil
		made, err := network.NewTransitGateway(p.Context, "hub-"+region, &args, pulumi.Provider(provider))
		if err != nil {
			return err
		}
		p.hubs[region] = made
		if outputs[region], err = component.Outputs(made); err != nil {
			return err
		}
		end := network.HubEnd{Scope: scope, Config: args.Config, Hub: made, Provider: provider}
		for _, other := range ends {
			name := "hubs-" + other.Scope.Region + "-" + region
			if _, err := network.NewTransitGatewayPeering(p.Context, name, &network.TransitGatewayPeeringArgs{Near: end, Far: other}, p.aws); err != nil {
				return err
			}
		}
		ends = append(ends, end)
	}
	if len(outputs) > 0 {
		p.outputs["transitGateways"] = outputs
	}
	return nil
}

// vpcs are the stack's virtual private clouds, attached to the hub where they say so.
func (p *platform) vpcs() error {
	outputs := pulumi.Map{}
	for _, name := range slices.Sorted(maps.Keys(p.stack.VPCs)) {
		args := &network.VpcArgs{
			Scope:          p.scope,
			Config:         p.stack.VPCs[name],
			Protect:        p.stack.Protect,
			TransitPerZone: p.leadsOut(name) || p.inspects(name),
			OrganizationID: p.perimeter(),
		}
		if logs := args.Config.FlowLogs; logs != nil && logs.Destination == "archive" {
			args.ArchiveARN = p.flowArchive()
		}
		vpc, err := network.NewVpc(p.Context, name, args, p.aws)
		if err != nil {
			return err
		}
		p.vpcMade[name], p.vpcIDs[name] = vpc, vpc.VpcID
		published, err := component.Outputs(vpc)
		if err != nil {
			return err
		}
		outputs[name] = published
		if err := p.securityGroups(name, vpc, published); err != nil {
			return err
		}
		join := p.attach
		if p.inspects(name) {
			join = p.inspect
		}
		if err := join(name, vpc); err != nil {
			return err
		}
	}
	if len(outputs) > 0 {
		p.outputs["vpcs"] = outputs
	}
	return nil
}

// flowArchive is the ARN of the bucket that archives flow logs.
func (p *platform) flowArchive() pulumi.StringOutput {
	if p.archive != nil {
		return p.archive.BucketARNs.MapIndex(pulumi.String("flow"))
	}
	return p.published(config.Shared, "logArchive", "bucketArns", "flow")
}

// attach joins a VPC to its segment of the hub.
func (p *platform) attach(name string, vpc *network.Vpc) error {
	cfg := p.stack.VPCs[name]
	if cfg.Transit == nil {
		return nil
	}
	shared := p.stack.Stacks[p.stack.The(config.Shared)]
	args := &network.TransitGatewayAttachmentArgs{
		Scope: p.scope, Segment: cfg.Transit.Segment, Config: shared.TransitGateway.In(p.scope.Region, shared.Account.Region), Vpc: vpc,
		NAT: cfg.NAT != "none",
	}
	if p.hub != nil {
		args.TransitGatewayID, args.RouteTableIDs = p.hub.TransitGatewayID, p.hub.RouteTableIDs
		args.Egress = p.leadsOut(name)
	} else {
		hub := []string{"transitGateway"}
		if p.scope.Region != shared.Account.Region {
			hub = []string{"transitGateways", p.scope.Region}
		}
		args.TransitGatewayID = p.published(config.Shared, append(slices.Clone(hub), "transitGatewayId")...)
		args.RouteTableIDs = p.publishedMap(config.Shared, append(slices.Clone(hub), "routeTableIds")...)
		provider, err := p.helper(config.Shared, networkJob)
		if err != nil {
			return err
		}
		args.Hub = provider
	}
	made, err := network.NewTransitGatewayAttachment(p.Context, name+"-transit", args, p.aws)
	if err != nil {
		return err
	}
	p.attached[name] = made.Ready()
	return nil
}

// leadsOut tells whether a VPC is the way out that segments share.
func (p *platform) leadsOut(vpc string) bool {
	hub := p.stack.TransitGateway
	return hub != nil && hub.Egress != nil && hub.Egress.VPC == vpc
}

// inspects tells whether a VPC holds the firewall between segments.
func (p *platform) inspects(vpc string) bool {
	hub := p.stack.TransitGateway
	return hub != nil && hub.Inspection != nil && hub.Inspection.VPC == vpc
}

// inspect puts the firewall between segments into a VPC.
func (p *platform) inspect(name string, vpc *network.Vpc) error {
	made, err := network.NewTransitInspection(p.Context, name+"-inspection", &network.TransitInspectionArgs{
		Scope: p.scope, Config: *p.stack.TransitGateway, Vpc: vpc, TransitGatewayID: p.hub.TransitGatewayID,
		RouteTableIDs: p.hub.RouteTableIDs, Protect: p.stack.Protect,
	}, p.aws)
	if err != nil {
		return err
	}
	return p.publish("inspection", made)
}
