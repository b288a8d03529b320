package operations_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
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

const account = "210000000001"

func arguments() operations.StateBackendArgs {
	return operations.StateBackendArgs{
		Scope: naming.Scope{
			Project: "aws-platform", Organization: "acme", Environment: "management", Region: "eu-west-1",
			AccountID: account, Partition: "aws", Owner: "platform", CostCenter: "1000",
		},
		Config: config.StateBackend{Bucket: "acme-state", NoncurrentDays: 90, AccessLogDays: 365},
		Stacks: map[string]operations.StateStack{
			"shared": stackIn("210000000002"), "dev": stackIn("210000000003", "shared"),
		},
		Project: "aws-platform", Protect: true,
	}
}

// stackIn is a stack of an account that its deploy role runs and its readonly role previews.
func stackIn(id string, reads ...string) operations.StateStack {
	by := func(role string) []operations.StatePrincipals {
		return []operations.StatePrincipals{{AccountID: pulumi.String(id), Roles: []string{role}}}
	}
	return operations.StateStack{Reads: reads, Trusted: by("acme-deploy"), Readers: by("acme-readonly")}
}

// build makes a state backend under mocks and gives what it registered, by logical name.
func build(t *testing.T, args operations.StateBackendArgs, preview bool) map[string]sim.Registration {
	t.Helper()
	mocks := sim.NewMocks(sim.MockOptions{Account: account, Region: "eu-west-1", Preview: preview})
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		_, err := operations.NewStateBackend(ctx, "state", args)
		return err
	}, pulumi.WithMocks("aws-platform", "management", mocks), func(info *pulumi.RunInfo) { info.DryRun = preview })
	require.NoError(t, err)
	made := map[string]sim.Registration{}
	for _, registration := range mocks.Registrations() {
		require.NotContains(t, made, registration.Name, "every logical name is used once")
		made[registration.Name] = registration
	}
	return made
}

func TestStateBackendMakesExactlyThis(t *testing.T) {
	t.Parallel()
	want := []string{
		"aws:iam/role:Role state-role-read-dev", "aws:iam/role:Role state-role-read-shared",
		"aws:iam/role:Role state-role-write-dev", "aws:iam/role:Role state-role-write-shared",
		"aws:iam/rolePolicy:RolePolicy state-access-read-dev", "aws:iam/rolePolicy:RolePolicy state-access-read-shared",
		"aws:iam/rolePolicy:RolePolicy state-access-write-dev", "aws:iam/rolePolicy:RolePolicy state-access-write-shared",
		"aws:kms/alias:Alias state-alias-secrets", "aws:kms/alias:Alias state-alias-state",
		"aws:kms/key:Key state-key-secrets", "aws:kms/key:Key state-key-state",
		"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2 state-bucket-lifecycle",
		"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2 state-logs-lifecycle",
		"aws:s3/bucketLoggingV2:BucketLoggingV2 state-bucket-logging",
		"aws:s3/bucketOwnershipControls:BucketOwnershipControls state-bucket-ownership",
		"aws:s3/bucketOwnershipControls:BucketOwnershipControls state-logs-ownership",
		"aws:s3/bucketPolicy:BucketPolicy state-bucket-policy", "aws:s3/bucketPolicy:BucketPolicy state-logs-policy",
		"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock state-bucket-public-access",
		"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock state-logs-public-access",
		"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2 state-bucket-encryption",
		"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2 state-logs-encryption",
		"aws:s3/bucketV2:BucketV2 state-bucket", "aws:s3/bucketV2:BucketV2 state-logs",
		"aws:s3/bucketVersioningV2:BucketVersioningV2 state-bucket-versioning",
		"aws:s3/bucketVersioningV2:BucketVersioningV2 state-logs-versioning",
	}
	for name, preview := range map[string]bool{"up": false, "preview": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			component := resource.URN("")
			made := build(t, arguments(), preview)
			for _, registration := range made {
				if !registration.Custom {
					component = registration.URN
					assert.Equal(t, "aws-platform:operations:StateBackend", registration.Type)
					continue
				}
				got = append(got, registration.Type+" "+registration.Name)
			}
			slices.Sort(got)
			assert.Equal(t, want, got)
			for name, registration := range made {
				if registration.Custom {
					assert.Equal(t, component, registration.Parent, name)
				}
			}
		})
	}
}

// value is a plain Go value as a resource's inputs hold it.
func inputs(values map[string]any) resource.PropertyMap {
	return resource.NewPropertyMapFromMap(values)
}

// without leaves out what another test looks at.
func without(values resource.PropertyMap, keys ...resource.PropertyKey) resource.PropertyMap {
	kept := maps.Clone(values)
	for _, key := range keys {
		delete(kept, key)
	}
	return kept
}

