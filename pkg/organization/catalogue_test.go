package organization

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/naming"
	"aws-platform/pkg/sim/authz"
)

const (
	managementAccount = "111111111111"
	memberAccount     = "222222222222"
)

func testScope() naming.Scope {
	return naming.Scope{
		Project: "aws-platform", Organization: "acme", Environment: "management", Region: "eu-west-1", AccountID: managementAccount,
		Partition: "aws", Owner: "platform", CostCenter: "1000",
	}
}

func testProtected() protected {
	return protected{scope: testScope(), regions: []string{"eu-west-1", "eu-central-1"}, stateBucket: "acme-state", logBuckets: []string{"acme-logs"}}
}

// asked is one call of a role of a member account, in eu-west-1 unless the context says otherwise.
type asked struct {
	role, action, resource string
	context                map[string]string
}

// allowed judges a call that the account's own policies allow by the guardrails alone.
func allowed(t *testing.T, statements []statement, ask asked) authz.Decision {
	t.Helper()
	documents, err := pack(statements, 10240, 10)
	require.NoError(t, err)
	everything, err := authz.Parse(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)
	require.NoError(t, err)
	level := []authz.Policy{everything}
	for _, document := range documents {
		policy, err := authz.Parse(document.Text)
		require.NoError(t, err)
		level = append(level, policy)
	}
	source := "arn:aws:iam::" + memberAccount + ":" + ask.role
	if !strings.Contains(ask.role, "/") && ask.role != "root" {
		source = "arn:aws:iam::" + memberAccount + ":role/" + ask.role
	}
	context := map[string][]string{requestedRegion: {"eu-west-1"}}
	for key, value := range ask.context {
		context[key] = []string{value}
	}
	resource := ask.resource
	if resource == "" {
		resource = "*"
	}
	return authz.Policies{Identity: []authz.Policy{everything}, SCPs: [][]authz.Policy{{everything}, level}}.Decide(authz.Request{
		Principal: authz.Principal{Source: source, ARN: source + "/session", Account: memberAccount, Organization: "o-simulation"},
		Action:    ask.action, Resource: resource, Context: context,
	})
}

// inRegion is a context of another region.
func inRegion(region string) map[string]string { return map[string]string{requestedRegion: region} }

// railCase is what a statement must stop, what is near it and must pass, and who is exempt from it.
type railCase struct {
	stops, passes []asked
	exempt        []string
}

