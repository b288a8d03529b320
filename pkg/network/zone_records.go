package network

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/component"
	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
)

const (
	// answerTTL is for how many seconds resolvers keep an answer whose record says nothing else.
	answerTTL = 300
	// zoneItself is the host that stands for the zone's own name.
	zoneItself = "@"
	// partLength is how many characters DNS has in one string of a text (RFC 1035, section 3.3).
	partLength = 255
	httpsCheck = "https"
	tcpCheck   = "tcp"
	sumCheck   = "calculated"
)

// zoneContent makes what is in a zone, public or private.
type zoneContent struct {
	*component.Children
	ctx    *pulumi.Context
	name   string // the component's
	scope  naming.Scope
	domain string
	zoneID pulumi.StringInput
}

// hostName is a host's whole name.
func hostName(host, domain string) string {
	if host == zoneItself {
		return domain
	}
	return host + "." + domain
}

// make makes health checks and records, and gives the records.
func (z zoneContent) make(checks map[string]config.HealthCheck, records map[string]config.DNSRecord) ([]pulumi.Resource, error) {
	watching, err := z.makeHealthChecks(checks)
	if err != nil {
		return nil, err
	}
	made := map[string]*route53.Record{}
	for _, name := range inOrderOfAliases(records) {
		record := records[name]
		args := z.recordArgs(name, record)
		if check := watching[record.HealthCheck]; check != nil {
			args.HealthCheckId = check.ID().ToStringOutput().ToStringPtrOutput()
		}
		var targets []pulumi.Resource
		if record.Alias != nil && record.Alias.Record != "" {
			targets = aliasTargets(record.Alias.Record, records, made)
			z.aim(args, record, records[record.Alias.Record])
		}
		if made[name], err = route53.NewRecord(z.ctx, z.Name("record", name), args, z.Options(pulumi.DependsOn(targets))...); err != nil {
			return nil, err
		}
	}
	all := make([]pulumi.Resource, 0, len(made))
	for _, name := range slices.Sorted(maps.Keys(made)) {
		all = append(all, made[name])
	}
	return all, nil
}

// inOrderOfAliases are the records' names, those that point at others last: Route 53 takes an alias of what is there.
func inOrderOfAliases(records map[string]config.DNSRecord) []string {
	var first, last []string
	for _, name := range slices.Sorted(maps.Keys(records)) {
		if alias := records[name].Alias; alias != nil && alias.Record != "" {
			last = append(last, name)
			continue
		}
		first = append(first, name)
	}
	return append(first, last...)
}

// aliasTargets are all records of the name an alias points at: any of them may be chosen.
func aliasTargets(target string, records map[string]config.DNSRecord, made map[string]*route53.Record) []pulumi.Resource {
	var targets []pulumi.Resource
	for _, name := range slices.Sorted(maps.Keys(made)) {
		if records[name].Host == records[target].Host && records[name].Type == records[target].Type {
			targets = append(targets, made[name])
		}
	}
	return targets
}

// aim points an alias at another record of the zone.
func (z zoneContent) aim(args *route53.RecordArgs, record, target config.DNSRecord) {
	args.Aliases = route53.RecordAliasArray{route53.RecordAliasArgs{
		Name: pulumi.String(hostName(target.Host, z.domain)), ZoneId: z.zoneID,
		EvaluateTargetHealth: pulumi.Bool(record.Alias.EvaluateHealth),
	}}
}

// recordArgs are a record's, its routing included. The name it has in the stack file tells it from others of its DNS name.
func (z zoneContent) recordArgs(name string, record config.DNSRecord) *route53.RecordArgs {
	args := &route53.RecordArgs{
		ZoneId: z.zoneID, Name: pulumi.String(hostName(record.Host, z.domain)), Type: pulumi.String(record.Type),
	}
	switch {
	case record.Alias == nil:
		ttl := record.TTL
		if ttl == 0 {
			ttl = answerTTL
		}
		args.Ttl = pulumi.Int(ttl)
		args.Records = pulumi.ToStringArray(answers(record))
	case record.Alias.Record == "":
		args.Aliases = route53.RecordAliasArray{route53.RecordAliasArgs{
			Name: pulumi.String(record.Alias.Name), ZoneId: pulumi.String(record.Alias.ZoneID),
			EvaluateTargetHealth: pulumi.Bool(record.Alias.EvaluateHealth),
		}}
	}
	routing := record.Routing
	if routing == nil {
		return args
	}
	args.SetIdentifier = pulumi.String(name)
	switch routing.Policy {
	case "weighted":
		args.WeightedRoutingPolicies = route53.RecordWeightedRoutingPolicyArray{
			route53.RecordWeightedRoutingPolicyArgs{Weight: pulumi.Int(routing.Weight)},
		}
	case "latency":
		args.LatencyRoutingPolicies = route53.RecordLatencyRoutingPolicyArray{
			route53.RecordLatencyRoutingPolicyArgs{Region: pulumi.String(routing.Region)},
		}
	case "failover":
		args.FailoverRoutingPolicies = route53.RecordFailoverRoutingPolicyArray{
			route53.RecordFailoverRoutingPolicyArgs{Type: pulumi.String(strings.ToUpper(routing.Role))},
		}
	case "geolocation":
		args.GeolocationRoutingPolicies = route53.RecordGeolocationRoutingPolicyArray{
			route53.RecordGeolocationRoutingPolicyArgs{
				Continent: given(routing.Continent), Country: given(routing.Country), Subdivision: given(routing.Subdivision),
			},
		}
	case "multivalue":
		args.MultivalueAnswerRoutingPolicy = pulumi.Bool(true)
	}
	return args
}

