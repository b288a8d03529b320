package operations_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
	"aws-platform/pkg/operations"
	"aws-platform/pkg/sim"
)

const archiveAccount = "210000000002"

func archiveArguments() operations.LogArchiveArgs {
	return operations.LogArchiveArgs{
		Scope: naming.Scope{
			Project: "aws-platform", Organization: "acme", Environment: "shared", Region: "eu-west-1",
			AccountID: archiveAccount, Partition: "aws", Owner: "platform", CostCenter: "1000",
		},
		Config: config.LogArchive{
			Buckets: map[string]config.LogBucket{
				"trail": {RetentionDays: 1096, ColdAfterDays: 365}, "config": {RetentionDays: 365}, "flow": {RetentionDays: 365},
				"balancers": {RetentionDays: 365}, "cdn": {RetentionDays: 90},
			},
			AccessLogDays: 731, NoncurrentDays: 30,
			TrailLock: &config.ObjectLock{Mode: "governance", Days: 365},
		},
		OrganizationID:      pulumi.String("o-abc1234567"),
		ManagementAccountID: pulumi.String(account),
		TrailName:           "acme-organization",
		Protect:             true,
	}
}

// archive makes a log archive under mocks and gives what it registered, by logical name.
func archive(t *testing.T, args operations.LogArchiveArgs, preview bool) (map[string]sim.Registration, error) {
	t.Helper()
	mocks := sim.NewMocks(sim.MockOptions{Account: archiveAccount, Region: "eu-west-1", Preview: preview})
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		_, err := operations.NewLogArchive(ctx, "logs", args)
		return err
	}, pulumi.WithMocks("aws-platform", "shared", mocks), func(info *pulumi.RunInfo) { info.DryRun = preview })
	made := map[string]sim.Registration{}
	for _, registration := range mocks.Registrations() {
		require.NotContains(t, made, registration.Name, "every logical name is used once")
		made[registration.Name] = registration
	}
	return made, err
}

func TestLogArchiveMakesExactlyThis(t *testing.T) {
	t.Parallel()
	everyBucket := []string{"", "-encryption", "-lifecycle", "-ownership", "-policy", "-public-access", "-versioning"}
	want := []string{"logs", "logs-trail-lock"}
	for _, role := range []string{"access", "balancers", "cdn", "config", "flow", "trail"} {
		for _, part := range everyBucket {
			want = append(want, "logs-"+role+part)
		}
		if role != "access" {
			want = append(want, "logs-"+role+"-logging")
		}
	}
	for _, role := range []string{"config", "flow", "trail"} {
		want = append(want, "logs-key-"+role, "logs-alias-"+role)
	}
	slices.Sort(want)
	for name, preview := range map[string]bool{"up": false, "preview": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			made, err := archive(t, archiveArguments(), preview)
			require.NoError(t, err)
			assert.Equal(t, want, slices.Sorted(maps.Keys(made)))
			for name, registration := range made {
				if registration.Custom {
					assert.Equal(t, made["logs"].URN, registration.Parent, name)
				}
			}
		})
	}
}

func TestLogArchiveBuckets(t *testing.T) {
	t.Parallel()
	made, err := archive(t, archiveArguments(), false)
	require.NoError(t, err)
	for _, role := range []string{"trail", "config", "flow", "balancers", "cdn", "access"} {
		bucket := made["logs-"+role]
		assert.Equal(t, "acme-shared-logs-"+role+"-"+archiveAccount, bucket.Inputs["bucket"].StringValue())
		assert.True(t, bucket.Protect, role)
		assert.Equal(t, inputs(map[string]any{
			"bucket": "acme-shared-logs-" + role + "-" + archiveAccount, "rule": map[string]any{"objectOwnership": "BucketOwnerEnforced"},
		}), made["logs-"+role+"-ownership"].Inputs)
	}
	assert.Contains(t, made["logs-trail-lock"].DependsOn, made["logs-trail-versioning"].URN)
	assert.True(t, made["logs-trail-lock"].Protect)
	assert.Equal(t, inputs(map[string]any{
		"bucket": "acme-shared-logs-trail-" + archiveAccount,
		"rule":   map[string]any{"defaultRetention": map[string]any{"mode": "GOVERNANCE", "days": 365}},
	}), made["logs-trail-lock"].Inputs)
	assert.Equal(t, inputs(map[string]any{
		"bucket": "acme-shared-logs-trail-" + archiveAccount,
		"rules": []any{map[string]any{
			"id": "kept", "status": "Enabled", "filter": map[string]any{},
			"expiration":                     map[string]any{"days": 1096},
			"noncurrentVersionExpiration":    map[string]any{"noncurrentDays": 30},
			"transitions":                    []any{map[string]any{"days": 365, "storageClass": "GLACIER_IR"}},
			"abortIncompleteMultipartUpload": map[string]any{"daysAfterInitiation": 7},
		}},
	}), made["logs-trail-lifecycle"].Inputs)
	assert.Equal(t, inputs(map[string]any{
		"bucket":       "acme-shared-logs-flow-" + archiveAccount,
		"targetBucket": "acme-shared-logs-access-" + archiveAccount, "targetPrefix": "flow/",
	}), made["logs-flow-logging"].Inputs)
	assert.Equal(t, resource.NewProperty("aws:kms"), encryptionOf(made["logs-trail-encryption"]))
	assert.Equal(t, resource.NewProperty("AES256"), encryptionOf(made["logs-balancers-encryption"]))
	assert.Equal(t, resource.NewProperty("AES256"), encryptionOf(made["logs-access-encryption"]))
}

