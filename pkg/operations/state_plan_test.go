package operations

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
)

const (
	managementID = "210000000001"
	sharedID     = "210000000002"
	devID        = "210000000003"
)

func scope() naming.Scope {
	return naming.Scope{
		Project: "aws-platform", Organization: "acme", Environment: "management", Region: "eu-west-1",
		AccountID: managementID, Partition: "aws", Owner: "platform", CostCenter: "1000",
	}
}

// operators are roles of Identity Center's in the management account.
const operators = "aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Operator_*"

// stackIn is a stack of an account that its deploy role runs and its readonly role previews.
func stackIn(id string, reads ...string) StateStack {
	return StateStack{
		Reads: reads,
		Trusted: []StatePrincipals{
			{AccountID: pulumi.String(id), Roles: []string{"acme-deploy"}},
			{AccountID: pulumi.String(managementID), Roles: []string{operators}},
		},
		Readers: []StatePrincipals{{AccountID: pulumi.String(id), Roles: []string{"acme-readonly"}}},
	}
}

// backend is a small state backend: dev reads shared, nothing reads dev.
func backend() StateBackendArgs {
	return StateBackendArgs{
		Scope: scope(), Project: "aws-platform",
		Config: config.StateBackend{Bucket: "acme-state", NoncurrentDays: 90, AccessLogDays: 365},
		Stacks: map[string]StateStack{"shared": stackIn(sharedID), "dev": stackIn(devID, "shared")},
	}
}

func planned(t *testing.T) statePlan {
	t.Helper()
	plan, err := planState(backend())
	require.NoError(t, err)
	return plan
}

func TestPlanNamesEverythingBeforeAWSIsAsked(t *testing.T) {
	t.Parallel()
	plan := planned(t)
	want := statePlan{
		scope: scope(), project: "aws-platform", bucket: "acme-state", logBucket: "acme-state-logs",
		stacks: []stackPlan{
			{
				name: "dev", reads: []string{"shared"},
				trusted: stackIn(devID).Trusted, readers: stackIn(devID).Readers,
				writeRole: "acme-management-state-write-dev", readRole: "acme-management-state-read-dev",
			},
			{
				name:    "shared",
				trusted: stackIn(sharedID).Trusted, readers: stackIn(sharedID).Readers,
				writeRole: "acme-management-state-write-shared", readRole: "acme-management-state-read-shared",
			},
		},
	}
	if diff := cmp.Diff(want, plan, cmp.AllowUnexported(statePlan{}, stackPlan{})); diff != "" {
		t.Error(diff)
	}
	dev, shared := plan.stacks[0], plan.stacks[1]
	assert.Equal(t, dev.readers, plan.readersOf(dev))
	assert.Equal(t, slices.Concat(shared.readers, dev.trusted, dev.readers), plan.readersOf(shared))
}

func TestPlanListsEachReadOnceAndSorted(t *testing.T) {
	t.Parallel()
	args := backend()
	args.Stacks["prod"] = stackIn(devID, "shared", "dev", "shared")
	plan, err := planState(args)
	require.NoError(t, err)
	assert.Equal(t, []string{"dev", "shared"}, plan.stacks[1].reads)
}

func TestPlanRefuses(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(*StateBackendArgs)
		want   string
	}{
		"a project that is a wildcard": {
			func(a *StateBackendArgs) { a.Project = "*" }, `project "*": use letters, digits, '_', '.' and '-'`,
		},
		"a bucket whose log bucket is too long": {
			func(a *StateBackendArgs) { a.Config.Bucket = strings.Repeat("b", 59) },
			`stateBackend.bucket "` + strings.Repeat("b", 59) + `": use at most 58 characters, so that the log bucket "` +
				strings.Repeat("b", 59) + `-logs" has no more than 63`,
		},
		"a stack that is a wildcard": {
			func(a *StateBackendArgs) { a.Stacks["d?v"] = stackIn(devID) },
			"state backend: stack d?v: use letters, digits, '_', '.' and '-' in a stack name",
		},
		"a stack inside another's grant": {
			func(a *StateBackendArgs) { a.Stacks["dev.json-old"] = stackIn(devID) },
			`state backend: stack dev.json-old: a stack name must not contain ".json", it would be covered by another stack's grant`,
		},
		"reading a stack that is not kept here, and itself": {
			func(a *StateBackendArgs) { a.Stacks["dev"] = stackIn(devID, "hub", "dev") },
			`state backend: stack dev: reads stack "hub", whose state is not kept here; add it or remove it here` + "\n" +
				`state backend: stack dev: always reads its own state; remove "dev" from what it reads`,
		},
		"nobody trusted": {
			func(a *StateBackendArgs) { a.Stacks["dev"] = StateStack{} },
			"state backend: stack dev: trusts nobody; give Trusted the roles that run the stack",
		},
		"every role of an account": {
			func(a *StateBackendArgs) {
				a.Stacks["dev"] = StateStack{Readers: []StatePrincipals{{pulumi.String(devID), []string{"*"}}}}
			},
			"state backend: stack dev: trusts every role of an account; name the roles",
		},
		"principals of no account": {
			func(a *StateBackendArgs) {
				a.Stacks["dev"] = StateStack{Trusted: []StatePrincipals{{nil, []string{"x"}}}}
			},
			"state backend: stack dev: trusts principals without an account or without roles; give both",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := backend()
			c.change(&args)
			_, err := planState(args)
			require.EqualError(t, err, c.want)
		})
	}
}

func TestPlanAcceptsTheLongestBucketName(t *testing.T) {
	t.Parallel()
	args := backend()
	args.Config.Bucket = strings.Repeat("b", 58)
	plan, err := planState(args)
	require.NoError(t, err)
	assert.Len(t, plan.logBucket, 63)
}

func TestRoleNamesNeverMeet(t *testing.T) {
	t.Parallel()
	args := backend()
	long := strings.Repeat("s", 90)
	for _, name := range []string{"read-dev", "write-dev", long + "1", long + "2"} {
		args.Stacks[name] = stackIn(devID)
	}
	plan, err := planState(args)
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, s := range plan.stacks {
		for _, role := range []string{s.writeRole, s.readRole} {
			assert.False(t, seen[role], "%s is used twice", role)
			assert.LessOrEqual(t, len(role), maxRoleName)
			seen[role] = true
		}
	}
}

func TestURLs(t *testing.T) {
	t.Parallel()
	plan := planned(t)
	assert.Equal(t, "s3://acme-state?region=eu-west-1", plan.backendURL(""))
	assert.Equal(t, "s3://acme-state?region=eu-west-1&role=arn%3Aaws%3Aiam%3A%3A210000000001%3Arole%2Facme",
		plan.backendURL(plan.scope.GlobalARN("iam", managementID, "role/acme")))
	assert.Equal(t, "awskms:///arn:aws:kms:eu-west-1:210000000001:key/k?context_project=aws-platform&context_stack=dev&region=eu-west-1",
		plan.secretsProvider(plan.scope.ARN("kms", "key/k"), "dev"))
}

func TestServiceNameFollowsThePartition(t *testing.T) {
	t.Parallel()
	plan := planned(t)
	assert.Equal(t, "s3.eu-west-1.amazonaws.com", s3Service(plan.scope))
	plan.scope.Partition, plan.scope.Region = "aws-cn", "cn-north-1"
	assert.Equal(t, "s3.cn-north-1.amazonaws.com.cn", s3Service(plan.scope))
	assert.Equal(t, "arn:aws-cn:s3:::acme-state/.pulumi/locks/organization/aws-platform/dev/*", plan.under("locks", "dev"))
}
