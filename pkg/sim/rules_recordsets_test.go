package sim

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

// routedAct makes one of several records of a name.
func routedAct(name, set string, policy props) act {
	made := recordAct(name, "www", "A", "192.0.2.1")
	made.inputs["setIdentifier"] = set
	maps.Copy(made.inputs, policy)
	return made
}

func weighted(weight int) props {
	return props{"weightedRoutingPolicies": []any{props{"weight": weight}}}
}

func latencyTo(region string) props {
	return props{"latencyRoutingPolicies": []any{props{"region": region}}}
}

func failoverAs(role string) props {
	return props{"failoverRoutingPolicies": []any{props{"type": role}}}
}

func recordAliasAct(name, host, kind, target, zone string) act {
	return act{token: typeRecord, name: name, inputs: props{
		"zoneId": "$z", "name": host, "type": kind, "aliases": []any{props{"name": target, "zoneId": zone, "evaluateTargetHealth": false}},
	}}
}

// inZone are acts after zone "z", acme.example.
func inZone(acts ...act) []act { return append([]act{zoneAct("z", "acme.example")}, acts...) }

func TestRecordNames(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: inZone(
		recordAct("a", "WWW", "A", "192.0.2.1"), recordAct("b", "api.acme.example", "A", "192.0.2.1"), recordAct("c", "", "A", "192.0.2.1"),
		recordAct("d", "*.apps", "A", "192.0.2.1"),
	)}, "")
	for name, want := range map[string]string{
		"a": "www.acme.example", "b": "api.acme.example", "c": "acme.example", "d": "*.apps.acme.example",
	} {
		require.Equal(t, want, s.made[name].Text("fqdn"))
	}
	require.Equal(t, s.made["z"].ID+"_www_A", s.made["a"].ID)
	s.must(recordAct("f", "app", "CNAME", "www.acme.example"))
	require.Nil(t, s.destroy(s.made["f"]))
}

