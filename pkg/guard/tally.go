package guard

import "slices"

// Tally is how one control came out: of so many things it was asked about (resources, or accounts as a whole), so many are
// as they should be. A thing that breaks a control at two places is one that fails.
type Tally struct {
	Control   Control
	Checked   int
	Passed    int
	Exempt    int // broken, and covered by an exemption
	Undecided int // by values that are not known yet
	Failed    int
}

// judged is a control and a stack.
type judged struct{ control, stack string }

// Tallies are how every control came out in some stacks, sorted by control.
func (r Report) Tallies(stacks ...string) []Tally {
	var all []Tally
	for _, control := range Controls() {
		tally := Tally{Control: control}
		for _, stack := range stacks {
			tally.Checked += r.checked[judged{control.ID, stack}]
		}
		failed := places(r.Findings, control.ID, stacks)
		undecided := places(r.Undecided, control.ID, stacks, failed)
		exempt := places(r.Exempted, control.ID, stacks, failed, undecided)
		tally.Failed, tally.Undecided, tally.Exempt = len(failed), len(undecided), len(exempt)
		tally.Passed = tally.Checked - tally.Failed - tally.Undecided - tally.Exempt
		all = append(all, tally)
	}
	return all
}

// place is a resource, or the account of a stack.
type place struct{ stack, urn string }

// places are the things that findings of a control are about, those left out that are counted already.
func places(findings []Finding, control string, stacks []string, counted ...map[place]bool) map[place]bool {
	found := map[place]bool{}
	for _, f := range findings {
		at := place{f.Stack, f.URN}
		if f.Control == control && slices.Contains(stacks, f.Stack) &&
			!slices.ContainsFunc(counted, func(others map[place]bool) bool { return others[at] }) {
			found[at] = true
		}
	}
	return found
}

// In is the report on some stacks alone. What is stale about exemptions concerns all.
func (r Report) In(stacks ...string) Report {
	elsewhere := func(f Finding) bool { return !slices.Contains(stacks, f.Stack) }
	r.Findings = slices.DeleteFunc(slices.Clone(r.Findings), elsewhere)
	r.Undecided = slices.DeleteFunc(slices.Clone(r.Undecided), elsewhere)
	r.Exempted = slices.DeleteFunc(slices.Clone(r.Exempted), elsewhere)
	return r
}
