package config

import (
	"slices"
	"strings"
)

// region is what the platform must know of an AWS region before it is asked to build there.
type region struct {
	name      string
	partition string
	zones     string // the letters availability zones can have there
}

// regions lists the regions of the partitions a customer can open an account in. Names and partitions are those of
// the AWS SDK's partition table (aws-sdk-go-v2, internal/endpoints/awsrulesfn/partitions.json). Zone letters are those
// DescribeAvailabilityZones gives out: three from a on, save where a region grew or skipped a letter. Accounts may see
// only some of them (us-west-1 gives each account two of three, ap-northeast-1 gives b to old accounts alone).
func regions() []region {
	return []region{
		{"af-south-1", "aws", "abc"},
		{"ap-east-1", "aws", "abc"},
		{"ap-east-2", "aws", "abc"},
		{"ap-northeast-1", "aws", "abcd"},
		{"ap-northeast-2", "aws", "abcd"},
		{"ap-northeast-3", "aws", "abc"},
		{"ap-south-1", "aws", "abc"},
		{"ap-south-2", "aws", "abc"},
		{"ap-southeast-1", "aws", "abc"},
		{"ap-southeast-2", "aws", "abc"},
		{"ap-southeast-3", "aws", "abc"},
		{"ap-southeast-4", "aws", "abc"},
		{"ap-southeast-5", "aws", "abc"},
		{"ap-southeast-6", "aws", "abc"},
		{"ap-southeast-7", "aws", "abc"},
		{"ca-central-1", "aws", "abd"},
		{"ca-west-1", "aws", "abc"},
		{"eu-central-1", "aws", "abc"},
		{"eu-central-2", "aws", "abc"},
		{"eu-north-1", "aws", "abc"},
		{"eu-south-1", "aws", "abc"},
		{"eu-south-2", "aws", "abc"},
		{"eu-west-1", "aws", "abc"},
		{"eu-west-2", "aws", "abc"},
		{"eu-west-3", "aws", "abc"},
		{"il-central-1", "aws", "abc"},
		{"me-central-1", "aws", "abc"},
		{"me-south-1", "aws", "abc"},
		{"mx-central-1", "aws", "abc"},
		{"sa-east-1", "aws", "abc"},
		{"us-east-1", "aws", "abcdef"},
		{"us-east-2", "aws", "abc"},
		{"us-west-1", "aws", "abc"},
		{"us-west-2", "aws", "abcd"},
		{"cn-north-1", "aws-cn", "abd"},
		{"cn-northwest-1", "aws-cn", "abc"},
		{"us-gov-east-1", "aws-us-gov", "abc"},
		{"us-gov-west-1", "aws-us-gov", "abc"},
	}
}

// regionNamed finds a region.
func regionNamed(name string) (region, bool) {
	all := regions()
	i := slices.IndexFunc(all, func(r region) bool { return r.name == name })
	if i < 0 {
		return region{}, false
	}
	return all[i], true
}

// Regions are the names of all known regions.
func Regions() []string {
	all := regions()
	names := make([]string, len(all))
	for i, r := range all {
		names[i] = r.name
	}
	return names
}

// Partition is the partition a region belongs to, "" for an unknown region.
func Partition(name string) string {
	r, _ := regionNamed(name)
	return r.partition
}

// letters are the region's zone letters, one each.
func (r region) letters() []string { return strings.Split(r.zones, "") }
