package main

// recorderCharter is what the shared stack records the management account with.
func recorderCharter(all map[string]site) charter {
	management, shared := all["management"], all["shared"]
	linked := management.role("aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig")
	toConfig := when("iam:PassedToService", "config.amazonaws.com")
	return charter{
		may: []call{
			{"the recorder", "config:PutConfigurationRecorder", "*", nil},
			{"where it delivers", "config:PutDeliveryChannel", "*", nil},
			{"starting it", "config:StartConfigurationRecorder", "*", nil},
			{"handing it the service's own role", "iam:PassRole", linked, toConfig},
		},
		mayNot: []call{
			{"another region", "config:PutConfigurationRecorder", "*", when("aws:RequestedRegion", "us-east-1")},
			{"handing over another role", "iam:PassRole", management.role("acme-break-glass"), toConfig},
			{"handing the role to another service", "iam:PassRole", linked, when("iam:PassedToService", "lambda.amazonaws.com")},
			{"a rule", "config:PutConfigRule", "*", nil},
			{"what is recorded", "config:GetResourceConfigHistory", "*", nil},
			{"an aggregator", "config:PutConfigurationAggregator", "*", nil},
			{"the organization", "organizations:DetachPolicy", "*", nil},
			{"an account", "organizations:CloseAccount", "*", nil},
			{"state", "s3:GetObject", stateOf("shared").checkpoint, nil},
			{"a role", "iam:CreateRole", management.role("x"), nil},
			{"its own rights", "iam:PutRolePolicy", management.role("acme-shared-recorder"), nil},
			{"members' access role", "sts:AssumeRole", shared.role("OrganizationAccountAccessRole"), nil},
			{"who signs in where", "sso:CreateAccountAssignment", "*", nil},
		},
		takes: []taker{
			{"an operator", management.session(operatorSession), nil}, {"shared's pipeline", shared.session("acme-ci-shared"), nil},
		},
		refuses: []taker{
			{"shared's preview", shared.session("acme-ci-shared-preview"), nil},
			{"a workload's pipeline", shared.session("acme-ci-dev"), nil},
			{"shared's deploy role", shared.session("acme-deploy"), nil},
			{"an operator after leaving", outside(management.session(operatorSession)), nil},
		},
	}
}

// aggregatorCharter is what AWS Config asks the organization with: which accounts there are.
func aggregatorCharter(all map[string]site) charter {
	shared := all["shared"]
	return charter{
		may: []call{
			{"the organization", "organizations:DescribeOrganization", "*", nil},
			{"its accounts", "organizations:ListAccounts", "*", nil},
			{"which services it trusts", "organizations:ListAWSServiceAccessForOrganization", "*", nil},
		},
		mayNot: append(servicesMayNot(shared, all),
			call{"a policy of the organization", "organizations:AttachPolicy", "*", nil},
			call{"an account", "organizations:CloseAccount", "*", nil},
			call{"a delegate", "organizations:RegisterDelegatedAdministrator", "*", nil}),
		takes: []taker{{"AWS Config for the account", service("config.amazonaws.com"), when("aws:SourceAccount", shared.id)}},
		refuses: []taker{
			{"AWS Config for another account", service("config.amazonaws.com"), when("aws:SourceAccount", all["dev"].id)},
			{"AWS Config for nobody", service("config.amazonaws.com"), nil},
			{"another service", service("lambda.amazonaws.com"), when("aws:SourceAccount", shared.id)},
			{"the deploy role", shared.session("acme-deploy"), nil},
		},
	}
}

