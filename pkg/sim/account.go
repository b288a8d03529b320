package sim

import (
	"fmt"
	"net/http"
	"strings"

	"aws-platform/pkg/sim/authz"
)

// Account is one AWS account of the simulated organization.
type Account struct {
	ID, Name   string
	Management bool // whose operator runs the engine; every other account trusts it
}

// accessRole is the role AWS Organizations makes in every member account; it trusts the management account.
const accessRole = "OrganizationAccountAccessRole"

const roleToken = "aws:iam/role:Role"

// identity is who calls: a user, or a session of a role.
type identity struct {
	Account string
	ARN     string // as STS tells it
	Source  string // the user's or the role's own ARN, which trust policies name
	UserID  string
	Tags    map[string]string // of the session
}

// operatorRole is the role IAM Identity Center makes for those assigned the permission set PlatformOperator.
const operatorRole = "AWSReservedSSO_PlatformOperator_0123456789abcdef"

// operator is the person who runs the engine, signed in through IAM Identity Center.
func operator(at place) identity {
	arn := func(service, resource string) string {
		return "arn:" + at.Partition + ":" + service + "::" + at.Account + ":" + resource
	}
	source := arn("iam", "role/aws-reserved/sso.amazonaws.com/"+operatorRole)
	return identity{
		Account: at.Account, ARN: arn("sts", "assumed-role/"+operatorRole+"/operator"), Source: source,
		UserID: "AROA" + strings.ToUpper(digest(17, source)) + ":operator",
	}
}

// assumption is what a provider says of the role it takes.
type assumption struct {
	RoleARN    string `json:"roleArn"`
	ExternalID string `json:"externalId"`
	Session    string `json:"sessionName"`
}

// assume takes a role, or is refused as STS refuses: whether the role is missing or does not trust the caller is not said.
func (m *model) assume(caller identity, partition string, wish assumption) (identity, *Error) {
	denied := refuseStatus(http.StatusForbidden, "AccessDenied",
		"User: %s is not authorized to perform: sts:AssumeRole on resource: %s", caller.ARN, wish.RoleARN)
	denied.operation = "STS: AssumeRole"
	parts := strings.SplitN(wish.RoleARN, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "iam" || !strings.HasPrefix(parts[5], "role/") {
		invalid := refuse("ValidationError", "%s is invalid", wish.RoleARN)
		invalid.operation = "STS: AssumeRole"
		return identity{}, invalid
	}
	target := parts[4]
	name := parts[5][strings.LastIndex(parts[5], "/")+1:]
	if !m.trusts(target, name, wish, caller) {
		return identity{}, denied
	}
	session := wish.Session
	if session == "" {
		session = "pulumi"
	}
	return identity{
		Account: target,
		ARN:     fmt.Sprintf("arn:%s:sts::%s:assumed-role/%s/%s", partition, target, name, session),
		Source:  wish.RoleARN,
		UserID:  "AROA" + strings.ToUpper(digest(17, wish.RoleARN)) + ":" + session,
	}, nil
}

// trusts says whether a role exists and lets the caller in, and whether the caller's own policies let it ask.
func (m *model) trusts(target, name string, wish assumption, caller identity) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	known, simulated := m.accounts[target]
	if !simulated {
		return m.open
	}
	if name == accessRole && !known.Management {
		return m.admits(accessTrust(m.management()), target, wish, caller)
	}
	role := m.find(place{Account: target}, roleToken, wish.RoleARN)
	return role != nil && m.admits(documentOf(role.Properties, "assumeRolePolicy"), target, wish, caller)
}

// management is the management account's id.
func (m *model) management() string {
	for id, known := range m.accounts {
		if known.Management {
			return id
		}
	}
	return ""
}

// accessTrust is the trust policy Organizations gives the access role: to the management account, whoever it lets.
func accessTrust(management string) string {
	return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"` + management + `"}}}`
}

// admits says whether a trust policy of an account's role and the caller's own policies agree on a session.
func (m *model) admits(trust, target string, wish assumption, caller identity) bool {
	policy, err := parsePolicy(trust)
	if err != nil {
		return false
	}
	judged := m.rights(caller)
	judged.Resource, judged.ResourceAccount, judged.Decisive = &policy, target, true
	asked := authz.Request{
		Principal: m.principal(caller), Action: "sts:AssumeRole", Resource: wish.RoleARN,
		Context: map[string][]string{"aws:SecureTransport": {"true"}, "aws:ResourceAccount": {target}},
	}
	if _, member := m.accounts[target]; member {
		asked.Context["aws:ResourceOrgID"] = []string{organizationID}
	}
	for key, value := range map[string]string{"sts:ExternalId": wish.ExternalID, "sts:RoleSessionName": wish.Session} {
		if value != "" {
			asked.Context[key] = []string{value}
		}
	}
	return judged.Decide(asked).Allowed
}

// organizationID is the simulated organization all accounts belong to.
const organizationID = "o-simulation"
