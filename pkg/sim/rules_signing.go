package sim

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// zonesHome is the region that keeps what Route 53 uses of other services: keys and log groups.
const zonesHome = "us-east-1"

// signer is who uses the key of a signed zone.
const signer = "dnssec-route53.amazonaws.com"

var signingNamePattern = regexp.MustCompile(`^[A-Za-z0-9_]{3,128}$`)

func loggedZoneIsPublic(r *request) *Error {
	if zone := zoneOf(r); zone != nil && isPrivate(zone) {
		return refuse("InvalidInput", "The hosted zone %s is a private hosted zone: query logging is for public hosted zones.", zone.ID)
	}
	return nil
}

func loggedOnce(r *request) *Error {
	if len(r.Siblings(typeQueryLog, "zoneId")) > 0 {
		return refuseStatus(409, "QueryLoggingConfigAlreadyExists", "A query logging configuration already exists for this hosted zone.")
	}
	return nil
}

// queriesHaveAGroup wants a log group of us-east-1 that Route 53 may write to.
func queriesHaveAGroup(r *request) *Error {
	arn := strings.TrimSuffix(r.Text("cloudwatchLogGroupArn"), ":*")
	home := place{Account: r.Account, Region: zonesHome}
	if parts := strings.SplitN(arn, ":", 6); len(parts) != 6 || parts[3] != zonesHome || r.cloud.find(home, kindLogGroup, arn) == nil {
		return refuseStatus(404, "NoSuchCloudWatchLogsLogGroup", "The specified CloudWatch Logs log group does not exist.")
	}
	for _, action := range []string{"logs:CreateLogStream", "logs:PutLogEvents"} {
		allowed := slices.ContainsFunc(r.cloud.inventory.sorted(), func(record *Resource) bool {
			return record.Type == typeLogPolicy && record.seenFrom(home) && serviceMay(documentOf(record.Properties, "policyDocument"),
				"route53.amazonaws.com", action, arn+":log-stream:"+r.Text("zoneId"), map[string]string{
					"aws:SourceAccount": r.Account, "aws:SourceArn": r.expand(hostedZoneARN),
				})
		})
		if !allowed {
			return refuse("InsufficientCloudWatchLogsResourcePolicy", "The CloudWatch Logs log resource policy does not grant Route53 "+
				"sufficient permissions to create and write to log streams.")
		}
	}
	return nil
}

func signedZoneIsPublic(r *request) *Error {
	if zone := r.Find(typeZone, r.Text("hostedZoneId")); zone != nil && isPrivate(zone) {
		return refuse("InvalidArgument", "The hosted zone %s is a private hosted zone: DNSSEC signing is for public hosted zones.", zone.ID)
	}
	return nil
}

// keyServesDNSSEC wants a key of us-east-1 that signs as DNSSEC does and lets Route 53 use it.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-cmk-requirements.html
func keyServesDNSSEC(r *request) *Error {
	arn := r.Text("keyManagementServiceArn")
	refused := refuse("InvalidKMSArn", "The KeyManagementServiceArn that you specified isn't valid to use with DNSSEC signing.")
	key := r.cloud.find(place{Account: r.Account, Region: zonesHome}, kindKey, arn)
	if key == nil || !strings.Contains(arn, ":kms:"+zonesHome+":") || key.Text("customerMasterKeySpec") != "ECC_NIST_P256" ||
		key.Text("keyUsage") != "SIGN_VERIFY" || !key.Flag("isEnabled") {
		return refused
	}
	source := map[string]string{"aws:SourceAccount": r.Account, "aws:SourceArn": r.expand(signedZoneARN)}
	may := func(action string, context map[string]string) bool {
		return serviceMay(documentOf(key.Properties, "policy"), signer, action, key.Text("arn"), context)
	}
	if !may("kms:DescribeKey", source) || !may("kms:GetPublicKey", source) || !may("kms:Sign", source) ||
		!may("kms:CreateGrant", map[string]string{"kms:GrantIsForAWSResource": "true"}) {
		return refused
	}
	return nil
}

// isSigning says whether a zone's answers are signed.
func (m *model) isSigning(zone string) bool {
	return slices.ContainsFunc(m.inventory.sorted(), func(record *Resource) bool {
		return record.Type == typeZoneSigning && record.ID == zone && record.Text("signingStatus") == "SIGNING"
	})
}

