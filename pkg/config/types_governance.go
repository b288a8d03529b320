package config

// Governance is the organization that the management account rules: its tree, what its accounts may never do, who runs
// its services, and who signs in where. Management stack only.
type Governance struct {
	// Import is the id of an organization that exists already and is taken in as it is. Left out: one is made.
	Import string `yaml:"import,omitempty" json:"import,omitempty" jsonschema:"pattern=^o-[a-z0-9]{10\\,32}$" hint:"an organization's id: write it as o- and its 10 to 32 letters and digits" example:"o-a1b2c3d4e5"`
	// OrganizationalUnits are the OUs by their path, for example "workloads/production"; at most five levels.
	OrganizationalUnits map[string]OrganizationalUnit `yaml:"organizationalUnits" json:"organizationalUnits" jsonschema:"required" keys:"unit" example:"{ security: {}, workloads: {}, workloads/production: {} }"`
	// AllowedRegions are the regions accounts may work in. What AWS runs in one region for the whole world is excepted.
	AllowedRegions []string `yaml:"allowedRegions" json:"allowedRegions" jsonschema:"required,minItems=1,maxItems=40" example:"[eu-west-1]"`
	// SCPMaxCharacters is the longest service control policy, white space included. AWS doubled it to 10240 in May 2026.
	SCPMaxCharacters int `yaml:"scpMaxCharacters" json:"scpMaxCharacters" jsonschema:"required,minimum=1024,maximum=20480"`
	// SCPMaxPerTarget is how many service control policies a root, OU or account takes, AWS's own FullAWSAccess among them.
	SCPMaxPerTarget int `yaml:"scpMaxPerTarget" json:"scpMaxPerTarget" jsonschema:"required,minimum=2,maximum=20"`
	// TrustedServices are the AWS services that may work in every account, by service principal.
	TrustedServices []string `yaml:"trustedServices" json:"trustedServices" jsonschema:"required,minItems=1,maxItems=60"`
	// TagPolicies are the organization's tag policies, by name.
	TagPolicies map[string]TagPolicy `yaml:"tagPolicies,omitempty" json:"tagPolicies,omitempty" keys:"name"`
	// DelegatedAdministrator is who runs the organization's services in place of the management account.
	DelegatedAdministrator *DelegatedAdministrator `yaml:"delegatedAdministrator,omitempty" json:"delegatedAdministrator,omitempty"`
	// CentralRootAccess removes the passwords of the members' root users and opens root sessions from here instead.
	CentralRootAccess bool `yaml:"centralRootAccess" json:"centralRootAccess"`
	// ShareResources lets Resource Access Manager share with the organization without invitations.
	ShareResources bool `yaml:"shareResources" json:"shareResources"`
	// IdentityCenter is who signs in to which account with which rights.
	IdentityCenter *IdentityCenter `yaml:"identityCenter,omitempty" json:"identityCenter,omitempty"`
}

// OrganizationalUnit is one OU of the tree.
type OrganizationalUnit struct {
	// Import is the id of a unit that exists already and is taken in as it is. Left out: one is made.
	Import string `yaml:"import,omitempty" json:"import,omitempty" jsonschema:"pattern=^ou-[0-9a-z]{4\\,32}-[0-9a-z]{8\\,32}$" hint:"a unit's id: write it as ou-, the root's characters, a hyphen and the unit's own" example:"ou-ab12-11111111"`
	// Policies are the service control policies attached to the unit, of the platform's catalogue; what lies below inherits them.
	Policies []string `yaml:"policies,omitempty" json:"policies,omitempty" jsonschema:"minItems=0,maxItems=20,enum=leave-organization,enum=root-user,enum=security-services,enum=regions,enum=storage,enum=platform,enum=quarantine"`
}

// TagPolicy says how tags are written, and on what kinds of resource AWS refuses others.
type TagPolicy struct {
	// Tags are the tags by key, written as it must be written.
	Tags map[string]TagRule `yaml:"tags" json:"tags" jsonschema:"required" keys:"tag" example:"{ CostCenter: { values: [\"1000\", \"21*\"] } }"`
	// OrganizationalUnits are the units it is attached to, by path. Left out: the whole organization.
	OrganizationalUnits []string `yaml:"organizationalUnits,omitempty" json:"organizationalUnits,omitempty" jsonschema:"minItems=1,maxItems=50"`
}

// TagRule is what a tag may be.
type TagRule struct {
	// Values are the values taken; "*" stands for any text within one. Left out: any value.
	Values []string `yaml:"values,omitempty" json:"values,omitempty" jsonschema:"minItems=1,maxItems=100"`
	// EnforcedFor are the kinds of resource on which AWS refuses other values, for example "ec2:instance".
	EnforcedFor []string `yaml:"enforcedFor,omitempty" json:"enforcedFor,omitempty" jsonschema:"minItems=1,maxItems=50"`
}

