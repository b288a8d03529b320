package guard

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// kind is what a policy document is for.
type kind int

const (
	grants  kind = iota // attached to a user, group or role: says what it may do
	trust               // of a role: says who may take it
	opens               // of a resource: says who may use it
	ceiling             // says what nobody below may exceed; grants nothing
)

// documents are where policies are: type, property, what for.
var documents = []struct {
	short, path string
	kind        kind
}{
	{"iam/Policy", "policy", grants},
	{"iam/RolePolicy", "policy", grants},
	{"iam/UserPolicy", "policy", grants},
	{"iam/GroupPolicy", "policy", grants},
	{"iam/Role", "inlinePolicies[].policy", grants},
	{"ssoadmin/PermissionSetInlinePolicy", "inlinePolicy", grants},
	{"iam/Role", "assumeRolePolicy", trust},
	{"kms/Key", "policy", opens},
	{"kms/KeyPolicy", "policy", opens},
	{"s3/Bucket", "policy", opens},
	{"s3/BucketPolicy", "policy", opens},
	{"s3/AccessPoint", "policy", opens},
	{"sns/Topic", "policy", opens},
	{"sns/TopicPolicy", "policy", opens},
	{"sqs/Queue", "policy", opens},
	{"sqs/QueuePolicy", "policy", opens},
	{"secretsmanager/Secret", "policy", opens},
	{"secretsmanager/SecretPolicy", "policy", opens},
	{"ec2/VpcEndpoint", "policy", opens},
	{"ec2/VpcEndpointPolicy", "policy", opens},
	{"cloudwatch/LogResourcePolicy", "policyDocument", opens},
	{"cloudwatch/EventBusPolicy", "policy", opens},
	{"ecr/RepositoryPolicy", "policy", opens},
	{"backup/VaultPolicy", "policy", opens},
	{"networkfirewall/ResourcePolicy", "policy", opens},
	{"organizations/ResourcePolicy", "content", opens},
	{"organizations/Policy", "content", ceiling},
}

