package organization_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
	"aws-platform/pkg/organization"
	"aws-platform/pkg/sim"
)

// auditor is the account that audits.
func auditor() naming.Scope {
	return naming.Scope{
		Project: "aws-platform", Organization: "acme", Environment: "shared", Region: "eu-west-1",
		AccountID: "210000000002", Partition: "aws", Owner: "platform", CostCenter: "1000",
	}
}

// audited runs a program under mocks and gives what it registered, by logical name without the component's.
func audited(t *testing.T, preview bool, program pulumi.RunFunc) map[string]sim.Registration {
	t.Helper()
	mocks := sim.NewMocks(sim.MockOptions{Account: auditor().AccountID, Region: "eu-west-1", Preview: preview})
	err := pulumi.RunErr(program, pulumi.WithMocks("aws-platform", "shared", mocks), func(info *pulumi.RunInfo) { info.DryRun = preview })
	require.NoError(t, err)
	made := map[string]sim.Registration{}
	for _, registration := range mocks.Registrations() {
		require.NotContains(t, made, registration.Name, "every logical name is used once")
		made[registration.Name] = registration
	}
	return made
}

func names(made map[string]sim.Registration) []string {
	var all []string
	for name, registration := range made {
		if registration.Custom {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

func trail(settings config.Trail) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := organization.NewTrail(ctx, "trail", organization.TrailArgs{
			Scope: auditor(), Config: settings, OrganizationID: pulumi.String("o-abc1234567"),
			ManagementAccountID: pulumi.String("210000000001"), Bucket: pulumi.String("acme-trail"),
			KeyARN: pulumi.String("arn:aws:kms:eu-west-1:999999999999:key/of-the-archive"), Protect: true,
		})
		return err
	}
}

func TestTrail(t *testing.T) {
	t.Parallel()
	for _, preview := range []bool{false, true} {
		made := audited(t, preview, trail(config.Trail{RetentionDays: 90}))
		assert.Equal(t, []string{"trail-log-group", "trail-log-key", "trail-log-policy", "trail-log-role", "trail-trail"}, names(made))
	}
	made := audited(t, false, trail(config.Trail{RetentionDays: 90}))
	inputs := made["trail-trail"].Inputs
	for _, switched := range []resource.PropertyKey{
		"isOrganizationTrail", "isMultiRegionTrail", "includeGlobalServiceEvents", "enableLogFileValidation", "enableLogging",
	} {
		assert.True(t, inputs[switched].BoolValue(), switched)
	}
	assert.Equal(t, "acme-organization", inputs["name"].StringValue())
	assert.Equal(t, "arn:aws:logs:eu-west-1:210000000002:log-group:/aws/cloudtrail/acme-organization:*", inputs["cloudWatchLogsGroupArn"].StringValue())
	assert.Len(t, inputs["advancedEventSelectors"].ArrayValue(), 1)
	assert.True(t, made["trail-trail"].Protect)
	assert.Contains(t, made["trail-trail"].DependsOn, made["trail-log-policy"].URN)

	trust := made["trail-log-role"].Inputs["assumeRolePolicy"].StringValue()
	assert.JSONEq(t, `{"Version":"2012-10-17","Statement":[{"Sid":"CloudTrail","Effect":"Allow",
		"Principal":{"Service":["cloudtrail.amazonaws.com"]},"Action":["sts:AssumeRole"],
		"Condition":{"StringEquals":{"aws:SourceArn":["arn:aws:cloudtrail:eu-west-1:210000000001:trail/acme-organization"]}}}]}`, trust)
	group := "arn:aws:logs:eu-west-1:210000000002:log-group:/aws/cloudtrail/acme-organization"
	assert.JSONEq(t, `{"Version":"2012-10-17","Statement":[{"Sid":"Write","Effect":"Allow",
		"Action":["logs:CreateLogStream","logs:PutLogEvents"],
		"Resource":["`+group+`:log-stream:210000000001_CloudTrail_eu-west-1*","`+group+`:log-stream:o-abc1234567_*"]}]}`,
		made["trail-log-policy"].Inputs["policy"].StringValue())
	assert.Contains(t, made["trail-log-key"].Inputs["policy"].StringValue(), `"kms:EncryptionContext:aws:logs:arn":["`+group+`"]`)
}

func TestTrailRecordsDataAndInsights(t *testing.T) {
	t.Parallel()
	made := audited(t, false, trail(config.Trail{
		RetentionDays: 90, DataEvents: []string{"s3", "lambda", "dynamodb"}, Insights: []string{"callRate", "errorRate"},
	}))
	inputs := made["trail-trail"].Inputs
	selectors := inputs["advancedEventSelectors"].ArrayValue()
	require.Len(t, selectors, 4)
	s3 := selectors[1].ObjectValue()["fieldSelectors"].ArrayValue()
	require.Len(t, s3, 3)
	assert.Equal(t, resource.NewPropertyMapFromMap(map[string]any{
		"field": "resources.ARN", "notStartsWiths": []any{"arn:aws:s3:::acme-trail/"},
	}), s3[2].ObjectValue(), "the archive does not record its own deliveries")
	assert.Len(t, selectors[2].ObjectValue()["fieldSelectors"].ArrayValue(), 2)
	assert.Len(t, inputs["insightSelectors"].ArrayValue(), 2)
}

func whole() config.Detection {
	return config.Detection{
		GuardDuty: &config.GuardDuty{
			PublishEvery: "15m", S3: "all", EKS: "all", RDS: "new", Lambda: "all", Malware: "none", Runtime: "all",
		},
		SecurityHub: &config.SecurityHub{Standards: map[string]config.Standard{
			"fsbp": {Version: "1.0.0"}, "cis": {Version: "3.0.0"}, "nist": {Version: "5.0.0"}, "pci": {Version: "4.0.1"}, "tagging": {Version: "1.0.0"},
		}},
		ConfigAggregator: &config.Aggregator{},
		AccessAnalyzer:   &config.AccessAnalyzer{UnusedAfterDays: 90},
	}
}

func detection(settings config.Detection) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := organization.NewDetection(ctx, "watch", organization.DetectionArgs{Scope: auditor(), Config: settings})
		return err
	}
}

