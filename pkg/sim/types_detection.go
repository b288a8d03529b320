package sim

import "time"

const (
	kindDetector      = "detector"
	typeDetector      = "aws:guardduty/detector:Detector"
	typeGuardOrg      = "aws:guardduty/organizationConfiguration:OrganizationConfiguration"
	typeGuardFeature  = "aws:guardduty/organizationConfigurationFeature:OrganizationConfigurationFeature"
	typeHub           = "aws:securityhub/account:Account"
	typeHubOrg        = "aws:securityhub/organizationConfiguration:OrganizationConfiguration"
	typeHubAggregator = "aws:securityhub/findingAggregator:FindingAggregator"
	typeStandard      = "aws:securityhub/standardsSubscription:StandardsSubscription"
	typeAnalyzer      = "aws:accessanalyzer/analyzer:Analyzer"
)

// detectionTimes: enabling a service takes seconds; a standard is READY after about a minute, which the provider waits for.
const detectionTimes = "services that watch answer within seconds; the provider waits until a standard is ready, about a minute"

// detectionTypes are GuardDuty's, Security Hub's and IAM Access Analyzer's. Their replacement lists are ForceNew in the
// Terraform provider (internal/service/guardduty, securityhub, accessanalyzer).
func detectionTypes() []row {
	return []row{
		detectorRow(), guardAdminRow(), guardOrganizationRow(), guardFeatureRow(), ownFeatureRow(),
		hubRow(), hubAdminRow(), hubOrganizationRow(), hubAggregatorRow(), standardRow(), analyzerRow(),
	}
}

func watching() latency {
	return latency{Create: 3 * time.Second, Update: 2 * time.Second, Delete: 2 * time.Second, Source: detectionTimes}
}

func detectorRow() row {
	return row{
		Token: typeDetector, Kind: kindDetector,
		Actions: actions{
			Create: []string{"guardduty:CreateDetector *", "guardduty:TagResource"},
			Update: []string{"guardduty:UpdateDetector", "guardduty:TagResource"},
			Delete: []string{"guardduty:DeleteDetector"},
			Read:   []string{"guardduty:GetDetector"},
		},
		ID: detectorID,
		Computed: map[string]maker{
			"arn": fill("arn:{partition}:guardduty:{region}:{account}:detector/{id}"), "accountId": fill("{account}"),
			"datasources": fixed(map[string]any{}),
		},
		Defaults: map[string]any{"enable": true, "findingPublishingFrequency": "SIX_HOURS"},
		Valid:    map[string]validator{"findingPublishingFrequency": oneOf("FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS")},
		Create:   []rule{regionHasNoDetector},
		Delete:   []rule{detectorIsNotAdministering},
		NotFound: &refusal{Code: "BadRequestException", Message: "The request is rejected because the input detectorId is not owned by the current account."},
		Latency:  watching(),
	}
}

func guardAdminRow() row {
	return row{
		Token: typeGuardAdmin, ID: fill("{adminAccountId}"),
		Actions: actions{
			Create:   []string{"guardduty:EnableOrganizationAdminAccount", "organizations:DescribeOrganization *", "organizations:EnableAWSServiceAccess *", "organizations:RegisterDelegatedAdministrator *"},
			Delete:   []string{"guardduty:DisableOrganizationAdminAccount"},
			Read:     []string{"guardduty:ListOrganizationAdminAccounts"},
			Resource: "*",
		},
		Replace: []string{"adminAccountId"},
		Valid:   map[string]validator{"adminAccountId": accountID},
		Create: []rule{
			delegatesFrom("adminAccountId", "BadRequestException", "BadRequestException", "BadRequestException"),
			oneGuardAdmin,
		},
		Latency: watching(),
	}
}

func guardOrganizationRow() row {
	return row{
		Token: typeGuardOrg, ID: fill("{detectorId}"), Attached: true,
		Actions: actions{
			Create:   []string{"guardduty:UpdateOrganizationConfiguration"},
			Update:   []string{"guardduty:UpdateOrganizationConfiguration"},
			Delete:   []string{"guardduty:UpdateOrganizationConfiguration"},
			Read:     []string{"guardduty:DescribeOrganizationConfiguration"},
			Resource: "arn:{partition}:guardduty:{region}:{account}:detector/{detectorId}",
		},
		Computed: map[string]maker{"autoEnable": autoEnabled, "datasources": fixed(map[string]any{})},
		Replace:  []string{"detectorId"},
		Valid:    map[string]validator{"autoEnableOrganizationMembers": oneOf("ALL", "NEW", "NONE")},
		Create:   []rule{guardAdministers, membersOrFlag}, Update: []rule{guardAdministers, membersOrFlag},
		Refs: map[string]string{"detectorId": kindDetector}, Within: "detectorId",
		Latency: watching(),
	}
}

