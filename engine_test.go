package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/cli"
	"aws-platform/pkg/config"
	"aws-platform/pkg/engine"
	"aws-platform/pkg/sim"
	"aws-platform/tests/golden"
)

// today is a day on which no exemption of the stack files has run out; tomorrow is when those of the tests do.
var (
	today    = time.Now()
	tomorrow = today.AddDate(0, 0, 1).Format(time.DateOnly)
)

// TestFiveStacksComeUpAndGoDown is the life of the whole platform.
func TestFiveStacksComeUpAndGoDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.engine(nil)
	ctx := context.Background()

	results, err := e.Run(ctx, engine.Up, everything, engine.RunOptions{})
	require.NoError(t, err)
	for _, result := range results {
		require.NotZero(t, result.Counts[engine.OpCreate], result.Stack)
	}
	results, err = e.Run(ctx, engine.Up, everything, engine.RunOptions{})
	require.NoError(t, err)
	for _, result := range results {
		require.Empty(t, steps(result), "%s: the second run changes nothing", result.Stack)
	}
	w.reachability()

	// Production refuses to go until somebody says in its stack file that it may.
	_, err = e.Run(ctx, engine.Destroy, one("prod"), engine.RunOptions{})
	require.ErrorContains(t, err, "protect")
	for _, stack := range []string{"prod", "shared"} {
		w.edit(stack, "  aws-platform:profile: production", "  aws-platform:profile: production\n"+
			"  aws-platform:protect: false\n"+
			"  aws-platform:exemptions: { protect: { reason: torn down by a test, until: \""+tomorrow+"\" } }")
	}
	_, err = e.Run(ctx, engine.Up, everything, engine.RunOptions{})
	require.NoError(t, err)
	_, err = e.Run(ctx, engine.Destroy, everything[1:], engine.RunOptions{})
	require.NoError(t, err)
	management := w.find("organization-organization").Account
	for _, held := range w.inventory() {
		if !strings.HasPrefix(held, management) && !strings.Contains(held, " access-") && !kept(held) {
			t.Errorf("left behind: %s", held)
		}
	}
	// The organization and its accounts stay whatever is said: accounts hold more than this program knows.
	_, err = e.Run(ctx, engine.Destroy, one("management"), engine.RunOptions{})
	require.ErrorContains(t, err, "protect")
}

// reachability asserts who reaches whom, and that the drawing in the documentation shows it.
func (w *world) reachability() {
	w.t.Helper()
	stacks, err := config.LoadAll(w.root, today)
	require.NoError(w.t, err)
	found := cli.ReachabilityOf(w.cloud, stacks)
	require.Equal(w.t, `FROM \ TO  shared  dev  prod  staging  offices  internet
shared     -       yes  yes   yes      no       yes
dev        yes     -    no    yes      no       yes
prod       yes     no   -     no       no       yes
staging    yes     yes  no    -        no       yes
offices    no      no   no    no       -        no
internet   no      no   no    no       no       -
`, found.String())
	golden.Check(w.t, filepath.Join("docs", "reference", "reachability.md"), "# Who reaches whom\n\n"+
		"What the stack files of this repository come to, found by walking the route tables of the simulated cloud from every\n"+
		"private subnet to every other and back. `make test` checks it.\n\n```mermaid\n"+found.Mermaid()+"```\n\n```\n"+
		found.String()+"```\n")
	require.Contains(w.t, found.Paths[[2]string{"dev", "prod"}].Reason, "is a black hole")
}

func TestOneChangedValueGivesOneChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t).networkAlone()
	e := w.engine(nil)
	w.run(e, engine.Up, "dev")

	w.edit("dev", "      clusters: [apps]", "      clusters: [apps]\n      flowLogs: { retentionDays: 30 }")
	results, err := e.Run(context.Background(), engine.Preview, one("dev"), engine.RunOptions{})
	require.NoError(t, err)
	require.Equal(t, []string{"update main-flow-log-group"}, steps(results[0]))
	require.Equal(t, []engine.Diff{{Path: "retentionInDays", Kind: "update", Old: "14", New: "30"}},
		results[0].Changes[0].Diffs)
	require.Equal(t, []string{"update main-flow-log-group"}, w.run(e, engine.Up, "dev"))
	require.Empty(t, w.run(e, engine.Up, "dev"))
}

func TestARemovedZoneTakesOnlyItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t).networkAlone()
	e := w.engine(nil)
	w.edit("dev", "zones: [a, b]", "zones: [a, b, c]")
	w.run(e, engine.Up, "dev")

	w.edit("dev", "zones: [a, b, c]", "zones: [a, b]")
	require.Equal(t, []string{
		"delete main-association-data-c", "delete main-association-private-c",
		"delete main-association-public-c", "delete main-association-transit-c",
		"delete main-route-private-c-internet", "delete main-route-table-private-c",
		"delete main-subnet-data-c", "delete main-subnet-private-c",
		"delete main-subnet-public-c", "delete main-subnet-transit-c",
		"update main-gateway-endpoint-dynamodb", "update main-gateway-endpoint-s3",
	}, w.run(e, engine.Up, "dev"))
	require.Empty(t, w.run(e, engine.Up, "dev"))
}

func TestAnotherNATChangesRoutesInPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t).networkAlone()
	e := w.engine(nil)
	w.run(e, engine.Up, "dev")

	w.edit("dev", "      clusters: [apps]", "      nat: perZone\n      clusters: [apps]")
	require.Equal(t, []string{"create main-nat-address-b", "create main-nat-b", "update main-route-private-b-internet"},
		w.run(e, engine.Up, "dev"))
	w.edit("dev", "nat: perZone", "nat: none")
	require.Equal(t, []string{
		"delete main-nat-a", "delete main-nat-address-a", "delete main-nat-address-b", "delete main-nat-b",
		"delete main-route-private-a-internet", "delete main-route-private-b-internet",
	}, w.run(e, engine.Up, "dev"))
}

// TestOptionsComeAndGo turns on what changes a VPC most, and off again: every update converges.
func TestOptionsComeAndGo(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]string{
		"IPv6":              "ipv6: true",
		"flow logs to S3":   "flowLogs: { destination: s3 }",
		"a secondary block": "secondaryCidrs: { pods: { cidr: 100.64.0.0/16 } }",
		"endpoints":         "interfaceEndpoints: [sts, ecr.api]",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t).networkAlone()
			e := w.engine(nil)
			w.run(e, engine.Up, "dev")
			before := w.inventory()

			w.edit("dev", "      clusters: [apps]", "      clusters: [apps]\n      "+option)
			require.NotEmpty(t, w.run(e, engine.Up, "dev"))
			require.Empty(t, w.run(e, engine.Up, "dev"))
			w.edit("dev", "\n      "+option, "")
			require.NotEmpty(t, w.run(e, engine.Up, "dev"))
			require.ElementsMatch(t, before, w.inventory())
		})
	}
}

func TestRefreshFindsDrift(t *testing.T) {
	t.Parallel()
	w := newWorld(t).networkAlone()
	e := w.engine(nil)
	w.run(e, engine.Up, "dev")

	require.NoError(t, w.cloud.Edit(w.find("main-flow-log-group").ID, func(properties resource.PropertyMap) {
		properties["retentionInDays"] = resource.NewProperty(1.0)
	}))
	require.NoError(t, w.cloud.Vanish(w.find("main-route-private-a-internet").ID))
	require.Equal(t, []string{"delete main-route-private-a-internet", "update main-flow-log-group"},
		w.run(e, engine.Refresh, "dev"))
	require.Equal(t, []string{"create main-route-private-a-internet", "update main-flow-log-group"},
		w.run(e, engine.Up, "dev"))
	require.Empty(t, w.run(e, engine.Refresh, "dev"))
}

// TestTwoUpdatesNeverBothRun holds the first update in the middle of a creation while the second one tries.
func TestTwoUpdatesNeverBothRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t).networkAlone()
	first, second := w.engine(nil), w.engine(nil)
	inside, goOn := make(chan struct{}), make(chan struct{})
	w.cloud.Inject(sim.Fault{Op: "create", Type: "aws:ec2/vpc:Vpc", Nth: 1, Before: func(sim.Step) error {
		close(inside)
		<-goOn
		return nil
	}})

	var group sync.WaitGroup
	var firstErr error
	ended := make(chan struct{})
	group.Go(func() {
		defer close(ended)
		_, firstErr = first.Run(context.Background(), engine.Up, one("dev"), engine.RunOptions{})
	})
	select {
	case <-inside:
	case <-ended:
		require.NoError(t, firstErr)
	}
	results, err := second.Run(context.Background(), engine.Up, one("dev"), engine.RunOptions{})
	close(goOn)
	group.Wait()
	require.NoError(t, firstErr)

	var locked *engine.Locked
	require.ErrorAs(t, err, &locked)
	require.Len(t, locked.Locks, 1)
	require.NotZero(t, locked.Locks[0].PID)
	require.NotEmpty(t, locked.Locks[0].Host)
	require.NotEmpty(t, locked.Locks[0].User)
	require.ErrorContains(t, err, "platform unlock -s dev")
	require.Empty(t, results[0].Changes)
	require.Empty(t, w.run(second, engine.Up, "dev"), "what the first made is what the second wanted")
}

