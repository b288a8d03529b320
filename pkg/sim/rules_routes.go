package sim

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

var (
	destinations = []string{"destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"}
	targets      = []string{
		"carrierGatewayId", "coreNetworkArn", "egressOnlyGatewayId", "gatewayId", "localGatewayId", "natGatewayId",
		"networkInterfaceId", "transitGatewayId", "vpcEndpointId", "vpcPeeringConnectionId",
	}
)

// givenOf are those of some properties that are given; while checking, unknown ones do not count.
func givenOf(r *request, properties []string) []string {
	var found []string
	for _, property := range properties {
		if r.Has(property) {
			found = append(found, property)
		}
	}
	return found
}

func routeHasOneDestination(r *request) *Error {
	if found := givenOf(r, destinations); len(found) > 1 {
		return refuse("InvalidParameterCombination", "give one destination, not %s", strings.Join(found, " and "))
	}
	return nil
}

func routeHasOneTarget(r *request) *Error {
	if found := givenOf(r, targets); len(found) > 1 {
		return refuse("InvalidParameterCombination", "give one target, not %s", strings.Join(found, " and "))
	}
	return nil
}

func destinationOf(text func(string) string) string {
	for _, property := range destinations {
		if value := text(property); value != "" {
			return value
		}
	}
	return ""
}

// routeID is the provider's own: AWS gives routes none.
func routeID(r *request) resource.PropertyValue {
	return resource.NewProperty("r-" + r.Text("routeTableId") + digest(10, destinationOf(r.Text)))
}

func routeIsNew(r *request) *Error {
	destination := destinationOf(r.Text)
	switch {
	case destination == "":
		return refuse("MissingParameter", "The request must contain the parameter destinationCidrBlock")
	case len(givenOf(r, targets)) == 0:
		return refuse("MissingParameter", "The request must contain a target of the route")
	}
	for _, other := range r.Siblings(typeRoute, "routeTableId") {
		if destinationOf(other.Text) == destination {
			return refuse("RouteAlreadyExists", "The route identified by %s already exists.", destination)
		}
	}
	for _, property := range []string{"routes.cidrBlock", "routes.ipv6CidrBlock", "routes.destinationPrefixListId"} {
		if table := r.Find(kindRouteTable, r.Text("routeTableId")); table != nil && slices.Contains(table.Texts(property), destination) {
			return refuse("RouteAlreadyExists", "The route identified by %s already exists.", destination)
		}
	}
	return endpointRouteIsNew(r, destination)
}

// endpointRouteIsNew looks at the routes gateway endpoints put into their tables.
func endpointRouteIsNew(r *request, destination string) *Error {
	for _, endpoint := range r.All(typeEndpoint) {
		if endpoint.Text("prefixListId") == destination && slices.Contains(endpoint.Texts("routeTableIds"), r.Text("routeTableId")) {
			return refuse("RouteAlreadyExists", "The route identified by %s already exists.", destination)
		}
	}
	return nil
}

// vpcOfTable is the VPC of a route table, the one that came with a VPC included.
func vpcOfTable(r *request, tableID string) string {
	if table := r.Find(kindRouteTable, tableID); table != nil {
		return table.Text("vpcId")
	}
	for _, vpc := range r.All(typeVpc) {
		if vpc.Text("defaultRouteTableId") == tableID {
			return vpc.ID
		}
	}
	return ""
}

// routeStaysHome wants the target in the table's own VPC.
func routeStaysHome(r *request) *Error {
	vpc, table := vpcOfTable(r, r.Text("routeTableId")), r.Text("routeTableId")
	if gateway := r.Find(typeInternetGateway, r.Text("gatewayId")); gateway != nil && gateway.Text("vpcId") != vpc {
		return refuse("InvalidParameterValue", "route table %s and network gateway %s belong to different networks", table, gateway.ID)
	}
	if gateway := r.Find(typeEgressGateway, r.Text("egressOnlyGatewayId")); gateway != nil && gateway.Text("vpcId") != vpc {
		return refuse("InvalidParameterValue", "route table %s and network gateway %s belong to different networks", table, gateway.ID)
	}
	if nat := r.Find(typeNATGateway, r.Text("natGatewayId")); nat != nil && vpcOfSubnet(r, nat.Text("subnetId")) != vpc {
		return refuse("InvalidParameterValue", "route table %s and network gateway %s belong to different networks", table, nat.ID)
	}
	return nil
}

// routeIsNotLocal refuses a destination that the VPC's own local route serves.
func routeIsNotLocal(r *request) *Error {
	destination := r.block("destinationCidrBlock")
	for _, local := range blocksOf(r, vpcOfTable(r, r.Text("routeTableId"))) {
		if destination == local {
			return refuse("RouteAlreadyExists", "The route identified by %s already exists.", destination)
		}
		// A more specific route may only lead to an appliance in a subnet of the VPC.
		if contains(local, destination) && !r.Has("networkInterfaceId") && !r.Has("vpcEndpointId") && !r.Has("natGatewayId") {
			return refuse("InvalidParameterValue", "The destination CIDR block %s is equal to or more specific than one of this "+
				"VPC's CIDR blocks. This route can target only an interface or an instance.", destination)
		}
	}
	return nil
}

func associationNamesOne(r *request) *Error {
	if len(givenOf(r, []string{"subnetId", "gatewayId"})) > 1 {
		return refuse("InvalidParameterCombination", "give subnetId or gatewayId, not both")
	}
	return nil
}

func subnetHasNoTable(r *request) *Error {
	for _, property := range []string{"subnetId", "gatewayId"} {
		if !r.Has(property) {
			continue
		}
		for range r.Siblings(typeRouteAssociation, property) {
			return refuse("Resource.AlreadyAssociated", "the specified association for route table %s conflicts with an "+
				"existing association", r.Text("routeTableId"))
		}
	}
	return nil
}

func associationStaysHome(r *request) *Error {
	table, subnet := r.Text("routeTableId"), r.Text("subnetId")
	if subnet != "" && vpcOfSubnet(r, subnet) != vpcOfTable(r, table) {
		return refuse("InvalidParameterValue", "Route table %s and subnet %s belong to different networks", table, subnet)
	}
	return nil
}

// isDefaultOf wants an id that came with a VPC.
func isDefaultOf(property, code, message string) rule {
	return func(r *request) *Error {
		for _, vpc := range r.All(typeVpc) {
			if vpc.Text(property) == r.Text(property) {
				return nil
			}
		}
		return refuse(code, message, r.Text(property))
	}
}

// vpcOf is the VPC that a default resource came with.
func vpcOf(property string) maker {
	return func(r *request) resource.PropertyValue {
		for _, vpc := range r.All(typeVpc) {
			if vpc.Text(property) == r.Text(property) {
				return resource.NewProperty(vpc.ID)
			}
		}
		return resource.NewProperty("")
	}
}
