package sim

import "testing"

const flowLogTrust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"vpc-flow-logs.amazonaws.com"},` +
	`"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":"111111111111"}}}]}`

func roleAct(name, trust string) act {
	return act{token: roleToken, name: name, inputs: props{"name": name, "assumeRolePolicy": trust}}
}

// deliveryPolicy lets log delivery write to a bucket, if it comes from an account.
func deliveryPolicy(bucket, account string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"delivery.logs.amazonaws.com"},` +
		`"Action":["s3:PutObject"],"Resource":"arn:aws:s3:::` + bucket + `/*","Condition":{"StringEquals":{"aws:SourceAccount":"` + account +
		`"}}},{"Effect":"Allow","Principal":{"Service":"delivery.logs.amazonaws.com"},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::` +
		bucket + `"}]}`
}

// logged is a VPC, a log group and a role that flow logs may assume.
func logged(more ...act) []act {
	return append([]act{
		vpcAct("v", "10.0.0.0/16"), roleAct("r", flowLogTrust),
		{token: "aws:cloudwatch/logGroup:LogGroup", name: "l", inputs: props{"name": "/vpc/main"}},
	}, more...)
}

func bucketAct(name, bucket string) act {
	return act{token: bucketV2Token, name: name, inputs: props{"bucket": bucket}}
}

func flowLogAct(name string, more props) act {
	inputs := props{"vpcId": "$v", "trafficType": "ALL", "iamRoleArn": "$r.arn", "logDestination": "$l.arn"}
	for key, value := range more {
		inputs[key] = value
	}
	return act{token: typeFlowLog, name: name, inputs: inputs}
}