// activeKeys are the keys a zone is signed with.
func (m *model) activeKeys(zone string) []*Resource {
	var keys []*Resource
	for _, record := range m.inventory.sorted() {
		if record.Type == typeKeySigningKey && record.Text("hostedZoneId") == zone && record.Text("status") == "ACTIVE" {
			keys = append(keys, record)
		}
	}
	return keys
}

// dsRecords are what a parent may say of a zone's keys.
func (m *model) dsRecords(zone string) []string {
	var records []string
	for _, key := range m.activeKeys(zone) {
		records = append(records, key.Text("dsRecord"))
	}
	return records
}

// inParent says whether a parent in the simulation vouches for a key.
func (m *model) inParent(key *Resource) bool {
	return slices.ContainsFunc(m.inventory.sorted(), func(record *Resource) bool {
		return record.Type == typeRecord && record.Text("type") == "DS" && slices.Contains(record.Texts("records"), key.Text("dsRecord"))
	})
}

func parentKnows() *Error {
	return refuse("KeySigningKeyInParentDSRecord", "The key-signing key (KSK) is specified in a parent DS record.")
}

// parentKnowsNoKey: resolvers refuse all answers of an unsigned zone that its parent vouches for.
func parentKnowsNoKey(r *request) *Error {
	if r.Op == opUpdate && r.Text("signingStatus") == "SIGNING" {
		return nil
	}
	if slices.ContainsFunc(r.cloud.activeKeys(r.ID), r.cloud.inParent) {
		return parentKnows()
	}
	return nil
}

func zoneHasActiveKey(r *request) *Error {
	if r.Text("signingStatus") == "SIGNING" && len(r.cloud.activeKeys(r.Text("hostedZoneId"))) == 0 {
		return refuse("KeySigningKeyWithActiveStatusNotFound", "A key-signing key (KSK) with ACTIVE status wasn't found.")
	}
	return nil
}

// signingKeyMayRest: the last active key of a signing zone stays active, and so does one the parent vouches for.
func signingKeyMayRest(r *request) *Error {
	if r.Text("status") != "INACTIVE" || text(r.Old, "status") != "ACTIVE" {
		return nil
	}
	return keyIsSpare(r)
}

// signingKeyMayGo: the provider makes an active key inactive before it deletes it.
func signingKeyMayGo(r *request) *Error {
	if text(r.Old, "status") != "ACTIVE" {
		return nil
	}
	return keyIsSpare(r)
}

func keyIsSpare(r *request) *Error {
	zone := r.Text("hostedZoneId")
	for _, key := range r.cloud.activeKeys(zone) {
		if key.ID == r.ID && r.cloud.inParent(key) {
			return parentKnows()
		}
	}
	if r.cloud.isSigning(zone) && len(r.cloud.activeKeys(zone)) < 2 {
		return refuse("KeySigningKeyInUse", "The key-signing key (KSK) that you specified can't be deactivated because it's the only "+
			"KSK for a currently-enabled DNSSEC. Disable DNSSEC signing, or add or enable another KSK.")
	}
	return nil
}

func keyDigest(r *request) resource.PropertyValue { return resource.NewProperty(digestOfKey(r)) }

func digestOfKey(r *request) string {
	return strings.ToUpper(digest(64, r.Text("hostedZoneId"), r.Text("keyManagementServiceArn"), r.Text("name")))
}

func keyTagOf(r *request) int { return hash(65535, digestOfKey(r)) }

func keyTag(r *request) resource.PropertyValue { return resource.NewProperty(float64(keyTagOf(r))) }

func dsRecord(r *request) resource.PropertyValue {
	return resource.NewProperty(strconv.Itoa(keyTagOf(r)) + " 13 2 " + digestOfKey(r))
}

// publicKey is made up: nothing is signed here.
func publicKey(r *request) resource.PropertyValue {
	return resource.NewProperty(digest(64, digestOfKey(r)) + digest(22, "rest", digestOfKey(r)) + "==")
}

func dnskeyRecord(r *request) resource.PropertyValue {
	return resource.NewProperty(fmt.Sprintf("257 3 13 %s", publicKey(r).StringValue()))
}
