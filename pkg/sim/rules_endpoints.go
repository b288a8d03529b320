package sim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Quotas of endpoints, and the size of an endpoint's policy.
const (
	gatewayEndpoints    = 20 // in a region
	interfaceEndpoints  = 50 // in a VPC
	endpointPolicyLimit = 20480
)

// gatewayServices are the two services with gateway endpoints, with their prefix lists' ids in no region in particular:
// the id differs by region, so it is made of both.
var gatewayServices = []string{"dynamodb", "s3"}

// interfaceServices are services with interface endpoints, by short name. Not all of AWS's, but all a platform like this
// asks for; a service that is missing here is refused as unknown.
var interfaceServices = []string{
	"access-analyzer", "acm-pca", "application-autoscaling", "appmesh", "athena", "autoscaling", "backup", "cloudformation",
	"cloudtrail", "codeartifact.api", "codeartifact.repositories", "codebuild", "codecommit", "codedeploy", "codepipeline",
	"config", "datasync", "dynamodb", "ebs", "ec2", "ec2messages", "ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry",
	"eks", "eks-auth", "elasticache", "elasticfilesystem", "elasticloadbalancing", "email-smtp", "events", "execute-api",
	"fis", "git-codecommit", "glue", "guardduty", "guardduty-data", "imagebuilder", "inspector2", "kinesis-firehose",
	"kinesis-streams", "kms", "lambda", "license-manager", "logs", "macie2", "monitoring", "network-firewall", "oam",
	"organizations", "pipes", "ram", "rds", "rds-data", "redshift", "rum", "s3", "sagemaker.api", "sagemaker.runtime",
	"scheduler", "secretsmanager", "securityhub", "servicecatalog", "servicediscovery", "sns", "sqs", "ssm", "ssm-contacts",
	"ssm-incidents", "ssmmessages", "states", "storagegateway", "sts", "synthetics", "transfer", "transfer.server", "xray",
}

// shortName is a service's name after "com.amazonaws.<region>.", or "" for another region or no AWS service.
func shortName(r *request) string {
	name, found := strings.CutPrefix(r.Text("serviceName"), "com.amazonaws."+r.Region+".")
	if !found {
		return ""
	}
	return name
}

func isInterface(r *request) bool { return r.Text("vpcEndpointType") == "Interface" }
func isGateway(r *request) bool {
	return r.Text("vpcEndpointType") == "Gateway" || !r.Has("vpcEndpointType")
}

// endpointSuitsType wants routes for gateways, subnets and groups for interfaces.
func endpointSuitsType(r *request) *Error {
	switch {
	case isGateway(r) && len(givenOf(r, []string{"subnetIds", "securityGroupIds", "subnetConfigurations"})) > 0:
		return refuse("InvalidParameter", "Subnets and security groups are not supported for endpoints of type Gateway.")
	case isGateway(r) && r.Flag("privateDnsEnabled"):
		return refuse("InvalidParameter", "Private DNS can't be enabled because the service is of type Gateway.")
	case isInterface(r) && r.Has("routeTableIds"):
		return refuse("InvalidParameter", "Route table IDs are only supported for Gateway type VPC Endpoint.")
	}
	return nil
}

func endpointServiceExists(r *request) *Error {
	name := r.Text("serviceName")
	known := interfaceServices
	if isGateway(r) {
		known = gatewayServices
	}
	// Services of others, "com.amazonaws.vpce....", are not simulated and are believed.
	if name == "" || strings.HasPrefix(name, "com.amazonaws.vpce.") || slices.Contains(known, shortName(r)) {
		return nil
	}
	return refuse("InvalidServiceName", "The Vpc Endpoint Service '%s' does not exist", name)
}

// endpointStaysHome wants subnets, groups and tables of the endpoint's own VPC.
func endpointStaysHome(r *request) *Error {
	vpc := r.Text("vpcId")
	for _, id := range r.Texts("subnetIds") {
		if vpcOfSubnet(r, id) != vpc {
			return refuse("InvalidParameter", "The subnet ID '%s' is not in the VPC %s.", id, vpc)
		}
	}
	for _, id := range r.Texts("routeTableIds") {
		if vpcOfTable(r, id) != vpc {
			return refuse("InvalidRouteTableId.NotFound", "The routeTable ID '%s' does not exist in the VPC %s.", id, vpc)
		}
	}
	for _, id := range r.Texts("securityGroupIds") {
		if group := r.Find(kindSecurityGroup, id); group != nil && group.Text("vpcId") != vpc {
			return refuse("InvalidParameter", "You have specified two resources that belong to different networks.")
		}
	}
	return nil
}

