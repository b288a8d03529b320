package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"aws-platform/pkg/engine"
)

const (
	// heartbeat is how long a stack may be silent: CI systems end what says nothing for minutes.
	heartbeat = 30 * time.Second
	// redrawing is how often the lines on a terminal are brought up to date while nothing happens.
	redrawing = time.Second
)

// progress tells how a run goes: on a terminal one line per stack that is drawn over, elsewhere a line per change.
type progress struct {
	out    io.Writer
	redraw bool
	width  int
	now    func() time.Time

	mu     sync.Mutex
	order  []string
	lines  map[string]*stackLine
	drawn  int // lines on the screen
	closed bool
	stop   func()
	done   chan struct{}
}

// stackLine is one stack's line.
type stackLine struct {
	op      engine.Operation
	begun   time.Time
	spoke   time.Time // when something was last said of it
	ended   int
	running map[string]step // by URN
	final   string
}

// step is a resource that is being changed.
type step struct {
	what  string
	since time.Time
}

func (a *app) newProgress() *progress {
	p := &progress{
		out: a.Err, redraw: a.Redraw, width: a.Width, now: a.now, lines: map[string]*stackLine{}, done: make(chan struct{}),
	}
	every := heartbeat
	if p.redraw {
		every = redrawing
	}
	ticks, stop := a.tick(every)
	p.stop = stop
	go func() {
		for {
			select {
			case <-p.done:
				return
			case <-ticks:
				p.beat()
			}
		}
	}()
	return p
}

// beat says that a run still goes on.
func (p *progress) beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return
	case p.redraw:
		p.draw()
		return
	}
	now := p.now()
	for _, stack := range p.order {
		line := p.lines[stack]
		if line.final == "" && now.Sub(line.spoke) >= heartbeat {
			line.spoke = now
			fmt.Fprintf(p.out, "[%s] still running after %s: %s\n", stack, now.Sub(line.begun).Round(time.Second), line.doing(now))
		}
	}
}

// close ends the telling; what is drawn stays.
func (p *progress) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.closed = true
		p.stop()
		close(p.done)
	}
}

// observe takes an event of the engine's.
func (p *progress) observe(e engine.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	now := p.now()
	line := p.lines[e.Stack]
	if line == nil {
		p.order = append(p.order, e.Stack)
	}
	if line == nil || e.Kind == engine.Started {
		line = &stackLine{op: e.Op, begun: now, spoke: now, running: map[string]step{}}
		p.lines[e.Stack] = line
	}
	said := line.take(e, now)
	if p.redraw {
		p.draw()
	} else if said != "" {
		line.spoke = now
		fmt.Fprintf(p.out, "[%s] %s\n", e.Stack, said)
	}
}

// past is an operation on a resource once it is done.
var past = map[engine.Op]string{
	engine.OpCreate: "created", engine.OpUpdate: "updated", engine.OpReplace: "replaced", engine.OpDelete: "deleted",
	engine.OpImport: "imported", engine.OpRead: "read", engine.OpDiscard: "discarded", engine.OpRefresh: "refreshed",
}

// take updates a stack's line and gives what to say of the event where lines are not drawn over.
func (l *stackLine) take(e engine.Event, now time.Time) string {
	switch e.Kind {
	case engine.Started:
		return string(e.Op) + " begins"
	case engine.StepBegan:
		l.running[e.Change.URN] = step{fmt.Sprintf("%s %s", e.Change.Op, e.Change.Name), now}
	case engine.StepEnded:
		took := ""
		if began, known := l.running[e.Change.URN]; known {
			took = fmt.Sprintf(" (%.1fs)", now.Sub(began.since).Seconds())
		}
		delete(l.running, e.Change.URN)
		if e.Change.Op == engine.OpSame {
			return ""
		}
		l.ended++
		if e.Change.Status == engine.Planned {
			return "" // the report tells
		}
		return fmt.Sprintf("%s %s %s%s", outcomeOf(e.Change), e.Change.Type, e.Change.Name, took)
	case engine.Said:
		if e.Diagnostic.Severity == "warning" {
			return "warning: " + strings.TrimSpace(e.Diagnostic.Message)
		}
	case engine.Completed:
		l.final = outcome(e.Result)
		return l.final
	case engine.WasSkipped:
		l.final = "skipped: " + e.Result.Skipped
		return l.final
	}
	return ""
}

// outcomeOf is how a step ended, in a word or two.
func outcomeOf(c *engine.Change) string {
	done, known := past[c.Op]
	switch {
	case c.Status == engine.Failed:
		return "failed to " + string(c.Op)
	case !known:
		return string(c.Op)
	}
	return done
}

// outcome is a finished operation in a few words.
func outcome(r *engine.Result) string {
	took := r.Duration.Round(100 * time.Millisecond)
	switch {
	case errors.Is(r.Err, context.Canceled):
		return fmt.Sprintf("stopped after %s", took)
	case r.Err != nil:
		return fmt.Sprintf("failed after %s", took)
	}
	return fmt.Sprintf("%s in %s", r.Counts, took)
}

// doing is what is being waited for longest.
func (l *stackLine) doing(now time.Time) string {
	var slowest step
	for _, s := range l.running {
		if slowest.what == "" || s.since.Before(slowest.since) || s.since.Equal(slowest.since) && s.what < slowest.what {
			slowest = s
		}
	}
	if slowest.what == "" {
		return string(l.op)
	}
	return fmt.Sprintf("%s (%s)", slowest.what, now.Sub(slowest.since).Round(time.Second))
}

// draw draws every stack's line over the ones before.
func (p *progress) draw() {
	var text strings.Builder
	if p.drawn > 0 {
		fmt.Fprintf(&text, "\x1b[%dA", p.drawn)
	}
	longest := 0
	for _, stack := range p.order {
		longest = max(longest, len(stack))
	}
	now := p.now()
	for _, stack := range p.order {
		line := p.lines[stack]
		state := line.final
		if state == "" {
			state = fmt.Sprintf("%d changed, %s", line.ended, line.doing(now))
		}
		fmt.Fprintf(&text, "\r\x1b[K%s\n", p.clip(fmt.Sprintf("%-*s  %s", longest, stack, state)))
	}
	p.drawn = len(p.order)
	fmt.Fprint(p.out, text.String())
}

// clip cuts a line off where the terminal would break it, which would put the next drawing in the wrong place.
func (p *progress) clip(line string) string {
	if p.width == 0 || utf8.RuneCountInString(line) < p.width {
		return line
	}
	return string([]rune(line)[:max(p.width-1, 0)])
}
