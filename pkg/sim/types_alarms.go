package sim

import "time"

const (
	kindTopic        = "topic"
	kindEventRule    = "event rule"
	typeTopic        = "aws:sns/topic:Topic"
	typeTopicPolicy  = "aws:sns/topicPolicy:TopicPolicy"
	typeSubscription = "aws:sns/topicSubscription:TopicSubscription"
	typeEventRule    = "aws:cloudwatch/eventRule:EventRule"
	typeEventTarget  = "aws:cloudwatch/eventTarget:EventTarget"
	typeMetricFilter = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
	typeMetricAlarm  = "aws:cloudwatch/metricAlarm:MetricAlarm"
	typeLogPolicy    = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"
)

const alarmTimes = "SNS, EventBridge and CloudWatch calls answer within a second"

// alarmTypes are what tells people: SNS's, EventBridge's and CloudWatch's. Their replacement lists are ForceNew in the
// Terraform provider (internal/service/sns, events, logs, cloudwatch).
func alarmTypes() []row {
	return []row{
		topicRow(), topicPolicyRow(), subscriptionRow(), eventRuleRow(), eventTargetRow(),
		metricFilterRow(), metricAlarmRow(), logPolicyRow(),
	}
}

func telling() latency {
	return latency{Create: time.Second, Update: time.Second, Delete: time.Second, Source: alarmTimes}
}

func topicRow() row {
	arn := fill("arn:{partition}:sns:{region}:{account}:{name}")
	return row{
		Token: typeTopic, Kind: kindTopic, ID: arn,
		Actions: actions{
			Create: []string{"sns:CreateTopic", "sns:SetTopicAttributes", "sns:TagResource"},
			Update: []string{"sns:SetTopicAttributes", "sns:TagResource"},
			Delete: []string{"sns:DeleteTopic"},
			Read:   []string{"sns:GetTopicAttributes"},
		},
		Autoname: autoname{Property: "name", Limit: 256},
		Computed: map[string]maker{
			"arn": arn, "owner": fill("{account}"), "beginningArchiveTime": fixed(""), "signatureVersion": fixed(0),
			"tracingConfig": fixed(""), "policy": topicDefaultPolicy,
		},
		Defaults:  map[string]any{"contentBasedDeduplication": false, "fifoTopic": false},
		Replace:   []string{"name", "namePrefix", "fifoTopic"},
		Documents: []string{"policy", "deliveryPolicy"},
		Valid: map[string]validator{
			"name":             matching(topicPattern, "1 to 256 letters, digits and any of _-, with .fifo at the end of a FIFO topic's"),
			"displayName":      longest(100),
			"signatureVersion": between(1, 2),
		},
		Create: []rule{topicPolicyIsWellFormed}, Update: []rule{topicPolicyIsWellFormed},
		NotFound: &refusal{Code: "NotFound", Message: "Topic does not exist", Status: 404},
		Latency:  telling(),
	}
}

func topicPolicyRow() row {
	return row{
		Token: typeTopicPolicy, Attached: true, ID: fill("{arn}"),
		Actions: actions{
			Create:   []string{"sns:SetTopicAttributes"},
			Update:   []string{"sns:SetTopicAttributes"},
			Delete:   []string{"sns:SetTopicAttributes"},
			Read:     []string{"sns:GetTopicAttributes"},
			Resource: "{id}",
		},
		Computed:  map[string]maker{"owner": fill("{account}")},
		Replace:   []string{"arn"},
		Documents: []string{"policy"},
		Create:    []rule{topicPolicyIsWellFormed}, Update: []rule{topicPolicyIsWellFormed},
		Refs: map[string]string{"arn": kindTopic}, Within: "arn",
		Latency: telling(),
	}
}

func subscriptionRow() row {
	return row{
		Token: typeSubscription, ID: subscriptionID,
		Actions: actions{
			Create:   []string{"sns:Subscribe"},
			Update:   []string{"sns:SetSubscriptionAttributes"},
			Delete:   []string{"sns:Unsubscribe"},
			Read:     []string{"sns:GetSubscriptionAttributes"},
			Resource: "{topic}",
		},
		Computed: map[string]maker{
			"arn": fill("{id}"), "ownerId": fill("{account}"), "confirmationWasAuthenticated": confirmed, "pendingConfirmation": pending,
			"filterPolicyScope": fixed(""),
		},
		Defaults: map[string]any{"confirmationTimeoutInMinutes": 1, "endpointAutoConfirms": false, "rawMessageDelivery": false},
		Replace:  []string{"endpoint", "protocol", "topic"},
		Valid: map[string]validator{
			"protocol": oneOf("application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"),
		},
		Check: []rule{endpointSuitsProtocol},
		Refs:  map[string]string{"topic": kindTopic}, Within: "topic",
		Latency: telling(),
	}
}

