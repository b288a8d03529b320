package organization

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudtrail"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
)

const (
	trailToken   = "aws-platform:organization:Trail"
	trailService = "cloudtrail.amazonaws.com"
	// keyDeletionDays is the longest window KMS has: time to notice that a key still had something to open.
	keyDeletionDays = 30
)

// TrailArgs say what is recorded and where it goes.
type TrailArgs struct {
	// Scope is the account's that makes the trail: CloudTrail's delegated administrator.
	Scope  naming.Scope
	Config config.Trail
	// OrganizationID ("o-...") and ManagementAccountID are in the names of the log streams; the second owns the trail.
	OrganizationID, ManagementAccountID pulumi.StringInput
	// Bucket and KeyARN are the log archive's of the purpose trail; Archive waits until both let CloudTrail in.
	Bucket, KeyARN pulumi.StringInput
	Archive        pulumi.ResourceOption
	// Protect makes the engine refuse to delete the trail and its log group.
	Protect bool
}

// Trail is the organization's trail: every call in every account and region, in the log archive for years and in
// CloudWatch Logs for alarms. It belongs to the management account although its delegated administrator makes it, and
// its key, bucket and log group stay with the delegated administrator.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-delegated-administrator.html
type Trail struct {
	pulumi.ResourceState

	TrailARN pulumi.StringOutput `pulumi:"trailArn"`
	// LogGroupName and LogGroupARN are of the log group that alarms watch.
	LogGroupName pulumi.StringOutput `pulumi:"logGroupName"`
	LogGroupARN  pulumi.StringOutput `pulumi:"logGroupArn"`
}

// TrailName is the trail's name. It is fixed, because the bucket's policy names the trail before it is made.
func TrailName(scope naming.Scope) string { return scope.Organization + "-organization" }

// trailBuild is a trail in the making.
type trailBuild struct {
	*component.Children
	ctx  *pulumi.Context
	args TrailArgs
	arn  pulumi.StringOutput // the trail's, known before it is made
}

// NewTrail makes the organization's trail.
func NewTrail(ctx *pulumi.Context, name string, args TrailArgs, opts ...pulumi.ResourceOption) (*Trail, error) {
	trail := &Trail{}
	scope := args.Scope
	b := &trailBuild{ctx: ctx, args: args, arn: pulumi.Sprintf("arn:%s:cloudtrail:%s:%s:trail/%s",
		scope.Partition, scope.Region, args.ManagementAccountID, TrailName(scope))}
	err := component.Register(ctx, trailToken, name, trail, nil, func(c *component.Children) error {
		b.Children = c
		group, err := b.logGroup()
		if err != nil {
			return err
		}
		role, rights, err := b.role(group)
		if err != nil {
			return err
		}
		made, err := b.trail(group, role, rights)
		if err != nil {
			return err
		}
		trail.TrailARN, trail.LogGroupName, trail.LogGroupARN = made.Arn, group.Name, group.Arn
		return nil
	}, opts...)
	if err != nil {
		return nil, err
	}
	return trail, nil
}

func (b *trailBuild) groupName() string { return "/aws/cloudtrail/" + TrailName(b.args.Scope) }

// logGroup makes the log group and the key that encrypts it: it is not the archive's key, so that neither service can
// use the other's.
func (b *trailBuild) logGroup() (*cloudwatch.LogGroup, error) {
	scope := b.args.Scope
	document, err := iampolicy.Document(
		iampolicy.Statement{
			Sid:        "Administer",
			Principals: iampolicy.Principals{AWS: iampolicy.Strings(scope.GlobalARN("iam", scope.AccountID, "root"))},
			Actions:    []string{"kms:*"}, Resources: iampolicy.Strings("*"),
			Wildcard: "a key nobody may administer is lost; identity policies of the account narrow this down",
		},
		iampolicy.Statement{
			Sid:        "EncryptTheLogGroup",
			Principals: iampolicy.Principals{Service: []string{"logs." + scope.Region + ".amazonaws.com"}},
			Actions:    []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"},
			Resources:  iampolicy.Strings("*"),
			Conditions: []iampolicy.Condition{
				iampolicy.When("ArnEquals", "kms:EncryptionContext:aws:logs:arn", scope.ARN("logs", "log-group:"+b.groupName())),
			},
		})
	if err != nil {
		return nil, err
	}
	key, err := kms.NewKey(b.ctx, b.Name("log-key"), &kms.KeyArgs{
		Description: pulumi.String("Encrypts the log group of the trail " + TrailName(scope)), EnableKeyRotation: pulumi.Bool(true),
		DeletionWindowInDays: pulumi.Int(keyDeletionDays), Policy: iampolicy.KeyPolicy.Within(document), Tags: b.tags("log-key"),
	}, b.Options(pulumi.Protect(b.args.Protect))...)
	if err != nil {
		return nil, err
	}
	return cloudwatch.NewLogGroup(b.ctx, b.Name("log-group"), &cloudwatch.LogGroupArgs{
		Name: pulumi.String(b.groupName()), RetentionInDays: pulumi.Int(b.args.Config.RetentionDays),
		KmsKeyId: key.Arn, Tags: b.tags("log-group"),
	}, b.Options(pulumi.Protect(b.args.Protect))...)
}

