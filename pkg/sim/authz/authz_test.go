package authz

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	home  = "111111111111"
	other = "222222222222"
	role  = "arn:" + "aws:iam::" + home + ":role/deploy"
	table = "arn:" + "aws:dynamodb:eu-west-1:" + home + ":table/orders"
)

// caller is a session of the role deploy.
func caller() Principal {
	return Principal{
		ARN: "arn:" + "aws:sts::" + home + ":assumed-role/deploy/up", Source: role, Account: home, Organization: "o-1",
		UserID: "AROA1:up", Tags: map[string]string{"team": "orders"},
	}
}

// parse reads statements as a policy.
func parse(t testing.TB, statements string) Policy {
	t.Helper()
	policy, err := Parse(`{"Version":"2012-10-17","Statement":[` + statements + `]}`)
	require.NoError(t, err)
	return policy
}

func parsed(t testing.TB, statements string) *Policy {
	if statements == "" {
		return nil
	}
	policy := parse(t, statements)
	return &policy
}

const (
	allowAll = `{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}`
	allowGet = `{"Sid":"Get","Effect":"Allow","Action":"dynamodb:Get*","Resource":"*"}`
	allowPut = `{"Sid":"Put","Effect":"Allow","Action":"dynamodb:PutItem","Resource":"*"}`
	denyGet  = `{"Sid":"NoGet","Effect":"Deny","Action":"dynamodb:GetItem","Resource":"*"}`
)

func openTo(principal string) string {
	return `{"Sid":"Open","Effect":"Allow","Action":"*","Resource":"*","Principal":` + principal + `}`
}

