package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"aws-platform/pkg/sim/authz"
)

// A policy as authz reads it, under the names of this package's rules.
type (
	policyDocument  = authz.Policy
	policyStatement = authz.Statement
	principals      = authz.Principals
)

// parsePolicy reads a policy; anything that is not one is an error.
func parsePolicy(document string) (policyDocument, error) { return authz.Parse(document) }

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
	var operator *authz.OperatorError
	if errors.As(err, &operator) {
		return policy, refuse(u.Code, "%s", operator)
	}
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
	named := s.Principal.Count() + s.NotPrincipal.Count()
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
func isPublic(policy policyDocument) bool {
	return slices.ContainsFunc(policy.Statement, func(s policyStatement) bool {
		return s.Effect == "Allow" && s.Principal.Everybody() && !narrowed(s)
	})
}

// narrowing are the condition keys that S3 takes as fixing who may call.
var narrowing = []string{
	"aws:principalorgid", "aws:principalaccount", "aws:principalarn", "aws:sourceaccount", "aws:sourcearn",
	"aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:userid", "s3:dataaccesspointaccount",
}

func narrowed(s policyStatement) bool {
	for operator, keys := range s.Condition {
		if strings.Contains(operator, "Not") || strings.HasPrefix(operator, "Null") {
			continue
		}
		for key, values := range keys {
			fixed := !slices.ContainsFunc(values, func(v authz.Value) bool { return strings.Trim(string(v), "*?") == "" })
			if fixed && slices.Contains(narrowing, strings.ToLower(key)) {
				return true
			}
		}
	}
	return false
}

// serviceMay says whether a resource's policy lets a service do an action on a target.
func serviceMay(document, service, action, target string, context map[string]string) bool {
	policy, err := parsePolicy(document)
	if err != nil {
		return false
	}
	asked := authz.Request{
		Principal: authz.Principal{Service: service}, Action: action, Resource: target, Context: map[string][]string{},
	}
	for key, value := range context {
		asked.Context[key] = []string{value}
	}
	return authz.Policies{Resource: &policy}.Decide(asked).Allowed
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
