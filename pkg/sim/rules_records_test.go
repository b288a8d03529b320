package sim

import (
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// trusting takes in the organization that is there, with services trusted.
func trusting(services ...any) act {
	return act{token: typeOrganization, name: "org", adopts: organizationID, inputs: props{"awsServiceAccessPrincipals": services}}
}

// of acts in the member account.
func of(each act) act {
	each.account = memberID
	return each
}

const orgTrail = "arn:aws:cloudtrail:eu-west-1:" + managementID + ":trail/acme"

// trailPolicy lets a trail deliver to the management account's folder and the organization's.
func trailPolicy(source string, folders ...string) string {
	resources := make([]string, len(folders))
	for i, folder := range folders {
		resources[i] = `"arn:aws:s3:::acme-data/AWSLogs/` + folder + `/*"`
	}
	from := `,"Condition":{"StringEquals":{"aws:SourceArn":"` + source + `"}}}`
	return `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::acme-data"` + from + `,
		{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":[` + strings.Join(resources, ",") + `]` + from + `,
		{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::acme-data","arn:aws:s3:::acme-data/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`
}

func trailAct(inputs props) act {
	whole := props{"name": "acme", "s3BucketName": "acme-data", "isOrganizationTrail": true, "isMultiRegionTrail": true}
	maps.Copy(whole, inputs)
	return act{token: typeTrail, name: "t", inputs: whole}
}

// archived is a member's bucket that the organization's trail may write to, and the member's delegation.
func archived(more ...act) []act {
	return append([]act{
		trusting("cloudtrail.amazonaws.com"),
		{token: typeTrailDelegate, name: "d", inputs: props{"accountId": memberID}},
		of(act{token: bucketV2Token, name: "b", inputs: props{"bucket": "acme-data"}}),
		of(settingAct("p", typeBucketPolicy, props{"policy": trailPolicy(orgTrail, managementID, organizationID)})),
	}, more...)
}

// servingKey is a key of the member's that a service may use.
func servingKey(service, context string) act {
	policy := `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + memberID + `:root"},"Action":"kms:*","Resource":"*"},
		{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":["kms:GenerateDataKey","kms:DescribeKey"],"Resource":"*","Condition":{"StringLike":{` + context + `}}}]}`
	return of(act{token: "aws:kms/key:Key", name: "k", inputs: props{"policy": policy}})
}

func TestTrailRules(t *testing.T) {
	t.Parallel()
	without := func(drop string) []act {
		var kept []act
		for _, each := range archived() {
			if each.name != drop {
				kept = append(kept, each)
			}
		}
		return kept
	}
	policy := func(document string) act { return of(settingAct("p", typeBucketPolicy, props{"policy": document})) }
	insufficient := func(document string) ruleCase {
		return ruleCase{
			after: append(without("p"), policy(document)), create: of(trailAct(nil)), code: "InsufficientS3BucketPolicyException",
			message: "Incorrect S3 bucket policy is detected for bucket: acme-data", never: true,
		}
	}
	encryption := `"kms:EncryptionContext:aws:cloudtrail:arn":"arn:aws:cloudtrail:*:` + managementID + `:trail/*"`
	refusals(t, map[string]ruleCase{
		"no delegation": {
			after: without("d"), create: of(trailAct(nil)), code: "NotOrganizationMasterAccountException",
			message: "The Amazon Web Services account making the request to create or update an organization trail is not the management " +
				"account or a delegated administrator of the organization.",
			first: []act{{token: typeTrailDelegate, name: "d", inputs: props{"accountId": memberID}}},
		},
		"CloudTrail is not trusted": {
			after:  append(without("d")[1:], act{token: typeOrganization, name: "org", adopts: organizationID, inputs: props{}}),
			create: trailAct(nil), code: "CloudTrailAccessNotEnabledException",
			message: "CloudTrail is not enabled as a trusted service of your organization.", never: true,
		},
		"a delegation before CloudTrail is trusted": {
			create: act{token: typeTrailDelegate, name: "d", inputs: props{"accountId": memberID}}, code: "CloudTrailAccessNotEnabledException",
			message: "CloudTrail is not enabled as a trusted service of your organization.", first: []act{trusting("cloudtrail.amazonaws.com")},
		},
		"a delegation by a member": {
			after: archived()[:1], create: of(act{token: typeTrailDelegate, name: "d", inputs: props{"accountId": memberID}}),
			code: "NotOrganizationManagementAccountException", message: "The account is not the management account of the organization.", never: true,
		},
		"a delegation to the management account": {
			after: archived()[:1], create: act{token: typeTrailDelegate, name: "d", inputs: props{"accountId": managementID}},
			code: "CannotDelegateManagementAccountException", passes: props{"accountId": memberID},
			message: "You cannot register the management account of the organization as a delegated administrator.",
		},
		"a delegation to a stranger": {
			after: archived()[:1], create: act{token: typeTrailDelegate, name: "d", inputs: props{"accountId": "999999999999"}},
			code: "AccountNotFoundException", message: "Account 999999999999 is not a member of the organization.", passes: props{"accountId": memberID},
		},
		"a missing bucket": {
			after: archived(), create: of(trailAct(props{"s3BucketName": "acme-other"})), code: "S3BucketDoesNotExistException",
			message: "S3 bucket acme-other does not exist!", passes: props{"s3BucketName": "acme-data"},
		},
		"a bucket without a policy":            {after: without("p"), create: of(trailAct(nil)), code: "InsufficientS3BucketPolicyException", message: "Incorrect S3 bucket policy is detected for bucket: acme-data", first: []act{policy(trailPolicy(orgTrail, managementID, organizationID))}},
		"a policy for the organization alone":  insufficient(trailPolicy(orgTrail, organizationID)),
		"a policy for the account alone":       insufficient(trailPolicy(orgTrail, managementID)),
		"a policy for another trail":           insufficient(trailPolicy(orgTrail+"-b", managementID, organizationID)),
		"a policy for a trail of the delegate": insufficient(trailPolicy(strings.Replace(orgTrail, managementID, memberID, 1), managementID, organizationID)),
		"a policy that denies": insufficient(strings.Replace(trailPolicy(orgTrail, managementID, organizationID),
			`"Bool":{"aws:SecureTransport":"false"}`, `"Bool":{"aws:SecureTransport":"true"}`, 1)),
		"a key that serves others": {
			after:  archived(servingKey("cloudtrail.amazonaws.com", strings.Replace(encryption, managementID, memberID, 1))),
			create: of(trailAct(props{"kmsKeyId": "$k.arn"})), code: "InsufficientEncryptionPolicyException",
			message: "Insufficient permissions to access S3 bucket acme-data or KMS key $k.arn.", passes: props{"kmsKeyId": nil},
		},
		"a missing key": {
			after: archived(), create: of(trailAct(props{"kmsKeyId": "arn:aws:kms:eu-west-1:" + memberID + ":key/x"})), code: "KmsKeyNotFoundException",
			message: "The KMS key arn:aws:kms:eu-west-1:" + memberID + ":key/x does not exist", passes: props{"kmsKeyId": nil},
		},
		"a name that is taken": {
			after: archived(of(trailAct(nil))), create: of(act{token: typeTrail, name: "u", inputs: trailAct(nil).inputs}), code: "TrailAlreadyExistsException",
			message: "Trail acme already exists for customer: " + managementID, unless: "t",
		},
		"a missing log group": {
			after: archived(), create: of(trailAct(props{
				"cloudWatchLogsGroupArn": "arn:aws:logs:eu-west-1:" + memberID + ":log-group:x:*", "cloudWatchLogsRoleArn": "arn:aws:iam::" + memberID + ":role/r",
			})),
			code: "InvalidCloudWatchLogsLogGroupArnException", message: "CloudTrail cannot validate the specified log group ARN.",
			passes: props{"cloudWatchLogsGroupArn": nil, "cloudWatchLogsRoleArn": nil},
		},
		"a role CloudTrail may not take": {
			after: archived(of(act{token: "aws:cloudwatch/logGroup:LogGroup", name: "g", inputs: props{"name": "trail"}}),
				of(act{token: roleToken, name: "r", inputs: props{"name": "r", "assumeRolePolicy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
					`"Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceArn":"` + orgTrail + `-b"}}}]}`}})),
			create: of(trailAct(props{"cloudWatchLogsGroupArn": "$g.arn:*", "cloudWatchLogsRoleArn": "$r.arn"})),
			code:   "InvalidCloudWatchLogsRoleArnException", message: "Access denied. Check the trust relationships for your role.",
			passes: props{"name": "acme", "cloudWatchLogsGroupArn": nil, "cloudWatchLogsRoleArn": nil},
		},
		"a log group alone": {
			after:  archived(of(act{token: "aws:cloudwatch/logGroup:LogGroup", name: "g", inputs: props{"name": "trail"}})),
			create: of(trailAct(props{"cloudWatchLogsGroupArn": "$g.arn:*"})), code: "InvalidParameterCombinationException",
			message: "You must specify both a log group ARN and a role ARN.", passes: props{"cloudWatchLogsGroupArn": nil},
		},
	})
}

func TestTrailBelongsToTheManagementAccount(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: archived(servingKey("cloudtrail.amazonaws.com",
		`"kms:EncryptionContext:aws:cloudtrail:arn":"arn:aws:cloudtrail:*:`+managementID+`:trail/*"`))}, "")
	s.must(of(trailAct(props{"kmsKeyId": "$k.arn"})))
	made := s.made["t"]
	require.Equal(t, orgTrail, made.Text("arn"))
	require.Equal(t, orgTrail, made.ID)
	require.Equal(t, memberID, made.Account, "whoever made it keeps it in their state")
}

