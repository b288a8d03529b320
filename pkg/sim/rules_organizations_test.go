package sim

import (
	"maps"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

// organized takes in the organization that is there, with two kinds of policy and two trusted services.
var organized = act{token: typeOrganization, name: "org", adopts: organizationID, inputs: props{
	"enabledPolicyTypes":         []any{serviceControl, tagPolicy},
	"awsServiceAccessPrincipals": []any{"config.amazonaws.com", "iam.amazonaws.com"},
}}

func unitAct(name, parent string) act {
	return act{token: typeUnit, name: name, inputs: props{"name": name, "parentId": parent}}
}

func accountAct(name, email string) act {
	return act{token: typeAccount, name: name, inputs: props{"name": name, "email": email}}
}

// denying is a service control policy with so many characters.
func denying(size int) string {
	frame := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"x:%","Resource":"*"}]}`
	return strings.Replace(frame, "%", strings.Repeat("y", max(1, size-len(frame)+1)), 1)
}

func scpAct(name, content string) act {
	return act{token: typeOrgPolicy, name: name, inputs: props{"name": name, "content": content}}
}

func attachAct(name, policy, target string) act {
	return act{token: typeOrgAttachment, name: name, inputs: props{"policyId": policy, "targetId": target}}
}

func TestOrganizationRules(t *testing.T) {
	t.Parallel()
	everywhere := func(create act) ruleCase {
		create.account = memberID
		return ruleCase{after: []act{organized}, create: create, code: "AccessDeniedException", status: http.StatusForbidden,
			message: "You don't have permissions to access this resource.", never: true}
	}
	refusals(t, map[string]ruleCase{
		"a second organization": {
			create: act{token: typeOrganization, name: "org", inputs: props{}}, code: "AlreadyInOrganizationException",
			message: "The AWS account is already a member of an organization.", never: true,
		},
		"a unit made by a member":     everywhere(unitAct("a", rootID)),
		"an account made by a member": everywhere(accountAct("a", "a@acme.example")),
		"a policy made by a member":   everywhere(scpAct("a", denying(200))),
		"a missing parent": {
			after: []act{organized}, create: unitAct("a", "ou-simu-00000000"), code: "ParentNotFoundException",
			message: "You specified parent that doesn't exist.", passes: props{"parentId": rootID},
		},
		"six levels": {
			after:  []act{organized, unitAct("a", rootID), unitAct("b", "$a"), unitAct("c", "$b"), unitAct("d", "$c"), unitAct("e", "$d")},
			create: unitAct("f", "$e"), code: "ConstraintViolationException",
			message: "You have exceeded the number of levels that organizational units can be nested (OU_DEPTH_LIMIT_EXCEEDED).",
			passes:  props{"parentId": "$d"},
		},
		"two units of a name": {
			after: []act{organized, unitAct("a", rootID)}, create: act{token: typeUnit, name: "b", inputs: props{"name": "a", "parentId": rootID}},
			code: "DuplicateOrganizationalUnitException", message: "An OU with the same name already exists.", passes: props{"parentId": "$a"},
		},
		"a unit renamed to another": {
			after: []act{organized, unitAct("a", rootID), unitAct("b", rootID)}, change: "b", create: act{inputs: props{"name": "a", "parentId": rootID}},
			code: "DuplicateOrganizationalUnitException", message: "An OU with the same name already exists.", passes: props{"name": "c"},
		},
		"a unit with a unit": {
			after: []act{organized, unitAct("a", rootID), unitAct("b", "$a")}, destroy: "a", code: "OrganizationalUnitNotEmptyException",
			message: "The specified OU is not empty. Move all accounts to another root or OU, remove all child OUs, and try the operation again.",
			unless:  "b",
		},
		"a unit with an account": {
			after: []act{organized, unitAct("a", rootID), {token: typeAccount, name: "acc", adopts: memberID, inputs: props{
				"name": "member", "email": "m@acme.example", "parentId": "$a",
			}}},
			destroy: "a", code: "OrganizationalUnitNotEmptyException",
			message: "The specified OU is not empty. Move all accounts to another root or OU, remove all child OUs, and try the operation again.",
			unless:  "acc",
		},
		"trust taken from a service that is delegated": {
			after: []act{organized, delegateAct("d", memberID, "config.amazonaws.com")}, change: "org",
			create: act{inputs: props{"awsServiceAccessPrincipals": []any{"iam.amazonaws.com"}}}, code: "ConstraintViolationException",
			message: "You cannot disable service access for config.amazonaws.com: deregister its delegated administrators first.", unless: "d",
		},
		"an organization with members": {
			after: []act{organized}, destroy: "org", code: "OrganizationNotEmptyException",
			message: "To delete an organization you must first remove all member accounts (except the master), organizational units and policies.",
			never:   true,
		},
		"root sessions without trust": {
			after:  []act{{token: typeOrganization, name: "org", adopts: organizationID, inputs: props{}}},
			create: act{token: "aws:iam/organizationsFeatures:OrganizationsFeatures", name: "f", inputs: props{"enabledFeatures": []any{"RootSessions"}}},
			code:   "ServiceAccessNotEnabledException", message: "The request was rejected because trusted access is not enabled for IAM in Organizations.",
			first: []act{organized},
		},
		"a resource policy for nobody": {
			after:  []act{organized},
			create: act{token: "aws:organizations/resourcePolicy:ResourcePolicy", name: "r", inputs: props{"content": denying(200)}},
			code:   "MalformedPolicyDocumentException", message: "The provided policy document does not meet the requirements of the specified policy type.",
			passes: props{"content": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"organizations:ListAccounts","Resource":"*"}]}`},
		},
	})
}

