package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	// eventBuffer is how far the engine may run ahead of whoever takes its events.
	eventBuffer = 256
	// streamDelay is how long the last events are waited for once the CLI has ended.
	streamDelay = 2 * time.Second
	// lookDelay bounds a look at the state after a run has failed.
	lookDelay = 30 * time.Second
)

// run is one operation on one stack.
type run struct {
	engine    *Engine
	stack     string
	op        Operation
	options   RunOptions
	workspace workspace
	reducer   *reducer
	command   *operation
	program   error // what the program itself returned
	created   bool
}

// operate runs an operation on one stack and tells how it went.
func (e *Engine) operate(ctx context.Context, stack string, op Operation, opts RunOptions) *Result {
	began := e.options.Now()
	e.tell(Event{Stack: stack, Op: op, Kind: Started})
	r := &run{engine: e, stack: stack, op: op, options: opts, workspace: e.workspace(stack)}
	result := r.whole(ctx)
	result.Created = r.created
	result.Duration = e.options.Now().Sub(began)
	e.tell(Event{Stack: stack, Op: op, Kind: Completed, Result: &result})
	return &result
}

// whole is the operation with what belongs around it: a work folder, a stack that exists, a look at what a crash left.
func (r *run) whole(ctx context.Context) Result {
	failed := func(err error) Result { return Result{Stack: r.stack, Op: r.op, Err: err} }
	if ctx.Err() != nil {
		return failed(&Cancelled{})
	}
	if err := r.workspace.prepare(); err != nil {
		return failed(err)
	}
	if r.op == Refresh && len(r.options.Adopt) > 0 && !r.options.PreviewOnly {
		if err := r.engine.adopt(ctx, r.workspace, r.options.Adopt, r.options.Forget); err != nil {
			return failed(err)
		}
	}
	result, err := r.attempt(ctx)
	var missing *StackMissing
	if errors.As(err, &missing) && (r.op == Up || r.op == Preview) {
		if err := r.engine.create(ctx, r.workspace); err != nil {
			return failed(err)
		}
		r.created = true
		result, err = r.attempt(ctx)
	}
	result.Err = err
	if r.created && r.op == Preview {
		r.forget(ctx, &result)
	} else if back := r.workspace.carryBack(); back != nil && result.Err == nil {
		result.Err = back
	}
	var killed *Killed
	if r.reducer.pending || errors.As(err, &killed) {
		look, stop := context.WithTimeout(context.WithoutCancel(ctx), lookDelay)
		defer stop()
		// When the state cannot be read now, the next run names what is pending.
		if state, err := r.engine.State(look, r.stack); err == nil {
			result.Pending = state.Pending
		}
	}
	return result
}

// forget removes the stack that a preview had to make to have something to preview: a preview leaves nothing behind. A
// stack that somebody has brought up meanwhile is not removed by the CLI, nor is any by those whose role may not.
func (r *run) forget(ctx context.Context, result *Result) {
	clean, stop := context.WithTimeout(context.WithoutCancel(ctx), lookDelay)
	defer stop()
	if err := r.engine.Remove(clean, r.stack, false); err != nil {
		result.Diagnostics = append(result.Diagnostics, Diagnostic{
			Severity: "warning",
			Message:  "stack " + r.stack + ", made empty for this preview, is still there: " + err.Error(),
		})
	}
}

// attempt runs the operation once.
func (r *run) attempt(ctx context.Context) (Result, error) {
	r.reducer = newReducer(r.stack, r.op, r.engine.redact)
	r.reducer.readOnly = r.options.ReadOnly
	r.command = &operation{command: r.engine.command}
	r.program = nil
	stack, err := r.engine.automation(ctx, r.workspace, r.command, r.served)
	if err != nil {
		return Result{Stack: r.stack, Op: r.op}, err
	}
	stream, drained := r.listen()
	err = r.operation(ctx, stack, stream)
	drained()
	result := r.reducer.result()
	if err == nil {
		return result, nil
	}
	return result, r.engine.redact.classify(evidence{
		stack: r.stack, url: r.engine.options.BackendURL, code: r.command.code,
		text: r.command.stderr + "\n" + r.command.stdout, err: err, program: r.program,
		canceled: ctx.Err() != nil, result: result,
	})
}

// served is the program, its error kept: what crosses the wire to the engine and back is text.
func (r *run) served(ctx *pulumi.Context) error {
	r.program = r.engine.options.Program(ctx)
	return r.program
}

// operation calls the Automation API. Its own error may hold secrets: it goes no further than classify.
func (r *run) operation(ctx context.Context, stack auto.Stack, stream chan<- events.EngineEvent) (err error) {
	switch r.op {
	case Up:
		options := []optup.Option{
			optup.EventStreams(stream), optup.Color("never"), optup.Target(r.options.Targets),
			optup.SuppressProgress(), optup.SuppressOutputs(), optup.ShowSecrets(false),
		}
		if r.options.Refresh {
			options = append(options, optup.Refresh())
		}
		_, err = stack.Up(ctx, options...)
	case Preview:
		options := []optpreview.Option{
			optpreview.EventStreams(stream), optpreview.Color("never"), optpreview.Target(r.options.Targets),
			optpreview.SuppressProgress(), optpreview.SuppressOutputs(),
		}
		if r.options.Refresh {
			options = append(options, optpreview.Refresh())
		}
		_, err = stack.Preview(ctx, options...)
	case Destroy:
		options := []optdestroy.Option{
			optdestroy.EventStreams(stream), optdestroy.Color("never"), optdestroy.Target(r.options.Targets),
			optdestroy.SuppressProgress(), optdestroy.SuppressOutputs(), optdestroy.ShowSecrets(false),
		}
		if r.options.PreviewOnly {
			_, err = stack.PreviewDestroy(ctx, options...)
		} else {
			_, err = stack.Destroy(ctx, options...)
		}
	case Refresh:
		if options := r.refresh(stream); r.options.PreviewOnly {
			_, err = stack.PreviewRefresh(ctx, options...)
		} else {
			_, err = stack.Refresh(ctx, options...)
		}
	default:
		err = fmt.Errorf("there is no operation %q", r.op)
	}
	return err
}

// refresh is how to refresh.
func (r *run) refresh(stream chan<- events.EngineEvent) []optrefresh.Option {
	options := []optrefresh.Option{
		optrefresh.EventStreams(stream), optrefresh.Color("never"), optrefresh.Target(r.options.Targets),
		optrefresh.SuppressProgress(), optrefresh.SuppressOutputs(), optrefresh.ShowSecrets(false),
	}
	if r.options.Forget {
		options = append(options, optrefresh.ClearPendingCreates())
	}
	return options
}

// listen takes in events until drained is called. The stream is closed by the Automation API, but only if the CLI ever
// opened it: a CLI that fails before, over a lock or a missing stack, leaves it open for ever. Nor may listening stop
// when the run is cancelled: the CLI is still finishing, and would wait for someone to take its events.
func (r *run) listen() (stream chan<- events.EngineEvent, drained func()) {
	channel := make(chan events.EngineEvent, eventBuffer)
	stop, done := make(chan struct{}), make(chan struct{})
	take := func(e events.EngineEvent) {
		for _, told := range r.reducer.add(e) {
			r.engine.tell(told)
		}
	}
	go func() {
		defer close(done)
		for {
			select {
			case e, open := <-channel:
				if !open {
					return
				}
				take(e)
			case <-stop:
				return
			}
		}
	}()
	return channel, func() {
		select {
		case <-done:
			return
		case <-time.After(streamDelay): // the stream never opened, or never ends
		}
		close(stop)
		<-done
	}
}