func TestTrailFaults(t *testing.T) {
	t.Parallel()
	badInputs(t, map[string]faultCase{
		"a name": {
			token: typeTrail, inputs: props{"name": "a--b", "s3BucketName": "b"},
			want:   []Failure{{"name", `"a--b" must have 3 to 128 letters, digits and any of ._-, a letter or digit at both ends, and no two of ._- side by side`}},
			passes: props{"name": "a-b"},
		},
		"both kinds of selectors": {
			token: typeTrail, inputs: props{
				"s3BucketName": "b", "eventSelectors": []any{props{"readWriteType": "All"}},
				"advancedEventSelectors": []any{props{"fieldSelectors": []any{props{"field": "eventCategory", "equals": []any{"Management"}}}}},
			},
			want:   []Failure{{"", "InvalidEventSelectorsException: give eventSelectors or advancedEventSelectors, not both"}},
			passes: props{"eventSelectors": nil},
		},
		"a log group without its streams": {
			token: typeTrail, inputs: props{"s3BucketName": "b", "cloudWatchLogsGroupArn": "arn:aws:logs:eu-west-1:111111111111:log-group:g"},
			want: []Failure{{"", "InvalidCloudWatchLogsLogGroupArnException: CloudTrail cannot validate the specified log group ARN " +
				"arn:aws:logs:eu-west-1:111111111111:log-group:g: it must end in :*"}},
			passes: props{"cloudWatchLogsGroupArn": "arn:aws:logs:eu-west-1:111111111111:log-group:g:*"},
		},
		"everywhere but not global": {
			token: typeTrail, inputs: props{"s3BucketName": "b", "isMultiRegionTrail": true, "includeGlobalServiceEvents": false},
			want:   []Failure{{"", "InvalidParameterCombinationException: Multi-Region trail must include global service events."}},
			passes: props{"isMultiRegionTrail": false},
		},
		"a recorder that records all and some": {
			token: typeRecorder, inputs: props{"roleArn": "r", "recordingGroup": props{"allSupported": true, "resourceTypes": []any{"AWS::EC2::VPC"}}},
			want: []Failure{{"", "InvalidRecordingGroupException: The recording group is not valid: all supported types are recorded, so " +
				"resourceTypes must be empty."}},
			passes: props{"recordingGroup": props{"allSupported": true}},
		},
		"a recorder of some that records global types": {
			token: typeRecorder, inputs: props{"roleArn": "r", "recordingGroup": props{
				"allSupported": false, "includeGlobalResourceTypes": true, "resourceTypes": []any{"AWS::EC2::VPC"},
			}},
			want:   []Failure{{"", "InvalidRecordingGroupException: The recording group is not valid: includeGlobalResourceTypes needs allSupported."}},
			passes: props{"recordingGroup": props{"allSupported": false, "resourceTypes": []any{"AWS::EC2::VPC"}}},
		},
		"a recorder of nothing": {
			token: typeRecorder, inputs: props{"roleArn": "r", "recordingGroup": props{"allSupported": false}},
			want:   []Failure{{"", "InvalidRecordingGroupException: The recording group is not valid: it records nothing."}},
			passes: props{"recordingGroup": props{"allSupported": true}},
		},
		"a delivery every two hours": {
			token: typeChannel, inputs: props{"s3BucketName": "b", "snapshotDeliveryProperties": props{"deliveryFrequency": "Two_Hours"}},
			want: []Failure{{"snapshotDeliveryProperties.deliveryFrequency",
				`"Two_Hours" must be one of One_Hour, Three_Hours, Six_Hours, Twelve_Hours, TwentyFour_Hours`}},
			passes: props{"snapshotDeliveryProperties": props{"deliveryFrequency": "Six_Hours"}},
		},
	})
}