func TestRecordRules(t *testing.T) {
	t.Parallel()
	other := zoneAct("y", "dev.acme.example")
	refusals(t, map[string]ruleCase{
		"a zone that is not": {
			after: inZone(), create: act{token: typeRecord, name: "r", inputs: props{
				"zoneId": "Z1", "name": "www", "type": "A", "ttl": 300, "records": []any{"192.0.2.1"}}},
			code: "NoSuchHostedZone", status: 404, message: "No hosted zone found with ID: Z1", passes: props{"zoneId": "$z"},
		},
		"a name of another zone": {
			after: inZone(), create: recordAct("r", "notacme.example", "A", "192.0.2.1"), code: "InvalidChangeBatch",
			message: "[RRSet with DNS name notacme.example. is not permitted in zone acme.example.]", passes: props{"name": "not.acme.example"},
		},
		"a name with characters": {
			after: inZone(), create: recordAct("r", "w w", "A", "192.0.2.1"), code: "InvalidChangeBatch",
			message: "[FATAL problem: UnsupportedCharacter (Value contains unsupported characters) encountered with 'w w.acme.example']",
			passes:  props{"name": "w-w"},
		},
		"a CNAME of the zone itself": {
			after: inZone(), create: recordAct("r", "acme.example", "CNAME", "www.example.net"), code: "InvalidChangeBatch",
			message: "[RRSet of type CNAME with DNS name acme.example. is not permitted at apex in zone acme.example.]",
			passes:  props{"name": "www"},
		},
		"a key's fingerprint in its own zone": {
			after: inZone(), create: recordAct("r", "", "DS", "1 13 2 "+strings.Repeat("A", 64)), code: "InvalidChangeBatch",
			message: "[RRSet of type DS with DNS name acme.example. is not permitted in zone acme.example.]", passes: props{"name": "sub"},
		},
		"the zone's own servers": {
			after: inZone(), create: recordAct("r", "acme.example", "NS", "ns1.example.net"), code: "InvalidChangeBatch",
			message: "[Tried to create resource record set [name='acme.example.', type='NS'] but it already exists]",
			passes:  props{"allowOverwrite": true},
		},
		"the zone's own authority": {
			after: inZone(), create: recordAct("r", "acme.example", "SOA", "ns1.example.net. a.example.net. 1 7200 900 1209600 86400"),
			code:    "InvalidChangeBatch",
			message: "[Tried to create resource record set [name='acme.example.', type='SOA'] but it already exists]",
			passes:  props{"allowOverwrite": true},
		},
		"authority below the zone": {
			after: inZone(), create: recordAct("r", "www", "SOA", "ns1.example.net. a.example.net. 1 7200 900 1209600 86400"),
			code:    "InvalidChangeBatch",
			message: "[RRSet of type SOA with DNS name www.acme.example. is not permitted in zone acme.example.]", passes: props{"type": "TXT"},
		},
		"a record that is there": {
			after: inZone(recordAct("q", "www", "A", "192.0.2.1")), create: recordAct("r", "WWW.acme.example", "A", "192.0.2.2"),
			code:    "InvalidChangeBatch",
			message: "[Tried to create resource record set [name='www.acme.example.', type='A'] but it already exists]", unless: "q",
		},
		"a set identifier that is there": {
			after: inZone(routedAct("q", "blue", weighted(1))), create: routedAct("r", "blue", weighted(2)), code: "InvalidChangeBatch",
			message: "[Tried to create resource record set [name='www.acme.example.', type='A', set-identifier='blue'] but it already exists]",
			passes:  props{"setIdentifier": "green"},
		},
		"beside a CNAME": {
			after: inZone(recordAct("q", "www", "CNAME", "example.net")), create: recordAct("r", "www", "A", "192.0.2.1"),
			code: "InvalidChangeBatch", unless: "q",
			message: "[RRSet of type A with DNS name www.acme.example. is not permitted because a conflicting RRSet of type  CNAME with " +
				"the same DNS name already exists in zone acme.example.]",
		},
		"a CNAME beside others": {
			after: inZone(recordAct("q", "www", "A", "192.0.2.1")), create: recordAct("r", "www", "CNAME", "example.net"),
			code: "InvalidChangeBatch", unless: "q",
			message: "[RRSet of type CNAME with DNS name www.acme.example. is not permitted as it conflicts with other records with the " +
				"same DNS name in zone acme.example.]",
		},
		"made a CNAME beside others": {
			after:  inZone(recordAct("q", "www", "A", "192.0.2.1"), recordAct("r", "www", "TXT", "x")),
			change: "r", create: recordAct("", "www", "CNAME", "example.net"), code: "InvalidChangeBatch",
			message: "[RRSet of type CNAME with DNS name www.acme.example. is not permitted as it conflicts with other records with the " +
				"same DNS name in zone acme.example.]",
			passes: props{"type": "TXT"},
		},
		"a health check that is not": {
			after: inZone(), create: act{token: typeRecord, name: "r", inputs: props{
				"zoneId": "$z", "name": "www", "type": "A", "ttl": 300, "records": []any{"192.0.2.1"}, "healthCheckId": "nowhere",
			}},
			code: "NoSuchHealthCheck", status: 404, message: "A health check with id nowhere does not exist.", passes: props{"healthCheckId": nil},
		},
		"an alias of nothing": {
			after: inZone(recordAct("q", "www", "A", "192.0.2.1")), create: recordAliasAct("r", "", "AAAA", "www.acme.example", "$z"),
			code:    "InvalidChangeBatch",
			message: "[Tried to create an alias that targets www.acme.example., type AAAA in zone $z$, but that target was not found]",
			passes:  props{"type": "A"},
		},
		"the target of an alias": {
			after:   inZone(recordAct("q", "www", "A", "192.0.2.1"), recordAliasAct("r", "", "A", "www.acme.example", "$z")),
			destroy: "q", code: "InvalidChangeBatch", unless: "r",
			message: "[Tried to delete resource record set [name='www.acme.example.', type='A'] but it is the target of the alias acme.example.]",
		},
		"too many records": {
			after: inZone(recordAct("q", "a", "A", "192.0.2.1")), quotas: map[string]int{"InvalidChangeBatch": 1},
			create: recordAct("r", "b", "A", "192.0.2.1"), code: "InvalidChangeBatch", message: "[Number of records limit of 10000 exceeded.]", unless: "q",
		},
		"other servers than the zone's": {
			after: append(inZone(), other), create: recordAct("r", "dev", "NS", "ns1.example.net"), code: "InvalidChangeBatch",
			message: "[RRSet of type NS with DNS name dev.acme.example. does not match the name servers of the hosted zone of that name]",
			passes:  props{"name": "staging"},
		},
		"a fingerprint of another key": {
			after: append(inZone(), other), create: recordAct("r", "dev", "DS", "1 13 2 "+strings.Repeat("A", 64)), code: "InvalidChangeBatch",
			message: "[RRSet of type DS with DNS name dev.acme.example. names no key that signs the hosted zone of that name]",
			passes:  props{"name": "staging"},
		},
	})
}

