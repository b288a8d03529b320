// Package report tells people and programs what an operation did, or would do, to stacks: as Markdown for a pull
// request, as JSON for a pipeline and as text for a terminal. What may lose data comes first in all of them.
package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"aws-platform/pkg/engine"
)

// Marker is the first line of a Markdown report; whoever posts it finds the one before it by this line.
const Marker = "<!-- aws-platform:preview v1 -->"

// Risk is how much could be lost by a change.
type Risk int

// The risks, the least first.
const (
	RiskNone     Risk = iota
	RiskLow           // made, or changed in place
	RiskHigh          // deleted or replaced
	RiskCritical      // deleted or replaced, and with it data
)

// String is the risk in one word.
func (r Risk) String() string { return [...]string{"none", "low", "high", "critical"}[r] }

// stateful are the beginnings of the types that hold data: "aws:rds/" is all of RDS. What only configures a bucket is no
// bucket.
var stateful = []string{
	"aws:backup/vault:", "aws:cloudwatch/logGroup:", "aws:cognito/userPool:", "aws:docdb/", "aws:dynamodb/table:",
	"aws:ebs/volume:", "aws:ecr/repository:", "aws:efs/fileSystem:", "aws:elasticache/", "aws:fsx/",
	"aws:glue/catalogDatabase:", "aws:kinesis/stream:", "aws:kms/key:", "aws:memorydb/", "aws:mq/broker:",
	"aws:msk/cluster:", "aws:neptune/", "aws:opensearch/domain:", "aws:rds/", "aws:redshift/cluster:",
	"aws:s3/bucket:", "aws:s3/bucketV2:", "aws:secretsmanager/secret:", "aws:sqs/queue:", "aws:ssm/parameter:",
}

// identities are the beginnings of the types whose replacement changes an address or an identity that others rely on.
var identities = []string{
	"aws:acm/certificate:", "aws:ec2/eip:", "aws:ec2/subnet:", "aws:ec2/vpc:", "aws:ec2transitgateway/", "aws:eks/cluster:",
	"aws:iam/role:", "aws:lb/loadBalancer:", "aws:organizations/account:", "aws:route53/zone:",
}

func among(token string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(token, prefix) })
}

// Stateful tells whether resources of a type hold data.
func Stateful(token string) bool { return among(token, stateful) }

// RiskOf is how much could be lost by a change.
func RiskOf(change engine.Change) Risk {
	switch {
	case change.Op == engine.OpSame:
		return RiskNone
	case change.Op != engine.OpDelete && change.Op != engine.OpReplace:
		return RiskLow
	case Stateful(change.Type) && !change.RetainOnDelete:
		return RiskCritical
	}
	return RiskHigh
}

// worst is the greatest risk of a stack's changes.
func worst(result *engine.Result) Risk {
	risk := RiskNone
	for _, change := range result.Changes {
		risk = max(risk, RiskOf(change))
	}
	return risk
}

// why says what a dangerous change means, beyond its operation.
func why(change engine.Change) string {
	var parts []string
	switch {
	case Stateful(change.Type):
		parts = append(parts, "holds data")
	case among(change.Type, identities):
		parts = append(parts, "others rely on its identity")
	}
	if len(change.ReplaceKeys) > 0 {
		parts = append(parts, "forced by "+strings.Join(change.ReplaceKeys, ", "))
	}
	if change.Op == engine.OpReplace && change.DeleteFirst {
		parts = append(parts, "the old one is deleted first")
	}
	if change.Protect {
		parts = append(parts, "protected: the engine refuses")
	}
	if change.RetainOnDelete {
		parts = append(parts, "stays in the cloud, out of the stack's care")
	}
	return strings.Join(parts, "; ")
}

// danger is a change that could lose something, with its stack.
type danger struct {
	stack  string
	change engine.Change
}

// dangers are the deletions and replacements of all stacks, what holds data first.
func dangers(results []*engine.Result) []danger {
	var list []danger
	for _, result := range results {
		for _, change := range result.Changes {
			if RiskOf(change) >= RiskHigh {
				list = append(list, danger{result.Stack, change})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b danger) int { return cmp.Compare(RiskOf(b.change), RiskOf(a.change)) })
	return list
}

// totals are the counts over all stacks.
func totals(results []*engine.Result) engine.Counts {
	sum := engine.Counts{}
	for _, result := range results {
		for op, n := range result.Counts {
			sum[op] += n
		}
	}
	return sum
}

// status is how it went with a stack, in one word.
func status(result *engine.Result) string {
	switch {
	case result.Err != nil:
		return "failed"
	case result.Skipped != "":
		return "skipped"
	case result.Counts.Changes() > 0 || len(result.Changes) > 0 || len(result.OutputDiffs) > 0:
		return "changed"
	}
	return "unchanged"
}

// tally is how many stacks ended in each way: "2 changed, 1 failed".
func tally(results []*engine.Result) string {
	counts := map[string]int{}
	for _, result := range results {
		counts[status(result)]++
	}
	var parts []string
	for _, word := range []string{"changed", "unchanged", "failed", "skipped"} {
		if counts[word] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[word], word))
		}
	}
	return strings.Join(parts, ", ")
}

// group is the changes of one component.
type group struct {
	title   string
	changes []engine.Change
}

// groups are a stack's changes by component, those with the greatest risk first.
func groups(changes []engine.Change) []group {
	var list []group
	index := map[string]int{}
	for _, change := range changes {
		title := path(change.Components)
		i, known := index[title]
		if !known {
			i = len(list)
			index[title] = i
			list = append(list, group{title: title})
		}
		list[i].changes = append(list[i].changes, change)
	}
	for _, g := range list {
		slices.SortStableFunc(g.changes, func(a, b engine.Change) int { return cmp.Compare(RiskOf(b), RiskOf(a)) })
	}
	slices.SortStableFunc(list, func(a, b group) int {
		return cmp.Or(cmp.Compare(RiskOf(b.changes[0]), RiskOf(a.changes[0])), cmp.Compare(a.title, b.title))
	})
	return list
}

// path names components from the outermost in: "aws-platform:network:Vpc main".
func path(components []engine.Component) string {
	if len(components) == 0 {
		return "no component"
	}
	parts := make([]string, len(components))
	for i, c := range components {
		parts[i] = c.Type + " " + c.Name
	}
	return strings.Join(parts, " / ")
}