// TestTheStateStoreFailsMidway lets the store refuse every write after the fortieth: Pulumi gives up after its retries,
// says so, and the next run goes on from the last checkpoint.
func TestTheStateStoreFailsMidway(t *testing.T) {
	t.Parallel()
	w := newWorld(t).networkAlone()
	// One change at a time: every write that is lost costs Pulumi half a minute of retries.
	e := w.engine(func(o *engine.Options) { o.Env["PULUMI_PARALLEL"] = "1" })
	const after = 40
	w.cloud.InjectStore(sim.StoreFault{
		Method: http.MethodPut, Key: ".pulumi/stacks/aws-platform/dev.json", Nth: after, Times: -1,
		Status: http.StatusForbidden, Code: "AccessDenied",
	})
	results, err := e.Run(context.Background(), engine.Up, one("dev"), engine.RunOptions{})
	var store *engine.StateStore
	require.ErrorAs(t, err, &store, "%v", err)
	require.NotEmpty(t, results[0].Changes)

	w.cloud.HealStore()
	whole := newWorld(t).networkAlone()
	whole.run(whole.engine(nil), engine.Up, "dev")
	w.converge(results[0].Pending, whole.inventory())
}

// TestKilledAtEveryStep kills the engine, as kill -9 does, right after the cloud has made each single change of a VPC, and
// right before some. After the lock is released the next update must converge with nothing lost: the only thing that can be
// left over is the resource whose creation was under way, and the run names it.
func TestKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	whole := newWorld(t).networkAlone()
	var counted atomic.Int64
	whole.cloud.Inject(sim.Fault{Before: func(sim.Step) error { counted.Add(1); return nil }})
	whole.run(whole.engine(nil), engine.Up, "dev")
	calls := int(counted.Load())
	require.Greater(t, calls, 30)

	const oftenEnough = 7
	for k := 1; k <= calls; k++ {
		t.Run("after step "+strconv.Itoa(k), func(t *testing.T) {
			t.Parallel()
			killedAt(t, sim.Fault{Nth: k}, true, whole.inventory())
		})
		if k%oftenEnough == 1 {
			t.Run("before step "+strconv.Itoa(k), func(t *testing.T) {
				t.Parallel()
				killedAt(t, sim.Fault{Nth: k}, false, whole.inventory())
			})
		}
	}
}

func killedAt(t *testing.T, fault sim.Fault, made bool, want []string) {
	t.Helper()
	w := newWorld(t).networkAlone()
	var pid int
	victim := w.engine(func(o *engine.Options) { o.OnStart = func(started int) { pid = started } })
	var cut sim.Step
	kill := func(step sim.Step) error {
		cut = step
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			return err
		}
		return errors.New("nobody is there to hear this")
	}
	if fault.Before = kill; made {
		fault.Before, fault.After = nil, kill
	}
	w.cloud.Inject(fault)
	results, err := victim.Run(context.Background(), engine.Up, one("dev"), engine.RunOptions{})
	var killed *engine.Killed
	require.ErrorAs(t, err, &killed, "%v", err)
	require.True(t, named(results[0].Pending, string(cut.URN)), "the run names %s: %v", cut.URN, results[0].Pending)
	w.converge(results[0].Pending, want)
}

func named(pending []engine.Pending, urn string) bool {
	for _, p := range pending {
		if p.URN == urn {
			return true
		}
	}
	return false
}

