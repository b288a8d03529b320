package sim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// policyDocument is an IAM policy, whichever service keeps it.
type policyDocument struct {
	Version   string                     `json:"Version"`
	ID        string                     `json:"Id"`
	Statement oneOrMany[policyStatement] `json:"Statement"`
}

// policyStatement is one statement of a policy.
type policyStatement struct {
	Sid          string                                          `json:"Sid"`
	Effect       string                                          `json:"Effect"`
	Principal    principals                                      `json:"Principal"`
	NotPrincipal principals                                      `json:"NotPrincipal"`
	Action       oneOrMany[string]                               `json:"Action"`
	NotAction    oneOrMany[string]                               `json:"NotAction"`
	Resource     oneOrMany[string]                               `json:"Resource"`
	NotResource  oneOrMany[string]                               `json:"NotResource"`
	Condition    map[string]map[string]oneOrMany[conditionValue] `json:"Condition"`
}

// oneOrMany is a JSON value that may be written alone or in a list.
type oneOrMany[T any] []T

func (m *oneOrMany[T]) UnmarshalJSON(content []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(content), []byte("[")) {
		var many []T
		if err := strictJSON(content, &many); err != nil {
			return err
		}
		*m = many
		return nil
	}
	var one T
	if err := strictJSON(content, &one); err != nil {
		return err
	}
	*m = oneOrMany[T]{one}
	return nil
}

// conditionValue is a string, a number or a boolean of a condition, as text.
type conditionValue string

func (v *conditionValue) UnmarshalJSON(content []byte) error {
	var value any
	if err := json.Unmarshal(content, &value); err != nil {
		return err
	}
	switch value.(type) {
	case string, float64, bool:
		*v = conditionValue(fmt.Sprint(value))
		return nil
	}
	return errors.New("a condition value is a string, a number or a boolean")
}

// principals are who a statement speaks of, by kind: AWS, Service, Federated; {"*": ["*"]} is everybody.
type principals map[string]oneOrMany[string]

func (p *principals) UnmarshalJSON(content []byte) error {
	var everybody string
	if json.Unmarshal(content, &everybody) == nil {
		if everybody != "*" {
			return fmt.Errorf("principal %q", everybody)
		}
		*p = principals{"*": {"*"}}
		return nil
	}
	named := map[string]oneOrMany[string]{}
	if err := json.Unmarshal(content, &named); err != nil {
		return err
	}
	*p = named
	return nil
}

func (p principals) count() int {
	count := 0
	for _, named := range p {
		count += len(named)
	}
	return count
}