// endpointZones wants one subnet of a zone at most.
func endpointZones(r *request) *Error {
	seen := map[string]string{}
	for _, id := range r.Texts("subnetIds") {
		subnet := r.Find(typeSubnet, id)
		if subnet == nil {
			continue
		}
		zone := subnet.Text("availabilityZone")
		if other := seen[zone]; other != "" {
			return refuse("DuplicateSubnetsInSameZone", "Found another VPC endpoint subnet in the availability zone of %s", other)
		}
		seen[zone] = id
	}
	return nil
}

// endpointTablesAreFree refuses two gateway endpoints of one service on one table.
func endpointTablesAreFree(r *request) *Error {
	for _, other := range r.Siblings(typeEndpoint, "vpcId") {
		if other.Text("serviceName") != r.Text("serviceName") {
			continue
		}
		for _, table := range r.Texts("routeTableIds") {
			if slices.Contains(other.Texts("routeTableIds"), table) {
				return refuse("RouteAlreadyExists", "route table %s already has a route with destination-prefix-list-id %s", table, other.Text("prefixListId"))
			}
		}
	}
	return nil
}

// endpointNameIsFree refuses a second endpoint that would answer to a service's own name.
func endpointNameIsFree(r *request) *Error {
	if !r.Flag("privateDnsEnabled") {
		return nil
	}
	for _, other := range r.Siblings(typeEndpoint, "vpcId") {
		if other.Flag("privateDnsEnabled") && other.Text("serviceName") == r.Text("serviceName") {
			return privateNameTaken(r)
		}
	}
	domain := strings.TrimPrefix(privateName(r), "*.")
	for _, zone := range r.cloud.inventory.sorted() {
		if zone.Type == typeZone && normalName(zone.Text("name")) == domain && slices.Contains(r.cloud.vpcsOf(zone), r.Text("vpcId")) {
			return privateNameTaken(r)
		}
	}
	return nil
}

func privateNameTaken(r *request) *Error {
	return refuse("InvalidParameter", "private-dns-enabled cannot be set because there is already a conflicting DNS domain "+
		"for %s in the VPC %s", privateName(r), r.Text("vpcId"))
}

// privateNames are the names services answer to where that is not "<service>.<region>.amazonaws.com".
// https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
var privateNames = map[string]string{
	"codeartifact.api": "codeartifact.%s.amazonaws.com", "codeartifact.repositories": "*.d.codeartifact.%s.amazonaws.com",
	"ecr.api": "api.ecr.%s.amazonaws.com", "ecr.dkr": "*.dkr.ecr.%s.amazonaws.com", "ecs-agent": "ecs-a.%s.amazonaws.com",
	"ecs-telemetry": "ecs-t.%s.amazonaws.com", "eks-auth": "eks-auth.%s.api.aws", "execute-api": "*.execute-api.%s.amazonaws.com",
	"kinesis-firehose": "firehose.%s.amazonaws.com", "kinesis-streams": "kinesis.%s.amazonaws.com",
	"sagemaker.api": "api.sagemaker.%s.amazonaws.com", "sagemaker.runtime": "runtime.sagemaker.%s.amazonaws.com",
}

// privateName is a service's own name in the region, "sts.eu-west-1.amazonaws.com".
func privateName(r *request) string {
	name := shortName(r)
	if known := privateNames[name]; known != "" {
		return fmt.Sprintf(known, r.Region)
	}
	return name + "." + r.Region + ".amazonaws.com"
}

// endpointNeedsDNS wants a VPC that resolves names, and for S3 a gateway endpoint beside the private name.
func endpointNeedsDNS(r *request) *Error {
	vpc := r.Find(typeVpc, r.Text("vpcId"))
	if vpc == nil || !r.Flag("privateDnsEnabled") {
		return nil
	}
	if !vpc.Flag("enableDnsSupport") || !vpc.Flag("enableDnsHostnames") {
		return refuse("InvalidParameter", "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC "+
			"attributes set to true for %s", vpc.ID)
	}
	if shortName(r) != "s3" || !strings.Contains(strings.Join(r.Texts("dnsOptions.dnsRecordIpType"), ""), "ipv4") && !inboundOnly(r) {
		return nil
	}
	for _, other := range r.Siblings(typeEndpoint, "vpcId") {
		if other.Text("serviceName") == r.Text("serviceName") && other.Text("vpcEndpointType") == "Gateway" {
			return nil
		}
	}
	return refuse("InvalidParameter", "To set PrivateDnsOnlyForInboundResolverEndpoint to true, the VPC %s must have a Gateway "+
		"endpoint for the service.", vpc.ID)
}

