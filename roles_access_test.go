package main

import "aws-platform/pkg/config"

// deployCharter is what a member account's stack runs as.
func deployCharter(s, other site, all map[string]site) charter {
	shared, management := all["shared"], all["management"]
	bounded := when("iam:PermissionsBoundary", s.iam("policy/acme-boundary"))
	toLambda := when("iam:PassedToService", "lambda.amazonaws.com")
	c := charter{
		may: []call{
			{"a VPC in its region", "ec2:CreateVpc", s.arn("ec2", "vpc/*"), nil},
			{"a role with the boundary", "iam:CreateRole", s.role("acme/app"), bounded},
			{"handing it to a service", "iam:PassRole", s.role("acme/app"), toLambda},
			{"its bucket's policy", "s3:PutBucketPolicy", bucket("acme-new"), nil},
			{"its account's recorder", "config:PutConfigurationRecorder", "*", nil},
		},
		mayNot: []call{
			{"a VPC in another region", "ec2:CreateVpc", "*", when("aws:RequestedRegion", "eu-central-1")},
			{"a role without the boundary", "iam:CreateRole", s.role("acme/app"), nil},
			{"a role with another boundary", "iam:CreateRole", s.role("acme/app"), when("iam:PermissionsBoundary", s.iam("policy/x"))},
			{"taking a boundary off", "iam:DeleteRolePermissionsBoundary", s.role("acme/app"), bounded},
			{"widening the boundary", "iam:CreatePolicyVersion", s.iam("policy/acme-boundary"), nil},
			{"widening itself", "iam:PutRolePolicy", s.role("acme-deploy"), bounded},
			{"opening break-glass", "iam:UpdateAssumeRolePolicy", s.role("acme-break-glass"), bounded},
			{"opening the access role", "iam:UpdateAssumeRolePolicy", s.role("OrganizationAccountAccessRole"), bounded},
			{"handing over its own role", "iam:PassRole", s.role("acme-deploy"), toLambda},
			{"handing over the readonly role", "iam:PassRole", s.role("acme-readonly"), toLambda},
			{"handing a role to a service nobody uses", "iam:PassRole", s.role("acme/app"), when("iam:PassedToService", "glue.amazonaws.com")},
			{"another account's role", "iam:DeleteRole", other.role("acme/app"), bounded},
			{"a user with a key", "iam:CreateAccessKey", s.iam("user/x"), nil},
			{"leaving the organization", "organizations:LeaveOrganization", "*", nil},
			{"lifting a policy of the organization", "organizations:DetachPolicy", "*", nil},
			{"state, of any stack", "s3:GetObject", bucket("acme-aws-platform-state/.pulumi/stacks/aws-platform/" + s.stack + ".json"), nil},
			{"a trail's records", "s3:DeleteObject", bucket("acme-shared-logs-trail-" + shared.id + "/AWSLogs/x"), nil},
			{"locks on records", "s3:BypassGovernanceRetention", bucket("acme-shared-logs-trail-" + shared.id + "/AWSLogs/x"), nil},
			{"decrypting with its account's key", "kms:Decrypt", s.arn("kms", "key/any"), nil},
			{"secrets of its own stack", "kms:Decrypt", management.output("StateBackend", "state-key-secrets", "arn"), secretsOf(s.stack)},
			{"the neighbour's deploy role", "sts:AssumeRole", other.role("acme-deploy"), nil},
			{"a narrow role, which those who run it take", "sts:AssumeRole", shared.role("acme-" + s.environment + "-network"), nil},
			{"the neighbour's network role", "sts:AssumeRole", shared.role("acme-" + other.environment + "-network"), nil},
			{"writing state", "sts:AssumeRole", management.role("acme-management-state-write-" + other.stack), nil},
			{"plain volumes", "ec2:CreateVolume", s.arn("ec2", "volume/*"), when("ec2:Encrypted", "false")},
			{"encryption by default, off", "ec2:DisableEbsEncryptionByDefault", "*", nil},
			{"a snapshot for everybody", "ec2:ModifySnapshotAttribute", s.arn("ec2", "snapshot/x"), when("ec2:Add/group", "all")},
		},
		takes: []taker{
			{"an operator", management.session(operatorSession), nil},
			{"its pipeline", shared.session("acme-ci-" + s.stack), nil},
		},
		refuses: []taker{
			{"its preview", shared.session("acme-ci-" + s.stack + "-preview"), nil},
			{"another stack's pipeline", shared.session("acme-ci-" + other.stack), nil},
			{"an auditor", management.session(auditorSession), nil},
			{"an operator after leaving", outside(management.session(operatorSession)), nil},
			{"a role of its own account", s.session("acme/app"), nil},
			{"the pipeline's name elsewhere", other.session("acme-ci-" + s.stack), nil},
			{"a service", service("lambda.amazonaws.com"), nil},
		},
	}
	switch s.kind {
	case config.Shared:
		c.may = append(c.may,
			call{"the trail of all", "cloudtrail:UpdateTrail", "*", nil},
			call{"a workload's narrow role", "iam:PutRolePolicy", s.role("acme-dev-network"), bounded})
		c.mayNot = append(c.mayNot,
			call{"a narrow role without the boundary", "iam:CreateRole", s.role("acme-dev-network"), nil},
			call{"handing a pipeline's role over", "iam:PassRole", s.role("acme-ci-dev"), toLambda})
	default:
		c.mayNot = append(c.mayNot,
			call{"deleting a trail", "cloudtrail:DeleteTrail", "*", nil},
			call{"stopping one", "cloudtrail:StopLogging", "*", nil},
			call{"the detector", "guardduty:DeleteDetector", "*", nil},
			call{"the standards", "securityhub:BatchDisableStandards", "*", nil},
			call{"the analyzer", "access-analyzer:DeleteAnalyzer", "*", nil},
			call{"a pipeline's role", "iam:CreateRole", s.role("acme-ci-x"), bounded})
	}
	return c
}

