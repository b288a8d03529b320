package tests

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
	"aws-platform/pkg/operations"
	"aws-platform/pkg/organization"
	"aws-platform/pkg/security"
	"aws-platform/pkg/sim"
)

// TestArchiveTakesWhatIsRecorded wires the layers that record as main does: the simulated cloud evaluates the archive's
// policies before CloudTrail and AWS Config may deliver to it.
func TestArchiveTakesWhatIsRecorded(t *testing.T) {
	t.Parallel()
	const account, simulated = "210000000002", "o-simulation"
	scope := naming.Scope{
		Project: "aws-platform", Organization: "acme", Environment: "shared", Region: "eu-west-1", AccountID: account,
		Partition: "aws", Owner: "platform", CostCenter: "1000",
	}
	program := func(organizationID, trailName string) pulumi.RunFunc {
		return func(ctx *pulumi.Context) error {
			_, err := security.NewAccountBaseline(ctx, "account", security.AccountBaselineArgs{
				Scope: scope, Config: config.Baseline{EBSKey: "own", SnapshotSharing: "blocked", MetadataHops: 1},
			})
			if err != nil {
				return err
			}
			archive, err := operations.NewLogArchive(ctx, "logs", operations.LogArchiveArgs{
				Scope: scope, OrganizationID: pulumi.String(organizationID), ManagementAccountID: pulumi.String(account), TrailName: trailName,
				Config: config.LogArchive{
					Buckets:       map[string]config.LogBucket{"trail": {RetentionDays: 365}, "config": {RetentionDays: 365}},
					AccessLogDays: 365, NoncurrentDays: 30, TrailLock: &config.ObjectLock{Mode: "governance", Days: 30},
				},
			})
			if err != nil {
				return err
			}
			bucket := func(purpose string) pulumi.StringOutput { return archive.BucketNames.MapIndex(pulumi.String(purpose)) }
			key := func(purpose string) pulumi.StringOutput { return archive.KeyARNs.MapIndex(pulumi.String(purpose)) }
			_, err = organization.NewTrail(ctx, "trail", organization.TrailArgs{
				Scope: scope, Config: config.Trail{RetentionDays: 90}, OrganizationID: pulumi.String(organizationID),
				ManagementAccountID: pulumi.String(account), Bucket: bucket("trail"), KeyARN: key("trail"), Archive: archive.Ready(),
			})
			if err != nil {
				return err
			}
			_, err = organization.NewRecorder(ctx, "record", organization.RecorderArgs{
				Scope: scope, Config: config.Recorder{Frequency: "continuous", SnapshotHours: 24}, Global: true,
				Bucket: bucket("config"), KeyARN: key("config"), Archive: archive.Ready(),
			})
			return err
		}
	}
	run := func(program pulumi.RunFunc) error {
		return pulumi.RunErr(program, pulumi.WithMocks("aws-platform", "shared", sim.NewMocks(sim.MockOptions{Account: account})))
	}
	require.NoError(t, run(program(simulated, organization.TrailName(scope))))
	// The trail or the channel, whichever comes first.
	require.ErrorContains(t, run(program("o-other", organization.TrailName(scope))), "api error Insufficient")
	require.ErrorContains(t, run(program(simulated, "another-trail")), "InsufficientS3BucketPolicyException")
}
