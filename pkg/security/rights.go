package security

import (
	"errors"
	"fmt"
	"strings"

	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
)

// globalRegion is the region whose endpoint answers for services that AWS runs once for the whole partition: CloudFront,
// its certificates and web ACLs, Route 53, budgets.
const globalRegion = "us-east-1"

// facts are what the policies of one account are made of, all of it plain text, so that every policy is a pure function.
type facts struct {
	scope          naming.Scope // the account's
	organizationID string
	managementID   string
	sharedID       string
	// stack is the stack that owns the account; previews are the stacks whose previews also read here.
	stack    string
	previews []string
	// operators, readers and users are principals of the management account, as their ARNs end.
	operators, readers, users []string
	// roles are name patterns of roles without a path that the account's stack makes, beside those of the path.
	roles []string
	// issuers are the hosts of the identity providers the account's stack makes, beside its clusters'.
	issuers []string
	// secrets is the project whose stacks' secrets pipelines that sign in here open, "" where none do.
	secrets string
	// regions are those the account's stack works in beside the scope's.
	regions []string
	// watches says the account's stack runs the organization's trail and detectors.
	watches bool
	// governs says the account is the organization's management account.
	governs bool
}

// iam is the ARN of something of IAM's in the account.
func (f facts) iam(resource string) string {
	return f.scope.GlobalARN("iam", f.scope.AccountID, resource)
}

// own is the ARN pattern of a service's resources in the account, in whatever region.
func (f facts) own(service, resource string) string {
	return strings.Join([]string{"arn", f.scope.Partition, service, "*", f.scope.AccountID, resource}, ":")
}

// reach is where a right holds.
type reach int

const (
	regional  reach = iota // in the stack's regions, and in the one that answers for the whole partition
	worldwide              // everywhere: the service has no regions, or its ARNs name one
	ownS3                  // in buckets of the account: a bucket's ARN does not say whose it is
)

// right is what a role may do with one service: a line of a table that a reviewer reads.
type right struct {
	sid     string
	service string
	verbs   string // the actions' names, with spaces between them
	// on are ARNs; none is "*", for actions that know no resource or are held to the account by where they are called.
	on    []string
	where reach
	when  []iampolicy.Condition
	// why is the reason that a name ends in *.
	why string
}

// statement is a right as a policy says it.
func (f facts) statement(r right) iampolicy.Statement {
	s := iampolicy.Statement{Sid: r.sid, Actions: actions(r.service, r.verbs), Wildcard: r.why, Conditions: r.when}
	s.Resources = iampolicy.Strings("*")
	if len(r.on) > 0 {
		s.Resources = iampolicy.Strings(r.on...)
	}
	switch r.where {
	case regional:
		regions := append([]string{f.scope.Region, globalRegion}, f.regions...)
		s.Conditions = append(s.Conditions, iampolicy.When("StringEquals", "aws:RequestedRegion", regions...))
	case ownS3:
		s.Conditions = append(s.Conditions, iampolicy.When("StringEquals", "aws:ResourceAccount", f.scope.AccountID))
	}
	return s
}

// actions are a service's actions by their names.
func actions(service, verbs string) []string {
	var all []string
	for verb := range strings.FieldsSeq(verbs) {
		all = append(all, service+":"+verb)
	}
	return all
}

// chapter is one managed policy: the rights of one subject. The split is by subject and not by size, so that a new right
// changes one policy and moves none: rights that move between policies are gone for a moment.
type chapter struct {
	name       string // ends the policy's name: "network"
	statements []iampolicy.Statement
}

// chapterOf is a chapter of a table of rights.
func (f facts) chapterOf(name string, rights []right) chapter {
	c := chapter{name: name}
	for _, r := range rights {
		c.statements = append(c.statements, f.statement(r))
	}
	return c
}

// document is the chapter's JSON, within what AWS takes.
func (c chapter) document() (string, error) {
	text, err := iampolicy.Text(c.statements...)
	if err == nil {
		err = iampolicy.ManagedPolicy.Holds(text)
	}
	if err != nil {
		return "", fmt.Errorf("policy %s: %w", c.name, err)
	}
	return text, nil
}

// checkSplit refuses what AWS would, all faults at once.
func checkSplit(chapters []chapter) error {
	var faults []error
	if len(chapters) > iampolicy.PoliciesPerRole {
		faults = append(faults, fmt.Errorf("%d managed policies for one role, AWS takes %d: put subjects together", len(chapters), iampolicy.PoliciesPerRole))
	}
	for _, c := range chapters {
		if _, err := c.document(); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}
