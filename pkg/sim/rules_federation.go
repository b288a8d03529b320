package sim

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"aws-platform/pkg/sim/authz"
)

// IAM's limits on identity providers.
const (
	maxAudiences     = 100
	longestAudience  = 255
	longestIssuerURL = 255
)

var (
	issuerPattern       = regexp.MustCompile(`^https://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~/-]*)?$`)
	accountAliasPattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9]|-[a-z0-9]){2,62}$`)
)

var issuerURL = textual(func(url string) string {
	if len(url) > longestIssuerURL || !issuerPattern.MatchString(url) {
		return fmt.Sprintf("%q must be an https address of at most %d characters, without query", url, longestIssuerURL)
	}
	return ""
})

var accountAlias = textual(func(alias string) string {
	if len(alias) < 3 || len(alias) > 63 || !accountAliasPattern.MatchString(alias) || strings.Trim(alias, "0123456789") == "" && len(alias) == 12 {
		return fmt.Sprintf("%q must have 3 to 63 lower-case letters, digits and single hyphens, and not be an account's number", alias)
	}
	return ""
})

func audiencesFit(r *request) *Error {
	audiences := r.Texts("clientIdLists")
	if len(audiences) > maxAudiences {
		return refuse("ValidationError", "clientIdLists: at most %d audiences, not %d", maxAudiences, len(audiences))
	}
	for _, audience := range audiences {
		if audience == "" || len(audience) > longestAudience {
			return refuse("ValidationError", "clientIdLists: %q must have 1 to %d characters", audience, longestAudience)
		}
	}
	return nil
}

// sharedIssuers are issuers whose tokens go to anybody, by what a trust policy must ask of a token. IAM refuses policies
// that do not: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html. AWS does
// not document the message.
var sharedIssuers = map[string]string{"token.actions.githubusercontent.com": "sub", "gitlab.com": "sub"}

// wellKnownIssuers are web identity providers IAM knows without a provider of the account.
var wellKnownIssuers = []string{"accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"}

// trustFederates refuses a trust in an identity provider that the account does not have, and in anybody's token.
func trustFederates(r *request) *Error {
	policy, err := parsePolicy(r.document("assumeRolePolicy"))
	if err != nil {
		return nil
	}
	for _, statement := range policy.Statement {
		for _, provider := range statement.Principal["Federated"] {
			if !providerExists(r, provider) {
				return refuse("MalformedPolicyDocument", `Invalid principal in policy: "FEDERATED":"%s"`, provider)
			}
			host := providerHost(provider)
			claim, shared := sharedIssuers[host]
			if shared && statement.Effect == "Allow" && !asks(statement, host+":"+claim) {
				return refuse("MalformedPolicyDocument", "The trust policy must evaluate the condition key %s:%s", host, claim)
			}
		}
	}
	return nil
}

// providerHost is the issuer of a provider's ARN.
func providerHost(arn string) string {
	_, host, _ := strings.Cut(arn, ":oidc-provider/")
	return host
}

// providerExists says whether a federated principal is there; SAML providers and other accounts' are taken to be.
func providerExists(r *request, provider string) bool {
	if slices.Contains(wellKnownIssuers, provider) || strings.Contains(provider, ":saml-provider/") {
		return true
	}
	host := providerHost(provider)
	parts := strings.SplitN(provider, ":", 6)
	if host == "" || len(parts) != 6 || parts[2] != "iam" {
		return false
	}
	if _, ours := r.cloud.accounts[parts[4]]; !ours {
		return true
	}
	return r.cloud.find(place{Account: parts[4]}, kindOIDCProvider, provider) != nil
}

// asks says whether a statement's conditions narrow a key: any text but one that lets everything through.
func asks(s authz.Statement, key string) bool {
	for operator, keys := range s.Condition {
		base := strings.TrimPrefix(operator, "ForAnyValue:")
		if base != "StringEquals" && base != "StringLike" && base != "StringEqualsIgnoreCase" {
			continue
		}
		for asked, values := range keys {
			open := slices.ContainsFunc(values, func(v authz.Value) bool { return strings.Trim(string(v), "*?") == "" })
			if strings.EqualFold(asked, key) && !open {
				return true
			}
		}
	}
	return false
}

// WebToken is what an identity provider says of whoever holds it.
type WebToken struct {
	Issuer   string // host and path, "token.actions.githubusercontent.com"
	Audience string
	Subject  string
}

// assumeWithToken takes a role with a token, or says why not as STS does. seconds is the session asked for, 0 for an hour.
func (m *model) assumeWithToken(roleARN string, token WebToken, seconds int) *Error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.takesToken(roleARN, token, seconds)
}

// takesToken is assumeWithToken with the lock held.
func (m *model) takesToken(roleARN string, token WebToken, seconds int) *Error {
	refused := func(status int, code, format string, args ...any) *Error {
		e := refuseStatus(status, code, format, args...)
		e.operation = "STS: AssumeRoleWithWebIdentity"
		return e
	}
	denied := refused(http.StatusForbidden, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
	parts := strings.SplitN(roleARN, ":", 6)
	if len(parts) != 6 {
		return refused(http.StatusBadRequest, "ValidationError", "%s is invalid", roleARN)
	}
	at := place{Account: parts[4], Partition: parts[1]}
	providerARN := "arn:" + at.Partition + ":iam::" + at.Account + ":oidc-provider/" + token.Issuer
	provider := m.find(at, kindOIDCProvider, providerARN)
	switch {
	case provider == nil:
		return refused(http.StatusBadRequest, "InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://%s", token.Issuer)
	case !slices.Contains(provider.Texts("clientIdLists"), token.Audience):
		return refused(http.StatusBadRequest, "InvalidIdentityToken", "Incorrect token audience")
	}
	role := m.find(at, roleToken, roleARN)
	if role == nil {
		return denied
	}
	policy, err := parsePolicy(documentOf(role.Properties, "assumeRolePolicy"))
	if err != nil {
		return denied
	}
	decision := authz.Policies{Resource: &policy, ResourceAccount: at.Account, Decisive: true}.Decide(authz.Request{
		Principal: authz.Principal{Federated: providerARN}, Action: "sts:AssumeRoleWithWebIdentity", Resource: roleARN,
		Context: map[string][]string{
			token.Issuer + ":aud": {token.Audience}, token.Issuer + ":sub": {token.Subject}, "aws:SecureTransport": {"true"},
			"sts:DurationSeconds": {strconv.Itoa(seconds)},
		},
	})
	if !decision.Allowed {
		return denied
	}
	if longest := number(role.Properties, "maxSessionDuration"); seconds > longest {
		return refused(http.StatusBadRequest, "ValidationError",
			"The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	return nil
}

// AssumeRoleWithWebIdentity is STS's call of that name, against the roles that the program under these mocks has made. A
// refusal is an *Error with STS's code.
func (m *Mocks) AssumeRoleWithWebIdentity(roleARN string, token WebToken, seconds int) error {
	if m.err != nil {
		return m.err
	}
	if refused := m.model.assumeWithToken(roleARN, token, seconds); refused != nil {
		return refused
	}
	return nil
}

// AssumeRoleWithWebIdentity is STS's call of that name. A refusal is an *Error with STS's code.
func (c *Cloud) AssumeRoleWithWebIdentity(roleARN string, token WebToken, seconds int) error {
	if refused := c.model.assumeWithToken(roleARN, token, seconds); refused != nil {
		return refused
	}
	return nil
}
