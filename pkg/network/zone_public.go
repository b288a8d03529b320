package network

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
)

// delegationTTL is for how many seconds resolvers keep the parent's records of a zone that says nothing else: short, until
// the zone has settled.
const delegationTTL = 300

// certificateIssuers may issue certificates where a zone says nothing else: AWS's own authority, and the one that
// cert-manager asks.
var certificateIssuers = []string{"amazon.com", "letsencrypt.org"}

// PublicZoneArgs are what a public zone is made of.
type PublicZoneArgs struct {
	Scope  naming.Scope
	Config config.PublicZone
	// Parent is the provider of the parent zone's account, with the rights of DelegationStatements, and ParentZoneID the
	// parent zone; nil for the organization's own zone, whose parent is at the registrar.
	Parent       pulumi.ProviderResource
	ParentZoneID pulumi.StringInput
	// Global is a provider of the scope's account in us-east-1, where Route 53 has its keys and log groups; nil where that
	// is the scope's region.
	Global pulumi.ProviderResource
	// Protect makes the engine refuse to delete the zone: made again it has other name servers.
	Protect bool
}

// PublicZone is a zone the internet asks, with all its records. A zone with a parent is delegated from there: the parent
// gets its name servers when the zone is whole, and loses them before anything of it goes.
type PublicZone struct {
	pulumi.ResourceState

	ZoneID pulumi.StringOutput `pulumi:"zoneId"`
	Domain pulumi.StringOutput `pulumi:"domain"`
	// NameServers are four; the registrar gets those of the organization's zone.
	NameServers pulumi.StringArrayOutput `pulumi:"nameServers"`
	// DSRecord is what the parent says of the zone's key, "" without DNSSEC.
	DSRecord pulumi.StringOutput `pulumi:"dsRecord"`
	// QueryLogGroup is the ARN of the log group, "" without query logs.
	QueryLogGroup pulumi.StringOutput `pulumi:"queryLogGroup"`

	made *publicZoneBuild
}

// NewPublicZone makes a public zone.
func NewPublicZone(ctx *pulumi.Context, name string, args *PublicZoneArgs, opts ...pulumi.ResourceOption) (*PublicZone, error) {
	zone := &PublicZone{}
	b := &publicZoneBuild{ctx: ctx, name: name, args: args, out: zone}
	zone.made = b
	if (args.Parent == nil) != (args.ParentZoneID == nil) {
		return nil, fmt.Errorf("zone %q: give both Parent and ParentZoneID, or neither", name)
	}
	if err := component.Register(ctx, "aws-platform:network:PublicZone", name, zone, nil, b.build, opts...); err != nil {
		return nil, err
	}
	return zone, nil
}

// Ready is the option of what needs the zone to be found: it starts when the parent knows it, and goes first.
func (z *PublicZone) Ready() pulumi.ResourceOption { return z.made.Ready() }

// publicZoneBuild is a public zone in the making.
type publicZoneBuild struct {
	*component.Children
	ctx  *pulumi.Context
	name string
	args *PublicZoneArgs
	out  *PublicZone

	zone *route53.Zone
	// content are the zone's records and what it is signed with: all there before the parent tells of it.
	content []pulumi.Resource
	signing *signing
}

func (b *publicZoneBuild) build(children *component.Children) error {
	b.Children = children
	for _, step := range []func() error{b.makeZone, b.authorizeIssuers, b.fill, b.logQueries, b.sign, b.delegate} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (b *publicZoneBuild) makeZone() error {
	zone, err := route53.NewZone(b.ctx, b.Name("zone"), &route53.ZoneArgs{
		Name:         pulumi.String(b.args.Config.Domain),
		Comment:      pulumi.String("Public zone of " + b.args.Scope.Environment),
		ForceDestroy: pulumi.Bool(false),
		Tags:         b.tags(),
	}, b.Options(pulumi.Protect(b.args.Protect))...)
	if err != nil {
		return err
	}
	b.zone = zone
	b.out.ZoneID, b.out.NameServers = zone.ZoneId, zone.NameServers
	b.out.Domain = pulumi.String(b.args.Config.Domain).ToStringOutput()
	return nil
}

// authorizeIssuers says at the zone's own name who may issue certificates; what is below it and says nothing follows.
func (b *publicZoneBuild) authorizeIssuers() error {
	issuers, contact := certificateIssuers, ""
	if caa := b.args.Config.CAA; caa != nil {
		issuers, contact = caa.Issuers, caa.Contact
	}
	var values []string
	for _, issuer := range slices.Sorted(slices.Values(issuers)) {
		values = append(values, fmt.Sprintf("0 issue %q", issuer))
	}
	if contact != "" {
		values = append(values, fmt.Sprintf("0 iodef %q", "mailto:"+contact))
	}
	record, err := route53.NewRecord(b.ctx, b.Name("caa"), &route53.RecordArgs{
		ZoneId:  b.zone.ZoneId,
		Name:    pulumi.String(b.args.Config.Domain),
		Type:    pulumi.String("CAA"),
		Ttl:     pulumi.Int(answerTTL),
		Records: pulumi.ToStringArray(values),
	}, b.Options()...)
	b.content = append(b.content, record)
	return err
}

// fill makes the records of the stack file.
func (b *publicZoneBuild) fill() error {
	content := zoneContent{
		Children: b.Children, ctx: b.ctx, name: b.name, scope: b.args.Scope, domain: b.args.Config.Domain, zoneID: b.zone.ZoneId,
	}
	records, err := content.make(b.args.Config.HealthChecks, b.args.Config.Records)
	b.content = append(b.content, records...)
	return err
}

// delegate writes the zone's name servers into its parent, never over others, and then the fingerprint of its key.
func (b *publicZoneBuild) delegate() error {
	if b.args.Parent == nil {
		return nil
	}
	servers, err := b.inParent("delegation", "NS", b.zone.NameServers, b.content)
	if err != nil || b.signing == nil || !b.args.Config.DNSSEC.Publish {
		return err
	}
	_, err = b.inParent("delegation-signer", "DS", pulumi.StringArray{b.signing.key.DsRecord}.ToStringArrayOutput(),
		[]pulumi.Resource{servers, b.signing.zone})
	return err
}

// inParent makes a record of the zone's name in the parent's account.
func (b *publicZoneBuild) inParent(
	role, kind string, values pulumi.StringArrayOutput, after []pulumi.Resource,
) (*route53.Record, error) {
	return route53.NewRecord(b.ctx, b.Name(role), &route53.RecordArgs{
		ZoneId:  b.args.ParentZoneID,
		Name:    pulumi.String(b.args.Config.Domain),
		Type:    pulumi.String(kind),
		Ttl:     pulumi.Int(orElse(b.args.Config.DelegationTTL, delegationTTL)),
		Records: values,
	}, b.Options(pulumi.Provider(b.args.Parent), pulumi.DependsOn(after))...)
}

func (b *publicZoneBuild) tags(parts ...string) pulumi.StringMap {
	const longestTag = 256
	return pulumi.ToStringMap(b.args.Scope.Tags("network", b.args.Scope.Name(longestTag, append([]string{b.name}, parts...)...), nil))
}
