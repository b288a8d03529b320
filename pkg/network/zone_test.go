package network

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/sim"
	"aws-platform/pkg/sim/authz"
)

// homeOfZones is a provider of the tested account in us-east-1.
func homeOfZones(ctx *pulumi.Context) (*aws.Provider, error) {
	return aws.NewProvider(ctx, "global", &aws.ProviderArgs{Region: pulumi.String("us-east-1")})
}

// makeZone makes zone "dev", delegated from zone "acme.example" of the hub's account.
func makeZone(t *testing.T, cfg config.PublicZone) mocked {
	t.Helper()
	return run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		parent, err := inHubAccount(ctx)
		if err != nil {
			return err
		}
		global, err := homeOfZones(ctx)
		if err != nil {
			return err
		}
		zone, err := route53.NewZone(ctx, "parent", &route53.ZoneArgs{Name: pulumi.String("acme.example")}, pulumi.Provider(parent))
		if err != nil {
			return err
		}
		_, err = NewPublicZone(ctx, "public", &PublicZoneArgs{
			Scope: testScope(), Config: cfg, Parent: parent, ParentZoneID: zone.ZoneId, Global: global, Protect: true,
		})
		return err
	})
}

func devZone() config.PublicZone { return config.PublicZone{Domain: "dev.acme.example"} }

func TestPublicZoneIsDelegated(t *testing.T) {
	t.Parallel()
	m := makeZone(t, devZone())
	require.Equal(t, map[string]int{"aws": 2, "PublicZone": 1, "Zone": 2, "Record": 2}, m.counts())
	require.Equal(t, object{"name": "dev.acme.example", "comment": "Public zone of dev", "forceDestroy": false}, m.inputs("public-zone"))
	require.True(t, m.get("public-zone").Protect, "made again it has other name servers")
	require.Equal(t, object{
		"zoneId": "<public-zone>", "name": "dev.acme.example", "type": "CAA", "ttl": 300.0,
		"records": list(`0 issue "amazon.com"`, `0 issue "letsencrypt.org"`),
	}, m.inputs("public-caa"))
	servers := m.get("public-zone").Outputs["nameServers"]
	require.Len(t, servers.ArrayValue(), 4)
	require.Equal(t, object{
		"zoneId": "<parent>", "name": "dev.acme.example", "type": "NS", "ttl": 300.0, "records": servers.Mappable(),
	}, m.inputs("public-delegation"), "nothing is overwritten")
	require.Equal(t, "hub", m.get("public-delegation").Provider.Name(), "the parent's account writes it")
	require.Contains(t, m.needs("public-delegation"), "public-caa", "the parent tells of a whole zone, and forgets it first")
}

func TestPublicZoneOfTheOrganization(t *testing.T) {
	t.Parallel()
	m := run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		_, err := NewPublicZone(ctx, "public", &PublicZoneArgs{Scope: localScope(), Config: config.PublicZone{
			Domain: "acme.example", CAA: &config.CAA{Issuers: []string{"amazon.com"}, Contact: "security@acme.example"},
		}})
		return err
	})
	require.Equal(t, map[string]int{"PublicZone": 1, "Zone": 1, "Record": 1}, m.counts(), "its parent is at the registrar")
	require.Equal(t, list(`0 issue "amazon.com"`, `0 iodef "mailto:security@acme.example"`), m.inputs("public-caa")["records"])
}

func TestPublicZoneNeedsAWholeParent(t *testing.T) {
	t.Parallel()
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		_, err := NewPublicZone(ctx, "public", &PublicZoneArgs{Scope: testScope(), Config: devZone(), ParentZoneID: pulumi.String("Z1")})
		return err
	}, pulumi.WithMocks("aws-platform", "dev", sim.NewMocks(sim.MockOptions{})))
	require.ErrorContains(t, err, `zone "public": give both Parent and ParentZoneID, or neither`)
}