// guardFeatureNames are GuardDuty's features.
var guardFeatureNames = oneOf("S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS",
	"EKS_RUNTIME_MONITORING", "LAMBDA_NETWORK_LOGS", "RUNTIME_MONITORING")

// guardAgents are the parts of runtime monitoring.
var guardAgents = oneOf("EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT")

// ownFeatureRow is a feature of one account's own detector. Giving it up leaves it as it is.
func ownFeatureRow() row {
	return row{
		Token: "aws:guardduty/detectorFeature:DetectorFeature", Attached: true, ID: fill("{detectorId}/{name}"),
		Actions: actions{
			Create:   []string{"guardduty:UpdateDetector"},
			Update:   []string{"guardduty:UpdateDetector"},
			Read:     []string{"guardduty:GetDetector"},
			Resource: "arn:{partition}:guardduty:{region}:{account}:detector/{detectorId}",
		},
		Replace: []string{"detectorId", "name"},
		Valid: map[string]validator{
			"name": guardFeatureNames, "status": oneOf("ENABLED", "DISABLED"),
			"additionalConfigurations.name": guardAgents, "additionalConfigurations.status": oneOf("ENABLED", "DISABLED"),
		},
		Create: []rule{additionsSuitFeature}, Update: []rule{additionsSuitFeature},
		Refs: map[string]string{"detectorId": kindDetector}, Within: "detectorId",
		Latency: watching(),
	}
}

func guardFeatureRow() row {
	return row{
		Token: typeGuardFeature, ID: fill("{detectorId}/{name}"),
		Actions: actions{
			Create:   []string{"guardduty:UpdateOrganizationConfiguration"},
			Update:   []string{"guardduty:UpdateOrganizationConfiguration"},
			Read:     []string{"guardduty:DescribeOrganizationConfiguration"},
			Resource: "arn:{partition}:guardduty:{region}:{account}:detector/{detectorId}",
		},
		Replace: []string{"detectorId", "name"},
		Valid: map[string]validator{
			"autoEnable":                          oneOf("ALL", "NEW", "NONE"),
			"name":                                guardFeatureNames,
			"additionalConfigurations.autoEnable": oneOf("ALL", "NEW", "NONE"),
			"additionalConfigurations.name":       guardAgents,
		},
		Create: []rule{guardAdministers, additionsSuitFeature}, Update: []rule{guardAdministers, additionsSuitFeature},
		Refs: map[string]string{"detectorId": kindDetector}, Within: "detectorId",
		Latency: watching(),
	}
}

func hubRow() row {
	return row{
		Token: typeHub, ID: fill("{account}"),
		Actions: actions{
			Create: []string{"securityhub:EnableSecurityHub"},
			Update: []string{"securityhub:UpdateSecurityHubConfiguration"},
			Delete: []string{"securityhub:DisableSecurityHub"},
			Read:   []string{"securityhub:DescribeHub"},
		},
		Computed: map[string]maker{"arn": fill("arn:{partition}:securityhub:{region}:{account}:hub/default")},
		Defaults: map[string]any{
			"autoEnableControls": true, "enableDefaultStandards": true, "controlFindingGenerator": "SECURITY_CONTROL",
		},
		Replace: []string{"enableDefaultStandards"},
		Valid:   map[string]validator{"controlFindingGenerator": oneOf("SECURITY_CONTROL", "STANDARD_CONTROL")},
		Create:  []rule{hubIsNew},
		Delete:  []rule{hubIsNotAdministering},
		Latency: watching(),
	}
}

func hubAdminRow() row {
	return row{
		Token: typeHubAdmin, ID: fill("{adminAccountId}"),
		Actions: actions{
			Create:   []string{"securityhub:EnableOrganizationAdminAccount", "organizations:DescribeOrganization *", "organizations:EnableAWSServiceAccess *", "organizations:RegisterDelegatedAdministrator *"},
			Delete:   []string{"securityhub:DisableOrganizationAdminAccount"},
			Read:     []string{"securityhub:ListOrganizationAdminAccounts"},
			Resource: "*",
		},
		Replace: []string{"adminAccountId"},
		Valid:   map[string]validator{"adminAccountId": accountID},
		Create: []rule{
			delegatesFrom("adminAccountId", "AccessDeniedException", "InvalidInputException", "InvalidInputException"),
			oneHubAdmin,
		},
		Latency: watching(),
	}
}