// bucket is the ARN of a bucket or of objects in one.
func bucket(key string) string { return arn("s3", "", "", key) }

// readonlyCharter is what previews run as.
func readonlyCharter(s, other site, all map[string]site) charter {
	shared, management := all["shared"], all["management"]
	c := charter{
		may: []call{
			{"VPCs", "ec2:DescribeVpcs", "*", nil},
			{"a role", "iam:GetRole", s.role("acme/app"), nil},
			{"a bucket's policy", "s3:GetBucketPolicy", bucket("acme-x"), nil},
			{"a key's policy", "kms:GetKeyPolicy", s.arn("kms", "key/any"), nil},
			{"what is recorded", "config:BatchGetResourceConfig", "*", nil},
		},
		mayNot: []call{
			{"a VPC", "ec2:CreateVpc", "*", nil},
			{"a tag", "ec2:CreateTags", s.arn("ec2", "vpc/*"), nil},
			{"a role's policy", "iam:PutRolePolicy", s.role("acme/app"), when("iam:PermissionsBoundary", s.iam("policy/acme-boundary"))},
			{"handing a role over", "iam:PassRole", s.role("acme/app"), when("iam:PassedToService", "lambda.amazonaws.com")},
			{"a secret", "secretsmanager:GetSecretValue", s.arn("secretsmanager", "secret:acme-x"), nil},
			{"several secrets", "secretsmanager:BatchGetSecretValue", "*", nil},
			{"decrypting", "kms:Decrypt", s.arn("kms", "key/any"), nil},
			{"an object", "s3:GetObject", bucket("acme-x/y"), nil},
			{"state", "s3:GetObject", bucket("acme-aws-platform-state/.pulumi/stacks/aws-platform/" + s.stack + ".json"), nil},
			{"a log", "logs:GetLogEvents", s.arn("logs", "log-group:x"), nil},
			{"an item", "dynamodb:GetItem", s.arn("dynamodb", "table/x"), nil},
			{"the deploy role", "sts:AssumeRole", s.role("acme-deploy"), nil},
			{"the role that writes state", "sts:AssumeRole", management.role("acme-management-state-write-" + s.stack), nil},
			{"the trail", "cloudtrail:StopLogging", "*", nil},
			{"what is recorded, changed", "config:PutConfigurationRecorder", "*", nil},
			{"a call of a function", "lambda:InvokeFunction", s.arn("lambda", "function:x"), nil},
		},
		takes: []taker{{"an operator", management.session(operatorSession), nil}},
		refuses: []taker{
			{"its deploying pipeline", shared.session("acme-ci-" + s.stack), nil},
			{"somebody nobody named a reader", management.session(auditorSession), nil},
			{"an operator after leaving", outside(management.session(operatorSession)), nil},
			{"a role of another account", other.session("acme-readonly"), nil},
			{"a service", service("ec2.amazonaws.com"), nil},
		},
	}
	c.takes = append(c.takes, taker{"its preview", shared.session("acme-ci-" + s.stack + "-preview"), nil})
	if s.kind != config.Management {
		c.takes = append(c.takes, taker{"management's preview", shared.session("acme-ci-management-preview"), nil})
	}
	another := taker{"another stack's preview", shared.session("acme-ci-" + other.stack + "-preview"), nil}
	switch s.kind {
	case config.Management: // which shared records
		c.takes = append(c.takes, taker{"shared's preview", shared.session("acme-ci-shared-preview"), nil})
		c.refuses = append(c.refuses, another)
	case config.Shared: // whose network and zones workloads join
		c.takes = append(c.takes, another)
	default:
		c.refuses = append(c.refuses, another)
	}
	return c
}

