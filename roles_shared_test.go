package main

import (
	"aws-platform/pkg/config"
	"aws-platform/pkg/sim/authz"
)

// token is a pipeline's token of GitHub's, by its subject.
func token(shared site, subject string) (authz.Principal, conditions) {
	const host = "token.actions.githubusercontent.com"
	return authz.Principal{Federated: shared.iam("oidc-provider/" + host)}, when(host+":aud", "sts.amazonaws.com", host+":sub", subject)
}

// signsIn is a token as somebody who takes a role.
func signsIn(shared site, why, subject string) taker {
	who, with := token(shared, subject)
	return taker{why, who, with}
}

// pipelineCharter is what a stack's deploying pipeline signs in to.
func pipelineCharter(s, other site, all map[string]site) charter {
	shared, management := all["shared"], all["management"]
	take := func(why, role string) call { return call{why, "sts:AssumeRole", role, nil} }
	key := management.output("StateBackend", "state-key-secrets", "arn")
	c := charter{
		may: []call{
			{"its secrets", "kms:Decrypt", key, secretsOf(s.stack)},
			{"new secrets", "kms:Encrypt", key, secretsOf(s.stack)},
			{"secrets of what it builds on", "kms:Decrypt", key, secretsOf("management")},
			take("its deploy role", s.role("acme-deploy")),
			take("the role that writes its state", management.role("acme-management-state-write-"+s.stack)),
		},
		mayNot: append(pipelinesMayNot(s, other, key),
			call{"new secrets of what it builds on", "kms:Encrypt", key, secretsOf("management")},
			take("another stack's deploy role", other.role("acme-deploy")),
			take("the role that writes another's state", management.role("acme-management-state-write-"+other.stack)),
			take("another's network role", shared.role("acme-"+other.environment+"-network")),
			take("its readonly role", s.role("acme-readonly")),
			take("break-glass", s.role("acme-break-glass")),
			take("another pipeline's role", shared.role("acme-ci-"+other.stack))),
		takes: []taker{signsIn(shared, "its environment", "repo:acme/aws-platform:environment:"+s.environment)},
		refuses: append(strangers(shared),
			signsIn(shared, "a pull request", "repo:acme/aws-platform:pull_request"),
			signsIn(shared, "another environment", "repo:acme/aws-platform:environment:"+other.environment),
			signsIn(shared, "the main branch without environment", "repo:acme/aws-platform:ref:refs/heads/main")),
	}
	switch s.kind {
	case config.Shared:
		c.may = append(c.may, take("the role that records management", management.role("acme-shared-recorder")))
	default:
		c.may = append(c.may, take("its network role", shared.role("acme-"+s.environment+"-network")),
			take("its DNS role", shared.role("acme-"+s.environment+"-dns")))
		c.mayNot = append(c.mayNot, take("the role that records management", management.role("acme-shared-recorder")))
	}
	return c
}

// previewCharter is what a stack's previewing pipeline signs in to.
func previewCharter(s, other site, all map[string]site) charter {
	shared, management := all["shared"], all["management"]
	take := func(why, role string) call { return call{why, "sts:AssumeRole", role, nil} }
	key := management.output("StateBackend", "state-key-secrets", "arn")
	c := charter{
		may: []call{
			{"its secrets", "kms:Decrypt", key, secretsOf(s.stack)},
			take("its readonly role", s.role("acme-readonly")),
			take("the role that reads its state", management.role("acme-management-state-read-"+s.stack)),
		},
		mayNot: append(pipelinesMayNot(s, other, key),
			call{"new secrets", "kms:Encrypt", key, secretsOf(s.stack)},
			take("its deploy role", s.role("acme-deploy")),
			take("the role that writes its state", management.role("acme-management-state-write-"+s.stack)),
			take("the role that reads another's state", management.role("acme-management-state-read-"+other.stack)),
			take("break-glass", s.role("acme-break-glass")),
			take("the deploying pipeline's role", shared.role("acme-ci-"+s.stack))),
		takes: []taker{signsIn(shared, "a pull request", "repo:acme/aws-platform:pull_request")},
		refuses: append(strangers(shared),
			signsIn(shared, "the deploying pipeline", "repo:acme/aws-platform:environment:"+s.environment),
			signsIn(shared, "a branch", "repo:acme/aws-platform:ref:refs/heads/main")),
	}
	switch s.kind {
	case config.Management: // which makes the roles of every account
		c.may = append(c.may, take("shared's readonly role", shared.role("acme-readonly")),
			take("a workload's readonly role", other.role("acme-readonly")))
		c.mayNot = append(c.mayNot, take("members' access role", other.role("OrganizationAccountAccessRole")))
	case config.Shared:
		c.may = append(c.may, take("the readonly role of what it records", management.role("acme-readonly")))
		c.mayNot = append(c.mayNot, take("a workload's readonly role", other.role("acme-readonly")))
	default:
		c.may = append(c.may, take("shared's readonly role", shared.role("acme-readonly")))
		c.mayNot = append(c.mayNot, take("another workload's readonly role", other.role("acme-readonly")), take("its network role", shared.role("acme-"+s.environment+"-network")),
			take("management's readonly role", management.role("acme-readonly")))
	}
	return c
}

