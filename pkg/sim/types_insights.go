package sim

import "time"

const (
	typeInsightsPath     = "aws:ec2/networkInsightsPath:NetworkInsightsPath"
	typeInsightsAnalysis = "aws:ec2/networkInsightsAnalysis:NetworkInsightsAnalysis"
)

// insightTypes are Reachability Analyzer's. Replacement lists are ForceNew in the Terraform provider: everything but tags.
func insightTypes() []row {
	return []row{
		{
			Token: typeInsightsPath, Prefix: "nip",
			Actions: actions{
				Create: []string{"ec2:CreateNetworkInsightsPath", "ec2:CreateTags"},
				Update: []string{"ec2:CreateTags"},
				Delete: []string{"ec2:DeleteNetworkInsightsPath"},
				Read:   []string{"ec2:DescribeNetworkInsightsPaths *"},
			},
			Computed: map[string]maker{
				"arn": ec2ARN("network-insights-path"), "sourceArn": insightsEnd("source"), "destinationArn": insightsEnd("destination"),
			},
			Replace: []string{
				"destination", "destinationIp", "destinationPort", "filterAtDestination", "filterAtSource", "protocol", "source", "sourceIp",
			},
			Valid: map[string]validator{
				"protocol": oneOf("tcp", "udp"), "destinationPort": between(0, 65535),
			},
			Check: []rule{insightsEndGiven},
			// What a path leads to may go; the next analysis says so.
			Weak:     []string{"source", "destination"},
			NotFound: &refusal{Code: "InvalidNetworkInsightsPathId.NotFound", Message: "The network insights path ID '{target}' does not exist"},
			InUse: &refusal{
				Code: "AnalysisExistsForNetworkInsightsPath", Message: "The network insights path '{id}' has analyses and cannot be deleted.",
			},
			Quotas: []quota{{Limit: 100, refusal: refusal{
				Code: "NetworkInsightsPathLimitExceeded", Message: "The maximum number of network insights paths has been reached."}}},
			Latency: quick(),
		},
		{
			Token: typeInsightsAnalysis, Prefix: "nia",
			Actions: actions{
				// The analyzer asks in the caller's name.
				// https://docs.aws.amazon.com/vpc/latest/reachability/security_iam_required-API-permissions.html
				Create: []string{"ec2:StartNetworkInsightsAnalysis", "ec2:CreateTags", "tiros:CreateQuery *", "tiros:GetQueryAnswer *"},
				Update: []string{"ec2:CreateTags"},
				Delete: []string{"ec2:DeleteNetworkInsightsAnalysis"},
				Read:   []string{"ec2:DescribeNetworkInsightsAnalyses *"},
			},
			Computed: map[string]maker{
				"arn": ec2ARN("network-insights-analysis"), "pathFound": insightsPathFound, "status": fixed("succeeded"),
				"statusMessage": fixed(""), "warningMessage": fixed(""), "startDate": fixed("2026-01-01T00:00:00Z"),
				"alternatePathHints": fixed([]any{}), "explanations": fixed([]any{}),
				"forwardPathComponents": fixed([]any{}), "returnPathComponents": fixed([]any{}),
			},
			Defaults: map[string]any{"waitForCompletion": true},
			Replace:  []string{"networkInsightsPathId", "filterInArns"},
			Sets:     []string{"filterInArns"},
			NotFound: &refusal{
				Code: "InvalidNetworkInsightsAnalysisId.NotFound", Message: "The network insights analysis ID '{target}' does not exist"},
			Latency: latency{
				Create: 60 * time.Second, Update: time.Second, Delete: time.Second,
				Source: "minutes for a small network; the provider waits 10 min",
			},
		},
	}
}