// richZone has a record of every policy, and health checks of every kind.
func richZone() config.PublicZone {
	cfg := devZone()
	cfg.HealthChecks = map[string]config.HealthCheck{
		"web":   {Type: "https", Host: "www.dev.acme.example", Search: "ok"},
		"plain": {Type: "https", Host: "198.51.100.9", Path: "/health", Port: 8443, Failures: 5, Seconds: 10},
		"port":  {Type: "tcp", Host: "db.dev.acme.example", Port: 5432},
		"all":   {Type: "calculated", Checks: []string{"web", "port"}},
		"bell":  {Type: "alarm", Alarm: "acme-dev-errors"},
	}
	simple := func(host, kind string, values ...string) config.DNSRecord {
		return config.DNSRecord{Host: host, Type: kind, Values: values}
	}
	routed := func(host, value string, routing config.Routing, check string) config.DNSRecord {
		return config.DNSRecord{Host: host, Type: "A", Values: []string{value}, Routing: &routing, HealthCheck: check, TTL: 60}
	}
	cfg.Records = map[string]config.DNSRecord{
		"www":    simple("www", "A", "192.0.2.1", "192.0.2.2"),
		"mail":   simple("@", "MX", "10 mail.acme.example"),
		"key":    simple("k1._domainkey", "TXT", strings.Repeat("k", 300)+`;"x\`),
		"blue":   routed("app", "192.0.2.1", config.Routing{Policy: "weighted", Weight: 90}, ""),
		"green":  routed("app", "192.0.2.2", config.Routing{Policy: "weighted"}, ""),
		"near":   routed("near", "192.0.2.1", config.Routing{Policy: "latency", Region: "eu-west-1"}, "web"),
		"first":  routed("safe", "192.0.2.1", config.Routing{Policy: "failover", Role: "primary"}, "all"),
		"second": routed("safe", "192.0.2.2", config.Routing{Policy: "failover", Role: "secondary"}, ""),
		"europe": routed("here", "192.0.2.1", config.Routing{Policy: "geolocation", Continent: "EU"}, ""),
		"world":  routed("here", "192.0.2.2", config.Routing{Policy: "geolocation", Country: "*"}, ""),
		"many":   routed("many", "192.0.2.1", config.Routing{Policy: "multivalue"}, "port"),
		"root":   {Host: "@", Type: "A", Alias: &config.DNSAlias{Record: "blue", EvaluateHealth: true}},
		"cdn":    {Host: "static", Type: "A", Alias: &config.DNSAlias{Name: "d1.cloudfront.net", ZoneID: "Z2FDTNDATAQYW2"}},
	}
	return cfg
}

func TestRecordsOfEveryPolicy(t *testing.T) {
	t.Parallel()
	m := makeZone(t, richZone())
	require.Equal(t, 15, m.counts()["Record"], "thirteen of the stack file, CAA and the delegation")
	record := func(name string) map[string]any {
		inputs := m.inputs("public-record-" + name)
		require.Equal(t, "<public-zone>", inputs["zoneId"])
		delete(inputs, "zoneId")
		return inputs
	}
	address := func(host, value, set string) object {
		return object{"name": host + ".dev.acme.example", "type": "A", "ttl": 60.0, "records": list(value), "setIdentifier": set}
	}
	and := func(base object, key string, value any) object {
		base[key] = value
		return base
	}
	require.Equal(t, object{"name": "www.dev.acme.example", "type": "A", "ttl": 300.0, "records": list("192.0.2.1", "192.0.2.2")}, record("www"))
	require.Equal(t, "dev.acme.example", record("mail")["name"])
	require.Equal(t, list(strings.Repeat("k", 255)+`""`+strings.Repeat("k", 45)+`;\"x\\`), record("key")["records"])
	require.Equal(t, and(address("app", "192.0.2.1", "blue"), "weightedRoutingPolicies", list(object{"weight": 90.0})), record("blue"))
	require.Equal(t, and(address("app", "192.0.2.2", "green"), "weightedRoutingPolicies", list(object{"weight": 0.0})), record("green"))
	require.Equal(t, and(and(address("near", "192.0.2.1", "near"), "latencyRoutingPolicies", list(object{"region": "eu-west-1"})),
		"healthCheckId", "<public-health-check-web>"), record("near"))
	require.Equal(t, and(and(address("safe", "192.0.2.1", "first"), "failoverRoutingPolicies", list(object{"type": "PRIMARY"})),
		"healthCheckId", "<public-health-check-all>"), record("first"))
	require.Equal(t, and(address("safe", "192.0.2.2", "second"), "failoverRoutingPolicies", list(object{"type": "SECONDARY"})), record("second"))
	require.Equal(t, and(address("here", "192.0.2.1", "europe"), "geolocationRoutingPolicies", list(object{"continent": "EU"})), record("europe"))
	require.Equal(t, and(address("here", "192.0.2.2", "world"), "geolocationRoutingPolicies", list(object{"country": "*"})), record("world"))
	require.Equal(t, and(and(address("many", "192.0.2.1", "many"), "multivalueAnswerRoutingPolicy", true),
		"healthCheckId", "<public-health-check-port>"), record("many"))
	require.Equal(t, object{"name": "dev.acme.example", "type": "A", "aliases": list(object{
		"name": "app.dev.acme.example", "zoneId": "<public-zone>", "evaluateTargetHealth": true})}, record("root"))
	require.Subset(t, m.needs("public-record-root"), []string{"public-record-blue", "public-record-green"}, "whichever is chosen")
	require.Equal(t, object{"name": "static.dev.acme.example", "type": "A", "aliases": list(object{
		"name": "d1.cloudfront.net", "zoneId": "Z2FDTNDATAQYW2", "evaluateTargetHealth": false})}, record("cdn"))
}

func TestHealthChecks(t *testing.T) {
	t.Parallel()
	m := makeZone(t, richZone())
	for name, want := range map[string]object{
		"web": {
			"type": "HTTPS_STR_MATCH", "fqdn": "www.dev.acme.example", "port": 443.0, "resourcePath": "/", "searchString": "ok",
			"enableSni": true, "failureThreshold": 3.0, "requestInterval": 30.0,
		},
		"plain": {
			"type": "HTTPS", "ipAddress": "198.51.100.9", "port": 8443.0, "resourcePath": "/health", "enableSni": true,
			"failureThreshold": 5.0, "requestInterval": 10.0,
		},
		"port": {"type": "TCP", "fqdn": "db.dev.acme.example", "port": 5432.0, "failureThreshold": 3.0, "requestInterval": 30.0},
		"all": {
			"type": "CALCULATED", "childHealthThreshold": 2.0,
			"childHealthchecks": list("<public-health-check-port>", "<public-health-check-web>"),
		},
		"bell": {
			"type": "CLOUDWATCH_METRIC", "cloudwatchAlarmName": "acme-dev-errors", "cloudwatchAlarmRegion": "eu-west-1",
			"insufficientDataHealthStatus": "LastKnownStatus",
		},
	} {
		require.Equal(t, want, m.inputs("public-health-check-"+name), name)
		require.Equal(t, "acme-dev-public-"+name, m.tags("public-health-check-" + name)["Name"])
	}
}

func TestQuotedTexts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"v=spf1 -all":                   "v=spf1 -all",
		`a "word" and a \`:              `a \"word\" and a \\`,
		strings.Repeat("a", 255):        strings.Repeat("a", 255),
		strings.Repeat("a", 256):        strings.Repeat("a", 255) + `""a`,
		strings.Repeat("a", 254) + `"b`: strings.Repeat("a", 254) + `\"""b`,
	} {
		require.Equal(t, want, quoted(text))
	}
}

