package cli

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"aws-platform/pkg/engine"
)

// heartbeat is how long a run may be silent: CI systems end what says nothing for minutes.
const heartbeat = 30 * time.Second

// progress tells how a run goes: on a terminal one line per stack that is drawn over, elsewhere a line per change.
type progress struct {
	out    io.Writer
	redraw bool

	mu     sync.Mutex
	order  []string
	lines  map[string]*stackLine
	drawn  int // lines on the screen
	closed bool
	beat   *time.Ticker
	done   chan struct{}
}

// stackLine is one stack's line.
type stackLine struct {
	begun   time.Time
	ended   int
	running map[string]string // URN -> "creating main-vpc"
	last    string
	final   string
}

func newProgress(out io.Writer, redraw bool) *progress {
	p := &progress{
		out: out, redraw: redraw, lines: map[string]*stackLine{}, beat: time.NewTicker(heartbeat), done: make(chan struct{}),
	}
	go p.beatOn()
	return p
}

// beatOn says from time to time that a run still goes on.
func (p *progress) beatOn() {
	for {
		select {
		case <-p.done:
			return
		case <-p.beat.C:
			p.mu.Lock()
			p.still()
			p.mu.Unlock()
		}
	}
}

func (p *progress) still() {
	for _, stack := range p.order {
		line := p.lines[stack]
		if line.final == "" && !p.redraw && !p.closed {
			fmt.Fprintf(p.out, "[%s] still at it after %s: %s\n", stack, time.Since(line.begun).Round(time.Second), line.doing())
		}
	}
}

// close ends the telling; what is drawn stays.
func (p *progress) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.closed = true
		p.beat.Stop()
		close(p.done)
	}
}

// observe takes in what the engine tells.
func (p *progress) observe(e engine.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	line := p.lines[e.Stack]
	if line == nil {
		line = &stackLine{begun: time.Now(), running: map[string]string{}}
		p.lines[e.Stack] = line
		p.order = append(p.order, e.Stack)
	}
	said := line.take(e)
	if p.redraw {
		p.draw()
	} else if said != "" {
		fmt.Fprintf(p.out, "[%s] %s\n", e.Stack, said)
	}
}

// take updates a stack's line and gives what to say of the event where lines are not drawn over.
func (l *stackLine) take(e engine.Event) string {
	switch e.Kind {
	case engine.Started:
		l.last = string(e.Op)
		return string(e.Op) + " begins"
	case engine.StepBegan:
		l.running[e.Change.URN] = fmt.Sprintf("%s %s", e.Change.Op, e.Change.Name)
	case engine.StepEnded:
		delete(l.running, e.Change.URN)
		if e.Change.Op == engine.OpSame {
			return ""
		}
		l.ended++
		l.last = fmt.Sprintf("%s %s %s", e.Change.Op, e.Change.Type, e.Change.Name)
		if e.Change.Status == engine.Failed {
			l.last += ": failed"
		}
		return l.last
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

// outcome is a finished operation in a few words.
func outcome(r *engine.Result) string {
	took := r.Duration.Round(100 * time.Millisecond)
	if r.Err != nil {
		return fmt.Sprintf("failed after %s", took)
	}
	return fmt.Sprintf("%s in %s", r.Counts, took)
}

func (l *stackLine) doing() string {
	for _, what := range l.running {
		return what
	}
	return l.last
}

// draw draws every stack's line over the ones before.
func (p *progress) draw() {
	var text strings.Builder
	if p.drawn > 0 {
		fmt.Fprintf(&text, "\x1b[%dA", p.drawn)
	}
	for _, stack := range p.order {
		line := p.lines[stack]
		state := line.final
		if state == "" {
			state = fmt.Sprintf("%d done, %s", line.ended, line.doing())
		}
		fmt.Fprintf(&text, "\r\x1b[K%-12s %s\n", stack, state)
	}
	p.drawn = len(p.order)
	fmt.Fprint(p.out, text.String())
}
