package sim

import "time"

const (
	typeResolverEndpoint    = "aws:route53/resolverEndpoint:ResolverEndpoint"
	typeResolverRule        = "aws:route53/resolverRule:ResolverRule"
	typeResolverRuleJoin    = "aws:route53/resolverRuleAssociation:ResolverRuleAssociation"
	typeResolverLog         = "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig"
	typeResolverLogJoin     = "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation"
	resolverNotFound        = "ResourceNotFoundException"
	resolverInUse           = "ResourceInUseException"
	resolverLimit           = "LimitExceededException"
	resolverTimes           = "Resolver's calls answer at once; the provider waits until what they ask for is COMPLETE or ACTIVE"
	resolverAssociationTime = 45 * time.Second
)

// resolverTypes are Route 53 Resolver's. Their replacement lists are ForceNew in the Terraform provider
// (internal/service/route53resolver).
func resolverTypes() []row {
	return []row{resolverEndpointRow(), resolverRuleRow(), resolverRuleJoinRow(), resolverLogRow(), resolverLogJoinRow()}
}

func resolverEndpointRow() row {
	return row{
		Token: typeResolverEndpoint, ID: resolverEndpointID,
		Actions: actions{
			Create: []string{"route53resolver:CreateResolverEndpoint", "route53resolver:TagResource"},
			Update: []string{
				"route53resolver:UpdateResolverEndpoint", "route53resolver:AssociateResolverEndpointIpAddress",
				"route53resolver:DisassociateResolverEndpointIpAddress", "route53resolver:TagResource",
			},
			Delete: []string{"route53resolver:DeleteResolverEndpoint"},
			Read:   []string{"route53resolver:GetResolverEndpoint", "route53resolver:ListResolverEndpointIpAddresses"},
		},
		Computed: map[string]maker{
			"arn":       fill("arn:{partition}:route53resolver:{region}:{account}:resolver-endpoint/{id}"),
			"hostVpcId": resolverVpc, "name": fixed(""),
		},
		Defaults: map[string]any{"protocols": []any{"Do53"}, "resolverEndpointType": "IPV4"},
		Replace:  []string{"direction", "securityGroupIds"},
		Sets:     []string{"ipAddresses", "protocols", "securityGroupIds"},
		Valid: map[string]validator{
			"direction": oneOf("INBOUND", "OUTBOUND"), "protocols": oneOf("Do53", "DoH", "DoH-FIPS"), "name": longest(64),
			"resolverEndpointType": oneOf("IPV4", "IPV6", "DUALSTACK"),
		},
		Check:    []rule{resolverHasAddresses},
		Create:   []rule{resolverStandsWell},
		Update:   []rule{resolverStandsWell},
		NotFound: &refusal{Code: resolverNotFound, Message: "Resolver endpoint with ID '{target}' does not exist."},
		InUse:    &refusal{Code: resolverInUse, Message: "Resolver endpoint '{id}' has resolver rules: delete or move them first."},
		Quotas: []quota{{Limit: 4, refusal: refusal{
			Code: resolverLimit, Message: "The maximum number of resolver endpoints of this account and region has been reached."}}},
		Latency: latency{Create: 180 * time.Second, Update: 120 * time.Second, Delete: 120 * time.Second,
			Source: "2 to 5 minutes until OPERATIONAL"},
	}
}

func resolverRuleRow() row {
	return row{
		Token: typeResolverRule, Prefix: "rslvr-rr", Sight: sharedByRAM,
		Actions: actions{
			Create: []string{"route53resolver:CreateResolverRule", "route53resolver:TagResource"},
			Update: []string{"route53resolver:UpdateResolverRule", "route53resolver:TagResource"},
			Delete: []string{"route53resolver:DeleteResolverRule"}, Read: []string{"route53resolver:GetResolverRule"},
		},
		Computed: map[string]maker{
			"arn":     fill("arn:{partition}:route53resolver:{region}:{account}:resolver-rule/{id}"),
			"ownerId": fill("{account}"), "shareStatus": fixed("NOT_SHARED"), "name": fixed(""),
		},
		Replace: []string{"domainName", "ruleType"},
		Sets:    []string{"targetIps"},
		Valid: map[string]validator{
			"ruleType": oneOf("FORWARD", "SYSTEM", "RECURSIVE"), "domainName": resolvedDomain, "name": longest(64),
			"targetIps.port": between(0, 65535),
		},
		Check:    []rule{ruleIsWhole},
		Create:   []rule{ruleLeavesByOutbound},
		Update:   []rule{ruleLeavesByOutbound},
		Refs:     map[string]string{"resolverEndpointId": typeResolverEndpoint},
		NotFound: &refusal{Code: resolverNotFound, Message: "Resolver rule with ID '{target}' does not exist."},
		InUse:    &refusal{Code: resolverInUse, Message: "Please disassociate this resolver rule from VPC first before deleting"},
		Quotas: []quota{{Limit: 1000, refusal: refusal{
			Code: resolverLimit, Message: "The maximum number of resolver rules of this account and region has been reached."}}},
		Latency: latency{Create: 2 * time.Second, Update: 2 * time.Second, Delete: 2 * time.Second, Source: resolverTimes},
	}
}

