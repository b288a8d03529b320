package config

import (
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// Retentions are the days CloudWatch Logs keeps records for; it takes no others.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
func Retentions() []int {
	return []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
}

func (l *loader) checkFlowLogs(at path, logs FlowLogs) {
	l.checkRetention(at.key("retentionDays"), logs.RetentionDays)
	if logs.BucketARN == "" {
		return
	}
	bucket := at.key("bucketArn")
	if logs.Destination != "s3" {
		l.fault(bucket, "has no effect on the destination "+logs.Destination, "remove it, or set destination: s3")
	}
	l.checkBucketARN(bucket, logs.BucketARN)
}

// crossCheckFlowLogs finds records that would go to a log archive where none takes them.
func crossCheckFlowLogs(all []*loader) {
	for _, l := range all {
		if l.stack.LogArchive != nil {
			if _, takes := l.stack.LogArchive.Buckets["flow"]; takes {
				return
			}
		}
	}
	for _, l := range all {
		for _, name := range slices.Sorted(maps.Keys(l.stack.VPCs)) {
			if logs := l.stack.VPCs[name].FlowLogs; logs != nil && logs.Destination == "archive" {
				l.fault(of("vpcs", name, "flowLogs", "destination"), "is an archive that no stack has",
					"add flow to logArchive.buckets of the shared stack, or use s3 or cloudwatch")
			}
		}
	}
}

// checkRetention holds days to those CloudWatch Logs takes.
func (l *loader) checkRetention(at path, days int) {
	if days != 0 && !slices.Contains(Retentions(), days) {
		l.fault(at, fmt.Sprintf("%d is not a time CloudWatch Logs keeps records for", days), "use "+around(days))
	}
}

// around names the retentions next to days, which lies between the first and the last.
func around(days int) string {
	all := Retentions()
	i, _ := slices.BinarySearch(all, days)
	return fmt.Sprintf("%d or %d", all[i-1], all[i])
}

func (l *loader) checkBucketARN(at path, arn string) {
	partition := Partition(l.stack.Account.Region)
	if partition == "" {
		return // an unknown region is reported already
	}
	rest, found := strings.CutPrefix(arn, "arn:"+partition+":s3:::")
	bucket, _, _ := strings.Cut(rest, "/")
	if !found || !bucketName.MatchString(bucket) {
		l.fault(at, fmt.Sprintf("%q is not the ARN of an S3 bucket here", arn), fmt.Sprintf("write it as arn:%s:s3:::bucket", partition))
	}
}

// bucketName is what S3 takes as a bucket's name, reserved beginnings and endings aside.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
var bucketName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]|\.[a-z0-9]){1,61}[a-z0-9]$`)

// amazonDNS names the VPC's own resolver in a list of name servers.
const amazonDNS = "AmazonProvidedDNS"

var domainName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

func (l *loader) checkDHCP(at path, dhcp DHCP) {
	if len(l.seen[at.String()].fields) == 0 {
		l.fault(at, "says nothing", "give it domainName, nameServers or ntpServers, or remove it")
	}
	if name := dhcp.DomainName; name != "" && (len(name) > 253 || !domainName.MatchString(name)) {
		l.fault(at.key("domainName"), fmt.Sprintf("%q is not a domain's name", name), "write it like dev.acme.internal")
	}
	servers := at.key("nameServers")
	if slices.Contains(dhcp.NameServers, amazonDNS) {
		if len(dhcp.NameServers) > 1 {
			l.fault(servers, "has other servers beside "+amazonDNS, "give "+amazonDNS+" alone, or addresses")
		}
	} else {
		l.checkAddressList(servers, dhcp.NameServers, "write an IPv4 address, or "+amazonDNS+" alone")
	}
	l.checkAddressList(at.key("ntpServers"), dhcp.NTPServers, "write an IPv4 address, for example 169.254.169.123, Amazon's own")
}

func (l *loader) checkAddressList(at path, list []string, fix string) {
	l.checkUnique(at, list)
	for i, text := range list {
		if address, err := netip.ParseAddr(text); err != nil || !address.Is4() {
			l.faultMeant(at.index(i), fmt.Sprintf("%q is not an IPv4 address", text), fix, closest(text, []string{amazonDNS}))
		}
	}
}
