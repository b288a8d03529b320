package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// The units accounts belong to when their stack names none.
const (
	infrastructureUnit = "infrastructure"
	suspendedUnit      = "suspended"
	nonproductionUnit  = "workloads/nonproduction"
	productionUnit     = "workloads/production"
)

// placeholderAddress is a domain that RFC 2606 keeps for examples: whoever wrote it meant to come back.
var placeholderAddress = regexp.MustCompile(`(?i)@(.*\.)?example\.(com|net|org)$`)

// Units are the paths of the organizational units, parents first.
func (g *Governance) Units() []string {
	return slices.SortedFunc(maps.Keys(g.OrganizationalUnits), func(a, b string) int {
		if d := strings.Count(a, "/") - strings.Count(b, "/"); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
}

// ParentUnit is the path of the unit around one, "" for a unit right below the root.
func ParentUnit(unit string) string {
	return unit[:max(0, strings.LastIndex(unit, "/"))]
}

// WithinUnit tells whether a unit is another or lies below it.
func WithinUnit(unit, around string) bool {
	return unit == around || strings.HasPrefix(unit, around+"/")
}

// AccountName is the name of the stack's account.
func (s *Stack) AccountName() string {
	if s.Account.Name != "" {
		return s.Account.Name
	}
	return s.Organization + "-" + s.Environment
}

// Unit is the path of the unit the stack's account belongs to; "" for the management account, which stays at the root.
func (s *Stack) Unit() string {
	switch {
	case s.Kind == Management:
		return ""
	case s.Account.OrganizationalUnit != "":
		return s.Account.OrganizationalUnit
	case s.Kind == Shared:
		return infrastructureUnit
	case s.Profile == guarded:
		return productionUnit
	}
	return nonproductionUnit
}

// DelegatedServices are the services the delegated administrator runs.
func (d *DelegatedAdministrator) DelegatedServices() []string {
	if len(d.Services) > 0 {
		return d.Services
	}
	return []string{"access-analyzer.amazonaws.com", "config-multiaccountsetup.amazonaws.com", "config.amazonaws.com"}
}

// checkOwnAccount checks what says which account it is.
func (l *loader) checkOwnAccount() {
	account, at := l.stack.Account, of("account")
	if account.ID == "" && (account.Email == "" || l.stack.Kind == Management) && l.seen[at.String()] != nil && !l.silent(at.key("email")) {
		l.missing(at, fieldInfo{name: "id", rules: rules{example: `"123456789012"`}})
	}
	if placeholderAddress.MatchString(account.Email) {
		l.fault(at.key("email"), fmt.Sprintf("%q is an example", account.Email), "give an address that somebody reads: AWS sends the root user's mail there")
	}
	if l.stack.Kind == Management && account.OrganizationalUnit != "" {
		l.fault(at.key("organizationalUnit"), "stands in the management stack", "remove it: the management account stays at the organization's root, and no policy holds for it")
	}
	if account.Close && !WithinUnit(l.stack.Unit(), suspendedUnit) {
		l.fault(at.key("close"), "stands in an account that is not suspended", "set organizationalUnit: suspended first, run the management stack, and close it then")
	}
}

// crossCheckAccounts checks that the accounts differ, and that the organization has a place for each.
func crossCheckAccounts(all []*loader) {
	differ(all, of("account", "email"), func(s *Stack) string { return strings.ToLower(s.Account.Email) },
		"give each account an address of its own: AWS takes each once in the world")
	for i, l := range all {
		for _, earlier := range all[:i] {
			// Two stacks of one environment are reported as such.
			if l.stack.Environment != earlier.stack.Environment && strings.EqualFold(l.stack.AccountName(), earlier.stack.AccountName()) {
				l.fault(of("account", "name"), fmt.Sprintf("%q is also the name of stack %s's account", l.stack.AccountName(), earlier.src.Stack),
					"give each account a name of its own")
			}
		}
	}
	for _, ruler := range all {
		if ruler.stack.Governance != nil {
			crossCheckGovernance(ruler, all)
		}
	}
}

// crossCheckGovernance compares the management stack's organization with the stacks there are.
func crossCheckGovernance(ruler *loader, all []*loader) {
	g := ruler.stack.Governance
	names := make([]string, len(all))
	for i, l := range all {
		names[i] = l.src.Stack
		crossCheckMember(ruler, l)
	}
	known := func(at path, name string) {
		if name != "" && !slices.Contains(names, name) {
			ruler.faultMeant(at, fmt.Sprintf("%q is no stack of this project", name), "use "+choices(names), closest(name, names))
		}
	}
	if d := g.DelegatedAdministrator; d != nil {
		at := of("governance", "delegatedAdministrator", "stack")
		known(at, d.Stack)
		if i := slices.Index(names, d.Stack); i >= 0 && all[i].stack.Kind == Management {
			ruler.fault(at, fmt.Sprintf("%q is the management stack", d.Stack), "name another: AWS takes a member account only")
		}
	}
	if center := g.IdentityCenter; center != nil {
		for _, name := range slices.Sorted(maps.Keys(center.Assignments)) {
			for i, stack := range center.Assignments[name].Stacks {
				known(of("governance", "identityCenter", "assignments", name, "stacks").index(i), stack)
			}
		}
	}
}

// crossCheckMember checks that one stack's account fits into the organization.
func crossCheckMember(ruler, l *loader) {
	g := ruler.stack.Governance
	if l.stack.Kind == Management || l.stack.Kind == "" {
		return
	}
	if l.stack.Account.Email == "" && l.seen["account"] != nil && !l.silent(of("account", "email")) {
		l.missing(of("account"), fieldInfo{name: "email", rules: rules{example: "aws-" + l.src.Stack + "@acme.example"}})
	}
	if _, known := g.OrganizationalUnits[l.stack.Unit()]; !known && len(g.OrganizationalUnits) > 0 {
		l.faultMeant(of("account", "organizationalUnit"),
			fmt.Sprintf("%q is no unit of the organization (%s)", l.stack.Unit(), ruler.stands(of("governance", "organizationalUnits"))),
			"use "+choices(g.Units()), closest(l.stack.Unit(), g.Units()))
	}
	if region := l.stack.Account.Region; region != "" && len(g.AllowedRegions) > 0 && !slices.Contains(g.AllowedRegions, region) {
		l.fault(of("account", "region"), fmt.Sprintf("%s is not allowed (%s)", region, ruler.stands(of("governance", "allowedRegions"))),
			"add it to governance.allowedRegions of the management stack")
	}
}
