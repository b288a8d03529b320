package sim

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Kinds that others refer to.
const (
	kindRole      = roleToken
	kindIAMPolicy = "policy"
)

// iamTimes: IAM answers within seconds and is consistent everywhere some seconds later; the real provider waits for it.
const iamTimes = "IAM calls answer within a second; the provider waits some seconds more until a new role is seen everywhere"

// identityTypes are IAM's. Their replacement lists are ForceNew in the Terraform provider (internal/service/iam).
func identityTypes() []row {
	return []row{roleRow(), rolePolicyRow(), managedPolicyRow(), policyAttachmentRow()}
}

func roleRow() row {
	return row{
		Token: "aws:iam/role:Role", Kind: kindRole, Scope: account,
		Actions: actions{
			Create: []string{"iam:CreateRole", "iam:TagRole"},
			Update: []string{"iam:UpdateRole", "iam:UpdateAssumeRolePolicy", "iam:TagRole"},
			Delete: []string{"iam:DeleteRole"},
			Read:   []string{"iam:GetRole"}, Context: boundaryKeys,
		},
		ID:       fill("{name}"),
		Autoname: autoname{Property: "name", Limit: 64},
		Computed: map[string]maker{
			"arn":        pathARN("role"),
			"createDate": fixed(creationDate),
			"uniqueId":   uniqueID("AROA"),
			// Both are attributes of the role in IAM: empty until something is attached.
			"managedPolicyArns": fixed([]any{}), "inlinePolicies": fixed([]any{}),
		},
		Defaults:  map[string]any{"path": "/", "maxSessionDuration": 3600, "forceDetachPolicies": false},
		Replace:   []string{"name", "namePrefix", "path"},
		Sets:      []string{"managedPolicyArns", "inlinePolicies"},
		Documents: []string{"assumeRolePolicy"},
		Valid: map[string]validator{
			"name": iamName(64), "path": iamPath, "maxSessionDuration": between(3600, 43200),
			"description": longest(1000),
		},
		Create: []rule{trustIsWellFormed, trustNamesSomebody, trustFederates, inlineFits, managedAreKnown("managedPolicyArns", "permissionsBoundary")},
		Update: []rule{trustIsWellFormed, trustNamesSomebody, trustFederates, inlineFits, managedAreKnown("managedPolicyArns", "permissionsBoundary")},
		Delete: []rule{roleIsBare},
		Refs:   map[string]string{"permissionsBoundary": kindIAMPolicy, "managedPolicyArns": kindIAMPolicy},
		NotFound: &refusal{
			Code: "NoSuchEntity", Message: "The role with name {target} cannot be found.", Status: http.StatusNotFound,
		},
		Unique: []unique{{By: []string{"name"}, refusal: refusal{
			Code: "EntityAlreadyExists", Message: "Role with name {name} already exists.", Status: http.StatusConflict,
		}}},
		Quotas: []quota{{Limit: 1000, refusal: refusal{
			Code: "LimitExceeded", Message: "Cannot exceed quota for RolesPerAccount: 1000", Status: http.StatusConflict,
		}}},
		Latency: latency{Create: 8 * time.Second, Update: time.Second, Delete: time.Second, Source: iamTimes},
	}
}

func rolePolicyRow() row {
	return row{
		Token: "aws:iam/rolePolicy:RolePolicy", Scope: account,
		Actions: actions{
			Create: []string{"iam:PutRolePolicy"},
			Update: []string{"iam:PutRolePolicy"},
			Delete: []string{"iam:DeleteRolePolicy"},
			Read:   []string{"iam:GetRolePolicy"}, Target: ownerRole, Context: boundaryKeys,
		},
		ID:        fill("{role}:{name}"),
		Autoname:  autoname{Property: "name", Limit: 128},
		Replace:   []string{"name", "namePrefix", "role"},
		Documents: []string{"policy"},
		Valid:     map[string]validator{"name": iamName(128)},
		Create:    []rule{identityIsWellFormed, inlineFits},
		Update:    []rule{identityIsWellFormed, inlineFits},
		Refs:      map[string]string{"role": kindRole},
		NotFound: &refusal{
			Code: "NoSuchEntity", Message: "The role policy with name {target} cannot be found.", Status: http.StatusNotFound,
		},
		Latency: latency{Create: time.Second, Update: time.Second, Delete: time.Second, Source: iamTimes},
	}
}

