package network

import (
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/sim"
)

// ids are what a program found out about the VPC it made.
type ids struct {
	mu    sync.Mutex
	found map[string]any
}

func (i *ids) keep(name string, output pulumi.Output) {
	output.ApplyT(func(value any) any {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.found[name] = value
		return value
	})
}

func TestHandles(t *testing.T) {
	t.Parallel()
	got := &ids{found: map[string]any{}}
	m := run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		vpc, err := NewVpc(ctx, "main", &VpcArgs{Scope: testScope(), Config: with(func(c *config.VPC) {
			c.Zones, c.Tiers = []string{"c", "a"}, []string{Private, Transit, Public}
			c.SecondaryCIDRs = map[string]config.SecondaryCIDR{"pods": {CIDR: "100.64.0.0/16"}}
		})})
		if err != nil {
			return err
		}
		got.keep("list", vpc.SubnetList(Transit).ToStringArrayOutput())
		for zone, id := range vpc.Subnets("pods") {
			got.keep(zone, id)
		}
		require.Empty(t, vpc.Subnets(Data))
		require.Empty(t, vpc.SubnetList(Data))
		require.Equal(t, []string{"private-a", "private-c", "transit"},
			slices.Sorted(maps.Keys(vpc.RouteTables(Private, Transit, Data))))
		got.keep("table", vpc.RouteTables(Private)["private-c"])
		return nil
	})
	id := func(name string) string { return m.get(name).ID }
	require.Equal(t, map[string]any{
		"list":  []string{id("main-subnet-transit-a"), id("main-subnet-transit-c")},
		"a":     id("main-subnet-pods-a"),
		"c":     id("main-subnet-pods-c"),
		"table": id("main-route-table-private-c"),
	}, got.found)
}

// TestReady is what the component promises: whatever waits for it finds every route, and all the rest.
func TestReady(t *testing.T) {
	t.Parallel()
	m := run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		vpc, err := NewVpc(ctx, "main", &VpcArgs{Scope: testScope(), Config: richVPC()})
		if err != nil {
			return err
		}
		_, err = ec2.NewSecurityGroup(ctx, "host", &ec2.SecurityGroupArgs{VpcId: vpc.VpcID}, vpc.Ready())
		return err
	})
	var all []string
	for _, r := range m.all {
		if r.Custom && r.Name != "host" {
			all = append(all, r.Name)
		}
	}
	require.ElementsMatch(t, all, m.needs("host"))
	require.Subset(t, all, []string{"main-nat-a", "main-route-private-a-internet", "main-endpoint-sts", "main-gateway-endpoint-s3"})
}
