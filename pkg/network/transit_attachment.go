package network

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2transitgateway"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
)

// TransitGatewayAttachmentArgs are what attaches a VPC to a hub.
type TransitGatewayAttachmentArgs struct {
	Scope naming.Scope
	// Segment is the segment the VPC belongs to.
	Segment string
	// Config is the hub's, read from its own stack file: it decides what is reached.
	Config config.TransitGateway
	Vpc    *Vpc
	// NAT says that the VPC's private subnets have a way out of its own; else they take the hub's where there is one.
	NAT bool
	// TransitGatewayID and RouteTableIDs, by table, are the hub's outputs.
	TransitGatewayID pulumi.StringInput
	RouteTableIDs    pulumi.StringMapInput
	// Egress makes the VPC the way out of the segments that leave through the hub.
	Egress bool
	// Hub is the provider of the hub's account, with the rights of AttachmentStatements; nil when the VPC is in it.
	Hub pulumi.ProviderResource
}

// TransitGatewayAttachment joins a VPC to a segment of the hub: the attachment, its acceptance, its association with the
// segment's table, its propagation to whoever reaches the segment, and the VPC's routes to what the segment reaches.
type TransitGatewayAttachment struct {
	pulumi.ResourceState

	AttachmentID pulumi.StringOutput `pulumi:"attachmentId"`

	made *attachmentBuild
}

// NewTransitGatewayAttachment attaches a VPC.
func NewTransitGatewayAttachment(
	ctx *pulumi.Context, name string, args *TransitGatewayAttachmentArgs, opts ...pulumi.ResourceOption,
) (*TransitGatewayAttachment, error) {
	attachment := &TransitGatewayAttachment{}
	b := &attachmentBuild{ctx: ctx, name: name, args: args, out: attachment}
	attachment.made = b
	err := component.Register(ctx, "aws-platform:network:TransitGatewayAttachment", name, attachment, nil, b.build, opts...)
	if err != nil {
		return nil, err
	}
	return attachment, nil
}

// Ready is the option of what needs the other segments: it starts when every route is there, and goes before any does.
func (a *TransitGatewayAttachment) Ready() pulumi.ResourceOption { return a.made.Ready() }

// attachmentBuild is an attachment in the making.
type attachmentBuild struct {
	*component.Children
	ctx  *pulumi.Context
	name string
	args *TransitGatewayAttachmentArgs
	out  *TransitGatewayAttachment

	attachment *ec2transitgateway.VpcAttachment
	accepted   pulumi.StringOutput // the attachment's id, known once it is available
	// joined are what the hub's side is made of; routes wait for all of it.
	joined []pulumi.Resource
}

