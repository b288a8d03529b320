package config

import (
	"fmt"
	"maps"
	"slices"
)

// openToAll are the ports that may be open to everybody: what the web speaks.
var openToAll = []int{80, 443}

// portsClosed lists the rules by which everybody reaches what is not the web.
func portsClosed(s *Stack) []breach {
	var all []breach
	for _, vpc := range slices.Sorted(maps.Keys(s.VPCs)) {
		for _, name := range slices.Sorted(maps.Keys(s.VPCs[vpc].SecurityGroups)) {
			group, at := s.VPCs[vpc].SecurityGroups[name], of("vpcs", vpc, "securityGroups", name, "ingress")
			for _, key := range slices.Sorted(maps.Keys(group.Ingress)) {
				all = append(all, opened(at.key(key), group.Ingress[key])...)
			}
		}
	}
	return all
}

func opened(at path, rule GroupRule) []breach {
	var all []breach
	for i, cidr := range rule.CIDRs {
		if cidr != anywhere4 && cidr != anywhere6 {
			continue
		}
		for _, t := range rule.Traffic() {
			if t.Protocol != "tcp" || t.From != t.To || !slices.Contains(openToAll, t.From) {
				all = append(all, breach{at.key("cidrs").index(i), fmt.Sprintf("opens %s to everybody", t), "name the blocks it is for"})
			}
		}
	}
	return all
}