// given is a text, nil when it is empty.
func given(text string) pulumi.StringPtrInput {
	if text == "" {
		return nil
	}
	return pulumi.String(text)
}

// answers are a record's values as the provider takes them.
func answers(record config.DNSRecord) []string {
	values := slices.Clone(record.Values)
	if record.Type == "TXT" {
		for i, value := range values {
			values[i] = quoted(value)
		}
	}
	return values
}

// quoted parts a text into strings that DNS takes and escapes what has a meaning in a zone file. The provider writes the
// first and the last quotation mark; two marks between parts end one string and begin the next.
func quoted(text string) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	var parts []string
	for len(text) > partLength {
		parts = append(parts, escape.Replace(text[:partLength]))
		text = text[partLength:]
	}
	return strings.Join(append(parts, escape.Replace(text)), `""`)
}

// makeHealthChecks makes the checks that look at something, then those that look at checks.
func (z zoneContent) makeHealthChecks(checks map[string]config.HealthCheck) (map[string]*route53.HealthCheck, error) {
	made := map[string]*route53.HealthCheck{}
	names := slices.SortedFunc(maps.Keys(checks), func(a, b string) int {
		if sumA, sumB := checks[a].Type == sumCheck, checks[b].Type == sumCheck; sumA != sumB {
			if sumA {
				return 1
			}
			return -1
		}
		return strings.Compare(a, b)
	})
	for _, name := range names {
		args := z.healthCheckArgs(name, checks[name])
		var children pulumi.StringArray
		for _, child := range slices.Sorted(slices.Values(checks[name].Checks)) {
			children = append(children, made[child].ID().ToStringOutput())
		}
		if len(children) > 0 {
			args.ChildHealthchecks = children
		}
		var err error
		if made[name], err = route53.NewHealthCheck(z.ctx, z.Name("health-check", name), args, z.Options()...); err != nil {
			return nil, err
		}
	}
	return made, nil
}

func (z zoneContent) healthCheckArgs(name string, check config.HealthCheck) *route53.HealthCheckArgs {
	const longestTag = 256
	args := &route53.HealthCheckArgs{
		Tags: pulumi.ToStringMap(z.scope.Tags("network", z.scope.Name(longestTag, z.name, name), nil)),
	}
	switch check.Type {
	case httpsCheck, tcpCheck:
		z.lookAt(args, check)
	case sumCheck:
		healthy := check.Healthy
		if healthy == 0 {
			healthy = len(check.Checks)
		}
		args.Type, args.ChildHealthThreshold = pulumi.String("CALCULATED"), pulumi.Int(healthy)
	default:
		args.Type = pulumi.String("CLOUDWATCH_METRIC")
		args.CloudwatchAlarmName, args.CloudwatchAlarmRegion = pulumi.String(check.Alarm), pulumi.String(z.scope.Region)
		// An alarm without data tells nothing new.
		args.InsufficientDataHealthStatus = pulumi.String("LastKnownStatus")
	}
	return args
}

// lookAt sends health checkers to a host.
func (z zoneContent) lookAt(args *route53.HealthCheckArgs, check config.HealthCheck) {
	args.Fqdn = pulumi.String(check.Host)
	if address, err := netip.ParseAddr(check.Host); err == nil {
		args.Fqdn, args.IpAddress = nil, pulumi.String(address.String())
	}
	args.FailureThreshold, args.RequestInterval = pulumi.Int(orElse(check.Failures, 3)), pulumi.Int(orElse(check.Seconds, 30))
	args.Port = pulumi.Int(orElse(check.Port, httpsPort))
	if check.Type == tcpCheck {
		args.Type = pulumi.String("TCP")
		return
	}
	args.Type, args.EnableSni, args.ResourcePath = pulumi.String("HTTPS"), pulumi.Bool(true), pulumi.String("/")
	if check.Path != "" {
		args.ResourcePath = pulumi.String(check.Path)
	}
	if check.Search != "" {
		args.Type, args.SearchString = pulumi.String("HTTPS_STR_MATCH"), pulumi.String(check.Search)
	}
}

// orElse is a number, or another one when it is left out.
func orElse(number, otherwise int) int {
	if number == 0 {
		return otherwise
	}
	return number
}
