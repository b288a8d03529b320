package config

// DNS is what the stack's names are: a public zone, a private one, and who answers for the rest. In the shared stack the
// public zone is the organization's; in a workload it is delegated from there.
type DNS struct {
	// Public is the zone the internet asks.
	Public *PublicZone `yaml:"public,omitempty" json:"public,omitempty"`
	// Private is the zone the stack's VPCs ask; the shared stack's is asked by every workload's VPCs too.
	Private *PrivateZone `yaml:"private,omitempty" json:"private,omitempty"`
	// Resolver exchanges questions with networks outside AWS; shared stack only.
	Resolver *Resolver `yaml:"resolver,omitempty" json:"resolver,omitempty"`
}

// PublicZone is a zone the internet asks.
type PublicZone struct {
	// Domain is the zone's name; a workload's is one label before the shared stack's.
	Domain string `yaml:"domain" json:"domain" jsonschema:"required" example:"dev.acme.example"`
	// DelegationTTL is for how many seconds resolvers keep the parent's records of the zone. Left out: 300; raise it when
	// the zone has settled.
	DelegationTTL int `yaml:"delegationTtl,omitempty" json:"delegationTtl,omitempty" jsonschema:"minimum=60,maximum=172800"`
	// CAA says who may issue certificates for the domain. Left out: amazon.com and letsencrypt.org.
	CAA *CAA `yaml:"caa,omitempty" json:"caa,omitempty"`
	// QueryLogs records what is asked.
	QueryLogs *QueryLogs `yaml:"queryLogs,omitempty" json:"queryLogs,omitempty"`
	// DNSSEC signs the zone's answers. docs/dns.md says in which steps to switch it on and off.
	DNSSEC *DNSSEC `yaml:"dnssec,omitempty" json:"dnssec,omitempty"`
	// HealthChecks are what records depend on, by name.
	HealthChecks map[string]HealthCheck `yaml:"healthChecks,omitempty" json:"healthChecks,omitempty" keys:"name"`
	// Records are the zone's records, by a name of their own: records of one DNS name that are chosen among have several.
	Records map[string]DNSRecord `yaml:"records,omitempty" json:"records,omitempty" keys:"name"`
}

// CAA says who may issue certificates for a domain.
type CAA struct {
	// Issuers are the domains of certificate authorities.
	Issuers []string `yaml:"issuers" json:"issuers" jsonschema:"required,minItems=1" example:"[amazon.com]"`
	// Contact is the address an authority writes to when somebody else asks.
	Contact string `yaml:"contact,omitempty" json:"contact,omitempty"`
}

// QueryLogs says how long questions are kept.
type QueryLogs struct {
	// RetentionDays is one of the times CloudWatch Logs knows.
	RetentionDays int `yaml:"retentionDays" json:"retentionDays" jsonschema:"required,minimum=1,maximum=3653"`
}

// DNSSEC signs a zone.
type DNSSEC struct {
	// Publish writes the key's fingerprint into the parent zone: from then on whoever validates refuses unsigned answers. The
	// organization's own zone has its parent at the registrar, so there it is false.
	Publish bool `yaml:"publish" json:"publish" jsonschema:"required" example:"false"`
}

// HealthCheck watches what a record points at.
type HealthCheck struct {
	// Type is what is looked at: https, tcp, calculated (other checks) or alarm (of CloudWatch).
	Type string `yaml:"type" json:"type" jsonschema:"required,enum=https,enum=tcp,enum=calculated,enum=alarm" example:"https"`
	// Host is the name connected to; https and tcp.
	Host string `yaml:"host,omitempty" json:"host,omitempty"`
	// Port is the port connected to. Left out: 443 for https.
	Port int `yaml:"port,omitempty" json:"port,omitempty" jsonschema:"minimum=1,maximum=65535"`
	// Path is the path asked for by https. Left out: /.
	Path string `yaml:"path,omitempty" json:"path,omitempty" jsonschema:"pattern=^/,maxLength=255" hint:"a path: begin it with /, at most 255 characters"`
	// Search is what the first 5120 bytes of an https answer must hold.
	Search string `yaml:"search,omitempty" json:"search,omitempty" jsonschema:"maxLength=255" hint:"a text to search for: use at most 255 characters"`
	// Failures is how many looks in a row change the state. Left out: 3.
	Failures int `yaml:"failures,omitempty" json:"failures,omitempty" jsonschema:"minimum=1,maximum=10"`
	// Seconds is the time between two looks, 10 or 30. Left out: 30. Immutable.
	Seconds int `yaml:"seconds,omitempty" json:"seconds,omitempty" jsonschema:"enum=10,enum=30"`
	// Checks are the other health checks that a calculated one looks at.
	Checks []string `yaml:"checks,omitempty" json:"checks,omitempty"`
	// Healthy is how many of Checks must be healthy. Left out: all.
	Healthy int `yaml:"healthy,omitempty" json:"healthy,omitempty" jsonschema:"minimum=1,maximum=255"`
	// Alarm is the name of a CloudWatch alarm of this account, in the stack's region.
	Alarm string `yaml:"alarm,omitempty" json:"alarm,omitempty" jsonschema:"maxLength=255" hint:"an alarm's name: use at most 255 characters"`
}

