package network

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
)

func planned(t *testing.T, cfg config.VPC) vpcPlan {
	t.Helper()
	plan, err := planVpc(cfg)
	require.NoError(t, err)
	return plan
}

// lines are a plan's subnets, "public-a 10.16.152.0/22 public": key, block, route table.
func lines(plan vpcPlan) []string {
	var all []string
	for _, s := range plan.subnets {
		all = append(all, fmt.Sprintf("%s-%s %s %s", s.tier, s.zone, s.cidr, s.table))
	}
	return all
}

func TestPlanSubnets(t *testing.T) {
	t.Parallel()
	plan := planned(t, with(func(c *config.VPC) {
		// In whatever order people write them.
		c.Zones, c.Tiers = []string{"b", "a"}, []string{Transit, Private, Public, Data}
		c.SecondaryCIDRs = map[string]config.SecondaryCIDR{"pods": {CIDR: "100.64.0.0/16"}, "batch": {CIDR: "100.65.0.0/20"}}
	}))
	require.Equal(t, []string{"a", "b"}, plan.zones)
	require.Equal(t, []string{
		"public-a 10.16.152.0/22 public", "public-b 10.16.156.0/22 public",
		"private-a 10.16.0.0/19 private-a", "private-b 10.16.32.0/19 private-b",
		"data-a 10.16.128.0/22 data", "data-b 10.16.132.0/22 data",
		"transit-a 10.16.176.0/28 transit", "transit-b 10.16.176.16/28 transit",
		"batch-a 100.65.0.0/23 private-a", "batch-b 100.65.2.0/23 private-b",
		"pods-a 100.64.0.0/19 private-a", "pods-b 100.64.32.0/19 private-b",
	}, lines(plan))
	for _, s := range plan.subnets {
		require.Equal(t, s.tier == "pods" || s.tier == "batch", s.secondary, s.tier)
	}
	require.Len(t, plan.of("pods"), 2)
	require.True(t, plan.has(Data))
	require.False(t, plan.has("dmz"))
}

func TestPlanSequential(t *testing.T) {
	t.Parallel()
	for prefix, want := range map[int]string{0: "10.0.3.0/24", 24: "10.0.3.0/24", 26: "10.0.0.192/26"} {
		plan := planned(t, with(func(c *config.VPC) {
			c.CIDR, c.Layout, c.SubnetPrefix = "10.0.0.0/16", sequential, prefix
		}))
		require.Equal(t, want, plan.of(Private)[0].cidr.String(), "subnetPrefix %d", prefix)
	}
}

