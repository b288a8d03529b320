package security

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/sim"
)

// registered is what a program registered, by logical name.
type registered map[string]sim.Registration

// run runs a program in the dev account under mocks.
func run(t *testing.T, preview bool, program pulumi.RunFunc) registered {
	t.Helper()
	made, err := try(t, devID, preview, program)
	require.NoError(t, err)
	return made
}

func try(t *testing.T, account string, preview bool, program pulumi.RunFunc) (registered, error) {
	t.Helper()
	mocks := sim.NewMocks(sim.MockOptions{Account: account, Region: "eu-west-1", Preview: preview})
	err := pulumi.RunErr(program, pulumi.WithMocks("aws-platform", "management", mocks), func(info *pulumi.RunInfo) {
		info.DryRun = preview
	})
	made := registered{}
	for _, registration := range mocks.Registrations() {
		require.NotContains(t, made, registration.Name, "every logical name is used once")
		made[registration.Name] = registration
	}
	return made, err
}

// input is one text input of a resource.
func (r registered) input(t *testing.T, name string, key resource.PropertyKey) string {
	t.Helper()
	require.Contains(t, r, name)
	require.True(t, r[name].Inputs[key].IsString(), "%s.%s is %v", name, key, r[name].Inputs[key])
	return r[name].Inputs[key].StringValue()
}

// names are the logical names of custom resources, sorted.
func (r registered) names() []string {
	var names []string
	for name, registration := range r {
		if registration.Custom && !strings.HasPrefix(registration.Type, "pulumi:providers:") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func accessArgs() AccountAccessArgs {
	return AccountAccessArgs{
		Scope: testScope("dev", devID), Stack: "dev", OrganizationID: pulumi.String(organization),
		ManagementID: managementID, SharedID: pulumi.String(sharedID),
		Config: config.Access{
			Operators: []string{operators}, Readers: []string{auditors},
			BreakGlass: &config.BreakGlass{Users: []string{"break-glass/first"}, Notify: []string{"security@acme.example"}},
		},
		Protect: true,
	}
}

func access(t *testing.T, preview bool, args AccountAccessArgs) registered {
	t.Helper()
	account := args.Scope.AccountID
	if account == "" {
		account = devID
	}
	made, err := try(t, account, preview, func(ctx *pulumi.Context) error {
		_, err := NewAccountAccess(ctx, "access", args)
		return err
	})
	require.NoError(t, err)
	return made
}

// chaptersOf are the policies of a role with their attachments, as logical names.
func chaptersOf(role string, chapters []chapter) []string {
	var names []string
	for _, c := range chapters {
		names = append(names, "access-"+role+"-"+c.name, "access-"+role+"-"+c.name+"-attachment")
	}
	return names
}

func TestAccountAccessMakesExactlyThis(t *testing.T) {
	t.Parallel()
	alarm := []string{"key", "mail-security@acme.example", "rule", "target", "topic", "topic-policy"}
	readonly := append(chaptersOf(Readonly, devFacts().readonlyChapters()), "access-readonly")
	deploy := append(chaptersOf(Deploy, devFacts().deployChapters()), "access-deploy", "access-boundary")
	glass := []string{"access-break-glass", "access-break-glass-administrator"}
	for _, part := range alarm {
		glass = append(glass, "access-alarm-eu-west-1-"+part)
	}
	for name, test := range map[string]struct {
		change func(*AccountAccessArgs)
		want   []string
	}{
		"a member account": {func(*AccountAccessArgs) {}, slices.Concat(readonly, deploy, glass)},
		"without break-glass": {
			func(a *AccountAccessArgs) { a.Config.BreakGlass = nil }, slices.Concat(readonly, deploy),
		},
		"the management account": {
			func(a *AccountAccessArgs) { a.Scope, a.Stack = testScope("management", managementID), "management" },
			slices.Concat(readonly, glass),
		},
	} {
		for _, preview := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				args := accessArgs()
				test.change(&args)
				assert.ElementsMatch(t, test.want, access(t, preview, args).names())
			})
		}
	}
}

func TestAccountAccessResources(t *testing.T) {
	t.Parallel()
	made, f := access(t, false, accessArgs()), devFacts()
	assert.Equal(t, text(t, f.boundaryStatements()), made.input(t, "access-boundary", "policy"))
	assert.Equal(t, "acme-boundary", made.input(t, "access-boundary", "name"))
	assert.Equal(t, text(t, f.deployTrust()), made.input(t, "access-deploy", "assumeRolePolicy"))
	assert.Equal(t, text(t, f.readonlyTrust()), made.input(t, "access-readonly", "assumeRolePolicy"))
	assert.Equal(t, text(t, f.breakGlassTrust()), made.input(t, "access-break-glass", "assumeRolePolicy"))
	assert.Equal(t, "arn:aws:iam::aws:policy/AdministratorAccess", made.input(t, "access-break-glass-administrator", "policyArn"))
	for _, c := range f.deployChapters() {
		assert.Equal(t, text(t, c.statements), made.input(t, "access-deploy-"+c.name, "policy"))
		assert.Equal(t, made["access-deploy-"+c.name].Outputs["arn"].StringValue(),
			made.input(t, "access-deploy-"+c.name+"-attachment", "policyArn"))
	}
	for _, purpose := range []string{Deploy, Readonly, BreakGlass} {
		role := made["access-"+purpose]
		assert.Equal(t, "acme-"+purpose, role.Inputs["name"].StringValue())
		assert.InDelta(t, 3600, role.Inputs["maxSessionDuration"].NumberValue(), 0)
		assert.True(t, role.Protect, purpose)
		assert.Equal(t, "access", role.Inputs["tags"].ObjectValue()["Component"].StringValue())
	}
	assert.True(t, made["access-boundary"].Protect)
}

