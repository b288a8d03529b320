package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// AWS's bounds on the blocks of VPCs and subnets, and how many IPv4 blocks a VPC has by default.
const (
	widestBlock, narrowestBlock = 16, 28
	blocksPerVpc                = 5
)

// ipv4Block wants an IPv4 CIDR, host bits zero, of a size between the two prefix lengths.
func ipv4Block(widest, narrowest int) validator {
	return textual(func(given string) string {
		block, err := netip.ParsePrefix(given)
		switch {
		case err != nil || !block.Addr().Is4():
			return fmt.Sprintf("%q is not a valid IPv4 CIDR block", given)
		case block.Masked() != block:
			return fmt.Sprintf("%q has host bits set; the block is %q", given, block.Masked())
		case block.Bits() < widest || block.Bits() > narrowest:
			return fmt.Sprintf("%q must be between /%d and /%d", given, widest, narrowest)
		}
		return ""
	})
}

// ipv6Block wants an IPv6 CIDR, host bits zero.
var ipv6Block = textual(func(given string) string {
	block, err := netip.ParsePrefix(given)
	switch {
	case err != nil || !block.Addr().Is6():
		return fmt.Sprintf("%q is not a valid IPv6 CIDR block", given)
	case block.Masked() != block:
		return fmt.Sprintf("%q has host bits set; the block is %q", given, block.Masked())
	}
	return ""
})

// block is a CIDR property, invalid when absent.
func (r *request) block(property string) netip.Prefix {
	block, _ := netip.ParsePrefix(r.Text(property))
	return block
}

// contains says whether a block has all of another.
func contains(whole, part netip.Prefix) bool {
	return whole.IsValid() && whole.Bits() <= part.Bits() && whole.Contains(part.Addr())
}

func sizeFault(code string, block netip.Prefix) *Error {
	if block.IsValid() && (block.Bits() < widestBlock || block.Bits() > narrowestBlock) {
		return refuse(code, "The CIDR '%s' is invalid.", block)
	}
	return nil
}