// TestDelegation: the zone's own servers, all of them, in whatever order, with dots or without; in another account too.
func TestDelegation(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: append(inZone(), elsewhere(zoneAct("y", "dev.acme.example")), vpcAct("v", "10.0.0.0/16"))}, "")
	servers := s.made["y"].Texts("nameServers")
	_, refused := s.create(recordAct("r", "dev", "NS", servers[0], servers[1], servers[2]))
	require.NotNil(t, refused, "one is missing")
	s.must(recordAct("r", "dev", "NS", servers[3]+".", servers[1], servers[2], servers[0]))
	_, refused = s.change(s.made["r"], map[string]any{
		"zoneId": s.made["z"].ID, "name": "dev", "type": "NS", "ttl": 300, "records": []any{"ns-1.awsdns-01.com"},
	})
	require.NotNil(t, refused, "nor may it be changed to others")
	s.must(privateZoneAct("p", "int.acme.example", "$v"))
	s.must(recordAct("q", "int", "NS", "ns1.example.net")) // a private zone answers nobody
}

func TestRoutingRules(t *testing.T) {
	t.Parallel()
	const exists = "exists with the same name and type.]"
	simple := recordAct("q", "www", "A", "192.0.2.1")
	check := act{token: typeHealthCheck, name: "h", inputs: props{"type": "HTTPS", "fqdn": "www.acme.example"}}
	primary := failoverAs("PRIMARY")
	primary["healthCheckId"] = "$h"
	refusals(t, map[string]ruleCase{
		"a set identifier without policy": {
			after: inZone(), create: routedAct("r", "blue", nil), code: "InvalidInput",
			message: "Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, or MultiValueAnswer], but found " +
				"none in Change with [Action=CREATE, Name=www.acme.example., Type=A, SetIdentifier=blue]",
			passes: weighted(0),
		},
		"weighted beside simple": {
			after: inZone(simple), create: routedAct("r", "blue", weighted(1)), code: "InvalidChangeBatch", unless: "q",
			message: "[RRSet with DNS name www.acme.example., type A, SetIdentifier blue cannot be created as a non-weighted set " + exists,
		},
		"simple beside weighted": {
			after: inZone(routedAct("q", "blue", weighted(1))), create: recordAct("r", "www", "A", "192.0.2.1"), code: "InvalidChangeBatch",
			message: "[RRSet with DNS name www.acme.example., type A cannot be created as other RRSets exist with the same name and type.]",
			unless:  "q",
		},
		"multivalue beside weighted": {
			after:  inZone(routedAct("q", "blue", weighted(1))),
			create: routedAct("r", "green", props{"multivalueAnswerRoutingPolicy": true}), code: "InvalidChangeBatch",
			message: "[RRSet with DNS name www.acme.example., type A, SetIdentifier green cannot be created because a non multivalue answer rrset " + exists,
			unless:  "q",
		},
		"a region twice": {
			after:  inZone(routedAct("q", "blue", latencyTo("eu-west-1"))),
			create: routedAct("r", "green", latencyTo("eu-west-1")), code: "InvalidChangeBatch",
			message: "[RRSet with DNS name www.acme.example., type A, SetIdentifier green, and region eu-west-1 cannot be created because a " +
				"latency RRSet with the same name, type and region already exists.]",
			passes: latencyTo("us-east-1"),
		},
		"a place twice": {
			after:  inZone(routedAct("q", "blue", props{"geolocationRoutingPolicies": []any{props{"continent": "EU"}}})),
			create: routedAct("r", "green", props{"geolocationRoutingPolicies": []any{props{"continent": "EU"}}}), code: "InvalidChangeBatch",
			message: "[RRSet with DNS name www.acme.example., type A, SetIdentifier green, and location EU cannot be created because a " +
				"geolocation RRSet with the same name, type and location already exists.]",
			passes: props{"geolocationRoutingPolicies": []any{props{"country": "DE"}}},
		},
		"a primary that nobody watches": {
			after: inZone(check), create: routedAct("r", "blue", failoverAs("PRIMARY")), code: "InvalidInput",
			message: "Invalid request: Missing field 'HealthCheckId' in Change with [Action=CREATE, Name=www.acme.example., Type=A, SetIdentifier=blue]",
			passes:  props{"healthCheckId": "$h"},
		},
		"two primaries": {
			after: inZone(check, routedAct("q", "blue", primary)), create: routedAct("r", "green", primary), code: "InvalidChangeBatch",
			message: "[RRSet with DNS name www.acme.example., type A, SetIdentifier green, and failover role PRIMARY cannot be created " +
				"because a failover RRSet with the same name, type and failover role already exists.]",
			passes: failoverAs("SECONDARY"),
		},
	})
	s := newStage(t, ruleCase{after: inZone(recordAct("w", "www2", "A", "192.0.2.1"))}, "")
	alias := recordAliasAct("r", "www", "A", "www2.acme.example", "$z")
	maps.Copy(alias.inputs, failoverAs("PRIMARY"))
	alias.inputs["setIdentifier"] = "blue"
	alias.inputs["aliases"] = []any{props{"name": "www2.acme.example", "zoneId": "$z", "evaluateTargetHealth": true}}
	s.must(alias)
}

