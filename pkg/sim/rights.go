package sim

import (
	"cmp"
	"maps"
	"strings"

	"aws-platform/pkg/sim/authz"
)

// May says whether a session of a role of the mocks' cloud may do something to something: by the role's policies and
// boundary, the organization's policies over its account, and the policy of the key, bucket or role it is done to. Beside
// the context given, a call has its region, the resource's account, and that account's organization.
func (m *Mocks) May(roleARN, action, resource string, context map[string][]string) (authz.Decision, error) {
	if m.err != nil {
		return authz.Decision{}, m.err
	}
	m.model.mu.Lock()
	defer m.model.mu.Unlock()
	caller, err := m.model.sessionOf(roleARN)
	if err != nil {
		return authz.Decision{}, err
	}
	asked := authz.Request{Principal: m.model.principal(caller), Action: action, Resource: resource}
	asked.Context = m.circumstances(caller.Account, resource, context)
	judged := m.model.rights(caller)
	m.model.withResource(&judged, resource)
	if action == assumeRole {
		judged.Resource, judged.Decisive = m.model.trustOf(resource), true
	}
	return judged.Decide(asked), nil
}

// Admits says whether a role's trust policy lets somebody take it who may ask for every role there is: what is refused is
// refused by the trust.
func (m *Mocks) Admits(roleARN, action string, who authz.Principal, context map[string][]string) (authz.Decision, error) {
	if m.err != nil {
		return authz.Decision{}, m.err
	}
	m.model.mu.Lock()
	defer m.model.mu.Unlock()
	session, err := m.model.sessionOf(roleARN)
	if err != nil {
		return authz.Decision{}, err
	}
	judged := authz.Policies{
		Identity: []authz.Policy{administratorAccess}, Resource: m.model.trustOf(roleARN), ResourceAccount: session.Account,
		Decisive: true,
	}
	return judged.Decide(authz.Request{
		Principal: who, Action: action, Resource: roleARN, Context: m.circumstances(session.Account, roleARN, context),
	}), nil
}

const assumeRole = "sts:AssumeRole"

// trustOf is a role's trust policy, nil if there is no such role.
func (m *model) trustOf(roleARN string) *authz.Policy {
	parts := strings.SplitN(roleARN, ":", arnParts)
	if len(parts) != arnParts {
		return nil
	}
	role := m.find(place{Account: parts[4]}, roleToken, roleARN)
	if role == nil {
		return nil
	}
	return &parsedPolicies([]string{documentOf(role.Properties, "assumeRolePolicy")})[0]
}

// circumstances are the condition keys of a call.
func (m *Mocks) circumstances(account, resource string, given map[string][]string) map[string][]string {
	owner := account
	if parts := strings.SplitN(resource, ":", arnParts); len(parts) == arnParts {
		owner = cmp.Or(parts[4], owner)
		bucket, _, _ := strings.Cut(parts[5], "/")
		if held := m.model.find(place{}, kindBucket, bucket); parts[2] == "s3" && held != nil {
			owner = held.Account
		}
	}
	context := map[string][]string{
		"aws:RequestedRegion": {m.options.Region}, "aws:SecureTransport": {"true"}, "aws:ViaAWSService": {"false"},
		"aws:ResourceAccount": {owner}, "s3:TlsVersion": {"1.3"},
	}
	if _, member := m.model.accounts[owner]; member {
		context["aws:ResourceOrgID"] = []string{organizationID}
	}
	maps.Copy(context, given)
	return context
}
