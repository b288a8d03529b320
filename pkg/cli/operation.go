package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"aws-platform/pkg/engine"
	"aws-platform/pkg/report"
)

// operationOptions are the flags of preview, up, refresh and destroy.
type operationOptions struct {
	stacks           []string
	all              bool
	yes              bool
	refresh          bool
	parallel         int
	format           string
	outFile          string
	detailedExitCode bool
	forgetPending    bool
	adopt            map[string]string
}

// about is what help says of an operation.
var about = map[engine.Operation]struct{ short, alias string }{
	engine.Preview: {"Show what an update would change", "plan"},
	engine.Up:      {"Bring stacks up, each after those it depends on", "apply"},
	engine.Refresh: {"Bring state in line with what is there", ""},
	engine.Destroy: {"Delete what stacks own, each after those that depend on it", ""},
}

func (a *app) newOperation(op engine.Operation) *cobra.Command {
	var opts operationOptions
	cmd := &cobra.Command{
		Use:   string(op),
		Short: about[op].short,
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.runOperation(cmd.Context(), op, opts) },
	}
	if alias := about[op].alias; alias != "" {
		cmd.Aliases = []string{alias}
	}
	flags := cmd.Flags()
	flags.StringSliceVarP(&opts.stacks, "stack", "s", nil, "a stack; may be given several times")
	flags.BoolVar(&opts.all, "all", false, "every stack of the project")
	flags.IntVarP(&opts.parallel, "parallel", "j", 0, "how many stacks at a time (default 4)")
	switch op {
	case engine.Preview:
		flags.StringVar(&opts.format, "format", "text", "text, markdown or json")
		flags.StringVar(&opts.outFile, "out-file", "", "write the report to a file instead of standard output")
		flags.BoolVar(&opts.detailedExitCode, "detailed-exitcode", false, "exit with 2 when there are changes")
	case engine.Refresh:
		flags.BoolVar(&opts.forgetPending, "forget-pending", false, "drop creations that a crash cut off and that came to nothing")
		flags.StringToStringVar(&opts.adopt, "adopt", nil, "take in what a crash cut off: URN=ID")
	}
	if op == engine.Preview || op == engine.Up {
		flags.BoolVar(&opts.refresh, "refresh", false, "read the cloud first")
	}
	if op != engine.Preview {
		flags.BoolVarP(&opts.yes, "yes", "y", false, "do not ask")
	}
	return cmd
}

func (a *app) runOperation(ctx context.Context, op engine.Operation, opts operationOptions) (err error) {
	if op == engine.Preview && !slices.Contains([]string{"text", "markdown", "json"}, opts.format) {
		return &usageError{fmt.Errorf("format %q: use text, markdown or json", opts.format)}
	}
	s, err := a.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	stacks, err := s.chosen(opts.stacks, opts.all)
	if err != nil {
		return err
	}
	shown := newProgress(a.Err, a.Redraw)
	defer shown.close()
	runner, err := s.runner(ctx, func(o *engine.Options) { o.Observe, o.Parallel = shown.observe, opts.parallel })
	if err != nil {
		return err
	}
	run := engine.RunOptions{Refresh: opts.refresh, Forget: opts.forgetPending, Adopt: opts.adopt}
	if op == engine.Preview {
		return a.preview(ctx, runner, stacks, run, opts)
	}
	if err := a.confirm(s, op, stacks, opts.yes); err != nil {
		return err
	}
	results, err := runner.Run(ctx, op, stacks, run)
	shown.close()
	fmt.Fprint(a.Out, report.Text(results, report.TextOptions{Color: a.Redraw}))
	return err
}

// format tells a preview in one of three ways.
func (a *app) format(name string, results []*engine.Result) (string, error) {
	switch name {
	case "text":
		return report.Text(results, report.TextOptions{Color: a.Color}), nil
	case "markdown":
		return report.Markdown(results, report.CommentLimit), nil
	}
	return report.JSON(results)
}

// preview tells what would change. The report is written also when a stack failed: silence reads as "no changes".
func (a *app) preview(
	ctx context.Context, runner engine.Runner, stacks []engine.Stack, run engine.RunOptions, opts operationOptions,
) error {
	results, err := runner.Run(ctx, engine.Preview, stacks, run)
	text, failed := a.format(opts.format, results)
	if failed != nil {
		return errors.Join(err, failed)
	}
	if opts.outFile != "" {
		if failed := os.WriteFile(opts.outFile, []byte(text), 0o600); failed != nil {
			return errors.Join(err, failed)
		}
	} else {
		fmt.Fprint(a.Out, text)
	}
	if err != nil {
		return err
	}
	for _, result := range results {
		if opts.detailedExitCode && result.Counts.Changes() > 0 {
			return &reported{errChanges}
		}
	}
	return nil
}

// confirm asks before anything is changed. Destroying what is protected, or production, takes the stack's name.
func (a *app) confirm(s *session, op engine.Operation, stacks []engine.Stack, yes bool) error {
	if yes {
		return nil
	}
	var names []string
	for _, stack := range stacks {
		names = append(names, stack.Name)
	}
	if !a.Terminal {
		return &usageError{fmt.Errorf("%s changes %s: say --yes, there is nobody to ask", op, strings.Join(names, ", "))}
	}
	input := bufio.NewReader(a.In)
	for _, name := range names {
		stack := s.stacks[name]
		if op == engine.Destroy && (stack.Protect || stack.Profile == "production") {
			if answer := a.ask(input, fmt.Sprintf("destroy %s? Type its name: ", name)); answer != name {
				return fmt.Errorf("%s is left as it is", name)
			}
		}
	}
	return agreed(a.ask(input, fmt.Sprintf("%s %s? [y/N] ", op, strings.Join(names, ", "))))
}

// agree asks for a yes, unless it was said on the command line.
func (a *app) agree(yes bool, what string) error {
	if yes {
		return nil
	}
	if !a.Terminal {
		return &usageError{fmt.Errorf("to %s, say --yes: there is nobody to ask", what)}
	}
	return agreed(a.ask(bufio.NewReader(a.In), what+"? [y/N] "))
}

func agreed(answer string) error {
	if answer != "y" && answer != "yes" {
		return errors.New("nothing was done")
	}
	return nil
}

func (a *app) ask(input *bufio.Reader, question string) string {
	fmt.Fprint(a.Err, question)
	answer, err := input.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return ""
	}
	return strings.TrimSpace(answer)
}
