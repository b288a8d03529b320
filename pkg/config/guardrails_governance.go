package config

import (
	"fmt"
	"slices"
)

// unitPolicies are the service control policies that hold for every account but a suspended one, and why.
func unitPolicies() [][2]string {
	return [][2]string{
		{"leave-organization", "no account leaves the organization: outside it no rule holds"},
		{"platform", "no account touches the platform's roles, state and logs: everything stands on them"},
		{"regions", "accounts work in the allowed regions only: nobody looks elsewhere"},
		{"root-user", "no root user of a member acts: no policy of its account holds it back"},
		{"security-services", "nobody switches off the records: who breaks in does it first"},
		{"storage", "nothing is stored in the open: what is public is copied at once"},
	}
}

// quarantine is the policy that stops everything.
const quarantine = "quarantine"

// unitGuardrails are one guardrail for each policy, named scp-<policy>.
func unitGuardrails() []Guardrail {
	rails := []Guardrail{{"scp-" + quarantine, "a suspended account does nothing: it waits to be closed", func(s *Stack) []breach {
		return uncovered(s, quarantine, func(unit string) bool { return WithinUnit(unit, suspendedUnit) })
	}}}
	for _, policy := range unitPolicies() {
		rails = append(rails, Guardrail{"scp-" + policy[0], policy[1], func(s *Stack) []breach {
			return uncovered(s, policy[0], func(unit string) bool { return !WithinUnit(unit, suspendedUnit) })
		}})
	}
	return rails
}

// uncovered are the units that must have a policy, and have it neither themselves nor from a unit around them. Of units
// within one another the outermost is named.
func uncovered(s *Stack, policy string, must func(unit string) bool) []breach {
	if s.Governance == nil {
		return nil
	}
	has := func(unit string) bool {
		return slices.Contains(s.Governance.OrganizationalUnits[unit].Policies, policy)
	}
	var found []breach
	decided := map[string]bool{} // covered, or reported
	for _, unit := range s.Governance.Units() {
		switch {
		case has(unit) || decided[ParentUnit(unit)]:
			decided[unit] = true
		case must(unit):
			decided[unit] = true
			found = append(found, breach{
				of("governance", "organizationalUnits").key(unit).key("policies"), fmt.Sprintf("leave out %s", policy), "add " + policy,
			})
		}
	}
	return found
}
