package sim

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

var anyVpc = resource.PropertyMap{"cidrBlock": resource.NewProperty("10.0.0.0/16")}

func TestTheNthCreateFails(t *testing.T) {
	t.Parallel()
	cloud := start(t, Options{Region: "eu-west-1"})
	to := dial(t, cloud, nil)
	cloud.Inject(Fault{Op: "create", Type: vpcToken, Nth: 2, Code: "InternalError"})

	require.NotEmpty(t, to.create(t, vpcToken, "a", anyVpc).ID)
	require.NotEmpty(t, to.create(t, bucketToken, "b", nil).ID, "another type does not count")
	require.Equal(t, "InternalError", to.create(t, vpcToken, "b", anyVpc).Code)
	require.NotEmpty(t, to.create(t, vpcToken, "b", anyVpc).ID)
	require.Len(t, cloud.Resources(), 3, "what failed had no effect")
}

func TestThrottlingIsRetriedUntilAttemptsRunOut(t *testing.T) {
	t.Parallel()
	cloud := start(t, Options{Region: "eu-west-1"})
	to := dial(t, cloud, nil)
	cloud.Inject(Fault{Name: "a", Nth: 1, Times: attempts - 1, Code: "RequestLimitExceeded"})
	require.NotEmpty(t, to.create(t, vpcToken, "a", anyVpc).ID)
	cloud.Inject(Fault{Name: "b", Nth: 1, Times: attempts, Code: "RequestLimitExceeded"})
	require.Equal(t, "RequestLimitExceeded", to.create(t, vpcToken, "b", anyVpc).Code)
}

func TestHooksAroundTheEffect(t *testing.T) {
	t.Parallel()
	cloud := start(t, Options{Region: "eu-west-1"})
	to := dial(t, cloud, nil)
	crash := errors.New("crash")
	var steps []Step
	cloud.Inject(Fault{Nth: 1, Before: func(step Step) error {
		steps = append(steps, step)
		require.Empty(t, cloud.Resources())
		return crash
	}})
	cloud.Inject(Fault{Nth: 2, After: func(step Step) error {
		steps = append(steps, step)
		require.Len(t, cloud.Resources(), 1)
		return crash
	}})

	news, err := encode(anyVpc)
	require.NoError(t, err)
	request := &pulumirpc.CreateRequest{Urn: urnOf(vpcToken, "a"), Properties: news}
	_, err = to.Create(context.Background(), request)
	require.ErrorContains(t, err, "crash")
	require.Empty(t, cloud.Resources(), "failed before the effect")
	_, err = to.Create(context.Background(), request)
	require.ErrorContains(t, err, "crash")
	require.Len(t, cloud.Resources(), 1, "failed after the effect: an orphan")

	urn := resource.URN(urnOf(vpcToken, "a"))
	require.Equal(t, []Step{
		{Op: "create", Type: vpcToken, URN: urn}, {Op: "create", Type: vpcToken, URN: urn, ID: cloud.Resources()[0].ID},
	}, steps)
}

func TestDriftByHand(t *testing.T) {
	t.Parallel()
	cloud := start(t, Options{Region: "eu-west-1"})
	to := dial(t, cloud, nil)
	id := to.create(t, vpcToken, "a", anyVpc).ID
	require.NoError(t, cloud.Edit(id, func(properties resource.PropertyMap) {
		properties["enableDnsHostnames"] = resource.NewProperty(true)
	}))
	read := &pulumirpc.ReadRequest{Urn: urnOf(vpcToken, "a"), Id: id}
	got, err := to.Read(context.Background(), read)
	require.NoError(t, err)
	values, err := decode(got.GetInputs())
	require.NoError(t, err)
	require.Equal(t, mapOf(map[string]any{"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": true}), values)

	require.NoError(t, cloud.Vanish(id))
	got, err = to.Read(context.Background(), read)
	require.NoError(t, err)
	require.Empty(t, got.GetId())
	require.EqualError(t, cloud.Vanish(id), `the simulated cloud has no resource "`+id+`"`)
}

func TestWaiting(t *testing.T) {
	t.Parallel()
	never, cancelled := make(chan struct{}), make(chan struct{})
	close(cancelled)
	gone, leave := context.WithCancel(context.Background())
	leave()
	const forever = 100 * time.Hour
	for name, run := range map[string]func(){
		"no speed, no wait":          func() { wait(context.Background(), never, 0, forever) },
		"a type that takes no time":  func() { wait(context.Background(), never, 1, 0) },
		"fast enough":                func() { wait(context.Background(), never, 1e12, forever) },
		"the engine was interrupted": func() { wait(context.Background(), cancelled, 1, forever) },
		"the engine is gone":         func() { wait(gone, never, 1, forever) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run() // a wait that does not end fails the run
		})
	}
	table := latency{Create: 3, Update: 2, Delete: 1}
	require.Equal(t, []time.Duration{3, 2, 1, 0},
		[]time.Duration{table.of(opCreate, nil), table.of(opUpdate, nil), table.of(opDelete, nil), table.of(opRead, nil)})
}

// An interrupted engine gets its answer at once, and the resource with it: nothing is lost.
func TestCancelEndsTheWaitAndKeepsTheResource(t *testing.T) {
	t.Parallel()
	cloud := start(t, Options{Region: "eu-west-1", Speed: 1e-6})
	to := dial(t, cloud, nil)
	ctx := context.Background()
	news, err := encode(anyVpc)
	require.NoError(t, err)
	created := make(chan *pulumirpc.CreateResponse, 1)
	go func() {
		made, err := to.Create(ctx, &pulumirpc.CreateRequest{Urn: urnOf(vpcToken, "a"), Properties: news})
		if err == nil {
			created <- made
		}
		close(created)
	}()
	require.Eventually(t, func() bool { return len(cloud.Resources()) == 1 }, time.Minute, time.Millisecond)
	_, err = to.Cancel(ctx, nil)
	require.NoError(t, err)
	made := <-created
	require.NotNil(t, made)
	require.Equal(t, cloud.Resources()[0].ID, made.GetId())
}
