package sim

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Forms of the Account API. https://docs.aws.amazon.com/accounts/latest/reference/API_PutAlternateContact.html
var (
	emailPattern   = regexp.MustCompile(`^[\w.+=#!&*/?^{}|~$%'-]+@[\w.-]+\.\w+$`)
	phonePattern   = regexp.MustCompile(`^[\s0-9()+-]{1,25}$`)
	servicePattern = regexp.MustCompile(`^[a-z0-9.-]+\.(aws\.internal|amazonaws\.com(\.cn)?)$`)
)

// blockIsOwn: S3's account settings are changed in the account itself.
func blockIsOwn(r *request) *Error {
	if target := r.Text("accountId"); target != "" && target != r.Account {
		return refuseStatus(http.StatusForbidden, "AccessDenied", "Access Denied")
	}
	return nil
}

// accountBlocks says whether the account's own public access block has a switch on, which holds for every bucket.
func accountBlocks(r *request, property string) bool {
	for _, block := range r.All(typeAccountBlock) {
		if block.Flag(property) {
			return true
		}
	}
	return false
}

// contactID is the provider's own: the type, behind the account's id when one was given.
func contactID(r *request) resource.PropertyValue {
	kind := r.Text("alternateContactType")
	if target := r.Text("accountId"); target != "" {
		kind = target + "/" + kind
	}
	return resource.NewProperty(kind)
}

// contactIsWithinReach: another account's contacts are for the management account, or the Account service's delegate.
func contactIsWithinReach(r *request) *Error {
	target := r.Text("accountId")
	denied := refuseStatus(http.StatusForbidden, "AccessDeniedException", "User is not authorized to perform: account:PutAlternateContact "+
		"on resource: %s (Your organization must first enable trusted access with AWS Account Management)", target)
	switch {
	case target == "" || organizationUnknown(r):
		return nil
	case !organizationTrusts(r, "account.amazonaws.com"), !actsForOrganization(r, "account.amazonaws.com", typeDelegatedAdmin, "none"):
		return denied
	case target == managementOf(r):
		return refuse("ValidationException", "The management account can only be managed using the standalone context from the management account.")
	case !isMember(r, target):
		return denied
	}
	return nil
}

// volumeKeyIsUsable wants a key of the region that encrypts: EBS takes no other.
func volumeKeyIsUsable(r *request) *Error {
	arn := r.Text("keyArn")
	if !strings.Contains(arn, ":kms:"+r.Region+":") {
		return refuse("InvalidParameterValue", "The KMS key %s is not in the region %s.", arn, r.Region)
	}
	if key := r.Find(kindKey, arn); key != nil && (key.Text("keyUsage") != "ENCRYPT_DECRYPT" || key.Text("customerMasterKeySpec") != "SYMMETRIC_DEFAULT") {
		return refuse("InvalidParameterValue", "The KMS key %s is not a symmetric encryption key.", arn)
	}
	return nil
}

// hopLimit is 1 to 64, or -1 for no preference.
func hopLimit(value resource.PropertyValue) string {
	if value.IsNumber() && value.NumberValue() == -1 {
		return ""
	}
	return between(1, 64)(value)
}

// serviceRoles are the services with a linked role that the platform meets, and the role's name after the prefix.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
var serviceRoles = map[string]string{
	"access-analyzer.amazonaws.com":              "AccessAnalyzer",
	"autoscaling.amazonaws.com":                  "AutoScaling",
	"cloudtrail.amazonaws.com":                   "CloudTrail",
	"config.amazonaws.com":                       "Config",
	"ecs.amazonaws.com":                          "ECS",
	"eks-nodegroup.amazonaws.com":                "AmazonEKSNodegroup",
	"eks.amazonaws.com":                          "AmazonEKS",
	"elasticloadbalancing.amazonaws.com":         "ElasticLoadBalancing",
	"guardduty.amazonaws.com":                    "AmazonGuardDuty",
	"network-firewall.amazonaws.com":             "NetworkFirewall",
	"ops.apigateway.amazonaws.com":               "APIGateway",
	"rds.amazonaws.com":                          "RDS",
	"route53resolver.amazonaws.com":              "Route53Resolver",
	"securityhub.amazonaws.com":                  "SecurityHub",
	"spot.amazonaws.com":                         "EC2Spot",
	"transitgateway.amazonaws.com":               "VPCTransitGateway",
	"malware-protection.guardduty.amazonaws.com": "AmazonGuardDutyMalwareProtection",
}

func serviceRoleName(r *request) resource.PropertyValue {
	name := "AWSServiceRoleFor" + serviceRoles[r.Text("awsServiceName")]
	if suffix := r.Text("customSuffix"); suffix != "" {
		name += "_" + suffix
	}
	return resource.NewProperty(name)
}

func serviceRoleARN(r *request) resource.PropertyValue {
	return resource.NewProperty(r.expand("arn:{partition}:iam::{account}:role"+serviceRolePathRoot+"{awsServiceName}/") +
		serviceRoleName(r).StringValue())
}

func serviceHasRole(r *request) *Error {
	service := r.Text("awsServiceName")
	if serviceRoles[service] == "" {
		return refuse("InvalidInput", "Service %s does not have a service-linked role", service)
	}
	// Few services take a suffix; of those here only Auto Scaling.
	if r.Text("customSuffix") != "" && service != "autoscaling.amazonaws.com" {
		return refuse("InvalidInput", "Custom suffix is not allowed for %s", service)
	}
	return nil
}

func serviceRoleIsNew(r *request) *Error {
	name := serviceRoleName(r).StringValue()
	for _, role := range r.All(kindRole) {
		if role.Text("name") == name {
			return refuse("InvalidInput", "Service role name %s has been taken in this account, please try a different suffix.", name)
		}
	}
	return nil
}

// serviceRoleIsFree keeps the role while the service uses it; only services whose use can be seen here count.
func serviceRoleIsFree(r *request) *Error {
	for _, recorder := range r.Everywhere(typeRecorder) {
		if recorder.Account == r.Account && recorder.Text("roleArn") == r.ID {
			return refuse("DeleteConflict", "Cannot delete the role %s: it is used by a configuration recorder in %s",
				r.Text("name"), recorder.Region)
		}
	}
	return nil
}

func passwordsExpire(r *request) resource.PropertyValue {
	return resource.NewProperty(r.Number("maxPasswordAge") > 0)
}
