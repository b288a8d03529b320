package network

import (
	"errors"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/iampolicy"
)

// Flow log destinations that are no bucket of a VPC's own account.
const (
	toCloudWatch = "cloudwatch"
	toArchive    = "archive"
)

// keyDeletionDays is the longest window AWS has: time to notice that a key still had something to open.
const keyDeletionDays = 30

// maxBucketName is S3's limit, in characters.
const maxBucketName = 63

// flowLogFields are the fields of a record: AWS's default ones, and those that tell the real ends of a connection behind
// a NAT gateway, its direction and its path ("Available fields" in the VPC flow log documentation).
var flowLogFields = []string{
	"version", "account-id", "vpc-id", "subnet-id", "az-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport",
	"protocol", "packets", "bytes", "start", "end", "action", "log-status", "tcp-flags", "pkt-srcaddr", "pkt-dstaddr",
	"flow-direction", "traffic-path",
}

func (b *vpcBuild) makeFlowLogs() error {
	cfg := b.args.Config.FlowLogs
	switch {
	case cfg == nil:
		b.out.FlowLogDestination = pulumi.String("").ToStringOutput()
		return nil
	case cfg.Destination == toCloudWatch:
		return b.logToCloudWatch()
	case cfg.Destination == toArchive && b.args.ArchiveARN == nil:
		return errors.New("flowLogs: destination archive: VpcArgs.ArchiveARN is missing")
	case cfg.Destination == toArchive:
		return b.logToBucket(b.args.ArchiveARN.ToStringOutput())
	case cfg.BucketARN != "":
		return b.logToBucket(pulumi.String(cfg.BucketARN).ToStringOutput())
	}
	return b.logToOwnBucket()
}

// recorder makes what this VPC's records need.
func (b *vpcBuild) recorder() recorder {
	return recorder{
		Children: b.Children, ctx: b.ctx, scope: b.args.Scope, subject: "VPC " + b.name, protect: b.args.Protect, tags: b.tags,
	}
}

func (b *vpcBuild) logToCloudWatch() error {
	records := b.recorder()
	group := "/aws/vpc/flow-logs/" + b.args.Scope.Name(100, b.name)
	made, err := records.makeGroup("flow-log", group, b.args.Config.FlowLogs.RetentionDays)
	if err != nil {
		return err
	}
	role, policy, err := records.makeWriter(b.args.Scope.ARN("logs", "log-group:"+group))
	if err != nil {
		return err
	}
	b.out.FlowLogDestination = made.Arn
	args := b.flowLogArgs()
	args.LogDestinationType = pulumi.String("cloud-watch-logs")
	args.LogDestination = made.Arn
	args.IamRoleArn = role.Arn
	return b.makeFlowLog(args, policy)
}

// delivery are the conditions under which the log delivery service acts for this account and nobody else.
func (b *vpcBuild) delivery() []iampolicy.Condition {
	scope := b.args.Scope
	return []iampolicy.Condition{
		iampolicy.When("StringEquals", "aws:SourceAccount", scope.AccountID),
		iampolicy.When("ArnLike", "aws:SourceArn", scope.ARN("logs", "*")),
	}
}

func (b *vpcBuild) logToOwnBucket() error {
	service := iampolicy.Principals{Service: []string{"delivery.logs.amazonaws.com"}}
	key, err := b.recorder().makeKey("flow-log", iampolicy.Statement{
		Sid: "Deliver", Principals: service,
		Actions:    []string{"kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"},
		Resources:  iampolicy.Strings("*"),
		Conditions: b.delivery(),
	})
	if err != nil {
		return err
	}
	bucket, err := s3.NewBucketV2(b.ctx, b.Name("flow-log-bucket"), &s3.BucketV2Args{
		// Bucket names are one space for all of AWS; the account's id makes this one ours.
		Bucket: pulumi.String(b.args.Scope.Name(maxBucketName, "flow-logs", b.name, b.args.Scope.AccountID)),
		Tags:   b.tags("flow-logs"),
	}, b.Options(pulumi.Protect(b.args.Protect))...)
	if err != nil {
		return err
	}
	settings, err := b.closeLogBucket(bucket, key)
	if err != nil {
		return err
	}
	objects := pulumi.Sprintf("%s/AWSLogs/*", bucket.Arn)
	document, err := iampolicy.Document(
		iampolicy.Statement{
			Sid: "Deliver", Principals: service, Actions: []string{"s3:PutObject"},
			Resources: []pulumi.StringInput{objects}, Conditions: b.delivery(),
		},
		iampolicy.Statement{
			Sid: "CheckBeforeDelivery", Principals: service, Actions: []string{"s3:GetBucketAcl"},
			Resources: []pulumi.StringInput{bucket.Arn}, Conditions: b.delivery(),
		},
		iampolicy.Statement{
			Sid: "OnlyEncryptedTransport", Deny: true, Principals: iampolicy.Principals{Everybody: true},
			Actions:    []string{"s3:*"},
			Resources:  []pulumi.StringInput{bucket.Arn, pulumi.Sprintf("%s/*", bucket.Arn)},
			Conditions: []iampolicy.Condition{iampolicy.When("Bool", "aws:SecureTransport", "false")},
		},
	)
	if err != nil {
		return err
	}
	policy, err := s3.NewBucketPolicy(b.ctx, b.Name("flow-log-bucket-policy"), &s3.BucketPolicyArgs{
		Bucket: bucket.Bucket,
		Policy: iampolicy.BucketPolicy.Within(document),
	}, b.Options(pulumi.DependsOn(settings))...)
	if err != nil {
		return err
	}
	return b.logToBucket(bucket.Arn, append(settings, policy)...)
}