func managedPolicyRow() row {
	return row{
		Token: "aws:iam/policy:Policy", Kind: kindIAMPolicy, Scope: account,
		Actions: actions{
			Create: []string{"iam:CreatePolicy", "iam:TagPolicy"},
			Update: []string{"iam:CreatePolicyVersion", "iam:TagPolicy"},
			Delete: []string{"iam:DeletePolicy"},
			Read:   []string{"iam:GetPolicy", "iam:GetPolicyVersion"},
		},
		ID:       pathARN("policy"),
		Autoname: autoname{Property: "name", Limit: 128},
		Computed: map[string]maker{
			"arn": pathARN("policy"), "policyId": uniqueID("ANPA"), "attachmentCount": fixed(0),
		},
		Defaults:  map[string]any{"path": "/"},
		Replace:   []string{"name", "namePrefix", "path", "description"},
		Documents: []string{"policy"},
		Valid:     map[string]validator{"name": iamName(128), "path": iamPath, "description": longest(1000)},
		Create:    []rule{identityIsWellFormed, managedFits},
		Update:    []rule{identityIsWellFormed, managedFits},
		NotFound: &refusal{
			Code: "NoSuchEntity", Message: "Policy {target} does not exist or is not attachable.", Status: http.StatusNotFound,
		},
		InUse: &refusal{
			Code: "DeleteConflict", Message: "Cannot delete a policy attached to entities.", Status: http.StatusConflict,
		},
		Unique: []unique{{By: []string{"name"}, refusal: refusal{
			Code:    "EntityAlreadyExists",
			Message: "A policy called {name} already exists. Duplicate names are not allowed.", Status: http.StatusConflict,
		}}},
		Quotas: []quota{{Limit: 1500, refusal: refusal{
			Code: "LimitExceeded", Message: "Cannot exceed quota for PoliciesPerAccount: 1500", Status: http.StatusConflict,
		}}},
		Latency: latency{Create: 2 * time.Second, Update: time.Second, Delete: time.Second, Source: iamTimes},
	}
}

func policyAttachmentRow() row {
	return row{
		Token: "aws:iam/rolePolicyAttachment:RolePolicyAttachment", Scope: account,
		Actions: actions{
			Create: []string{"iam:AttachRolePolicy"},
			Delete: []string{"iam:DetachRolePolicy"},
			Read:   []string{"iam:ListAttachedRolePolicies"}, Target: ownerRole, Context: boundaryKeys,
		},
		ID:      fill("{role}/{policyArn}"),
		Replace: []string{"role", "policyArn"},
		Refs:    map[string]string{"role": kindRole, "policyArn": kindIAMPolicy},
		Create:  []rule{managedAreKnown("policyArn")},
		Quotas: []quota{{Limit: 10, Per: []string{"role"}, refusal: refusal{
			Code: "LimitExceeded", Message: "Cannot exceed quota for PoliciesPerRole: 10", Status: http.StatusConflict,
		}}},
		Latency: latency{Create: time.Second, Delete: time.Second, Source: iamTimes},
	}
}

// creationDate stands for the moment of creation: outputs are the same in every run.
const creationDate = "2024-01-01T00:00:00Z"

// pathARN is the ARN of an IAM entity, its path included.
func pathARN(kind string) maker {
	return func(r *request) resource.PropertyValue {
		return resource.NewProperty(r.expand("arn:{partition}:iam::{account}:"+kind) + cmp.Or(r.Text("path"), "/") + r.expand("{name}"))
	}
}

// uniqueID is an id IAM gives for ever, even when the name is used again.
func uniqueID(prefix string) maker {
	return func(r *request) resource.PropertyValue {
		return resource.NewProperty(prefix + strings.ToUpper(digest(17, r.Account, r.expand("{name}"), string(r.URN))))
	}
}
