package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
)

// Run does one operation on stacks, each after those it stands after, and for Destroy after those that stand after it.
// When one fails, those that wait for it are skipped. Previews and refreshes wait for nobody: they change nothing that
// another stack could see.
func (e *Engine) Run(ctx context.Context, op Operation, stacks []Stack, opts RunOptions) ([]*Result, error) {
	names, dependsOn := make([]string, 0, len(stacks)), map[string][]string{}
	for _, stack := range stacks {
		names = append(names, stack.Name)
		dependsOn[stack.Name] = stack.After
	}
	names = unique(names)
	waits, err := schedule(names, dependsOn, op == Destroy)
	if err != nil {
		return nil, err
	}
	relation := "ancestor"
	switch op {
	case Preview, Refresh:
		waits = nil
	case Destroy:
		relation = "dependent"
	}
	run := func(stack string) *Result {
		result := e.operate(ctx, stack, op, opts)
		// In an update it would be there by now.
		var missing *UpstreamMissing
		if op == Preview && errors.As(result.Err, &missing) && slices.Contains(names, missing.Upstream) {
			return e.skipped(stack, op, missing.Error())
		}
		return result
	}
	skip := func(stack, failed string) *Result {
		why := relation + " " + failed + " failed"
		if ctx.Err() != nil {
			why = "cancelled"
		}
		return e.skipped(stack, op, why)
	}
	results := inOrder(names, waits, e.options.Parallel, run, skip)
	return results, results.Err()
}

// skipped is the result of a stack that was passed over.
func (e *Engine) skipped(stack string, op Operation, why string) *Result {
	result := &Result{Stack: stack, Op: op, Skipped: why}
	e.tell(Event{Stack: stack, Op: op, Kind: WasSkipped, Result: result})
	return result
}

// Up brings stacks up.
func (e *Engine) Up(ctx context.Context, stacks ...Stack) ([]*Result, error) {
	return e.Run(ctx, Up, stacks, RunOptions{})
}

// Preview tells what Up would do.
func (e *Engine) Preview(ctx context.Context, stacks ...Stack) ([]*Result, error) {
	return e.Run(ctx, Preview, stacks, RunOptions{})
}

// Destroy deletes what stacks own. The program is not run for it.
func (e *Engine) Destroy(ctx context.Context, stacks ...Stack) ([]*Result, error) {
	return e.Run(ctx, Destroy, stacks, RunOptions{})
}

// Refresh brings stacks' state in line with what the cloud says.
func (e *Engine) Refresh(ctx context.Context, stacks ...Stack) ([]*Result, error) {
	return e.Run(ctx, Refresh, stacks, RunOptions{})
}

// inOrder runs each stack once those it waits for have ended, at most so many at a time. skip gives the result instead
// when one of them failed; failed is the one all began with.
func inOrder(
	stacks []string, waits map[string][]string, parallel int,
	run func(stack string) *Result, skip func(stack, failed string) *Result,
) Results {
	slots := make(chan struct{}, parallel)
	results := make(Results, len(stacks))
	culprits := make([]string, len(stacks)) // why a stack's descendants are skipped, "" when they are not
	index, ended := map[string]int{}, make([]chan struct{}, len(stacks))
	for i, stack := range stacks {
		index[stack], ended[i] = i, make(chan struct{})
	}
	var group sync.WaitGroup
	for i, stack := range stacks {
		group.Go(func() {
			defer close(ended[i]) // which also publishes what is written here to those who wait
			for _, before := range waits[stack] {
				<-ended[index[before]]
				culprits[i] = cmp.Or(culprits[i], culprits[index[before]])
			}
			if culprits[i] != "" {
				results[i] = skip(stack, culprits[i])
				return
			}
			slots <- struct{}{}
			results[i] = run(stack)
			<-slots
			if !results[i].OK() {
				culprits[i] = stack
			}
		})
	}
	group.Wait()
	return results
}

// unique is a list without repetitions, in its own order.
func unique(list []string) []string {
	var once []string
	for _, item := range list {
		if !slices.Contains(once, item) {
			once = append(once, item)
		}
	}
	return once
}