// DNSRecord is a record, or one of several of the same DNS name and type that are chosen among.
type DNSRecord struct {
	// Host is the DNS name within the zone: "www", "*.apps", or "@" for the zone itself.
	Host string `yaml:"host" json:"host" jsonschema:"required" example:"www"`
	// Type is the record's type.
	Type string `yaml:"type" json:"type" jsonschema:"required,enum=A,enum=AAAA,enum=CAA,enum=CNAME,enum=MX,enum=NS,enum=PTR,enum=SRV,enum=TXT" example:"A"`
	// Values are the answers, as a zone file has them; texts without quotation marks, however long.
	Values []string `yaml:"values,omitempty" json:"values,omitempty" jsonschema:"minItems=1,maxItems=100"`
	// Alias answers with what another name answers; it takes the place of values.
	Alias *DNSAlias `yaml:"alias,omitempty" json:"alias,omitempty"`
	// TTL is for how many seconds resolvers keep the answer. Left out: 300.
	TTL int `yaml:"ttl,omitempty" json:"ttl,omitempty" jsonschema:"minimum=1,maximum=2147483647"`
	// Routing says how the record is chosen among those of its name and type. Left out: it is the only one.
	Routing *Routing `yaml:"routing,omitempty" json:"routing,omitempty"`
	// HealthCheck is one of the zone's health checks: unhealthy, the record is not chosen.
	HealthCheck string `yaml:"healthCheck,omitempty" json:"healthCheck,omitempty"`
}

// DNSAlias points at another name.
type DNSAlias struct {
	// Record is another record of the zone, by the name it has here.
	Record string `yaml:"record,omitempty" json:"record,omitempty"`
	// Name is a name outside the zone, with its ZoneID: a load balancer's, a distribution's.
	Name string `yaml:"name,omitempty" json:"name,omitempty" example:"d111111abcdef8.cloudfront.net"`
	// ZoneID is the id of the zone Name is in, which AWS tells of each of its services.
	ZoneID string `yaml:"zoneId,omitempty" json:"zoneId,omitempty" jsonschema:"pattern=^Z[0-9A-Z]+$" hint:"a hosted zone's id: write it as Z, capital letters and digits" example:"Z2FDTNDATAQYW2"`
	// EvaluateHealth takes the target's health for the record's own.
	EvaluateHealth bool `yaml:"evaluateHealth,omitempty" json:"evaluateHealth,omitempty"`
}

