package report

import (
	"encoding/json"

	"aws-platform/pkg/engine"
)

// Schema names the form of the JSON report. A change that could break a reader gets a new number.
const Schema = "aws-platform/preview/v1"

type document struct {
	Schema  string         `json:"schema"`
	OK      bool           `json:"ok"`
	Changes int            `json:"changes"`
	Risk    string         `json:"risk"`
	Totals  engine.Counts  `json:"totals"`
	Stacks  []stackSection `json:"stacks"`
}

type stackSection struct {
	Stack       string              `json:"stack"`
	Operation   engine.Operation    `json:"operation"`
	Status      string              `json:"status"` // changed, unchanged, failed or skipped
	Error       string              `json:"error,omitempty"`
	Skipped     string              `json:"skipped,omitempty"`
	Created     bool                `json:"created"`
	Risk        string              `json:"risk"`
	Counts      engine.Counts       `json:"counts"`
	Changes     []changeSection     `json:"changes"`
	OutputDiffs []diffSection       `json:"outputDiffs,omitempty"`
	Diagnostics []diagnosticSection `json:"diagnostics,omitempty"`
	Pending     []pendingSection    `json:"pending,omitempty"`
	Seconds     float64             `json:"seconds"`
}

type changeSection struct {
	URN            string             `json:"urn"`
	Type           string             `json:"type"`
	Name           string             `json:"name"`
	Op             engine.Op          `json:"op"`
	Status         engine.Status      `json:"status,omitempty"`
	Risk           string             `json:"risk"`
	Stateful       bool               `json:"stateful"`
	Components     []componentSection `json:"components,omitempty"`
	Diffs          []diffSection      `json:"diffs,omitempty"`
	ReplaceKeys    []string           `json:"replaceKeys,omitempty"`
	DeleteFirst    bool               `json:"deleteFirst,omitempty"`
	Protect        bool               `json:"protect,omitempty"`
	RetainOnDelete bool               `json:"retainOnDelete,omitempty"`
}

type componentSection struct {
	Type string `json:"type"`
	Name string `json:"name"`
}

type diffSection struct {
	Path     string `json:"path"`
	Kind     string `json:"kind"`
	Replaces bool   `json:"replaces,omitempty"`
	Old      string `json:"old,omitempty"`
	New      string `json:"new,omitempty"`
}

type diagnosticSection struct {
	URN      string `json:"urn,omitempty"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
}

type pendingSection struct {
	URN  string `json:"urn"`
	Type string `json:"type"`
}

// JSON is the report for programs.
func JSON(results []*engine.Result) (string, error) {
	doc := document{Schema: Schema, OK: true, Totals: totals(results), Stacks: []stackSection{}}
	greatest := RiskNone
	for _, result := range results {
		doc.OK = doc.OK && result.OK()
		greatest = max(greatest, worst(result))
		doc.Stacks = append(doc.Stacks, section(result))
	}
	doc.Changes, doc.Risk = doc.Totals.Changes(), greatest.String()
	out, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return "", err
	}
	return string(out) + "\n", nil
}

func section(result *engine.Result) stackSection {
	s := stackSection{
		Stack: result.Stack, Operation: result.Op, Status: status(result), Skipped: result.Skipped,
		Created: result.Created, Risk: worst(result).String(), Counts: result.Counts, Changes: []changeSection{},
		OutputDiffs: diffSections(result.OutputDiffs), Seconds: result.Duration.Seconds(),
	}
	if s.Counts == nil {
		s.Counts = engine.Counts{}
	}
	if result.Err != nil {
		s.Error = result.Err.Error()
	}
	for _, change := range result.Changes {
		s.Changes = append(s.Changes, sectionOf(change))
	}
	for _, d := range result.Diagnostics {
		s.Diagnostics = append(s.Diagnostics, diagnosticSection(d))
	}
	for _, p := range result.Pending {
		s.Pending = append(s.Pending, pendingSection(p))
	}
	return s
}

func sectionOf(change engine.Change) changeSection {
	c := changeSection{
		URN: change.URN, Type: change.Type, Name: change.Name, Op: change.Op, Status: change.Status,
		Risk: RiskOf(change).String(), Stateful: Stateful(change.Type), Diffs: diffSections(change.Diffs),
		ReplaceKeys: change.ReplaceKeys, DeleteFirst: change.DeleteFirst, Protect: change.Protect,
		RetainOnDelete: change.RetainOnDelete,
	}
	for _, component := range change.Components {
		c.Components = append(c.Components, componentSection(component))
	}
	return c
}

func diffSections(diffs []engine.Diff) []diffSection {
	var list []diffSection
	for _, d := range diffs {
		list = append(list, diffSection(d))
	}
	return list
}
