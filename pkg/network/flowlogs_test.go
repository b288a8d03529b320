package network

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/sim"
)

// arn is an ARN of the ordinary partition; the checks refuse the literal.
func arn(rest string) string { return "arn:" + "aws:" + rest }

func logged(t *testing.T, logs config.FlowLogs) mocked {
	t.Helper()
	logs.AggregationSeconds = 60
	return makeVPC(t, with(func(c *config.VPC) { c.FlowLogs = &logs }))
}

// administer is the first statement of every key policy.
var administer = `{"Sid":"Administer","Effect":"Allow","Principal":{"AWS":["` + arn(`iam::111111111111:root`) + `"]},` +
	`"Action":["kms:*"],"Resource":["*"]}`

func policy(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

const recordFormat = "${version} ${account-id} ${vpc-id} ${subnet-id} ${az-id} ${interface-id} ${srcaddr} ${dstaddr} " +
	"${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status} ${tcp-flags} " +
	"${pkt-srcaddr} ${pkt-dstaddr} ${flow-direction} ${traffic-path}"

func TestFlowLogsToCloudWatch(t *testing.T) {
	t.Parallel()
	m := logged(t, config.FlowLogs{Destination: "cloudwatch", RetentionDays: 30})
	require.Equal(t, object{
		"vpcId": "<main-vpc>", "trafficType": "ALL", "maxAggregationInterval": 60.0, "logFormat": recordFormat,
		"logDestinationType": "cloud-watch-logs", "logDestination": "<main-flow-log-group.arn>",
		"iamRoleArn": "<main-flow-log-role.arn>",
	}, m.inputs("main-flow-log"))
	require.Contains(t, m.needs("main-flow-log"), "main-flow-log-policy", "without rights it delivers nothing, silently")
	require.True(t, m.get("main-flow-log").DeleteBeforeReplace, "AWS refuses a second to the same destination")
	group := m.get("main-flow-log-group")
	require.Equal(t, "/aws/vpc/flow-logs/acme-dev-main", group.Inputs["name"].StringValue())
	require.Equal(t, 30.0, group.Inputs["retentionInDays"].NumberValue())
	require.Equal(t, "<main-flow-log-key.arn>", m.input(group.Name, "kmsKeyId"))
	require.Equal(t, map[string]int{"LogGroup": 1, "Key": 1, "Role": 1, "RolePolicy": 1, "FlowLog": 1}, logging(m))
}

// logging are the counts of what flow logs add.
func logging(m mocked) map[string]int {
	counts := m.counts()
	for kind := range makeVPC(m.t, fullVPC()).counts() {
		delete(counts, kind)
	}
	return counts
}

func TestFlowLogGroupKey(t *testing.T) {
	t.Parallel()
	m := logged(t, config.FlowLogs{Destination: "cloudwatch", RetentionDays: 30})
	require.Equal(t, object{
		"description": "Encrypts the flow logs of VPC main", "enableKeyRotation": true, "deletionWindowInDays": 30.0,
		"policy": policy(administer, `{"Sid":"EncryptTheLogGroup","Effect":"Allow",`+
			`"Principal":{"Service":["logs.eu-west-1.amazonaws.com"]},`+
			`"Action":["kms:Decrypt","kms:DescribeKey","kms:Encrypt","kms:GenerateDataKey","kms:ReEncryptFrom","kms:ReEncryptTo"],`+
			`"Resource":["*"],"Condition":{"ArnEquals":{"kms:EncryptionContext:aws:logs:arn":["<main-flow-log-group.arn>"]}}}`),
	}, m.inputs("main-flow-log-key"))
}

func TestFlowLogRole(t *testing.T) {
	t.Parallel()
	m := logged(t, config.FlowLogs{Destination: "cloudwatch", RetentionDays: 30})
	require.Equal(t, object{
		"path":        "/acme/",
		"description": "Writes the flow logs of VPC main",
		"assumeRolePolicy": policy(`{"Sid":"FlowLogs","Effect":"Allow","Principal":{"Service":["vpc-flow-logs.amazonaws.com"]},` +
			`"Action":["sts:AssumeRole"],"Condition":{` +
			`"ArnLike":{"aws:SourceArn":["` + arn(`ec2:eu-west-1:111111111111:vpc-flow-log/*`) + `"]},` +
			`"StringEquals":{"aws:SourceAccount":["111111111111"]}}}`),
	}, m.inputs("main-flow-log-role"))
	require.Equal(t, object{
		"role": "<main-flow-log-role>",
		"policy": policy(
			`{"Sid":"Write","Effect":"Allow","Action":["logs:CreateLogStream","logs:DescribeLogStreams","logs:PutLogEvents"],`+
				`"Resource":["<main-flow-log-group.arn>","<main-flow-log-group.arn>:*"]}`,
			`{"Sid":"Find","Effect":"Allow","Action":["logs:DescribeLogGroups"],`+
				`"Resource":["`+arn(`logs:eu-west-1:111111111111:log-group:*`)+`"]}`,
		),
	}, m.inputs("main-flow-log-policy"))
}

// delivering is the condition that lets the log delivery service in for this account only.
var delivering = `"Condition":{"ArnLike":{"aws:SourceArn":["` + arn(`logs:eu-west-1:111111111111:*`) + `"]},` +
	`"StringEquals":{"aws:SourceAccount":["111111111111"]}}`

func TestFlowLogsToTheirOwnBucket(t *testing.T) {
	t.Parallel()
	m := logged(t, config.FlowLogs{Destination: "s3", RetentionDays: 365})
	require.Equal(t, object{
		"vpcId": "<main-vpc>", "trafficType": "ALL", "maxAggregationInterval": 60.0, "logFormat": recordFormat,
		"logDestinationType": "s3", "logDestination": "<main-flow-log-bucket.arn>",
		"destinationOptions": object{"fileFormat": "parquet", "hiveCompatiblePartitions": true, "perHourPartition": true},
	}, m.inputs("main-flow-log"))
	require.Equal(t, []string{
		"main-flow-log-bucket", "main-flow-log-bucket-access", "main-flow-log-bucket-encryption",
		"main-flow-log-bucket-lifecycle", "main-flow-log-bucket-owner", "main-flow-log-bucket-policy", "main-vpc",
	}, slices.Sorted(slices.Values(m.needs("main-flow-log"))))
	require.Equal(t, map[string]int{
		"BucketV2": 1, "BucketPolicy": 1, "BucketPublicAccessBlock": 1, "BucketOwnershipControls": 1,
		"BucketServerSideEncryptionConfigurationV2": 1, "BucketLifecycleConfigurationV2": 1, "Key": 1, "FlowLog": 1,
	}, logging(m))
	require.Equal(t, "acme-dev-flow-logs-main-111111111111", m.get("main-flow-log-bucket").Inputs["bucket"].StringValue())
}

func TestFlowLogBucketSettings(t *testing.T) {
	t.Parallel()
	m := logged(t, config.FlowLogs{Destination: "s3", RetentionDays: 365})
	const bucket = "<main-flow-log-bucket>"
	for setting, want := range map[string]object{
		"access": {
			"bucket": bucket, "blockPublicAcls": true, "blockPublicPolicy": true, "ignorePublicAcls": true,
			"restrictPublicBuckets": true,
		},
		"owner": {"bucket": bucket, "rule": object{"objectOwnership": "BucketOwnerEnforced"}},
		"encryption": {"bucket": bucket, "rules": list(object{
			"bucketKeyEnabled": true,
			"applyServerSideEncryptionByDefault": object{
				"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "<main-flow-log-key.arn>",
			},
		})},
		"lifecycle": {"bucket": bucket, "rules": list(object{
			"id": "expire", "status": "Enabled", "filter": object{"prefix": ""}, "expiration": object{"days": 365.0},
			"abortIncompleteMultipartUpload": object{"daysAfterInitiation": 7.0},
		})},
	} {
		require.Equal(t, want, m.inputs("main-flow-log-bucket-"+setting), setting)
	}
}

func TestFlowLogBucketPolicies(t *testing.T) {
	t.Parallel()
	m := logged(t, config.FlowLogs{Destination: "s3", RetentionDays: 365})
	const service = `"Principal":{"Service":["delivery.logs.amazonaws.com"]},`
	require.Equal(t, object{
		"bucket": "<main-flow-log-bucket>",
		"policy": policy(
			`{"Sid":"Deliver","Effect":"Allow",`+service+`"Action":["s3:PutObject"],`+
				`"Resource":["<main-flow-log-bucket.arn>/AWSLogs/*"],`+delivering+`}`,
			`{"Sid":"CheckBeforeDelivery","Effect":"Allow",`+service+`"Action":["s3:GetBucketAcl"],`+
				`"Resource":["<main-flow-log-bucket.arn>"],`+delivering+`}`,
			`{"Sid":"OnlyEncryptedTransport","Effect":"Deny","Principal":"*","Action":["s3:*"],`+
				`"Resource":["<main-flow-log-bucket.arn>","<main-flow-log-bucket.arn>/*"],`+
				`"Condition":{"Bool":{"aws:SecureTransport":["false"]}}}`,
		),
	}, m.inputs("main-flow-log-bucket-policy"))
	require.Subset(t, m.needs("main-flow-log-bucket-policy"), []string{
		"main-flow-log-bucket-access", "main-flow-log-bucket-encryption", "main-flow-log-bucket-lifecycle",
		"main-flow-log-bucket-owner",
	}, "nothing is delivered before the bucket is closed, encrypted and bounded")
	require.Equal(t, policy(administer, `{"Sid":"Deliver","Effect":"Allow",`+service+
		`"Action":["kms:Decrypt","kms:DescribeKey","kms:GenerateDataKey"],"Resource":["*"],`+delivering+`}`),
		m.input("main-flow-log-key", "policy"))
}

func TestFlowLogsToABucketOfOthers(t *testing.T) {
	t.Parallel()
	bucket := arn("s3:::acme-log-archive")
	for name, args := range map[string]VpcArgs{
		"named in the stack file": {Config: with(func(c *config.VPC) {
			c.FlowLogs = &config.FlowLogs{Destination: "s3", RetentionDays: 365, AggregationSeconds: 60, BucketARN: bucket}
		})},
		"the log archive": {ArchiveARN: pulumi.String(bucket), Config: with(func(c *config.VPC) {
			c.FlowLogs = &config.FlowLogs{Destination: "archive", AggregationSeconds: 60}
		})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args.Scope = testScope()
			m := run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
				archive, err := s3.NewBucketV2(ctx, "archive", &s3.BucketV2Args{Bucket: pulumi.String("acme-log-archive")})
				if err != nil {
					return err
				}
				// It was there before the VPC's program ran.
				made := make(chan struct{})
				archive.Arn.ApplyT(func(string) error { close(made); return nil })
				<-made
				_, err = NewVpc(ctx, "main", &args)
				return err
			})
			require.Equal(t, map[string]int{"FlowLog": 1, "BucketV2": 1}, logging(m), "the bucket, its policy and key are its owner's")
			require.Equal(t, "<archive.arn>", m.input("main-flow-log", "logDestination"))
			require.Equal(t, "s3", m.input("main-flow-log", "logDestinationType"))
			require.NotContains(t, m.inputs("main-flow-log"), "iamRoleArn", "AWS refuses a role beside a bucket")
		})
	}
}

func TestFlowLogsToAnArchiveThatNobodyNamed(t *testing.T) {
	t.Parallel()
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		_, err := NewVpc(ctx, "main", &VpcArgs{Scope: testScope(), Config: with(func(c *config.VPC) {
			c.FlowLogs = &config.FlowLogs{Destination: "archive", AggregationSeconds: 60}
		})})
		return err
	}, pulumi.WithMocks("aws-platform", "dev", sim.NewMocks(sim.MockOptions{Account: testAccount})))
	require.ErrorContains(t, err, "VpcArgs.ArchiveARN is missing")
}

func TestNoFlowLogs(t *testing.T) {
	t.Parallel()
	require.Empty(t, makeVPC(t, fullVPC()).of("FlowLog"))
}
