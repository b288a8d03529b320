package engine

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// stackType is the type of the resource that stands for a stack itself.
const stackType = "pulumi:pulumi:Stack"

// referenceType is the type of a stack reference: what it reads changes nothing by itself.
const referenceType = "pulumi:pulumi:StackReference"

// pendingWarning is how the engine says that an earlier run left operations whose end it did not see.
const pendingWarning = "pending operations from previous deployment"

// reducer makes a result out of the event stream of one operation.
type reducer struct {
	stack   string
	op      Operation
	redact  *redactor
	changes map[changeKey]*tracked
	parents map[string]string // URN -> URN of its parent
	counts  Counts
	summary map[apitype.OpType]int // the engine's own counts; nil until it has ended
	outputs map[string]any
	outDiff []Diff
	said    []Diagnostic
	// readOnly is RunOptions.ReadOnly, roles how many providers only take another role.
	readOnly bool
	roles    int
	pending  bool // the engine warned of operations an earlier run left
}

// changeKey tells changes apart: a resource may be both deleted, as what an interrupted replacement left, and kept.
type changeKey struct {
	urn string
	op  Op
}

// tracked is a change while it happens.
type tracked struct {
	Change
	open  int // steps begun and not ended
	begun int // when the first step began, in seconds
}

func newReducer(stack string, op Operation, redact *redactor) *reducer {
	return &reducer{
		stack: stack, op: op, redact: redact,
		changes: map[changeKey]*tracked{}, parents: map[string]string{}, counts: Counts{}, outputs: map[string]any{},
	}
}

// add takes one event in and returns what there is to tell about it.
func (r *reducer) add(e events.EngineEvent) []Event {
	switch {
	case e.Error != nil: // the stream broke off: the CLI has died, which its exit tells
	case e.DiagnosticEvent != nil:
		return r.diagnostic(*e.DiagnosticEvent)
	case e.ErrorEvent != nil:
		return r.diagnostic(apitype.DiagnosticEvent{Severity: "error", Message: e.ErrorEvent.Error})
	case e.PolicyEvent != nil:
		return r.policy(*e.PolicyEvent)
	case e.ResourcePreEvent != nil:
		return r.begin(e.ResourcePreEvent.Metadata, e.Timestamp)
	case e.ResOutputsEvent != nil:
		return r.end(e.ResOutputsEvent.Metadata, e.Timestamp, Done)
	case e.ResOpFailedEvent != nil:
		return r.end(e.ResOpFailedEvent.Metadata, e.Timestamp, Failed)
	case e.SummaryEvent != nil:
		r.summary = e.SummaryEvent.ResourceChanges
	}
	return nil
}

func (r *reducer) diagnostic(d apitype.DiagnosticEvent) []Event {
	if d.Ephemeral {
		return nil
	}
	message := r.redact.text(strings.TrimSpace(colors.Never.Colorize(d.Message)))
	if strings.Contains(message, pendingWarning) {
		r.pending = true
	}
	severity := strings.TrimSuffix(d.Severity, "#err")
	if message == "" || severity == "debug" {
		return nil
	}
	said := Diagnostic{URN: d.URN, Severity: severity, Message: message}
	r.said = append(r.said, said)
	return []Event{{Stack: r.stack, Op: r.op, Kind: Said, Diagnostic: &said}}
}

func (r *reducer) policy(p apitype.PolicyEvent) []Event {
	severity := "warning"
	if p.EnforcementLevel == "mandatory" {
		severity = "error"
	}
	return r.diagnostic(apitype.DiagnosticEvent{
		URN: p.ResourceURN, Severity: severity, Message: p.PolicyPackName + "/" + p.PolicyName + ": " + p.Message,
	})
}

