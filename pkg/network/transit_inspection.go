package network

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2transitgateway"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/networkfirewall"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
)

// TransitInspectionArgs are what a firewall between segments is made of.
type TransitInspectionArgs struct {
	Scope  naming.Scope
	Config config.TransitGateway
	// Vpc is the firewall's own, made with TransitPerZone.
	Vpc *Vpc
	// TransitGatewayID and RouteTableIDs, by table, are the hub's outputs.
	TransitGatewayID pulumi.StringInput
	RouteTableIDs    pulumi.StringMapInput
	// Protect makes AWS and the engine refuse to delete the firewall.
	Protect bool
}

// TransitInspection is a network firewall that what crosses segments passes, there and back by the same zone. It lets pass
// what segments reach by the hub's configuration, and records the rest.
type TransitInspection struct {
	pulumi.ResourceState

	FirewallARN  pulumi.StringOutput `pulumi:"firewallArn"`
	AttachmentID pulumi.StringOutput `pulumi:"attachmentId"`

	made *inspectionBuild
}

// NewTransitInspection makes a firewall between segments.
func NewTransitInspection(
	ctx *pulumi.Context, name string, args *TransitInspectionArgs, opts ...pulumi.ResourceOption,
) (*TransitInspection, error) {
	made := &TransitInspection{}
	b := &inspectionBuild{ctx: ctx, name: name, args: args, out: made}
	made.made = b
	err := component.Register(ctx, "aws-platform:network:TransitInspection", name, made, nil, b.build, opts...)
	if err != nil {
		return nil, err
	}
	return made, nil
}

// Ready is the option of what crosses segments.
func (t *TransitInspection) Ready() pulumi.ResourceOption { return t.made.Ready() }

// inspectionBuild is a firewall in the making.
type inspectionBuild struct {
	*component.Children
	ctx  *pulumi.Context
	name string
	args *TransitInspectionArgs
	out  *TransitInspection

	firewall   *networkfirewall.Firewall
	attachment *ec2transitgateway.VpcAttachment
	joined     []pulumi.Resource // what must be there before anything is led here
}

