package security

import (
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/account"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ebs"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
)

// volumeKeyDays is the longest deletion window KMS has: a volume whose key is gone is gone.
const volumeKeyDays = 30

// AccountBaselineArgs say what holds for an account.
type AccountBaselineArgs struct {
	// Scope is the account's and region's.
	Scope  naming.Scope
	Config config.Baseline
	// Protect makes the engine refuse to delete the key of the volumes.
	Protect bool
}

// AccountBaseline is what holds for an account and its region as a whole, whatever runs in it: nothing in S3 is public,
// new volumes are encrypted, snapshots are not shared with everybody, instances ask for credentials by session (IMDSv2),
// passwords are strong, and AWS knows whom to write to. All of these exist once; making them again overwrites.
type AccountBaseline struct {
	pulumi.ResourceState

	// VolumeKeyARN is the key that encrypts new volumes; "" for AWS's own.
	VolumeKeyARN pulumi.StringOutput `pulumi:"volumeKeyArn"`
}

// baselineBuild is a baseline in the making.
type baselineBuild struct {
	*component.Children
	ctx  *pulumi.Context
	args AccountBaselineArgs
	out  *AccountBaseline
}

// NewAccountBaseline sets an account's baseline.
func NewAccountBaseline(
	ctx *pulumi.Context, name string, args AccountBaselineArgs, opts ...pulumi.ResourceOption,
) (*AccountBaseline, error) {
	b := &baselineBuild{ctx: ctx, args: args, out: &AccountBaseline{VolumeKeyARN: pulumi.String("").ToStringOutput()}}
	err := component.Register(ctx, "aws-platform:security:AccountBaseline", name, b.out, nil, func(c *component.Children) error {
		b.Children = c
		for _, step := range []func() error{b.storage, b.volumes, b.snapshots, b.instances, b.networks, b.passwords, b.contacts} {
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

// kept are the options of a setting that stays when the stack goes: an account without it is open, and the organization's
// policies let nobody open it.
func (b *baselineBuild) kept() []pulumi.ResourceOption { return b.Options(pulumi.RetainOnDelete(true)) }

// storage keeps every bucket of the account private, whatever its own settings say.
func (b *baselineBuild) storage() error {
	_, err := s3.NewAccountPublicAccessBlock(b.ctx, b.Name("s3-public-access"), &s3.AccountPublicAccessBlockArgs{
		BlockPublicAcls: pulumi.Bool(true), BlockPublicPolicy: pulumi.Bool(true),
		IgnorePublicAcls: pulumi.Bool(true), RestrictPublicBuckets: pulumi.Bool(true),
	}, b.kept()...)
	return err
}

// volumes encrypts new volumes. A key of the account can be shared with other accounts and taken away; AWS's own cannot.
func (b *baselineBuild) volumes() error {
	_, err := ebs.NewEncryptionByDefault(b.ctx, b.Name("ebs-encryption"), &ebs.EncryptionByDefaultArgs{
		Enabled: pulumi.Bool(true),
	}, b.kept()...)
	if err != nil || b.args.Config.EBSKey != "own" {
		return err
	}
	document, err := iampolicy.Document(b.volumeKeyPolicy()...)
	if err != nil {
		return err
	}
	key, err := kms.NewKey(b.ctx, b.Name("ebs-key"), &kms.KeyArgs{
		Description: pulumi.String("Encrypts the volumes of " + b.args.Scope.Environment), EnableKeyRotation: pulumi.Bool(true),
		DeletionWindowInDays: pulumi.Int(volumeKeyDays), Policy: iampolicy.KeyPolicy.Within(document),
		Tags: pulumi.ToStringMap(b.args.Scope.Tags("baseline", b.Name("ebs-key"), nil)),
	}, b.Options(pulumi.Protect(b.args.Protect))...)
	if err != nil {
		return err
	}
	b.out.VolumeKeyARN = key.Arn
	_, err = ebs.NewDefaultKmsKey(b.ctx, b.Name("ebs-default-key"), &ebs.DefaultKmsKeyArgs{KeyArn: key.Arn}, b.Options()...)
	return err
}

// volumeKeyPolicy lets the account's principals use the key through EC2 alone. Grants are how EC2 keeps a volume attached;
// those of Auto Scaling are made by its service-linked role, which is a principal of the account.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
func (b *baselineBuild) volumeKeyPolicy() []iampolicy.Statement {
	scope := b.args.Scope
	own := iampolicy.Principals{AWS: iampolicy.Strings(scope.GlobalARN("iam", scope.AccountID, "root"))}
	suffix := ".amazonaws.com"
	if scope.Partition == "aws-cn" {
		suffix += ".cn"
	}
	through := iampolicy.When("StringEquals", "kms:ViaService", "ec2."+scope.Region+suffix)
	return []iampolicy.Statement{
		{
			Sid: "Administer", Principals: own, Resources: iampolicy.Strings("*"), Actions: []string{
				"kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKey",
				"kms:DisableKeyRotation", "kms:EnableKey", "kms:EnableKeyRotation", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus",
				"kms:ListGrants", "kms:ListKeyPolicies", "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:RevokeGrant",
				"kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription",
			},
		},
		{
			Sid: "UseThroughEC2", Principals: own, Resources: iampolicy.Strings("*"),
			Actions: []string{
				"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo",
			},
			Conditions: []iampolicy.Condition{through},
		},
		{
			Sid: "AttachVolumes", Principals: own, Actions: []string{"kms:CreateGrant"}, Resources: iampolicy.Strings("*"),
			Conditions: []iampolicy.Condition{iampolicy.When("Bool", "kms:GrantIsForAWSResource", "true")},
		},
	}
}

func (b *baselineBuild) snapshots() error {
	states := map[string]string{"blocked": "block-all-sharing", "existing": "block-new-sharing"}
	_, err := ebs.NewSnapshotBlockPublicAccess(b.ctx, b.Name("snapshot-public-access"), &ebs.SnapshotBlockPublicAccessArgs{
		State: pulumi.String(states[b.args.Config.SnapshotSharing]),
	}, b.kept()...)
	return err
}

// instances asks for IMDSv2 where nobody says otherwise: a forged request then gets no credentials.
func (b *baselineBuild) instances() error {
	_, err := ec2.NewInstanceMetadataDefaults(b.ctx, b.Name("instance-metadata"), &ec2.InstanceMetadataDefaultsArgs{
		HttpTokens: pulumi.String("required"), HttpEndpoint: pulumi.String("enabled"),
		HttpPutResponseHopLimit: pulumi.Int(b.args.Config.MetadataHops),
	}, b.Options()...)
	return err
}

// networks keeps the internet out of every VPC. Blocking "ingress" leaves NAT and egress-only gateways their way out, so
// nothing is exempted; public subnets are then reached by nobody from outside.
func (b *baselineBuild) networks() error {
	modes := map[string]string{"ingress": "block-ingress", "bidirectional": "block-bidirectional"}
	mode, on := modes[b.args.Config.VPCBlockPublicAccess]
	if !on {
		return nil
	}
	_, err := ec2.NewVpcBlockPublicAccessOptions(b.ctx, b.Name("vpc-public-access"), &ec2.VpcBlockPublicAccessOptionsArgs{
		InternetGatewayBlockMode: pulumi.String(mode),
	}, b.Options()...)
	return err
}

func (b *baselineBuild) passwords() error {
	policy := b.args.Config.PasswordPolicy
	if policy == nil {
		return nil
	}
	args := &iam.AccountPasswordPolicyArgs{
		MinimumPasswordLength: pulumi.Int(policy.MinimumLength), PasswordReusePrevention: pulumi.Int(policy.Remembered),
		RequireLowercaseCharacters: pulumi.Bool(true), RequireUppercaseCharacters: pulumi.Bool(true),
		RequireNumbers: pulumi.Bool(true), RequireSymbols: pulumi.Bool(true), AllowUsersToChangePassword: pulumi.Bool(true),
	}
	if policy.MaxAgeDays > 0 {
		args.MaxPasswordAge = pulumi.Int(policy.MaxAgeDays)
	}
	_, err := iam.NewAccountPasswordPolicy(b.ctx, b.Name("password-policy"), args, b.Options()...)
	return err
}

// contacts are set in the account itself, which every account may.
func (b *baselineBuild) contacts() error {
	contacts := b.args.Config.Contacts
	for _, kind := range slices.Sorted(maps.Keys(contacts)) {
		who := contacts[kind]
		_, err := account.NewAlternativeContact(b.ctx, b.Name("contact", kind), &account.AlternativeContactArgs{
			AlternateContactType: pulumi.String(strings.ToUpper(kind)), Name: pulumi.String(who.Name), Title: pulumi.String(who.Title),
			EmailAddress: pulumi.String(who.Email), PhoneNumber: pulumi.String(who.Phone),
		}, b.Options()...)
		if err != nil {
			return err
		}
	}
	return nil
}