// trailLogCharter is what CloudTrail writes its log with.
func trailLogCharter(all map[string]site) charter {
	shared, management := all["shared"], all["management"]
	trail := func(account, name string) conditions {
		return when("aws:SourceArn", arn("cloudtrail", "eu-west-1", account, "trail/"+name))
	}
	stream := func(group, name string) string { return shared.arn("logs", "log-group:"+group+":log-stream:"+name) }
	const group, own = "/aws/cloudtrail/acme-organization", ourOrganization + "_x"
	return charter{
		may: []call{
			{"a stream", "logs:CreateLogStream", stream(group, own), nil},
			{"its records", "logs:PutLogEvents", stream(group, own), nil},
			{"the management account's", "logs:PutLogEvents", stream(group, management.id+"_CloudTrail_eu-west-1"), nil},
		},
		mayNot: append(servicesMayNot(shared, all),
			call{"another stream of the group", "logs:PutLogEvents", stream(group, "other"), nil},
			call{"another group", "logs:PutLogEvents", stream("/aws/x", own), nil},
			call{"deleting records", "logs:DeleteLogStream", stream(group, own), nil},
			call{"how long they stay", "logs:PutRetentionPolicy", shared.arn("logs", "log-group:"+group), nil},
			call{"the trail itself", "cloudtrail:StopLogging", "*", nil}),
		takes: []taker{{"the organization's trail", service("cloudtrail.amazonaws.com"), trail(management.id, "acme-organization")}},
		refuses: []taker{
			{"another trail", service("cloudtrail.amazonaws.com"), trail(management.id, "other")},
			{"a trail of another account", service("cloudtrail.amazonaws.com"), trail(all["dev"].id, "acme-organization")},
			{"another service", service("logs.amazonaws.com"), trail(management.id, "acme-organization")},
			{"the deploy role", shared.session("acme-deploy"), nil},
		},
	}
}

// flowLogCharter is what flow logs are written with.
func flowLogCharter(s site, all map[string]site, group string) charter {
	log := func(group string) string { return s.arn("logs", "log-group:"+group) }
	from := func(account site) conditions {
		return when("aws:SourceAccount", account.id, "aws:SourceArn", account.arn("ec2", "vpc-flow-log/fl-1"))
	}
	return charter{
		may: []call{
			{"a stream", "logs:CreateLogStream", log(group), nil},
			{"its records", "logs:PutLogEvents", log(group) + ":log-stream:eni-1", nil},
			{"which streams there are", "logs:DescribeLogStreams", log(group), nil},
		},
		mayNot: append(servicesMayNot(s, all),
			call{"another group", "logs:PutLogEvents", log("/aws/x") + ":log-stream:eni-1", nil},
			call{"a group that begins the same", "logs:PutLogEvents", log(group+"2") + ":log-stream:eni-1", nil},
			call{"a group", "logs:CreateLogGroup", log("/aws/x"), nil},
			call{"deleting records", "logs:DeleteLogStream", log(group) + ":log-stream:eni-1", nil},
			call{"reading records", "logs:GetLogEvents", log(group) + ":log-stream:eni-1", nil}),
		takes: []taker{{"flow logs of the account", service("vpc-flow-logs.amazonaws.com"), from(s)}},
		refuses: []taker{
			{"flow logs of another account", service("vpc-flow-logs.amazonaws.com"), from(all["management"])},
			{"flow logs of nobody", service("vpc-flow-logs.amazonaws.com"), nil},
			{"another service", service("ec2.amazonaws.com"), from(s)},
			{"the deploy role", s.session("acme-deploy"), nil},
		},
	}
}

// servicesMayNot is what no role of a service does.
func servicesMayNot(s site, all map[string]site) []call {
	return []call{
		{"an object", "s3:GetObject", bucket("acme-shared-logs-trail-" + all["shared"].id + "/AWSLogs/x"), nil},
		{"a secret", "secretsmanager:GetSecretValue", s.arn("secretsmanager", "secret:acme-x"), nil},
		{"decrypting", "kms:Decrypt", s.arn("kms", "key/any"), nil},
		{"secrets of a stack", "kms:Decrypt", all["management"].output("StateBackend", "state-key-secrets", "arn"), secretsOf(s.stack)},
		{"a role", "iam:CreateRole", s.role("acme/app"), when("iam:PermissionsBoundary", s.iam("policy/acme-boundary"))},
		{"handing a role over", "iam:PassRole", s.role("acme/app"), when("iam:PassedToService", "lambda.amazonaws.com")},
		{"the deploy role", "sts:AssumeRole", s.role("acme-deploy"), nil},
		{"a network", "ec2:CreateVpc", "*", nil},
	}
}
