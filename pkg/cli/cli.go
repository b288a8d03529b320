// Package cli is the operator's command.
package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/spf13/cobra"

	"aws-platform/pkg/engine"
)

// Platform is the program the command operates.
type Platform struct {
	// Program is the project's program for a project in dir.
	Program func(dir string) pulumi.RunFunc
	// ReadOnly is the same for a preview that takes only roles that read.
	ReadOnly func(dir string) pulumi.RunFunc
	// Build is the program without its end: what it would publish it gives instead.
	Build   func(dir string) func(*pulumi.Context) (pulumi.Map, error)
	Version string
}

// app is one run of the command.
type app struct {
	platform Platform
	streams
	dir    string
	pulumi string
	sim    bool
	speed  float64
	// secrets is the secrets provider of stacks that a run makes.
	secrets string
	// newRunner makes the engine; tests have another.
	newRunner func(context.Context, engine.Options) (engine.Runner, error)

	// now and tick are the clock; tick gives a channel that ticks until stop is called.
	now  func() time.Time
	tick func(every time.Duration) (ticks <-chan time.Time, stop func())

	answers *bufio.Reader // what is left of In
	started bool          // the command line was understood
	mu      sync.Mutex
	runners []engine.Runner // those to kill
}

// Main runs the command and gives its exit code. The first interrupt asks for an orderly stop, the second ends
// everything at once.
func Main(ctx context.Context, args []string, platform Platform) int {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	return newApp(platform, processStreams()).runUntil(ctx, args, signals)
}

// runUntil runs one command line, until it is done or the second signal.
func (a *app) runUntil(ctx context.Context, args []string, signals <-chan os.Signal) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan int, 1)
	go func() { done <- a.run(ctx, args) }()
	for interrupted := false; ; interrupted = true {
		select {
		case code := <-done:
			return code
		case <-signals:
			if interrupted {
				a.kill()
				return exitInterrupted
			}
			fmt.Fprintln(a.Err, "\nstopping after what is being changed now; interrupt again to stop at once")
			cancel()
		}
	}
}

func newApp(platform Platform, s streams) *app {
	return &app{
		platform: platform, streams: s,
		newRunner: func(ctx context.Context, options engine.Options) (engine.Runner, error) {
			return engine.New(ctx, options)
		},
		now: time.Now,
		tick: func(every time.Duration) (<-chan time.Time, func()) {
			ticker := time.NewTicker(every)
			return ticker.C, ticker.Stop
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
	if err != nil && !a.started {
		err = &usageError{err}
	}
	if err != nil && !errors.Is(err, errChanges) && !errors.Is(err, errRefused) {
		fmt.Fprintln(a.Err, "error:", err)
		if a.sim && a.started && exitCode(ctx, err) == exitLocked {
			fmt.Fprintln(a.Err, "This is the simulated cloud: add --sim to the command that releases the lock.")
		}
	}
	return exitCode(ctx, err)
}

func (a *app) newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "platform",
		Short:         "Operate the AWS platform: previews, updates and state of all its stacks",
		Long:          "Operate the AWS platform: previews, updates and state of all its stacks.\n\n" + exitHelp(),
		Version:       a.platform.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	flags := root.PersistentFlags()
	flags.StringVarP(&a.dir, "chdir", "C", ".", "the project's folder")
	flags.StringVar(&a.pulumi, "pulumi", "", "path of the pulumi command (default: bin/pulumi, then PATH)")
	flags.BoolVar(&a.sim, "sim", false, "use the simulated cloud kept in .platform/sim instead of AWS")
	flags.Float64Var(&a.speed, "sim-speed", 0, "how fast the simulated cloud is: 1 as AWS, 60 sixty times faster, 0 at once")
	flags.StringVar(&a.secrets, "secrets-provider", "passphrase", "what encrypts the secrets of a stack that is made")
	root.AddCommand(
		a.newOperation(engine.Preview), a.newOperation(engine.Up), a.newOperation(engine.Refresh),
		a.newOperation(engine.Destroy), a.newOutputs(), a.newUnlock(), a.newState(), a.newConfig(), a.newGuard(), a.newDemo(), a.newSim(),
		a.newVersion(),
	)
	a.noteStart(root)
	return root
}

// noteStart makes every command note that it was reached: an error before that is one of the command line.
func (a *app) noteStart(cmd *cobra.Command) {
	if run := cmd.RunE; run != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			a.started = true
			return run(cmd, args)
		}
	}
	for _, child := range cmd.Commands() {
		a.noteStart(child)
	}
}

func (a *app) newVersion() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.Out, a.platform.Version)
			return err
		},
	}
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
