package network

import (
	"fmt"
	"net/netip"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func (b *vpcBuild) makeSubnets() error {
	b.subnets = map[subnetKey]*ec2.Subnet{}
	ids, cidrs := pulumi.StringMapMap{}, pulumi.StringMapMap{}
	for _, plan := range b.plan.subnets {
		subnet, err := b.makeSubnet(plan)
		if err != nil {
			return err
		}
		b.subnets[plan.subnetKey] = subnet
		if ids[plan.tier] == nil {
			ids[plan.tier], cidrs[plan.tier] = pulumi.StringMap{}, pulumi.StringMap{}
		}
		ids[plan.tier].(pulumi.StringMap)[plan.zone] = subnet.ID().ToStringOutput()
		cidrs[plan.tier].(pulumi.StringMap)[plan.zone] = subnet.CidrBlock.Elem()
	}
	b.out.SubnetIDs = ids.ToStringMapMapOutput()
	b.out.SubnetCidrs = cidrs.ToStringMapMapOutput()
	return nil
}

func (b *vpcBuild) makeSubnet(plan subnetPlan) (*ec2.Subnet, error) {
	args := &ec2.SubnetArgs{
		VpcId:            b.vpc.ID(),
		AvailabilityZone: pulumi.String(b.args.Scope.Region + plan.zone),
		CidrBlock:        b.subnetCidr(plan),
		// A host gets a public address only where someone asks for one.
		MapPublicIpOnLaunch: pulumi.Bool(false),
		Tags:                b.tagsWith(clusterTags(plan.tier, b.args.Config.Clusters), plan.tier, plan.zone),
	}
	if plan.secondary {
		// The block must be there before the subnet, and go after it.
		args.VpcId = b.associations[plan.tier].VpcId
	}
	if b.args.Config.IPv6 && !plan.secondary {
		args.Ipv6CidrBlock = b.vpc.Ipv6CidrBlock.ApplyT(func(block string) (string, error) {
			return inBlock(block, func(vpc netip.Prefix) (netip.Prefix, error) { return ipv6Block(vpc, plan.subnetKey) })
		}).(pulumi.StringOutput)
		args.AssignIpv6AddressOnCreation = pulumi.Bool(true)
	}
	return ec2.NewSubnet(b.ctx, b.Name("subnet", plan.tier, plan.zone), args, b.Options(pulumi.Protect(b.args.Protect))...)
}

// subnetCidr is plain text when the VPC's block is, so that a preview shows it; with IPAM it is known only then.
func (b *vpcBuild) subnetCidr(plan subnetPlan) pulumi.StringInput {
	if plan.cidr.IsValid() {
		return pulumi.String(plan.cidr.String())
	}
	return b.vpc.CidrBlock.ApplyT(func(block string) (string, error) {
		return inBlock(block, func(vpc netip.Prefix) (netip.Prefix, error) { return b.plan.layout.block(vpc, plan.subnetKey) })
	}).(pulumi.StringOutput)
}

// inBlock places a subnet in a block AWS gave.
func inBlock(block string, place func(netip.Prefix) (netip.Prefix, error)) (string, error) {
	vpc, err := netip.ParsePrefix(block)
	if err != nil {
		return "", fmt.Errorf("the VPC's block %q is no CIDR", block)
	}
	subnet, err := place(vpc)
	if err != nil {
		return "", err
	}
	return subnet.String(), nil
}

// clusterTags let EKS, its load balancer controller and Karpenter find their subnets. Data and transit subnets are
// never found, nor are secondary ones, which hold pods only.
func clusterTags(tier string, clusters []string) map[string]string {
	if len(clusters) == 0 || (tier != Public && tier != Private) {
		return nil
	}
	tags := map[string]string{}
	if tier == Public {
		tags["kubernetes.io/role/elb"] = "1"
	} else {
		tags["kubernetes.io/role/internal-elb"] = "1"
		// Karpenter's tag has one value; a VPC shared by several clusters uses the next one instead.
		if len(clusters) == 1 {
			tags["karpenter.sh/discovery"] = clusters[0]
		}
	}
	for _, cluster := range clusters {
		tags["kubernetes.io/cluster/"+cluster] = "shared"
	}
	return tags
}
