package network

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ram"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
)

const (
	dnsPort = 53
	// endpointName is the longest name Resolver takes.
	endpointName = 64
)

// ResolverArgs are what a resolver is made of.
type ResolverArgs struct {
	Scope  naming.Scope
	Config config.Resolver
	// Vpc holds the endpoints, in its private subnets.
	Vpc *Vpc
	// Principals are whom rules and query logs are shared with, by a name of their own: ARNs of the organization or of units
	// of it, or account ids.
	Principals map[string]pulumi.StringInput
	// Protect makes the engine refuse to delete the log group and its key.
	Protect bool
}

// Resolver exchanges questions with networks outside AWS: an inbound endpoint that they ask, an outbound one that rules
// forward by, and the rules and query logs that VPCs of all accounts follow once a ResolverAssociation joins them.
type Resolver struct {
	pulumi.ResourceState

	// RuleIDs are by rule.
	RuleIDs pulumi.StringMapOutput `pulumi:"ruleIds"`
	// InboundEndpointID is the endpoint that networks outside ask; "" when none does.
	InboundEndpointID pulumi.StringOutput `pulumi:"inboundEndpointId"`
	// QueryLogConfigID is "" without query logs, FirewallRuleGroupID without a firewall.
	QueryLogConfigID    pulumi.StringOutput `pulumi:"queryLogConfigId"`
	FirewallRuleGroupID pulumi.StringOutput `pulumi:"firewallRuleGroupId"`
	// ShareARN is the resource share's; "" when nothing is shared.
	ShareARN pulumi.StringOutput `pulumi:"shareArn"`

	made *resolverBuild
}

// NewResolver makes a resolver.
func NewResolver(ctx *pulumi.Context, name string, args *ResolverArgs, opts ...pulumi.ResourceOption) (*Resolver, error) {
	out := &Resolver{}
	b := &resolverBuild{ctx: ctx, name: name, args: args, out: out, shared: map[string]pulumi.StringInput{}}
	out.made = b
	if err := component.Register(ctx, "aws-platform:network:Resolver", name, out, nil, b.build, opts...); err != nil {
		return nil, err
	}
	return out, nil
}

// Ready is the option of what needs the rules to be shared.
func (r *Resolver) Ready() pulumi.ResourceOption { return r.made.Ready() }

// resolverBuild is a resolver in the making.
type resolverBuild struct {
	*component.Children
	ctx  *pulumi.Context
	name string
	args *ResolverArgs
	out  *Resolver

	outbound *route53.ResolverEndpoint
	shared   map[string]pulumi.StringInput // ARNs of what other accounts use, by a key
}

