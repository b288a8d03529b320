package organization

import "slices"

// guardrail is one service control policy of the platform's catalogue: what no account may do, and why.
type guardrail struct {
	Name       string // as an organizational unit names it
	Why        string
	Statements func(p protected) []statement
}

// catalogue is every guardrail there is, in the order people read them. A statement denies, and exempts by its
// principal's ARN exactly the roles that must be able to do what it denies. Where the deploy role is exempt, so is the role
// that makes it: an account's first update runs as that one.
func catalogue() []guardrail {
	return []guardrail{
		{
			"leave-organization",
			"An account outside the organization is outside every rule here; one that is closed takes its data with it.",
			func(p protected) []statement {
				return []statement{{
					Sid: "StayInOrganization", Actions: []string{"organizations:LeaveOrganization", "account:CloseAccount"},
					When: p.except(breakGlass),
				}}
			},
		},
		{
			"root-user",
			"The root user of a member can do all that its roles are forbidden. Root sessions opened from the management account stay possible.",
			func(p protected) []statement {
				return []statement{{
					Sid: "NoRootUser", Actions: []string{"*"},
					When: []condition{
						{"ArnLike", principalARN, []string{p.scope.GlobalARN("iam", "*", "root")}},
						{"Null", "aws:AssumedRoot", []string{"true"}},
					},
				}}
			},
		},
		{
			"security-services",
			"Who breaks in switches off the records first. The deploy role keeps them, so it may change them.",
			recordStatements,
		},
		{
			"regions",
			"Nobody looks where nothing should be. What AWS runs once for the world is excepted; of that, what also runs by region stays in the allowed regions and us-east-1.",
			regionStatements,
		},
		{
			"storage",
			"What is stored is encrypted and nobody's business. The deploy role makes buckets, so it may set their public access block.",
			storageStatements,
		},
		{
			"platform",
			"The platform's own roles, boundary, state and logs are what everything else stands on.",
			platformStatements,
		},
		{
			"quarantine",
			"A suspended account does nothing until it is closed; the platform's roles can still clear it out.",
			func(p protected) []statement {
				return []statement{{
					Sid: "Quarantine", Actions: []string{"*"}, When: p.except(breakGlass, deploy, readonly, accountAccess),
				}}
			},
		},
	}
}

func recordStatements(p protected) []statement {
	return []statement{{
		Sid: "KeepTheRecords", When: p.except(breakGlass, deploy, accountAccess),
		Actions: []string{
			"access-analyzer:DeleteAnalyzer", "access-analyzer:UpdateAnalyzer",
			"cloudtrail:DeleteEventDataStore", "cloudtrail:DeleteTrail", "cloudtrail:PutEventSelectors",
			"cloudtrail:StopEventDataStoreIngestion", "cloudtrail:StopLogging", "cloudtrail:UpdateTrail",
			"config:DeleteAggregationAuthorization", "config:DeleteConfigurationAggregator",
			"config:DeleteConfigurationRecorder", "config:DeleteDeliveryChannel", "config:DeleteRetentionConfiguration",
			"config:PutConfigurationRecorder", "config:PutDeliveryChannel", "config:StopConfigurationRecorder",
			"guardduty:DeleteDetector", "guardduty:DeleteMembers", "guardduty:DeletePublishingDestination",
			"guardduty:DisassociateFromAdministratorAccount", "guardduty:DisassociateFromMasterAccount",
			"guardduty:DisassociateMembers", "guardduty:StopMonitoringMembers", "guardduty:UpdateDetector",
			"securityhub:BatchDisableStandards", "securityhub:DeleteMembers",
			"securityhub:DisableImportFindingsForProduct", "securityhub:DisableSecurityHub",
			"securityhub:DisassociateFromAdministratorAccount", "securityhub:DisassociateFromMasterAccount",
			"securityhub:DisassociateMembers", "securityhub:UpdateSecurityHubConfiguration",
		},
	}}
}

func regionStatements(p protected) []statement {
	return []statement{
		{
			Sid: "StayInRegions", NotActions: slices.Concat(worldwide(), worldwideInOneRegion()),
			When: append(p.except(breakGlass), condition{"StringNotEquals", requestedRegion, p.regions}),
		},
		{
			Sid: "StayInRegionsAndHome", Actions: worldwideInOneRegion(),
			When: append(p.except(breakGlass), condition{"StringNotEquals", requestedRegion, withHome(p.regions)}),
		},
	}
}

func storageStatements(p protected) []statement {
	return []statement{
		{
			Sid: "KeepPublicAccessBlocked", Actions: []string{"s3:PutAccountPublicAccessBlock", "s3:PutBucketPublicAccessBlock"},
			When: p.except(breakGlass, deploy, accountAccess),
		},
		{
			Sid: "NoPublicGrants", Actions: []string{"s3:CreateBucket", "s3:PutBucketAcl", "s3:PutObject", "s3:PutObjectAcl"},
			When: append(p.except(breakGlass),
				condition{"StringEquals", "s3:x-amz-acl", []string{"authenticated-read", "public-read", "public-read-write"}}),
		},
		{
			Sid: "NoPlainVolumes", Actions: []string{"ec2:CreateVolume", "ec2:RunInstances"},
			Resources: []string{p.anywhere("ec2", "volume/*")},
			When:      append(p.except(breakGlass), condition{"Bool", "ec2:Encrypted", []string{"false"}}),
		},
		{
			Sid: "NoPlainDatabases", Actions: []string{"rds:CreateDBCluster", "rds:CreateDBInstance"},
			When: append(p.except(breakGlass), condition{"Bool", "rds:StorageEncrypted", []string{"false"}}),
		},
		{
			Sid: "NoPlainFileSystems", Actions: []string{"elasticfilesystem:CreateFileSystem"},
			When: append(p.except(breakGlass), condition{"Bool", "elasticfilesystem:Encrypted", []string{"false"}}),
		},
		{
			Sid: "NoPublicSnapshots", Actions: []string{"ec2:ModifyImageAttribute", "ec2:ModifySnapshotAttribute"},
			When: append(p.except(breakGlass), condition{"StringEquals", "ec2:Add/group", []string{"all"}}),
		},
		{
			// RDS has no condition key for whom a snapshot is shared with.
			Sid: "NoSharedDatabaseSnapshots", When: p.except(breakGlass),
			Actions: []string{"rds:ModifyDBClusterSnapshotAttribute", "rds:ModifyDBSnapshotAttribute"},
		},
		{
			Sid: "KeepEncryptionByDefault", When: p.except(breakGlass),
			Actions: []string{
				"ec2:DisableEbsEncryptionByDefault", "ec2:DisableImageBlockPublicAccess", "ec2:DisableSnapshotBlockPublicAccess",
			},
		},
	}
}

