package sim

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

var (
	accountPattern  = regexp.MustCompile(`^[0-9]{12}$`)
	analyzerPattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,254}$`)
)

// timesMade is how often a resource was made here before, itself included: what is made again gets another id.
func timesMade(r *request) string {
	made, err := r.cloud.inventory.count(strings.Join([]string{r.Account, r.Region, string(r.URN), r.Type.Token}, "|"))
	if err != nil {
		return ""
	}
	return strconv.Itoa(made)
}

func detectorID(r *request) resource.PropertyValue {
	return resource.NewProperty(digest(32, r.Account, r.Region, string(r.URN), timesMade(r)))
}

// uuid is the form AWS gives many ids.
func uuid(parts ...string) string {
	hex := digest(32, parts...)
	return strings.Join([]string{hex[:8], hex[8:12], hex[12:16], hex[16:20], hex[20:]}, "-")
}

// uuidARN is an id that is an ARN which ends in a UUID.
func uuidARN(service, kind string) maker {
	return func(r *request) resource.PropertyValue {
		id := uuid(r.Account, r.Region, string(r.URN), timesMade(r))
		return resource.NewProperty(r.expand("arn:{partition}:"+service+":{region}:{account}:"+kind) + "/" + id)
	}
}

func regionHasNoDetector(r *request) *Error {
	if len(r.All(kindDetector)) > 0 {
		return refuse("BadRequestException", "The request is rejected because a detector already exists for the current account.")
	}
	return nil
}

// detectorIsNotAdministering keeps a delegated administrator's detector while it administers.
func detectorIsNotAdministering(r *request) *Error {
	for _, admin := range r.Everywhere(typeGuardAdmin) {
		if admin.Text("adminAccountId") == r.Account && admin.Region == r.Region && len(r.All(typeGuardOrg)) > 0 {
			return refuse("BadRequestException", "The request is rejected because the detector cannot be deleted while the "+
				"account is the delegated administrator of the organization.")
		}
	}
	return nil
}

// oneAdmin refuses a second administrator of the organization in a region.
func oneAdmin(r *request, token, code, message string) *Error {
	for _, other := range r.All(token) {
		if other.Text("adminAccountId") != r.Text("adminAccountId") {
			return refuse(code, "%s", message)
		}
	}
	return nil
}

func oneGuardAdmin(r *request) *Error {
	return oneAdmin(r, typeGuardAdmin, "BadRequestException",
		"The request is rejected because another account is already enabled as the delegated administrator for the organization.")
}

func oneHubAdmin(r *request) *Error {
	return oneAdmin(r, typeHubAdmin, "ResourceConflictException", "The organization already has a Security Hub administrator account.")
}

func guardAdministers(r *request) *Error {
	if delegated(r, "guardduty.amazonaws.com", typeGuardAdmin, "adminAccountId") {
		return nil
	}
	return refuse("BadRequestException", "The request is rejected because the current account is not the delegated GuardDuty "+
		"administrator account for the organization.")
}

func autoEnabled(r *request) resource.PropertyValue {
	members := r.Text("autoEnableOrganizationMembers")
	return resource.NewProperty(members == "ALL" || members == "NEW")
}

// membersOrFlag wants the organization's members said one way or the other.
func membersOrFlag(r *request) *Error {
	if !r.Has("autoEnableOrganizationMembers") && !r.Has("autoEnable") {
		return refuse("BadRequestException", "The request is rejected because autoEnableOrganizationMembers has to be given.")
	}
	return nil
}

// additionsSuitFeature: only runtime monitoring has parts of its own.
func additionsSuitFeature(r *request) *Error {
	names := r.Texts("additionalConfigurations.name")
	switch feature := r.Text("name"); {
	case len(names) == 0, feature == "RUNTIME_MONITORING":
		return nil
	case feature == "EKS_RUNTIME_MONITORING" && slices.Equal(names, []string{"EKS_ADDON_MANAGEMENT"}):
		return nil
	default:
		return refuse("BadRequestException", "The request is rejected because the feature %s does not have the additional "+
			"configuration %s.", feature, strings.Join(names, ", "))
	}
}

func hubIsNew(r *request) *Error {
	if len(r.All(typeHub)) > 0 {
		return refuseStatus(http.StatusConflict, "ResourceConflictException", "Account is already subscribed to Security Hub")
	}
	return nil
}

func hubIsNotAdministering(r *request) *Error {
	for _, admin := range r.Everywhere(typeHubAdmin) {
		if admin.Text("adminAccountId") == r.Account && admin.Region == r.Region {
			return refuse("InvalidInputException", "Cannot disable Security Hub on the Security Hub administrator")
		}
	}
	return nil
}

func hubIsOn(r *request) *Error {
	if len(r.All(typeHub)) > 0 {
		return nil
	}
	return refuseStatus(http.StatusUnauthorized, "InvalidAccessException", "Account %s is not subscribed to AWS Security Hub", r.Account)
}

func hubAdministers(r *request) *Error {
	if delegated(r, "securityhub.amazonaws.com", typeHubAdmin, "adminAccountId") {
		return nil
	}
	return refuseStatus(http.StatusUnauthorized, "InvalidAccessException",
		"Account %s is not an administrator for this organization", r.Account)
}

// centralNeedsAggregator: central configuration wants a home region, and leaves nothing to enable by itself.
func centralNeedsAggregator(r *request) *Error {
	if !slices.Contains(r.Texts("organizationConfiguration.configurationType"), "CENTRAL") {
		return nil
	}
	if len(r.All(typeHubAggregator)) == 0 {
		return refuse("InvalidInputException", "A finding aggregator has to be created before central configuration is used.")
	}
	if r.Flag("autoEnable") || r.Text("autoEnableStandards") != "NONE" {
		return refuse("InvalidInputException", "AutoEnable must be false and AutoEnableStandards NONE for central configuration.")
	}
	return nil
}

func regionsSuitLinking(r *request) *Error {
	needs := strings.HasSuffix(r.Text("linkingMode"), "SPECIFIED") || r.Text("linkingMode") == "SPECIFIED_REGIONS"
	switch {
	case r.Text("linkingMode") == "" || needs == r.Has("specifiedRegions"):
		return nil
	case needs:
		return refuse("InvalidInputException", "Regions have to be given with linking mode %s", r.Text("linkingMode"))
	}
	return refuse("InvalidInputException", "Regions must not be given with linking mode %s", r.Text("linkingMode"))
}

func oneAggregator(r *request) *Error {
	for _, other := range r.Everywhere(typeHubAggregator) {
		if other.Account == r.Account {
			return refuseStatus(http.StatusConflict, "ResourceConflictException", "A finding aggregator already exists in %s", other.Region)
		}
	}
	return nil
}

// standards are the standards there are, with their versions; CIS 1.2.0 alone is a rule set without a region.
// https://docs.aws.amazon.com/securityhub/latest/userguide/standards-reference.html
var standards = map[string][]string{
	"aws-foundational-security-best-practices": {"1.0.0"},
	"aws-resource-tagging-standard":            {"1.0.0"},
	"cis-aws-foundations-benchmark":            {"1.4.0", "3.0.0", "5.0.0"},
	"nist-800-53":                              {"5.0.0"},
	"nist-800-171":                             {"2.0.0"},
	"pci-dss":                                  {"3.2.1", "4.0.1"},
}

func standardExists(r *request) *Error {
	arn := r.Text("standardsArn")
	if arn == r.expand("arn:{partition}:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0") {
		return nil
	}
	path, ours := strings.CutPrefix(arn, r.expand("arn:{partition}:securityhub:{region}::standards/"))
	name, version, _ := strings.Cut(path, "/v/")
	if !ours || !slices.Contains(standards[name], version) {
		return refuse("InvalidInputException", "Invalid parameter: StandardsSubscriptionRequests. %s is not a standard", arn)
	}
	return nil
}

func standardIsNew(r *request) *Error {
	for range r.Siblings(typeStandard, "standardsArn") {
		return refuseStatus(http.StatusConflict, "ResourceConflictException", "Standard %s is enabled already", r.Text("standardsArn"))
	}
	return nil
}

func subscriptionARN(r *request) resource.PropertyValue {
	_, path, found := strings.Cut(r.Text("standardsArn"), "standards/")
	if !found {
		_, path, _ = strings.Cut(r.Text("standardsArn"), "ruleset/")
	}
	return resource.NewProperty(r.expand("arn:{partition}:securityhub:{region}:{account}:subscription/") + path)
}

func configurationSuitsAnalyzer(r *request) *Error {
	unused := strings.HasSuffix(r.Text("type"), "UNUSED_ACCESS")
	age := false
	visit(r.New, "configuration.unusedAccess", func(resource.PropertyValue) { age = true })
	if age && r.Has("type") && !unused {
		return refuse("ValidationException", "unusedAccess is for analyzers of unused access, not for %s", r.Text("type"))
	}
	return nil
}

func analyzerMayCoverOrganization(r *request) *Error {
	if !strings.HasPrefix(r.Text("type"), "ORGANIZATION") {
		return nil
	}
	switch {
	case !organizationTrusts(r, "access-analyzer.amazonaws.com"):
		return refuse("ValidationException", "Trusted access of access-analyzer.amazonaws.com is not enabled for the organization of %s", r.Account)
	case !actsForOrganization(r, "access-analyzer.amazonaws.com", typeDelegatedAdmin, "none"):
		return refuseStatus(http.StatusForbidden, "AccessDeniedException",
			"You must create an organization analyzer in the management account or a delegated administrator account.")
	}
	return nil
}
