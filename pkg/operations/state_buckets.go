package operations

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	logPrefix = "state/" // of the access log's objects
	// keptVersions is how many overwritten versions of an object are kept however old they are: the most a lifecycle rule
	// can keep. A run writes two for each resource it touches.
	keptVersions = 100
)

// stateBucket makes the bucket that holds state.
func (b *StateBackend) stateBucket(logs sealedBucket) error {
	bucket, err := b.store.bucket(bucketSpec{
		role: "bucket", name: b.plan.bucket, policy: b.plan.bucketPolicy(b.stateKey.Arn), key: b.stateKey,
	})
	if err != nil {
		return err
	}
	versioning, err := b.store.versioned("bucket", bucket)
	if err != nil {
		return err
	}
	// A rule about overwritten versions says nothing before versions are kept.
	if err := b.store.lifecycle("bucket", bucket, s3.BucketLifecycleConfigurationV2RuleArgs{
		Id: pulumi.String("overwritten"),
		NoncurrentVersionExpiration: s3.BucketLifecycleConfigurationV2RuleNoncurrentVersionExpirationArgs{
			NoncurrentDays: pulumi.Int(b.args.Config.NoncurrentDays), NewerNoncurrentVersions: pulumi.Int(keptVersions),
		},
		Expiration: s3.BucketLifecycleConfigurationV2RuleExpirationArgs{ExpiredObjectDeleteMarker: pulumi.Bool(true)},
	}, pulumi.DependsOn([]pulumi.Resource{versioning})); err != nil {
		return err
	}
	b.Bucket, b.BucketARN = bucket.Bucket, bucket.Arn
	b.BackendURL = bucket.Bucket.ApplyT(func(string) string { return b.plan.backendURL("") }).(pulumi.StringOutput)
	return b.store.logged("bucket", bucket, logs, logPrefix)
}

// logBucket makes the bucket that takes the access log. S3 delivers logs under its own key only. Versions keep what
// somebody who covers his tracks deletes.
func (b *StateBackend) logBucket() (sealedBucket, error) {
	bucket, err := b.store.bucket(bucketSpec{role: "logs", name: b.plan.logBucket, policy: b.plan.logBucketPolicy()})
	if err != nil {
		return bucket, err
	}
	versioning, err := b.store.versioned("logs", bucket)
	if err != nil {
		return bucket, err
	}
	return bucket, b.store.lifecycle("logs", bucket, s3.BucketLifecycleConfigurationV2RuleArgs{
		Id:         pulumi.String("expired"),
		Expiration: s3.BucketLifecycleConfigurationV2RuleExpirationArgs{Days: pulumi.Int(b.args.Config.AccessLogDays)},
		NoncurrentVersionExpiration: s3.BucketLifecycleConfigurationV2RuleNoncurrentVersionExpirationArgs{
			NoncurrentDays: pulumi.Int(b.args.Config.NoncurrentDays),
		},
	}, pulumi.DependsOn([]pulumi.Resource{versioning}))
}
