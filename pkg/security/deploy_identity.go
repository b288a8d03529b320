package security

import (
	"slices"

	"aws-platform/pkg/iampolicy"
)

// passedTo are the services that roles of the stacks are handed over to.
var passedTo = []string{
	"apigateway.amazonaws.com", "application-autoscaling.amazonaws.com", "autoscaling.amazonaws.com", "backup.amazonaws.com",
	"cloudtrail.amazonaws.com", "config.amazonaws.com", "ec2.amazonaws.com", "ecs-tasks.amazonaws.com", "ecs.amazonaws.com",
	"eks-fargate-pods.amazonaws.com", "eks.amazonaws.com", "events.amazonaws.com", "firehose.amazonaws.com",
	"lambda.amazonaws.com", "monitoring.rds.amazonaws.com", "pods.eks.amazonaws.com", "rds.amazonaws.com", "s3.amazonaws.com",
	"scheduler.amazonaws.com", "ssm.amazonaws.com", "vpc-flow-logs.amazonaws.com",
}

// linkedTo are the services whose service-linked roles the stacks may make: AWS says what is in them.
var linkedTo = []string{
	"access-analyzer.amazonaws.com", "autoscaling.amazonaws.com", "backup.amazonaws.com", "config.amazonaws.com",
	"config-multiaccountsetup.amazonaws.com", "dynamodb.application-autoscaling.amazonaws.com", "ecs.amazonaws.com",
	"ecs.application-autoscaling.amazonaws.com", "eks.amazonaws.com", "eks-fargate.amazonaws.com", "eks-nodegroup.amazonaws.com",
	"elasticloadbalancing.amazonaws.com", "guardduty.amazonaws.com", "network-firewall.amazonaws.com",
	"ops.apigateway.amazonaws.com", "rds.amazonaws.com", "replication.dynamodb.amazonaws.com", "replicator.lambda.amazonaws.com",
	"route53resolver.amazonaws.com", "securityhub.amazonaws.com", "spot.amazonaws.com", "transitgateway.amazonaws.com",
	"wafv2.amazonaws.com",
}

// iamWrites are all of IAM's actions that change something. In a Deny, so prefixes are only safer.
var iamWrites = []string{
	"iam:Add*", "iam:Attach*", "iam:Change*", "iam:Create*", "iam:Deactivate*", "iam:Delete*", "iam:Detach*", "iam:Disable*",
	"iam:Enable*", "iam:PassRole", "iam:Put*", "iam:Remove*", "iam:Reset*", "iam:Resync*", "iam:Set*", "iam:Tag*", "iam:Untag*",
	"iam:Update*", "iam:Upload*",
}

// ownRoles are the roles the account's stack makes: those of the path, and those told by name.
func (f facts) ownRoles() []string {
	roles := []string{f.iam("role" + f.scope.RolePath() + "*")}
	for _, name := range f.roles {
		roles = append(roles, f.iam("role/"+name))
	}
	return roles
}

// protectedIdentities are the platform's own roles and policies in the account: whoever could change them could become
// whatever he likes.
func (f facts) protectedIdentities() []string {
	org := f.scope.Organization
	protected := []string{
		f.iam("role/OrganizationAccountAccessRole"), f.iam("role/aws-reserved/*"),
		f.iam("policy/" + BoundaryPolicy(org)),
	}
	for _, purpose := range []string{Deploy, Readonly, BreakGlass} {
		protected = append(protected, f.iam("role/"+AccessRole(org, purpose)), f.iam("policy/"+AccessRole(org, purpose)+"-*"))
	}
	return protected
}