// converge does what an operator does after a crash: release the lock, take in or forget what was being created, and run
// again. In the end the cloud holds what the program says, and nothing else.
func (w *world) converge(pending []engine.Pending, want []string) {
	w.t.Helper()
	ctx := context.Background()
	e := w.engine(nil)
	require.NoError(w.t, e.Unlock(ctx, "dev"))
	options := engine.RunOptions{Adopt: map[string]string{}}
	for _, p := range pending {
		if p.Type != "creating" {
			continue
		}
		if id := w.madeFor(p.URN); id != "" {
			options.Adopt[p.URN] = id
		} else {
			options.Forget = true
		}
	}
	if len(options.Adopt) > 0 || options.Forget {
		_, err := e.Run(ctx, engine.Refresh, one("dev"), options)
		require.NoError(w.t, err)
	}
	w.run(e, engine.Up, "dev")
	require.Equal(w.t, want, w.inventory(), "nothing is lost and nothing is left over")
}

// madeFor is the id of what the cloud made for a URN, "" if nothing.
func (w *world) madeFor(urn string) string {
	for _, r := range w.cloud.Resources() {
		if string(r.URN) == urn {
			return r.ID
		}
	}
	return ""
}

// TestAnEnvironmentComesAndGoes brings dev up and down beside what it stands on, and changes nothing of that.
func TestAnEnvironmentComesAndGoes(t *testing.T) {
	t.Parallel()
	w := foundations.world(t)
	e := w.engine(nil)
	before := slices.DeleteFunc(w.inventory(), kept)
	require.NotEmpty(t, before)

	w.run(e, engine.Up, "dev")
	require.Greater(t, len(w.inventory()), len(before))
	for _, stack := range []string{"management", "shared"} {
		require.Empty(t, w.run(e, engine.Up, stack), "%s needs no second run because dev came up", stack)
	}
	w.run(e, engine.Destroy, "dev")
	require.Equal(t, before, slices.DeleteFunc(w.inventory(), kept), "dev leaves nothing behind, and takes nothing with it")
	for _, stack := range []string{"management", "shared"} {
		require.Empty(t, w.run(e, engine.Refresh, stack), "%s is as it was", stack)
	}
}

// TestOnboarding is a sixth environment: one new stack file. Its account does not exist before; the management stack makes
// it, and everything another account must let it do follows from the file.
func TestOnboarding(t *testing.T) {
	t.Parallel()
	w := foundations.world(t)
	e := w.engine(nil)
	text := `config:
  aws-platform:kind: workload
  aws-platform:profile: staging
  aws-platform:environment: qa
  aws-platform:costCenter: "2200"
  aws-platform:account:
    email: aws-qa@acme.example
    region: eu-west-1
    role: acme-deploy
  aws-platform:baseline: {}
  aws-platform:recorder: {}
  aws-platform:vpcs:
    main:
      cidr: 10.18.0.0/16
      zones: [a, b, c]
      transit: { segment: nonproduction }
  aws-platform:pipelines:
    deploy: { main: { repository: platform, environment: qa } }
`
	require.NoError(t, os.WriteFile(filepath.Join(w.root, config.StackFile("qa")), []byte(text), 0o600))
	stacks := append(slices.Clone(everything[:2]), engine.Stack{Name: "qa", After: []string{"shared"}})
	_, err := e.Run(context.Background(), engine.Up, stacks, engine.RunOptions{})
	require.NoError(t, err)

	require.Equal(t, w.find("organization-account-qa").ID, w.find("main-vpc").Account, "it lives in the account that was made for it")
	require.Equal(t, "acme-qa-network", w.find("qa-network-role").ID)
	results, err := e.Run(context.Background(), engine.Up, stacks, engine.RunOptions{})
	require.NoError(t, err)
	for _, result := range results {
		require.Empty(t, steps(result), "%s: nothing is left to do", result.Stack)
	}
	qa := w.cloud.Subnets(w.find("main-vpc").Account, "private")
	shared := w.cloud.Subnets(w.find("hub-gateway").Account, "private")
	require.True(t, w.cloud.Reach(qa[0], shared[0]).Reached)
}

