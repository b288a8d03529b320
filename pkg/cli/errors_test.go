package cli

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/engine"
)

func TestExitCodes(t *testing.T) {
	t.Parallel()
	running := context.Background()
	stopped, stop := context.WithCancel(running)
	stop()
	locked := &engine.StackError{Stack: "dev", Op: engine.Up, Err: &engine.Locked{Stack: "dev"}}
	for _, test := range []struct {
		name string
		ctx  context.Context
		err  error
		want int
	}{
		{"done", running, nil, exitDone},
		{"done although interrupted at the end", stopped, nil, exitDone},
		{"anything", running, errors.New("anything"), exitError},
		{"changes", running, errChanges, exitChanges},
		{"locked, among others", running, engine.StackErrors{errors.New("other"), locked}, exitLocked},
		{"no state", running, fmt.Errorf("export: %w", &engine.StackMissing{Stack: "dev"}), exitNotFound},
		{"no stack", running, &unknownStack{name: "dev"}, exitNotFound},
		{"no project", running, &noProject{"."}, exitNotFound},
		{"usage", running, &usageError{errors.New("what")}, exitUsage},
		{"cancelled", running, &engine.StackError{Err: &engine.Cancelled{}}, exitInterrupted},
		{"an error because of an interrupt", stopped, errors.New("killed"), exitInterrupted},
	} {
		require.Equal(t, test.want, exitCode(test.ctx, test.err), test.name)
	}
}

func TestClosestName(t *testing.T) {
	t.Parallel()
	known := []string{"management", "shared", "dev", "staging", "prod"}
	for word, want := range map[string]string{
		"dve": "dev", "Dev": "dev", "stagin": "staging", "production": "", "pro": "prod", "managment": "management",
		"": "", "qqqqqqq": "",
	} {
		require.Equal(t, want, closest(word, known), word)
	}
	require.Equal(t, 3, distance("kitten", "sitting"))
	require.Equal(t, 4, distance("", "four"))
}
