package config

// Trail is the organization's trail: who did what, in every account.
type Trail struct {
	// RetentionDays is how long CloudWatch Logs keeps events: one of the times it knows. The log archive keeps them longer.
	RetentionDays int `yaml:"retentionDays" json:"retentionDays" jsonschema:"required,minimum=1,maximum=3653"`
	// DataEvents are what is recorded beyond management events: s3 (objects), lambda (calls), dynamodb (items). Costs by the event.
	DataEvents []string `yaml:"dataEvents,omitempty" json:"dataEvents,omitempty" jsonschema:"enum=s3,enum=lambda,enum=dynamodb"`
	// Insights are what CloudTrail looks for by itself: unusual rates of calls (callRate) or of errors (errorRate).
	Insights []string `yaml:"insights,omitempty" json:"insights,omitempty" jsonschema:"enum=callRate,enum=errorRate"`
}

// Recorder is AWS Config's record of an account's resources and their changes.
type Recorder struct {
	// Frequency is how often a changed resource is recorded: continuous or daily.
	Frequency string `yaml:"frequency" json:"frequency" jsonschema:"required,enum=continuous,enum=daily"`
	// SnapshotHours is how often the whole is delivered: every 1, 3, 6, 12 or 24 hours.
	SnapshotHours int `yaml:"snapshotHours" json:"snapshotHours" jsonschema:"required,enum=1,enum=3,enum=6,enum=12,enum=24"`
}

// Detection is what watches all accounts of the organization from one of them. A part that is absent does not watch.
type Detection struct {
	// GuardDuty finds threats in logs; null switches off what a preset switches on.
	GuardDuty *GuardDuty `yaml:"guardDuty,omitempty" json:"guardDuty,omitempty"`
	// SecurityHub gathers findings and checks accounts against standards.
	SecurityHub *SecurityHub `yaml:"securityHub,omitempty" json:"securityHub,omitempty"`
	// ConfigAggregator gathers what AWS Config records in every account.
	ConfigAggregator *Aggregator `yaml:"configAggregator,omitempty" json:"configAggregator,omitempty"`
	// AccessAnalyzer finds what is open to the outside of the organization, and access nobody uses.
	AccessAnalyzer *AccessAnalyzer `yaml:"accessAnalyzer,omitempty" json:"accessAnalyzer,omitempty"`
}

// GuardDuty is threat detection. Its base (CloudTrail, DNS and flow logs) is on in every account; each feature is on in
// all accounts, in new ones, or in none.
type GuardDuty struct {
	// PublishEvery is how often repeated findings are published: 15m, 1h or 6h.
	PublishEvery string `yaml:"publishEvery" json:"publishEvery" jsonschema:"required,enum=15m,enum=1h,enum=6h"`
	// S3 watches data events of buckets.
	S3 string `yaml:"s3" json:"s3" jsonschema:"required,enum=all,enum=new,enum=none"`
	// EKS watches the audit logs of clusters.
	EKS string `yaml:"eks" json:"eks" jsonschema:"required,enum=all,enum=new,enum=none"`
	// RDS watches logins to databases.
	RDS string `yaml:"rds" json:"rds" jsonschema:"required,enum=all,enum=new,enum=none"`
	// Lambda watches the network of functions.
	Lambda string `yaml:"lambda" json:"lambda" jsonschema:"required,enum=all,enum=new,enum=none"`
	// Malware scans volumes of instances with findings.
	Malware string `yaml:"malware" json:"malware" jsonschema:"required,enum=all,enum=new,enum=none"`
	// Runtime watches processes by an agent, which GuardDuty keeps on EKS, on Fargate and on EC2.
	Runtime string `yaml:"runtime" json:"runtime" jsonschema:"required,enum=all,enum=new,enum=none"`
}

// SecurityHub is posture management.
type SecurityHub struct {
	// Standards are what accounts are checked against, by name: fsbp, cis, nist, pci or tagging.
	Standards map[string]Standard `yaml:"standards,omitempty" json:"standards,omitempty" keys:"standard"`
	// Regions are those whose findings are gathered here. Left out: all.
	Regions []string `yaml:"regions,omitempty" json:"regions,omitempty"`
}

