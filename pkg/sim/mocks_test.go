package sim

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// anyResource is a resource of whatever type, its outputs in one map.
type anyResource struct {
	pulumi.CustomResourceState
	Outputs pulumi.MapOutput `pulumi:""`
}

// out is one output.
func (r *anyResource) out(name string) pulumi.Output {
	return r.Outputs.ApplyT(func(outputs map[string]any) any { return outputs[name] })
}

func register(ctx *pulumi.Context, token, name string, inputs pulumi.Map, opts ...pulumi.ResourceOption) (*anyResource, error) {
	made := &anyResource{}
	return made, ctx.RegisterResource(token, name, inputs, made, opts...)
}

// runMocked runs a program under mocks, as project "platform", stack "dev".
func runMocked(mocks *Mocks, program pulumi.RunFunc) error {
	return pulumi.RunErr(program, pulumi.WithMocks("platform", "dev", mocks), func(info *pulumi.RunInfo) {
		info.DryRun = mocks.options.Preview
	})
}

const (
	vpcToken    = "aws:ec2/vpc:Vpc"
	subnetToken = "aws:ec2/subnet:Subnet"
	bucketToken = "aws:s3/bucketV2:BucketV2"
)

func twoSubnets(ctx *pulumi.Context) error {
	var group pulumi.ResourceState
	if err := ctx.RegisterComponentResource("test:index:Group", "group", &group); err != nil {
		return err
	}
	vpc, err := register(ctx, vpcToken, "main", pulumi.Map{
		"cidrBlock": pulumi.String("10.0.0.0/16"), "tags": pulumi.StringMap{"Name": pulumi.String("main")},
	}, pulumi.Parent(&group), pulumi.Protect(true))
	if err != nil {
		return err
	}
	for zone, block := range map[string]string{"a": "10.0.0.0/24", "b": "10.0.1.0/24"} {
		_, err := register(ctx, subnetToken, "main-"+zone, pulumi.Map{
			"vpcId": vpc.ID(), "cidrBlock": pulumi.String(block), "availabilityZone": pulumi.String("eu-west-1" + zone),
		}, pulumi.Parent(&group), pulumi.IgnoreChanges([]string{"tags"}))
		if err != nil {
			return err
		}
	}
	ctx.Export("vpc", vpc.out("arn"))
	return nil
}

func TestMocksRecordWhatAProgramRegisters(t *testing.T) {
	t.Parallel()
	mocks := NewMocks(MockOptions{})
	require.NoError(t, runMocked(mocks, twoSubnets))

	all := mocks.Registrations()
	require.Len(t, all, 4)
	group, a, b, vpc := all[3], all[0], all[1], all[2]
	require.Equal(t, resource.URN("urn:pulumi:dev::platform::test:index:Group::group"), group.URN)
	require.False(t, group.Custom)
	require.Equal(t, resource.URN("urn:pulumi:dev::platform::test:index:Group$aws:ec2/vpc:Vpc::main"), vpc.URN)
	require.Equal(t, group.URN, vpc.Parent)
	require.True(t, vpc.Protect)
	require.True(t, vpc.Custom)
	require.Equal(t, "vpc-0"+digest(16, "111111111111", "eu-west-1", vpcToken, string(vpc.URN), "0"), vpc.ID)
	require.Equal(t, "arn:"+"aws:ec2:eu-west-1:111111111111:vpc/"+vpc.ID, text(vpc.Outputs, "arn"))
	require.True(t, flag(vpc.Outputs, "enableDnsSupport"), "the cloud's default")
	require.Equal(t, "main-a", a.Name)
	require.Equal(t, []resource.URN{vpc.URN}, b.DependsOn)
	require.Equal(t, map[string][]resource.URN{"vpcId": {vpc.URN}}, b.PropertyDependencies)
	require.Equal(t, []string{"tags"}, a.IgnoreChanges)
	require.Equal(t, vpc.ID, text(a.Inputs, "vpcId"))
	require.Equal(t, "euw1-az2", text(b.Outputs, "availabilityZoneId"))
}

func TestMocksPreviewKnowsNoIDs(t *testing.T) {
	t.Parallel()
	mocks := NewMocks(MockOptions{Preview: true})
	require.NoError(t, runMocked(mocks, twoSubnets))

	all := mocks.Registrations()
	require.Len(t, all, 4)
	require.Empty(t, all[2].ID)
	require.True(t, isUnknown(all[2].Outputs["arn"]))
	require.True(t, flag(all[2].Outputs, "enableDnsSupport"))
	require.True(t, isUnknown(all[0].Inputs["vpcId"]), "the SDK drops unknown inputs; the registration keeps them")
}

func TestMocksRefuseWhatTheCloudRefuses(t *testing.T) {
	t.Parallel()
	mocks := NewMocks(MockOptions{})
	err := runMocked(mocks, func(ctx *pulumi.Context) error {
		vpc, err := register(ctx, vpcToken, "main", pulumi.Map{"cidrBlock": pulumi.String("10.0.0.0/16")})
		if err != nil {
			return err
		}
		_, err = register(ctx, subnetToken, "out", pulumi.Map{"vpcId": vpc.ID(), "cidrBlock": pulumi.String("10.1.0.0/24")})
		return err
	})
	require.ErrorContains(t, err, `aws:ec2/subnet:Subnet "out": operation error EC2: CreateSubnet, `+
		`https response error StatusCode: 400, api error InvalidSubnet.Range: The CIDR '10.1.0.0/24' is invalid.`)
}

