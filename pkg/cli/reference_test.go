package cli

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"aws-platform/tests/golden"
)

// TestReference keeps docs/reference/cli.md in step with the commands.
func TestReference(t *testing.T) {
	t.Parallel()
	root := newApp(testPlatform, streams{}).newRoot()
	var out strings.Builder
	out.WriteString("# The command\n\nGenerated from `pkg/cli`. Results go to standard output, progress and errors to standard error; a run " +
		"that is not on a\nterminal, or finds `NO_COLOR` set, writes plain lines. `platform completion SHELL` prints completion for a shell.\n")
	out.WriteString("\n## Flags of every command\n\n")
	flagTable(&out, root.PersistentFlags())
	describe(&out, root)
	out.WriteString("\n## Exit codes\n\n| Code | Meaning |\n|--:|---|\n")
	for _, exit := range exitCodes {
		fmt.Fprintf(&out, "| %d | %s |\n", exit.code, exit.meaning)
	}
	out.WriteString("\n4 is kept for an approval that is missing.\n")
	golden.Check(t, filepath.Join("..", "..", "docs", "reference", "cli.md"), out.String())
}

// describe writes a command's children, and theirs.
func describe(out *strings.Builder, parent *cobra.Command) {
	for _, cmd := range parent.Commands() {
		if cmd.HasSubCommands() {
			describe(out, cmd)
			continue
		}
		fmt.Fprintf(out, "\n## %s\n\n%s.\n", cmd.CommandPath(), cmd.Short)
		if len(cmd.Aliases) > 0 {
			fmt.Fprintf(out, "Also called `%s`.\n", strings.Join(cmd.Aliases, "`, `"))
		}
		if cmd.Long != "" {
			fmt.Fprintf(out, "\n%s\n", cmd.Long)
		}
		if cmd.LocalNonPersistentFlags().HasFlags() {
			out.WriteString("\n")
			flagTable(out, cmd.LocalNonPersistentFlags())
		}
	}
}

func flagTable(out *strings.Builder, flags *pflag.FlagSet) {
	out.WriteString("| Flag | Meaning |\n|---|---|\n")
	flags.VisitAll(func(flag *pflag.Flag) {
		name := "`--" + flag.Name + "`"
		if flag.Shorthand != "" {
			name = "`-" + flag.Shorthand + "`, " + name
		}
		meaning := strings.ReplaceAll(flag.Usage, "|", "\\|")
		switch flag.DefValue {
		case "", "false", "0", "[]":
		default:
			meaning += " (default `" + flag.DefValue + "`)"
		}
		fmt.Fprintf(out, "| %s | %s |\n", name, meaning)
	})
}

// TestEveryCommandIsDescribed keeps help worth reading.
func TestEveryCommandIsDescribed(t *testing.T) {
	t.Parallel()
	var check func(cmd *cobra.Command)
	check = func(cmd *cobra.Command) {
		require.NotEmpty(t, cmd.Short, cmd.CommandPath())
		require.NotRegexp(t, `[.\n]$`, cmd.Short, cmd.CommandPath())
		cmd.Flags().VisitAll(func(flag *pflag.Flag) { require.NotEmpty(t, flag.Usage, flag.Name) })
		for _, child := range cmd.Commands() {
			check(child)
		}
	}
	check(newApp(testPlatform, streams{}).newRoot())
}
