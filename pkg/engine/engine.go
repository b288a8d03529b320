// Package engine runs Pulumi for several stacks: in dependency order, with typed events and typed errors, one work
// folder per stack, and cancellation that lets the engine finish what it has begun. It is the only user of the
// Automation API, which drives the Pulumi CLI as a child process.
package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"gopkg.in/yaml.v3"
)

// Engine runs operations on the stacks of one project.
type Engine struct {
	options Options
	project string
	command *command
	redact  *redactor

	observing sync.Mutex
}

var _ Runner = (*Engine)(nil)

// New checks that the project can be read and that the CLI is recent enough.
func New(ctx context.Context, options Options) (*Engine, error) {
	root, err := filepath.Abs(options.Root)
	if err != nil {
		return nil, err
	}
	options.Root = root
	if options.Work == "" {
		options.Work = filepath.Join(root, ".platform", "work")
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Parallel <= 0 {
		options.Parallel = 4
	}
	if options.Program == nil {
		return nil, errors.New("the engine needs a program to run")
	}
	project, err := projectName(root)
	if err != nil {
		return nil, err
	}
	command, err := newCommand(ctx, options)
	if err != nil {
		return nil, err
	}
	return &Engine{options: options, project: project, command: command, redact: newRedactor(options.Env)}, nil
}

// Kill ends every pulumi command at once, without waiting for operations under way: a last resort, after which locks and
// pending operations stay behind.
func (e *Engine) Kill() { e.command.abort() }

// projectName reads the project's name out of Pulumi.yaml.
func projectName(root string) (string, error) {
	file := filepath.Join(root, projectFile)
	data, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("no project: %w", err)
	}
	var project struct{ Name string }
	if err := yaml.Unmarshal(data, &project); err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	if project.Name == "" {
		return "", fmt.Errorf("%s: name is missing; write the project's name", file)
	}
	return project.Name, nil
}

// fullName is a stack's name as the backend has it.
func (e *Engine) fullName(stack string) string { return "organization/" + e.project + "/" + stack }

func (e *Engine) secretsProvider(stack string) string {
	return cmp.Or(e.options.SecretsProviders[stack], e.options.SecretsProvider, "passphrase")
}

// tell passes an event on, one at a time.
func (e *Engine) tell(event Event) {
	if e.options.Observe == nil {
		return
	}
	e.observing.Lock()
	defer e.observing.Unlock()
	e.options.Observe(event)
}
