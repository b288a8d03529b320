package sim

import (
	"net/http"
	"time"
)

// kindBucket is an S3 bucket, whichever of the SDK's types made it.
const kindBucket = "bucket"

const (
	typeBucketPolicy     = "aws:s3/bucketPolicy:BucketPolicy"
	typeOwnership        = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
	typePublicAccess     = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
	typeVersioning       = "aws:s3/bucketVersioningV2:BucketVersioningV2"
	typeObjectLock       = "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2"
	typeBucketACL        = "aws:s3/bucketAclV2:BucketAclV2"
	typeBucketObject     = "aws:s3/bucketObject:BucketObject"
	typeBucketObjectv2   = "aws:s3/bucketObjectv2:BucketObjectv2"
	typeBucketEncryption = "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2"
)

const bucketTimes = "S3 calls answer within a second; the provider waits until a new bucket or setting is seen"

// storageTypes are S3's. Their replacement lists are ForceNew in the Terraform provider (internal/service/s3).
func storageTypes() []row {
	checksummed := objectRow(typeBucketObjectv2)
	checksummed.Absent = []string{ // no program here asks S3 for another checksum than the etag
		"checksumCrc32", "checksumCrc32c", "checksumCrc64nvme", "checksumSha1", "checksumSha256",
	}
	bucket := bucketRow("aws:s3/bucketV2:BucketV2")
	bucket.Replace = append(bucket.Replace, "objectLockEnabled")
	rows := []row{
		bucket, bucketRow("aws:s3/bucket:Bucket"),
		objectRow(typeBucketObject), checksummed,
	}
	for _, setting := range bucketSettings() {
		rows = append(rows, settingRow(setting))
	}
	return rows
}

func bucketRow(token string) row {
	return row{
		Token: token,
		Kind:  kindBucket,
		Actions: actions{
			Create: []string{"s3:CreateBucket", "s3:PutBucketTagging"},
			Update: []string{"s3:PutBucketTagging"},
			Delete: []string{"s3:DeleteBucket"},
			Read:   []string{"s3:ListBucket"},
		},
		ID:       fill("{bucket}"),
		Autoname: autoname{Property: "bucket", Limit: 63, Lower: true},
		Computed: map[string]maker{
			"arn":                      fill("arn:{partition}:s3:::{id}"),
			"bucketDomainName":         fill("{id}.s3.amazonaws.com"),
			"bucketRegionalDomainName": fill("{id}.s3.{region}.amazonaws.com"),
			"hostedZoneId":             fixed("Z3AQBSTGFYJSTF"),
			"region":                   fill("{region}"),
			"requestPayer":             fixed("BucketOwner"),
		},
		Absent:   []string{"websiteDomain", "websiteEndpoint"},
		Defaults: map[string]any{"forceDestroy": false},
		Replace:  []string{"bucket", "bucketPrefix"},
		Valid:    map[string]validator{"bucket": bucketName},
		Create:   []rule{bucketIsFree},
		Effect:   bucketInStore,
		NotFound: &refusal{
			Code: "NoSuchBucket", Message: "The specified bucket does not exist", Status: http.StatusNotFound,
		},
		Quotas: []quota{{Limit: 10000, refusal: refusal{
			Code: "TooManyBuckets", Message: "You have attempted to create more buckets than allowed"}}},
		Latency: latency{Create: 2 * time.Second, Update: time.Second, Delete: time.Second, Source: bucketTimes},
	}
}

