package sim

import (
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const (
	typeBalancer    = "aws:lb/loadBalancer:LoadBalancer"
	typeTargetGroup = "aws:lb/targetGroup:TargetGroup"
	typeListener    = "aws:lb/listener:Listener"
)

// balancingTypes are Elastic Load Balancing's. Their replacement lists are ForceNew in the Terraform provider
// (internal/service/elbv2).
func balancingTypes() []row { return []row{balancerRow(), targetGroupRow(), listenerRow()} }

func balancing(create time.Duration) latency {
	return latency{Create: create, Update: 3 * time.Second, Delete: 10 * time.Second, Source: "a balancer is active after two to three minutes"}
}

func balancerRow() row {
	arn := balancingARN("loadbalancer/")
	return row{
		Token: typeBalancer, ID: arn,
		Actions: actions{
			Create: []string{"elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:AddTags"},
			Update: []string{"elasticloadbalancing:ModifyLoadBalancerAttributes", "elasticloadbalancing:AddTags"},
			Delete: []string{"elasticloadbalancing:DeleteLoadBalancer"},
			Read:   []string{"elasticloadbalancing:DescribeLoadBalancers *"},
		},
		Autoname: autoname{Property: "name", Limit: 32},
		Computed: map[string]maker{
			"arn": arn, "arnSuffix": balancingSuffix("loadbalancer/"), "dnsName": balancerHost, "vpcId": balancerVpc,
			"zoneId": fixed("Z2IFOLAFXWLO4F"), "securityGroups": fixed([]any{}),
		},
		Defaults: map[string]any{"loadBalancerType": "application", "internal": false, "enableDeletionProtection": false},
		Replace:  []string{"name", "namePrefix", "internal", "loadBalancerType"},
		Sets:     []string{"securityGroups", "subnets"},
		Valid:    map[string]validator{"loadBalancerType": oneOf("application", "network", "gateway"), "name": longest(32)},
		Delete:   []rule{balancerIsUnprotected},
		NotFound: &refusal{Code: "LoadBalancerNotFound", Message: "One or more load balancers not found"},
		Unique: []unique{{By: []string{"name"}, refusal: refusal{
			Code: "DuplicateLoadBalancerName", Message: "A load balancer with the same name '{name}' exists, but with different settings"}}},
		Quotas: []quota{{Limit: 50, Per: []string{"loadBalancerType"}, refusal: refusal{
			Code: "TooManyLoadBalancers", Message: "The maximum number of load balancers has been reached"}}},
		Latency: balancing(150 * time.Second),
	}
}

func targetGroupRow() row {
	arn := balancingARN("targetgroup/")
	return row{
		Token: typeTargetGroup, ID: arn,
		Actions: actions{
			Create: []string{"elasticloadbalancing:CreateTargetGroup", "elasticloadbalancing:AddTags"},
			Update: []string{"elasticloadbalancing:ModifyTargetGroup", "elasticloadbalancing:AddTags"},
			Delete: []string{"elasticloadbalancing:DeleteTargetGroup"},
			Read:   []string{"elasticloadbalancing:DescribeTargetGroups *"},
		},
		Autoname: autoname{Property: "name", Limit: 32},
		Computed: map[string]maker{"arn": arn, "arnSuffix": balancingSuffix("targetgroup/"), "loadBalancerArns": fixed([]any{})},
		Defaults: map[string]any{"targetType": "instance"},
		Replace:  []string{"name", "namePrefix", "port", "protocol", "protocolVersion", "targetType", "vpcId"},
		Valid:    map[string]validator{"targetType": oneOf("instance", "ip", "lambda", "alb"), "name": longest(32)},
		NotFound: &refusal{Code: "TargetGroupNotFound", Message: "One or more target groups not found"},
		InUse:    &refusal{Code: "ResourceInUse", Message: "Target group '{id}' is currently in use by a listener or a rule"},
		Unique: []unique{{By: []string{"name"}, refusal: refusal{
			Code: "DuplicateTargetGroupName", Message: "A target group with the same name '{name}' exists, but with different settings"}}},
		Latency: balancing(time.Second),
	}
}

func listenerRow() row {
	arn := balancingARN("listener/")
	return row{
		Token: typeListener, ID: arn,
		Actions: actions{
			Create: []string{"elasticloadbalancing:CreateListener {loadBalancerArn}", "elasticloadbalancing:AddTags"},
			Update: []string{"elasticloadbalancing:ModifyListener", "elasticloadbalancing:AddTags"},
			Delete: []string{"elasticloadbalancing:DeleteListener"},
			Read:   []string{"elasticloadbalancing:DescribeListeners *"},
		},
		Computed: map[string]maker{"arn": arn},
		Replace:  []string{"loadBalancerArn"},
		Refs:     map[string]string{"loadBalancerArn": typeBalancer, "defaultActions.targetGroupArn": typeTargetGroup},
		Within:   "loadBalancerArn",
		NotFound: &refusal{Code: "ListenerNotFound", Message: "One or more listeners not found"},
		Unique: []unique{{By: []string{"loadBalancerArn", "port"}, refusal: refusal{
			Code: "DuplicateListener", Message: "A listener already exists on this port for this load balancer '{loadBalancerArn}'"}}},
		Latency: balancing(time.Second),
	}
}

// balancingSuffix is what an ARN of Elastic Load Balancing ends in: net/<name>/<hash> of a network load balancer.
func balancingSuffix(kind string) maker {
	return func(r *request) resource.PropertyValue {
		name, within := r.Text("name"), "app/"
		hash := digest(16, r.Account, r.Region, kind, name, r.Text("loadBalancerArn"), r.field("port"))
		switch kind {
		case "loadbalancer/":
			if short := map[string]string{"network": "net/", "gateway": "gwy/"}[r.Text("loadBalancerType")]; short != "" {
				within = short
			}
		case "listener/":
			_, within, _ = strings.Cut(r.Text("loadBalancerArn"), ":loadbalancer/")
			port := digest(16, r.Text("loadBalancerArn"), describe(r.New["port"]))
			return resource.NewProperty(kind + within + "/" + port)
		default:
			return resource.NewProperty(kind + name + "/" + hash)
		}
		return resource.NewProperty(strings.TrimPrefix(kind, "loadbalancer/") + within + name + "/" + hash)
	}
}

func balancingARN(kind string) maker {
	return func(r *request) resource.PropertyValue {
		suffix := balancingSuffix(kind)(r).StringValue()
		if kind == "loadbalancer/" {
			suffix = kind + suffix
		}
		return resource.NewProperty(r.expand("arn:{partition}:elasticloadbalancing:{region}:{account}:") + suffix)
	}
}

func balancerHost(r *request) resource.PropertyValue {
	name := r.Text("name") + "-" + digest(16, r.Account, r.Region, r.Text("name"))
	service := ".elb." + r.Region
	if r.Text("loadBalancerType") == "application" {
		service = "." + r.Region + ".elb"
	}
	return resource.NewProperty(name + service + ".amazonaws.com")
}

func balancerVpc(r *request) resource.PropertyValue {
	for _, id := range append(r.Texts("subnets"), r.Texts("subnetMappings.subnetId")...) {
		if subnet := r.Find(typeSubnet, id); subnet != nil {
			return resource.NewProperty(subnet.Text("vpcId"))
		}
	}
	return resource.NewProperty("")
}

func balancerIsUnprotected(r *request) *Error {
	if flag(r.Old, "enableDeletionProtection") {
		return refuse("OperationNotPermitted", "Load balancer '%s' cannot be deleted because deletion protection is enabled", r.ID)
	}
	return nil
}