func eventRuleRow() row {
	return row{
		Token: typeEventRule, Kind: kindEventRule, ID: fill("{name}"),
		Actions: actions{
			Create: []string{"events:PutRule", "events:TagResource"},
			Update: []string{"events:PutRule", "events:TagResource"},
			Delete: []string{"events:DeleteRule"},
			Read:   []string{"events:DescribeRule"},
		},
		Autoname: autoname{Property: "name", Limit: 64},
		Computed: map[string]maker{
			"arn": fill("arn:{partition}:events:{region}:{account}:rule/{name}"),
		},
		Defaults:  map[string]any{"eventBusName": "default", "forceDestroy": false},
		Replace:   []string{"name", "namePrefix", "eventBusName"},
		Documents: []string{"eventPattern"},
		Valid: map[string]validator{
			"name":               matching(eventNamePattern, "1 to 64 letters, digits and any of ._-"),
			"state":              oneOf("ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),
			"description":        longest(512),
			"eventPattern":       eventPattern,
			"scheduleExpression": matching(schedulePattern, "rate(...) or cron(...)"),
		},
		Create:   []rule{eventRuleHasCause},
		Update:   []rule{eventRuleHasCause},
		Delete:   []rule{eventRuleHasNoTargets},
		NotFound: &refusal{Code: "ResourceNotFoundException", Message: "Rule {target} does not exist on EventBus default."},
		Quotas: []quota{{Limit: 300, refusal: refusal{
			Code: "LimitExceededException", Message: "The requested resource exceeds the maximum number allowed."}}},
		Latency: telling(),
	}
}

func eventTargetRow() row {
	return row{
		Token: typeEventTarget, ID: eventTargetID,
		Actions: actions{
			Create:   []string{"events:PutTargets"},
			Update:   []string{"events:PutTargets"},
			Delete:   []string{"events:RemoveTargets"},
			Read:     []string{"events:ListTargetsByRule"},
			Resource: "arn:{partition}:events:{region}:{account}:rule/{rule}",
		},
		Computed: map[string]maker{"targetId": eventTargetName},
		Defaults: map[string]any{"eventBusName": "default", "forceDestroy": false},
		Replace:  []string{"rule", "eventBusName", "targetId"},
		Valid:    map[string]validator{"targetId": matching(eventNamePattern, "1 to 64 letters, digits and any of ._-")},
		Refs:     map[string]string{"rule": kindEventRule}, Weak: []string{"arn"},
		Quotas: []quota{{Limit: 5, Per: []string{"rule"}, refusal: refusal{
			Code: "LimitExceededException", Message: "The requested resource exceeds the maximum number allowed."}}},
		Latency: telling(),
	}
}

func metricFilterRow() row {
	return row{
		Token: typeMetricFilter, ID: fill("{name}"),
		Actions: actions{
			Create:   []string{"logs:PutMetricFilter"},
			Update:   []string{"logs:PutMetricFilter"},
			Delete:   []string{"logs:DeleteMetricFilter"},
			Read:     []string{"logs:DescribeMetricFilters"},
			Resource: "arn:{partition}:logs:{region}:{account}:log-group:{logGroupName}",
		},
		Autoname: autoname{Property: "name", Limit: 512},
		Replace:  []string{"name", "logGroupName"},
		Valid: map[string]validator{
			"name": matching(filterNamePattern, "1 to 512 characters without : and *"), "pattern": longest(1024),
			"metricTransformation.name": longest(255), "metricTransformation.namespace": metricNamespace,
		},
		Create: []rule{defaultSuitsDimensions}, Update: []rule{defaultSuitsDimensions},
		Refs: map[string]string{"logGroupName": kindLogGroup}, Within: "logGroupName",
		Quotas: []quota{{Limit: 100, Per: []string{"logGroupName"}, refusal: refusal{
			Code: "LimitExceededException", Message: "Resource limit exceeded."}}},
		Latency: telling(),
	}
}

func metricAlarmRow() row {
	return row{
		Token: typeMetricAlarm, ID: fill("{name}"),
		Actions: actions{
			Create: []string{"cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"},
			Update: []string{"cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"},
			Delete: []string{"cloudwatch:DeleteAlarms"},
			Read:   []string{"cloudwatch:DescribeAlarms"},
		},
		Autoname: autoname{Property: "name", Limit: 255},
		Computed: map[string]maker{
			"arn":                               fill("arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}"),
			"evaluateLowSampleCountPercentiles": fixed(""),
		},
		Defaults: map[string]any{"actionsEnabled": true, "treatMissingData": "missing"},
		Replace:  []string{"name"},
		Sets:     []string{"alarmActions", "okActions", "insufficientDataActions"},
		Valid: map[string]validator{
			"name": longest(255), "alarmDescription": longest(1024), "namespace": metricNamespace, "metricName": longest(255),
			"comparisonOperator": oneOf("GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold",
				"LessThanOrEqualToThreshold", "LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold",
				"GreaterThanUpperThreshold"),
			"statistic":         oneOf("SampleCount", "Average", "Sum", "Minimum", "Maximum"),
			"treatMissingData":  oneOf("missing", "ignore", "breaching", "notBreaching"),
			"evaluationPeriods": atLeastOne, "datapointsToAlarm": atLeastOne, "period": alarmPeriod,
		},
		Check: []rule{alarmIsWhole},
		Weak:  []string{"alarmActions", "okActions", "insufficientDataActions"},
		Quotas: []quota{{Limit: 5000, refusal: refusal{
			Code: "LimitExceeded", Message: "The maximum limit of alarms has been reached."}}},
		Latency: telling(),
	}
}

func logPolicyRow() row {
	return row{
		Token: typeLogPolicy, ID: fill("{policyName}"),
		Actions: actions{
			Create:   []string{"logs:PutResourcePolicy"},
			Update:   []string{"logs:PutResourcePolicy"},
			Delete:   []string{"logs:DeleteResourcePolicy"},
			Read:     []string{"logs:DescribeResourcePolicies"},
			Resource: "*",
		},
		Replace:   []string{"policyName"},
		Documents: []string{"policyDocument"},
		Create:    []rule{logPolicyIsWellFormed}, Update: []rule{logPolicyIsWellFormed},
		Quotas: []quota{{Limit: 10, refusal: refusal{
			Code: "LimitExceededException", Message: "Resource limit exceeded."}}},
		Latency: telling(),
	}
}
