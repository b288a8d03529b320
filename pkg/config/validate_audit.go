package config

import (
	"fmt"
	"slices"
)

// checkAudit checks what records and watches.
func (l *loader) checkAudit() {
	s := l.stack
	for section, present := range map[string]bool{"trail": s.Trail != nil, "detection": s.Detection != nil} {
		if present && s.Kind != "" && s.Kind != Shared {
			l.fault(of(section), fmt.Sprintf("stands in a stack of kind %s", s.Kind), "move it to the shared stack, which acts for the organization")
		}
	}
	if s.Trail != nil {
		l.checkTrail(*s.Trail)
	}
	if s.Detection != nil {
		l.checkDetection(of("detection"), *s.Detection)
	}
}

func (l *loader) checkTrail(trail Trail) {
	at := of("trail")
	if days := trail.RetentionDays; days != 0 && !slices.Contains(Retentions(), days) {
		l.fault(at.key("retentionDays"), fmt.Sprintf("%d is not a time CloudWatch Logs keeps records for", days), "use "+around(days))
	}
	l.checkUnique(at.key("dataEvents"), trail.DataEvents)
	l.checkUnique(at.key("insights"), trail.Insights)
	if archive := l.stack.LogArchive; archive == nil || !hasKey(archive.Buckets, trailLogs) {
		l.fault(at, "has no bucket to deliver to", "add trail to logArchive.buckets")
	}
}

func (l *loader) checkDetection(at path, detection Detection) {
	if hub := detection.SecurityHub; hub != nil {
		l.checkRegions(at.key("securityHub").key("regions"), hub.Regions)
	}
	if aggregator := detection.ConfigAggregator; aggregator != nil {
		l.checkRegions(at.key("configAggregator").key("regions"), aggregator.Regions)
	}
}

// checkRegions checks a list of regions.
func (l *loader) checkRegions(at path, regions []string) {
	l.checkUnique(at, regions)
	for i, name := range regions {
		if _, known := regionNamed(name); !known {
			l.faultMeant(at.index(i), fmt.Sprintf("%q is not an AWS region", name), "use a region's name, like eu-west-1", closest(name, Regions()))
		}
	}
}

func hasKey[T any](entries map[string]T, key string) bool {
	_, there := entries[key]
	return there
}
