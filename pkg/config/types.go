package config

// Kind says which composition a stack gets.
type Kind string

// The kinds of stack.
const (
	Management Kind = "management" // the organization's management account: organization, state backend
	Shared     Kind = "shared"     // shared services: hubs and what every environment uses
	Workload   Kind = "workload"   // an environment that runs applications
)

// Stack is everything one Pulumi.<stack>.yaml may say under "aws-platform:". A section that is absent is a
// component that is absent.
type Stack struct {
	// Kind selects the composition: management, shared or workload.
	Kind Kind `yaml:"kind" json:"kind" jsonschema:"required,enum=management,enum=shared,enum=workload" example:"workload"`
	// Profile is the preset merged under the stack's own values: development, staging or production.
	Profile string `yaml:"profile" json:"profile" jsonschema:"required,enum=development,enum=staging,enum=production" example:"development"`
	// Environment is the short name used in names and in the Environment tag, for example "dev".
	Environment string `yaml:"environment" json:"environment" jsonschema:"required,minLength=2,maxLength=16,pattern=^[a-z][a-z0-9]*(-[a-z0-9]+)*$" hint:"a short name: use 2 to 16 lower-case letters, digits and single hyphens, a letter first" example:"dev"`
	// Organization is the short name that prefixes physical names; set once, in Pulumi.yaml.
	Organization string `yaml:"organization" json:"organization" jsonschema:"required,minLength=2,maxLength=16,pattern=^[a-z][a-z0-9]*(-[a-z0-9]+)*$" hint:"a short name: use 2 to 16 lower-case letters, digits and single hyphens, a letter first" example:"acme"`
	// Account is the AWS account and region the stack owns.
	Account Account `yaml:"account" json:"account" jsonschema:"required" example:"{ id: \"123456789012\", region: eu-west-1 }"`
	// Owner is the team that answers for the stack; becomes the Owner tag.
	Owner string `yaml:"owner" json:"owner" jsonschema:"required" example:"platform-team"`
	// CostCenter is where the bill goes; becomes the CostCenter tag.
	CostCenter string `yaml:"costCenter" json:"costCenter" jsonschema:"required" example:"\"2100\""`
	// Tags are added to every resource. They cannot replace the platform's own tags.
	Tags map[string]string `yaml:"tags,omitempty" json:"tags,omitempty"`
	// Protect makes the engine refuse to delete what holds data or identity (VPCs, buckets, keys).
	Protect bool `yaml:"protect" json:"protect"`
	// Exemptions weaken a production guardrail, by the guardrail's name, for a reason and until a date.
	Exemptions map[string]Exemption `yaml:"exemptions,omitempty" json:"exemptions,omitempty"`
	// VPCs are the virtual private clouds, by name.
	VPCs map[string]VPC `yaml:"vpcs,omitempty" json:"vpcs,omitempty" keys:"name"`
	// PrefixLists are lists of blocks that rules name as one, by name.
	PrefixLists map[string]PrefixList `yaml:"prefixLists,omitempty" json:"prefixLists,omitempty" keys:"name"`
	// StateBackend is the bucket, key and roles that hold Pulumi's state; management stack only.
	StateBackend *StateBackend `yaml:"stateBackend,omitempty" json:"stateBackend,omitempty"`
	// Governance is the organization: its tree of accounts, its policies, its Identity Center; management stack only.
	Governance *Governance `yaml:"governance,omitempty" json:"governance,omitempty"`
	// LogArchive keeps the logs of every account; shared stack only.
	LogArchive *LogArchive `yaml:"logArchive,omitempty" json:"logArchive,omitempty"`
	// Trail records who did what in every account; shared stack only.
	Trail *Trail `yaml:"trail,omitempty" json:"trail,omitempty"`
	// Detection watches all accounts; shared stack only.
	Detection *Detection `yaml:"detection,omitempty" json:"detection,omitempty"`
	// Recorder records the account's resources and their changes.
	Recorder *Recorder `yaml:"recorder,omitempty" json:"recorder,omitempty"`
	// Baseline is what holds for the account as a whole.
	Baseline *Baseline `yaml:"baseline,omitempty" json:"baseline,omitempty"`
	// TransitGateway is the hub all VPCs meet at; shared stack only.
	TransitGateway *TransitGateway `yaml:"transitGateway,omitempty" json:"transitGateway,omitempty"`
	// DNS is what the stack's names are.
	DNS *DNS `yaml:"dns,omitempty" json:"dns,omitempty"`
	// Access is who may become what in the accounts; management stack only.
	Access *Access `yaml:"access,omitempty" json:"access,omitempty"`
	// Pipelines are the pipelines that run this stack.
	Pipelines *Pipelines `yaml:"pipelines,omitempty" json:"pipelines,omitempty"`
	// CI is where pipelines sign in from; shared stack only.
	CI *ContinuousIntegration `yaml:"ci,omitempty" json:"ci,omitempty"`
}

