package config

// LogArchive is where the logs of every account are kept: one bucket for each purpose.
type LogArchive struct {
	// Buckets are the logs kept, by purpose: trail (CloudTrail), config (AWS Config), flow (VPCs and transit gateways), balancers (load balancers), cdn (CloudFront).
	Buckets map[string]LogBucket `yaml:"buckets" json:"buckets" jsonschema:"required" keys:"logs" example:"{ trail: {}, config: {} }"`
	// AccessLogDays is how long it is kept who read the logs.
	AccessLogDays int `yaml:"accessLogDays" json:"accessLogDays" jsonschema:"required,minimum=1,maximum=3653"`
	// NoncurrentDays is how long an overwritten or deleted log object can be brought back.
	NoncurrentDays int `yaml:"noncurrentDays" json:"noncurrentDays" jsonschema:"required,minimum=1,maximum=3653"`
	// TrailLock keeps trail objects from being deleted or overwritten by anyone; null switches off what a preset switches on.
	TrailLock *ObjectLock `yaml:"trailLock,omitempty" json:"trailLock,omitempty"`
}

// LogBucket is how long the logs of one purpose are kept.
type LogBucket struct {
	// RetentionDays is how long an object is kept.
	RetentionDays int `yaml:"retentionDays" json:"retentionDays" jsonschema:"required,minimum=1,maximum=3653"`
	// ColdAfterDays is when objects move to Glacier Instant Retrieval, at least 90 days before they end. Left out: never.
	ColdAfterDays int `yaml:"coldAfterDays,omitempty" json:"coldAfterDays,omitempty" jsonschema:"minimum=1,maximum=3563"`
}

// ObjectLock is how long new objects of a bucket cannot be deleted.
type ObjectLock struct {
	// Mode says who may end it early: governance (who has s3:BypassGovernanceRetention) or compliance (nobody, not even AWS).
	Mode string `yaml:"mode" json:"mode" jsonschema:"required,enum=governance,enum=compliance"`
	// Days is how long, counted for each object from its upload.
	Days int `yaml:"days" json:"days" jsonschema:"required,minimum=1,maximum=3653"`
	// Irrevocable acknowledges that nobody can shorten compliance mode or empty the bucket before its time.
	Irrevocable bool `yaml:"irrevocable,omitempty" json:"irrevocable,omitempty"`
}
