// Package iampolicy makes policy documents from typed statements.
package iampolicy

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// version is the only version of the policy language that has variables and condition keys.
const version = "2012-10-17"

// Statement is one statement of a policy.
type Statement struct {
	Sid  string
	Deny bool
	// Principals are who the statement is about; in resource and trust policies only.
	Principals Principals
	Actions    []string
	// Resources are ARNs; empty in trust policies only.
	Resources  []pulumi.StringInput
	Conditions []Condition
	// Wildcard is the reason an action or an Allow for everybody may be as wide as it is. Without it they are refused.
	Wildcard string
}

// Principals are who a statement is about.
type Principals struct {
	AWS       []pulumi.StringInput // ARNs
	Service   []string             // service names, "vpc-flow-logs.amazonaws.com"
	Federated []pulumi.StringInput // identity provider ARNs
	// Everybody is "*". In an Allow it needs Statement.Wildcard.
	Everybody bool
}

func (p Principals) empty() bool {
	return len(p.AWS)+len(p.Service)+len(p.Federated) == 0 && !p.Everybody
}

// Condition restricts a statement: Operator("StringEquals"), Key("aws:SourceAccount"), any one of Values.
type Condition struct {
	Operator, Key string
	Values        []pulumi.StringInput
}

// When is a condition on plain values.
func When(operator, key string, values ...string) Condition {
	return Condition{Operator: operator, Key: key, Values: Strings(values...)}
}

// Strings are plain values as inputs.
func Strings(values ...string) []pulumi.StringInput {
	inputs := make([]pulumi.StringInput, len(values))
	for i, value := range values {
		inputs[i] = pulumi.String(value)
	}
	return inputs
}

// Document is the JSON of a policy. Statements stay in order, everything inside one is sorted, so that the same policy
// is always the same text. All faults are reported together.
func Document(statements ...Statement) (pulumi.StringOutput, error) {
	if err := check(statements); err != nil {
		return pulumi.StringOutput{}, err
	}
	// JSON of nested unknowns is not possible, so every input is gathered first and the document is made of plain text.
	var inputs []any
	for _, s := range statements {
		for _, list := range s.inputs() {
			for _, input := range list {
				inputs = append(inputs, input)
			}
		}
	}
	return pulumi.All(inputs...).ApplyT(func(values []any) (string, error) {
		return render(statements, values)
	}).(pulumi.StringOutput), nil
}

// Text is the same of plain values, where no input waits for anything: the document is known before anything is made.
func Text(statements ...Statement) (string, error) {
	if err := check(statements); err != nil {
		return "", err
	}
	var values []any
	for _, s := range statements {
		for _, list := range s.inputs() {
			for _, input := range list {
				plain, ok := input.(pulumi.String)
				if !ok {
					return "", fmt.Errorf("policy statement %s: has an input that is no plain text", s.Sid)
				}
				values = append(values, string(plain))
			}
		}
	}
	return render(statements, values)
}

// inputs are the statement's lists of inputs, always in this order.
func (s Statement) inputs() [][]pulumi.StringInput {
	lists := [][]pulumi.StringInput{s.Principals.AWS, s.Principals.Federated, s.Resources}
	for _, condition := range s.Conditions {
		lists = append(lists, condition.Values)
	}
	return lists
}

