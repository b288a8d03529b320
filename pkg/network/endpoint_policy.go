package network

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/config"
	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
)

// An endpoint's policy is a ceiling over what IAM gives. Ours is the organization's perimeter: our identities, our
// resources. What has to pass besides is listed below, each with AWS's reason.
// https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
// https://github.com/aws-samples/data-perimeter-policy-examples/tree/main/vpc_endpoint_policies

// Why statements of endpoint policies are as wide as they are.
const (
	ceilingReason = "a ceiling: rights come from IAM, and the conditions hold it to ourselves"
	reader        = "reads of what AWS gives to everybody, unsigned"
)

// perimeter makes the endpoint policies of a VPC.
type perimeter struct {
	scope naming.Scope
	// organizationID is whose identities and resources are ours; nil where there is no organization: then they are the
	// account's.
	organizationID pulumi.StringInput
}

// policy is the policy of a service's endpoint, nil for the one that AWS gives, which lets everything pass.
func (p perimeter) policy(service string, policies map[string]string) (pulumi.StringPtrInput, error) {
	if policies[service] == config.FullAccess || slices.Contains(config.WithoutPolicy(), service) {
		return nil, nil
	}
	document, err := iampolicy.Document(p.statements(service)...)
	if err != nil {
		return nil, err
	}
	return iampolicy.EndpointPolicy.Within(document).ToStringPtrOutput(), nil
}

// statements are what passes an endpoint of a service.
func (p perimeter) statements(service string) []iampolicy.Statement {
	everything := func(sid string, conditions ...iampolicy.Condition) iampolicy.Statement {
		return iampolicy.Statement{
			Sid: sid, Principals: iampolicy.Principals{Everybody: true}, Wildcard: ceilingReason,
			Actions: []string{"*"}, Resources: iampolicy.Strings("*"), Conditions: conditions,
		}
	}
	return append([]iampolicy.Statement{
		everything("OursToOurs", p.equals("Principal"), p.equals("Resource")),
		// A service signs a URL with its own identity and a host of ours uses it: CloudFormation's wait conditions.
		everything("ServicesOfAWS", iampolicy.When("Bool", "aws:PrincipalIsAWSService", "true")),
	}, p.exceptions(service)...)
}

// equals holds the principal or the resource of a request to ourselves. A key that is absent holds nothing back that way:
// the resource of an account that is in no organization has none.
func (p perimeter) equals(whose string) iampolicy.Condition {
	if p.organizationID == nil {
		return iampolicy.When("StringEquals", "aws:"+whose+"Account", p.scope.AccountID)
	}
	return iampolicy.Condition{
		Operator: "StringEquals", Key: "aws:" + whose + "OrgID", Values: []pulumi.StringInput{p.organizationID},
	}
}

// exceptions are what passes besides ourselves, by service.
func (p perimeter) exceptions(service string) []iampolicy.Statement {
	ours := func(sid string, resources []string, actions ...string) iampolicy.Statement {
		return iampolicy.Statement{
			Sid: sid, Principals: iampolicy.Principals{Everybody: true}, Wildcard: ceilingReason,
			Actions: actions, Resources: iampolicy.Strings(resources...), Conditions: []iampolicy.Condition{p.equals("Principal")},
		}
	}
	switch service {
	case "s3":
		return []iampolicy.Statement{{
			// Image layers come by URLs that an account of AWS's signs; packages and agents are fetched unsigned.
			Sid: "BucketsOfAWS", Principals: iampolicy.Principals{Everybody: true}, Wildcard: reader,
			Actions: []string{"s3:GetObject"}, Resources: iampolicy.Strings(p.bucketsOfAWS()...),
		}}
	case "ec2":
		machines := ours("MachineImagesOfAWS", []string{"*"}, "ec2:RunInstances")
		machines.Conditions = append(machines.Conditions, iampolicy.When("StringEquals", "ec2:Owner", "amazon"))
		return []iampolicy.Statement{machines}
	case "ecr.api", "ecr.dkr":
		// EKS add-ons and GuardDuty's agent are in registries of AWS's, another account in every region.
		return []iampolicy.Statement{ours("PullImagesOfAWS", []string{"*"},
			"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")}
	case "ssm":
		at := p.scope
		at.AccountID = "" // AWS's own
		return []iampolicy.Statement{ours("DocumentsOfAWS",
			[]string{at.ARN("ssm", "automation-definition/*"), at.ARN("ssm", "document/*"), at.ARN("ssm", "parameter/aws/*")},
			"ssm:CreateAssociation", "ssm:DescribeDocument", "ssm:GetDocument", "ssm:GetParameter", "ssm:GetParameterHistory",
			"ssm:GetParameters", "ssm:GetParametersByPath", "ssm:SendCommand", "ssm:StartAutomationExecution", "ssm:StartSession")}
	case "sts":
		// Who takes a role by a token or an assertion is in no organization before.
		return []iampolicy.Statement{{
			Sid: "FederatedToOurs", Principals: iampolicy.Principals{Everybody: true}, Wildcard: ceilingReason,
			Actions:   []string{"sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"},
			Resources: iampolicy.Strings("*"), Conditions: []iampolicy.Condition{p.equals("Resource")},
		}}
	}
	return nil
}

// bucketsOfAWS are the objects hosts fetch from AWS: packages of Amazon Linux, the agents of Systems Manager and CloudWatch
// with what they install, image layers of ECR.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms
// https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-minimum-s3-permissions.html
func (p perimeter) bucketsOfAWS() []string {
	region := p.scope.Region
	var objects []string
	for _, bucket := range []string{
		"al2023-" + region, "al2023-repos-" + region + "-de612dc2", "amazonlinux-2-repos-" + region,
		"amazonlinux." + region + ".amazonaws.com", "packages." + region + ".amazonaws.com", "repo." + region + ".amazonaws.com",
		"amazon-ssm-" + region, "amazon-ssm-packages-" + region, "aws-ssm-" + region, "aws-ssm-distributor-file-" + region,
		"aws-ssm-document-attachments-" + region, "aws-windows-downloads-" + region, "patch-baseline-snapshot-" + region,
		region + "-birdwatcher-prod", "amazoncloudwatch-agent", "amazoncloudwatch-agent-" + region,
		"prod-" + region + "-starport-layer-bucket",
	} {
		objects = append(objects, p.scope.GlobalARN("s3", "", bucket+"/*"))
	}
	return objects
}
