package iampolicy

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// PoliciesPerRole is how many managed policies a role takes by default, from "IAM and AWS STS quotas".
const PoliciesPerRole = 10

// inputRoom is what a value that is not known yet is taken to need: the longest ARN of the services used here, about.
const inputRoom = 160

// Split divides statements among as few managed policies as first-fit finds: each statement, in order, goes into the
// first policy that has room for it. The same statements always give the same policies, and a statement added at the end
// moves none of the others. What cannot be divided, or needs more policies than a role takes, is refused with the numbers.
func Split(statements ...Statement) ([][]Statement, error) {
	if err := check(statements); err != nil {
		return nil, err
	}
	var policies [][]Statement
	total := 0
	for i, s := range statements {
		alone, err := size([]Statement{s})
		if err != nil {
			return nil, err
		}
		if alone > int(ManagedPolicy) {
			return nil, fmt.Errorf("policy statement %d (%s): alone needs %d characters, a managed policy takes %d: divide its resources or actions",
				i+1, s.Sid, alone, ManagedPolicy)
		}
		total += alone
		if policies, err = place(policies, s); err != nil {
			return nil, err
		}
	}
	if len(policies) > PoliciesPerRole {
		return nil, fmt.Errorf("policy: %d statements of together %d characters need %d managed policies of %d, a role takes %d: "+
			"grant less, or use two roles", len(statements), total, len(policies), ManagedPolicy, PoliciesPerRole)
	}
	return policies, nil
}

// place puts a statement into the first policy with room, or into one more.
func place(policies [][]Statement, s Statement) ([][]Statement, error) {
	for i, policy := range policies {
		longer := slices.Concat(policy, []Statement{s})
		needed, err := size(longer)
		if err != nil {
			return nil, err
		}
		if needed <= int(ManagedPolicy) {
			policies[i] = longer
			return policies, nil
		}
	}
	return append(policies, []Statement{s}), nil
}

// size is how long the document of statements is as IAM counts it, without white space. Values not known yet count with
// the room they are given.
func size(statements []Statement) (int, error) {
	var values []any
	for _, s := range statements {
		for _, list := range s.inputs() {
			for _, input := range list {
				known, plain := input.(pulumi.String)
				if !plain {
					// Each is another one, or they would be taken for the same and written once.
					known = pulumi.String(fmt.Sprintf("%0*d", inputRoom, len(values)))
				}
				values = append(values, string(known))
			}
		}
	}
	document, err := render(statements, values)
	return len(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, document)), err
}
