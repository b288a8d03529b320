package sim

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func zoneAct(name, domain string) act {
	return act{token: typeZone, name: name, inputs: props{"name": domain}}
}

// privateZoneAct makes a zone for VPCs.
func privateZoneAct(name, domain string, vpcs ...any) act {
	list := make([]any, len(vpcs))
	for i, vpc := range vpcs {
		list[i] = props{"vpcId": vpc}
	}
	return act{token: typeZone, name: name, inputs: props{"name": domain, "vpcs": list}}
}

func recordAct(name, host, kind string, values ...any) act {
	return act{token: typeRecord, name: name, inputs: props{
		"zoneId": "$z", "name": host, "type": kind, "ttl": 300, "records": values,
	}}
}

func invitationAct(name, zone, vpc string) act {
	return act{token: typeZoneInvitation, name: name, inputs: props{"zoneId": zone, "vpcId": vpc}}
}

func zoneJoinAct(name, zone, vpc string) act {
	return act{token: typeZoneAssociation, name: name, inputs: props{"zoneId": zone, "vpcId": vpc}}
}

func elsewhere(each act) act {
	each.account = memberID
	return each
}

func TestZones(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: []act{
		vpcAct("v", "10.0.0.0/16"), zoneAct("z", "Acme.Example."), zoneAct("y", "acme.example"), privateZoneAct("p", "acme.internal", "$v"),
		{token: typeDelegationSet, name: "d", inputs: props{}},
		{token: typeZone, name: "a", inputs: props{"name": "a.example", "delegationSetId": "$d"}},
		{token: typeZone, name: "b", inputs: props{"name": "b.example", "delegationSetId": "$d"}},
	}}, "")
	z := s.made["z"]
	require.Regexp(t, `^Z[0-9A-F]{19}$`, z.ID)
	require.Empty(t, z.Region, "zones have no region")
	require.Equal(t, "arn:"+"aws:route53:::hostedzone/"+z.ID, z.Text("arn"))
	servers := z.Texts("nameServers")
	require.Len(t, servers, 4)
	for i, end := range []string{"co.uk", "com", "net", "org"} {
		require.Len(t, strings.Split(strings.Join(servers, " "), "."+end), 2, "one of %d domains", i)
	}
	require.Equal(t, servers[0], z.Text("primaryNameServer"))
	require.NotEqual(t, servers, s.made["y"].Texts("nameServers"), "a name may have two zones, which are asked at other places")
	require.Equal(t, s.made["a"].Texts("nameServers"), s.made["b"].Texts("nameServers"), "of one set")
	require.Equal(t, "ns-0.awsdns-00.com", s.made["p"].Texts("nameServers")[0], "nobody asks these")
	require.Regexp(t, `^N[0-9A-F]{19}$`, s.made["d"].ID)
}

