package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// automation is a stack of the Automation API in a work folder. It starts no process.
func (e *Engine) automation(
	ctx context.Context, w workspace, command auto.PulumiCommand, program pulumi.RunFunc,
) (auto.Stack, error) {
	space, err := auto.NewLocalWorkspace(ctx, auto.WorkDir(w.dir), auto.Program(program), auto.Pulumi(command),
		auto.EnvVars(e.stackEnv(w.stack)))
	if err != nil {
		return auto.Stack{}, err
	}
	return auto.SelectStack(ctx, e.fullName(w.stack), space)
}

// stackEnv is the environment of one stack alone.
func (e *Engine) stackEnv(stack string) map[string]string {
	env := map[string]string{}
	for name, value := range e.options.StackEnv {
		env[name] = strings.ReplaceAll(value, "{stack}", stack)
	}
	return env
}

// create makes a stack with no resources, and notes its secrets provider in its stack file.
func (e *Engine) create(ctx context.Context, w workspace) error {
	_, err := e.pulumi(ctx, w, nil, "stack", "init", e.fullName(w.stack), "--no-select",
		"--secrets-provider", e.secretsProvider(w.stack))
	if err != nil {
		return err
	}
	return w.carryBack()
}

// pulumi runs the CLI in a work folder and gives its standard output.
func (e *Engine) pulumi(ctx context.Context, w workspace, stdin io.Reader, args ...string) (string, error) {
	var env []string
	for name, value := range e.stackEnv(w.stack) {
		env = append(env, name+"="+value)
	}
	stdout, stderr, code, err := e.command.Run(ctx, w.dir, stdin, nil, nil, env, args...)
	if err == nil {
		return stdout, nil
	}
	return "", e.redact.classify(evidence{
		stack: w.stack, url: e.options.BackendURL, code: code, text: stderr, err: err, canceled: ctx.Err() != nil,
	})
}

// on runs the CLI for a stack that must exist.
func (e *Engine) on(ctx context.Context, stack string, args ...string) (string, error) {
	w := e.workspace(stack)
	if err := w.prepare(); err != nil {
		return "", err
	}
	out, err := e.pulumi(ctx, w, nil, append(args, "--stack", e.fullName(stack))...)
	if err != nil {
		return "", err
	}
	return out, w.carryBack()
}

// Outputs are a stack's outputs. Secrets are masked unless they are asked for.
func (e *Engine) Outputs(ctx context.Context, stack string, showSecrets bool) (map[string]any, error) {
	args := []string{"stack", "output", "--json"}
	if showSecrets {
		args = append(args, "--show-secrets")
	}
	out, err := e.on(ctx, stack, args...)
	if err != nil {
		return nil, err
	}
	outputs := map[string]any{}
	if err := json.Unmarshal([]byte(out), &outputs); err != nil {
		return nil, fmt.Errorf("outputs of stack %s: %w", stack, err)
	}
	return outputs, nil
}

// State is what a state store holds of a stack.
type State struct {
	// URNs are the resources', sorted; the stack itself is among them once it has been up.
	URNs []string
	// Pending are operations a crashed run left.
	Pending []Pending
}

// State reads a stack's state. The error is StackMissing when there is none.
func (e *Engine) State(ctx context.Context, stack string) (State, error) {
	out, err := e.Export(ctx, stack)
	if err != nil {
		return State{}, err
	}
	state, err := parseState(out)
	if err != nil {
		return State{}, fmt.Errorf("state of stack %s: %w", stack, err)
	}
	return state, nil
}

// Resources are the URNs of the resources in an exported state, sorted.
func Resources(state []byte) ([]string, error) {
	parsed, err := parseState(state)
	return parsed.URNs, err
}

// parseState reads an exported state.
func parseState(data []byte) (State, error) {
	var exported struct {
		Deployment struct {
			Resources []struct {
				URN string `json:"urn"`
			} `json:"resources"`
			PendingOperations []struct {
				Type     string `json:"type"`
				Resource struct {
					URN string `json:"urn"`
				} `json:"resource"`
			} `json:"pending_operations"`
		} `json:"deployment"`
	}
	if err := json.Unmarshal(data, &exported); err != nil {
		return State{}, err
	}
	var state State
	for _, r := range exported.Deployment.Resources {
		state.URNs = append(state.URNs, r.URN)
	}
	slices.Sort(state.URNs)
	for _, p := range exported.Deployment.PendingOperations {
		state.Pending = append(state.Pending, Pending{URN: p.Resource.URN, Type: p.Type})
	}
	return state, nil
}

// Export is a stack's state, secrets still encrypted.
func (e *Engine) Export(ctx context.Context, stack string) ([]byte, error) {
	out, err := e.on(ctx, stack, "stack", "export")
	return []byte(out), err
}

// Import puts a stack's state into this engine's backend, making the stack if need be. An import drops operations that
// are pending in the state, so it is refused while there are any.
func (e *Engine) Import(ctx context.Context, stack string, state []byte) error {
	parsed, err := parseState(state)
	if err != nil {
		return fmt.Errorf("state of stack %s: %w", stack, err)
	}
	if len(parsed.Pending) > 0 {
		return &PendingOperations{Operations: parsed.Pending}
	}
	var missing *StackMissing
	if _, err := e.Export(ctx, stack); errors.As(err, &missing) && missing.File == "" {
		err = e.create(ctx, e.workspace(stack))
		if err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	w := e.workspace(stack)
	_, err = e.pulumi(ctx, w, bytes.NewReader(state), "stack", "import", "--stack", e.fullName(stack))
	return err
}

// Remove forgets an empty stack; force also forgets what is in its state, and deletes none of it. The stack file stays.
func (e *Engine) Remove(ctx context.Context, stack string, force bool) error {
	args := []string{"stack", "rm", "--yes", "--preserve-config"}
	if force {
		args = append(args, "--force")
	}
	_, err := e.on(ctx, stack, args...)
	return err
}

// ChangeSecretsProvider re-encrypts a stack's secrets; the new provider is noted in its stack file.
func (e *Engine) ChangeSecretsProvider(ctx context.Context, stack, provider string) error {
	_, err := e.on(ctx, stack, "stack", "change-secrets-provider", provider)
	return err
}

// Unlock removes every lock of a stack. It stops nobody: whoever holds one goes on writing, so it must be known to be
// dead.
func (e *Engine) Unlock(ctx context.Context, stack string) error {
	_, err := e.on(ctx, stack, "cancel", "--yes")
	return err
}

// alreadyExists is the refusal of a rename whose target is there.
var alreadyExists = regexp.MustCompile(`a stack named \S+ already exists`)

// Locks are who holds a stack's lock; none if it is free. No command of Pulumi's only asks. A rename looks at the lock
// first, and to the name the stack has already it is then refused, with nothing written.
func (e *Engine) Locks(ctx context.Context, stack string) ([]Lock, error) {
	_, err := e.on(ctx, stack, "stack", "rename", e.fullName(stack))
	var locked *Locked
	var refused *Unknown
	switch {
	case errors.As(err, &locked):
		return locked.Locks, nil
	case errors.As(err, &refused) && alreadyExists.MatchString(refused.Tail):
		return nil, nil
	case err == nil:
		return nil, fmt.Errorf("stack %s: pulumi has renamed it to the name it had", stack)
	}
	return nil, err
}
