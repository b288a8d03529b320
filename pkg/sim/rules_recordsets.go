package sim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// recordSetTypes are the types Route 53 takes.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html
var recordSetTypes = []string{
	"A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV", "SSHFP", "SVCB", "TLSA", "TXT",
}

// routingPolicies are the properties that say how one of several records of a name and type is chosen, and what AWS calls
// each.
var routingPolicies = map[string]string{
	"weightedRoutingPolicies": "weighted", "latencyRoutingPolicies": "latency", "failoverRoutingPolicies": "failover",
	"geolocationRoutingPolicies": "geolocation", "geoproximityRoutingPolicy": "geoproximity",
	"cidrRoutingPolicy": "cidr", "multivalueAnswerRoutingPolicy": "multivalue answer",
}

// policyOf is a record's routing policy, "" for a simple one.
func policyOf(values resource.PropertyMap) string {
	for property, name := range routingPolicies {
		value := values[resource.PropertyKey(property)]
		if flag(values, property) || (value.IsArray() && len(value.ArrayValue()) > 0) || value.IsObject() {
			return name
		}
	}
	return ""
}

// badChange is how Route 53 refuses a change of records.
func badChange(format string, args ...any) *Error {
	return refuse("InvalidChangeBatch", "[%s]", fmt.Sprintf(format, args...))
}

// recordSetID is the provider's own.
func recordSetID(r *request) resource.PropertyValue {
	id := r.expand("{zoneId}_") + strings.ToLower(r.Text("name")) + "_" + r.Text("type")
	if set := r.Text("setIdentifier"); set != "" {
		id += "_" + set
	}
	return resource.NewProperty(id)
}

// zoneOf is the zone a record is in.
func zoneOf(r *request) *Resource { return r.Find(typeZone, r.Text("zoneId")) }

// fullName is a record's whole name: the provider puts the zone's behind a name that does not end in it.
func fullName(name, zone string) string {
	name, zone = normalName(name), normalName(zone)
	switch {
	case name == "":
		return zone
	case strings.HasSuffix(name, zone):
		return name
	}
	return name + "." + zone
}

func (r *request) recordName() string {
	if zone := zoneOf(r); zone != nil {
		return fullName(r.Text("name"), zone.Text("name"))
	}
	return normalName(r.Text("name"))
}

func recordName(r *request) resource.PropertyValue { return resource.NewProperty(r.recordName()) }

func recordHasOneAnswer(r *request) *Error {
	alias, values := r.Has("aliases"), r.Has("records")
	switch {
	case alias && values:
		return refuse("InvalidInput", "\"records\": only one of `aliases,records` can be specified")
	case alias && r.Has("ttl"):
		return refuse("InvalidInput", "\"ttl\": conflicts with aliases: an alias has the TTL of its target")
	case values && !r.Has("ttl"):
		return refuse("InvalidInput", "\"records\": all of `records,ttl` must be specified")
	}
	return nil
}

func recordHasOnePolicy(r *request) *Error {
	var given []string
	for property := range routingPolicies {
		if r.Has(property) {
			given = append(given, property)
		}
	}
	slices.Sort(given)
	switch {
	case len(given) > 1:
		return refuse("InvalidInput", "%q: conflicts with %s", given[0], given[1])
	case len(given) == 1 && !r.Has("setIdentifier"):
		return refuse("InvalidInput", "%q: all of `%s,setIdentifier` must be specified", given[0], given[0])
	}
	return nil
}

// recordInZone: what does not end in the zone's name as a whole is of another zone.
func recordInZone(r *request) *Error {
	name, zone := r.recordName(), normalName(zoneOf(r).Text("name"))
	if !isRecordName(name) {
		return badChange("FATAL problem: UnsupportedCharacter (Value contains unsupported characters) encountered with '%s'", name)
	}
	if name != zone && !strings.HasSuffix(name, "."+zone) {
		return badChange("RRSet with DNS name %s. is not permitted in zone %s.", name, zone)
	}
	kind, apex := r.Text("type"), name == zone
	switch {
	case kind == "CNAME" && apex:
		return badChange("RRSet of type CNAME with DNS name %s. is not permitted at apex in zone %s.", name, zone)
	case kind == "DS" && apex, kind == "SOA" && !apex:
		return badChange("RRSet of type %s with DNS name %s. is not permitted in zone %s.", kind, name, zone)
	}
	return nil
}

// isRecordName is a domain name whose first label may be an asterisk.
func isRecordName(name string) bool { return isDomainName(strings.TrimPrefix(name, "*.")) }

