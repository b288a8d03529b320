package operations

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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

// backend is a small state backend: dev reads shared, nothing reads dev.
func backend() config.StateBackend {
	return config.StateBackend{
		Bucket: "acme-state", NoncurrentDays: 90, AccessLogDays: 365,
		Stacks: map[string]config.StateAccess{
			"shared": {AccountID: sharedID},
			"dev":    {AccountID: devID, Reads: []string{"shared"}},
		},
	}
}

func planned(t *testing.T) statePlan {
	t.Helper()
	plan, err := planState(scope(), "aws-platform", backend())
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
				name: "dev", accountID: devID, reads: []string{"shared"},
				writeRole: "acme-management-state-write-dev", readRole: "acme-management-state-read-dev",
			},
			{
				name: "shared", accountID: sharedID,
				writeRole: "acme-management-state-write-shared", readRole: "acme-management-state-read-shared",
			},
		},
	}
	if diff := cmp.Diff(want, plan, cmp.AllowUnexported(statePlan{}, stackPlan{})); diff != "" {
		t.Error(diff)
	}
	assert.Equal(t, []string{devID}, plan.readerAccounts("shared"))
	assert.Empty(t, plan.readerAccounts("dev"))
}

func TestPlanListsEachReadOnceAndSorted(t *testing.T) {
	t.Parallel()
	cfg := backend()
	cfg.Stacks["prod"] = config.StateAccess{AccountID: devID, Reads: []string{"shared", "dev", "shared"}}
	plan, err := planState(scope(), "aws-platform", cfg)
	require.NoError(t, err)
	assert.Equal(t, []string{"dev", "shared"}, plan.stacks[1].reads)
	assert.Equal(t, []string{devID}, plan.readerAccounts("shared"), "two stacks of one account are one account")
}

func TestPlanRefuses(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		project string
		change  func(*config.StateBackend)
		want    string
	}{
		"a project that is a wildcard": {
			"*", func(*config.StateBackend) {},
			`project "*": use letters, digits, '_', '.' and '-'`,
		},
		"a bucket whose log bucket is too long": {
			"p", func(c *config.StateBackend) { c.Bucket = strings.Repeat("b", 59) },
			`stateBackend.bucket "` + strings.Repeat("b", 59) + `": use at most 58 characters, so that the log bucket "` +
				strings.Repeat("b", 59) + `-logs" has no more than 63`,
		},
		"a stack that is a wildcard": {
			"p", func(c *config.StateBackend) { c.Stacks["d?v"] = config.StateAccess{AccountID: devID} },
			"stateBackend.stacks.d?v: use letters, digits, '_', '.' and '-' in a stack name",
		},
		"a stack inside another's grant": {
			"p", func(c *config.StateBackend) { c.Stacks["dev.json-old"] = config.StateAccess{AccountID: devID} },
			`stateBackend.stacks.dev.json-old: a stack name must not contain ".json", it would be covered by another stack's grant`,
		},
		"reading a stack that is not kept here, and itself": {
			"p", func(c *config.StateBackend) {
				c.Stacks["dev"] = config.StateAccess{AccountID: devID, Reads: []string{"hub", "dev"}}
			},
			`stateBackend.stacks.dev.reads: stack "hub" is not in stateBackend.stacks; add it or remove it here` + "\n" +
				`stateBackend.stacks.dev.reads: a stack always reads its own state; remove "dev"`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := backend()
			c.change(&cfg)
			_, err := planState(scope(), c.project, cfg)
			require.EqualError(t, err, c.want)
		})
	}
}

func TestPlanAcceptsTheLongestBucketName(t *testing.T) {
	t.Parallel()
	cfg := backend()
	cfg.Bucket = strings.Repeat("b", 58)
	plan, err := planState(scope(), "p", cfg)
	require.NoError(t, err)
	assert.Len(t, plan.logBucket, 63)
}

func TestRoleNamesNeverMeet(t *testing.T) {
	t.Parallel()
	cfg := backend()
	long := strings.Repeat("s", 90)
	for _, name := range []string{"read-dev", "write-dev", long + "1", long + "2"} {
		cfg.Stacks[name] = config.StateAccess{AccountID: devID}
	}
	plan, err := planState(scope(), "p", cfg)
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