// pipelinesMayNot is what no pipeline does itself.
func pipelinesMayNot(s, other site, secretsKey string) []call {
	return []call{
		{"another stack's secrets", "kms:Decrypt", secretsKey, secretsOf(other.stack)},
		{"another project's secrets", "kms:Decrypt", secretsKey, when("kms:EncryptionContext:stack", s.stack)},
		{"the secrets key's policy", "kms:PutKeyPolicy", secretsKey, nil},
		{"a change", "ec2:CreateVpc", "*", nil},
		{"a look", "ec2:DescribeVpcs", "*", nil},
		{"state", "s3:GetObject", stateOf(s.stack).checkpoint, nil},
		{"a role", "iam:CreateRole", s.role("acme/app"), when("iam:PermissionsBoundary", s.iam("policy/acme-boundary"))},
		{"a secret", "secretsmanager:GetSecretValue", s.arn("secretsmanager", "secret:acme-x"), nil},
		{"a key", "kms:Decrypt", s.arn("kms", "key/any"), nil},
	}
}

// strangers are tokens that no role takes.
func strangers(shared site) []taker {
	wrongAudience := signsIn(shared, "another audience", "repo:acme/aws-platform:environment:dev")
	wrongAudience.with["token.actions.githubusercontent.com:aud"] = []string{"https://github.com/acme"}
	return []taker{
		signsIn(shared, "another repository", "repo:acme/other:environment:dev"),
		signsIn(shared, "another owner", "repo:evil/aws-platform:environment:dev"),
		wrongAudience,
		{"a role of the account", shared.session("acme-deploy"), nil},
	}
}

// networkCharter is what joins a workload's VPCs to the hub.
func networkCharter(s, other site, all map[string]site) charter {
	shared, management := all["shared"], all["management"]
	table := func(segment string) string {
		return shared.arn("ec2", "transit-gateway-route-table/"+shared.made("TransitGateway", "hub-route-table-"+segment).ID)
	}
	own, foreign := "nonproduction", "production"
	if s.stack == "prod" {
		own, foreign = foreign, own
	}
	attachment := s.arn("ec2", "transit-gateway-attachment/tgw-attach-1")
	mine, theirs := when("aws:ResourceTag/Environment", s.environment), when("aws:ResourceTag/Environment", other.environment)
	return charter{
		may: []call{
			{"accepting", "ec2:AcceptTransitGatewayVpcAttachment", attachment, nil},
			{"naming its own", "ec2:CreateTags", attachment, when("aws:RequestTag/Environment", s.environment, "aws:TagKeys", "Environment")},
			{"joining its own", "ec2:AssociateTransitGatewayRouteTable", attachment, mine},
			{"to its segment", "ec2:AssociateTransitGatewayRouteTable", table(own), nil},
			{"telling shared services", "ec2:EnableTransitGatewayRouteTablePropagation", table("infrastructure"), nil},
		},
		mayNot: []call{
			{"joining another's attachment", "ec2:AssociateTransitGatewayRouteTable", attachment, theirs},
			{"joining one nobody has named", "ec2:AssociateTransitGatewayRouteTable", attachment, nil},
			{"the other segment's table", "ec2:AssociateTransitGatewayRouteTable", table(foreign), nil},
			{"shared's table", "ec2:AssociateTransitGatewayRouteTable", table("infrastructure"), nil},
			{"telling the other segment", "ec2:EnableTransitGatewayRouteTablePropagation", table(foreign), nil},
			{"claiming another's", "ec2:CreateTags", attachment, when("aws:RequestTag/Environment", s.environment, "aws:ResourceTag/Environment", other.environment)},
			{"naming itself another", "ec2:CreateTags", attachment, when("aws:RequestTag/Environment", other.environment, "aws:TagKeys", "Environment")},
			{"a route of the hub", "ec2:CreateTransitGatewayRoute", table(own), nil},
			{"a route of shared's VPC", "ec2:CreateRoute", shared.arn("ec2", "route-table/rtb-1"), nil},
			{"deleting a table", "ec2:DeleteTransitGatewayRouteTable", table(own), nil},
			{"deleting the hub", "ec2:DeleteTransitGateway", shared.arn("ec2", "transit-gateway/x"), nil},
			{"another region", "ec2:AcceptTransitGatewayVpcAttachment", arn("ec2", "eu-central-1", s.id, "transit-gateway-attachment/x"), when("aws:RequestedRegion", "eu-central-1")},
			{"a record", "route53:ChangeResourceRecordSets", arn("route53", "", "", "hostedzone/"+shared.made("PublicZone", "public-zone-zone").ID), nil},
			{"a role", "iam:CreateRole", shared.role("acme/app"), when("iam:PermissionsBoundary", shared.iam("policy/acme-boundary"))},
			{"taking on another role", "sts:AssumeRole", shared.role("acme-deploy"), nil},
		},
		takes: runnersOf(s, all),
		refuses: append(strangersToJobs(s, other, all),
			taker{"management's auditor", management.session(auditorSession), nil}),
	}
}

