package sim

import (
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const (
	kindPermissionSet  = "aws:ssoadmin/permissionSet:PermissionSet"
	typeIdentityGroup  = "aws:identitystore/group:Group"
	typeAssignment     = "aws:ssoadmin/accountAssignment:AccountAssignment"
	typeSetManaged     = "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment"
	typeSetCustomer    = "aws:ssoadmin/customerManagedPolicyAttachment:CustomerManagedPolicyAttachment"
	typeSetInline      = "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy"
	typeSetBoundary    = "aws:ssoadmin/permissionsBoundaryAttachment:PermissionsBoundaryAttachment"
	setTakesManaged    = 20    // https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html
	setInlineBytes     = 32768 // without white space
	identityStoreID    = "d-0123456789"
	instanceResourceID = "ssoins-0123456789abcdef"
)

// identityCenterTypes are IAM Identity Center's and its store's. Replacement lists are ForceNew in the Terraform provider
// (internal/service/ssoadmin, internal/service/identitystore).
func identityCenterTypes() []row {
	return []row{
		identityGroupRow(), permissionSetRow(), setManagedRow(), setCustomerRow(), setInlineRow(), setBoundaryRow(), assignmentRow(),
	}
}

func identityGroupRow() row {
	number := func(r *request) resource.PropertyValue {
		d := digest(32, string(r.URN), r.Text("displayName"))
		return resource.NewProperty(strings.Join([]string{d[:8], d[8:12], d[12:16], d[16:20], d[20:]}, "-"))
	}
	return row{
		Token: typeIdentityGroup, Scope: account,
		Actions: ssoActions("identitystore:CreateGroup", "identitystore:DeleteGroup", "identitystore:UpdateGroup"),
		ID: func(r *request) resource.PropertyValue {
			return resource.NewProperty(r.Text("identityStoreId") + "/" + number(r).StringValue())
		},
		Computed: map[string]maker{"groupId": func(r *request) resource.PropertyValue {
			return resource.NewProperty(r.ID[strings.Index(r.ID, "/")+1:])
		}, "externalIds": fixed([]any{})},
		Replace: []string{"identityStoreId"},
		Valid:   map[string]validator{"displayName": longest(1024), "description": longest(1024)},
		Create:  []rule{storeExists},
		Update:  []rule{storeExists},
		NotFound: &refusal{
			Code: "ResourceNotFoundException", Message: "GROUP not found.", Status: http.StatusNotFound,
		},
		Unique: []unique{{By: []string{"identityStoreId", "displayName"}, refusal: refusal{
			Code: "ConflictException", Message: "Duplicate GroupDisplayName", Status: http.StatusConflict,
		}}},
		Latency: ssoTimes(),
	}
}

func permissionSetRow() row {
	arn := func(r *request) resource.PropertyValue {
		set := "permissionSet/" + instanceResourceID + "/ps-" + digest(16, string(r.URN), r.Text("name"))
		return resource.NewProperty(r.expand("arn:{partition}:sso:::") + set)
	}
	return row{
		Token: kindPermissionSet, Scope: account,
		Actions: ssoActions("sso:CreatePermissionSet", "sso:DeletePermissionSet", "sso:UpdatePermissionSet"),
		ID: func(r *request) resource.PropertyValue {
			return resource.NewProperty(arn(r).StringValue() + "," + r.Text("instanceArn"))
		},
		Autoname: autoname{Property: "name", Limit: 32},
		Computed: map[string]maker{"arn": arn, "createdDate": fixed(creationDate)},
		Defaults: map[string]any{"sessionDuration": "PT1H"},
		Replace:  []string{"instanceArn", "name"},
		Valid: map[string]validator{
			"name":            matching(regexp.MustCompile(`^[\w+=,.@-]{1,32}$`), "1 to 32 letters, digits and any of _+=,.@-"),
			"sessionDuration": matching(regexp.MustCompile(`^PT([1-9]|1[0-1])H([0-5]?[0-9]M)?$|^PT12H$`), "a time from PT1H to PT12H"),
			"description":     longest(700),
		},
		Create:   []rule{instanceExists},
		Update:   []rule{instanceExists},
		Delete:   []rule{setIsUnassigned},
		NotFound: &refusal{Code: "ResourceNotFoundException", Message: "Could not find PermissionSet with id {target}"},
		Unique: []unique{{By: []string{"instanceArn", "name"}, refusal: refusal{
			Code: "ConflictException", Message: "PermissionSet with name {name} already exists.",
		}}},
		Quotas: []quota{{Limit: 2000, refusal: refusal{
			Code: "ServiceQuotaExceededException", Message: "You have exceeded the maximum number of permission sets allowed in IAM Identity Center.",
		}}},
		Latency: ssoTimes(),
	}
}

func setManagedRow() row {
	return row{
		Token: typeSetManaged, Scope: account,
		Actions: ssoActions("sso:AttachManagedPolicyToPermissionSet", "sso:DetachManagedPolicyFromPermissionSet"),
		ID:      fill("{managedPolicyArn},{permissionSetArn},{instanceArn}"),
		Computed: map[string]maker{"managedPolicyName": func(r *request) resource.PropertyValue {
			arn := r.Text("managedPolicyArn")
			return resource.NewProperty(arn[strings.LastIndex(arn, "/")+1:])
		}},
		Replace: []string{"managedPolicyArn", "permissionSetArn", "instanceArn"},
		Valid:   map[string]validator{"managedPolicyArn": matching(regexp.MustCompile(`^arn:[a-z-]+:iam::aws:policy/`), "the ARN of one of AWS's policies")},
		Create:  []rule{instanceExists, setTakesMore},
		Refs:    map[string]string{"permissionSetArn": kindPermissionSet},
		Within:  "permissionSetArn",
		Latency: ssoTimes(),
	}
}

func setCustomerRow() row {
	return row{
		Token: typeSetCustomer, Scope: account,
		Actions: ssoActions("sso:AttachCustomerManagedPolicyReferenceToPermissionSet", "sso:DetachCustomerManagedPolicyReferenceFromPermissionSet"),
		ID: func(r *request) resource.PropertyValue {
			name := text(r.New["customerManagedPolicyReference"].ObjectValue(), "name")
			return resource.NewProperty(name + "," + r.Text("permissionSetArn") + "," + r.Text("instanceArn"))
		},
		Replace: []string{"customerManagedPolicyReference", "permissionSetArn", "instanceArn"},
		Create:  []rule{instanceExists, setTakesMore},
		Refs:    map[string]string{"permissionSetArn": kindPermissionSet},
		Within:  "permissionSetArn",
		Latency: ssoTimes(),
	}
}

func setInlineRow() row {
	return row{
		Token: typeSetInline, Scope: account,
		Actions:   ssoActions("sso:PutInlinePolicyToPermissionSet", "sso:DeleteInlinePolicyFromPermissionSet"),
		ID:        fill("{permissionSetArn},{instanceArn}"),
		Attached:  true,
		Replace:   []string{"permissionSetArn", "instanceArn"},
		Documents: []string{"inlinePolicy"},
		Create:    []rule{instanceExists, setInlineIsWellFormed},
		Update:    []rule{setInlineIsWellFormed},
		Refs:      map[string]string{"permissionSetArn": kindPermissionSet},
		Within:    "permissionSetArn",
		Latency:   ssoTimes(),
	}
}

func setBoundaryRow() row {
	return row{
		Token: typeSetBoundary, Scope: account,
		Actions:  ssoActions("sso:PutPermissionsBoundaryToPermissionSet", "sso:DeletePermissionsBoundaryFromPermissionSet"),
		ID:       fill("{permissionSetArn},{instanceArn}"),
		Attached: true,
		Replace:  []string{"permissionsBoundary", "permissionSetArn", "instanceArn"},
		Create:   []rule{instanceExists},
		Refs:     map[string]string{"permissionSetArn": kindPermissionSet},
		Within:   "permissionSetArn",
		Latency:  ssoTimes(),
	}
}

func assignmentRow() row {
	return row{
		Token: typeAssignment, Scope: account,
		Actions:  ssoActions("sso:CreateAccountAssignment", "sso:DeleteAccountAssignment"),
		ID:       fill("{principalId},{principalType},{targetId},{targetType},{permissionSetArn},{instanceArn}"),
		Defaults: map[string]any{"targetType": "AWS_ACCOUNT"},
		Replace:  []string{"instanceArn", "permissionSetArn", "principalId", "principalType", "targetId", "targetType"},
		Valid: map[string]validator{
			"principalType": oneOf("GROUP", "USER"), "targetType": oneOf("AWS_ACCOUNT"),
			"targetId": matching(regexp.MustCompile(`^[0-9]{12}$`), "an account's twelve digits"),
		},
		Create: []rule{instanceExists, principalExists, assignedAccountExists},
		Refs:   map[string]string{"permissionSetArn": kindPermissionSet},
		// Identity Center makes the role in the account, which takes some seconds.
		Latency: latency{Create: 10 * time.Second, Delete: 10 * time.Second,
			Source: "CreateAccountAssignment is asynchronous; the provider polls DescribeAccountAssignmentCreationStatus"},
	}
}

// ssoActions are the calls of one type; update is given where it is not the same as create.
func ssoActions(create, remove string, update ...string) actions {
	return actions{Create: []string{create}, Delete: []string{remove}, Update: append(update, create)[:1], Resource: "*"}
}

func ssoTimes() latency {
	return latency{Create: time.Second, Update: time.Second, Delete: time.Second, Source: "Identity Center answers within a second"}
}
