package network

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
)

// SharedEndpointsArgs are what shared endpoints are made of.
type SharedEndpointsArgs struct {
	Scope naming.Scope
	// Vpc holds the endpoints: those of its config's SharedEndpoints.
	Vpc *Vpc
	// Clients are the blocks that may use them besides the VPC's own, by name: the segments that reach it.
	Clients map[string]string
	// Protect makes the engine refuse to delete the zones, which VPCs of other accounts ask.
	Protect bool
}

// SharedEndpoints are the names of interface endpoints that other VPCs use too: for each service a private zone called as
// the service is, which the VPC asks and which others are associated with by their own stacks, with PrivateZoneAssociation.
// The endpoints themselves are the Vpc's, without private DNS, which would serve their own VPC only.
type SharedEndpoints struct {
	pulumi.ResourceState

	// ZoneIDs are by service: "ecr.api".
	ZoneIDs pulumi.StringMapOutput `pulumi:"zoneIds"`
	// Domains are the names the zones answer for, by service.
	Domains pulumi.StringMapOutput `pulumi:"domains"`

	made *component.Children
	ids  map[string]pulumi.StringOutput
}

// NewSharedEndpoints makes the zones of a VPC's shared endpoints and lets clients in.
func NewSharedEndpoints(
	ctx *pulumi.Context, name string, args *SharedEndpointsArgs, opts ...pulumi.ResourceOption,
) (*SharedEndpoints, error) {
	out := &SharedEndpoints{ids: map[string]pulumi.StringOutput{}}
	token := "aws-platform:network:SharedEndpoints"
	err := component.Register(ctx, token, name, out, nil, func(children *component.Children) error {
		out.made = children
		return out.build(ctx, name, args)
	}, opts...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Ready is the option of what uses the endpoints by name.
func (s *SharedEndpoints) Ready() pulumi.ResourceOption { return s.made.Ready() }

// ZoneID is the id of a service's zone; the service is one of the VPC's SharedEndpoints.
func (s *SharedEndpoints) ZoneID(service string) (pulumi.StringInput, error) {
	id, shared := s.ids[service]
	if !shared {
		return nil, fmt.Errorf("service %s has no shared endpoint", service)
	}
	return id, nil
}

func (s *SharedEndpoints) build(ctx *pulumi.Context, name string, args *SharedEndpointsArgs) error {
	for _, client := range slices.Sorted(maps.Keys(args.Clients)) {
		_, err := vpc.NewSecurityGroupIngressRule(ctx, s.made.Name("https", client), &vpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId: args.Vpc.EndpointSecurityGroupID,
			CidrIpv4:        pulumi.String(args.Clients[client]),
			IpProtocol:      pulumi.String("tcp"),
			FromPort:        pulumi.Int(httpsPort),
			ToPort:          pulumi.Int(httpsPort),
			Description:     pulumi.String("HTTPS from segment " + client),
			Tags:            s.tags(args.Scope, name, client),
		}, s.made.Options()...)
		if err != nil {
			return err
		}
	}
	ids, domains := pulumi.StringMap{}, pulumi.StringMap{}
	for _, service := range slices.Sorted(slices.Values(args.Vpc.made.args.Config.SharedEndpoints)) {
		domain, below := config.EndpointDomain(service, args.Scope.Region)
		if domain == "" {
			return fmt.Errorf("service %s cannot be shared: its name is not known", service)
		}
		zone, err := s.zone(ctx, name, args, service, domain, below)
		if err != nil {
			return err
		}
		s.ids[service] = zone.ZoneId
		ids[service], domains[service] = zone.ZoneId, pulumi.String(domain)
	}
	s.ZoneIDs, s.Domains = ids.ToStringMapOutput(), domains.ToStringMapOutput()
	return nil
}

// zone answers for a service with its endpoint's addresses.
func (s *SharedEndpoints) zone(
	ctx *pulumi.Context, name string, args *SharedEndpointsArgs, service, domain string, below bool,
) (*route53.Zone, error) {
	endpoint := args.Vpc.made.endpoints[service]
	zone, err := route53.NewZone(ctx, s.made.Name("zone", service), &route53.ZoneArgs{
		Name:         pulumi.String(domain),
		Comment:      pulumi.String("Shared interface endpoint of " + service),
		ForceDestroy: pulumi.Bool(false),
		// Other VPCs are resources of their own, which this list would take away again.
		Vpcs: route53.ZoneVpcArray{route53.ZoneVpcArgs{VpcId: args.Vpc.VpcID, VpcRegion: pulumi.String(args.Scope.Region)}},
		Tags: s.tags(args.Scope, name, service),
		// While an endpoint answers to its own name in the VPC no zone may.
	}, s.made.Options(
		pulumi.Protect(args.Protect), pulumi.IgnoreChanges([]string{"vpcs"}), pulumi.DependsOn([]pulumi.Resource{endpoint}))...)
	if err != nil {
		return nil, err
	}
	names := map[string]string{"record": domain}
	if below {
		names["record-below"] = "*." + domain
	}
	for _, role := range slices.Sorted(maps.Keys(names)) {
		// The first name of an endpoint is the one that stands for all its zones.
		entry := endpoint.DnsEntries.Index(pulumi.Int(0))
		_, err := route53.NewRecord(ctx, s.made.Name(role, service), &route53.RecordArgs{
			ZoneId: zone.ZoneId, Name: pulumi.String(names[role]), Type: pulumi.String("A"),
			Aliases: route53.RecordAliasArray{route53.RecordAliasArgs{
				Name: entry.DnsName().Elem(), ZoneId: entry.HostedZoneId().Elem(), EvaluateTargetHealth: pulumi.Bool(false),
			}},
		}, s.made.Options()...)
		if err != nil {
			return nil, err
		}
	}
	return zone, nil
}

func (s *SharedEndpoints) tags(scope naming.Scope, parts ...string) pulumi.StringMap {
	const longestTag = 256
	return pulumi.ToStringMap(scope.Tags("network", scope.Name(longestTag, parts...), nil))
}
