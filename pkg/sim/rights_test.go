package sim

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/sim/authz"
)

// A role of the mocks' cloud is asked what it may do by its own policies, and who takes it by its trust.
func TestMocksAnswerForRoles(t *testing.T) {
	t.Parallel()
	const account, other = "111111111111", "222222222222"
	mocks := NewMocks(MockOptions{Account: account, Accounts: []Account{{ID: account, Management: true}, {ID: other}}})
	require.NoError(t, runMocked(mocks, func(ctx *pulumi.Context) error {
		role, err := register(ctx, "aws:iam/role:Role", "reader", pulumi.Map{"name": pulumi.String("reader"), "assumeRolePolicy": pulumi.String(
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)})
		if err != nil {
			return err
		}
		_, err = register(ctx, "aws:iam/rolePolicy:RolePolicy", "rights", pulumi.Map{"role": role.out("name"), "policy": pulumi.String(
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GetRole","sts:AssumeRole"],"Resource":"*"}]}`)})
		return err
	}))
	arn := func(account, resource string) string { return "arn:aws:iam::" + account + ":" + resource }

	for _, asked := range []struct {
		action, on string
		allowed    bool
	}{
		{"iam:GetRole", arn(account, "role/reader"), true},
		{"iam:GetRole", arn(other, "role/reader"), false}, // another account's
		{"iam:GetUser", arn(account, "user/x"), false},
		{"sts:AssumeRole", arn(account, "role/reader"), false}, // which trusts a service alone
		{"sts:AssumeRole", arn(account, "role/nobody"), false},
		{"sts:AssumeRole", arn(other, "role/x"), false},
	} {
		decided, err := mocks.May(arn(account, "role/reader"), asked.action, asked.on, nil)
		require.NoError(t, err)
		require.Equal(t, asked.allowed, decided.Allowed, "%s on %s: %s", asked.action, asked.on, decided.Reason)
	}
	for who, allowed := range map[string]bool{"ec2.amazonaws.com": true, "lambda.amazonaws.com": false} {
		decided, err := mocks.Admits(arn(account, "role/reader"), "sts:AssumeRole", authz.Principal{Service: who}, nil)
		require.NoError(t, err)
		require.Equal(t, allowed, decided.Allowed, who)
	}
	_, err := mocks.May(arn(account, "role/nobody"), "iam:GetRole", "*", nil)
	require.ErrorContains(t, err, "has no role")
	_, err = mocks.Admits(arn(account, "role/nobody"), "sts:AssumeRole", authz.Principal{}, nil)
	require.ErrorContains(t, err, "has no role")
}