func check(statements []Statement) error {
	if len(statements) == 0 {
		return errors.New("policy: has no statement")
	}
	var faults []error
	for i, s := range statements {
		where := fmt.Sprintf("policy statement %d (%s)", i+1, s.Sid)
		if len(s.Actions) == 0 {
			faults = append(faults, fmt.Errorf("%s: has no action", where))
		}
		for _, action := range s.Actions {
			service, name, found := strings.Cut(action, ":")
			if action != "*" && (!found || service == "" || name == "") {
				faults = append(faults, fmt.Errorf("%s: action %q: write service:Action", where, action))
			}
			if !s.Deny && s.Wildcard == "" && strings.ContainsAny(action, "*?") {
				faults = append(faults, fmt.Errorf("%s: action %q: list the actions, or give the reason in Wildcard", where, action))
			}
		}
		for j, c := range s.Conditions {
			if slices.ContainsFunc(s.Conditions[:j], func(o Condition) bool { return o.Operator == c.Operator && o.Key == c.Key }) {
				faults = append(faults, fmt.Errorf("%s: condition %s %s stands twice: put its values together", where, c.Operator, c.Key))
			}
		}
		if len(s.Resources) == 0 && s.Principals.empty() {
			faults = append(faults, fmt.Errorf("%s: has neither resources nor principals: an identity policy needs the first, "+
				"a trust policy the second", where))
		}
		if !s.Deny && s.Principals.Everybody && s.Wildcard == "" {
			faults = append(faults, fmt.Errorf("%s: allows everybody: name the principals, or give the reason in Wildcard", where))
		}
	}
	return errors.Join(faults...)
}

// statement is the JSON form. Fields stand in the order people write them.
type statement struct {
	Sid       string                         `json:",omitempty"`
	Effect    string                         //
	Principal any                            `json:",omitempty"`
	Action    []string                       //
	Resource  []string                       `json:",omitempty"`
	Condition map[string]map[string][]string `json:",omitempty"`
}

func render(statements []Statement, values []any) (string, error) {
	next := func(n int) []string {
		texts := make([]string, n)
		for i := range texts {
			texts[i], _ = values[i].(string)
		}
		values = values[n:]
		slices.Sort(texts)
		return slices.Compact(texts)
	}
	document := struct {
		Version   string
		Statement []statement
	}{Version: version}
	for _, s := range statements {
		principal := s.Principals.render(next)
		made := statement{Sid: s.Sid, Effect: "Allow", Principal: principal, Action: slices.Sorted(slices.Values(s.Actions))}
		if s.Deny {
			made.Effect = "Deny"
		}
		made.Resource = next(len(s.Resources))
		for _, c := range s.Conditions {
			if made.Condition == nil {
				made.Condition = map[string]map[string][]string{}
			}
			if made.Condition[c.Operator] == nil {
				made.Condition[c.Operator] = map[string][]string{}
			}
			made.Condition[c.Operator][c.Key] = next(len(c.Values))
		}
		document.Statement = append(document.Statement, made)
	}
	text, err := json.Marshal(document)
	return string(text), err
}

func (p Principals) render(next func(int) []string) any {
	aws, federated := next(len(p.AWS)), next(len(p.Federated))
	if p.Everybody {
		return "*"
	}
	named := map[string][]string{}
	for kind, list := range map[string][]string{
		"AWS": aws, "Federated": federated, "Service": slices.Sorted(slices.Values(p.Service)),
	} {
		if len(list) > 0 {
			named[kind] = list
		}
	}
	if len(named) == 0 {
		return nil
	}
	return named
}

// Limit is the longest document AWS takes in one place, in characters.
type Limit int

// Limits on policy size, from "IAM and AWS STS quotas", "Bucket policies", "Key policies" and "Control access to VPC
// endpoints using endpoint policies" of AWS's documentation.
// For identity policies AWS does not count white space; these documents have none outside values.
const (
	ManagedPolicy Limit = 6144
	RolePolicy    Limit = 10240 // all inline policies of one role together
	TrustPolicy   Limit = 2048
	BucketPolicy  Limit = 20480
	KeyPolicy     Limit = 32768
	// EndpointPolicy is the limit of a VPC endpoint's policy.
	EndpointPolicy Limit = 20480
)

// Holds refuses a document longer than the limit, with the numbers.
func (l Limit) Holds(document string) error {
	if len(document) > int(l) {
		return fmt.Errorf("policy: %d characters, AWS takes %d: split it", len(document), l)
	}
	return nil
}

// Within refuses a document longer than the limit before AWS does.
func (l Limit) Within(document pulumi.StringOutput) pulumi.StringOutput {
	return document.ApplyT(func(text string) (string, error) {
		return text, l.Holds(text)
	}).(pulumi.StringOutput)
}