// runnersOf are who runs a workload's stack.
func runnersOf(s site, all map[string]site) []taker {
	return []taker{
		{"an operator", all["management"].session(operatorSession), nil},
		{"its pipeline", all["shared"].session("acme-ci-" + s.stack), nil},
	}
}

// strangersToJobs are who a workload's narrow roles keep out.
func strangersToJobs(s, other site, all map[string]site) []taker {
	return []taker{
		{"another's pipeline", all["shared"].session("acme-ci-" + other.stack), nil},
		{"its preview", all["shared"].session("acme-ci-" + s.stack + "-preview"), nil},
		{"another's deploy role", other.session("acme-deploy"), nil},
		{"an operator after leaving", outside(all["management"].session(operatorSession)), nil},
		{"an operator's name elsewhere", other.session(operatorSession), nil},
	}
}

// dnsCharter is what delegates a workload's zone, and lets its VPCs ask shared's.
func dnsCharter(s, other site, all map[string]site) charter {
	shared := all["shared"]
	zone := arn("route53", "", "", "hostedzone/"+shared.made("PublicZone", "public-zone-zone").ID)
	private := arn("route53", "", "", "hostedzone/"+shared.made("PrivateZone", "private-zone-zone").ID)
	record := func(name, kind, action string) conditions {
		return when("route53:ChangeResourceRecordSetsNormalizedRecordNames", name,
			"route53:ChangeResourceRecordSetsRecordTypes", kind, "route53:ChangeResourceRecordSetsActions", action)
	}
	domain, theirs := s.environment+".acme.example", other.environment+".acme.example"
	const change = "route53:ChangeResourceRecordSets"
	return charter{
		may: []call{
			{"its own name servers", change, zone, record(domain, "NS", "UPSERT")},
			{"its key's fingerprint", change, zone, record(domain, "DS", "CREATE")},
			{"taking them away", change, zone, record(domain, "NS", "DELETE")},
			{"a look at the zone", "route53:GetHostedZone", zone, nil},
			{"its VPCs' questions", "route53:CreateVPCAssociationAuthorization", private, when("route53:VPCs", "VPCId=vpc-1,VPCRegion=eu-west-1")},
		},
		mayNot: []call{
			{"another environment's name servers", change, zone, record(theirs, "NS", "UPSERT")},
			{"an address under its own name", change, zone, record(domain, "A", "UPSERT")},
			{"a name below its own", change, zone, record("www."+domain, "NS", "UPSERT")},
			{"the zone's own name", change, zone, record("acme.example", "NS", "UPSERT")},
			{"its own and another's at once", change, zone, when("route53:ChangeResourceRecordSetsNormalizedRecordNames", domain,
				"route53:ChangeResourceRecordSetsNormalizedRecordNames", theirs, "route53:ChangeResourceRecordSetsRecordTypes", "NS")},
			{"a record that names nothing", change, zone, nil},
			{"another zone", change, arn("route53", "", "", "hostedzone/ZOTHER"), record(domain, "NS", "UPSERT")},
			{"a record of the private zone", change, private, record(domain, "NS", "UPSERT")},
			{"VPCs of another region", "route53:CreateVPCAssociationAuthorization", private, when("route53:VPCs", "VPCId=vpc-1,VPCRegion=us-east-1")},
			{"the zone itself", "route53:DeleteHostedZone", zone, nil},
			{"its signing", "route53:DisableHostedZoneDNSSEC", zone, nil},
			{"a zone", "route53:CreateHostedZone", "*", nil},
			{"a role", "iam:CreateRole", shared.role("acme/app"), when("iam:PermissionsBoundary", shared.iam("policy/acme-boundary"))},
			{"taking on another role", "sts:AssumeRole", shared.role("acme-deploy"), nil},
		},
		takes:   runnersOf(s, all),
		refuses: strangersToJobs(s, other, all),
	}
}
