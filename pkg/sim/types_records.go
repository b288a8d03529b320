package sim

import "time"

const (
	typeTrail      = "aws:cloudtrail/trail:Trail"
	typeRecorder   = "aws:cfg/recorder:Recorder"
	typeChannel    = "aws:cfg/deliveryChannel:DeliveryChannel"
	typeRecording  = "aws:cfg/recorderStatus:RecorderStatus"
	typeAggregator = "aws:cfg/configurationAggregator:ConfigurationAggregator"
)

// recordTimes: both services answer in seconds and write a test object first.
const recordTimes = "CloudTrail and AWS Config answer within seconds, after a test write to the bucket"

// recordTypes are CloudTrail's and AWS Config's. Their replacement lists are ForceNew in the Terraform provider
// (internal/service/cloudtrail, configservice).
func recordTypes() []row {
	return []row{trailRow(), trailDelegateRow(), recorderRow(), channelRow(), recordingRow(), aggregatorRow()}
}

func recording() latency {
	return latency{Create: 4 * time.Second, Update: 3 * time.Second, Delete: 2 * time.Second, Source: recordTimes}
}

func trailRow() row {
	arn := arnOfOrganization("arn:{partition}:cloudtrail:{region}:{owner}:trail/{name}")
	return row{
		Token: typeTrail, ID: arn,
		Actions: actions{
			Create:  []string{"cloudtrail:CreateTrail", "cloudtrail:AddTags", "cloudtrail:PutEventSelectors", "cloudtrail:StartLogging", "iam:PassRole {cloudWatchLogsRoleArn}"},
			Update:  []string{"cloudtrail:UpdateTrail", "cloudtrail:AddTags", "cloudtrail:PutEventSelectors", "iam:PassRole {cloudWatchLogsRoleArn}"},
			Delete:  []string{"cloudtrail:DeleteTrail"},
			Read:    []string{"cloudtrail:GetTrail", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors"},
			Context: passedTo("cloudtrail.amazonaws.com"),
		},
		Autoname: autoname{Property: "name", Limit: 128},
		Computed: map[string]maker{"arn": arn, "homeRegion": fill("{region}"), "snsTopicArn": fixed("")},
		Defaults: map[string]any{
			"enableLogging": true, "includeGlobalServiceEvents": true, "isMultiRegionTrail": false, "isOrganizationTrail": false,
			"enableLogFileValidation": false,
		},
		Replace: []string{"name"},
		Valid: map[string]validator{
			"name":                              trailName,
			"insightSelectors.insightType":      oneOf("ApiCallRateInsight", "ApiErrorRateInsight"),
			"eventSelectors.readWriteType":      oneOf("ReadOnly", "WriteOnly", "All"),
			"eventSelectors.dataResources.type": oneOf("AWS::DynamoDB::Table", "AWS::Lambda::Function", "AWS::S3::Object"),
		},
		Check:  []rule{selectorsOfOneKind, loggingIsWhole, globalEventsNeedRegions},
		Create: []rule{trailMaySpeakForOrganization, trailIsNew, trailMayDeliver, trailMayEncrypt, trailMayLog},
		Update: []rule{trailMaySpeakForOrganization, trailMayDeliver, trailMayEncrypt, trailMayLog},
		Weak:   []string{"s3BucketName", "kmsKeyId", "cloudWatchLogsGroupArn", "cloudWatchLogsRoleArn"},
		Quotas: []quota{{Limit: 5, refusal: refusal{
			Code: "MaximumNumberOfTrailsExceededException", Message: "User: {account} already has 5 trails in {region}."}}},
		Latency: recording(),
	}
}

func trailDelegateRow() row {
	return row{
		Token: typeTrailDelegate, Scope: account, ID: fill("{accountId}"),
		Actions: actions{
			Create:   []string{"cloudtrail:RegisterOrganizationDelegatedAdmin", "organizations:RegisterDelegatedAdministrator", "organizations:ListAWSServiceAccessForOrganization"},
			Delete:   []string{"cloudtrail:DeregisterOrganizationDelegatedAdmin", "organizations:DeregisterDelegatedAdministrator"},
			Read:     []string{"organizations:ListDelegatedAdministrators"},
			Resource: "*",
		},
		Computed: map[string]maker{
			"arn":   fill("arn:{partition}:organizations::{account}:account/" + organizationID + "/{accountId}"),
			"email": fixed(""), "name": fixed(""),
			"servicePrincipal": fixed("cloudtrail.amazonaws.com"),
		},
		Replace: []string{"accountId"},
		Valid:   map[string]validator{"accountId": accountID},
		Create: []rule{
			delegatesFrom("accountId", "NotOrganizationManagementAccountException", "AccountNotFoundException", "CannotDelegateManagementAccountException"),
			trailsAreTrusted,
		},
		Quotas: []quota{{Limit: 3, refusal: refusal{
			Code: "DelegatedAdminAccountLimitExceededException", Message: "The organization has 3 delegated administrators of CloudTrail already."}}},
		Latency: recording(),
	}
}

func recorderRow() row {
	return row{
		Token: typeRecorder, ID: fill("{name}"),
		Actions: actions{
			Create:   []string{"config:PutConfigurationRecorder"},
			Update:   []string{"config:PutConfigurationRecorder"},
			Delete:   []string{"config:DeleteConfigurationRecorder"},
			Read:     []string{"config:DescribeConfigurationRecorders"},
			Resource: "*",
		},
		Computed: map[string]maker{"recordingGroup": fixed(map[string]any{"allSupported": true}), "recordingMode": fixed(map[string]any{"recordingFrequency": "CONTINUOUS"})},
		Defaults: map[string]any{"name": "default"},
		Replace:  []string{"name"},
		Valid: map[string]validator{
			"name":                             longest(256),
			"recordingMode.recordingFrequency": oneOf("CONTINUOUS", "DAILY"),
			"recordingGroup.recordingStrategies.useOnly": oneOf(
				"ALL_SUPPORTED_RESOURCE_TYPES", "INCLUSION_BY_RESOURCE_TYPES", "EXCLUSION_BY_RESOURCE_TYPES"),
		},
		Check:  []rule{recordingGroupIsSound},
		Create: []rule{oneRecorder, recorderRoleExists}, Update: []rule{recorderRoleExists},
		NotFound: &refusal{
			Code: "NoSuchConfigurationRecorderException", Message: "Cannot find configuration recorder with the specified name '{target}'."},
		Latency: recording(),
	}
}

func channelRow() row {
	return row{
		Token: typeChannel, ID: fill("{name}"),
		Actions: actions{
			Create:   []string{"config:PutDeliveryChannel"},
			Update:   []string{"config:PutDeliveryChannel"},
			Delete:   []string{"config:DeleteDeliveryChannel"},
			Read:     []string{"config:DescribeDeliveryChannels"},
			Resource: "*",
		},
		Defaults: map[string]any{"name": "default"},
		Replace:  []string{"name"},
		Valid: map[string]validator{
			"name": longest(256),
			"snapshotDeliveryProperties.deliveryFrequency": oneOf(
				"One_Hour", "Three_Hours", "Six_Hours", "Twelve_Hours", "TwentyFour_Hours"),
		},
		Create: []rule{channelNeedsRecorder, oneChannel, channelMayDeliver}, Update: []rule{channelMayDeliver},
		Delete: []rule{channelIsIdle},
		Weak:   []string{"s3BucketName", "s3KmsKeyArn", "snsTopicArn"},
		NotFound: &refusal{
			Code: "NoSuchDeliveryChannelException", Message: "Cannot find delivery channel with specified name '{target}'."},
		Latency: recording(),
	}
}

// recordingRow is whether a recorder records: its id is the recorder's, and it stops when it is given up.
func recordingRow() row {
	return row{
		Token: typeRecording, Attached: true, ID: fill("{name}"),
		Actions: actions{
			Create:   []string{"config:StartConfigurationRecorder"},
			Update:   []string{"config:StartConfigurationRecorder"},
			Delete:   []string{"config:StopConfigurationRecorder"},
			Read:     []string{"config:DescribeConfigurationRecorderStatus"},
			Resource: "*",
		},
		Defaults: map[string]any{"name": "default"},
		Replace:  []string{"name"},
		Create:   []rule{recorderExists, recordingNeedsChannel}, Update: []rule{recorderExists, recordingNeedsChannel},
		Latency: recording(),
	}
}

func aggregatorRow() row {
	return row{
		Token: typeAggregator, ID: fill("{name}"),
		Actions: actions{
			Create: []string{"config:PutConfigurationAggregator"},
			Update: []string{"config:PutConfigurationAggregator"},
			Delete: []string{"config:DeleteConfigurationAggregator"},
			Read:   []string{"config:DescribeConfigurationAggregators *"},
		},
		Autoname: autoname{Property: "name", Limit: 256},
		Computed: map[string]maker{"arn": aggregatorARN},
		Replace:  []string{"name"},
		Check:    []rule{aggregatorHasOneSource},
		Create:   []rule{aggregatorMayCoverOrganization}, Update: []rule{aggregatorMayCoverOrganization},
		Refs: map[string]string{"organizationAggregationSource.roleArn": kindRole},
		Quotas: []quota{{Limit: 50, refusal: refusal{
			Code: "LimitExceededException", Message: "You have reached the limit on the number of configuration aggregators."}}},
		Latency: recording(),
	}
}