// DelegatedAdministrator is a member account that runs services for the whole organization.
type DelegatedAdministrator struct {
	// Stack is the stack whose account it is.
	Stack string `yaml:"stack" json:"stack" jsonschema:"required" example:"shared"`
	// Services are the services it runs, by service principal; each must be trusted. GuardDuty, Security Hub and CloudTrail
	// register their administrator by calls of their own and are not named here. Left out: Config and IAM Access Analyzer.
	Services []string `yaml:"services,omitempty" json:"services,omitempty" jsonschema:"minItems=1,maxItems=40"`
}

// IdentityCenter is IAM Identity Center's groups and rights. The instance is switched on in the console, once: it cannot
// be made from here.
type IdentityCenter struct {
	// Groups are the groups of people, by name.
	Groups map[string]IdentityGroup `yaml:"groups" json:"groups" jsonschema:"required" keys:"name" example:"{ platform: { description: runs the platform } }"`
	// PermissionSets are the rights, by name.
	PermissionSets map[string]PermissionSet `yaml:"permissionSets" json:"permissionSets" jsonschema:"required" keys:"permissionSet" example:"{ PlatformOperator: { description: runs updates, assumes: [deploy] } }"`
	// Assignments say which group has which rights where, by name.
	Assignments map[string]Assignment `yaml:"assignments,omitempty" json:"assignments,omitempty" keys:"name"`
}

// IdentityGroup is a group of people.
type IdentityGroup struct {
	// ID is the id of a group that the company's directory keeps. Left out: the group is made here.
	ID string `yaml:"id,omitempty" json:"id,omitempty" jsonschema:"pattern=^([0-9a-f]{10}-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" hint:"a group's id: copy it from the group's page in Identity Center" example:"f81d4fae-7dec-11d0-a765-00a0c91e6bf6"`
	// Description says who belongs to it.
	Description string `yaml:"description" json:"description" jsonschema:"required,minLength=1,maxLength=1024" hint:"a description: use at most 1024 characters" example:"runs the platform"`
}

// PermissionSet is a role that Identity Center makes in every account it is assigned in.
type PermissionSet struct {
	// Description says what it is for.
	Description string `yaml:"description" json:"description" jsonschema:"required,minLength=1,maxLength=700" hint:"a description: use at most 700 characters" example:"runs updates"`
	// SessionHours is how long one may stay signed in, 1 to 12. Left out: 4.
	SessionHours int `yaml:"sessionHours,omitempty" json:"sessionHours,omitempty" jsonschema:"minimum=1,maximum=12"`
	// ManagedPolicies are AWS's own policies, by name and path, for example "job-function/ViewOnlyAccess".
	ManagedPolicies []string `yaml:"managedPolicies,omitempty" json:"managedPolicies,omitempty" jsonschema:"minItems=1,maxItems=10"`
	// Assumes are the platform's roles it may take in every account: deploy, readonly, break-glass.
	Assumes []string `yaml:"assumes,omitempty" json:"assumes,omitempty" jsonschema:"minItems=1,maxItems=3,enum=deploy,enum=readonly,enum=break-glass"`
	// Inline are further rights, by statement id.
	Inline map[string]InlineStatement `yaml:"inline,omitempty" json:"inline,omitempty" keys:"statement"`
	// Boundary is one of AWS's own policies, by name and path: no more than it allows is allowed.
	Boundary string `yaml:"boundary,omitempty" json:"boundary,omitempty"`
}

// InlineStatement is one statement of a permission set's own policy.
type InlineStatement struct {
	// Deny forbids instead of allowing.
	Deny bool `yaml:"deny,omitempty" json:"deny,omitempty"`
	// Actions are the actions, in full: "s3:GetObject".
	Actions []string `yaml:"actions" json:"actions" jsonschema:"required,minItems=1,maxItems=100" example:"[s3:GetObject]"`
	// Resources are the ARNs, or "*".
	Resources []string `yaml:"resources" json:"resources" jsonschema:"required,minItems=1,maxItems=100" example:"[\"*\"]"`
}

// Assignment gives a group the rights of a permission set in some accounts.
type Assignment struct {
	// Group is the group's name.
	Group string `yaml:"group" json:"group" jsonschema:"required" example:"platform"`
	// PermissionSet is the permission set's name.
	PermissionSet string `yaml:"permissionSet" json:"permissionSet" jsonschema:"required" example:"PlatformOperator"`
	// Stacks are the stacks whose accounts it holds in.
	Stacks []string `yaml:"stacks,omitempty" json:"stacks,omitempty" jsonschema:"minItems=1,maxItems=100"`
	// OrganizationalUnits are units, by path, in whose accounts it holds, those of the units below included.
	OrganizationalUnits []string `yaml:"organizationalUnits,omitempty" json:"organizationalUnits,omitempty" jsonschema:"minItems=1,maxItems=50"`
}