// configPolicy lets AWS Config deliver for the organization.
func configPolicy(organization string) string {
	from := `,"Condition":{"StringEquals":{"aws:SourceOrgID":"` + organization + `"}}}`
	return `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":{"Service":"config.amazonaws.com"},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::acme-data"` + from + `,
		{"Effect":"Allow","Principal":{"Service":"config.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-data/AWSLogs/*/Config/*"` + from + `]}`
}

// recordedBy is an account with a recorder, and the archive's bucket in another.
func recordedBy(more ...act) []act {
	return append([]act{
		of(act{token: bucketV2Token, name: "b", inputs: props{"bucket": "acme-data"}}),
		of(settingAct("p", typeBucketPolicy, props{"policy": configPolicy(organizationID)})),
		{token: typeServiceRole, name: "s", inputs: props{"awsServiceName": "config.amazonaws.com"}},
		recorderAct("r"),
	}, more...)
}

func recorderAct(name string) act {
	return act{token: typeRecorder, name: name, inputs: props{"name": "default", "roleArn": "$s.arn"}}
}

func channelAct() act {
	return act{token: typeChannel, name: "c", inputs: props{"s3BucketName": "acme-data"}}
}

func statusAct() act {
	return act{token: typeRecording, name: "x", inputs: props{"name": "default", "isEnabled": true}}
}