func railCases() map[string]railCase {
	const app = "apps-worker"
	volume := "arn:aws:ec2:eu-west-1:222222222222:volume/*"
	role := func(name string) string { return "arn:aws:iam::222222222222:role/" + name }
	return map[string]railCase{
		"StayInOrganization": {
			stops:  []asked{{app, "organizations:LeaveOrganization", "", nil}, {"acme-deploy", "account:CloseAccount", "", nil}},
			passes: []asked{{app, "organizations:DescribeOrganization", "", nil}, {app, "account:GetContactInformation", "", nil}},
			exempt: []string{"acme-break-glass"},
		},
		"NoRootUser": {
			stops: []asked{{"root", "s3:ListAllMyBuckets", "", nil}, {"root", "iam:CreateAccessKey", "", nil}},
			passes: []asked{
				{app, "s3:ListAllMyBuckets", "", nil},
				{"root", "s3:DeleteBucketPolicy", "arn:aws:s3:::locked", map[string]string{"aws:AssumedRoot": "true"}},
				{"root-reader", "s3:ListAllMyBuckets", "", nil},
			},
			exempt: []string{"acme-break-glass"},
		},
		"KeepTheRecords": {
			stops: []asked{
				{app, "cloudtrail:StopLogging", "", nil}, {app, "config:StopConfigurationRecorder", "", nil},
				{app, "guardduty:DeleteDetector", "", nil}, {app, "securityhub:DisableSecurityHub", "", nil},
				{app, "access-analyzer:DeleteAnalyzer", "", nil}, {"acme-readonly", "cloudtrail:DeleteTrail", "", nil},
			},
			passes: []asked{{app, "cloudtrail:LookupEvents", "", nil}, {app, "config:PutConfigRule", "", nil}, {app, "guardduty:GetFindings", "", nil}},
			exempt: []string{"acme-break-glass", "acme-deploy", accountAccess},
		},
		"StayInRegions": {
			stops: []asked{
				{app, "ec2:RunInstances", "", inRegion("us-west-2")}, {"acme-deploy", "s3:CreateBucket", "", inRegion("ap-south-1")},
				{app, "lambda:CreateFunction", "", inRegion("us-east-1")},
			},
			passes: []asked{
				{app, "ec2:RunInstances", "", nil}, {app, "ec2:RunInstances", "", inRegion("eu-central-1")},
				{app, "iam:CreateRole", "", inRegion("us-east-1")}, {app, "cloudfront:CreateDistribution", "", inRegion("us-east-1")},
				{app, "route53:ChangeResourceRecordSets", "", inRegion("us-east-1")}, {app, "acm:RequestCertificate", "", inRegion("us-east-1")},
				{app, "sts:GetCallerIdentity", "", inRegion("us-west-2")}, {app, "supportplans:GetSupportPlan", "", inRegion("us-east-1")},
			},
			exempt: []string{"acme-break-glass"},
		},
		"StayInRegionsAndHome": {
			stops: []asked{
				{app, "kms:CreateKey", "", inRegion("us-west-2")}, {app, "acm:RequestCertificate", "", inRegion("sa-east-1")},
				{"acme-deploy", "wafv2:CreateWebACL", "", inRegion("us-west-1")}, {app, "logs:CreateLogGroup", "", inRegion("us-west-2")},
			},
			passes: []asked{{app, "kms:CreateKey", "", nil}, {app, "kms:CreateKey", "", inRegion("us-east-1")}, {app, "wafv2:CreateWebACL", "", inRegion("us-east-1")}},
			exempt: []string{"acme-break-glass"},
		},
		"KeepPublicAccessBlocked": {
			stops:  []asked{{app, "s3:PutBucketPublicAccessBlock", "arn:aws:s3:::data", nil}, {app, "s3:PutAccountPublicAccessBlock", "", nil}},
			passes: []asked{{app, "s3:GetBucketPublicAccessBlock", "arn:aws:s3:::data", nil}, {app, "s3:PutBucketVersioning", "arn:aws:s3:::data", nil}},
			exempt: []string{"acme-break-glass", "acme-deploy", accountAccess},
		},
		"NoPublicGrants": {
			stops: []asked{
				{app, "s3:PutObject", "arn:aws:s3:::data/x", map[string]string{"s3:x-amz-acl": "public-read"}},
				{"acme-deploy", "s3:PutBucketAcl", "arn:aws:s3:::data", map[string]string{"s3:x-amz-acl": "public-read-write"}},
			},
			passes: []asked{
				{app, "s3:PutObject", "arn:aws:s3:::data/x", nil},
				{app, "s3:PutObject", "arn:aws:s3:::data/x", map[string]string{"s3:x-amz-acl": "bucket-owner-full-control"}},
			},
			exempt: []string{"acme-break-glass"},
		},
		"NoPlainVolumes": {
			stops: []asked{
				{app, "ec2:RunInstances", volume, map[string]string{"ec2:Encrypted": "false"}},
				{"acme-deploy", "ec2:CreateVolume", volume, map[string]string{"ec2:Encrypted": "false"}},
			},
			passes: []asked{
				{app, "ec2:CreateVolume", volume, map[string]string{"ec2:Encrypted": "true"}},
				{app, "ec2:RunInstances", "arn:aws:ec2:eu-west-1:222222222222:instance/*", nil},
			},
			exempt: []string{"acme-break-glass"},
		},
		"NoPlainDatabases": {
			stops:  []asked{{"acme-deploy", "rds:CreateDBInstance", "", map[string]string{"rds:StorageEncrypted": "false"}}},
			passes: []asked{{app, "rds:CreateDBCluster", "", map[string]string{"rds:StorageEncrypted": "true"}}, {app, "rds:CreateDBInstance", "", nil}},
			exempt: []string{"acme-break-glass"},
		},
		"NoPlainFileSystems": {
			stops:  []asked{{app, "elasticfilesystem:CreateFileSystem", "", map[string]string{"elasticfilesystem:Encrypted": "false"}}},
			passes: []asked{{app, "elasticfilesystem:CreateFileSystem", "", map[string]string{"elasticfilesystem:Encrypted": "true"}}},
			exempt: []string{"acme-break-glass"},
		},
		"NoPublicSnapshots": {
			stops:  []asked{{"acme-deploy", "ec2:ModifySnapshotAttribute", "", map[string]string{"ec2:Add/group": "all"}}},
			passes: []asked{{app, "ec2:ModifySnapshotAttribute", "", map[string]string{"ec2:Add/userId": "333333333333"}}},
			exempt: []string{"acme-break-glass"},
		},
		"NoSharedDatabaseSnapshots": {
			stops:  []asked{{app, "rds:ModifyDBSnapshotAttribute", "", nil}, {"acme-deploy", "rds:ModifyDBClusterSnapshotAttribute", "", nil}},
			passes: []asked{{app, "rds:CreateDBSnapshot", "", nil}},
			exempt: []string{"acme-break-glass"},
		},
		"KeepEncryptionByDefault": {
			stops:  []asked{{"acme-deploy", "ec2:DisableEbsEncryptionByDefault", "", nil}, {app, "ec2:DisableSnapshotBlockPublicAccess", "", nil}},
			passes: []asked{{app, "ec2:EnableEbsEncryptionByDefault", "", nil}},
			exempt: []string{"acme-break-glass"},
		},
		"KeepAccessRoles": {
			stops: []asked{
				{app, "iam:UpdateAssumeRolePolicy", role("acme-deploy"), nil}, {"acme-deploy", "iam:AttachRolePolicy", role("acme-deploy"), nil},
				{app, "iam:CreateRole", role("acme-break-glass"), nil}, {app, "iam:DeleteRole", role("OrganizationAccountAccessRole"), nil},
			},
			passes: []asked{{app, "iam:UpdateAssumeRolePolicy", role("apps-worker"), nil}, {app, "iam:GetRole", role("acme-deploy"), nil}},
			exempt: []string{"acme-break-glass", "OrganizationAccountAccessRole"},
		},
		"KeepNarrowRoles": {
			stops: []asked{
				{app, "iam:PutRolePolicy", role("acme-dev-network"), nil}, {app, "iam:UpdateAssumeRolePolicy", role("acme-prod-dns"), nil},
				{"acme-readonly", "iam:DeleteRole", role("acme-ci-apps"), nil},
			},
			passes: []asked{{app, "iam:PutRolePolicy", role("network"), nil}},
			exempt: []string{"acme-break-glass", "acme-deploy", accountAccess},
		},
		"KeepPolicies": {
			stops: []asked{
				{"acme-deploy", "iam:CreatePolicyVersion", "arn:aws:iam::222222222222:policy/acme-boundary", nil},
				{app, "iam:DeletePolicy", "arn:aws:iam::222222222222:policy/acme-boundary", nil},
				{app, "iam:SetDefaultPolicyVersion", "arn:aws:iam::222222222222:policy/acme-deploy-network", nil},
			},
			passes: []asked{{app, "iam:CreatePolicyVersion", "arn:aws:iam::222222222222:policy/apps", nil}},
			exempt: []string{"acme-break-glass", "OrganizationAccountAccessRole"},
		},
		"KeepState": {
			stops: []asked{
				{app, "s3:GetObject", "arn:aws:s3:::acme-state/.pulumi/meta.yaml", nil}, {"acme-deploy", "s3:DeleteBucket", "arn:aws:s3:::acme-state", nil},
			},
			passes: []asked{{app, "s3:GetObject", "arn:aws:s3:::acme-state-of-apps/x", nil}},
			exempt: []string{"acme-break-glass"},
		},
		"KeepLogs": {
			stops: []asked{
				{"acme-deploy", "s3:DeleteObjectVersion", "arn:aws:s3:::acme-logs/x", nil}, {app, "s3:DeleteBucket", "arn:aws:s3:::acme-logs", nil},
			},
			passes: []asked{{app, "s3:GetObject", "arn:aws:s3:::acme-logs/x", nil}, {app, "s3:DeleteObject", "arn:aws:s3:::data/x", nil}},
			exempt: []string{"acme-break-glass"},
		},
		"KeepLogBuckets": {
			stops:  []asked{{app, "s3:PutBucketPolicy", "arn:aws:s3:::acme-logs", nil}, {app, "s3:PutLifecycleConfiguration", "arn:aws:s3:::acme-logs", nil}},
			passes: []asked{{app, "s3:PutBucketPolicy", "arn:aws:s3:::data", nil}},
			exempt: []string{"acme-break-glass", "acme-deploy", accountAccess},
		},
		"Quarantine": {
			stops:  []asked{{app, "ec2:RunInstances", "", nil}, {"AWSReservedSSO_Admin_0123", "s3:GetObject", "arn:aws:s3:::data/x", nil}},
			exempt: []string{"acme-break-glass", "acme-deploy", "acme-readonly", "OrganizationAccountAccessRole"},
		},
	}
}

