package guard

import (
	"fmt"
	"strings"
)

// keyControls are about KMS keys and secrets.
func keyControls() []Control {
	return []Control{
		{
			ID: "KMS.3", Title: "A key that is deleted by mistake can be saved for thirty days", Standards: []string{fsbp},
			Types: tokens("kms/Key", "kms/ReplicaKey"),
			resource: inProduction(expect(expectation{
				path: "deletionWindowInDays", ok: atLeast(30), absent: true, fix: "use 30, which is AWS's longest",
			})),
			Exceptions: []string{notProduction},
		},
		{
			ID: "KMS.4", Title: "Keys rotate", Standards: []string{nist, cis3("3.6"), cis5("3.6")}, Types: tokens("kms/Key"),
			resource: func(c *subject) {
				pair := no
				switch spec := c.one("customerMasterKeySpec"); {
				case isUnknown(spec):
					pair = maybe
				case filled(spec) && spec != "SYMMETRIC_DEFAULT":
					pair = yes
				}
				c.unless(pair, expect(expectation{path: "enableKeyRotation", ok: is(true), fix: "set it to true"}))
			},
			Exceptions: []string{"Asymmetric and HMAC keys, which AWS cannot rotate."},
		},
		{
			ID: "KMS.5", Title: "Keys are not open to everybody", Standards: []string{fsbp}, Types: tokens("kms/Key", "kms/KeyPolicy"),
			resource: eachStatement(func(c *subject, path string, s statement) {
				if s.public() {
					c.fail(path, "lets anybody in the world use the key", "name who may, or add a condition on kms:CallerAccount or the organization")
				}
			}, opens),
		},
		{
			ID: "SecretsManager.1", Title: "Secrets rotate", Standards: []string{fsbp}, Types: tokens("secretsmanager/Secret"),
			resource: accompanied("secretsmanager/SecretRotation", "secretId", "add a SecretRotation", nil),
		},
		{
			ID: "SecretsManager.4", Title: "Secrets rotate at least every ninety days", Standards: []string{fsbp},
			Types: tokens("secretsmanager/SecretRotation"), resource: rotatesOften,
			Exceptions: []string{"Schedules given by cron: how far apart its days are is not worked out."},
		},
	}
}

func rotatesOften(c *subject) {
	const most, fix = 90, "use 90 or less"
	schedule := expectation{path: "rotationRules.scheduleExpression", fix: fix, ok: func(v any) bool {
		var days float64
		text, _ := v.(string)
		_, err := fmt.Sscanf(text, "rate(%g days)", &days)
		return err != nil || days <= most
	}}
	if c.one(schedule.path) != nil { // automaticallyAfterDays is then absent
		expect(schedule)(c)
		return
	}
	expect(expectation{
		path: "rotationRules.automaticallyAfterDays", fix: fix,
		ok: func(v any) bool { days, _ := v.(float64); return days > 0 && days <= most },
	})(c)
}

// messageControls are about topics and queues.
func messageControls() []Control {
	closedToWorld := eachStatement(func(c *subject, path string, s statement) {
		if s.public() {
			c.fail(path, "lets anybody in the world in", "name who may, or add a condition on the organization or account")
		}
	}, opens)
	return []Control{
		{
			ID: "SNS.1", Title: "Topics are encrypted with a key of ours", Standards: []string{nist}, Types: tokens("sns/Topic"),
			resource: expect(expectation{
				path: "kmsMasterKeyId", fix: "give the ARN of a key; with AWS's own key neither alarms nor events can publish",
				ok: func(v any) bool { text, _ := v.(string); return text != "" && !strings.Contains(text, "alias/aws/") },
			}),
		},
		{
			ID: "SNS.4", Title: "Topics are not open to everybody", Standards: []string{fsbp}, Types: tokens("sns/Topic", "sns/TopicPolicy"),
			resource: closedToWorld,
		},
		{
			ID: "SQS.1", Title: "Queues are encrypted", Standards: []string{fsbp}, Types: tokens("sqs/Queue"),
			resource: func(c *subject) {
				if !filled(c.one("kmsMasterKeyId")) {
					expect(expectation{path: "sqsManagedSseEnabled", ok: is(true), fix: "set it to true, or give a key"})(c)
				}
			},
		},
		{
			ID: "SQS.3", Title: "Queues are not open to everybody", Standards: []string{fsbp}, Types: tokens("sqs/Queue", "sqs/QueuePolicy"),
			resource: closedToWorld,
		},
	}
}
