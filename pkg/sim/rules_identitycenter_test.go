package sim

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

const testInstance = "arn:aws:sso:::instance/" + instanceResourceID

func peopleAct(name string) act {
	return act{token: typeIdentityGroup, name: name, inputs: props{"displayName": name, "identityStoreId": identityStoreID}}
}

func setAct(name string) act {
	return act{token: kindPermissionSet, name: name, inputs: props{"name": name, "instanceArn": testInstance}}
}

func managedSetAct(name, set, policy string) act {
	return act{token: typeSetManaged, name: name, inputs: props{
		"instanceArn": testInstance, "permissionSetArn": set, "managedPolicyArn": "arn:aws:iam::aws:policy/" + policy,
	}}
}

func assignAct(name, group, set, account string) act {
	return act{token: typeAssignment, name: name, inputs: props{
		"instanceArn": testInstance, "permissionSetArn": set, "principalId": group, "principalType": "GROUP", "targetId": account,
	}}
}

func TestIdentityCenterRules(t *testing.T) {
	t.Parallel()
	inline := func(name, document string) act {
		return act{token: typeSetInline, name: name, inputs: props{
			"instanceArn": testInstance, "permissionSetArn": "$s.arn", "inlinePolicy": document,
		}}
	}
	member := func(create act) act {
		create.account = memberID
		return create
	}
	const other = "arn:aws:sso:::instance/ssoins-ffffffffffffffff"
	refusals(t, map[string]ruleCase{
		"another instance": {
			create: act{token: kindPermissionSet, name: "s", inputs: props{"name": "s", "instanceArn": other}}, code: "ResourceNotFoundException",
			message: "Could not find Instance with id " + other, passes: props{"instanceArn": testInstance},
		},
		"made by a member": {
			create: member(setAct("s")), code: "AccessDeniedException", status: http.StatusForbidden,
			message: "You do not have sufficient access to perform this action.", never: true,
		},
		"a group made by a member": {
			create: member(peopleAct("g")), code: "AccessDeniedException", status: http.StatusForbidden,
			message: "You do not have sufficient access to perform this action.", never: true,
		},
		"another store": {
			create: act{token: typeIdentityGroup, name: "g", inputs: props{"displayName": "g", "identityStoreId": "d-9999999999"}},
			code:   "ResourceNotFoundException", message: "IDENTITY_STORE not found.", status: http.StatusNotFound,
			passes: props{"identityStoreId": identityStoreID},
		},
		"two groups of a name": {
			after: []act{peopleAct("g")}, create: act{token: typeIdentityGroup, name: "h", inputs: props{"displayName": "g", "identityStoreId": identityStoreID}},
			code: "ConflictException", message: "Duplicate GroupDisplayName", status: http.StatusConflict, passes: props{"displayName": "h"},
		},
		"two permission sets of a name": {
			after: []act{setAct("s")}, create: act{token: kindPermissionSet, name: "r", inputs: props{"name": "s", "instanceArn": testInstance}},
			code: "ConflictException", message: "PermissionSet with name s already exists.", passes: props{"name": "r"},
		},
		"a permission set in use": {
			after: []act{peopleAct("g"), setAct("s"), assignAct("a", "$g.groupId", "$s.arn", memberID)}, destroy: "s", code: "ConflictException",
			message: "Permission set has one or more account assignments. Delete the account assignments and try again.", unless: "a",
		},
		"too many policies": {
			after: []act{setAct("s"), managedSetAct("m", "$s.arn", "ReadOnlyAccess")}, quotas: map[string]int{"ServiceQuotaExceededException": 1},
			create: managedSetAct("n", "$s.arn", "job-function/Billing"), code: "ServiceQuotaExceededException",
			message: "You have exceeded the maximum number of managed policies for a permission set.", unless: "m",
		},
		"a policy of a missing set": {
			after: []act{setAct("s")}, create: managedSetAct("m", "arn:aws:sso:::permissionSet/"+instanceResourceID+"/ps-ffff", "ReadOnlyAccess"),
			code: "ResourceNotFoundException", message: "Could not find PermissionSet with id arn:aws:sso:::permissionSet/" + instanceResourceID + "/ps-ffff",
			passes: props{"permissionSetArn": "$s.arn"},
		},
		"rights that are none": {
			after: []act{setAct("s")}, create: inline("i", "allow"), code: "ValidationException",
			message: "The policy is malformed: Syntax errors in policy.", passes: props{"inlinePolicy": sized(200)},
		},
		"rights too long": {
			after: []act{setAct("s")}, create: inline("i", sized(32769)), code: "ServiceQuotaExceededException",
			message: "Inline policy exceeds the maximum size of 32768 bytes.", passes: props{"inlinePolicy": sized(32768)},
		},
		"assigned to a missing group": {
			after: []act{peopleAct("g"), setAct("s")}, create: assignAct("a", "00000000-0000-0000-0000-000000000000", "$s.arn", memberID),
			code: "ResourceNotFoundException", message: "Could not find Group with id 00000000-0000-0000-0000-000000000000",
			passes: props{"principalId": "$g.groupId"},
		},
		"assigned in a missing account": {
			after: []act{peopleAct("g"), setAct("s")}, create: assignAct("a", "$g.groupId", "$s.arn", "333333333333"),
			code: "ResourceNotFoundException", message: "Could not find Account with id 333333333333", passes: props{"targetId": memberID},
		},
	})
}

func TestIdentityCenterInputs(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("s", 33)
	badInputs(t, map[string]faultCase{
		"long name": {
			token: kindPermissionSet, inputs: props{"name": long, "instanceArn": testInstance},
			want: []Failure{{"name", `"` + long + `" must be 1 to 32 letters, digits and any of _+=,.@-`}}, passes: props{"name": long[1:]},
		},
		"long session": {
			token: kindPermissionSet, inputs: props{"name": "s", "instanceArn": testInstance, "sessionDuration": "PT13H"},
			want: []Failure{{"sessionDuration", `"PT13H" must be a time from PT1H to PT12H`}}, passes: props{"sessionDuration": "PT12H"},
		},
	})
}

func TestTheInstanceIsTheManagementAccounts(t *testing.T) {
	t.Parallel()
	m := newTestModel(t)
	ask := func(account string) resource.PropertyMap {
		at := m.in(account, "eu-west-1").at
		answer, failures, err := m.invoke(&session{place: at, caller: operator(at), model: m.model}, "aws:ssoadmin/getInstances:getInstances", nil)
		require.NoError(t, err)
		require.Empty(t, failures)
		return answer
	}
	require.Equal(t, []string{testInstance}, texts(ask(managementID), "arns"))
	require.Equal(t, []string{identityStoreID}, texts(ask(managementID), "identityStoreIds"))
	require.Empty(t, texts(ask(memberID), "arns"))
}
