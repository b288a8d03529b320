package sim

import (
	"net/http"
	"strings"
	"testing"
)

func alarmAct(inputs props) props {
	whole := props{
		"comparisonOperator": "GreaterThanOrEqualToThreshold", "evaluationPeriods": 1, "metricName": "BreakGlass", "namespace": "acme",
		"period": 60, "statistic": "Sum", "threshold": 1,
	}
	for key, value := range inputs {
		whole[key] = value
	}
	return whole
}

func TestAlarmRules(t *testing.T) {
	t.Parallel()
	topic := act{token: typeTopic, name: "t", inputs: props{"name": "alarms"}}
	rule := act{token: typeEventRule, name: "r", inputs: props{"name": "r", "eventPattern": `{"source":["aws.sts"]}`}}
	target := act{token: typeEventTarget, name: "x", inputs: props{"rule": "$r", "arn": "$t.arn"}}
	group := act{token: "aws:cloudwatch/logGroup:LogGroup", name: "g", inputs: props{"name": "trail"}}
	refusals(t, map[string]ruleCase{
		"a policy of a missing topic": {
			create: act{token: typeTopicPolicy, name: "p", inputs: props{
				"arn": "arn:aws:sns:eu-west-1:" + managementID + ":alarms", "policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
					`"Principal":{"Service":"events.amazonaws.com"},"Action":"sns:Publish","Resource":"arn:aws:sns:eu-west-1:` + managementID + `:alarms"}]}`,
			}},
			code: "NotFound", message: "Topic does not exist", status: http.StatusNotFound, first: []act{topic},
		},
		"a policy that is none": {
			after: []act{topic}, create: act{token: typeTopicPolicy, name: "p", inputs: props{"arn": "$t.arn", "policy": "{"}}, code: "InvalidParameter",
			message: "Invalid parameter: Policy Error: null", never: true,
		},
		"a rule without a cause": {
			create: act{token: typeEventRule, name: "r", inputs: props{"name": "r"}}, code: "ValidationException",
			message: "Parameter(s) EventPattern or ScheduleExpression must be specified.", passes: props{"scheduleExpression": "rate(1 day)"},
		},
		"a rule with a target": {
			after: []act{topic, rule, target}, destroy: "r", code: "ValidationException", message: "Rule can't be deleted since it has targets.", unless: "x",
		},
		"a target of a missing rule": {
			after: []act{topic}, create: act{token: typeEventTarget, name: "x", inputs: props{"rule": "r", "arn": "$t.arn"}}, code: "ResourceNotFoundException",
			message: "Rule r does not exist on EventBus default.", first: []act{rule},
		},
		"a filter of a missing group": {
			create: act{token: typeMetricFilter, name: "f", inputs: props{
				"logGroupName": "trail", "pattern": "x", "metricTransformation": props{"name": "m", "namespace": "n", "value": "1"},
			}},
			code: "ResourceNotFoundException", message: "The specified log group does not exist.", first: []act{group},
		},
		"a filter with dimensions and a default": {
			after: []act{group}, create: act{token: typeMetricFilter, name: "f", inputs: props{
				"logGroupName": "$g", "pattern": "x", "metricTransformation": props{
					"name": "m", "namespace": "n", "value": "1", "defaultValue": "0", "dimensions": props{"a": "$.b"},
				},
			}},
			code:    "InvalidParameterException",
			message: "Invalid metric transformation: dimensions and default value are mutually exclusive properties.",
			passes:  props{"metricTransformation": props{"name": "m", "namespace": "n", "value": "1", "defaultValue": "0"}},
		},
		"a log policy that is too long": {
			create: act{token: typeLogPolicy, name: "p", inputs: props{"policyName": "p", "policyDocument": strings.Repeat("x", 5121)}},
			code:   "LimitExceededException", message: "Resource policy has 5121 characters, at most 5120 are allowed.",
			passes: props{"policyDocument": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"es.amazonaws.com"},` +
				`"Action":"logs:PutLogEvents","Resource":"arn:aws:logs:eu-west-1:111111111111:log-group:x"}]}`},
		},
	})
}

func TestAlarmFaults(t *testing.T) {
	t.Parallel()
	badInputs(t, map[string]faultCase{
		"missing data": {
			token: typeMetricAlarm, inputs: alarmAct(props{"treatMissingData": "ok"}),
			want:   []Failure{{"treatMissingData", `"ok" must be one of missing, ignore, breaching, notBreaching`}},
			passes: props{"treatMissingData": "notBreaching"},
		},
		"a period": {
			token: typeMetricAlarm, inputs: alarmAct(props{"period": 45}),
			want: []Failure{{"period", "must be 10, 20, 30 or a multiple of 60 seconds, not 45"}}, passes: props{"period": 300},
		},
		"two statistics": {
			token: typeMetricAlarm, inputs: alarmAct(props{"extendedStatistic": "p99"}),
			want: []Failure{{"", "ValidationError: give statistic or extendedStatistic, not both"}}, passes: props{"extendedStatistic": nil},
		},
		"more points than periods": {
			token: typeMetricAlarm, inputs: alarmAct(props{"datapointsToAlarm": 2}),
			want: []Failure{{"", "ValidationError: datapointsToAlarm must not exceed evaluationPeriods"}}, passes: props{"datapointsToAlarm": 1},
		},
		"a pattern": {
			token: typeEventRule, inputs: props{"eventPattern": `{"source":"aws.sts"}`},
			want: []Failure{{"eventPattern", "source must be an object or an array"}}, passes: props{"eventPattern": `{"source":["aws.sts"]}`},
		},
		"an address": {
			token: typeSubscription, inputs: props{"topic": "arn:t", "protocol": "email", "endpoint": "nobody"},
			want:   []Failure{{"", "InvalidParameter: Invalid parameter: Endpoint nobody is not one of protocol email"}},
			passes: props{"endpoint": "team@example.com"},
		},
		"a topic": {
			token: typeTopic, inputs: props{"name": "a b"},
			want:   []Failure{{"name", `"a b" must be 1 to 256 letters, digits and any of _-, with .fifo at the end of a FIFO topic's`}},
			passes: props{"name": "a"},
		},
	})
}