func (b *inspectionBuild) build(children *component.Children) error {
	b.Children = children
	for _, step := range []func() error{b.makeFirewall, b.makeLogs, b.attach, b.routeVPC, b.leadSegments} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// inspectionRules are the connections that pass, in Suricata's language: from each segment to those it reaches, and out to
// what is not private for those that leave by the hub. Answers belong to their connections.
func inspectionRules(hub config.TransitGateway) string {
	var rules []string
	pass := func(from, to, why string) {
		rules = append(rules, fmt.Sprintf("pass ip %s any -> %s any (msg:%q; sid:%d; rev:1;)", from, to, why, len(rules)+1))
	}
	for _, name := range slices.Sorted(maps.Keys(hub.Segments)) {
		segment := hub.Segments[name]
		for _, other := range slices.Sorted(slices.Values(segment.Reaches)) {
			pass(segment.CIDR, hub.Segments[other].CIDR, name+" to "+other)
		}
		if LeavesThroughHub(hub, name) {
			private := slices.Sorted(maps.Values(privateBlocks))
			pass(segment.CIDR, "!["+strings.Join(private, ",")+"]", name+" to "+egress)
		}
	}
	return strings.Join(rules, "\n")
}

// rulesCapacity is room for rules, which AWS never lets grow.
const rulesCapacity = 1000

func (b *inspectionBuild) makeFirewall() error {
	rules, err := networkfirewall.NewRuleGroup(b.ctx, b.Name("rules"), &networkfirewall.RuleGroupArgs{
		Type:     pulumi.String("STATEFUL"),
		Capacity: pulumi.Int(rulesCapacity),
		RuleGroup: networkfirewall.RuleGroupRuleGroupArgs{
			RulesSource:         networkfirewall.RuleGroupRuleGroupRulesSourceArgs{RulesString: pulumi.String(inspectionRules(b.args.Config))},
			StatefulRuleOptions: networkfirewall.RuleGroupRuleGroupStatefulRuleOptionsArgs{RuleOrder: pulumi.String("STRICT_ORDER")},
		},
		Tags: b.tags("rules"),
	}, b.Options()...)
	if err != nil {
		return err
	}
	forward := pulumi.ToStringArray([]string{"aws:forward_to_sfe"})
	policy, err := networkfirewall.NewFirewallPolicy(b.ctx, b.Name("policy"), &networkfirewall.FirewallPolicyArgs{
		FirewallPolicy: networkfirewall.FirewallPolicyFirewallPolicyArgs{
			StatelessDefaultActions: forward, StatelessFragmentDefaultActions: forward,
			StatefulDefaultActions: pulumi.ToStringArray([]string{"aws:drop_strict", "aws:alert_strict"}),
			StatefulEngineOptions: networkfirewall.FirewallPolicyFirewallPolicyStatefulEngineOptionsArgs{
				RuleOrder: pulumi.String("STRICT_ORDER"), StreamExceptionPolicy: pulumi.String("DROP"),
			},
			StatefulRuleGroupReferences: networkfirewall.FirewallPolicyFirewallPolicyStatefulRuleGroupReferenceArray{
				networkfirewall.FirewallPolicyFirewallPolicyStatefulRuleGroupReferenceArgs{
					Priority: pulumi.Int(1), ResourceArn: rules.Arn,
				},
			},
		},
		Tags: b.tags("policy"),
	}, b.Options()...)
	if err != nil {
		return err
	}
	var subnets networkfirewall.FirewallSubnetMappingArray
	for _, id := range b.args.Vpc.SubnetList(Data) {
		subnets = append(subnets, networkfirewall.FirewallSubnetMappingArgs{SubnetId: id})
	}
	b.firewall, err = networkfirewall.NewFirewall(b.ctx, b.Name("firewall"), &networkfirewall.FirewallArgs{
		VpcId:             b.args.Vpc.VpcID,
		FirewallPolicyArn: policy.Arn,
		SubnetMappings:    subnets,
		DeleteProtection:  pulumi.Bool(b.args.Protect),
		// A zone that goes takes its connections along, so zones change in two updates, the first without protection.
		SubnetChangeProtection: pulumi.Bool(b.args.Protect),
		Tags:                   b.tags(),
	}, b.Options(pulumi.Protect(b.args.Protect))...)
	if err != nil {
		return err
	}
	b.out.FirewallARN = b.firewall.Arn
	return nil
}

// makeLogs records what the firewall drops, and every connection.
func (b *inspectionBuild) makeLogs() error {
	records := recorder{
		Children: b.Children, ctx: b.ctx, scope: b.args.Scope, subject: "firewall " + b.name, protect: b.args.Protect, tags: b.tags,
	}
	// The prefix lets AWS's log delivery add its own statement to the account's log policy.
	name := "/aws/vendedlogs/network-firewall/" + b.args.Scope.Name(100, b.name)
	group, err := records.makeGroup("firewall-log", name, b.args.Config.Inspection.LogRetentionDays)
	if err != nil {
		return err
	}
	var destinations networkfirewall.LoggingConfigurationLoggingConfigurationLogDestinationConfigArray
	for _, kind := range []string{"ALERT", "FLOW"} {
		destinations = append(destinations, networkfirewall.LoggingConfigurationLoggingConfigurationLogDestinationConfigArgs{
			LogType: pulumi.String(kind), LogDestinationType: pulumi.String("CloudWatchLogs"),
			LogDestination: pulumi.StringMap{"logGroup": group.Name},
		})
	}
	logs, err := networkfirewall.NewLoggingConfiguration(b.ctx, b.Name("logging"), &networkfirewall.LoggingConfigurationArgs{
		FirewallArn: b.firewall.Arn,
		LoggingConfiguration: networkfirewall.LoggingConfigurationLoggingConfigurationArgs{
			LogDestinationConfigs: destinations,
		},
	}, b.Options()...)
	b.joined = append(b.joined, logs)
	return err
}

// attach joins the firewall's VPC. Appliance mode keeps both directions of a connection in one zone: the firewall of
// another would know nothing of it.
func (b *inspectionBuild) attach() error {
	attachment, err := ec2transitgateway.NewVpcAttachment(b.ctx, b.Name("attachment"), &ec2transitgateway.VpcAttachmentArgs{
		TransitGatewayId:                b.args.TransitGatewayID,
		VpcId:                           b.args.Vpc.VpcID,
		SubnetIds:                       b.args.Vpc.SubnetList(Transit),
		ApplianceModeSupport:            pulumi.String("enable"),
		DnsSupport:                      pulumi.String("enable"),
		Ipv6Support:                     pulumi.String("disable"),
		SecurityGroupReferencingSupport: pulumi.String("disable"),
		TransitGatewayDefaultRouteTableAssociation: pulumi.Bool(false),
		TransitGatewayDefaultRouteTablePropagation: pulumi.Bool(false),
		Tags: b.tags(),
	}, b.Options(pulumi.DeleteBeforeReplace(true))...)
	if err != nil {
		return err
	}
	b.attachment = attachment
	b.out.AttachmentID = attachment.ID().ToStringOutput()
	association, err := ec2transitgateway.NewRouteTableAssociation(b.ctx, b.Name("association"),
		&ec2transitgateway.RouteTableAssociationArgs{
			TransitGatewayAttachmentId: attachment.ID(),
			TransitGatewayRouteTableId: b.table(inspection),
		}, b.Options(pulumi.DeleteBeforeReplace(true))...)
	b.joined = append(b.joined, attachment, association)
	return err
}

// table is the id of one of the hub's tables.
func (b *inspectionBuild) table(name string) pulumi.StringOutput {
	return b.args.RouteTableIDs.ToStringMapOutput().MapIndex(pulumi.String(name))
}

// routeVPC leads what comes from the gateway to the firewall of the same zone, and what the firewall lets pass back.
func (b *inspectionBuild) routeVPC() error {
	tables := b.args.Vpc.RouteTables(Transit, Data)
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		args := &ec2.RouteArgs{RouteTableId: tables[name], DestinationCidrBlock: pulumi.String(anywhere)}
		if zone, transit := strings.CutPrefix(name, Transit+"-"); transit {
			args.VpcEndpointId = b.endpoint(b.args.Scope.Region + zone)
		} else {
			args.TransitGatewayId = b.args.TransitGatewayID.ToStringOutput().ToStringPtrOutput()
		}
		route, err := ec2.NewRoute(b.ctx, b.Name("route", name), args, b.Options(pulumi.DependsOn(b.joined))...)
		if err != nil {
			return err
		}
		b.joined = append(b.joined, route)
	}
	return nil
}

