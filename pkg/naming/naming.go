// Package naming gives every name, tag and ARN of the platform from one value, the Scope.
package naming

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"strings"
)

// Scope is where a stack's resources live and who answers for them.
type Scope struct {
	Project      string // Pulumi project, "aws-platform"
	Organization string // short name that prefixes physical names, "acme"
	Environment  string // short name, "dev"
	Region       string // "eu-west-1"
	AccountID    string // twelve digits
	Partition    string // "aws", "aws-cn" or "aws-us-gov"
	Owner        string
	CostCenter   string
	Extra        map[string]string // tags of the stack file; never replace the platform's own
	// Boundary is the ARN of the permissions boundary that every role of the stack carries: whoever makes the stack may
	// make no role without it. "" where nobody asks for one.
	Boundary string
}

// hashLength is how many characters of the SHA-256 mark a cut name; eight keep collisions below one in four billion.
const hashLength = 8

// Name joins organization, environment and parts to a physical name, cut to limit characters.
func (s Scope) Name(limit int, parts ...string) string {
	return Cut(strings.Join(append([]string{s.Organization, s.Environment}, parts...), "-"), limit)
}

// Cut shortens a name to limit characters. A name that is too long ends in a hash of the whole, so that two long names
// never meet; one that fits stays as it is. Where there is no room for more than the hash, the hash is the name.
func Cut(name string, limit int) string {
	if len(name) <= limit {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	mark := hex.EncodeToString(sum[:])[:hashLength]
	head := strings.TrimRight(name[:max(0, limit-hashLength-1)], "-")
	if head == "" {
		return mark[:max(0, min(limit, hashLength))]
	}
	return head + "-" + mark
}

// Tags are the tags of one resource. Precedence, strongest first: Name and Component, the scope's own tags, the
// caller's extra tags, the stack file's tags.
func (s Scope) Tags(component, name string, extra map[string]string) map[string]string {
	tags := make(map[string]string, len(s.Extra)+len(extra)+7)
	maps.Copy(tags, s.Extra)
	maps.Copy(tags, extra)
	maps.Copy(tags, s.BaseTags())
	tags["Component"] = component
	tags["Name"] = name
	return tags
}

// BaseTags are the tags every resource of the stack carries.
func (s Scope) BaseTags() map[string]string {
	return map[string]string{
		"Environment": s.Environment, "Project": s.Project, "Owner": s.Owner,
		"CostCenter": s.CostCenter, "ManagedBy": "pulumi",
	}
}

// RolePath is the path of the roles that components make. Whoever makes the stack may make, change and hand over roles
// of this path only, so that the platform's own, which have none, are out of its reach.
func (s Scope) RolePath() string { return "/" + s.Organization + "/" }

// ARN names a regional resource of the stack's own account, for example ARN("logs", "log-group:/x").
func (s Scope) ARN(service, resource string) string {
	return strings.Join([]string{"arn", s.Partition, service, s.Region, s.AccountID, resource}, ":")
}

// GlobalARN names a resource without region, in the given account ("" for none), for example an IAM role or a bucket.
func (s Scope) GlobalARN(service, accountID, resource string) string {
	return strings.Join([]string{"arn", s.Partition, service, "", accountID, resource}, ":")
}
