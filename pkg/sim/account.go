package sim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
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

// trusts says whether a role exists and lets the caller in.
func (m *model) trusts(target, name string, wish assumption, caller identity) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	known, simulated := m.accounts[target]
	if !simulated {
		return m.open
	}
	if name == accessRole && !known.Management {
		return m.accounts[caller.Account].Management
	}
	role := m.find(place{Account: target}, roleToken, wish.RoleARN)
	return role != nil && policyAdmits(documentOf(role.Properties, "assumeRolePolicy"), caller, wish)
}

func policyAdmits(document string, caller identity, wish assumption) bool {
	policy, err := parsePolicy(document)
	if err != nil {
		return false
	}
	admitted := false
	for _, statement := range policy.Statement {
		if statement.concerns(caller) && statement.admits(caller, wish) {
			if statement.Effect == "Deny" {
				return false
			}
			admitted = admitted || statement.Effect == "Allow"
		}
	}
	return admitted
}

// concerns says whether a statement of a trust policy is about the caller.
func (s policyStatement) concerns(caller identity) bool {
	if !slices.ContainsFunc(s.Action, func(action string) bool { return wildcard(action, "sts:AssumeRole") }) {
		return false
	}
	return len(s.Principal["*"]) > 0 || slices.ContainsFunc(s.Principal["AWS"], func(principal string) bool {
		return principal == "*" || principal == caller.Account || principal == caller.Source || principal == caller.ARN ||
			strings.HasSuffix(principal, "::"+caller.Account+":root")
	})
}

// admits evaluates the conditions a trust policy of this platform may have; one it cannot evaluate does not hold.
func (s policyStatement) admits(caller identity, wish assumption) bool {
	facts := map[string]string{
		"sts:ExternalId": wish.ExternalID, "sts:RoleSessionName": wish.Session,
		"aws:PrincipalArn": caller.Source, "aws:PrincipalAccount": caller.Account, "aws:PrincipalOrgID": organizationID,
	}
	for operator, keys := range s.Condition {
		for key, wanted := range keys {
			fact, known := facts[key]
			equal := slices.ContainsFunc(wanted, func(pattern conditionValue) bool { return matches(string(pattern), fact) })
			switch operator {
			case "StringEquals", "StringLike", "ArnEquals", "ArnLike":
				if !known || !equal {
					return false
				}
			case "StringNotEquals", "StringNotLike", "ArnNotEquals", "ArnNotLike":
				if !known || equal {
					return false
				}
			default:
				return false
			}
		}
	}
	return true
}

// organizationID is the simulated organization all accounts belong to.
const organizationID = "o-simulation"

// matches compares with AWS's wildcards: * is any text, ? any character.
func matches(pattern, value string) bool {
	switch {
	case pattern == "":
		return value == ""
	case pattern[0] == '*':
		return matches(pattern[1:], value) || (value != "" && matches(pattern, value[1:]))
	case value == "":
		return false
	}
	return (pattern[0] == '?' || pattern[0] == value[0]) && matches(pattern[1:], value[1:])
}
