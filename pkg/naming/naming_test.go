package naming_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/naming"
)

// scope is a small scope, so that the lengths below can be counted by eye.
func scope() naming.Scope {
	return naming.Scope{
		Project: "aws-platform", Organization: "acme", Environment: "dev", Region: "eu-west-1", AccountID: "123456789012",
		Partition: "aws", Owner: "team-a", CostCenter: "7",
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		limit int
		parts []string
		want  string
	}{
		"fits":                        {20, []string{"state"}, "acme-dev-state"},
		"no parts":                    {20, nil, "acme-dev"},
		"several parts":               {30, []string{"vpc", "flow", "logs"}, "acme-dev-vpc-flow-logs"},
		"exactly the limit":           {14, []string{"state"}, "acme-dev-state"},
		"one over":                    {13, []string{"state"}, "acme-80ea4e2d"},
		"a cut behind a hyphen":       {14, []string{"states"}, "acme-a8968cbc"},
		"room for one letter":         {10, []string{"state"}, "a-80ea4e2d"},
		"room for the hash alone":     {8, []string{"state"}, "80ea4e2d"},
		"room for hash and separator": {9, []string{"state"}, "80ea4e2d"},
		"less room than the hash":     {3, []string{"state"}, "80e"},
		"no room":                     {0, []string{"state"}, ""},
		"nonsense":                    {-1, []string{"state"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, scope().Name(test.limit, test.parts...))
		})
	}
}

// Whatever is cut stays within the limit, ends in no hyphen and differs from what is cut at the same place.
func TestCutKeepsNamesApart(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for limit := 12; limit <= 64; limit++ {
		for _, end := range []string{"a", "b", "-a", "--"} {
			long := strings.Repeat("name-", 20) + end
			cut := naming.Cut(long, limit)
			require.LessOrEqual(t, len(cut), limit)
			require.NotContains(t, cut, "--")
			require.False(t, strings.HasSuffix(cut, "-"))
			require.Equal(t, cut, naming.Cut(long, limit))
			if other, ok := seen[cut]; ok {
				require.Equal(t, long, other)
			}
			seen[cut] = long
		}
	}
	require.NotEqual(t, naming.Cut(strings.Repeat("x", 70)+"a", 63), naming.Cut(strings.Repeat("x", 70)+"b", 63))
}

func TestTags(t *testing.T) {
	t.Parallel()
	s := scope()
	s.Extra = map[string]string{"Owner": "nobody", "Name": "nothing", "Team": "stack", "Tier": "stack"}
	extra := map[string]string{"Tier": "caller", "Component": "nothing", "ManagedBy": "hand", "kubernetes.io/role/elb": "1"}
	require.Equal(t, map[string]string{
		// the resource's own
		"Name": "main-public-a", "Component": "network:Vpc",
		// the scope's
		"Environment": "dev", "Project": "aws-platform", "Owner": "team-a", "CostCenter": "7", "ManagedBy": "pulumi",
		// the caller's, above the stack file's
		"Tier": "caller", "kubernetes.io/role/elb": "1",
		// the stack file's
		"Team": "stack",
	}, s.Tags("network:Vpc", "main-public-a", extra))
	require.Equal(t, map[string]string{"Owner": "nobody", "Name": "nothing", "Team": "stack", "Tier": "stack"}, s.Extra)
	require.Len(t, extra, 4)
}

// The stack file's tags are checked against these names; nobody may add one without the other.
func TestBaseTags(t *testing.T) {
	t.Parallel()
	require.Equal(t, map[string]string{
		"Environment": "dev", "Project": "aws-platform", "Owner": "team-a", "CostCenter": "7", "ManagedBy": "pulumi",
	}, scope().BaseTags())
}

func TestRolePath(t *testing.T) {
	t.Parallel()
	require.Equal(t, "/acme/", scope().RolePath())
}

func TestARN(t *testing.T) {
	t.Parallel()
	china := scope()
	china.Partition, china.Region = "aws-cn", "cn-north-1"
	require.Equal(t, "arn:aws-cn:logs:cn-north-1:123456789012:log-group:/x", china.ARN("logs", "log-group:/x"))
	require.Equal(t, "arn:aws-cn:iam::210000000001:role/state", china.GlobalARN("iam", "210000000001", "role/state"))
	require.Equal(t, "arn:aws-cn:s3:::bucket", china.GlobalARN("s3", "", "bucket"))
}
