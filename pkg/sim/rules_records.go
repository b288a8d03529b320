package sim

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const (
	cloudTrail = "cloudtrail.amazonaws.com"
	awsConfig  = "config.amazonaws.com"
)

var trailPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{1,126}[A-Za-z0-9]$`)

// trailName is a trail's name. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-naming-requirements.html
var trailName = textual(func(name string) string {
	if !trailPattern.MatchString(name) || strings.Contains(name, "..") || strings.Contains(name, "--") {
		return fmt.Sprintf("%q must have 3 to 128 letters, digits and any of ._-, a letter or digit at both ends, and no two of ._- side by side", name)
	}
	return ""
})

// trailOwner is the account a trail belongs to: an organization's trail is the management account's, whoever made it.
func trailOwner(r *request) string {
	if r.Flag("isOrganizationTrail") {
		return managementOf(r)
	}
	return r.Account
}

// arnOfOrganization makes an ARN in the account that owns the trail.
func arnOfOrganization(template string) maker {
	return func(r *request) resource.PropertyValue {
		return resource.NewProperty(r.expand(strings.ReplaceAll(template, "{owner}", trailOwner(r))))
	}
}

func trailARN(r *request) string {
	return r.expand("arn:{partition}:cloudtrail:{region}:" + trailOwner(r) + ":trail/{name}")
}

func selectorsOfOneKind(r *request) *Error {
	if r.Has("eventSelectors") && r.Has("advancedEventSelectors") {
		return refuse("InvalidEventSelectorsException", "give eventSelectors or advancedEventSelectors, not both")
	}
	return nil
}

// loggingIsWhole: log group and role come together, and the group's ARN with the wildcard for its streams.
func loggingIsWhole(r *request) *Error {
	group := r.Text("cloudWatchLogsGroupArn")
	if group != "" && !strings.HasSuffix(group, ":*") {
		return refuse("InvalidCloudWatchLogsLogGroupArnException", "CloudTrail cannot validate the specified log group ARN %s: it must end in :*", group)
	}
	return nil
}

func globalEventsNeedRegions(r *request) *Error {
	if r.Flag("isMultiRegionTrail") && r.Has("includeGlobalServiceEvents") && !r.Flag("includeGlobalServiceEvents") {
		return refuse("InvalidParameterCombinationException", "Multi-Region trail must include global service events.")
	}
	return nil
}

// trailMaySpeakForOrganization: the management account and CloudTrail's delegated administrators make organization
// trails, once the organization lets CloudTrail in.
func trailMaySpeakForOrganization(r *request) *Error {
	switch organization := r.organization(); {
	case !r.Flag("isOrganizationTrail") || organizationUnknown(r):
		return nil
	case organization == nil:
		return refuse("OrganizationsNotInUseException", "Your account is not a member of an organization.")
	case !actsForOrganization(r, cloudTrail, typeTrailDelegate, "accountId"):
		return refuse("NotOrganizationMasterAccountException", "The Amazon Web Services account making the request to create or "+
			"update an organization trail is not the management account or a delegated administrator of the organization.")
	case !organizationTrusts(r, cloudTrail):
		return refuse("CloudTrailAccessNotEnabledException", "CloudTrail is not enabled as a trusted service of your organization.")
	case text(organization, "featureSet") == "CONSOLIDATED_BILLING":
		return refuse("OrganizationNotInAllFeaturesModeException", "The organization is not in all features mode.")
	}
	return nil
}

// trailsAreTrusted: CloudTrail registers no administrator of an organization that does not let it in.
func trailsAreTrusted(r *request) *Error {
	if !organizationTrusts(r, cloudTrail) {
		return refuse("CloudTrailAccessNotEnabledException", "CloudTrail is not enabled as a trusted service of your organization.")
	}
	return nil
}

// trailIsNew looks at the trails of the account that will own it.
func trailIsNew(r *request) *Error {
	for _, other := range r.Everywhere(typeTrail) {
		if other.Text("arn") == trailARN(r) {
			return refuse("TrailAlreadyExistsException", "Trail %s already exists for customer: %s", r.Text("name"), trailOwner(r))
		}
	}
	return nil
}

// bucketLets says whether a bucket's policy lets a service do something. A bucket without a policy lets in nobody.
func bucketLets(r *request, bucket, service, action, target string, context map[string]string) bool {
	policy := settingOf(r, typeBucketPolicy, bucket)
	return policy != nil && serviceMay(documentOf(policy.Properties, "policy"), service, action, target, context)
}

// keyLets says the same of a key; one that is not simulated lets everybody in.
func keyLets(r *request, arn, service, action string, context map[string]string) bool {
	if outsider(r, arn) {
		return true
	}
	key := keyNamed(r, arn)
	return key != nil && serviceMay(documentOf(key.Properties, "policy"), service, action, arn, context)
}

// trailMayDeliver tries the bucket's policy as CloudTrail does: for the owner's folder and, for an organization, for
// the organization's.
func trailMayDeliver(r *request) *Error {
	name := r.Text("s3BucketName")
	if bucketNamed(r, name) == nil {
		if r.cloud.open {
			return nil
		}
		return refuse("S3BucketDoesNotExistException", "S3 bucket %s does not exist!", name)
	}
	bucket, prefix := r.expand("arn:{partition}:s3:::")+name, ""
	if under := r.Text("s3KeyPrefix"); under != "" {
		prefix = under + "/"
	}
	context := delivered(trailOwner(r), trailARN(r))
	folders := []string{trailOwner(r)}
	if r.Flag("isOrganizationTrail") {
		folders = append(folders, organizationID)
	}
	allowed := bucketLets(r, name, cloudTrail, "s3:GetBucketAcl", bucket, context)
	for _, folder := range folders {
		object := bucket + "/" + prefix + "AWSLogs/" + folder + "/CloudTrail/" + r.Region + "/log"
		allowed = allowed && bucketLets(r, name, cloudTrail, "s3:PutObject", object, context)
	}
	if !allowed {
		return refuse("InsufficientS3BucketPolicyException", "Incorrect S3 bucket policy is detected for bucket: %s", name)
	}
	return nil
}

// trailMayEncrypt tries the key's policy.
func trailMayEncrypt(r *request) *Error {
	arn := r.Text("kmsKeyId")
	if arn == "" || outsider(r, arn) {
		return nil
	}
	if keyNamed(r, arn) == nil {
		return refuse("KmsKeyNotFoundException", "The KMS key %s does not exist", arn)
	}
	context := delivered(trailOwner(r), trailARN(r))
	context["kms:EncryptionContext:aws:cloudtrail:arn"] = trailARN(r)
	if !keyLets(r, arn, cloudTrail, "kms:GenerateDataKey", context) || !keyLets(r, arn, cloudTrail, "kms:DescribeKey", context) {
		return refuse("InsufficientEncryptionPolicyException", "Insufficient permissions to access S3 bucket %s or KMS key %s.",
			r.Text("s3BucketName"), arn)
	}
	return nil
}

// trailMayLog wants a log group of the caller's account, and a role CloudTrail may take that writes to it.
func trailMayLog(r *request) *Error {
	group, role := r.Text("cloudWatchLogsGroupArn"), r.Text("cloudWatchLogsRoleArn")
	switch {
	case group == "" && role == "":
		return nil
	case group == "" || role == "":
		return refuse("InvalidParameterCombinationException", "You must specify both a log group ARN and a role ARN.")
	case r.Find(kindLogGroup, strings.TrimSuffix(group, ":*")) == nil:
		return refuse("InvalidCloudWatchLogsLogGroupArnException", "CloudTrail cannot validate the specified log group ARN.")
	}
	found := r.Find(kindRole, role)
	if found == nil {
		return refuse("InvalidCloudWatchLogsRoleArnException", "CloudTrail cannot validate the specified role ARN.")
	}
	if r.Flag("isOrganizationTrail") && organizationUnknown(r) {
		return nil // whose trail it will be is not known
	}
	context := map[string]string{"aws:SourceArn": trailARN(r), "aws:SourceAccount": trailOwner(r)}
	if !serviceMay(documentOf(found.Properties, "assumeRolePolicy"), cloudTrail, "sts:AssumeRole", role, context) {
		return refuse("InvalidCloudWatchLogsRoleArnException", "Access denied. Check the trust relationships for your role.")
	}
	return nil
}

func recordingGroupIsSound(r *request) *Error {
	fault := func(message string) *Error { return refuse("InvalidRecordingGroupException", "%s", message) }
	group := r.New["recordingGroup"]
	if !group.IsObject() {
		return nil
	}
	given := group.ObjectValue()
	all := !has(given, "allSupported") || flag(given, "allSupported")
	named := len(texts(given, "resourceTypes")) > 0
	excluded := len(texts(given, "exclusionByResourceTypes.resourceTypes")) > 0
	switch {
	case all && named:
		return fault("The recording group is not valid: all supported types are recorded, so resourceTypes must be empty.")
	case all && excluded:
		return fault("The recording group is not valid: all supported types are recorded, so none can be excluded.")
	case !all && flag(given, "includeGlobalResourceTypes"):
		return fault("The recording group is not valid: includeGlobalResourceTypes needs allSupported.")
	case !all && !named && !excluded:
		return fault("The recording group is not valid: it records nothing.")
	}
	return nil
}

func oneRecorder(r *request) *Error {
	if len(r.All(typeRecorder)) > 0 {
		return refuse("MaxNumberOfConfigurationRecordersExceededException", "Failed to put configuration recorder '%s' because the "+
			"maximum number of configuration recorders: 1 is reached.", r.Text("name"))
	}
	return nil
}

func recorderRoleExists(r *request) *Error {
	role := r.Text("roleArn")
	if r.Find(kindRole, role) == nil && !outsider(r, role) {
		return refuse("InvalidRoleException", "The role %s does not exist or cannot be assumed by AWS Config.", role)
	}
	return nil
}

func channelNeedsRecorder(r *request) *Error {
	if len(r.All(typeRecorder)) == 0 {
		return refuse("NoAvailableConfigurationRecorderException", "Configuration recorder is not available to put delivery channel.")
	}
	return nil
}

func oneChannel(r *request) *Error {
	if len(r.All(typeChannel)) > 0 {
		return refuse("MaxNumberOfDeliveryChannelsExceededException", "Failed to put delivery channel '%s' because the maximum number "+
			"of delivery channels: 1 is reached.", r.Text("name"))
	}
	return nil
}

// channelMayDeliver tries the bucket's policy as AWS Config does, by its file that tests whether it may write. A bucket
// with default retention is refused: Config does not deliver to one.
// https://docs.aws.amazon.com/config/latest/developerguide/manage-delivery-channel.html
func channelMayDeliver(r *request) *Error {
	name, key := r.Text("s3BucketName"), r.Text("s3KmsKeyArn")
	if bucketNamed(r, name) == nil {
		if r.cloud.open {
			return nil
		}
		return refuse("NoSuchBucketException", "Cannot find a S3 bucket with name '%s'.", name)
	}
	bucket, prefix := r.expand("arn:{partition}:s3:::")+name, ""
	if under := r.Text("s3KeyPrefix"); under != "" {
		prefix = under + "/"
	}
	context := delivered(r.Account, r.expand("arn:{partition}:config:{region}:{account}:delivery-channel"))
	object := bucket + "/" + prefix + "AWSLogs/" + r.Account + "/Config/ConfigWritabilityCheckFile"
	allowed := bucketLets(r, name, awsConfig, "s3:PutObject", object, context) &&
		bucketLets(r, name, awsConfig, "s3:GetBucketAcl", bucket, context) && !retainsByDefault(r, name)
	for _, used := range append(bucketKeys(r, name), key) {
		allowed = allowed && (used == "" || keyLets(r, used, awsConfig, "kms:GenerateDataKey", context))
	}
	if !allowed {
		return refuse("InsufficientDeliveryPolicyException", "Insufficient delivery policy to s3 bucket: %s, unable to write to "+
			"bucket, provided s3 key prefix is '%s', provided kms key is '%s'.", name, orNull(r.Text("s3KeyPrefix")), orNull(key))
	}
	return nil
}

func orNull(text string) string {
	if text == "" {
		return "null"
	}
	return text
}

// bucketKeys are the keys a bucket encrypts with by itself.
func bucketKeys(r *request, bucket string) []string {
	if encryption := settingOf(r, typeBucketEncryption, bucket); encryption != nil {
		return encryption.Texts("rules.applyServerSideEncryptionByDefault.kmsMasterKeyId")
	}
	return nil
}

// retainsByDefault says whether new objects of a bucket are locked.
func retainsByDefault(r *request, bucket string) bool {
	lock := settingOf(r, typeObjectLock, bucket)
	return lock != nil && len(lock.Texts("rule.defaultRetention.mode")) > 0
}

func recorderExists(r *request) *Error {
	if r.Find(typeRecorder, r.Text("name")) == nil {
		return refuse("NoSuchConfigurationRecorderException", "Cannot find configuration recorder with the specified name '%s'.", r.Text("name"))
	}
	return nil
}

func recordingNeedsChannel(r *request) *Error {
	if r.Flag("isEnabled") && len(r.All(typeChannel)) == 0 {
		return refuse("NoAvailableDeliveryChannelException", "Delivery channel is not available to start configuration recorder.")
	}
	return nil
}

func channelIsIdle(r *request) *Error {
	for _, status := range r.All(typeRecording) {
		if status.Flag("isEnabled") {
			return refuse("LastDeliveryChannelDeleteFailedException", "Failed to delete last specified delivery channel with name '%s', "+
				"because there is a running configuration recorder.", r.Text("name"))
		}
	}
	return nil
}

func aggregatorHasOneSource(r *request) *Error {
	if r.Has("accountAggregationSource") == r.Has("organizationAggregationSource") && r.Has("accountAggregationSource") {
		return refuse("InvalidParameterValueException", "give one source of aggregation, not two")
	}
	return nil
}

func aggregatorMayCoverOrganization(r *request) *Error {
	if !r.Has("organizationAggregationSource") || organizationUnknown(r) {
		return nil
	}
	switch {
	case !organizationTrusts(r, awsConfig):
		return refuse("OrganizationAccessDeniedException", "This action can only be performed if AWS Config is a trusted service of the organization.")
	case !actsForOrganization(r, awsConfig, typeDelegatedAdmin, "none"):
		return refuse("OrganizationAccessDeniedException", "This action can only be performed if you are a registered delegated "+
			"administrator for AWS Config with permissions to call ListDelegatedAdministrators API.")
	}
	return nil
}

func aggregatorARN(r *request) resource.PropertyValue {
	return resource.NewProperty(r.expand("arn:{partition}:config:{region}:{account}:config-aggregator/config-aggregator-") +
		digest(8, r.Account, r.Region, r.Text("name")))
}