func hubOrganizationRow() row {
	return row{
		Token: typeHubOrg, ID: fill("{account}"),
		Actions: actions{
			Create:   []string{"securityhub:UpdateOrganizationConfiguration"},
			Update:   []string{"securityhub:UpdateOrganizationConfiguration"},
			Delete:   []string{"securityhub:UpdateOrganizationConfiguration"},
			Read:     []string{"securityhub:DescribeOrganizationConfiguration"},
			Resource: "arn:{partition}:securityhub:{region}:{account}:hub/default",
		},
		Computed: map[string]maker{"organizationConfiguration": fixed(map[string]any{"configurationType": "LOCAL"})},
		Defaults: map[string]any{"autoEnableStandards": "DEFAULT"},
		Valid: map[string]validator{
			"autoEnableStandards":                         oneOf("DEFAULT", "NONE"),
			"organizationConfiguration.configurationType": oneOf("LOCAL", "CENTRAL"),
		},
		Create: []rule{hubIsOn, hubAdministers, centralNeedsAggregator}, Update: []rule{hubIsOn, hubAdministers, centralNeedsAggregator},
		Latency: watching(),
	}
}

func hubAggregatorRow() row {
	return row{
		Token: typeHubAggregator, ID: uuidARN("securityhub", "finding-aggregator"),
		Actions: actions{
			Create: []string{"securityhub:CreateFindingAggregator *"},
			Update: []string{"securityhub:UpdateFindingAggregator {id}"},
			Delete: []string{"securityhub:DeleteFindingAggregator {id}"},
			Read:   []string{"securityhub:GetFindingAggregator {id}"},
		},
		Valid: map[string]validator{
			"linkingMode": oneOf("ALL_REGIONS", "ALL_REGIONS_EXCEPT_SPECIFIED", "SPECIFIED_REGIONS", "NO_REGIONS"),
		},
		Check:   []rule{regionsSuitLinking},
		Create:  []rule{hubIsOn, oneAggregator},
		Update:  []rule{hubIsOn},
		Latency: watching(),
	}
}

func standardRow() row {
	return row{
		Token: typeStandard, ID: subscriptionARN,
		Actions: actions{
			Create:   []string{"securityhub:BatchEnableStandards"},
			Delete:   []string{"securityhub:BatchDisableStandards"},
			Read:     []string{"securityhub:GetEnabledStandards"},
			Resource: "arn:{partition}:securityhub:{region}:{account}:hub/default",
		},
		Replace: []string{"standardsArn"},
		Create:  []rule{hubIsOn, standardExists, standardIsNew},
		Latency: latency{Create: time.Minute, Delete: 20 * time.Second, Source: detectionTimes},
	}
}

func analyzerRow() row {
	return row{
		Token: typeAnalyzer, ID: fill("{analyzerName}"),
		Actions: actions{
			Create: []string{"access-analyzer:CreateAnalyzer", "access-analyzer:TagResource"},
			Update: []string{"access-analyzer:UpdateAnalyzer", "access-analyzer:TagResource"},
			Delete: []string{"access-analyzer:DeleteAnalyzer"},
			Read:   []string{"access-analyzer:GetAnalyzer"},
		},
		Computed: map[string]maker{"arn": fill("arn:{partition}:access-analyzer:{region}:{account}:analyzer/{analyzerName}")},
		Defaults: map[string]any{"type": "ACCOUNT"},
		Replace:  []string{"analyzerName", "type", "configuration"},
		Valid: map[string]validator{
			"analyzerName": matching(analyzerPattern, "1 to 255 letters, digits and any of ._-, a letter first"),
			"type":         oneOf("ACCOUNT", "ORGANIZATION", "ACCOUNT_UNUSED_ACCESS", "ORGANIZATION_UNUSED_ACCESS"),
			"configuration.unusedAccess.unusedAccessAge": between(1, 365),
		},
		Check:  []rule{configurationSuitsAnalyzer},
		Create: []rule{analyzerMayCoverOrganization},
		Unique: []unique{{By: []string{"analyzerName"}, refusal: refusal{
			Code: "ConflictException", Message: "An analyzer with the name {analyzerName} already exists", Status: 409}}},
		Quotas: []quota{{Limit: 1, Per: []string{"type"}, refusal: refusal{
			Code: "ServiceQuotaExceededException", Message: "You have reached the quota of analyzers of type {type}", Status: 402}}},
		Latency: watching(),
	}
}
