package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// crossCheckPrefixLists reports rules that name a list of the shared stack that is not there, or is not shared, or has more
// entries than the group has room for.
func crossCheckPrefixLists(all []*loader) {
	offered := map[string]PrefixList{}
	for _, l := range all {
		if l.stack.Kind == Shared {
			for name, list := range l.stack.PrefixLists {
				if list.Shared {
					offered[sharedLists+name] = list
				}
			}
		}
	}
	names := slices.Sorted(maps.Keys(offered))
	for _, l := range all {
		for _, vpc := range slices.Sorted(maps.Keys(l.stack.VPCs)) {
			groups, at := l.stack.VPCs[vpc].SecurityGroups, of("vpcs", vpc, "securityGroups")
			for _, name := range slices.Sorted(maps.Keys(groups)) {
				for direction, rules := range map[string]map[string]GroupRule{"ingress": groups[name].Ingress, "egress": groups[name].Egress} {
					inner := at.key(name).key(direction)
					l.checkSharedLists(inner, rules, names)
					l.checkRoom(inner, rules, offered)
				}
			}
		}
	}
}

func (l *loader) checkSharedLists(at path, rules map[string]GroupRule, offered []string) {
	for _, key := range slices.Sorted(maps.Keys(rules)) {
		for i, name := range rules[key].PrefixLists {
			inner := at.key(key).key("prefixLists").index(i)
			switch {
			case !strings.HasPrefix(name, sharedLists):
			case l.stack.Kind == Shared:
				l.faultMeant(inner, fmt.Sprintf("%q is this stack's own", name), "", strings.TrimPrefix(name, sharedLists))
			case !slices.Contains(offered, name):
				fix := "share a list of that name there: prefixLists.<name>.shared: true"
				if len(offered) > 0 {
					fix = "use " + choices(offered)
				}
				l.faultMeant(inner, fmt.Sprintf("the shared stack shares no prefix list %q", strings.TrimPrefix(name, sharedLists)), fix, closest(name, offered))
			}
		}
	}
}
