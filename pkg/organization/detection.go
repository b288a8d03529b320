package organization

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/accessanalyzer"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cfg"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/guardduty"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/securityhub"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
)

// DetectionArgs say what watches.
type DetectionArgs struct {
	// Scope is the account's that administers GuardDuty, Security Hub, AWS Config and IAM Access Analyzer for the
	// organization, in the region of the provider.
	Scope  naming.Scope
	Config config.Detection
}

// Detection watches every account of the organization from its administrator, in one region: GuardDuty, Security Hub, an
// aggregator of AWS Config and IAM Access Analyzer, each as far as the configuration has it. A further region is another
// Detection with that region's provider; only one of them gathers findings and records (see docs/audit.md).
type Detection struct {
	pulumi.ResourceState

	// DetectorID is GuardDuty's detector; "" without.
	DetectorID pulumi.StringOutput `pulumi:"detectorId"`
	// HubARN is Security Hub's; "" without.
	HubARN pulumi.StringOutput `pulumi:"hubArn"`
	// AggregatorARN is the aggregator's of AWS Config; "" without.
	AggregatorARN pulumi.StringOutput `pulumi:"aggregatorArn"`
	// AnalyzerARNs are IAM Access Analyzer's, by what they look for: external, unused.
	AnalyzerARNs pulumi.StringMapOutput `pulumi:"analyzerArns"`
}

// detectionBuild is detection in the making.
type detectionBuild struct {
	*component.Children
	ctx  *pulumi.Context
	args DetectionArgs
	out  *Detection
}

// NewDetection makes what watches.
func NewDetection(ctx *pulumi.Context, name string, args DetectionArgs, opts ...pulumi.ResourceOption) (*Detection, error) {
	none := pulumi.String("").ToStringOutput()
	b := &detectionBuild{ctx: ctx, args: args, out: &Detection{
		DetectorID: none, HubARN: none, AggregatorARN: none, AnalyzerARNs: pulumi.StringMap{}.ToStringMapOutput(),
	}}
	err := component.Register(ctx, "aws-platform:organization:Detection", name, b.out, nil, func(c *component.Children) error {
		b.Children = c
		for _, step := range []func() error{b.guardDuty, b.securityHub, b.aggregator, b.analyzers} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	}, opts...)
	if err != nil {
		return nil, err
	}
	return b.out, nil
}

// publishing are GuardDuty's names of how often findings are published.
var publishing = map[string]string{"15m": "FIFTEEN_MINUTES", "1h": "ONE_HOUR", "6h": "SIX_HOURS"}

// enabling are GuardDuty's names of the accounts a feature is on in.
var enabling = map[string]string{"all": "ALL", "new": "NEW", "none": "NONE"}

// guardFeature is a feature of GuardDuty with where it is on, in the words of the configuration.
type guardFeature struct{ key, name, accounts string }

func guardFeatures(cfg config.GuardDuty) []guardFeature {
	return []guardFeature{
		{"s3", "S3_DATA_EVENTS", cfg.S3}, {"eks", "EKS_AUDIT_LOGS", cfg.EKS}, {"rds", "RDS_LOGIN_EVENTS", cfg.RDS},
		{"lambda", "LAMBDA_NETWORK_LOGS", cfg.Lambda}, {"malware", "EBS_MALWARE_PROTECTION", cfg.Malware},
		{runtimeFeature, "RUNTIME_MONITORING", cfg.Runtime},
	}
}

const runtimeFeature = "runtime"

// runtimeAgents are where GuardDuty keeps its agent by itself.
var runtimeAgents = []string{"EC2_AGENT_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EKS_ADDON_MANAGEMENT"}

func (b *detectionBuild) guardDuty() error {
	settings := b.args.Config.GuardDuty
	if settings == nil {
		return nil
	}
	detector, err := guardduty.NewDetector(b.ctx, b.Name("detector"), &guardduty.DetectorArgs{
		Enable: pulumi.Bool(true), FindingPublishingFrequency: pulumi.String(publishing[settings.PublishEvery]), Tags: b.tags("detector"),
	}, b.Options()...)
	if err != nil {
		return err
	}
	b.out.DetectorID = detector.ID().ToStringOutput()
	members, err := guardduty.NewOrganizationConfiguration(b.ctx, b.Name("guardduty-members"), &guardduty.OrganizationConfigurationArgs{
		DetectorId: detector.ID(), AutoEnableOrganizationMembers: pulumi.String("ALL"),
	}, b.Options()...)
	if err != nil {
		return err
	}
	for _, feature := range guardFeatures(*settings) {
		if err := b.guardFeature(detector, members, feature); err != nil {
			return err
		}
	}
	return nil
}