func TestRecordValues(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 256)
	for _, test := range []struct{ kind, bad, good, problem string }{
		{"A", "2001:db8::1", "192.0.2.1", "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"},
		{"AAAA", "192.0.2.1", "2001:db8::1", "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"},
		{"CNAME", "a b", "a.example.", "DomainNameUnsupported (Value is not a valid domain name)"},
		{"PTR", "", "a.example", "DomainNameUnsupported (Value is not a valid domain name)"},
		{"MX", "mail.example", "10 mail.example", "MXRRDATANotTwoFields (MX record doesn't have 2 fields)"},
		{"MX", "70000 mail.example", "0 .", "MXRRDATANotTwoFields (MX record doesn't have 2 fields)"},
		{"SRV", "1 2 sip.example", "1 2 5060 sip.example", "SRVRRDATANotFourFields (SRV record doesn't have 4 fields)"},
		{"CAA", "0 issue amazon.com", `0 issue "amazon.com"`, `CAARRDATANotThreeFields (CAA record doesn't have 3 fields: flags tag "value")`},
		{"CAA", `256 issue "a.com"`, `128 iodef "mailto:a@a.com"`, `CAARRDATANotThreeFields (CAA record doesn't have 3 fields: flags tag "value")`},
		{"DS", "1 13 2 AB", "1 13 2 " + strings.Repeat("AB", 32), "DSRRDATANotFourFields (DS record doesn't have 4 fields)"},
		{"TXT", long, long[:200] + `""` + long[200:], "CharacterStringTooLong (Value is too long)"},
		{"TXT", `a"b`, `a\"b" "c`, "InvalidCharacterString (Value should be enclosed in quotation marks)"},
		{"TXT", strings.Repeat(long[1:]+`""`, 16), "short", "TXTRRDATATooLong (Value is too long)"},
	} {
		s := newStage(t, ruleCase{after: inZone()}, "")
		s.must(recordAct("g", "host", test.kind, test.good))
		_, refused := s.create(recordAct("b", "other", test.kind, test.bad))
		require.NotNil(t, refused, "%s %s", test.kind, test.bad)
		require.Equal(t, "InvalidChangeBatch", refused.Code)
		require.Equal(t, fmt.Sprintf("[Invalid Resource Record: 'FATAL problem: %s encountered with '%s'']", test.problem, test.bad), refused.Message)
	}
	var many []any
	for i := range 101 {
		many = append(many, fmt.Sprintf("192.0.2.%d", i))
	}
	refusals(t, map[string]ruleCase{
		"a value twice": {
			after: inZone(), create: recordAct("r", "www", "A", "192.0.2.1", "192.0.2.1"), code: "InvalidChangeBatch",
			message: "[Duplicate Resource Record: '192.0.2.1']", passes: props{"records": []any{"192.0.2.1"}},
		},
		"many values": {
			after: inZone(), create: recordAct("r", "www", "A", many...), code: "InvalidChangeBatch",
			message: "[Cannot have more than 100 records in a RRSet.]", passes: props{"records": many[:100]},
		},
	})
}

