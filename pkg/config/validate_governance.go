package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// servicePrincipal is a service as Organizations names it, "guardduty.amazonaws.com".
var servicePrincipal = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com$`)

// taggedResource is a kind of resource as a tag policy names it, "ec2:instance" or "ec2:*".
var taggedResource = regexp.MustCompile(`^[a-z0-9-]+:([a-zA-Z0-9_/-]+|\*|ALL_SUPPORTED)$`)

// managedPolicy is one of AWS's own policies as its ARN ends, "job-function/ViewOnlyAccess".
var managedPolicy = regexp.MustCompile(`^([a-z-]+/)?[A-Za-z0-9_+=,.@-]{1,128}$`)

// policyAction is an action in full; a wildcard only within the name, behind the service.
var policyAction = regexp.MustCompile(`^[a-z0-9-]+:[A-Za-z0-9*?]+$`)

// ownDelegation are services that register their administrator by calls of their own.
func ownDelegation() []string {
	return []string{"cloudtrail.amazonaws.com", "guardduty.amazonaws.com", "securityhub.amazonaws.com"}
}

func (l *loader) checkGovernance() {
	g := l.stack.Governance
	if g == nil {
		return
	}
	at := of("governance")
	if l.stack.Kind != "" && l.stack.Kind != Management {
		l.fault(at, fmt.Sprintf("stands in a stack of kind %s", l.stack.Kind), "move it to the management stack: only its account rules the organization")
	}
	l.checkUnits(at.key("organizationalUnits"), g)
	for i, region := range g.AllowedRegions {
		if _, known := regionNamed(region); !known {
			l.faultMeant(at.key("allowedRegions").index(i), fmt.Sprintf("%q is not an AWS region", region), "use a region's name, like eu-west-1", closest(region, Regions()))
		}
	}
	l.checkUnique(at.key("allowedRegions"), g.AllowedRegions)
	l.checkServices(at, g)
	for _, name := range slices.Sorted(maps.Keys(g.TagPolicies)) {
		l.checkTagPolicy(at.key("tagPolicies").key(name), g, g.TagPolicies[name])
	}
	if g.IdentityCenter != nil {
		l.checkIdentityCenter(at.key("identityCenter"), g)
	}
}

// checkUnits checks that every unit's parent is there, and what is attached to it.
func (l *loader) checkUnits(at path, g *Governance) {
	names := g.Units()
	for _, name := range names {
		parent := ParentUnit(name)
		if _, known := g.OrganizationalUnits[parent]; !known && parent != "" {
			l.faultMeant(at.key(name), fmt.Sprintf("lies below %q, which is no unit", parent), fmt.Sprintf("add %s: {}", parent), closest(parent, names))
		}
		l.checkUnique(at.key(name).key("policies"), g.OrganizationalUnits[name].Policies)
	}
}

func (l *loader) checkServices(at path, g *Governance) {
	for i, service := range g.TrustedServices {
		if !servicePrincipal.MatchString(service) {
			l.fault(at.key("trustedServices").index(i), fmt.Sprintf("%q is not a service principal", service), "write it like guardduty.amazonaws.com")
		}
	}
	l.checkUnique(at.key("trustedServices"), g.TrustedServices)
	for _, needed := range []struct {
		on             bool
		field, service string
	}{
		{g.CentralRootAccess, "centralRootAccess", "iam.amazonaws.com"},
		{g.ShareResources, "shareResources", "ram.amazonaws.com"},
		{g.IdentityCenter != nil, "identityCenter", "sso.amazonaws.com"},
		{len(g.TagPolicies) > 0, "tagPolicies", "tagpolicies.tag.amazonaws.com"},
	} {
		if needed.on && !slices.Contains(g.TrustedServices, needed.service) {
			l.fault(at.key("trustedServices"), fmt.Sprintf("leaves out %s, which %s needs", needed.service, needed.field), "add it, or do without "+needed.field)
		}
	}
	d := g.DelegatedAdministrator
	if d == nil {
		return
	}
	at = at.key("delegatedAdministrator").key("services")
	l.checkUnique(at, d.Services)
	for i, service := range d.DelegatedServices() {
		switch {
		case slices.Contains(ownDelegation(), service):
			l.fault(at.index(i), fmt.Sprintf("%s registers its administrator by a call of its own", service), "remove it here")
		case !slices.Contains(g.TrustedServices, service):
			l.faultMeant(at.index(i), fmt.Sprintf("%q is not trusted", service), "add it to trustedServices first", closest(service, g.TrustedServices))
		}
	}
}

func (l *loader) checkTagPolicy(at path, g *Governance, policy TagPolicy) {
	l.checkUnitNames(at.key("organizationalUnits"), g, policy.OrganizationalUnits)
	if len(policy.Tags) == 0 {
		l.fault(at.key("tags"), "is empty", "name a tag, or remove the policy")
	}
	folded := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(policy.Tags)) {
		rule, at := policy.Tags[key], at.key("tags").key(key)
		if twin, ok := folded[strings.ToLower(key)]; ok {
			l.fault(at, fmt.Sprintf("differs from the tag %q in case only", twin), "keep one of the two: a tag policy says how the key is written")
		}
		folded[strings.ToLower(key)] = key
		l.checkUnique(at.key("values"), rule.Values)
		for i, value := range rule.Values {
			if strings.Count(value, "*") > 1 || !tagCharacters.MatchString(strings.ReplaceAll(value, "*", "")) {
				l.fault(at.key("values").index(i), fmt.Sprintf("%q is not a value a tag policy takes", value), "use the characters of tags and at most one *")
			}
		}
		l.checkUnique(at.key("enforcedFor"), rule.EnforcedFor)
		for i, kind := range rule.EnforcedFor {
			if !taggedResource.MatchString(kind) {
				l.fault(at.key("enforcedFor").index(i), fmt.Sprintf("%q is not a kind of resource", kind), "write service:kind, for example ec2:instance")
			}
		}
	}
}

func (l *loader) checkUnitNames(at path, g *Governance, paths []string) {
	l.checkUnique(at, paths)
	for i, name := range paths {
		if _, known := g.OrganizationalUnits[name]; !known {
			l.faultMeant(at.index(i), fmt.Sprintf("%q is no unit", name), "use "+choices(g.Units()), closest(name, g.Units()))
		}
	}
}

func (l *loader) checkIdentityCenter(at path, g *Governance) {
	center := g.IdentityCenter
	for _, name := range slices.Sorted(maps.Keys(center.PermissionSets)) {
		l.checkPermissionSet(at.key("permissionSets").key(name), center.PermissionSets[name])
	}
	groups, sets := slices.Sorted(maps.Keys(center.Groups)), slices.Sorted(maps.Keys(center.PermissionSets))
	for _, name := range slices.Sorted(maps.Keys(center.Assignments)) {
		assignment, at := center.Assignments[name], at.key("assignments").key(name)
		if assignment.Group != "" && !slices.Contains(groups, assignment.Group) {
			l.faultMeant(at.key("group"), fmt.Sprintf("%q is none of the groups", assignment.Group), "use "+choices(groups), closest(assignment.Group, groups))
		}
		if assignment.PermissionSet != "" && !slices.Contains(sets, assignment.PermissionSet) {
			l.faultMeant(at.key("permissionSet"), fmt.Sprintf("%q is none of the permission sets", assignment.PermissionSet), "use "+choices(sets), closest(assignment.PermissionSet, sets))
		}
		if len(assignment.Stacks)+len(assignment.OrganizationalUnits) == 0 {
			l.fault(at, "names no account", "give stacks or organizationalUnits")
		}
		l.checkUnique(at.key("stacks"), assignment.Stacks)
		l.checkUnitNames(at.key("organizationalUnits"), g, assignment.OrganizationalUnits)
	}
}

func (l *loader) checkPermissionSet(at path, set PermissionSet) {
	if len(set.ManagedPolicies)+len(set.Assumes)+len(set.Inline) == 0 {
		l.fault(at, "gives no rights", "give managedPolicies, assumes or inline")
	}
	l.checkUnique(at.key("managedPolicies"), set.ManagedPolicies)
	l.checkUnique(at.key("assumes"), set.Assumes)
	for i, name := range set.ManagedPolicies {
		l.checkManagedPolicy(at.key("managedPolicies").index(i), name)
	}
	if set.Boundary != "" {
		l.checkManagedPolicy(at.key("boundary"), set.Boundary)
	}
	for _, id := range slices.Sorted(maps.Keys(set.Inline)) {
		statement, at := set.Inline[id], at.key("inline").key(id)
		for i, action := range statement.Actions {
			switch {
			case !policyAction.MatchString(action):
				l.fault(at.key("actions").index(i), fmt.Sprintf("%q is not an action", action), "write service:Action, for example s3:GetObject")
			case !statement.Deny && strings.ContainsAny(action, "*?"):
				l.fault(at.key("actions").index(i), fmt.Sprintf("%q is a wildcard", action), "list the actions")
			}
		}
		for i, resource := range statement.Resources {
			if resource != "*" && !strings.HasPrefix(resource, "arn:") {
				l.fault(at.key("resources").index(i), fmt.Sprintf("%q is not an ARN", resource), `write an ARN, or "*"`)
			}
		}
	}
}

func (l *loader) checkManagedPolicy(at path, name string) {
	if !managedPolicy.MatchString(name) {
		l.fault(at, fmt.Sprintf("%q is not one of AWS's policies", name), "write the end of its ARN, for example ReadOnlyAccess or job-function/ViewOnlyAccess")
	}
}