func TestPlanTables(t *testing.T) {
	t.Parallel()
	pods := map[string]config.SecondaryCIDR{"pods": {CIDR: "100.64.0.0/16"}}
	for name, c := range map[string]struct {
		tiers       []string
		secondaries map[string]config.SecondaryCIDR
		want        []tablePlan
	}{
		"every tier": {tierOrder, nil, []tablePlan{
			{"public", Public, ""}, {"private-a", Private, "a"}, {"private-b", Private, "b"}, {"private-c", Private, "c"},
			{"data", Data, ""}, {"transit", Transit, ""},
		}},
		"data only": {[]string{Data}, nil, []tablePlan{{"data", Data, ""}}},
		"a secondary block without private tier": {[]string{Public}, pods, []tablePlan{
			{"public", Public, ""}, {"private-a", Private, "a"}, {"private-b", Private, "b"}, {"private-c", Private, "c"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := planned(t, with(func(cfg *config.VPC) {
				cfg.Tiers, cfg.NAT, cfg.SecondaryCIDRs = c.tiers, natNone, c.secondaries
			}))
			require.Equal(t, c.want, plan.tables)
		})
	}
}

func TestPlanNAT(t *testing.T) {
	t.Parallel()
	for mode, c := range map[string]struct{ stands, used []string }{
		natNone:    {nil, []string{"", "", ""}},
		natSingle:  {[]string{"a"}, []string{"a", "a", "a"}},
		natPerZone: {[]string{"a", "b", "c"}, []string{"a", "b", "c"}},
	} {
		plan := planned(t, with(func(cfg *config.VPC) { cfg.NAT, cfg.Zones = mode, []string{"c", "b", "a"} }))
		require.Equal(t, c.stands, plan.natZones, mode)
		require.Equal(t, c.used, []string{plan.natFor("a"), plan.natFor("b"), plan.natFor("c")}, mode)
	}
}

func TestPlanWithIPAM(t *testing.T) {
	t.Parallel()
	pool := func(c *config.VPC) {
		c.CIDR, c.IPAM = "", &config.IPAM{PoolID: "ipam-pool-0123456789abcdef0", NetmaskLength: 18}
		c.SecondaryCIDRs = map[string]config.SecondaryCIDR{"pods": {CIDR: "100.64.0.0/16"}}
	}
	plan := planned(t, with(pool))
	require.False(t, plan.cidr.IsValid())
	require.Len(t, plan.subnets, 15)
	for _, s := range plan.subnets {
		require.Equal(t, s.secondary, s.cidr.IsValid(), "%s-%s: only a secondary block is known", s.tier, s.zone)
	}
	plan = planned(t, with(func(c *config.VPC) { pool(c); c.Layout = sequential }))
	require.Equal(t, 26, plan.layout.subnetPrefix, "eight more than the pool's block")
}

func TestPlanFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*config.VPC)
		want   []string
	}{
		"no block": {func(c *config.VPC) { c.CIDR = "" }, []string{
			`cidr "": write an IPv4 block of /16 to /20, for example 10.16.0.0/16`,
		}},
		"an IPv6 block": {func(c *config.VPC) { c.CIDR = "2001:db8::/16" }, []string{
			`cidr "2001:db8::/16": write an IPv4 block of /16 to /20, for example 10.16.0.0/16`,
		}},
		"host bits": {func(c *config.VPC) { c.CIDR = "10.16.0.1/16" }, []string{
			`cidr "10.16.0.1/16": write an IPv4 block of /16 to /20, for example 10.16.0.0/16`,
		}},
		"too large": {func(c *config.VPC) { c.CIDR = "10.0.0.0/15" }, []string{
			`cidr "10.0.0.0/15": write an IPv4 block of /16 to /20, for example 10.16.0.0/16`,
		}},
		"too small": {func(c *config.VPC) { c.CIDR = "10.0.0.0/31" }, []string{
			`cidr "10.0.0.0/31": write an IPv4 block of /16 to /20, for example 10.16.0.0/16`,
		}},
		"a pool's block too small": {func(c *config.VPC) { c.CIDR, c.IPAM = "", &config.IPAM{NetmaskLength: 24} }, []string{
			`ipam.netmaskLength 24: use 16 to 20`,
		}},
		"a zone unknown, with a pool": {func(c *config.VPC) {
			c.CIDR, c.IPAM, c.Zones, c.Tiers = "", &config.IPAM{NetmaskLength: 16}, []string{"a", "z"}, []string{Public}
		}, []string{`zone "z": use a letter of "abcdef"`}},
		"no zone":      {func(c *config.VPC) { c.Zones, c.NAT = nil, natSingle }, []string{"zones: name at least one, for example a"}},
		"a zone twice": {func(c *config.VPC) { c.Zones = []string{"b", "a", "b"} }, []string{"zones: b is there twice"}},
		"a layout unknown": {func(c *config.VPC) { c.Layout = "wide" }, []string{
			`layout "wide": use roomy or sequential`,
		}},
		"NAT without public tier": {func(c *config.VPC) { c.Tiers = []string{Private} }, []string{
			"nat: a NAT gateway stands in a public subnet; add the public tier, or set nat to none",
		}},
		"endpoints without subnets": {func(c *config.VPC) {
			c.Tiers, c.InterfaceEndpoints = []string{Public, Transit}, []string{"sts"}
		}, []string{"interfaceEndpoints: stand in private or data subnets; add one of these tiers"}},
		"subnets smaller than AWS takes": {func(c *config.VPC) { c.Layout, c.SubnetPrefix = sequential, 40 }, []string{
			"subnetPrefix 40: use at most 28",
		}},
		"subnets too large": {func(c *config.VPC) {
			c.Layout, c.SubnetPrefix, c.Tiers, c.Zones = sequential, 18, []string{Public, Private}, []string{"a", "b"}
		}, []string{
			"private subnet in zone b has no room in 10.16.0.0/16: use a larger VPC, or smaller subnets",
		}},
		"everything at once": {func(c *config.VPC) {
			c.CIDR, c.NAT, c.Tiers = "ten", "two", []string{Private, "dmz"}
			c.SecondaryCIDRs = map[string]config.SecondaryCIDR{"pods": {CIDR: "100.64.0.0/30"}, "data": {CIDR: "100.65.0.0/16"}}
		}, []string{
			`cidr "ten": write an IPv4 block of /16 to /20, for example 10.16.0.0/16`,
			`secondaryCidrs.pods "100.64.0.0/30": write an IPv4 block of /16 to /24, for example 10.16.0.0/16`,
			`tier "dmz": use public, private, data or transit`,
			`secondaryCidrs.data: is a tier's name: choose another, for example pods`,
			`nat "two": use none, single or perZone`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := planVpc(with(c.change))
			require.EqualError(t, err, strings.Join(c.want, "\n"))
		})
	}
}

// TestPlanOnlyGrows adds a zone, a tier and a secondary block to every VPC they can be added to: what was there stays
// where it was, in its route table.
func TestPlanOnlyGrows(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{roomy, sequential} {
		for zones := range subsets(strings.Split(zoneLetters, "")) {
			for tiers := range subsets(tierOrder) {
				before := with(func(c *config.VPC) { c.Layout, c.Zones, c.Tiers, c.NAT = kind, zones, tiers, natNone })
				was := lines(planned(t, before))
				for _, zone := range strings.Split(zoneLetters, "") {
					if !slices.Contains(zones, zone) {
						requireKept(t, was, before, func(c *config.VPC) { c.Zones = append([]string{zone}, zones...) })
					}
				}
				for _, tier := range tierOrder {
					if !slices.Contains(tiers, tier) {
						requireKept(t, was, before, func(c *config.VPC) { c.Tiers = append([]string{tier}, tiers...) })
					}
				}
				requireKept(t, was, before, func(c *config.VPC) {
					c.SecondaryCIDRs = map[string]config.SecondaryCIDR{"a": {CIDR: "100.64.0.0/24"}}
				})
			}
		}
	}
}

func requireKept(t *testing.T, was []string, cfg config.VPC, change func(*config.VPC)) {
	t.Helper()
	change(&cfg)
	now := lines(planned(t, cfg))
	require.Greater(t, len(now), len(was))
	require.Subset(t, now, was)
}

// subsets are the non-empty subsets of a list.
func subsets(all []string) func(func([]string) bool) {
	return func(yield func([]string) bool) {
		for mask := 1; mask < 1<<len(all); mask++ {
			var some []string
			for i, entry := range all {
				if mask&(1<<i) != 0 {
					some = append(some, entry)
				}
			}
			if !yield(some) {
				return
			}
		}
	}
}
