package network

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Ends of a path that have a name instead of an id.
const (
	internetEnd = "internet"
	endpointEnd = "endpoint:"
)

// makePaths writes down ways through the network for Reachability Analyzer, and has it look at those that ask for a run. A
// run's name is part of what it is called: another name is another run.
func (b *vpcBuild) makePaths() error {
	found := pulumi.BoolMap{}
	for _, name := range slices.Sorted(maps.Keys(b.args.Config.Paths)) {
		cfg := b.args.Config.Paths[name]
		from, err := b.pathEnd(cfg.From)
		if err != nil {
			return err
		}
		to, err := b.pathEnd(cfg.To)
		if err != nil {
			return err
		}
		args := &ec2.NetworkInsightsPathArgs{
			Source: from, Destination: to, Protocol: pulumi.String(cfg.Protocol), Tags: b.tags(name),
		}
		if cfg.Port != 0 {
			args.DestinationPort = pulumi.Int(cfg.Port)
		}
		if cfg.SourceIP != "" {
			args.SourceIp = pulumi.String(cfg.SourceIP)
		}
		if cfg.DestinationIP != "" {
			args.DestinationIp = pulumi.String(cfg.DestinationIP)
		}
		path, err := ec2.NewNetworkInsightsPath(b.ctx, b.Name("path", name), args, b.Options()...)
		if err != nil {
			return err
		}
		if cfg.Analyze == "" {
			continue
		}
		run, err := ec2.NewNetworkInsightsAnalysis(b.ctx, b.Name("path-analysis", name, cfg.Analyze), &ec2.NetworkInsightsAnalysisArgs{
			NetworkInsightsPathId: path.ID(), Tags: b.tags(name, cfg.Analyze),
		}, b.Options(b.Ready())...)
		if err != nil {
			return err
		}
		found[name] = run.PathFound
	}
	b.out.PathsFound = found.ToBoolMapOutput()
	return nil
}

// pathEnd is the id of a path's end.
func (b *vpcBuild) pathEnd(end string) (pulumi.StringInput, error) {
	service, named := strings.CutPrefix(end, endpointEnd)
	switch {
	case end == internetEnd && b.internet != nil:
		return b.internet.ID(), nil
	case named && b.endpoints[service] != nil:
		return b.endpoints[service].ID(), nil
	case end == internetEnd || named:
		return nil, fmt.Errorf("path: the VPC has no %s", end)
	}
	return pulumi.String(end), nil
}
