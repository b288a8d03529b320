package sim

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// allocation is the block a pool gives a request, if it has one left.
func allocation(r *request) (netip.Prefix, bool) {
	poolID := r.Text("ipv4IpamPoolId")
	length := r.Number("ipv4NetmaskLength")
	if pool := r.Find(typePool, poolID); pool != nil {
		length = cmp.Or(length, pool.Number("allocationDefaultNetmaskLength"))
	}
	if poolID == "" || length == 0 {
		return netip.Prefix{}, false
	}
	taken := allocated(r, poolID)
	for _, provisioned := range r.All(typePoolCIDR) {
		whole, err := netip.ParsePrefix(provisioned.Text("cidr"))
		if err != nil || provisioned.Text("ipamPoolId") != poolID || whole.Bits() > length {
			continue
		}
		if block, found := firstFree(whole, length, taken); found {
			return block, true
		}
	}
	return netip.Prefix{}, false
}

// allocated are the blocks a pool has given already, in whichever account.
func allocated(r *request, poolID string) []netip.Prefix {
	var taken []netip.Prefix
	for _, user := range slices.Concat(r.Everywhere(typeVpc), r.Everywhere(typeIPv4Association)) {
		block, err := netip.ParsePrefix(user.Text("cidrBlock"))
		if err == nil && user.Text("ipv4IpamPoolId") == poolID {
			taken = append(taken, block)
		}
	}
	return taken
}

// firstFree is the first block of a length inside a whole that overlaps nothing taken.
func firstFree(whole netip.Prefix, length int, taken []netip.Prefix) (netip.Prefix, bool) {
	for candidate := netip.PrefixFrom(whole.Addr(), length); whole.Contains(candidate.Addr()); {
		at := slices.IndexFunc(taken, candidate.Overlaps)
		if at < 0 {
			return candidate, true
		}
		// Go on behind the taken block, or behind this candidate if the taken one is smaller.
		behind := candidate
		if taken[at].Bits() < candidate.Bits() {
			behind = taken[at]
		}
		next := lastOf(behind).Next()
		if !next.IsValid() {
			break
		}
		candidate = netip.PrefixFrom(next, length)
	}
	return netip.Prefix{}, false
}

// lastOf is the last address of an IPv4 block.
func lastOf(block netip.Prefix) netip.Addr {
	address := block.Masked().Addr().As4()
	for bit := block.Bits(); bit < 32; bit++ {
		address[bit/8] |= 1 << (7 - bit%8)
	}
	return netip.AddrFrom4(address)
}

// poolBlock is the block IPAM gives when the program names a pool and no block.
func poolBlock(r *request) resource.PropertyValue {
	if block, found := allocation(r); found {
		return resource.NewProperty(block.String())
	}
	return resource.NewProperty("")
}

func poolHasRoom(r *request) *Error {
	if !r.Has("ipv4IpamPoolId") || r.Has("cidrBlock") {
		return nil
	}
	if _, found := allocation(r); !found {
		return refuse("InsufficientCidrBlocks", "The ipam-pool '%s' has no CIDR block of the requested size left.", r.Text("ipv4IpamPoolId"))
	}
	return nil
}

func poolDepth(r *request) resource.PropertyValue {
	depth := 1
	if source := r.Find(typePool, r.Text("sourceIpamPoolId")); source != nil {
		depth += source.Number("poolDepth")
	}
	return resource.NewProperty(float64(depth))
}

// poolCIDRIsFree refuses a block the pool has, or one outside the pool it draws from.
func poolCIDRIsFree(r *request) *Error {
	block := r.block("cidr")
	if !block.IsValid() {
		return nil
	}
	for _, other := range r.Siblings(typePoolCIDR, "ipamPoolId") {
		if taken, err := netip.ParsePrefix(other.Text("cidr")); err == nil && taken.Overlaps(block) {
			return refuse("InvalidParameterValue", "The CIDR '%s' overlaps the CIDR %s of the pool.", block, taken)
		}
	}
	pool := r.Find(typePool, r.Text("ipamPoolId"))
	if pool == nil || pool.Text("sourceIpamPoolId") == "" {
		return nil
	}
	for _, other := range r.All(typePoolCIDR) {
		whole, err := netip.ParsePrefix(other.Text("cidr"))
		if err == nil && other.Text("ipamPoolId") == pool.Text("sourceIpamPoolId") && contains(whole, block) {
			return nil
		}
	}
	return refuse("InvalidParameterValue", "The CIDR '%s' is not in the source pool '%s'.", block, pool.Text("sourceIpamPoolId"))
}

// ipamWorksHere wants the region the IPAM is made in among those it manages.
func ipamWorksHere(r *request) *Error {
	if !slices.Contains(r.Texts("operatingRegions.regionName"), r.Region) {
		return refuse("InvalidParameterValue", "The operating regions must include the region %s the IPAM is created in.", r.Region)
	}
	return nil
}
