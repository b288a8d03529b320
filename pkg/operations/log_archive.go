package operations

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
)

const logArchiveToken = "aws-platform:operations:LogArchive"

// accessLogs is the role of the bucket that says who read the others.
const accessLogs = "access"

// LogArchiveArgs say what is archived and for whom.
type LogArchiveArgs struct {
	// Scope is the account's that keeps the logs.
	Scope naming.Scope
	// Config decides which buckets there are and how long things are kept.
	Config config.LogArchive
	// OrganizationID is the organization ("o-...") whose accounts may deliver.
	OrganizationID pulumi.StringInput
	// ManagementAccountID is the account that owns the organization's trail, whoever made it.
	ManagementAccountID pulumi.StringInput
	// TrailName is the trail's name: its ARN must be known before it is made.
	TrailName string
	// Protect makes the engine refuse to delete buckets and keys.
	Protect bool
}

// LogArchive keeps the logs of every account of the organization: one bucket for each purpose, which services may write
// to for the organization's accounts, and nobody else. Who reads them, the account's IAM decides. It outlives its stack:
// what happened before the stack went is asked about after. See docs/audit.md.
type LogArchive struct {
	pulumi.ResourceState

	// BucketNames and BucketARNs are by purpose: trail, config, flow, balancers, cdn, and access (who read the others).
	BucketNames pulumi.StringMapOutput `pulumi:"bucketNames"`
	BucketARNs  pulumi.StringMapOutput `pulumi:"bucketArns"`
	// KeyARNs are the keys that encrypt trail, config and flow.
	KeyARNs pulumi.StringMapOutput `pulumi:"keyArns"`

	children *component.Children
}

// Ready is the option to wait for all of the archive: a service is refused by a bucket whose policy is not there yet.
func (a *LogArchive) Ready() pulumi.ResourceOption { return a.children.Ready() }

// archiveBuild is a log archive in the making.
type archiveBuild struct {
	args  LogArchiveArgs
	store storage
	logs  sealedBucket // who read the others

	names, arns, keys pulumi.StringMap
}

// NewLogArchive makes the log archive.
func NewLogArchive(
	ctx *pulumi.Context, name string, args LogArchiveArgs, opts ...pulumi.ResourceOption,
) (*LogArchive, error) {
	archive := &LogArchive{}
	b := &archiveBuild{args: args, names: pulumi.StringMap{}, arns: pulumi.StringMap{}, keys: pulumi.StringMap{}}
	err := component.Register(ctx, logArchiveToken, name, archive, nil, func(c *component.Children) error {
		archive.children = c
		b.store = storage{ctx: ctx, children: c, protect: args.Protect, retain: true, tags: func(role string, keys ...string) pulumi.StringMap {
			return pulumi.ToStringMap(args.Scope.Tags("log-archive", c.Name(role, keys...), nil))
		}}
		if err := b.accessBucket(); err != nil {
			return err
		}
		for _, purpose := range slices.Sorted(maps.Keys(args.Config.Buckets)) {
			if err := b.archive(purpose, args.Config.Buckets[purpose]); err != nil {
				return fmt.Errorf("logArchive.buckets.%s: %w", purpose, err)
			}
		}
		archive.BucketNames, archive.BucketARNs = b.names.ToStringMapOutput(), b.arns.ToStringMapOutput()
		archive.KeyARNs = b.keys.ToStringMapOutput()
		return nil
	}, opts...)
	if err != nil {
		return nil, err
	}
	return archive, nil
}

// LogBucketNames are the names of a log archive's buckets, sorted.
func LogBucketNames(scope naming.Scope, cfg config.LogArchive) []string {
	names := []string{logBucketName(scope, accessLogs)}
	for purpose := range cfg.Buckets {
		names = append(names, logBucketName(scope, purpose))
	}
	slices.Sort(names)
	return names
}

// logBucketName is a bucket's physical name. Bucket names are one space for all of AWS; the account's id makes it ours.
func logBucketName(scope naming.Scope, purpose string) string {
	return scope.Name(maxBucketName, "logs", purpose, scope.AccountID)
}

func (b *archiveBuild) bucketName(purpose string) string { return logBucketName(b.args.Scope, purpose) }

func (b *archiveBuild) bucketARN(purpose string) string {
	return b.args.Scope.GlobalARN("s3", "", b.bucketName(purpose))
}

// accessBucket takes the access logs of the other buckets. It cannot log its own: each record would make another.
func (b *archiveBuild) accessBucket() error {
	bucket, err := b.store.bucket(bucketSpec{role: accessLogs, name: b.bucketName(accessLogs), policy: b.accessPolicy()})
	if err != nil {
		return err
	}
	b.logs = bucket
	_, err = b.kept(accessLogs, bucket, config.LogBucket{RetentionDays: b.args.Config.AccessLogDays})
	return err
}

