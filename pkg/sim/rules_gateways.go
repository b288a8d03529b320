package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// natsPerZone is the default quota; gateways being deleted count too, which this model does not have.
const natsPerZone = 5

// oneGatewayPerVpc refuses a second internet gateway.
func oneGatewayPerVpc(r *request) *Error {
	if !r.Has("vpcId") {
		return nil
	}
	for _, other := range r.Siblings(typeInternetGateway, "vpcId") {
		return refuse("Resource.AlreadyAssociated", "resource %s is already attached to network %s", other.ID, r.Text("vpcId"))
	}
	return nil
}

// noMappedAddresses keeps the gateway as long as public addresses go through it.
func noMappedAddresses(r *request) *Error {
	vpc := text(r.Old, "vpcId")
	if vpc == "" || r.Op == opUpdate && !r.Changed("vpcId") {
		return nil
	}
	for _, nat := range r.All(typeNATGateway) {
		if nat.Text("connectivityType") == "public" && vpcOfSubnet(r, nat.Text("subnetId")) == vpc {
			return refuse("DependencyViolation", "Network %s has some mapped public address(es). Please unmap those public "+
				"address(es) before detaching the gateway.", vpc)
		}
	}
	return nil
}

// vpcOfSubnet is the VPC a subnet is in.
func vpcOfSubnet(r *request, subnetID string) string {
	if subnet := r.Find(typeSubnet, subnetID); subnet != nil {
		return subnet.Text("vpcId")
	}
	return ""
}

func natAddressSuitsKind(r *request) *Error {
	if r.Text("connectivityType") == "private" && r.Has("allocationId") {
		return refuse("InvalidParameterCombination", "a private NAT gateway takes no allocationId")
	}
	return nil
}

// addressIsFree wants an address for a public NAT gateway, one that no other has.
func addressIsFree(r *request) *Error {
	if r.Text("connectivityType") == "private" {
		return nil
	}
	if !r.Has("allocationId") {
		return refuse("MissingParameter", "The request must contain the parameter AllocationId")
	}
	address := r.Text("allocationId")
	for _, other := range r.All(typeNATGateway) {
		if other.Text("allocationId") == address || slices.Contains(other.Texts("secondaryAllocationIds"), address) {
			return refuse("Resource.AlreadyAssociated", "resource %s is already associated with another resource", address)
		}
	}
	if eip := r.Find(typeElasticIP, address); eip != nil && (eip.Text("instance") != "" || eip.Text("networkInterface") != "") {
		return refuse("Resource.AlreadyAssociated", "resource %s is already associated with another resource", address)
	}
	return nil
}

// vpcHasGateway is how a public NAT gateway fails in a VPC without an internet gateway: AWS takes the call, and the
// gateway ends in the state "failed" with this code, which the provider reports.
func vpcHasGateway(r *request) *Error {
	if r.Text("connectivityType") == "private" {
		return nil
	}
	vpc := vpcOfSubnet(r, r.Text("subnetId"))
	for _, gateway := range r.All(typeInternetGateway) {
		if gateway.Text("vpcId") == vpc {
			return nil
		}
	}
	return refuse("Gateway.NotAttached", "Network %s has no Internet gateway attached", vpc)
}

func natsFitZone(r *request) *Error {
	subnet := r.Find(typeSubnet, r.Text("subnetId"))
	if subnet == nil {
		return nil
	}
	most, count := natsPerZone, 0
	if raised, ok := r.cloud.quotas["NatGatewayLimitExceeded"]; ok {
		most = raised
	}
	for _, other := range r.All(typeNATGateway) {
		home := r.Find(typeSubnet, other.Text("subnetId"))
		if home != nil && home.Text("availabilityZone") == subnet.Text("availabilityZone") {
			count++
		}
	}
	if count >= most {
		return refuse("NatGatewayLimitExceeded", "Performing this operation would exceed the limit of %d NAT gateways", most)
	}
	return nil
}

// publicAddress is in 198.51.100.0/24 and 203.0.113.0/24, which are kept for examples: no run reaches a stranger.
func publicAddress(r *request) resource.PropertyValue {
	number, err := strconv.ParseUint(digest(4, r.ID, "address"), 16, 32)
	if err != nil {
		return resource.NewProperty("203.0.113.1")
	}
	network := []string{"198.51.100", "203.0.113"}[number%2]
	return resource.NewProperty(fmt.Sprintf("%s.%d", network, 1+number/2%254))
}

func publicName(r *request) resource.PropertyValue {
	address, err := netip.ParseAddr(publicAddress(r).StringValue())
	if err != nil {
		return resource.NewProperty("")
	}
	part := address.As4()
	return resource.NewProperty(fmt.Sprintf("ec2-%d-%d-%d-%d.%s.compute.amazonaws.com", part[0], part[1], part[2], part[3], r.Region))
}

func natAddress(r *request) resource.PropertyValue {
	if eip := r.Find(typeElasticIP, r.Text("allocationId")); eip != nil {
		return resource.NewProperty(eip.Text("publicIp"))
	}
	return resource.NewProperty("")
}

// addressInSubnet is an address of the subnet, past the five AWS keeps for itself.
func addressInSubnet(r *request) resource.PropertyValue {
	subnet := r.Find(typeSubnet, r.Text("subnetId"))
	if subnet == nil {
		return resource.NewProperty("")
	}
	block, err := netip.ParsePrefix(subnet.Text("cidrBlock"))
	if err != nil {
		return resource.NewProperty("")
	}
	address := block.Addr()
	for range 4 {
		address = address.Next()
	}
	return resource.NewProperty(address.String())
}
