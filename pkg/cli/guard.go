package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"aws-platform/pkg/guard"
)

// guardSchema names the form of the report as JSON.
const guardSchema = "aws-platform/guard/v1"

// errRefused says that a control does not hold. The report has told which.
var errRefused = errors.New("a control does not hold")

func (a *app) newGuard() *cobra.Command {
	var stacks []string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "guard",
		Short: "Judge what stacks register by every control",
		Long: "Judge what stacks register by every control: AWS's Foundational Security Best Practices, the CIS benchmark and\n" +
			"the house's own rules (docs/reference/controls.md). The program runs for every stack against the model of the\n" +
			"simulated cloud: without credentials, without state, and nothing is made. What is judged is what an update would\n" +
			"ask for; ids and addresses are made up, and what was changed in AWS by hand is not seen.\n\n" +
			"Every stack is always composed, since some controls ask whether something is there at all; -s chooses what is told.",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.guard(stacks, asJSON) },
	}
	cmd.Flags().StringSliceVarP(&stacks, "stack", "s", nil, "tell of this stack only; may be given several times")
	a.completeStacks(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func (a *app) guard(names []string, asJSON bool) error {
	a.sim = false // the model needs no cloud that runs
	s, err := a.open()
	if err != nil {
		return err
	}
	told, err := s.chosen(names, len(names) == 0)
	if err != nil {
		return err
	}
	exempt, err := guard.LoadExemptions(a.dir, a.now())
	if err != nil {
		return err
	}
	made, err := Compose(s.stacks, a.platform.Build(a.dir))
	if err != nil {
		return err
	}
	report := guard.Check(guard.Input{Stacks: made.Guarded(), Whole: true, Exemptions: exempt, Today: a.now()})
	v := verdict{Schema: guardSchema, stale: report.Stale}
	for _, stack := range told {
		v.Stacks = append(v.Stacks, stack.Name)
	}
	v.report = report.In(v.Stacks...)
	if asJSON {
		err = a.printVerdictJSON(v)
	} else {
		err = a.printVerdict(v)
	}
	return errors.Join(err, v.err())
}

// verdict is what the guard says of some stacks.
type verdict struct {
	Schema string
	Stacks []string
	report guard.Report
	stale  []string
}

// err says what the exit code is to tell: a control that does not hold, or that could not be judged, comes first.
func (v verdict) err() error {
	switch {
	case len(v.report.Findings)+len(v.report.Undecided) > 0:
		return errRefused
	case len(v.stale) > 0:
		return fmt.Errorf("%s: %s", guard.ExemptionsFile, strings.Join(v.stale, "\n"))
	}
	return nil
}

// printVerdict is the report for people: every control, then each place where one does not hold.
func (a *app) printVerdict(v verdict) error {
	table := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CONTROL\tCHECKED\tPASS\tEXEMPT\tFAIL\tTITLE")
	var sum guard.Tally
	controls, broken := 0, 0
	for _, t := range v.report.Tallies(v.Stacks...) {
		failed := t.Failed + t.Undecided
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%s\n", t.Control.ID, t.Checked, t.Passed, t.Exempt, failed, t.Control.Title)
		sum.Checked, sum.Exempt, sum.Failed = sum.Checked+t.Checked, sum.Exempt+t.Exempt, sum.Failed+failed
		controls++
		if failed > 0 {
			broken++
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	a.printPlaces("does not hold", v.report.Findings)
	a.printPlaces("cannot be judged", v.report.Undecided)
	a.printPlaces("is exempt", v.report.Exempted)
	for i, line := range v.stale {
		if i == 0 {
			fmt.Fprintf(a.Out, "\nof no use in %s:\n", guard.ExemptionsFile)
		}
		fmt.Fprintln(a.Out, "  "+line)
	}
	outcome := "all hold"
	if broken > 0 {
		outcome = fmt.Sprintf("controls broken: %d, by things: %d", broken, sum.Failed)
	}
	_, err := fmt.Fprintf(a.Out, "\n%d controls, %d checks in %s; %s; exempt: %d\n",
		controls, sum.Checked, strings.Join(v.Stacks, ", "), outcome, sum.Exempt)
	return err
}

// printPlaces tells findings by control.
func (a *app) printPlaces(how string, findings []guard.Finding) {
	findings = slices.Clone(findings)
	slices.SortStableFunc(findings, func(a, b guard.Finding) int { return strings.Compare(a.Control, b.Control) })
	for i, f := range findings {
		if i == 0 || findings[i-1].Control != f.Control {
			fmt.Fprintf(a.Out, "\n%s %s: %s\n", f.Control, how, f.Title)
		}
		fmt.Fprintf(a.Out, "  %s: %s\n", f.Place(), f.Wrong)
		if i+1 == len(findings) || findings[i+1].Control != f.Control || findings[i+1].Fix != f.Fix {
			fmt.Fprintf(a.Out, "    fix: %s\n", f.Fix)
		}
	}
}

// printVerdictJSON is the report for programs.
func (a *app) printVerdictJSON(v verdict) error {
	type control struct {
		ID        string   `json:"id"`
		Title     string   `json:"title"`
		Standards []string `json:"standards"`
		Source    string   `json:"source"`
		Checked   int      `json:"checked"`
		Passed    int      `json:"passed"`
		Exempt    int      `json:"exempt"`
		Undecided int      `json:"undecided"`
		Failed    int      `json:"failed"`
	}
	out := struct {
		Schema    string          `json:"schema"`
		OK        bool            `json:"ok"`
		Stacks    []string        `json:"stacks"`
		Controls  []control       `json:"controls"`
		Findings  []guard.Finding `json:"findings"`
		Undecided []guard.Finding `json:"undecided"`
		Exempted  []guard.Finding `json:"exempted"`
		Stale     []string        `json:"stale"`
	}{
		Schema: v.Schema, OK: v.err() == nil, Stacks: v.Stacks, Findings: orEmpty(v.report.Findings),
		Undecided: orEmpty(v.report.Undecided), Exempted: orEmpty(v.report.Exempted), Stale: orEmpty(v.stale),
	}
	for _, t := range v.report.Tallies(v.Stacks...) {
		out.Controls = append(out.Controls, control{
			t.Control.ID, t.Control.Title, t.Control.Standards, t.Control.Source, t.Checked, t.Passed, t.Exempt, t.Undecided, t.Failed,
		})
	}
	encoder := json.NewEncoder(a.Out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(out)
}

// orEmpty is a list that JSON writes as one.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
