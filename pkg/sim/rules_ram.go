package sim

import (
	"net/http"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

var anARN = textual(func(given string) string {
	if len(strings.SplitN(given, ":", 6)) != 6 || !strings.HasPrefix(given, "arn:") {
		return "\"" + given + "\" is not an ARN"
	}
	return ""
})

// sharePrincipal wants what RAM shares with: an account's id, or the ARN of an organization, a unit, a role or a user.
var sharePrincipal = textual(func(given string) string {
	if isAccountID(given) || strings.HasPrefix(given, "arn:") {
		return ""
	}
	return "\"" + given + "\" is neither an account id nor an ARN"
})

func isAccountID(text string) bool { return len(text) == 12 && strings.Trim(text, "0123456789") == "" }

// arnAccount is the account of an ARN, "" if it has none.
func arnAccount(arn string) string {
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 {
		return parts[4]
	}
	return ""
}

// ownerOf is the account of the ARN a property holds.
func ownerOf(property string) maker {
	return func(r *request) resource.PropertyValue { return resource.NewProperty(arnAccount(r.Text(property))) }
}

// sharedResourceIsOurs wants a resource of the caller's own account.
func sharedResourceIsOurs(r *request) *Error {
	arn := r.Text("resourceArn")
	for _, other := range r.cloud.inventory.sorted() {
		if other.Text("arn") == arn && other.seenFrom(r.place) {
			return nil
		}
	}
	return refuse(unknownResourceException, "Resource %s could not be found.", arn)
}

// principalMayBeGiven refuses whom RAM refuses: the organization and its units while sharing with them is off, and
// accounts outside the organization while the share does not allow them.
func principalMayBeGiven(r *request) *Error {
	principal, m := r.Text("principal"), r.cloud
	share := r.Find(typeResourceShare, r.Text("resourceShareArn"))
	external := share != nil && share.Flag("allowExternalPrincipals")
	if m.open {
		return nil // neither the organization nor its settings are simulated
	}
	_, inside := m.accounts[principal]
	_, owned := m.accounts[arnAccount(principal)]
	switch {
	case strings.Contains(principal, ":organizations:") && !m.organizationShares():
		if !external {
			return refuse("OperationNotPermittedException", "The resource you are attempting to share can only be shared within "+
				"your AWS Organization. This error may also occur if you have not enabled sharing with your AWS organization, or "+
				"that onboarding process is still in progress.")
		}
		return refuse(unknownResourceException, "Organization %s could not be found.", organizationOf(principal))
	case strings.Contains(principal, ":organizations:"):
		return m.organizationKnows(principal)
	case isAccountID(principal) && !inside && !external, !isAccountID(principal) && !owned && !external:
		return refuse("OperationNotPermittedException", "The resource share does not allow sharing with principals outside of "+
			"your organization: %s", principal)
	}
	return nil
}

// organizationOf is the organization's id in an ARN of AWS Organizations.
func organizationOf(arn string) string {
	parts := strings.Split(arn[strings.LastIndex(arn, ":")+1:], "/")
	if len(parts) < 2 {
		return ""
	}
	return parts[1]
}

// organizationKnows refuses ARNs of other organizations and of units that are not.
func (m *model) organizationKnows(arn string) *Error {
	if organizationOf(arn) != organizationID {
		return refuse(unknownResourceException, "Organization %s could not be found.", organizationOf(arn))
	}
	unit := arn[strings.LastIndex(arn, "/")+1:]
	if strings.Contains(arn, ":ou/") && m.unit(unit) == nil {
		return refuse(unknownResourceException, "OrganizationalUnit %s could not be found.", unit)
	}
	return nil
}

// organizationShares says whether the management account let RAM know the organization.
func (m *model) organizationShares() bool {
	for _, record := range m.inventory.sorted() {
		if record.Type == typeOrganizationSharing && m.accounts[record.Account].Management {
			return true
		}
	}
	return false
}

// unit is an organizational unit, or nil.
func (m *model) unit(id string) *Resource {
	for _, record := range m.inventory.sorted() {
		if record.Type == typeUnit && record.ID == id {
			return record
		}
	}
	return nil
}

// unitsOf are the ids of the organizational units an account is in, the innermost first.
func (m *model) unitsOf(account string) []string {
	var units []string
	parent := ""
	for _, record := range m.inventory.sorted() {
		if record.Type == typeAccount && record.ID == account {
			parent = record.Text("parentId")
		}
	}
	for range 6 { // units nest five deep
		unit := m.unit(parent)
		if unit == nil {
			break
		}
		units = append(units, unit.ID)
		parent = unit.Text("parentId")
	}
	return units
}

// sharedByRAM is the sight of what resource shares give: it is seen in the same region by every account a principal of a
// share with it stands for.
func sharedByRAM(m *model, record *Resource, at place) bool {
	arn := record.Text("arn")
	if arn == "" || (record.Region != "" && at.Region != "" && record.Region != at.Region) {
		return false
	}
	for _, association := range m.inventory.sorted() {
		if association.Type != typeShareResource || association.Account != record.Account || association.Text("resourceArn") != arn {
			continue
		}
		if m.shareReaches(association.Text("resourceShareArn"), at.Account) {
			return true
		}
	}
	return false
}

// shareReaches says whether a share is of use in an account.
func (m *model) shareReaches(share, account string) bool {
	for _, given := range m.inventory.sorted() {
		if given.Type == typeSharePrincipal && given.Text("resourceShareArn") == share &&
			m.principalIs(given.Text("principal"), share, account) {
			return true
		}
	}
	return false
}

// principalIs says whether a principal of a share stands for an account. An account that is named need not accept when
// the organization shares within itself; else it sees nothing until it does.
func (m *model) principalIs(principal, share, account string) bool {
	_, member := m.accounts[account]
	switch {
	case isAccountID(principal):
		return principal == account && ((member && m.organizationShares()) || m.accepted(share, account))
	case strings.Contains(principal, ":organization/"):
		return member && m.organizationShares()
	case strings.Contains(principal, ":ou/"):
		unit := principal[strings.LastIndex(principal, "/")+1:]
		for _, within := range m.unitsOf(account) {
			if within == unit {
				return m.organizationShares()
			}
		}
		return false
	}
	return arnAccount(principal) == account && m.organizationShares()
}

func (m *model) accepted(share, account string) bool {
	for _, record := range m.inventory.sorted() {
		if record.Type == typeShareAccepter && record.Account == account && record.ID == share {
			return true
		}
	}
	return false
}

// invitationExists refuses an accepter where nobody was invited: within an organization that shares with itself there are
// no invitations.
func invitationExists(r *request) *Error {
	share, m := r.Text("shareArn"), r.cloud
	for _, given := range m.inventory.sorted() {
		if given.Type == typeSharePrincipal && given.Text("resourceShareArn") == share && given.Text("principal") == r.Account &&
			!m.organizationShares() {
			return nil
		}
	}
	return refuse("ResourceShareInvitationArnNotFoundException", "No RAM Resource Share (%s) invitation found", share)
}

// managementShares wants the management account, which alone speaks for the organization.
func managementShares(r *request) *Error {
	if known, simulated := r.cloud.accounts[r.Account]; simulated && !known.Management {
		return refuseStatus(http.StatusBadRequest, "OperationNotPermittedException",
			"The requested operation is not permitted. Only the management account of an organization can enable sharing with it.")
	}
	return nil
}
