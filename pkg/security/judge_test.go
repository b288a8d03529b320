package security

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/sim/authz"
)

// question is one request, and whether it is allowed.
type question struct {
	why              string
	action, resource string
	context          map[string][]string
	allowed          bool
}

// ask judges questions by a role's policies, as IAM would.
func ask(t *testing.T, who authz.Principal, policies authz.Policies, questions []question) {
	t.Helper()
	yes, no := 0, 0
	for _, q := range questions {
		context := map[string][]string{"aws:RequestedRegion": {"eu-west-1"}, "aws:SecureTransport": {"true"}}
		for key, values := range q.context {
			context[key] = values
		}
		decision := policies.Decide(authz.Request{Principal: who, Action: q.action, Resource: q.resource, Context: context})
		assert.Equal(t, q.allowed, decision.Allowed, "%s: %s on %s: %s", q.why, q.action, q.resource, decision.Reason)
		if q.allowed {
			yes++
		} else {
			no++
		}
	}
	require.GreaterOrEqual(t, yes, 3, "things it can do")
	require.GreaterOrEqual(t, no, 10, "things it cannot do")
}

func parsed(t *testing.T, statements []iampolicy.Statement) authz.Policy {
	t.Helper()
	policy, err := authz.Parse(text(t, statements))
	require.NoError(t, err)
	return policy
}

func chaptersParsed(t *testing.T, chapters []chapter) []authz.Policy {
	t.Helper()
	var all []authz.Policy
	for _, c := range chapters {
		all = append(all, parsed(t, c.statements))
	}
	return all
}

// session is somebody who acts as a role.
func session(account, role string) authz.Principal {
	scope := testScope("any", account)
	return authz.Principal{
		ARN: scope.GlobalARN("sts", account, "assumed-role/"+role+"/x"), Source: scope.GlobalARN("iam", account, "role/"+role),
		Account: account, Organization: organization,
	}
}

func user(account, name string) authz.Principal {
	arn := testScope("any", account).GlobalARN("iam", account, "user/"+name)
	return authz.Principal{ARN: arn, Source: arn, Account: account, Organization: organization}
}

// dev is an ARN in the dev account and eu-west-1, devIAM one of its identities.
func dev(service, resource string) string { return testScope("dev", devID).ARN(service, resource) }
func devIAM(resource string) string       { return testScope("dev", devID).GlobalARN("iam", devID, resource) }

func TestDeployRole(t *testing.T) {
	t.Parallel()
	f := devFacts()
	bounded := map[string][]string{"iam:PermissionsBoundary": {BoundaryARN(f.scope)}}
	unbounded := map[string][]string{"iam:PermissionsBoundary": {devIAM("policy/other")}}
	passed := func(service string) map[string][]string { return map[string][]string{"iam:PassedToService": {service}} }
	region := func(name string) map[string][]string { return map[string][]string{"aws:RequestedRegion": {name}} }
	bucket := "arn:" + f.scope.Partition + ":s3:::acme-dev-x"
	owner := func(account string) map[string][]string { return map[string][]string{"aws:ResourceAccount": {account}} }
	ask(t, session(devID, "acme-deploy"), authz.Policies{Identity: chaptersParsed(t, f.deployChapters())}, []question{
		{"a VPC in its region", "ec2:CreateVpc", dev("ec2", "vpc/*"), nil, true},
		{"what CloudFront needs", "wafv2:CreateWebACL", "*", region("us-east-1"), true},
		{"a role with the boundary", "iam:CreateRole", devIAM("role/acme/main-flow-log-role"), bounded, true},
		{"its policy", "iam:PutRolePolicy", devIAM("role/acme/main-flow-log-role"), bounded, true},
		{"handed to flow logs", "iam:PassRole", devIAM("role/acme/main-flow-log-role"), passed("vpc-flow-logs.amazonaws.com"), true},
		{"its own bucket", "s3:PutBucketPolicy", bucket, owner(devID), true},
		{"its secret", "secretsmanager:PutSecretValue", dev("secretsmanager", "secret:acme-dev-db-abc"), nil, true},
		{"its cluster's issuer", "iam:CreateOpenIDConnectProvider", devIAM("oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A"), nil, true},
		{"a linked role", "iam:CreateServiceLinkedRole", devIAM("role/aws-service-role/config.amazonaws.com/X"),
			map[string][]string{"iam:AWSServiceName": {"config.amazonaws.com"}}, true},

		{"a VPC elsewhere", "ec2:CreateVpc", "*", region("eu-central-1"), false},
		{"a role without boundary", "iam:CreateRole", devIAM("role/acme/x"), nil, false},
		{"a role with another boundary", "iam:CreateRole", devIAM("role/acme/x"), unbounded, false},
		{"a role outside the path", "iam:CreateRole", devIAM("role/x"), bounded, false},
		{"rights for a role that lost the boundary", "iam:AttachRolePolicy", devIAM("role/acme/x"), unbounded, false},
		{"taking the boundary off", "iam:DeleteRolePermissionsBoundary", devIAM("role/acme/x"), bounded, false},
		{"widening the boundary", "iam:CreatePolicyVersion", devIAM("policy/acme-boundary"), nil, false},
		{"widening itself", "iam:PutRolePolicy", devIAM("role/acme-deploy"), bounded, false},
		{"widening its policy", "iam:CreatePolicyVersion", devIAM("policy/acme-deploy-network"), nil, false},
		{"opening break-glass", "iam:UpdateAssumeRolePolicy", devIAM("role/acme-break-glass"), nil, false},
		{"handing itself over", "iam:PassRole", devIAM("role/acme-deploy"), passed("lambda.amazonaws.com"), false},
		{"handing a role to an unknown service", "iam:PassRole", devIAM("role/acme/x"), passed("glue.amazonaws.com"), false},
		{"a user", "iam:CreateUser", devIAM("user/x"), nil, false},
		{"a key of a user", "iam:CreateAccessKey", devIAM("user/x"), nil, false},
		{"another issuer", "iam:CreateOpenIDConnectProvider", devIAM("oidc-provider/evil.example"), nil, false},
		{"leaving", "organizations:LeaveOrganization", "*", nil, false},
		{"its narrow role, which whoever runs the stack takes", "sts:AssumeRole", f.scope.GlobalARN("iam", sharedID, "role/acme-dev-network"), nil, false},
		{"another environment's role", "sts:AssumeRole", f.scope.GlobalARN("iam", sharedID, "role/acme-prod-network"), nil, false},
		{"its neighbour's deploy role", "sts:AssumeRole", f.scope.GlobalARN("iam", sharedID, "role/acme-deploy"), nil, false},
		{"another account's bucket", "s3:PutBucketPolicy", bucket, owner(sharedID), false},
		{"an object", "s3:GetObject", bucket + "/x", owner(devID), false},
		{"decrypting", "kms:Decrypt", dev("kms", "key/1"), nil, false},
		{"a secret of others", "secretsmanager:GetSecretValue", dev("secretsmanager", "secret:other-x"), nil, false},
		{"rows", "rds-data:ExecuteStatement", dev("rds", "cluster:x"), nil, false},
		{"items", "dynamodb:Query", dev("dynamodb", "table/x"), nil, false},
		{"a linked role of an unknown service", "iam:CreateServiceLinkedRole", devIAM("role/aws-service-role/x"),
			map[string][]string{"iam:AWSServiceName": {"x.amazonaws.com"}}, false},
	})
}

