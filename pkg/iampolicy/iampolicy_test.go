package iampolicy_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/internals"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/iampolicy"
)

// text waits for a document that depends on nothing unknown.
func text(t *testing.T, document pulumi.StringOutput) (string, error) {
	t.Helper()
	result, err := internals.UnsafeAwaitOutput(t.Context(), document)
	made, _ := result.Value.(string)
	return made, err
}

func TestDocument(t *testing.T) {
	t.Parallel()
	document, err := iampolicy.Document(
		iampolicy.Statement{
			Sid:        "Write",
			Principals: iampolicy.Principals{Service: []string{"vpc-flow-logs.amazonaws.com"}},
			Actions:    []string{"logs:PutLogEvents", "logs:CreateLogStream"},
			Resources:  []pulumi.StringInput{pulumi.String("b"), pulumi.String("a").ToStringOutput(), pulumi.String("a")},
			Conditions: []iampolicy.Condition{iampolicy.When("StringEquals", "aws:SourceAccount", "111111111111")},
		},
		iampolicy.Statement{
			Sid: "TLS", Deny: true, Principals: iampolicy.Principals{Everybody: true}, Actions: []string{"s3:*"},
			Resources:  iampolicy.Strings("c"),
			Conditions: []iampolicy.Condition{iampolicy.When("Bool", "aws:SecureTransport", "false")},
		},
	)
	require.NoError(t, err)
	got, err := text(t, document)
	require.NoError(t, err)
	require.Equal(t, `{"Version":"2012-10-17","Statement":[`+
		`{"Sid":"Write","Effect":"Allow","Principal":{"Service":["vpc-flow-logs.amazonaws.com"]},`+
		`"Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":["a","b"],`+
		`"Condition":{"StringEquals":{"aws:SourceAccount":["111111111111"]}}},`+
		`{"Sid":"TLS","Effect":"Deny","Principal":"*","Action":["s3:*"],"Resource":["c"],`+
		`"Condition":{"Bool":{"aws:SecureTransport":["false"]}}}]}`, got)
}

func TestDocumentRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		statements []iampolicy.Statement
		want       []string
	}{
		"nothing": {nil, []string{"policy: has no statement"}},
		"no action": {
			[]iampolicy.Statement{{Sid: "A"}}, []string{"policy statement 1 (A): has no action"},
		},
		"wildcard actions, each of them": {
			[]iampolicy.Statement{{Sid: "A", Actions: []string{"*", "s3:*", "ec2:Describe*", "s3:?etObject"}}},
			[]string{`action "*": list`, `action "s3:*": list`, `action "ec2:Describe*": list`, `action "s3:?etObject": list`},
		},
		"no service": {
			[]iampolicy.Statement{{Actions: []string{"GetObject"}}}, []string{`action "GetObject": write service:Action`},
		},
		"everybody": {
			[]iampolicy.Statement{{Actions: []string{"s3:GetObject"}, Principals: iampolicy.Principals{Everybody: true}}},
			[]string{"allows everybody"},
		},
		"the same condition twice": {
			[]iampolicy.Statement{{Actions: []string{"s3:GetObject"}, Conditions: []iampolicy.Condition{
				iampolicy.When("StringEquals", "k", "1"), iampolicy.When("StringEquals", "k", "2"),
			}}},
			[]string{"condition StringEquals k stands twice"},
		},
		"about nothing and nobody": {
			[]iampolicy.Statement{{Sid: "A", Actions: []string{"s3:GetObject"}}},
			[]string{"policy statement 1 (A): has neither resources nor principals"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := iampolicy.Document(c.statements...)
			for _, want := range c.want {
				require.ErrorContains(t, err, want)
			}
		})
	}
}

func TestWildcardWithAReasonIsTaken(t *testing.T) {
	t.Parallel()
	_, err := iampolicy.Document(iampolicy.Statement{
		Actions: []string{"kms:*"}, Resources: iampolicy.Strings("*"),
		Wildcard: "the account's own administrators must never be locked out of a key",
	})
	require.NoError(t, err)
}

func TestDocumentIsUnknownOrSecretAsItsPartsAre(t *testing.T) {
	t.Parallel()
	nowhere, ok := pulumi.UnsafeUnknownOutput(nil).ApplyT(func(any) string { return "" }).(pulumi.StringOutput)
	require.True(t, ok)
	hidden, ok := pulumi.ToSecret(pulumi.String("a")).(pulumi.StringOutput)
	require.True(t, ok)
	for name, c := range map[string]struct {
		resource      pulumi.StringInput
		known, secret bool
	}{
		"plain":   {pulumi.String("a"), true, false},
		"unknown": {nowhere, false, false},
		"secret":  {hidden, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			document, err := iampolicy.Document(iampolicy.Statement{
				Actions: []string{"s3:GetObject"}, Resources: []pulumi.StringInput{pulumi.String("b"), c.resource},
			})
			require.NoError(t, err)
			result, err := internals.UnsafeAwaitOutput(t.Context(), iampolicy.ManagedPolicy.Within(document))
			require.NoError(t, err)
			require.Equal(t, c.known, result.Known, "known")
			require.Equal(t, c.secret, result.Secret, "secret")
		})
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	short, err := text(t, iampolicy.TrustPolicy.Within(pulumi.String(strings.Repeat("x", 2048)).ToStringOutput()))
	require.NoError(t, err)
	require.Len(t, short, 2048)
	_, err = text(t, iampolicy.TrustPolicy.Within(pulumi.String(strings.Repeat("x", 2049)).ToStringOutput()))
	require.EqualError(t, err, "policy: 2049 characters, AWS takes 2048: split it")
}

func TestText(t *testing.T) {
	t.Parallel()
	statement := iampolicy.Statement{
		Sid: "Read", Actions: []string{"s3:GetObject"}, Resources: iampolicy.Strings("b", "a"),
		Conditions: []iampolicy.Condition{iampolicy.When("StringEquals", "aws:SourceAccount", "111111111111")},
	}
	got, err := iampolicy.Text(statement)
	require.NoError(t, err)
	document, err := iampolicy.Document(statement)
	require.NoError(t, err)
	same, err := text(t, document)
	require.NoError(t, err)
	require.Equal(t, same, got)

	statement.Resources = []pulumi.StringInput{pulumi.String("a").ToStringOutput()}
	_, err = iampolicy.Text(statement)
	require.EqualError(t, err, "policy statement Read: has an input that is no plain text")
	_, err = iampolicy.Text()
	require.EqualError(t, err, "policy: has no statement")
}
