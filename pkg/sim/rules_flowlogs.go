package sim

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// defaultLogFormat is version 2 of the record.
const defaultLogFormat = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} " +
	"${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}"

const typeFlowLog = "aws:ec2/flowLog:FlowLog"

var flowLogSources = []string{"vpcId", "subnetId", "eniId", "transitGatewayId", "transitGatewayAttachmentId"}

func sixtyOrTen(value resource.PropertyValue) string {
	if value.IsNumber() && value.NumberValue() != 60 && value.NumberValue() != 600 {
		return fmt.Sprintf("must be 60 or 600, not %g", value.NumberValue())
	}
	return ""
}

func flowLogHasOneSource(r *request) *Error {
	if found := givenOf(r, flowLogSources); len(found) > 1 {
		return refuse("InvalidParameterCombination", "give one source, not %s", strings.Join(found, " and "))
	}
	return nil
}

// flowLogSuitsDestination wants what the kind of destination needs and nothing it cannot have.
func flowLogSuitsDestination(r *request) *Error {
	kind := r.Text("logDestinationType")
	fromGateway := r.Has("transitGatewayId") || r.Has("transitGatewayAttachmentId")
	switch {
	case len(givenOf(r, flowLogSources)) == 0:
		return refuse("MissingParameter", "The request must contain the parameter ResourceIds")
	case !r.Has("trafficType") && !fromGateway:
		return refuse("MissingParameter", "The request must contain the parameter TrafficType")
	case kind == "cloud-watch-logs" && !r.Has("iamRoleArn"):
		return refuse("InvalidParameter", "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.")
	case kind == "cloud-watch-logs" && !r.Has("logDestination") && !r.Has("logGroupName"):
		return refuse("InvalidParameter", "LogDestination can't be empty if LogGroupName is not provided.")
	case kind == "s3" && r.Has("iamRoleArn"):
		return refuse("InvalidParameter", "DeliverLogsPermissionArn is not applicable for s3 delivery")
	case kind != "cloud-watch-logs" && !r.Has("logDestination"):
		return refuse("InvalidParameter", "LogDestination can't be empty if LogGroupName is not provided.")
	case fromGateway && r.Number("maxAggregationInterval") != 60:
		return refuse("InvalidParameter", "Invalid maxAggregationInterval: transit gateways aggregate over 60 seconds.")
	}
	return nil
}

// logGroupOf is the name of the log group a flow log writes to.
func logGroupOf(r *request) string {
	if name := r.Text("logGroupName"); name != "" {
		return name
	}
	_, name, _ := strings.Cut(r.Text("logDestination"), ":log-group:")
	return strings.TrimSuffix(name, ":*")
}

// bucketOf is the name of the bucket a flow log writes to.
func bucketOf(r *request) string {
	_, path, _ := strings.Cut(r.Text("logDestination"), ":::")
	name, _, _ := strings.Cut(path, "/")
	return name
}

// flowLogFolder is the folder of that bucket, "" or "/logs".
func flowLogFolder(r *request) string {
	_, path, _ := strings.Cut(r.Text("logDestination"), ":::")
	_, folder, found := strings.Cut(path, "/")
	if !found || folder == "" {
		return ""
	}
	return "/" + strings.TrimSuffix(folder, "/")
}

func flowLogDestinationExists(r *request) *Error {
	switch r.Text("logDestinationType") {
	case "cloud-watch-logs":
		if name := logGroupOf(r); r.Has("logDestination") && r.Find(kindLogGroup, name) == nil {
			return refuse("400", "LogDestination: %s does not exist", name)
		}
	case "s3":
		for _, bucket := range r.Everywhere(kindBucket) {
			if bucket.ID == bucketOf(r) {
				return nil
			}
		}
		return refuse("400", "LogDestination: %s does not exist", bucketOf(r))
	}
	return nil
}

// flowLogRoleIsTrusted wants a role that the flow log service may assume.
func flowLogRoleIsTrusted(r *request) *Error {
	role := r.Find(kindRole, r.Text("iamRoleArn"))
	if role == nil {
		return nil
	}
	context := map[string]string{
		"aws:SourceAccount": r.Account, "aws:SourceArn": r.expand("arn:{partition}:ec2:{region}:{account}:vpc-flow-log/{id}"),
	}
	if !serviceMay(documentOf(role.Properties, "assumeRolePolicy"), "vpc-flow-logs.amazonaws.com", "sts:AssumeRole", role.Text("arn"), context) {
		return refuse("400", "Unable to assume given IAM role")
	}
	return nil
}

// flowLogBucketAllows wants a bucket policy that lets log delivery write. In the caller's own account AWS would add the
// statements itself when there is no policy at all; a policy that is there and says nothing of delivery is refused.
func flowLogBucketAllows(r *request) *Error {
	if r.Text("logDestinationType") != "s3" {
		return nil
	}
	denied := refuse("400", "Access Denied for LogDestination: %s. Please check LogDestination permission", bucketOf(r))
	for _, other := range r.Everywhere(typeBucketPolicy) {
		if other.ID != bucketOf(r) {
			continue
		}
		bucket, policy := r.expand("arn:{partition}:s3:::")+other.ID, documentOf(other.Properties, "policy")
		context := delivered(r.Account, r.expand("arn:{partition}:logs:{region}:{account}:*"))
		object := r.expand("/AWSLogs/{account}/vpcflowlogs/{region}/log.gz")
		if !serviceMay(policy, "delivery.logs.amazonaws.com", "s3:PutObject", bucket+flowLogFolder(r)+object, context) ||
			!serviceMay(policy, "delivery.logs.amazonaws.com", "s3:GetBucketAcl", bucket, context) {
			return denied
		}
		return nil
	}
	for _, bucket := range r.All(kindBucket) {
		if bucket.ID == bucketOf(r) {
			return nil
		}
	}
	return denied
}

// flowLogIsNew refuses a second log of one source to one destination.
func flowLogIsNew(r *request) *Error {
	for _, other := range r.All(typeFlowLog) {
		twin := other.Text("trafficType") == r.Text("trafficType") && other.Text("logDestinationType") == r.Text("logDestinationType") &&
			other.Text("logDestination") == logGroupDestination(r).StringValue()
		for _, source := range flowLogSources {
			twin = twin && other.Text(source) == r.Text(source)
		}
		if twin {
			return refuse("FlowLogAlreadyExists", "Error. There is an existing Flow Log with the same configuration and log destination.")
		}
	}
	return nil
}

// logGroupDestination is the destination's ARN; EC2 makes it of a log group's name.
func logGroupDestination(r *request) resource.PropertyValue {
	if r.Has("logDestination") {
		return resource.NewProperty(r.Text("logDestination"))
	}
	return resource.NewProperty(r.expand("arn:{partition}:logs:{region}:{account}:log-group:{logGroupName}"))
}