// TestOptionsOfTheHub turns on what the shared stack can do for all: its resolver, and its way out for an environment that has
// none of its own. Both reach the environment by its own next update.
func TestOptionsOfTheHub(t *testing.T) {
	t.Parallel()
	w := foundations.world(t)
	e := w.engine(nil)
	w.edit("shared", "    private: { domain: shared.acme.internal, vpc: hub }", `    private: { domain: shared.acme.internal, vpc: hub }
    resolver:
      vpc: hub
      rules: { corp: { domain: corp.example, targets: [192.168.0.53] } }`)
	w.edit("shared", "    onPremises:", "    egress: { vpc: hub, segments: [nonproduction] }\n    onPremises:")
	w.edit("dev", "      clusters: [apps]", "      clusters: [apps]\n      nat: none")
	_, err := e.Run(context.Background(), engine.Up, everything[:3], engine.RunOptions{})
	require.NoError(t, err)
	own := w.cloud.Subnets(w.find("main-vpc").Account, "private")
	out := w.cloud.Reach(own[0], sim.Endpoint{})
	require.True(t, out.Reached, out.Reason)
	hub := w.find("hub-gateway").ID
	require.True(t, slices.ContainsFunc(out.Hops, func(hop sim.Hop) bool { return hop.To == hub }), "by the hub: %v", out.Hops)
	results, err := e.Run(context.Background(), engine.Up, everything[:3], engine.RunOptions{})
	require.NoError(t, err)
	for _, result := range results {
		require.Empty(t, steps(result), result.Stack)
	}
}

// TestHubsOfTwoRegions puts an environment into another region: it reaches what its segment reaches, here and there, and the
// other segments no more than at home. Who wrote the routes is not asked: packets are walked.
func TestHubsOfTwoRegions(t *testing.T) {
	t.Parallel()
	w := foundations.world(t)
	e := w.engine(nil)
	w.edit("management", "allowedRegions: [eu-west-1]", "allowedRegions: [eu-central-1, eu-west-1]")
	w.edit("shared", "    onPremises:", `    regions:
      eu-central-1:
        asn: 64513
        segments: { nonproduction: 10.80.0.0/12, production: 10.96.0.0/12 }
    onPremises:`)
	text := `config:
  aws-platform:kind: workload
  aws-platform:profile: staging
  aws-platform:environment: qa
  aws-platform:costCenter: "2200"
  aws-platform:account: { email: aws-qa@acme.example, region: eu-central-1, role: acme-deploy }
  aws-platform:vpcs:
    main: { cidr: 10.80.0.0/16, zones: [a, b, c], transit: { segment: nonproduction } }
`
	require.NoError(t, os.WriteFile(filepath.Join(w.root, config.StackFile("qa")), []byte(text), 0o600))
	stacks := []engine.Stack{everything[0], everything[1], everything[2], everything[4], {Name: "qa", After: []string{"shared"}}}
	ctx := context.Background()
	_, err := e.Run(ctx, engine.Up, stacks, engine.RunOptions{})
	require.NoError(t, err)
	results, err := e.Run(ctx, engine.Up, stacks, engine.RunOptions{})
	require.NoError(t, err)
	for _, result := range results {
		require.Empty(t, steps(result), "%s: nothing is left to do", result.Stack)
	}

	private := func(account string) sim.Endpoint { return w.cloud.Subnets(account, "private")[0] }
	hosts := map[string]sim.Endpoint{
		"shared": private("210000000002"), "dev": private("210000000003"), "prod": private("210000000005"),
		"qa": private(w.find("organization-account-qa").ID),
	}
	for pair, want := range map[[2]string]bool{
		{"qa", "dev"}: true, {"dev", "qa"}: true, {"qa", "shared"}: true, {"shared", "qa"}: true, {"qa", "prod"}: false, {"prod", "qa"}: false,
	} {
		path := w.cloud.Reach(hosts[pair[0]], hosts[pair[1]])
		require.Equal(t, want, path.Reached, "%v: %s", pair, path.Reason)
	}

	_, err = e.Run(ctx, engine.Destroy, []engine.Stack{stacks[4]}, engine.RunOptions{})
	require.NoError(t, err, "what came goes again, and the hubs stay")
}

// kept says whether something stays in an account when its stack has gone: the settings without which it would be open,
// what has been recorded, and Security Hub, which AWS does not switch off for those who administer it.
func kept(held string) bool {
	name := held[strings.LastIndex(held, " ")+1:]
	return strings.HasPrefix(name, "logs-") || slices.Contains([]string{
		"baseline-s3-public-access", "baseline-ebs-encryption", "baseline-snapshot-public-access", "detection-securityhub",
	}, name)
}
