package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// simulatedDomain is where the root users of the accounts that the simulation begins with read their mail.
const simulatedDomain = "accounts.invalid"

// accountsPerOrganization is the default quota; AWS raises it on request.
const accountsPerOrganization = 10

// accountNumber is the id of a new account.
func accountNumber(r *request) resource.PropertyValue {
	for attempt := 0; ; attempt++ {
		number, _ := strconv.ParseUint(digest(12, "account", strings.ToLower(r.Text("email")), strconv.Itoa(attempt)), 16, 64)
		id := fmt.Sprintf("%012d", 300_000_000_000+number%600_000_000_000)
		if _, taken := r.cloud.accounts[id]; !taken {
			return resource.NewProperty(id)
		}
	}
}

// memberAccount is what the organization knows of an account: made by a program, or there from the beginning.
func (r *request) memberAccount(id string) resource.PropertyMap {
	for _, record := range r.cloud.inventory.sorted() {
		if record.row.Token == typeAccount && record.ID == id {
			return record.Properties
		}
	}
	return foundAccount(&request{place: r.place, ID: id, cloud: r.cloud})
}

// foundAccount is a member the simulation began with. It was invited: it stands at the root.
func foundAccount(r *request) resource.PropertyMap {
	known, exists := r.cloud.accounts[r.ID]
	if !exists || known.Management {
		return nil
	}
	owner := *r
	for id, one := range r.cloud.accounts {
		if one.Management {
			owner.Account = id
		}
	}
	owner.Type = r.cloud.registry.rows[typeAccount]
	owner.New = owner.Type.withDefaults(resource.PropertyMap{
		"name": resource.NewProperty(known.Name), "email": resource.NewProperty(known.ID + "@" + simulatedDomain),
		"joinedMethod": resource.NewProperty("INVITED"),
	})
	return owner.outputs()
}

// addressIsNew refuses an address that an account has, or had: a closed account keeps its own.
func addressIsNew(r *request) *Error {
	email := strings.ToLower(r.Text("email"))
	taken := r.cloud.inventory.counters[closedAddress(email)] > 0
	for id := range r.cloud.accounts {
		taken = taken || id != r.ID && strings.ToLower(text(r.memberAccount(id), "email")) == email
	}
	if taken {
		return refuse("EMAIL_ALREADY_EXISTS", "waiting for AWS Organizations Account (%s) create: unexpected state 'FAILED', wanted target 'SUCCEEDED'", r.Text("name"))
	}
	return nil
}

// accountsFit counts every account of the organization, the management account among them.
func accountsFit(r *request) *Error {
	if len(r.cloud.accounts) >= r.limit("ACCOUNT_LIMIT_EXCEEDED", accountsPerOrganization) {
		return refuse("ACCOUNT_LIMIT_EXCEEDED", "You reached the limit on the number of accounts in your organization.")
	}
	return nil
}

func accountIsNoAdministrator(r *request) *Error {
	for _, admin := range r.Everywhere(typeDelegatedAdmin) {
		if admin.Text("accountId") == r.ID {
			return refuse("ConstraintViolationException",
				"You attempted to remove an account that is a delegated administrator of %s (CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG).", admin.Text("servicePrincipal"))
		}
	}
	return nil
}

// accountMayGo: an account that Organizations made has no payment method of its own and cannot leave; it can be closed,
// a tenth of all accounts in thirty days and never fewer than ten.
func accountMayGo(r *request) *Error {
	if !r.Flag("closeOnDeletion") {
		return refuse("ConstraintViolationException",
			"The member account is missing one or more of the prerequisites required to operate as a standalone account (MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED).")
	}
	if r.cloud.inventory.counters[closedAccounts] >= r.limit("CLOSE_ACCOUNT_QUOTA_EXCEEDED", max(10, len(r.cloud.accounts)/10)) {
		return refuse("ConstraintViolationException", "You have exceeded close account quota for the past 30 days (CLOSE_ACCOUNT_QUOTA_EXCEEDED).")
	}
	return nil
}

// closedAccounts counts closed accounts; closedAddress marks the address of one.
const closedAccounts = "closed accounts"

func closedAddress(email string) string { return "closed|" + email }

// accountComesAndGoes makes an account one of the simulation's, in which the management account may take
// OrganizationAccountAccessRole, and takes a closed one away.
func accountComesAndGoes(r *request) *Error {
	switch r.Op {
	case opCreate:
		r.cloud.accounts[r.ID] = Account{ID: r.ID, Name: r.Text("name")}
	case opDelete:
		delete(r.cloud.accounts, r.ID)
		for _, mark := range []string{closedAccounts, closedAddress(strings.ToLower(r.Text("email")))} {
			if _, err := r.cloud.inventory.count(mark); err != nil {
				return internal(err)
			}
		}
	}
	return nil
}

// joinMade adds the accounts an earlier run made to those the simulation begins with.
func (m *model) joinMade() {
	for _, record := range m.inventory.sorted() {
		if _, known := m.accounts[record.ID]; record.row.Token == typeAccount && !known {
			m.accounts[record.ID] = Account{ID: record.ID, Name: record.Text("name")}
		}
	}
}

func administratorIsMember(r *request) *Error {
	known, exists := r.cloud.accounts[r.Text("accountId")]
	switch {
	case known.Management:
		return refuse("ConstraintViolationException",
			"You cannot register master account/yourself as delegated administrator for your organization (CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR).")
	case !exists && !r.cloud.open:
		return refuse("AccountNotFoundException", "You specified an account that doesn't exist.")
	}
	return nil
}

// administratorIsNew: most services take one delegated administrator.
func administratorIsNew(r *request) *Error {
	others := r.Siblings(typeDelegatedAdmin, "servicePrincipal")
	switch {
	case len(others) == 0:
		return nil
	case others[0].Text("accountId") == r.Text("accountId"):
		return refuse("AccountAlreadyRegisteredException", "The specified account is already a delegated administrator for this AWS service.")
	}
	return refuse("ConstraintViolationException",
		"You have exceeded the allowed number of delegated administrators for the delegated service (MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED).")
}

func serviceIsTrusted(r *request) *Error {
	if !slices.Contains(texts(r.organization(), "awsServiceAccessPrincipals"), r.Text("servicePrincipal")) {
		return refuse("ConstraintViolationException",
			"You must enable service access for %s before you register a delegated administrator (SERVICE_ACCESS_NOT_ENABLED).", r.Text("servicePrincipal"))
	}
	return nil
}

func rootFeaturesAreTrusted(r *request) *Error {
	if r.organization() == nil {
		return refuse("OrganizationNotFoundException", "The request was rejected because no organization is associated with your account.")
	}
	if !slices.Contains(texts(r.organization(), "awsServiceAccessPrincipals"), "iam.amazonaws.com") {
		return refuse("ServiceAccessNotEnabledException", "The request was rejected because trusted access is not enabled for IAM in Organizations.")
	}
	return nil
}