// bucketSettings are the types that are one setting of a bucket: their id is the bucket's, and they vanish with it.
func bucketSettings() []row {
	return []row{
		{
			Token: typeBucketPolicy, Documents: []string{"policy"},
			Actions: actions{
				Create: []string{"s3:PutBucketPolicy"},
				Update: []string{"s3:PutBucketPolicy"},
				Delete: []string{"s3:DeleteBucketPolicy"},
				Read:   []string{"s3:GetBucketPolicy"},
			},
			Create: []rule{bucketPolicyIsWellFormed, bucketPolicyIsPrivate},
			Update: []rule{bucketPolicyIsWellFormed, bucketPolicyIsPrivate},
		},
		{
			Token: typePublicAccess,
			Actions: actions{
				Create: []string{"s3:PutBucketPublicAccessBlock"},
				Update: []string{"s3:PutBucketPublicAccessBlock"},
				Delete: []string{"s3:PutBucketPublicAccessBlock"},
				Read:   []string{"s3:GetBucketPublicAccessBlock"},
			},
			Defaults: map[string]any{"blockPublicAcls": false, "blockPublicPolicy": false, "ignorePublicAcls": false, "restrictPublicBuckets": false},
		},
		{
			Token: typeOwnership,
			Actions: actions{
				Create: []string{"s3:PutBucketOwnershipControls"},
				Update: []string{"s3:PutBucketOwnershipControls"},
				Delete: []string{"s3:PutBucketOwnershipControls"},
				Read:   []string{"s3:GetBucketOwnershipControls"},
			},
			Valid: map[string]validator{
				"rule.objectOwnership": oneOf("BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"),
			},
			Create: []rule{ownershipSuitsACL}, Update: []rule{ownershipSuitsACL},
		},
		{
			Token: typeBucketACL,
			Actions: actions{
				Create: []string{"s3:PutBucketAcl"},
				Update: []string{"s3:PutBucketAcl"},
				Read:   []string{"s3:GetBucketAcl"},
			},
			Computed: map[string]maker{"accessControlPolicy": fixed(map[string]any{})},
			Valid: map[string]validator{"acl": oneOf("private", "public-read", "public-read-write", "aws-exec-read",
				"authenticated-read", "bucket-owner-read", "bucket-owner-full-control", "log-delivery-write")},
			Create: []rule{aclIsAllowed, aclIsPrivate}, Update: []rule{aclIsAllowed, aclIsPrivate},
		},
		{
			Token: typeVersioning,
			Actions: actions{
				Create: []string{"s3:PutBucketVersioning"},
				Update: []string{"s3:PutBucketVersioning"},
				Delete: []string{"s3:PutBucketVersioning"},
				Read:   []string{"s3:GetBucketVersioning"},
			},
			Valid: map[string]validator{
				"versioningConfiguration.status": oneOf("Enabled", "Suspended", "Disabled"),
			},
			Create: []rule{lockedStaysVersioned}, Update: []rule{lockedStaysVersioned, versioningIsForEver},
		},
		{
			Token: typeBucketEncryption,
			Actions: actions{
				Create: []string{"s3:PutEncryptionConfiguration"},
				Update: []string{"s3:PutEncryptionConfiguration"},
				Delete: []string{"s3:PutEncryptionConfiguration"},
				Read:   []string{"s3:GetEncryptionConfiguration"},
			},
			Valid: map[string]validator{
				"rules.applyServerSideEncryptionByDefault.sseAlgorithm": oneOf("AES256", "aws:kms", "aws:kms:dsse"),
			},
			Create: []rule{algorithmSuitsKey}, Update: []rule{algorithmSuitsKey},
			Refs: map[string]string{"rules.applyServerSideEncryptionByDefault.kmsMasterKeyId": kindKey}, Weak: []string{"rules"},
		},
		{
			Token: "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
			Actions: actions{
				Create: []string{"s3:PutLifecycleConfiguration"},
				Update: []string{"s3:PutLifecycleConfiguration"},
				Delete: []string{"s3:PutLifecycleConfiguration"},
				Read:   []string{"s3:GetLifecycleConfiguration"},
			},
			Computed: map[string]maker{"transitionDefaultMinimumObjectSize": fixed("all_storage_classes_128K")},
			Valid:    map[string]validator{"rules.status": oneOf("Enabled", "Disabled"), "rules.id": longest(255)},
			Create:   []rule{lifecycleIsWellFormed}, Update: []rule{lifecycleIsWellFormed},
			Latency: latency{Create: 30 * time.Second, Update: 30 * time.Second, Delete: 5 * time.Second,
				Source: "the provider reads a lifecycle configuration back until it is stable, about half a minute"},
		},
		{
			Token: "aws:s3/bucketLoggingV2:BucketLoggingV2",
			Actions: actions{
				Create: []string{"s3:PutBucketLogging"},
				Update: []string{"s3:PutBucketLogging"},
				Delete: []string{"s3:PutBucketLogging"},
				Read:   []string{"s3:GetBucketLogging"},
			},
			Create: []rule{logsStayNear}, Update: []rule{logsStayNear}, Weak: []string{"targetBucket"},
		},
		{
			Token: "aws:s3/bucketNotification:BucketNotification", Defaults: map[string]any{"eventbridge": false},
			Actions: actions{
				Create: []string{"s3:PutBucketNotification"},
				Update: []string{"s3:PutBucketNotification"},
				Delete: []string{"s3:PutBucketNotification"},
				Read:   []string{"s3:GetBucketNotification"},
			},
		},
		{
			Token: typeObjectLock, Defaults: map[string]any{"objectLockEnabled": "Enabled"},
			Actions: actions{
				Create: []string{"s3:PutBucketObjectLockConfiguration"},
				Update: []string{"s3:PutBucketObjectLockConfiguration"},
				Read:   []string{"s3:GetBucketObjectLockConfiguration"},
			},
			Replace: []string{"objectLockEnabled"},
			Create:  []rule{lockNeedsVersions}, Update: []rule{lockNeedsVersions},
		},
	}
}

// settingRow fills in what all settings have in common.
func settingRow(setting row) row {
	setting.ID, setting.Attached, setting.Within = fill("{bucket}"), true, "bucket"
	setting.Replace = append(setting.Replace, "bucket")
	if setting.Refs == nil {
		setting.Refs = map[string]string{}
	}
	setting.Refs["bucket"] = kindBucket
	setting.Actions.Resource = "arn:{partition}:s3:::{bucket}"
	if setting.Latency.Source == "" {
		setting.Latency = latency{Create: time.Second, Update: time.Second, Delete: time.Second, Source: bucketTimes}
	}
	return setting
}

func objectRow(token string) row {
	return row{
		Token: token, Kind: "bucket object",
		Actions: actions{
			Create: []string{"s3:PutObject"},
			Update: []string{"s3:PutObject"},
			Delete: []string{"s3:DeleteObject"},
			Read:   []string{"s3:GetObject"},
		},
		ID: fill("{bucket}/{key}"),
		Computed: map[string]maker{
			"arn": fill("arn:{partition}:s3:::{bucket}/{key}"), "etag": objectTag, "versionId": objectVersion,
			"contentType": fixed("application/octet-stream"), "storageClass": fixed("STANDARD"),
			"serverSideEncryption": fixed("AES256"), "bucketKeyEnabled": fixed(false),
		},
		Live:     []string{"etag", "versionId"},
		Defaults: map[string]any{"acl": "private", "forceDestroy": false},
		Replace:  []string{"bucket", "key"},
		Refs:     map[string]string{"bucket": kindBucket},
		Effect:   objectInStore,
		NotFound: &refusal{
			Code: "NoSuchKey", Message: "The specified key does not exist.", Status: http.StatusNotFound,
		},
		Latency: latency{Create: time.Second, Update: time.Second, Delete: time.Second, Source: bucketTimes},
	}
}
