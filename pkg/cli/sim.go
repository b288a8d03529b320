package cli

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) newSim() *cobra.Command {
	return &cobra.Command{
		Use:   "sim",
		Short: "Run the simulated cloud, for the ordinary pulumi command",
		Long: "Run the simulated cloud until interrupted, and print what to export so that the ordinary pulumi command\n" +
			"works against it. State is in the bucket of the management stack: \"platform demo --sim\" makes it.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			a.sim = true
			s, err := a.open()
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.close()) }()
			// Before the management stack is up its bucket is not there, and pulumi would have nowhere to keep state.
			if err := s.ensureBucket(); err != nil {
				return err
			}
			for _, line := range s.exports() {
				fmt.Fprintln(a.Out, line)
			}
			fmt.Fprintln(a.Err, "the simulated cloud is running; interrupt to stop it")
			<-cmd.Context().Done()
			return nil
		},
	}
}

// byHand is the bucket for whoever works with the ordinary command before the platform's own bucket is there.
const byHand = "state-by-hand"

// ensureBucket points the session at a bucket that exists.
func (s *session) ensureBucket() error {
	own := s.stacks[s.management()].StateBackend.Bucket
	for _, resource := range s.cloud.Resources() {
		if resource.ID == own {
			return nil
		}
	}
	s.base.BackendURL = s.cloud.BackendURL(byHand)
	for _, resource := range s.cloud.Resources() {
		if resource.ID == byHand {
			return nil
		}
	}
	return s.cloud.CreateBucket(byHand)
}

// exports are the shell's words for the environment in which pulumi uses the simulated cloud.
func (s *session) exports() []string {
	env := maps.Clone(s.base.Env)
	env["PULUMI_BACKEND_URL"] = s.base.BackendURL
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		lines = append(lines, fmt.Sprintf("export %s='%s'", name, strings.ReplaceAll(env[name], "'", `'\''`)))
	}
	return lines
}