func TestZoneRules(t *testing.T) {
	t.Parallel()
	both := []act{vpcAct("v", "10.0.0.0/16"), vpcAct("w", "10.1.0.0/16"), privateZoneAct("p", "acme.internal", "$v")}
	lastVpc := lastVpcStays().Message
	public := publicZoneTakesNoVpc().Message
	refusals(t, map[string]ruleCase{
		"records left": {
			after:   []act{zoneAct("z", "acme.example"), recordAct("r", "www", "A", "192.0.2.1")},
			destroy: "z", code: "HostedZoneNotEmpty", unless: "r",
			message: "The specified hosted zone contains non-required resource record sets and so cannot be deleted.",
		},
		"a private zone for a VPC of another account": {
			after:  []act{vpcAct("v", "10.0.0.0/16"), elsewhere(vpcAct("f", "10.9.0.0/16"))},
			create: privateZoneAct("p", "acme.internal", "$f"), code: "InvalidVPCId",
			message: "The VPC: $f$ that you provided is not authorized to make the association.",
			passes:  props{"vpcs": []any{props{"vpcId": "$v"}}},
		},
		"a second zone of the name for a VPC": {
			after: both, create: privateZoneAct("q", "acme.internal", "$v"), code: "ConflictingDomainExists",
			message: "The VPC $v$ in region eu-west-1 has already been associated with the hosted zone $p$ with the same domain name.",
			passes:  props{"name": "sub.acme.internal"},
		},
		"a public zone made private": {
			after: []act{vpcAct("v", "10.0.0.0/16"), zoneAct("z", "acme.example")}, change: "z",
			create: act{inputs: props{"name": "acme.example", "vpcs": []any{props{"vpcId": "$v"}}}},
			code:   "PublicZoneVPCAssociation", message: public, passes: props{"vpcs": nil},
		},
		"a private zone made public": {
			after: both, change: "p", create: act{inputs: props{"name": "acme.internal"}},
			code: "LastVPCAssociation", message: lastVpc, passes: props{"vpcs": []any{props{"vpcId": "$w"}}},
		},
		"too many zones": {
			after: []act{zoneAct("z", "acme.example")}, quotas: map[string]int{"TooManyHostedZones": 1}, create: zoneAct("y", "b.example"),
			code: "TooManyHostedZones", message: "Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER - Cannot create more hosted zones.", unless: "z",
		},
		"a delegation set that is not": {
			create: act{token: typeZone, name: "z", inputs: props{"name": "acme.example", "delegationSetId": "N1"}},
			code:   "NoSuchDelegationSet", message: "The specified delegation set N1 does not exist.", passes: props{"delegationSetId": nil},
		},
		"a delegation set in use": {
			after: []act{
				{token: typeDelegationSet, name: "d", inputs: props{}},
				{token: typeZone, name: "z", inputs: props{"name": "acme.example", "delegationSetId": "$d"}},
			},
			destroy: "d", code: "DelegationSetInUse", message: "Delegation set $d$ has active hosted zones associated with it.", unless: "z",
		},
		"too many delegation sets": {
			after:  []act{{token: typeDelegationSet, name: "d", inputs: props{}}},
			quotas: map[string]int{"LimitsExceeded": 1}, create: act{token: typeDelegationSet, name: "e", inputs: props{}},
			code: "LimitsExceeded", message: "Limits Exceeded: MAX_REUSABLE_DELEGATION_SETS_BY_OWNER", unless: "d",
		},
	})
}

func TestZoneAssociationRules(t *testing.T) {
	t.Parallel()
	ours := []act{vpcAct("v", "10.0.0.0/16"), vpcAct("w", "10.1.0.0/16"), zoneAct("z", "acme.example"), privateZoneAct("p", "acme.internal", "$v")}
	theirs := append([]act{elsewhere(vpcAct("f", "10.9.0.0/16"))}, ours...)
	public := publicZoneTakesNoVpc().Message
	refusals(t, map[string]ruleCase{
		"a VPC of another account that the zone's owner does not let in": {
			after: append(theirs, invitationAct("i", "$p", "$w")), create: elsewhere(zoneJoinAct("a", "$p", "$f")),
			code: "NotAuthorizedException", status: 401, message: "The VPC: $f$ has not authorized to associate with your hosted zone.",
			first: []act{invitationAct("j", "$p", "$f")},
		},
		"a VPC of another account, associated by the zone's owner": {
			after: append(theirs, invitationAct("i", "$p", "$f")), create: zoneJoinAct("a", "$p", "$f"),
			code: "InvalidVPCId", message: "The VPC: $f$ that you provided is not authorized to make the association.",
			passes: props{"vpcId": "$w"},
		},
		"an association that is there": {
			after: append(ours, zoneJoinAct("a", "$p", "$w")), create: zoneJoinAct("b", "$p", "$w"), code: "ConflictingDomainExists",
			message: "The VPC $w$ in region eu-west-1 has already been associated with the hosted zone $p$ with the same domain name.",
			unless:  "a",
		},
		"a second zone of the name": {
			after: append(ours, privateZoneAct("q", "acme.internal", "$w")), create: zoneJoinAct("a", "$p", "$w"), code: "ConflictingDomainExists",
			message: "The VPC $w$ in region eu-west-1 has already been associated with the hosted zone $q$ with the same domain name.",
			unless:  "q",
		},
		"a public zone": {
			after: ours, create: zoneJoinAct("a", "$z", "$w"), code: "PublicZoneVPCAssociation", message: public,
			passes: props{"zoneId": "$p"},
		},
		"an invitation to a public zone": {
			after: ours, create: invitationAct("i", "$z", "$w"), code: "PublicZoneVPCAssociation", message: public,
			passes: props{"zoneId": "$p"},
		},
		"an invitation to a zone of another account": {
			after: theirs, create: elsewhere(invitationAct("i", "$p", "$f")), code: "NoSuchHostedZone", status: 404,
			message: "No hosted zone found with ID: $p$", never: true,
		},
		"an invitation of no VPC": {
			after: ours, create: invitationAct("i", "$p", "vpc-0123456789abcdef0"), code: "InvalidVPCId",
			message: "The VPC: vpc-0123456789abcdef0 that you provided is not authorized to make the association.", passes: props{"vpcId": "$w"},
		},
		"too many invitations": {
			after:  append(theirs, invitationAct("i", "$p", "$w")),
			quotas: map[string]int{"TooManyVPCAssociationAuthorizations": 1}, create: invitationAct("j", "$p", "$f"),
			code: "TooManyVPCAssociationAuthorizations", message: "You've created the maximum number of authorizations for $p$.", unless: "i",
		},
		"too many VPCs": {
			after: append(ours, zoneJoinAct("a", "$p", "$w"), vpcAct("x", "10.2.0.0/16")), quotas: map[string]int{"LimitsExceeded": 1},
			create: zoneJoinAct("b", "$p", "$x"), code: "LimitsExceeded", message: "Limits Exceeded: MAX_VPCS_PER_HOSTED_ZONE", unless: "a",
		},
		"a zone that is not": {
			after: ours, create: zoneJoinAct("a", "Z1", "$w"), code: "NoSuchHostedZone", status: 404,
			message: "No hosted zone found with ID: Z1", passes: props{"zoneId": "$p"},
		},
	})
}

