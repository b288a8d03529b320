package sim

import (
	"net/http"
	"slices"
	"strings"

	"aws-platform/pkg/sim/authz"
)

// administratorAccess is AWS's policy of that name.
var administratorAccess = allowing("*")

// allowing is a policy that allows actions on everything.
func allowing(actions ...string) authz.Policy {
	return authz.Policy{Version: "2012-10-17", Statement: []authz.Statement{{Effect: "Allow", Action: actions, Resource: []string{"*"}}}}
}

// looking are read-only actions of services.
func looking(services ...string) []string {
	var actions []string
	for _, service := range services {
		actions = append(actions, service+":Describe*", service+":Get*", service+":List*")
	}
	return actions
}

// metadata are services whose Get and List reveal no content.
var metadata = []string{
	"access-analyzer", "acm", "autoscaling", "backup", "cloudformation", "cloudfront", "cloudtrail", "cloudwatch", "config", "ec2",
	"ecs", "eks", "elasticloadbalancing", "events", "guardduty", "iam", "identitystore", "kms", "lambda", "organizations", "ram",
	"rds", "route53", "route53resolver", "securityhub", "sns", "sso", "tag", "wafv2",
}

// awsPolicies are the policies AWS manages, by what follows "arn:aws:iam::aws:policy/". The documents are shorter than
// AWS's own (which fill pages and change) and grant what theirs grant of the services simulated here; none grants a right
// that AWS's does not. Reading secrets and decrypting are in none of the read-only ones, as with AWS.
var awsPolicies = map[string]authz.Policy{
	"AdministratorAccess": administratorAccess,
	"PowerUserAccess": {Statement: []authz.Statement{
		{Effect: "Allow", NotAction: []string{"iam:*", "organizations:*", "account:*"}, Resource: []string{"*"}},
		{Effect: "Allow", Action: []string{"iam:CreateServiceLinkedRole", "iam:DeleteServiceLinkedRole", "iam:ListRoles",
			"organizations:DescribeOrganization", "account:ListRegions"}, Resource: []string{"*"}},
	}},
	"ReadOnlyAccess": allowing(slices.Concat(looking(metadata...), looking("account", "dynamodb", "ecr", "logs", "s3", "sqs", "ssm"),
		[]string{"ec2:SearchTransitGatewayRoutes", "logs:FilterLogEvents", "secretsmanager:DescribeSecret", "secretsmanager:ListSecrets"})...),
	"job-function/ViewOnlyAccess": allowing("acm:Describe*", "acm:List*", "cloudtrail:Describe*", "cloudwatch:Describe*", "ec2:Describe*",
		"eks:List*", "iam:List*", "kms:ListAliases", "kms:ListKeys", "logs:Describe*", "organizations:List*", "rds:Describe*",
		"route53:List*", "s3:ListAllMyBuckets", "s3:ListBucket", "sns:List*"),
	"SecurityAudit": allowing(slices.Concat(looking("access-analyzer", "acm", "cloudtrail", "config", "ec2", "guardduty", "iam",
		"organizations", "route53", "securityhub", "sso"), []string{"kms:Describe*", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:List*",
		"logs:Describe*", "s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:ListAllMyBuckets"})...),
	"IAMReadOnlyAccess":           allowing("iam:Generate*", "iam:Get*", "iam:List*", "iam:Simulate*"),
	"AWSSupportAccess":            allowing("support:*"),
	"job-function/Billing":        allowing("aws-portal:*Billing", "budgets:*", "ce:*", "cur:*"),
	"AWSBillingReadOnlyAccess":    allowing("billing:Get*", "billing:List*", "budgets:View*", "ce:Get*", "ce:List*"),
	"CloudWatchAgentServerPolicy": allowing("cloudwatch:PutMetricData", "ec2:DescribeTags", "ec2:DescribeVolumes", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutLogEvents"),
	"CloudWatchReadOnlyAccess":    allowing("autoscaling:Describe*", "cloudwatch:Describe*", "cloudwatch:Get*", "cloudwatch:List*", "logs:Describe*", "logs:FilterLogEvents", "logs:Get*", "logs:StartQuery"),
	"AmazonSSMManagedInstanceCore": allowing("ec2messages:*", "ssm:DescribeAssociation", "ssm:GetDocument", "ssm:GetParameter",
		"ssm:GetParameters", "ssm:UpdateInstanceInformation", "ssmmessages:*"),
	"AmazonEC2ContainerRegistryReadOnly": allowing("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:Describe*", "ecr:Get*", "ecr:List*"),
	"AmazonEC2ContainerRegistryPullOnly": allowing("ecr:BatchGetImage", "ecr:BatchImportUpstreamImage", "ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer"),
	"AmazonEKSClusterPolicy":             allowing("autoscaling:Describe*", "ec2:CreateTags", "ec2:Describe*", "elasticloadbalancing:*", "kms:DescribeKey"),
	"AmazonEKSVPCResourceController":     allowing("ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:Describe*"),
	"AmazonEKSWorkerNodePolicy":          allowing("ec2:Describe*", "eks:DescribeCluster", "eks-auth:AssumeRoleForPodIdentity"),
	"AmazonEKS_CNI_Policy":               allowing("ec2:AssignPrivateIpAddresses", "ec2:AttachNetworkInterface", "ec2:CreateNetworkInterface", "ec2:CreateTags", "ec2:DeleteNetworkInterface", "ec2:Describe*", "ec2:DetachNetworkInterface", "ec2:ModifyNetworkInterfaceAttribute", "ec2:UnassignPrivateIpAddresses"),
	"service-role/AmazonEBSCSIDriverPolicy": allowing("ec2:AttachVolume", "ec2:CreateSnapshot", "ec2:CreateTags", "ec2:CreateVolume", "ec2:DeleteSnapshot",
		"ec2:DeleteVolume", "ec2:Describe*", "ec2:DetachVolume", "ec2:ModifyVolume"),
	"service-role/AWS_ConfigRole":                        allowing(slices.Concat(looking(metadata...), []string{"config:Put*", "s3:GetBucket*", "s3:ListAllMyBuckets"})...),
	"service-role/AWSConfigRoleForOrganizations":         allowing("organizations:DescribeOrganization", "organizations:ListAWSServiceAccessForOrganization", "organizations:ListAccounts", "organizations:ListDelegatedAdministrators"),
	"service-role/AWSLambdaBasicExecutionRole":           allowing("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
	"service-role/AWSLambdaVPCAccessExecutionRole":       allowing("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
	"service-role/AmazonECSTaskExecutionRolePolicy":      allowing("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer", "logs:CreateLogStream", "logs:PutLogEvents"),
	"service-role/AmazonRDSEnhancedMonitoringRole":       allowing("logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:GetLogEvents", "logs:PutLogEvents", "logs:PutRetentionPolicy"),
	"service-role/AmazonAPIGatewayPushToCloudWatchLogs":  allowing("logs:CreateLogGroup", "logs:CreateLogStream", "logs:Describe*", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:PutLogEvents"),
	"service-role/AWSBackupServiceRolePolicyForBackup":   allowing("backup:*", "dynamodb:CreateBackup", "ec2:CreateSnapshot", "ec2:Describe*", "rds:CreateDBSnapshot", "rds:Describe*", "tag:GetResources"),
	"service-role/AWSBackupServiceRolePolicyForRestores": allowing("dynamodb:Restore*", "ec2:CreateVolume", "ec2:Describe*", "rds:Describe*", "rds:Restore*"),
}

// awsPolicy is a policy AWS manages, and whether it is known.
func awsPolicy(arn string) (authz.Policy, bool) {
	_, name, managed := strings.Cut(arn, ":iam::aws:policy/")
	policy, known := awsPolicies[name]
	return policy, managed && known
}

// managedAreKnown refuses policies of AWS that do not exist.
func managedAreKnown(paths ...string) rule {
	return func(r *request) *Error {
		for _, path := range paths {
			for _, arn := range r.Texts(path) {
				if _, known := awsPolicy(arn); !known && strings.Contains(arn, ":iam::aws:") {
					return refuseStatus(http.StatusNotFound, "NoSuchEntity", "Policy %s does not exist or is not attachable.", arn)
				}
			}
		}
		return nil
	}
}
