package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// ipv4Block wants an IPv4 CIDR, host bits zero, of a size between the two prefix lengths.
func ipv4Block(widest, narrowest int) validator {
	return func(value resource.PropertyValue) string {
		block, err := netip.ParsePrefix(value.StringValue())
		switch {
		case err != nil || !block.Addr().Is4():
			return fmt.Sprintf("%q is not a valid IPv4 CIDR block", value.StringValue())
		case block.Masked() != block:
			return fmt.Sprintf("%q has host bits set; the block is %q", value.StringValue(), block.Masked())
		case block.Bits() < widest || block.Bits() > narrowest:
			return fmt.Sprintf("%q must be between /%d and /%d", value.StringValue(), widest, narrowest)
		}
		return ""
	}
}

func zoneID(r *request) resource.PropertyValue {
	zone := r.Text("availabilityZone")
	if zone == "" {
		zone = r.Region + "a"
	}
	return resource.NewProperty(zoneIDOf(zone))
}

func zoneExists(r *request) *Error {
	zone := r.Text("availabilityZone")
	if zone == "" || slices.Contains(zonesOf(r.Region), zone) {
		return nil
	}
	return refuse("InvalidParameterValue", "Value (%s) for parameter availabilityZone is invalid. Subnets can currently "+
		"only be created in the following availability zones: %s.", zone, strings.Join(zonesOf(r.Region), ", "))
}

func subnetInVpc(r *request) *Error {
	block, err := netip.ParsePrefix(r.Text("cidrBlock"))
	if err != nil {
		return nil
	}
	vpc := r.Find("aws:ec2/vpc:Vpc", r.Text("vpcId"))
	if vpc == nil {
		return nil
	}
	blocks := append(vpc.Texts("cidrBlock"), secondaryBlocks(r, vpc.ID)...)
	for _, candidate := range blocks {
		whole, err := netip.ParsePrefix(candidate)
		if err == nil && whole.Contains(block.Addr()) && whole.Bits() <= block.Bits() {
			return nil
		}
	}
	return refuse("InvalidSubnet.Range", "The CIDR '%s' is invalid.", block)
}

func secondaryBlocks(r *request, vpc string) []string {
	var blocks []string
	for _, association := range r.All("aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation") {
		if association.Text("vpcId") == vpc {
			blocks = append(blocks, association.Text("cidrBlock"))
		}
	}
	return blocks
}

func subnetIsFree(r *request) *Error {
	block, err := netip.ParsePrefix(r.Text("cidrBlock"))
	if err != nil {
		return nil
	}
	for _, sibling := range r.Siblings(r.Type.Kind, "vpcId") {
		taken, err := netip.ParsePrefix(sibling.Text("cidrBlock"))
		if err == nil && taken.Overlaps(block) {
			return refuse("InvalidSubnet.Conflict", "The CIDR '%s' conflicts with another subnet", block)
		}
	}
	return nil
}