func TestQueryLogs(t *testing.T) {
	t.Parallel()
	cfg := devZone()
	cfg.QueryLogs = &config.QueryLogs{RetentionDays: 30}
	m := makeZone(t, cfg)
	require.Equal(t, "/aws/route53/dev.acme.example", m.get("public-query-log-group").ID)
	require.Equal(t, "<public-query-log-key.arn>", m.input("public-query-log-group", "kmsKeyId"))
	require.Equal(t, 30.0, m.inputs("public-query-log-group")["retentionInDays"])
	for _, name := range []string{"public-query-log-group", "public-query-log-key", "public-query-log-policy"} {
		require.Equal(t, "global", m.get(name).Provider.Name(), "%s is where Route 53 looks", name)
	}
	require.Equal(t, object{"zoneId": "<public-zone>", "cloudwatchLogGroupArn": "<public-query-log-group.arn>"}, m.inputs("public-query-log"))
	require.Contains(t, m.needs("public-query-log"), "public-query-log-policy")
	policy := m.input("public-query-log-policy", "policyDocument")
	require.Contains(t, policy, `"Principal":{"Service":["route53.amazonaws.com"]}`)
	require.Contains(t, policy, `"ArnEquals":{"aws:SourceArn":["<public-zone.arn>"]}`)
	require.Contains(t, policy, `"StringEquals":{"aws:SourceAccount":["`+testAccount+`"]}`)
}

