package network

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/iampolicy"
)

// toCloudWatch is the flow log destination that goes to CloudWatch Logs; the other is S3.
const toCloudWatch = "cloudwatch"

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
	case cfg.BucketARN != "":
		return b.logToBucket(pulumi.String(cfg.BucketARN).ToStringOutput())
	}
	return b.logToOwnBucket()
}

// makeLogKey makes the key that encrypts the VPC's records. users are the statements that let a logging service in.
func (b *vpcBuild) makeLogKey(users ...iampolicy.Statement) (*kms.Key, error) {
	scope := b.args.Scope
	policy, err := iampolicy.Document(append([]iampolicy.Statement{{
		Sid:        "Administer",
		Principals: iampolicy.Principals{AWS: iampolicy.Strings(scope.GlobalARN("iam", scope.AccountID, "root"))},
		Actions:    []string{"kms:*"},
		Resources:  iampolicy.Strings("*"),
		Wildcard:   "a key nobody may administer is lost; identity policies of the account narrow this down",
	}}, users...)...)
	if err != nil {
		return nil, err
	}
	return kms.NewKey(b.ctx, b.Name("flow-log-key"), &kms.KeyArgs{
		Description:          pulumi.String("Encrypts the flow logs of VPC " + b.name),
		EnableKeyRotation:    pulumi.Bool(true),
		DeletionWindowInDays: pulumi.Int(keyDeletionDays),
		Policy:               iampolicy.KeyPolicy.Within(policy),
		Tags:                 b.tags("flow-logs"),
	}, b.Options(pulumi.Protect(b.args.Protect))...)
}

func (b *vpcBuild) logToCloudWatch() error {
	scope := b.args.Scope
	group := "/aws/vpc/flow-logs/" + scope.Name(100, b.name)
	groupARN := scope.ARN("logs", "log-group:"+group)
	key, err := b.makeLogKey(iampolicy.Statement{
		Sid:        "EncryptTheLogGroup",
		Principals: iampolicy.Principals{Service: []string{"logs." + scope.Region + ".amazonaws.com"}},
		Actions:    []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"},
		Resources:  iampolicy.Strings("*"),
		Conditions: []iampolicy.Condition{iampolicy.When("ArnEquals", "kms:EncryptionContext:aws:logs:arn", groupARN)},
	})
	if err != nil {
		return err
	}
	made, err := cloudwatch.NewLogGroup(b.ctx, b.Name("flow-log-group"), &cloudwatch.LogGroupArgs{
		Name:            pulumi.String(group),
		RetentionInDays: pulumi.Int(b.args.Config.FlowLogs.RetentionDays),
		KmsKeyId:        key.Arn,
		Tags:            b.tags("flow-logs"),
	}, b.Options(pulumi.Protect(b.args.Protect))...)
	if err != nil {
		return err
	}
	role, policy, err := b.makeFlowLogRole(groupARN)
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

// makeFlowLogRole makes the role the flow log service writes with: to this log group, for this account's VPCs.
func (b *vpcBuild) makeFlowLogRole(groupARN string) (*iam.Role, *iam.RolePolicy, error) {
	scope := b.args.Scope
	trust, err := iampolicy.Document(iampolicy.Statement{
		Sid:        "FlowLogs",
		Principals: iampolicy.Principals{Service: []string{"vpc-flow-logs.amazonaws.com"}},
		Actions:    []string{"sts:AssumeRole"},
		Conditions: []iampolicy.Condition{
			iampolicy.When("StringEquals", "aws:SourceAccount", scope.AccountID),
			iampolicy.When("ArnLike", "aws:SourceArn", scope.ARN("ec2", "vpc-flow-log/*")),
		},
	})
	if err != nil {
		return nil, nil, err
	}
	role, err := iam.NewRole(b.ctx, b.Name("flow-log-role"), &iam.RoleArgs{
		Description:         pulumi.String("Writes the flow logs of VPC " + b.name),
		Path:                pulumi.String(scope.RolePath()),
		AssumeRolePolicy:    iampolicy.TrustPolicy.Within(trust),
		PermissionsBoundary: component.Boundary(scope),
		Tags:                b.tags("flow-logs"),
	}, b.Options()...)
	if err != nil {
		return nil, nil, err
	}
	document, err := iampolicy.Document(
		iampolicy.Statement{
			Sid:       "Write",
			Actions:   []string{"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"},
			Resources: iampolicy.Strings(groupARN, groupARN+":*"),
		},
		iampolicy.Statement{
			Sid:       "Find",
			Actions:   []string{"logs:DescribeLogGroups"},
			Resources: iampolicy.Strings(scope.ARN("logs", "log-group:*")),
		},
	)
	if err != nil {
		return nil, nil, err
	}
	policy, err := iam.NewRolePolicy(b.ctx, b.Name("flow-log-policy"), &iam.RolePolicyArgs{
		Role:   role.Name,
		Policy: iampolicy.RolePolicy.Within(document),
	}, b.Options()...)
	return role, policy, err
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
	key, err := b.makeLogKey(iampolicy.Statement{
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
	args.DestinationOptions = ec2.FlowLogDestinationOptionsArgs{
		FileFormat:               pulumi.String("parquet"),
		HiveCompatiblePartitions: pulumi.Bool(true),
		PerHourPartition:         pulumi.Bool(true),
	}
	return b.makeFlowLog(args, ready...)
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