func (b *resolverBuild) build(children *component.Children) error {
	b.Children = children
	for _, step := range []func() error{b.makeInbound, b.makeOutbound, b.makeRules, b.logQuestions, b.makeFirewall, b.share} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// makeInbound lets the networks of the stack file ask, and nobody else.
func (b *resolverBuild) makeInbound() error {
	b.out.InboundEndpointID = pulumi.String("").ToStringOutput()
	if len(b.args.Config.Inbound) == 0 {
		return nil
	}
	group, err := b.makeGroup("inbound", "Inbound resolver endpoint: DNS from networks outside")
	if err != nil {
		return err
	}
	for _, client := range slices.Sorted(maps.Keys(b.args.Config.Inbound)) {
		err := eachProtocol(func(protocol string) error {
			_, err := vpc.NewSecurityGroupIngressRule(b.ctx, b.Name("inbound-"+protocol, client), &vpc.SecurityGroupIngressRuleArgs{
				SecurityGroupId: group.ID(), CidrIpv4: pulumi.String(b.args.Config.Inbound[client].CIDR),
				IpProtocol: pulumi.String(protocol), FromPort: pulumi.Int(dnsPort), ToPort: pulumi.Int(dnsPort),
				Description: pulumi.String("DNS by " + protocol + " from " + client), Tags: b.tags("inbound", client),
			}, b.Options()...)
			return err
		})
		if err != nil {
			return err
		}
	}
	endpoint, err := b.makeEndpoint("inbound", "INBOUND", group)
	if err != nil {
		return err
	}
	b.out.InboundEndpointID = endpoint.ID().ToStringOutput()
	return nil
}

// makeOutbound lets rules forward to their name servers, and nowhere else.
func (b *resolverBuild) makeOutbound() error {
	targets := map[string]bool{}
	for _, rule := range b.args.Config.Rules {
		for _, target := range rule.Targets {
			targets[target] = true
		}
	}
	if len(targets) == 0 {
		return nil
	}
	group, err := b.makeGroup("outbound", "Outbound resolver endpoint: DNS to the name servers of rules")
	if err != nil {
		return err
	}
	for _, target := range slices.Sorted(maps.Keys(targets)) {
		err := eachProtocol(func(protocol string) error {
			_, err := vpc.NewSecurityGroupEgressRule(b.ctx, b.Name("outbound-"+protocol, target), &vpc.SecurityGroupEgressRuleArgs{
				SecurityGroupId: group.ID(), CidrIpv4: pulumi.String(target + "/32"),
				IpProtocol: pulumi.String(protocol), FromPort: pulumi.Int(dnsPort), ToPort: pulumi.Int(dnsPort),
				Description: pulumi.String("DNS by " + protocol + " to " + target), Tags: b.tags("outbound", target),
			}, b.Options()...)
			return err
		})
		if err != nil {
			return err
		}
	}
	b.outbound, err = b.makeEndpoint("outbound", "OUTBOUND", group)
	return err
}

// eachProtocol does something for both of DNS's: long answers go by TCP.
func eachProtocol(do func(protocol string) error) error {
	for _, protocol := range []string{"tcp", "udp"} {
		if err := do(protocol); err != nil {
			return err
		}
	}
	return nil
}

func (b *resolverBuild) makeGroup(role, description string) (*ec2.SecurityGroup, error) {
	return ec2.NewSecurityGroup(b.ctx, b.Name(role+"-group"), &ec2.SecurityGroupArgs{
		VpcId:       b.args.Vpc.VpcID,
		Description: pulumi.String(description),
		Tags:        b.tags(role),
	}, b.Options()...)
}

// makeEndpoint puts an address into the private subnet of every zone.
func (b *resolverBuild) makeEndpoint(role, direction string, group *ec2.SecurityGroup) (*route53.ResolverEndpoint, error) {
	addresses := route53.ResolverEndpointIpAddressArray{}
	subnets := b.args.Vpc.Subnets(Private)
	for _, zone := range slices.Sorted(maps.Keys(subnets)) {
		addresses = append(addresses, route53.ResolverEndpointIpAddressArgs{SubnetId: subnets[zone]})
	}
	return route53.NewResolverEndpoint(b.ctx, b.Name(role), &route53.ResolverEndpointArgs{
		Name:             pulumi.String(b.args.Scope.Name(endpointName, b.name, role)),
		Direction:        pulumi.String(direction),
		IpAddresses:      addresses,
		SecurityGroupIds: pulumi.StringArray{group.ID().ToStringOutput()},
		Protocols:        pulumi.ToStringArray([]string{"Do53"}),
		Tags:             b.tags(role),
	}, b.Options()...)
}

// makeRules makes a rule for each domain: forwarded, or answered by Route 53 within a domain that is forwarded.
func (b *resolverBuild) makeRules() error {
	ids := pulumi.StringMap{}
	for _, name := range slices.Sorted(maps.Keys(b.args.Config.Rules)) {
		rule := b.args.Config.Rules[name]
		args := &route53.ResolverRuleArgs{
			Name:       pulumi.String(b.args.Scope.Name(endpointName, b.name, name)),
			DomainName: pulumi.String(rule.Domain),
			RuleType:   pulumi.String("SYSTEM"),
			Tags:       b.tags(name),
		}
		if len(rule.Targets) > 0 {
			targets := route53.ResolverRuleTargetIpArray{}
			for _, target := range slices.Sorted(slices.Values(rule.Targets)) {
				targets = append(targets, route53.ResolverRuleTargetIpArgs{Ip: pulumi.String(target), Port: pulumi.Int(dnsPort)})
			}
			args.RuleType, args.TargetIps = pulumi.String("FORWARD"), targets
			args.ResolverEndpointId = b.outbound.ID().ToStringOutput().ToStringPtrOutput()
		}
		made, err := route53.NewResolverRule(b.ctx, b.Name("rule", name), args, b.Options()...)
		if err != nil {
			return err
		}
		ids[name] = made.ID().ToStringOutput()
		b.shared["rule-"+name] = made.Arn
	}
	b.out.RuleIDs = ids.ToStringMapOutput()
	return nil
}

// logQuestions records what VPCs ask.
func (b *resolverBuild) logQuestions() error {
	cfg := b.args.Config.QueryLogs
	if cfg == nil {
		b.out.QueryLogConfigID = pulumi.String("").ToStringOutput()
		return nil
	}
	records := recorder{
		Children: b.Children, ctx: b.ctx, scope: b.args.Scope, subject: "resolver " + b.name, protect: b.args.Protect, tags: b.tags,
	}
	const longestGroup = 100
	group, err := records.makeGroup("query-log", "/aws/route53resolver/"+b.args.Scope.Name(longestGroup, b.name), cfg.RetentionDays)
	if err != nil {
		return err
	}
	made, err := route53.NewResolverQueryLogConfig(b.ctx, b.Name("query-log"), &route53.ResolverQueryLogConfigArgs{
		Name:           pulumi.String(b.args.Scope.Name(endpointName, b.name)),
		DestinationArn: group.Arn,
		Tags:           b.tags("query-log"),
	}, b.Options()...)
	if err != nil {
		return err
	}
	b.out.QueryLogConfigID = made.ID().ToStringOutput()
	b.shared["query-log"] = made.Arn
	return nil
}

// share shows rules, query logs and the firewall to other accounts. Nothing is shared without them.
func (b *resolverBuild) share() error {
	b.out.ShareARN = pulumi.String("").ToStringOutput()
	if len(b.args.Principals) == 0 || len(b.shared) == 0 {
		return nil
	}
	const longestShare = 255
	share, err := ram.NewResourceShare(b.ctx, b.Name("share"), &ram.ResourceShareArgs{
		Name:                    pulumi.String(b.args.Scope.Name(longestShare, b.name)),
		AllowExternalPrincipals: pulumi.Bool(false),
		Tags:                    b.tags(),
	}, b.Options()...)
	if err != nil {
		return err
	}
	b.out.ShareARN = share.Arn
	for _, key := range slices.Sorted(maps.Keys(b.shared)) {
		_, err := ram.NewResourceAssociation(b.ctx, b.Name("share", key), &ram.ResourceAssociationArgs{
			ResourceShareArn: share.Arn, ResourceArn: b.shared[key],
		}, b.Options()...)
		if err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.args.Principals)) {
		_, err := ram.NewPrincipalAssociation(b.ctx, b.Name("share-with", name), &ram.PrincipalAssociationArgs{
			ResourceShareArn: share.Arn, Principal: b.args.Principals[name],
		}, b.Options()...)
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *resolverBuild) tags(parts ...string) pulumi.StringMap {
	const longestTag = 256
	return pulumi.ToStringMap(b.args.Scope.Tags("network", b.args.Scope.Name(longestTag, append([]string{b.name}, parts...)...), nil))
}