func TestRecorderRules(t *testing.T) {
	t.Parallel()
	refused := "Insufficient delivery policy to s3 bucket: acme-data, unable to write to bucket, provided s3 key prefix is 'null', provided kms key is "
	refusals(t, map[string]ruleCase{
		"two recorders": {
			after: recordedBy(), create: act{token: typeRecorder, name: "q", inputs: props{"name": "other", "roleArn": "$s.arn"}},
			code:    "MaxNumberOfConfigurationRecordersExceededException",
			message: "Failed to put configuration recorder 'other' because the maximum number of configuration recorders: 1 is reached.", unless: "r",
		},
		"a missing role": {
			after:  recordedBy()[:3],
			create: act{token: typeRecorder, name: "q", inputs: props{"roleArn": "arn:aws:iam::" + managementID + ":role/none"}},
			code:   "InvalidRoleException", passes: props{"roleArn": "$s.arn"},
			message: "The role arn:aws:iam::" + managementID + ":role/none does not exist or cannot be assumed by AWS Config.",
		},
		"a channel without a recorder": {
			after: recordedBy()[:3], create: channelAct(), code: "NoAvailableConfigurationRecorderException",
			message: "Configuration recorder is not available to put delivery channel.", first: []act{recorderAct("r")},
		},
		"two channels": {
			after: recordedBy(channelAct()), create: act{token: typeChannel, name: "d", inputs: props{"name": "other", "s3BucketName": "acme-data"}},
			code:    "MaxNumberOfDeliveryChannelsExceededException",
			message: "Failed to put delivery channel 'other' because the maximum number of delivery channels: 1 is reached.", unless: "c",
		},
		"a channel to a missing bucket": {
			after: recordedBy(), create: act{token: typeChannel, name: "c", inputs: props{"s3BucketName": "acme-none"}}, code: "NoSuchBucketException",
			message: "Cannot find a S3 bucket with name 'acme-none'.", passes: props{"s3BucketName": "acme-data"},
		},
		"a bucket for another organization": {
			after:  append(recordedBy()[2:], recordedBy()[0], of(settingAct("p", typeBucketPolicy, props{"policy": configPolicy("o-other")}))),
			create: channelAct(), code: "InsufficientDeliveryPolicyException", message: refused + "'null'.", never: true,
		},
		"a bucket that retains by default": {
			after: recordedBy(of(settingAct("v", typeVersioning, props{"versioningConfiguration": props{"status": "Enabled"}})),
				of(settingAct("l", typeObjectLock, props{"rule": props{"defaultRetention": props{"mode": "GOVERNANCE", "days": 1}}}))),
			create: channelAct(), code: "InsufficientDeliveryPolicyException", message: refused + "'null'.", unless: "l",
		},
		"a key that serves others": {
			after:  recordedBy(servingKey("config.amazonaws.com", `"aws:SourceOrgID":"o-other"`)),
			create: act{token: typeChannel, name: "c", inputs: props{"s3BucketName": "acme-data", "s3KmsKeyArn": "$k.arn"}},
			code:   "InsufficientDeliveryPolicyException", message: refused + "'$k.arn'.", passes: props{"s3KmsKeyArn": nil},
		},
		"a start without a channel": {
			after: recordedBy(), create: statusAct(), code: "NoAvailableDeliveryChannelException",
			message: "Delivery channel is not available to start configuration recorder.", first: []act{channelAct()},
		},
		"a start without a recorder": {
			after: recordedBy(channelAct()), create: act{token: typeRecording, name: "x", inputs: props{"name": "other", "isEnabled": true}},
			code:    "NoSuchConfigurationRecorderException",
			message: "Cannot find configuration recorder with the specified name 'other'.", passes: props{"name": "default"},
		},
		"a channel in use": {
			after: recordedBy(channelAct(), statusAct()), destroy: "c", code: "LastDeliveryChannelDeleteFailedException",
			message: "Failed to delete last specified delivery channel with name 'default', because there is a running configuration recorder.", unless: "x",
		},
		"a role in use": {
			after: recordedBy(), destroy: "s", code: "DeleteConflict",
			message: "Cannot delete the role AWSServiceRoleForConfig: it is used by a configuration recorder in eu-west-1", unless: "r",
		},
		"an aggregator of a member": {
			after: []act{trusting("config.amazonaws.com")}, create: of(aggregatorAct()), code: "OrganizationAccessDeniedException",
			message: "This action can only be performed if you are a registered delegated administrator for AWS Config with permissions to call " +
				"ListDelegatedAdministrators API.",
			first: []act{{token: typeDelegatedAdmin, name: "d", inputs: props{"accountId": memberID, "servicePrincipal": "config.amazonaws.com"}}},
		},
		"an aggregator where AWS Config is not trusted": {
			create: aggregatorAct(), code: "OrganizationAccessDeniedException",
			message: "This action can only be performed if AWS Config is a trusted service of the organization.",
			first:   []act{trusting("config.amazonaws.com")},
		},
	})
}

func aggregatorAct() act {
	return act{token: typeAggregator, name: "a", inputs: props{
		"organizationAggregationSource": props{"allRegions": true, "roleArn": "arn:aws:iam::999999999999:role/r"},
	}}
}
