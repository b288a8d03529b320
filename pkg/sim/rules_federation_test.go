package sim

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const gitHub = "token.actions.githubusercontent.com"

func issuerAct(name, host string) act {
	return act{token: typeOIDCProvider, name: name, inputs: props{
		"url": "https://" + host, "clientIdLists": []any{"sts.amazonaws.com"},
	}}
}

// federated is a trust policy for tokens of a provider, under a condition.
func federated(provider, condition string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"` + provider +
		`"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":` + condition + `}]}`
}

const gitHubARN = "arn:aws:iam::111111111111:oidc-provider/" + gitHub

func asking(host, subject string) string {
	return `{"StringEquals":{"` + host + `:aud":"sts.amazonaws.com","` + host + `:sub":"` + subject + `"}}`
}

func TestIdentityProviderRules(t *testing.T) {
	t.Parallel()
	refusals(t, map[string]ruleCase{
		"a second provider of one issuer": {
			after: []act{issuerAct("a", gitHub)}, create: issuerAct("b", gitHub), code: "EntityAlreadyExists",
			message: "Provider with url https://" + gitHub + " already exists.", status: http.StatusConflict,
			passes: props{"url": "https://gitlab.com"},
		},
		"too many providers": {
			after: []act{issuerAct("a", gitHub)}, quotas: map[string]int{"LimitExceeded": 1}, create: issuerAct("b", "gitlab.com"),
			code: "LimitExceeded", message: "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100",
			status: http.StatusConflict, unless: "a",
		},
		"an alias somebody has": {
			after:  []act{{token: "aws:iam/accountAlias:AccountAlias", name: "a", account: memberID, inputs: props{"accountAlias": "acme"}}},
			create: act{token: "aws:iam/accountAlias:AccountAlias", name: "b", inputs: props{"accountAlias": "acme"}},
			code:   "EntityAlreadyExists", message: "The account alias acme already exists.", status: http.StatusConflict,
			passes: props{"accountAlias": "acme-management"},
		},
	})
	badInputs(t, map[string]faultCase{
		"an issuer without TLS": {
			token: typeOIDCProvider, inputs: props{"url": "http://" + gitHub, "clientIdLists": []any{"a"}},
			want:   []Failure{{"url", `"http://` + gitHub + `" must be an https address of at most 255 characters, without query`}},
			passes: props{"url": "https://" + gitHub},
		},
		"an audience of no name": {
			token: typeOIDCProvider, inputs: props{"url": "https://" + gitHub, "clientIdLists": []any{""}},
			want:   []Failure{{"", `ValidationError: clientIdLists: "" must have 1 to 255 characters`}},
			passes: props{"clientIdLists": []any{"a"}},
		},
		"an alias that is a number": {
			token: "aws:iam/accountAlias:AccountAlias", inputs: props{"accountAlias": "111111111111"},
			want: []Failure{{"accountAlias",
				`"111111111111" must have 3 to 63 lower-case letters, digits and single hyphens, and not be an account's number`}},
			passes: props{"accountAlias": "acme-1"},
		},
	})
	computes(t, map[string]outputCase{"the provider": {
		create: issuerAct("a", gitHub), want: props{"arn": gitHubARN, "url": "https://" + gitHub},
	}})
}

func TestFederatedTrustRules(t *testing.T) {
	t.Parallel()
	main := "repo:acme/platform:ref:refs/heads/main"
	provider := issuerAct("github", gitHub)
	unasked := func(condition string) ruleCase {
		return ruleCase{
			after: []act{provider}, create: roleAct("r", federated(gitHubARN, condition)), code: "MalformedPolicyDocument",
			message: "The trust policy must evaluate the condition key " + gitHub + ":sub",
			passes:  props{"assumeRolePolicy": federated(gitHubARN, asking(gitHub, main))},
		}
	}
	refusals(t, map[string]ruleCase{
		"a provider that is not there": {
			create: roleAct("r", federated(gitHubARN, asking(gitHub, main))), code: "MalformedPolicyDocument",
			message: `Invalid principal in policy: "FEDERATED":"` + gitHubARN + `"`, first: []act{provider},
		},
		"a provider that is no ARN": {
			create: roleAct("r", federated(gitHub, asking(gitHub, main))), code: "MalformedPolicyDocument",
			message: `Invalid principal in policy: "FEDERATED":"` + gitHub + `"`,
			passes:  props{"assumeRolePolicy": federated("accounts.google.com", `{"StringEquals":{"accounts.google.com:aud":"a"}}`)},
		},
		"anybody at GitHub":         unasked(`{"StringEquals":{"` + gitHub + `:aud":"sts.amazonaws.com"}}`),
		"anybody by a wildcard":     unasked(`{"StringLike":{"` + gitHub + `:sub":"*"}}`),
		"a subject or none":         unasked(`{"ForAllValues:StringEquals":{"` + gitHub + `:sub":"` + main + `"}}`),
		"a subject if there is one": unasked(`{"StringEqualsIfExists":{"` + gitHub + `:sub":"` + main + `"}}`),
		"anybody but one":           unasked(`{"StringNotEquals":{"` + gitHub + `:sub":"` + main + `"}}`),
		"a trust changed to anybody's": {
			after: []act{provider, roleAct("r", federated(gitHubARN, asking(gitHub, main)))}, change: "r",
			create: act{inputs: roleAct("r", federated(gitHubARN, `{"StringEquals":{"`+gitHub+`:aud":"a"}}`)).inputs},
			code:   "MalformedPolicyDocument", message: "The trust policy must evaluate the condition key " + gitHub + ":sub",
			passes: props{"assumeRolePolicy": federated(gitHubARN, asking(gitHub, main))},
		},
	})
}

func TestAssumeRoleWithWebIdentity(t *testing.T) {
	t.Parallel()
	const main = "repo:acme/platform:ref:refs/heads/main"
	token := WebToken{Issuer: gitHub, Audience: "sts.amazonaws.com", Subject: main}
	const role = "arn:aws:iam::111111111111:role/r"
	with := func(change func(*WebToken)) WebToken {
		changed := token
		change(&changed)
		return changed
	}
	for name, test := range map[string]struct {
		role    string
		token   WebToken
		seconds int
		code    string
		message string
		status  int
	}{
		"the very token":   {role, token, 3600, "", "", 0},
		"another branch":   {role, with(func(w *WebToken) { w.Subject += "2" }), 3600, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", 403},
		"a missing role":   {role + "2", token, 3600, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", 403},
		"another audience": {role, with(func(w *WebToken) { w.Audience = "a" }), 3600, "InvalidIdentityToken", "Incorrect token audience", 400},
		"another issuer": {role, with(func(w *WebToken) { w.Issuer = "gitlab.com" }), 3600, "InvalidIdentityToken",
			"No OpenIDConnect provider found in your account for https://gitlab.com", 400},
		"too long a session": {role, token, 3601, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.", 400},
		"no role at all":     {"r", token, 0, "ValidationError", "r is invalid", 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, ruleCase{after: []act{issuerAct("github", gitHub), roleAct("r", federated(gitHubARN, asking(gitHub, main)))}}, "")
			refused := s.assumeWithToken(test.role, test.token, test.seconds)
			if test.code == "" {
				require.Nil(t, refused)
				return
			}
			require.NotNil(t, refused)
			require.Equal(t, fmt.Sprint(test.code, test.message, test.status), fmt.Sprint(refused.Code, refused.Message, refused.Status))
			require.True(t, strings.HasPrefix(refused.operation, "STS: "))
		})
	}
}
