package engine

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// StackError is the error of an operation on one stack.
type StackError struct {
	Stack string
	Op    Operation
	Err   error
}

// Error names the stack and the operation.
func (e *StackError) Error() string { return fmt.Sprintf("%s of stack %s: %v", e.Op, e.Stack, e.Err) }

// Unwrap is the cause.
func (e *StackError) Unwrap() error { return e.Err }

// StackErrors are the errors of several stacks.
type StackErrors []error

// Error lists them, one after another.
func (es StackErrors) Error() string {
	lines := make([]string, len(es))
	for i, err := range es {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap are the errors.
func (es StackErrors) Unwrap() []error { return es }

// Lock is a stack's lock, and who holds it.
type Lock struct {
	User  string
	Host  string
	PID   int
	Since time.Time
	// Key is the lock's object: "s3://bucket/.pulumi/locks/organization/project/stack/<id>.json".
	Key string
}

// String is the holder for people.
func (l Lock) String() string {
	return fmt.Sprintf("%s@%s (process %d) since %s", l.User, l.Host, l.PID, l.Since.Format(time.RFC3339))
}

// Locked tells that another run holds the stack. Nothing was changed.
type Locked struct {
	Stack string
	Locks []Lock
}

// Error says who holds the lock and what to do.
func (e *Locked) Error() string {
	held := "another run"
	if len(e.Locks) > 0 {
		names := make([]string, len(e.Locks))
		for i, lock := range e.Locks {
			names[i] = lock.String()
		}
		held = strings.Join(names, " and ")
	}
	return fmt.Sprintf("the stack is locked by %s; nothing was changed. Wait for that run to end. "+
		"If its process is known to be dead, release the lock with \"platform unlock -s %s\" and run again", held, e.Stack)
}

// StackMissing tells that a stack does not exist: it has no stack file, or no state.
type StackMissing struct {
	Stack string
	File  string // the stack file that is not there; empty when only the state is missing
}

// Error says what is missing.
func (e *StackMissing) Error() string {
	if e.File != "" {
		return fmt.Sprintf("stack %q has no file %s", e.Stack, e.File)
	}
	return fmt.Sprintf("stack %q has no state; \"platform up -s %s\" makes it", e.Stack, e.Stack)
}

// Compilation tells that the program could not be built.
type Compilation struct{ Output string }

// Error is what the compiler said.
func (e *Compilation) Error() string { return "the program does not compile:\n" + e.Output }

// ProgramFault tells that the program itself gave up, for example over its configuration.
type ProgramFault struct{ Err error }

// Error is the program's own error.
func (e *ProgramFault) Error() string { return e.Err.Error() }

// Unwrap is the program's own error.
func (e *ProgramFault) Unwrap() error { return e.Err }

// StateStore tells that the place where state is kept failed.
type StateStore struct {
	URL     string
	Message string
	// Missing tells that the store does not exist at all.
	Missing bool
	// Done is how many changes had been finished, and InFlight whose end may not have been saved.
	Done     int
	InFlight []string
}

// Error says what failed, what is safe and what to look at.
func (e *StateStore) Error() string {
	where := ""
	if e.URL != "" {
		where = " " + e.URL
	}
	if e.Missing {
		return fmt.Sprintf("the state store%s does not exist: %s; \"platform state bootstrap\" makes it", where, e.Message)
	}
	text := fmt.Sprintf("the state store%s failed: %s", where, e.Message)
	if e.Done == 0 && len(e.InFlight) == 0 {
		return text + "; nothing was changed"
	}
	text += fmt.Sprintf("; state is saved before and after every change, so what was saved last is intact (%d changes "+
		"had finished). Make the store reachable, release the lock, and run again", e.Done)
	if len(e.InFlight) > 0 {
		text += "; the end of these may not have been saved: " + strings.Join(e.InFlight, ", ")
	}
	return text
}

// ResourceFailed tells that the cloud, or the engine, refused one resource.
type ResourceFailed struct {
	URN string
	// Code is the cloud's own error code, "" when there is none.
	Code    string
	Message string
}

// Error names the resource and the reason.
func (e *ResourceFailed) Error() string { return fmt.Sprintf("%s: %s", nameOf(e.URN), e.Message) }

// Cancelled tells that the operation was stopped by whoever started it.
type Cancelled struct {
	// Done is how many changes had been finished, and InFlight which were begun and whose end was not seen.
	Done     int
	InFlight []string
}

// Error says what was left.
func (e *Cancelled) Error() string {
	text := fmt.Sprintf("cancelled after %d changes; what was done is saved, run again to go on", e.Done)
	if len(e.InFlight) > 0 {
		text += "; look after what was being changed: " + strings.Join(e.InFlight, ", ")
	}
	return text
}

// Is makes a Cancelled a context.Canceled to those who ask for that.
func (e *Cancelled) Is(target error) bool { //nolint:errorlint // the target is compared, not unwrapped
	return target == context.Canceled
}

// PendingOperations tells that a crashed run left operations whose end is not known.
type PendingOperations struct{ Operations []Pending }

// Error names them and says what to do.
func (e *PendingOperations) Error() string {
	names := make([]string, len(e.Operations))
	for i, operation := range e.Operations {
		names[i] = operation.Type + " " + nameOf(operation.URN)
	}
	return fmt.Sprintf("an earlier run was cut off while %s; look in the cloud whether it exists: if it does, import it, "+
		"else forget it with \"platform refresh --forget-pending\"", strings.Join(names, ", "))
}

// Killed tells that the CLI was ended by a signal from outside.
type Killed struct {
	Stack    string
	Done     int
	InFlight []string
}

// Error says what was left.
func (e *Killed) Error() string {
	text := fmt.Sprintf("pulumi was killed after %d changes; its lock is still there: release it with "+
		"\"platform unlock -s %s\" and run again", e.Done, e.Stack)
	if len(e.InFlight) > 0 {
		text += "; look after what was being changed: " + strings.Join(e.InFlight, ", ")
	}
	return text
}

// Unknown is a failure of the CLI that has no type of its own.
type Unknown struct {
	Code int    // the CLI's exit code
	Tail string // the end of what it said, without secrets
}

// Error is the end of what the CLI said.
func (e *Unknown) Error() string {
	if e.Tail == "" {
		return fmt.Sprintf("pulumi ended with exit code %d and said nothing", e.Code)
	}
	return fmt.Sprintf("pulumi ended with exit code %d: %s", e.Code, e.Tail)
}

// UpstreamMissing tells that a stack reads what another one publishes, and that one has not published it.
type UpstreamMissing struct {
	Stack, Upstream string
	// Output is what was looked for, "" if the other stack has never been up.
	Output string
}

// NotPublished is the error for a program that looks for an output in vain; the engine knows it again by its words.
func NotPublished(upstream, output string) error {
	return &UpstreamMissing{Upstream: upstream, Output: output}
}

// Error says which to bring up first.
func (e *UpstreamMissing) Error() string {
	if e.Output == "" {
		return fmt.Sprintf("stack %s is not up yet, and its outputs are needed: \"platform up -s %s\" first", e.Upstream, e.Upstream)
	}
	return fmt.Sprintf("stack %s does not publish %s yet: \"platform up -s %s\" first", e.Upstream, e.Output, e.Upstream)
}
