package sim

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"aws-platform/pkg/sim/authz"
)

// authorize refuses a call that the caller's policies, the organization's or the resource's do not allow.
func (m *model) authorize(r *request) *Error {
	if r.Caller == nil {
		return nil
	}
	named := r.Type.Actions
	needed := map[operation][]string{opCreate: named.Create, opUpdate: named.Update, opDelete: named.Delete, opRead: named.Read}[r.Op]
	for _, entry := range needed {
		action, template, own := strings.Cut(entry, " ")
		var target string
		switch {
		case own:
			target = r.actionTarget(template)
		case named.Target != nil:
			target = named.Target(r)
		default:
			target = r.actionTarget(cmp.Or(named.Resource, "{arn}"))
		}
		if target == "" {
			continue
		}
		asked := authz.Request{
			Principal: m.principal(*r.Caller), Action: action, Resource: target, Context: r.context(action),
		}
		if decided := m.decide(*r.Caller, asked); !decided.Allowed {
			return unauthorized(asked, decided)
		}
	}
	return nil
}

// decide puts together all policies that bear on a request.
func (m *model) decide(caller identity, asked authz.Request) authz.Decision {
	judged := m.rights(caller)
	m.withResource(&judged, asked.Resource)
	return judged.Decide(asked)
}

// actionTarget is the ARN an action is done to. A template whose properties are all absent gives nothing.
func (r *request) actionTarget(template string) string {
	if strings.Contains(template, "{arn}") {
		template = strings.ReplaceAll(template, "{arn}", r.arn())
	}
	return r.expand(template)
}

// arn is the resource's own ARN, also when it is about to be made.
func (r *request) arn() string {
	for _, values := range []resource.PropertyMap{r.Old, r.New} {
		if known := text(values, "arn"); known != "" {
			return known
		}
	}
	if makes := r.Type.Computed["arn"]; makes != nil {
		if made := makes(r); made.IsString() {
			return made.StringValue()
		}
	}
	return "*"
}

// globalServices act in us-east-1, whatever the region of the call.
var globalServices = []string{"cloudfront", "globalaccelerator", "iam", "organizations", "route53", "route53domains", "shield", "waf"}

// context are the condition keys of a call: those AWS gives every call, its tags, and what the row adds.
func (r *request) context(action string) map[string][]string {
	service, _, _ := strings.Cut(action, ":")
	region := r.Region
	if slices.Contains(globalServices, service) {
		region = "us-east-1"
	}
	context := map[string][]string{
		"aws:RequestedRegion": {region}, "aws:SecureTransport": {"true"}, "aws:ViaAWSService": {"false"},
		"aws:ResourceAccount": {r.Account}, "aws:ResourceOrgID": {organizationID}, service + ":Region": {region},
	}
	if r.Op == opCreate || r.Op == opUpdate {
		for key, value := range tagsOf(r.New) {
			context["aws:RequestTag/"+key] = []string{value}
			context["aws:TagKeys"] = append(context["aws:TagKeys"], key)
		}
		slices.Sort(context["aws:TagKeys"])
	}
	for key, value := range tagsOf(r.Old) {
		context["aws:ResourceTag/"+key] = []string{value}
		context[service+":ResourceTag/"+key] = []string{value}
	}
	if r.Type.Actions.Context != nil {
		maps.Copy(context, r.Type.Actions.Context(r))
	}
	return context
}

// tagsOf are a resource's tags, the provider's default tags among them.
func tagsOf(values resource.PropertyMap) map[string]string {
	tags := map[string]string{}
	for _, property := range []resource.PropertyKey{tagsKey, tagsAllKey} {
		if values[property].IsObject() {
			for key := range values[property].ObjectValue() {
				tags[string(key)] = text(values[property].ObjectValue(), string(key))
			}
		}
	}
	return tags
}

// principal is a caller as policies see it.
func (m *model) principal(caller identity) authz.Principal {
	who := authz.Principal{ARN: caller.ARN, Source: caller.Source, Account: caller.Account, UserID: caller.UserID}
	if _, member := m.accounts[caller.Account]; member {
		who.Organization = organizationID
	}
	if role := m.roleOf(caller); role != nil {
		who.Tags = tagsOf(role.Properties)
		maps.Copy(who.Tags, caller.Tags)
	}
	return who
}

func (m *model) roleOf(caller identity) *Resource {
	return m.find(place{Account: caller.Account}, roleToken, caller.Source)
}