func delegateAct(name, account, service string) act {
	return act{token: typeDelegatedAdmin, name: name, inputs: props{"accountId": account, "servicePrincipal": service}}
}

func TestOrganizationPolicyRules(t *testing.T) {
	t.Parallel()
	malformed := func(content string) ruleCase {
		return ruleCase{after: []act{organized}, create: scpAct("p", content), code: "MalformedPolicyDocumentException",
			message: "The provided policy document does not meet the requirements of the specified policy type.", passes: props{"content": denying(100)}}
	}
	const size = "You have exceeded the maximum policy size (POLICY_CONTENT_LIMIT_EXCEEDED)."
	refusals(t, map[string]ruleCase{
		"too long": {
			after: []act{organized}, create: scpAct("p", denying(10241)), code: "ConstraintViolationException", message: size,
			passes: props{"content": denying(10240)},
		},
		"white space counts": {
			after: []act{organized}, create: scpAct("p", denying(200)+strings.Repeat(" ", 10041)), code: "ConstraintViolationException",
			message: size, passes: props{"content": denying(200) + strings.Repeat(" ", 10040)},
		},
		"too long where the quota was not raised": {
			after: []act{organized}, quotas: map[string]int{"POLICY_CONTENT_LIMIT_EXCEEDED": 5120}, create: scpAct("p", denying(5121)),
			code: "ConstraintViolationException", message: size, passes: props{"content": denying(5120)},
		},
		"grown too long": {
			after: []act{organized, scpAct("p", denying(200))}, change: "p", create: act{inputs: props{"name": "p", "content": denying(10241)}},
			code: "ConstraintViolationException", message: size, passes: props{"content": denying(10240)},
		},
		"no JSON":        malformed("deny"),
		"no statement":   malformed(`{"Version":"2012-10-17","Statement":[]}`),
		"a principal":    malformed(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}`),
		"no resource":    malformed(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*"}]}`),
		"a wrong effect": malformed(`{"Version":"2012-10-17","Statement":[{"Effect":"deny","Action":"*","Resource":"*"}]}`),
		"a tag policy that is no JSON": {
			after: []act{organized}, create: act{token: typeOrgPolicy, name: "p", inputs: props{"name": "p", "type": tagPolicy, "content": "tags"}},
			code: "MalformedPolicyDocumentException", message: "The provided policy document does not meet the requirements of the specified policy type.",
			passes: props{"content": `{"tags":{}}`},
		},
		"two policies of a name": {
			after: []act{organized, scpAct("p", denying(100))}, create: act{token: typeOrgPolicy, name: "q", inputs: props{"name": "p", "content": denying(100)}},
			code: "DuplicatePolicyException", message: "A policy with the same name already exists.", passes: props{"name": "q"},
		},
		"a policy in use": {
			after: []act{organized, scpAct("p", denying(100)), attachAct("a", "$p", rootID)}, destroy: "p", code: "PolicyInUseException",
			message: "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts before performing this operation.",
			unless:  "a",
		},
		"attached to nothing": {
			after: []act{organized, scpAct("p", denying(100))}, create: attachAct("a", "$p", "333333333333"), code: "TargetNotFoundException",
			message: "You specified a target that doesn't exist.", passes: props{"targetId": memberID},
		},
		"a missing policy": {
			after: []act{organized, scpAct("p", denying(100))}, create: attachAct("a", "p-0000000000", rootID), code: "PolicyNotFoundException",
			message: "You specified a policy that doesn't exist.", passes: props{"policyId": "$p"},
		},
		"attached twice": {
			after: []act{organized, scpAct("p", denying(100)), attachAct("a", "$p", rootID)}, create: attachAct("b", "$p", rootID),
			code: "DuplicatePolicyAttachmentException", message: "The selected policy is already attached to the specified target.", unless: "a",
		},
		"a kind that is not enabled": {
			after:  []act{{token: typeOrganization, name: "org", adopts: organizationID, inputs: props{"enabledPolicyTypes": []any{tagPolicy}}}, scpAct("p", denying(100))},
			create: attachAct("a", "$p", rootID), code: "PolicyTypeNotEnabledException",
			message: "This operation can be performed only for enabled policy types.", first: []act{organized},
		},
		"too many attached, AWS's own among them": {
			after:  []act{organized, scpAct("p", denying(100)), scpAct("q", denying(100)), attachAct("a", "$p", rootID)},
			quotas: map[string]int{"MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED": 2}, create: attachAct("b", "$q", rootID),
			code: "ConstraintViolationException", message: "You have exceeded the number of policies attached to an entity (MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED).",
			passes: props{"targetId": memberID},
		},
		"AWS's own attached again": {
			after: []act{organized}, create: attachAct("a", fullAccess, rootID), code: "DuplicatePolicyAttachmentException",
			message: "The selected policy is already attached to the specified target.", never: true,
		},
	})
}