// policyTypes are the types that hold documents of these kinds.
func policyTypes(kinds ...kind) []string {
	var all []string
	for _, d := range documents {
		if one := token(d.short); slices.Contains(kinds, d.kind) && !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	return all
}

// policy is one document of a resource.
type policy struct {
	path       string
	kind       kind
	unknown    bool
	unsure     bool  // it may be a boundary, which grants nothing
	fault      error // why it could not be read
	Statements []statement
}

// statement is one statement with every field a list, however it was written.
type statement struct {
	Sid, Effect                                  string
	Principals                                   map[string][]string // "*" holds "*" when everybody is meant
	NotPrincipal                                 bool
	Actions, NotActions, Resources, NotResources []string
	Conditions                                   map[string]map[string][]string // operator, key, values
	at                                           int
}

// texts reads a string or a list of strings; numbers and truths become text, as AWS takes them.
type texts []string

// UnmarshalJSON reads one value or a list.
func (t *texts) UnmarshalJSON(data []byte) error {
	var many []any
	if json.Unmarshal(data, &many) != nil {
		var single any
		if err := json.Unmarshal(data, &single); err != nil {
			return err
		}
		many = []any{single}
	}
	for _, one := range many {
		switch one.(type) {
		case string, float64, bool:
			*t = append(*t, fmt.Sprint(one))
		default:
			return fmt.Errorf("%v is no text", one)
		}
	}
	return nil
}

// parties reads "*" or an object of principals.
type parties map[string][]string

// UnmarshalJSON reads a Principal.
func (p *parties) UnmarshalJSON(data []byte) error {
	*p = parties{}
	var everybody string
	if json.Unmarshal(data, &everybody) == nil {
		(*p)[everybody] = []string{everybody}
		return nil
	}
	var named map[string]texts
	if err := json.Unmarshal(data, &named); err != nil {
		return err
	}
	for kind, list := range named {
		(*p)[kind] = list
	}
	return nil
}

// statements reads one statement or a list.
type statements []struct {
	Sid, Effect                              string
	Principal, NotPrincipal                  parties
	Action, NotAction, Resource, NotResource texts
	Condition                                map[string]map[string]texts
}

// UnmarshalJSON reads one statement or a list.
func (s *statements) UnmarshalJSON(data []byte) error {
	type list statements
	if strings.HasPrefix(strings.TrimSpace(string(data)), "{") {
		data = []byte("[" + string(data) + "]")
	}
	return json.Unmarshal(data, (*list)(s))
}

func parse(document string) ([]statement, error) {
	var read struct{ Statement statements }
	if err := json.Unmarshal([]byte(document), &read); err != nil {
		return nil, err
	}
	var all []statement
	for i, s := range read.Statement {
		made := statement{
			Sid: s.Sid, Effect: s.Effect, Principals: s.Principal, NotPrincipal: s.NotPrincipal != nil,
			Actions: s.Action, NotActions: s.NotAction, Resources: s.Resource, NotResources: s.NotResource,
			Conditions: map[string]map[string][]string{}, at: i,
		}
		for operator, keys := range s.Condition {
			made.Conditions[operator] = map[string][]string{}
			for key, list := range keys {
				made.Conditions[operator][key] = list
			}
		}
		all = append(all, made)
	}
	return all, nil
}

// documentsOf are a resource's policies of some kinds.
func (s *sight) documentsOf(r *Resource, kinds ...kind) []policy {
	all, read := s.policies[r]
	if !read {
		for _, d := range documents {
			if token(d.short) == r.Type {
				all = append(all, s.read(r, d.path, d.kind)...)
			}
		}
		s.policies[r] = all
	}
	var wanted []policy
	for _, p := range all {
		if slices.Contains(kinds, p.kind) {
			wanted = append(wanted, p)
		}
	}
	return wanted
}

func (s *sight) read(r *Resource, path string, of kind) (all []policy) {
	boundary := no
	if of == grants {
		boundary = s.isBoundary(r)
	}
	if boundary == yes {
		of = ceiling
	}
	for _, found := range values(r.Inputs, path) {
		p := policy{path: found.path, kind: of, unsure: boundary == maybe}
		switch v := found.value.(type) {
		case Unknown:
			p.unknown = true
		case string:
			if p.unknown = of == ceiling && r.unknown("type"); p.unknown {
				break
			}
			if r.Type == token("organizations/Policy") && r.text("type") != "" && !strings.HasSuffix(r.text("type"), "CONTROL_POLICY") {
				continue // tag and backup policies have a language of their own
			}
			if v == "" {
				continue
			}
			p.Statements, p.fault = parse(v)
		}
		all = append(all, p)
	}
	return all
}

// isBoundary says whether a policy is the permissions boundary of roles: it grants nothing by itself. AWS's own controls
// leave boundaries out too (excludePermissionBoundaryPolicy). Where no role has it yet, the policy that lets roles be made
// with no other boundary tells.
func (s *sight) isBoundary(r *Resource) answer {
	if r.Type != token("iam/Policy") {
		return no
	}
	answered := no
	for _, user := range tokens("iam/Role", "iam/User") {
		for _, other := range s.byType[user] {
			if boundary := other.text("permissionsBoundary"); boundary != "" && s.isARN(r, boundary) {
				return yes
			}
			if other.unknown("permissionsBoundary") && s.stackOf[other] == s.stackOf[r] {
				answered = maybe
			}
		}
	}
	for _, other := range s.byType[r.Type] {
		statements, err := parse(other.text("policy"))
		if err != nil {
			continue
		}
		for _, one := range statements {
			demanded := one.Conditions["StringEquals"]["iam:PermissionsBoundary"]
			if slices.ContainsFunc(demanded, func(arn string) bool { return s.isARN(r, arn) }) {
				return yes
			}
		}
	}
	return answered
}

func (s *sight) isARN(r *Resource, arn string) bool {
	if r.ID == arn || r.Outputs["arn"] == arn {
		return true
	}
	name := r.text("name")
	return name != "" && strings.HasSuffix(arn, ":"+s.account(r)+":policy"+cleanPath(r.text("path"))+name)
}

func cleanPath(path string) string {
	if path == "" {
		return "/"
	}
	return path
}

// eachStatement hands every statement of the resource's policies of some kinds to see.
func eachStatement(see func(c *subject, path string, s statement), kinds ...kind) func(*subject) {
	return func(c *subject) {
		for _, p := range c.documentsOf(c.Resource, kinds...) {
			if p.unknown {
				c.wait(p.path)
			}
			spared := no
			if p.unsure {
				spared = maybe
			}
			c.unless(spared, func(c *subject) {
				for _, s := range p.Statements {
					see(c, p.path+"."+s.name(), s)
				}
			})
		}
	}
}

// name is how a person finds the statement.
func (s statement) name() string {
	if s.Sid != "" {
		return s.Sid
	}
	return fmt.Sprintf("Statement[%d]", s.at)
}

func (s statement) allows() bool { return s.Effect == "Allow" }

// everybody says whether the statement speaks of any principal at all.
func (s statement) everybody() bool {
	return s.NotPrincipal || slices.Contains(s.Principals["*"], "*") || slices.Contains(s.Principals["AWS"], "*")
}

// limiting are the condition keys that say who asks or from where: with one of them, "everybody" is not everybody.
var limiting = []string{
	"aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:userid",
	"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner",
	"aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip", "aws:sourceip",
	"kms:calleraccount", "s3:dataaccesspointaccount",
}

// limited says whether a condition holds the statement to somebody. Operators that a missing key satisfies do not count,
// nor do values that anything matches.
func (s statement) limited(keys ...string) bool {
	for operator, conditions := range s.Conditions {
		if !demands(operator) {
			continue
		}
		for key, list := range conditions {
			if slices.Contains(keys, strings.ToLower(key)) && len(list) > 0 && !slices.ContainsFunc(list, matchesAnything) {
				return true
			}
		}
	}
	return false
}

// demands says whether an operator refuses a request in which the key is missing, or has another value.
func demands(operator string) bool {
	operator = strings.TrimPrefix(operator, "ForAnyValue:")
	switch operator {
	case "StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress":
		return true
	}
	return false
}

func matchesAnything(value string) bool {
	return strings.Trim(value, "*") == "" || value == "0.0.0.0/0" || value == "::/0"
}

// public says whether the statement lets anybody in the world do something.
func (s statement) public() bool { return s.allows() && s.everybody() && !s.limited(limiting...) }

// grantsAction says whether an action is among those the statement allows.
func (s statement) grantsAction(action string) bool {
	if !s.allows() {
		return false
	}
	if len(s.NotActions) > 0 {
		return !slices.ContainsFunc(s.NotActions, matching(action))
	}
	return slices.ContainsFunc(s.Actions, matching(action))
}

func matching(action string) func(string) bool {
	return func(pattern string) bool { return like(strings.ToLower(pattern), strings.ToLower(action)) }
}

// anyResource says whether the statement speaks of all resources there are.
func (s statement) anyResource() bool {
	return len(s.NotResources) > 0 || slices.ContainsFunc(s.Resources, func(r string) bool { return strings.Trim(r, "*") == "" })
}