func vpcHasBlock(r *request) *Error {
	switch {
	case r.Has("cidrBlock"):
		return sizeFault("InvalidVpc.Range", r.block("cidrBlock"))
	case !r.Has("ipv4IpamPoolId"):
		return refuse("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
	}
	return poolHasRoom(r)
}

func zoneName(r *request) resource.PropertyValue {
	for _, zone := range zonesOf(r.Region) {
		if zoneIDOf(zone) == r.Text("availabilityZoneId") {
			return resource.NewProperty(zone)
		}
	}
	return resource.NewProperty(r.Region + "a")
}

func zoneID(r *request) resource.PropertyValue {
	zone := r.Text("availabilityZone")
	if zone == "" {
		zone = r.Region + "a"
	}
	return resource.NewProperty(zoneIDOf(zone))
}

func zoneGivenOnce(r *request) *Error {
	if r.Has("availabilityZone") && r.Has("availabilityZoneId") {
		return refuse("InvalidParameterCombination", "give availabilityZone or availabilityZoneId, not both")
	}
	return nil
}

func zoneExists(r *request) *Error {
	zones := zonesOf(r.Region)
	if zone := r.Text("availabilityZone"); zone != "" && !slices.Contains(zones, zone) {
		return refuse("InvalidParameterValue", "Value (%s) for parameter availabilityZone is invalid. Subnets can currently "+
			"only be created in the following availability zones: %s.", zone, strings.Join(zones, ", "))
	}
	ids := make([]string, len(zones))
	for i, zone := range zones {
		ids[i] = zoneIDOf(zone)
	}
	if id := r.Text("availabilityZoneId"); id != "" && !slices.Contains(ids, id) {
		return refuse("InvalidParameterValue", "Value (%s) for parameter availabilityZoneId is invalid. Subnets can currently "+
			"only be created in the following availability zones: %s.", id, strings.Join(ids, ", "))
	}
	return nil
}

func subnetHasSize(r *request) *Error { return sizeFault("InvalidSubnet.Range", r.block("cidrBlock")) }

func subnetInVpc(r *request) *Error {
	block := r.block("cidrBlock")
	if !block.IsValid() {
		return nil
	}
	for _, whole := range blocksOf(r, r.Text("vpcId")) {
		if contains(whole, block) {
			return nil
		}
	}
	return refuse("InvalidSubnet.Range", "The CIDR '%s' is invalid.", block)
}

// blocksOf are all IPv4 blocks of a VPC: the primary and the associated ones.
func blocksOf(r *request, vpcID string) []netip.Prefix {
	var blocks []netip.Prefix
	collect := func(texts ...string) {
		for _, text := range texts {
			if block, err := netip.ParsePrefix(text); err == nil {
				blocks = append(blocks, block)
			}
		}
	}
	if vpc := r.Find(typeVpc, vpcID); vpc != nil {
		collect(vpc.Text("cidrBlock"))
	}
	for _, association := range r.All(typeIPv4Association) {
		if association.Text("vpcId") == vpcID {
			collect(association.Text("cidrBlock"))
		}
	}
	return blocks
}

func subnetIsFree(r *request) *Error { return subnetConflict(r, "cidrBlock") }

func subnetConflict(r *request, property string) *Error {
	block := r.block(property)
	if !block.IsValid() {
		return nil
	}
	for _, sibling := range r.Siblings(r.Type.Kind, "vpcId") {
		taken, err := netip.ParsePrefix(sibling.Text(property))
		if err == nil && taken.Overlaps(block) {
			return refuse("InvalidSubnet.Conflict", "The CIDR '%s' conflicts with another subnet", block)
		}
	}
	return nil
}

// subnetIPv6IsFree wants a /64 of the VPC's own IPv6 blocks.
func subnetIPv6IsFree(r *request) *Error {
	block := r.block("ipv6CidrBlock")
	if !block.IsValid() {
		return nil
	}
	inside := false
	whole := func(text string) {
		prefix, err := netip.ParsePrefix(text)
		inside = inside || err == nil && contains(prefix, block)
	}
	if vpc := r.Find(typeVpc, r.Text("vpcId")); vpc != nil {
		whole(vpc.Text("ipv6CidrBlock"))
	}
	for _, association := range r.Siblings(typeIPv6Association, "vpcId") {
		whole(association.Text("ipv6CidrBlock"))
	}
	if !inside || block.Bits() != 64 {
		return refuse("InvalidSubnet.Range", "The CIDR '%s' is invalid.", block)
	}
	return subnetConflict(r, "ipv6CidrBlock")
}

// restricted are the ranges a VPC cannot add, by the range its primary block is of. From "VPC CIDR blocks" of the VPC
// user guide.
var restricted = []struct{ primary, barred string }{
	{"10.0.0.0/15", "10.0.0.0/16"}, {"10.0.0.0/8", "172.16.0.0/12"}, {"10.0.0.0/8", "192.168.0.0/16"},
	{"10.0.0.0/8", "198.19.0.0/16"},
	{"172.16.0.0/12", "10.0.0.0/8"}, {"172.16.0.0/12", "172.31.0.0/16"}, {"172.16.0.0/12", "192.168.0.0/16"},
	{"172.16.0.0/12", "198.19.0.0/16"},
	{"192.168.0.0/16", "10.0.0.0/8"}, {"192.168.0.0/16", "172.16.0.0/12"}, {"192.168.0.0/16", "198.19.0.0/16"},
	{"198.19.0.0/16", "10.0.0.0/8"}, {"198.19.0.0/16", "172.16.0.0/12"}, {"198.19.0.0/16", "192.168.0.0/16"},
	{"100.64.0.0/10", "10.0.0.0/8"}, {"100.64.0.0/10", "172.16.0.0/12"}, {"100.64.0.0/10", "192.168.0.0/16"},
	{"100.64.0.0/10", "198.19.0.0/16"},
}

func secondaryIsAllowed(r *request) *Error {
	block := r.block("cidrBlock")
	vpc := r.Find(typeVpc, r.Text("vpcId"))
	switch {
	case !r.Has("cidrBlock") && !r.Has("ipv4IpamPoolId"):
		return refuse("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
	case !block.IsValid() || vpc == nil:
		return nil
	}
	if refused := sizeFault("InvalidVpc.Range", block); refused != nil {
		return refused
	}
	primary, err := netip.ParsePrefix(vpc.Text("cidrBlock"))
	for _, each := range restricted {
		if err == nil && contains(netip.MustParsePrefix(each.primary), primary) && netip.MustParsePrefix(each.barred).Overlaps(block) {
			return refuse("InvalidVpc.Range", "The CIDR '%s' is restricted. Use a CIDR from the same private address range as "+
				"the current VPC CIDR, or use a publicly-routable CIDR. For additional restrictions, see "+
				"https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html", block)
		}
	}
	return nil
}

func secondaryIsFree(r *request) *Error {
	block := r.block("cidrBlock")
	for _, taken := range blocksOf(r, r.Text("vpcId")) {
		if block.IsValid() && taken.Overlaps(block) {
			return refuse("InvalidVpc.Range", "The CIDR '%s' conflicts with the CIDR block %s of the VPC.", block, taken)
		}
	}
	return nil
}

func blocksFitQuota(r *request) *Error {
	most := blocksPerVpc
	if raised, ok := r.cloud.quotas["CidrLimitExceeded"]; ok {
		most = raised
	}
	if vpc := r.Text("vpcId"); len(blocksOf(r, vpc)) >= most {
		return refuse("CidrLimitExceeded", "This network '%s' has met its maximum number of allowed CIDRs: %d", vpc, most)
	}
	return poolHasRoom(r)
}

// secondaryIsEmpty keeps a block as long as a subnet is in it.
func secondaryIsEmpty(r *request) *Error {
	block := r.block("cidrBlock")
	for _, subnet := range r.Siblings(typeSubnet, "vpcId") {
		inside, err := netip.ParsePrefix(subnet.Text("cidrBlock"))
		if err == nil && contains(block, inside) {
			return refuse("DependencyViolation", "The vpc CIDR block association '%s' has dependencies and cannot be deleted.", r.ID)
		}
	}
	return nil
}

// amazonIPv6 is what a VPC gets that asks for a block of Amazon's addresses.
func amazonIPv6(what string) maker {
	return func(r *request) resource.PropertyValue {
		if !r.Flag("assignGeneratedIpv6CidrBlock") {
			return resource.NewProperty("")
		}
		switch what {
		case "border":
			return resource.NewProperty(r.Region)
		case "vpc-cidr-assoc":
			return madeID("vpc-cidr-assoc", "ipv6")(r)
		}
		block := netip.MustParsePrefix(fmt.Sprintf("2a05:d018:%s:%s00::/56", digest(4, r.ID), digest(2, r.ID, "ipv6")))
		return resource.NewProperty(block.String())
	}
}

func subnetIPv6(r *request) resource.PropertyValue {
	if r.Text("ipv6CidrBlock") == "" {
		return resource.NewProperty("")
	}
	return madeID("subnet-cidr-assoc", "ipv6")(r)
}

// defaultDHCPOptions are the same for every VPC of a region: the account's default set.
func defaultDHCPOptions(r *request) resource.PropertyValue {
	return resource.NewProperty("dopt-0" + digest(16, r.Account, r.Region, "default"))
}

func dhcpSaysSomething(r *request) *Error {
	for _, option := range r.Type.Replace {
		if r.Has(option) {
			return dhcpIsShort(r)
		}
	}
	return refuse("InvalidParameterValue", "give at least one DHCP option")
}

// dhcpIsShort counts servers: four at most of a kind.
func dhcpIsShort(r *request) *Error {
	for _, option := range []string{"domainNameServers", "ntpServers", "netbiosNameServers"} {
		if servers := r.Texts(option); len(servers) > 4 {
			return refuse("InvalidParameterValue", "%s has %d servers, at most 4 are allowed", option, len(servers))
		}
	}
	return nil
}

func exclusionNamesOne(r *request) *Error {
	if r.Has("vpcId") && r.Has("subnetId") {
		return refuse("InvalidParameterCombination", "give vpcId or subnetId, not both")
	}
	return nil
}

func excludedARN(r *request) resource.PropertyValue {
	if subnet := r.Text("subnetId"); subnet != "" {
		return resource.NewProperty(r.expand("arn:{partition}:ec2:{region}:{account}:subnet/") + subnet)
	}
	return resource.NewProperty(r.expand("arn:{partition}:ec2:{region}:{account}:vpc/{vpcId}"))
}