func TestSignedZone(t *testing.T) {
	t.Parallel()
	cfg := devZone()
	cfg.DNSSEC = &config.DNSSEC{}
	m := makeZone(t, cfg)
	require.NotContains(t, m.of("Record"), "public-delegation-signer", "signed first, published later")
	key := m.inputs("public-signing-key")
	require.Equal(t, "ECC_NIST_P256", key["customerMasterKeySpec"])
	require.Equal(t, "SIGN_VERIFY", key["keyUsage"])
	require.NotContains(t, key, "enableKeyRotation", "AWS rotates no key of this kind")
	require.Equal(t, "global", m.get("public-signing-key").Provider.Name())
	require.Equal(t, object{
		"hostedZoneId": "<public-zone>", "keyManagementServiceArn": "<public-signing-key.arn>", "name": "dev_acme_example", "status": "ACTIVE",
	}, m.inputs("public-key-signing-key"))
	require.Equal(t, object{"hostedZoneId": "<public-zone>", "signingStatus": "SIGNING"}, m.inputs("public-signing"))
	require.Contains(t, m.needs("public-signing"), "public-key-signing-key")

	cfg.DNSSEC.Publish = true
	cfg.DelegationTTL = 3600
	m = makeZone(t, cfg)
	require.Equal(t, object{
		"zoneId": "<parent>", "name": "dev.acme.example", "type": "DS", "ttl": 3600.0,
		"records": list(m.get("public-key-signing-key").Outputs["dsRecord"].StringValue()),
	}, m.inputs("public-delegation-signer"))
	require.Equal(t, "hub", m.get("public-delegation-signer").Provider.Name())
	require.Subset(t, m.needs("public-delegation-signer"), []string{"public-delegation", "public-signing"}, "gone before the zone is unsigned")
}

func TestPrivateZone(t *testing.T) {
	t.Parallel()
	m := run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		ids := map[string]pulumi.StringInput{}
		for name, cidr := range map[string]string{"main": "10.16.0.0/16", "data": "10.17.0.0/16"} {
			vpc, err := NewVpc(ctx, name, &VpcArgs{Scope: testScope(), Config: with(func(cfg *config.VPC) {
				cfg.CIDR, cfg.NAT = cidr, natNone
			})})
			if err != nil {
				return err
			}
			ids[name] = vpc.VpcID
		}
		_, err := NewPrivateZone(ctx, "private", &PrivateZoneArgs{
			Scope: testScope(), VpcIDs: ids, Config: config.PrivateZone{
				Domain: "dev.acme.internal", VPC: "main",
				Records: map[string]config.DNSRecord{"db": {Host: "db", Type: "CNAME", Values: []string{"db.example.net"}, TTL: 5}},
			},
		})
		return err
	})
	require.Equal(t, object{
		"name": "dev.acme.internal", "comment": "Private zone of dev", "forceDestroy": false,
		"vpcs": list(object{"vpcId": "<main-vpc>", "vpcRegion": "eu-west-1"}),
	}, m.inputs("private-zone"))
	require.Equal(t, []string{"vpcs"}, m.get("private-zone").IgnoreChanges, "else an update takes away who came later")
	require.Equal(t, []string{"private-association-data"}, m.of("ZoneAssociation"))
	require.Equal(t, object{"zoneId": "<private-zone>", "vpcId": "<data-vpc>", "vpcRegion": "eu-west-1"}, m.inputs("private-association-data"))
	require.Equal(t, object{
		"zoneId": "<private-zone>", "name": "db.dev.acme.internal", "type": "CNAME", "ttl": 5.0, "records": list("db.example.net"),
	}, m.inputs("private-record-db"))
}

