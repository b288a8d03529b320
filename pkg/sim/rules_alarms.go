package sim

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// logPolicyLimit is a log resource policy's size in characters.
const logPolicyLimit = 5120

var (
	topicPattern      = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$|^[A-Za-z0-9_-]{1,251}\.fifo$`)
	eventNamePattern  = regexp.MustCompile(`^[.\-_A-Za-z0-9]{1,64}$`)
	schedulePattern   = regexp.MustCompile(`^(rate|cron)\(.+\)$`)
	filterNamePattern = regexp.MustCompile(`^[^:*]{1,512}$`)
	subscriberAddress = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
)

var (
	topicDocument = policyUse{
		Code: "InvalidParameter", NotJSON: "Invalid parameter: Policy Error: null", Principals: true,
		NoAction: "Invalid parameter: Policy statement must contain actions", NoResource: "Invalid parameter: Policy statement must contain resources",
	}
	logDocument = policyUse{
		Code: "InvalidParameterException", NotJSON: "Invalid JSON", Principals: true,
		NoAction: "Missing required field Action", NoResource: "Missing required field Resource",
	}
)

// topicDefaultPolicy is what a topic has when none is given: its account may use it.
func topicDefaultPolicy(r *request) resource.PropertyValue {
	arn := r.expand("arn:{partition}:sns:{region}:{account}:{name}")
	return resource.NewProperty(`{"Version":"2008-10-17","Id":"__default_policy_ID","Statement":[{"Sid":"__default_statement_ID",` +
		`"Effect":"Allow","Principal":{"AWS":"*"},"Action":["SNS:Publish","SNS:Subscribe"],"Resource":"` + arn +
		`","Condition":{"StringEquals":{"AWS:SourceOwner":"` + r.Account + `"}}}]}`)
}

func topicPolicyIsWellFormed(r *request) *Error {
	if !r.Has("policy") {
		return nil
	}
	policy, refused := topicDocument.check(r.document("policy"))
	if refused == nil && len(strangers(r, policy)) > 0 {
		return refuse(topicDocument.Code, "Invalid parameter: Policy Error: PrincipalNotFound")
	}
	return refused
}

// immediate are protocols whose subscription nobody has to confirm.
var immediate = []string{"application", "firehose", "lambda", "sms", "sqs"}

func subscriptionID(r *request) resource.PropertyValue {
	return resource.NewProperty(r.Text("topic") + ":" + uuid(r.Account, r.Region, string(r.URN), timesMade(r)))
}

func confirmed(r *request) resource.PropertyValue {
	return resource.NewProperty(!awaitsConfirmation(r))
}

func pending(r *request) resource.PropertyValue { return resource.NewProperty(awaitsConfirmation(r)) }

func awaitsConfirmation(r *request) bool {
	for _, protocol := range immediate {
		if r.Text("protocol") == protocol {
			return false
		}
	}
	return !r.Flag("endpointAutoConfirms")
}

func endpointSuitsProtocol(r *request) *Error {
	endpoint := r.Text("endpoint")
	if endpoint == "" {
		return nil
	}
	fits := true
	switch protocol := r.Text("protocol"); protocol {
	case "email", "email-json":
		fits = subscriberAddress.MatchString(endpoint)
	case "http", "https":
		fits = strings.HasPrefix(endpoint, protocol+"://")
	case "lambda", "sqs", "firehose", "application":
		fits = strings.HasPrefix(endpoint, "arn:")
	}
	if !fits {
		return refuse("InvalidParameter", "Invalid parameter: Endpoint %s is not one of protocol %s", endpoint, r.Text("protocol"))
	}
	return nil
}

// eventPattern is a JSON object whose ends are lists.
func eventPattern(value resource.PropertyValue) string {
	if !value.IsString() {
		return ""
	}
	var pattern map[string]any
	if json.Unmarshal([]byte(value.StringValue()), &pattern) != nil || len(pattern) == 0 {
		return "must be a JSON object that is not empty"
	}
	return patternFault("", pattern)
}

func patternFault(path string, pattern map[string]any) string {
	for key, value := range pattern {
		switch value := value.(type) {
		case []any:
		case map[string]any:
			if fault := patternFault(path+key+".", value); fault != "" {
				return fault
			}
		default:
			return fmt.Sprintf("%s%s must be an object or an array", path, key)
		}
	}
	return ""
}

// eventRuleHasCause wants a pattern or a schedule.
func eventRuleHasCause(r *request) *Error {
	if !r.Has("eventPattern") && !r.Has("scheduleExpression") {
		return refuse("ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified.")
	}
	return nil
}

// eventRuleHasNoTargets: targets go first.
func eventRuleHasNoTargets(r *request) *Error {
	for _, target := range r.All(typeEventTarget) {
		if target.Text("rule") == r.ID {
			return refuse("ValidationException", "Rule can't be deleted since it has targets.")
		}
	}
	return nil
}

func eventTargetName(r *request) resource.PropertyValue {
	if name := r.Text("targetId"); name != "" {
		return resource.NewProperty(name)
	}
	return resource.NewProperty("terraform-" + digest(26, string(r.URN)))
}

func eventTargetID(r *request) resource.PropertyValue {
	return resource.NewProperty(r.Text("rule") + "-" + eventTargetName(r).StringValue())
}

var metricNamespace = textual(func(name string) string {
	switch {
	case name == "" || len(name) > 255 || strings.HasPrefix(name, ":"):
		return fmt.Sprintf("%q must have 1 to 255 characters and not begin with a colon", name)
	}
	return ""
})

// defaultSuitsDimensions: a metric with dimensions has no default value.
func defaultSuitsDimensions(r *request) *Error {
	transformation := r.New["metricTransformation"]
	if !transformation.IsObject() {
		return nil
	}
	given := transformation.ObjectValue()
	if has(given, "dimensions") && has(given, "defaultValue") {
		return refuse("InvalidParameterException", "Invalid metric transformation: dimensions and default value are mutually exclusive properties.")
	}
	return nil
}

func atLeastOne(value resource.PropertyValue) string {
	if value.IsNumber() && value.NumberValue() < 1 {
		return fmt.Sprintf("must be at least 1, not %g", value.NumberValue())
	}
	return ""
}

// alarmPeriod is 10 or 30 seconds or whole minutes.
func alarmPeriod(value resource.PropertyValue) string {
	if !value.IsNumber() {
		return ""
	}
	seconds := int(value.NumberValue())
	if seconds != 10 && seconds != 20 && seconds != 30 && (seconds < 60 || seconds%60 != 0) {
		return fmt.Sprintf("must be 10, 20, 30 or a multiple of 60 seconds, not %d", seconds)
	}
	return ""
}

// alarmIsWhole wants one metric or a list of queries, and one statistic.
func alarmIsWhole(r *request) *Error {
	switch {
	case r.Has("metricName") && r.Has("metricQueries"):
		return refuse("ValidationError", "give metricName or metricQueries, not both")
	case r.Has("statistic") && r.Has("extendedStatistic"):
		return refuse("ValidationError", "give statistic or extendedStatistic, not both")
	case r.Has("datapointsToAlarm") && r.Has("evaluationPeriods") && r.Number("datapointsToAlarm") > r.Number("evaluationPeriods"):
		return refuse("ValidationError", "datapointsToAlarm must not exceed evaluationPeriods")
	}
	return nil
}

func logPolicyIsWellFormed(r *request) *Error {
	document := r.document("policyDocument")
	if len(document) > logPolicyLimit {
		return refuse("LimitExceededException", "Resource policy has %d characters, at most %d are allowed.", len(document), logPolicyLimit)
	}
	_, refused := logDocument.check(document)
	return refused
}
