package authz

import (
	"slices"
	"strconv"
	"strings"
)

// Principal is who asks: a session of a role, a user, or a service.
type Principal struct {
	// ARN is how STS names the caller: "arn:aws:sts::111111111111:assumed-role/deploy/up"; a user's own.
	ARN string
	// Source is the role's or the user's own ARN.
	Source string
	// Account is the caller's; "" for a service.
	Account string
	// Organization is the id of the organization the account is in, "" if in none.
	Organization string
	// UserID is the unique id, "AROA...:session".
	UserID string
	// Tags are the tags of the role or user and of the session.
	Tags map[string]string
	// Service is the service principal, "logging.s3.amazonaws.com", if a service asks on its own behalf.
	Service string
	// Federated is the identity provider's ARN or name, if an identity of it asks to take a role.
	Federated string
}

// Request is one call to AWS.
type Request struct {
	Principal Principal
	// Action is "s3:GetObject". Resource is the ARN it is done to, "*" for actions that know no resource.
	Action, Resource string
	// Context are the condition keys the call carries, in any case; those that follow from the principal
	// (aws:PrincipalArn and its like) need not be given.
	Context map[string][]string
}

// values are a condition key's; none if it is absent.
func (r Request) values(key string) []string {
	for given, values := range r.Context {
		if strings.EqualFold(given, key) {
			return values
		}
	}
	if value := r.Principal.fact(key); value != "" {
		return []string{value}
	}
	return nil
}

// fact is a condition key that follows from who asks, "" if it is absent.
func (p Principal) fact(key string) string {
	const tag = "aws:principaltag/"
	lower := strings.ToLower(key)
	if strings.HasPrefix(lower, tag) {
		for name, value := range p.Tags {
			if strings.EqualFold(name, key[len(tag):]) {
				return value
			}
		}
		return ""
	}
	switch lower {
	case "aws:principalarn":
		return p.Source
	case "aws:principalaccount":
		return p.Account
	case "aws:principalorgid":
		return p.Organization
	case "aws:userid":
		return p.UserID
	case "aws:principalisawsservice":
		return strconv.FormatBool(p.Service != "")
	case "aws:principalservicename":
		return p.Service
	case "aws:principaltype":
		return p.kind()
	}
	return ""
}

func (p Principal) kind() string {
	switch {
	case p.Service != "" || p.Federated != "":
		return ""
	case p.ARN != p.Source:
		return "AssumedRole"
	}
	return "User"
}

// Policies are all that bear on a request.
type Policies struct {
	// Identity are the policies of the role or user, inline and attached.
	Identity []Policy
	// Boundary is the role's or user's permissions boundary.
	Boundary *Policy
	// SCPs are the service control policies by level, the root first, the account last; every level must allow. None for
	// an account outside an organization, for the management account and for service-linked roles.
	SCPs [][]Policy
	// Session is the policy the session was taken with.
	Session *Policy
	// Resource is the policy of the resource.
	Resource *Policy
	// ResourceAccount is the account the resource belongs to; "" is the caller's.
	ResourceAccount string
	// Decisive says the resource's policy must allow within its own account too: KMS keys, and roles to be assumed.
	Decisive bool
}

// Decision is the answer, with AWS's words for a no.
type Decision struct {
	Allowed bool
	// Reason is what follows the resource in AWS's message: "with an explicit deny in a service control policy", "because
	// no identity-based policy allows the s3:GetObject action"; "" when allowed.
	Reason string
	// Sid is the id of the statement that decided, if one did and it has one.
	Sid string
}

// AWS's names of the kinds of policies.
const (
	serviceControl = "service control policy"
	resourceBased  = "resource-based policy"
	identityBased  = "identity-based policy"
	boundary       = "permissions boundary"
	session        = "session policy"
)

// Decide says whether a request is allowed.
func (p Policies) Decide(r Request) Decision {
	if denied := p.denied(r); denied != nil {
		return *denied
	}
	for _, level := range p.SCPs {
		if _, allowed := anyAllows(level, r); !allowed {
			return r.unmentioned(serviceControl)
		}
	}
	grant, sid := p.granted(r)
	if r.Principal.Service != "" || r.Principal.Federated != "" {
		if grant == grantNone {
			return r.unmentioned(resourceBased)
		}
		return Decision{Allowed: true, Sid: sid}
	}
	abroad := p.ResourceAccount != "" && p.ResourceAccount != r.Principal.Account
	if (abroad || p.Decisive) && grant == grantNone {
		return r.unmentioned(resourceBased)
	}
	if abroad || grant < grantRole {
		identitySid, allowed := anyAllows(p.Identity, r)
		if !allowed {
			return r.unmentioned(identityBased)
		}
		sid = identitySid
	}
	// What a resource gives to a session or a user by name is not limited by what limits its policies.
	if !abroad && grant == grantSession {
		return Decision{Allowed: true, Sid: sid}
	}
	if !p.Boundary.permits(r) {
		return r.unmentioned(boundary)
	}
	if !p.Session.permits(r) {
		return r.unmentioned(session)
	}
	return Decision{Allowed: true, Sid: sid}
}