func platformStatements(p protected) []statement {
	changeRole := []string{
		"iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePermissionsBoundary", "iam:DeleteRolePolicy",
		"iam:DetachRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:TagRole", "iam:UntagRole",
		"iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription",
	}
	statements := []statement{
		{
			// The management stack makes these, in each account, as the role AWS gives it there.
			Sid: "KeepAccessRoles", Actions: changeRole, Resources: p.roles(accountAccess, breakGlass, deploy, readonly),
			When: p.except(breakGlass, accountAccess),
		},
		{
			Sid: "KeepNarrowRoles", Actions: changeRole, Resources: p.roles("*-dns", "*-network", "ci-*"),
			When: p.except(breakGlass, deploy, accountAccess),
		},
		{
			Sid: "KeepPolicies", When: p.except(breakGlass, accountAccess),
			Actions:   []string{"iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"},
			Resources: p.policies("boundary", breakGlass+"-*", deploy+"-*", readonly+"-*"),
		},
	}
	if p.stateBucket != "" {
		// The roles that reach the state are the management account's, for which no policy holds.
		statements = append(statements, statement{
			Sid: "KeepState", Actions: []string{"s3:*"}, Resources: p.buckets(p.stateBucket), When: p.except(breakGlass),
		})
	}
	if len(p.logBuckets) > 0 {
		statements = append(statements,
			statement{
				Sid: "KeepLogs", Resources: p.buckets(p.logBuckets...), When: p.except(breakGlass),
				Actions: []string{
					"s3:BypassGovernanceRetention", "s3:DeleteBucket", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectLegalHold",
					"s3:PutObjectRetention",
				},
			},
			statement{
				Sid: "KeepLogBuckets", Resources: p.buckets(p.logBuckets...), When: p.except(breakGlass, deploy, accountAccess),
				Actions: []string{
					"s3:DeleteBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketLogging", "s3:PutBucketObjectLockConfiguration",
					"s3:PutBucketOwnershipControls", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock", "s3:PutBucketVersioning",
					"s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration", "s3:PutReplicationConfiguration",
				},
			})
	}
	return statements
}

// worldwide are the services AWS runs once for the whole world, and the few regional reads the console makes everywhere.
// After the region deny of AWS's Landing Zone Accelerator, its wide entries narrowed below.
func worldwide() []string {
	return []string{
		"access-analyzer:*", "account:*", "activate:*", "artifact:*", "aws-marketplace:*", "aws-portal:*", "billing:*",
		"billingconductor:*", "budgets:*", "ce:*", "chatbot:*", "chime:*", "cloudfront:*", "compute-optimizer:*",
		"consolidatedbilling:*", "cost-optimization-hub:*", "cur:*", "directconnect:*", "ec2:DescribeRegions",
		"ec2:DescribeTransitGateways", "ec2:DescribeVpnGateways", "ecr-public:*", "freetier:*", "globalaccelerator:*",
		"health:*", "iam:*", "importexport:*", "invoicing:*", "networkmanager:*", "organizations:*", "payments:*", "pricing:*",
		"route53:*", "route53-recovery-cluster:*", "route53-recovery-control-config:*", "route53-recovery-readiness:*",
		"route53domains:*", "s3:GetAccountPublicAccessBlock", "s3:GetBucketLocation", "s3:GetBucketPolicyStatus",
		"s3:GetBucketPublicAccessBlock", "s3:ListAccessPoints", "s3:ListAllMyBuckets", "s3:ListMultiRegionAccessPoints",
		"s3:PutAccountPublicAccessBlock", "savingsplans:*", "shield:*", "sso:*", "sts:*", "support:*", "supportapp:*",
		"supportplans:*", "sustainability:*", "tag:GetResources", "tax:*", "trustedadvisor:*", "waf:*", "waf-regional:*",
	}
}

// worldwideInOneRegion are services that run by region and serve the worldwide ones from us-east-1: certificates and
// firewalls of CloudFront, the keys of DNSSEC, query logs of public zones, metrics and events of IAM and Route 53.
func worldwideInOneRegion() []string {
	return []string{"acm:*", "cloudwatch:*", "events:*", "kms:*", "logs:*", "sns:*", "wafv2:*"}
}

// home is the region that serves AWS's worldwide services.
const home = "us-east-1"

func withHome(regions []string) []string {
	all := append(slices.Clone(regions), home)
	slices.Sort(all)
	return slices.Compact(all)
}