// rights are the policies of a caller and of what is above its account. The operator and the access role of Organizations
// may do everything their account may.
func (m *model) rights(caller identity) authz.Policies {
	var held authz.Policies
	for _, level := range m.policiesOver(caller.Account, serviceControl) {
		held.SCPs = append(held.SCPs, parsedPolicies(level))
	}
	name := caller.Source[strings.LastIndex(caller.Source, "/")+1:]
	if own := m.accounts[caller.Account]; (name == operatorRole && own.Management) || (name == accessRole && !own.Management) {
		held.Identity = []authz.Policy{administratorAccess}
		return held
	}
	role := m.roleOf(caller)
	if role == nil {
		return held
	}
	documents := role.Texts("inlinePolicies.policy")
	attached := role.Texts("managedPolicyArns")
	for _, record := range m.inventory.sorted() {
		switch {
		case record.Account != role.Account || record.Text("role") != role.Text("name"):
		case record.Type == typeRolePolicy:
			documents = append(documents, documentOf(record.Properties, "policy"))
		case record.Type == typePolicyAttachment:
			attached = append(attached, record.Text("policyArn"))
		}
	}
	held.Identity = parsedPolicies(documents)
	for _, arn := range attached {
		held.Identity = append(held.Identity, m.managedPolicy(role.Account, arn))
	}
	if limit := role.Text("permissionsBoundary"); limit != "" {
		boundary := m.managedPolicy(role.Account, limit)
		held.Boundary = &boundary
	}
	return held
}

// managedPolicy is a policy of an account or of AWS; one that is gone allows nothing.
func (m *model) managedPolicy(account, arn string) authz.Policy {
	if known, found := awsPolicy(arn); found {
		return known
	}
	found := m.find(place{Account: account}, kindIAMPolicy, arn)
	if found == nil {
		return authz.Policy{}
	}
	return parsedPolicies([]string{documentOf(found.Properties, "policy")})[0]
}

// parsedPolicies reads policies that were judged well formed when they were made; what is not says nothing.
func parsedPolicies(documents []string) []authz.Policy {
	policies := make([]authz.Policy, len(documents))
	for i, document := range documents {
		if parsed, err := authz.Parse(document); err == nil {
			policies[i] = parsed
		}
	}
	return policies
}

// withResource adds the policy of a key or a bucket, and whose it is. Keys have the last word in their own account too, and
// an account's identities are out of reach from every other.
func (m *model) withResource(judged *authz.Policies, arn string) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 {
		return
	}
	switch parts[2] {
	case "kms":
		judged.ResourceAccount = parts[4]
		if key := m.find(place{Account: parts[4], Region: parts[3]}, kindKey, arn); key != nil {
			judged.Resource, judged.Decisive = &parsedPolicies([]string{documentOf(key.Properties, "policy")})[0], true
		}
	case "iam":
		if _, ours := m.accounts[parts[4]]; ours {
			judged.ResourceAccount = parts[4]
		}
	case "s3":
		name, _, _ := strings.Cut(parts[5], "/")
		for _, record := range m.inventory.sorted() {
			switch {
			case record.row.Kind == kindBucket && record.ID == name:
				judged.ResourceAccount = record.Account
			case record.Type == typeBucketPolicy && record.ID == name:
				judged.Resource = &parsedPolicies([]string{documentOf(record.Properties, "policy")})[0]
			}
		}
	}
}

// queryServices answer AccessDenied with status 403; those that speak JSON say AccessDeniedException, with 400.
var queryServices = []string{
	"autoscaling", "cloudformation", "cloudfront", "cloudwatch", "elasticloadbalancing", "iam", "rds", "route53", "s3", "sts",
}

// unauthorized is the refusal in the words of the action's service.
func unauthorized(asked authz.Request, decided authz.Decision) *Error {
	said := "User: " + asked.Principal.ARN + " is not authorized to perform: " + asked.Action + " on resource: " +
		asked.Resource + " " + decided.Reason
	service, _, _ := strings.Cut(asked.Action, ":")
	switch {
	case service == "ec2":
		return refuseStatus(http.StatusForbidden, "UnauthorizedOperation", "You are not authorized to perform this operation. %s.", said)
	case service == "sns": // the only one with a name of its own
		return refuseStatus(http.StatusForbidden, "AuthorizationError", "%s", said)
	case slices.Contains(queryServices, service):
		return refuseStatus(http.StatusForbidden, "AccessDenied", "%s", said)
	}
	return refuse("AccessDeniedException", "%s", said)
}
