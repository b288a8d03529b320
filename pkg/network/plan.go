package network

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

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
	zone string // private tables only
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
	faults := []error{p.blocks(cfg)}
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

// blocks reads the VPC's own block and its secondary ones.
func (p *vpcPlan) blocks(cfg config.VPC) error {
	var faults []error
	length := 0
	switch {
	case cfg.IPAM != nil:
		length = cfg.IPAM.NetmaskLength
	default:
		cidr, err := netip.ParsePrefix(cfg.CIDR)
		if err != nil {
			faults = append(faults, fmt.Errorf("cidr %q: write an IPv4 block, for example 10.16.0.0/16", cfg.CIDR))
			break
		}
		p.cidr, length = cidr, cidr.Bits()
	}
	if p.layout.kind == sequential && p.layout.subnetPrefix == 0 {
		p.layout.subnetPrefix = length + unitBits
	}
	for _, name := range slices.Sorted(maps.Keys(cfg.SecondaryCIDRs)) {
		cidr, err := netip.ParsePrefix(cfg.SecondaryCIDRs[name].CIDR)
		if err != nil {
			faults = append(faults, fmt.Errorf("secondaryCidrs.%s %q: write an IPv4 block", name, cfg.SecondaryCIDRs[name].CIDR))
			continue
		}
		p.secondaries[name] = cidr
	}
	return errors.Join(faults...)
}

func (p *vpcPlan) addSubnet(key subnetKey) error {
	s := subnetPlan{subnetKey: key, table: tableName(key.tier, key.zone)}
	if p.cidr.IsValid() {
		block, err := p.layout.block(p.cidr, key)
		if err != nil {
			return err
		}
		s.cidr = block
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

func (p *vpcPlan) placeNAT(mode string, tiers []string) error {
	switch mode {
	case natNone:
		return nil
	case natSingle:
		p.natZones = p.zones[:1]
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

func (k subnetKey) String() string { return strings.Join([]string{k.tier, k.zone}, "-") }
