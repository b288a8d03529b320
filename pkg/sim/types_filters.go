package sim

import "strings"

const (
	kindSecurityGroup  = "security group"
	kindNetworkACL     = "network ACL"
	typeIngressRule    = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	typeEgressRule     = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
	typeACLAssociation = "aws:ec2/networkAclAssociation:NetworkAclAssociation"
	typeACLRule        = "aws:ec2/networkAclRule:NetworkAclRule"
)

// filterTypes are security groups and network ACLs. Replacement lists are ForceNew in the Terraform provider.
func filterTypes() []row {
	return []row{
		securityGroupRow(), defaultSecurityGroupRow(), groupRuleRow(typeIngressRule), groupRuleRow(typeEgressRule),
		networkACLRow(), defaultNetworkACLRow(), aclRuleRow(), aclAssociationRow(),
	}
}

func securityGroupRow() row {
	return row{
		Token: "aws:ec2/securityGroup:SecurityGroup", Kind: kindSecurityGroup, Prefix: "sg",
		Actions: actions{
			Create: []string{"ec2:CreateSecurityGroup", "ec2:CreateTags"},
			Update: []string{"ec2:CreateTags"},
			Delete: []string{"ec2:DeleteSecurityGroup"},
			Read:   []string{"ec2:DescribeSecurityGroups *"},
		},
		Autoname: autoname{Property: "name", Limit: 255},
		Computed: map[string]maker{
			"arn": ec2ARN("security-group"), "ownerId": fill("{account}"), "vpcId": fixed(""),
			"ingress": fixed([]any{}), "egress": fixed([]any{}),
		},
		Defaults: map[string]any{"description": "Managed by Pulumi", "revokeRulesOnDelete": false},
		Replace:  []string{"description", "name", "namePrefix", "vpcId"},
		Sets:     []string{"ingress", "egress"},
		Valid:    map[string]validator{"name": groupName, "description": groupDescription},
		Create:   []rule{inlineRulesAreFew}, Update: []rule{inlineRulesAreFew},
		NotFound: &refusal{Code: "InvalidGroup.NotFound", Message: "The security group '{target}' does not exist"},
		InUse:    violation("resource {id} has a dependent object"),
		Unique: []unique{{By: []string{"name", "vpcId"}, refusal: refusal{
			Code: "InvalidGroup.Duplicate", Message: "The security group '{name}' already exists for VPC '{vpcId}'"}}},
		Quotas: []quota{{Limit: 2500, refusal: refusal{
			Code: "SecurityGroupLimitExceeded", Message: "The maximum number of security groups has been reached."}}},
		Latency: quick(),
	}
}

// defaultSecurityGroupRow adopts the group that came with the VPC; giving it up deletes nothing.
func defaultSecurityGroupRow() row {
	return row{
		Token: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", Kind: kindSecurityGroup, Attached: true,
		Actions: actions{
			Create: []string{"ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress", "ec2:CreateTags"},
			Update: []string{"ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress", "ec2:CreateTags"},
			Read:   []string{"ec2:DescribeSecurityGroups *"},
		},
		ID: defaultGroupID,
		Computed: map[string]maker{
			"arn": ec2ARN("security-group"), "ownerId": fill("{account}"), "name": fixed("default"),
			"description": fixed("default VPC security group"), "namePrefix": fixed(""), "ingress": fixed([]any{}),
			"egress": fixed([]any{}),
		},
		Defaults: map[string]any{"revokeRulesOnDelete": false},
		Replace:  []string{"vpcId"},
		Sets:     []string{"ingress", "egress"},
		Create:   []rule{inlineRulesAreFew}, Update: []rule{inlineRulesAreFew},
		Within:  "vpcId",
		Latency: quick(),
	}
}

// ruleActions are judged on the rule's group.
func ruleActions(token string) actions {
	direction := "Ingress"
	if strings.Contains(token, "Egress") {
		direction = "Egress"
	}
	return actions{
		Create: []string{"ec2:AuthorizeSecurityGroup" + direction}, Update: []string{"ec2:ModifySecurityGroupRules"},
		Delete: []string{"ec2:RevokeSecurityGroup" + direction}, Read: []string{"ec2:DescribeSecurityGroupRules *"},
		Resource: "arn:{partition}:ec2:{region}:{account}:security-group/{securityGroupId}",
	}
}

func groupRuleRow(token string) row {
	return row{
		Token: token, Prefix: "sgr",
		Actions:  ruleActions(token),
		Computed: map[string]maker{"arn": ec2ARN("security-group-rule"), "securityGroupRuleId": fill("{id}")},
		Replace:  []string{"securityGroupId"},
		Valid: map[string]validator{
			"cidrIpv4": ipv4Block(0, 32), "cidrIpv6": ipv6Block, "fromPort": between(-1, 65535), "toPort": between(-1, 65535),
			"description": groupDescription,
		},
		Check:  []rule{groupRuleHasOnePeer, groupRulePorts},
		Create: []rule{peerIsOfVPC, groupRuleIsNew, groupRulesFit}, Update: []rule{peerIsOfVPC, groupRuleIsNew, groupRulesFit},
		Within: "securityGroupId",
		NotFound: &refusal{
			Code: "InvalidSecurityGroupRuleId.NotFound", Message: "The security group rule ID '{target}' does not exist"},
		Latency: quick(),
	}
}

