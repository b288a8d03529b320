package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/guard"
	"aws-platform/pkg/sim"
)

// TestControlsHold judges all that the five stacks register by every control.
func TestControlsHold(t *testing.T) {
	t.Parallel()
	all, err := composition()
	require.NoError(t, err)
	stacks, err := config.LoadAll(".", today)
	require.NoError(t, err)
	exempt, err := guard.LoadExemptions(".", today)
	require.NoError(t, err)
	input := guard.Input{Whole: true, Exemptions: exempt, Today: today}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		input.Stacks = append(input.Stacks, judged(name, stacks[name], all[name]))
	}
	report := guard.Check(input)
	for _, finding := range report.Findings {
		t.Error(finding)
	}
	for _, line := range report.Stale {
		t.Error(line)
	}
	require.Empty(t, report.Undecided, "mocks know every value")
}

// judged is a stack as the guard sees it.
func judged(name string, stack *config.Stack, registered []sim.Registration) guard.Stack {
	s := guard.Stack{
		Name: name, Account: stack.Account.ID, Region: stack.Account.Region, Production: stack.Profile == "production",
	}
	for _, r := range registered {
		made := guard.New(r.URN, r.Inputs)
		made.Parent, made.Provider, made.Custom, made.ID = string(r.Parent), string(r.Provider), r.Custom, r.ID
		made.Protect, made.Secrets, made.Outputs = r.Protect, r.Secrets, guard.Values(r.Outputs)
		made.Sources = map[string][]string{}
		for property, sources := range r.PropertyDependencies {
			for _, urn := range sources {
				made.Sources[property] = append(made.Sources[property], string(urn))
			}
		}
		// What is read only belongs to whoever made it.
		if !strings.HasPrefix(r.Type, "pulumi:pulumi:") {
			s.Resources = append(s.Resources, made)
		}
	}
	return s
}