// identityRights are what the stacks may do with identities: roles of their own that carry the boundary, and nothing to
// the platform's.
func (f facts) identityRights() []iampolicy.Statement {
	bounded := iampolicy.When("StringEquals", "iam:PermissionsBoundary", BoundaryARN(f.scope))
	path := f.scope.RolePath() + "*"
	rights := []right{
		{
			sid: "Look", service: "iam", where: worldwide, why: "reads of roles and policies; neither holds a secret", verbs: "Get* List*",
		},
		{
			// Without the boundary a role could be given more than its maker has.
			sid: "MakeBoundedRoles", service: "iam", where: worldwide, on: f.ownRoles(), when: []iampolicy.Condition{bounded},
			verbs: "AttachRolePolicy CreateRole DeleteRolePolicy DetachRolePolicy PutRolePermissionsBoundary PutRolePolicy",
		},
		{
			sid: "ChangeOwnRoles", service: "iam", where: worldwide, on: f.ownRoles(),
			verbs: "DeleteRole TagRole UntagRole UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription",
		},
		{
			sid: "HandOwnRolesToServices", service: "iam", where: worldwide, verbs: "PassRole",
			on:   []string{f.iam("role" + path)},
			when: []iampolicy.Condition{iampolicy.When("StringEquals", "iam:PassedToService", passedTo...)},
		},
		{
			sid: "OwnPoliciesAndProfiles", service: "iam", where: worldwide,
			on: []string{f.iam("policy" + path), f.iam("instance-profile" + path), f.iam("role" + path)},
			verbs: `AddRoleToInstanceProfile CreateInstanceProfile CreatePolicy CreatePolicyVersion DeleteInstanceProfile DeletePolicy
				DeletePolicyVersion RemoveRoleFromInstanceProfile SetDefaultPolicyVersion TagInstanceProfile TagPolicy
				UntagInstanceProfile UntagPolicy`,
		},
		{
			sid: "LinkServices", service: "iam", where: worldwide, on: []string{f.iam("role/aws-service-role/*")},
			verbs: "CreateServiceLinkedRole",
			when:  []iampolicy.Condition{iampolicy.When("StringEquals", "iam:AWSServiceName", linkedTo...)},
		},
		{
			// IAM refuses while the service still has use for the role, and has no condition key for the service here.
			sid: "UnlinkServices", service: "iam", where: worldwide, on: []string{f.iam("role/aws-service-role/*")},
			verbs: "DeleteServiceLinkedRole TagRole UntagRole UpdateRoleDescription",
		},
		{
			sid: "TrustClusters", service: "iam", where: worldwide, on: f.ownIssuers(),
			verbs: `AddClientIDToOpenIDConnectProvider CreateOpenIDConnectProvider DeleteOpenIDConnectProvider
				RemoveClientIDFromOpenIDConnectProvider TagOpenIDConnectProvider UntagOpenIDConnectProvider
				UpdateOpenIDConnectProviderThumbprint`,
		},
		{
			sid: "AccountSettings", service: "iam", where: worldwide,
			verbs: "CreateAccountAlias DeleteAccountAlias DeleteAccountPasswordPolicy UpdateAccountPasswordPolicy",
		},
	}
	statements := f.chapterOf("", rights).statements
	return append(statements,
		iampolicy.Statement{
			Sid: "LeaveThePlatformAlone", Deny: true, Actions: iamWrites, Resources: iampolicy.Strings(f.protectedIdentities()...),
		},
		iampolicy.Statement{
			Sid: "KeepBoundaries", Deny: true, Actions: []string{"iam:DeleteRolePermissionsBoundary"}, Resources: iampolicy.Strings("*"),
		},
	)
}

// ownIssuers are the identity providers the stack makes: its clusters', and those it is told.
func (f facts) ownIssuers() []string {
	issuers := []string{f.iam("oidc-provider/oidc.eks." + f.scope.Region + ".amazonaws.com/*")}
	for _, host := range slices.Sorted(slices.Values(f.issuers)) {
		issuers = append(issuers, f.iam("oidc-provider/"+host))
	}
	return issuers
}

// deployChapters are the deploy role's policies.
func (f facts) deployChapters() []chapter {
	return []chapter{
		f.chapterOf("network", f.networkRights()),
		f.chapterOf("transit", f.transitRights()),
		f.chapterOf("edge", f.edgeRights()),
		f.chapterOf("compute", f.computeRights()),
		f.chapterOf("containers", f.containerRights()),
		f.chapterOf("data", f.dataRights()),
		f.chapterOf("storage", f.storageRights()),
		f.chapterOf("watch", f.watchRights()),
		f.chapterOf("audit", f.auditRights()),
		{name: "identity", statements: f.identityRights()},
	}
}
