package organization

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cfg"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
)

// recorderName is the name AWS Config gives the one recorder and the one channel an account has in a region.
const recorderName = "default"

// RecorderArgs say what is recorded and where it goes.
type RecorderArgs struct {
	// Scope is the account's and region's that is recorded.
	Scope  naming.Scope
	Config config.Recorder
	// Global records what belongs to no region (IAM) too: in one region of an account, the home region.
	Global bool
	// Bucket and KeyARN are the log archive's of the purpose config.
	Bucket, KeyARN pulumi.StringInput
	// RoleARN is the account's RecorderRole where its own stack has made it; nil makes the role here.
	RoleARN pulumi.StringInput
	// Archive waits until the bucket lets AWS Config in; nil where the archive is another stack's.
	Archive pulumi.ResourceOption
}

// Recorder records an account's resources and their changes in one region by AWS Config, and delivers the records to the
// log archive. The provider says whose and where: a stack gives its own account's, or another's.
type Recorder struct {
	pulumi.ResourceState

	// RecorderName is the recorder's name, once it records.
	RecorderName pulumi.StringOutput `pulumi:"recorderName"`
	// RoleARN is the service-linked role AWS Config reads with.
	RoleARN pulumi.StringOutput `pulumi:"roleArn"`
}

// ConfigService is AWS Config as a principal.
const ConfigService = "config.amazonaws.com"

// frequencies are AWS Config's names of how often a whole is delivered.
var frequencies = map[int]string{1: "One_Hour", 3: "Three_Hours", 6: "Six_Hours", 12: "Twelve_Hours", 24: "TwentyFour_Hours"}

// NewRecorder makes a recorder that records.
func NewRecorder(ctx *pulumi.Context, name string, args RecorderArgs, opts ...pulumi.ResourceOption) (*Recorder, error) {
	recorder := &Recorder{}
	err := component.Register(ctx, "aws-platform:organization:Recorder", name, recorder, nil, func(c *component.Children) error {
		role := args.RoleARN
		if role == nil {
			linked, err := linkConfig(ctx, c, args.Scope)
			if err != nil {
				return err
			}
			role = linked
		}
		made, err := cfg.NewRecorder(ctx, c.Name("recorder"), recording(args, role), c.Options()...)
		if err != nil {
			return err
		}
		// A channel wants a recorder, a recorder starts with a channel, and the channel of one that runs cannot go: so each
		// waits for the one before, and goes before it.
		options := c.Options(pulumi.DependsOn([]pulumi.Resource{made}))
		if args.Archive != nil {
			options = append(options, args.Archive)
		}
		channel, err := cfg.NewDeliveryChannel(ctx, c.Name("channel"), &cfg.DeliveryChannelArgs{
			Name: pulumi.String(recorderName), S3BucketName: args.Bucket, S3KmsKeyArn: args.KeyARN,
			SnapshotDeliveryProperties: cfg.DeliveryChannelSnapshotDeliveryPropertiesArgs{
				DeliveryFrequency: pulumi.String(frequencies[args.Config.SnapshotHours]),
			},
		}, options...)
		if err != nil {
			return err
		}
		status, err := cfg.NewRecorderStatus(ctx, c.Name("status"), &cfg.RecorderStatusArgs{
			Name: made.Name, IsEnabled: pulumi.Bool(true),
		}, c.Options(pulumi.DependsOn([]pulumi.Resource{channel}))...)
		if err != nil {
			return err
		}
		recorder.RecorderName, recorder.RoleARN = status.Name, role.ToStringOutput()
		return nil
	}, opts...)
	if err != nil {
		return nil, err
	}
	return recorder, nil
}

// recording records every type AWS Config knows.
func recording(args RecorderArgs, role pulumi.StringInput) *cfg.RecorderArgs {
	modes := map[string]string{"continuous": "CONTINUOUS", "daily": "DAILY"}
	return &cfg.RecorderArgs{
		Name: pulumi.String(recorderName), RoleArn: role,
		RecordingGroup: cfg.RecorderRecordingGroupArgs{
			AllSupported: pulumi.Bool(true), IncludeGlobalResourceTypes: pulumi.Bool(args.Global),
		},
		RecordingMode: cfg.RecorderRecordingModeArgs{RecordingFrequency: pulumi.String(modes[args.Config.Frequency])},
	}
}

func recorderTags(scope naming.Scope, name string) pulumi.StringMap {
	return pulumi.ToStringMap(scope.Tags("recorder", name, nil))
}

// RecorderStatements are what making, changing and removing a recorder takes in the scope's account and region, for a role
// that another account's stack uses; the role also passes the account's RecorderRole. Recorders and channels have no ARNs
// that these actions know.
func RecorderStatements(scope naming.Scope) []iampolicy.Statement {
	return []iampolicy.Statement{{
		Sid: "Record", Resources: iampolicy.Strings("*"),
		Actions: []string{
			"config:DeleteConfigurationRecorder", "config:DeleteDeliveryChannel", "config:DescribeConfigurationRecorderStatus",
			"config:DescribeConfigurationRecorders", "config:DescribeDeliveryChannels", "config:PutConfigurationRecorder",
			"config:PutDeliveryChannel", "config:StartConfigurationRecorder", "config:StopConfigurationRecorder",
		},
		Conditions: []iampolicy.Condition{iampolicy.When("StringEquals", "aws:RequestedRegion", scope.Region)},
	}}
}

// RecorderRole is the role AWS Config reads an account with, made by the account's own stack where another stack records.
type RecorderRole struct {
	pulumi.ResourceState

	RoleARN pulumi.StringOutput `pulumi:"roleArn"`
}

// NewRecorderRole makes the role. AWS takes one in each account.
func NewRecorderRole(
	ctx *pulumi.Context, name string, scope naming.Scope, opts ...pulumi.ResourceOption,
) (*RecorderRole, error) {
	out := &RecorderRole{}
	err := component.Register(ctx, "aws-platform:organization:RecorderRole", name, out, nil, func(c *component.Children) error {
		role, err := linkConfig(ctx, c, scope)
		out.RoleARN = role
		return err
	}, opts...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// linkConfig makes AWS Config's service-linked role.
func linkConfig(ctx *pulumi.Context, c *component.Children, scope naming.Scope) (pulumi.StringOutput, error) {
	role, err := iam.NewServiceLinkedRole(ctx, c.Name("role"), &iam.ServiceLinkedRoleArgs{
		AwsServiceName: pulumi.String(ConfigService), Tags: recorderTags(scope, c.Name("role")),
	}, c.Options()...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return role.Arn, nil
}