func TestMocksKeepSecretsApart(t *testing.T) {
	t.Parallel()
	mocks := NewMocks(MockOptions{})
	require.NoError(t, runMocked(mocks, func(ctx *pulumi.Context) error {
		_, err := register(ctx, vpcToken, "main", pulumi.Map{"cidrBlock": pulumi.ToSecret(pulumi.String("10.0.0.0/16"))})
		return err
	}))
	vpc := mocks.Registrations()[0]
	require.Equal(t, []string{"cidrBlock"}, vpc.Secrets)
	require.Equal(t, "10.0.0.0/16", text(vpc.Inputs, "cidrBlock"))
}

func TestMocksProviders(t *testing.T) {
	t.Parallel()
	mocks := NewMocks(MockOptions{Account: "111111111111"})
	require.NoError(t, runMocked(mocks, func(ctx *pulumi.Context) error {
		provider := &pulumi.ProviderResourceState{}
		err := ctx.RegisterResource("pulumi:providers:aws", "other", pulumi.Map{
			"region":      pulumi.String("us-east-1"),
			"assumeRole":  pulumi.ToOutput(`{"roleArn":"arn:` + `aws:iam::222222222222:role/deploy"}`),
			"defaultTags": pulumi.ToOutput(`{"tags":{"Owner":"net"}}`),
		}, provider)
		if err != nil {
			return err
		}
		_, err = register(ctx, vpcToken, "main", pulumi.Map{"cidrBlock": pulumi.String("10.0.0.0/16")}, pulumi.Provider(provider))
		return err
	}))
	vpc := mocks.Registrations()[0]
	require.Equal(t, resource.URN("urn:pulumi:dev::platform::pulumi:providers:aws::other"), vpc.Provider)
	require.Equal(t, "arn:"+"aws:ec2:us-east-1:222222222222:vpc/"+vpc.ID, text(vpc.Outputs, "arn"))
	require.Equal(t, "net", text(vpc.Outputs["tagsAll"].ObjectValue(), "Owner"))
}

func TestMocksStackReference(t *testing.T) {
	t.Parallel()
	const name = "organization/aws-platform/shared"
	program := func(got *string) pulumi.RunFunc {
		return func(ctx *pulumi.Context) error {
			shared, err := pulumi.NewStackReference(ctx, name, nil)
			if err != nil {
				return err
			}
			details, err := shared.GetOutputDetails("zone")
			if err != nil {
				return err
			}
			*got, _ = details.Value.(string)
			return nil
		}
	}
	var zone string
	mocks := NewMocks(MockOptions{Stacks: map[string]resource.PropertyMap{name: {"zone": resource.NewProperty("Z1")}}})
	require.NoError(t, runMocked(mocks, program(&zone)))
	require.Equal(t, "Z1", zone)

	err := runMocked(NewMocks(MockOptions{}), program(&zone))
	require.ErrorContains(t, err,
		`stack reference "organization/aws-platform/shared" has no outputs; give them in MockOptions.Stacks, which has []`)
}

func TestMocksRecordOptions(t *testing.T) {
	t.Parallel()
	mocks := NewMocks(MockOptions{})
	require.NoError(t, runMocked(mocks, func(ctx *pulumi.Context) error {
		_, err := register(ctx, vpcToken, "main", pulumi.Map{"cidrBlock": pulumi.String("10.0.0.0/16")},
			pulumi.RetainOnDelete(true), pulumi.DeleteBeforeReplace(true), pulumi.Aliases([]pulumi.Alias{
				{URN: pulumi.URN("urn:pulumi:dev::platform::aws:ec2/vpc:Vpc::old")}, {Name: pulumi.String("older")},
			}))
		return err
	}))
	vpc := mocks.Registrations()[0]
	require.True(t, vpc.RetainOnDelete)
	require.True(t, vpc.DeleteBeforeReplace)
	require.False(t, vpc.Protect)
	require.Equal(t, []string{"urn:pulumi:dev::platform::aws:ec2/vpc:Vpc::old", "older"}, vpc.Aliases)
}

func TestMocksReadWhatExists(t *testing.T) {
	t.Parallel()
	read := func(id string) error {
		return runMocked(NewMocks(MockOptions{}), func(ctx *pulumi.Context) error {
			made, err := register(ctx, bucketToken, "logs", pulumi.Map{"bucket": pulumi.String("logs")})
			if err != nil {
				return err
			}
			found := &anyResource{}
			given := made.ID().ApplyT(func(pulumi.ID) pulumi.ID { return pulumi.ID(id) }).(pulumi.IDOutput)
			return ctx.ReadResource(bucketToken, "found", given, pulumi.Map{}, found)
		})
	}
	require.NoError(t, read("logs"))
	require.ErrorContains(t, read("none"), `aws:s3/bucketV2:BucketV2 "found": resource "none" does not exist`)
}

func TestMocksReportEveryFault(t *testing.T) {
	t.Parallel()
	err := runMocked(NewMocks(MockOptions{}), func(ctx *pulumi.Context) error {
		_, err := register(ctx, subnetToken, "a", pulumi.Map{"zone": pulumi.String("a")})
		return err
	})
	require.ErrorContains(t, err, `aws:ec2/subnet:Subnet "a": vpcId: missing required property "vpcId"`+"\n"+
		`aws:ec2/subnet:Subnet "a": zone: unknown property "zone"`)
}
