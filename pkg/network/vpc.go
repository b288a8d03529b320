package network

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
)

// VpcArgs are what a VPC is made of.
type VpcArgs struct {
	Scope  naming.Scope
	Config config.VPC
	// TransitPerZone gives transit subnets a table per zone. What enters by the transit gateway then leaves by the zone's NAT
	// gateway where there is one.
	TransitPerZone bool
	// ArchiveARN is the log archive's bucket for flow logs. Needed when Config.FlowLogs goes to the archive.
	ArchiveARN pulumi.StringInput
	// OrganizationID is the organization whose identities and resources pass the endpoints; nil where there is none, then
	// they are the account's.
	OrganizationID pulumi.StringInput
	// Protect makes the engine refuse to delete the VPC, its subnets, its public addresses and its records.
	Protect bool
}

// Vpc is a virtual private cloud with everything that belongs to it: subnets by tier and zone, their route tables, the
// ways out, endpoints and flow logs. It does not connect to other VPCs. What needs a way out as it starts takes the
// option Ready.
type Vpc struct {
	pulumi.ResourceState

	VpcID pulumi.StringOutput `pulumi:"vpcId"`
	// CidrBlock is the primary IPv4 block.
	CidrBlock pulumi.StringOutput `pulumi:"cidrBlock"`
	// SubnetIDs and SubnetCidrs are by tier, then by zone letter.
	SubnetIDs   pulumi.StringMapMapOutput `pulumi:"subnetIds"`
	SubnetCidrs pulumi.StringMapMapOutput `pulumi:"subnetCidrs"`
	// RouteTableIDs are by table: "public", "private-a", "data", "transit".
	RouteTableIDs pulumi.StringMapOutput `pulumi:"routeTableIds"`
	// NatPublicIPs are the addresses private subnets are seen with, by the zone of the gateway.
	NatPublicIPs pulumi.StringMapOutput `pulumi:"natPublicIps"`
	// EndpointSecurityGroupID is the security group of the interface endpoints; "" when there are none.
	EndpointSecurityGroupID pulumi.StringOutput `pulumi:"endpointSecurityGroupId"`
	// PathsFound says of each path that was analyzed whether there is a way, by the path's name.
	PathsFound pulumi.BoolMapOutput `pulumi:"pathsFound"`
	// FlowLogDestination is the ARN of the log group or bucket; "" without flow logs.
	FlowLogDestination pulumi.StringOutput `pulumi:"flowLogDestination"`

	made *vpcBuild
}

// NewVpc makes a VPC.
func NewVpc(ctx *pulumi.Context, name string, args *VpcArgs, opts ...pulumi.ResourceOption) (*Vpc, error) {
	plan, err := planVpc(args.Config)
	if err != nil {
		return nil, fmt.Errorf("VPC %q: %w", name, err)
	}
	if args.TransitPerZone {
		plan.splitTransit()
	}
	vpc := &Vpc{}
	b := &vpcBuild{ctx: ctx, name: name, args: args, plan: plan, out: vpc}
	vpc.made = b
	err = component.Register(ctx, "aws-platform:network:Vpc", name, vpc, nil, b.build, opts...)
	if err != nil {
		return nil, err
	}
	return vpc, nil
}

// vpcBuild is a VPC in the making.
type vpcBuild struct {
	*component.Children
	ctx  *pulumi.Context
	name string
	args *VpcArgs
	plan vpcPlan
	out  *Vpc

	vpc          *ec2.Vpc
	associations map[string]*ec2.VpcIpv4CidrBlockAssociation // secondary blocks by name
	internet     *ec2.InternetGateway
	egress       *ec2.EgressOnlyInternetGateway
	subnets      map[subnetKey]*ec2.Subnet
	tables       map[string]*ec2.RouteTable
	publicRoute  *ec2.Route
	nats         map[string]*ec2.NatGateway  // by zone
	endpoints    map[string]*ec2.VpcEndpoint // interface endpoints by service
}

