package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func pathAct(name, from, to string) act {
	return act{token: typeInsightsPath, name: name, inputs: props{"source": from, "destination": to, "protocol": "tcp", "destinationPort": 443}}
}

func analysisAct(name, path string) act {
	return act{token: typeInsightsAnalysis, name: name, inputs: props{"networkInsightsPathId": "$" + path}}
}

// insightsWorld is a VPC with a public subnet, a private one, and an interface endpoint in each.
func insightsWorld(more ...act) []act {
	return dnsVpc(append([]act{
		gatewayAct("g", "v"), associationAct("ra", "r", "s"), routeAct("out", "r", "0.0.0.0/0", "gatewayId", "g"),
		endpointAct("e", "Interface", "sts", props{"subnetIds": []any{"$s"}}),
		endpointAct("f", "Interface", "kms", props{"subnetIds": []any{"$u"}}),
	}, more...)...)
}

func TestInsightRules(t *testing.T) {
	t.Parallel()
	refusals(t, map[string]ruleCase{
		"a source that is not there": {
			after: insightsWorld(), create: pathAct("p", "vpce-0123456789abcdef0", "$e"),
			code: "InvalidVpcEndpointId.NotFound", message: "The Vpc Endpoint Id 'vpce-0123456789abcdef0' does not exist",
			passes: props{"source": "$f"},
		},
		"an analysis of no path": {
			after:  insightsWorld(pathAct("p", "$g", "$e")),
			create: act{token: typeInsightsAnalysis, name: "a", inputs: props{"networkInsightsPathId": "nip-0123456789abcdef0"}},
			code:   "InvalidNetworkInsightsPathId.NotFound", message: "The network insights path ID 'nip-0123456789abcdef0' does not exist",
			passes: props{"networkInsightsPathId": "$p"},
		},
		"a path that was analyzed": {
			after: insightsWorld(pathAct("p", "$g", "$e"), analysisAct("a", "p")), destroy: "p",
			code: "AnalysisExistsForNetworkInsightsPath", message: "The network insights path '$p$' has analyses and cannot be deleted.", unless: "a",
		},
		"too many": {
			after: insightsWorld(pathAct("p", "$g", "$e")), quotas: map[string]int{"NetworkInsightsPathLimitExceeded": 1},
			create: pathAct("q", "$g", "$f"), code: "NetworkInsightsPathLimitExceeded",
			message: "The maximum number of network insights paths has been reached.", unless: "p",
		},
	})
	badInputs(t, map[string]faultCase{
		"no end": {
			token: typeInsightsPath, inputs: props{"source": "igw-1", "protocol": "tcp"},
			want:   []Failure{{"", "MissingParameter: The request must contain the parameter destination or filterAtSource.destinationAddress"}},
			passes: props{"filterAtSource": props{"destinationAddress": "10.0.0.4"}},
		},
		"a protocol": {
			token: typeInsightsPath, inputs: props{"source": "igw-1", "destination": "eni-1", "protocol": "icmp"},
			want: []Failure{{"protocol", `"icmp" must be one of tcp, udp`}}, passes: props{"protocol": "udp"},
		},
	})
}

// An analysis tells what the walk over routes and network ACLs finds.
func TestInsights(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: insightsWorld(
		pathAct("in", "$g", "$e"), analysisAct("in-a", "in"), pathAct("closed", "$g", "$f"), analysisAct("closed-a", "closed"),
		pathAct("within", "$e", "$f"), analysisAct("within-a", "within"),
		pathAct("foreign", "arn:aws:ec2:eu-west-1:999999999999:vpc-peering-connection/pcx-1", "$f"), analysisAct("foreign-a", "foreign"),
	)}, "")
	found := func(name string) bool { return flag(s.made[name].Properties, "pathFound") }
	require.True(t, found("in-a"))
	require.False(t, found("closed-a"), "the subnet has no public way")
	require.True(t, found("within-a"))
	require.False(t, found("foreign-a"), "nothing is known of it")
	require.Equal(t, s.made["e"].Text("arn"), s.made["in"].Text("destinationArn"))
	require.Contains(t, s.made["foreign"].Text("sourceArn"), ":999999999999:")
	require.Regexp(t, `^arn:aws:ec2:eu-west-1:\d{12}:network-insights-path/nip-[0-9a-f]{17}$`, s.made["in"].Text("arn"))
}