// archive makes the bucket of a purpose.
func (b *archiveBuild) archive(purpose string, cfg config.LogBucket) error {
	rules, known := purposes[purpose]
	if !known {
		return fmt.Errorf("is no purpose of logs; use %v", slices.Sorted(maps.Keys(purposes)))
	}
	spec := bucketSpec{role: purpose, name: b.bucketName(purpose), policy: b.bucketPolicy(purpose, rules)}
	if rules.encrypt != nil {
		key, err := b.key(purpose, rules.encrypt(b))
		if err != nil {
			return err
		}
		spec.key = key
	}
	bucket, err := b.store.bucket(spec)
	if err != nil {
		return err
	}
	versioning, err := b.kept(purpose, bucket, cfg)
	if err != nil {
		return err
	}
	if lock := b.args.Config.TrailLock; rules.lockable && lock != nil {
		if err := b.locked(purpose, bucket, *lock, versioning); err != nil {
			return err
		}
	}
	return b.store.logged(purpose, bucket, b.logs, purpose+"/")
}

// key makes the key of a purpose. The services in users write with it; administrators of the account read through S3.
func (b *archiveBuild) key(purpose string, users []iampolicy.Statement) (*kms.Key, error) {
	scope := b.args.Scope
	key, err := b.store.key(purpose, "alias/"+scope.Name(maxAlias, "logs", purpose), "Encrypts the archived logs of "+purpose,
		append([]iampolicy.Statement{administer(scope), useThroughS3(scope, "kms:Decrypt")}, users...))
	if err != nil {
		return nil, err
	}
	b.keys[purpose] = key.Arn
	return key, nil
}

// kept bounds a bucket in time and keeps what is overwritten or deleted for a while.
func (b *archiveBuild) kept(role string, bucket sealedBucket, cfg config.LogBucket) (*s3.BucketVersioningV2, error) {
	b.names[role], b.arns[role] = bucket.Bucket, bucket.Arn
	versioning, err := b.store.versioned(role, bucket)
	if err != nil {
		return nil, err
	}
	rule := s3.BucketLifecycleConfigurationV2RuleArgs{
		Id:         pulumi.String("kept"),
		Expiration: s3.BucketLifecycleConfigurationV2RuleExpirationArgs{Days: pulumi.Int(cfg.RetentionDays)},
		NoncurrentVersionExpiration: s3.BucketLifecycleConfigurationV2RuleNoncurrentVersionExpirationArgs{
			NoncurrentDays: pulumi.Int(b.args.Config.NoncurrentDays),
		},
	}
	if cfg.ColdAfterDays > 0 {
		rule.Transitions = s3.BucketLifecycleConfigurationV2RuleTransitionArray{
			s3.BucketLifecycleConfigurationV2RuleTransitionArgs{
				Days: pulumi.Int(cfg.ColdAfterDays), StorageClass: pulumi.String("GLACIER_IR"),
			},
		}
	}
	// A rule about overwritten versions says nothing before versions are kept.
	return versioning, b.store.lifecycle(role, bucket, rule, pulumi.DependsOn([]pulumi.Resource{versioning}))
}

// locked keeps new objects from being deleted. Lifecycle rules wait for the lock's end. The bucket itself says nothing of
// it, so that a lock can be added later: S3 locks any bucket that keeps versions.
func (b *archiveBuild) locked(
	role string, bucket sealedBucket, lock config.ObjectLock, versioning *s3.BucketVersioningV2,
) error {
	modes := map[string]string{"governance": "GOVERNANCE", "compliance": "COMPLIANCE"}
	if lock.Mode == "compliance" && !lock.Irrevocable {
		return fmt.Errorf("logArchive.trailLock: compliance mode cannot be ended by anyone; set irrevocable: true if that is meant")
	}
	_, err := s3.NewBucketObjectLockConfigurationV2(b.store.ctx, b.store.children.Name(role, "lock"),
		&s3.BucketObjectLockConfigurationV2Args{
			Bucket: bucket.Bucket,
			Rule: s3.BucketObjectLockConfigurationV2RuleArgs{
				DefaultRetention: s3.BucketObjectLockConfigurationV2RuleDefaultRetentionArgs{
					Mode: pulumi.String(modes[lock.Mode]), Days: pulumi.Int(lock.Days),
				},
			},
		}, b.store.options(pulumi.Protect(b.args.Protect), pulumi.DependsOn([]pulumi.Resource{versioning}))...)
	return err
}
