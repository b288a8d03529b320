package network

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/sim"
)

func TestPaths(t *testing.T) {
	t.Parallel()
	found := make(chan map[string]bool, 1)
	cfg := with(func(cfg *config.VPC) {
		cfg.InterfaceEndpoints = []string{"sts"}
		cfg.Paths = map[string]config.Path{
			"closed": {From: "internet", To: "endpoint:sts", Protocol: "tcp", Port: 443, Analyze: "2026-11-23"},
			"peer":   {From: "pcx-0123456789abcdef0", To: "endpoint:sts", Protocol: "udp", SourceIP: "10.0.0.1", DestinationIP: "10.16.0.9"},
		}
	})
	m := run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		vpc, err := NewVpc(ctx, "main", &VpcArgs{Scope: testScope(), Config: cfg})
		if err != nil {
			return err
		}
		vpc.PathsFound.ApplyT(func(paths map[string]bool) error {
			found <- paths
			return nil
		})
		return nil
	})
	require.Equal(t, []string{"main-path-closed", "main-path-peer"}, m.of("NetworkInsightsPath"))
	require.Equal(t, object{
		"source": "<main-internet-gateway>", "destination": "<main-endpoint-sts>", "protocol": "tcp", "destinationPort": 443.0,
	}, m.inputs("main-path-closed"))
	require.Equal(t, object{
		"source": "pcx-0123456789abcdef0", "destination": "<main-endpoint-sts>", "protocol": "udp", "sourceIp": "10.0.0.1",
		"destinationIp": "10.16.0.9",
	}, m.inputs("main-path-peer"))
	require.Equal(t, []string{"main-path-analysis-closed-2026-11-23"}, m.of("NetworkInsightsAnalysis"), "only where a run is asked for")
	require.Equal(t, object{"networkInsightsPathId": "<main-path-closed>"}, m.inputs("main-path-analysis-closed-2026-11-23"))
	require.Contains(t, m.needs("main-path-analysis-closed-2026-11-23"), "main-route-private-a-internet", "it looks when all routes are there")
	require.Equal(t, map[string]bool{"closed": false}, <-found, "nobody reaches an endpoint from the internet")
}

func TestPathsNeedTheirEnds(t *testing.T) {
	t.Parallel()
	for end, want := range map[string]string{"internet": "the VPC has no internet", "endpoint:kms": "the VPC has no endpoint:kms"} {
		cfg := with(func(cfg *config.VPC) {
			cfg.Tiers, cfg.NAT = []string{Private}, natNone
			cfg.Paths = map[string]config.Path{"p": {From: end, To: "pcx-0123456789abcdef0", Protocol: "tcp"}}
		})
		err := pulumi.RunErr(func(ctx *pulumi.Context) error {
			_, err := NewVpc(ctx, "main", &VpcArgs{Scope: testScope(), Config: cfg})
			return err
		}, pulumi.WithMocks("aws-platform", "dev", sim.NewMocks(sim.MockOptions{Account: testAccount})))
		require.ErrorContains(t, err, want)
	}
}
