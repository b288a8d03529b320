package network

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/config"
	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
)

// AttachmentAccess says whose attachment a role in the hub's account may join to what.
type AttachmentAccess struct {
	// Hub is the scope of the hub's stack; its account and region are meant.
	Hub naming.Scope
	// Environment is the environment whose attachment it is, as its own stack calls it.
	Environment string
	// Segments are those its VPCs belong to.
	Segments []string
	Config   config.TransitGateway
	// RouteTableIDs are the hub's output, by table.
	RouteTableIDs pulumi.StringMapInput
}

// AttachmentStatements are the rights a workload's stack needs in the hub's account to join its own VPC, and no other, to
// its own segment. AWS tells attachments of other accounts apart by nothing but the tags the hub's account gives them, and
// lets nobody accept by tag. So the role may accept, may put its environment's tag on what has none, and may associate and
// propagate only what has that tag, with the tables of its segments alone. It may delete nothing, and no route is its own.
func AttachmentStatements(access AttachmentAccess) []iampolicy.Statement {
	// The account in an attachment's ARN is its owner's, which differs from the hub's.
	anybody := access.Hub
	anybody.AccountID = "*"
	attachments := iampolicy.Strings(anybody.ARN("ec2", "transit-gateway-attachment/*"))
	mine := iampolicy.When("StringEquals", "aws:ResourceTag/Environment", access.Environment)
	join := []string{"ec2:AssociateTransitGatewayRouteTable", "ec2:DisassociateTransitGatewayRouteTable"}
	propagate := []string{"ec2:DisableTransitGatewayRouteTablePropagation", "ec2:EnableTransitGatewayRouteTablePropagation"}
	own, others := map[string]bool{}, map[string]bool{}
	for _, segment := range access.Segments {
		own[segment] = true
		for _, table := range PropagatesInto(access.Config, segment) {
			others[table] = true
		}
	}
	statements := []iampolicy.Statement{
		{
			Sid: "SeeAttachments",
			Actions: []string{
				"ec2:DescribeTransitGatewayAttachments", "ec2:DescribeTransitGatewayRouteTables",
				"ec2:DescribeTransitGatewayVpcAttachments", "ec2:DescribeTransitGateways",
			},
			Resources: iampolicy.Strings("*"), // these actions know no resources
		},
		{
			Sid:       "SeeTables",
			Actions:   []string{"ec2:GetTransitGatewayRouteTableAssociations", "ec2:GetTransitGatewayRouteTablePropagations"},
			Resources: access.tables(own, others),
		},
		{Sid: "Accept", Actions: []string{"ec2:AcceptTransitGatewayVpcAttachment"}, Resources: attachments},
		{
			Sid: "Claim", Actions: []string{"ec2:CreateTags"}, Resources: attachments,
			Conditions: []iampolicy.Condition{
				iampolicy.When("StringEquals", "aws:RequestTag/Environment", access.Environment),
				iampolicy.When("StringEqualsIfExists", "aws:ResourceTag/Environment", access.Environment),
			},
		},
		{
			Sid: "Rename", Actions: []string{"ec2:CreateTags", "ec2:DeleteTags"}, Resources: attachments,
			Conditions: []iampolicy.Condition{
				mine,
				// The tag these rights go by stays.
				iampolicy.When("ForAllValues:StringNotEquals", "aws:TagKeys", "Environment"),
			},
		},
		{
			Sid: "JoinMine", Actions: append(slices.Clone(join), propagate...), Resources: attachments,
			Conditions: []iampolicy.Condition{mine},
		},
		{Sid: "JoinMySegment", Actions: join, Resources: access.tables(own)},
	}
	if len(others) > 0 {
		statements = append(statements, iampolicy.Statement{
			Sid: "TellWhoReachesMe", Actions: propagate, Resources: access.tables(others),
		})
	}
	return statements
}

// tables are the ARNs of route tables, by name.
func (a AttachmentAccess) tables(sets ...map[string]bool) []pulumi.StringInput {
	names := map[string]bool{}
	for _, set := range sets {
		maps.Copy(names, set)
	}
	var arns []pulumi.StringInput
	for _, name := range slices.Sorted(maps.Keys(names)) {
		id := a.RouteTableIDs.ToStringMapOutput().MapIndex(pulumi.String(name))
		arns = append(arns, pulumi.Sprintf("%s%s", a.Hub.ARN("ec2", "transit-gateway-route-table/"), id))
	}
	return arns
}