// permits says whether a policy that only limits, if there is one, lets a request through.
func (p *Policy) permits(r Request) bool {
	if p == nil {
		return true
	}
	_, allowed := anyAllows([]Policy{*p}, r)
	return allowed
}

// unmentioned is the answer when nothing of a kind allows.
func (r Request) unmentioned(kind string) Decision {
	return Decision{Reason: "because no " + kind + " allows the " + r.Action + " action"}
}

// denied is the answer when a statement of any policy denies.
func (p Policies) denied(r Request) *Decision {
	deny := func(kind string, policies []Policy, concerns func(Statement) bool) *Decision {
		for _, policy := range policies {
			for _, s := range policy.Statement {
				if s.Effect == "Deny" && concerns(s) && s.covers(r) && s.holds(r) {
					return &Decision{Reason: "with an explicit deny in " + article(kind) + " " + kind, Sid: s.Sid}
				}
			}
		}
		return nil
	}
	everybody := func(Statement) bool { return true }
	for _, level := range p.SCPs {
		if denied := deny(serviceControl, level, everybody); denied != nil {
			return denied
		}
	}
	if p.Resource != nil {
		named := func(s Statement) bool { return s.names(r.Principal) != grantNone }
		if denied := deny(resourceBased, []Policy{*p.Resource}, named); denied != nil {
			return denied
		}
	}
	if denied := deny(identityBased, p.Identity, everybody); denied != nil {
		return denied
	}
	if p.Boundary != nil {
		if denied := deny(boundary, []Policy{*p.Boundary}, everybody); denied != nil {
			return denied
		}
	}
	if p.Session != nil {
		return deny(session, []Policy{*p.Session}, everybody)
	}
	return nil
}

func article(kind string) string {
	if kind == identityBased {
		return "an"
	}
	return "a"
}

// anyAllows says whether one of several policies allows, and by which statement.
func anyAllows(policies []Policy, r Request) (sid string, allowed bool) {
	for _, policy := range policies {
		for _, s := range policy.Statement {
			if s.Effect == "Allow" && s.covers(r) && s.holds(r) {
				return s.Sid, true
			}
		}
	}
	return "", false
}

// grant is whom a resource's policy names; the greater, the narrower.
type grant int

const (
	grantNone    grant = iota
	grantAccount       // the account: its own IAM decides whom it gives the right to
	grantRole          // the role, or everybody
	grantSession       // the session or the user
)

// granted is the narrowest grant of the resource's policy.
func (p Policies) granted(r Request) (best grant, sid string) {
	if p.Resource == nil {
		return grantNone, ""
	}
	for _, s := range p.Resource.Statement {
		if named := s.names(r.Principal); s.Effect == "Allow" && named > best && s.covers(r) && s.holds(r) {
			best, sid = named, s.Sid
		}
	}
	return best, sid
}

// names says how a statement of a resource's policy names a principal.
func (s Statement) names(who Principal) grant {
	if s.NotPrincipal.Count() > 0 {
		if s.NotPrincipal.names(who) > grantAccount {
			return grantNone
		}
		return grantRole
	}
	return s.Principal.names(who)
}

func (p Principals) names(who Principal) grant {
	switch {
	case who.ARN != "" && slices.Contains(p["AWS"], who.ARN):
		return grantSession
	case who.Source != "" && slices.Contains(p["AWS"], who.Source),
		who.Service != "" && slices.Contains(p["Service"], who.Service),
		who.Federated != "" && slices.Contains(p["Federated"], who.Federated),
		p.Everybody():
		return grantRole
	}
	for _, principal := range p["AWS"] {
		if who.Account != "" && (principal == who.Account || strings.HasSuffix(principal, "::"+who.Account+":root")) {
			return grantAccount
		}
	}
	return grantNone
}

// covers says whether a statement is about an action on a resource. A trust policy names no resource: it is about the
// role that has it.
func (s Statement) covers(r Request) bool {
	return s.coversAction(r.Action) && s.coversResource(r)
}

func (s Statement) coversAction(action string) bool {
	named := func(pattern string) bool { return MatchesAction(pattern, action) }
	if len(s.NotAction) > 0 {
		return !slices.ContainsFunc(s.NotAction, named)
	}
	return slices.ContainsFunc(s.Action, named)
}

func (s Statement) coversResource(r Request) bool {
	named := func(pattern string) bool {
		compiled, known := r.compile(pattern)
		return known && matchARN(compiled, r.Resource)
	}
	switch {
	case len(s.NotResource) > 0:
		return !slices.ContainsFunc(s.NotResource, named)
	case len(s.Resource) == 0:
		return s.Principal.Count()+s.NotPrincipal.Count() > 0
	}
	return slices.ContainsFunc(s.Resource, named)
}
