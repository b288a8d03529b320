package sim

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// labelPattern is one label of a domain name that Route 53 takes without escapes.
var labelPattern = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$`)

// domainName is a zone's name: 255 characters, labels of 63.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
var domainName = textual(func(name string) string {
	if !isDomainName(name) {
		return fmt.Sprintf("%q is not a domain name", name)
	}
	return ""
})

func isDomainName(name string) bool {
	name = normalName(name)
	return len(name) <= 255 && !slices.ContainsFunc(strings.Split(name, "."), func(label string) bool {
		return !labelPattern.MatchString(label)
	})
}

// normalName is a domain name as Route 53 compares it.
func normalName(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

// route53ID is an id of Route 53's, another one whenever the thing is made again.
func route53ID(prefix string) maker {
	return func(r *request) resource.PropertyValue {
		made, err := r.cloud.inventory.count(strings.Join([]string{r.Account, r.Region, string(r.URN), r.Type.Token}, "|"))
		if err != nil {
			return resource.NewProperty("")
		}
		return resource.NewProperty(prefix + strings.ToUpper(digest(19, r.Account, string(r.URN), strconv.Itoa(made))))
	}
}

var (
	hostedZoneID    = route53ID("Z")
	delegationSetID = route53ID("N")
)

// nameServers are four servers, one of each top-level domain. Zones of one delegation set have the same; a private zone's
// answer nobody.
func nameServers(r *request) resource.PropertyValue {
	seed := r.ID
	if set := r.Text("delegationSetId"); set != "" {
		seed = set
	}
	names := make([]resource.PropertyValue, 4)
	for i, domain := range []string{"co.uk", "com", "net", "org"} {
		first := []int{1536, 0, 512, 1024}[i]
		number, server := 0, 0
		if !r.Has("vpcs") {
			number, server = hash(511, seed, domain), hash(63, seed, domain, "server")
		}
		names[i] = resource.NewProperty(fmt.Sprintf("ns-%d.awsdns-%02d.%s", first+number, server, domain))
	}
	slices.SortFunc(names, func(a, b resource.PropertyValue) int { return strings.Compare(a.StringValue(), b.StringValue()) })
	return resource.NewProperty(names)
}

// hash is a number from 0 to most that depends on nothing but what is given.
func hash(most int, parts ...string) int {
	number, _ := strconv.ParseInt(digest(7, parts...), 16, 64) // seven hexadecimal digits
	return int(number) % (most + 1)
}

func primaryNameServer(r *request) resource.PropertyValue { return nameServers(r).ArrayValue()[0] }

func zoneIsPublicOrPrivate(r *request) *Error {
	if r.Has("vpcs") && r.Has("delegationSetId") {
		return refuse("InvalidInput", "give vpcs or delegationSetId, not both: a private zone has no name servers of its own")
	}
	return nil
}

// isPrivate says whether a zone answers in VPCs only.
func isPrivate(zone *Resource) bool { return len(zone.Texts("vpcs.vpcId")) > 0 }

// hostedZone is a zone of whatever account, or nil.
func (m *model) hostedZone(id string) *Resource {
	for _, record := range m.inventory.sorted() {
		if record.Type == typeZone && record.ID == id {
			return record
		}
	}
	return nil
}

// vpcsOf are the VPCs of a private zone: those it was made with and those associated since.
func (m *model) vpcsOf(zone *Resource) []string {
	vpcs := zone.Texts("vpcs.vpcId")
	for _, record := range m.inventory.sorted() {
		if record.Type == typeZoneAssociation && record.Text("zoneId") == zone.ID {
			vpcs = append(vpcs, record.Text("vpcId"))
		}
	}
	return vpcs
}

// vpcAnywhere says whether a VPC exists in any account; in a cloud that is not whole it is taken to.
func (m *model) vpcAnywhere(id string) bool {
	return m.open || slices.ContainsFunc(m.inventory.sorted(), func(record *Resource) bool {
		return record.Type == typeVpc && record.ID == id
	})
}

func invalidVpc(id string) *Error {
	return refuse("InvalidVPCId", "The VPC: %s that you provided is not authorized to make the association.", id)
}

// zoneVpcsAreOurs wants VPCs of the caller's account: others are associated by their owner.
func zoneVpcsAreOurs(r *request) *Error {
	for _, id := range r.Texts("vpcs.vpcId") {
		if r.cloud.find(place{Account: r.Account}, typeVpc, id) == nil {
			return invalidVpc(id)
		}
	}
	return nil
}

// zoneNameIsFree: a VPC asks one zone for a name.
func zoneNameIsFree(r *request) *Error {
	for _, id := range r.Texts("vpcs.vpcId") {
		if slices.Contains(texts(r.Old, "vpcs.vpcId"), id) {
			continue
		}
		if refused := conflictingZone(r, id, r.Text("name"), r.ID); refused != nil {
			return refused
		}
	}
	return nil
}

// conflictingZone refuses a VPC that has a zone of the name already, or an endpoint that answers to it: AWS makes a zone for
// that, which nobody sees.
func conflictingZone(r *request, vpc, name, itself string) *Error {
	taken := func(zone string) *Error {
		return refuse("ConflictingDomainExists", "The VPC %s in region %s has already been associated with the hosted zone %s "+
			"with the same domain name.", vpc, r.Region, zone)
	}
	for _, other := range r.cloud.inventory.sorted() {
		switch {
		case other.Type == typeZone && other.ID != itself && normalName(other.Text("name")) == normalName(name) &&
			slices.Contains(r.cloud.vpcsOf(other), vpc):
			return taken(other.ID)
		case other.Type == typeEndpoint && other.Flag("privateDnsEnabled") && other.Text("vpcId") == vpc:
			at := &request{place: place{Account: other.Account, Region: other.Region}, cloud: r.cloud, New: other.Properties}
			if strings.TrimPrefix(privateName(at), "*.") == normalName(name) {
				return taken("Z" + strings.ToUpper(digest(19, other.ID)))
			}
		}
	}
	return nil
}

// zoneKeepsItsKind: a public zone takes no VPC, a private one keeps at least one.
func zoneKeepsItsKind(r *request) *Error {
	had, has := len(texts(r.Old, "vpcs.vpcId")) > 0, len(r.Texts("vpcs.vpcId")) > 0
	switch {
	case !had && has:
		return publicZoneTakesNoVpc()
	case had && !has:
		return lastVpcStays()
	}
	return nil
}

func publicZoneTakesNoVpc() *Error {
	return refuse("PublicZoneVPCAssociation", "You're trying to associate a VPC with a public hosted zone. Amazon Route 53 "+
		"doesn't support associating a VPC with a public hosted zone.")
}

func lastVpcStays() *Error {
	return refuse("LastVPCAssociation", "The VPC that you're trying to disassociate from the private hosted zone is the last VPC "+
		"that is associated with the hosted zone. Amazon Route 53 doesn't support disassociating the last VPC from a hosted zone.")
}

// zoneIsEmpty: only the records every zone has vanish with it, unless the provider deletes the others first.
func zoneIsEmpty(r *request) *Error {
	if r.Flag("forceDestroy") {
		return nil
	}
	for _, record := range r.All(typeRecord) {
		if record.Text("zoneId") == r.ID && !apexOwn(record.Text("fqdn"), record.Text("type"), r.Text("name")) {
			return refuse("HostedZoneNotEmpty", "The specified hosted zone contains non-required resource record sets and so cannot be deleted.")
		}
	}
	return nil
}

// apexOwn says whether Route 53 makes a record itself, with every zone.
func apexOwn(fqdn, kind, zone string) bool {
	return fqdn == normalName(zone) && (kind == "NS" || kind == "SOA")
}

func zoneIsUnsigned(r *request) *Error {
	for _, kind := range []string{typeZoneSigning, typeKeySigningKey} {
		for _, other := range r.All(kind) {
			if other.Text("hostedZoneId") == r.ID {
				return refuse("HostedZoneNotEmpty", "The specified hosted zone contains DNSSEC Key Signing Keys and so cannot be deleted.")
			}
		}
	}
	return nil
}

func zoneIsPrivate(r *request) *Error {
	if zone := r.Find(typeZone, r.Text("zoneId")); zone != nil && !isPrivate(zone) {
		return publicZoneTakesNoVpc()
	}
	return nil
}

func invitedVpcExists(r *request) *Error {
	if id := r.Text("vpcId"); !r.cloud.vpcAnywhere(id) {
		return invalidVpc(id)
	}
	return nil
}

func associatedZoneIsPrivate(r *request) *Error {
	zone := r.cloud.hostedZone(r.Text("zoneId"))
	switch {
	case zone == nil && r.cloud.open:
		return nil
	case zone == nil:
		return refuseStatus(http.StatusNotFound, "NoSuchHostedZone", "No hosted zone found with ID: %s", r.Text("zoneId"))
	case !isPrivate(zone):
		return publicZoneTakesNoVpc()
	}
	return nil
}

func associatedVpcIsOurs(r *request) *Error {
	if id := r.Text("vpcId"); r.cloud.find(place{Account: r.Account}, typeVpc, id) == nil {
		return invalidVpc(id)
	}
	return nil
}

// associationIsAuthorized: the owner of a zone of another account says yes first.
func associationIsAuthorized(r *request) *Error {
	zone := r.cloud.hostedZone(r.Text("zoneId"))
	if zone == nil || zone.Account == r.Account {
		return nil
	}
	for _, given := range r.Everywhere(typeZoneInvitation) {
		if given.Account == zone.Account && given.Text("zoneId") == zone.ID && given.Text("vpcId") == r.Text("vpcId") {
			return nil
		}
	}
	return refuseStatus(http.StatusUnauthorized, "NotAuthorizedException",
		"The VPC: %s has not authorized to associate with your hosted zone.", r.Text("vpcId"))
}

func associationIsNew(r *request) *Error {
	zone := r.cloud.hostedZone(r.Text("zoneId"))
	if zone == nil {
		return nil
	}
	return conflictingZone(r, r.Text("vpcId"), zone.Text("name"), "")
}

func zoneKeepsAVpc(r *request) *Error {
	if zone := r.cloud.hostedZone(r.Text("zoneId")); zone != nil && len(r.cloud.vpcsOf(zone)) < 2 {
		return lastVpcStays()
	}
	return nil
}

func zoneOwner(r *request) resource.PropertyValue {
	if zone := r.cloud.hostedZone(r.Text("zoneId")); zone != nil {
		return resource.NewProperty(zone.Account)
	}
	return resource.NewProperty(r.Account)
}

// associatedVpc is what policies can ask of an association.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html
func associatedVpc(r *request) map[string][]string {
	region := r.field("vpcRegion")
	if region == "" {
		region = r.Region
	}
	return map[string][]string{"route53:VPCs": {"VPCId=" + r.Text("vpcId") + ",VPCRegion=" + region}}
}
