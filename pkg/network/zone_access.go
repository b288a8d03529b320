package network

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
)

// DelegationAccess says whose zone a role in the parent's account may delegate, and whose VPCs it may let ask.
type DelegationAccess struct {
	// Parent is the scope of the parent zone's stack.
	Parent naming.Scope
	// Domain is the delegated zone, ParentZoneID the zone it is delegated from; nil for none.
	Domain       string
	ParentZoneID pulumi.StringInput
	// PrivateZoneIDs are the zones that VPCs of the environment ask, Region where those are.
	PrivateZoneIDs []pulumi.StringInput
	Region         string
}

// Condition keys of Route 53.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html
const (
	changedNames   = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
	changedTypes   = "route53:ChangeResourceRecordSetsRecordTypes"
	changedActions = "route53:ChangeResourceRecordSetsActions"
	changedVpcs    = "route53:VPCs"
)

// DelegationStatements are the rights a workload's stack needs in the parent's account: to write the name servers and the
// key's fingerprint of its own zone into the parent, and no other record; and to let VPCs ask private zones. Of a VPC
// AWS tells a policy the id and the region. The id is not known before the VPC is, so the region alone is held. Nobody is
// let in by that: a VPC is associated by its own account, and an association outlives its authorization.
func DelegationStatements(access DelegationAccess) []iampolicy.Statement {
	parent := access.Parent
	zones := func(ids ...pulumi.StringInput) (arns []pulumi.StringInput) {
		for _, id := range ids {
			arns = append(arns, pulumi.Sprintf("%s%s", parent.GlobalARN("route53", "", "hostedzone/"), id))
		}
		return arns
	}
	statements := []iampolicy.Statement{{
		Sid: "AwaitChange", Actions: []string{"route53:GetChange"},
		Resources: iampolicy.Strings(parent.GlobalARN("route53", "", "change/*")),
	}}
	if access.ParentZoneID != nil {
		statements = append(statements,
			iampolicy.Statement{
				Sid: "SeeParent", Actions: []string{"route53:GetHostedZone", "route53:ListResourceRecordSets"},
				Resources: zones(access.ParentZoneID),
			},
			iampolicy.Statement{
				Sid: "DelegateMine", Actions: []string{"route53:ChangeResourceRecordSets"}, Resources: zones(access.ParentZoneID),
				Conditions: []iampolicy.Condition{
					iampolicy.When("ForAllValues:StringEquals", changedNames, strings.ToLower(access.Domain)),
					iampolicy.When("ForAllValues:StringEquals", changedTypes, "DS", "NS"),
					iampolicy.When("ForAllValues:StringEquals", changedActions, "CREATE", "DELETE", "UPSERT"),
					// Of keys that are absent ForAllValues holds too.
					iampolicy.When("Null", changedNames, "false"),
				},
			})
	}
	if len(access.PrivateZoneIDs) > 0 {
		statements = append(statements,
			iampolicy.Statement{
				Sid:       "SeePrivate",
				Actions:   []string{"route53:GetHostedZone", "route53:ListVPCAssociationAuthorizations"},
				Resources: zones(access.PrivateZoneIDs...),
			},
			iampolicy.Statement{
				Sid:       "LetVpcsAsk",
				Actions:   []string{"route53:CreateVPCAssociationAuthorization", "route53:DeleteVPCAssociationAuthorization"},
				Resources: zones(access.PrivateZoneIDs...),
				Conditions: []iampolicy.Condition{
					iampolicy.When("ForAllValues:StringLike", changedVpcs, "VPCId=*,VPCRegion="+access.Region),
					iampolicy.When("Null", changedVpcs, "false"),
				},
			})
	}
	return statements
}
