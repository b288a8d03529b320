package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

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
	readOnly         bool
	env              map[string]string
}

// formats are the ways to tell a preview.
var formats = []string{"text", "markdown", "json"}

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
	a.completeStacks(cmd)
	flags.BoolVar(&opts.all, "all", false, "every stack of the project")
	flags.IntVarP(&opts.parallel, "parallel", "j", 0, "how many stacks at a time (default 4)")
	flags.StringToStringVar(&opts.env, "env", nil, "environment of the pulumi command; {stack} is the stack's name")
	switch op {
	case engine.Preview:
		flags.BoolVar(&opts.readOnly, "read-only", false, "take only roles that read, as pipelines of pull requests do")
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
	if op == engine.Preview && !slices.Contains(formats, opts.format) {
		return &usageError{fmt.Errorf("format %q: use text, markdown or json", opts.format)}
	}
	if opts.readOnly && opts.refresh {
		return &usageError{errors.New("--read-only and --refresh exclude each other: a refresh takes the roles of the last update")}
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
	if op == engine.Destroy {
		if err := s.unprotected(stacks); err != nil {
			return err
		}
	}
	shown := a.newProgress()
	defer shown.close()
	runner, err := s.runner(ctx, func(o *engine.Options) {
		o.Observe, o.Parallel, o.StackEnv = shown.observe, opts.parallel, opts.env
		if opts.readOnly {
			o.Program = a.platform.ReadOnly(a.dir)
		}
	})
	if err != nil {
		return err
	}
	if op == engine.Destroy {
		if err := s.unused(ctx, runner, stacks); err != nil {
			return err
		}
	}
	run := engine.RunOptions{Refresh: opts.refresh, ReadOnly: opts.readOnly, Forget: opts.forgetPending, Adopt: opts.adopt}
	if op == engine.Preview {
		return a.preview(ctx, runner, stacks, run, opts)
	}
	if !opts.yes {
		if err := a.confirm(ctx, s, runner, op, stacks, run); err != nil {
			return err
		}
	}
	results, err := runner.Run(ctx, op, stacks, run)
	shown.close()
	fmt.Fprint(a.Out, report.Text(results, report.TextOptions{Color: a.Color}))
	return err
}

// preview tells what would change. The report is written also when a stack failed: silence reads as "no changes".
func (a *app) preview(
	ctx context.Context, runner engine.Runner, stacks []engine.Stack, run engine.RunOptions, opts operationOptions,
) error {
	results, err := runner.Run(ctx, engine.Preview, stacks, run)
	if failed := a.tell(results, opts); failed != nil {
		return errors.Join(err, failed)
	}
	if err != nil {
		return err
	}
	for _, result := range results {
		if opts.detailedExitCode && (result.Counts.Changes() > 0 || len(result.OutputDiffs) > 0) {
			return errChanges
		}
	}
	return nil
}

// tell writes the report of a preview, to a file or to standard output.
func (a *app) tell(results []*engine.Result, opts operationOptions) (err error) {
	var text string
	switch opts.format {
	case "markdown":
		text = report.Markdown(results, report.CommentLimit)
	case "json":
		text, err = report.JSON(results)
	default:
		text = report.Text(results, report.TextOptions{Color: a.Color && opts.outFile == ""})
	}
	if err != nil {
		return err
	}
	if opts.outFile != "" {
		return os.WriteFile(opts.outFile, []byte(text), 0o600)
	}
	_, err = fmt.Fprint(a.Out, text)
	return err
}
