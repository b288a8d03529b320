package sim

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// assumable is a trust policy for a principal.
func assumable(principal string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"}]}`
}

const byAccount = `{"AWS":"arn:aws:iam::111111111111:root"}`

// sized is an identity policy of so many characters.
func sized(characters int) string {
	const frame = `{"Version":"2012-10-17","Statement":[{"Sid":"%s","Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`
	return fmt.Sprintf(frame, strings.Repeat("x", characters-len(frame)+len("%s")))
}

func rightsAct(name, role, document string) act {
	return act{token: typeRolePolicy, name: name, inputs: props{"name": name, "role": "$" + role, "policy": document}}
}

func managedAct(name string) act {
	return act{token: "aws:iam/policy:Policy", name: name, inputs: props{"name": name, "policy": sized(200)}}
}

func attachmentAct(name, role, policy string) act {
	return act{token: typePolicyAttachment, name: name, inputs: props{"role": "$" + role, "policyArn": policy}}
}

func TestRoleRules(t *testing.T) {
	t.Parallel()
	role := roleAct("r", assumable(byAccount))
	malformed := func(document, message string) ruleCase {
		return ruleCase{
			create: roleAct("r", document), code: "MalformedPolicyDocument", message: message,
			passes: props{"assumeRolePolicy": assumable(byAccount)},
		}
	}
	refusals(t, map[string]ruleCase{
		"a name that is taken": {
			after: []act{role}, create: act{token: roleToken, name: "s", inputs: props{"name": "r", "assumeRolePolicy": assumable(byAccount)}},
			code: "EntityAlreadyExists", message: "Role with name r already exists.", status: http.StatusConflict,
			passes: props{"name": "s"},
		},
		"the same name in another region": {
			after: []act{role}, create: act{token: roleToken, name: "s", region: "us-east-1", inputs: props{
				"name": "r", "assumeRolePolicy": assumable(byAccount),
			}},
			code: "EntityAlreadyExists", message: "Role with name r already exists.", status: http.StatusConflict, unless: "r",
		},
		"trust that is no JSON":      malformed(`{"Statement":`, "This policy contains invalid Json"),
		"trust with a resource":      malformed(`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}]}`, "Has prohibited field Resource"),
		"trust naming nobody":        malformed(assumable(`{}`), "Missing required field Principal"),
		"trust naming no one of AWS": malformed(assumable(`{"AWS":[]}`), "Missing required field Principal"),
		"trust for something else": malformed(strings.ReplaceAll(assumable(byAccount), "sts:AssumeRole", "s3:GetObject"),
			"AssumeRole policy may only specify STS AssumeRole actions."),
		"trust of a malformed account": malformed(assumable(`{"AWS":"11111111111"}`), `Invalid principal in policy: "AWS":"11111111111"`),
		"trust of a missing role": {
			create: roleAct("r", assumable(`{"AWS":"arn:aws:iam::111111111111:role/other"}`)), code: "MalformedPolicyDocument",
			message: `Invalid principal in policy: "AWS":"arn:aws:iam::111111111111:role/other"`,
			first:   []act{roleAct("other", assumable(byAccount))},
		},
		"trust changed to a missing role": {
			after: []act{role}, change: "r",
			create: act{inputs: roleAct("r", assumable(`{"AWS":"arn:aws:iam::111111111111:role/other"}`)).inputs},
			code:   "MalformedPolicyDocument", message: `Invalid principal in policy: "AWS":"arn:aws:iam::111111111111:role/other"`,
			first: []act{roleAct("other", assumable(byAccount))},
		},
		"trust too long": {
			create: roleAct("r", assumable(`{"AWS":["111111111111"`+strings.Repeat(`,"222222222222"`, 140)+`]}`)),
			code:   "LimitExceeded", message: "Cannot exceed quota for ACLSizePerRole: 2048", status: http.StatusConflict,
			passes: props{"assumeRolePolicy": assumable(`{"AWS":["111111111111"` + strings.Repeat(`,"222222222222"`, 100) +
				strings.Repeat(" ", 2048) + `]}`)}, // white space does not count
		},
		"a missing boundary": {
			create: act{token: roleToken, name: "r", inputs: props{
				"name": "r", "assumeRolePolicy": assumable(byAccount), "permissionsBoundary": "arn:aws:iam::111111111111:policy/b",
			}},
			code: "NoSuchEntity", message: "Policy arn:aws:iam::111111111111:policy/b does not exist or is not attachable.",
			status: http.StatusNotFound, passes: props{"permissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
		},
		"deleted with a policy attached": {
			after:   []act{role, attachmentAct("a", "r", "arn:aws:iam::aws:policy/ReadOnlyAccess")},
			destroy: "r", code: "DeleteConflict", message: "Cannot delete entity, must detach all policies first.",
			status: http.StatusConflict, unless: "a",
		},
		"deleted with a policy inside": {
			after: []act{role, rightsAct("a", "r", sized(200))}, destroy: "r", code: "DeleteConflict",
			message: "Cannot delete entity, must delete policies first.", status: http.StatusConflict, unless: "a",
		},
		"too many roles": {
			after: []act{role}, quotas: map[string]int{"LimitExceeded": 1}, create: roleAct("s", assumable(byAccount)),
			code: "LimitExceeded", message: "Cannot exceed quota for RolesPerAccount: 1000", status: http.StatusConflict, unless: "r",
		},
	})
}

func TestIdentityPolicyRules(t *testing.T) {
	t.Parallel()
	role := roleAct("r", assumable(byAccount))
	statement := func(text string) string { return `{"Version":"2012-10-17","Statement":[` + text + `]}` }
	malformed := func(document, message string) ruleCase {
		return ruleCase{
			after: []act{role}, create: rightsAct("p", "r", document), code: "MalformedPolicyDocument", message: message,
			passes: props{"policy": sized(200)},
		}
	}
	refusals(t, map[string]ruleCase{
		"no JSON":          malformed("allow everything", "Syntax errors in policy."),
		"an unknown field": malformed(statement(`{"Effect":"Allow","Actions":"s3:GetObject","Resource":"*"}`), "Syntax errors in policy."),
		"a version":        malformed(`{"Version":"2012-10-18","Statement":[]}`, "The policy must contain a valid version string"),
		"no statement":     malformed(statement(""), "Missing required field Statement"),
		"no effect":        malformed(statement(`{"Action":"s3:GetObject","Resource":"*"}`), "Missing required field Effect"),
		"no action":        malformed(statement(`{"Effect":"Allow","Resource":"*"}`), "Policy statement must contain actions."),
		"no resource":      malformed(statement(`{"Effect":"Allow","Action":"s3:GetObject"}`), "Policy statement must contain resources."),
		"a principal": malformed(statement(`{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}`),
			"Policy document should not specify a principal."),
		"an action without its service": malformed(statement(`{"Effect":"Allow","Action":"GetObject","Resource":"*"}`),
			"Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
		"a resource that is no ARN": malformed(statement(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"bucket/*"}`),
			`Resource bucket/* must be in ARN format or "*".`),
		"an id with a hyphen": malformed(statement(`{"Sid":"a-b","Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`),
			"Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"),
		"an id twice": malformed(statement(`{"Sid":"a","Effect":"Allow","Action":"s3:GetObject","Resource":"*"},`+
			`{"Sid":"a","Effect":"Deny","Action":"s3:PutObject","Resource":"*"}`), "Statement IDs (SID) in a single policy must be unique."),
		"a missing role": {
			after: []act{role}, create: act{token: typeRolePolicy, name: "p", inputs: props{
				"name": "p", "role": "other", "policy": sized(200),
			}},
			code: "NoSuchEntity", message: "The role with name other cannot be found.", status: http.StatusNotFound,
			passes: props{"role": "r"},
		},
		"too long beside another": {
			after: []act{role, rightsAct("o", "r", sized(5000))}, create: rightsAct("p", "r", sized(5241)),
			code: "LimitExceeded", message: "Maximum policy size of 10240 bytes exceeded for role r", status: http.StatusConflict,
			passes: props{"policy": sized(5240)},
		},
		"too long beside what the role brings": {
			after: []act{{token: roleToken, name: "r", inputs: props{
				"name": "r", "assumeRolePolicy": assumable(byAccount), "inlinePolicies": []any{props{"name": "i", "policy": sized(5000)}},
			}}},
			create: rightsAct("p", "r", sized(5241)),
			code:   "LimitExceeded", message: "Maximum policy size of 10240 bytes exceeded for role r", status: http.StatusConflict,
			passes: props{"policy": sized(5240)},
		},
		"a managed policy too long": {
			create: act{token: "aws:iam/policy:Policy", name: "p", inputs: props{"name": "p", "policy": sized(6145)}},
			code:   "LimitExceeded", message: "Cannot exceed quota for PolicySize: 6144", status: http.StatusConflict,
			passes: props{"policy": sized(6144)},
		},
		"a managed policy's name": {
			after:  []act{managedAct("p")},
			create: act{token: "aws:iam/policy:Policy", name: "q", inputs: props{"name": "p", "policy": sized(200)}},
			code:   "EntityAlreadyExists", message: "A policy called p already exists. Duplicate names are not allowed.",
			status: http.StatusConflict, passes: props{"name": "q"},
		},
		"a managed policy in use": {
			after: []act{role, managedAct("p"), attachmentAct("a", "r", "$p")}, destroy: "p", code: "DeleteConflict",
			message: "Cannot delete a policy attached to entities.", status: http.StatusConflict, unless: "a",
		},
		"a missing managed policy": {
			after: []act{role, managedAct("p")}, create: attachmentAct("a", "r", "arn:aws:iam::111111111111:policy/other"),
			code: "NoSuchEntity", message: "Policy arn:aws:iam::111111111111:policy/other does not exist or is not attachable.",
			status: http.StatusNotFound, passes: props{"policyArn": "$p"},
		},
		"too many attached": {
			after:  []act{role, attachmentAct("a", "r", "arn:aws:iam::aws:policy/ReadOnlyAccess"), managedAct("p")},
			quotas: map[string]int{"LimitExceeded": 1}, create: attachmentAct("b", "r", "$p"), code: "LimitExceeded",
			message: "Cannot exceed quota for PoliciesPerRole: 10", status: http.StatusConflict, unless: "a",
		},
	})
}

func TestIAMFaults(t *testing.T) {
	t.Parallel()
	role := func(more props) props {
		inputs := props{"assumeRolePolicy": "{}"}
		for key, value := range more {
			inputs[key] = value
		}
		return inputs
	}
	long := strings.Repeat("r", 65)
	badInputs(t, map[string]faultCase{
		"long name": {
			token: roleToken, inputs: role(props{"name": long}),
			want:   []Failure{{"name", fmt.Sprintf("%q must have 1 to 64 characters: letters, digits and any of _+=,.@-", long)}},
			passes: props{"name": long[:64]},
		},
		"name with a slash": {
			token: roleToken, inputs: role(props{"name": "a/b"}),
			want:   []Failure{{"name", `"a/b" must have 1 to 64 characters: letters, digits and any of _+=,.@-`}},
			passes: props{"name": "a-b"},
		},
		"path": {
			token: roleToken, inputs: role(props{"path": "ci"}),
			want:   []Failure{{"path", `"ci" must begin and end with a slash and have at most 512 characters`}},
			passes: props{"path": "/ci/"},
		},
		"a short session": {
			token: roleToken, inputs: role(props{"maxSessionDuration": 3599}),
			want:   []Failure{{"maxSessionDuration", "must be from 3600 to 43200, not 3599"}},
			passes: props{"maxSessionDuration": 3600},
		},
		"a long session": {
			token: roleToken, inputs: role(props{"maxSessionDuration": 43201}),
			want:   []Failure{{"maxSessionDuration", "must be from 3600 to 43200, not 43201"}},
			passes: props{"maxSessionDuration": 43200},
		},
		"a long description": {
			token: roleToken, inputs: role(props{"description": strings.Repeat("d", 1001)}),
			want: []Failure{{"description", "must have at most 1000 characters, not 1001"}}, passes: props{"description": "d"},
		},
	})
}

func TestIAMOutputs(t *testing.T) {
	t.Parallel()
	computes(t, map[string]outputCase{
		"role": {
			create: act{token: roleToken, name: "r", inputs: props{"name": "r", "path": "/ci/", "assumeRolePolicy": assumable(byAccount)}},
			want: props{
				"arn": "arn:aws:iam::111111111111:role/ci/r", "maxSessionDuration": 3600, "forceDetachPolicies": false,
				"managedPolicyArns": []any{}, "inlinePolicies": []any{},
			},
		},
		"managed policy": {
			create: managedAct("p"), want: props{"arn": "arn:aws:iam::111111111111:policy/p", "path": "/", "attachmentCount": 0},
		},
		"a policy given as an object": {
			after: []act{roleAct("r", assumable(byAccount))}, create: act{token: typeRolePolicy, name: "p", inputs: props{
				"name": "p", "role": "$r", "policy": props{
					"Version": "2012-10-17", "Statement": []any{props{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}},
				},
			}},
			want: props{"role": "r"},
		},
	})
	s := newStage(t, ruleCase{after: []act{roleAct("r", assumable(byAccount)), rightsAct("p", "r", sized(200))}}, "")
	if got := s.made["p"].ID; got != "r:p" {
		t.Error(got)
	}
	if got := s.made["r"].Text("uniqueId"); !strings.HasPrefix(got, "AROA") || len(got) != 21 {
		t.Error(got)
	}
}
