package config

import (
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// dnsLabel is one label of a name: letters, digits and hyphens, with an underscore before what is not a host (RFC 8552).
var dnsLabel = regexp.MustCompile(`^_?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// checkDNS checks the stack's zones and its resolver.
func (l *loader) checkDNS() {
	dns := l.stack.DNS
	if dns == nil {
		return
	}
	at := of("dns")
	if l.stack.Kind == Management {
		l.fault(at, "stands in the management stack, whose names nobody asks for", "move it to the shared stack or a workload")
	}
	if zone := dns.Public; zone != nil {
		l.checkPublicZone(at.key("public"), zone)
	}
	if zone := dns.Private; zone != nil {
		at := at.key("private")
		l.checkDomain(at.key("domain"), zone.Domain)
		l.checkOwnVPC(at.key("vpc"), zone.VPC)
		l.checkHealthChecks(at.key("healthChecks"), zone.HealthChecks)
		l.checkRecords(at, zone.Domain, zone.Records, zone.HealthChecks)
		if dns.Public != nil && belongsTo(zone.Domain, dns.Public.Domain) {
			l.fault(at.key("domain"), fmt.Sprintf("is within the public zone %s, which the stack's VPCs would no longer see", dns.Public.Domain),
				"use a domain of its own, like dev.acme.internal")
		}
	}
	if dns.Resolver != nil {
		l.checkResolver(at.key("resolver"), dns.Resolver)
	}
}

// belongsTo tells whether a name is a domain, or below it.
func belongsTo(name, domain string) bool {
	return domain != "" && (name == domain || strings.HasSuffix(name, "."+domain))
}

func (l *loader) checkPublicZone(at path, zone *PublicZone) {
	l.checkDomain(at.key("domain"), zone.Domain)
	if slices.ContainsFunc([]string{".internal", ".local", ".localhost", ".invalid", ".test"}, func(end string) bool {
		return strings.HasSuffix(zone.Domain, end)
	}) {
		l.fault(at.key("domain"), fmt.Sprintf("the internet does not have %s", zone.Domain), "move it to private, or use a domain you own")
	}
	if zone.CAA != nil {
		at := at.key("caa")
		l.checkUnique(at.key("issuers"), zone.CAA.Issuers)
		for i, issuer := range zone.CAA.Issuers {
			if issuer != "" && domainFault(issuer) != "" {
				l.fault(at.key("issuers").index(i), fmt.Sprintf("%q is not the domain of a certificate authority", issuer), "write it as amazon.com")
			}
		}
		if contact := zone.CAA.Contact; contact != "" && !emailAddress.MatchString(contact) {
			l.fault(at.key("contact"), fmt.Sprintf("%q is not an address", contact), "write it as name@domain")
		}
	}
	if zone.QueryLogs != nil {
		l.checkRetention(at.key("queryLogs").key("retentionDays"), zone.QueryLogs.RetentionDays)
	}
	if zone.DNSSEC != nil && zone.DNSSEC.Publish && l.stack.Kind == Shared {
		l.fault(at.key("dnssec").key("publish"), "is true, and the parent of the organization's zone is not ours",
			"set it to false, and give the stack's output publicZone.dsRecord to the registrar")
	}
	l.checkHealthChecks(at.key("healthChecks"), zone.HealthChecks)
	l.checkRecords(at, zone.Domain, zone.Records, zone.HealthChecks)
}

// domainFault is what is wrong with a domain of at least two labels, or "".
func domainFault(domain string) string {
	labels := strings.Split(domain, ".")
	switch {
	case strings.HasSuffix(domain, "."):
		return "ends in a dot"
	case domain != strings.ToLower(domain):
		return "has capital letters"
	case len(domain) > 253:
		return fmt.Sprintf("has %d characters, a name takes 253", len(domain))
	case len(labels) < 2:
		return "has one label"
	}
	for _, label := range labels {
		if !dnsLabel.MatchString(label) {
			return fmt.Sprintf("has the label %q", label)
		}
	}
	return ""
}

func (l *loader) checkDomain(at path, domain string) {
	if fault := domainFault(domain); domain != "" && fault != "" {
		l.fault(at, fmt.Sprintf("%q %s", domain, fault), "write it as dev.acme.example: lower-case letters, digits and hyphens between dots")
	}
}

// checkOwnVPC wants the name of one of the stack's VPCs.
func (l *loader) checkOwnVPC(at path, name string) {
	names := slices.Sorted(maps.Keys(l.stack.VPCs))
	if _, known := l.stack.VPCs[name]; name != "" && !known {
		l.faultMeant(at, fmt.Sprintf("%q is not one of the stack's VPCs", name), "use "+choices(names), closest(name, names))
	}
}

func (l *loader) checkResolver(at path, resolver *Resolver) {
	if l.stack.Kind == Workload {
		l.fault(at, "stands in a stack of kind workload", "move it to the shared stack: its rules hold for every environment")
	}
	l.checkOwnVPC(at.key("vpc"), resolver.VPC)
	if vpc, known := l.stack.VPCs[resolver.VPC]; known && lacks(vpc.Tiers, "private") {
		l.fault(at.key("vpc"), fmt.Sprintf("vpcs.%s has no private subnets", resolver.VPC), "add private to its tiers: the endpoints stand there")
	}
	if len(resolver.Inbound)+len(resolver.Rules)+len(resolver.Firewall) == 0 && resolver.QueryLogs == nil {
		l.fault(at, "does nothing", "add inbound, rules, firewall or queryLogs, or remove it")
	}
	l.checkDNSFirewall(at.key("firewall"), resolver.Firewall)
	for _, name := range slices.Sorted(maps.Keys(resolver.Inbound)) {
		l.checkSupernet(at.key("inbound").key(name).key("cidr"), resolver.Inbound[name].CIDR)
	}
	first := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(resolver.Rules)) {
		rule, at := resolver.Rules[name], at.key("rules").key(name)
		l.checkDomain(at.key("domain"), rule.Domain)
		if other, twice := first[rule.Domain]; twice && rule.Domain != "" {
			l.fault(at.key("domain"), fmt.Sprintf("rules.%s is for %s too", other, rule.Domain), "give each domain one rule")
		} else {
			first[rule.Domain] = name
		}
		l.checkUnique(at.key("targets"), rule.Targets)
		for i, target := range rule.Targets {
			if address, err := netip.ParseAddr(target); target != "" && (err != nil || !address.Is4() || address.IsLoopback() || address.IsUnspecified()) {
				l.fault(at.key("targets").index(i), fmt.Sprintf("%q is not the IPv4 address of a name server", target), "write it as 192.168.0.10")
			}
		}
	}
	if resolver.QueryLogs != nil {
		l.checkRetention(at.key("queryLogs").key("retentionDays"), resolver.QueryLogs.RetentionDays)
	}
}

// checkDNSFirewall checks that lists have turns of their own and domains that a list takes.
func (l *loader) checkDNSFirewall(at path, lists map[string]DNSFirewallList) {
	turns := map[int]string{}
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		list, at := lists[name], at.key(name)
		if other, twice := turns[list.Priority]; twice && list.Priority != 0 {
			l.fault(at.key("priority"), fmt.Sprintf("%d is also firewall.%s's", list.Priority, other), "give each list a turn of its own")
		}
		turns[list.Priority] = name
		l.checkUnique(at.key("domains"), list.Domains)
		for i, domain := range list.Domains {
			if domain != "" && domain != "*" && domainFault(strings.TrimPrefix(domain, "*.")) != "" {
				l.fault(at.key("domains").index(i), fmt.Sprintf("%q is not a domain", domain), `write it as bad.example, "*.bad.example" or "*"`)
			}
		}
	}
}