// The shared stack makes what pipelines sign in with and the workloads' narrow roles; its neighbours' roles stay shut.
func TestDeployRoleOfShared(t *testing.T) {
	t.Parallel()
	f := sharedFacts()
	shared := func(resource string) string { return f.scope.GlobalARN("iam", sharedID, resource) }
	bounded := map[string][]string{"iam:PermissionsBoundary": {BoundaryARN(f.scope)}}
	ask(t, session(sharedID, "acme-deploy"), authz.Policies{Identity: chaptersParsed(t, f.deployChapters())}, []question{
		{"a pipeline's role", "iam:CreateRole", shared("role/acme-ci-dev"), bounded, true},
		{"a narrow role", "iam:CreateRole", shared("role/acme-dev-network"), bounded, true},
		{"its rights", "iam:PutRolePolicy", shared("role/acme-dev-dns"), bounded, true},
		{"GitHub", "iam:CreateOpenIDConnectProvider", shared("oidc-provider/" + gitHubHost), nil, true},

		{"a pipeline's role without boundary", "iam:CreateRole", shared("role/acme-ci-dev"), nil, false},
		{"handing one over", "iam:PassRole", shared("role/acme-ci-dev"), map[string][]string{"iam:PassedToService": {"lambda.amazonaws.com"}}, false},
		{"a role of another name", "iam:CreateRole", shared("role/acme-admin"), bounded, false},
		{"itself", "iam:UpdateAssumeRolePolicy", shared("role/acme-deploy"), nil, false},
		{"previews' role", "iam:AttachRolePolicy", shared("role/acme-readonly"), bounded, false},
		{"another issuer", "iam:CreateOpenIDConnectProvider", shared("oidc-provider/gitlab.com"), nil, false},
		{"a workload's role", "iam:CreateRole", devIAM("role/acme/x"), bounded, false},
		{"a workload", "sts:AssumeRole", devIAM("role/acme-deploy"), nil, false},
		{"the organization", "organizations:CreatePolicy", "*", nil, false},
		{"a policy outside the path", "iam:CreatePolicy", shared("policy/x"), nil, false},
	})
}