// breakGlassCharter is the role for the worst day. It may do everything in its account, also what the organization denies
// to all others; so what it may not do is elsewhere.
func breakGlassCharter(s, other site, all map[string]site) charter {
	shared, management := all["shared"], all["management"]
	shown := when("aws:MultiFactorAuthPresent", "true", "aws:MultiFactorAuthAge", "60")
	trail, objects := "acme-shared-logs-trail-"+shared.id, "acme-aws-platform-state/.pulumi/"
	c := charter{
		may: []call{
			{"mending the deploy role", "iam:UpdateAssumeRolePolicy", s.role("acme-deploy"), nil},
			{"any region", "ec2:DescribeInstances", "*", when("aws:RequestedRegion", "eu-central-1")},
			{"switching records off and on", "config:StopConfigurationRecorder", "*", nil},
			{"a user", "iam:CreateUser", s.iam("user/x"), nil},
		},
		mayNot: []call{
			{"another account's roles", "iam:UpdateAssumeRolePolicy", other.role("acme-deploy"), nil},
			{"another account's users", "iam:CreateAccessKey", other.iam("user/x"), nil},
			{"another account's deploy role", "sts:AssumeRole", other.role("acme-deploy"), nil},
			{"another account's break-glass", "sts:AssumeRole", other.role("acme-break-glass"), shown},
			{"its own account's deploy role", "sts:AssumeRole", s.role("acme-deploy"), nil},
			{"a pipeline's role", "sts:AssumeRole", shared.role("acme-ci-" + other.stack), nil},
			{"a narrow role", "sts:AssumeRole", shared.role("acme-" + other.environment + "-network"), nil},
			{"the role that writes state", "sts:AssumeRole", management.role("acme-management-state-write-" + other.stack), nil},
			{"secrets of another project", "kms:Decrypt", management.output("StateBackend", "state-key-secrets", "arn"),
				when("kms:EncryptionContext:project", "x", "kms:EncryptionContext:stack", s.stack)},
			{"the state key, but by S3", "kms:Decrypt", management.output("StateBackend", "state-key-state", "arn"), nil},
		},
		takes: []taker{{"a user with the factor shown", management.user("break-glass/first"), shown}},
		refuses: []taker{
			{"the factor shown an hour ago", management.user("break-glass/first"), when("aws:MultiFactorAuthPresent", "true", "aws:MultiFactorAuthAge", "3600")},
			{"no factor", management.user("break-glass/first"), nil},
			{"a user nobody named", management.user("break-glass/third"), shown},
			{"the user's name elsewhere", other.user("break-glass/first"), shown},
			{"an operator", management.session(operatorSession), shown},
			{"the account's deploy role", s.session("acme-deploy"), shown},
		},
	}
	if s.kind != config.Management {
		c.mayNot = append(c.mayNot,
			call{"state", "s3:GetObject", bucket(objects + "stacks/aws-platform/" + s.stack + ".json"), nil},
			call{"changing state", "s3:PutObject", bucket(objects + "stacks/aws-platform/" + s.stack + ".json"), nil},
			call{"a lock", "s3:DeleteObject", bucket(objects + "locks/organization/aws-platform/" + s.stack + "/x.json"), nil},
			call{"another stack's secrets", "kms:Decrypt", management.output("StateBackend", "state-key-secrets", "arn"), secretsOf(downstream(s, other, all).stack)})
	}
	if s.kind != config.Shared {
		c.mayNot = append(c.mayNot,
			call{"the trail's records", "s3:GetObject", bucket(trail + "/AWSLogs/x"), nil},
			call{"deleting them", "s3:DeleteObject", bucket(trail + "/AWSLogs/x"), nil},
			call{"their bucket's policy", "s3:PutBucketPolicy", bucket(trail), nil},
			call{"their key", "kms:ScheduleKeyDeletion", shared.output("LogArchive", "logs-key-trail", "arn"), nil})
	}
	return c
}

// secretsOf is the encryption context of a stack's secrets.
func secretsOf(stack string) conditions {
	return when("kms:EncryptionContext:project", "aws-platform", "kms:EncryptionContext:stack", stack)
}
