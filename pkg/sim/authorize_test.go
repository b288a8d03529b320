package sim

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// worker is a session of the role "worker" in the member account.
func worker() identity {
	return identity{
		Account: memberID, ARN: "arn:" + "aws:sts::" + memberID + ":assumed-role/worker/up",
		Source: roleARN(memberID, "worker"), UserID: "AROA:up",
	}
}

// granting is a policy of one statement.
func granting(effect, actions, more string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `","Action":` + actions + `,"Resource":"*"` + more + `}]}`
}

// asWorker makes a resource of the member account as a session of the role.
func (s *stage) asWorker(asked act) (*Resource, *Error) {
	s.t.Helper()
	caller, at := worker(), s.in(memberID, "eu-west-1")
	inputs, ok := s.resolve(map[string]any(asked.inputs)).(map[string]any)
	require.True(s.t, ok)
	wanted := at.call(asked.token, asked.name, inputs)
	wanted.Caller = &caller
	made, err := at.model.create(wanted)
	return made, refusalOf(s.t, err)
}

func memberRole(more props) act {
	inputs := props{"name": "worker", "assumeRolePolicy": assumable(byAccount), "tags": props{"team": "net"}}
	for key, value := range more {
		inputs[key] = value
	}
	return act{token: roleToken, name: "worker", account: memberID, inputs: inputs}
}

func memberRights(document string) act {
	return act{token: typeRolePolicy, name: "rights", account: memberID, inputs: props{"name": "rights", "role": "worker", "policy": document}}
}

func memberPolicy(name, document string) act {
	return act{token: "aws:iam/policy:Policy", name: name, account: memberID, inputs: props{"name": name, "policy": document}}
}

// TestRolesAreHeldToTheirPolicies makes a VPC as a role of the member account.
func TestRolesAreHeldToTheirPolicies(t *testing.T) {
	t.Parallel()
	const vpcs, implicit = `["ec2:CreateVpc","ec2:CreateTags"]`, "because no identity-based policy allows the ec2:CreateVpc action"
	inline := memberRights(granting("Allow", vpcs, ""))
	scp := func(content, target string) []act {
		return []act{organized, memberRole(nil), inline, scpAct("p", content), attachAct("a", "$p", target)}
	}
	attach := func(arn string) act {
		return act{token: typePolicyAttachment, name: "attached", account: memberID, inputs: props{"role": "worker", "policyArn": arn}}
	}
	when := func(condition string) []act {
		return []act{memberRole(nil), memberRights(granting("Allow", vpcs, `,"Condition":{`+condition+`}`))}
	}
	for name, test := range map[string]struct {
		after []act
		want  string // the end of the refusal
	}{
		"no role of that name":        {nil, implicit},
		"a role without policies":     {[]act{memberRole(nil)}, implicit},
		"an inline policy":            {[]act{memberRole(nil), inline}, ""},
		"one written into the role":   {[]act{memberRole(props{"inlinePolicies": []any{props{"name": "x", "policy": granting("Allow", vpcs, "")}}})}, ""},
		"one action of two":           {[]act{memberRole(nil), memberRights(granting("Allow", `"ec2:CreateVpc"`, ""))}, "because no identity-based policy allows the ec2:CreateTags action"},
		"a policy of AWS":             {[]act{memberRole(nil), attach("arn:" + "aws:iam::aws:policy/AdministratorAccess")}, ""},
		"a read-only policy of AWS":   {[]act{memberRole(nil), attach("arn:" + "aws:iam::aws:policy/ReadOnlyAccess")}, implicit},
		"a policy of AWS in the role": {[]act{memberRole(props{"managedPolicyArns": []any{"arn:" + "aws:iam::aws:policy/PowerUserAccess"}})}, ""},
		"a policy of the account":     {[]act{memberRole(nil), memberPolicy("own", granting("Allow", vpcs, "")), attach("$own.arn")}, ""},
		"a policy of another role":    {[]act{memberRole(nil), {token: roleToken, name: "other", account: memberID, inputs: props{"name": "other", "assumeRolePolicy": assumable(byAccount)}}, {token: typeRolePolicy, name: "theirs", account: memberID, inputs: props{"name": "theirs", "role": "other", "policy": granting("Allow", vpcs, "")}}}, implicit},
		"a boundary that allows":      {[]act{memberPolicy("limit", granting("Allow", `"ec2:*"`, "")), memberRole(props{"permissionsBoundary": "$limit.arn"}), inline}, ""},
		"a boundary that does not":    {[]act{memberPolicy("limit", granting("Allow", `"s3:*"`, "")), memberRole(props{"permissionsBoundary": "$limit.arn"}), inline}, "because no permissions boundary allows the ec2:CreateVpc action"},
		"a service control policy":    {scp(granting("Deny", `"ec2:CreateVpc"`, ""), memberID), "with an explicit deny in a service control policy"},
		"one on the root":             {scp(granting("Deny", `"ec2:CreateVpc"`, ""), rootID), "with an explicit deny in a service control policy"},
		"one about something else":    {scp(granting("Deny", `"s3:*"`, ""), memberID), ""},
		"in the region":               {when(`"StringEquals":{"aws:RequestedRegion":"eu-west-1"}`), ""},
		"in another region":           {when(`"StringEquals":{"aws:RequestedRegion":"us-east-1"}`), implicit},
		"with the tag":                {when(`"StringEquals":{"aws:RequestTag/Env":"dev"},"ForAllValues:StringEquals":{"aws:TagKeys":["Env"]}`), ""},
		"with another tag":            {when(`"StringEquals":{"aws:RequestTag/Env":"prod"}`), implicit},
		"of a role with a tag":        {when(`"StringEquals":{"aws:PrincipalTag/team":"net"}`), ""},
		"of the organization":         {when(`"StringEquals":{"aws:PrincipalOrgID":"` + organizationID + `"}`), ""},
		"of another one":              {when(`"StringEquals":{"aws:PrincipalOrgID":"o-other"}`), implicit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, ruleCase{after: test.after}, "")
			made, refused := s.asWorker(act{token: vpcToken, name: "main", inputs: props{"cidrBlock": "10.0.0.0/16", "tags": props{"Env": "dev"}}})
			if test.want == "" {
				require.Nil(t, refused)
				require.NotEmpty(t, made.ID)
				return
			}
			require.NotNil(t, refused, "was taken")
			require.Equal(t, "UnauthorizedOperation", refused.Code)
			require.Equal(t, http.StatusForbidden, refused.Status)
			require.Contains(t, refused.Message, "You are not authorized to perform this operation. User: "+worker().ARN+" is not authorized to perform: ec2:Create")
			require.True(t, strings.HasSuffix(refused.Message, test.want+"."), refused.Message)
		})
	}
}

