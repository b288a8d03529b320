package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"aws-platform/pkg/engine"
)

func (a *app) newDemo() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Bring every stack up on the simulated cloud",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !a.sim {
				return &usageError{errors.New("demo runs on the simulated cloud only: add --sim")}
			}
			err := a.demo(cmd.Context())
			if cmd.Context().Err() != nil {
				fmt.Fprintln(a.Err, "stopped; what was done is kept: run the same command again to go on")
			}
			return err
		},
	}
}

func (a *app) demo(ctx context.Context) (err error) {
	s, err := a.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	shown := a.newProgress()
	defer shown.close()
	made, err := s.bootstrap(ctx, shown)
	if err != nil {
		return err
	}
	runner, err := s.runner(ctx, func(o *engine.Options) { o.Observe = shown.observe })
	if err != nil {
		return err
	}
	stacks, err := s.chosen(nil, true)
	if err != nil {
		return err
	}
	results, err := runner.Run(ctx, engine.Up, stacks, engine.RunOptions{})
	shown.close()
	for i, result := range results {
		if made != nil && result.Stack == made.Stack && result.OK() {
			results[i] = made // what its first update did; this one had nothing left to do
		}
	}
	table(a.Out, results)
	if err != nil {
		return err
	}
	fmt.Fprint(a.Out, "\nWho reaches whom, by the route tables there and back:\n\n")
	fmt.Fprint(a.Out, ReachabilityOf(s.cloud, s.stacks))
	fmt.Fprint(a.Out, a.next())
	return nil
}

// table is how every stack came out.
func table(out io.Writer, results []*engine.Result) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nSTACK\tRESOURCES\tSECONDS\tCHANGES\tOUTPUTS")
	for _, r := range results {
		changes := "unchanged"
		switch {
		case r.Skipped != "":
			changes = "skipped: " + r.Skipped
		case errors.Is(r.Err, context.Canceled):
			changes = "stopped"
		case r.Err != nil:
			changes = "failed"
		case r.Counts.Changes() > 0:
			changes = r.Counts.String()
		}
		fmt.Fprintf(w, "%s\t%d\t%.1f\t%s\t%s\n", r.Stack, r.Resources(), r.Duration.Seconds(), changes,
			strings.Join(keyOutputs(r.Outputs), "  "))
	}
	_ = w.Flush() // an error here is one of out's, which the next line meets too
}

// keyOutputs are the few outputs people look for first.
func keyOutputs(outputs map[string]any) []string {
	var found []string
	for _, line := range flatten("", outputs) {
		path, value, _ := strings.Cut(line, " = ")
		for _, suffix := range []string{".bucket", ".vpcId", ".cidrBlock"} {
			if strings.HasSuffix(path, suffix) {
				found = append(found, value)
			}
		}
	}
	return found
}

// next is what to try after the demo.
func (a *app) next() string {
	return strings.NewReplacer("DIR", a.work("sim")).Replace(`
What to try next:
  change a value in Pulumi.dev.yaml, then
  bin/platform preview -s dev --sim        what the change would do
  bin/platform up -s dev --sim             do it
  bin/platform outputs -s dev --sim        what the stack gives to others
  bin/platform preview --all --sim --format markdown    what a pull request gets as a comment
  bin/platform sim                         run the cloud for the ordinary pulumi command; then look at the state
                                           bucket with "pulumi stack ls" and "pulumi stack export -s dev"
  bin/platform destroy -s dev --sim        take it down again
The simulated cloud is kept in DIR; remove that folder to begin anew.
`)
}
