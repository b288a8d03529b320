package guard

import (
	"maps"
	"slices"
	"strings"
)

// Tags that every resource carries which takes tags (naming.Scope.Tags).
var mandatoryTags = []string{"Name", "Component", "Environment", "Project", "Owner", "CostCenter", "ManagedBy"}

// houseControls are rules beyond the standards. Others of the house stand with their subject.
func houseControls() []Control {
	return []Control{
		{
			ID: "H1", Title: "What holds data or identity is protected in production", Standards: []string{house}, Types: stateful,
			resource: inProduction(func(c *subject) {
				if !c.Protect && c.holdsState() {
					c.fail("", "is not protected: a mistake in the program deletes it", "pass pulumi.Protect where the stack protects")
				}
			}),
			Exceptions: []string{
				notProduction,
				"Log groups that nobody audits by: those of tasks and functions come and go with them.",
			},
		},
		{
			ID: "H3", Title: "Secrets are secret in the state too", Standards: []string{house},
			resource: secretsAreSecret,
		},
		{
			ID: "H4", Title: "Keys are named by ARN", Standards: []string{house}, resource: keysByARN,
		},
		{
			ID: "H14", Title: "Resources say whose they are", Standards: []string{house}, Types: slices.Concat(taggable, backedUp), resource: tagged,
		},
		{
			ID: "H17", Title: "Records that prove a certificate are named after the domain", Standards: []string{house}, Types: tokens("route53/Record"),
			resource: namedAfterDomain,
		},
	}
}

// stateful are the types that hold what cannot be made again.
var stateful = tokens(
	"rds/Instance", "rds/Cluster", "rds/ClusterInstance", "rds/GlobalCluster", "dynamodb/Table", "kms/Key", "kms/ReplicaKey",
	"s3/BucketV2", "s3/Bucket", "backup/Vault", "efs/FileSystem", "secretsmanager/Secret", "cloudwatch/LogGroup",
	"organizations/Organization", "organizations/Account", "cloudtrail/Trail", "route53/Zone", "ecr/Repository",
)

// audited are the beginnings of the names of log groups that somebody audits by.
var audited = []string{"/aws/cloudtrail/", "/aws/vpc/", "/aws/transit-gateway/", "/aws/route53/", "/aws/vpn/", "/aws/eks/", "/aws/network-firewall/", "/aws/rds/"}

// holdsState leaves out log groups that nobody audits by.
func (r *Resource) holdsState() bool {
	return r.Type != token("cloudwatch/LogGroup") ||
		slices.ContainsFunc(audited, func(head string) bool { return strings.HasPrefix(r.text("name"), head) })
}

// secretKeys are the inputs that hold a secret whatever the type.
var secretKeys = []string{
	"password", "masterPassword", "masterUserPassword", "adminPassword", "authToken", "privateKey", "secretBinary",
	"secretString", "secretStringWo", "tunnel1PresharedKey", "tunnel2PresharedKey", "sharedSecret",
}

func secretsAreSecret(c *subject) {
	for _, key := range slices.Sorted(maps.Keys(c.Inputs)) {
		if c.Custom && slices.Contains(secretKeys, key) && filled(c.Inputs[key]) && !slices.Contains(c.Secrets, key) {
			c.fail(key, "is a secret in plain text", "wrap it in pulumi.ToSecret, or let AWS keep it (manageMasterUserPassword)")
		}
	}
}

// keyKeys are the inputs that name a KMS key. Where an id stands instead of an ARN, AWS answers with the ARN, and every
// preview shows a change.
var keyKeys = []string{
	"kmsKeyId", "kmsKeyArn", "kmsMasterKeyId", "s3KmsKeyArn", "masterKeyId", "performanceInsightsKmsKeyId",
	"masterUserSecretKmsKeyId", "kmsDataKeyId", "keyArn",
}

func keysByARN(c *subject) {
	if c.Custom && strings.HasPrefix(c.Type, "aws:") {
		c.keysIn("", c.Inputs)
	}
}

func (c *subject) keysIn(path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			at := strings.TrimPrefix(path+"."+key, ".")
			if !slices.Contains(keyKeys, key) {
				c.keysIn(at, v[key])
				continue
			}
			if _, unknown := v[key].(Unknown); unknown {
				c.wait(at)
			} else if text, _ := v[key].(string); text != "" && !strings.HasPrefix(text, "arn:") {
				c.fail(at, "is "+show(text), "give the key's ARN")
			}
		}
	case []any:
		for _, element := range v {
			c.keysIn(path+"[]", element)
		}
	}
}

func tagged(c *subject) {
	tags := c.one("tags")
	if _, unknown := tags.(Unknown); unknown {
		c.wait("tags")
		return
	}
	object, _ := tags.(map[string]any)
	wanted := mandatoryTags
	if slices.Contains(backedUp, c.Type) {
		wanted = append(slices.Clone(wanted), "backup")
	}
	for _, key := range wanted {
		if !filled(object[key]) {
			c.fail("tags", "has no "+key, "use Scope.Tags")
		}
	}
}

// backedUp are the types that a backup plan selects by a tag.
var backedUp = tokens("rds/Instance", "rds/Cluster", "dynamodb/Table", "efs/FileSystem", "ebs/Volume")

// namedAfterDomain refuses a position in the logical name of a record that a certificate asks for: the order of the
// domains is not the certificate's to keep, and a record that moves deletes the one that renews the certificate.
func namedAfterDomain(c *subject) {
	for _, source := range c.Sources["name"] {
		if !strings.Contains(source, token("acm/Certificate")) {
			continue
		}
		if !strings.Contains(c.Name, ".") {
			c.fail("", "proves a certificate and is not named after its domain", "use the domain as the key of the logical name")
		}
	}
}