func TestDetectionMakesExactlyThis(t *testing.T) {
	t.Parallel()
	want := []string{
		"watch-aggregator", "watch-aggregator-rights", "watch-aggregator-role", "watch-analyzer-external", "watch-analyzer-unused",
		"watch-detector", "watch-guardduty-members", "watch-securityhub", "watch-securityhub-findings", "watch-securityhub-members",
		"watch-standard-cis", "watch-standard-fsbp", "watch-standard-nist", "watch-standard-pci", "watch-standard-tagging",
	}
	for _, feature := range []string{"eks", "lambda", "malware", "rds", "runtime", "s3"} {
		want = append(want, "watch-guardduty-"+feature, "watch-guardduty-members-"+feature)
	}
	slices.Sort(want)
	for _, preview := range []bool{false, true} {
		made := audited(t, preview, detection(whole()))
		assert.Equal(t, want, names(made))
		for _, name := range want {
			assert.Equal(t, made["watch"].URN, made[name].Parent, name)
		}
	}
}

func TestDetectionInputs(t *testing.T) {
	t.Parallel()
	made := audited(t, false, detection(whole()))
	text := func(name string, property resource.PropertyKey) string {
		return made[name].Inputs[property].StringValue()
	}
	assert.Equal(t, "ALL", text("watch-guardduty-members", "autoEnableOrganizationMembers"))
	assert.Equal(t, "NEW", text("watch-guardduty-members-rds", "autoEnable"))
	assert.Equal(t, "ENABLED", text("watch-guardduty-rds", "status"))
	assert.Equal(t, "NONE", text("watch-guardduty-members-malware", "autoEnable"))
	assert.Equal(t, "DISABLED", text("watch-guardduty-malware", "status"))
	assert.Len(t, made["watch-guardduty-members-runtime"].Inputs["additionalConfigurations"].ArrayValue(), 3)
	assert.Equal(t, "FIFTEEN_MINUTES", text("watch-detector", "findingPublishingFrequency"))
	assert.True(t, made["watch-securityhub"].RetainOnDelete, "AWS does not switch off an administrator's Security Hub")
	assert.Equal(t, "ALL_REGIONS", text("watch-securityhub-findings", "linkingMode"))
	assert.Equal(t, "arn:aws:securityhub:eu-west-1::standards/cis-aws-foundations-benchmark/v/3.0.0", text("watch-standard-cis", "standardsArn"))
	assert.Equal(t, "ORGANIZATION", text("watch-analyzer-external", "type"))
	assert.Equal(t, "ORGANIZATION_UNUSED_ACCESS", text("watch-analyzer-unused", "type"))
	assert.Equal(t, "arn:aws:iam::aws:policy/service-role/AWSConfigRoleForOrganizations", text("watch-aggregator-rights", "policyArn"))
	assert.Contains(t, text("watch-aggregator-role", "assumeRolePolicy"), `"aws:SourceAccount":["210000000002"]`)
}

