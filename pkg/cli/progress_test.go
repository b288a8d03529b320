package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/engine"
)

// clock is a clock that stands still until it is moved.
type clock struct{ time.Time }

func (c *clock) now() time.Time         { return c.Time }
func (c *clock) pass(d time.Duration)   { c.Time = c.Add(d) }
func event(e engine.Event) engine.Event { e.Stack, e.Op = "dev", engine.Up; return e }
func begun(c *engine.Change) engine.Event {
	return event(engine.Event{Kind: engine.StepBegan, Change: c})
}
func ended(c *engine.Change) engine.Event {
	return event(engine.Event{Kind: engine.StepEnded, Change: c})
}
func change(op engine.Op, name string) *engine.Change {
	return &engine.Change{URN: "urn:" + name, Type: "aws:ec2/vpc:Vpc", Name: name, Op: op, Status: engine.Done}
}

// watched is a progress whose clock and ticks are the test's.
func watched(t *testing.T, redraw bool) (*progress, *clock, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	hands := &clock{today}
	a := newApp(testPlatform, streams{Err: &out, Redraw: redraw, Width: 60})
	a.now = hands.now
	a.tick = func(time.Duration) (<-chan time.Time, func()) { return nil, func() {} }
	p := a.newProgress()
	t.Cleanup(p.close)
	return p, hands, &out
}

func TestPlainProgress(t *testing.T) {
	t.Parallel()
	p, hands, out := watched(t, false)
	p.observe(event(engine.Event{Kind: engine.Started}))
	vpc := change(engine.OpCreate, "main-vpc")
	p.observe(begun(vpc))
	hands.pass(1200 * time.Millisecond)
	p.observe(ended(vpc))
	p.observe(begun(change(engine.OpSame, "left-alone")))
	p.observe(ended(change(engine.OpSame, "left-alone")))
	planned := change(engine.OpDelete, "old")
	planned.Status = engine.Planned
	p.observe(ended(planned))
	failed := change(engine.OpUpdate, "main-vpc")
	failed.Status = engine.Failed
	p.observe(ended(failed))
	p.observe(event(engine.Event{Kind: engine.Said, Diagnostic: &engine.Diagnostic{Severity: "warning", Message: "almost full\n"}}))
	p.observe(event(engine.Event{Kind: engine.Said, Diagnostic: &engine.Diagnostic{Severity: "info", Message: "nothing"}}))
	p.observe(event(engine.Event{Kind: engine.Completed, Result: &engine.Result{Err: errors.New("no"), Duration: time.Second}}))
	p.observe(engine.Event{Stack: "prod", Kind: engine.WasSkipped, Result: &engine.Result{Skipped: "ancestor dev failed"}})
	p.close()
	p.observe(event(engine.Event{Kind: engine.Started}))
	require.Equal(t, `[dev] up begins
[dev] created aws:ec2/vpc:Vpc main-vpc (1.2s)
[dev] failed to update aws:ec2/vpc:Vpc main-vpc
[dev] warning: almost full
[dev] failed after 1s
[prod] skipped: ancestor dev failed
`, out.String())
}

func TestHeartbeatOnlyOfWhoIsSilent(t *testing.T) {
	t.Parallel()
	p, hands, out := watched(t, false)
	p.observe(event(engine.Event{Kind: engine.Started}))
	p.observe(begun(change(engine.OpCreate, "slow")))
	hands.pass(10 * time.Second)
	p.observe(begun(change(engine.OpCreate, "quick")))
	out.Reset()
	p.beat()
	require.Empty(t, out.String(), "silent for 10 s only")
	hands.pass(20 * time.Second)
	p.beat()
	require.Equal(t, "[dev] still running after 30s: create slow (30s)\n", out.String())
	p.beat()
	require.Equal(t, 1, strings.Count(out.String(), "\n"), "the heartbeat itself breaks the silence")
	p.observe(event(engine.Event{Kind: engine.Completed, Result: &engine.Result{}}))
	hands.pass(time.Minute)
	out.Reset()
	p.beat()
	require.Empty(t, out.String(), "it has ended")
}

func TestDrawnProgress(t *testing.T) {
	t.Parallel()
	p, hands, out := watched(t, true)
	p.observe(event(engine.Event{Kind: engine.Started}))
	p.observe(begun(change(engine.OpCreate, "slow")))
	p.observe(engine.Event{Stack: "production", Op: engine.Up, Kind: engine.Started})
	hands.pass(2 * time.Second)
	p.observe(ended(change(engine.OpCreate, "another")))
	out.Reset()
	p.beat()
	require.Equal(t, "\x1b[2A\r\x1b[Kdev         1 changed, create slow (2s)\n\r\x1b[Kproduction  0 changed, up\n", out.String())
	p.observe(begun(change(engine.OpCreate, strings.Repeat("long", 40))))
	p.observe(ended(change(engine.OpCreate, "slow")))
	for _, line := range strings.Split(out.String(), "\n") {
		_, shown, found := strings.Cut(line, "\x1b[K")
		if found {
			require.Less(t, len(shown), 60, "a broken line would be drawn over wrongly")
		}
	}
	// A second operation begins its line anew.
	p.observe(event(engine.Event{Kind: engine.Completed, Result: &engine.Result{Duration: time.Second}}))
	p.observe(event(engine.Event{Kind: engine.Started}))
	out.Reset()
	p.beat()
	require.Contains(t, out.String(), "dev         0 changed, up\n")
}
