package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"aws-platform/pkg/config"
)

func (a *app) newConfig() *cobra.Command {
	cmd := &cobra.Command{
		Use: "config", Short: "Check and explain the stack files", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.newConfigShow(), a.newConfigValidate())
	return cmd
}

func (a *app) newConfigValidate() *cobra.Command {
	return &cobra.Command{
		Use:   "validate",
		Short: "Check every stack file, and all of them together",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if _, err := a.stackNames(); err != nil {
				return err
			}
			stacks, err := config.LoadAll(a.dir, a.now())
			if err != nil {
				return err
			}
			fmt.Fprintf(a.Out, "%d stacks, no faults\n", len(stacks))
			return nil
		},
	}
}

func (a *app) newConfigShow() *cobra.Command {
	var stack string
	var origins, asJSON bool
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show the configuration in force",
		Args:  cobra.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return a.showConfig(stack, origins, asJSON) },
	}
	a.stackFlag(cmd, &stack)
	cmd.Flags().BoolVar(&origins, "origins", false, "where each value comes from")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	cmd.MarkFlagsMutuallyExclusive("origins", "json")
	return cmd
}

func (a *app) showConfig(stack string, origins, asJSON bool) error {
	names, err := a.stackNames()
	if err != nil {
		return err
	}
	if !slices.Contains(names, stack) {
		return &unknownStack{stack, names}
	}
	source := config.Source{Dir: a.dir, Stack: stack, Now: a.now()}
	loaded, err := config.Load(source)
	if err != nil {
		return err
	}
	switch {
	case asJSON:
		encoder := json.NewEncoder(a.Out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(loaded)
	case origins:
		settings, err := config.Explain(source)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
		for _, setting := range settings {
			fmt.Fprintf(table, "%s\t%v\t%s\n", setting.Path, setting.Value, setting.Origin)
		}
		return table.Flush()
	}
	text, err := config.Render(loaded)
	if err != nil {
		return err
	}
	_, err = a.Out.Write(text)
	return err
}
