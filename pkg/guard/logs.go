package guard

import (
	"fmt"
	"slices"
	"strings"
)

// keptDays is how long production keeps what it logs (CloudWatch.16).
const keptDays = 365

// logControls are about log groups and alarms.
func logControls() []Control {
	return []Control{
		{
			ID: "CloudWatch.15", Title: "Alarms tell somebody", Standards: []string{nist}, Types: tokens("cloudwatch/MetricAlarm"),
			resource:   expect(expectation{path: "alarmActions", ok: filled, fix: "name a topic"}),
			Exceptions: []string{"Alarms that a composite alarm watches: that one tells."},
		},
		{
			ID: "CloudWatch.16", Title: "Log groups keep what they get: a year in production, a stated time elsewhere", Standards: []string{nist},
			Types: tokens("cloudwatch/LogGroup"), resource: groupKeeps,
			Exceptions: []string{"Stacks that are not production need a stated time only: what they log is about nobody, and a year of it costs."},
		},
		{
			ID: "CloudWatch.17", Title: "Alarms are switched on", Standards: []string{nist}, Types: tokens("cloudwatch/MetricAlarm", "cloudwatch/CompositeAlarm"),
			resource: expect(expectation{path: "actionsEnabled", ok: is(true), absent: true, fix: "leave it out"}),
		},
		{
			ID: "H6", Title: "Log groups are encrypted with a key of ours", Standards: []string{house}, Types: tokens("cloudwatch/LogGroup"),
			resource: expect(expectation{path: "kmsKeyId", ok: filled, fix: "give the ARN of a key whose policy lets CloudWatch Logs use it"}),
		},
	}
}

func groupKeeps(c *subject) {
	expect(expectation{path: "retentionInDays", fix: fmt.Sprintf("use %d or more", keptDays), ok: func(v any) bool {
		days, _ := v.(float64)
		if !c.stack.Production {
			return days > 0
		}
		return days >= keptDays
	}})(c)
}

// trailControls are about the record of who did what.
func trailControls() []Control {
	trails := tokens("cloudtrail/Trail")
	return []Control{
		{
			ID: "CloudTrail.1", Title: "A trail records management events of every region", Standards: []string{fsbp, cis3("3.1"), cis5("3.1")}, Whole: true,
			account: func(c *subject) {
				if !slices.ContainsFunc(c.trails(), recordsManagement) {
					c.fail("", "no trail records every region and its management events", "make a trail with isMultiRegionTrail, or an organization's trail")
				}
			},
		},
		{
			ID: "CloudTrail.2", Title: "Trails are encrypted with a key of ours", Standards: []string{fsbp, cis3("3.5"), cis5("3.5")}, Types: trails,
			resource: expect(expectation{path: "kmsKeyId", ok: filled, fix: "give the ARN of a key"}),
		},
		{
			ID: "CloudTrail.4", Title: "Trails can prove that nobody changed them", Standards: []string{fsbp, cis3("3.2"), cis5("3.2")}, Types: trails,
			resource: expect(expectation{path: "enableLogFileValidation", ok: is(true), fix: "set it to true"}),
		},
		{
			ID: "CloudTrail.5", Title: "Trails go to CloudWatch Logs too, where alarms see them", Standards: []string{fsbp}, Types: trails,
			resource: expect(expectation{path: "cloudWatchLogsGroupArn", ok: filled, fix: "name a log group and a role"}),
		},
		{
			ID: "CloudTrail.6", Title: "The trail's bucket is closed to the world", Standards: []string{"CIS 1.4 3.3"}, Types: trails,
			resource:   trailBucket("s3/BucketPublicAccessBlock", settings(allBlocked...)),
			Exceptions: []string{"Buckets of another stack that is not seen."},
		},
		{
			ID: "CloudTrail.7", Title: "The trail's bucket logs who reads it", Standards: []string{cis3("3.4"), cis5("3.4")}, Types: trails,
			resource:   trailBucket("s3/BucketLoggingV2", nil),
			Exceptions: []string{"Buckets of another stack that is not seen."},
		},
		{
			ID: "S3.22", Title: "A trail records who writes objects", Standards: []string{cis3("3.8"), cis5("3.8")}, Whole: true,
			account: recordsObjects("writes", "false"),
		},
		{
			ID: "S3.23", Title: "A trail records who reads objects", Standards: []string{cis3("3.9"), cis5("3.9")}, Whole: true,
			account: recordsObjects("reads", "true"),
		},
	}
}