func TestBadRecords(t *testing.T) {
	t.Parallel()
	target := []any{map[string]any{"name": "a.example", "zoneId": "Z1", "evaluateTargetHealth": false}}
	record := func(more props) props {
		all := props{"zoneId": "Z1", "name": "www", "type": "A", "ttl": 300, "records": []any{"192.0.2.1"}}
		maps.Copy(all, more)
		return all
	}
	badInputs(t, map[string]faultCase{
		"alias and values": {
			token: typeRecord, inputs: record(props{"aliases": target}),
			want: []Failure{{"", "InvalidInput: \"records\": only one of `aliases,records` can be specified"}}, passes: props{"aliases": nil},
		},
		"alias and TTL": {
			token: typeRecord, inputs: record(props{"aliases": target, "records": nil}),
			want: []Failure{{"", "InvalidInput: \"ttl\": conflicts with aliases: an alias has the TTL of its target"}}, passes: props{"ttl": nil},
		},
		"values without TTL": {
			token: typeRecord, inputs: record(props{"ttl": nil}),
			want: []Failure{{"", "InvalidInput: \"records\": all of `records,ttl` must be specified"}}, passes: props{"ttl": 60},
		},
		"two policies": {
			token: typeRecord, inputs: record(props{
				"setIdentifier": "a", "multivalueAnswerRoutingPolicy": true, "weightedRoutingPolicies": []any{map[string]any{"weight": 1}},
			}),
			want:   []Failure{{"", `InvalidInput: "multivalueAnswerRoutingPolicy": conflicts with weightedRoutingPolicies`}},
			passes: props{"multivalueAnswerRoutingPolicy": nil},
		},
		"a policy without set identifier": {
			token: typeRecord, inputs: record(props{"weightedRoutingPolicies": []any{map[string]any{"weight": 1}}}),
			want:   []Failure{{"", "InvalidInput: \"weightedRoutingPolicies\": all of `weightedRoutingPolicies,setIdentifier` must be specified"}},
			passes: props{"setIdentifier": "a"},
		},
		"type, weight and role": {
			token: typeRecord, inputs: record(props{
				"type": "ANY", "setIdentifier": "a", "weightedRoutingPolicies": []any{map[string]any{"weight": 256}},
			}),
			want: []Failure{
				{"type", `"ANY" must be one of ` + strings.Join(recordSetTypes, ", ")},
				{"weightedRoutingPolicies.weight", "must be from 0 to 255, not 256"},
			},
			passes: props{"type": "A", "weightedRoutingPolicies": []any{map[string]any{"weight": 255}}},
		},
	})
}