// begin takes in a step that begins.
func (r *reducer) begin(step apitype.StepEventMetadata, at int) []Event {
	r.parents[step.URN] = stateOf(step).Parent
	if internal(step) || r.readOnly && takesOtherRole(step) {
		return nil
	}
	custom := stateOf(step).Custom
	if !custom { // components end as they begin; some never say that they did
		r.count(step)
	}
	if quiet(step) || step.Op == apitype.OpRefresh {
		return nil
	}
	change, first := r.change(step)
	if first {
		change.begun = at
	}
	if custom {
		change.open++
	}
	r.settle(change, Done)
	if !first {
		return nil
	}
	told := []Event{r.step(StepBegan, change)}
	if !custom {
		told = append(told, r.step(StepEnded, change))
	}
	return told
}

// end takes in a step that ended.
func (r *reducer) end(step apitype.StepEventMetadata, at int, status Status) []Event {
	if step.Type == stackType && step.New != nil && status == Done {
		r.stackOutputs(step)
	}
	if internal(step) || !stateOf(step).Custom {
		return nil
	}
	if r.readOnly && takesOtherRole(step) {
		r.roles++
		step.Op = apitype.OpSame
	}
	if status == Done {
		r.count(step)
	}
	if quiet(step) || step.Op == apitype.OpRefresh && status == Done {
		return nil
	}
	change, first := r.change(step)
	if first {
		change.begun = at
	}
	change.open = max(change.open-1, 0)
	change.Seconds = at - change.begun
	r.settle(change, status)
	switch step.Op {
	case apitype.OpReplace, apitype.OpDeleteReplaced, apitype.OpDiscardReplaced: // told by the create
		if status == Done {
			return nil
		}
	}
	return []Event{r.step(StepEnded, change)}
}

// settle sets how far a change has come.
func (r *reducer) settle(change *tracked, status Status) {
	switch {
	case status == Failed || change.Status == Failed:
		change.Status = Failed
	case r.op == Preview:
		change.Status = Planned
	case change.open > 0:
		change.Status = Unfinished
	default:
		change.Status = Done
	}
}

func (r *reducer) step(kind EventKind, change *tracked) Event {
	told := change.Change
	told.Components = r.components(told.URN)
	return Event{Stack: r.stack, Op: r.op, Kind: kind, Change: &told}
}

// count counts a step as the engine does: only what the program or the user asked for, once.
func (r *reducer) count(step apitype.StepEventMetadata) {
	switch {
	case step.Op == apitype.OpRefresh:
		r.counts[OpSame]++ // a component; what else was refreshed ends as what it came to
	case step.Op == apitype.OpRead && !readChanged(step), step.Type == referenceType:
	case step.Logical, r.op == Refresh:
		r.counts[Op(step.Op)]++
	}
}

// change is the change a step is part of.
func (r *reducer) change(step apitype.StepEventMetadata) (change *tracked, first bool) {
	key := changeKey{step.URN, opOf(step.Op)}
	change, known := r.changes[key]
	if !known {
		change = &tracked{Change: Change{URN: step.URN, Type: step.Type, Name: resource.URN(step.URN).Name(), Op: key.op}}
		change.DeleteFirst = step.Op == apitype.OpDeleteReplaced
		r.changes[key] = change
	}
	if diffs := r.diffs(step); len(diffs) > len(change.Diffs) {
		change.Diffs = diffs
	}
	keys := append(slices.Clone(change.ReplaceKeys), step.Keys...)
	change.ReplaceKeys = slices.Compact(slices.Sorted(slices.Values(keys)))
	for _, state := range []*apitype.StepEventStateMetadata{step.Old, step.New} {
		if state != nil {
			change.Protect = change.Protect || state.Protect
			change.RetainOnDelete = change.RetainOnDelete || state.RetainOnDelete
		}
	}
	return change, !known
}

// stackOutputs takes in the stack's outputs, and how they differ from those before.
func (r *reducer) stackOutputs(step apitype.StepEventMetadata) {
	r.outputs = map[string]any{}
	for name, value := range step.New.Outputs {
		r.outputs[name] = r.redact.plain(value)
	}
	before := map[string]any{}
	if step.Old != nil {
		before = step.Old.Outputs
	}
	r.outDiff = r.compare(before, step.New.Outputs, nil)
}

