package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Operation is what is done to a stack.
type Operation string

// The operations.
const (
	Up      Operation = "up"
	Preview Operation = "preview"
	Destroy Operation = "destroy"
	Refresh Operation = "refresh"
)

// Op is what happens to one resource.
type Op string

// What happens to a resource. A replacement is one change, however many steps it takes.
const (
	OpSame    Op = "same"
	OpCreate  Op = "create"
	OpUpdate  Op = "update"
	OpReplace Op = "replace"
	OpDelete  Op = "delete"
	OpRead    Op = "read"
	OpImport  Op = "import"
	OpDiscard Op = "discard"
	OpRefresh Op = "refresh"
)

// Status is how far a change has come.
type Status string

// How far a change has come.
const (
	Planned    Status = "planned"    // a preview's
	Done       Status = "done"       // finished
	Failed     Status = "failed"     // refused
	Unfinished Status = "unfinished" // begun, and its end not seen
)

// Component is a component a resource belongs to.
type Component struct{ Type, Name string }

// Diff is one property that changes.
type Diff struct {
	Path string
	// Kind is "add", "delete" or "update".
	Kind string
	// Replaces tells that this property is why the resource is replaced.
	Replaces bool
	// Old and New are values as JSON, secrets masked; a value not known before the operation is "known after apply".
	Old, New string
}

// Change is what happens to one resource.
type Change struct {
	URN  string
	Type string
	Name string
	Op   Op
	// Status is how far it has come.
	Status Status
	// Components are those it belongs to, the outermost first.
	Components []Component
	// Diffs are sorted by path.
	Diffs []Diff
	// ReplaceKeys are the properties that force a replacement, sorted.
	ReplaceKeys []string
	// DeleteFirst tells that a replacement deletes the old resource before there is a new one.
	DeleteFirst bool
	// Protect tells that the engine refuses to delete it; RetainOnDelete, that deleting it leaves it in the cloud.
	Protect        bool
	RetainOnDelete bool
	// Seconds is how long it took.
	Seconds int
}

// Counts are numbers of resources by what happens to them, counted as Pulumi counts.
type Counts map[Op]int

// Changes is how many resources are not left as they are.
func (c Counts) Changes() int {
	total := 0
	for op, n := range c {
		if op != OpSame {
			total += n
		}
	}
	return total
}

// Total is how many resources were looked at.
func (c Counts) Total() int { return c.Changes() + c[OpSame] }

// opOrder is the order in which counts are told.
var opOrder = []Op{OpCreate, OpUpdate, OpReplace, OpDelete, OpImport, OpRead, OpDiscard, OpRefresh}

// String is the counts for people: "3 create, 1 delete, 20 same", or "no changes".
func (c Counts) String() string {
	var parts []string
	for _, op := range c.ops() {
		parts = append(parts, fmt.Sprintf("%d %s", c[op], op))
	}
	if len(parts) == 0 {
		parts = []string{"no changes"}
	}
	if n := c[OpSame]; n > 0 {
		parts = append(parts, fmt.Sprintf("%d same", n))
	}
	return strings.Join(parts, ", ")
}

// ops are the changing operations counted, in the order they are told.
func (c Counts) ops() []Op {
	var ops []Op
	for op, n := range c {
		if n > 0 && op != OpSame {
			ops = append(ops, op)
		}
	}
	slices.SortFunc(ops, func(a, b Op) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
	})
	return ops
}

// rank is an operation's place when told; unknown ones come last.
func rank(op Op) int {
	if i := slices.Index(opOrder, op); i >= 0 {
		return i
	}
	return len(opOrder)
}

// Diagnostic is something the engine, a provider or the program said.
type Diagnostic struct {
	URN      string
	Severity string // "info", "warning" or "error"
	Message  string
}

// Pending is an operation on a resource that an earlier run began and did not see the end of.
type Pending struct {
	URN  string
	Type string // "creating", "updating", "deleting", "reading" or "importing"
}

// Result is what an operation did to one stack.
type Result struct {
	Stack string
	Op    Operation
	// Err is why it failed, one of this package's errors.
	Err error
	// Skipped is why it was not tried: "ancestor dev failed".
	Skipped string
	// Created tells that the stack did not exist before.
	Created bool
	Counts  Counts
	// Changes are sorted by URN; resources that stay the same are left out.
	Changes []Change
	// Outputs are the stack's, as JSON values with secrets masked.
	Outputs map[string]any
	// OutputDiffs are the outputs that differ from those before, by name. They are no change of a resource.
	OutputDiffs []Diff
	Duration    time.Duration
	Diagnostics []Diagnostic
	// Pending are the operations that a crashed run left; a create among them may have made something nobody knows of.
	Pending []Pending
}

// OK tells that the operation was done.
func (r Result) OK() bool { return r.Err == nil && r.Skipped == "" }

// Resources is how many the stack has after an update: one that was taken in and then changed is one.
func (r Result) Resources() int {
	total := r.Counts.Total() - r.Counts[OpDelete]
	taken := map[string]bool{}
	for _, change := range r.Changes {
		if change.Op == OpImport {
			taken[change.URN] = true
		}
	}
	for _, change := range r.Changes {
		if change.Op == OpUpdate && taken[change.URN] {
			total--
		}
	}
	return total
}

// Results are what an operation did to several stacks, in the order they were asked for.
type Results []*Result

// Err joins the errors of the stacks that failed, each with its stack's name.
func (rs Results) Err() error {
	var failed []error
	for _, r := range rs {
		if r.Err != nil {
			failed = append(failed, &StackError{Stack: r.Stack, Op: r.Op, Err: r.Err})
		}
	}
	switch len(failed) {
	case 0:
		return nil
	case 1:
		return failed[0]
	}
	return StackErrors(failed)
}

// Changes is how many resources change over all stacks.
func (rs Results) Changes() int {
	total := 0
	for _, r := range rs {
		total += r.Counts.Changes()
	}
	return total
}

// EventKind says what happened.
type EventKind string

// What can happen.
const (
	Started    EventKind = "started"    // an operation began on a stack
	StepBegan  EventKind = "stepBegan"  // a resource began to change
	StepEnded  EventKind = "stepEnded"  // a resource has changed, or will in a preview, or failed to
	Said       EventKind = "said"       // a diagnostic
	Completed  EventKind = "completed"  // the operation ended; Result tells how
	WasSkipped EventKind = "wasSkipped" // the operation was not tried; Result tells why
)

// Event is something that happened to a stack while an operation ran.
type Event struct {
	Stack      string
	Op         Operation
	Kind       EventKind
	Change     *Change     // of a step
	Diagnostic *Diagnostic // of a saying
	Result     *Result     // of the end
}
