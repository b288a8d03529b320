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

// PrivateZoneArgs are what a private zone is made of.
type PrivateZoneArgs struct {
	Scope  naming.Scope
	Config config.PrivateZone
	// VpcIDs are the VPCs of the same account that ask the zone, by name; Config.VPC is one of them.
	VpcIDs map[string]pulumi.StringInput
	// Protect makes the engine refuse to delete the zone.
	Protect bool
}

// PrivateZone is a zone that VPCs ask. VPCs of other accounts are associated by their own stacks, with
// PrivateZoneAssociation.
type PrivateZone struct {
	pulumi.ResourceState

	ZoneID pulumi.StringOutput `pulumi:"zoneId"`
	Domain pulumi.StringOutput `pulumi:"domain"`

	made *component.Children
}

// NewPrivateZone makes a private zone.
func NewPrivateZone(
	ctx *pulumi.Context, name string, args *PrivateZoneArgs, opts ...pulumi.ResourceOption,
) (*PrivateZone, error) {
	if args.VpcIDs[args.Config.VPC] == nil {
		return nil, fmt.Errorf("private zone %q: VPC %q is not among its VPCs", name, args.Config.VPC)
	}
	out := &PrivateZone{}
	err := component.Register(ctx, "aws-platform:network:PrivateZone", name, out, nil, func(children *component.Children) error {
		out.made = children
		return out.build(ctx, name, args)
	}, opts...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Ready is the option of what asks the zone.
func (z *PrivateZone) Ready() pulumi.ResourceOption { return z.made.Ready() }

func (z *PrivateZone) build(ctx *pulumi.Context, name string, args *PrivateZoneArgs) error {
	const longestTag = 256
	zone, err := route53.NewZone(ctx, z.made.Name("zone"), &route53.ZoneArgs{
		Name:         pulumi.String(args.Config.Domain),
		Comment:      pulumi.String("Private zone of " + args.Scope.Environment),
		ForceDestroy: pulumi.Bool(false),
		// A VPC makes the zone private. The others are resources of their own, which this list would take away again.
		Vpcs: route53.ZoneVpcArray{route53.ZoneVpcArgs{
			VpcId: args.VpcIDs[args.Config.VPC], VpcRegion: pulumi.String(args.Scope.Region),
		}},
		Tags: pulumi.ToStringMap(args.Scope.Tags("network", args.Scope.Name(longestTag, name), nil)),
	}, z.made.Options(pulumi.Protect(args.Protect), pulumi.IgnoreChanges([]string{"vpcs"}))...)
	if err != nil {
		return err
	}
	z.ZoneID, z.Domain = zone.ZoneId, pulumi.String(args.Config.Domain).ToStringOutput()
	for _, vpc := range slices.Sorted(maps.Keys(args.VpcIDs)) {
		if vpc == args.Config.VPC {
			continue
		}
		_, err := route53.NewZoneAssociation(ctx, z.made.Name("association", vpc), &route53.ZoneAssociationArgs{
			ZoneId: zone.ZoneId, VpcId: args.VpcIDs[vpc], VpcRegion: pulumi.String(args.Scope.Region),
		}, z.made.Options()...)
		if err != nil {
			return err
		}
	}
	content := zoneContent{
		Children: z.made, ctx: ctx, name: name, scope: args.Scope, domain: args.Config.Domain, zoneID: zone.ZoneId,
	}
	_, err = content.make(args.Config.HealthChecks, args.Config.Records)
	return err
}

// PrivateZoneAssociationArgs say which VPCs ask another account's zone.
type PrivateZoneAssociationArgs struct {
	Scope  naming.Scope // the VPCs'
	ZoneID pulumi.StringInput
	// VpcIDs are the VPCs, by name.
	VpcIDs map[string]pulumi.StringInput
	// Owner is the provider of the zone's account, with the rights of DelegationStatements.
	Owner pulumi.ProviderResource
}

// PrivateZoneAssociation lets VPCs ask a zone of another account: the zone's owner allows each, the VPC's owner does it.
type PrivateZoneAssociation struct {
	pulumi.ResourceState

	made *component.Children
}

// NewPrivateZoneAssociation associates VPCs with a zone.
func NewPrivateZoneAssociation(
	ctx *pulumi.Context, name string, args *PrivateZoneAssociationArgs, opts ...pulumi.ResourceOption,
) (*PrivateZoneAssociation, error) {
	out := &PrivateZoneAssociation{}
	token := "aws-platform:network:PrivateZoneAssociation"
	err := component.Register(ctx, token, name, out, nil, func(children *component.Children) error {
		out.made = children
		for _, vpc := range slices.Sorted(maps.Keys(args.VpcIDs)) {
			if err := out.associate(ctx, args, vpc); err != nil {
				return err
			}
		}
		return nil
	}, opts...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Ready is the option of what asks the zone.
func (a *PrivateZoneAssociation) Ready() pulumi.ResourceOption { return a.made.Ready() }

// associate keeps the authorization: without it a VPC could not be associated again after drift.
func (a *PrivateZoneAssociation) associate(ctx *pulumi.Context, args *PrivateZoneAssociationArgs, vpc string) error {
	region := pulumi.String(args.Scope.Region)
	authorization, err := route53.NewVpcAssociationAuthorization(ctx, a.made.Name("authorization", vpc),
		&route53.VpcAssociationAuthorizationArgs{ZoneId: args.ZoneID, VpcId: args.VpcIDs[vpc], VpcRegion: region},
		a.made.Options(pulumi.Provider(args.Owner))...)
	if err != nil {
		return err
	}
	_, err = route53.NewZoneAssociation(ctx, a.made.Name("association", vpc), &route53.ZoneAssociationArgs{
		ZoneId: authorization.ZoneId, VpcId: authorization.VpcId, VpcRegion: region,
	}, a.made.Options(pulumi.DependsOn([]pulumi.Resource{authorization}))...)
	return err
}
