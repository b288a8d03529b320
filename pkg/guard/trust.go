package guard

import (
	"slices"
	"strings"
)

// lonely are services that send neither aws:SourceAccount nor aws:SourceArn when they take a role. A role they take is
// handed to them by somebody with iam:PassRole, which is judged (H21).
var lonely = []string{
	"ec2.amazonaws.com", "eks.amazonaws.com", "pods.eks.amazonaws.com", "eks-fargate-pods.amazonaws.com",
	"lambda.amazonaws.com", "edgelambda.amazonaws.com", "backup.amazonaws.com", "monitoring.rds.amazonaws.com",
	"autoscaling.amazonaws.com", "spotfleet.amazonaws.com",
}

// trustControls are about who may take a role, and who may use a resource.
func trustControls() []Control {
	return []Control{
		{
			ID: "H22", Title: "No role is trusted to anybody without a condition", Standards: []string{house}, Types: tokens("iam/Role"),
			resource: eachStatement(trustedUnderCondition, trust),
			Exceptions: []string{
				"Services that send no source: " + strings.Join(lonely, ", ") + ". Their roles are handed over by iam:PassRole, which is judged (H21).",
			},
		},
		{
			ID: "H23", Title: "No resource is open to everybody without a condition", Standards: []string{house}, Types: policyTypes(opens),
			resource: eachStatement(func(c *subject, path string, s statement) {
				if slices.Contains(tokens("ec2/VpcEndpoint", "ec2/VpcEndpointPolicy"), c.Type) && s.holdsEndpoint() {
					return
				}
				if s.public() {
					c.fail(path, "lets anybody in the world in", "name who may, or add a condition on the organization, account or network")
				}
			}, opens),
			Exceptions: []string{"Policies of endpoints may say whose resources are reached instead of who asks: nobody outside the network can ask, and what must not happen is that data leaves for somebody else's account. So they may let AWS's services pass too (aws:PrincipalIsAWSService), and let objects of named buckets be read."},
		},
		{
			ID: "H24", Title: "Who signs in through an identity provider is named exactly", Standards: []string{house}, Types: tokens("iam/Role"),
			resource: eachStatement(federatedExactly, trust),
		},
		{
			ID: "H25", Title: "Services act for this platform only", Standards: []string{house}, Types: policyTypes(opens),
			resource: eachStatement(serviceForUs, opens),
			Exceptions: []string{
				"Key policies that bind the service to one use by an encryption context or kms:ViaService: that names the resource too.",
				"Endpoint policies: services do not come through endpoints.",
				"Grants of a key for AWS's own use (kms:CreateGrant where kms:GrantIsForAWSResource): Route 53 asks for them without its zone, and signs under the conditions of another statement.",
			},
		},
	}
}

// owning are the condition keys that say whose resource is reached.
var owning = []string{"aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths"}

// holdsEndpoint says whether a statement of an endpoint's policy says whose resources are reached, that AWS itself asks, or
// which objects are read and nothing but read.
func (s statement) holdsEndpoint() bool {
	reads := len(s.Actions) > 0 && !slices.ContainsFunc(s.Actions, func(action string) bool {
		return action != "s3:GetObject" && action != "s3:GetObjectVersion"
	})
	named := len(s.Resources) > 0 && !slices.ContainsFunc(s.Resources, func(arn string) bool {
		_, object, _ := strings.Cut(arn, ":::")
		bucket, _, _ := strings.Cut(object, "/")
		return bucket == "" || strings.ContainsAny(bucket, "*?")
	})
	return s.limited(owning...) || reads && named || slices.Equal(s.Conditions["Bool"]["aws:PrincipalIsAWSService"], []string{"true"})
}

func trustedUnderCondition(c *subject, path string, s statement) {
	if !s.allows() {
		return
	}
	switch {
	case s.everybody() && !s.limited(limiting...):
		c.fail(path, "trusts everybody", "name who may take the role")
	case !s.conditional() && (len(s.Principals["AWS"]) > 0 || len(s.Principals["Federated"]) > 0):
		c.fail(path, "trusts without a condition", "add a condition: the organization, the principal's ARN, the subject of a token")
	}
	for _, service := range s.Principals["Service"] {
		if !slices.Contains(lonely, service) && !s.limited("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths") {
			c.fail(path, "trusts "+service+" whoever it acts for", "add a condition on aws:SourceAccount or aws:SourceArn")
		}
	}
}

// conditional says whether any condition demands something.
func (s statement) conditional() bool {
	for operator, keys := range s.Conditions {
		if len(keys) > 0 && !strings.HasSuffix(operator, "IfExists") && !strings.HasPrefix(operator, "ForAllValues:") {
			return true
		}
	}
	return false
}

// federatedExactly demands that a trust in an OpenID Connect provider names the audience, and subjects whose repository,
// project or service account holds no wildcard: "repo:acme/platform:*" is as good as any branch anybody pushes.
func federatedExactly(c *subject, path string, s statement) {
	for _, provider := range s.Principals["Federated"] {
		_, issuer, oidc := strings.Cut(provider, ":oidc-provider/")
		if !s.allows() || !oidc {
			continue
		}
		issuer = strings.ToLower(issuer)
		if !s.limited(issuer + ":aud") {
			c.fail(path, "takes tokens for any audience of "+issuer, "add a condition on "+issuer+":aud")
		}
		if !s.limited(issuer + ":sub") {
			c.fail(path, "takes tokens of any subject of "+issuer, "add a condition on "+issuer+":sub")
		}
		for operator, keys := range s.Conditions {
			for key, list := range keys {
				if strings.ToLower(key) != issuer+":sub" || !strings.HasSuffix(operator, "Like") {
					continue
				}
				for _, subject := range list {
					if strings.ContainsAny(subject, "*?") {
						c.fail(path, "takes tokens of "+subject, "name the subject: repository and branch, environment, or service account")
					}
				}
			}
		}
	}
}

// serviceForUs demands that a service which may use a resource does so for this organization: else anybody's flow log,
// trail or alarm may (the confused deputy).
func serviceForUs(c *subject, path string, s statement) {
	if !s.allows() || len(s.Principals["Service"]) == 0 || slices.Contains(tokens("ec2/VpcEndpoint", "ec2/VpcEndpointPolicy"), c.Type) {
		return
	}
	if s.limited("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:principalorgid", "kms:calleraccount", "kms:viaservice") {
		return
	}
	if slices.Equal(s.Actions, []string{"kms:CreateGrant"}) && slices.Equal(s.Conditions["Bool"]["kms:GrantIsForAWSResource"], []string{"true"}) {
		return
	}
	for operator, keys := range s.Conditions {
		for key := range keys {
			if demands(operator) && strings.HasPrefix(strings.ToLower(key), "kms:encryptioncontext:") {
				return
			}
		}
	}
	c.fail(path, "lets "+strings.Join(s.Principals["Service"], ", ")+" act for anybody", "add a condition on aws:SourceAccount, aws:SourceArn or aws:SourceOrgID")
}
