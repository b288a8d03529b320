package network

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"aws-platform/pkg/config"
)

// The ways out of a VPC's private subnets.
const (
	natNone    = "none"
	natSingle  = "single"
	natPerZone = "perZone"
)

// vpcPlan is everything about a VPC that is decided before anything is made.
type vpcPlan struct {
	cidr        netip.Prefix // zero when IPAM gives the block
	size        netip.Prefix // a block of the VPC's size, to find out early that a subnet has no room
	layout      layout
	zones       []string                // letters, sorted
	secondaries map[string]netip.Prefix // by name
	subnets     []subnetPlan            // sorted by tier and zone
	tables      []tablePlan             // one per tier; one per zone of the private tier
	natZones    []string                // where a NAT gateway stands
}

// subnetPlan is one subnet.
type subnetPlan struct {
	subnetKey
	table     string // the route table it is associated with
	secondary bool   // the tier is a secondary block's name
	cidr      netip.Prefix
}

// tablePlan is one route table.
type tablePlan struct {
	name string // "public", "private-a"
	tier string
	zone string // private tables, and transit ones of a way out
}

// tierOrder is the order in which tiers are laid out and listed.
var tierOrder = []string{Public, Private, Data, Transit}

// planVpc decides a VPC. All faults are reported together.
func planVpc(cfg config.VPC) (vpcPlan, error) {
	p := vpcPlan{
		layout:      layout{kind: cfg.Layout, subnetPrefix: cfg.SubnetPrefix},
		zones:       slices.Sorted(slices.Values(cfg.Zones)),
		secondaries: map[string]netip.Prefix{},
	}
	faults := []error{p.blocks(cfg), p.choices(cfg)}
	tiers := slices.DeleteFunc(slices.Clone(tierOrder), func(t string) bool { return !slices.Contains(cfg.Tiers, t) })
	for _, tier := range tiers {
		for _, zone := range p.zones {
			faults = append(faults, p.addSubnet(subnetKey{tier, zone}))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.secondaries)) {
		for _, zone := range p.zones {
			p.subnets = append(p.subnets, subnetPlan{
				subnetKey: subnetKey{name, zone}, table: tableName(Private, zone), secondary: true,
				cidr: secondaryBlock(p.secondaries[name], zone),
			})
		}
	}
	p.addTables(tiers)
	faults = append(faults, p.placeNAT(cfg.NAT, tiers))
	return p, errors.Join(faults...)
}