// TestEveryCallIsHeld: updates, deletions and reads as well; and each service refuses in its own words.
func TestEveryCallIsHeld(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: []act{memberRole(nil)}}, "")
	at, caller := s.in(memberID, "eu-west-1"), worker()
	vpc := at.vpc()
	asked := at.call(vpcToken, "main", map[string]any{"cidrBlock": "10.0.0.0/16"})
	asked.ID, asked.Caller = vpc.ID, &caller
	_, err := at.model.update(asked)
	require.ErrorContains(t, err, "not authorized to perform: ec2:ModifyVpcAttribute on resource: "+vpc.Text("arn"))
	require.ErrorContains(t, at.model.remove(asked), "not authorized to perform: ec2:DeleteVpc on resource: "+vpc.Text("arn"))
	_, err = at.model.read(asked)
	require.ErrorContains(t, err, "not authorized to perform: ec2:DescribeVpcs on resource: *")

	for token, test := range map[string]struct {
		inputs        props
		code, message string
		status        int
	}{
		"aws:cloudwatch/logGroup:LogGroup": {props{"name": "g"}, "AccessDeniedException",
			"logs:CreateLogGroup on resource: arn:" + "aws:logs:eu-west-1:" + memberID + ":log-group:g", http.StatusBadRequest},
		"aws:iam/rolePolicy:RolePolicy": {props{"name": "p", "role": "worker", "policy": granting("Allow", `"s3:GetObject"`, "")}, "AccessDenied",
			"iam:PutRolePolicy on resource: " + worker().Source, http.StatusForbidden},
		bucketToken: {props{"bucket": "b"}, "AccessDenied", "s3:CreateBucket on resource: arn:" + "aws:s3:::b", http.StatusForbidden},
	} {
		_, refused := s.asWorker(act{token: token, name: "x", inputs: test.inputs})
		require.NotNil(t, refused, token)
		require.Equal(t, test.code, refused.Code)
		require.Equal(t, test.status, refused.Status)
		require.Contains(t, refused.Message, "is not authorized to perform: "+test.message+" because no identity-based policy allows")
	}
}