func TestDecide(t *testing.T) {
	t.Parallel()
	const unmentioned = " allows the dynamodb:GetItem action"
	root, roleItself := `{"AWS":"arn:`+`aws:iam::`+home+`:root"}`, `{"AWS":"`+role+`"}`
	sessionItself := `{"AWS":["` + caller().ARN + `"]}`
	for name, test := range map[string]struct {
		identity, boundary, session, resource string
		scps                                  [][]string
		abroad, decisive                      bool
		service                               string
		want, sid                             string // want "" is allowed
	}{
		"nothing allows":            {want: "because no identity-based policy" + unmentioned},
		"the identity's policy":     {identity: allowGet, sid: "Get"},
		"one for another action":    {identity: allowPut, want: "because no identity-based policy" + unmentioned},
		"denied by its own":         {identity: allowAll + "," + denyGet, want: "with an explicit deny in an identity-based policy", sid: "NoGet"},
		"a boundary that allows":    {identity: allowGet, boundary: allowAll, sid: "Get"},
		"a boundary gives nothing":  {boundary: allowAll, want: "because no identity-based policy" + unmentioned},
		"a boundary limits":         {identity: allowAll, boundary: allowPut, want: "because no permissions boundary" + unmentioned},
		"a boundary denies":         {identity: allowAll, boundary: allowAll + "," + denyGet, want: "with an explicit deny in a permissions boundary", sid: "NoGet"},
		"a session policy allows":   {identity: allowGet, session: allowAll, sid: "Get"},
		"a session policy limits":   {identity: allowAll, session: allowPut, want: "because no session policy" + unmentioned},
		"a session policy denies":   {identity: allowAll, session: allowAll + "," + denyGet, want: "with an explicit deny in a session policy", sid: "NoGet"},
		"all levels allow":          {identity: allowGet, scps: [][]string{{allowAll}, {allowPut, allowGet}}, sid: "Get"},
		"one level does not":        {identity: allowGet, scps: [][]string{{allowAll}, {allowPut}, {allowAll}}, want: "because no service control policy" + unmentioned},
		"a level without policy":    {identity: allowGet, scps: [][]string{{allowAll}, {}}, want: "because no service control policy" + unmentioned},
		"a level denies":            {identity: allowGet, scps: [][]string{{allowAll}, {allowAll, denyGet}}, want: "with an explicit deny in a service control policy", sid: "NoGet"},
		"SCPs give nothing":         {scps: [][]string{{allowAll}}, want: "because no identity-based policy" + unmentioned},
		"the resource to the role":  {resource: openTo(roleItself), sid: "Open"},
		"the resource to everybody": {resource: openTo(`"*"`), sid: "Open"},
		"to everybody in AWS":       {resource: openTo(`{"AWS":"*"}`), sid: "Open"},
		"the resource to the account gives the account's IAM the say": {
			resource: openTo(root), want: "because no identity-based policy" + unmentioned},
		"the resource to the account, and IAM says yes": {resource: openTo(root), identity: allowGet, sid: "Get"},
		"the resource to somebody else":                 {resource: openTo(`{"AWS":"` + other + `"}`), want: "because no identity-based policy" + unmentioned},
		"the resource denies": {identity: allowAll, resource: `{"Sid":"Shut","Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}`,
			want: "with an explicit deny in a resource-based policy", sid: "Shut"},
		"the resource denies somebody else": {identity: allowGet, resource: `{"Effect":"Deny","Principal":{"AWS":"` + other + `"},"Action":"*","Resource":"*"}`, sid: "Get"},
		"denied to all but the role": {identity: allowGet, resource: `{"Effect":"Deny","NotPrincipal":` + roleItself + `,"Action":"*","Resource":"*"}`,
			sid: "Get"},
		"denied to all but another": {identity: allowGet, resource: `{"Effect":"Deny","NotPrincipal":{"AWS":"` + other + `"},"Action":"*","Resource":"*"}`,
			want: "with an explicit deny in a resource-based policy"},
		"a boundary limits what a resource gives the role": {resource: openTo(roleItself), boundary: allowPut,
			want: "because no permissions boundary" + unmentioned},
		"not what it gives the session by name": {resource: openTo(sessionItself), boundary: allowPut, session: allowPut, sid: "Open"},
		"but what it gives it from abroad": {abroad: true, identity: allowAll, resource: openTo(sessionItself), boundary: allowPut,
			want: "because no permissions boundary" + unmentioned},
		"abroad, only the identity": {abroad: true, identity: allowAll, want: "because no resource-based policy" + unmentioned},
		"abroad, only the resource": {abroad: true, resource: openTo(roleItself), want: "because no identity-based policy" + unmentioned},
		"abroad, both":              {abroad: true, identity: allowGet, resource: openTo(root), sid: "Get"},
		"a key says nothing":        {decisive: true, identity: allowAll, want: "because no resource-based policy" + unmentioned},
		"a key to the account":      {decisive: true, identity: allowGet, resource: openTo(root), sid: "Get"},
		"a key to the role":         {decisive: true, resource: openTo(roleItself), sid: "Open"},
		"a service that is named":   {service: "s3.amazonaws.com", resource: openTo(`{"Service":["s3.amazonaws.com"]}`), sid: "Open"},
		"a service that is not":     {service: "s3.amazonaws.com", resource: openTo(root), want: "because no resource-based policy" + unmentioned},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			policies := Policies{
				Boundary: parsed(t, test.boundary), Session: parsed(t, test.session), Resource: parsed(t, test.resource),
				Decisive: test.decisive, ResourceAccount: home,
			}
			if test.identity != "" {
				policies.Identity = []Policy{parse(t, test.identity)}
			}
			for _, level := range test.scps {
				made := []Policy{}
				for _, scp := range level {
					made = append(made, parse(t, scp))
				}
				policies.SCPs = append(policies.SCPs, made)
			}
			if test.abroad {
				policies.ResourceAccount = other
			}
			request := Request{Principal: caller(), Action: "dynamodb:GetItem", Resource: table}
			if test.service != "" {
				request.Principal = Principal{Service: test.service}
			}
			require.Equal(t, Decision{Allowed: test.want == "", Reason: test.want, Sid: test.sid}, policies.Decide(request))
		})
	}
}

// covered says whether a statement of an identity's policy allows a request.
func covered(t *testing.T, statement string, request Request) bool {
	t.Helper()
	return Policies{Identity: []Policy{parse(t, statement)}}.Decide(request).Allowed
}

