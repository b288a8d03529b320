package config

// SecurityGroup is who may speak to what carries the group, and whom that may speak to. What no rule lets through does
// not pass.
type SecurityGroup struct {
	// Description says what carries the group. AWS cannot change it: another makes another group.
	Description string `yaml:"description" json:"description" jsonschema:"required,minLength=1,maxLength=255,pattern=^[a-zA-Z0-9 ._\\-:/()#\\,@[\\]+=&;{}!$*]+$" hint:"a description AWS takes: use letters, digits, spaces and any of ._-:/()#,@[]+=&;{}!$*" example:"the web tier"`
	// Ingress are the rules of what comes in, by name.
	Ingress map[string]GroupRule `yaml:"ingress,omitempty" json:"ingress,omitempty" keys:"name"`
	// Egress are the rules of what goes out, by name; answers need none.
	Egress map[string]GroupRule `yaml:"egress,omitempty" json:"egress,omitempty" keys:"name"`
}

// GroupRule lets one kind of traffic through, to or from each of its peers.
type GroupRule struct {
	// Preset is a kind of traffic by name: https, http, postgres, mysql, redis, nfs, dns, kafka, smtp, ssh, rdp.
	Preset string `yaml:"preset,omitempty" json:"preset,omitempty" jsonschema:"enum=https,enum=http,enum=postgres,enum=mysql,enum=redis,enum=nfs,enum=dns,enum=kafka,enum=smtp,enum=ssh,enum=rdp"`
	// Protocol is tcp, udp, icmp, icmpv6 or all. Left out beside ports: tcp.
	Protocol string `yaml:"protocol,omitempty" json:"protocol,omitempty" jsonschema:"enum=tcp,enum=udp,enum=icmp,enum=icmpv6,enum=all"`
	// Ports are one port, "8443", or a range, "8000-8100".
	Ports string `yaml:"ports,omitempty" json:"ports,omitempty" jsonschema:"pattern=^[0-9]{1\\,5}(-[0-9]{1\\,5})?$" hint:"ports: write \"8443\" or \"8000-8100\""`
	// CIDRs are blocks of addresses.
	CIDRs []string `yaml:"cidrs,omitempty" json:"cidrs,omitempty" jsonschema:"minItems=1"`
	// Groups are security groups of the same VPC, by their names here.
	Groups []string `yaml:"groups,omitempty" json:"groups,omitempty" jsonschema:"minItems=1"`
	// PrefixLists are lists of blocks: of this stack by name, of the shared stack as "shared/<name>", of AWS's as
	// "aws/<service>", for example aws/s3.
	PrefixLists []string `yaml:"prefixLists,omitempty" json:"prefixLists,omitempty" jsonschema:"minItems=1"`
	// Self is whatever carries the same group.
	Self bool `yaml:"self,omitempty" json:"self,omitempty"`
	// Description says why. Left out: what the rule lets through.
	Description string `yaml:"description,omitempty" json:"description,omitempty" jsonschema:"maxLength=255,pattern=^[a-zA-Z0-9 ._\\-:/()#\\,@[\\]+=&;{}!$*]*$" hint:"a description AWS takes: use letters, digits, spaces and any of ._-:/()#,@[]+=&;{}!$*"`
}

// PrefixList is a list of blocks that rules and routes name as one.
type PrefixList struct {
	// MaxEntries is how many blocks it may have, and what it counts in each group that names it. Raising it needs room in
	// all of them.
	MaxEntries int `yaml:"maxEntries" json:"maxEntries" jsonschema:"required,minimum=1,maximum=1000" example:"5"`
	// Entries are the blocks, by name.
	Entries map[string]string `yaml:"entries" json:"entries" jsonschema:"required" keys:"name" example:"{ office: 203.0.113.0/24 }"`
	// Shared lets every account of the organization name it; shared stack only.
	Shared bool `yaml:"shared,omitempty" json:"shared,omitempty"`
}