// Standard is a list of controls.
type Standard struct {
	// Version is the standard's version, for example "3.0.0".
	Version string `yaml:"version" json:"version" jsonschema:"required,pattern=^[0-9]+\\.[0-9]+\\.[0-9]+$" hint:"a version: write it as three numbers in quotes" example:"\"3.0.0\""`
}

// Aggregator gathers the records of AWS Config.
type Aggregator struct {
	// Regions are those gathered from. Left out: all.
	Regions []string `yaml:"regions,omitempty" json:"regions,omitempty"`
}

// AccessAnalyzer is IAM Access Analyzer for the organization.
type AccessAnalyzer struct {
	// UnusedAfterDays is when a right or a role counts as unused. Costs by the role. Left out: unused access is not looked for.
	UnusedAfterDays int `yaml:"unusedAfterDays,omitempty" json:"unusedAfterDays,omitempty" jsonschema:"minimum=1,maximum=365"`
}

// Baseline is what holds for an account and its region as a whole.
type Baseline struct {
	// EBSKey encrypts new volumes: aws (AWS's own key) or own (a key of the account).
	EBSKey string `yaml:"ebsKey" json:"ebsKey" jsonschema:"required,enum=aws,enum=own"`
	// SnapshotSharing says which snapshots may be public: blocked (none) or existing (those that are already).
	SnapshotSharing string `yaml:"snapshotSharing" json:"snapshotSharing" jsonschema:"required,enum=blocked,enum=existing"`
	// MetadataHops is how many network hops instance credentials travel: 1 keeps them from containers, 2 lets containers have them.
	MetadataHops int `yaml:"metadataHops" json:"metadataHops" jsonschema:"required,minimum=1,maximum=64"`
	// VPCBlockPublicAccess keeps the internet out of every VPC of the region: off, ingress (NAT keeps its way out) or bidirectional.
	VPCBlockPublicAccess string `yaml:"vpcBlockPublicAccess" json:"vpcBlockPublicAccess" jsonschema:"required,enum=off,enum=ingress,enum=bidirectional"`
	// PasswordPolicy holds for IAM users; null leaves AWS's own.
	PasswordPolicy *PasswordPolicy `yaml:"passwordPolicy,omitempty" json:"passwordPolicy,omitempty"`
	// Contacts are who AWS writes to, beside the account's own address: security, operations, billing.
	Contacts map[string]Contact `yaml:"contacts,omitempty" json:"contacts,omitempty" keys:"contact"`
}

// PasswordPolicy is what IAM asks of passwords: all four kinds of characters, and this.
type PasswordPolicy struct {
	// MinimumLength is in characters.
	MinimumLength int `yaml:"minimumLength" json:"minimumLength" jsonschema:"required,minimum=8,maximum=128"`
	// MaxAgeDays is when a password ends. Left out: never.
	MaxAgeDays int `yaml:"maxAgeDays,omitempty" json:"maxAgeDays,omitempty" jsonschema:"minimum=1,maximum=1095"`
	// Remembered is how many earlier passwords cannot come again.
	Remembered int `yaml:"remembered" json:"remembered" jsonschema:"required,minimum=1,maximum=24"`
}

// Contact is somebody AWS writes to.
type Contact struct {
	// Name is the person or team.
	Name string `yaml:"name" json:"name" jsonschema:"required,minLength=1,maxLength=64" example:"Security team"`
	// Title is the role.
	Title string `yaml:"title" json:"title" jsonschema:"required,minLength=1,maxLength=50" example:"On call"`
	// Email is the address.
	Email string `yaml:"email" json:"email" jsonschema:"required,pattern=^[^@ ]+@[^@ ]+\\.[^@ ]+$,maxLength=254" hint:"an e-mail address: write it as name@domain" example:"security@example.com"`
	// Phone is the number with its country, for example "+44 20 7946 0000".
	Phone string `yaml:"phone" json:"phone" jsonschema:"required,pattern=^[0-9 ()+-]+$,maxLength=25" hint:"a telephone number: use digits, spaces and any of ()+-" example:"\"+44 20 7946 0000\""`
}
