package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Guardrail is a rule of the production profile that a stack breaks only with an exemption.
type Guardrail struct {
	Name string // kebab-case, the name an exemption gives
	Says string // what must hold, and why
	// broken lists what breaks the rule, as value and fix.
	broken func(*Stack) []breach
}

// breach is one value that breaks a guardrail.
type breach struct {
	at         path
	fault, fix string
}

// guarded is the profile whose stacks the guardrails hold for.
const guarded = "production"

// Guardrails are the rules of the production profile, by name.
func Guardrails() []Guardrail {
	rails := []Guardrail{
		{"dns-query-logs", "public zones record what is asked, for 365 days: what a stolen name was used for shows there", questionsKept},
		{"flow-logs", "every VPC records its traffic: without records an incident cannot be told", eachVPC(flowLogsKept)},
		{"flow-logs-retention", "traffic records stay 365 days: an intrusion is found months after it began", eachVPC(flowLogsLong)},
		{"nat-per-zone", "every zone has its own NAT gateway: one gateway takes every zone's way out with it", eachVPC(natPerZone)},
		{"open-ports", "everybody reaches the web's ports only: all else is for somebody in particular", portsClosed},
		{"password-policy", "passwords have 14 characters and none of the last 24 comes again (CIS 1.8, 1.9)", passwordsStrong},
		{"protect", "what holds data or identity is protected from deletion", protected},
		{"state-retention", "overwritten state stays 90 days: damage is found late", stateKept},
		{"three-zones", "every VPC spans three zones: of two, one failing takes half the capacity", eachVPC(threeZones)},
	}
	rails = append(rails, unitGuardrails()...)
	slices.SortFunc(rails, func(a, b Guardrail) int { return strings.Compare(a.Name, b.Name) })
	return rails
}

func eachVPC(check func(path, VPC) *breach) func(*Stack) []breach {
	return func(s *Stack) []breach {
		var all []breach
		for _, name := range slices.Sorted(maps.Keys(s.VPCs)) {
			if b := check(of("vpcs", name), s.VPCs[name]); b != nil {
				all = append(all, *b)
			}
		}
		return all
	}
}

func flowLogsKept(at path, vpc VPC) *breach {
	if vpc.FlowLogs != nil {
		return nil
	}
	return &breach{at.key("flowLogs"), "is switched off", "remove the line"}
}

func flowLogsLong(at path, vpc VPC) *breach {
	if vpc.FlowLogs == nil || vpc.FlowLogs.Destination == "archive" || vpc.FlowLogs.RetentionDays == 0 || vpc.FlowLogs.RetentionDays >= 365 {
		return nil
	}
	return &breach{at.key("flowLogs").key("retentionDays"), fmt.Sprintf("is %d", vpc.FlowLogs.RetentionDays), "use 365 or more"}
}

func natPerZone(at path, vpc VPC) *breach {
	if vpc.NAT != "single" {
		return nil
	}
	return &breach{at.key("nat"), "is single", "use perZone, or none"}
}

func threeZones(at path, vpc VPC) *breach {
	if len(vpc.Zones) == 0 || len(vpc.Zones) >= 3 {
		return nil
	}
	return &breach{at.key("zones"), "has " + counted(len(vpc.Zones), "zone", "zones"), "use three or more"}
}

func protected(s *Stack) []breach {
	if s.Protect {
		return nil
	}
	return []breach{{of("protect"), "is false", "remove the line"}}
}

func passwordsStrong(s *Stack) []breach {
	if s.Baseline == nil {
		return nil
	}
	at, policy := of("baseline", "passwordPolicy"), s.Baseline.PasswordPolicy
	if policy == nil {
		return []breach{{at, "is switched off", "remove the line"}}
	}
	var all []breach
	if length := policy.MinimumLength; length != 0 && length < 14 {
		all = append(all, breach{at.key("minimumLength"), fmt.Sprintf("is %d", length), "use 14 or more"})
	}
	if remembered := policy.Remembered; remembered != 0 && remembered < 24 {
		all = append(all, breach{at.key("remembered"), fmt.Sprintf("is %d", remembered), "use 24"})
	}
	return all
}

func questionsKept(s *Stack) []breach {
	if s.DNS == nil || s.DNS.Public == nil {
		return nil
	}
	at, logs := of("dns", "public", "queryLogs"), s.DNS.Public.QueryLogs
	switch {
	case logs == nil:
		return []breach{{at, "is missing", "add it with retentionDays: 365"}}
	case logs.RetentionDays != 0 && logs.RetentionDays < 365:
		return []breach{{at.key("retentionDays"), fmt.Sprintf("is %d", logs.RetentionDays), "use 365 or more"}}
	}
	return nil
}

func stateKept(s *Stack) []breach {
	if s.StateBackend == nil || s.StateBackend.NoncurrentDays == 0 || s.StateBackend.NoncurrentDays >= 90 {
		return nil
	}
	return []breach{{of("stateBackend", "noncurrentDays"), fmt.Sprintf("is %d", s.StateBackend.NoncurrentDays), "use 90 or more"}}
}

// checkGuardrails reports every breach that no exemption covers, and every exemption that covers none.
func (l *loader) checkGuardrails() {
	var names []string
	for _, rail := range Guardrails() {
		names = append(names, rail.Name)
		var breaches []breach
		if l.stack.Profile == guarded {
			breaches = slices.DeleteFunc(rail.broken(l.stack), func(b breach) bool { return l.silent(b.at) })
		}
		if exemption, exempt := l.stack.Exemptions[rail.Name]; exempt {
			if len(breaches) == 0 {
				l.fault(of("exemptions", rail.Name), "is not needed: nothing breaks this guardrail", "remove it")
			} else if l.counts(rail.Name, exemption) {
				continue
			}
		}
		for _, b := range breaches {
			l.fault(b.at, b.fault+", against the guardrail "+rail.Name+" ("+rail.Says+")", b.fix+", or add an exemption")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.stack.Exemptions)) {
		if !slices.Contains(names, name) {
			l.faultMeant(of("exemptions", name), fmt.Sprintf("%q is not a guardrail", name), "use "+choices(names), closest(name, names))
		}
	}
}

// counts tells whether an exemption weakens its guardrail today. One that is too long is a fault, but counts.
func (l *loader) counts(name string, exemption Exemption) bool {
	at := of("exemptions", name, "until")
	if exemption.Until == "" {
		return true // missing or misshapen, and reported
	}
	until, err := time.Parse(time.DateOnly, exemption.Until)
	if err != nil {
		l.fault(at, fmt.Sprintf("%q is not a date", exemption.Until), `write it as year-month-day in quotes, for example "2027-01-31"`)
		return true
	}
	now := l.src.Now.UTC()
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	if until.Before(today) {
		l.fault(at, fmt.Sprintf("the exemption ended on %s", exemption.Until), "keep the guardrail now, or decide anew")
		return false
	}
	if latest := today.AddDate(1, 0, 0); until.After(latest) {
		l.fault(at, fmt.Sprintf("%s is more than a year ahead", exemption.Until), "use a day up to "+latest.Format(time.DateOnly))
	}
	return true
}