// TestLastAssociation: the VPC a zone was made with may go while another asks it.
func TestLastAssociation(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: []act{
		vpcAct("v", "10.0.0.0/16"), vpcAct("w", "10.1.0.0/16"), privateZoneAct("p", "acme.internal", "$v"), zoneJoinAct("a", "$p", "$w"),
	}}, "")
	require.Nil(t, s.destroy(s.made["a"]))
	s.must(zoneJoinAct("a", "$p", "$w"))
	s.made["p"].Properties["vpcs"] = mapOf(props{"vpcs": []any{}})["vpcs"] // its own association was taken away by hand
	refused := s.destroy(s.made["a"])
	require.NotNil(t, refused)
	require.Equal(t, "LastVPCAssociation", refused.Code)
}

func TestZoneVanishesWithItsSettings(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: []act{
		vpcAct("v", "10.0.0.0/16"), vpcAct("w", "10.1.0.0/16"), privateZoneAct("p", "acme.internal", "$v"), invitationAct("i", "$p", "$w"),
	}}, "")
	require.Nil(t, s.destroy(s.made["p"]))
	require.Nil(t, s.inventory.records[s.made["i"].key()], "an authorization is the zone's")
	require.Nil(t, s.destroy(s.made["v"]), "a VPC does not wait for the zones it asks")
}

