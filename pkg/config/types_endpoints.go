package config

import (
	"slices"
	"strings"
)

// What an endpoint's policy lets pass.
const (
	// Perimeter is the preset of every endpoint: our identities, our resources, and what AWS itself needs.
	Perimeter = "perimeter"
	// FullAccess is AWS's own default: everything passes, anybody's credentials to anybody's account.
	FullAccess = "full"
)

// WithoutPolicy are services whose endpoints take no policy but AWS's own: EC2 answers "only supports the full-access
// endpoint policy". "aws ec2 describe-vpc-endpoint-services" tells which (VpcEndpointPolicySupported).
func WithoutPolicy() []string { return []string{"email-smtp", "transfer.server"} }

// Path is a way through the network that Reachability Analyzer is to check.
type Path struct {
	// From is where it begins: internet (the VPC's internet gateway), endpoint:<service> (an interface endpoint that stands
	// in the VPC), or the id or ARN of an instance, interface, gateway or endpoint.
	From string `yaml:"from" json:"from" jsonschema:"required" example:"internet"`
	// To is where it ends, written as From is.
	To string `yaml:"to" json:"to" jsonschema:"required" example:"endpoint:sts"`
	// Protocol is tcp or udp.
	Protocol string `yaml:"protocol" json:"protocol" jsonschema:"required,enum=tcp,enum=udp"`
	// Port is the destination's.
	Port int `yaml:"port,omitempty" json:"port,omitempty" jsonschema:"minimum=1,maximum=65535"`
	// SourceIP narrows the beginning to one IPv4 address.
	SourceIP string `yaml:"sourceIp,omitempty" json:"sourceIp,omitempty"`
	// DestinationIP narrows the end to one IPv4 address.
	DestinationIP string `yaml:"destinationIp,omitempty" json:"destinationIp,omitempty"`
	// Analyze runs the analysis when this text is new: write a date or a ticket. Every run is paid for. Left out: none.
	Analyze string `yaml:"analyze,omitempty" json:"analyze,omitempty" jsonschema:"pattern=^[a-z0-9][a-z0-9-]{0\\,31}$" hint:"a run's name: use at most 32 lower-case letters, digits and hyphens" example:"2026-11-23"`
}

// NetworkACL is a filter on the subnets of a tier that keeps no state: answers need rules of their own, and have them.
type NetworkACL struct {
	// Preset are rules that most tiers of a kind need: internal (private addresses both ways, and the way out), web (that,
	// and HTTP and HTTPS from anywhere), closed (answers only).
	Preset string `yaml:"preset" json:"preset" jsonschema:"required,enum=internal,enum=web,enum=closed"`
	// Rules are further rules, by name. They are asked before the preset's.
	Rules map[string]NetworkACLRule `yaml:"rules,omitempty" json:"rules,omitempty" keys:"name"`
}

// NetworkACLRule is one entry of a network ACL. Of two that match, the lower number decides.
type NetworkACLRule struct {
	// Number is the entry's place, 1 to 19999; the preset's come after. Changing it makes the entry anew.
	Number int `yaml:"number" json:"number" jsonschema:"required,minimum=1,maximum=19999" example:"100"`
	// Direction is ingress or egress.
	Direction string `yaml:"direction" json:"direction" jsonschema:"required,enum=ingress,enum=egress" example:"ingress"`
	// Action is allow or deny.
	Action string `yaml:"action" json:"action" jsonschema:"required,enum=allow,enum=deny" example:"allow"`
	// Protocol is tcp, udp, icmp or all.
	Protocol string `yaml:"protocol" json:"protocol" jsonschema:"required,enum=tcp,enum=udp,enum=icmp,enum=all" example:"tcp"`
	// FromPort is the first port, of tcp and udp. Left out: every port.
	FromPort int `yaml:"fromPort,omitempty" json:"fromPort,omitempty" jsonschema:"minimum=1,maximum=65535"`
	// ToPort is the last port. Left out: FromPort.
	ToPort int `yaml:"toPort,omitempty" json:"toPort,omitempty" jsonschema:"minimum=1,maximum=65535"`
	// CIDR is the other side's IPv4 block.
	CIDR string `yaml:"cidr,omitempty" json:"cidr,omitempty" example:"198.51.100.0/24"`
	// IPv6CIDR is the other side's IPv6 block, instead of CIDR.
	IPv6CIDR string `yaml:"ipv6Cidr,omitempty" json:"ipv6Cidr,omitempty"`
}

// endpointDomains are the names that services answer to where that is not "<service>.<region>.amazonaws.com"; a star
// stands for every name below. "{region}" is the region.
// https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
var endpointDomains = map[string]string{
	"codeartifact.api":          "codeartifact.{region}.amazonaws.com",
	"codeartifact.repositories": "*.d.codeartifact.{region}.amazonaws.com",
	"ecr.api":                   "api.ecr.{region}.amazonaws.com",
	"ecr.dkr":                   "*.dkr.ecr.{region}.amazonaws.com",
	"ecs-agent":                 "ecs-a.{region}.amazonaws.com",
	"ecs-telemetry":             "ecs-t.{region}.amazonaws.com",
	"eks-auth":                  "eks-auth.{region}.api.aws",
	"execute-api":               "*.execute-api.{region}.amazonaws.com",
	"kinesis-firehose":          "firehose.{region}.amazonaws.com",
	"kinesis-streams":           "kinesis.{region}.amazonaws.com",
	"sagemaker.api":             "api.sagemaker.{region}.amazonaws.com",
	"sagemaker.runtime":         "runtime.sagemaker.{region}.amazonaws.com",
}

// plainDomains are services that answer to "<service>.<region>.amazonaws.com".
var plainDomains = []string{
	"access-analyzer", "athena", "autoscaling", "backup", "cloudformation", "cloudtrail", "codebuild", "codedeploy",
	"codepipeline", "config", "ebs", "ec2", "ec2messages", "ecs", "eks", "elasticache", "elasticfilesystem",
	"elasticloadbalancing", "events", "glue", "guardduty", "imagebuilder", "inspector2", "kms", "lambda", "logs", "monitoring",
	"oam", "pipes", "ram", "rds", "rds-data", "redshift", "scheduler", "secretsmanager", "securityhub", "servicecatalog", "sns",
	"sqs", "ssm", "ssm-contacts", "ssm-incidents", "ssmmessages", "states", "sts", "synthetics", "xray",
}

// SharedEndpointServices are the services whose endpoint can be shared: their names are known.
func SharedEndpointServices() []string {
	known := slices.Clone(plainDomains)
	for service := range endpointDomains {
		known = append(known, service)
	}
	slices.Sort(known)
	return known
}

// EndpointDomain is the name a service answers to in a region, and whether it answers to every name below that too. It is
// "" for a service whose name is not known.
func EndpointDomain(service, region string) (domain string, below bool) {
	domain = endpointDomains[service]
	if slices.Contains(plainDomains, service) {
		domain = service + ".{region}.amazonaws.com"
	}
	domain, below = strings.CutPrefix(strings.ReplaceAll(domain, "{region}", region), "*.")
	return domain, below
}