func TestDetectionInParts(t *testing.T) {
	t.Parallel()
	assert.Empty(t, names(audited(t, false, detection(config.Detection{}))))
	some := audited(t, false, detection(config.Detection{
		SecurityHub:      &config.SecurityHub{Regions: []string{"eu-central-1"}},
		ConfigAggregator: &config.Aggregator{Regions: []string{"eu-west-1", "us-east-1"}},
		AccessAnalyzer:   &config.AccessAnalyzer{},
	}))
	assert.Equal(t, []string{
		"watch-aggregator", "watch-aggregator-rights", "watch-aggregator-role", "watch-analyzer-external",
		"watch-securityhub", "watch-securityhub-findings", "watch-securityhub-members",
	}, names(some))
	assert.Equal(t, "SPECIFIED_REGIONS", some["watch-securityhub-findings"].Inputs["linkingMode"].StringValue())
	source := some["watch-aggregator"].Inputs["organizationAggregationSource"].ObjectValue()
	assert.NotContains(t, source, resource.PropertyKey("allRegions"), "all regions and some are not given together")
}

func TestAuditDelegation(t *testing.T) {
	t.Parallel()
	made := audited(t, false, func(ctx *pulumi.Context) error {
		_, err := organization.NewAuditDelegation(ctx, "audit", organization.AuditDelegationArgs{AccountID: pulumi.String("210000000009")})
		return err
	})
	assert.Equal(t, []string{"audit-cloudtrail", "audit-guardduty", "audit-securityhub", "audit-securityhub-account"}, names(made))
	assert.Contains(t, made["audit-securityhub"].DependsOn, made["audit-securityhub-account"].URN)
	assert.Equal(t, "210000000009", made["audit-guardduty"].Inputs["adminAccountId"].StringValue())
}

func TestRecorder(t *testing.T) {
	t.Parallel()
	recorder := func(settings config.Recorder, global bool) map[string]sim.Registration {
		return audited(t, false, func(ctx *pulumi.Context) error {
			_, err := organization.NewRecorder(ctx, "record", organization.RecorderArgs{
				Scope: auditor(), Config: settings, Global: global, Bucket: pulumi.String("acme-config"),
				KeyARN: pulumi.String("arn:aws:kms:eu-west-1:999999999999:key/of-the-archive"),
			})
			return err
		})
	}
	made := recorder(config.Recorder{Frequency: "daily", SnapshotHours: 6}, true)
	assert.Equal(t, []string{"record-channel", "record-recorder", "record-role", "record-status"}, names(made))
	assert.Contains(t, made["record-channel"].DependsOn, made["record-recorder"].URN)
	assert.Contains(t, made["record-status"].DependsOn, made["record-channel"].URN)
	assert.True(t, strings.HasSuffix(made["record-recorder"].Inputs["roleArn"].StringValue(), "/AWSServiceRoleForConfig"))
	group := made["record-recorder"].Inputs["recordingGroup"].ObjectValue()
	assert.True(t, group["allSupported"].BoolValue())
	assert.True(t, group["includeGlobalResourceTypes"].BoolValue())
	assert.Equal(t, "DAILY", made["record-recorder"].Inputs["recordingMode"].ObjectValue()["recordingFrequency"].StringValue())
	assert.Equal(t, "Six_Hours", made["record-channel"].Inputs["snapshotDeliveryProperties"].ObjectValue()["deliveryFrequency"].StringValue())

	elsewhere := recorder(config.Recorder{Frequency: "continuous", SnapshotHours: 24}, false)
	group = elsewhere["record-recorder"].Inputs["recordingGroup"].ObjectValue()
	assert.False(t, group["includeGlobalResourceTypes"].BoolValue())
}
