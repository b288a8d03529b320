package sim

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// spokeActs is a VPC with a private subnet "v-host" beside its transit one, attached, accepted where it must be, and
// associated with a table.
func spokeActs(vpc, block, table string, foreign bool) []act {
	prefix := block[:len(block)-len("0.0/16")]
	made := append(networkOf(vpc, block), []act{
		subnetAct(vpc+"-host", vpc, prefix+"1.0/24", "a"), tableAct(vpc+"-hosts", vpc),
		associationAct(vpc+"-hosted", vpc+"-hosts", vpc+"-host"), attachVpcAct(vpc+"-att", vpc),
	}...)
	if foreign {
		made = append(member(made...), acceptAct(vpc+"-acc", vpc+"-att"))
	}
	return append(made, linkAct(typeTransitAssociation, vpc+"-x", table, vpc+"-att"))
}

// propagated tells a VPC's blocks to tables.
func propagated(vpc string, tables ...string) []act {
	var made []act
	for _, table := range tables {
		made = append(made, linkAct(typeTransitPropagation, vpc+"-in-"+table, table, vpc+"-att"))
	}
	return made
}

func toGateway(vpc, destination, name string) act {
	return routeAct(name, vpc+"-hosts", destination, "transitGatewayId", "t")
}

// reachWorld is a hub, dev and prod, segmented; the hub's VPC has a way out to the internet.
func reachWorld() []act {
	return acts(
		sharedGateway(transitTableAct("ri"), transitTableAct("rn"), transitTableAct("rp")),
		spokeActs("h", "10.3.0.0/16", "ri", false), spokeActs("d", "10.16.0.0/16", "rn", true),
		spokeActs("p", "10.32.0.0/16", "rp", true),
		propagated("h", "rn", "rp"), propagated("d", "ri"), propagated("p", "ri"),
		[]act{
			transitRouteAct("bn", "rn", "10.32.0.0/12", ""), transitRouteAct("bp", "rp", "10.16.0.0/12", ""),
			toGateway("h", "10.16.0.0/12", "h-n"), toGateway("h", "10.32.0.0/12", "h-p"),
		},
		member(toGateway("d", "10.0.0.0/12", "d-i"), toGateway("d", "10.32.0.0/12", "d-p"), toGateway("p", "10.0.0.0/12", "p-i")),
		[]act{
			gatewayAct("igw", "h"), subnetAct("h-public", "h", "10.3.2.0/24", "a"), tableAct("h-publics", "h"),
			associationAct("h-publiced", "h-publics", "h-public"),
			routeAct("h-out", "h-publics", "0.0.0.0/0", "gatewayId", "igw"),
			addressAct("eip"), natAct("nat", "h-public", "eip"), routeAct("h-nat", "h-hosts", "0.0.0.0/0", "natGatewayId", "nat"),
		},
	)
}

// leavingWorld has dev leave by the hub's NAT gateway.
func leavingWorld() []act {
	return acts(reachWorld(), member(toGateway("d", "0.0.0.0/0", "d-out")), []act{
		transitRouteAct("n-out", "rn", "0.0.0.0/0", "h-att"), routeAct("h-tn", "h-rtb", "0.0.0.0/0", "natGatewayId", "nat"),
		routeAct("h-back", "h-publics", "10.16.0.0/12", "transitGatewayId", "t"),
	})
}

// connectedWorld has a network outside, which the hub's VPC reaches.
func connectedWorld() []act {
	return acts(reachWorld(), []act{
		customerAct("c", "198.51.100.7"), vpnAct("vpn", "c", "t"), transitTableAct("ro"),
		{token: typeTransitAssociation, name: "vx", inputs: props{
			"transitGatewayRouteTableId": "$ro", "transitGatewayAttachmentId": "$vpn.transitGatewayAttachmentId"}},
		{token: typeTransitRoute, name: "vr", inputs: props{
			"transitGatewayRouteTableId": "$ri", "destinationCidrBlock": "192.168.0.0/16",
			"transitGatewayAttachmentId": "$vpn.transitGatewayAttachmentId"}},
		toGateway("h", "192.168.0.0/16", "h-o"),
	}, propagated("h", "ro"))
}