// closeLogBucket makes the bucket private, encrypted and bounded in time.
func (b *vpcBuild) closeLogBucket(bucket *s3.BucketV2, key *kms.Key) ([]pulumi.Resource, error) {
	access, err := s3.NewBucketPublicAccessBlock(b.ctx, b.Name("flow-log-bucket-access"), &s3.BucketPublicAccessBlockArgs{
		Bucket:          bucket.Bucket,
		BlockPublicAcls: pulumi.Bool(true), BlockPublicPolicy: pulumi.Bool(true),
		IgnorePublicAcls: pulumi.Bool(true), RestrictPublicBuckets: pulumi.Bool(true),
	}, b.Options()...)
	if err != nil {
		return nil, err
	}
	owner, err := s3.NewBucketOwnershipControls(b.ctx, b.Name("flow-log-bucket-owner"), &s3.BucketOwnershipControlsArgs{
		Bucket: bucket.Bucket,
		Rule:   s3.BucketOwnershipControlsRuleArgs{ObjectOwnership: pulumi.String("BucketOwnerEnforced")},
	}, b.Options()...)
	if err != nil {
		return nil, err
	}
	encryption, err := s3.NewBucketServerSideEncryptionConfigurationV2(b.ctx, b.Name("flow-log-bucket-encryption"),
		&s3.BucketServerSideEncryptionConfigurationV2Args{
			Bucket: bucket.Bucket,
			Rules: s3.BucketServerSideEncryptionConfigurationV2RuleArray{
				s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
					// One data key per bucket and time instead of one per object: a hundredth of the KMS calls.
					BucketKeyEnabled: pulumi.Bool(true),
					ApplyServerSideEncryptionByDefault: s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
						SseAlgorithm: pulumi.String("aws:kms"), KmsMasterKeyId: key.Arn,
					},
				},
			},
		}, b.Options()...)
	if err != nil {
		return nil, err
	}
	days := b.args.Config.FlowLogs.RetentionDays
	lifecycle, err := s3.NewBucketLifecycleConfigurationV2(b.ctx, b.Name("flow-log-bucket-lifecycle"),
		&s3.BucketLifecycleConfigurationV2Args{
			Bucket: bucket.Bucket,
			Rules: s3.BucketLifecycleConfigurationV2RuleArray{s3.BucketLifecycleConfigurationV2RuleArgs{
				Id: pulumi.String("expire"), Status: pulumi.String("Enabled"),
				Filter:     s3.BucketLifecycleConfigurationV2RuleFilterArgs{Prefix: pulumi.String("")},
				Expiration: s3.BucketLifecycleConfigurationV2RuleExpirationArgs{Days: pulumi.Int(days)},
				AbortIncompleteMultipartUpload: s3.BucketLifecycleConfigurationV2RuleAbortIncompleteMultipartUploadArgs{
					DaysAfterInitiation: pulumi.Int(7),
				},
			}},
		}, b.Options()...)
	return []pulumi.Resource{access, owner, encryption, lifecycle}, err
}

// logToBucket writes records as hourly Parquet files, which queries read a tenth of.
func (b *vpcBuild) logToBucket(bucketARN pulumi.StringOutput, ready ...pulumi.Resource) error {
	b.out.FlowLogDestination = bucketARN
	args := b.flowLogArgs()
	args.LogDestinationType = pulumi.String("s3")
	args.LogDestination = bucketARN
	args.DestinationOptions = parquetByTheHour()
	return b.makeFlowLog(args, ready...)
}

// parquetByTheHour is the form of records in S3.
func parquetByTheHour() ec2.FlowLogDestinationOptionsArgs {
	return ec2.FlowLogDestinationOptionsArgs{
		FileFormat:               pulumi.String("parquet"),
		HiveCompatiblePartitions: pulumi.Bool(true),
		PerHourPartition:         pulumi.Bool(true),
	}
}

func (b *vpcBuild) flowLogArgs() *ec2.FlowLogArgs {
	fields := make([]string, len(flowLogFields))
	for i, field := range flowLogFields {
		fields[i] = "${" + field + "}"
	}
	return &ec2.FlowLogArgs{
		VpcId:                  b.vpc.ID(),
		TrafficType:            pulumi.String("ALL"),
		MaxAggregationInterval: pulumi.Int(b.args.Config.FlowLogs.AggregationSeconds),
		LogFormat:              pulumi.String(strings.Join(fields, " ")),
		Tags:                   b.tags("flow-logs"),
	}
}

// makeFlowLog waits for the rights to write: a flow log without them is made all the same and delivers nothing. AWS
// changes nothing but tags of one, and refuses a second to the same destination (FlowLogAlreadyExists), so a replacement
// deletes first.
func (b *vpcBuild) makeFlowLog(args *ec2.FlowLogArgs, ready ...pulumi.Resource) error {
	_, err := ec2.NewFlowLog(b.ctx, b.Name("flow-log"), args,
		b.Options(pulumi.DependsOn(ready), pulumi.DeleteBeforeReplace(true))...)
	return err
}