// Where the account is made in the same run nothing about it is known beforehand; the policies wait and how many there
// are does not.
func TestAccountAccessOfAnAccountInTheMaking(t *testing.T) {
	t.Parallel()
	args := accessArgs()
	args.Scope.AccountID = ""
	args.AccountID = pulumi.String(devID).ToStringOutput()
	args.OrganizationID = pulumi.String(organization).ToStringOutput()
	assert.Equal(t, text(t, devFacts().deployTrust()), access(t, false, args).input(t, "access-deploy", "assumeRolePolicy"))
	assert.Equal(t, text(t, devFacts().identityRights()), access(t, false, args).input(t, "access-deploy-identity", "policy"))

	unknown, ok := pulumi.UnsafeUnknownOutput(nil).ApplyT(func(any) string { return "" }).(pulumi.StringOutput)
	require.True(t, ok)
	args.AccountID, args.OrganizationID, args.SharedID = unknown, unknown, unknown
	assert.ElementsMatch(t, access(t, true, accessArgs()).names(), access(t, true, args).names())
}

func TestAccountAccessOutputs(t *testing.T) {
	t.Parallel()
	got := map[string]any{}
	made := run(t, false, func(ctx *pulumi.Context) error {
		global, err := aws.NewProvider(ctx, "global", &aws.ProviderArgs{Region: pulumi.String("us-east-1")})
		if err != nil {
			return err
		}
		args := accessArgs()
		args.Global = global
		access, err := NewAccountAccess(ctx, "access", args)
		if err != nil {
			return err
		}
		outputs, err := component.Outputs(access)
		if err != nil {
			return err
		}
		outputs.ToMapOutput().ApplyT(func(values map[string]any) error {
			maps.Copy(got, values)
			return nil
		})
		return nil
	})
	assert.Equal(t, map[string]any{
		"deployRoleArn": "arn:aws:iam::210000000003:role/acme-deploy", "readonlyRoleArn": "arn:aws:iam::210000000003:role/acme-readonly",
		"breakGlassRoleArn": "arn:aws:iam::210000000003:role/acme-break-glass", "boundaryArn": "arn:aws:iam::210000000003:policy/acme-boundary",
		"alarmTopicArns": map[string]string{
			"eu-west-1": made["access-alarm-eu-west-1-topic"].Outputs["arn"].StringValue(),
			"us-east-1": made["access-alarm-us-east-1-topic"].Outputs["arn"].StringValue(),
		},
	}, got)
	assert.Contains(t, made["access-alarm-us-east-1-topic"].Outputs["arn"].StringValue(), ":us-east-1:")
	assert.Contains(t, made["access-alarm-eu-west-1-topic"].Outputs["arn"].StringValue(), ":eu-west-1:")
}

func TestAccountAccessRefusesBeforeAnythingIsMade(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*AccountAccessArgs)
		want   string
	}{
		"no organization": {func(a *AccountAccessArgs) { a.OrganizationID = nil }, "has no organization"},
		"a trust too long": {
			func(a *AccountAccessArgs) {
				for i := range 20 {
					a.Config.Operators = append(a.Config.Operators, strings.Repeat("x", 62)+strconv.Itoa(10+i))
				}
			}, "trust of deploy: policy: 2630 characters, AWS takes 2048: split it",
		},
		"a policy too long": {
			func(a *AccountAccessArgs) {
				for i := range 60 {
					a.Issuers = append(a.Issuers, strings.Repeat("x", 62)+strconv.Itoa(10+i))
				}
			}, "policy identity: policy:",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			made, err := try(t, devID, false, func(ctx *pulumi.Context) error {
				args := accessArgs()
				test.change(&args)
				_, err := NewAccountAccess(ctx, "access", args)
				return err
			})
			require.ErrorContains(t, err, test.want)
			assert.Empty(t, made)
		})
	}
}

func TestBreakGlassAlarm(t *testing.T) {
	t.Parallel()
	made := access(t, false, accessArgs())
	const alarm = "access-alarm-eu-west-1-"
	assert.JSONEq(t, `{"source":["aws.sts"],"detail-type":["AWS API Call via CloudTrail"],"detail":{"eventName":["AssumeRole"],
		"requestParameters":{"roleArn":["arn:aws:iam::210000000003:role/acme-break-glass"]}}}`, made.input(t, alarm+"rule", "eventPattern"))
	assert.Equal(t, "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", made.input(t, alarm+"rule", "state"))
	assert.Equal(t, made[alarm+"key"].Outputs["arn"], made[alarm+"topic"].Inputs["kmsMasterKeyId"])
	assert.Equal(t, made[alarm+"topic"].Outputs["arn"], made[alarm+"target"].Inputs["arn"])
	assert.Contains(t, made.input(t, alarm+"topic-policy", "policy"), made[alarm+"rule"].Outputs["arn"].StringValue())
	assert.Equal(t, "security@acme.example", made.input(t, alarm+"mail-security@acme.example", "endpoint"))
}