func TestReach(t *testing.T) {
	t.Parallel()
	host := func(vpc string) Endpoint { return Endpoint{Subnet: "$" + vpc + "-host"} }
	outside := Endpoint{VPN: "$vpn", Address: "192.168.1.1"}
	for name, c := range map[string]struct {
		world    []act
		more     []act
		skip     string
		from, to Endpoint
		reason   string // "" if reached
	}{
		"within a VPC":                {from: host("h"), to: Endpoint{Subnet: "$h-public"}},
		"dev to shared":               {from: host("d"), to: host("h")},
		"shared to dev":               {from: host("h"), to: host("d")},
		"shared to prod":              {from: host("h"), to: host("p")},
		"dev to prod":                 {from: host("d"), to: host("p"), reason: "10.32.0.0/12 is a black hole in $rn$"},
		"prod to dev":                 {from: host("p"), to: host("d"), reason: "route table $p-hosts$ has no route to 10.16.1.4"},
		"no black hole, nothing told": {skip: "bn", from: host("d"), to: host("p"), reason: "transit gateway route table $rn$ has no route to 10.32.1.4"},
		"leaked by hand": {
			more: propagated("p", "rn"), from: host("d"), to: host("p"), reason: "no way back: route table $p-hosts$ has no route to 10.16.1.4",
		},
		"not told to shared":  {skip: "d-in-ri", from: host("d"), to: host("h"), reason: "no way back: transit gateway route table $ri$ has no route to 10.16.1.4"},
		"not associated":      {skip: "d-x", from: host("d"), to: host("h"), reason: "attachment $d-att$ is associated with no route table"},
		"no route in the VPC": {skip: "d-i", from: host("d"), to: host("h"), reason: "route table $d-hosts$ has no route to 10.3.1.4"},
		"nobody there":        {from: host("d"), to: Endpoint{Subnet: "$h-host", Address: "10.3.200.1"}, reason: "no subnet of $h$ holds 10.3.200.1"},
		"another subnet":      {from: host("d"), to: Endpoint{Subnet: "$h-host", Address: "10.3.2.9"}, reason: "arrives at $h-public$, not at $h-host$"},
		"shared to internet":  {from: host("h"), to: Endpoint{}},
		"public to internet":  {from: Endpoint{Subnet: "$h-public"}, to: Endpoint{}},
		"internet to public":  {from: Endpoint{}, to: Endpoint{Subnet: "$h-public"}},
		"internet to shared":  {from: Endpoint{}, to: host("h"), reason: "subnet $h-host$ has no public address: it does not route to an internet gateway"},
		"dev to internet":     {from: host("d"), to: Endpoint{}, reason: "route table $d-hosts$ has no route to 203.0.113.10"},
		"closed to the public": {
			more: []act{{token: typeBlockPublicAccess, name: "b", inputs: props{"internetGatewayBlockMode": "block-ingress"}}},
			from: Endpoint{}, to: Endpoint{Subnet: "$h-public"}, reason: "VPC block public access of the account is block-ingress",
		},
		"closed to the public, NAT leaves": {
			more: []act{{token: typeBlockPublicAccess, name: "b", inputs: props{"internetGatewayBlockMode": "block-ingress"}}},
			from: host("h"), to: Endpoint{},
		},
		"closed both ways": {
			more: []act{{token: typeBlockPublicAccess, name: "b", inputs: props{"internetGatewayBlockMode": "block-bidirectional"}}},
			from: host("h"), to: Endpoint{}, reason: "VPC block public access of the account is block-bidirectional",
		},
		"leaving by the hub": {world: leavingWorld(), from: host("d"), to: Endpoint{}},
		"leaving by the hub, no way back": {
			world: leavingWorld(), skip: "h-back", from: host("d"), to: Endpoint{},
			reason: "no way back: the internet does not route 10.16.1.4",
		},
		"leaving by the hub, private": {
			world: leavingWorld(), from: host("d"), to: Endpoint{VPN: "$d", Address: "172.16.0.1"}, reason: "the internet does not route 172.16.0.1",
		},
		"shared to outside": {world: connectedWorld(), from: host("h"), to: outside},
		"outside to shared": {world: connectedWorld(), from: outside, to: host("h")},
		"outside to dev":    {world: connectedWorld(), from: outside, to: host("d"), reason: "transit gateway route table $ro$ has no route to 10.16.1.4"},
		"dev to outside":    {world: connectedWorld(), from: host("d"), to: outside, reason: "route table $d-hosts$ has no route to 192.168.1.1"},
		"outside without an address": {
			world: connectedWorld(), from: Endpoint{VPN: "$vpn"}, to: host("h"), reason: "an endpoint behind VPN $vpn$ needs an address",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world := c.world
			if world == nil {
				world = reachWorld()
			}
			s := newStage(t, ruleCase{after: acts(world, c.more)}, c.skip)
			path := s.reach(s.endpoint(c.from), s.endpoint(c.to))
			require.Equal(t, s.resolve(c.reason), path.Reason, "%v", path)
			require.Equal(t, c.reason == "", path.Reached)
		})
	}
}

