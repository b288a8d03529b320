package security

// networkRights are what VPCs and what stands in them need.
func (f facts) networkRights() []right {
	return []right{
		{
			sid: "Look", service: "ec2", why: "refreshing reads whatever there is; nothing here tells what runs inside a machine",
			verbs: `Describe* GetEbsDefaultKmsKeyId GetEbsEncryptionByDefault GetImageBlockPublicAccessState GetInstanceMetadataDefaults
				GetIpamPoolAllocations GetIpamPoolCidrs GetManagedPrefixListAssociations GetManagedPrefixListEntries
				GetNetworkInsightsAccessScopeAnalysisFindings GetNetworkInsightsAccessScopeContent GetSerialConsoleAccessStatus GetSnapshotBlockPublicAccessState
				GetSubnetCidrReservations GetTransitGateway* GetVpnConnectionDeviceSampleConfiguration SearchTransitGatewayRoutes`,
		},
		{sid: "Tag", service: "ec2", verbs: "CreateTags DeleteTags"},
		{
			sid: "Vpc", service: "ec2",
			verbs: `AssociateDhcpOptions AssociateSubnetCidrBlock AssociateVpcCidrBlock CreateDhcpOptions CreateSubnet
				CreateSubnetCidrReservation CreateVpc DeleteDhcpOptions DeleteSubnet DeleteSubnetCidrReservation DeleteVpc
				DisassociateSubnetCidrBlock DisassociateVpcCidrBlock ModifySubnetAttribute ModifyVpcAttribute
				AllocateIpamPoolCidr ReleaseIpamPoolAllocation ModifyVpcBlockPublicAccessOptions
				CreateVpcBlockPublicAccessExclusion DeleteVpcBlockPublicAccessExclusion ModifyVpcBlockPublicAccessExclusion`,
		},
		{
			sid: "Gateways", service: "ec2",
			verbs: `AllocateAddress AssociateAddress AssociateNatGatewayAddress AttachInternetGateway CreateEgressOnlyInternetGateway
				CreateInternetGateway CreateNatGateway DeleteEgressOnlyInternetGateway DeleteInternetGateway DeleteNatGateway
				DetachInternetGateway DisassociateAddress DisassociateNatGatewayAddress ModifyAddressAttribute ReleaseAddress
				ResetAddressAttribute`,
		},
		{
			sid: "Routes", service: "ec2",
			verbs: `AssociateRouteTable CreateRoute CreateRouteTable DeleteRoute DeleteRouteTable DisableVgwRoutePropagation
				DisassociateRouteTable EnableVgwRoutePropagation ReplaceRoute ReplaceRouteTableAssociation`,
		},
		{
			sid: "Filters", service: "ec2",
			verbs: `AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress CreateManagedPrefixList CreateNetworkAcl
				CreateNetworkAclEntry CreateSecurityGroup DeleteManagedPrefixList DeleteNetworkAcl DeleteNetworkAclEntry
				DeleteSecurityGroup ModifyManagedPrefixList ModifySecurityGroupRules ReplaceNetworkAclAssociation
				ReplaceNetworkAclEntry RestoreManagedPrefixListVersion RevokeSecurityGroupEgress RevokeSecurityGroupIngress
				UpdateSecurityGroupRuleDescriptionsEgress UpdateSecurityGroupRuleDescriptionsIngress`,
		},
		{
			sid: "Endpoints", service: "ec2",
			verbs: `CreateNetworkInterface CreateNetworkInterfacePermission CreateVpcEndpoint DeleteNetworkInterface DeleteVpcEndpoints
				DetachNetworkInterface ModifyNetworkInterfaceAttribute ModifyVpcEndpoint`,
		},
		{sid: "FlowLogs", service: "ec2", verbs: "CreateFlowLogs DeleteFlowLogs"},
	}
}

// transitRights are what joins networks: the hub, its routes, and what is shared of it.
func (f facts) transitRights() []right {
	return []right{
		{
			sid: "TransitGateway", service: "ec2",
			verbs: `AcceptTransitGatewayPeeringAttachment AcceptTransitGatewayVpcAttachment AssociateTransitGatewayRouteTable
				CreateTransitGateway CreateTransitGatewayPeeringAttachment CreateTransitGatewayPrefixListReference
				CreateTransitGatewayRoute CreateTransitGatewayRouteTable CreateTransitGatewayVpcAttachment DeleteTransitGateway
				DeleteTransitGatewayPeeringAttachment DeleteTransitGatewayPrefixListReference DeleteTransitGatewayRoute
				DeleteTransitGatewayRouteTable DeleteTransitGatewayVpcAttachment DisableTransitGatewayRouteTablePropagation
				DisassociateTransitGatewayRouteTable EnableTransitGatewayRouteTablePropagation ModifyTransitGateway
				ModifyTransitGatewayPrefixListReference ModifyTransitGatewayVpcAttachment RejectTransitGatewayPeeringAttachment
				RejectTransitGatewayVpcAttachment ReplaceTransitGatewayRoute`,
		},
		{
			sid: "Vpn", service: "ec2",
			verbs: `AttachVpnGateway CreateCustomerGateway CreateVpnConnection CreateVpnConnectionRoute CreateVpnGateway
				DeleteCustomerGateway DeleteVpnConnection DeleteVpnConnectionRoute DeleteVpnGateway DetachVpnGateway
				ModifyVpnConnection ModifyVpnConnectionOptions ModifyVpnTunnelOptions`,
		},
		{
			sid: "Reachability", service: "ec2",
			verbs: `CreateNetworkInsightsAccessScope CreateNetworkInsightsPath DeleteNetworkInsightsAccessScope
				DeleteNetworkInsightsAccessScopeAnalysis DeleteNetworkInsightsAnalysis DeleteNetworkInsightsPath
				StartNetworkInsightsAccessScopeAnalysis StartNetworkInsightsAnalysis`,
		},
		// What Reachability Analyzer asks in the caller's name.
		{sid: "Queries", service: "tiros", verbs: "CreateQuery GetQueryAnswer GetQueryExplanation"},
		{
			sid: "Shares", service: "ram", why: "reads of shares, which name resources and accounts only",
			verbs: `AcceptResourceShareInvitation AssociateResourceShare CreateResourceShare DeleteResourceShare DisassociateResourceShare
				Get* List* TagResource UntagResource UpdateResourceShare`,
		},
		{
			sid: "Firewall", service: "network-firewall", why: "reads of rules",
			verbs: `AssociateFirewallPolicy AssociateSubnets CreateFirewall CreateFirewallPolicy CreateRuleGroup DeleteFirewall
				DeleteFirewallPolicy DeleteResourcePolicy DeleteRuleGroup Describe* DisassociateSubnets List* PutResourcePolicy
				TagResource UntagResource UpdateFirewallDeleteProtection UpdateFirewallDescription
				UpdateFirewallEncryptionConfiguration UpdateFirewallPolicy UpdateFirewallPolicyChangeProtection
				UpdateLoggingConfiguration UpdateRuleGroup UpdateSubnetChangeProtection`,
		},
	}
}