func TestPrivateZoneOfAnotherAccount(t *testing.T) {
	t.Parallel()
	m := run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		owner, err := inHubAccount(ctx)
		if err != nil {
			return err
		}
		hub, err := NewVpc(ctx, "hub", &VpcArgs{Scope: hubScope(), Config: with(func(cfg *config.VPC) { cfg.CIDR = "10.3.0.0/16" })}, pulumi.Provider(owner))
		if err != nil {
			return err
		}
		zone, err := NewPrivateZone(ctx, "private", &PrivateZoneArgs{
			Scope: hubScope(), VpcIDs: map[string]pulumi.StringInput{"hub": hub.VpcID},
			Config: config.PrivateZone{Domain: "shared.acme.internal", VPC: "hub"},
		}, pulumi.Provider(owner))
		if err != nil {
			return err
		}
		vpc, err := NewVpc(ctx, "main", &VpcArgs{Scope: testScope(), Config: fullVPC()})
		if err != nil {
			return err
		}
		_, err = NewPrivateZoneAssociation(ctx, "shared-zone", &PrivateZoneAssociationArgs{
			Scope: testScope(), ZoneID: zone.ZoneID, VpcIDs: map[string]pulumi.StringInput{"main": vpc.VpcID}, Owner: owner,
		})
		return err
	})
	want := object{"zoneId": "<private-zone>", "vpcId": "<main-vpc>", "vpcRegion": "eu-west-1"}
	require.Equal(t, want, m.inputs("shared-zone-authorization-main"))
	require.Equal(t, want, m.inputs("shared-zone-association-main"))
	require.Equal(t, "hub", m.get("shared-zone-authorization-main").Provider.Name(), "the zone's owner allows")
	require.Empty(t, m.get("shared-zone-association-main").Provider, "the VPC's owner associates")
	require.Contains(t, m.needs("shared-zone-association-main"), "shared-zone-authorization-main")
	require.Equal(t, hubAccount, m.get("shared-zone-association-main").Outputs["owningAccount"].StringValue())
}

