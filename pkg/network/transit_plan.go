package network

import (
	"maps"
	"slices"

	"aws-platform/pkg/config"
)

// What a hub's route tables hold and what a VPC routes to it follows from the hub's configuration alone: the stack of a
// VPC reads that of the hub and needs to ask nobody.

const (
	// egress names the way out in logical names.
	egress = "internet"
	// inspection is the route table of what the firewall let pass.
	inspection = "inspection"
)

// privateBlocks are RFC 1918's, by the name their routes have: nothing private leaves by a way out to the internet.
var privateBlocks = map[string]string{"private-10": "10.0.0.0/8", "private-172": "172.16.0.0/12", "private-192": "192.168.0.0/16"}

// TransitTables are the names of a hub's route tables, sorted: one for each segment, and one for each network outside
// that is connected.
func TransitTables(hub config.TransitGateway) []string {
	names := slices.Collect(maps.Keys(hub.Segments))
	for name, network := range hub.OnPremises {
		if network.VPN != nil {
			names = append(names, name)
		}
	}
	for region := range hub.Regions {
		names = append(names, RegionTable(region))
	}
	if hub.Inspection != nil {
		names = append(names, inspection)
	}
	slices.Sort(names)
	return names
}

// RegionTable is the name of the route table that what arrives from the hub of another region meets.
func RegionTable(region string) string { return "region-" + region }

// Abroad are the blocks that a segment reaches in another region, by segment.
func Abroad(hub config.TransitGateway, segment, region string) map[string]string {
	blocks := map[string]string{}
	for _, other := range hub.Segments[segment].Reaches {
		if block, there := hub.Regions[region].Segments[other]; there {
			blocks[other] = block
		}
	}
	return blocks
}

// PropagatesInto are the tables that learn of a segment's VPCs, sorted: those of whoever reaches it, or the firewall's where
// there is one, which all segments then lead to.
func PropagatesInto(hub config.TransitGateway, segment string) []string {
	var tables []string
	if hub.Inspection != nil {
		tables = append(tables, inspection)
	}
	for name, other := range hub.Segments {
		if hub.Inspection == nil && slices.Contains(other.Reaches, segment) {
			tables = append(tables, name)
		}
	}
	for name, network := range hub.OnPremises {
		if network.VPN != nil && slices.Contains(network.Reaches, segment) {
			tables = append(tables, name)
		}
	}
	for region := range hub.Regions {
		if len(Abroad(hub, segment, region)) > 0 {
			tables = append(tables, RegionTable(region))
		}
	}
	slices.Sort(tables)
	return tables
}

// Reachable are the blocks a segment reaches, by the name of what is there: segments, one block for each whatever VPCs it
// has, and networks outside.
func Reachable(hub config.TransitGateway, segment string) map[string]string {
	blocks := map[string]string{}
	for _, other := range hub.Segments[segment].Reaches {
		if here, present := hub.Segments[other]; present { // of another region's hub some are elsewhere only
			blocks[other] = here.CIDR
		}
	}
	for name, network := range hub.OnPremises {
		if network.VPN != nil && slices.Contains(network.Reaches, segment) {
			blocks[name] = network.CIDR
		}
	}
	for region := range hub.Regions {
		for other, block := range Abroad(hub, segment, region) {
			blocks[region+"-"+other] = block
		}
	}
	return blocks
}

// Destinations are the blocks that every VPC sends to the hub, by name: all segments, here and in other regions, and
// networks outside. What the VPC's
// segment does not reach is dropped there, instead of leaving by the VPC's own way out to the internet.
func Destinations(hub config.TransitGateway) map[string]string {
	blocks := map[string]string{}
	for name, segment := range hub.Segments {
		blocks[name] = segment.CIDR
	}
	for name, network := range hub.OnPremises {
		blocks[name] = network.CIDR
	}
	for region, there := range hub.Regions {
		for segment, block := range there.Segments {
			blocks[region+"-"+segment] = block
		}
	}
	return blocks
}

// LeavesThroughHub says whether a segment's way out to the internet is the hub's.
func LeavesThroughHub(hub config.TransitGateway, segment string) bool {
	return hub.Egress != nil && slices.Contains(hub.Egress.Segments, segment)
}

// blackholes are the blocks that a table drops, by name: whatever of ours it does not reach, so that neither a propagation
// made by hand nor a default route lets it through. A propagated route is more specific than a segment's block; what is not
// propagated ends here.
func blackholes(hub config.TransitGateway, table string) map[string]string {
	reached := Reachable(hub, table)
	for region := range hub.Regions {
		if table == RegionTable(region) {
			for segment := range hub.Segments {
				if len(Abroad(hub, segment, region)) > 0 {
					reached[segment] = hub.Segments[segment].CIDR
				}
			}
		}
	}
	if network, outside := hub.OnPremises[table]; outside {
		reached = map[string]string{table: network.CIDR}
		for _, segment := range network.Reaches {
			reached[segment] = hub.Segments[segment].CIDR
		}
	}
	dropped := Destinations(hub)
	if LeavesThroughHub(hub, table) || (table == inspection && hub.Egress != nil) {
		maps.Copy(dropped, privateBlocks)
	}
	// A block that another name has already needs no second route, and AWS takes none.
	taken := map[string]bool{}
	for name, block := range reached {
		delete(dropped, name)
		taken[block] = true
	}
	for _, name := range slices.Sorted(maps.Keys(dropped)) {
		if taken[dropped[name]] {
			delete(dropped, name)
			continue
		}
		taken[dropped[name]] = true
	}
	return dropped
}