// result is what the events came to.
func (r *reducer) result() Result {
	result := Result{Stack: r.stack, Op: r.op, Counts: r.counts, Outputs: r.outputs, OutputDiffs: r.outDiff, Diagnostics: r.said}
	if r.summary != nil {
		result.Counts = Counts{}
		for op, n := range r.summary {
			// The engine counts stack references that were read; they are no resources.
			if op == apitype.OpRead {
				n = r.counts[OpRead]
			}
			if n > 0 {
				result.Counts[Op(op)] = n
			}
		}
	}
	if r.summary != nil && r.roles > 0 {
		result.Counts[OpSame] += r.roles
		if result.Counts[OpUpdate] -= r.roles; result.Counts[OpUpdate] == 0 {
			delete(result.Counts, OpUpdate)
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(r.changes), func(a, b changeKey) int {
		return cmp.Or(cmp.Compare(a.urn, b.urn), cmp.Compare(a.op, b.op))
	}) {
		change := r.changes[key].Change
		change.Components = r.components(change.URN)
		result.Changes = append(result.Changes, change)
	}
	return result
}

// components are those a resource belongs to, the outermost first.
func (r *reducer) components(urn string) []Component {
	var chain []Component
	seen := map[string]bool{urn: true}
	for parent := r.parents[urn]; parent != "" && !seen[parent]; parent = r.parents[parent] {
		seen[parent] = true
		if at := resource.URN(parent); string(at.Type()) != stackType {
			chain = append(chain, Component{Type: string(at.Type()), Name: at.Name()})
		}
	}
	slices.Reverse(chain)
	return chain
}

// stateOf is the state of a step's resource: the new one, or of what is deleted the old one.
func stateOf(step apitype.StepEventMetadata) apitype.StepEventStateMetadata {
	switch {
	case step.New != nil:
		return *step.New
	case step.Old != nil:
		return *step.Old
	}
	return apitype.StepEventStateMetadata{Custom: true}
}

// internal are the steps the engine itself does not count: bookkeeping, and providers nobody declared.
func internal(step apitype.StepEventMetadata) bool {
	name := resource.URN(step.URN).Name()
	return step.Op == apitype.OpRemovePendingReplace ||
		strings.HasPrefix(step.Type, "pulumi:providers:") && strings.HasPrefix(name, "default")
}

// takesOtherRole tells whether a step changes nothing of a provider but the role it takes.
func takesOtherRole(step apitype.StepEventMetadata) bool {
	if !strings.HasPrefix(step.Type, "pulumi:providers:") || step.Op != apitype.OpUpdate {
		return false
	}
	return len(step.Diffs) > 0 && !slices.ContainsFunc(step.Diffs, func(path string) bool {
		name, _, _ := strings.Cut(path, ".")
		return name != "assumeRole"
	})
}

// quiet are the steps that are counted at most: what stays the same, and the stack itself.
func quiet(step apitype.StepEventMetadata) bool {
	return step.Op == apitype.OpSame || step.Type == stackType || step.Type == referenceType ||
		step.Op == apitype.OpRead && !readChanged(step)
}

// readChanged tells whether reading an existing resource found it changed.
func readChanged(step apitype.StepEventMetadata) bool {
	return step.Old != nil && step.New != nil && step.Old.Outputs != nil && step.New.Outputs != nil &&
		!reflect.DeepEqual(step.Old.Outputs, step.New.Outputs)
}

// opOf is what a step means for its resource. The steps of a replacement are one.
func opOf(op apitype.OpType) Op {
	switch op {
	case apitype.OpReplace, apitype.OpCreateReplacement, apitype.OpDeleteReplaced, apitype.OpReadReplacement,
		apitype.OpDiscardReplaced, apitype.OpImportReplacement:
		return OpReplace
	default:
		return Op(op)
	}
}
