package engine

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// platform is how the stacks of a platform stand after one another.
var platform = map[string][]string{
	"shared": {"management"}, "dev": {"shared"}, "staging": {"shared"}, "prod": {"shared"},
}

var all = []string{"prod", "dev", "management", "staging", "shared"}

func TestWaves(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stacks []string
		want   [][]string
	}{
		"all":                      {all, [][]string{{"management"}, {"shared"}, {"dev", "prod", "staging"}}},
		"one":                      {[]string{"dev"}, [][]string{{"dev"}}},
		"through one not chosen":   {[]string{"dev", "management"}, [][]string{{"management"}, {"dev"}}},
		"independent, named often": {[]string{"prod", "dev", "prod"}, [][]string{{"dev", "prod"}}},
		"none":                     {nil, nil},
	} {
		got, err := Waves(c.stacks, platform)
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
}

func TestCirclesAreRefused(t *testing.T) {
	t.Parallel()
	_, err := Waves([]string{"a"}, map[string][]string{"a": {"b"}, "b": {"c"}, "c": {"b"}})
	require.EqualError(t, err, "stacks depend on each other in a circle: b -> c -> b")
	_, err = (&Engine{}).Run(context.Background(), Up, []Stack{{"a", []string{"b"}}, {"b", []string{"a"}}}, RunOptions{})
	require.EqualError(t, err, "stacks depend on each other in a circle: a -> b -> a")
}

func TestScheduleRuns(t *testing.T) {
	t.Parallel()
	up, err := schedule([]string{"dev", "management", "shared"}, platform, false)
	require.NoError(t, err)
	require.Equal(t, map[string][]string{"dev": {"shared"}, "shared": {"management"}}, up)
	down, err := schedule([]string{"dev", "management", "shared"}, platform, true)
	require.NoError(t, err)
	require.Equal(t, map[string][]string{"management": {"shared"}, "shared": {"dev"}}, down)
}

// journey runs all stacks with the given ones failing, and tells who ran in which order and why others did not.
func journey(t *testing.T, parallel int, reverse bool, failing ...string) (ran []string, skipped map[string]string) {
	t.Helper()
	waits, err := schedule(all, platform, reverse)
	require.NoError(t, err)
	var mu sync.Mutex
	skipped = map[string]string{}
	results := inOrder(all, waits, parallel, func(stack string) *Result {
		mu.Lock()
		defer mu.Unlock()
		ran = append(ran, stack)
		result := &Result{Stack: stack}
		if slices.Contains(failing, stack) {
			result.Err = errors.New("no")
		}
		return result
	}, func(stack, failed string) *Result {
		mu.Lock()
		defer mu.Unlock()
		skipped[stack] = failed
		return &Result{Stack: stack, Skipped: failed}
	})
	for i, result := range results {
		require.Equal(t, all[i], result.Stack, "results are in the order asked for")
	}
	return ran, skipped
}

func TestStacksRunInOrder(t *testing.T) {
	t.Parallel()
	for _, parallel := range []int{1, 2, 9} {
		ran, skipped := journey(t, parallel, false)
		require.Equal(t, []string{"management", "shared"}, ran[:2])
		require.ElementsMatch(t, all, ran)
		require.Empty(t, skipped)

		ran, _ = journey(t, parallel, true)
		require.Equal(t, []string{"shared", "management"}, ran[3:])
	}
}

func TestOnlyDescendantsAreSkipped(t *testing.T) {
	t.Parallel()
	ran, skipped := journey(t, 4, false, "dev")
	require.ElementsMatch(t, all, ran)
	require.Empty(t, skipped)

	ran, skipped = journey(t, 4, false, "management")
	require.Equal(t, []string{"management"}, ran)
	require.Equal(t, map[string]string{
		"shared": "management", "dev": "management", "staging": "management", "prod": "management",
	}, skipped, "all name the one it began with")

	ran, skipped = journey(t, 4, true, "staging")
	require.ElementsMatch(t, []string{"dev", "staging", "prod"}, ran)
	require.Equal(t, map[string]string{"shared": "staging", "management": "staging"}, skipped)
}

func TestIndependentStacksRunSideBySide(t *testing.T) {
	t.Parallel()
	for parallel, want := range map[int]int32{1: 1, 2: 2, 9: 3} {
		synctest.Test(t, func(t *testing.T) {
			var running atomic.Int32
			leave, done := make(chan struct{}), make(chan Results)
			go func() {
				done <- inOrder([]string{"dev", "staging", "prod"}, nil, parallel, func(stack string) *Result {
					running.Add(1)
					<-leave
					return &Result{Stack: stack}
				}, nil)
			}()
			synctest.Wait()
			require.Equal(t, want, running.Load(), "with room for %d", parallel)
			close(leave)
			require.NoError(t, (<-done).Err())
			require.Equal(t, int32(3), running.Load())
		})
	}
}