func TestReadonlyRole(t *testing.T) {
	t.Parallel()
	f := devFacts()
	ask(t, session(devID, "acme-readonly"), authz.Policies{Identity: chaptersParsed(t, f.readonlyChapters())}, []question{
		{"a VPC", "ec2:DescribeVpcs", "*", nil, true},
		{"a role", "iam:GetRole", devIAM("role/acme/x"), nil, true},
		{"a bucket's policy", "s3:GetBucketPolicy", "*", nil, true},
		{"a parameter in the clear", "ssm:GetParameter", dev("ssm", "parameter/acme/x"), nil, true},
		{"a key's policy", "kms:GetKeyPolicy", dev("kms", "key/1"), nil, true},

		{"a secret", "secretsmanager:GetSecretValue", dev("secretsmanager", "secret:acme-x"), nil, false},
		{"several secrets", "secretsmanager:BatchGetSecretValue", "*", nil, false},
		{"opening a parameter", "kms:Decrypt", dev("kms", "key/1"), nil, false},
		{"an object", "s3:GetObject", "arn:" + f.scope.Partition + ":s3:::acme-x/y", nil, false},
		{"an item", "dynamodb:GetItem", dev("dynamodb", "table/x"), nil, false},
		{"a message", "sqs:ReceiveMessage", dev("sqs", "x"), nil, false},
		{"a log", "logs:GetLogEvents", dev("logs", "log-group:x"), nil, false},
		{"an image's layer", "ecr:GetDownloadUrlForLayer", dev("ecr", "repository/x"), nil, false},
		{"inside a cluster", "eks:AccessKubernetesApi", dev("eks", "cluster/x"), nil, false},
		{"a password", "ec2:GetPasswordData", dev("ec2", "instance/i-1"), nil, false},
		{"another role", "sts:AssumeRole", devIAM("role/acme-deploy"), nil, false},
		{"a change", "ec2:CreateVpc", "*", nil, false},
		{"a tag", "ec2:CreateTags", "*", nil, false},
		{"a role's policy", "iam:PutRolePolicy", devIAM("role/acme/x"), nil, false},
		{"a call of a function", "lambda:InvokeFunction", dev("lambda", "function:x"), nil, false},
		{"who signs in where", "sso:ListInstances", "*", nil, false},
	})
}

// TestBoundary gives a role everything, and asks what the boundary leaves of it.
func TestBoundary(t *testing.T) {
	t.Parallel()
	f := devFacts()
	boundary := parsed(t, f.boundaryStatements())
	everything := authz.Policy{Statement: []authz.Statement{{Effect: "Allow", Action: []string{"*"}, Resource: []string{"*"}}}}
	ours := map[string][]string{"aws:ResourceOrgID": {organization}}
	ask(t, session(devID, "acme/app"), authz.Policies{Identity: []authz.Policy{everything}, Boundary: &boundary}, []question{
		{"a log", "logs:PutLogEvents", dev("logs", "log-group:x"), nil, true},
		{"an object", "s3:PutObject", "arn:" + f.scope.Partition + ":s3:::acme-x/y", nil, true},
		{"decrypting with its account's key", "kms:Decrypt", dev("kms", "key/1"), nil, true},
		{"a machine", "ec2:RunInstances", "*", nil, true},
		{"handing over a role of the path", "iam:PassRole", devIAM("role/acme/node"), nil, true},
		{"a role within the organization", "sts:AssumeRole", f.scope.GlobalARN("iam", sharedID, "role/x"), ours, true},

		{"a role outside", "sts:AssumeRole", f.scope.GlobalARN("iam", "999999999999", "role/x"), map[string][]string{"aws:ResourceOrgID": {"o-other"}}, false},
		{"a role nobody knows whose", "sts:AssumeRole", f.scope.GlobalARN("iam", "999999999999", "role/x"), nil, false},
		{"making a role", "iam:CreateRole", devIAM("role/acme/x"), nil, false},
		{"rights for itself", "iam:PutRolePolicy", devIAM("role/acme/app"), nil, false},
		{"the boundary", "iam:CreatePolicyVersion", devIAM("policy/acme-boundary"), nil, false},
		{"losing the boundary", "iam:DeleteRolePermissionsBoundary", devIAM("role/acme/app"), nil, false},
		{"the deploy role", "iam:PassRole", devIAM("role/acme-deploy"), nil, false},
		{"a user", "iam:CreateUser", devIAM("user/x"), nil, false},
		{"a key of a user", "iam:CreateAccessKey", devIAM("user/x"), nil, false},
		{"leaving", "organizations:LeaveOrganization", "*", nil, false},
		{"the account", "account:CloseAccount", "*", nil, false},
		{"who signs in", "sso:CreateAccountAssignment", "*", nil, false},
		{"the trail", "cloudtrail:StopLogging", "*", nil, false},
		{"the detector", "guardduty:DeleteDetector", "*", nil, false},
		{"a key's policy", "kms:PutKeyPolicy", dev("kms", "key/1"), nil, false},
		{"another account's key", "kms:Decrypt", f.scope.GlobalARN("kms", sharedID, "key/1"), nil, false},
		{"a share", "ram:CreateResourceShare", "*", nil, false},
	})
}
