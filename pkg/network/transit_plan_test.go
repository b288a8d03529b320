package network

import (
	"testing"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
)

// testHub is the platform's own plan: environments reach shared services and nothing of each other.
func testHub() config.TransitGateway {
	return config.TransitGateway{
		ASN: 64512,
		Segments: map[string]config.Segment{
			"infrastructure": {CIDR: "10.0.0.0/12", Reaches: []string{"nonproduction", "production"}},
			"nonproduction":  {CIDR: "10.16.0.0/12", Reaches: []string{"infrastructure"}},
			"production":     {CIDR: "10.32.0.0/12", Reaches: []string{"infrastructure"}},
		},
		OnPremises: map[string]config.OnPremises{"office": {CIDR: "192.168.0.0/16"}},
	}
}

// connectedHub has a network outside, reached from production, and a way out for nonproduction.
func connectedHub() config.TransitGateway {
	hub := testHub()
	hub.OnPremises = map[string]config.OnPremises{"plant": {
		CIDR: "192.168.0.0/16", Reaches: []string{"production"},
		VPN: &config.VPN{Address: "198.51.100.7", ASN: 65000, LogRetentionDays: 30},
	}}
	hub.Egress = &config.TransitEgress{VPC: "hub", Segments: []string{"nonproduction"}}
	return hub
}

func TestTransitTables(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"infrastructure", "nonproduction", "production"}, TransitTables(testHub()))
	require.Equal(t, []string{"infrastructure", "nonproduction", "plant", "production"}, TransitTables(connectedHub()))
}

func TestWhoReachesWhom(t *testing.T) {
	t.Parallel()
	for segment, want := range map[string]struct {
		into    []string
		reaches map[string]string
	}{
		"infrastructure": {[]string{"nonproduction", "production"}, map[string]string{
			"nonproduction": "10.16.0.0/12", "production": "10.32.0.0/12"}},
		"nonproduction": {[]string{"infrastructure"}, map[string]string{"infrastructure": "10.0.0.0/12"}},
		"production": {[]string{"infrastructure", "plant"}, map[string]string{
			"infrastructure": "10.0.0.0/12", "plant": "192.168.0.0/16"}},
	} {
		require.Equal(t, want.into, PropagatesInto(connectedHub(), segment), segment)
		require.Equal(t, want.reaches, Reachable(connectedHub(), segment), segment)
	}
	require.True(t, LeavesThroughHub(connectedHub(), "nonproduction"))
	require.False(t, LeavesThroughHub(connectedHub(), "production"))
	require.False(t, LeavesThroughHub(testHub(), "nonproduction"))
}

func TestASegmentMayReachItself(t *testing.T) {
	t.Parallel()
	hub := testHub()
	hub.Segments["nonproduction"] = config.Segment{CIDR: "10.16.0.0/12", Reaches: []string{"infrastructure", "nonproduction"}}
	require.Equal(t, []string{"infrastructure", "nonproduction"}, PropagatesInto(hub, "nonproduction"))
	require.Equal(t, map[string]string{"infrastructure": "10.0.0.0/12", "nonproduction": "10.16.0.0/12"}, Reachable(hub, "nonproduction"))
	require.NotContains(t, blackholes(hub, "nonproduction"), "nonproduction")
}

func TestBlackholes(t *testing.T) {
	t.Parallel()
	for table, want := range map[string]map[string]string{
		"infrastructure": {"infrastructure": "10.0.0.0/12", "office": "192.168.0.0/16"},
		"nonproduction":  {"nonproduction": "10.16.0.0/12", "production": "10.32.0.0/12", "office": "192.168.0.0/16"},
		"production":     {"nonproduction": "10.16.0.0/12", "production": "10.32.0.0/12", "office": "192.168.0.0/16"},
	} {
		require.Equal(t, want, blackholes(testHub(), table), table)
	}
	for table, want := range map[string]map[string]string{
		// A way out to the internet takes nothing private along. 192.168.0.0/16 is dropped once, under the network's name.
		"nonproduction": {
			"nonproduction": "10.16.0.0/12", "production": "10.32.0.0/12", "plant": "192.168.0.0/16",
			"private-10": "10.0.0.0/8", "private-172": "172.16.0.0/12",
		},
		"production": {"nonproduction": "10.16.0.0/12", "production": "10.32.0.0/12"},
		"plant":      {"infrastructure": "10.0.0.0/12", "nonproduction": "10.16.0.0/12"},
	} {
		require.Equal(t, want, blackholes(connectedHub(), table), table)
	}
}

