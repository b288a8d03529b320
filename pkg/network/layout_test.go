package network

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

func blocks(t *testing.T, l layout, vpc, tier, zones string) []string {
	t.Helper()
	var found []string
	for _, zone := range zones {
		block, err := l.block(netip.MustParsePrefix(vpc), subnetKey{tier, string(zone)})
		require.NoError(t, err)
		found = append(found, block.String())
	}
	return found
}

func TestSequentialLayout(t *testing.T) {
	t.Parallel()
	l := layout{kind: sequential, subnetPrefix: 24}
	for tier, want := range map[string][]string{
		Public:  {"10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24", "10.0.16.0/24", "10.0.17.0/24", "10.0.18.0/24"},
		Private: {"10.0.3.0/24", "10.0.4.0/24", "10.0.5.0/24", "10.0.19.0/24", "10.0.20.0/24", "10.0.21.0/24"},
		Data:    {"10.0.6.0/24", "10.0.7.0/24", "10.0.8.0/24", "10.0.22.0/24", "10.0.23.0/24", "10.0.24.0/24"},
		Transit: {"10.0.9.0/28", "10.0.9.16/28", "10.0.9.32/28", "10.0.9.48/28", "10.0.9.64/28", "10.0.9.80/28"},
	} {
		require.Equal(t, want, blocks(t, l, "10.0.0.0/16", tier, zoneLetters), tier)
	}
}

func TestRoomyLayout(t *testing.T) {
	t.Parallel()
	for tier, want := range map[string][]string{
		Private: {"10.32.0.0/19", "10.32.32.0/19", "10.32.64.0/19", "10.32.96.0/19", "10.32.192.0/19", "10.32.224.0/19"},
		Data: {
			"10.32.128.0/22", "10.32.132.0/22", "10.32.136.0/22", "10.32.140.0/22", "10.32.144.0/22", "10.32.148.0/22",
		},
		Public: {
			"10.32.152.0/22", "10.32.156.0/22", "10.32.160.0/22", "10.32.164.0/22", "10.32.168.0/22", "10.32.172.0/22",
		},
		Transit: {
			"10.32.176.0/28", "10.32.176.16/28", "10.32.176.32/28", "10.32.176.48/28", "10.32.176.64/28", "10.32.176.80/28",
		},
	} {
		require.Equal(t, want, blocks(t, layout{kind: roomy}, "10.32.0.0/16", tier, zoneLetters), tier)
	}
}

// TestNoOverlap lays out every VPC size with every zone and tier: blocks lie inside the VPC and never meet.
func TestNoOverlap(t *testing.T) {
	t.Parallel()
	for bits := 16; bits <= 20; bits++ {
		layouts := []layout{{kind: roomy}}
		for prefix := bits + 5; prefix <= transitPrefix; prefix++ {
			layouts = append(layouts, layout{kind: sequential, subnetPrefix: prefix})
		}
		for _, l := range layouts {
			t.Run(fmt.Sprintf("/%d %s %d", bits, l.kind, l.subnetPrefix), func(t *testing.T) {
				t.Parallel()
				requireDisjoint(t, l, netip.MustParsePrefix(fmt.Sprintf("10.64.0.0/%d", bits)))
			})
		}
	}
}

func requireDisjoint(t *testing.T, l layout, vpc netip.Prefix) {
	t.Helper()
	var all []netip.Prefix
	for _, tier := range []string{Public, Private, Data, Transit} {
		for _, zone := range zoneLetters {
			block, err := l.block(vpc, subnetKey{tier, string(zone)})
			require.NoError(t, err)
			require.Equal(t, block.Masked(), block, "host bits")
			require.True(t, vpc.Overlaps(block) && block.Bits() > vpc.Bits(), "%s outside %s", block, vpc)
			for _, other := range all {
				require.False(t, other.Overlaps(block), "%s %c %s meets %s", tier, zone, block, other)
			}
			all = append(all, block)
		}
	}
}

func TestSecondaryBlocks(t *testing.T) {
	t.Parallel()
	secondary := netip.MustParsePrefix("100.64.0.0/16")
	require.Equal(t, "100.64.0.0/19", secondaryBlock(secondary, "a").String())
	require.Equal(t, "100.64.160.0/19", secondaryBlock(secondary, "f").String())
}

func TestIPv6Blocks(t *testing.T) {
	t.Parallel()
	vpc := netip.MustParsePrefix("2a05:d018:aa:b00::/56")
	for key, want := range map[subnetKey]string{
		{Public, "a"}:  "2a05:d018:aa:b00::/64",
		{Private, "b"}: "2a05:d018:aa:b09::/64",
		{Transit, "f"}: "2a05:d018:aa:b1d::/64",
	} {
		block, err := ipv6Block(vpc, key)
		require.NoError(t, err)
		require.Equal(t, want, block.String())
	}
	_, err := ipv6Block(vpc, subnetKey{"pods", "a"})
	require.EqualError(t, err, `no IPv6 network for tier "pods" in 2a05:d018:aa:b00::/56`)
}

func TestLayoutRefuses(t *testing.T) {
	t.Parallel()
	vpc := netip.MustParsePrefix("10.0.0.0/16")
	for name, c := range map[string]struct {
		layout layout
		vpc    netip.Prefix
		key    subnetKey
		want   string
	}{
		"a zone past f":     {layout{kind: roomy}, vpc, subnetKey{Public, "g"}, `zone "g": use a letter of "abcdef"`},
		"a zone of letters": {layout{kind: roomy}, vpc, subnetKey{Public, "ab"}, `zone "ab": use a letter of "abcdef"`},
		"a tier unknown":    {layout{kind: roomy}, vpc, subnetKey{"dmz", "a"}, `tier "dmz": use public, private, data or transit`},
		"no room": {
			layout{kind: sequential, subnetPrefix: 20}, vpc, subnetKey{Data, "f"},
			"data subnet in zone f has no room in 10.0.0.0/16: use a larger VPC, or smaller subnets",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := c.layout.block(c.vpc, c.key)
			require.EqualError(t, err, c.want)
		})
	}
}
