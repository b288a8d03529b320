// Package network is the network layer: VPCs and what belongs to them.
package network

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// The tiers of a VPC.
const (
	Public  = "public"  // routed to the internet gateway
	Private = "private" // out through NAT
	Data    = "data"    // no way out
	Transit = "transit" // attachments of a transit gateway
)

// The layouts of a VPC.
const (
	roomy      = "roomy"
	sequential = "sequential"
)

// unitBits cuts a VPC into 256 units, a /24 each in a /16.
const unitBits = 8

// transitPrefix is the size AWS recommends for attachment subnets: 11 addresses, one in use.
const transitPrefix = 28

// pageZones is how many zones stand side by side in a sequential layout before those of the second page.
const pageZones = 3

// zoneLetters are all zones a layout has room for; a letter's position is its slot.
const zoneLetters = "abcdef"

// roomyTiers says where each zone's subnet of a tier begins, in units, and how long its prefix is beyond the VPC's.
// Units 177 to 191 are kept for tiers to come.
var roomyTiers = map[string]struct {
	prefix int
	starts [len(zoneLetters)]int
}{
	Private: {3, [...]int{0, 32, 64, 96, 192, 224}},
	Data:    {6, [...]int{128, 132, 136, 140, 144, 148}},
	Public:  {6, [...]int{152, 156, 160, 164, 168, 172}},
}

// roomyTransit and sequentialTransit are the units where the transit subnets begin.
const (
	roomyTransit      = 176
	sequentialTransit = 9
	sequentialPage    = 16 // unit where the second page begins
)

// sequentialTiers is the order of tiers in a sequential layout; a tier keeps its place when another is left out.
var sequentialTiers = []string{Public, Private, Data}

// subnetKey names a subnet of a VPC.
type subnetKey struct {
	tier string // a tier, or the name of a secondary block
	zone string // letter
}

// layout places subnets. A block depends on the VPC's block, the tier and the zone's letter, never on which other tiers
// and zones there are: AWS cannot move a subnet, so nothing added later may.
type layout struct {
	kind         string
	subnetPrefix int // sequential only
}

// block is one subnet's block within the VPC's.
func (l layout) block(vpc netip.Prefix, key subnetKey) (netip.Prefix, error) {
	slot := strings.Index(zoneLetters, key.zone)
	if slot < 0 || len(key.zone) != 1 {
		return netip.Prefix{}, fmt.Errorf("zone %q: use a letter of %q", key.zone, zoneLetters)
	}
	unit := vpc.Bits() + unitBits
	if l.kind == sequential {
		unit = l.subnetPrefix
	}
	var block netip.Prefix
	switch tier, ok := roomyTiers[key.tier]; {
	case key.tier == Transit && l.kind == sequential:
		block = carve(vpc, unit, sequentialTransit, transitPrefix, slot)
	case key.tier == Transit:
		block = carve(vpc, unit, roomyTransit, transitPrefix, slot)
	case !ok:
		return netip.Prefix{}, fmt.Errorf("tier %q: use public, private, data or transit", key.tier)
	case l.kind == sequential:
		block = carve(vpc, unit, sequentialUnit(key.tier, slot), unit, 0)
	default:
		block = carve(vpc, unit, tier.starts[slot], vpc.Bits()+tier.prefix, 0)
	}
	if block.Bits() > transitPrefix || !vpc.Contains(block.Addr()) {
		return netip.Prefix{}, fmt.Errorf("%s subnet in zone %s has no room in %s: use a larger VPC, or smaller subnets",
			key.tier, key.zone, vpc)
	}
	return block, nil
}

// sequentialUnit is the unit of a zone's subnet: zones a to c tier by tier, then zones d to f tier by tier.
func sequentialUnit(tier string, slot int) int {
	page, place := slot/pageZones, slot%pageZones
	return page*sequentialPage + slices.Index(sequentialTiers, tier)*pageZones + place
}

// secondaryBlock is one zone's eighth of a secondary block; two are left over.
func secondaryBlock(secondary netip.Prefix, zone string) netip.Prefix {
	prefix := secondary.Bits() + 3
	return carve(secondary, prefix, strings.Index(zoneLetters, zone), prefix, 0)
}

// carve is the nth block of the given prefix length counted from the start of a unit.
func carve(vpc netip.Prefix, unitPrefix, unit, prefix, nth int) netip.Prefix {
	base := vpc.Addr().As4()
	start := binary.BigEndian.Uint32(base[:])
	start += uint32(unit)<<(32-unitPrefix) + uint32(nth)<<(32-prefix)
	var address [4]byte
	binary.BigEndian.PutUint32(address[:], start)
	return netip.PrefixFrom(netip.AddrFrom4(address), prefix)
}

// ipv6Tiers is the order of tiers in the 256 networks of a /56, eight networks each. Secondary blocks hold only IPv4.
var ipv6Tiers = []string{Public, Private, Data, Transit}

// ipv6Block is one subnet's /64 of the VPC's /56.
func ipv6Block(vpc netip.Prefix, key subnetKey) (netip.Prefix, error) {
	tier := slices.Index(ipv6Tiers, key.tier)
	if tier < 0 || !vpc.Addr().Is6() || vpc.Bits() != 56 {
		return netip.Prefix{}, fmt.Errorf("no IPv6 network for tier %q in %s", key.tier, vpc)
	}
	address := vpc.Addr().As16()
	address[7] = byte(tier*8 + strings.Index(zoneLetters, key.zone))
	return netip.PrefixFrom(netip.AddrFrom16(address), 64), nil
}