func TestTheLastPolicyStays(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: []act{organized, scpAct("p", denying(100))}}, "")
	aws := &Resource{Type: typeOrgAttachment, ID: memberID + ":" + fullAccess}
	const last = "You cannot remove the last policy attached to the specified target. You must have at least one attached at all times."
	refused := s.testModel.destroy(aws)
	require.NotNil(t, refused)
	require.Equal(t, last, refused.Message)

	s.must(attachAct("a", "$p", memberID))
	require.Equal(t, [][]string{{everythingAllowed}, {everythingAllowed, denying(100)}}, s.policiesOver(memberID, serviceControl))
	require.Nil(t, s.testModel.destroy(aws), "another one stays")
	require.Equal(t, [][]string{{everythingAllowed}, {denying(100)}}, s.policiesOver(memberID, serviceControl))
	refused = s.testModel.destroy(s.made["a"])
	require.NotNil(t, refused)
	require.Equal(t, last, refused.Message)
	s.must(attachAct("again", fullAccess, memberID))
	require.Nil(t, s.testModel.destroy(s.made["a"]))
	require.Nil(t, s.policiesOver(managementID, serviceControl), "no policy holds for the management account")
	require.Nil(t, s.policiesOver(memberID, resourceControl), "a kind that is not enabled")
}

