package sim

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"aws-platform/pkg/sim/authz"
)

// keyPolicyLimit is a key policy's size in bytes.
const keyPolicyLimit = 32768

var (
	aliasPattern    = regexp.MustCompile(`^alias/[a-zA-Z0-9/_-]+$`)
	logGroupPattern = regexp.MustCompile(`^[0-9A-Za-z_.\-/#]{1,512}$`)
)

// aliasFault is what is wrong with an alias's name.
var aliasFault = textual(func(name string) string {
	switch {
	case len(name) > 256 || !aliasPattern.MatchString(name):
		return fmt.Sprintf("%q must begin with alias/ and go on with letters, digits and any of /_-, 256 characters in all", name)
	case strings.HasPrefix(name, "alias/aws/"):
		return fmt.Sprintf("%q must not begin with alias/aws/, which is for AWS's own keys", name)
	}
	return ""
})

// keyID is in the form of a UUID, another one whenever the key is made again: a deleted key's id is never used twice.
func keyID(r *request) resource.PropertyValue {
	made, err := r.cloud.inventory.count(strings.Join([]string{r.Account, r.Region, string(r.URN), r.Type.Token}, "|"))
	if err != nil {
		return resource.NewProperty("")
	}
	hex := digest(32, r.Account, r.Region, string(r.URN), strconv.Itoa(made))
	return resource.NewProperty(strings.Join([]string{hex[:8], hex[8:12], hex[12:16], hex[16:20], hex[20:]}, "-"))
}

// defaultKeyPolicy leaves the key to the account's IAM, as KMS does when no policy is given.
func defaultKeyPolicy(r *request) resource.PropertyValue {
	return resource.NewProperty(r.expand(`{"Version":"2012-10-17","Id":"key-default-1","Statement":[{"Sid":"Enable IAM User Permissions",`) +
		`"Effect":"Allow","Principal":{"AWS":"` + r.expand("arn:{partition}:iam::{account}:root") +
		`"},"Action":"kms:*","Resource":"*"}]}`)
}

func rotationPeriod(r *request) resource.PropertyValue {
	if !r.Flag("enableKeyRotation") {
		return resource.NewProperty(0.0)
	}
	return resource.NewProperty(365.0)
}

func keyPolicyIsWellFormed(r *request) *Error {
	if !r.Has("policy") {
		return nil
	}
	document := r.Text("policy")
	if len(document) > keyPolicyLimit {
		return refuse("LimitExceededException", "The policy is %d bytes long; a key policy has at most %d.", len(document), keyPolicyLimit)
	}
	_, refused := keyDocument.check(document)
	return refused
}

func keyPolicyNamesSomebody(r *request) *Error {
	policy, err := parsePolicy(r.Text("policy"))
	if err == nil && len(strangers(r, policy)) > 0 {
		return refuse(keyDocument.Code, "Policy contains a statement with one or more invalid principals.")
	}
	return nil
}

// keyPolicyKeepsControl is KMS's safety check against a key that nobody can manage any more.
func keyPolicyKeepsControl(r *request) *Error {
	policy, err := parsePolicy(r.Text("policy"))
	if err != nil || r.Flag("bypassPolicyLockoutSafetyCheck") {
		return nil
	}
	// Whoever the caller is, its own policies let it: the key's policy alone is tried.
	judged := authz.Policies{Identity: []authz.Policy{administratorAccess}, Resource: &policy, Decisive: true}
	root := r.expand("arn:{partition}:iam::{account}:root")
	for _, who := range append(rolesOf(r), root) {
		asked := authz.Request{
			Principal: authz.Principal{ARN: who, Source: who, Account: r.Account, Organization: organizationID},
			Action:    "kms:PutKeyPolicy", Resource: r.expand("arn:{partition}:kms:{region}:{account}:key/{id}"),
		}
		if judged.Decide(asked).Allowed {
			return nil
		}
	}
	return refuse(keyDocument.Code, "The new key policy will not allow you to update the key policy in the future.")
}

// rolesOf are the ARNs of the account's roles: the caller is one of them.
func rolesOf(r *request) []string {
	var arns []string
	for _, role := range r.All(kindRole) {
		arns = append(arns, role.Text("arn"))
	}
	return arns
}

func rotationSuitsKey(r *request) *Error {
	if r.Flag("enableKeyRotation") && r.Text("customerMasterKeySpec") != "SYMMETRIC_DEFAULT" {
		return refuse("UnsupportedOperationException", "You cannot perform this operation on a %s key.", r.Text("customerMasterKeySpec"))
	}
	return nil
}

func aliasName(r *request) resource.PropertyValue {
	if name := r.Text("name"); name != "" {
		return resource.NewProperty(name)
	}
	return resource.NewProperty("alias/" + r.Name + "-" + digest(7, string(r.URN)))
}

func targetKeyARN(r *request) resource.PropertyValue {
	if key := r.Find(kindKey, r.Text("targetKeyId")); key != nil {
		return resource.NewProperty(key.Text("arn"))
	}
	return resource.NewProperty(r.Text("targetKeyId"))
}

// retentions are the numbers of days CloudWatch Logs keeps, 0 for ever.
var retentions = []int{
	0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
}

func retention(value resource.PropertyValue) string {
	if value.IsNumber() && !slices.Contains(retentions, int(value.NumberValue())) {
		return fmt.Sprintf("must be one of %s, not %g", strings.Trim(fmt.Sprint(retentions), "[]"), value.NumberValue())
	}
	return ""
}

// logsNeeds is what CloudWatch Logs does with a key.
var logsNeeds = []string{"kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:DescribeKey"}

// keyServesLogs refuses a key that is not there or whose policy does not let CloudWatch Logs of this region use it.
func keyServesLogs(r *request) *Error {
	arn := r.Text("kmsKeyId")
	if arn == "" || strings.Contains(arn, ":kms:") && !strings.Contains(arn, ":"+r.Account+":") {
		return nil
	}
	refused := refuse("AccessDeniedException", "The specified KMS key does not exist or is not allowed to be used with Arn '%s'",
		r.expand("arn:{partition}:logs:{region}:{account}:log-group:{name}"))
	key := r.Find(kindKey, arn)
	if key == nil {
		return refused
	}
	context := map[string]string{
		"kms:EncryptionContext:aws:logs:arn": r.expand("arn:{partition}:logs:{region}:{account}:log-group:{name}"),
		"aws:SourceAccount":                  r.Account,
	}
	for _, action := range logsNeeds {
		if !serviceMay(key.Text("policy"), "logs."+r.Region+".amazonaws.com", action, key.Text("arn"), context) {
			return refused
		}
	}
	return nil
}