// Account is an AWS account and the region the stack works in.
type Account struct {
	// ID is the account's id. Left out where the management stack makes the account, which takes an email.
	ID string `yaml:"id,omitempty" json:"id,omitempty" jsonschema:"pattern=^[0-9]{12}$" hint:"an account id: write its twelve digits in quotes" example:"\"123456789012\""`
	// Region is the AWS region, for example "eu-west-1".
	Region string `yaml:"region" json:"region" jsonschema:"required" example:"eu-west-1"`
	// Role is the role assumed in the account. Left out: the caller's own credentials are used.
	Role string `yaml:"role,omitempty" json:"role,omitempty" jsonschema:"minLength=1,maxLength=64,pattern=^[A-Za-z0-9_+=.@-]+$" hint:"a role's name: write the name alone, not its ARN, at most 64 characters"`
	// Email is the address of the account's root user; no two accounts of the world share one.
	Email string `yaml:"email,omitempty" json:"email,omitempty" jsonschema:"minLength=6,maxLength=64,pattern=^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$" hint:"an address AWS takes: write it as name@domain, 6 to 64 characters" example:"aws-dev@acme.example"`
	// Name is the account's name. Left out: "<organization>-<environment>".
	Name string `yaml:"name,omitempty" json:"name,omitempty" jsonschema:"minLength=1,maxLength=50" hint:"an account's name: use at most 50 characters"`
	// OrganizationalUnit is the path of the unit the account belongs to. Left out: infrastructure for shared services,
	// workloads/production for the production profile, else workloads/nonproduction.
	OrganizationalUnit string `yaml:"organizationalUnit,omitempty" json:"organizationalUnit,omitempty"`
	// Close lets the account be closed by removing the stack's file, once it stands in the unit suspended or below.
	Close bool `yaml:"close,omitempty" json:"close,omitempty"`
}

// Exemption weakens one guardrail for a while.
type Exemption struct {
	// Reason is for whoever reviews the stack file.
	Reason string `yaml:"reason" json:"reason" jsonschema:"required,pattern=\\S" hint:"a reason: say why the guardrail does not hold here" example:"one NAT gateway until the budget is approved"`
	// Until is the last day the exemption counts, as YYYY-MM-DD.
	Until string `yaml:"until" json:"until" jsonschema:"required,format=date" example:"\"2027-01-31\""`
}

// VPC is one virtual private cloud.
type VPC struct {
	// CIDR is the primary IPv4 block, /16 to /20. Absent only when IPAM gives it.
	CIDR string `yaml:"cidr,omitempty" json:"cidr,omitempty"`
	// IPAM takes the primary block from a pool instead of CIDR.
	IPAM *IPAM `yaml:"ipam,omitempty" json:"ipam,omitempty"`
	// Zones are the letters of the region's availability zones, two to six of a to f.
	Zones []string `yaml:"zones" json:"zones" jsonschema:"required,minItems=2,maxItems=6,enum=a,enum=b,enum=c,enum=d,enum=e,enum=f" example:"[a, b, c]"`
	// Tiers are the kinds of subnet made in every zone: public, private, data, transit.
	Tiers []string `yaml:"tiers" json:"tiers" jsonschema:"required,minItems=1,maxItems=4,enum=public,enum=private,enum=data,enum=transit" example:"[public, private]"`
	// Layout places the subnets: roomy (private subnets largest) or sequential (equal subnets one after another).
	Layout string `yaml:"layout" json:"layout" jsonschema:"required,enum=roomy,enum=sequential"`
	// SubnetPrefix is the prefix length of every subnet of a sequential layout, at least 5 more than the VPC's. Left out: 8 more.
	SubnetPrefix int `yaml:"subnetPrefix,omitempty" json:"subnetPrefix,omitempty" jsonschema:"minimum=21,maximum=28"`
	// NAT gives private subnets a way out: none, single (one gateway, lowest zone letter) or perZone.
	NAT string `yaml:"nat" json:"nat" jsonschema:"required,enum=none,enum=single,enum=perZone"`
	// InterfaceEndpoints are the AWS services reached privately, by short name, for example "ecr.api".
	InterfaceEndpoints []string `yaml:"interfaceEndpoints,omitempty" json:"interfaceEndpoints,omitempty"`
	// SharedEndpoints are services whose interface endpoints stand in this VPC and serve the VPCs of every environment;
	// shared stack only.
	SharedEndpoints []string `yaml:"sharedEndpoints,omitempty" json:"sharedEndpoints,omitempty"`
	// EndpointsFromShared are services reached through the shared stack's endpoints instead of own ones.
	EndpointsFromShared []string `yaml:"endpointsFromShared,omitempty" json:"endpointsFromShared,omitempty"`
	// EndpointPolicies say what passes the endpoint of a service, s3 and dynamodb included: perimeter, which holds where
	// nothing is said, or full.
	EndpointPolicies map[string]string `yaml:"endpointPolicies,omitempty" json:"endpointPolicies,omitempty"`
	// NetworkACLs filter the subnets of a tier, by the tier's name or a secondary block's. Left out: everything passes, and
	// security groups decide.
	NetworkACLs map[string]NetworkACL `yaml:"networkAcls,omitempty" json:"networkAcls,omitempty" keys:"name"`
	// Paths are ways through the network to be checked by Reachability Analyzer, by name.
	Paths map[string]Path `yaml:"paths,omitempty" json:"paths,omitempty" keys:"name"`
	// FlowLogs records the VPC's traffic; null switches off what a preset switches on.
	FlowLogs *FlowLogs `yaml:"flowLogs,omitempty" json:"flowLogs,omitempty"`
	// DHCP replaces the default DHCP options.
	DHCP *DHCP `yaml:"dhcp,omitempty" json:"dhcp,omitempty"`
	// IPv6 adds an Amazon-provided /56 and an egress-only gateway for private subnets.
	IPv6 bool `yaml:"ipv6" json:"ipv6"`
	// SecondaryCIDRs are further IPv4 blocks by name; each is cut into one private subnet per zone.
	SecondaryCIDRs map[string]SecondaryCIDR `yaml:"secondaryCidrs,omitempty" json:"secondaryCidrs,omitempty" keys:"name"`
	// Transit attaches the VPC to the transit gateway of the shared stack.
	Transit *VPCTransit `yaml:"transit,omitempty" json:"transit,omitempty"`
	// SecurityGroups are the VPC's security groups, by name.
	SecurityGroups map[string]SecurityGroup `yaml:"securityGroups,omitempty" json:"securityGroups,omitempty" keys:"name"`
	// Clusters are the EKS clusters that find their subnets here by tag.
	Clusters []string `yaml:"clusters,omitempty" json:"clusters,omitempty"`
}