// guardFeature sets a feature for the members, and for the administrator itself, which is not one of them.
func (b *detectionBuild) guardFeature(
	detector *guardduty.Detector, members *guardduty.OrganizationConfiguration, feature guardFeature,
) error {
	auto, status := enabling[feature.accounts], "ENABLED"
	if feature.accounts == "none" {
		status = "DISABLED"
	}
	organized := &guardduty.OrganizationConfigurationFeatureArgs{
		DetectorId: detector.ID(), Name: pulumi.String(feature.name), AutoEnable: pulumi.String(auto),
	}
	own := &guardduty.DetectorFeatureArgs{
		DetectorId: detector.ID(), Name: pulumi.String(feature.name), Status: pulumi.String(status),
	}
	if feature.key == runtimeFeature {
		agents, ownAgents := guardduty.OrganizationConfigurationFeatureAdditionalConfigurationArray{}, guardduty.DetectorFeatureAdditionalConfigurationArray{}
		for _, agent := range runtimeAgents {
			agents = append(agents, guardduty.OrganizationConfigurationFeatureAdditionalConfigurationArgs{
				Name: pulumi.String(agent), AutoEnable: pulumi.String(auto),
			})
			ownAgents = append(ownAgents, guardduty.DetectorFeatureAdditionalConfigurationArgs{
				Name: pulumi.String(agent), Status: pulumi.String(status),
			})
		}
		organized.AdditionalConfigurations, own.AdditionalConfigurations = agents, ownAgents
	}
	after := pulumi.DependsOn([]pulumi.Resource{members})
	if _, err := guardduty.NewOrganizationConfigurationFeature(b.ctx, b.Name("guardduty-members", feature.key), organized, b.Options(after)...); err != nil {
		return err
	}
	_, err := guardduty.NewDetectorFeature(b.ctx, b.Name("guardduty", feature.key), own, b.Options()...)
	return err
}

// standardNames are Security Hub's names of standards.
var standardNames = map[string]string{
	"fsbp": "aws-foundational-security-best-practices", "cis": "cis-aws-foundations-benchmark", "nist": "nist-800-53",
	"pci": "pci-dss", "tagging": "aws-resource-tagging-standard",
}

func (b *detectionBuild) securityHub() error {
	settings := b.args.Config.SecurityHub
	if settings == nil {
		return nil
	}
	hub, err := securityhub.NewAccount(b.ctx, b.Name("securityhub"), &securityhub.AccountArgs{
		// Standards are listed in the configuration, with their versions; AWS's choice changes.
		EnableDefaultStandards: pulumi.Bool(false), AutoEnableControls: pulumi.Bool(true),
		ControlFindingGenerator: pulumi.String("SECURITY_CONTROL"),
		// AWS does not switch off an administrator's Security Hub, and whoever delegates goes after whoever administers.
	}, b.Options(pulumi.RetainOnDelete(true))...)
	if err != nil {
		return err
	}
	b.out.HubARN = hub.Arn
	after := b.Options(pulumi.DependsOn([]pulumi.Resource{hub}))
	linking := &securityhub.FindingAggregatorArgs{LinkingMode: pulumi.String("ALL_REGIONS")}
	if len(settings.Regions) > 0 {
		linking.LinkingMode, linking.SpecifiedRegions = pulumi.String("SPECIFIED_REGIONS"), pulumi.ToStringArray(settings.Regions)
	}
	if _, err = securityhub.NewFindingAggregator(b.ctx, b.Name("securityhub-findings"), linking, after...); err != nil {
		return err
	}
	// Members check themselves against AWS's default standards; without central configuration no others can be chosen for them.
	_, err = securityhub.NewOrganizationConfiguration(b.ctx, b.Name("securityhub-members"), &securityhub.OrganizationConfigurationArgs{
		AutoEnable: pulumi.Bool(true), AutoEnableStandards: pulumi.String("DEFAULT"),
	}, after...)
	if err != nil {
		return err
	}
	scope := b.args.Scope
	nobodys := naming.Scope{Partition: scope.Partition, Region: scope.Region}
	for _, name := range slices.Sorted(maps.Keys(settings.Standards)) {
		arn := nobodys.ARN("securityhub", "standards/"+standardNames[name]+"/v/"+settings.Standards[name].Version)
		_, err := securityhub.NewStandardsSubscription(b.ctx, b.Name("standard", name), &securityhub.StandardsSubscriptionArgs{
			StandardsArn: pulumi.String(arn),
		}, after...)
		if err != nil {
			return err
		}
	}
	return nil
}

