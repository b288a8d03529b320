package guard

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// ExemptionsFile is where a project keeps its exemptions, beside the stack files. None there: nothing is exempt.
const ExemptionsFile = "exemptions.yaml"

// Exemption lets resources break a control until a day.
type Exemption struct {
	Control string
	// Resource is the name of a resource, "*" in it standing for anything; with a stack's name and a slash before it, only
	// there ("prod/main-*"). What is wrong with an account as a whole has the stack's name and a slash ("prod/").
	Resource string
	Reason   string
	Until    time.Time // the last day it counts
}

// LoadExemptions reads the exemptions of the project in a folder: a list of control, resource, reason and until. Every
// fault is reported at once, each with its line; an exemption is for a year at most, then it is decided anew.
func LoadExemptions(dir string, today time.Time) ([]Exemption, error) {
	file := filepath.Join(dir, ExemptionsFile)
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var written []yaml.Node
	if err := yaml.Unmarshal(text, &written); err != nil {
		return nil, fmt.Errorf("%s: is no list of exemptions: %w", file, err)
	}
	var all []Exemption
	var faults []error
	for i := range written {
		one, wrong := readExemption(&written[i], today)
		for _, fault := range wrong {
			faults = append(faults, fmt.Errorf("%s:%d: %s", file, written[i].Line, fault))
		}
		all = append(all, one)
	}
	return all, errors.Join(faults...)
}

// readExemption reads one, and says what is wrong with it.
func readExemption(node *yaml.Node, today time.Time) (one Exemption, wrong []string) {
	fields := map[string]string{}
	if err := node.Decode(&fields); err != nil {
		return one, []string{"is no exemption: write control, resource, reason and until"}
	}
	one = Exemption{Control: fields["control"], Resource: fields["resource"], Reason: strings.TrimSpace(fields["reason"])}
	last := fields["until"]
	for _, field := range []struct{ name, fix string }{
		{"control", "name a control, as in docs/reference/controls.md"},
		{"resource", "name a resource, \"stack/name\" in one stack, or \"stack/\" for what is wrong with its account"},
		{"reason", "say why it is so, and what ends it"},
		{"until", "give the last day, as \"2027-01-31\""},
	} {
		if strings.TrimSpace(fields[field.name]) == "" {
			wrong = append(wrong, field.name+": is missing: "+field.fix)
		}
		delete(fields, field.name)
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		wrong = append(wrong, name+": is not known: use control, resource, reason and until")
	}
	if one.Control != "" && !known(one.Control) {
		wrong = append(wrong, fmt.Sprintf("control: %q is none: take the id from docs/reference/controls.md", one.Control))
	}
	until, err := time.Parse(time.DateOnly, last)
	one.Until = until
	switch latest := today.AddDate(1, 0, 0).Format(time.DateOnly); {
	case last == "":
	case err != nil:
		wrong = append(wrong, fmt.Sprintf("until: %q is not a date: write it as \"2027-01-31\"", last))
	case last > latest:
		wrong = append(wrong, fmt.Sprintf("until: %s is more than a year ahead: use a day up to %s", last, latest))
	}
	return one, wrong
}

func known(id string) bool {
	for _, control := range Controls() {
		if control.ID == id {
			return true
		}
	}
	return false
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