// TestPassingARole wants the right to the role that is handed on, and only if one is.
func TestPassingARole(t *testing.T) {
	t.Parallel()
	flowLogs := roleAct("delivery", assumable(`{"Service":"vpc-flow-logs.amazonaws.com"}`))
	flowLogs.account = memberID
	logs := act{token: "aws:cloudwatch/logGroup:LogGroup", name: "g", account: memberID, inputs: props{"name": "g"}}
	net := act{token: vpcToken, name: "main", account: memberID, inputs: props{"cidrBlock": "10.0.0.0/16"}}
	create := act{token: "aws:ec2/flowLog:FlowLog", name: "f", inputs: props{
		"vpcId": "$main", "trafficType": "ALL", "logDestinationType": "cloud-watch-logs", "logDestination": "$g.arn", "iamRoleArn": "$delivery.arn"}}
	try := func(more string) *Error {
		s := newStage(t, ruleCase{after: []act{memberRole(nil), flowLogs, logs, net, memberRights(
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:CreateFlowLogs","ec2:CreateTags"],"Resource":"*"}` + more + `]}`)}}, "")
		_, refused := s.asWorker(create)
		return refused
	}
	pass := func(service string) string {
		return `,{"Effect":"Allow","Action":"iam:PassRole","Resource":"` + roleARN(memberID, "delivery") +
			`","Condition":{"StringEquals":{"iam:PassedToService":"` + service + `"}}}`
	}
	require.ErrorContains(t, try(""), "iam:PassRole on resource: "+roleARN(memberID, "delivery"))
	require.ErrorContains(t, try(pass("ec2.amazonaws.com")), "iam:PassRole")
	require.Nil(t, try(pass("vpc-flow-logs.amazonaws.com")))
}

// TestKeysHaveTheLastWord: the rights of a role do not open a key whose policy names somebody else.
func TestKeysHaveTheLastWord(t *testing.T) {
	t.Parallel()
	role := memberRole(props{"managedPolicyArns": []any{"arn:" + "aws:iam::aws:policy/AdministratorAccess"}})
	other := act{token: roleToken, name: "other", account: memberID, inputs: props{"name": "other", "assumeRolePolicy": assumable(byAccount)}}
	for principal, want := range map[string]bool{roleARN(memberID, "other"): false, "arn:" + "aws:iam::" + memberID + ":root": true} {
		key := act{token: "aws:kms/key:Key", name: "key", account: memberID, inputs: props{
			"policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*","Principal":{"AWS":"` + principal + `"}}]}`}}
		s := newStage(t, ruleCase{after: []act{role, other, key}}, "")
		caller, at := worker(), s.in(memberID, "eu-west-1")
		asked := at.call("aws:kms/key:Key", "key", nil)
		asked.ID, asked.Caller = s.made["key"].ID, &caller
		_, err := at.model.read(asked)
		require.Equal(t, want, err == nil, "%s: %v", principal, err)
	}
}

// TestWhoIsNotHeld: the operator, the access role of Organizations, and what nobody asked for; SCPs hold for the second.
func TestWhoIsNotHeld(t *testing.T) {
	t.Parallel()
	s := newStage(t, ruleCase{after: []act{organized, scpAct("p", granting("Deny", `"ec2:CreateVpc"`, "")), attachAct("a", "$p", rootID)}}, "")
	home := operator(place{Account: managementID, Partition: "aws"})
	access := identity{Account: memberID, ARN: "arn:" + "aws:sts::" + memberID + ":assumed-role/" + accessRole + "/up", Source: roleARN(memberID, accessRole)}
	for name, test := range map[string]struct {
		caller  *identity
		account string
		denied  bool
	}{
		"the operator, whom no SCP holds": {&home, managementID, false},
		"the access role, held by SCPs":   {&access, memberID, true},
		"nobody":                          {nil, memberID, false},
	} {
		at := s.in(test.account, "eu-west-1")
		asked := at.call(vpcToken, name, map[string]any{"cidrBlock": "10.0.0.0/16"})
		asked.Caller = test.caller
		_, err := at.model.create(asked)
		require.Equal(t, test.denied, err != nil, "%s: %v", name, err)
	}
	subnet := s.in(memberID, "eu-west-1").call("aws:ec2/internetGateway:InternetGateway", "igw", nil)
	subnet.Caller = &access
	_, err := s.model.create(subnet)
	require.NoError(t, err, "what the SCP does not deny")
}

func TestUnknownPoliciesOfAWS(t *testing.T) {
	t.Parallel()
	refused := ruleCase{code: "NoSuchEntity", message: "Policy arn:aws:iam::aws:policy/Nope does not exist or is not attachable.", status: http.StatusNotFound}
	with := func(change func(*ruleCase)) ruleCase {
		test := refused
		change(&test)
		return test
	}
	role := roleAct("r", assumable(byAccount))
	const nope, known = "arn:aws:iam::aws:policy/Nope", "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
	refusals(t, map[string]ruleCase{
		"attached": with(func(c *ruleCase) {
			c.after, c.create, c.passes = []act{role}, attachmentAct("a", "r", nope), props{"policyArn": known}
		}),
		"as a boundary": with(func(c *ruleCase) {
			c.create, c.passes = act{token: roleToken, name: "r", inputs: props{"name": "r", "assumeRolePolicy": assumable(byAccount),
				"permissionsBoundary": nope}}, props{"permissionsBoundary": known}
		}),
		"in the role": with(func(c *ruleCase) {
			c.after, c.change = []act{role}, "r"
			c.create = act{inputs: props{"name": "r", "assumeRolePolicy": assumable(byAccount), "managedPolicyArns": []any{nope}}}
			c.passes = props{"managedPolicyArns": []any{known}}
		}),
	})
}