// Every statement stops what it is for, lets its neighbours through, and exempts exactly who must be exempt.
func TestEveryStatement(t *testing.T) {
	t.Parallel()
	cases := railCases()
	seen := map[string]bool{}
	for _, rail := range catalogue() {
		for _, s := range rail.Statements(testProtected()) {
			require.False(t, seen[s.Sid], "the id %s stands twice", s.Sid)
			seen[s.Sid] = true
			test, known := cases[s.Sid]
			require.True(t, known, "statement %s has no test", s.Sid)
			t.Run(s.Sid, func(t *testing.T) {
				t.Parallel()
				alone := []statement{s}
				require.NotEmpty(t, test.stops)
				for _, ask := range test.stops {
					decision := allowed(t, alone, ask)
					require.False(t, decision.Allowed, "%+v", ask)
					require.Equal(t, s.Sid, decision.Sid)
					require.Equal(t, "with an explicit deny in a service control policy", decision.Reason)
				}
				for _, ask := range test.passes {
					require.True(t, allowed(t, alone, ask).Allowed, "%+v", ask)
				}
				first := test.stops[0]
				for _, role := range []string{"acme-break-glass", "acme-deploy", "acme-readonly", accountAccess, "acme-break-glass-2", "x-acme-deploy"} {
					if first.role == "root" {
						continue // about nobody else
					}
					first.role = role
					require.Equal(t, slices.Contains(test.exempt, role), allowed(t, alone, first).Allowed, role)
				}
			})
		}
	}
	require.Len(t, seen, len(cases), "every test has a statement")
}

