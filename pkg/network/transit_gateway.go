package network

import (
	"maps"
	"slices"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2transitgateway"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ram"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
)

// TransitGatewayArgs are what a hub is made of.
type TransitGatewayArgs struct {
	Scope  naming.Scope
	Config config.TransitGateway
	// Principals are whom the gateway is shared with, by a name of their own: ARNs of the organization or of units of it,
	// or account ids.
	Principals map[string]pulumi.StringInput
	// FlowLogBucketARN is the log archive's bucket; needed when flow logs go to S3.
	FlowLogBucketARN pulumi.StringInput
	// Protect makes the engine refuse to delete the gateway and its records.
	Protect bool
}

// TransitGateway is the hub that VPCs of all accounts attach to: a gateway that connects nothing by itself, a route table
// for each segment, and the connections to networks outside. Attachments are TransitGatewayAttachments.
type TransitGateway struct {
	pulumi.ResourceState

	TransitGatewayID pulumi.StringOutput `pulumi:"transitGatewayId"`
	ARN              pulumi.StringOutput `pulumi:"arn"`
	// RouteTableIDs are by segment, by the name of a network outside, and by RegionTable.
	RouteTableIDs pulumi.StringMapOutput `pulumi:"routeTableIds"`
	// ShareARN is the resource share's; "" when the gateway is shared with nobody.
	ShareARN pulumi.StringOutput `pulumi:"shareArn"`
	// VPNAddresses are the public addresses of both tunnels, by network and tunnel: "plant-1".
	VPNAddresses pulumi.StringMapOutput `pulumi:"vpnAddresses"`
	// FlowLogDestination is the ARN of the log group or bucket; "" without flow logs.
	FlowLogDestination pulumi.StringOutput `pulumi:"flowLogDestination"`

	made *transitBuild
}

// NewTransitGateway makes a hub.
func NewTransitGateway(
	ctx *pulumi.Context, name string, args *TransitGatewayArgs, opts ...pulumi.ResourceOption,
) (*TransitGateway, error) {
	hub := &TransitGateway{}
	b := &transitBuild{ctx: ctx, name: name, args: args, out: hub}
	hub.made = b
	err := component.Register(ctx, "aws-platform:network:TransitGateway", name, hub, nil, b.build, opts...)
	if err != nil {
		return nil, err
	}
	return hub, nil
}

// Ready is the option of what attaches to the hub: it starts when tables, routes and shares are there.
func (t *TransitGateway) Ready() pulumi.ResourceOption { return t.made.Ready() }

// transitBuild is a hub in the making.
type transitBuild struct {
	*component.Children
	ctx  *pulumi.Context
	name string
	args *TransitGatewayArgs
	out  *TransitGateway

	gateway *ec2transitgateway.TransitGateway
	tables  map[string]*ec2transitgateway.RouteTable
}

