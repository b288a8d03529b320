package security

import (
	"fmt"

	"aws-platform/pkg/iampolicy"
)

// trusted are principals of one account, as their ARNs end: "role/acme-ci-dev", "user/break-glass/first".
type trusted struct {
	sid        string
	accountID  string
	principals []string
	when       []iampolicy.Condition
}

// trustStatements open a role to principals, each account's in a statement of its own. The account is the principal and
// who of it is a condition, because a role named as principal is stored by its internal id, and shut out once it is made
// again; the organization is asked for, so that an account that leaves is out the same day.
func (f facts) trustStatements(all ...trusted) []iampolicy.Statement {
	var statements []iampolicy.Statement
	for _, t := range all {
		if len(t.principals) == 0 {
			continue
		}
		arns := make([]string, len(t.principals))
		for i, principal := range t.principals {
			arns[i] = f.scope.GlobalARN("iam", t.accountID, principal)
		}
		statements = append(statements, iampolicy.Statement{
			Sid: t.sid, Actions: []string{"sts:AssumeRole"},
			Principals: iampolicy.Principals{AWS: iampolicy.Strings(f.scope.GlobalARN("iam", t.accountID, "root"))},
			Conditions: append([]iampolicy.Condition{
				iampolicy.When("ArnLike", "aws:PrincipalArn", arns...),
				iampolicy.When("StringEquals", "aws:PrincipalOrgID", f.organizationID),
			}, t.when...),
		})
	}
	return statements
}

// trustDocument is a trust policy, within what AWS takes.
func trustDocument(role string, statements []iampolicy.Statement) (string, error) {
	text, err := iampolicy.Text(statements...)
	if err == nil {
		err = iampolicy.TrustPolicy.Holds(text)
	}
	if err != nil {
		return "", fmt.Errorf("trust of %s: %w", role, err)
	}
	return text, nil
}

// roleNames are principals of roles by path and name.
func roleNames(names ...string) []string {
	principals := make([]string, len(names))
	for i, name := range names {
		principals[i] = "role/" + name
	}
	return principals
}

// deployTrust is who deploys: operators, and the pipelines of the account's stack.
func (f facts) deployTrust() []iampolicy.Statement {
	return f.trustStatements(
		trusted{sid: "Operators", accountID: f.managementID, principals: roleNames(f.operators...)},
		trusted{
			sid: "Pipelines", accountID: f.sharedID,
			principals: roleNames(PipelineRole(f.scope.Organization, f.stack)),
		},
	)
}

// readonlyTrust is who previews: those who deploy, readers, and the preview pipelines of every stack that reads here.
func (f facts) readonlyTrust() []iampolicy.Statement {
	var pipelines []string
	for _, stack := range append([]string{f.stack}, f.previews...) {
		pipelines = append(pipelines, PipelinePreviewRole(f.scope.Organization, stack))
	}
	people := append(append([]string{}, f.operators...), f.readers...)
	return f.trustStatements(
		trusted{sid: "Operators", accountID: f.managementID, principals: roleNames(people...)},
		trusted{sid: "Pipelines", accountID: f.sharedID, principals: roleNames(pipelines...)},
	)
}

// secondFactorSeconds is how old the second factor of who breaks the glass may be.
const secondFactorSeconds = "3600"

// breakGlassTrust is who breaks the glass: named users of the management account with a second factor just shown. Users,
// because sessions of Identity Center carry no sign of a second factor, and because this way in must work when Identity
// Center does not.
func (f facts) breakGlassTrust() []iampolicy.Statement {
	users := make([]string, len(f.users))
	for i, user := range f.users {
		users[i] = "user/" + user
	}
	return f.trustStatements(trusted{sid: "Users", accountID: f.managementID, principals: users, when: []iampolicy.Condition{
		iampolicy.When("Bool", "aws:MultiFactorAuthPresent", "true"),
		iampolicy.When("NumericLessThan", "aws:MultiFactorAuthAge", secondFactorSeconds),
	}})
}