// strictJSON refuses what a policy cannot say.
func strictJSON(content []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// parsePolicy reads a policy; anything that is not one is an error.
func parsePolicy(document string) (policyDocument, error) {
	var policy policyDocument
	trimmed := strings.TrimSpace(document)
	if !strings.HasPrefix(trimmed, "{") || !json.Valid([]byte(trimmed)) {
		return policy, errors.New("not a JSON object")
	}
	return policy, strictJSON([]byte(trimmed), &policy)
}

// document is a policy input as text.
func (r *request) document(property string) string { return documentOf(r.New, property) }

// documentOf is a policy property as text: given as text, or as an object that the provider writes out.
func documentOf(values resource.PropertyMap, property string) string {
	value := values[resource.PropertyKey(property)]
	if !value.IsObject() {
		return text(values, property)
	}
	content, err := json.Marshal(value.ObjectValue().Mappable())
	if err != nil {
		return ""
	}
	return string(content)
}

// policyUse is what a service wants of the policies it keeps.
type policyUse struct {
	Code       string // of every refusal
	NotJSON    string // message when the document is no policy at all
	NoAction   string // message when a statement names no action
	NoResource string // message when a statement names no resource; "" when it must name none
	Principals bool   // statements name principals (resource and trust policies) or must not (identity policies)
	StrictSid  bool   // statement ids are letters and digits
}

// The uses of policies, with the services' own messages.
var (
	identityDocument = policyUse{
		Code: "MalformedPolicyDocument", NotJSON: "Syntax errors in policy.", StrictSid: true,
		NoAction: "Policy statement must contain actions.", NoResource: "Policy statement must contain resources.",
	}
	trustDocument = policyUse{
		Code: "MalformedPolicyDocument", NotJSON: "This policy contains invalid Json", StrictSid: true, Principals: true,
		NoAction: "Missing required field Action",
	}
	bucketDocument = policyUse{
		Code: "MalformedPolicy", NotJSON: "Policies must be valid JSON and the first byte must be '{'", Principals: true,
		NoAction: "Missing required field Action", NoResource: "Missing required field Resource",
	}
	keyDocument = policyUse{
		Code: "MalformedPolicyDocumentException", NotJSON: "The policy is not valid JSON.", Principals: true,
		NoAction: "Missing required field Action", NoResource: "Missing required field Resource",
	}
	endpointDocument = policyUse{
		Code: "InvalidParameter", NotJSON: "The policy is not a valid JSON document.", Principals: true,
		NoAction: "Missing required field Action", NoResource: "Missing required field Resource",
	}
)

var (
	sidPattern    = regexp.MustCompile(`^[0-9A-Za-z]*$`)
	actionPattern = regexp.MustCompile(`^(\*|[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+)$`)
)

// check reads a policy and refuses what the service would.
func (u policyUse) check(document string) (policyDocument, *Error) {
	policy, err := parsePolicy(document)
	if err != nil {
		return policy, refuse(u.Code, "%s", u.NotJSON)
	}
	if policy.Version != "" && policy.Version != "2012-10-17" && policy.Version != "2008-10-17" {
		return policy, refuse(u.Code, "The policy must contain a valid version string")
	}
	if len(policy.Statement) == 0 {
		return policy, refuse(u.Code, "Missing required field Statement")
	}
	sids := map[string]bool{}
	for _, statement := range policy.Statement {
		if fault := u.fault(statement); fault != "" {
			return policy, refuse(u.Code, "%s", fault)
		}
		if statement.Sid != "" && sids[statement.Sid] {
			return policy, refuse(u.Code, "Statement IDs (SID) in a single policy must be unique.")
		}
		sids[statement.Sid] = true
	}
	return policy, nil
}

// fault is what is wrong with one statement, or "".
func (u policyUse) fault(s policyStatement) string {
	named := s.Principal.count() + s.NotPrincipal.count()
	switch {
	case s.Effect != "Allow" && s.Effect != "Deny":
		return "Missing required field Effect"
	case u.StrictSid && !sidPattern.MatchString(s.Sid):
		return "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
	case !u.Principals && named > 0:
		return "Policy document should not specify a principal."
	case u.Principals && named == 0:
		return "Missing required field Principal"
	case len(s.Action)+len(s.NotAction) == 0:
		return u.NoAction
	case u.NoResource == "" && len(s.Resource)+len(s.NotResource) > 0:
		return "Has prohibited field Resource"
	case u.NoResource != "" && len(s.Resource)+len(s.NotResource) == 0:
		return u.NoResource
	}
	for _, action := range slices.Concat(s.Action, s.NotAction) {
		if !actionPattern.MatchString(action) {
			return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
		}
	}
	for _, target := range slices.Concat(s.Resource, s.NotResource) {
		if target != "*" && strings.Count(target, ":") < 5 {
			return fmt.Sprintf("Resource %s must be in ARN format or \"*\".", target)
		}
	}
	return ""
}

// principalPattern is an account, alone or as its root, or a role, user or session of one.
var principalPattern = regexp.MustCompile(
	`^(\*|\d{12}|arn:aws[a-z-]*:iam::(\d{12}):(root|role/[\w+=,.@/-]+|user/[\w+=,.@/-]+)|arn:aws[a-z-]*:sts::\d{12}:assumed-role/[\w+=,.@/-]+)$`)

// strangers are the AWS principals of a policy that do not exist: malformed ones, and roles the simulated cloud would
// know and does not. IAM, KMS and S3 all turn such a policy down.
func strangers(r *request, policy policyDocument) []string {
	var unknown []string
	for _, statement := range policy.Statement {
		for _, who := range slices.Concat(statement.Principal["AWS"], statement.NotPrincipal["AWS"]) {
			if !principalPattern.MatchString(who) || !roleExists(r, who) {
				unknown = append(unknown, who)
			}
		}
	}
	return unknown
}

// roleExists says whether a principal that is a role exists; what is not a role, or belongs to an account outside the
// simulation, counts as existing.
func roleExists(r *request, principal string) bool {
	before, path, isRole := strings.Cut(principal, ":role/")
	_, ours := r.cloud.accounts[before[strings.LastIndex(before, ":")+1:]]
	// Service-linked roles come and go with their services.
	if !isRole || !ours || strings.HasPrefix(path, "aws-service-role/") {
		return true
	}
	return slices.ContainsFunc(r.Everywhere(kindRole), func(role *Resource) bool { return role.Text("arn") == principal })
}

// isPublic says whether a policy allows everybody, as S3 judges it: an Allow for "*" that no fixed condition narrows.
func (p policyDocument) isPublic() bool {
	return slices.ContainsFunc(p.Statement, func(s policyStatement) bool {
		everybody := len(s.Principal["*"]) > 0 || slices.Contains(s.Principal["AWS"], "*")
		return s.Effect == "Allow" && everybody && !s.narrowed()
	})
}

// narrowing are the condition keys that S3 takes as fixing who may call.
var narrowing = []string{
	"aws:principalorgid", "aws:principalaccount", "aws:principalarn", "aws:sourceaccount", "aws:sourcearn",
	"aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:userid", "s3:dataaccesspointaccount",
}

func (s policyStatement) narrowed() bool {
	for operator, keys := range s.Condition {
		if strings.Contains(operator, "Not") || strings.HasPrefix(operator, "Null") {
			continue
		}
		for key, values := range keys {
			fixed := !slices.ContainsFunc(values, func(v conditionValue) bool { return strings.Trim(string(v), "*?") == "" })
			if fixed && slices.Contains(narrowing, strings.ToLower(key)) {
				return true
			}
		}
	}
	return false
}

// allows says whether an Allow statement lets a principal do an action. Conditions on keys of the context are judged,
// all others are taken to hold.
func (p policyDocument) allows(kind, principal, action string, context map[string]string) bool {
	return slices.ContainsFunc(p.Statement, func(s policyStatement) bool {
		named := len(s.Principal["*"]) > 0 || slices.ContainsFunc(s.Principal[kind], func(who string) bool {
			return who == "*" || who == principal
		})
		return s.Effect == "Allow" && named && s.holds(context) && slices.ContainsFunc(s.Action, func(pattern string) bool {
			return wildcard(pattern, action)
		})
	})
}

// holds judges the conditions on keys of a context, by equality and likeness.
func (s policyStatement) holds(context map[string]string) bool {
	for operator, keys := range s.Condition {
		if base := strings.TrimSuffix(operator, "IfExists"); !slices.Contains([]string{
			"StringEquals", "StringLike", "ArnEquals", "ArnLike"}, base) {
			continue
		}
		for key, values := range keys {
			actual, judged := context[key]
			matches := slices.ContainsFunc(values, func(v conditionValue) bool { return matches(string(v), actual) })
			if judged && !matches {
				return false
			}
		}
	}
	return true
}

// wildcard matches as IAM compares actions: whatever the case.
func wildcard(pattern, value string) bool {
	return matches(strings.ToLower(pattern), strings.ToLower(value))
}

// policySize is a policy's size as IAM counts it: without white space.
func policySize(document string) int {
	size := 0
	for _, character := range document {
		if !unicode.IsSpace(character) {
			size++
		}
	}
	return size
}