func networkACLRow() row {
	return row{
		Token: "aws:ec2/networkAcl:NetworkAcl", Kind: kindNetworkACL, Prefix: "acl",
		Actions: actions{
			Create: []string{"ec2:CreateNetworkAcl", "ec2:CreateTags"},
			Update: []string{"ec2:CreateTags"},
			Delete: []string{"ec2:DeleteNetworkAcl"},
			Read:   []string{"ec2:DescribeNetworkAcls *"},
		},
		Computed: map[string]maker{
			"arn": ec2ARN("network-acl"), "ownerId": fill("{account}"), "subnetIds": fixed([]any{}),
			"ingress": fixed([]any{}), "egress": fixed([]any{}),
		},
		Replace: []string{"vpcId"},
		Sets:    []string{"subnetIds", "ingress", "egress"},
		Weak:    []string{"subnetIds"},
		Valid: map[string]validator{
			"ingress.cidrBlock": ipv4Block(0, 32), "egress.cidrBlock": ipv4Block(0, 32),
			"ingress.action": aclAction, "egress.action": aclAction,
			"ingress.ruleNo": between(1, 32766), "egress.ruleNo": between(1, 32766),
		},
		Create: []rule{aclEntriesAreFew}, Update: []rule{aclEntriesAreFew},
		NotFound: &refusal{Code: "InvalidNetworkAclID.NotFound", Message: "The networkAcl ID '{target}' does not exist"},
		InUse:    violation("The networkAcl '{id}' has dependencies and cannot be deleted."),
		Quotas: []quota{{Limit: 200, Per: []string{"vpcId"}, refusal: refusal{
			Code: "NetworkAclLimitExceeded", Message: "The maximum number of network ACLs has been reached."}}},
		Latency: quick(),
	}
}

// defaultNetworkACLRow adopts the ACL that came with the VPC; giving it up deletes nothing.
func defaultNetworkACLRow() row {
	return row{
		Token: "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl", Kind: kindNetworkACL, Attached: true,
		Actions: actions{
			Create: []string{"ec2:DeleteNetworkAclEntry", "ec2:CreateTags"},
			Update: []string{"ec2:CreateNetworkAclEntry", "ec2:DeleteNetworkAclEntry", "ec2:CreateTags"},
			Read:   []string{"ec2:DescribeNetworkAcls *"},
		},
		ID: fill("{defaultNetworkAclId}"),
		Computed: map[string]maker{
			"arn": ec2ARN("network-acl"), "ownerId": fill("{account}"), "vpcId": vpcOf("defaultNetworkAclId"),
		},
		Replace: []string{"defaultNetworkAclId"},
		Sets:    []string{"subnetIds", "ingress", "egress"},
		Weak:    []string{"subnetIds"},
		Valid: map[string]validator{
			"ingress.cidrBlock": ipv4Block(0, 32), "egress.cidrBlock": ipv4Block(0, 32),
			"ingress.action": aclAction, "egress.action": aclAction,
			"ingress.ruleNo": between(1, 32766), "egress.ruleNo": between(1, 32766),
		},
		Create: []rule{
			isDefaultOf("defaultNetworkAclId", "InvalidNetworkAclID.NotFound", "The networkAcl ID '%s' does not exist"),
			aclEntriesAreFew,
		},
		Update:  []rule{aclEntriesAreFew},
		Within:  "vpcId",
		Latency: quick(),
	}
}

func aclRuleRow() row {
	return row{
		Token: typeACLRule,
		Actions: actions{
			Create:   []string{"ec2:CreateNetworkAclEntry"},
			Update:   []string{"ec2:ReplaceNetworkAclEntry"},
			Delete:   []string{"ec2:DeleteNetworkAclEntry"},
			Read:     []string{"ec2:DescribeNetworkAcls *"},
			Resource: "arn:{partition}:ec2:{region}:{account}:network-acl/{networkAclId}",
		},
		ID:       aclRuleID,
		Defaults: map[string]any{"egress": false},
		Replace: []string{
			"cidrBlock", "egress", "fromPort", "icmpCode", "icmpType", "ipv6CidrBlock", "networkAclId", "protocol", "ruleAction",
			"ruleNumber", "toPort",
		},
		Valid: map[string]validator{
			"cidrBlock": ipv4Block(0, 32), "ipv6CidrBlock": ipv6Block, "ruleAction": aclAction, "ruleNumber": between(1, 32766),
		},
		Create: []rule{aclEntryIsNew},
		Within: "networkAclId",
		Quotas: []quota{{Limit: 20, Per: []string{"networkAclId", "egress"}, refusal: refusal{
			Code: "NetworkAclEntryLimitExceeded", Message: "The maximum number of network ACL entries has been reached."}}},
		NotFound: &refusal{
			Code:    "InvalidNetworkAclEntry.NotFound",
			Message: "The network acl entry identified by {ruleNumber} does not exist."},
		Latency: quick(),
	}
}

func aclAssociationRow() row {
	return row{
		Token: typeACLAssociation, Prefix: "aclassoc",
		Actions: actions{
			Create:   []string{"ec2:ReplaceNetworkAclAssociation"},
			Update:   []string{"ec2:ReplaceNetworkAclAssociation"},
			Delete:   []string{"ec2:ReplaceNetworkAclAssociation"},
			Read:     []string{"ec2:DescribeNetworkAcls *"},
			Resource: "arn:{partition}:ec2:{region}:{account}:network-acl/{networkAclId}",
		},
		Replace: []string{"networkAclId", "subnetId"},
		Create:  []rule{aclStaysHome, subnetHasNoACL},
		Within:  "subnetId",
		Latency: quick(),
	}
}
