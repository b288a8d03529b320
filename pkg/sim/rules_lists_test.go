package sim

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// listAct is a prefix list with room for so many blocks.
func listAct(name string, most int, blocks ...string) act {
	entries := make([]any, len(blocks))
	for i, block := range blocks {
		entries[i] = props{"cidr": block, "description": "x"}
	}
	return act{token: typePrefixList, name: name, inputs: props{
		"name": name, "addressFamily": "IPv4", "maxEntries": most, "entries": entries,
	}}
}

func fromList(name, group, list string) act {
	return act{token: typeIngressRule, name: name, inputs: props{
		"securityGroupId": "$" + group, "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "prefixListId": list,
	}}
}

func TestPrefixListRules(t *testing.T) {
	t.Parallel()
	const full = "The maximum number of rules per security group has been reached."
	refusals(t, map[string]ruleCase{
		"more blocks than it may have": {
			create: listAct("l", 1, "10.0.0.0/8", "192.168.0.0/16"),
			code:   "PrefixListMaxEntriesExceeded", message: "You've reached the maximum number of entries for the prefix list: 1",
			passes: props{"maxEntries": 2},
		},
		"a block twice": {
			create: listAct("l", 5, "10.0.0.0/8", "10.0.0.0/8"),
			code:   "InvalidParameterValue", message: "The CIDR 10.0.0.0/8 is specified more than once",
			passes: props{"entries": []any{props{"cidr": "10.0.0.0/8"}}},
		},
		"a block with host bits": {
			create: listAct("l", 5, "10.0.0.1/8"), code: "InvalidParameterValue", message: "The CIDR 10.0.0.1/8 is not a valid IPv4 block",
			passes: props{"entries": []any{props{"cidr": "10.0.0.0/8"}}},
		},
		"a block of the other family": {
			create: listAct("l", 5, "2001:db8::/32"), code: "InvalidParameterValue", message: "The CIDR 2001:db8::/32 is not a valid IPv4 block",
			passes: props{"addressFamily": "IPv6"},
		},
		"a name of AWS's": {
			create: act{token: typePrefixList, name: "l", inputs: props{"name": "com.amazonaws.x", "addressFamily": "IPv4", "maxEntries": 1}},
			code:   "InvalidParameterValue", message: "The prefix list name com.amazonaws.x cannot start with com.amazonaws",
			passes: props{"name": "x"},
		},
		"a rule that names a list of nobody": {
			after: twoGroups(), create: fromList("r", "a", "pl-0123456789abcdef0"),
			code: "InvalidPrefixListID.NotFound", message: "The prefix list ID 'pl-0123456789abcdef0' does not exist",
			passes: props{"prefixListId": awsPrefixListID("eu-west-1", "s3")},
		},
		"a list of more blocks than a group has rules": {
			after: twoGroups(listAct("l", 61)), create: fromList("r", "a", "$l"),
			code: "RulesPerSecurityGroupLimitExceeded", message: full, passes: props{"prefixListId": awsPrefixListID("eu-west-1", "cloudfront.origin-facing")},
		},
		"CloudFront's beside a few of ours": {
			after:  twoGroups(listAct("l", 6), fromList("r", "a", "$l")),
			create: fromList("s", "a", awsPrefixListID("eu-west-1", "cloudfront.origin-facing")),
			code:   "RulesPerSecurityGroupLimitExceeded", message: full, passes: props{"securityGroupId": "$b"},
		},
		"a list that grows beyond a group that names it": {
			after:  twoGroups(listAct("l", 6), fromList("r", "a", "$l"), listAct("m", 50), fromList("s", "a", "$m")),
			change: "l", create: act{inputs: props{"name": "l", "addressFamily": "IPv4", "maxEntries": 11, "entries": []any{}}},
			code: "RulesPerSecurityGroupLimitExceeded", message: full, passes: props{"maxEntries": 10},
		},
		"a list that rules name": {
			after: twoGroups(listAct("l", 6), fromList("r", "a", "$l")), destroy: "l",
			code: "DependencyViolation", message: "The prefix list '$l$' has dependencies and cannot be deleted.", unless: "r",
		},
	})
}

// TestPrefixListVersion: each change raises it.
func TestPrefixListVersion(t *testing.T) {
	t.Parallel()
	m := newTestModel(t)
	made := m.make(typePrefixList, "l", listAct("l", 2, "10.0.0.0/8").inputs)
	require.Equal(t, 1, made.Number("version"))
	changed, refused := m.change(made, listAct("l", 2, "10.0.0.0/8", "192.168.0.0/16").inputs)
	require.Nil(t, refused)
	require.Equal(t, 2, changed.Number("version"))
}

func TestPrefixListsOfAWS(t *testing.T) {
	t.Parallel()
	mocks := NewMocks(MockOptions{})
	ask := func(name string) (map[string]any, error) {
		got, err := mocks.Call(pulumi.MockCallArgs{
			Token: "aws:ec2/getManagedPrefixList:getManagedPrefixList", Args: mapOf(props{"name": name}),
		})
		return got.Mappable(), err
	}
	s3, err := ask("com.amazonaws.eu-west-1.s3")
	require.NoError(t, err)
	require.Equal(t, awsPrefixListID("eu-west-1", "s3"), s3["id"])
	edges, err := ask("com.amazonaws.global.cloudfront.origin-facing")
	require.NoError(t, err)
	require.InDelta(t, 55, edges["maxEntries"], 0)
	_, err = ask("com.amazonaws.us-east-1.s3")
	require.ErrorContains(t, err, "InvalidPrefixListID.NotFound", "a list of another region")
}
