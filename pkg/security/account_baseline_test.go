package security_test

import (
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
	"aws-platform/pkg/security"
	"aws-platform/pkg/sim"
)

// baseline sets an account's baseline under mocks and gives what it registered, by logical name.
func baseline(t *testing.T, settings config.Baseline, preview bool) map[string]sim.Registration {
	t.Helper()
	mocks := sim.NewMocks(sim.MockOptions{Account: "210000000003", Region: "eu-west-1", Preview: preview})
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		_, err := security.NewAccountBaseline(ctx, "account", security.AccountBaselineArgs{
			Scope: naming.Scope{
				Project: "aws-platform", Organization: "acme", Environment: "dev", Region: "eu-west-1", AccountID: "210000000003",
				Partition: "aws", Owner: "platform", CostCenter: "1000",
			},
			Config: settings, Protect: true,
		})
		return err
	}, pulumi.WithMocks("aws-platform", "dev", mocks), func(info *pulumi.RunInfo) { info.DryRun = preview })
	require.NoError(t, err)
	made := map[string]sim.Registration{}
	for _, registration := range mocks.Registrations() {
		require.NotContains(t, made, registration.Name, "every logical name is used once")
		made[registration.Name] = registration
	}
	return made
}

func TestAccountBaselineMakesExactlyThis(t *testing.T) {
	t.Parallel()
	smallest := []string{"account-ebs-encryption", "account-instance-metadata", "account-s3-public-access", "account-snapshot-public-access"}
	contact := config.Contact{Name: "Security", Title: "On call", Email: "security@example.com", Phone: "+1 555 0100"}
	for name, test := range map[string]struct {
		settings config.Baseline
		more     []string
	}{
		"the least": {config.Baseline{EBSKey: "aws", SnapshotSharing: "blocked", MetadataHops: 1}, nil},
		"a key of its own": {
			config.Baseline{EBSKey: "own", SnapshotSharing: "blocked", MetadataHops: 1},
			[]string{"account-ebs-key", "account-ebs-default-key"},
		},
		"networks closed": {
			config.Baseline{EBSKey: "aws", SnapshotSharing: "blocked", MetadataHops: 1, VPCBlockPublicAccess: "ingress"},
			[]string{"account-vpc-public-access"},
		},
		"networks open": {
			config.Baseline{EBSKey: "aws", SnapshotSharing: "blocked", MetadataHops: 1, VPCBlockPublicAccess: "off"}, nil,
		},
		"passwords and contacts": {
			config.Baseline{
				EBSKey: "aws", SnapshotSharing: "existing", MetadataHops: 2,
				PasswordPolicy: &config.PasswordPolicy{MinimumLength: 14, Remembered: 24},
				Contacts:       map[string]config.Contact{"security": contact, "billing": contact},
			},
			[]string{"account-password-policy", "account-contact-billing", "account-contact-security"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := slices.Sorted(slices.Values(append(slices.Clone(smallest), test.more...)))
			for _, preview := range []bool{false, true} {
				var got []string
				made := baseline(t, test.settings, preview)
				for name, registration := range made {
					if registration.Custom {
						got = append(got, name)
						assert.Equal(t, made["account"].URN, registration.Parent, name)
					}
				}
				slices.Sort(got)
				assert.Equal(t, want, got)
			}
		})
	}
}

func TestAccountBaselineInputs(t *testing.T) {
	t.Parallel()
	made := baseline(t, config.Baseline{
		EBSKey: "own", SnapshotSharing: "blocked", MetadataHops: 2, VPCBlockPublicAccess: "bidirectional",
		PasswordPolicy: &config.PasswordPolicy{MinimumLength: 14, MaxAgeDays: 90, Remembered: 24},
		Contacts: map[string]config.Contact{
			"operations": {Name: "Ops", Title: "Lead", Email: "ops@example.com", Phone: "+1 555 0100"},
		},
	}, false)
	for name, want := range map[string]map[string]any{
		"account-s3-public-access": {
			"blockPublicAcls": true, "blockPublicPolicy": true, "ignorePublicAcls": true, "restrictPublicBuckets": true,
		},
		"account-vpc-public-access":      {"internetGatewayBlockMode": "block-bidirectional"},
		"account-ebs-encryption":         {"enabled": true},
		"account-snapshot-public-access": {"state": "block-all-sharing"},
		"account-instance-metadata":      {"httpTokens": "required", "httpEndpoint": "enabled", "httpPutResponseHopLimit": 2},
		"account-password-policy": {
			"minimumPasswordLength": 14, "maxPasswordAge": 90, "passwordReusePrevention": 24, "requireLowercaseCharacters": true,
			"requireUppercaseCharacters": true, "requireNumbers": true, "requireSymbols": true, "allowUsersToChangePassword": true,
		},
		"account-contact-operations": {
			"alternateContactType": "OPERATIONS", "name": "Ops", "title": "Lead", "emailAddress": "ops@example.com", "phoneNumber": "+1 555 0100",
		},
	} {
		assert.Equal(t, resource.NewPropertyMapFromMap(want), made[name].Inputs, name)
	}
	assert.True(t, made["account-ebs-key"].Protect)
	assert.True(t, made["account-ebs-key"].Inputs["enableKeyRotation"].BoolValue())
	assert.Equal(t, made["account-ebs-key"].Outputs["arn"], made["account-ebs-default-key"].Inputs["keyArn"])
	policy := made["account-ebs-key"].Inputs["policy"].StringValue()
	assert.Contains(t, policy, `"kms:ViaService":["ec2.eu-west-1.amazonaws.com"]`)
	assert.Contains(t, policy, `"kms:GrantIsForAWSResource":["true"]`)
}
