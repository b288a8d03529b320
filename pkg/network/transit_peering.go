package network

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2transitgateway"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
)

// HubEnd is a hub that is joined with that of another region.
type HubEnd struct {
	// Scope is where the hub is.
	Scope naming.Scope
	// Config is the hub as its own region sees it (config.TransitGateway.In).
	Config config.TransitGateway
	Hub    *TransitGateway
	// Provider reaches the hub's region.
	Provider pulumi.ProviderResource
}

// TransitGatewayPeeringArgs are the two hubs to join. Near asks, Far accepts.
type TransitGatewayPeeringArgs struct {
	Near, Far HubEnd
}

// TransitGatewayPeering joins the hubs of two regions. Between regions routes are written, never learned: a segment's table
// has one for each block over there that the segment reaches, and the other segments' blocks stay black holes. What arrives
// meets a table of its own, which knows the VPCs that somebody over there reaches.
type TransitGatewayPeering struct {
	pulumi.ResourceState

	AttachmentID pulumi.StringOutput `pulumi:"attachmentId"`
}

// NewTransitGatewayPeering joins two hubs of one account.
func NewTransitGatewayPeering(
	ctx *pulumi.Context, name string, args *TransitGatewayPeeringArgs, opts ...pulumi.ResourceOption,
) (*TransitGatewayPeering, error) {
	out := &TransitGatewayPeering{}
	build := func(c *component.Children) error {
		accepted, err := args.join(ctx, c)
		if err != nil {
			return err
		}
		out.AttachmentID = accepted
		if err := args.Near.lead(ctx, c, args.Far.Scope.Region, accepted); err != nil {
			return err
		}
		return args.Far.lead(ctx, c, args.Near.Scope.Region, accepted)
	}
	if err := component.Register(ctx, "aws-platform:network:TransitGatewayPeering", name, out, nil, build, opts...); err != nil {
		return nil, err
	}
	return out, nil
}

// join makes the attachment and returns its id, known once the other end has accepted.
func (a *TransitGatewayPeeringArgs) join(ctx *pulumi.Context, c *component.Children) (pulumi.StringOutput, error) {
	tags := func(end HubEnd) pulumi.StringMap {
		return pulumi.ToStringMap(end.Scope.Tags("network", end.Scope.Name(maxTag, c.Name("peering")), nil))
	}
	asked, err := ec2transitgateway.NewPeeringAttachment(ctx, c.Name("attachment"), &ec2transitgateway.PeeringAttachmentArgs{
		TransitGatewayId: a.Near.Hub.TransitGatewayID, PeerTransitGatewayId: a.Far.Hub.TransitGatewayID,
		PeerRegion: pulumi.String(a.Far.Scope.Region), PeerAccountId: pulumi.String(a.Far.Scope.AccountID), Tags: tags(a.Near),
	}, c.Options(pulumi.Provider(a.Near.Provider), pulumi.DeleteBeforeReplace(true))...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	accepted, err := ec2transitgateway.NewPeeringAttachmentAccepter(ctx, c.Name("accepter"), &ec2transitgateway.PeeringAttachmentAccepterArgs{
		TransitGatewayAttachmentId: asked.ID(), Tags: tags(a.Far),
	}, c.Options(pulumi.Provider(a.Far.Provider), pulumi.DeleteBeforeReplace(true))...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	// Tables and routes take no attachment that is not available: its id comes from the accepter.
	return accepted.TransitGatewayAttachmentId, nil
}

// lead joins the attachment to a hub's tables: what arrives by it to the table of the other region, and what goes there from
// each segment that reaches something there.
func (e HubEnd) lead(ctx *pulumi.Context, c *component.Children, other string, attachment pulumi.StringOutput) error {
	here := e.Scope.Region
	options := c.Options(pulumi.Provider(e.Provider), pulumi.DeleteBeforeReplace(true))
	_, err := ec2transitgateway.NewRouteTableAssociation(ctx, c.Name("association", here), &ec2transitgateway.RouteTableAssociationArgs{
		TransitGatewayAttachmentId: attachment, TransitGatewayRouteTableId: e.Hub.RouteTableIDs.MapIndex(pulumi.String(RegionTable(other))),
	}, options...)
	if err != nil {
		return err
	}
	for _, segment := range slices.Sorted(maps.Keys(e.Config.Segments)) {
		blocks := Abroad(e.Config, segment, other)
		for _, target := range slices.Sorted(maps.Keys(blocks)) {
			_, err := ec2transitgateway.NewRoute(ctx, c.Name("route", here, segment, target), &ec2transitgateway.RouteArgs{
				TransitGatewayRouteTableId: e.Hub.RouteTableIDs.MapIndex(pulumi.String(segment)),
				DestinationCidrBlock:       pulumi.String(blocks[target]),
				TransitGatewayAttachmentId: attachment.ToStringPtrOutput(),
			}, options...)
			if err != nil {
				return err
			}
		}
	}
	return nil
}