// choices checks what subnets are made of.
func (p *vpcPlan) choices(cfg config.VPC) error {
	var faults []error
	if len(p.zones) == 0 {
		faults = append(faults, errors.New("zones: name at least one, for example a"))
	}
	for i, zone := range p.zones[:max(0, len(p.zones)-1)] {
		if zone == p.zones[i+1] {
			faults = append(faults, fmt.Errorf("zones: %s is there twice", zone))
		}
	}
	if cfg.Layout != roomy && cfg.Layout != sequential {
		faults = append(faults, fmt.Errorf("layout %q: use roomy or sequential", cfg.Layout))
	}
	for _, tier := range cfg.Tiers {
		if !slices.Contains(tierOrder, tier) {
			faults = append(faults, fmt.Errorf("tier %q: use public, private, data or transit", tier))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(cfg.SecondaryCIDRs)) {
		if slices.Contains(tierOrder, name) {
			faults = append(faults, fmt.Errorf("secondaryCidrs.%s: is a tier's name: choose another, for example pods", name))
		}
	}
	endpoints := len(cfg.InterfaceEndpoints) + len(cfg.SharedEndpoints)
	if endpoints > 0 && !slices.Contains(cfg.Tiers, Private) && !slices.Contains(cfg.Tiers, Data) {
		faults = append(faults, errors.New("interfaceEndpoints: stand in private or data subnets; add one of these tiers"))
	}
	return errors.Join(faults...)
}

// Sizes of blocks a layout can cut, as prefix lengths.
const (
	largestBlock      = 16
	smallestVPC       = 20
	smallestSecondary = 24
)

// readBlock reads an IPv4 block between /16 and the smallest taken.
func readBlock(place, text string, smallest int) (netip.Prefix, error) {
	block, err := netip.ParsePrefix(text)
	if err != nil || !block.Addr().Is4() || block != block.Masked() || block.Bits() < largestBlock || block.Bits() > smallest {
		return netip.Prefix{}, fmt.Errorf("%s %q: write an IPv4 block of /%d to /%d, for example 10.16.0.0/16",
			place, text, largestBlock, smallest)
	}
	return block, nil
}

// blocks reads the VPC's own block and its secondary ones.
func (p *vpcPlan) blocks(cfg config.VPC) error {
	var faults []error
	keep := func(place, text string, smallest int) netip.Prefix {
		block, err := readBlock(place, text, smallest)
		faults = append(faults, err)
		return block
	}
	if cfg.IPAM != nil {
		if length := cfg.IPAM.NetmaskLength; length < largestBlock || length > smallestVPC {
			faults = append(faults, fmt.Errorf("ipam.netmaskLength %d: use %d to %d", length, largestBlock, smallestVPC))
		} else {
			p.size = netip.PrefixFrom(netip.IPv4Unspecified(), length)
		}
	} else {
		p.cidr = keep("cidr", cfg.CIDR, smallestVPC)
		p.size = p.cidr
	}
	if p.layout.kind == sequential && p.layout.subnetPrefix == 0 && p.size.IsValid() {
		p.layout.subnetPrefix = p.size.Bits() + unitBits
	}
	if p.layout.subnetPrefix > transitPrefix {
		faults = append(faults, fmt.Errorf("subnetPrefix %d: use at most %d", p.layout.subnetPrefix, transitPrefix))
		p.size = netip.Prefix{} // nothing can be laid out
	}
	for _, name := range slices.Sorted(maps.Keys(cfg.SecondaryCIDRs)) {
		if block := keep("secondaryCidrs."+name, cfg.SecondaryCIDRs[name].CIDR, smallestSecondary); block.IsValid() {
			p.secondaries[name] = block
		}
	}
	return errors.Join(faults...)
}

func (p *vpcPlan) addSubnet(key subnetKey) error {
	s := subnetPlan{subnetKey: key, table: tableName(key.tier, key.zone)}
	if p.size.IsValid() {
		block, err := p.layout.block(p.size, key)
		if err != nil {
			return err
		}
		if p.cidr.IsValid() {
			s.cidr = block
		}
	}
	p.subnets = append(p.subnets, s)
	return nil
}

// tableName is the route table of a tier's subnet in a zone. Private subnets have a table per zone whatever NAT there is,
// so that another NAT changes a route's target and never a table.
func tableName(tier, zone string) string {
	if tier == Private {
		return Private + "-" + zone
	}
	return tier
}

func (p *vpcPlan) addTables(tiers []string) {
	for _, tier := range tierOrder {
		switch {
		case tier == Private && (slices.Contains(tiers, Private) || len(p.secondaries) > 0):
			for _, zone := range p.zones {
				p.tables = append(p.tables, tablePlan{tableName(Private, zone), Private, zone})
			}
		case tier != Private && slices.Contains(tiers, tier):
			p.tables = append(p.tables, tablePlan{name: tier, tier: tier})
		}
	}
}

// splitTransit gives transit subnets a table per zone, so that each zone leaves by its own NAT gateway.
func (p *vpcPlan) splitTransit() {
	for i := range p.subnets {
		if p.subnets[i].tier == Transit {
			p.subnets[i].table = Transit + "-" + p.subnets[i].zone
		}
	}
	tables := slices.DeleteFunc(slices.Clone(p.tables), func(t tablePlan) bool { return t.tier == Transit })
	if len(tables) < len(p.tables) {
		for _, zone := range p.zones {
			tables = append(tables, tablePlan{Transit + "-" + zone, Transit, zone})
		}
	}
	p.tables = tables
}

func (p *vpcPlan) placeNAT(mode string, tiers []string) error {
	switch mode {
	case natNone:
		return nil
	case natSingle:
		p.natZones = p.zones[:min(1, len(p.zones))]
	case natPerZone:
		p.natZones = p.zones
	default:
		return fmt.Errorf("nat %q: use none, single or perZone", mode)
	}
	if !slices.Contains(tiers, Public) {
		return errors.New("nat: a NAT gateway stands in a public subnet; add the public tier, or set nat to none")
	}
	return nil
}

// natFor is the zone of the NAT gateway a zone's private subnets use: its own, or the only one; "" without NAT.
func (p *vpcPlan) natFor(zone string) string {
	switch {
	case len(p.natZones) == 0:
		return ""
	case slices.Contains(p.natZones, zone):
		return zone
	}
	return p.natZones[0]
}

// of are the subnets of a tier, by zone.
func (p *vpcPlan) of(tier string) []subnetPlan {
	return slices.DeleteFunc(slices.Clone(p.subnets), func(s subnetPlan) bool { return s.tier != tier })
}

// has says whether there is such a tier.
func (p *vpcPlan) has(tier string) bool { return len(p.of(tier)) > 0 }