func TestFlowLogRules(t *testing.T) {
	t.Parallel()
	toBucket := props{"logDestinationType": "s3", "iamRoleArn": nil, "logDestination": "arn:aws:s3:::acme-flow/vpc"}
	policy := func(document string) act {
		return act{token: typeBucketPolicy, name: "p", inputs: props{"bucket": "acme-flow", "policy": document}}
	}
	foreign := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	refusals(t, map[string]ruleCase{
		"no source": {
			after: logged(), create: flowLogAct("f", props{"vpcId": nil}),
			code: "MissingParameter", message: "The request must contain the parameter ResourceIds", passes: props{"vpcId": "$v"},
		},
		"no traffic type": {
			after: logged(), create: flowLogAct("f", props{"trafficType": nil}),
			code: "MissingParameter", message: "The request must contain the parameter TrafficType",
			passes: props{"trafficType": "REJECT"},
		},
		"a log group without a role": {
			after: logged(), create: flowLogAct("f", props{"iamRoleArn": nil}), code: "InvalidParameter",
			message: "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.",
			passes:  props{"iamRoleArn": "$r.arn"},
		},
		"nowhere to go": {
			after: logged(), create: flowLogAct("f", props{"logDestination": nil}), code: "InvalidParameter",
			message: "LogDestination can't be empty if LogGroupName is not provided.", passes: props{"logGroupName": "/vpc/main"},
		},
		"a bucket with a role": {
			after:  logged(bucketAct("b", "acme-flow")),
			create: flowLogAct("f", props{"logDestinationType": "s3", "logDestination": "arn:aws:s3:::acme-flow"}),
			code:   "InvalidParameter", message: "DeliverLogsPermissionArn is not applicable for s3 delivery",
			passes: props{"iamRoleArn": nil},
		},
		"a bucket without a name": {
			after:  logged(bucketAct("b", "acme-flow")),
			create: flowLogAct("f", props{"logDestinationType": "s3", "logDestination": nil, "iamRoleArn": nil}),
			code:   "InvalidParameter", message: "LogDestination can't be empty if LogGroupName is not provided.",
			passes: props{"logDestination": "arn:aws:s3:::acme-flow"},
		},
		"a missing log group": {
			after: logged(), create: flowLogAct("f", props{
				"logDestination": "arn:aws:logs:eu-west-1:111111111111:log-group:/vpc/other",
			}),
			code: "400", message: "LogDestination: /vpc/other does not exist", passes: props{"logDestination": "$l.arn"},
		},
		"a missing bucket": {
			after: logged(), create: flowLogAct("f", toBucket),
			code: "400", message: "LogDestination: acme-flow does not exist", first: []act{bucketAct("b", "acme-flow")},
		},
		"a missing role": {
			after: logged(), create: flowLogAct("f", props{"iamRoleArn": "arn:aws:iam::111111111111:role/other"}),
			code: "NoSuchEntity", message: "The role with name arn:aws:iam::111111111111:role/other cannot be found.", status: 404,
			passes: props{"iamRoleArn": "$r.arn"},
		},
		"a role flow logs may not assume": {
			after: logged(roleAct("o", foreign)), create: flowLogAct("f", props{"iamRoleArn": "$o.arn"}),
			code: "400", message: "Unable to assume given IAM role", passes: props{"iamRoleArn": "$r.arn"},
		},
		"a bucket policy that forgets delivery": {
			after:  logged(bucketAct("b", "acme-flow"), policy(deliveryPolicy("acme-flow", "999999999999"))),
			create: flowLogAct("f", toBucket), code: "400",
			message: "Access Denied for LogDestination: acme-flow. Please check LogDestination permission", unless: "p",
		},
		"another account's bucket without a policy": {
			after:  append(logged(), act{token: bucketV2Token, name: "b", inputs: props{"bucket": "acme-flow"}, account: memberID}),
			create: flowLogAct("f", toBucket), code: "400",
			message: "Access Denied for LogDestination: acme-flow. Please check LogDestination permission",
			first: []act{{
				token: typeBucketPolicy, name: "p", account: memberID,
				inputs: props{"bucket": "acme-flow", "policy": deliveryPolicy("acme-flow", managementID)},
			}},
		},
		"twice": {
			after: logged(flowLogAct("f", nil)), create: flowLogAct("g", nil), code: "FlowLogAlreadyExists",
			message: "Error. There is an existing Flow Log with the same configuration and log destination.",
			passes:  props{"trafficType": "REJECT"},
		},
		"twice, the group named in two ways": {
			after:  logged(flowLogAct("f", nil)),
			create: flowLogAct("g", props{"logDestination": nil, "logGroupName": "/vpc/main"}), code: "FlowLogAlreadyExists",
			message: "Error. There is an existing Flow Log with the same configuration and log destination.", unless: "f",
		},
		"a transit gateway over ten minutes": {
			after: logged(), create: flowLogAct("f", props{"vpcId": nil, "trafficType": nil, "transitGatewayId": "tgw"}),
			code: "InvalidParameter", message: "Invalid maxAggregationInterval: transit gateways aggregate over 60 seconds.",
			passes: props{"maxAggregationInterval": 60},
		},
	})
	badInputs(t, map[string]faultCase{
		"two sources": {
			token: typeFlowLog, inputs: props{"vpcId": "v", "subnetId": "s", "trafficType": "ALL"},
			want: []Failure{{"", "InvalidParameterCombination: give one source, not vpcId and subnetId"}}, passes: props{"vpcId": nil},
		},
		"interval": {
			token: typeFlowLog, inputs: props{"vpcId": "v", "maxAggregationInterval": 300},
			want: []Failure{{"maxAggregationInterval", "must be 60 or 600, not 300"}}, passes: props{"maxAggregationInterval": 60},
		},
		"file format": {
			token: typeFlowLog, inputs: props{"vpcId": "v", "destinationOptions": props{"fileFormat": "orc"}},
			want:   []Failure{{"destinationOptions.fileFormat", `"orc" must be one of plain-text, parquet`}},
			passes: props{"destinationOptions": map[string]any{"fileFormat": "parquet"}},
		},
	})
	computes(t, map[string]outputCase{
		"flow log": {after: logged(), create: flowLogAct("f", props{"logDestination": nil, "logGroupName": "/vpc/main"}), want: props{
			"logDestination": "$l.arn", "maxAggregationInterval": 600, "logDestinationType": "cloud-watch-logs",
			"arn": "arn:aws:ec2:eu-west-1:111111111111:vpc-flow-log/$f$", "logFormat": defaultLogFormat,
		}},
	})
}

func TestFlowLogsHoldNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: logged(flowLogAct("f", nil))}, "")
	for _, name := range []string{"l", "r", "v"} {
		if refused := s.destroy(s.made[name]); refused != nil {
			t.Error(name, refused)
		}
	}
}