func (b *attachmentBuild) build(children *component.Children) error {
	b.Children = children
	for _, step := range []func() error{b.attach, b.accept, b.associate, b.propagate, b.leadOut, b.route} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// attach puts an interface of the gateway into every zone: a subnet in a zone without one cannot reach it.
func (b *attachmentBuild) attach() error {
	args := &ec2transitgateway.VpcAttachmentArgs{
		TransitGatewayId:                b.args.TransitGatewayID,
		VpcId:                           b.args.Vpc.VpcID,
		SubnetIds:                       b.args.Vpc.SubnetList(Transit),
		ApplianceModeSupport:            pulumi.String("disable"),
		DnsSupport:                      pulumi.String("enable"),
		Ipv6Support:                     pulumi.String("disable"),
		SecurityGroupReferencingSupport: pulumi.String("enable"),
		Tags:                            b.tags(),
	}
	if b.args.Hub == nil {
		// Of another account's gateway only its owner may say this, when accepting.
		args.TransitGatewayDefaultRouteTableAssociation = pulumi.Bool(false)
		args.TransitGatewayDefaultRouteTablePropagation = pulumi.Bool(false)
	}
	attachment, err := ec2transitgateway.NewVpcAttachment(b.ctx, b.Name("attachment"), args, b.Options(
		// A VPC has one attachment to a gateway.
		pulumi.DeleteBeforeReplace(true),
		pulumi.IgnoreChanges(foreignDefaults(b.args.Hub != nil)))...)
	if err != nil {
		return err
	}
	b.attachment = attachment
	b.accepted = attachment.ID().ToStringOutput()
	b.joined = append(b.joined, attachment)
	b.out.AttachmentID = b.accepted
	return nil
}

// foreignDefaults are what the provider reports wrongly of an attachment to another account's gateway.
// https://github.com/hashicorp/terraform-provider-aws/issues/8383
func foreignDefaults(foreign bool) []string {
	if !foreign {
		return nil
	}
	return []string{"transitGatewayDefaultRouteTableAssociation", "transitGatewayDefaultRouteTablePropagation"}
}

// accept accepts in the hub's account. The tags are that account's own view of the attachment: its Environment is what
// the rights of AttachmentStatements go by.
func (b *attachmentBuild) accept() error {
	if b.args.Hub == nil {
		return nil
	}
	accepter, err := ec2transitgateway.NewVpcAttachmentAccepter(b.ctx, b.Name("accepter"),
		&ec2transitgateway.VpcAttachmentAccepterArgs{
			TransitGatewayAttachmentId:                 b.attachment.ID(),
			TransitGatewayDefaultRouteTableAssociation: pulumi.Bool(false),
			TransitGatewayDefaultRouteTablePropagation: pulumi.Bool(false),
			Tags: b.tags(),
			// The provider deletes the attachment along with its accepter. Its own account deletes it, so the hub's role needs no
			// right to delete attachments.
		}, b.inHub(pulumi.RetainOnDelete(true))...)
	if err != nil {
		return err
	}
	b.accepted = accepter.TransitGatewayAttachmentId
	b.joined = append(b.joined, accepter)
	return nil
}

// inHub are the options of what is made in the hub's account.
func (b *attachmentBuild) inHub(opts ...pulumi.ResourceOption) []pulumi.ResourceOption {
	if b.args.Hub != nil {
		opts = append(opts, pulumi.Provider(b.args.Hub))
	}
	return b.Options(opts...)
}

// table is the id of one of the hub's tables.
func (b *attachmentBuild) table(name string) pulumi.StringOutput {
	return b.args.RouteTableIDs.ToStringMapOutput().MapIndex(pulumi.String(name))
}

// associate lets the segment's table decide where the VPC's traffic goes. An attachment has one table, so another one
// comes only after this is gone.
func (b *attachmentBuild) associate() error {
	association, err := ec2transitgateway.NewRouteTableAssociation(b.ctx, b.Name("association"),
		&ec2transitgateway.RouteTableAssociationArgs{
			TransitGatewayAttachmentId: b.accepted,
			TransitGatewayRouteTableId: b.table(b.args.Segment),
		}, b.inHub(pulumi.DeleteBeforeReplace(true))...)
	if err != nil {
		return err
	}
	b.joined = append(b.joined, association)
	return nil
}

// propagate tells the VPC's blocks to the tables of those who reach its segment.
func (b *attachmentBuild) propagate() error {
	for _, name := range PropagatesInto(b.args.Config, b.args.Segment) {
		propagation, err := ec2transitgateway.NewRouteTablePropagation(b.ctx, b.Name("propagation", name),
			&ec2transitgateway.RouteTablePropagationArgs{
				TransitGatewayAttachmentId: b.accepted,
				TransitGatewayRouteTableId: b.table(name),
			}, b.inHub()...)
		if err != nil {
			return err
		}
		b.joined = append(b.joined, propagation)
	}
	return nil
}

// leadOut leads the segments that have no way out of their own to this VPC's; past the firewall where there is one.
func (b *attachmentBuild) leadOut() error {
	if !b.args.Egress || b.args.Config.Egress == nil {
		return nil
	}
	segments := slices.Sorted(slices.Values(b.args.Config.Egress.Segments))
	if b.args.Config.Inspection != nil {
		segments = []string{inspection}
	}
	for _, segment := range segments {
		_, err := ec2transitgateway.NewRoute(b.ctx, b.Name("egress", segment), &ec2transitgateway.RouteArgs{
			TransitGatewayRouteTableId: b.table(segment),
			DestinationCidrBlock:       pulumi.String(anywhere),
			TransitGatewayAttachmentId: b.accepted,
		}, b.inHub(pulumi.DeleteBeforeReplace(true), pulumi.DependsOn(b.joined))...)
		if err != nil {
			return err
		}
	}
	return nil
}

// route sends what is ours from every tier to the gateway, which drops what the segment does not reach. The routes wait for the hub's side and go before
// it: AWS takes no route to an attachment that is not available, and turns one that outlives it into a black hole.
func (b *attachmentBuild) route() error {
	blocks := Destinations(b.args.Config)
	tables := b.args.Vpc.RouteTables(Public, Private, Data)
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		for _, destination := range slices.Sorted(maps.Keys(blocks)) {
			if err := b.routeTo(name, tables[name], destination, blocks[destination]); err != nil {
				return err
			}
		}
	}
	if b.args.NAT || b.args.Egress || !LeavesThroughHub(b.args.Config, b.args.Segment) {
		return nil
	}
	// Data subnets have no way out, whatever there is.
	private := b.args.Vpc.RouteTables(Private)
	for _, name := range slices.Sorted(maps.Keys(private)) {
		if err := b.routeTo(name, private[name], egress, anywhere); err != nil {
			return err
		}
	}
	return nil
}

func (b *attachmentBuild) routeTo(table string, id pulumi.StringOutput, destination, block string) error {
	_, err := ec2.NewRoute(b.ctx, b.Name("route", table, destination), &ec2.RouteArgs{
		RouteTableId:         id,
		DestinationCidrBlock: pulumi.String(block),
		TransitGatewayId:     b.args.TransitGatewayID.ToStringOutput().ToStringPtrOutput(),
	}, b.Options(pulumi.DependsOn(b.joined))...)
	return err
}

func (b *attachmentBuild) tags() pulumi.StringMap {
	const longestTag = 256
	return pulumi.ToStringMap(b.args.Scope.Tags("network", b.args.Scope.Name(longestTag, b.name), nil))
}
