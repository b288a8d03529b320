//go:build unix

package engine

import (
	"context"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/sim"
)

// cloudEngine is an engine on a simulated cloud, its state in a bucket there.
func cloudEngine(t *testing.T, program pulumi.RunFunc, change func(*Options)) (*Engine, *sim.Cloud) {
	t.Helper()
	p := newProject(t, "dev")
	cloud, err := sim.Start(sim.Options{Region: "eu-west-1"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cloud.Close()) })
	return p.engine(program, func(o *Options) {
		o.BackendURL, o.Env, o.Sandbox = cloud.BackendURL("state"), cloud.Env(), true
		if change != nil {
			change(o)
		}
	}), cloud
}

// custom is a resource of any type.
type custom struct{ pulumi.CustomResourceState }

// network is a program of one VPC with one subnet.
func network(vpcCIDR, subnetCIDR string) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		var vpc, subnet custom
		err := ctx.RegisterResource("aws:ec2/vpc:Vpc", "main", pulumi.Map{
			"cidrBlock": pulumi.String(vpcCIDR), "tags": pulumi.StringMap{"Name": pulumi.String("main")},
		}, &vpc)
		if err != nil {
			return err
		}
		return ctx.RegisterResource("aws:ec2/subnet:Subnet", "a", pulumi.Map{
			"vpcId": vpc.ID(), "cidrBlock": pulumi.String(subnetCIDR),
		}, &subnet)
	}
}

const (
	mainURN = "urn:pulumi:dev::tried::aws:ec2/vpc:Vpc::main"
	aURN    = "urn:pulumi:dev::tried::aws:ec2/subnet:Subnet::a"
)

func TestRealReplacementAndDrift(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	block := "10.0.0.0/24"
	e, cloud := cloudEngine(t, func(ctx *pulumi.Context) error { return network("10.0.0.0/16", block)(ctx) }, nil)
	require.NoError(t, cloud.CreateBucket("state"))
	dev := Stack{Name: "dev"}

	preview, err := e.Preview(ctx, dev)
	result := only(t, preview, err)
	require.Equal(t, Counts{OpCreate: 3}, result.Counts)
	require.Equal(t, []string{aURN, mainURN}, urns(result.Changes))
	require.Equal(t, Planned, result.Changes[0].Status)
	up, err := e.Up(ctx, dev)
	require.Equal(t, Counts{OpCreate: 3}, only(t, up, err).Counts)

	block = "10.0.1.0/24"
	for _, op := range []Operation{Preview, Up} {
		results, err := e.Run(ctx, op, []Stack{dev}, RunOptions{})
		result = only(t, results, err)
		require.Equal(t, Counts{OpReplace: 1, OpSame: 2}, result.Counts)
		require.Len(t, result.Changes, 1)
		require.Equal(t, OpReplace, result.Changes[0].Op)
		require.Equal(t, []string{"cidrBlock"}, result.Changes[0].ReplaceKeys)
		require.Contains(t, result.Changes[0].Diffs, Diff{
			Path: "cidrBlock", Kind: "update", Replaces: true, Old: `"10.0.0.0/24"`, New: `"10.0.1.0/24"`,
		})
	}

	for _, r := range cloud.Resources() {
		if r.Type == "aws:ec2/vpc:Vpc" {
			require.NoError(t, cloud.Edit(r.ID, func(p resource.PropertyMap) {
				p["tags"] = resource.NewProperty(resource.PropertyMap{"Name": resource.NewProperty("by hand")})
			}))
		}
	}
	for _, options := range []RunOptions{{PreviewOnly: true}, {}} {
		results, err := e.Run(ctx, Refresh, []Stack{dev}, options)
		result = only(t, results, err)
		require.Equal(t, Counts{OpUpdate: 1, OpSame: 2}, result.Counts)
		require.Equal(t, []string{mainURN}, urns(result.Changes))
		require.Contains(t, result.Changes[0].Diffs, Diff{Path: "tags.Name", Kind: "update", Old: `"main"`, New: `"by hand"`})
	}
	destroy, err := e.Destroy(ctx, dev)
	require.Equal(t, Counts{OpDelete: 3}, only(t, destroy, err).Counts)
}

func urns(changes []Change) []string {
	var list []string
	for _, change := range changes {
		list = append(list, change.URN)
	}
	return list
}

func TestRealRefusalNamesTheResource(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	e, cloud := cloudEngine(t, network("10.0.0.0/16", "192.168.0.0/24"), nil)
	require.NoError(t, cloud.CreateBucket("state"))
	results, err := e.Up(ctx, Stack{Name: "dev"})
	var refused *ResourceFailed
	require.ErrorAs(t, err, &refused)
	require.Equal(t, aURN, refused.URN)
	require.Equal(t, "InvalidSubnet.Range", refused.Code)
	require.Equal(t, Counts{OpCreate: 2}, results[0].Counts)
	require.Equal(t, Failed, results[0].Changes[0].Status)
}

func TestRealKillMidCreateIsPendingAndAdopted(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	var pid atomic.Int64
	e, cloud := cloudEngine(t, network("10.0.0.0/16", "10.0.0.0/24"), func(o *Options) {
		o.OnStart = func(started int) { pid.Store(int64(started)) }
	})
	require.NoError(t, cloud.CreateBucket("state"))
	made := make(chan string, 1)
	cloud.Inject(sim.Fault{Op: "create", Type: "aws:ec2/vpc:Vpc", Nth: 1, After: func(s sim.Step) error {
		made <- s.ID
		return syscall.Kill(int(pid.Load()), syscall.SIGKILL)
	}})
	dev := Stack{Name: "dev"}
	results, err := e.Up(ctx, dev)
	require.ErrorAs(t, err, new(*Killed))
	pending := []Pending{{URN: mainURN, Type: "creating"}}
	require.Equal(t, pending, results[0].Pending)
	orphan := <-made

	require.NoError(t, e.Unlock(ctx, "dev"))
	_, err = e.Run(ctx, Refresh, []Stack{dev}, RunOptions{Adopt: map[string]string{mainURN: orphan}})
	require.NoError(t, err)
	results, err = e.Up(ctx, dev)
	result := only(t, results, err)
	require.Empty(t, result.Pending)
	require.Equal(t, []string{aURN}, urns(result.Changes), "the VPC was taken in, not made again")
}

func TestRealStateStoreThatIsNotThere(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	e, _ := cloudEngine(t, network("10.0.0.0/16", "10.0.0.0/24"), nil)
	dev := Stack{Name: "dev"}
	_, err := e.Up(ctx, dev)
	var store *StateStore
	require.ErrorAs(t, err, &store)
	require.True(t, store.Missing, err)

}
