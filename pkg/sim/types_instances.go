package sim

import (
	"net/http"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const (
	typeInstance  = "aws:ec2/instance:Instance"
	typeInterface = "aws:ec2/networkInterface:NetworkInterface"
	typeProfile   = "aws:iam/instanceProfile:InstanceProfile"
)

// instanceTypes are machines and what they are plugged in with. Their replacement lists are ForceNew in the Terraform
// provider (internal/service/ec2, iam).
func instanceTypes() []row { return []row{instanceRow(), interfaceRow(), profileRow()} }

func instanceRow() row {
	return row{
		Token: typeInstance, Prefix: "i",
		Actions: actions{
			Create: []string{"ec2:RunInstances", "ec2:CreateTags"},
			Update: []string{"ec2:ModifyInstanceAttribute", "ec2:CreateTags"},
			Delete: []string{"ec2:TerminateInstances"},
			Read:   []string{"ec2:DescribeInstances *"},
		},
		Computed: map[string]maker{
			"arn": ec2ARN("instance"), "instanceState": fixed("running"), "privateIp": addressInSubnet,
			"privateDns": fill("ip-{id}.{region}.compute.internal"), "primaryNetworkInterfaceId": madeID("eni", "primary"),
			"availabilityZone": zoneOfSubnet, "instanceLifecycle": fixed(""),
		},
		Absent: []string{"outpostArn", "passwordData", "publicDns", "publicIp", "spotInstanceRequestId"},
		Replace: []string{
			"ami", "availabilityZone", "hibernation", "instanceMarketOptions", "keyName", "placementGroup", "privateIp", "subnetId",
		},
		NotFound: &refusal{Code: "InvalidInstanceID.NotFound", Message: "The instance ID '{target}' does not exist"},
		Refs:     map[string]string{"iamInstanceProfile": typeProfile},
		Weak:     []string{"iamInstanceProfile", "ami"},
		Latency:  latency{Create: 30 * time.Second, Update: time.Second, Delete: 40 * time.Second, Source: "an instance boots and shuts down"},
	}
}

func interfaceRow() row {
	return row{
		Token: typeInterface, Prefix: "eni",
		Actions: actions{
			Create: []string{"ec2:CreateNetworkInterface", "ec2:CreateTags"},
			Update: []string{"ec2:ModifyNetworkInterfaceAttribute", "ec2:CreateTags"},
			Delete: []string{"ec2:DeleteNetworkInterface"},
			Read:   []string{"ec2:DescribeNetworkInterfaces *"},
		},
		Computed: map[string]maker{
			"arn": ec2ARN("network-interface"), "ownerId": fill("{account}"), "privateIp": addressInSubnet, "macAddress": fixed("02:00:00:00:00:01"),
			"privateDnsName": fill("ip-{id}.{region}.compute.internal"),
		},
		Absent:   []string{"outpostArn"},
		Defaults: map[string]any{"sourceDestCheck": true},
		Replace:  []string{"subnetId", "interfaceType", "privateIps"},
		Sets:     []string{"securityGroups"},
		Create:   []rule{interfaceGroups}, Update: []rule{interfaceGroups},
		NotFound: &refusal{Code: "InvalidNetworkInterfaceID.NotFound", Message: "The networkInterface ID '{target}' does not exist"},
		InUse:    &refusal{Code: "InvalidParameterValue", Message: "Network interface '{id}' is currently in use."},
		Latency:  quick(),
	}
}

func profileRow() row {
	return row{
		Token: typeProfile, Scope: account, ID: fill("{name}"),
		Actions: actions{
			Create: []string{"iam:CreateInstanceProfile", "iam:TagInstanceProfile", "iam:AddRoleToInstanceProfile"},
			Update: []string{"iam:AddRoleToInstanceProfile", "iam:RemoveRoleFromInstanceProfile", "iam:TagInstanceProfile"},
			Delete: []string{"iam:RemoveRoleFromInstanceProfile", "iam:DeleteInstanceProfile"},
			Read:   []string{"iam:GetInstanceProfile"},
		},
		Autoname: autoname{Property: "name", Limit: 128},
		Computed: map[string]maker{"arn": pathARN("instance-profile"), "createDate": fixed(creationDate), "uniqueId": uniqueID("AIPA")},
		Defaults: map[string]any{"path": "/"},
		Replace:  []string{"name", "namePrefix", "path"},
		Refs:     map[string]string{"role": kindRole},
		NotFound: &refusal{
			Code: "NoSuchEntity", Message: "Instance Profile {target} cannot be found.", Status: http.StatusNotFound,
		},
		Unique: []unique{{By: []string{"name"}, refusal: refusal{
			Code: "EntityAlreadyExists", Message: "Instance Profile {name} already exists.", Status: http.StatusConflict,
		}}},
		Latency: latency{Create: 2 * time.Second, Update: time.Second, Delete: time.Second, Source: iamTimes},
	}
}

// zoneOfSubnet is the availability zone of the subnet a thing is in.
func zoneOfSubnet(r *request) resource.PropertyValue {
	if subnet := r.Find(typeSubnet, r.Text("subnetId")); subnet != nil {
		return resource.NewProperty(subnet.Text("availabilityZone"))
	}
	return resource.NewProperty("")
}
