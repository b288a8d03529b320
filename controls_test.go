package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/guard"
)

// TestControlsHold judges all that the five stacks register by every control.
func TestControlsHold(t *testing.T) {
	t.Parallel()
	made, err := composePlatform()
	require.NoError(t, err)
	exempt, err := guard.LoadExemptions(".", today)
	require.NoError(t, err)
	report := guard.Check(guard.Input{Whole: true, Stacks: made.Guarded(), Exemptions: exempt, Today: today})
	for _, finding := range report.Findings {
		t.Error(finding)
	}
	for _, line := range report.Stale {
		t.Error(line)
	}
	require.Empty(t, report.Undecided, "the model knows every value")
}
