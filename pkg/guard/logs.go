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
			resource: func(c *subject) {
				c.unless(c.watched(), expect(expectation{path: "alarmActions", ok: filled, fix: "name a topic"}))
			},
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

// watched says whether a composite alarm looks at this one.
func (c *subject) watched() answer {
	answered := no
	for _, composite := range c.byType[token("cloudwatch/CompositeAlarm")] {
		rule, known := composite.one("alarmRule").(string)
		switch {
		case slices.Contains(composite.Sources["alarmRule"], c.URN), known && c.text("name") != "" && strings.Contains(rule, c.text("name")):
			return yes
		case !known, c.unknown("name"):
			answered = maybe
		}
	}
	return answered
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

const ownDeliveries = "The bucket that the trail writes to: each delivery would be an event, and each event a delivery. " +
	"Who reads it is in its access log (CloudTrail.7)."

// trailControls are about the record of who did what.
func trailControls() []Control {
	trails := tokens("cloudtrail/Trail")
	return []Control{
		{
			ID: "CloudTrail.1", Title: "A trail records management events of every region", Standards: []string{fsbp, cis3("3.1"), cis5("3.1")}, Whole: true,
			account: func(c *subject) {
				c.demand(c.records(recordsManagement), "no trail records every region and its management events",
					"make a trail with isMultiRegionTrail, or an organization's trail")
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
			account: recordsObjects("writes", "false", "WriteOnly"), Exceptions: []string{ownDeliveries},
		},
		{
			ID: "S3.23", Title: "A trail records who reads objects", Standards: []string{cis3("3.9"), cis5("3.9")}, Whole: true,
			account: recordsObjects("reads", "true", "ReadOnly"), Exceptions: []string{ownDeliveries},
		},
	}
}

// records says whether a trail that records this stack's account, its own or the organization's, is so.
func (c *subject) records(so func(*Resource) answer) answer {
	answered := no
	for _, trail := range c.byType[token("cloudtrail/Trail")] {
		covers := yes
		if c.account(trail) != c.stack.Account {
			covers = flag(trail.one("isOrganizationTrail"), no)
		}
		answered = max(answered, min(covers, flag(trail.one("enableLogging"), yes), so(trail)))
	}
	return answered
}

// flag reads a boolean as an answer.
func flag(v any, absent answer) answer {
	switch {
	case v == nil:
		return absent
	case isUnknown(v):
		return maybe
	case truth(v):
		return yes
	}
	return no
}

func recordsManagement(trail *Resource) answer {
	everywhere := flag(trail.one("isMultiRegionTrail"), no)
	if trail.one("advancedEventSelectors") == nil && trail.one("eventSelectors") == nil {
		return everywhere // CloudTrail's default
	}
	return min(everywhere, selects(trail,
		func(selector map[string]any) bool {
			return selector["includeManagementEvents"] != false && (selector["readWriteType"] == nil || selector["readWriteType"] == "All")
		},
		func(selector map[string]any) bool {
			return fieldIs(selector, "eventCategory", "Management") && !hasField(selector, "readOnly")
		},
	))
}

// selects says whether an event selector of a trail, of the older or of the advanced shape, is as it should be.
func selects(trail *Resource, older, advanced func(map[string]any) bool) answer {
	answered := no
	for path, good := range map[string]func(map[string]any) bool{"eventSelectors[]": older, "advancedEventSelectors[]": advanced} {
		for _, found := range values(trail.Inputs, path) {
			if hasUnknown(found.value) {
				answered = max(answered, maybe)
			} else if selector, _ := found.value.(map[string]any); good(selector) {
				return yes
			}
		}
	}
	return answered
}

// fields are the conditions of an advanced event selector on a field.
func fields(selector map[string]any, name string) (list []map[string]any) {
	conditions, _ := selector["fieldSelectors"].([]any)
	for _, one := range conditions {
		if condition, _ := one.(map[string]any); condition["field"] == name {
			list = append(list, condition)
		}
	}
	return list
}

func hasField(selector map[string]any, name string) bool { return len(fields(selector, name)) > 0 }

func fieldIs(selector map[string]any, name, want string) bool {
	return slices.ContainsFunc(fields(selector, name), func(condition map[string]any) bool {
		list, _ := condition["equals"].([]any)
		return slices.Contains(list, any(want))
	})
}

// recordsObjects demands that some trail records data events of all buckets, of one kind.
func recordsObjects(what, readOnly, readWriteType string) func(*subject) {
	const objects = "AWS::S3::Object"
	older := func(selector map[string]any) bool {
		if kind := selector["readWriteType"]; kind != nil && kind != "All" && kind != readWriteType {
			return false
		}
		resources, _ := selector["dataResources"].([]any)
		return slices.ContainsFunc(resources, func(one any) bool {
			resource, _ := one.(map[string]any)
			of, _ := resource["values"].([]any)
			return resource["type"] == objects && slices.ContainsFunc(of, func(arn any) bool {
				text, _ := arn.(string)
				return strings.HasSuffix(strings.TrimRight(text, ":"), ":s3") // every bucket
			})
		})
	}
	advanced := func(selector map[string]any) bool {
		return fieldIs(selector, "eventCategory", "Data") && fieldIs(selector, "resources.type", objects) &&
			(!hasField(selector, "readOnly") || fieldIs(selector, "readOnly", readOnly))
	}
	return func(c *subject) {
		c.demand(c.records(func(trail *Resource) answer {
			so := selects(trail, older, func(selector map[string]any) bool {
				return advanced(selector) && onlyOwnBucketOut(trail, selector)
			})
			if trail.unknown("s3BucketName") {
				so = max(so, min(maybe, selects(trail, older, advanced)))
			}
			return so
		}), "no trail records who "+what+" objects", "add s3 to dataEvents of the trail")
	}
}

// onlyOwnBucketOut says whether a selector is of every object, those that the trail itself writes left out or not.
func onlyOwnBucketOut(trail *Resource, selector map[string]any) bool {
	own := ":::" + trail.text("s3BucketName") + "/"
	for _, condition := range fields(selector, "resources.ARN") {
		out, _ := condition["notStartsWiths"].([]any)
		const nameAndList = 2 // any other list would choose among objects
		if len(condition) != nameAndList || slices.ContainsFunc(out, func(arn any) bool {
			text, _ := arn.(string)
			return !strings.HasSuffix(text, own)
		}) {
			return false
		}
	}
	return true
}

// trailBucket demands a companion of the bucket that a trail writes to, where that bucket is seen.
func trailBucket(short string, check func(*subject, *Resource) string) func(*subject) {
	return func(c *subject) {
		for _, of := range bucketTypes {
			for _, bucket := range c.byType[of] {
				switch c.refers(c.Resource, "s3BucketName", bucket) {
				case maybe:
					c.wait("s3BucketName")
					continue
				case no:
					continue
				}
				at := c.apart(bucket)
				accompanied(short, "bucket", "add it", check)(at)
				for _, f := range at.report.Undecided {
					c.wait(f.Path)
				}
				for _, f := range at.report.Findings {
					c.fail("s3BucketName", strings.TrimSpace("the bucket "+bucket.Name+" "+f.Wrong), f.Fix)
				}
			}
		}
	}
}
