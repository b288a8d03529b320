package sim

import (
	"slices"
	"strings"
)

const (
	typeTrailDelegate = "aws:cloudtrail/organizationDelegatedAdminAccount:OrganizationDelegatedAdminAccount"
	typeGuardAdmin    = "aws:guardduty/organizationAdminAccount:OrganizationAdminAccount"
	typeHubAdmin      = "aws:securityhub/organizationAdminAccount:OrganizationAdminAccount"
)

// organizationUnknown says whether the organization is outside the simulation: then every account has what it needs.
func organizationUnknown(r *request) bool { return r.organization() == nil && r.cloud.open }

// managementOf is the management account of the organization; the caller's account when there is none to know of.
func managementOf(r *request) string {
	for id, one := range r.cloud.accounts {
		if one.Management {
			return id
		}
	}
	return r.Account
}

// organizationTrusts says whether the organization lets a service act in its accounts.
func organizationTrusts(r *request, service string) bool {
	return organizationUnknown(r) || slices.Contains(texts(r.organization(), "awsServiceAccessPrincipals"), service)
}

// delegated says whether the caller's account is a service's delegated administrator: by Organizations, or by the
// service's own call, of one region where it is the region's.
func delegated(r *request, service, own, property string) bool {
	if organizationUnknown(r) {
		return true
	}
	for _, each := range r.Everywhere(typeDelegatedAdmin) {
		if each.Text("accountId") == r.Account && each.Text("servicePrincipal") == service {
			return true
		}
	}
	for _, each := range r.Everywhere(own) {
		if each.Text(property) == r.Account && (each.Region == "" || each.Region == r.Region) {
			return true
		}
	}
	return false
}

// actsForOrganization says whether the caller is the management account or a service's delegated administrator.
func actsForOrganization(r *request, service, own, property string) bool {
	return r.organization() != nil && r.Account == managementOf(r) || delegated(r, service, own, property)
}

// isMember says whether an account belongs to the organization. Accounts outside the simulation do.
func isMember(r *request, id string) bool {
	_, simulated := r.cloud.accounts[id]
	return simulated || r.cloud.open
}

// delegatesFrom is a rule for calls that make another account a service's administrator: only the management account
// makes them, for a member, once.
func delegatesFrom(property, notManagement, notMember, itself string) rule {
	return func(r *request) *Error {
		if organizationUnknown(r) {
			return nil
		}
		switch target := r.Text(property); {
		case r.organization() == nil:
			return refuse("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
		case r.Account != managementOf(r):
			return refuse(notManagement, "The account is not the management account of the organization.")
		case target == r.Account:
			return refuse(itself, "You cannot register the management account of the organization as a delegated administrator.")
		case !isMember(r, target):
			return refuse(notMember, "Account %s is not a member of the organization.", target)
		}
		return nil
	}
}

// bucketNamed is a bucket of any account.
func bucketNamed(r *request, name string) *Resource {
	for _, bucket := range r.Everywhere(kindBucket) {
		if bucket.ID == name {
			return bucket
		}
	}
	return nil
}

// settingOf is a setting of a bucket of any account.
func settingOf(r *request, token, bucket string) *Resource {
	for _, setting := range r.Everywhere(token) {
		if setting.ID == bucket {
			return setting
		}
	}
	return nil
}

// keyNamed is a key of any account by its ARN.
func keyNamed(r *request, arn string) *Resource {
	for _, key := range r.Everywhere(kindKey) {
		if key.Text("arn") == arn {
			return key
		}
	}
	return nil
}

// delivered is the context a service sends with a request to store an object: over TLS, for an account of the
// organization, giving the bucket's owner full control.
func delivered(owner, source string) map[string]string {
	return map[string]string{
		"aws:SourceArn": source, "aws:SourceAccount": owner, "aws:SourceOrgID": organizationID, "s3:x-amz-acl": "bucket-owner-full-control",
		"aws:SecureTransport": "true", "s3:TlsVersion": "1.3", "aws:PrincipalIsAWSService": "true",
	}
}

// outsider says whether an ARN is of an account that is not simulated, of which nothing is known.
func outsider(r *request, arn string) bool {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return false
	}
	_, ours := r.cloud.accounts[parts[4]]
	return !ours
}

// accountID is the form of an account's id.
var accountID = matching(accountPattern, "an account id of twelve digits")

// passedTo is the context of a call that hands a role to a service.
func passedTo(service string) func(*request) map[string][]string {
	return func(*request) map[string][]string { return map[string][]string{"iam:PassedToService": {service}} }
}

// serviceNamed is the context of a call about a service-linked role.
func serviceNamed(r *request) map[string][]string {
	return map[string][]string{"iam:AWSServiceName": {r.expand("{awsServiceName}")}}
}