func TestStateBackendInputs(t *testing.T) {
	t.Parallel()
	made := build(t, arguments(), false)
	stateKey := made["state-key-state"].Outputs["arn"].StringValue()
	cases := map[string]map[string]any{
		"state-bucket": {"bucket": "acme-state"},
		"state-logs":   {"bucket": "acme-state-logs"},
		"state-bucket-versioning": {
			"bucket": "acme-state", "versioningConfiguration": map[string]any{"status": "Enabled"},
		},
		"state-logs-versioning": {
			"bucket": "acme-state-logs", "versioningConfiguration": map[string]any{"status": "Enabled"},
		},
		"state-bucket-encryption": {"bucket": "acme-state", "rules": []any{map[string]any{
			"bucketKeyEnabled": true,
			"applyServerSideEncryptionByDefault": map[string]any{
				"sseAlgorithm": "aws:kms", "kmsMasterKeyId": stateKey,
			},
		}}},
		"state-logs-encryption": {"bucket": "acme-state-logs", "rules": []any{map[string]any{
			"applyServerSideEncryptionByDefault": map[string]any{"sseAlgorithm": "AES256"},
		}}},
		"state-bucket-lifecycle": {"bucket": "acme-state", "rules": []any{map[string]any{
			"id": "overwritten", "status": "Enabled", "filter": map[string]any{},
			"noncurrentVersionExpiration":    map[string]any{"noncurrentDays": 90, "newerNoncurrentVersions": 100},
			"expiration":                     map[string]any{"expiredObjectDeleteMarker": true},
			"abortIncompleteMultipartUpload": map[string]any{"daysAfterInitiation": 7},
		}}},
		"state-logs-lifecycle": {"bucket": "acme-state-logs", "rules": []any{map[string]any{
			"id": "expired", "status": "Enabled", "filter": map[string]any{},
			"noncurrentVersionExpiration":    map[string]any{"noncurrentDays": 90},
			"expiration":                     map[string]any{"days": 365},
			"abortIncompleteMultipartUpload": map[string]any{"daysAfterInitiation": 7},
		}}},
		"state-bucket-logging": {"bucket": "acme-state", "targetBucket": "acme-state-logs", "targetPrefix": "state/"},
		"state-bucket-ownership": {
			"bucket": "acme-state", "rule": map[string]any{"objectOwnership": "BucketOwnerEnforced"},
		},
		"state-logs-public-access": {
			"bucket": "acme-state-logs", "blockPublicAcls": true, "blockPublicPolicy": true, "ignorePublicAcls": true,
			"restrictPublicBuckets": true,
		},
		"state-key-state": {
			"description": "Encrypts the Pulumi state bucket acme-state", "enableKeyRotation": true, "deletionWindowInDays": 30,
		},
		"state-alias-state": {
			"name": "alias/acme-management-pulumi-state", "targetKeyId": made["state-key-state"].ID,
		},
		"state-alias-secrets": {
			"name": "alias/acme-management-pulumi-secrets", "targetKeyId": made["state-key-secrets"].ID,
		},
		"state-role-write-dev": {
			"name": "acme-management-state-write-dev", "description": "Pulumi state of stack dev: write", "maxSessionDuration": 3600,
		},
		"state-access-read-dev": {"name": "state", "role": "acme-management-state-read-dev"},
	}
	for name, want := range cases {
		got := without(made[name].Inputs, "tags", "tagsAll", "policy", "assumeRolePolicy", "__defaults")
		assert.Equal(t, inputs(want), got, name)
	}
}

func TestStateBackendTags(t *testing.T) {
	t.Parallel()
	made := build(t, arguments(), false)
	want := inputs(map[string]any{
		"Name": "state-bucket", "Component": "state-backend", "Environment": "management", "Project": "aws-platform",
		"Owner": "platform", "CostCenter": "1000", "ManagedBy": "pulumi",
	})
	assert.Equal(t, want, made["state-bucket"].Inputs["tags"].ObjectValue())
}

func TestStateBackendProtectsWhatHoldsData(t *testing.T) {
	t.Parallel()
	for _, protect := range []bool{true, false} {
		args := arguments()
		args.Protect = protect
		var protected []string
		for name, registration := range build(t, args, false) {
			if registration.Protect {
				protected = append(protected, name)
			}
		}
		slices.Sort(protected)
		if protect {
			assert.Equal(t, []string{"state-bucket", "state-key-secrets", "state-key-state", "state-logs"}, protected)
		} else {
			assert.Empty(t, protected)
		}
	}
}

// TestStateBackendOrder: what must be there first is waited for.
func TestStateBackendOrder(t *testing.T) {
	t.Parallel()
	made := build(t, arguments(), false)
	for later, earlier := range map[string]string{
		"state-bucket-policy":    "state-bucket-public-access",
		"state-logs-policy":      "state-logs-public-access",
		"state-bucket-lifecycle": "state-bucket-versioning",
		"state-logs-lifecycle":   "state-logs-versioning",
		"state-bucket-logging":   "state-logs-policy",
		"state-access-write-dev": "state-role-write-dev",
	} {
		assert.Contains(t, made[later].DependsOn, made[earlier].URN, "%s after %s", later, earlier)
	}
}