// aggregator gathers what AWS Config records in every account. AWS Config lists the accounts with a role of ours.
func (b *detectionBuild) aggregator() error {
	settings := b.args.Config.ConfigAggregator
	if settings == nil {
		return nil
	}
	scope := b.args.Scope
	trust, err := iampolicy.Document(iampolicy.Statement{
		Sid: "Config", Principals: iampolicy.Principals{Service: []string{"config.amazonaws.com"}}, Actions: []string{"sts:AssumeRole"},
		Conditions: []iampolicy.Condition{iampolicy.When("StringEquals", "aws:SourceAccount", scope.AccountID)},
	})
	if err != nil {
		return err
	}
	role, err := iam.NewRole(b.ctx, b.Name("aggregator-role"), &iam.RoleArgs{
		Description:      pulumi.String("Lists the organization's accounts for AWS Config"),
		AssumeRolePolicy: iampolicy.TrustPolicy.Within(trust), Tags: b.tags("aggregator-role"),
		Path: pulumi.String(scope.RolePath()), PermissionsBoundary: component.Boundary(scope),
	}, b.Options()...)
	if err != nil {
		return err
	}
	rights, err := iam.NewRolePolicyAttachment(b.ctx, b.Name("aggregator-rights"), &iam.RolePolicyAttachmentArgs{
		Role: role.Name, PolicyArn: pulumi.String(scope.GlobalARN("iam", "aws", "policy/service-role/AWSConfigRoleForOrganizations")),
	}, b.Options()...)
	if err != nil {
		return err
	}
	source := cfg.ConfigurationAggregatorOrganizationAggregationSourceArgs{RoleArn: role.Arn, AllRegions: pulumi.Bool(true)}
	if len(settings.Regions) > 0 {
		source.AllRegions, source.Regions = nil, pulumi.ToStringArray(settings.Regions)
	}
	made, err := cfg.NewConfigurationAggregator(b.ctx, b.Name("aggregator"), &cfg.ConfigurationAggregatorArgs{
		OrganizationAggregationSource: source, Tags: b.tags("aggregator"),
	}, b.Options(pulumi.DependsOn([]pulumi.Resource{rights}))...)
	if err != nil {
		return err
	}
	b.out.AggregatorARN = made.Arn
	return nil
}

// analyzers look at the organization as a whole: what its accounts share with each other is no finding.
func (b *detectionBuild) analyzers() error {
	settings := b.args.Config.AccessAnalyzer
	if settings == nil {
		return nil
	}
	arns := pulumi.StringMap{}
	analyzer := func(role, kind string, configuration accessanalyzer.AnalyzerConfigurationPtrInput) error {
		made, err := accessanalyzer.NewAnalyzer(b.ctx, b.Name("analyzer", role), &accessanalyzer.AnalyzerArgs{
			AnalyzerName: pulumi.String(b.args.Scope.Organization + "-" + role), Type: pulumi.String(kind),
			Configuration: configuration, Tags: b.tags("analyzer-" + role),
		}, b.Options()...)
		if err == nil {
			arns[role] = made.Arn
		}
		return err
	}
	if err := analyzer("external", "ORGANIZATION", nil); err != nil {
		return err
	}
	if settings.UnusedAfterDays > 0 {
		err := analyzer("unused", "ORGANIZATION_UNUSED_ACCESS", accessanalyzer.AnalyzerConfigurationArgs{
			UnusedAccess: accessanalyzer.AnalyzerConfigurationUnusedAccessArgs{UnusedAccessAge: pulumi.Int(settings.UnusedAfterDays)},
		})
		if err != nil {
			return err
		}
	}
	b.out.AnalyzerARNs = arns.ToStringMapOutput()
	return nil
}

func (b *detectionBuild) tags(role string) pulumi.StringMap {
	return pulumi.ToStringMap(b.args.Scope.Tags("detection", b.Name(role), nil))
}
