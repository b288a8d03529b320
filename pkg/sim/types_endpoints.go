package sim

import "time"

const typeEndpoint = "aws:ec2/vpcEndpoint:VpcEndpoint"

// endpointTypes are VPC endpoints and flow logs. Replacement lists are ForceNew in the Terraform provider.
func endpointTypes() []row {
	return []row{endpointRow(), flowLogRow()}
}

func endpointRow() row {
	return row{
		Token: typeEndpoint, Prefix: "vpce",
		Actions: actions{
			Create: []string{"ec2:CreateVpcEndpoint", "ec2:CreateVpcEndpoint arn:{partition}:ec2:{region}:{account}:vpc/{vpcId}", "ec2:CreateTags"},
			Update: []string{"ec2:ModifyVpcEndpoint", "ec2:CreateTags"},
			Delete: []string{"ec2:DeleteVpcEndpoints"},
			Read:   []string{"ec2:DescribeVpcEndpoints *"},
		},
		Computed: map[string]maker{
			"arn": ec2ARN("vpc-endpoint"), "ownerId": fill("{account}"), "state": fixed("available"),
			"requesterManaged": fixed(false), "prefixListId": endpointPrefixList, "cidrBlocks": endpointBlocks,
			"dnsEntries": endpointNames, "networkInterfaceIds": endpointInterfaces, "policy": endpointDefaultPolicy,
			"routeTableIds": fixed([]any{}), "subnetIds": fixed([]any{}), "securityGroupIds": endpointGroups,
			"privateDnsEnabled": fixed(false), "ipAddressType": fixed("ipv4"), "serviceRegion": fill("{region}"),
			"dnsOptions": endpointDNS, "subnetConfigurations": fixed([]any{}),
		},
		Follows:   map[string]string{"dnsEntries": "subnetIds", "networkInterfaceIds": "subnetIds"},
		Defaults:  map[string]any{"vpcEndpointType": "Gateway"},
		Replace:   []string{"serviceName", "serviceRegion", "vpcEndpointType", "vpcId", "resourceConfigurationArn", "serviceNetworkArn"},
		Sets:      []string{"routeTableIds", "subnetIds", "securityGroupIds", "subnetConfigurations"},
		Documents: []string{"policy"},
		Valid: map[string]validator{
			"vpcEndpointType": oneOf("Interface", "Gateway", "GatewayLoadBalancer", "Resource", "ServiceNetwork"),
			"ipAddressType":   oneOf("ipv4", "dualstack", "ipv6"),
		},
		Check: []rule{endpointSuitsType},
		Create: []rule{
			endpointServiceExists, endpointStaysHome, endpointZones, endpointTablesAreFree, endpointNameIsFree, endpointNeedsDNS,
			endpointPolicyIsWellFormed, endpointsFit,
		},
		Update: []rule{endpointStaysHome, endpointZones, endpointTablesAreFree, endpointNameIsFree, endpointNeedsDNS, endpointPolicyIsWellFormed},
		// A gateway endpoint puts routes into its tables; they go with it and hold nothing.
		Weak:     []string{"routeTableIds"},
		NotFound: &refusal{Code: "InvalidVpcEndpointId.NotFound", Message: "The Vpc Endpoint Id '{target}' does not exist"},
		Latency: latency{
			Create: 7 * time.Second, Update: 7 * time.Second, Delete: 7 * time.Second,
			Source: "a gateway endpoint takes 5 to 10 s, an interface endpoint 60 to 150; the provider waits 10 min",
			Variant: &variant{
				Property: "vpcEndpointType", Value: "Interface",
				Create: 90 * time.Second, Update: 20 * time.Second, Delete: 60 * time.Second,
			},
		},
	}
}

func flowLogRow() row {
	return row{
		Token: "aws:ec2/flowLog:FlowLog", Prefix: "fl",
		Actions: actions{
			Create: []string{"ec2:CreateFlowLogs", "ec2:CreateTags", "iam:PassRole {iamRoleArn}"},
			Update: []string{"ec2:CreateTags"},
			Delete: []string{"ec2:DeleteFlowLogs"},
			Read:   []string{"ec2:DescribeFlowLogs *"},
			Context: func(*request) map[string][]string {
				return map[string][]string{"iam:PassedToService": {"vpc-flow-logs.amazonaws.com"}}
			},
		},
		Computed: map[string]maker{
			"arn": ec2ARN("vpc-flow-log"), "logFormat": fixed(defaultLogFormat), "logDestination": logGroupDestination,
			"logGroupName": fixed(""),
		},
		Defaults: map[string]any{"logDestinationType": "cloud-watch-logs", "maxAggregationInterval": 600},
		Replace: []string{
			"deliverCrossAccountRole", "destinationOptions", "eniId", "iamRoleArn", "logDestination", "logDestinationType",
			"logFormat", "logGroupName", "maxAggregationInterval", "subnetId", "trafficType", "transitGatewayAttachmentId",
			"transitGatewayId", "vpcId",
		},
		Valid: map[string]validator{
			"logDestinationType": oneOf("cloud-watch-logs", "s3", "kinesis-data-firehose"), "maxAggregationInterval": sixtyOrTen,
			"trafficType": oneOf("ACCEPT", "REJECT", "ALL"), "logFormat": longest(8192),
			"destinationOptions.fileFormat": oneOf("plain-text", "parquet"),
		},
		Check:  []rule{flowLogHasOneSource},
		Create: []rule{flowLogSuitsDestination, flowLogDestinationExists, flowLogRoleIsTrusted, flowLogBucketAllows, flowLogIsNew},
		Refs:   map[string]string{"iamRoleArn": kindRole},
		// Nothing is kept from being deleted by a flow log; it goes with its VPC.
		Weak:   []string{"iamRoleArn", "logDestination", "logGroupName", "deliverCrossAccountRole", "subnetId", "eniId"},
		Within: "vpcId",
		NotFound: &refusal{
			Code:    "InvalidFlowLogId.NotFound",
			Message: "These flow log ids in the input list are not found: [TotalCount: 1] {target}"},
		Latency: quick(),
	}
}