// edgeRights are what names things and stands before them: DNS, certificates, CloudFront, API Gateway.
func (f facts) edgeRights() []right {
	return []right{
		{
			sid: "Dns", service: "route53", where: worldwide, why: "reads of zones, which everybody may ask anyway",
			verbs: `ActivateKeySigningKey AssociateVPCWithHostedZone ChangeResourceRecordSets ChangeTagsForResource CreateHealthCheck
				CreateHostedZone CreateKeySigningKey CreateQueryLoggingConfig CreateVPCAssociationAuthorization
				DeactivateKeySigningKey DeleteHealthCheck DeleteHostedZone DeleteKeySigningKey DeleteQueryLoggingConfig
				DeleteVPCAssociationAuthorization DisableHostedZoneDNSSEC DisassociateVPCFromHostedZone EnableHostedZoneDNSSEC
				Get* List* UpdateHealthCheck UpdateHostedZoneComment`,
		},
		{
			sid: "Resolver", service: "route53resolver", why: "reads of rules and endpoints",
			verbs: `AssociateFirewallRuleGroup AssociateResolverEndpointIpAddress AssociateResolverQueryLogConfig AssociateResolverRule
				CreateFirewallDomainList CreateFirewallRule CreateFirewallRuleGroup CreateResolverEndpoint
				CreateResolverQueryLogConfig CreateResolverRule DeleteFirewallDomainList DeleteFirewallRule DeleteFirewallRuleGroup
				DeleteResolverEndpoint DeleteResolverQueryLogConfig DeleteResolverRule DisassociateFirewallRuleGroup
				DisassociateResolverEndpointIpAddress DisassociateResolverQueryLogConfig DisassociateResolverRule Get* List*
				PutFirewallRuleGroupPolicy PutResolverQueryLogConfigPolicy PutResolverRulePolicy TagResource UntagResource
				UpdateFirewallConfig UpdateFirewallDomains UpdateFirewallRule UpdateResolverConfig UpdateResolverDnssecConfig
				UpdateResolverEndpoint UpdateResolverRule`,
		},
		{
			sid: "Certificates", service: "acm", why: "reads; a private key is exported by another action",
			verbs: `AddTagsToCertificate DeleteCertificate Describe* GetCertificate List* RemoveTagsFromCertificate
				RequestCertificate UpdateCertificateOptions`,
		},
		{
			sid: "ApiGateway", service: "apigateway", verbs: "DELETE GET PATCH POST PUT",
			on: []string{f.scopeless("apigateway", "/*")},
		},
		{
			sid: "Cdn", service: "cloudfront", where: worldwide, why: "reads of distributions",
			verbs: `CreateCachePolicy CreateDistribution CreateDistributionWithTags CreateFunction CreateInvalidation
				CreateOriginAccessControl CreateOriginRequestPolicy CreateResponseHeadersPolicy DeleteCachePolicy
				DeleteDistribution DeleteFunction DeleteOriginAccessControl DeleteOriginRequestPolicy DeleteResponseHeadersPolicy
				Describe* Get* List* PublishFunction TagResource UntagResource UpdateCachePolicy UpdateDistribution
				UpdateFunction UpdateOriginAccessControl UpdateOriginRequestPolicy UpdateResponseHeadersPolicy`,
		},
		{
			sid: "Waf", service: "wafv2", why: "reads of rules",
			verbs: `AssociateWebACL CreateIPSet CreateRegexPatternSet CreateRuleGroup CreateWebACL DeleteIPSet
				DeleteLoggingConfiguration DeleteRegexPatternSet DeleteRuleGroup DeleteWebACL Describe* DisassociateWebACL Get*
				List* PutLoggingConfiguration TagResource UntagResource UpdateIPSet UpdateRegexPatternSet UpdateRuleGroup
				UpdateWebACL`,
		},
	}
}

// scopeless is an ARN pattern that names no account, as API Gateway's do.
func (f facts) scopeless(service, resource string) string {
	return "arn:" + f.scope.Partition + ":" + service + ":*::" + resource
}