func (b *transitBuild) build(children *component.Children) error {
	b.Children = children
	for _, step := range []func() error{
		b.makeGateway, b.makeTables, b.makeBlackholes, b.makeShare, b.makeVPNs, b.makeFlowLogs,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// makeGateway makes a gateway that associates, propagates and accepts nothing by itself: every connection is one that
// somebody wrote down.
func (b *transitBuild) makeGateway() error {
	gateway, err := ec2transitgateway.NewTransitGateway(b.ctx, b.Name("gateway"), &ec2transitgateway.TransitGatewayArgs{
		Description:                     pulumi.String("The hub of " + b.args.Scope.Organization),
		AmazonSideAsn:                   pulumi.Int(b.args.Config.ASN),
		AutoAcceptSharedAttachments:     pulumi.String("disable"),
		DefaultRouteTableAssociation:    pulumi.String("disable"),
		DefaultRouteTablePropagation:    pulumi.String("disable"),
		DnsSupport:                      pulumi.String("enable"),
		SecurityGroupReferencingSupport: pulumi.String("enable"),
		VpnEcmpSupport:                  pulumi.String("enable"),
		Tags:                            b.tags(),
	}, b.Options(pulumi.Protect(b.args.Protect))...)
	if err != nil {
		return err
	}
	b.gateway = gateway
	b.out.TransitGatewayID = gateway.ID().ToStringOutput()
	b.out.ARN = gateway.Arn
	return nil
}

func (b *transitBuild) makeTables() error {
	b.tables = map[string]*ec2transitgateway.RouteTable{}
	ids := pulumi.StringMap{}
	for _, name := range TransitTables(b.args.Config) {
		table, err := ec2transitgateway.NewRouteTable(b.ctx, b.Name("route-table", name), &ec2transitgateway.RouteTableArgs{
			TransitGatewayId: b.gateway.ID(),
			Tags:             b.tags(name),
		}, b.Options()...)
		if err != nil {
			return err
		}
		b.tables[name] = table
		ids[name] = table.ID().ToStringOutput()
	}
	b.out.RouteTableIDs = ids.ToStringMapOutput()
	return nil
}

func (b *transitBuild) makeBlackholes() error {
	for _, table := range TransitTables(b.args.Config) {
		dropped := blackholes(b.args.Config, table)
		for _, name := range slices.Sorted(maps.Keys(dropped)) {
			_, err := ec2transitgateway.NewRoute(b.ctx, b.Name("blackhole", table, name), &ec2transitgateway.RouteArgs{
				TransitGatewayRouteTableId: b.tables[table].ID(),
				DestinationCidrBlock:       pulumi.String(dropped[name]),
				Blackhole:                  pulumi.Bool(true),
			}, b.Options(pulumi.DeleteBeforeReplace(true))...)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// makeShare lets the organization's accounts attach. Nobody outside can be added, and inside there is nothing to accept.
func (b *transitBuild) makeShare() error {
	names := slices.Sorted(maps.Keys(b.args.Principals))
	if len(names) == 0 {
		b.out.ShareARN = pulumi.String("").ToStringOutput()
		return nil
	}
	share, err := ram.NewResourceShare(b.ctx, b.Name("share"), &ram.ResourceShareArgs{
		Name:                    pulumi.String(b.args.Scope.Name(255, b.name)),
		AllowExternalPrincipals: pulumi.Bool(false),
		Tags:                    b.tags(),
	}, b.Options()...)
	if err != nil {
		return err
	}
	b.out.ShareARN = share.Arn
	_, err = ram.NewResourceAssociation(b.ctx, b.Name("share-gateway"), &ram.ResourceAssociationArgs{
		ResourceShareArn: share.Arn,
		ResourceArn:      b.gateway.Arn,
	}, b.Options()...)
	if err != nil {
		return err
	}
	for _, name := range names {
		_, err := ram.NewPrincipalAssociation(b.ctx, b.Name("share-with", name), &ram.PrincipalAssociationArgs{
			ResourceShareArn: share.Arn,
			Principal:        b.args.Principals[name],
		}, b.Options()...)
		if err != nil {
			return err
		}
	}
	return nil
}

// makeVPNs connects the networks outside that have a VPN. Routes are static: a segment's table leads to the network, the
// network's own table learns of the VPCs it reaches as they attach.
func (b *transitBuild) makeVPNs() error {
	addresses := pulumi.StringMap{}
	for _, name := range slices.Sorted(maps.Keys(b.args.Config.OnPremises)) {
		network := b.args.Config.OnPremises[name]
		if network.VPN == nil {
			continue
		}
		connection, err := b.makeVPN(name, *network.VPN)
		if err != nil {
			return err
		}
		addresses[name+"-1"], addresses[name+"-2"] = connection.Tunnel1Address, connection.Tunnel2Address
		if err := b.routeVPN(name, network, connection.TransitGatewayAttachmentId); err != nil {
			return err
		}
	}
	b.out.VPNAddresses = addresses.ToStringMapOutput()
	return nil
}

func (b *transitBuild) makeVPN(name string, vpn config.VPN) (*ec2.VpnConnection, error) {
	records := b.recorder("VPN "+name, name)
	// The prefix lets AWS's log delivery add its own statement to the account's log policy.
	group, err := records.makeGroup("tunnel-log", "/aws/vendedlogs/vpn/"+b.args.Scope.Name(100, b.name, name), vpn.LogRetentionDays)
	if err != nil {
		return nil, err
	}
	customer, err := ec2.NewCustomerGateway(b.ctx, b.Name("customer-gateway", name), &ec2.CustomerGatewayArgs{
		Type:      pulumi.String("ipsec.1"),
		BgpAsn:    pulumi.String(strconv.Itoa(vpn.ASN)),
		IpAddress: pulumi.String(vpn.Address),
		Tags:      b.tags(name),
	}, b.Options()...)
	if err != nil {
		return nil, err
	}
	return ec2.NewVpnConnection(b.ctx, b.Name("vpn", name), &ec2.VpnConnectionArgs{
		Type:              pulumi.String("ipsec.1"),
		CustomerGatewayId: customer.ID(),
		TransitGatewayId:  b.gateway.ID(),
		StaticRoutesOnly:  pulumi.Bool(true),
		// Left out, AWS takes version 1 too.
		Tunnel1IkeVersions: pulumi.ToStringArray([]string{"ikev2"}), Tunnel2IkeVersions: pulumi.ToStringArray([]string{"ikev2"}),
		Tunnel1LogOptions: ec2.VpnConnectionTunnel1LogOptionsArgs{
			CloudwatchLogOptions: ec2.VpnConnectionTunnel1LogOptionsCloudwatchLogOptionsArgs{
				LogEnabled: pulumi.Bool(true), LogGroupArn: group.Arn, LogOutputFormat: pulumi.String("json"),
			},
		},
		Tunnel2LogOptions: ec2.VpnConnectionTunnel2LogOptionsArgs{
			CloudwatchLogOptions: ec2.VpnConnectionTunnel2LogOptionsCloudwatchLogOptionsArgs{
				LogEnabled: pulumi.Bool(true), LogGroupArn: group.Arn, LogOutputFormat: pulumi.String("json"),
			},
		},
		Tags: b.tags(name),
	}, b.Options(pulumi.Protect(b.args.Protect))...)
}

func (b *transitBuild) routeVPN(name string, network config.OnPremises, attachment pulumi.StringInput) error {
	_, err := ec2transitgateway.NewRouteTableAssociation(b.ctx, b.Name("vpn-association", name),
		&ec2transitgateway.RouteTableAssociationArgs{
			TransitGatewayRouteTableId: b.tables[name].ID(),
			TransitGatewayAttachmentId: attachment,
		}, b.Options(pulumi.DeleteBeforeReplace(true))...)
	if err != nil {
		return err
	}
	for _, segment := range slices.Sorted(slices.Values(network.Reaches)) {
		_, err := ec2transitgateway.NewRoute(b.ctx, b.Name("vpn-route", segment, name), &ec2transitgateway.RouteArgs{
			TransitGatewayRouteTableId: b.tables[segment].ID(),
			DestinationCidrBlock:       pulumi.String(network.CIDR),
			TransitGatewayAttachmentId: attachment.ToStringOutput().ToStringPtrOutput(),
		}, b.Options(pulumi.DeleteBeforeReplace(true))...)
		if err != nil {
			return err
		}
	}
	return nil
}

// makeFlowLogs records the gateway's traffic, which tells what crossed segments and what a black hole took.
func (b *transitBuild) makeFlowLogs() error {
	cfg := b.args.Config.FlowLogs
	if cfg == nil {
		b.out.FlowLogDestination = pulumi.String("").ToStringOutput()
		return nil
	}
	args := &ec2.FlowLogArgs{
		TransitGatewayId: b.gateway.ID(),
		// AWS gathers a transit gateway's records over a minute and over nothing else.
		MaxAggregationInterval: pulumi.Int(60),
		Tags:                   b.tags("flow-logs"),
	}
	ready := []pulumi.Resource{}
	if cfg.Destination == toCloudWatch {
		records := b.recorder("transit gateway " + b.name)
		name := "/aws/transit-gateway/flow-logs/" + b.args.Scope.Name(100, b.name)
		group, err := records.makeGroup("flow-log", name, cfg.RetentionDays)
		if err != nil {
			return err
		}
		role, policy, err := records.makeWriter(b.args.Scope.ARN("logs", "log-group:"+name))
		if err != nil {
			return err
		}
		ready = append(ready, policy)
		args.LogDestinationType, args.LogDestination = pulumi.String("cloud-watch-logs"), group.Arn
		args.IamRoleArn = role.Arn
		b.out.FlowLogDestination = group.Arn
	} else {
		bucket := b.args.FlowLogBucketARN.ToStringOutput()
		args.LogDestinationType, args.LogDestination = pulumi.String("s3"), bucket
		args.DestinationOptions = parquetByTheHour()
		b.out.FlowLogDestination = bucket
	}
	_, err := ec2.NewFlowLog(b.ctx, b.Name("flow-log"), args,
		b.Options(pulumi.DependsOn(ready), pulumi.DeleteBeforeReplace(true))...)
	return err
}

func (b *transitBuild) recorder(subject string, keys ...string) recorder {
	return recorder{
		Children: b.Children, ctx: b.ctx, scope: b.args.Scope, subject: subject, protect: b.args.Protect, tags: b.tags, keys: keys,
	}
}

// tags are a child's tags; parts name it within the hub.
func (b *transitBuild) tags(parts ...string) pulumi.StringMap {
	const longestTag = 256
	name := b.args.Scope.Name(longestTag, append([]string{b.name}, parts...)...)
	return pulumi.ToStringMap(b.args.Scope.Tags("network", name, nil))
}
