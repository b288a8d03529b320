package sim

import (
	"net/http"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// instanceARN is the Identity Center instance of the simulated organization.
func instanceARN(partition string) string {
	return "arn:" + partition + ":sso:::instance/" + instanceResourceID
}

// getInstances lists the organization's instance. It was switched on in the management account; a member sees none.
func getInstances(s *session, _ resource.PropertyMap) (map[string]any, *Error) {
	arns, stores := []any{}, []any{}
	s.model.mu.Lock()
	defer s.model.mu.Unlock()
	if s.model.accounts[s.Account].Management {
		arns, stores = append(arns, instanceARN(s.Partition)), append(stores, identityStoreID)
	}
	return map[string]any{"arns": arns, "id": s.Region, "identityStoreIds": stores}, nil
}

func instanceExists(r *request) *Error {
	if r.Text("instanceArn") != instanceARN(r.Partition) {
		return refuse("ResourceNotFoundException", "Could not find Instance with id %s", r.Text("instanceArn"))
	}
	if !r.cloud.accounts[r.Account].Management {
		return refuseStatus(http.StatusForbidden, "AccessDeniedException", "You do not have sufficient access to perform this action.")
	}
	return nil
}

func storeExists(r *request) *Error {
	if r.Text("identityStoreId") != identityStoreID {
		return refuseStatus(http.StatusNotFound, "ResourceNotFoundException", "IDENTITY_STORE not found.")
	}
	if !r.cloud.accounts[r.Account].Management {
		return refuseStatus(http.StatusForbidden, "AccessDeniedException", "You do not have sufficient access to perform this action.")
	}
	return nil
}

func setIsUnassigned(r *request) *Error {
	for _, assignment := range r.All(typeAssignment) {
		if assignment.Text("permissionSetArn") == r.Text("arn") {
			return refuse("ConflictException", "Permission set has one or more account assignments. Delete the account assignments and try again.")
		}
	}
	return nil
}

// setTakesMore counts the managed policies of a permission set, AWS's and the customer's together.
func setTakesMore(r *request) *Error {
	count := len(r.Siblings(typeSetManaged, "permissionSetArn")) + len(r.Siblings(typeSetCustomer, "permissionSetArn"))
	if count >= r.limit("ServiceQuotaExceededException", setTakesManaged) {
		return refuse("ServiceQuotaExceededException", "You have exceeded the maximum number of managed policies for a permission set.")
	}
	return nil
}

func setInlineIsWellFormed(r *request) *Error {
	document := r.document("inlinePolicy")
	if _, refused := identityDocument.check(document); refused != nil {
		return refuse("ValidationException", "The policy is malformed: %s", refused.Message)
	}
	if policySize(document) > setInlineBytes {
		return refuse("ServiceQuotaExceededException", "Inline policy exceeds the maximum size of %d bytes.", setInlineBytes)
	}
	return nil
}

func principalExists(r *request) *Error {
	if r.Text("principalType") != "GROUP" || r.cloud.open {
		return nil
	}
	for _, group := range r.All(typeIdentityGroup) {
		if group.Text("groupId") == r.Text("principalId") {
			return nil
		}
	}
	return refuse("ResourceNotFoundException", "Could not find Group with id %s", r.Text("principalId"))
}

func assignedAccountExists(r *request) *Error {
	if _, member := r.cloud.accounts[r.Text("targetId")]; !member && !r.cloud.open {
		return refuse("ResourceNotFoundException", "Could not find Account with id %s", r.Text("targetId"))
	}
	return nil
}
