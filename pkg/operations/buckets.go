package operations

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/iampolicy"
)

// abandonedDays is after how many days an upload that was never completed is removed.
const abandonedDays = 7

// storage makes the buckets and keys of a component. Everything it makes is closed from the start: no ACLs, nothing
// public, encrypted, with a policy.
type storage struct {
	ctx      *pulumi.Context
	children *component.Children
	tags     func(role string, keys ...string) pulumi.StringMap
	protect  bool
	// retain leaves everything in the account when it goes from the program.
	retain bool
}

// bucketSpec is a bucket to make.
type bucketSpec struct {
	role   string // part of the logical names
	name   string // physical
	policy []iampolicy.Statement
	// key encrypts the objects; nil for S3's own key, which is all that some log deliveries can use.
	key *kms.Key
}

// sealedBucket is a bucket with its policy: nothing may be made to depend on the one without the other.
type sealedBucket struct {
	*s3.BucketV2
	policy *s3.BucketPolicy
}

// options are those of everything that belongs to the buckets and keys.
func (s storage) options(opts ...pulumi.ResourceOption) []pulumi.ResourceOption {
	if s.retain {
		opts = append(opts, pulumi.RetainOnDelete(true))
	}
	return s.children.Options(opts...)
}

// guarded are the options of what holds data.
func (s storage) guarded() []pulumi.ResourceOption {
	return s.options(pulumi.Protect(s.protect))
}

// bucket makes a bucket without ACLs or public access, encrypted, with its policy.
func (s storage) bucket(spec bucketSpec) (sealedBucket, error) {
	bucket, err := s3.NewBucketV2(s.ctx, s.children.Name(spec.role), &s3.BucketV2Args{
		Bucket: pulumi.String(spec.name), Tags: s.tags(spec.role),
	}, s.guarded()...)
	if err != nil {
		return sealedBucket{}, err
	}
	_, err = s3.NewBucketOwnershipControls(s.ctx, s.children.Name(spec.role, "ownership"), &s3.BucketOwnershipControlsArgs{
		Bucket: bucket.Bucket,
		Rule:   &s3.BucketOwnershipControlsRuleArgs{ObjectOwnership: pulumi.String("BucketOwnerEnforced")},
	}, s.options()...)
	if err != nil {
		return sealedBucket{}, err
	}
	block, err := s3.NewBucketPublicAccessBlock(s.ctx, s.children.Name(spec.role, "public-access"), &s3.BucketPublicAccessBlockArgs{
		Bucket:          bucket.Bucket,
		BlockPublicAcls: pulumi.Bool(true), BlockPublicPolicy: pulumi.Bool(true),
		IgnorePublicAcls: pulumi.Bool(true), RestrictPublicBuckets: pulumi.Bool(true),
	}, s.options()...)
	if err != nil {
		return sealedBucket{}, err
	}
	document, err := iampolicy.Document(spec.policy...)
	if err != nil {
		return sealedBucket{}, err
	}
	// S3 refuses two changes of a bucket's access at a time (OperationAborted), so one follows the other.
	attached, err := s3.NewBucketPolicy(s.ctx, s.children.Name(spec.role, "policy"), &s3.BucketPolicyArgs{
		Bucket: bucket.Bucket, Policy: iampolicy.BucketPolicy.Within(document),
	}, s.options(pulumi.DependsOn([]pulumi.Resource{block}))...)
	if err != nil {
		return sealedBucket{}, err
	}
	return sealedBucket{bucket, attached}, s.encrypt(spec, bucket)
}

func (s storage) encrypt(spec bucketSpec, bucket *s3.BucketV2) error {
	rule := s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
		ApplyServerSideEncryptionByDefault: s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
			SseAlgorithm: pulumi.String("AES256"),
		},
	}
	if spec.key != nil {
		// One data key per bucket and time instead of one per object: a hundredth of the KMS calls.
		rule.BucketKeyEnabled = pulumi.Bool(true)
		rule.ApplyServerSideEncryptionByDefault = s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
			SseAlgorithm: pulumi.String("aws:kms"), KmsMasterKeyId: spec.key.Arn,
		}
	}
	_, err := s3.NewBucketServerSideEncryptionConfigurationV2(s.ctx, s.children.Name(spec.role, "encryption"),
		&s3.BucketServerSideEncryptionConfigurationV2Args{
			Bucket: bucket.Bucket, Rules: s3.BucketServerSideEncryptionConfigurationV2RuleArray{rule},
		}, s.options()...)
	return err
}

// versioned keeps overwritten and deleted objects.
func (s storage) versioned(role string, bucket sealedBucket) (*s3.BucketVersioningV2, error) {
	return s3.NewBucketVersioningV2(s.ctx, s.children.Name(role, "versioning"), &s3.BucketVersioningV2Args{
		Bucket: bucket.Bucket,
		VersioningConfiguration: &s3.BucketVersioningV2VersioningConfigurationArgs{
			Status: pulumi.String("Enabled"),
		},
	}, s.options()...)
}

// lifecycle gives a bucket one rule for all its objects; every rule also clears away abandoned uploads.
func (s storage) lifecycle(
	role string, bucket sealedBucket, rule s3.BucketLifecycleConfigurationV2RuleArgs, opts ...pulumi.ResourceOption,
) error {
	rule.Status = pulumi.String("Enabled")
	rule.Filter = s3.BucketLifecycleConfigurationV2RuleFilterArgs{}
	rule.AbortIncompleteMultipartUpload = s3.BucketLifecycleConfigurationV2RuleAbortIncompleteMultipartUploadArgs{
		DaysAfterInitiation: pulumi.Int(abandonedDays),
	}
	_, err := s3.NewBucketLifecycleConfigurationV2(s.ctx, s.children.Name(role, "lifecycle"),
		&s3.BucketLifecycleConfigurationV2Args{
			Bucket: bucket.Bucket, Rules: s3.BucketLifecycleConfigurationV2RuleArray{rule},
		}, s.options(opts...)...)
	return err
}

// logged writes who asked for a bucket's objects into another bucket, which must let S3 in before.
func (s storage) logged(role string, bucket, logs sealedBucket, prefix string) error {
	_, err := s3.NewBucketLoggingV2(s.ctx, s.children.Name(role, "logging"), &s3.BucketLoggingV2Args{
		Bucket: bucket.Bucket, TargetBucket: logs.Bucket, TargetPrefix: pulumi.String(prefix),
	}, s.options(pulumi.DependsOn([]pulumi.Resource{logs.policy}))...)
	return err
}

// key makes a key with its alias.
func (s storage) key(role, alias, description string, policy []iampolicy.Statement) (*kms.Key, error) {
	document, err := iampolicy.Document(policy...)
	if err != nil {
		return nil, err
	}
	key, err := kms.NewKey(s.ctx, s.children.Name("key", role), &kms.KeyArgs{
		Description:          pulumi.String(description),
		EnableKeyRotation:    pulumi.Bool(true),
		DeletionWindowInDays: pulumi.Int(deletionWindow),
		Policy:               iampolicy.KeyPolicy.Within(document),
		Tags:                 s.tags("key", role),
	}, s.guarded()...)
	if err != nil {
		return nil, err
	}
	_, err = kms.NewAlias(s.ctx, s.children.Name("alias", role), &kms.AliasArgs{
		Name:        pulumi.String(alias),
		TargetKeyId: key.KeyId,
	}, s.options()...)
	return key, err
}