// TestStateBackendPoliciesReachTheirResources: which policy is whose; what they say is tested with the policies.
func TestStateBackendPoliciesReachTheirResources(t *testing.T) {
	t.Parallel()
	made := build(t, arguments(), false)
	sids := func(name, property string) string {
		var policy struct{ Statement []struct{ Sid string } }
		require.NoError(t, json.Unmarshal([]byte(made[name].Inputs[resource.PropertyKey(property)].StringValue()), &policy))
		var all []string
		for _, statement := range policy.Statement {
			all = append(all, statement.Sid)
		}
		return strings.Join(all, " ")
	}
	assert.Equal(t, "Administer UseThroughS3", sids("state-key-state", "policy"))
	assert.Equal(t, "Administer UseInProject    ", sids("state-key-secrets", "policy"))
	assert.Equal(t, "DenyPlainHTTP DenyOldTLS DenyOtherEncryption DenyOtherKey", sids("state-bucket-policy", "policy"))
	assert.Equal(t, "DenyPlainHTTP DenyOldTLS DeliverAccessLog", sids("state-logs-policy", "policy"))
	assert.Equal(t, "List Read DecryptState DecryptSecrets", sids("state-access-read-dev", "policy"))
	assert.Equal(t, "List Read DecryptState DecryptSecrets Write Unlock EncryptState EncryptSecrets", sids("state-access-write-dev", "policy"))
	assert.Equal(t, "AssumeByRole", sids("state-role-read-dev", "assumeRolePolicy"))

	for name, stack := range map[string]string{"state-access-write-shared": "shared.json", "state-access-write-dev": "dev.json"} {
		assert.Contains(t, made[name].Inputs["policy"].StringValue(), stack)
		assert.Contains(t, made[name].Inputs["policy"].StringValue(), made["state-key-secrets"].Outputs["arn"].StringValue())
	}
	for name, readonly := range map[string]bool{"state-role-write-shared": false, "state-role-read-shared": true} {
		trust := made[name].Inputs["assumeRolePolicy"].StringValue()
		assert.Contains(t, trust, "210000000002:role/acme-deploy")
		assert.Equal(t, readonly, strings.Contains(trust, "acme-readonly"), "only the role that reads is for previews")
	}
}

func TestStateBackendOutputs(t *testing.T) {
	t.Parallel()
	mocks := sim.NewMocks(sim.MockOptions{Account: account, Region: "eu-west-1"})
	got := map[string]any{}
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		b, err := operations.NewStateBackend(ctx, "state", arguments())
		if err != nil {
			return err
		}
		pulumi.All(b.Bucket, b.BucketARN, b.KeyARN, b.SecretsKeyARN, b.BackendURL, b.BackendURLs, b.Roles, b.ReadRoles,
			b.SecretsProviders).ApplyT(func(values []any) error {
			for i, name := range []string{"bucket", "bucketArn", "keyArn", "secretsKeyArn", "backendUrl", "backendUrls", "roles",
				"readRoles", "secretsProviders"} {
				got[name] = values[i]
			}
			return nil
		})
		return nil
	}, pulumi.WithMocks("aws-platform", "management", mocks))
	require.NoError(t, err)

	arns := map[string]string{}
	for _, registration := range mocks.Registrations() {
		if arn := registration.Outputs["arn"]; arn.IsString() {
			arns[registration.Name] = arn.StringValue()
		}
	}
	secrets := arns["state-key-secrets"]
	role := func(kind, stack string) string {
		return arguments().Scope.GlobalARN("iam", account, "role/acme-management-state-"+kind+"-"+stack)
	}
	url := func(stack string) string {
		return "s3://acme-state?region=eu-west-1&role=arn%3Aaws%3Aiam%3A%3A210000000001%3Arole%2Facme-management-state-write-" + stack
	}
	provider := func(stack string) string {
		return "awskms:///" + secrets + "?context_project=aws-platform&context_stack=" + stack + "&region=eu-west-1"
	}
	assert.Equal(t, map[string]any{
		"bucket": "acme-state", "bucketArn": "arn:aws:s3:::acme-state", "keyArn": arns["state-key-state"],
		"secretsKeyArn": secrets, "backendUrl": "s3://acme-state?region=eu-west-1",
		"backendUrls":      map[string]string{"dev": url("dev"), "shared": url("shared")},
		"roles":            map[string]string{"dev": role("write", "dev"), "shared": role("write", "shared")},
		"readRoles":        map[string]string{"dev": role("read", "dev"), "shared": role("read", "shared")},
		"secretsProviders": map[string]string{"dev": provider("dev"), "shared": provider("shared")},
	}, got)
}

func TestStateBackendRefusesBeforeAnythingIsMade(t *testing.T) {
	t.Parallel()
	mocks := sim.NewMocks(sim.MockOptions{Account: account})
	args := arguments()
	args.Config.Bucket = strings.Repeat("b", 60)
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		_, err := operations.NewStateBackend(ctx, "state", args)
		return err
	}, pulumi.WithMocks("aws-platform", "management", mocks))
	require.ErrorContains(t, err, "use at most 58 characters")
	assert.Empty(t, mocks.Registrations())
}
