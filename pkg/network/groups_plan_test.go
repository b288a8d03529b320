package network

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
)

// TestPlanRules: a rule becomes one for each kind of traffic and each peer, under a key that says both.
func TestPlanRules(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule config.GroupRule
		want []string // key: traffic, peer, description
	}{
		"a preset from blocks": {
			config.GroupRule{Preset: "https", CIDRs: []string{"10.0.0.0/8", "2001:db8::/32"}},
			[]string{
				"g.ingress.r.10.0.0.0-8: tcp 443, 10.0.0.0/8, TCP 443 from 10.0.0.0/8",
				"g.ingress.r.2001.db8..-32: tcp 443, 2001:db8::/32, TCP 443 from 2001:db8::/32",
			},
		},
		"DNS by both protocols": {
			config.GroupRule{Preset: "dns", Groups: []string{"hosts"}},
			[]string{
				"g.ingress.r.hosts.tcp: tcp 53, hosts, TCP 53 from hosts",
				"g.ingress.r.hosts.udp: udp 53, hosts, UDP 53 from hosts",
			},
		},
		"ports of no protocol are TCP's": {
			config.GroupRule{Ports: "8000-8100", Self: true},
			[]string{"g.ingress.r.g: tcp 8000-8100, self, TCP 8000-8100 from the group itself"},
		},
		"a list and a group of one name": {
			config.GroupRule{Protocol: "udp", Ports: "500", Groups: []string{"a"}, PrefixLists: []string{"a"}},
			[]string{"g.ingress.r.a: udp 500, a, UDP 500 from a", "g.ingress.r.list.a: udp 500, a, UDP 500 from a"},
		},
		"everything, for a reason": {
			config.GroupRule{Protocol: "all", CIDRs: []string{"10.0.0.0/8"}, Description: "until March"},
			[]string{"g.ingress.r.10.0.0.0-8: all traffic, 10.0.0.0/8, until March"},
		},
		"everything": {
			config.GroupRule{Protocol: "all", PrefixLists: []string{"aws/s3"}},
			[]string{"g.ingress.r.list.aws.s3: all traffic, aws/s3, All traffic from aws/s3"},
		},
		"ICMP has no ports": {
			config.GroupRule{Protocol: "icmp", CIDRs: []string{"10.0.0.0/8"}},
			[]string{"g.ingress.r.10.0.0.0-8: icmp, 10.0.0.0/8, ICMP from 10.0.0.0/8"},
		},
		"about nobody": {config.GroupRule{Preset: "https"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, r := range planRules(map[string]config.SecurityGroup{"g": {Ingress: map[string]config.GroupRule{"r": c.rule}}}) {
				require.Equal(t, "g", r.group)
				require.True(t, r.inbound)
				got = append(got, fmt.Sprintf("%s: %s, %s, %s", r.key, r.traffic, r.peer, r.description))
			}
			require.Equal(t, c.want, got)
		})
	}
}

// TestPlanRulesKeepTheirNames: what is added before, beside or to a rule leaves the names of the others.
func TestPlanRulesKeepTheirNames(t *testing.T) {
	t.Parallel()
	before := map[string]config.SecurityGroup{
		"web": {
			Ingress: map[string]config.GroupRule{"offices": {Preset: "https", CIDRs: []string{"192.168.0.0/16"}}},
			Egress:  map[string]config.GroupRule{"apps": {Ports: "8080", Groups: []string{"apps"}}},
		},
		"apps": {Description: "apps"},
	}
	after := map[string]config.SecurityGroup{
		"web": {
			Ingress: map[string]config.GroupRule{
				"all":     {Preset: "http", CIDRs: []string{"0.0.0.0/0"}},
				"offices": {Preset: "https", CIDRs: []string{"10.0.0.0/8", "192.168.0.0/16"}},
			},
			Egress: map[string]config.GroupRule{"apps": {Ports: "8080", Groups: []string{"aaa", "apps"}}},
		},
		"apps": {Description: "apps"}, "aaa": {Description: "new"},
	}
	kept := map[string]bool{}
	for _, r := range planRules(after) {
		kept[r.key] = true
	}
	for _, r := range planRules(before) {
		require.True(t, kept[r.key], r.key)
	}
}

// TestPlanRulesNamesAreApart: names that only differ in where one part ends and the next begins.
func TestPlanRulesNamesAreApart(t *testing.T) {
	t.Parallel()
	web := config.GroupRule{Preset: "https", Groups: []string{"a-b", "list-b", "shared-b"}, PrefixLists: []string{"b", "shared/b", "shared-b"}}
	groups := map[string]config.SecurityGroup{
		"a": {Ingress: map[string]config.GroupRule{"web": web, "web-a": {Preset: "https", Groups: []string{"b"}}, "ingress-r": web}},
		"a-ingress": {Ingress: map[string]config.GroupRule{
			"r": web, "self": {Preset: "https", Groups: []string{"self"}, Self: true, CIDRs: []string{"2001:db8::/32"}},
		}},
	}
	seen := map[string]bool{}
	for _, r := range planRules(groups) {
		require.False(t, seen[r.key], r.key)
		seen[r.key] = true
	}
	require.Len(t, seen, 22)
}
