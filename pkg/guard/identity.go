package guard

import (
	"fmt"
	"slices"
	"strings"
)

const narrowFix = "name the actions and resources that are needed"

const boundaries = "Permissions boundaries: they grant nothing by themselves, and AWS's control leaves them out too."

// attachments are the types that attach managed policies.
var attachments = tokens("iam/RolePolicyAttachment", "iam/UserPolicyAttachment", "iam/GroupPolicyAttachment",
	"iam/PolicyAttachment", "ssoadmin/ManagedPolicyAttachment", "iam/Role")

// identityControls are about what users and roles may do, as AWS and CIS have them.
func identityControls() []Control {
	return []Control{
		{
			ID: "IAM.1", Title: "No policy allows everything on everything", Standards: []string{fsbp, cis3("1.16"), cis5("1.15")},
			Types: policyTypes(grants), Exceptions: []string{boundaries},
			resource: eachStatement(func(c *subject, path string, s statement) {
				if s.allows() && s.anyResource() && slices.ContainsFunc(s.Actions, isEverything) {
					c.fail(path, "allows every action on every resource", narrowFix)
				}
			}, grants),
		},
		{
			ID: "IAM.2", Title: "Users get their rights from groups", Standards: []string{fsbp, cis3("1.15"), cis5("1.14")},
			Types:    tokens("iam/UserPolicy", "iam/UserPolicyAttachment", "iam/PolicyAttachment"),
			resource: noPolicyOfUsers,
		},
		{
			ID: "IAM.18", Title: "Somebody may call AWS Support", Standards: []string{cis3("1.17"), cis5("1.16")}, Whole: true,
			account:    someoneMayCallSupport,
			Exceptions: []string{"Accounts of an organization in which whoever answers incidents signs in through IAM Identity Center: a permission set with AWSSupportAccess serves as the role."},
		},
		{
			ID: "IAM.21", Title: "No policy allows a whole service", Standards: []string{fsbp}, Types: policyTypes(grants),
			Exceptions: []string{boundaries},
			resource: eachStatement(func(c *subject, path string, s statement) {
				if !s.allows() {
					return
				}
				if len(s.NotActions) > 0 {
					c.fail(path, "allows every action but some", narrowFix)
				}
				for _, action := range s.Actions {
					if isEverything(action) || strings.HasSuffix(action, ":*") {
						c.fail(path, "allows "+action, narrowFix)
					}
				}
			}, grants),
		},
		{
			ID: "IAM.27", Title: "Nobody may move files through CloudShell", Standards: []string{cis3("1.22"), cis5("1.21")}, Types: attachments,
			resource: notAttached("AWSCloudShellFullAccess"),
		},
	}
}

// grantControls are about single rights: of keys, and by the house's own rules.
func grantControls() []Control {
	return []Control{
		{
			ID: "KMS.1", Title: "No managed policy decrypts with every key", Standards: []string{fsbp}, Types: tokens("iam/Policy"),
			Exceptions: []string{boundaries}, resource: eachStatement(decryptsAll, grants),
		},
		{
			ID: "KMS.2", Title: "No inline policy decrypts with every key", Standards: []string{fsbp},
			Types:    slices.DeleteFunc(policyTypes(grants), func(t string) bool { return t == token("iam/Policy") }),
			resource: eachStatement(decryptsAll, grants),
		},
		{
			ID: "H18", Title: "Every policy document can be read", Standards: []string{house},
			Types: policyTypes(grants, trust, opens, ceiling), resource: readable,
		},
		{
			ID: "H19", Title: "Nobody carries AdministratorAccess", Standards: []string{house}, Types: attachments,
			resource: func(c *subject) {
				c.unless(c.withMFA(), notAttached("AdministratorAccess"))
			},
			Exceptions: []string{"The role for the worst day: whoever takes it shows a second factor, which its trust policy demands."},
		},
		{
			ID: "H20", Title: "Wildcards in allowed actions stand for reading only", Standards: []string{house}, Types: policyTypes(grants, opens),
			resource: eachStatement(wildcardsRead, grants, opens),
			Exceptions: []string{
				boundaries,
				"kms:* for the account itself in a key policy: AWS asks for it, or a key whose administrators are gone is lost.",
				"Everything in the policy of an endpoint: it is a ceiling over rights that IAM gives, and its conditions are judged (H23).",
				"Actions of one kind over a fixed list of resources, kms:GenerateDataKey* and kms:ReEncrypt*: AWS names them so in its own examples, each being one action and its variants.",
			},
		},
		{
			ID: "H21", Title: "Roles are handed to named services, and not all of them", Standards: []string{house}, Types: policyTypes(grants),
			Exceptions: []string{boundaries}, resource: eachStatement(passesNarrowly, grants),
		},
	}
}

func isEverything(action string) bool { return action == "*" || action == "*:*" }

func noPolicyOfUsers(c *subject) {
	if c.Type == token("iam/PolicyAttachment") && !filled(c.one("users")) {
		return
	}
	c.fail("", "gives rights to a user", "give them to a group, or let people sign in through IAM Identity Center")
}

// attached are the managed policies that a resource attaches.
func (r *Resource) attached() []placed {
	var all []placed
	for _, path := range []string{"policyArn", "managedPolicyArn", "managedPolicyArns[]"} {
		all = append(all, values(r.Inputs, path)...)
	}
	return all
}

