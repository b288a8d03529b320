package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// crossCheckDNS compares the zones of all stacks: each name has one, and an environment's is delegated from the shared
// stack's.
func crossCheckDNS(all []*loader) {
	public := func(s *Stack) string {
		if s.DNS == nil || s.DNS.Public == nil {
			return ""
		}
		return s.DNS.Public.Domain
	}
	private := func(s *Stack) string {
		if s.DNS == nil || s.DNS.Private == nil {
			return ""
		}
		return s.DNS.Private.Domain
	}
	const fix = "give each stack a domain of its own"
	differ(all, of("dns", "public", "domain"), public, fix)
	differ(all, of("dns", "private", "domain"), private, fix)
	var parent *loader
	for _, l := range all {
		if l.stack.Kind == Shared && parent == nil {
			parent = l
		}
	}
	for _, l := range all {
		if domain := public(l.stack); l.stack.Kind == Workload && domain != "" {
			l.checkDelegation(domain, parent, public)
		}
	}
	for _, l := range all {
		if parent != nil && parent.stack.DNS != nil && parent.stack.DNS.Resolver != nil {
			parent.checkRuleBeside(l, private(l.stack))
		}
	}
}

// checkDelegation checks that a workload's zone is one label below the shared stack's, and that nothing of the shared
// stack's stands where the delegation does.
func (l *loader) checkDelegation(domain string, parent *loader, public func(*Stack) string) {
	at := of("dns", "public", "domain")
	above := ""
	if parent != nil {
		above = public(parent.stack)
	}
	label, rest, _ := strings.Cut(domain, ".")
	switch {
	case above == "":
		l.fault(at, "has no parent: no shared stack has dns.public", "add dns.public to the shared stack, or remove it here")
		return
	case rest != above:
		l.fault(at, fmt.Sprintf("%s is not one label below %s (%s)", domain, above, parent.stands(at)), "write it as <environment>."+above)
		return
	}
	records := parent.stack.DNS.Public.Records
	for _, name := range slices.Sorted(maps.Keys(records)) {
		if host := records[name].Host; host == label || strings.HasSuffix(host, "."+label) {
			parent.fault(of("dns", "public", "records", name, "host"), fmt.Sprintf("%q is in the zone %s of stack %s (%s)", host, domain,
				l.src.Stack, l.stands(at)), "move the record there: nobody asks the parent for it")
		}
	}
}

// checkRuleBeside reports a rule that takes a private zone's questions away: of the same name the rule wins.
func (l *loader) checkRuleBeside(other *loader, domain string) {
	rules := l.stack.DNS.Resolver.Rules
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		if rule := rules[name]; domain != "" && rule.Domain == domain && len(rule.Targets) > 0 {
			l.fault(of("dns", "resolver", "rules", name, "domain"), fmt.Sprintf("is the private zone of stack %s (%s), which nobody would ask any more",
				other.src.Stack, other.stands(of("dns", "private", "domain"))), "forward another domain")
		}
	}
}