func TestAccountRules(t *testing.T) {
	t.Parallel()
	closing := accountAct("a", "a@acme.example")
	closing.inputs = maps.Clone(closing.inputs)
	closing.inputs["closeOnDeletion"] = true
	const taken = "waiting for AWS Organizations Account (b) create: unexpected state 'FAILED', wanted target 'SUCCEEDED'"
	refusals(t, map[string]ruleCase{
		"an address that is taken, whatever its case": {
			after: []act{organized, accountAct("a", "a@acme.example")}, create: accountAct("b", "A@ACME.example"), code: "EMAIL_ALREADY_EXISTS",
			message: taken, passes: props{"email": "b@acme.example"},
		},
		"the address of an account that was there": {
			after: []act{organized}, create: accountAct("b", memberID+"@"+simulatedDomain), code: "EMAIL_ALREADY_EXISTS", message: taken,
			passes: props{"email": "b@acme.example"},
		},
		"a missing unit": {
			after: []act{organized}, create: act{token: typeAccount, name: "b", inputs: props{
				"name": "b", "email": "b@acme.example", "parentId": "ou-simu-00000000",
			}},
			code:    "DestinationParentNotFoundException",
			message: "We can't find the destination container (a root or OU) with the ParentId that you specified.", passes: props{"parentId": rootID},
		},
		"moved to a missing unit": {
			after: []act{organized, accountAct("a", "a@acme.example")}, change: "a", create: act{inputs: props{
				"name": "a", "email": "a@acme.example", "parentId": "ou-simu-00000000",
			}},
			code:    "DestinationParentNotFoundException",
			message: "We can't find the destination container (a root or OU) with the ParentId that you specified.", passes: props{"parentId": rootID},
		},
		"too many accounts": {
			after: []act{organized, accountAct("a", "a@acme.example")}, quotas: map[string]int{"ACCOUNT_LIMIT_EXCEEDED": 3},
			create: accountAct("b", "b@acme.example"), code: "ACCOUNT_LIMIT_EXCEEDED",
			message: "You reached the limit on the number of accounts in your organization.", unless: "a",
		},
		"removed without being closed": {
			after: []act{organized, accountAct("a", "a@acme.example")}, destroy: "a", code: "ConstraintViolationException",
			message: "The member account is missing one or more of the prerequisites required to operate as a standalone account (MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED).",
			never:   true,
		},
		"too many closed": {
			after: []act{organized, closing}, quotas: map[string]int{"CLOSE_ACCOUNT_QUOTA_EXCEEDED": 0}, destroy: "a",
			code: "ConstraintViolationException", message: "You have exceeded close account quota for the past 30 days (CLOSE_ACCOUNT_QUOTA_EXCEEDED).",
			never: true,
		},
		"a closed delegated administrator": {
			after: []act{organized, closing, delegateAct("d", "$a", "config.amazonaws.com")}, destroy: "a", code: "ConstraintViolationException",
			message: "You attempted to remove an account that is a delegated administrator of config.amazonaws.com (CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG).",
			unless:  "d",
		},
		"the management account as delegate": {
			after: []act{organized}, create: delegateAct("d", managementID, "config.amazonaws.com"), code: "ConstraintViolationException",
			message: "You cannot register master account/yourself as delegated administrator for your organization (CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR).",
			passes:  props{"accountId": memberID},
		},
		"a stranger as delegate": {
			after: []act{organized}, create: delegateAct("d", "333333333333", "config.amazonaws.com"), code: "AccountNotFoundException",
			message: "You specified an account that doesn't exist.", passes: props{"accountId": memberID},
		},
		"a delegate registered again": {
			after: []act{organized, delegateAct("d", memberID, "config.amazonaws.com")}, create: delegateAct("e", memberID, "config.amazonaws.com"),
			code: "AccountAlreadyRegisteredException", message: "The specified account is already a delegated administrator for this AWS service.",
			unless: "d",
		},
		"two delegates": {
			after:  []act{organized, accountAct("a", "a@acme.example"), delegateAct("d", "$a", "config.amazonaws.com")},
			create: delegateAct("e", memberID, "config.amazonaws.com"), code: "ConstraintViolationException",
			message: "You have exceeded the allowed number of delegated administrators for the delegated service (MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED).",
			unless:  "d",
		},
		"a service that is not trusted": {
			after: []act{organized}, create: delegateAct("d", memberID, "guardduty.amazonaws.com"), code: "ConstraintViolationException",
			message: "You must enable service access for guardduty.amazonaws.com before you register a delegated administrator (SERVICE_ACCESS_NOT_ENABLED).",
			passes:  props{"servicePrincipal": "config.amazonaws.com"},
		},
	})
}

func TestOrganizationInputs(t *testing.T) {
	t.Parallel()
	badInputs(t, map[string]faultCase{
		"address": {
			token: typeAccount, inputs: props{"name": "a", "email": "a@b"}, want: []Failure{{"email", "must be an address of 6 to 64 characters"}},
			passes: props{"email": "a@b.cd"},
		},
		"account's name": {
			token: typeAccount, inputs: props{"name": strings.Repeat("a", 51), "email": "a@b.cd"},
			want: []Failure{{"name", "must have at most 50 characters, not 51"}}, passes: props{"name": "a"},
		},
		"feature set": {
			token: typeOrganization, inputs: props{"featureSet": "SOME"},
			want: []Failure{{"featureSet", `"SOME" must be one of ALL, CONSOLIDATED_BILLING`}}, passes: props{"featureSet": "ALL"},
		},
	})
}

