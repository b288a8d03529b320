package security

import "aws-platform/pkg/iampolicy"

// ceiling is the most that any role made by the stacks can be given: what workloads, their controllers and the services
// that act for them do. It grants nothing by itself. Names end in * because it is a ceiling: each role's own policy says
// what it really does.
func (f facts) ceiling() []right {
	const why = "a ceiling: the role's own policies say what it does"
	verbs := func(service, verbs string) right {
		return right{service: service, verbs: verbs, where: worldwide, why: why}
	}
	return []right{
		verbs("acm", "Describe* Get* List*"),
		verbs("application-autoscaling", "D* Put* Register*"),
		verbs("autoscaling", "Complete* Create* D* Record* Set* Start* Terminate* Update*"),
		verbs("backup", "Copy* Create* Describe* Get* List* Start* Tag* Update*"),
		verbs("cloudwatch", "D* Get* List* Put*"),
		verbs("config", "BatchGet* Describe* Get* List* Put* Select*"),
		verbs("dynamodb", "Batch* Condition* Create* D* Get* List* Partial* PartiQL* Put* Query Restore* Scan Start* Tag* Update*"),
		verbs("ec2", `A* Create* D* Enable* Get* Modify* Re* Run* Search* Start* Stop* Terminate* Unassign*`),
		verbs("ec2messages", "Ack* Delete* Fail* Get* Send*"),
		verbs("ecr", "Batch* Complete* Create* Describe* Get* Initiate* List* Put* Tag* Upload*"),
		verbs("ecs", "D* List* Poll Register* Run* Start* Stop* Submit* Tag* Update*"),
		verbs("eks", "Access* Describe* List*"),
		verbs("eks-auth", "Assume*"),
		verbs("elasticfilesystem", "Client* Create* D* List* Tag* Untag*"),
		verbs("elasticloadbalancing", "Add* Create* D* Modify* Re* Set*"),
		verbs("events", "Describe* List* Put*"),
		verbs("execute-api", "Invoke*"),
		verbs("firehose", "Describe* Put*"),
		verbs("kinesis", "Describe* Get* List* Put* Subscribe*"),
		verbs("lambda", "Get* Invoke* List*"),
		verbs("logs", "Associate* Create* Describe* Filter* Get* List* Put* Start* Stop* Tag*"),
		verbs("organizations", "Describe* List*"),
		verbs("pricing", "Get*"),
		verbs("rds", "Add* Copy* Create* D* List* Restore*"),
		verbs("rds-data", "Batch* Begin* Commit* Execute* Rollback*"),
		verbs("rds-db", "connect"),
		verbs("route53", "Associate* Change* Create* D* Get* List*"),
		verbs("route53resolver", "Associate* Disassociate* Get* List*"),
		verbs("s3", "Abort* Delete* Get* Initiate* List* Object* Put* Replicate* Restore*"),
		verbs("scheduler", "Get* List*"),
		verbs("secretsmanager", "Describe* Get* List* Put* Update*"),
		verbs("ses", "Send*"),
		verbs("shield", "Describe* Get* List*"),
		verbs("sns", "Get* List* Publish"),
		verbs("sqs", "Change* Delete* Get* List* Receive* Send*"),
		verbs("ssm", "Describe* Get* List* Put* Update*"),
		verbs("ssmmessages", "Create* Open*"),
		verbs("states", "Describe* Send* Start*"),
		verbs("sts", "Assume* Get* Tag*"),
		verbs("tag", "Get*"),
		verbs("wafv2", "Associate* Disassociate* Get* List*"),
		verbs("xray", "Get* Put*"),
	}
}

// boundaryStatements are the boundary: the ceiling, and what stays forbidden even where a resource's own policy allows it.
func (f facts) boundaryStatements() []iampolicy.Statement {
	ceiling := iampolicy.Statement{Sid: "Ceiling", Resources: iampolicy.Strings("*")}
	for _, r := range f.ceiling() {
		ceiling.Actions = append(ceiling.Actions, actions(r.service, r.verbs)...)
		ceiling.Wildcard = r.why
	}
	own := f.iam("role" + f.scope.RolePath() + "*")
	statements := []iampolicy.Statement{
		ceiling,
		{
			// Of keys, those of the account: another account's open nothing here.
			Sid: "CeilingOfKeys", Wildcard: ceiling.Wildcard, Resources: iampolicy.Strings(f.own("kms", "key/*")),
			Actions: actions("kms", "CreateGrant Decrypt DescribeKey Encrypt Generate* ReEncrypt* RetireGrant RevokeGrant"),
		},
		{
			// Controllers that start machines hand them a role of the path, in a profile of the path.
			Sid: "CeilingOfIdentities", Wildcard: ceiling.Wildcard,
			Resources: iampolicy.Strings(own, f.iam("instance-profile"+f.scope.RolePath()+"*")),
			Actions: actions("iam", `AddRoleToInstanceProfile CreateInstanceProfile DeleteInstanceProfile Get* List* PassRole
				RemoveRoleFromInstanceProfile TagInstanceProfile`),
		},
		{
			Sid: "LeaveThePlatformAlone", Deny: true, Actions: iamWrites, Resources: iampolicy.Strings(f.protectedIdentities()...),
		},
		{
			Sid: "LeaveTheOrganizationAlone", Deny: true, Resources: iampolicy.Strings("*"),
			Actions: []string{
				"account:*", "organizations:Accept*", "organizations:Attach*", "organizations:Cancel*", "organizations:Close*",
				"organizations:Create*", "organizations:Decline*", "organizations:Delete*", "organizations:Deregister*",
				"organizations:Detach*", "organizations:Disable*", "organizations:Enable*", "organizations:Invite*",
				"organizations:Leave*", "organizations:Move*", "organizations:Put*", "organizations:Register*",
				"organizations:Remove*", "organizations:Tag*", "organizations:Untag*", "organizations:Update*",
			},
		},
		{
			Sid: "StayInTheOrganization", Deny: true, Actions: []string{"sts:AssumeRole"}, Resources: iampolicy.Strings("*"),
			Conditions: []iampolicy.Condition{iampolicy.When("StringNotEquals", "aws:ResourceOrgID", f.organizationID)},
		},
	}
	if f.secrets == "" {
		return statements
	}
	// Pulumi opens a stack's secrets with the credentials of the run, which are a pipeline's.
	keys := f.scope
	keys.AccountID = f.managementID
	return append(statements, iampolicy.Statement{
		Sid: "CeilingOfPipelines", Resources: iampolicy.Strings(keys.ARN("kms", "key/*")), Actions: []string{"kms:Decrypt", "kms:Encrypt"},
		Conditions: []iampolicy.Condition{
			iampolicy.When("ArnLike", "aws:PrincipalArn", f.iam("role/"+PipelineRole(f.scope.Organization, "*"))),
			iampolicy.When("StringEquals", "kms:EncryptionContext:project", f.secrets),
		},
	})
}