// TestWhatPoliciesSeeOfAChange: the keys that hold a role to its own delegation.
func TestWhatPoliciesSeeOfAChange(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: inZone(recordAct("w", "*.dev", "A", "192.0.2.1"))}, "")
	asked := s.call(typeRecord, "w", nil)
	for op, want := range map[operation]string{opCreate: "CREATE", opDelete: "DELETE", opUpdate: "UPSERT"} {
		r, err := s.model.request(asked, op)
		require.NoError(t, err)
		r.Old, r.New = s.made["w"].Properties, s.made["w"].Properties
		require.Equal(t, map[string][]string{
			"route53:ChangeResourceRecordSetsNormalizedRecordNames": {`\052.dev.acme.example`},
			"route53:ChangeResourceRecordSetsRecordTypes":           {"A"}, "route53:ChangeResourceRecordSetsActions": {want},
		}, changedRecords(r))
	}
	r, err := s.model.request(asked, opUpdate)
	require.NoError(t, err)
	r.Old, r.New = s.made["w"].Properties, s.made["w"].Properties.Copy()
	r.New["type"] = resource.NewProperty("AAAA")
	require.Equal(t, []string{"CREATE", "DELETE"}, changedRecords(r)["route53:ChangeResourceRecordSetsActions"])
	require.Equal(t, map[string][]string{"route53:VPCs": {"VPCId=vpc-1,VPCRegion=eu-west-1"}}, associatedVpc(&request{
		place: place{Region: "eu-west-1"}, New: mapOf(props{"vpcId": "vpc-1"}),
	}))
}

// TestRolesAreHeldToTheirRecords: a role that may delegate one name writes that, and nothing else.
func TestRolesAreHeldToTheirRecords(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: []act{
		memberRole(nil), elsewhere(zoneAct("z", "acme.example")), elsewhere(vpcAct("v", "10.0.0.0/16")),
		elsewhere(privateZoneAct("p", "acme.internal", "$v")),
	}}, "")
	s.must(memberRights(`{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["route53:GetChange","route53:GetHostedZone"],"Resource":"*"},
		{"Effect":"Allow","Action":"route53:ChangeResourceRecordSets","Resource":"` + s.made["z"].Text("arn") + `","Condition":{"ForAllValues:StringEquals":{
			"route53:ChangeResourceRecordSetsNormalizedRecordNames":["dev.acme.example"],
			"route53:ChangeResourceRecordSetsRecordTypes":["NS"],"route53:ChangeResourceRecordSetsActions":["CREATE"]}}},
		{"Effect":"Allow","Action":"route53:CreateVPCAssociationAuthorization","Resource":"` + s.made["p"].Text("arn") + `","Condition":{
			"ForAllValues:StringLike":{"route53:VPCs":["VPCId=*,VPCRegion=eu-west-1"]}}}]}`))
	overwrite := recordAct("o", "dev", "NS", "ns1.example.net")
	overwrite.inputs["allowOverwrite"] = true
	far := invitationAct("f", "$p", "$v")
	far.inputs["vpcRegion"] = "us-east-1"
	for name, test := range map[string]struct {
		asked act
		taken bool
	}{
		"its delegation":      {recordAct("r", "dev", "NS", "ns1.example.net"), true},
		"an address":          {recordAct("r", "dev", "A", "192.0.2.1"), false},
		"another delegation":  {recordAct("r", "prod", "NS", "ns1.example.net"), false},
		"what is there":       {overwrite, false},
		"a VPC of the region": {invitationAct("i", "$p", "$v"), true},
		"a VPC of another":    {far, false},
		"another zone's VPC":  {invitationAct("j", "$z", "$v"), false},
		"a zone":              {zoneAct("y", "b.example"), false},
	} {
		_, refused := s.asWorker(test.asked)
		if test.taken {
			require.Nil(t, refused, name)
			continue
		}
		require.NotNil(t, refused, name)
		require.Equal(t, "AccessDenied", refused.Code, name)
		require.Contains(t, refused.Message, "is not authorized to perform: route53:C", name)
	}
}