func TestBadZones(t *testing.T) {
	t.Parallel()
	badInputs(t, map[string]faultCase{
		"a name": {
			token: typeZone, inputs: props{"name": "-acme.example"},
			want: []Failure{{"name", `"-acme.example" is not a domain name`}}, passes: props{"name": "_tcp.acme.example"},
		},
		"name servers of a private zone": {
			token: typeZone, inputs: props{"name": "acme.internal", "delegationSetId": "N1", "vpcs": []any{map[string]any{"vpcId": "vpc-1"}}},
			want:   []Failure{{"", "InvalidInput: give vpcs or delegationSetId, not both: a private zone has no name servers of its own"}},
			passes: props{"vpcs": nil},
		},
		"a health check without target": {
			token: typeHealthCheck, inputs: props{"type": "HTTPS"},
			want:   []Failure{{"", "InvalidInput: Invalid parameter : Missing field 'FullyQualifiedDomainName' for health check type HTTPS."}},
			passes: props{"fqdn": "www.acme.example"},
		},
		"a health check without text": {
			token: typeHealthCheck, inputs: props{"type": "HTTPS_STR_MATCH", "fqdn": "www.acme.example"},
			want:   []Failure{{"", "InvalidInput: Invalid parameter : Missing field 'SearchString' for health check type HTTPS_STR_MATCH."}},
			passes: props{"searchString": "ok"},
		},
		"a health check without port": {
			token: typeHealthCheck, inputs: props{"type": "TCP", "fqdn": "www.acme.example"},
			want:   []Failure{{"", "InvalidInput: Invalid parameter : Missing field 'Port' for health check type TCP."}},
			passes: props{"port": 5432},
		},
		"a sum of nothing": {
			token: typeHealthCheck, inputs: props{"type": "CALCULATED"},
			want:   []Failure{{"", "InvalidInput: Invalid parameter : Missing field 'ChildHealthChecks' for health check type CALCULATED."}},
			passes: props{"childHealthchecks": []any{"a"}, "childHealthThreshold": 1},
		},
		"a health check of no alarm": {
			token: typeHealthCheck, inputs: props{"type": "CLOUDWATCH_METRIC", "cloudwatchAlarmName": "a"},
			want:   []Failure{{"", "InvalidInput: Invalid parameter : Missing field 'AlarmIdentifier' for health check type CLOUDWATCH_METRIC."}},
			passes: props{"cloudwatchAlarmRegion": "eu-west-1"},
		},
		"a health check of no control": {
			token: typeHealthCheck, inputs: props{"type": "RECOVERY_CONTROL"},
			want:   []Failure{{"", "InvalidInput: Invalid parameter : Missing field 'RoutingControlArn' for health check type RECOVERY_CONTROL."}},
			passes: props{"routingControlArn": "arn"},
		},
		"too few regions": {
			token: typeHealthCheck, inputs: props{"type": "HTTP", "fqdn": "www.acme.example", "regions": []any{"us-east-1", "eu-west-1"}},
			want:   []Failure{{"", "InvalidInput: Invalid parameter : At least 3 regions must be specified, not 2."}},
			passes: props{"regions": []any{"us-east-1", "eu-west-1", "sa-east-1"}},
		},
		"an address nobody reaches": {
			token: typeHealthCheck, inputs: props{"type": "HTTP", "ipAddress": "10.0.0.1", "requestInterval": 20, "failureThreshold": 11},
			want: []Failure{
				{"failureThreshold", "must be from 1 to 10, not 11"}, {"ipAddress", "10.0.0.1 is not an address health checkers can reach"},
				{"requestInterval", "must be 10 or 30, not 20"},
			},
			passes: props{"ipAddress": "198.51.100.9", "requestInterval": 10, "failureThreshold": 10},
		},
		"no address": {
			token: typeHealthCheck, inputs: props{"type": "HTTP", "ipAddress": "www"},
			want: []Failure{{"ipAddress", `"www" is not an IP address`}}, passes: props{"ipAddress": "2001:db8::1"},
		},
	})
}

func TestHealthCheckRules(t *testing.T) {
	t.Parallel()
	web := act{token: typeHealthCheck, name: "h", inputs: props{"type": "HTTPS", "fqdn": "www.acme.example"}}
	refusals(t, map[string]ruleCase{
		"a sum of what is not there": {
			after: []act{web},
			create: act{token: typeHealthCheck, name: "s", inputs: props{
				"type": "CALCULATED", "childHealthThreshold": 1, "childHealthchecks": []any{"nowhere"},
			}},
			code: "NoSuchHealthCheck", status: 404, message: "A health check with id nowhere does not exist.",
			passes: props{"childHealthchecks": []any{"$h"}},
		},
		"too many": {
			after: []act{web}, quotas: map[string]int{"TooManyHealthChecks": 1},
			create: act{token: typeHealthCheck, name: "i", inputs: props{"type": "HTTPS", "fqdn": "www.acme.example"}},
			code:   "TooManyHealthChecks", unless: "h",
			message: "Limits Exceeded: MAX_HEALTH_CHECKS_BY_OWNER - Cannot create more health checks.",
		},
	})
}
