package sim

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// insightsEndGiven: without a destination the filter at the source says where a path leads.
func insightsEndGiven(r *request) *Error {
	if !r.Has("destination") && len(r.Texts("filterAtSource.destinationAddress")) == 0 {
		return refuse("MissingParameter", "The request must contain the parameter destination or filterAtSource.destinationAddress")
	}
	return nil
}

// insightsEnd is the ARN of a path's end.
func insightsEnd(property string) maker {
	return func(r *request) resource.PropertyValue {
		end := r.Text(property)
		if strings.HasPrefix(end, "arn:") {
			return resource.NewProperty(end)
		}
		for _, record := range r.cloud.inventory.sorted() {
			if end != "" && record.ID == end && record.Text("arn") != "" {
				return resource.NewProperty(record.Text("arn"))
			}
		}
		return resource.NewProperty("")
	}
}

// insightsPathFound walks the path by routes and network ACLs, from internet gateways and interface endpoints; of other ends
// no way is found.
func insightsPathFound(r *request) resource.PropertyValue {
	path := r.Find(typeInsightsPath, r.Text("networkInsightsPathId"))
	if path == nil {
		return resource.NewProperty(false)
	}
	from, known := r.cloud.insightsEndpoint(path.Text("source"), path.Text("sourceIp"))
	to, also := r.cloud.insightsEndpoint(path.Text("destination"), path.Text("destinationIp"))
	if !known || !also {
		return resource.NewProperty(false)
	}
	to.Port, to.Protocol = number(path.Properties, "destinationPort"), path.Text("protocol")
	return resource.NewProperty(r.cloud.reach(from, to).Reached)
}

// insightsEndpoint is where a path's end stands.
func (m *model) insightsEndpoint(id, address string) (Endpoint, bool) {
	if m.byID(typeInternetGateway, id) != nil {
		return Endpoint{Address: address}, true
	}
	endpoint := m.byID(typeEndpoint, id)
	if endpoint == nil || len(endpoint.Texts("subnetIds")) == 0 {
		return Endpoint{}, false
	}
	return Endpoint{Subnet: endpoint.Texts("subnetIds")[0], Address: address}, true
}