// What a workload does every day passes all guardrails of its unit together.
func TestWorkMayBeDone(t *testing.T) {
	t.Parallel()
	statements, err := statementsOf([]string{"leave-organization", "root-user", "security-services", "regions", "storage", "platform"}, testProtected())
	require.NoError(t, err)
	for _, ask := range []asked{
		{"acme-deploy", "ec2:CreateVpc", "", nil},
		{"acme-deploy", "iam:CreateRole", "arn:aws:iam::222222222222:role/apps-worker", nil},
		{"acme-deploy", "s3:PutBucketPublicAccessBlock", "arn:aws:s3:::data", nil},
		{"acme-deploy", "rds:CreateDBCluster", "", map[string]string{"rds:StorageEncrypted": "true"}},
		{"acme-deploy", "config:PutConfigurationRecorder", "", nil},
		{"acme-deploy", "kms:CreateKey", "", map[string]string{requestedRegion: "us-east-1"}},
		{"acme-readonly", "ec2:DescribeInstances", "", nil},
		{"OrganizationAccountAccessRole", "iam:CreateRole", "arn:aws:iam::222222222222:role/acme-deploy", nil},
		{"aws-service-role/x", "ec2:DescribeRegions", "", nil},
	} {
		require.True(t, allowed(t, statements, ask).Allowed, "%+v", ask)
	}
}