// role makes the role CloudTrail writes to the log group with: to the streams of this trail, which are named after the
// management account and the organization.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
func (b *trailBuild) role(group *cloudwatch.LogGroup) (*iam.Role, *iam.RolePolicy, error) {
	trust, err := iampolicy.Document(iampolicy.Statement{
		Sid: "CloudTrail", Principals: iampolicy.Principals{Service: []string{trailService}}, Actions: []string{"sts:AssumeRole"},
		Conditions: []iampolicy.Condition{{Operator: "StringEquals", Key: "aws:SourceArn", Values: []pulumi.StringInput{b.arn}}},
	})
	if err != nil {
		return nil, nil, err
	}
	role, err := iam.NewRole(b.ctx, b.Name("log-role"), &iam.RoleArgs{
		Description:      pulumi.String("Writes the trail " + TrailName(b.args.Scope) + " to CloudWatch Logs"),
		AssumeRolePolicy: iampolicy.TrustPolicy.Within(trust), Tags: b.tags("log-role"),
		Path: pulumi.String(b.args.Scope.RolePath()), PermissionsBoundary: component.Boundary(b.args.Scope),
	}, b.Options()...)
	if err != nil {
		return nil, nil, err
	}
	region := b.args.Scope.Region
	rights, err := iampolicy.Document(iampolicy.Statement{
		Sid: "Write", Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"},
		Resources: []pulumi.StringInput{
			pulumi.Sprintf("%s:log-stream:%s_CloudTrail_%s*", group.Arn, b.args.ManagementAccountID, region),
			pulumi.Sprintf("%s:log-stream:%s_*", group.Arn, b.args.OrganizationID),
		},
	})
	if err != nil {
		return nil, nil, err
	}
	policy, err := iam.NewRolePolicy(b.ctx, b.Name("log-policy"), &iam.RolePolicyArgs{
		Role: role.Name, Policy: iampolicy.RolePolicy.Within(rights),
	}, b.Options()...)
	return role, policy, err
}

// trail makes the trail once its role and the archive's bucket let it write: CloudTrail tries both at once.
func (b *trailBuild) trail(group *cloudwatch.LogGroup, role *iam.Role, rights *iam.RolePolicy) (*cloudtrail.Trail, error) {
	options := b.Options(pulumi.DependsOn([]pulumi.Resource{rights}), pulumi.Protect(b.args.Protect))
	if b.args.Archive != nil {
		options = append(options, b.args.Archive)
	}
	insights := cloudtrail.TrailInsightSelectorArray{}
	for _, kind := range b.args.Config.Insights {
		insights = append(insights, cloudtrail.TrailInsightSelectorArgs{InsightType: pulumi.String(insightTypes[kind])})
	}
	return cloudtrail.NewTrail(b.ctx, b.Name("trail"), &cloudtrail.TrailArgs{
		Name:                pulumi.String(TrailName(b.args.Scope)),
		IsOrganizationTrail: pulumi.Bool(true), IsMultiRegionTrail: pulumi.Bool(true), IncludeGlobalServiceEvents: pulumi.Bool(true),
		EnableLogFileValidation: pulumi.Bool(true), EnableLogging: pulumi.Bool(true),
		S3BucketName: b.args.Bucket, KmsKeyId: b.args.KeyARN,
		// CloudTrail wants the group with its streams.
		CloudWatchLogsGroupArn: pulumi.Sprintf("%s:*", group.Arn), CloudWatchLogsRoleArn: role.Arn,
		AdvancedEventSelectors: b.selectors(), InsightSelectors: insights, Tags: b.tags("trail"),
	}, options...)
}

// insightTypes are CloudTrail's names of what it looks for.
var insightTypes = map[string]string{"callRate": "ApiCallRateInsight", "errorRate": "ApiErrorRateInsight"}

// dataTypes are CloudTrail's names of what has data events.
var dataTypes = map[string]string{"s3": "AWS::S3::Object", "lambda": "AWS::Lambda::Function", "dynamodb": "AWS::DynamoDB::Table"}

// selectors record all management events, and the data events asked for. The objects of the archive's own bucket are left
// out: each delivery would be an event, and each event a delivery.
func (b *trailBuild) selectors() cloudtrail.TrailAdvancedEventSelectorArray {
	field := func(name, value string) cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs {
		return cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs{
			Field: pulumi.String(name), Equals: pulumi.ToStringArray([]string{value}),
		}
	}
	selectors := cloudtrail.TrailAdvancedEventSelectorArray{cloudtrail.TrailAdvancedEventSelectorArgs{
		Name:           pulumi.String("management events"),
		FieldSelectors: cloudtrail.TrailAdvancedEventSelectorFieldSelectorArray{field("eventCategory", "Management")},
	}}
	for _, kind := range b.args.Config.DataEvents {
		fields := cloudtrail.TrailAdvancedEventSelectorFieldSelectorArray{
			field("eventCategory", "Data"), field("resources.type", dataTypes[kind]),
		}
		if kind == "s3" {
			own := pulumi.Sprintf("arn:%s:s3:::%s/", b.args.Scope.Partition, b.args.Bucket)
			fields = append(fields, cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs{
				Field: pulumi.String("resources.ARN"), NotStartsWiths: pulumi.StringArray{own},
			})
		}
		selectors = append(selectors, cloudtrail.TrailAdvancedEventSelectorArgs{
			Name: pulumi.String(kind + " data events"), FieldSelectors: fields,
		})
	}
	return selectors
}

func (b *trailBuild) tags(role string) pulumi.StringMap {
	return pulumi.ToStringMap(b.args.Scope.Tags("trail", b.Name(role), nil))
}