// trails are those that record this stack's account: its own, and the organization's.
func (c *subject) trails() (list []*Resource) {
	for _, trail := range c.byType[token("cloudtrail/Trail")] {
		if trail.one("enableLogging") != false && (c.account(trail) == c.stack.Account || truth(trail.one("isOrganizationTrail"))) {
			list = append(list, trail)
		}
	}
	return list
}

func recordsManagement(trail *Resource) bool {
	if !truth(trail.one("isMultiRegionTrail")) {
		return false
	}
	selectors := trail.list("advancedEventSelectors")
	if len(selectors) == 0 && len(trail.list("eventSelectors")) == 0 {
		return true // CloudTrail's default
	}
	for _, found := range values(trail.Inputs, "eventSelectors[]") {
		object, _ := found.value.(map[string]any)
		if object["includeManagementEvents"] != false && (object["readWriteType"] == nil || object["readWriteType"] == "All") {
			return true
		}
	}
	for _, selector := range selectors {
		if fieldIs(selector, "eventCategory", "Management") && !hasField(selector, "readOnly") {
			return true
		}
	}
	return false
}

// fields are the conditions of an advanced event selector on a field.
func fields(selector any, name string) (list []map[string]any) {
	object, _ := selector.(map[string]any)
	conditions, _ := object["fieldSelectors"].([]any)
	for _, one := range conditions {
		if condition, _ := one.(map[string]any); condition["field"] == name {
			list = append(list, condition)
		}
	}
	return list
}

func hasField(selector any, name string) bool { return len(fields(selector, name)) > 0 }

func fieldIs(selector any, name, want string) bool {
	return slices.ContainsFunc(fields(selector, name), func(condition map[string]any) bool {
		list, _ := condition["equals"].([]any)
		return slices.Contains(list, any(want))
	})
}

// recordsObjects demands that some trail records data events of all buckets, of one kind.
func recordsObjects(what, readOnly string) func(*subject) {
	return func(c *subject) {
		for _, trail := range c.trails() {
			for _, selector := range trail.list("advancedEventSelectors") {
				if fieldIs(selector, "eventCategory", "Data") && fieldIs(selector, "resources.type", "AWS::S3::Object") &&
					!hasField(selector, "resources.ARN") && (!hasField(selector, "readOnly") || fieldIs(selector, "readOnly", readOnly)) {
					return
				}
			}
			for _, found := range values(trail.Inputs, "eventSelectors[].dataResources[].type") {
				if found.value == "AWS::S3::Object" {
					return
				}
			}
		}
		c.fail("", "no trail records who "+what+" objects", "add s3 to dataEvents of the trail")
	}
}

// trailBucket demands a companion of the bucket that a trail writes to, where that bucket is seen.
func trailBucket(short string, check func(*subject, *Resource) string) func(*subject) {
	return func(c *subject) {
		for _, of := range bucketTypes {
			for _, bucket := range c.byType[of] {
				if c.refers(c.Resource, "s3BucketName", bucket) != yes {
					continue
				}
				at := *c
				at.Resource, at.report = bucket, &Report{}
				accompanied(short, "bucket", "add it", check)(&at)
				for _, f := range at.report.Findings {
					c.fail("s3BucketName", strings.TrimSpace("the bucket "+bucket.Name+" "+f.Wrong), f.Fix)
				}
			}
		}
	}
}