// build makes the parts in the order they need each other.
func (b *vpcBuild) build(children *component.Children) error {
	b.Children = children
	for _, step := range []func() error{
		b.makeVpc, b.makeSecondaryBlocks, b.adoptDefaults, b.makeDHCP, b.makeSubnets, b.makeGateways, b.makeTables,
		b.routePublic, b.makeNAT, b.routePrivate, b.routeEgress, b.makeGatewayEndpoints, b.makeInterfaceEndpoints, b.makeNetworkACLs,
		b.makePaths, b.makeFlowLogs,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (b *vpcBuild) makeVpc() error {
	cfg := b.args.Config
	args := &ec2.VpcArgs{
		// Private DNS of interface endpoints and private hosted zones need both.
		EnableDnsSupport:   pulumi.Bool(true),
		EnableDnsHostnames: pulumi.Bool(true),
		Tags:               b.tags(),
	}
	if cfg.IPAM != nil {
		args.Ipv4IpamPoolId = pulumi.String(cfg.IPAM.PoolID)
		args.Ipv4NetmaskLength = pulumi.Int(cfg.IPAM.NetmaskLength)
	} else {
		args.CidrBlock = pulumi.String(cfg.CIDR)
	}
	if cfg.IPv6 {
		args.AssignGeneratedIpv6CidrBlock = pulumi.Bool(true)
	}
	vpc, err := ec2.NewVpc(b.ctx, b.Name("vpc"), args, b.Options(pulumi.Protect(b.args.Protect))...)
	if err != nil {
		return err
	}
	b.vpc = vpc
	b.out.VpcID = vpc.ID().ToStringOutput()
	b.out.CidrBlock = vpc.CidrBlock
	return nil
}

func (b *vpcBuild) makeSecondaryBlocks() error {
	b.associations = map[string]*ec2.VpcIpv4CidrBlockAssociation{}
	for _, name := range slices.Sorted(maps.Keys(b.plan.secondaries)) {
		association, err := ec2.NewVpcIpv4CidrBlockAssociation(b.ctx, b.Name("cidr", name),
			&ec2.VpcIpv4CidrBlockAssociationArgs{
				VpcId:     b.vpc.ID(),
				CidrBlock: pulumi.String(b.plan.secondaries[name].String()),
			}, b.Options()...)
		if err != nil {
			return err
		}
		b.associations[name] = association
	}
	return nil
}

// adoptDefaults takes over what AWS makes with every VPC, so that nothing lands in it unseen: the security group loses
// its rules, the route table its routes. The network ACL is what subnets use; its rules are AWS's own, now written down,
// and rules added by hand show as drift.
func (b *vpcBuild) adoptDefaults() error {
	_, err := ec2.NewDefaultSecurityGroup(b.ctx, b.Name("default-security-group"), &ec2.DefaultSecurityGroupArgs{
		VpcId: b.vpc.ID(),
		// Rules left out are rules nobody manages: only lists that say "none" take away what someone adds by hand.
		Ingress: ec2.DefaultSecurityGroupIngressArray{},
		Egress:  ec2.DefaultSecurityGroupEgressArray{},
		Tags:    b.tags("default"),
	}, b.Options()...)
	if err != nil {
		return err
	}
	_, err = ec2.NewDefaultRouteTable(b.ctx, b.Name("default-route-table"), &ec2.DefaultRouteTableArgs{
		DefaultRouteTableId: b.vpc.DefaultRouteTableId,
		Routes:              ec2.DefaultRouteTableRouteArray{},
		Tags:                b.tags("default"),
	}, b.Options()...)
	if err != nil {
		return err
	}
	ingress, egress := openRules(b.args.Config.IPv6)
	_, err = ec2.NewDefaultNetworkAcl(b.ctx, b.Name("default-network-acl"), &ec2.DefaultNetworkAclArgs{
		DefaultNetworkAclId: b.vpc.DefaultNetworkAclId,
		Ingress:             ingress,
		Egress:              egress,
		Tags:                b.tags("default"),
		// Every new subnet joins it; managing the list would fight each of them.
	}, b.Options(pulumi.IgnoreChanges([]string{"subnetIds"}))...)
	return err
}

// openRules are the rules AWS itself gives a network ACL: everything of an address family, both ways.
func openRules(ipv6 bool) (ingress ec2.DefaultNetworkAclIngressArray, egress ec2.DefaultNetworkAclEgressArray) {
	type family struct{ ipv4, ipv6 pulumi.StringPtrInput }
	families := []family{{ipv4: pulumi.String(anywhere)}}
	if ipv6 {
		families = append(families, family{ipv6: pulumi.String(anywhereIPv6)})
	}
	for i, to := range families {
		ingress = append(ingress, ec2.DefaultNetworkAclIngressArgs{
			RuleNo: pulumi.Int(100 + i), Action: pulumi.String("allow"), Protocol: pulumi.String("-1"),
			FromPort: pulumi.Int(0), ToPort: pulumi.Int(0), CidrBlock: to.ipv4, Ipv6CidrBlock: to.ipv6,
		})
		egress = append(egress, ec2.DefaultNetworkAclEgressArgs{
			RuleNo: pulumi.Int(100 + i), Action: pulumi.String("allow"), Protocol: pulumi.String("-1"),
			FromPort: pulumi.Int(0), ToPort: pulumi.Int(0), CidrBlock: to.ipv4, Ipv6CidrBlock: to.ipv6,
		})
	}
	return ingress, egress
}

func (b *vpcBuild) makeDHCP() error {
	cfg := b.args.Config.DHCP
	if cfg == nil {
		return nil
	}
	args := &ec2.VpcDhcpOptionsArgs{Tags: b.tags(), DomainNameServers: pulumi.ToStringArray(cfg.NameServers)}
	if len(cfg.NameServers) == 0 {
		// An options set without servers would leave hosts without DNS.
		args.DomainNameServers = pulumi.ToStringArray([]string{"AmazonProvidedDNS"})
	}
	if cfg.DomainName != "" {
		args.DomainName = pulumi.String(cfg.DomainName)
	}
	if len(cfg.NTPServers) > 0 {
		args.NtpServers = pulumi.ToStringArray(cfg.NTPServers)
	}
	options, err := ec2.NewVpcDhcpOptions(b.ctx, b.Name("dhcp"), args, b.Options()...)
	if err != nil {
		return err
	}
	_, err = ec2.NewVpcDhcpOptionsAssociation(b.ctx, b.Name("dhcp-association"), &ec2.VpcDhcpOptionsAssociationArgs{
		VpcId:         b.vpc.ID(),
		DhcpOptionsId: options.ID(),
	}, b.Options()...)
	return err
}

// tags are a child's tags; parts name it within the VPC.
func (b *vpcBuild) tags(parts ...string) pulumi.StringMap {
	return b.tagsWith(nil, parts...)
}

func (b *vpcBuild) tagsWith(extra map[string]string, parts ...string) pulumi.StringMap {
	const longestTag = 256
	name := b.args.Scope.Name(longestTag, append([]string{b.name}, parts...)...)
	return pulumi.ToStringMap(b.args.Scope.Tags("network", name, extra))
}
