package security

import "aws-platform/pkg/iampolicy"

// readRights are what refreshing and previewing reads: how things are set, never what they hold.
func (f facts) readRights() []right {
	const why = "reads of how things are set; what they hold is denied below"
	read := func(service, verbs string) right {
		return right{service: service, verbs: verbs, where: worldwide, why: why}
	}
	rights := []right{
		read("access-analyzer", "Get* List*"),
		read("account", "Get* List*"),
		read("acm", "Describe* GetCertificate List*"),
		read("apigateway", "GET"),
		read("application-autoscaling", "Describe* List*"),
		read("autoscaling", "Describe*"),
		read("backup", "Describe* Get* List*"),
		read("budgets", "Describe* List* View*"),
		read("cloudfront", "Describe* Get* List*"),
		read("cloudtrail", "Describe* Get* List*"),
		read("cloudwatch", "Describe* Get* List*"),
		read("config", "BatchGet* Describe* Get* List*"),
		read("dynamodb", "Describe* GetResourcePolicy List*"),
		read("ec2", `Describe* GetEbs* GetImage* GetInstanceMetadata* GetIpam* GetManaged* GetNetworkInsights* GetSerial* GetSnapshot*
			GetSubnet* GetTransit* Search*`),
		read("ecr", "BatchGetRepository* Describe* GetAccountSetting GetLifecycle* GetRegistry* GetRepository* List*"),
		read("ecs", "Describe* List*"),
		read("eks", "Describe* List*"),
		read("elasticloadbalancing", "Describe*"),
		read("events", "Describe* List*"),
		read("guardduty", "Describe* Get* List*"),
		read("iam", "Get* List*"),
		read("kms", "DescribeKey GetKey* List*"),
		read("lambda", "Get* List*"),
		read("logs", "Describe* GetDataProtection* GetDelivery* List*"),
		read("network-firewall", "Describe* List*"),
		read("organizations", "Describe* List*"),
		read("ram", "Get* List*"),
		read("rds", "Describe* List*"),
		read("route53", "Get* List*"),
		read("route53resolver", "Get* List*"),
		read("s3", `GetAccelerate* GetAccount* GetAnalytics* GetBucket* GetEncryption* GetIntelligent* GetInventory* GetLifecycle*
			GetMetrics* GetReplication* ListAllMyBuckets ListBucket ListTagsForResource`),
		read("scheduler", "Get* List*"),
		read("secretsmanager", "DescribeSecret GetResourcePolicy List*"),
		read("securityhub", "BatchGet* Describe* Get* List*"),
		read("servicequotas", "Get* List*"),
		read("sns", "Get* List*"),
		read("sqs", "GetQueue* List*"),
		read("ssm", "Describe* GetDocument GetMaintenance* GetParameter GetParameters GetPatch* GetServiceSetting List*"),
		read("tag", "Get*"),
		read("wafv2", "Describe* Get* List*"),
		read("xray", "GetEncryption* GetGroup* GetSampling* List*"),
	}
	if f.governs {
		rights = append(rights, read("identitystore", "Describe* Get* List*"), read("sso", "Describe* Get* List*"))
	}
	return rights
}

// readonlyStatements are the readonly role. Code of a pull request runs as this role, so what is denied here is what
// somebody who opens one could carry away.
func (f facts) readonlyStatements() []iampolicy.Statement {
	look := iampolicy.Statement{Sid: "Look", Resources: iampolicy.Strings("*")}
	for _, r := range f.readRights() {
		look.Actions = append(look.Actions, actions(r.service, r.verbs)...)
		look.Wildcard = r.why
	}
	return []iampolicy.Statement{
		look,
		{
			// Without this a parameter can be read that is kept in the clear, but none that is encrypted: reading one in the
			// clear, and having it decrypted, are one action of SSM's.
			Sid: "OpenNothing", Deny: true, Resources: iampolicy.Strings("*"),
			Actions: []string{"kms:Decrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"},
		},
		{
			Sid: "ReadNoContent", Deny: true, Resources: iampolicy.Strings("*"),
			Actions: []string{
				"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:GetRecords", "dynamodb:PartiQL*", "dynamodb:Query",
				"dynamodb:Scan", "ec2:GetConsole*", "ec2:GetPasswordData", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer",
				"eks:AccessKubernetesApi", "kinesis:GetRecords", "lambda:Invoke*", "logs:FilterLogEvents", "logs:GetLog*",
				"logs:GetQuery*", "logs:StartLiveTail", "logs:StartQuery", "rds-data:*", "rds-db:*", "rds:Download*",
				"s3:GetObject*", "secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue", "sqs:ReceiveMessage",
				"ssm:GetParameterHistory", "ssm:StartSession",
			},
		},
		{
			Sid: "BecomeNobody", Deny: true, Resources: iampolicy.Strings("*"), Actions: []string{"sts:Assume*", "sts:GetFederationToken"},
		},
	}
}

// readonlyChapters are the readonly role's policies.
func (f facts) readonlyChapters() []chapter {
	return []chapter{{name: "read", statements: f.readonlyStatements()}}
}
