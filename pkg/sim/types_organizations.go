package sim

import (
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const (
	typeOrganization   = "aws:organizations/organization:Organization"
	typeUnit           = "aws:organizations/organizationalUnit:OrganizationalUnit"
	typeAccount        = "aws:organizations/account:Account"
	typeOrgPolicy      = "aws:organizations/policy:Policy"
	typeOrgAttachment  = "aws:organizations/policyAttachment:PolicyAttachment"
	typeDelegatedAdmin = "aws:organizations/delegatedAdministrator:DelegatedAdministrator"
)

// rootID is the root of the simulated organization, and fullAccess the policy AWS attaches to everything in it.
const (
	rootID     = "r-simu"
	fullAccess = "p-FullAWSAccess"
)

// The kinds of policy of an organization.
const (
	serviceControl  = "SERVICE_CONTROL_POLICY"
	resourceControl = "RESOURCE_CONTROL_POLICY"
	tagPolicy       = "TAG_POLICY"
)

var mailAddress = regexp.MustCompile(`^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$`)

// organizationTypes are AWS Organizations' and what other services set for an organization as a whole. Replacement
// lists are ForceNew in the Terraform provider (internal/service/organizations).
func organizationTypes() []row {
	return []row{
		organizationRow(), unitRow(), accountRow(), orgPolicyRow(), orgAttachmentRow(), delegatedAdminRow(),
		orgResourcePolicyRow(), rootFeaturesRow(),
	}
}

func organizationRow() row {
	root := func(r *request) resource.PropertyValue {
		types := []any{}
		for _, enabled := range r.Texts("enabledPolicyTypes") {
			types = append(types, map[string]any{"status": "ENABLED", "type": enabled})
		}
		arn := r.expand("arn:{partition}:organizations::{account}:root/" + organizationID + "/" + rootID)
		return resource.NewPropertyValue([]any{map[string]any{"arn": arn, "id": rootID, "name": "Root", "policyTypes": types}})
	}
	return row{
		Token: typeOrganization, Scope: account,
		Actions: actions{
			Create: []string{"organizations:CreateOrganization", "organizations:EnableAWSServiceAccess", "organizations:EnablePolicyType"},
			Update: []string{
				"organizations:DisableAWSServiceAccess", "organizations:DisablePolicyType", "organizations:EnableAWSServiceAccess",
				"organizations:EnablePolicyType",
			},
			Delete: []string{"organizations:DeleteOrganization"}, Read: []string{"organizations:DescribeOrganization", "organizations:ListRoots"},
			Resource: "*",
		},
		ID: fixed(organizationID),
		Computed: map[string]maker{
			"arn":              fill("arn:{partition}:organizations::{account}:organization/" + organizationID),
			"masterAccountArn": fill("arn:{partition}:organizations::{account}:account/" + organizationID + "/{account}"),
			"masterAccountId":  fill("{account}"), "masterAccountEmail": fill("{account}@" + simulatedDomain),
			"masterAccountName": func(r *request) resource.PropertyValue {
				return resource.NewProperty(r.cloud.accounts[r.Account].Name)
			},
			"roots": root, "accounts": fixed([]any{}), "nonMasterAccounts": fixed([]any{}),
		},
		Defaults: map[string]any{"featureSet": "ALL"},
		Sets:     []string{"awsServiceAccessPrincipals", "enabledPolicyTypes"},
		Valid: map[string]validator{
			"featureSet": oneOf("ALL", "CONSOLIDATED_BILLING"),
			"enabledPolicyTypes": oneOf("AISERVICES_OPT_OUT_POLICY", "BACKUP_POLICY", "CHATBOT_POLICY", "DECLARATIVE_POLICY_EC2",
				resourceControl, serviceControl, tagPolicy),
			"awsServiceAccessPrincipals": matching(regexp.MustCompile(`\.amazonaws\.com$`), "a service principal"),
		},
		Create: []rule{accountIsAlone},
		Update: []rule{callerRules, administratorsKeepTrust},
		Delete: []rule{organizationIsEmpty},
		Found:  foundOrganization,
		NotFound: &refusal{
			Code: "AWSOrganizationsNotInUseException", Message: "Your account is not a member of an organization.",
		},
		Latency: orgTimes(5 * time.Second),
	}
}

func unitRow() row {
	return row{
		Token: typeUnit, Scope: account, Actions: orgActions("CreateOrganizationalUnit", "UpdateOrganizationalUnit", "DeleteOrganizationalUnit"),
		ID: func(r *request) resource.PropertyValue {
			return resource.NewProperty("ou-" + strings.TrimPrefix(rootID, "r-") + "-" + digest(8, string(r.URN), r.Text("parentId"), r.Text("name")))
		},
		Autoname: autoname{Property: "name", Limit: 128},
		Computed: map[string]maker{
			"arn": fill("arn:{partition}:organizations::{account}:ou/" + organizationID + "/{id}"), "accounts": fixed([]any{}),
		},
		Replace:  []string{"parentId"},
		Valid:    map[string]validator{"name": longest(128)},
		Create:   []rule{callerRules, parentExists("ParentNotFoundException", "You specified parent that doesn't exist."), unitIsNotTooDeep, unitIsNew},
		Update:   []rule{callerRules, unitIsNew},
		Delete:   []rule{unitIsEmpty},
		NotFound: &refusal{Code: "OrganizationalUnitNotFoundException", Message: "You specified an organizational unit that doesn't exist."},
		Quotas: []quota{{Limit: 2000, refusal: refusal{
			Code: "OU_NUMBER_LIMIT_EXCEEDED", Message: "You have exceeded the number of organizational units that you can have in an organization."}}},
		Latency: orgTimes(time.Second),
	}
}

func accountRow() row {
	return row{
		Token: typeAccount, Scope: account, Actions: orgActions("CreateAccount", "MoveAccount", "CloseAccount"),
		ID:       accountNumber,
		Autoname: autoname{Property: "name", Limit: 50},
		Computed: map[string]maker{
			"arn":          fill("arn:{partition}:organizations::{account}:account/" + organizationID + "/{id}"),
			"joinedMethod": fixed("CREATED"), "joinedTimestamp": fixed(creationDate), "status": fixed("ACTIVE"),
			"parentId": fixed(rootID),
		},
		Absent:   []string{"govcloudId"},
		Defaults: map[string]any{"closeOnDeletion": false, "createGovcloud": false},
		Replace:  []string{"email", "name", "roleName", "iamUserAccessToBilling", "createGovcloud"},
		Valid: map[string]validator{
			"name": longest(50), "iamUserAccessToBilling": oneOf("ALLOW", "DENY"),
			"email": textual(func(email string) string {
				if len(email) < 6 || len(email) > 64 || !mailAddress.MatchString(email) {
					return "must be an address of 6 to 64 characters"
				}
				return ""
			}),
		},
		Create:   []rule{callerRules, destinationExists, addressIsNew, accountsFit},
		Update:   []rule{callerRules, destinationExists},
		Delete:   []rule{accountIsNoAdministrator, accountMayGo},
		Effect:   accountComesAndGoes,
		Found:    foundAccount,
		NotFound: &refusal{Code: "AccountNotFoundException", Message: "You specified an account that doesn't exist."},
		// CreateAccount answers at once and works on for about a minute; closing takes as long.
		Latency: latency{Create: time.Minute, Update: 2 * time.Second, Delete: time.Minute,
			Source: "Organizations: CreateAccount is asynchronous; the provider polls DescribeCreateAccountStatus"},
	}
}

func orgPolicyRow() row {
	return row{
		Token: typeOrgPolicy, Scope: account, Actions: orgActions("CreatePolicy", "UpdatePolicy", "DeletePolicy"),
		ID: func(r *request) resource.PropertyValue {
			return resource.NewProperty("p-" + digest(10, string(r.URN), r.Text("name"), r.Text("type")))
		},
		Autoname: autoname{Property: "name", Limit: 128},
		Computed: map[string]maker{"arn": func(r *request) resource.PropertyValue {
			kind := strings.ToLower(r.Text("type"))
			return resource.NewProperty(r.expand("arn:{partition}:organizations::{account}:policy/" + organizationID + "/" + kind + "/{id}"))
		}},
		Defaults:  map[string]any{"type": serviceControl, "skipDestroy": false},
		Replace:   []string{"type"},
		Documents: []string{"content"},
		Valid: map[string]validator{
			"name": longest(128), "description": longest(512),
			"type": oneOf("AISERVICES_OPT_OUT_POLICY", "BACKUP_POLICY", "CHATBOT_POLICY", "DECLARATIVE_POLICY_EC2",
				resourceControl, serviceControl, tagPolicy),
		},
		Create:   []rule{callerRules, orgPolicyFits, orgPolicyIsWellFormed},
		Update:   []rule{callerRules, orgPolicyFits, orgPolicyIsWellFormed},
		Delete:   []rule{orgPolicyIsFree},
		NotFound: &refusal{Code: "PolicyNotFoundException", Message: "You specified a policy that doesn't exist."},
		Unique: []unique{{By: []string{"name", "type"}, refusal: refusal{
			Code: "DuplicatePolicyException", Message: "A policy with the same name already exists."}}},
		Quotas: []quota{{Limit: 1000, Per: []string{"type"}, refusal: refusal{
			Code: "POLICY_NUMBER_LIMIT_EXCEEDED", Message: "You have exceeded the number of policies that you can have in an organization."}}},
		Latency: orgTimes(time.Second),
	}
}

func orgAttachmentRow() row {
	return row{
		Token: typeOrgAttachment, Scope: account, Actions: orgActions("AttachPolicy", "AttachPolicy", "DetachPolicy"),
		ID:       fill("{targetId}:{policyId}"),
		Defaults: map[string]any{"skipDestroy": false},
		Replace:  []string{"policyId", "targetId"},
		Create:   []rule{callerRules, targetExists, policyExists, policyTypeIsEnabled, attachmentIsNew, attachmentsFit},
		Update:   []rule{callerRules},
		Delete:   []rule{onePolicyStays},
		Effect:   fullAccessComesAndGoes,
		Found:    foundFullAccess,
		NotFound: &refusal{Code: "PolicyNotAttachedException", Message: "The policy isn't attached to the specified target in the specified root."},
		Latency:  orgTimes(time.Second),
	}
}

func delegatedAdminRow() row {
	return row{
		Token: typeDelegatedAdmin, Scope: account,
		Actions: orgActions("RegisterDelegatedAdministrator", "RegisterDelegatedAdministrator", "DeregisterDelegatedAdministrator"),
		ID:      fill("{accountId}/{servicePrincipal}"),
		Computed: map[string]maker{
			"arn":                   fill("arn:{partition}:organizations::{account}:account/" + organizationID + "/{accountId}"),
			"delegationEnabledDate": fixed(creationDate), "joinedTimestamp": fixed(creationDate),
			"joinedMethod": fixed("CREATED"), "status": fixed("ACTIVE"),
			"email": ofMember("email"), "name": ofMember("name"),
		},
		Replace: []string{"accountId", "servicePrincipal"},
		Valid:   map[string]validator{"accountId": matching(regexp.MustCompile(`^[0-9]{12}$`), "twelve digits")},
		Create:  []rule{callerRules, administratorIsMember, administratorIsNew, serviceIsTrusted},
		NotFound: &refusal{
			Code: "AccountNotRegisteredException", Message: "The specified account is not a delegated administrator for this Amazon Web Services service.",
		},
		Latency: orgTimes(time.Second),
	}
}

func orgResourcePolicyRow() row {
	return row{
		Token: "aws:organizations/resourcePolicy:ResourcePolicy", Scope: account,
		Actions:   orgActions("PutResourcePolicy", "PutResourcePolicy", "DeleteResourcePolicy"),
		ID:        fixed("rp-simulation0"),
		Computed:  map[string]maker{"arn": fill("arn:{partition}:organizations::{account}:resourcepolicy/" + organizationID + "/{id}")},
		Documents: []string{"content"},
		Create:    []rule{callerRules, resourcePolicyIsWellFormed},
		Update:    []rule{callerRules, resourcePolicyIsWellFormed},
		NotFound:  &refusal{Code: "ResourcePolicyNotFoundException", Message: "We can't find a resource policy request with the parameter that you specified."},
		Latency:   orgTimes(time.Second),
	}
}

// rootFeaturesRow is central management of the members' root users.
func rootFeaturesRow() row {
	return row{
		Token: "aws:iam/organizationsFeatures:OrganizationsFeatures", Scope: account,
		Actions: actions{
			Create: []string{"iam:EnableOrganizationsRootCredentialsManagement", "iam:EnableOrganizationsRootSessions"},
			Update: []string{"iam:EnableOrganizationsRootCredentialsManagement", "iam:EnableOrganizationsRootSessions"},
			Delete: []string{"iam:DisableOrganizationsRootCredentialsManagement", "iam:DisableOrganizationsRootSessions"},
			Read:   []string{"iam:ListOrganizationsFeatures"}, Resource: "*",
		},
		ID:    fixed(organizationID),
		Sets:  []string{"enabledFeatures"},
		Valid: map[string]validator{"enabledFeatures": oneOf("RootCredentialsManagement", "RootSessions")},
		// The id is the organization's; it stands for a setting, not for a thing.
		Attached: true,
		Create:   []rule{rootFeaturesAreTrusted},
		Update:   []rule{rootFeaturesAreTrusted},
		NotFound: &refusal{
			Code: "OrganizationNotFoundException", Message: "The request was rejected because no organization is associated with your account.",
			Status: http.StatusBadRequest,
		},
		Latency: orgTimes(time.Second),
	}
}

// orgActions are the calls of one type. What they may be done to is not judged: only the management account makes them.
func orgActions(create, update, remove string) actions {
	return actions{
		Create: []string{"organizations:" + create}, Update: []string{"organizations:" + update},
		Delete: []string{"organizations:" + remove}, Resource: "*",
	}
}

func orgTimes(create time.Duration) latency {
	return latency{Create: create, Update: time.Second, Delete: time.Second, Source: "Organizations answers within a second or two"}
}

// ofMember is what the organization knows of the account a property names.
func ofMember(property string) maker {
	return func(r *request) resource.PropertyValue {
		return resource.NewProperty(text(r.memberAccount(r.Text("accountId")), property))
	}
}
