package config

import (
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// apex is the host that is the zone itself.
const apex = "@"

// maxText is how many characters Route 53 takes in one text, in all its parts.
const maxText = 4000

var caaValue = regexp.MustCompile(`^(0|128) (issue|issuewild|iodef) "[^"]*"$`)

// checkHealthChecks checks that each has what its type looks at, and nothing else.
func (l *loader) checkHealthChecks(at path, checks map[string]HealthCheck) {
	names := slices.Sorted(maps.Keys(checks))
	for _, name := range names {
		check, at := checks[name], at.key(name)
		given := map[string]bool{
			"host": check.Host != "", "port": check.Port != 0, "path": check.Path != "", "search": check.Search != "",
			"failures": check.Failures != 0, "seconds": check.Seconds != 0, "checks": len(check.Checks) > 0,
			"healthy": check.Healthy != 0, "alarm": check.Alarm != "",
		}
		needs := map[string][]string{"https": {"host"}, "tcp": {"host", "port"}, "calculated": {"checks"}, "alarm": {"alarm"}}[check.Type]
		takes := map[string][]string{
			"https": {"port", "path", "search", "failures", "seconds"}, "tcp": {"failures", "seconds"}, "calculated": {"healthy"},
		}[check.Type]
		l.checkFieldsOf(at, check.Type, given, needs, takes)
		if check.Host != "" && domainFault(check.Host) != "" {
			l.fault(at.key("host"), fmt.Sprintf("%q is not a host name", check.Host), "write it as www.acme.example")
		}
		l.checkUnique(at.key("checks"), check.Checks)
		for i, child := range check.Checks {
			other, known := checks[child]
			switch at := at.key("checks").index(i); {
			case child == "":
			case !known:
				l.faultMeant(at, fmt.Sprintf("%q is not a health check", child), "use "+choices(names), closest(child, names))
			case other.Type == "calculated":
				l.fault(at, fmt.Sprintf("%s is calculated itself", child), "name the checks it looks at: AWS calculates once")
			}
		}
		if check.Healthy > len(check.Checks) && len(check.Checks) > 0 {
			l.fault(at.key("healthy"), fmt.Sprintf("%d of %d checks are never healthy", check.Healthy, len(check.Checks)), "ask for fewer")
		}
	}
}

// checkFieldsOf reports what a kind needs and does not have, and what it has and does not take.
func (l *loader) checkFieldsOf(at path, kind string, given map[string]bool, needs, takes []string) {
	if kind == "" {
		return
	}
	for _, field := range slices.Sorted(maps.Keys(given)) {
		needed := slices.Contains(needs, field)
		switch {
		case needed && !given[field] && l.seen[at.key(field).String()] == nil:
			l.fault(at, fmt.Sprintf("is %s and has no %s", kind, field), "add "+field)
		case given[field] && !needed && !slices.Contains(takes, field):
			l.fault(at.key(field), fmt.Sprintf("has no meaning for %s", kind), "remove it")
		}
	}
}

// recordSet is what shares a DNS name and a type.
type recordSet struct{ host, kind string }

// checkRecords checks a zone's records one by one, then those that share a name.
func (l *loader) checkRecords(zone path, domain string, records map[string]DNSRecord, checks map[string]HealthCheck) {
	at := zone.key("records")
	sets := map[recordSet][]string{}
	for _, name := range slices.Sorted(maps.Keys(records)) {
		record, at := records[name], at.key(name)
		l.checkHost(at, domain, record)
		l.checkAnswer(at, record, records)
		l.checkRouting(at, record)
		names := slices.Sorted(maps.Keys(checks))
		if check := record.HealthCheck; check != "" {
			if _, known := checks[check]; !known {
				l.faultMeant(at.key("healthCheck"), fmt.Sprintf("%q is not a health check of the zone", check), "use "+choices(names), closest(check, names))
			}
			if record.Routing == nil {
				l.fault(at.key("healthCheck"), "decides nothing: the record is the only one of its name and type", "add routing, or remove it")
			}
		}
		key := recordSet{record.Host, record.Type}
		sets[key] = append(sets[key], name)
	}
	for _, set := range slices.SortedFunc(maps.Keys(sets), func(a, b recordSet) int {
		return strings.Compare(a.host+" "+a.kind, b.host+" "+b.kind)
	}) {
		l.checkSet(at, sets[set], records)
		for _, other := range []string{"A", "AAAA", "CAA", "MX", "NS", "PTR", "SRV", "TXT"} {
			if twins := sets[recordSet{set.host, other}]; set.kind == "CNAME" && len(twins) > 0 {
				l.fault(at.key(sets[set][0]).key("type"), fmt.Sprintf("is CNAME, and records.%s has the same host", twins[0]),
					"a CNAME stands alone: use an alias")
			}
		}
	}
}

func (l *loader) checkHost(at path, domain string, record DNSRecord) {
	host, full := record.Host, strings.TrimPrefix(record.Host, "*.")
	switch at := at.key("host"); {
	case host == "":
	case host == apex:
		if record.Type == "CNAME" {
			l.fault(at, "is the zone itself, which cannot be a CNAME", "use type A with an alias")
		}
		if record.Type == "NS" || record.Type == "CAA" {
			l.fault(at, fmt.Sprintf("is the zone itself, whose %s records the platform makes", record.Type),
				map[string]string{"NS": "remove it", "CAA": "use caa"}[record.Type])
		}
	case host == domain || strings.HasSuffix(host, "."+domain):
		l.fault(at, fmt.Sprintf("%q has the zone's name in it", host), "leave it out: hosts are names within the zone, and @ is the zone itself")
	case host != "*" && domainFault(full+".zone") != "":
		l.fault(at, fmt.Sprintf("%q %s", host, domainFault(full+".zone")), "write it as www: lower-case letters, digits and hyphens, with dots between")
	case len(full)+len(domain)+1 > 253:
		l.fault(at, "is too long with the zone's name", "a whole name takes 253 characters")
	}
}

// checkAnswer checks a record's values or its alias.
func (l *loader) checkAnswer(at path, record DNSRecord, records map[string]DNSRecord) {
	switch {
	case record.Alias != nil && len(record.Values) > 0:
		l.fault(at.key("alias"), "stands beside values", "keep one of the two")
		return
	case record.Alias != nil:
		l.checkAlias(at, record, records)
		return
	case len(record.Values) == 0:
		l.fault(at, "has neither values nor an alias", "add one of the two")
		return
	}
	l.checkUnique(at.key("values"), record.Values)
	for i, value := range record.Values {
		if fault := valueFault(record.Type, value); value != "" && fault != "" {
			l.fault(at.key("values").index(i), fmt.Sprintf("%q is not an answer of type %s", value, record.Type), fault)
		}
	}
	if record.Type == "CNAME" && len(record.Values) > 1 {
		l.fault(at.key("values"), "has more than one name", "a CNAME has one; use routing to choose among several")
	}
}

func (l *loader) checkAlias(at path, record DNSRecord, records map[string]DNSRecord) {
	alias := record.Alias
	if record.TTL != 0 {
		l.fault(at.key("ttl"), "is the target's, of an alias", "remove it")
	}
	if !slices.Contains([]string{"A", "AAAA", "CNAME"}, record.Type) {
		l.fault(at.key("alias"), fmt.Sprintf("has type %s", record.Type), "use A or AAAA")
	}
	at = at.key("alias")
	names := slices.Sorted(maps.Keys(records))
	target, known := records[alias.Record]
	switch {
	case alias.Record != "" && (alias.Name != "" || alias.ZoneID != ""):
		l.fault(at, "has both record and a name outside the zone", "keep one of the two")
	case alias.Record == "" && (alias.Name == "" || alias.ZoneID == ""):
		l.fault(at, "points at nothing", "add record, or name and zoneId")
	case alias.Record == "":
		if fault := domainFault(alias.Name); fault != "" {
			l.fault(at.key("name"), fmt.Sprintf("%q %s", alias.Name, fault), "write it as d111111abcdef8.cloudfront.net")
		}
	case !known:
		l.faultMeant(at.key("record"), fmt.Sprintf("%q is not a record of the zone", alias.Record), "use "+choices(names), closest(alias.Record, names))
	case target.Type != record.Type:
		l.fault(at.key("record"), fmt.Sprintf("%s has type %s", alias.Record, target.Type), "point at a record of type "+record.Type)
	case target.Host == record.Host:
		l.fault(at.key("record"), fmt.Sprintf("%s has the same host", alias.Record), "point at another name")
	case target.Alias != nil && target.Alias.Record != "":
		l.fault(at.key("record"), fmt.Sprintf("%s is an alias of %s", alias.Record, target.Alias.Record), "point at records."+target.Alias.Record+" itself")
	}
}

// checkRouting checks that a policy has what it chooses by, and nothing else.
func (l *loader) checkRouting(at path, record DNSRecord) {
	routing := record.Routing
	if routing == nil {
		return
	}
	at = at.key("routing")
	given := map[string]bool{
		"weight": l.seen[at.key("weight").String()] != nil, "region": routing.Region != "", "role": routing.Role != "",
		"continent": routing.Continent != "", "country": routing.Country != "", "subdivision": routing.Subdivision != "",
	}
	needs := map[string][]string{"weighted": {"weight"}, "latency": {"region"}, "failover": {"role"}}[routing.Policy]
	takes := map[string][]string{"geolocation": {"continent", "country", "subdivision"}}[routing.Policy]
	l.checkFieldsOf(at, routing.Policy, given, needs, takes)
	if _, known := regionNamed(routing.Region); routing.Region != "" && !known {
		l.faultMeant(at.key("region"), fmt.Sprintf("%q is not an AWS region", routing.Region), "use a region's name, like eu-west-1", closest(routing.Region, Regions()))
	}
	switch {
	case routing.Policy == "geolocation" && (routing.Continent == "") == (routing.Country == ""):
		l.fault(at, "is geolocation with neither or both of continent and country", `give one of them; country: "*" is the rest of the world`)
	case routing.Subdivision != "" && routing.Country != "US" && routing.Country != "UA":
		l.fault(at.key("subdivision"), "is known of US and UA only", "remove it")
	case routing.Policy == "multivalue" && record.Alias != nil:
		l.fault(at.key("policy"), "is multivalue, which takes no alias", "use weighted")
	case routing.Policy == "failover" && routing.Role == "primary" && record.HealthCheck == "" &&
		(record.Alias == nil || !record.Alias.EvaluateHealth):
		l.fault(at.key("role"), "is primary, and nothing tells when it fails", "add healthCheck, or evaluateHealth to the alias")
	}
	if record.Type == "NS" {
		l.fault(at.key("policy"), "is for records that answer, not for a delegation", "remove routing")
	}
}

// checkSet checks records of one name and type: one policy, no question answered twice, no failover without a second.
func (l *loader) checkSet(at path, names []string, records map[string]DNSRecord) {
	first := records[names[0]]
	asked := map[string]string{}
	for _, name := range names {
		record, at := records[name], at.key(name)
		switch {
		case name != names[0] && (record.Routing == nil || first.Routing == nil):
			l.fault(at, fmt.Sprintf("has host and type of records.%s", names[0]), "put the values together, or give both routing")
			continue
		case record.Routing == nil:
			continue
		case record.Routing.Policy != first.Routing.Policy:
			l.fault(at.key("routing").key("policy"), fmt.Sprintf("is %s, and that of records.%s is %s", record.Routing.Policy, names[0], first.Routing.Policy),
				"records of one name and type have one policy")
			continue
		}
		question := strings.Trim(strings.Join([]string{record.Routing.Region, record.Routing.Role, record.Routing.Continent,
			record.Routing.Country, record.Routing.Subdivision}, " "), " ")
		if other, twice := asked[question]; twice && question != "" {
			l.fault(at.key("routing"), fmt.Sprintf("is for %s, as records.%s", question, other), "give each its own")
		}
		asked[question] = name
	}
	if first.Routing == nil || first.Routing.Policy != "failover" {
		return
	}
	for _, role := range []string{"primary", "secondary"} {
		if _, there := asked[role]; !there && len(asked) > 0 && asked[""] == "" {
			l.fault(at.key(names[0]).key("routing"), fmt.Sprintf("is failover, and %s has no %s", first.Host, role), "add a record with role: "+role)
		}
	}
}

// valueFault is how an answer of a type is written, "" when this one is.
func valueFault(kind, value string) string {
	fields := strings.Fields(value)
	number := func(i int) bool {
		n, err := strconv.Atoi(fields[i])
		return err == nil && n >= 0 && n <= 65535
	}
	target := func(name string) bool { return domainFault(strings.TrimSuffix(name, ".")) == "" }
	switch kind {
	case "A":
		if address, err := netip.ParseAddr(value); err != nil || !address.Is4() {
			return "write an IPv4 address"
		}
	case "AAAA":
		if address, err := netip.ParseAddr(value); err != nil || !address.Is6() || address.Is4In6() || address.Zone() != "" {
			return "write an IPv6 address"
		}
	case "CNAME", "NS", "PTR":
		if !target(value) {
			return "write a whole domain name"
		}
	case "MX":
		if len(fields) != 2 || !number(0) || !target(fields[1]) {
			return "write priority and server: 10 mail.acme.example"
		}
	case "SRV":
		if len(fields) != 4 || !number(0) || !number(1) || !number(2) || !target(fields[3]) {
			return "write priority, weight, port and server: 10 5 5060 sip.acme.example"
		}
	case "CAA":
		if !caaValue.MatchString(value) {
			return `write flags, tag and value: 0 issue "amazon.com"`
		}
	case "TXT":
		return textFault(value)
	}
	return ""
}

func textFault(value string) string {
	switch {
	case len(value) > maxText:
		return fmt.Sprintf("use at most %d characters", maxText)
	case strings.ContainsFunc(value, func(c rune) bool { return c < ' ' || c > '~' }):
		return "use printable ASCII characters"
	case len(value) > 1 && strings.HasPrefix(value, `"`) && strings.HasSuffix(value, `"`):
		return "leave the quotation marks out: they are put around it"
	}
	return ""
}