// endpoint is the firewall's endpoint in a zone.
func (b *inspectionBuild) endpoint(zone string) pulumi.StringOutput {
	return b.firewall.FirewallStatuses.ApplyT(func(statuses []networkfirewall.FirewallFirewallStatus) (string, error) {
		for _, status := range statuses {
			for _, state := range status.SyncStates {
				if state.AvailabilityZone == nil || *state.AvailabilityZone != zone {
					continue
				}
				for _, attachment := range state.Attachments {
					if attachment.EndpointId != nil {
						return *attachment.EndpointId, nil
					}
				}
			}
		}
		return "", fmt.Errorf("the firewall has no endpoint in %s", zone)
	}).(pulumi.StringOutput)
}

// leadSegments leads from every segment's table, what it reaches and what leaves, to the firewall.
func (b *inspectionBuild) leadSegments() error {
	for _, segment := range slices.Sorted(maps.Keys(b.args.Config.Segments)) {
		blocks := map[string]string{}
		for _, other := range b.args.Config.Segments[segment].Reaches {
			blocks[other] = b.args.Config.Segments[other].CIDR
		}
		if LeavesThroughHub(b.args.Config, segment) {
			blocks[egress] = anywhere
		}
		for _, destination := range slices.Sorted(maps.Keys(blocks)) {
			_, err := ec2transitgateway.NewRoute(b.ctx, b.Name("lead", segment, destination), &ec2transitgateway.RouteArgs{
				TransitGatewayRouteTableId: b.table(segment),
				DestinationCidrBlock:       pulumi.String(blocks[destination]),
				TransitGatewayAttachmentId: b.attachment.ID().ToStringOutput().ToStringPtrOutput(),
			}, b.Options(pulumi.DeleteBeforeReplace(true), pulumi.DependsOn(b.joined))...)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *inspectionBuild) tags(parts ...string) pulumi.StringMap {
	const longestTag = 256
	name := b.args.Scope.Name(longestTag, append([]string{b.name}, parts...)...)
	return pulumi.ToStringMap(b.args.Scope.Tags("network", name, nil))
}
