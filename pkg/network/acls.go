package network

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/config"
)

// A network ACL keeps no state: the answer to what is let out comes in as traffic of its own, to a port that the host or
// its NAT gateway chose.
const (
	firstAnswerPort, lastAnswerPort = 1024, 65535
	remoteDesktop                   = 3389 // among the ports of answers, and not to be open to anybody (EC2.21)
)

// Presets of network ACLs.
const (
	aclInternal = "internal"
	aclWeb      = "web"
)

// Where the platform's own entries begin, after those of the stack file. A kind of entry keeps its numbers.
const (
	webNumber      = 20000
	internalNumber = 20100
	answerNumber   = 20200
	wayOutNumber   = 20300
	sixthStep      = 50 // entries of IPv6 come after those of IPv4 of their kind
)

// insideBlocks are the addresses of RFC 1918, and those of RFC 6598 that pods have.
var insideBlocks = []struct{ key, block string }{
	{"10", "10.0.0.0/8"}, {"172", "172.16.0.0/12"}, {"192", "192.168.0.0/16"}, {"100", "100.64.0.0/10"},
}

// aclEntry is one entry. Ports 0 stand for all, no block for the VPC's own of IPv6.
type aclEntry struct {
	key      string
	egress   bool
	number   int
	deny     bool
	protocol string // tcp, udp, icmp, all
	from, to int
	block    string
	block6   string
}

// aclEntries are a tier's entries: the stack file's, the preset's, and those that let answers in.
func aclEntries(cfg config.NetworkACL, ipv6 bool) []aclEntry {
	var entries []aclEntry
	for _, name := range slices.Sorted(maps.Keys(cfg.Rules)) {
		rule := cfg.Rules[name]
		entries = append(entries, aclEntry{
			key: "rule-" + name, egress: rule.Direction == "egress", number: rule.Number, deny: rule.Action == "deny", protocol: rule.Protocol,
			from: rule.FromPort, to: max(rule.FromPort, rule.ToPort), block: rule.CIDR, block6: rule.IPv6CIDR,
		})
	}
	add := func(entry aclEntry) {
		four := entry
		if four.block == "" {
			four.block = anywhere
		}
		entries = append(entries, four)
		if ipv6 && entry.block == "" {
			entry.key, entry.number, entry.block6 = entry.key+"-ipv6", entry.number+sixthStep, anywhereIPv6
			entries = append(entries, entry)
		}
	}
	if cfg.Preset == aclWeb {
		add(aclEntry{key: "preset-http", number: webNumber, protocol: "tcp", from: 80, to: 80})
		add(aclEntry{key: "preset-https", number: webNumber + 1, protocol: "tcp", from: httpsPort, to: httpsPort})
	}
	for _, protocol := range []string{"tcp", "udp"} {
		at := answerNumber
		if protocol == "udp" {
			at += 2
		}
		add(aclEntry{key: "answers-" + protocol, number: at, protocol: protocol, from: firstAnswerPort, to: remoteDesktop - 1})
		add(aclEntry{key: "answers-" + protocol + "-high", number: at + 1, protocol: protocol, from: remoteDesktop + 1, to: lastAnswerPort})
	}
	if cfg.Preset == aclInternal || cfg.Preset == aclWeb {
		for i, inside := range insideBlocks {
			add(aclEntry{key: "preset-inside-" + inside.key, number: internalNumber + i, protocol: "all", block: inside.block})
		}
		if ipv6 {
			entries = append(entries, aclEntry{key: "preset-inside-ipv6", number: internalNumber + sixthStep, protocol: "all"})
		}
		add(aclEntry{key: "preset-out", egress: true, number: wayOutNumber, protocol: "all"})
		return entries
	}
	for i, protocol := range []string{"tcp", "udp"} {
		add(aclEntry{
			key: "answers-out-" + protocol, egress: true, number: answerNumber + i, protocol: protocol,
			from: firstAnswerPort, to: lastAnswerPort,
		})
	}
	return entries
}

// makeNetworkACLs gives tiers ACLs of their own. A subnet joins one when all its entries are there, so that nothing is cut
// off meanwhile.
func (b *vpcBuild) makeNetworkACLs() error {
	for _, tier := range slices.Sorted(maps.Keys(b.args.Config.NetworkACLs)) {
		acl, err := ec2.NewNetworkAcl(b.ctx, b.Name("acl", tier), &ec2.NetworkAclArgs{
			VpcId: b.vpc.ID(),
			Tags:  b.tags(tier),
			// Entries and subnets are resources of their own, which lists here would take away again.
		}, b.Options(pulumi.IgnoreChanges([]string{"ingress", "egress", "subnetIds"}))...)
		if err != nil {
			return err
		}
		var entries []pulumi.Resource
		for _, entry := range aclEntries(b.args.Config.NetworkACLs[tier], b.args.Config.IPv6) {
			made, err := b.makeACLEntry(tier, acl, entry)
			if err != nil {
				return err
			}
			entries = append(entries, made)
		}
		for _, subnet := range b.plan.of(tier) {
			_, err := ec2.NewNetworkAclAssociation(b.ctx, b.Name("acl-association", tier, subnet.zone), &ec2.NetworkAclAssociationArgs{
				NetworkAclId: acl.ID(), SubnetId: b.subnets[subnet.subnetKey].ID(),
			}, b.Options(pulumi.DependsOn(entries), pulumi.DeleteBeforeReplace(true))...)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *vpcBuild) makeACLEntry(tier string, acl *ec2.NetworkAcl, entry aclEntry) (pulumi.Resource, error) {
	args := &ec2.NetworkAclRuleArgs{
		NetworkAclId: acl.ID(), RuleNumber: pulumi.Int(entry.number), Egress: pulumi.Bool(entry.egress),
		RuleAction: pulumi.String("allow"), Protocol: pulumi.String(entry.protocol),
	}
	if entry.deny {
		args.RuleAction = pulumi.String("deny")
	}
	switch entry.protocol {
	case "tcp", "udp":
		args.FromPort, args.ToPort = pulumi.Int(entry.from), pulumi.Int(entry.to)
		if entry.from == 0 {
			args.ToPort = pulumi.Int(lastAnswerPort)
		}
	case "icmp":
		args.IcmpType, args.IcmpCode = pulumi.Int(-1), pulumi.Int(-1)
		if entry.block6 != "" {
			args.Protocol = pulumi.String("58") // ICMPv6 has a number and no name here
		}
	default:
		args.Protocol, args.FromPort, args.ToPort = pulumi.String("-1"), pulumi.Int(0), pulumi.Int(0)
	}
	switch {
	case entry.block != "":
		args.CidrBlock = pulumi.String(entry.block)
	case entry.block6 != "":
		args.Ipv6CidrBlock = pulumi.String(entry.block6)
	default:
		args.Ipv6CidrBlock = b.vpc.Ipv6CidrBlock
	}
	// AWS changes nothing of an entry, and two of one number cannot be.
	return ec2.NewNetworkAclRule(b.ctx, b.Name("acl", tier, entry.key), args, b.Options(pulumi.DeleteBeforeReplace(true))...)
}