// IPAM is a pool that gives a VPC its block.
type IPAM struct {
	// PoolID is the IPAM pool's id.
	PoolID string `yaml:"poolId" json:"poolId" jsonschema:"required,pattern=^ipam-pool-[0-9a-f]{8\\,17}$" hint:"an IPAM pool's id: write it as ipam-pool- and hexadecimal digits" example:"ipam-pool-0123456789abcdef0"`
	// NetmaskLength is the prefix length asked for, 16 to 20.
	NetmaskLength int `yaml:"netmaskLength" json:"netmaskLength" jsonschema:"required,minimum=16,maximum=20" example:"16"`
}

// SecondaryCIDR is a further IPv4 block of a VPC.
type SecondaryCIDR struct {
	// CIDR is the block, /16 to /24.
	CIDR string `yaml:"cidr" json:"cidr" jsonschema:"required" example:"100.64.0.0/16"`
}

// FlowLogs says where traffic records go and how long they stay.
type FlowLogs struct {
	// Destination is where records go: cloudwatch, s3, or archive, which is the log archive of the shared stack.
	Destination string `yaml:"destination" json:"destination" jsonschema:"required,enum=cloudwatch,enum=s3,enum=archive"`
	// RetentionDays is how long records are kept: one of the times CloudWatch Logs knows, for S3 too. The log archive has
	// its own times.
	RetentionDays int `yaml:"retentionDays" json:"retentionDays" jsonschema:"required,minimum=1,maximum=3653"`
	// AggregationSeconds is how long traffic is gathered for one record: 60 or 600.
	AggregationSeconds int `yaml:"aggregationSeconds" json:"aggregationSeconds" jsonschema:"required,enum=60,enum=600"`
	// BucketARN is an existing bucket to write to. Absent with destination s3: the VPC makes its own.
	BucketARN string `yaml:"bucketArn,omitempty" json:"bucketArn,omitempty"`
}

// DHCP is a VPC's DHCP options set.
type DHCP struct {
	// DomainName is the search domain handed to instances.
	DomainName string `yaml:"domainName,omitempty" json:"domainName,omitempty"`
	// NameServers are at most four IPv4 addresses, or AmazonProvidedDNS.
	NameServers []string `yaml:"nameServers,omitempty" json:"nameServers,omitempty" jsonschema:"minItems=1,maxItems=4"`
	// NTPServers are at most four IPv4 addresses.
	NTPServers []string `yaml:"ntpServers,omitempty" json:"ntpServers,omitempty" jsonschema:"minItems=1,maxItems=4"`
}

// StateBackend is where Pulumi's state is kept.
type StateBackend struct {
	// Bucket is the bucket's name.
	Bucket string `yaml:"bucket" json:"bucket" jsonschema:"required" example:"acme-aws-platform-state"`
	// NoncurrentDays is how long an overwritten version of state is kept.
	NoncurrentDays int `yaml:"noncurrentDays" json:"noncurrentDays" jsonschema:"required,minimum=1,maximum=3653"`
	// AccessLogDays is how long the bucket's access logs are kept.
	AccessLogDays int `yaml:"accessLogDays" json:"accessLogDays" jsonschema:"required,minimum=1,maximum=3653"`
}
