package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"aws-platform/pkg/config"
	"aws-platform/pkg/engine"
	"aws-platform/pkg/report"
)

// unprotected refuses to destroy what is protected, whatever was said: the engine would stop at the first protected
// resource, with others already gone.
func (s *session) unprotected(stacks []engine.Stack) error {
	for _, stack := range stacks {
		if s.stacks[stack.Name].Protect {
			return fmt.Errorf("stack %s is protected and nothing was destroyed; to destroy it, set %s:protect to false in %s, "+
				"bring it up, then destroy it", stack.Name, config.Namespace, config.StackFile(stack.Name))
		}
	}
	return nil
}

// unused refuses to destroy what other stacks stand on while they are up: their attachments, their names and their
// access would break, and AWS would refuse half of it after the other half is gone.
func (s *session) unused(ctx context.Context, runner engine.Runner, stacks []engine.Stack) error {
	chosen := func(name string) bool {
		return slices.ContainsFunc(stacks, func(stack engine.Stack) bool { return stack.Name == name })
	}
	var users, held []string
	for _, name := range s.names() {
		under := slices.DeleteFunc(s.before(name), func(before string) bool { return !chosen(before) })
		if chosen(name) || len(under) == 0 {
			continue
		}
		count, err := holds(ctx, runner, name)
		if err != nil {
			return err
		}
		if count > 0 {
			noun := "resources"
			if count == 1 {
				noun = "resource"
			}
			users, held = append(users, fmt.Sprintf("%s (%d %s)", name, count, noun)), under
		}
	}
	if len(users) == 0 {
		return nil
	}
	return fmt.Errorf("nothing was destroyed: what is up stands on stack %s: %s; destroy those first, or all in one run",
		strings.Join(held, ", "), strings.Join(users, ", "))
}

// holds is how many resources a stack has; none without state.
func holds(ctx context.Context, runner engine.Runner, stack string) (int, error) {
	state, err := runner.Export(ctx, stack)
	var missing *engine.StackMissing
	if errors.As(err, &missing) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	urns, err := engine.Resources(state)
	owned := slices.DeleteFunc(urns, func(urn string) bool { return strings.Contains(urn, "::pulumi:pulumi:") })
	return len(owned), err
}

// confirm shows what would be done and asks. Destroying production takes the stack's name.
func (a *app) confirm(
	ctx context.Context, s *session, runner engine.Runner, op engine.Operation, stacks []engine.Stack, run engine.RunOptions,
) error {
	names := make([]string, len(stacks))
	for i, stack := range stacks {
		names[i] = stack.Name
	}
	if !a.Terminal {
		return &usageError{fmt.Errorf("%s changes %s: say --yes, there is nobody to ask", op, strings.Join(names, ", "))}
	}
	looked := op
	if op == engine.Up {
		looked = engine.Preview
	}
	run.PreviewOnly = op != engine.Up
	results, err := runner.Run(ctx, looked, stacks, run)
	if err != nil {
		return err
	}
	fmt.Fprint(a.Err, report.Text(results, report.TextOptions{Color: a.Redraw}))
	for _, name := range names {
		if op == engine.Destroy && s.stacks[name].Profile == "production" {
			if answer := a.ask(ctx, fmt.Sprintf("destroy %s? Type its name: ", name)); answer != name {
				return refused(ctx)
			}
		}
	}
	return a.agreed(ctx, fmt.Sprintf("%s %s?", op, strings.Join(names, ", ")))
}

// agree asks for a yes, unless it was said on the command line.
func (a *app) agree(ctx context.Context, yes bool, what string) error {
	if yes {
		return nil
	}
	if !a.Terminal {
		return &usageError{fmt.Errorf("to %s, say --yes: there is nobody to ask", what)}
	}
	return a.agreed(ctx, what+"?")
}

func (a *app) agreed(ctx context.Context, question string) error {
	switch strings.ToLower(a.ask(ctx, question+" [y/N] ")) {
	case "y", "yes":
		return nil
	}
	return refused(ctx)
}

// refused is the error of whoever did not say yes.
func refused(ctx context.Context) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errors.New("nothing was done")
}