// farHub is the platform's plan in two regions; infrastructure is at home only.
func farHub() config.TransitGateway {
	hub := testHub()
	hub.Segments["nonproduction"] = config.Segment{CIDR: "10.16.0.0/12", Reaches: []string{"infrastructure", "nonproduction"}}
	hub.Regions = map[string]config.TransitRegion{"eu-central-1": {
		ASN: 64513, Segments: map[string]string{"nonproduction": "10.80.0.0/12", "production": "10.96.0.0/12"},
	}}
	return hub
}

// TestTwoRegions: a segment reaches its own blocks and those of whoever it reaches, in both regions, and all else ends in a
// black hole of both hubs.
func TestTwoRegions(t *testing.T) {
	t.Parallel()
	home := farHub()
	far := home.In("eu-central-1", "eu-west-1")
	require.Equal(t, home, home.In("eu-west-1", "eu-west-1"))
	require.Equal(t, 64513, far.ASN)
	require.Equal(t, map[string]config.TransitRegion{"eu-west-1": {ASN: 64512, Segments: map[string]string{
		"infrastructure": "10.0.0.0/12", "nonproduction": "10.16.0.0/12", "production": "10.32.0.0/12",
	}}}, far.Regions)
	require.Equal(t, []string{"infrastructure", "nonproduction", "production", "region-eu-central-1"}, TransitTables(home))
	require.Equal(t, []string{"nonproduction", "production", "region-eu-west-1"}, TransitTables(far))

	require.Equal(t, map[string]string{"nonproduction": "10.80.0.0/12"}, Abroad(home, "nonproduction", "eu-central-1"))
	require.Equal(t, map[string]string{"nonproduction": "10.80.0.0/12", "production": "10.96.0.0/12"}, Abroad(home, "infrastructure", "eu-central-1"))
	require.Empty(t, Abroad(home, "production", "eu-central-1"), "production does not reach itself")
	require.Equal(t, map[string]string{"infrastructure": "10.0.0.0/12", "nonproduction": "10.16.0.0/12"}, Abroad(far, "nonproduction", "eu-west-1"))
	require.Equal(t, map[string]string{"infrastructure": "10.0.0.0/12"}, Abroad(far, "production", "eu-west-1"))

	require.Equal(t, []string{"infrastructure", "nonproduction", "region-eu-central-1"}, PropagatesInto(home, "nonproduction"))
	require.Equal(t, []string{"region-eu-west-1"}, PropagatesInto(far, "production"))
	require.Equal(t, map[string]string{
		"infrastructure": "10.0.0.0/12", "nonproduction": "10.16.0.0/12", "eu-central-1-nonproduction": "10.80.0.0/12",
	}, Reachable(home, "nonproduction"))
	require.Equal(t, map[string]string{"production": "10.32.0.0/12", "office": "192.168.0.0/16", "eu-central-1-production": "10.96.0.0/12"},
		blackholes(home, "nonproduction"))
	require.Equal(t, map[string]string{
		"nonproduction": "10.80.0.0/12", "production": "10.96.0.0/12", "eu-west-1-nonproduction": "10.16.0.0/12", "eu-west-1-production": "10.32.0.0/12",
	}, blackholes(far, "production"))
	// Production reaches nothing of its own over there: what arrives goes to nobody of it here.
	require.Equal(t, map[string]string{
		"production": "10.32.0.0/12", "office": "192.168.0.0/16", "eu-central-1-nonproduction": "10.80.0.0/12", "eu-central-1-production": "10.96.0.0/12",
	}, blackholes(home, "region-eu-central-1"))
	require.Equal(t, map[string]string{
		"infrastructure": "10.0.0.0/12", "nonproduction": "10.16.0.0/12", "production": "10.32.0.0/12", "office": "192.168.0.0/16",
		"eu-central-1-nonproduction": "10.80.0.0/12", "eu-central-1-production": "10.96.0.0/12",
	}, Destinations(home))
}