// An account that is made is there: its role can be taken, and it stays known when the simulation starts again.
func TestAMadeAccountCanBeEntered(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cloud, err := Start(Options{Dir: dir, Region: "eu-west-1", Accounts: []Account{
		{ID: managementID, Name: "management", Management: true}, {ID: memberID, Name: "member"},
	}})
	require.NoError(t, err)
	m := &testModel{model: cloud.model, t: t, at: cloud.home}
	_, refused := m.change(&Resource{Type: typeOrganization, ID: organizationID, Name: "org"}, organized.inputs)
	require.Nil(t, refused)
	unit := m.make(typeUnit, "ou", props{"name": "ou", "parentId": rootID})
	made := m.make(typeAccount, "new", props{"name": "new", "email": "new@acme.example", "parentId": unit.ID, "closeOnDeletion": true})
	require.Regexp(t, `^[0-9]{12}$`, made.ID)
	role := "arn:aws:iam::" + made.ID + ":role/" + accessRole
	_, refused = m.assume(operator(m.at), "aws", assumption{RoleARN: role})
	require.Nil(t, refused)

	moved, refused := m.change(made, props{"name": "new", "email": "new@acme.example", "parentId": rootID})
	require.Nil(t, refused)
	require.Equal(t, made.ID, moved.ID, "it moves in place")
	require.Empty(t, m.replaces(typeAccount, props{"name": "n", "parentId": unit.ID}, props{"name": "n", "parentId": rootID}))
	require.NoError(t, cloud.Close())

	cloud, err = Start(Options{Dir: dir, Region: "eu-west-1"})
	require.NoError(t, err)
	defer func() { require.NoError(t, cloud.Close()) }()
	m = &testModel{model: cloud.model, t: t, at: cloud.home}
	_, refused = m.assume(operator(m.at), "aws", assumption{RoleARN: role})
	require.Nil(t, refused)
	_, refused = m.change(made, props{"name": "new", "email": "new@acme.example", "closeOnDeletion": true})
	require.Nil(t, refused)
	require.Nil(t, m.destroy(made), "closed")
	_, refused = m.assume(operator(m.at), "aws", assumption{RoleARN: role})
	require.NotNil(t, refused)
	_, refused = m.try(typeAccount, "again", props{"name": "again", "email": "NEW@acme.example"})
	require.NotNil(t, refused)
	require.Equal(t, "EMAIL_ALREADY_EXISTS", refused.Code, "a closed account keeps its address")
	require.FileExists(t, filepath.Join(dir, "inventory.db"))
}

// What the simulation begins with is read as the engine reads what it imports.
func TestMembersAreFound(t *testing.T) {
	t.Parallel()
	m := newTestModel(t)
	read := func(token, id string) *Resource {
		found, err := m.read(call{place: m.at, Token: token, ID: id})
		require.NoError(t, err)
		return found
	}
	member := read(typeAccount, memberID)
	require.NotNil(t, member)
	require.Equal(t, rootID, member.Text("parentId"))
	require.Equal(t, "arn:aws:organizations::"+managementID+":account/"+organizationID+"/"+memberID, member.Text("arn"))
	require.Equal(t, resource.PropertyMap{
		"name": resource.NewProperty("member"), "email": resource.NewProperty(memberID + "@" + simulatedDomain),
		"parentId": resource.NewProperty(rootID),
	}, m.inputsOf(member, nil, nil))
	require.Nil(t, read(typeAccount, managementID), "the management account is no member")
	require.Nil(t, read(typeAccount, "333333333333"))
	require.NotNil(t, read(typeOrganization, organizationID))
	require.Nil(t, read(typeOrganization, "o-other00000"))
	require.NotNil(t, read(typeOrgAttachment, rootID+":"+fullAccess))
	require.Nil(t, read(typeOrgAttachment, "333333333333:"+fullAccess))
	delete(m.accounts, memberID)
	require.Nil(t, read(typeOrganization, organizationID), "an account alone has no organization")
	made := m.make(typeOrganization, "org", props{"enabledPolicyTypes": []any{serviceControl}})
	require.Equal(t, organizationID, made.ID)
	require.Nil(t, m.destroy(made))
}

// The calls are judged by IAM as any other: a role without the right is refused before the organization is asked.
func TestOrganizationCallsNeedTheirActions(t *testing.T) {
	t.Parallel()
	m := newTestModel(t)
	m.make(roleToken, "viewer", roleAct("viewer", assumable(byAccount)).inputs)
	asked := m.call(typeAccount, "a", props{"name": "a", "email": "a@acme.example"})
	asked.Caller = &identity{Account: managementID, Source: "arn:aws:iam::" + managementID + ":role/viewer", ARN: "viewer"}
	_, err := m.create(asked)
	refused := refusalOf(t, err)
	require.NotNil(t, refused)
	require.Equal(t, "AccessDeniedException", refused.Code)
	require.Equal(t, "User: viewer is not authorized to perform: organizations:CreateAccount on resource: * "+
		"because no identity-based policy allows the organizations:CreateAccount action", refused.Message)
	operated := operator(m.at)
	asked.Caller = &operated
	_, err = m.create(asked)
	require.NoError(t, err)
}