// TestDelegationRights proves what the role of an environment may do with the zones of the shared account, and what not.
func TestDelegationRights(t *testing.T) {
	t.Parallel()
	m := run(t, sim.MockOptions{}, func(ctx *pulumi.Context) error {
		document, err := iampolicy.Document(DelegationStatements(DelegationAccess{
			Parent: hubScope(), Domain: "dev.acme.example", ParentZoneID: pulumi.String("ZPARENT"),
			PrivateZoneIDs: iampolicy.Strings("ZPRIVATE", "ZENDPOINT"), Region: "eu-west-1",
		})...)
		if err != nil {
			return err
		}
		_, err = iam.NewPolicy(ctx, "rights", &iam.PolicyArgs{Policy: document})
		return err
	})
	policy, err := authz.Parse(m.input("rights", "policy"))
	require.NoError(t, err)
	rights := authz.Policies{Identity: []authz.Policy{policy}}
	zone := func(id string) string { return hubScope().GlobalARN("route53", "", "hostedzone/"+id) }
	change := func(name, kind, action string) map[string][]string {
		return map[string][]string{changedNames: {name}, changedTypes: {kind}, changedActions: {action}}
	}
	vpc := func(region string) map[string][]string {
		return map[string][]string{changedVpcs: {"VPCId=vpc-1,VPCRegion=" + region}}
	}
	both := maps.Clone(change("dev.acme.example", "NS", "CREATE"))
	both[changedNames] = append(slices.Clone(both[changedNames]), "prod.acme.example")
	for name, c := range map[string]struct {
		action, on string
		context    map[string][]string
		want       bool
	}{
		"delegate its zone":               {"ChangeResourceRecordSets", zone("ZPARENT"), change("dev.acme.example", "NS", "CREATE"), true},
		"change its delegation":           {"ChangeResourceRecordSets", zone("ZPARENT"), change("dev.acme.example", "NS", "UPSERT"), true},
		"take its delegation away":        {"ChangeResourceRecordSets", zone("ZPARENT"), change("dev.acme.example", "NS", "DELETE"), true},
		"publish its key":                 {"ChangeResourceRecordSets", zone("ZPARENT"), change("dev.acme.example", "DS", "CREATE"), true},
		"see the parent":                  {"ListResourceRecordSets", zone("ZPARENT"), nil, true},
		"wait for a change":               {"GetChange", hubScope().GlobalARN("route53", "", "change/C1"), nil, true},
		"let a VPC ask":                   {"CreateVPCAssociationAuthorization", zone("ZPRIVATE"), vpc("eu-west-1"), true},
		"let a VPC ask an endpoint":       {"CreateVPCAssociationAuthorization", zone("ZENDPOINT"), vpc("eu-west-1"), true},
		"withdraw that":                   {"DeleteVPCAssociationAuthorization", zone("ZPRIVATE"), vpc("eu-west-1"), true},
		"delegate another's zone":         {"ChangeResourceRecordSets", zone("ZPARENT"), change("prod.acme.example", "NS", "CREATE"), false},
		"delegate both at once":           {"ChangeResourceRecordSets", zone("ZPARENT"), both, false},
		"write an address":                {"ChangeResourceRecordSets", zone("ZPARENT"), change("dev.acme.example", "A", "CREATE"), false},
		"write below its zone":            {"ChangeResourceRecordSets", zone("ZPARENT"), change("www.dev.acme.example", "NS", "CREATE"), false},
		"change the parent's own servers": {"ChangeResourceRecordSets", zone("ZPARENT"), change("acme.example", "NS", "UPSERT"), false},
		"change nobody knows what":        {"ChangeResourceRecordSets", zone("ZPARENT"), nil, false},
		"write into the private zone":     {"ChangeResourceRecordSets", zone("ZPRIVATE"), change("dev.acme.example", "NS", "CREATE"), false},
		"write into another zone":         {"ChangeResourceRecordSets", zone("ZOTHER"), change("dev.acme.example", "NS", "CREATE"), false},
		"delete the parent":               {"DeleteHostedZone", zone("ZPARENT"), nil, false},
		"unsign the parent":               {"DisableHostedZoneDNSSEC", zone("ZPARENT"), nil, false},
		"let a VPC of elsewhere ask":      {"CreateVPCAssociationAuthorization", zone("ZPRIVATE"), vpc("us-east-1"), false},
		"let a VPC ask another zone":      {"CreateVPCAssociationAuthorization", zone("ZOTHER"), vpc("eu-west-1"), false},
		"associate":                       {"AssociateVPCWithHostedZone", zone("ZPRIVATE"), vpc("eu-west-1"), false},
		"cut off another's VPC":           {"DisassociateVPCFromHostedZone", zone("ZPRIVATE"), vpc("eu-west-1"), false},
		"see another zone":                {"ListResourceRecordSets", zone("ZOTHER"), nil, false},
		"make a zone":                     {"CreateHostedZone", zone("*"), nil, false},
	} {
		got := rights.Decide(authz.Request{
			Principal: authz.Principal{Account: hubAccount, ARN: "arn:" + "aws:sts::" + hubAccount + ":assumed-role/acme-dev-dns/x"},
			Action:    "route53:" + c.action, Resource: c.on, Context: c.context,
		})
		require.Equal(t, c.want, got.Allowed, "%s: %s", name, got.Reason)
	}
}
