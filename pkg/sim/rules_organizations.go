package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Limits of AWS Organizations. Service control policies have 10,240 characters and ten to a target since May 2026.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
const (
	maxUnitDepth      = 5
	scpCharacters     = 10240
	rcpCharacters     = 5120
	policyCharacters  = 10000
	policiesPerTarget = 10
)

// callerRules refuses what only the management account may do, and what needs an organization that is not there.
func callerRules(r *request) *Error {
	if r.organization() == nil {
		return refuse("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
	}
	if !r.cloud.accounts[r.Account].Management {
		return refuseStatus(http.StatusForbidden, "AccessDeniedException", "You don't have permissions to access this resource.")
	}
	return nil
}

// organization is the organization's record, or nil while there is none.
func (r *request) organization() resource.PropertyMap {
	for _, record := range r.cloud.inventory.sorted() {
		if record.row.Token == typeOrganization {
			return record.Properties
		}
	}
	return foundOrganization(&request{place: r.place, ID: organizationID, cloud: r.cloud})
}

// foundOrganization is the organization that is there because the simulation has more accounts than one.
func foundOrganization(r *request) resource.PropertyMap {
	if r.ID != organizationID || len(r.cloud.accounts) < 2 {
		return nil
	}
	owner := *r
	for id, one := range r.cloud.accounts {
		if one.Management {
			owner.Account = id
		}
	}
	owner.Type = r.cloud.registry.rows[typeOrganization]
	owner.New = owner.Type.withDefaults(nil)
	return owner.outputs()
}

func accountIsAlone(r *request) *Error {
	if r.organization() != nil {
		return refuse("AlreadyInOrganizationException", "The AWS account is already a member of an organization.")
	}
	return nil
}

// administratorsKeepTrust refuses to take trusted access away from a service that has a delegated administrator.
func administratorsKeepTrust(r *request) *Error {
	trusted := r.Texts("awsServiceAccessPrincipals")
	for _, admin := range r.Everywhere(typeDelegatedAdmin) {
		if service := admin.Text("servicePrincipal"); !slices.Contains(trusted, service) {
			return refuse("ConstraintViolationException", "You cannot disable service access for %s: deregister its delegated administrators first.", service)
		}
	}
	return nil
}

func organizationIsEmpty(r *request) *Error {
	if len(r.Everywhere(typeUnit))+len(r.Everywhere(typeOrgPolicy)) > 0 || len(r.cloud.accounts) > 1 {
		return refuse("OrganizationNotEmptyException",
			"To delete an organization you must first remove all member accounts (except the master), organizational units and policies.")
	}
	return nil
}

// parentExists wants parentId to be the root or a unit.
func parentExists(code, message string) rule {
	return func(r *request) *Error {
		if parent := r.Text("parentId"); parent != rootID && r.unit(parent) == nil {
			return refuse(code, "%s", message)
		}
		return nil
	}
}

// destinationExists wants the unit an account is made in, or moved to, to be there.
func destinationExists(r *request) *Error {
	if !r.Has("parentId") {
		return nil
	}
	return parentExists("DestinationParentNotFoundException",
		"We can't find the destination container (a root or OU) with the ParentId that you specified.")(r)
}

// unit is an organizational unit by its id, or nil.
func (r *request) unit(id string) *Resource {
	for _, other := range r.Everywhere(typeUnit) {
		if other.ID == id {
			return other
		}
	}
	return nil
}

func unitIsNotTooDeep(r *request) *Error {
	depth := 1
	for parent := r.unit(r.Text("parentId")); parent != nil; parent = r.unit(parent.Text("parentId")) {
		depth++
	}
	if depth > maxUnitDepth {
		return refuse("ConstraintViolationException", "You have exceeded the number of levels that organizational units can be nested (OU_DEPTH_LIMIT_EXCEEDED).")
	}
	return nil
}

func unitIsNew(r *request) *Error {
	for _, other := range r.Siblings(typeUnit, "parentId") {
		if other.Text("name") == r.Text("name") {
			return refuse("DuplicateOrganizationalUnitException", "An OU with the same name already exists.")
		}
	}
	return nil
}

func unitIsEmpty(r *request) *Error {
	inside := func(other *Resource) bool { return other.Text("parentId") == r.ID }
	if slices.ContainsFunc(r.Everywhere(typeUnit), inside) || slices.ContainsFunc(r.Everywhere(typeAccount), inside) {
		return refuse("OrganizationalUnitNotEmptyException",
			"The specified OU is not empty. Move all accounts to another root or OU, remove all child OUs, and try the operation again.")
	}
	return nil
}

// limit is a limit that Options.Quotas may change.
func (r *request) limit(code string, usual int) int {
	if changed, ok := r.cloud.quotas[code]; ok {
		return changed
	}
	return usual
}

func orgPolicyFits(r *request) *Error {
	most := policyCharacters
	switch r.Text("type") {
	case serviceControl:
		most = scpCharacters
	case resourceControl:
		most = rcpCharacters
	}
	if len([]rune(r.document("content"))) > r.limit("POLICY_CONTENT_LIMIT_EXCEEDED", most) {
		return refuse("ConstraintViolationException", "You have exceeded the maximum policy size (POLICY_CONTENT_LIMIT_EXCEEDED).")
	}
	return nil
}

func orgPolicyIsWellFormed(r *request) *Error {
	malformed := refuse("MalformedPolicyDocumentException", "The provided policy document does not meet the requirements of the specified policy type.")
	content := r.document("content")
	if r.Text("type") != serviceControl {
		var object map[string]any
		if json.Unmarshal([]byte(content), &object) != nil || len(object) == 0 {
			return malformed
		}
		return nil
	}
	policy, err := parsePolicy(content)
	if err != nil || len(policy.Statement) == 0 {
		return malformed
	}
	for _, s := range policy.Statement {
		named := s.Principal.Count()+s.NotPrincipal.Count() > 0
		actions, resources := len(s.Action)+len(s.NotAction), len(s.Resource)+len(s.NotResource)
		if named || actions == 0 || resources == 0 || (s.Effect != "Allow" && s.Effect != "Deny") {
			return malformed
		}
	}
	return nil
}

func resourcePolicyIsWellFormed(r *request) *Error {
	policy, err := parsePolicy(r.document("content"))
	if err != nil || len(policy.Statement) == 0 || slices.ContainsFunc(policy.Statement, func(s policyStatement) bool { return s.Principal.Count() == 0 }) {
		return refuse("MalformedPolicyDocumentException", "The provided policy document does not meet the requirements of the specified policy type.")
	}
	return nil
}

func orgPolicyIsFree(r *request) *Error {
	if slices.ContainsFunc(r.Everywhere(typeOrgAttachment), func(a *Resource) bool { return a.Text("policyId") == r.ID }) {
		return refuse("PolicyInUseException",
			"The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts before performing this operation.")
	}
	return nil
}

func targetExists(r *request) *Error {
	target := r.Text("targetId")
	if _, member := r.cloud.accounts[target]; !member && target != rootID && r.unit(target) == nil {
		return refuse("TargetNotFoundException", "You specified a target that doesn't exist.")
	}
	return nil
}

func policyExists(r *request) *Error {
	if id := r.Text("policyId"); id != fullAccess && r.orgPolicy(id) == nil {
		return refuse("PolicyNotFoundException", "You specified a policy that doesn't exist.")
	}
	return nil
}

// orgPolicy is a policy of the organization by its id, or nil.
func (r *request) orgPolicy(id string) *Resource {
	for _, other := range r.Everywhere(typeOrgPolicy) {
		if other.ID == id {
			return other
		}
	}
	return nil
}

// kindOfPolicy is a policy's type.
func (r *request) kindOfPolicy(id string) string {
	if policy := r.orgPolicy(id); policy != nil {
		return policy.Text("type")
	}
	return serviceControl
}

func policyTypeIsEnabled(r *request) *Error {
	if kind := r.kindOfPolicy(r.Text("policyId")); !slices.Contains(texts(r.organization(), "enabledPolicyTypes"), kind) {
		return refuse("PolicyTypeNotEnabledException", "This operation can be performed only for enabled policy types.")
	}
	return nil
}

func attachmentIsNew(r *request) *Error {
	if slices.Contains(r.attached(r.Text("targetId"), r.kindOfPolicy(r.Text("policyId"))), r.Text("policyId")) {
		return refuse("DuplicatePolicyAttachmentException", "The selected policy is already attached to the specified target.")
	}
	return nil
}

func attachmentsFit(r *request) *Error {
	attached := r.attached(r.Text("targetId"), r.kindOfPolicy(r.Text("policyId")))
	if len(attached) >= r.limit("MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", policiesPerTarget) {
		return refuse("ConstraintViolationException",
			"You have exceeded the number of policies attached to an entity (MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED).")
	}
	return nil
}

// onePolicyStays: a target keeps one service control policy, or nobody in it could do anything.
func onePolicyStays(r *request) *Error {
	if r.kindOfPolicy(r.Text("policyId")) == serviceControl && len(r.attached(r.Text("targetId"), serviceControl)) < 2 {
		return refuse("ConstraintViolationException",
			"You cannot remove the last policy attached to the specified target. You must have at least one attached at all times.")
	}
	return nil
}

// attached are the policies of a kind attached to a target, FullAWSAccess included unless it was detached.
func (r *request) attached(target, kind string) []string {
	var ids []string
	if kind == serviceControl && r.cloud.inventory.counters[detached(target)] == 0 {
		ids = append(ids, fullAccess)
	}
	for _, record := range r.cloud.inventory.sorted() {
		id := record.Text("policyId")
		if record.row.Token == typeOrgAttachment && record.Text("targetId") == target && r.kindOfPolicy(id) == kind && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// detached names the mark of a target that FullAWSAccess was detached from.
func detached(target string) string { return "detached|" + target }

// foundFullAccess is the attachment that AWS makes to every root, unit and account.
func foundFullAccess(r *request) resource.PropertyMap {
	target, policy, _ := strings.Cut(r.ID, ":")
	if policy != fullAccess || r.cloud.inventory.counters[detached(target)] > 0 {
		return nil
	}
	found := resource.PropertyMap{"targetId": resource.NewProperty(target), "policyId": resource.NewProperty(policy)}
	if targetExists(&request{place: r.place, New: found, cloud: r.cloud}) != nil {
		return nil
	}
	return r.Type.withDefaults(found)
}

// fullAccessComesAndGoes marks where FullAWSAccess was detached, and forgets the mark where it is attached again.
func fullAccessComesAndGoes(r *request) *Error {
	if r.Text("policyId") != fullAccess {
		return nil
	}
	var err error
	switch r.Op {
	case opCreate:
		err = r.cloud.inventory.forget(detached(r.Text("targetId")))
	case opDelete:
		_, err = r.cloud.inventory.count(detached(r.Text("targetId")))
	}
	return internal(err)
}

// internal is a failure of the simulation itself.
func internal(err error) *Error {
	if err == nil {
		return nil
	}
	return refuseStatus(http.StatusInternalServerError, "ServiceException", "%s", fmt.Sprint(err))
}

// policiesOver are the contents of the policies of a kind that hold for an account, level by level, the root first. The
// management account has none.
func (m *model) policiesOver(account, kind string) [][]string {
	if m.accounts[account].Management {
		return nil
	}
	r := &request{cloud: m, Op: opRead, Type: m.registry.rows[typeOrganization]}
	if !slices.Contains(texts(r.organization(), "enabledPolicyTypes"), kind) {
		return nil
	}
	targets := []string{account}
	parent := text(r.memberAccount(account), "parentId")
	for unit := r.unit(parent); unit != nil; unit = r.unit(parent) {
		targets = append(targets, unit.ID)
		parent = unit.Text("parentId")
	}
	levels := [][]string{}
	for _, target := range slices.Backward(append(targets, rootID)) {
		level := []string{}
		for _, id := range r.attached(target, kind) {
			if policy := r.orgPolicy(id); policy != nil {
				level = append(level, policy.Text("content"))
			} else {
				level = append(level, everythingAllowed)
			}
		}
		levels = append(levels, level)
	}
	return levels
}

// everythingAllowed is FullAWSAccess.
const everythingAllowed = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
