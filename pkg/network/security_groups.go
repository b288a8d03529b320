package network

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
)

// SecurityGroupsArgs are the security groups of a VPC.
type SecurityGroupsArgs struct {
	Scope  naming.Scope
	VpcID  pulumi.StringInput
	Groups map[string]config.SecurityGroup
	// PrefixListIDs are the ids of the lists that rules name, by how they name them.
	PrefixListIDs map[string]pulumi.StringInput
}

// SecurityGroups are a VPC's security groups. Each rule is a resource of its own, with a name that stays: one that changes
// touches no other, and groups may name each other. A group has no rule inline, which would take away all these.
type SecurityGroups struct {
	pulumi.ResourceState

	// SecurityGroupIDs are by name.
	SecurityGroupIDs pulumi.StringMapOutput `pulumi:"securityGroupIds"`
}

// NewSecurityGroups makes groups and their rules. What has no rule passes nothing, out as little as in: EC2's own rule for
// everything that goes out is taken away when a group is made.
func NewSecurityGroups(ctx *pulumi.Context, name string, args *SecurityGroupsArgs, opts ...pulumi.ResourceOption) (*SecurityGroups, error) {
	out := &SecurityGroups{}
	build := func(c *component.Children) error {
		groups, ids := map[string]*ec2.SecurityGroup{}, pulumi.StringMap{}
		for _, key := range slices.Sorted(maps.Keys(args.Groups)) {
			// No physical name: a group whose description changes is replaced, and both are there for a while.
			made, err := ec2.NewSecurityGroup(ctx, c.Name("group", key), &ec2.SecurityGroupArgs{
				VpcId: args.VpcID, Description: pulumi.String(args.Groups[key].Description), Tags: args.tags(name, key),
			}, c.Options()...)
			if err != nil {
				return err
			}
			groups[key], ids[key] = made, made.ID().ToStringOutput()
		}
		for _, rule := range planRules(args.Groups) {
			if err := args.makeRule(ctx, c, name, rule, groups); err != nil {
				return err
			}
		}
		out.SecurityGroupIDs = ids.ToStringMapOutput()
		return nil
	}
	if err := component.Register(ctx, "aws-platform:network:SecurityGroups", name, out, nil, build, opts...); err != nil {
		return nil, err
	}
	return out, nil
}

func (a *SecurityGroupsArgs) tags(vpc string, keys ...string) pulumi.StringMap {
	return pulumi.ToStringMap(a.Scope.Tags("network", a.Scope.Name(maxTag, append([]string{vpc}, keys...)...), nil))
}

// maxTag is how long the value of a tag may be, in characters.
const maxTag = 256

// makeRule makes one rule.
func (a *SecurityGroupsArgs) makeRule(
	ctx *pulumi.Context, c *component.Children, vpcGroups string, rule plannedRule, groups map[string]*ec2.SecurityGroup,
) error {
	var cidr4, cidr6, group, list pulumi.StringPtrInput
	switch peer := rule.peer; {
	case peer.Self:
		group = groups[rule.group].ID().ToStringOutput().ToStringPtrOutput()
	case peer.Group != "":
		group = groups[peer.Group].ID().ToStringOutput().ToStringPtrOutput()
	case peer.PrefixList != "":
		id := a.PrefixListIDs[peer.PrefixList]
		if id == nil {
			return fmt.Errorf("security group %q names the prefix list %q, whose id is not known here", rule.group, peer.PrefixList)
		}
		list = id.ToStringOutput().ToStringPtrOutput()
	case peer.IPv6():
		cidr6 = pulumi.String(peer.CIDR)
	default:
		cidr4 = pulumi.String(peer.CIDR)
	}
	var from, to pulumi.IntPtrInput
	if rule.traffic.Protocol != "-1" {
		from, to = pulumi.Int(rule.traffic.From), pulumi.Int(rule.traffic.To)
	}
	of, name := groups[rule.group].ID(), c.Name("rule", rule.key)
	tags := a.tags(vpcGroups, rule.key)
	if rule.inbound {
		_, err := vpc.NewSecurityGroupIngressRule(ctx, name, &vpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId: of, IpProtocol: pulumi.String(rule.traffic.Protocol), FromPort: from, ToPort: to, CidrIpv4: cidr4, CidrIpv6: cidr6,
			ReferencedSecurityGroupId: group, PrefixListId: list, Description: pulumi.String(rule.description), Tags: tags,
		}, c.Options()...)
		return err
	}
	_, err := vpc.NewSecurityGroupEgressRule(ctx, name, &vpc.SecurityGroupEgressRuleArgs{
		SecurityGroupId: of, IpProtocol: pulumi.String(rule.traffic.Protocol), FromPort: from, ToPort: to, CidrIpv4: cidr4, CidrIpv6: cidr6,
		ReferencedSecurityGroupId: group, PrefixListId: list, Description: pulumi.String(rule.description), Tags: tags,
	}, c.Options()...)
	return err
}
