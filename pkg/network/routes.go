package network

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Everywhere, by address family.
const (
	anywhere     = "0.0.0.0/0"
	anywhereIPv6 = "::/0"
)

// makeGateways makes the ways out that need no address: a VPC without public tier has no internet gateway at all.
func (b *vpcBuild) makeGateways() error {
	if b.plan.has(Public) {
		internet, err := ec2.NewInternetGateway(b.ctx, b.Name("internet-gateway"), &ec2.InternetGatewayArgs{
			VpcId: b.vpc.ID(),
			Tags:  b.tags(),
		}, b.Options()...)
		if err != nil {
			return err
		}
		b.internet = internet
	}
	if b.args.Config.IPv6 && b.plan.has(Private) {
		egress, err := ec2.NewEgressOnlyInternetGateway(b.ctx, b.Name("egress-gateway"),
			&ec2.EgressOnlyInternetGatewayArgs{
				VpcId: b.vpc.ID(),
				Tags:  b.tags(),
			}, b.Options()...)
		if err != nil {
			return err
		}
		b.egress = egress
	}
	return nil
}

// makeTables makes the route tables and associates every subnet with one: none falls back to the default table.
func (b *vpcBuild) makeTables() error {
	b.tables = map[string]*ec2.RouteTable{}
	ids := pulumi.StringMap{}
	for _, plan := range b.plan.tables {
		table, err := ec2.NewRouteTable(b.ctx, b.Name("route-table", plan.name), &ec2.RouteTableArgs{
			VpcId: b.vpc.ID(),
			Tags:  b.tags(plan.name),
		}, b.Options()...)
		if err != nil {
			return err
		}
		b.tables[plan.name] = table
		ids[plan.name] = table.ID().ToStringOutput()
	}
	for _, plan := range b.plan.subnets {
		_, err := ec2.NewRouteTableAssociation(b.ctx, b.Name("association", plan.tier, plan.zone),
			&ec2.RouteTableAssociationArgs{
				SubnetId:     b.subnets[plan.subnetKey].ID(),
				RouteTableId: b.tables[plan.table].ID(),
			}, b.Options()...)
		if err != nil {
			return err
		}
	}
	b.out.RouteTableIDs = ids.ToStringMapOutput()
	return nil
}

func (b *vpcBuild) routePublic() error {
	table := b.tables[Public]
	if table == nil {
		return nil
	}
	route, err := ec2.NewRoute(b.ctx, b.Name("route", Public, "internet"), &ec2.RouteArgs{
		RouteTableId:         table.ID(),
		DestinationCidrBlock: pulumi.String(anywhere),
		GatewayId:            b.internet.ID(),
	}, b.Options()...)
	if err != nil {
		return err
	}
	b.publicRoute = route
	if !b.args.Config.IPv6 {
		return nil
	}
	_, err = ec2.NewRoute(b.ctx, b.Name("route", Public, "internet-ipv6"), &ec2.RouteArgs{
		RouteTableId:             table.ID(),
		DestinationIpv6CidrBlock: pulumi.String(anywhereIPv6),
		GatewayId:                b.internet.ID(),
	}, b.Options()...)
	return err
}

// makeNAT makes the NAT gateways. One made before the internet gateway is attached comes up as failed, and what starts
// behind one made before the public route has no way out, so they wait for both.
func (b *vpcBuild) makeNAT() error {
	b.nats = map[string]*ec2.NatGateway{}
	addresses := pulumi.StringMap{}
	for _, zone := range b.plan.natZones {
		ready := pulumi.DependsOn([]pulumi.Resource{b.internet, b.publicRoute})
		// Others allow this address by name, so it is a resource of its own and outlives its gateway.
		address, err := ec2.NewEip(b.ctx, b.Name("nat-address", zone), &ec2.EipArgs{
			Domain: pulumi.String("vpc"),
			Tags:   b.tags("nat", zone),
		}, b.Options(ready, pulumi.Protect(b.args.Protect))...)
		if err != nil {
			return err
		}
		nat, err := ec2.NewNatGateway(b.ctx, b.Name("nat", zone), &ec2.NatGatewayArgs{
			SubnetId:     b.subnets[subnetKey{Public, zone}].ID(),
			AllocationId: address.ID(),
			Tags:         b.tags("nat", zone),
		}, b.Options(ready)...)
		if err != nil {
			return err
		}
		b.nats[zone] = nat
		addresses[zone] = address.PublicIp
	}
	b.out.NatPublicIPs = addresses.ToStringMapOutput()
	return nil
}

func (b *vpcBuild) routePrivate() error {
	for _, table := range b.plan.tables {
		if table.tier != Private {
			continue
		}
		if nat := b.nats[b.plan.natFor(table.zone)]; nat != nil {
			_, err := ec2.NewRoute(b.ctx, b.Name("route", table.name, "internet"), &ec2.RouteArgs{
				RouteTableId:         b.tables[table.name].ID(),
				DestinationCidrBlock: pulumi.String(anywhere),
				NatGatewayId:         nat.ID(),
			}, b.Options()...)
			if err != nil {
				return err
			}
		}
		if b.egress != nil {
			_, err := ec2.NewRoute(b.ctx, b.Name("route", table.name, "internet-ipv6"), &ec2.RouteArgs{
				RouteTableId:             b.tables[table.name].ID(),
				DestinationIpv6CidrBlock: pulumi.String(anywhereIPv6),
				EgressOnlyGatewayId:      b.egress.ID(),
			}, b.Options()...)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// routeEgress leads what enters by the transit gateway to the zone's NAT gateway, or to the only one. The way back is a
// route of the attachment's.
func (b *vpcBuild) routeEgress() error {
	for _, table := range b.plan.tables {
		nat := b.nats[b.plan.natFor(table.zone)]
		if table.tier != Transit || table.zone == "" || nat == nil {
			continue
		}
		_, err := ec2.NewRoute(b.ctx, b.Name("route", table.name, "internet"), &ec2.RouteArgs{
			RouteTableId:         b.tables[table.name].ID(),
			DestinationCidrBlock: pulumi.String(anywhere),
			NatGatewayId:         nat.ID(),
		}, b.Options()...)
		if err != nil {
			return err
		}
	}
	return nil
}
