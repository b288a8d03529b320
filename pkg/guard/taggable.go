package guard

// taggable are the types the platform uses that take tags, as the provider's SDK says; a test compares the two.
var taggable = tokens(
	"accessanalyzer/Analyzer", "cfg/AggregateAuthorization", "cfg/ConfigurationAggregator", "cfg/Rule",
	"cloudtrail/Trail", "cloudwatch/EventRule", "cloudwatch/LogGroup", "cloudwatch/MetricAlarm",
	"ec2/CustomerGateway", "ec2/DefaultNetworkAcl", "ec2/DefaultRouteTable", "ec2/DefaultSecurityGroup",
	"ec2/EgressOnlyInternetGateway", "ec2/Eip", "ec2/FlowLog", "ec2/Instance", "ec2/InternetGateway", "ec2/ManagedPrefixList",
	"ec2/NatGateway", "ec2/NetworkAcl", "ec2/NetworkInsightsAnalysis", "ec2/NetworkInsightsPath", "ec2/NetworkInterface", "ec2/RouteTable",
	"ec2/SecurityGroup", "ec2/Subnet", "ec2/Vpc", "ec2/VpcBlockPublicAccessExclusion", "ec2/VpcDhcpOptions",
	"ec2/VpcEndpoint", "ec2/VpcIpam", "ec2/VpcIpamPool", "ec2/VpnConnection",
	"ec2transitgateway/PeeringAttachment", "ec2transitgateway/PeeringAttachmentAccepter",
	"ec2transitgateway/RouteTable", "ec2transitgateway/TransitGateway", "ec2transitgateway/VpcAttachment",
	"ec2transitgateway/VpcAttachmentAccepter",
	"guardduty/Detector", "iam/InstanceProfile", "iam/OpenIdConnectProvider", "iam/Policy", "iam/Role", "iam/ServiceLinkedRole", "kms/Key",
	"lb/Listener", "lb/LoadBalancer", "lb/TargetGroup",
	"networkfirewall/Firewall", "networkfirewall/FirewallPolicy", "networkfirewall/RuleGroup",
	"organizations/Account", "organizations/OrganizationalUnit", "organizations/Policy", "organizations/ResourcePolicy",
	"ram/ResourceShare", "route53/HealthCheck", "route53/ResolverEndpoint", "route53/ResolverFirewallDomainList",
	"route53/ResolverFirewallRuleGroup", "route53/ResolverFirewallRuleGroupAssociation",
	"route53/ResolverQueryLogConfig", "route53/ResolverRule", "route53/Zone",
	"s3/Bucket", "s3/BucketObject", "s3/BucketObjectv2", "s3/BucketV2", "sns/Topic", "ssoadmin/PermissionSet",
	"vpc/SecurityGroupEgressRule", "vpc/SecurityGroupIngressRule",
)
