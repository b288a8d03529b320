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

// Finding is one thing that does not hold.
type Finding struct {
	Control  string `json:"control"`
	Title    string `json:"title"`
	Stack    string `json:"stack"`
	URN      string `json:"urn"`      // "" when the account as a whole is meant
	Resource string `json:"resource"` // its name
	Path     string `json:"path"`     // of the property, "" for the resource itself
	Wrong    string `json:"wrong"`
	Fix      string `json:"fix"`
}

// Place is where it is: stack, resource, property.
func (f Finding) Place() string {
	place := f.Stack + "/" + f.Resource
	if f.Path != "" {
		place += ": " + f.Path
	}
	return place
}

// String is the finding on one line: place, what is wrong, the fix.
func (f Finding) String() string {
	return fmt.Sprintf("%s: %s: %s: %s", f.Control, f.Place(), f.Wrong, f.Fix)
}

// Report is the judgement.
type Report struct {
	Findings  []Finding
	Undecided []Finding // what cannot be judged before its value is known; Wrong names what is missing
	Exempted  []Finding // what an exemption covers
	Stale     []string  // exemptions that ended, cover nothing or lack a reason, one line each

	checked map[judged]int // how many things each control was asked about in each stack
}

// Check judges stacks by every control.
func Check(input Input) Report { return judge(input, Controls()) }

func judge(input Input, controls []Control) Report {
	report := Report{checked: map[judged]int{}}
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
		report.checked[judged{control.ID, stack.Name}]++
		control.account(&at)
	}
	if control.resource == nil {
		return
	}
	for i := range stack.Resources {
		r := &stack.Resources[i]
		if len(control.Types) == 0 || slices.Contains(control.Types, r.Type) {
			report.checked[judged{control.ID, stack.Name}]++
			one := at
			one.Resource = r
			control.resource(&one)
		}
	}
}
