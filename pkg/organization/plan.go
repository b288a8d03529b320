package organization

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
)

// maxPolicyName is the longest name of a policy of an organization.
const maxPolicyName = 128

// Member is an account of the organization, as its stack describes it.
type Member struct {
	// ID is the account's id; "" makes a new account.
	ID string
	// Email and Name are the root user's address and the account's name.
	Email, Name string
	// Unit is the path of the organizational unit it belongs to.
	Unit string
	// Close lets the account be closed when its stack is gone.
	Close bool
	// Scope is the account's own stack's, for its tags.
	Scope naming.Scope
}

// Members are the accounts of a project's stacks, by stack; the management account, which rules them, is not one.
func Members(project string, stacks map[string]*config.Stack) map[string]Member {
	members := map[string]Member{}
	for name, stack := range stacks {
		if stack.Kind == config.Management {
			continue
		}
		members[name] = Member{
			ID: stack.Account.ID, Email: stack.Account.Email, Name: stack.AccountName(), Unit: stack.Unit(), Close: stack.Account.Close,
			Scope: naming.Scope{
				Project: project, Organization: stack.Organization, Environment: stack.Environment, Owner: stack.Owner,
				CostCenter: stack.CostCenter, Extra: stack.Tags,
			},
		}
	}
	return members
}

// organizationPlan is everything about an organization that is known before AWS is asked.
type organizationPlan struct {
	units       []unitPlan // parents first
	members     []string   // stacks, sorted
	policyTypes []string
	tagPolicies []tagPolicyPlan // sorted by name
	delegates   []string        // service principals, sorted
}

// unitPlan is one organizational unit.
type unitPlan struct {
	path, parent, name string // parent "" is the root
	imported           string // id of one that exists already
	policies           []policyPlan
}

// policyPlan is one service control policy of a unit.
type policyPlan struct {
	key, name, text string
}

// tagPolicyPlan is one tag policy, and the units it is attached to; "" is the root.
type tagPolicyPlan struct {
	key, name, text string
	targets         []string
}

// planOrganization decides the tree and the policies, and refuses what AWS would. All faults are reported together.
func planOrganization(args Args) (organizationPlan, error) {
	cfg := args.Config
	plan := organizationPlan{members: slices.Sorted(maps.Keys(args.Members)), policyTypes: []string{serviceControlPolicy}}
	guarded := protected{
		scope: args.Scope, regions: cfg.AllowedRegions, stateBucket: args.StateBucket,
		logBuckets: slices.Sorted(slices.Values(args.LogBuckets)),
	}
	var faults []error
	for _, unit := range cfg.Units() {
		documents, err := packUnit(cfg, cfg.OrganizationalUnits[unit].Policies, guarded)
		if err != nil {
			faults = append(faults, fmt.Errorf("organizational unit %s: %w", unit, err))
		}
		made := unitPlan{path: unit, parent: config.ParentUnit(unit), name: path.Base(unit), imported: cfg.OrganizationalUnits[unit].Import}
		for _, document := range documents {
			made.policies = append(made.policies, policyPlan{
				key: unit + "-" + document.Name, text: document.Text,
				name: args.Scope.Name(maxPolicyName, "scp", strings.ReplaceAll(unit, "/", "-"), document.Name),
			})
		}
		plan.units = append(plan.units, made)
	}
	for _, stack := range plan.members {
		if _, known := cfg.OrganizationalUnits[args.Members[stack].Unit]; !known {
			faults = append(faults, fmt.Errorf("stack %s: %q is no organizational unit: use one of %s", stack, args.Members[stack].Unit, strings.Join(cfg.Units(), ", ")))
		}
	}
	if len(cfg.TagPolicies) > 0 {
		plan.policyTypes = append(plan.policyTypes, tagPolicy)
	}
	for _, name := range slices.Sorted(maps.Keys(cfg.TagPolicies)) {
		made, err := planTagPolicy(args.Scope, name, cfg.TagPolicies[name])
		if err != nil {
			faults = append(faults, fmt.Errorf("tag policy %s: %w", name, err))
		}
		plan.tagPolicies = append(plan.tagPolicies, made)
	}
	if d := cfg.DelegatedAdministrator; d != nil {
		if _, known := args.Members[d.Stack]; !known {
			faults = append(faults, fmt.Errorf("delegatedAdministrator.stack: %q is no member: use one of %s", d.Stack, strings.Join(plan.members, ", ")))
		}
		plan.delegates = slices.Sorted(slices.Values(d.DelegatedServices()))
	}
	return plan, errors.Join(faults...)
}

// packUnit are the service control policies of one unit.
func packUnit(cfg config.Governance, names []string, guarded protected) ([]document, error) {
	statements, err := statementsOf(names, guarded)
	if err != nil {
		return nil, err
	}
	return pack(statements, cfg.SCPMaxCharacters, cfg.SCPMaxPerTarget)
}

// tagPolicyCharacters is the longest tag policy AWS takes.
const tagPolicyCharacters = 10000

// planTagPolicy writes a tag policy in AWS's language: "@@assign" sets a value for everything below.
func planTagPolicy(scope naming.Scope, name string, policy config.TagPolicy) (tagPolicyPlan, error) {
	type assign map[string]any
	tags := map[string]any{}
	for key, rule := range policy.Tags {
		tag := map[string]any{"tag_key": assign{"@@assign": key}}
		if len(rule.Values) > 0 {
			tag["tag_value"] = assign{"@@assign": slices.Sorted(slices.Values(rule.Values))}
		}
		if len(rule.EnforcedFor) > 0 {
			tag["enforced_for"] = assign{"@@assign": slices.Sorted(slices.Values(rule.EnforcedFor))}
		}
		tags[strings.ToLower(key)] = tag
	}
	text, err := minified(map[string]any{"tags": tags})
	if err == nil && len(text) > tagPolicyCharacters {
		err = fmt.Errorf("has %d characters, AWS takes %d: make two of it", len(text), tagPolicyCharacters)
	}
	targets := slices.Sorted(slices.Values(policy.OrganizationalUnits))
	if len(targets) == 0 {
		targets = []string{""}
	}
	return tagPolicyPlan{key: name, name: scope.Name(maxPolicyName, "tags", name), text: text, targets: targets}, err
}