func notAttached(policy string) func(*subject) {
	return func(c *subject) {
		for _, found := range c.attached() {
			if arn, known := found.value.(string); !known {
				c.wait(found.path)
			} else if strings.HasSuffix(arn, ":aws:policy/"+policy) {
				c.fail(found.path, "is "+policy, narrowFix)
			}
		}
	}
}

// withMFA says whether a policy is attached to a role that nobody takes without a second factor.
func (c *subject) withMFA() answer {
	answered := no
	for _, role := range c.byType[token("iam/Role")] {
		which := yes
		if role != c.Resource {
			which = c.refers(c.Resource, "role", role)
		}
		answered = max(answered, min(which, c.asksMFA(role)))
	}
	return answered
}

// asksMFA says whether everybody whom the role trusts must show a second factor.
func (s *sight) asksMFA(role *Resource) answer {
	answered := no
	for _, p := range s.documentsOf(role, trust) {
		if p.unknown {
			return maybe
		}
		for _, one := range p.Statements {
			if one.allows() && !slices.Equal(one.Conditions["Bool"]["aws:MultiFactorAuthPresent"], []string{"true"}) {
				return no
			}
			answered = yes
		}
	}
	return answered
}

func someoneMayCallSupport(c *subject) {
	candidates := slices.Clone(c.byType[token("ssoadmin/ManagedPolicyAttachment")])
	for _, short := range []string{"iam/RolePolicyAttachment", "iam/Role"} {
		candidates = append(candidates, c.inAccount(short)...)
	}
	unsure := false
	for _, r := range candidates {
		for _, policy := range r.attached() {
			arn, known := policy.value.(string)
			if strings.HasSuffix(arn, ":aws:policy/AWSSupportAccess") {
				return
			}
			unsure = unsure || !known
		}
	}
	if unsure {
		c.wait("")
		return
	}
	c.fail("", "no role and no permission set has AWSSupportAccess", "give it to a permission set of whoever answers incidents")
}

func decryptsAll(c *subject, path string, s statement) {
	everyKey := slices.ContainsFunc(s.Resources, func(r string) bool {
		return strings.Trim(r, "*") == "" || strings.HasSuffix(r, ":key/*") || strings.HasPrefix(r, "arn:aws:kms:*:*:")
	})
	if !everyKey && len(s.NotResources) == 0 {
		return
	}
	for _, action := range []string{"kms:Decrypt", "kms:ReEncryptFrom"} {
		if s.grantsAction(action) {
			c.fail(path, "allows "+action+" with every key", "name the keys")
			return
		}
	}
}

func readable(c *subject) {
	for _, p := range c.documentsOf(c.Resource, grants, trust, opens, ceiling) {
		switch {
		case p.unknown:
			c.wait(p.path)
		case p.fault != nil:
			c.fail(p.path, "is no policy: "+p.fault.Error(), "build it with iampolicy")
		case len(p.Statements) == 0:
			c.fail(p.path, "has no statement", "build it with iampolicy")
		}
	}
}

// readers are the verbs after which a wildcard only reads.
var readers = []string{"BatchGet", "Describe", "Get", "List", "Lookup", "Query", "Search", "Scan", "View", "Read"}

func wildcardsRead(c *subject, path string, s statement) {
	if !s.allows() || slices.Contains(tokens("ec2/VpcEndpoint", "ec2/VpcEndpointPolicy"), c.Type) {
		return
	}
	key := slices.Contains(tokens("kms/Key", "kms/KeyPolicy"), c.Type)
	for _, action := range s.Actions {
		_, name, _ := strings.Cut(action, ":")
		if isEverything(action) {
			name = action
		}
		before, _, wild := strings.Cut(name, "*")
		switch {
		case !wild, slices.ContainsFunc(readers, func(verb string) bool { return strings.HasPrefix(before, verb) }):
		case key && action == "kms:*" && c.ownAccountOnly(s):
		case action == "kms:GenerateDataKey*", action == "kms:ReEncrypt*":
		default:
			c.fail(path, "allows "+action, narrowFix)
		}
	}
}

// ownAccountOnly says whether a statement speaks of nobody but the account that the resource is in.
func (c *subject) ownAccountOnly(s statement) bool {
	if len(s.Principals) != 1 || len(s.Principals["AWS"]) != 1 {
		return false
	}
	principal := s.Principals["AWS"][0]
	account := c.account(c.Resource)
	return account == "" || principal == account || strings.HasSuffix(principal, ":iam::"+account+":root")
}

func passesNarrowly(c *subject, path string, s statement) {
	if !s.grantsAction("iam:PassRole") {
		return
	}
	for _, r := range append(slices.Clone(s.Resources), s.NotResources...) {
		if strings.Trim(r, "*") == "" || strings.HasSuffix(r, ":role/*") || strings.HasSuffix(r, ":*") || len(s.NotResources) > 0 {
			c.fail(path, fmt.Sprintf("hands over any role (%s)", r), "name the roles, or their path")
			return
		}
	}
	if !s.limited("iam:passedtoservice") {
		c.fail(path, "hands a role to any service", "add a condition on iam:PassedToService")
	}
}
