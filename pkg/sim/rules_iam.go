package sim

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// IAM's limits, in characters without white space. The trust policy's is the default; AWS raises it to 4,096 on request.
const (
	trustLimit   = 2048
	inlineLimit  = 10240
	managedLimit = 6144
)

const (
	typeRolePolicy       = "aws:iam/rolePolicy:RolePolicy"
	typePolicyAttachment = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
)

var (
	iamNamePattern = regexp.MustCompile(`^[\w+=,.@-]+$`)
	iamPathPattern = regexp.MustCompile(`^/([\x21-\x7e]+/)?$`)
	stsAction      = regexp.MustCompile(`(?i)^sts:`)
)

func iamName(limit int) validator {
	return textual(func(name string) string {
		if len(name) > limit || !iamNamePattern.MatchString(name) {
			return fmt.Sprintf("%q must have 1 to %d characters: letters, digits and any of _+=,.@-", name, limit)
		}
		return ""
	})
}

var iamPath = textual(func(path string) string {
	if len(path) > 512 || !iamPathPattern.MatchString(path) {
		return fmt.Sprintf("%q must begin and end with a slash and have at most 512 characters", path)
	}
	return ""
})

func trustIsWellFormed(r *request) *Error {
	if !r.Has("assumeRolePolicy") {
		return nil
	}
	document := r.document("assumeRolePolicy")
	policy, refused := trustDocument.check(document)
	if refused != nil {
		return refused
	}
	for _, statement := range policy.Statement {
		for _, action := range statement.Action {
			if !stsAction.MatchString(action) {
				return refuse("MalformedPolicyDocument", "AssumeRole policy may only specify STS AssumeRole actions.")
			}
		}
	}
	if policySize(document) > trustLimit {
		return refuseStatus(http.StatusConflict, "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: %d", trustLimit)
	}
	return nil
}

func trustNamesSomebody(r *request) *Error {
	policy, err := parsePolicy(r.document("assumeRolePolicy"))
	if err != nil {
		return nil
	}
	for _, stranger := range strangers(r, policy) {
		return refuse("MalformedPolicyDocument", `Invalid principal in policy: "AWS":"%s"`, stranger)
	}
	return nil
}

func identityIsWellFormed(r *request) *Error {
	if !r.Has("policy") {
		return nil
	}
	_, refused := identityDocument.check(r.document("policy"))
	return refused
}

func managedFits(r *request) *Error {
	if policySize(r.document("policy")) > managedLimit {
		return refuseStatus(http.StatusConflict, "LimitExceeded", "Cannot exceed quota for PolicySize: %d", managedLimit)
	}
	return nil
}

// inlineFits counts all inline policies of a role together, as IAM does.
func inlineFits(r *request) *Error {
	role, size := r.Text("role"), policySize(r.document("policy"))
	if r.Type.Kind == kindRole {
		role = r.Text("name")
		for _, policy := range r.Texts("inlinePolicies.policy") {
			size += policySize(policy)
		}
	} else if owner := r.Find(kindRole, role); owner != nil {
		for _, policy := range owner.Texts("inlinePolicies.policy") {
			size += policySize(policy)
		}
	}
	for _, other := range r.All(typeRolePolicy) {
		if other.Text("role") == role {
			size += policySize(other.Text("policy"))
		}
	}
	if size > inlineLimit {
		return refuseStatus(http.StatusConflict, "LimitExceeded", "Maximum policy size of %d bytes exceeded for role %s", inlineLimit, role)
	}
	return nil
}

// roleIsBare refuses to delete a role that still has policies; the engine deletes those of the program first.
func roleIsBare(r *request) *Error {
	attachedTo := func(kind string) bool {
		for _, other := range r.All(kind) {
			if other.Text("role") == r.ID {
				return true
			}
		}
		return false
	}
	if r.Flag("forceDetachPolicies") {
		return nil
	}
	if attachedTo(typePolicyAttachment) {
		return refuseStatus(http.StatusConflict, "DeleteConflict", "Cannot delete entity, must detach all policies first.")
	}
	if attachedTo(typeRolePolicy) {
		return refuseStatus(http.StatusConflict, "DeleteConflict", "Cannot delete entity, must delete policies first.")
	}
	return nil
}

// ownerRole is the ARN of the role that a policy is of: what IAM judges putting, attaching and removing policies on.
func ownerRole(r *request) string {
	if role := r.Find(kindRole, r.Text("role")); role != nil {
		return role.Text("arn")
	}
	return r.expand("arn:{partition}:iam::{account}:role/{role}")
}

// boundaryKeys are the condition keys by which the right to make roles and to give them rights is delegated.
func boundaryKeys(r *request) map[string][]string {
	keys := map[string][]string{}
	set := func(key, value string) {
		if value != "" {
			keys[key] = []string{value}
		}
	}
	set("iam:PolicyARN", r.Text("policyArn"))
	set("iam:PermissionsBoundary", r.Text("permissionsBoundary"))
	if role := r.Find(kindRole, r.Text("role")); role != nil {
		set("iam:PermissionsBoundary", role.Text("permissionsBoundary"))
	}
	return keys
}

// textual is a validator of strings; what is not a string was reported already.
func textual(fault func(string) string) validator {
	return func(value resource.PropertyValue) string {
		if !value.IsString() {
			return ""
		}
		return fault(value.StringValue())
	}
}

// oneOf wants one of the values.
func oneOf(values ...string) validator {
	return textual(func(given string) string {
		for _, value := range values {
			if given == value {
				return ""
			}
		}
		return fmt.Sprintf("%q must be one of %s", given, strings.Join(values, ", "))
	})
}

// matching wants a text of a form, and says which.
func matching(pattern *regexp.Regexp, form string) validator {
	return textual(func(given string) string {
		if !pattern.MatchString(given) {
			return fmt.Sprintf("%q must be %s", given, form)
		}
		return ""
	})
}

// longest wants a text of at most so many characters.
func longest(limit int) validator {
	return textual(func(given string) string {
		if len(given) > limit {
			return fmt.Sprintf("must have at most %d characters, not %d", limit, len(given))
		}
		return ""
	})
}

// between wants a number of a range.
func between(least, most int) validator {
	return func(value resource.PropertyValue) string {
		if !value.IsNumber() {
			return ""
		}
		if number := int(value.NumberValue()); number < least || number > most {
			return fmt.Sprintf("must be from %d to %d, not %d", least, most, number)
		}
		return ""
	}
}
