package config

// TransitGateway is the hub that the VPCs of all accounts meet at, cut into segments.
type TransitGateway struct {
	// ASN is the gateway's own autonomous system number: 64512 to 65534, or 4200000000 to 4294967294. Immutable.
	ASN int `yaml:"asn" json:"asn" jsonschema:"required,minimum=64512,maximum=4294967294"`
	// Segments are what VPCs belong to, by name.
	Segments map[string]Segment `yaml:"segments" json:"segments" jsonschema:"required" keys:"name" example:"{ infrastructure: { cidr: 10.0.0.0/12 } }"`
	// OnPremises are networks outside AWS, by name.
	OnPremises map[string]OnPremises `yaml:"onPremises,omitempty" json:"onPremises,omitempty" keys:"name"`
	// Regions are further hubs, by region: the same segments with blocks of their own there, joined with this hub.
	Regions map[string]TransitRegion `yaml:"regions,omitempty" json:"regions,omitempty"`
	// Egress gives segments their way out through a VPC of this stack.
	Egress *TransitEgress `yaml:"egress,omitempty" json:"egress,omitempty"`
	// Inspection leads what crosses segments, and what leaves by egress, through a firewall.
	Inspection *TransitInspection `yaml:"inspection,omitempty" json:"inspection,omitempty"`
	// FlowLogs records the gateway's traffic; null switches off what a preset switches on.
	FlowLogs *TransitFlowLogs `yaml:"flowLogs,omitempty" json:"flowLogs,omitempty"`
}

// Segment is a part of the network that traffic leaves only as said here.
type Segment struct {
	// CIDR is the block every VPC of the segment lies in, /8 to /16: one route stands for all of them.
	CIDR string `yaml:"cidr" json:"cidr" jsonschema:"required" example:"10.16.0.0/12"`
	// Reaches are the segments whose VPCs this segment's reach; both sides must say so. One that does not name itself keeps
	// its VPCs apart.
	Reaches []string `yaml:"reaches,omitempty" json:"reaches,omitempty"`
}

// OnPremises is a network outside AWS. Without a VPN its block is only kept free: every segment drops what goes there.
type OnPremises struct {
	// CIDR is the network's block.
	CIDR string `yaml:"cidr" json:"cidr" jsonschema:"required" example:"192.168.0.0/16"`
	// Reaches are the segments it reaches and is reached from.
	Reaches []string `yaml:"reaches,omitempty" json:"reaches,omitempty"`
	// VPN is the site-to-site connection to it.
	VPN *VPN `yaml:"vpn,omitempty" json:"vpn,omitempty"`
}

// VPN is a site-to-site connection with static routes; both tunnels write their logs.
type VPN struct {
	// Address is the public IPv4 address of the other end.
	Address string `yaml:"address" json:"address" jsonschema:"required" example:"198.51.100.7"`
	// ASN is the other end's autonomous system number.
	ASN int `yaml:"asn" json:"asn" jsonschema:"required,minimum=1,maximum=4294967294" example:"65000"`
	// LogRetentionDays is how long the tunnels' logs are kept: one of the times CloudWatch Logs knows.
	LogRetentionDays int `yaml:"logRetentionDays" json:"logRetentionDays" jsonschema:"required,minimum=1,maximum=3653"`
}

// TransitEgress is a way out that segments share.
type TransitEgress struct {
	// VPC is the VPC of this stack whose NAT gateways are used; it needs the tiers public and transit.
	VPC string `yaml:"vpc" json:"vpc" jsonschema:"required" example:"hub"`
	// Segments are those that leave by it.
	Segments []string `yaml:"segments" json:"segments" jsonschema:"required,minItems=1" example:"[nonproduction]"`
}

// TransitInspection is a firewall between segments, in a VPC of its own.
type TransitInspection struct {
	// VPC is the VPC of this stack the firewall stands in: tiers data (the firewall's) and transit, no way out, no transit
	// section.
	VPC string `yaml:"vpc" json:"vpc" jsonschema:"required" example:"inspection"`
	// LogRetentionDays is how long the firewall's logs are kept: one of the times CloudWatch Logs knows.
	LogRetentionDays int `yaml:"logRetentionDays" json:"logRetentionDays" jsonschema:"required,minimum=1,maximum=3653" example:"365"`
}

// TransitFlowLogs says where the gateway's traffic records go. They are gathered over 60 seconds: AWS offers no other time.
type TransitFlowLogs struct {
	// Destination is where records go: cloudwatch, or s3, which is the log archive's bucket.
	Destination string `yaml:"destination" json:"destination" jsonschema:"required,enum=cloudwatch,enum=s3"`
	// RetentionDays is how long the log group keeps records; the log archive has its own times.
	RetentionDays int `yaml:"retentionDays,omitempty" json:"retentionDays,omitempty" jsonschema:"minimum=1,maximum=3653"`
}

// VPCTransit attaches a VPC to the shared stack's transit gateway.
type VPCTransit struct {
	// Segment is the segment the VPC belongs to.
	Segment string `yaml:"segment" json:"segment" jsonschema:"required" example:"nonproduction"`
}

// TransitRegion is a hub in another region.
type TransitRegion struct {
	// ASN is the hub's own autonomous system number, another than any other hub's. Immutable.
	ASN int `yaml:"asn" json:"asn" jsonschema:"required,minimum=64512,maximum=4294967294" example:"64513"`
	// Segments are the blocks of segments there, by the segments' names. Who reaches whom is as in this hub.
	Segments map[string]string `yaml:"segments" json:"segments" jsonschema:"required" keys:"name" example:"{ production: 10.96.0.0/12 }"`
}
