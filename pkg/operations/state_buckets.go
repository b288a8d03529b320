package operations

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/iampolicy"
)

const (
	logPrefix = "state/" // of the access log's objects
	// keptVersions is how many overwritten versions of an object are kept however old they are: the most a lifecycle rule
	// can keep. A run writes two for each resource it touches.
	keptVersions = 100
	// abandonedDays is after how many days an upload that was never completed is removed.
	abandonedDays = 7
)

// sealedBucket is a bucket with its policy: nothing may be made to depend on the one without the other.
type sealedBucket struct {
	*s3.BucketV2
	policy *s3.BucketPolicy
}

// stateBucket makes the bucket that holds state.
func (b *StateBackend) stateBucket(logs sealedBucket) error {
	bucket, err := b.sealed("bucket", b.plan.bucket, b.plan.bucketPolicy(b.stateKey.Arn))
	if err != nil {
		return err
	}
	versioning, err := s3.NewBucketVersioningV2(b.ctx, b.children.Name("bucket", "versioning"), &s3.BucketVersioningV2Args{
		Bucket: bucket.Bucket,
		VersioningConfiguration: &s3.BucketVersioningV2VersioningConfigurationArgs{
			Status: pulumi.String("Enabled"),
		},
	}, b.children.Options()...)
	if err != nil {
		return err
	}
	if err := b.encryption("bucket", bucket, &s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
		ApplyServerSideEncryptionByDefault: s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
			SseAlgorithm: pulumi.String("aws:kms"), KmsMasterKeyId: b.stateKey.Arn,
		},
		BucketKeyEnabled: pulumi.Bool(true),
	}); err != nil {
		return err
	}
	// A rule about overwritten versions says nothing before versions are kept.
	if err := b.lifecycle("bucket", bucket, s3.BucketLifecycleConfigurationV2RuleArgs{
		Id: pulumi.String("overwritten"),
		NoncurrentVersionExpiration: s3.BucketLifecycleConfigurationV2RuleNoncurrentVersionExpirationArgs{
			NoncurrentDays: pulumi.Int(b.args.Config.NoncurrentDays), NewerNoncurrentVersions: pulumi.Int(keptVersions),
		},
		Expiration: s3.BucketLifecycleConfigurationV2RuleExpirationArgs{ExpiredObjectDeleteMarker: pulumi.Bool(true)},
	}, pulumi.DependsOn([]pulumi.Resource{versioning})); err != nil {
		return err
	}
	_, err = s3.NewBucketLoggingV2(b.ctx, b.children.Name("bucket", "logging"), &s3.BucketLoggingV2Args{
		Bucket: bucket.Bucket, TargetBucket: logs.Bucket, TargetPrefix: pulumi.String(logPrefix),
	}, b.children.Options(pulumi.DependsOn([]pulumi.Resource{logs.policy}))...)
	b.Bucket, b.BucketARN = bucket.Bucket, bucket.Arn
	b.BackendURL = bucket.Bucket.ApplyT(func(string) string { return b.plan.backendURL("") }).(pulumi.StringOutput)
	return err
}

// logBucket makes the bucket that takes the access log. S3 delivers logs under its own key only.
func (b *StateBackend) logBucket() (sealedBucket, error) {
	bucket, err := b.sealed("logs", b.plan.logBucket, b.plan.logBucketPolicy())
	if err != nil {
		return bucket, err
	}
	if err := b.encryption("logs", bucket, &s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
		ApplyServerSideEncryptionByDefault: s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
			SseAlgorithm: pulumi.String("AES256"),
		},
	}); err != nil {
		return bucket, err
	}
	return bucket, b.lifecycle("logs", bucket, s3.BucketLifecycleConfigurationV2RuleArgs{
		Id:         pulumi.String("expired"),
		Expiration: s3.BucketLifecycleConfigurationV2RuleExpirationArgs{Days: pulumi.Int(b.args.Config.AccessLogDays)},
	})
}

// sealed makes a bucket without ACLs or public access, with its policy.
func (b *StateBackend) sealed(role, name string, policy []iampolicy.Statement) (sealedBucket, error) {
	bucket, err := s3.NewBucketV2(b.ctx, b.children.Name(role), &s3.BucketV2Args{
		Bucket: pulumi.String(name), Tags: b.tags(role),
	}, b.guarded()...)
	if err != nil {
		return sealedBucket{}, err
	}
	_, err = s3.NewBucketOwnershipControls(b.ctx, b.children.Name(role, "ownership"), &s3.BucketOwnershipControlsArgs{
		Bucket: bucket.Bucket,
		Rule:   &s3.BucketOwnershipControlsRuleArgs{ObjectOwnership: pulumi.String("BucketOwnerEnforced")},
	}, b.children.Options()...)
	if err != nil {
		return sealedBucket{}, err
	}
	block, err := s3.NewBucketPublicAccessBlock(b.ctx, b.children.Name(role, "public-access"), &s3.BucketPublicAccessBlockArgs{
		Bucket:          bucket.Bucket,
		BlockPublicAcls: pulumi.Bool(true), BlockPublicPolicy: pulumi.Bool(true),
		IgnorePublicAcls: pulumi.Bool(true), RestrictPublicBuckets: pulumi.Bool(true),
	}, b.children.Options()...)
	if err != nil {
		return sealedBucket{}, err
	}
	document, err := iampolicy.Document(policy...)
	if err != nil {
		return sealedBucket{}, err
	}
	// S3 refuses two changes of a bucket's access at a time (OperationAborted), so one follows the other.
	attached, err := s3.NewBucketPolicy(b.ctx, b.children.Name(role, "policy"), &s3.BucketPolicyArgs{
		Bucket: bucket.Bucket, Policy: iampolicy.BucketPolicy.Within(document),
	}, b.children.Options(pulumi.DependsOn([]pulumi.Resource{block}))...)
	return sealedBucket{bucket, attached}, err
}

func (b *StateBackend) encryption(role string, bucket sealedBucket, rule *s3.BucketServerSideEncryptionConfigurationV2RuleArgs) error {
	_, err := s3.NewBucketServerSideEncryptionConfigurationV2(b.ctx, b.children.Name(role, "encryption"),
		&s3.BucketServerSideEncryptionConfigurationV2Args{
			Bucket: bucket.Bucket, Rules: s3.BucketServerSideEncryptionConfigurationV2RuleArray{rule},
		}, b.children.Options()...)
	return err
}

// lifecycle gives a bucket one rule for all its objects; every rule also clears away abandoned uploads.
func (b *StateBackend) lifecycle(
	role string, bucket sealedBucket, rule s3.BucketLifecycleConfigurationV2RuleArgs, opts ...pulumi.ResourceOption,
) error {
	rule.Status = pulumi.String("Enabled")
	rule.Filter = s3.BucketLifecycleConfigurationV2RuleFilterArgs{}
	rule.AbortIncompleteMultipartUpload = s3.BucketLifecycleConfigurationV2RuleAbortIncompleteMultipartUploadArgs{
		DaysAfterInitiation: pulumi.Int(abandonedDays),
	}
	_, err := s3.NewBucketLifecycleConfigurationV2(b.ctx, b.children.Name(role, "lifecycle"),
		&s3.BucketLifecycleConfigurationV2Args{
			Bucket: bucket.Bucket, Rules: s3.BucketLifecycleConfigurationV2RuleArray{rule},
		}, b.children.Options(opts...)...)
	return err
}