// namesakes are the other records of the zone with the same name.
func namesakes(r *request) []*Resource {
	name, zone := r.recordName(), r.Text("zoneId")
	return slices.DeleteFunc(r.All(typeRecord), func(other *Resource) bool {
		return other.Text("zoneId") != zone || other.Text("fqdn") != name
	})
}

// recordIsNew: a record is created, never overwritten, unless the program says so.
func recordIsNew(r *request) *Error {
	if r.Flag("allowOverwrite") {
		return nil
	}
	name, kind, set := r.recordName(), r.Text("type"), r.Text("setIdentifier")
	taken := apexOwn(name, kind, zoneOf(r).Text("name")) && set == ""
	for _, other := range namesakes(r) {
		taken = taken || (other.Text("type") == kind && other.Text("setIdentifier") == set)
	}
	switch {
	case !taken:
		return nil
	case set != "":
		return badChange("Tried to create resource record set [name='%s.', type='%s', set-identifier='%s'] but it already exists", name, kind, set)
	}
	return badChange("Tried to create resource record set [name='%s.', type='%s'] but it already exists", name, kind)
}

// recordIsAlone: a canonical name stands beside nothing else.
func recordIsAlone(r *request) *Error {
	name, kind, zone := r.recordName(), r.Text("type"), normalName(zoneOf(r).Text("name"))
	for _, other := range namesakes(r) {
		switch {
		case other.Text("type") == kind:
		case other.Text("type") == "CNAME":
			return badChange("RRSet of type %s with DNS name %s. is not permitted because a conflicting RRSet of type  CNAME "+
				"with the same DNS name already exists in zone %s.", kind, name, zone)
		case kind == "CNAME":
			return badChange("RRSet of type CNAME with DNS name %s. is not permitted as it conflicts with other records with the "+
				"same DNS name in zone %s.", name, zone)
		}
	}
	return nil
}

// policiesAgree: records of one name and type are chosen among in one way, and no two answer the same question.
func policiesAgree(r *request) *Error {
	policy, set, name, kind := policyOf(r.New), r.Text("setIdentifier"), r.recordName(), r.Text("type")
	if policy == "" && set != "" {
		return refuse("InvalidInput", "Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, or "+
			"MultiValueAnswer], but found none in Change with [Action=CREATE, Name=%s., Type=%s, SetIdentifier=%s]", name, kind, set)
	}
	if policy == "failover" && slices.Contains(r.Texts("failoverRoutingPolicies.type"), "PRIMARY") && !watched(r) {
		return refuse("InvalidInput", "Invalid request: Missing field 'HealthCheckId' in Change with [Action=CREATE, Name=%s., "+
			"Type=%s, SetIdentifier=%s]", name, kind, set)
	}
	for _, other := range namesakes(r) {
		if other.Text("type") != kind {
			continue
		}
		theirs := policyOf(other.Properties)
		switch {
		case policy == "" && theirs != "":
			return badChange("RRSet with DNS name %s., type %s cannot be created as other RRSets exist with the same name and type.", name, kind)
		case policy == "multivalue answer" && theirs != policy:
			return badChange("RRSet with DNS name %s., type %s, SetIdentifier %s cannot be created because a non multivalue answer "+
				"rrset exists with the same name and type.", name, kind, set)
		case policy != theirs:
			return badChange("RRSet with DNS name %s., type %s, SetIdentifier %s cannot be created as a non-%s set exists with the "+
				"same name and type.", name, kind, set, policy)
		}
		if refused := sameQuestion(r, other, policy); refused != nil {
			return refused
		}
	}
	return nil
}

// watched says whether something tells when a primary is down: a health check, or an alias that looks at its target.
func watched(r *request) bool {
	looks := false
	visit(r.New, "aliases.evaluateTargetHealth", func(value resource.PropertyValue) {
		looks = looks || (value.IsBool() && value.BoolValue())
	})
	return looks || r.Text("healthCheckId") != ""
}

