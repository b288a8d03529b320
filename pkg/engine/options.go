package engine

import (
	"context"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Options are what an engine runs with.
type Options struct {
	// Root is the project's folder, which holds Pulumi.yaml and the stack files.
	Root string
	// Work is where each stack gets a folder of its own; Root/.platform/work if empty.
	Work string
	// Home is Pulumi's home folder (credentials, plugins); the environment's, or Pulumi's default, if empty.
	Home string
	// CLI is the path of the pulumi command.
	CLI string
	// BackendURL is where state is kept; empty leaves it to the environment and to Pulumi.yaml.
	BackendURL string
	// SecretsProvider encrypts the secrets of a stack that a run makes; "passphrase" if empty.
	SecretsProvider string
	// SecretsProviders are the same for single stacks.
	SecretsProviders map[string]string
	// Sandbox keeps a run to itself: what making a stack writes into its stack file (the secrets provider and its salt or
	// key) stays in the work folder instead of going back to Root, and no AWS or Pulumi variable is inherited.
	Sandbox bool
	// Env is added to the environment of the pulumi command.
	Env map[string]string
	// StackEnv is the same, with "{stack}" in a value for the name of the stack that is worked on.
	StackEnv map[string]string
	// Program is the project's program, served in this process. It tells stacks apart by its context.
	Program pulumi.RunFunc
	// Parallel is how many stacks run side by side; 0 is four.
	Parallel int
	// Observe is told of every event, by one goroutine at a time; nil for nobody.
	Observe func(Event)
	// OnStart is told the process id of every pulumi command; nil for nobody.
	OnStart func(pid int)
	// Now is the clock; time.Now if nil.
	Now func() time.Time
}

// Stack is a stack to run, with the stacks that must be up before it. Those that do not run themselves are passed over,
// but not what they stand after, if it is known: name every stack a chosen one stands after, directly or not.
type Stack struct {
	Name  string
	After []string
}

// RunOptions change how one operation runs.
type RunOptions struct {
	// Refresh reads the cloud before Preview and Up.
	Refresh bool
	// ReadOnly says of a Preview that its providers take other roles than an update's: that is no change to tell of.
	ReadOnly bool
	// Targets restricts the operation to URNs.
	Targets []string
	// PreviewOnly makes Refresh and Destroy say what they would do.
	PreviewOnly bool
	// Forget makes Refresh drop creates that a crashed run left pending: for what is known not to exist.
	Forget bool
	// Adopt makes Refresh take in what a crashed run made without its end being seen: the id in the cloud, by URN. Every
	// pending create must be named here, unless Forget drops the rest.
	Adopt map[string]string
}

// Runner is what a command needs of an engine; Engine is the real one.
type Runner interface {
	// Run does one operation on stacks, in dependency order, independent ones side by side (reverse order for Destroy).
	// A stack whose predecessor failed is skipped. Results are in the order of stacks; the error joins those of the
	// stacks, nil if all went well.
	Run(ctx context.Context, op Operation, stacks []Stack, opts RunOptions) ([]*Result, error)
	// Outputs are a stack's outputs, secrets masked unless shown.
	Outputs(ctx context.Context, stack string, showSecrets bool) (map[string]any, error)
	// Locks are who holds a stack's lock; none if free.
	Locks(ctx context.Context, stack string) ([]Lock, error)
	// Unlock removes every lock of a stack. It stops nobody: whoever holds it must be known to be dead.
	Unlock(ctx context.Context, stack string) error
	// Export is a stack's state, secrets still encrypted; Import puts it into this engine's backend, making the stack if
	// need be. Export's error is StackMissing if there is none, Import's PendingOperations if some would be lost.
	Export(ctx context.Context, stack string) ([]byte, error)
	Import(ctx context.Context, stack string, state []byte) error
	// Remove forgets an empty stack (force: with what is in its state).
	Remove(ctx context.Context, stack string, force bool) error
}