// inboundOnly says whether S3's private name is for resolver endpoints only, which is the default.
func inboundOnly(r *request) bool {
	only, given := true, false
	visit(r.New, "dnsOptions.privateDnsOnlyForInboundResolverEndpoint", func(value resource.PropertyValue) {
		if value.IsBool() {
			only, given = value.BoolValue(), true
		}
	})
	return only && given
}

func endpointPolicyIsWellFormed(r *request) *Error {
	if !r.Has("policy") {
		return nil
	}
	// "Not all AWS services support endpoint policies": these are not among the ones that do.
	if name := shortName(r); name == "email-smtp" || name == "transfer.server" {
		return refuse("InvalidParameter", "Service %s only supports the full-access endpoint policy.", r.Text("serviceName"))
	}
	document := r.Text("policy")
	if len(document) > endpointPolicyLimit {
		return refuse("InvalidParameter", "The policy has %d characters, at most %d are allowed.", len(document), endpointPolicyLimit)
	}
	_, refused := endpointDocument.check(document)
	return refused
}

func endpointsFit(r *request) *Error {
	most, others := interfaceEndpoints, r.Siblings(typeEndpoint, "vpcId")
	if isGateway(r) {
		most, others = gatewayEndpoints, r.All(typeEndpoint)
	}
	if raised, ok := r.cloud.quotas["VpcEndpointLimitExceeded"]; ok {
		most = raised
	}
	count := 0
	for _, other := range others {
		if (other.Text("vpcEndpointType") == "Gateway") == isGateway(r) {
			count++
		}
	}
	if count >= most {
		return refuse("VpcEndpointLimitExceeded", "The maximum number of VPC endpoints has been reached.")
	}
	return nil
}

func endpointPrefixList(r *request) resource.PropertyValue {
	if !isGateway(r) {
		return resource.NewProperty("")
	}
	return resource.NewProperty("pl-" + digest(8, r.Region, r.Text("serviceName")))
}

func endpointBlocks(r *request) resource.PropertyValue {
	if !isGateway(r) {
		return resource.NewPropertyValue([]any{})
	}
	return resource.NewPropertyValue([]any{"198.51.100.0/24", "203.0.113.0/24"})
}

// endpointInterfaces are the network interfaces, one in each subnet.
func endpointInterfaces(r *request) resource.PropertyValue {
	interfaces := []any{}
	for _, subnet := range r.Texts("subnetIds") {
		interfaces = append(interfaces, "eni-0"+digest(16, r.ID, subnet))
	}
	return resource.NewPropertyValue(interfaces)
}

// endpointNames are the endpoint's own name, one for each subnet's zone, and the service's if it is private.
func endpointNames(r *request) resource.PropertyValue {
	if isGateway(r) {
		return resource.NewPropertyValue([]any{})
	}
	suffix := fmt.Sprintf("%s.%s.vpce.amazonaws.com", shortName(r), r.Region)
	names := []string{fmt.Sprintf("%s-%s.%s", r.ID, digest(8, r.ID), suffix)}
	for _, id := range r.Texts("subnetIds") {
		if subnet := r.Find(typeSubnet, id); subnet != nil {
			names = append(names, fmt.Sprintf("%s-%s-%s.%s", r.ID, digest(8, r.ID), subnet.Text("availabilityZone"), suffix))
		}
	}
	if r.Flag("privateDnsEnabled") {
		names = append(names, privateName(r))
	}
	entries := make([]any, len(names))
	for i, name := range names {
		entries[i] = map[string]any{"dnsName": name, "hostedZoneId": "Z" + strings.ToUpper(digest(13, r.Region, shortName(r)))}
	}
	return resource.NewPropertyValue(entries)
}

func endpointDefaultPolicy(*request) resource.PropertyValue {
	return resource.NewProperty(`{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}],"Version":"2008-10-17"}`)
}

// endpointGroups is the VPC's default group, as EC2 chooses when none is named.
func endpointGroups(r *request) resource.PropertyValue {
	vpc := r.Find(typeVpc, r.Text("vpcId"))
	if !isInterface(r) || vpc == nil {
		return resource.NewPropertyValue([]any{})
	}
	return resource.NewPropertyValue([]any{vpc.Text("defaultSecurityGroupId")})
}

func endpointDNS(r *request) resource.PropertyValue {
	if isGateway(r) {
		return resource.NewPropertyValue(map[string]any{})
	}
	return resource.NewPropertyValue(map[string]any{
		"dnsRecordIpType": "ipv4", "privateDnsOnlyForInboundResolverEndpoint": false,
	})
}