func encryptionOf(registration sim.Registration) resource.PropertyValue {
	rule := registration.Inputs["rules"].ArrayValue()[0].ObjectValue()
	return rule["applyServerSideEncryptionByDefault"].ObjectValue()["sseAlgorithm"]
}

func TestLogArchiveWithoutWhatIsNotWanted(t *testing.T) {
	t.Parallel()
	args := archiveArguments()
	args.Config.Buckets = map[string]config.LogBucket{"trail": {RetentionDays: 365}}
	args.Config.TrailLock = nil
	made, err := archive(t, args, false)
	require.NoError(t, err)
	assert.NotContains(t, made, "logs-trail-lock")
	assert.NotContains(t, made, "logs-flow")
	assert.NotContains(t, made["logs-trail-lifecycle"].Inputs["rules"].ArrayValue()[0].ObjectValue(), resource.PropertyKey("transitions"))
}

func TestLogArchiveRefuses(t *testing.T) {
	t.Parallel()
	unknown := archiveArguments()
	unknown.Config.Buckets = map[string]config.LogBucket{"dns": {RetentionDays: 365}}
	_, err := archive(t, unknown, false)
	require.ErrorContains(t, err, "logArchive.buckets.dns: is no purpose of logs; use [balancers cdn config flow trail]")

	forEver := archiveArguments()
	forEver.Config.TrailLock = &config.ObjectLock{Mode: "compliance", Days: 365}
	_, err = archive(t, forEver, false)
	require.ErrorContains(t, err, "compliance mode cannot be ended by anyone; set irrevocable: true if that is meant")
	forEver.Config.TrailLock.Irrevocable = true
	made, err := archive(t, forEver, false)
	require.NoError(t, err)
	retention := made["logs-trail-lock"].Inputs["rule"].ObjectValue()["defaultRetention"].ObjectValue()
	assert.Equal(t, "COMPLIANCE", retention["mode"].StringValue())
}

func TestLogArchivePolicyDocuments(t *testing.T) {
	t.Parallel()
	made, err := archive(t, archiveArguments(), false)
	require.NoError(t, err)
	var trail struct {
		Statement []map[string]any
	}
	require.NoError(t, json.Unmarshal([]byte(made["logs-trail-policy"].Inputs["policy"].StringValue()), &trail))
	source := map[string]any{"aws:SourceArn": []any{"arn:aws:cloudtrail:eu-west-1:210000000001:trail/acme-organization"}}
	bucket := "arn:aws:s3:::acme-shared-logs-trail-210000000002"
	assert.Equal(t, []map[string]any{
		{
			"Sid": "CheckBeforeDelivery", "Effect": "Allow", "Principal": map[string]any{"Service": []any{"cloudtrail.amazonaws.com"}},
			"Action": []any{"s3:GetBucketAcl"}, "Resource": []any{bucket}, "Condition": map[string]any{"StringEquals": source},
		},
		{
			"Sid": "Deliver", "Effect": "Allow", "Principal": map[string]any{"Service": []any{"cloudtrail.amazonaws.com"}},
			"Action":   []any{"s3:PutObject"},
			"Resource": []any{bucket + "/AWSLogs/210000000001/*", bucket + "/AWSLogs/o-abc1234567/*"},
			"Condition": map[string]any{"StringEquals": map[string]any{
				"aws:SourceArn": source["aws:SourceArn"], "s3:x-amz-acl": []any{"bucket-owner-full-control"},
			}},
		},
	}, trail.Statement[2:])
	for _, role := range []string{"trail", "config", "flow", "balancers", "cdn", "access"} {
		policy := made["logs-"+role+"-policy"].Inputs["policy"].StringValue()
		assert.Contains(t, policy, `"Sid":"DenyPlainHTTP","Effect":"Deny"`, role)
		assert.Contains(t, policy, `"Sid":"DenyOldTLS","Effect":"Deny"`, role)
	}
}