// Routing says how a record is chosen.
type Routing struct {
	// Policy is weighted, latency, failover, geolocation or multivalue.
	Policy string `yaml:"policy" json:"policy" jsonschema:"required,enum=weighted,enum=latency,enum=failover,enum=geolocation,enum=multivalue" example:"weighted"`
	// Weight is the record's part of all weights, 0 to 255; weighted only.
	Weight int `yaml:"weight,omitempty" json:"weight,omitempty" jsonschema:"minimum=0,maximum=255"`
	// Region is the AWS region the record's target is in; latency only.
	Region string `yaml:"region,omitempty" json:"region,omitempty"`
	// Role is primary or secondary; failover only.
	Role string `yaml:"role,omitempty" json:"role,omitempty" jsonschema:"enum=primary,enum=secondary"`
	// Continent is where the question comes from; geolocation only, as is Country.
	Continent string `yaml:"continent,omitempty" json:"continent,omitempty" jsonschema:"enum=AF,enum=AN,enum=AS,enum=EU,enum=NA,enum=OC,enum=SA"`
	// Country is two letters of ISO 3166-1, or "*" for whoever is nowhere else.
	Country string `yaml:"country,omitempty" json:"country,omitempty" jsonschema:"pattern=^([A-Z]{2}|\\*)$" hint:"a country: write its two letters, or \"*\" for the rest of the world"`
	// Subdivision is a state of the US, or a region of Ukraine, in two letters or digits.
	Subdivision string `yaml:"subdivision,omitempty" json:"subdivision,omitempty" jsonschema:"pattern=^[A-Z0-9]{1\\,3}$" hint:"a subdivision: write its code as ISO 3166-2 has it, without the country"`
}

// PrivateZone is a zone that VPCs ask.
type PrivateZone struct {
	// Domain is the zone's name, under a domain that the internet does not have.
	Domain string `yaml:"domain" json:"domain" jsonschema:"required" example:"dev.acme.internal"`
	// VPC is the VPC of this stack the zone is made with; the stack's other VPCs ask it too. Immutable.
	VPC string `yaml:"vpc" json:"vpc" jsonschema:"required" example:"main"`
	// HealthChecks and Records are as a public zone's.
	HealthChecks map[string]HealthCheck `yaml:"healthChecks,omitempty" json:"healthChecks,omitempty" keys:"name"`
	Records      map[string]DNSRecord   `yaml:"records,omitempty" json:"records,omitempty" keys:"name"`
}

// Resolver exchanges questions with networks outside AWS.
type Resolver struct {
	// VPC is the VPC of this stack whose private subnets hold the endpoints, one address in each zone.
	VPC string `yaml:"vpc" json:"vpc" jsonschema:"required" example:"hub"`
	// Inbound are the networks that ask: a block each, by name. Left out: nobody from outside asks.
	Inbound map[string]ResolverClient `yaml:"inbound,omitempty" json:"inbound,omitempty" keys:"name"`
	// Rules say who answers for a domain, by name. Every VPC of every environment follows them.
	Rules map[string]ResolverRule `yaml:"rules,omitempty" json:"rules,omitempty" keys:"name"`
	// Firewall are lists of domains that no VPC of any environment is answered, or only with a note, by name.
	Firewall map[string]DNSFirewallList `yaml:"firewall,omitempty" json:"firewall,omitempty" keys:"name"`
	// QueryLogs records what VPCs ask, of every environment.
	QueryLogs *QueryLogs `yaml:"queryLogs,omitempty" json:"queryLogs,omitempty"`
}

// DNSFirewallList says what becomes of questions for some domains.
type DNSFirewallList struct {
	// Priority is the list's turn, lowest first; the first list with a domain decides.
	Priority int `yaml:"priority" json:"priority" jsonschema:"required,minimum=1,maximum=9999" example:"10"`
	// Action is block (there is no such name), alert (answered, and noted in the query logs) or allow.
	Action string `yaml:"action" json:"action" jsonschema:"required,enum=block,enum=alert,enum=allow" example:"block"`
	// Domains are names: one, all below one ("*.bad.example"), or all ("*").
	Domains []string `yaml:"domains" json:"domains" jsonschema:"required,minItems=1,maxItems=1000" example:"[bad.example, \"*.bad.example\"]"`
}

// ResolverClient is a network that asks the inbound endpoint.
type ResolverClient struct {
	// CIDR is the network's block.
	CIDR string `yaml:"cidr" json:"cidr" jsonschema:"required" example:"192.168.0.0/16"`
}

// ResolverRule says who answers for a domain.
type ResolverRule struct {
	// Domain is the domain, with all below it.
	Domain string `yaml:"domain" json:"domain" jsonschema:"required" example:"corp.acme.example"`
	// Targets are the IPv4 addresses of name servers, reached by the outbound endpoint. Left out: Route 53 answers, which
	// takes a domain out of a wider rule.
	Targets []string `yaml:"targets,omitempty" json:"targets,omitempty" jsonschema:"minItems=1,maxItems=6"`
}