func TestStatementsCover(t *testing.T) {
	t.Parallel()
	request := Request{Principal: caller(), Action: "dynamodb:GetItem", Resource: table}
	for statement, want := range map[string]bool{
		`{"Effect":"Allow","Action":"DynamoDB:getitem","Resource":"*"}`:                                              true,
		`{"Effect":"Allow","Action":["s3:*","dynamodb:?etItem"],"Resource":["*"]}`:                                   true,
		`{"Effect":"Allow","Action":"dynamodb:Get","Resource":"*"}`:                                                  false,
		`{"Effect":"Allow","NotAction":"dynamodb:Put*","Resource":"*"}`:                                              true,
		`{"Effect":"Allow","NotAction":["iam:*","dynamodb:get*"],"Resource":"*"}`:                                    false,
		`{"Effect":"Allow","Action":"*","Resource":"` + table + `"}`:                                                 true,
		`{"Effect":"Allow","Action":"*","Resource":"` + strings.ToUpper(table) + `"}`:                                false,
		`{"Effect":"Allow","Action":"*","Resource":"arn:*:dynamodb:*:*:table/*"}`:                                    true,
		`{"Effect":"Allow","Action":"*","Resource":"arn:*:dynamodb"}`:                                                false,
		`{"Effect":"Allow","Action":"*","Resource":"arn:*:table/orders"}`:                                            false,
		`{"Effect":"Allow","Action":"*","Resource":"arn:aws:dynamodb:*:${aws:PrincipalAccount}:*"}`:                  true,
		`{"Effect":"Allow","Action":"*","Resource":"arn:aws:dynamodb:*:*:table/${aws:PrincipalTag/team}"}`:           true,
		`{"Effect":"Allow","Action":"*","Resource":"arn:aws:dynamodb:*:*:*${aws:PrincipalTag/none}"}`:                false,
		`{"Effect":"Allow","Action":"*","Resource":"arn:aws:dynamodb:*:*:table/${aws:PrincipalTag/none, 'orders'}"}`: true,
		`{"Effect":"Allow","Action":"*","Resource":"arn:aws:dynamodb:*:*:table/${*}"}`:                               false,
		`{"Effect":"Allow","Action":"*","Resource":"arn:aws:dynamodb:*:*:table/${"}`:                                 false,
		`{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::*"}`:                                             true,
		`{"Effect":"Allow","Action":"*","NotResource":["*:table/nope","` + table + `"]}`:                             false,
		`{"Effect":"Allow","Action":"*"}`:                                                                            false,
	} {
		require.Equal(t, want, covered(t, statement, request), statement)
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	request := Request{Principal: caller(), Action: "a:B", Resource: "*", Context: map[string][]string{
		"s": {"Blue"}, "star": {"a*"}, "n": {"10"}, "d": {"2026-05-01T00:00:00Z"}, "epoch": {"1700000000"}, "b": {"TRUE"}, "ip": {"10.1.2.3"},
		"arn": {"arn:" + "aws:s3:::bucket/a:b"}, "many": {"one", "two"}, "none": {}, "bin": {"QQ=="}, "ip6": {"2001:db8::1"},
	}}
	for condition, want := range map[string]bool{
		`"StringEquals":{"s":"Blue"}`: true, `"StringEquals":{"S":["Red","Blue"]}`: true, `"StringEquals":{"s":"blue"}`: false,
		`"StringEquals":{"s":"B*"}`: false, `"StringEquals":{"star":"a*"}`: true, `"StringEquals":{"star":"${aws:PrincipalAccount}"}`: false,
		`"StringEquals":{"absent":"x"}`: false, `"StringEqualsIfExists":{"absent":"x"}`: true, `"StringEqualsIfExists":{"s":"x"}`: false,
		`"StringNotEquals":{"s":"Blue"}`: false, `"StringNotEquals":{"s":"Red"}`: true, `"StringNotEquals":{"absent":"x"}`: true,
		`"StringEqualsIgnoreCase":{"s":"BLUE"}`: true, `"StringEqualsIgnoreCase":{"s":"BLU"}`: false,
		`"StringNotEqualsIgnoreCase":{"s":"BLUE"}`: false, `"StringNotEqualsIgnoreCase":{"s":"RED"}`: true,
		`"StringLike":{"s":"B?u*"}`: true, `"StringLike":{"s":"b*"}`: false, `"StringLike":{"star":"a${*}"}`: true, `"StringLike":{"s":"B${*}"}`: false,
		`"StringNotLike":{"s":"B*"}`: false, `"StringNotLike":{"s":"R*"}`: true,
		`"ArnLike":{"arn":"arn:aws:s3:::bucket/*"}`: true, `"ArnEquals":{"arn":"arn:aws:s3:::buck*"}`: true, `"ArnLike":{"arn":"arn:aws:s*:bucket/a:b"}`: false,
		`"ArnNotLike":{"arn":"arn:aws:s3:::bucket/*"}`: false, `"ArnNotEquals":{"arn":"arn:aws:s3:::x"}`: true,
		`"NumericEquals":{"n":10}`: true, `"NumericEquals":{"n":"10.0"}`: true, `"NumericEquals":{"n":11}`: false, `"NumericEquals":{"s":1}`: false,
		`"NumericNotEquals":{"n":11}`: true, `"NumericNotEquals":{"n":10}`: false,
		`"NumericLessThan":{"n":11}`: true, `"NumericLessThan":{"n":10}`: false, `"NumericLessThanEquals":{"n":10}`: true, `"NumericLessThanEquals":{"n":9}`: false,
		`"NumericGreaterThan":{"n":9}`: true, `"NumericGreaterThan":{"n":10}`: false,
		`"NumericGreaterThanEquals":{"n":10}`: true, `"NumericGreaterThanEquals":{"n":11}`: false,
		`"DateEquals":{"d":"2026-05-01"}`: true, `"DateEquals":{"d":"2026-05-02"}`: false, `"DateEquals":{"epoch":"2023-11-14T22:13:20Z"}`: true,
		`"DateNotEquals":{"d":"2026-05-01"}`: false, `"DateNotEquals":{"d":"2026-05-02"}`: true,
		`"DateLessThan":{"d":"2026-05-01T00:00:01Z"}`: true, `"DateLessThan":{"d":"2026-05-01T00:00:00Z"}`: false,
		`"DateLessThanEquals":{"d":"2026-05-01T00:00:00Z"}`: true, `"DateLessThanEquals":{"d":"2026-04-30"}`: false,
		`"DateGreaterThan":{"d":"2026-04"}`: true, `"DateGreaterThan":{"d":"2026-05"}`: false,
		`"DateGreaterThanEquals":{"d":"2026-05"}`: true, `"DateGreaterThanEquals":{"d":"2027"}`: false, `"DateEquals":{"s":"2027"}`: false,
		`"Bool":{"b":true}`: true, `"Bool":{"b":"false"}`: false, `"Bool":{"absent":"false"}`: false, `"BoolIfExists":{"absent":"false"}`: true,
		`"BinaryEquals":{"bin":"QQ=="}`: true, `"BinaryEquals":{"bin":"QQ"}`: false,
		`"IpAddress":{"ip":"10.0.0.0/8"}`: true, `"IpAddress":{"ip":["192.168.0.1","10.1.2.3"]}`: true, `"IpAddress":{"ip":"10.1.2.4"}`: false,
		`"IpAddress":{"ip6":"2001:db8::/32"}`: true, `"IpAddress":{"s":"0.0.0.0/0"}`: false, `"IpAddress":{"ip":"nonsense"}`: false,
		`"NotIpAddress":{"ip":"10.0.0.0/8"}`: false, `"NotIpAddress":{"ip":"192.168.0.0/16"}`: true,
		`"Null":{"s":"false"}`: true, `"Null":{"s":true}`: false, `"Null":{"absent":"true"}`: true, `"Null":{"none":"true"}`: true, `"Null":{"absent":"false"}`: false,
		`"ForAllValues:StringEquals":{"many":["one","two","three"]}`: true, `"ForAllValues:StringEquals":{"many":"one"}`: false,
		`"ForAllValues:StringEquals":{"absent":"one"}`: true, `"ForAllValues:StringNotEquals":{"many":"one"}`: false,
		`"ForAllValues:StringNotEquals":{"many":"x"}`: true,
		`"ForAnyValue:StringEquals":{"many":"two"}`:   true, `"ForAnyValue:StringLike":{"many":"x*"}`: false, `"ForAnyValue:StringEquals":{"absent":"x"}`: false,
		`"ForAnyValue:StringNotEquals":{"many":"one"}`: true, `"ForAnyValue:StringNotEquals":{"many":["one","two"]}`: false,
		`"ForAnyValue:StringNotEquals":{"absent":"one"}`: false, `"ForAnyValue:StringEqualsIfExists":{"absent":"one"}`: true,
		`"StringEquals":{"s":"Blue","n":"11"}`: false, `"StringEquals":{"s":"Blue"},"Bool":{"b":"false"}`: false,
	} {
		require.Equal(t, want, covered(t, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{`+condition+`}}`, request), condition)
	}
}

func TestFactsOfThePrincipal(t *testing.T) {
	t.Parallel()
	user := Principal{ARN: "u", Source: "u", Account: home}
	for _, test := range []struct {
		who       Principal
		key, want string
	}{
		{caller(), "aws:PrincipalArn", role}, {caller(), "aws:PrincipalAccount", home}, {caller(), "aws:PrincipalOrgID", "o-1"},
		{caller(), "aws:userid", "AROA1:up"}, {caller(), "aws:PrincipalIsAWSService", "false"}, {caller(), "aws:PrincipalType", "AssumedRole"},
		{caller(), "aws:PrincipalTag/Team", "orders"}, {caller(), "aws:PrincipalTag/x", ""}, {caller(), "aws:MultiFactorAuthPresent", ""},
		{user, "aws:PrincipalType", "User"}, {user, "aws:PrincipalOrgID", ""}, {Principal{Service: "s"}, "aws:PrincipalType", ""},
		{Principal{Service: "s"}, "aws:PrincipalIsAWSService", "true"}, {Principal{Service: "s"}, "aws:PrincipalServiceName", "s"},
	} {
		require.Equal(t, test.want, strings.Join(Request{Principal: test.who}.values(test.key), ","), test.key)
	}
	given := Request{Principal: caller(), Context: map[string][]string{"AWS:PrincipalAccount": {"given"}}}
	require.Equal(t, []string{"given"}, given.values("aws:PrincipalAccount"))
}
