// Package cli is the operator's command.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"aws-platform/pkg/config"
	"aws-platform/pkg/engine"
)

// Platform is the program the command operates.
type Platform struct {
	// Program is the project's program for a project in dir.
	Program func(dir string) pulumi.RunFunc
	Version string
}

// Exit codes. Docs: README.md.
const (
	exitDone        = 0
	exitError       = 1
	exitChanges     = 2
	exitLocked      = 5
	exitNotFound    = 6
	exitUsage       = 64
	exitInterrupted = 130
)

// streams are where a command reads and writes. Out takes the result, Err everything else.
type streams struct {
	In       io.Reader
	Out, Err io.Writer
	// Terminal says that a person sits at In and Err.
	Terminal bool
	// Redraw says that lines of Err can be drawn over, Color that Out shows colours.
	Redraw, Color bool
}

// app is one run of the command.
type app struct {
	platform Platform
	streams
	dir    string
	pulumi string
	sim    bool
	speed  float64
	// newRunner makes the engine; tests have another.
	newRunner func(context.Context, engine.Options) (engine.Runner, error)

	mu      sync.Mutex
	runners []engine.Runner
}

// Main runs the command and gives its exit code. The first interrupt asks for an orderly stop, the second for an
// immediate one.
func Main(ctx context.Context, args []string, platform Platform) int {
	terminal := term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd()))
	_, plain := os.LookupEnv("NO_COLOR")
	a := newApp(platform, streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Terminal: terminal, Redraw: terminal && !plain,
		Color: term.IsTerminal(int(os.Stdout.Fd())) && !plain,
	})
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		<-signals
		fmt.Fprintln(a.Err, "stopping after what is being changed now; interrupt again to stop at once")
		cancel()
		<-signals
		a.kill()
	}()
	return a.run(ctx, args)
}

func newApp(platform Platform, s streams) *app {
	return &app{
		platform: platform, streams: s,
		newRunner: func(ctx context.Context, options engine.Options) (engine.Runner, error) {
			return engine.New(ctx, options)
		},
	}
}

// run parses and runs one command line.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.newRoot()
	root.SetArgs(args)
	root.SetIn(a.In)
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	err := root.ExecuteContext(ctx)
	var said *reported
	if err != nil && !errors.As(err, &said) {
		fmt.Fprintln(a.Err, "error:", err)
	}
	return exitCode(ctx, err)
}

func (a *app) newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "platform",
		Short:         "Operate the AWS platform: previews, updates and state of all its stacks",
		Version:       a.platform.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	flags := root.PersistentFlags()
	flags.StringVarP(&a.dir, "chdir", "C", ".", "the project's folder")
	flags.StringVar(&a.pulumi, "pulumi", "", "path of the pulumi command (default: bin/pulumi, then PATH)")
	flags.BoolVar(&a.sim, "sim", false, "use the simulated cloud kept in .platform/sim instead of AWS")
	flags.Float64Var(&a.speed, "sim-speed", 0, "how fast the simulated cloud is: 1 as AWS, 60 sixty times faster, 0 at once")
	root.AddCommand(
		a.newOperation(engine.Preview), a.newOperation(engine.Up), a.newOperation(engine.Refresh),
		a.newOperation(engine.Destroy), a.newOutputs(), a.newUnlock(), a.newState(), a.newConfig(), a.newDemo(), a.newSim(),
	)
	return root
}

// usageError is a command line that makes no sense.
type usageError struct{ error }

// Unwrap is what is wrong with it.
func (e *usageError) Unwrap() error { return e.error }

// reported is an error that has been told already.
type reported struct{ error }

// Unwrap is the error.
func (e *reported) Unwrap() error { return e.error }

// errChanges says that there are changes, to those who asked for an exit code that tells.
var errChanges = errors.New("there are changes")

// exitCode is the one table of exit codes.
func exitCode(ctx context.Context, err error) int {
	var (
		usage   *usageError
		locked  *engine.Locked
		missing *engine.StackMissing
		unknown *unknownStack
	)
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, errChanges):
		return exitChanges
	case ctx.Err() != nil, errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &locked):
		return exitLocked
	case errors.As(err, &missing), errors.As(err, &unknown):
		return exitNotFound
	}
	return exitError
}

// kill ends every engine at once.
func (a *app) kill() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, runner := range a.runners {
		if killer, ok := runner.(interface{ Kill() }); ok {
			killer.Kill()
		}
	}
}

// unknownStack is a stack nobody described.
type unknownStack struct {
	name  string
	known []string
}

// Error names those there are.
func (e *unknownStack) Error() string {
	return fmt.Sprintf("there is no stack %q: no %s; there are %v", e.name, config.StackFile(e.name), e.known)
}
