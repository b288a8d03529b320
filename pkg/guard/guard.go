// Package guard judges what a stack registers by a list of controls: AWS's Foundational Security Best Practices (FSBP),
// the CIS AWS Foundations Benchmark, what Security Hub checks for NIST SP 800-53, and this house's own rules. A control is
// a pure function of resource inputs, so the same list serves tests, previews and updates.
//
// A value that is not known yet, as in a preview, is neither good nor bad: the control is undecided, and says so. What a
// control does not apply to is written with the control (Exceptions) and coded in it; what one stack may break for a
// while is an Exemption, with a reason and a last day.
package guard

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Control is one thing that must hold.
type Control struct {
	ID        string   // Security Hub's id ("S3.8"), or H and a number for a rule of the house
	Title     string   // what holds when the control does
	Standards []string // "FSBP", "NIST", "CIS 3.0 5.4", "CIS 5.0 2.2.1", "House"
	Source    string   // where the rule is written down
	Types     []string // of the resources it looks at; none: every one
	// Exceptions are what the control leaves out, each with its reason. They are part of the control's code.
	Exceptions []string
	// Whole controls ask whether something is there at all, in any stack: they are judged only when all stacks are seen.
	Whole bool

	resource func(*subject) // judges one resource of Types
	account  func(*subject) // judges the account of a stack
}

// Stack is what one stack registered.
type Stack struct {
	Name      string
	Account   string // twelve digits
	Region    string // of the stack's own provider
	Resources []Resource
	// Production stacks hold what hurts when it is lost or seen. Controls that trade money for safety hold for them alone.
	Production bool
}

// Input is what is judged.
type Input struct {
	Stacks []Stack
	// Whole says that these are all stacks of the platform: what is in none of them is nowhere.
	Whole      bool
	Exemptions []Exemption
	Today      time.Time // decides which exemptions still count
}

// Exemption lets resources break a control until a day.
type Exemption struct {
	Control string
	// Resource is the name of a resource, "*" in it standing for anything; with a stack's name and a slash before it, only
	// there ("prod/main-*"). What is wrong with an account as a whole has the stack's name and a slash ("prod/").
	Resource string
	Reason   string
	Until    time.Time // the last day it counts
}

// Finding is one thing that does not hold.
type Finding struct {
	Control, Title string
	Stack          string
	URN, Resource  string // the resource and its name; "" when the account as a whole is meant
	Path           string // of the property, "" for the resource itself
	Wrong, Fix     string
}

// String is the finding on one line: place, what is wrong, the fix.
func (f Finding) String() string {
	place := f.Stack + "/" + f.Resource
	if f.Path != "" {
		place += ": " + f.Path
	}
	return fmt.Sprintf("%s: %s: %s: %s", f.Control, place, f.Wrong, f.Fix)
}

// Report is the judgement.
type Report struct {
	Findings  []Finding
	Undecided []Finding // what cannot be judged before its value is known; Wrong names what is missing
	Exempted  []Finding // what an exemption covers
	Stale     []string  // exemptions that ended, cover nothing or lack a reason, one line each
}

// Check judges stacks by every control.
func Check(input Input) Report { return judge(input, Controls()) }

func judge(input Input, controls []Control) Report {
	var report Report
	seen := newSight(input)
	for i := range controls {
		control := &controls[i]
		if control.Whole && !input.Whole {
			continue
		}
		for _, stack := range seen.stacks {
			seen.judge(control, stack, &report)
		}
	}
	report.exempt(input)
	for _, list := range [][]Finding{report.Findings, report.Undecided, report.Exempted} {
		slices.SortStableFunc(list, func(a, b Finding) int {
			return strings.Compare(a.Stack+"\x00"+a.URN+"\x00"+a.Path, b.Stack+"\x00"+b.URN+"\x00"+b.Path)
		})
	}
	return report
}

func (s *sight) judge(control *Control, stack *Stack, report *Report) {
	at := subject{sight: s, stack: stack, control: control, report: report}
	if control.account != nil {
		control.account(&at)
	}
	if control.resource == nil {
		return
	}
	for i := range stack.Resources {
		r := &stack.Resources[i]
		if len(control.Types) == 0 || slices.Contains(control.Types, r.Type) {
			one := at
			one.Resource = r
			control.resource(&one)
		}
	}
}

// exempt moves what exemptions cover out of the findings, and tells which exemptions are of no use.
func (r *Report) exempt(input Input) {
	used := make([]bool, len(input.Exemptions))
	kept := r.Findings[:0:0]
	for _, finding := range r.Findings {
		covered := false
		for i, exemption := range input.Exemptions {
			if exemption.covers(finding) && exemption.counts(input.Today) {
				used[i], covered = true, true
			}
		}
		if covered {
			r.Exempted = append(r.Exempted, finding)
		} else {
			kept = append(kept, finding)
		}
	}
	r.Findings = kept
	for i, exemption := range input.Exemptions {
		name := fmt.Sprintf("exemption of %s from %s", exemption.Resource, exemption.Control)
		switch {
		case exemption.Reason == "":
			r.Stale = append(r.Stale, name+": has no reason: say why, or remove it")
		case !exemption.counts(input.Today):
			r.Stale = append(r.Stale, name+": ended on "+exemption.Until.Format(time.DateOnly)+": keep the control now, or decide anew")
		case !used[i]:
			r.Stale = append(r.Stale, name+": covers nothing: remove it")
		}
	}
}

// counts says whether an exemption still weakens its control. One without a reason never does.
func (e Exemption) counts(today time.Time) bool {
	return e.Reason != "" && today.Format(time.DateOnly) <= e.Until.Format(time.DateOnly)
}

func (e Exemption) covers(f Finding) bool {
	if e.Control != f.Control {
		return false
	}
	if strings.Contains(e.Resource, "/") && like(e.Resource, f.Stack+"/"+f.Resource) {
		return true
	}
	return f.Resource != "" && like(e.Resource, f.Resource)
}

// like matches a pattern in which * stands for any text and ? for any character, as IAM and S3 do.
func like(pattern, text string) bool {
	for pattern != "" {
		switch {
		case pattern[0] == '*':
			for i := 0; i <= len(text); i++ {
				if like(pattern[1:], text[i:]) {
					return true
				}
			}
			return false
		case text == "" || pattern[0] != '?' && pattern[0] != text[0]:
			return false
		}
		pattern, text = pattern[1:], text[1:]
	}
	return text == ""
}
