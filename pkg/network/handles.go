package network

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// What other components are built on. How many there are is known to the program, not only to the cloud, so a caller
// makes a resource for each of them outside of any apply.

// Ready is the option of whatever needs the VPC whole: it starts when every route, gateway and endpoint is there, and goes
// before any of them does.
func (v *Vpc) Ready() pulumi.ResourceOption { return v.made.Ready() }

// Subnets are the ids of a tier's subnets, by zone letter; a secondary block's tier is called as the block is. Empty
// when there is no such tier.
func (v *Vpc) Subnets(tier string) map[string]pulumi.StringOutput {
	ids := map[string]pulumi.StringOutput{}
	for _, s := range v.made.plan.of(tier) {
		ids[s.zone] = v.made.subnets[s.subnetKey].ID().ToStringOutput()
	}
	return ids
}

// SubnetList are the ids of a tier's subnets in the order of their zones, for what takes a list of them.
func (v *Vpc) SubnetList(tier string) pulumi.StringArray {
	ids := pulumi.StringArray{}
	for _, s := range v.made.plan.of(tier) {
		ids = append(ids, v.made.subnets[s.subnetKey].ID().ToStringOutput())
	}
	return ids
}

// RouteTables are the ids of the tiers' route tables by the names they have in RouteTableIDs, for routes to what is made
// later: a transit gateway, a peer.
func (v *Vpc) RouteTables(tiers ...string) map[string]pulumi.StringOutput {
	ids := map[string]pulumi.StringOutput{}
	for _, t := range v.made.plan.tables {
		if slices.Contains(tiers, t.tier) {
			ids[t.name] = v.made.tables[t.name].ID().ToStringOutput()
		}
	}
	return ids
}
