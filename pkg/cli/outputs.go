package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"aws-platform/pkg/engine"
)

// withStack opens the project, and the engine on one stack of it.
func (a *app) withStack(cmd *cobra.Command, stack string, do func(*session, engine.Runner) error) (err error) {
	s, err := a.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if _, err := s.chosen([]string{stack}, false); err != nil {
		return err
	}
	runner, err := s.runner(cmd.Context(), nil)
	if err != nil {
		return err
	}
	return do(s, runner)
}

// stackFlag is the flag of commands for exactly one stack.
func (a *app) stackFlag(cmd *cobra.Command, stack *string) {
	cmd.Flags().StringVarP(stack, "stack", "s", "", "the stack")
	// The flag was defined one line above, so this cannot fail.
	_ = cmd.MarkFlagRequired("stack")
	a.completeStacks(cmd)
}

// completeStacks lets a shell complete the names of stacks.
func (a *app) completeStacks(cmd *cobra.Command) {
	// The flag is there, so this cannot fail.
	_ = cmd.RegisterFlagCompletionFunc("stack",
		func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			names, err := a.stackNames()
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		})
}

func (a *app) newOutputs() *cobra.Command {
	var stack string
	var asJSON, secrets bool
	cmd := &cobra.Command{
		Use:   "outputs",
		Short: "Show what a stack gives to others",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withStack(cmd, stack, func(_ *session, runner engine.Runner) error {
				outputs, err := runner.Outputs(cmd.Context(), stack, secrets)
				if err != nil {
					return err
				}
				return a.printOutputs(outputs, asJSON)
			})
		},
	}
	a.stackFlag(cmd, &stack)
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	cmd.Flags().BoolVar(&secrets, "show-secrets", false, "show secret values")
	return cmd
}

func (a *app) printOutputs(outputs map[string]any, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(a.Out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(outputs)
	}
	for _, line := range flatten("", outputs) {
		fmt.Fprintln(a.Out, line)
	}
	return nil
}

// flatten is a value as "path = value" lines, sorted.
func flatten(path string, value any) []string {
	object, ok := value.(map[string]any)
	if !ok {
		return []string{path + " = " + onOneLine(value)}
	}
	var lines []string
	for _, key := range slices.Sorted(maps.Keys(object)) {
		inner := key
		if path != "" {
			inner = path + "." + key
		}
		lines = append(lines, flatten(inner, object[key])...)
	}
	return lines
}

// onOneLine is a text as it is and anything else as JSON.
func onOneLine(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

func (a *app) newUnlock() *cobra.Command {
	var stack string
	var yes bool
	cmd := &cobra.Command{
		Use:   "unlock",
		Short: "Show who holds a stack's lock, and release it",
		Long: "Show who holds a stack's lock, and release it. Releasing stops nobody: a run that still goes on keeps\n" +
			"writing, and two runs at once lose each other's work. Be sure that the process named is dead.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withStack(cmd, stack, func(_ *session, runner engine.Runner) error {
				return a.unlock(cmd, runner, stack, yes)
			})
		},
	}
	a.stackFlag(cmd, &stack)
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return cmd
}

func (a *app) unlock(cmd *cobra.Command, runner engine.Runner, stack string, yes bool) error {
	locks, err := runner.Locks(cmd.Context(), stack)
	if err != nil {
		return err
	}
	if len(locks) == 0 {
		fmt.Fprintf(a.Out, "%s is not locked\n", stack)
		return nil
	}
	for _, lock := range locks {
		fmt.Fprintf(a.Out, "%s is locked by %s\n", stack, lock)
	}
	if err := a.agree(cmd.Context(), yes, "release the lock"); err != nil {
		return err
	}
	if err := runner.Unlock(cmd.Context(), stack); err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "%s is free\n", stack)
	return nil
}
