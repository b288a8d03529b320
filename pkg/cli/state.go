package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"aws-platform/pkg/engine"
)

func (a *app) newState() *cobra.Command {
	cmd := &cobra.Command{
		Use: "state", Short: "Where state is kept", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var yes bool
	bootstrap := &cobra.Command{
		Use:   "bootstrap",
		Short: "Make the state bucket, and move the management stack's state into it",
		Long: "The management stack makes the bucket that keeps state, its own included. Bootstrap brings that stack up\n" +
			"with its state in a local folder, then moves the state into the bucket. It can be run again after a failure\n" +
			"at any point, and does nothing when all is done.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			s, err := a.open()
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.close()) }()
			if err := a.needPassphrase(); err != nil {
				return err
			}
			if err := a.agree(cmd.Context(), yes, "make the state bucket"); err != nil {
				return err
			}
			shown := a.newProgress()
			defer shown.close()
			_, err = s.bootstrap(cmd.Context(), shown)
			return err
		},
	}
	bootstrap.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	cmd.AddCommand(bootstrap)
	return cmd
}

// needPassphrase tells early what Pulumi would ask for when it makes the stack: there is no key of the platform's yet.
func (a *app) needPassphrase() error {
	if a.sim || a.secrets != "passphrase" {
		return nil
	}
	for _, name := range []string{"PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"} {
		if _, set := os.LookupEnv(name); set {
			return nil
		}
	}
	return errors.New("the management stack's secrets need a passphrase: set PULUMI_CONFIG_PASSPHRASE (or _FILE) and keep " +
		"it, or name a key of AWS KMS with --secrets-provider \"awskms://alias/NAME?region=REGION\"")
}

// bootstrap makes the state bucket with the management stack, whose state is local meanwhile, then moves that state into
// the bucket. It looks at what exists to know how far an earlier try came. The result is nil when all was done before.
func (s *session) bootstrap(ctx context.Context, shown *progress) (*engine.Result, error) {
	stack := s.management()
	if stack == "" {
		return nil, errors.New("no stack has a stateBackend section: there is no bucket to make")
	}
	remote, err := s.runner(ctx, func(o *engine.Options) { o.BackendURL, o.Observe = s.storeURL(), shown.observe })
	if err != nil {
		return nil, err
	}
	folder := s.localState()
	kept, err := s.stateIn(ctx, remote, stack)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(folder); errors.Is(err, os.ErrNotExist) {
		if kept != nil {
			fmt.Fprintf(s.app.Err, "state is in %s already\n", s.storeURL())
			return nil, nil
		}
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, err
		}
	}
	local, err := s.runner(ctx, func(o *engine.Options) { o.BackendURL, o.Observe = "file://"+folder, shown.observe })
	if err != nil {
		return nil, err
	}
	if kept != nil {
		return nil, s.finish(ctx, local, stack, kept)
	}
	results, err := local.Run(ctx, engine.Up, []engine.Stack{{Name: stack}}, engine.RunOptions{})
	if err != nil {
		return nil, err
	}
	return results[0], s.move(ctx, local, remote, stack)
}

// localState is where the management stack's state is until its bucket is there.
func (s *session) localState() string {
	folder := s.app.work("bootstrap")
	if s.cloud != nil {
		folder = s.app.work("sim", "bootstrap")
	}
	absolute, err := filepath.Abs(folder)
	if err != nil {
		return folder // the working directory is gone; using the folder will tell
	}
	return absolute
}

// stateIn is a stack's state in a backend, nil when there is none: no stack, no resources, or no bucket yet.
func (s *session) stateIn(ctx context.Context, runner engine.Runner, stack string) ([]byte, error) {
	state, err := runner.Export(ctx, stack)
	var missing *engine.StackMissing
	var store *engine.StateStore
	switch {
	case errors.As(err, &missing) && missing.File == "":
		return nil, nil
	case errors.As(err, &store) && store.Missing:
		return nil, nil
	case err != nil:
		return nil, err
	}
	resources, err := engine.Resources(state)
	if err != nil || len(resources) == 0 {
		return nil, err
	}
	return state, nil
}

// move copies the state into the bucket, reads it back, and only then forgets the local one.
func (s *session) move(ctx context.Context, local, remote engine.Runner, stack string) error {
	state, err := local.Export(ctx, stack)
	if err != nil {
		return err
	}
	if err := remote.Import(ctx, stack, state); err != nil {
		return fmt.Errorf("state could not be moved into %s; it is still in %s: %w", s.storeURL(), s.localState(), err)
	}
	moved, err := remote.Export(ctx, stack)
	if err != nil {
		return err
	}
	return s.finish(ctx, local, stack, moved)
}

// finish removes the local state once the bucket has the same resources. When it has others, both stay: somebody must
// look.
func (s *session) finish(ctx context.Context, local engine.Runner, stack string, kept []byte) error {
	state, err := s.stateIn(ctx, local, stack)
	if err != nil {
		return err
	}
	if state != nil {
		before, err := engine.Resources(state)
		if err != nil {
			return err
		}
		after, err := engine.Resources(kept)
		if err != nil {
			return err
		}
		if !slices.Equal(before, after) {
			return fmt.Errorf("%s has %d resources of %s and %s has %d, not the same ones: keep the right one and "+
				"remove the other", s.localState(), len(before), stack, s.storeURL(), len(after))
		}
	}
	if err := os.RemoveAll(s.localState()); err != nil {
		return err
	}
	fmt.Fprintf(s.app.Err, "state is in %s\n", s.storeURL())
	return nil
}