func (s *stage) endpoint(e Endpoint) Endpoint {
	named := func(text string) string {
		resolved, ok := s.resolve(text).(string)
		require.True(s.t, ok)
		return resolved
	}
	e.Subnet, e.VPN = named(e.Subnet), named(e.VPN)
	return e
}

// TestReachTellsTheWay: every decision is a hop, there and back.
func TestReachTellsTheWay(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: leavingWorld()}, "")
	path := s.reach(s.endpoint(Endpoint{Subnet: "$d-host"}), Endpoint{})
	require.True(t, path.Reached, path.Reason)
	told := func(hops []Hop) []string {
		lines := make([]string, len(hops))
		for i, hop := range hops {
			lines[i] = hop.String()
			for _, name := range slices.Sorted(maps.Keys(s.made)) {
				if strings.Contains(s.made[name].ID, "-0") {
					lines[i] = strings.ReplaceAll(lines[i], s.made[name].ID, name)
				}
			}
		}
		return lines
	}
	require.Equal(t, []string{
		"d-hosts: 0.0.0.0/0 -> t", "rn: 0.0.0.0/0 -> h-acc", "h-rtb: 0.0.0.0/0 -> nat", "h-publics: 0.0.0.0/0 -> igw",
	}, replaced(told(path.Hops), "h-att", "h-acc"))
	require.Equal(t, []string{
		"internet -> nat", "h-publics: 10.16.0.0/12 -> t", "ri: 10.16.0.0/16 -> d-acc", "d-rtb: 10.16.0.0/16 -> local",
	}, replaced(told(path.Back), "d-att", "d-acc"))
}

// replaced has one name for what has two.
func replaced(lines []string, old, name string) []string {
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], old, name)
	}
	return lines
}

// TestOverlappingVPCsAreToldOnce: of two VPCs with one block the gateway tells the first, and says nothing.
func TestOverlappingVPCsAreToldOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: acts(reachWorld(), spokeActs("q", "10.16.0.0/16", "rn", true), propagated("q", "ri"),
		member(toGateway("q", "10.0.0.0/12", "q-i")))}, "")
	one := s.reach(s.endpoint(Endpoint{Subnet: "$h-host"}), s.endpoint(Endpoint{Subnet: "$d-host"}))
	two := s.reach(s.endpoint(Endpoint{Subnet: "$h-host"}), s.endpoint(Endpoint{Subnet: "$q-host"}))
	require.NotEqual(t, one.Reached, two.Reached, "%v %v", one, two)
}

// TestGoneAttachmentsAreBlackHoles: a static route outlives its attachment.
func TestGoneAttachmentsAreBlackHoles(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: leavingWorld()}, "")
	require.NoError(t, s.inventory.change(nil, []*Resource{s.made["h-att"]}))
	path := s.reach(s.endpoint(Endpoint{Subnet: "$d-host"}), Endpoint{})
	require.Equal(t, "0.0.0.0/0 is a black hole in "+s.made["rn"].ID, path.Reason)
}

// TestDefaultTablesLeak: a gateway left to its defaults lets everything reach everything.
func TestDefaultTablesLeak(t *testing.T) {
	t.Parallel()
	open := act{token: typeTransitGateway, name: "t", inputs: props{"autoAcceptSharedAttachments": "enable"}}
	spoke := func(vpc, block string) []act {
		made := spokeActs(vpc, block, "", false)
		return member(made[:len(made)-1]...)
	}
	s := newStage(t, ruleCase{after: acts(
		[]act{sharingAct(), open, shareAct("share", false), sharedAct("shared", "share", "t"), principalAct("e", "share", testOrganizationARN)},
		spoke("d", "10.16.0.0/16"), spoke("p", "10.32.0.0/16"),
		member(toGateway("d", "10.0.0.0/8", "d-r"), toGateway("p", "10.0.0.0/8", "p-r")),
	)}, "")
	path := s.reach(s.endpoint(Endpoint{Subnet: "$d-host"}), s.endpoint(Endpoint{Subnet: "$p-host"}))
	require.True(t, path.Reached, path.Reason)
}