// sameQuestion refuses two records of one policy for the same region, place or role.
func sameQuestion(r *request, other *Resource, policy string) *Error {
	asked := map[string][]string{
		"latency": {"latencyRoutingPolicies.region"}, "failover": {"failoverRoutingPolicies.type"},
		"geolocation": {"geolocationRoutingPolicies.continent", "geolocationRoutingPolicies.country", "geolocationRoutingPolicies.subdivision"},
	}[policy]
	if asked == nil {
		return nil
	}
	var answers []string
	for _, path := range asked {
		if !slices.Equal(r.Texts(path), other.Texts(path)) {
			return nil
		}
		answers = append(answers, r.Texts(path)...)
	}
	what := map[string]string{"latency": "region", "failover": "failover role", "geolocation": "location"}[policy]
	return badChange("RRSet with DNS name %s., type %s, SetIdentifier %s, and %s %s cannot be created because a %s RRSet with the "+
		"same name, type and %s already exists.", r.recordName(), r.Text("type"), r.Text("setIdentifier"), what,
		strings.Join(answers, " "), policy, what)
}

// aliasTargetExists: within the account's own zones an alias points at a record of its own type.
func aliasTargetExists(r *request) *Error {
	targets := r.Texts("aliases.name")
	for i, id := range r.Texts("aliases.zoneId") {
		zone := r.Find(typeZone, id)
		if zone == nil || i >= len(targets) {
			continue // a zone of AWS's, for example of a load balancer
		}
		name, kind := normalName(targets[i]), r.Text("type")
		if !slices.ContainsFunc(r.All(typeRecord), func(other *Resource) bool {
			return other.Text("zoneId") == id && other.Text("fqdn") == name && other.Text("type") == kind
		}) {
			return badChange("Tried to create an alias that targets %s., type %s in zone %s, but that target was not found", name, kind, id)
		}
	}
	return nil
}

// recordIsNotAimedAt: what an alias points at stays.
func recordIsNotAimedAt(r *request) *Error {
	name, kind := r.recordName(), r.Text("type")
	for _, other := range namesakes(r) {
		if other.Text("type") == kind {
			return nil // the name still answers
		}
	}
	for _, other := range r.All(typeRecord) {
		if other.Text("type") != kind || !slices.Contains(other.Texts("aliases.zoneId"), r.Text("zoneId")) {
			continue
		}
		if slices.ContainsFunc(other.Texts("aliases.name"), func(target string) bool { return normalName(target) == name }) {
			return badChange("Tried to delete resource record set [name='%s.', type='%s'] but it is the target of the alias %s.",
				name, kind, other.Text("fqdn"))
		}
	}
	return nil
}

// delegationMatches holds a delegation to the zone it leads to, if that is in the simulation: name servers that do not
// answer for it, or a key that does not sign it, take the whole domain away. AWS does not look.
func delegationMatches(r *request) *Error {
	kind, name := r.Text("type"), r.recordName()
	if name == normalName(zoneOf(r).Text("name")) || (kind != "NS" && kind != "DS") {
		return nil
	}
	var known [][]string
	for _, zone := range r.Everywhere(typeZone) {
		if normalName(zone.Text("name")) != name || isPrivate(zone) {
			continue
		}
		if kind == "NS" {
			known = append(known, zone.Texts("nameServers"))
			continue
		}
		known = append(known, r.cloud.dsRecords(zone.ID))
	}
	given := r.Texts("records")
	for i := range given {
		given[i] = normalName(given[i])
	}
	for _, servers := range known {
		matches := len(given) > 0 && !slices.ContainsFunc(given, func(value string) bool {
			return !slices.ContainsFunc(servers, func(server string) bool { return normalName(server) == value })
		})
		if matches && (kind == "DS" || len(given) == len(servers)) {
			return nil
		}
	}
	switch {
	case len(known) == 0:
		return nil
	case kind == "DS":
		return badChange("RRSet of type DS with DNS name %s. names no key that signs the hosted zone of that name", name)
	}
	return badChange("RRSet of type NS with DNS name %s. does not match the name servers of the hosted zone of that name", name)
}

// changedRecords is what policies can ask of a change.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html
func changedRecords(r *request) map[string][]string {
	made := []string{"UPSERT"}
	switch {
	case r.Op == opDelete:
		made = []string{"DELETE"}
	case r.Op == opCreate && !r.Flag("allowOverwrite"):
		made = []string{"CREATE"}
	case r.Op == opUpdate && r.Changed("type"), r.Op == opUpdate && r.Changed("setIdentifier"):
		made = []string{"CREATE", "DELETE"}
	}
	name := strings.ReplaceAll(r.recordName(), "*", `\052`)
	return map[string][]string{
		"route53:ChangeResourceRecordSetsNormalizedRecordNames": {name},
		"route53:ChangeResourceRecordSetsRecordTypes":           {r.Text("type")},
		"route53:ChangeResourceRecordSetsActions":               made,
	}
}
