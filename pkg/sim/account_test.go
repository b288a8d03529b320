package sim

import (
	"context"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

func roleARN(account, name string) string { return "arn:" + "aws:iam::" + account + ":role/" + name }

func trust(statement string) string { return `{"Version":"2012-10-17","Statement":` + statement + `}` }

func TestTrustPolicies(t *testing.T) {
	t.Parallel()
	m := newTestModel(t)
	caller := operator(place{Account: managementID, Partition: "aws"})
	wish := assumption{RoleARN: roleARN(memberID, "deploy"), ExternalID: "pipeline"}
	for name, test := range map[string]struct {
		policy string
		want   bool
	}{
		"account by number": {trust(`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"111111111111"}}`), true},
		"account by root": {trust(`[{"Effect":"Allow","Action":["sts:TagSession","sts:AssumeRole"],"Principal":{"AWS":["` +
			"arn:" + `aws:iam::111111111111:root"]}}]`), true},
		"the caller itself": {trust(`{"Effect":"Allow","Action":"sts:*","Principal":{"AWS":"` + caller.ARN + `"}}`), true},
		"anybody":           {trust(`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"}`), true},
		"another account":   {trust(`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"333333333333"}}`), false},
		"a service":         {trust(`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ec2.amazonaws.com"}}`), false},
		"another action":    {trust(`{"Effect":"Allow","Action":"sts:TagSession","Principal":"*"}`), false},
		"denied": {trust(`[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"},
			{"Effect":"Deny","Action":"sts:AssumeRole","Principal":{"AWS":"111111111111"}}]`), false},
		"a condition that holds": {trust(`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*",
			"Condition":{"StringEquals":{"sts:ExternalId":"pipeline"},"ArnLike":{"aws:PrincipalArn":"arn:*:iam::*:role/aws-reserved/*Operator_*"}}}`), true},
		"a condition that does not hold": {trust(`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*",
			"Condition":{"StringEquals":{"sts:ExternalId":"other"}}}`), false},
		"a condition turned round": {trust(`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*",
			"Condition":{"StringNotEquals":{"aws:PrincipalAccount":["111111111111"]}}}`), false},
		"a condition nobody can evaluate": {trust(`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*",
			"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}`), false},
		"no JSON": {"{", false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, m.admits(test.policy, memberID, wish, caller))
		})
	}
}

func organizationOfTwo() Options {
	return Options{Region: "eu-west-1", Accounts: []Account{
		{ID: managementID, Name: "management", Management: true}, {ID: memberID, Name: "member"},
	}}
}

func (a engineAdapter) whoami(t *testing.T) string {
	t.Helper()
	got, err := a.Invoke(context.Background(), &pulumirpc.InvokeRequest{Tok: "aws:index/getCallerIdentity:getCallerIdentity"})
	require.NoError(t, err)
	values, err := decode(got.GetReturn())
	require.NoError(t, err)
	return text(values, "arn")
}

func TestProvidersActWhereTheyAreConfigured(t *testing.T) {
	t.Parallel()
	cloud := start(t, organizationOfTwo())
	home := dial(t, cloud, nil)
	away := dial(t, cloud, map[string]any{"region": "us-east-1"})
	// The engine hands objects over as JSON text.
	member := dial(t, cloud, map[string]any{
		"assumeRole": `{"roleArn":"` + roleARN(memberID, accessRole) + `","sessionName":"up"}`, "allowedAccountIds": `["` + memberID + `"]`,
	})
	require.Equal(t, "arn:"+"aws:sts::111111111111:assumed-role/AWSReservedSSO_PlatformOperator_0123456789abcdef/operator", home.whoami(t))
	require.Equal(t, "arn:"+"aws:sts::222222222222:assumed-role/OrganizationAccountAccessRole/up", member.whoami(t))

	inputs := mapOf(map[string]any{"cidrBlock": "10.0.0.0/16"})
	for _, provider := range []engineAdapter{home, away, member} {
		require.NotEmpty(t, provider.create(t, vpcToken, "main", inputs).ID)
	}
	var places []string
	for _, found := range cloud.Resources() {
		places = append(places, found.Account+" "+found.Region)
	}
	require.Equal(t, []string{"111111111111 eu-west-1", "111111111111 us-east-1", "222222222222 eu-west-1"}, places)
}

func TestConfigureRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options Options
		config  map[string]any
		want    string
	}{
		"a role that does not exist": {
			organizationOfTwo(), map[string]any{"assumeRole": map[string]any{"roleArn": roleARN(memberID, "nobody")}},
			"cannot assume IAM Role (" + roleARN(memberID, "nobody") + "): operation error STS: AssumeRole, https response error " +
				"StatusCode: 403, api error AccessDenied: User: arn:" + "aws:sts::111111111111:assumed-role/AWSReservedSSO_PlatformOperator_0123456789abcdef/operator is not authorized to " +
				"perform: sts:AssumeRole on resource: " + roleARN(memberID, "nobody"),
		},
		"a role of nobody's account": {
			organizationOfTwo(), map[string]any{"assumeRole": map[string]any{"roleArn": roleARN("999999999999", accessRole)}},
			"AccessDenied",
		},
		"no ARN of a role": {
			organizationOfTwo(), map[string]any{"assumeRole": map[string]any{"roleArn": "deploy"}}, "ValidationError: deploy is invalid",
		},
		"another account than allowed": {
			organizationOfTwo(), map[string]any{"allowedAccountIds": []any{memberID}}, "AWS account ID not allowed: 111111111111",
		},
		"a forbidden account": {
			organizationOfTwo(), map[string]any{"forbiddenAccountIds": []any{managementID}}, "AWS account ID not allowed: 111111111111",
		},
		"no region": {Options{}, nil, "no region; set aws:region or the provider's region"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := connect(t, start(t, test.options)).configure(t, test.config)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestOrganizationFaults(t *testing.T) {
	t.Parallel()
	for want, accounts := range map[string][]Account{
		`account "a": id "1" is not twelve digits`:       {{ID: "1", Name: "a"}},
		`account "b": id 111111111111 is taken by "a"`:   {{ID: managementID, Name: "a"}, {ID: managementID, Name: "b"}},
		"none of the accounts is the management account": {{ID: managementID}},
		`account "b": 111111111111 is the management account already`: {
			{ID: managementID, Name: "a", Management: true}, {ID: memberID, Name: "b", Management: true}},
	} {
		_, err := Start(Options{Accounts: accounts})
		require.EqualError(t, err, want)
	}
}

func TestCheckConfigRefusesUnknownProperties(t *testing.T) {
	t.Parallel()
	news, err := encode(mapOf(map[string]any{"regoin": "eu-west-1", "version": "6.83.2", "defaultTags": `{"tags":{"a":1}}`}))
	require.NoError(t, err)
	got, err := connect(t, start(t, Options{})).CheckConfig(
		context.Background(), &pulumirpc.CheckRequest{Urn: providerName, News: news})
	require.NoError(t, err)
	var faults []Failure
	for _, failure := range got.GetFailures() {
		faults = append(faults, Failure{failure.GetProperty(), failure.GetReason()})
	}
	require.Equal(t, []Failure{
		{"defaultTags.tags.a", "must be a string, not the number 1"},
		{"regoin", `unknown property "regoin"; did you mean "region"?`},
	}, faults)
}

func TestAnUnconfiguredProviderDoesNothing(t *testing.T) {
	t.Parallel()
	_, err := connect(t, start(t, Options{})).Create(context.Background(), &pulumirpc.CreateRequest{Urn: urnOf(vpcToken, "a")})
	require.ErrorContains(t, err, "this provider instance was never configured")
}