func resolverRuleJoinRow() row {
	return row{
		Token: typeResolverRuleJoin, Prefix: "rslvr-rrassoc",
		Actions: actions{
			Create: []string{"route53resolver:AssociateResolverRule", "ec2:DescribeVpcs *"},
			Delete: []string{"route53resolver:DisassociateResolverRule"},
			Read:   []string{"route53resolver:GetResolverRuleAssociation *"}, Target: foreignARN("resolverRuleId"),
		},
		Computed: map[string]maker{"name": fixed("")},
		Replace:  []string{"name", "resolverRuleId", "vpcId"},
		Create:   []rule{vpcFollowsOneRule},
		Quotas: []quota{{Limit: 2000, refusal: refusal{
			Code: resolverLimit, Message: "The maximum number of associations of resolver rules with VPCs has been reached."}}},
		Latency: latency{Create: resolverAssociationTime, Delete: resolverAssociationTime, Source: "30 to 60 seconds until COMPLETE"},
	}
}

func resolverLogRow() row {
	return row{
		Token: typeResolverLog, Prefix: "rqlc", Sight: sharedByRAM,
		Actions: actions{
			Create: []string{
				"route53resolver:CreateResolverQueryLogConfig", "route53resolver:TagResource", "logs:CreateLogDelivery *",
				"logs:PutResourcePolicy *", "logs:DescribeResourcePolicies *", "logs:DescribeLogGroups *",
			},
			Update: []string{"route53resolver:TagResource"},
			Delete: []string{"route53resolver:DeleteResolverQueryLogConfig", "logs:DeleteLogDelivery *"},
			Read:   []string{"route53resolver:GetResolverQueryLogConfig"},
		},
		Autoname: autoname{Property: "name", Limit: 64},
		Computed: map[string]maker{
			"arn":     fill("arn:{partition}:route53resolver:{region}:{account}:resolver-query-log-config/{id}"),
			"ownerId": fill("{account}"), "shareStatus": fixed("NOT_SHARED"),
		},
		Replace:  []string{"destinationArn", "name"},
		Valid:    map[string]validator{"destinationArn": anARN, "name": longest(64)},
		Create:   []rule{questionsHaveAPlace},
		Weak:     []string{"destinationArn"},
		NotFound: &refusal{Code: resolverNotFound, Message: "Resolver query log config with ID '{target}' does not exist."},
		InUse: &refusal{
			Code: "InvalidRequestException", Message: "Please disassociate all VPCs from the query logging configuration '{id}' before deleting it."},
		Quotas: []quota{{Limit: 20, refusal: refusal{
			Code: resolverLimit, Message: "The maximum number of query logging configurations of this account and region has been reached."}}},
		Latency: latency{Create: 20 * time.Second, Delete: 5 * time.Second, Source: resolverTimes},
	}
}

func resolverLogJoinRow() row {
	return row{
		Token: typeResolverLogJoin, Prefix: "rqlca",
		Actions: actions{
			Create: []string{"route53resolver:AssociateResolverQueryLogConfig", "ec2:DescribeVpcs *"},
			Delete: []string{"route53resolver:DisassociateResolverQueryLogConfig"},
			Read:   []string{"route53resolver:GetResolverQueryLogConfigAssociation *"}, Target: foreignARN("resolverQueryLogConfigId"),
		},
		Replace: []string{"resolverQueryLogConfigId", "resourceId"},
		Unique: []unique{{By: []string{"resolverQueryLogConfigId", "resourceId"}, refusal: refusal{
			Code: "ResourceExistsException", Message: "The VPC {resourceId} is already associated with {resolverQueryLogConfigId}."}}},
		Latency: latency{Create: resolverAssociationTime, Delete: resolverAssociationTime, Source: "30 to 60 seconds until ACTIVE"},
	}
}
