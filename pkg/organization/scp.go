package organization

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"aws-platform/pkg/naming"
)

// The platform's roles, by the end of their names "<organization>-<role>".
const (
	deploy     = "deploy"
	readonly   = "readonly"
	breakGlass = "break-glass"
	// accountAccess is the role AWS itself makes in every account of an organization; the management stack takes it.
	accountAccess = "OrganizationAccountAccessRole"
)

const (
	principalARN    = "aws:PrincipalArn"
	requestedRegion = "aws:RequestedRegion"
)

// protected is what the guardrails protect and where they hold.
type protected struct {
	scope       naming.Scope // the management account's
	regions     []string
	stateBucket string
	logBuckets  []string
}

// roles are the ARNs of platform roles in any account.
func (p protected) roles(names ...string) []string {
	arns := make([]string, len(names))
	for i, name := range names {
		if name != accountAccess {
			name = p.scope.Organization + "-" + name
		}
		arns[i] = p.scope.GlobalARN("iam", "*", "role/"+name)
	}
	return arns
}

// policies are the ARNs of platform policies in any account.
func (p protected) policies(names ...string) []string {
	arns := make([]string, len(names))
	for i, name := range names {
		arns[i] = p.scope.GlobalARN("iam", "*", "policy/"+p.scope.Organization+"-"+name)
	}
	return arns
}

// buckets are the ARNs of buckets and of everything in them.
func (p protected) buckets(names ...string) []string {
	arns := make([]string, 0, 2*len(names))
	for _, name := range names {
		arns = append(arns, p.scope.GlobalARN("s3", "", name), p.scope.GlobalARN("s3", "", name+"/*"))
	}
	return arns
}

// anywhere is the ARN of a regional resource in any region of any account.
func (p protected) anywhere(service, resource string) string {
	scope := p.scope
	scope.Region, scope.AccountID = "*", "*"
	return scope.ARN(service, resource)
}

// except lets platform roles do what a statement denies everybody else.
func (p protected) except(names ...string) []condition {
	return []condition{{"ArnNotLike", principalARN, p.roles(names...)}}
}

// statement is one Deny of a service control policy. Everything in it is plain: such a policy names no resource of ours
// that is not known beforehand.
type statement struct {
	Sid        string
	Actions    []string // or
	NotActions []string
	Resources  []string // none: all
	When       []condition
}

// condition restricts a statement.
type condition struct {
	Operator, Key string
	Values        []string
}

// text is the statement as JSON with no character too many: AWS counts them.
func (s statement) text() (string, error) {
	conditions := map[string]map[string]any{}
	for _, c := range s.When {
		if conditions[c.Operator] == nil {
			conditions[c.Operator] = map[string]any{}
		}
		conditions[c.Operator][c.Key] = oneOrMany(c.Values)
	}
	resources := s.Resources
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	return minified(struct {
		Sid       string
		Effect    string
		Action    any `json:",omitempty"`
		NotAction any `json:",omitempty"`
		Resource  any
		Condition map[string]map[string]any `json:",omitempty"`
	}{s.Sid, "Deny", oneOrMany(s.Actions), oneOrMany(s.NotActions), oneOrMany(resources), conditions})
}

// oneOrMany is a list sorted, and a single value without its brackets.
func oneOrMany(values []string) any {
	switch len(values) {
	case 0:
		return nil
	case 1:
		return values[0]
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}

// minified is JSON that spells no character longer than it must.
func minified(value any) (string, error) {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return strings.TrimSuffix(text.String(), "\n"), err
}

const (
	documentStart = `{"Version":"2012-10-17","Statement":[`
	documentEnd   = `]}`
)

// document is one service control policy, and the statement it is named by: the first in it.
type document struct {
	Name string
	Text string
}

// pack puts statements into as few policies as they fit in: the largest first, each where the least room is left over.
// limit is the longest policy in characters, most how many one target takes, AWS's FullAWSAccess among them.
func pack(statements []statement, limit, most int) ([]document, error) {
	type piece struct {
		place     int // in the catalogue's order
		sid, text string
	}
	pieces := make([]piece, len(statements))
	for i, s := range statements {
		text, err := s.text()
		if err != nil {
			return nil, err
		}
		pieces[i] = piece{i, s.Sid, text}
		if size := len(documentStart) + len(text) + len(documentEnd); size > limit {
			return nil, fmt.Errorf("statement %s makes a policy of %d characters, AWS takes %d: split it", s.Sid, size, limit)
		}
	}
	slices.SortStableFunc(pieces, func(a, b piece) int { return cmp.Compare(len(b.text), len(a.text)) })
	type bin struct {
		pieces []piece
		size   int
	}
	var bins []*bin
	for _, p := range pieces {
		var best *bin
		for _, b := range bins {
			if b.size+len(",")+len(p.text) <= limit && (best == nil || b.size > best.size) {
				best = b
			}
		}
		if best == nil {
			best = &bin{size: len(documentStart) + len(documentEnd) - len(",")}
			bins = append(bins, best)
		}
		best.pieces = append(best.pieces, p)
		best.size += len(",") + len(p.text)
	}
	if len(bins)+1 > most {
		return nil, fmt.Errorf("needs %d service control policies of at most %d characters and AWS's FullAWSAccess, AWS takes %d: "+
			"attach some policies to the unit above, or raise governance.scpMaxCharacters and scpMaxPerTarget to your quotas", len(bins), limit, most)
	}
	documents := make([]document, len(bins))
	for i, b := range bins {
		slices.SortFunc(b.pieces, func(a, b piece) int { return cmp.Compare(a.place, b.place) })
		texts := make([]string, len(b.pieces))
		for j, p := range b.pieces {
			texts[j] = p.text
		}
		documents[i] = document{b.pieces[0].sid, documentStart + strings.Join(texts, ",") + documentEnd}
	}
	slices.SortFunc(documents, func(a, b document) int { return cmp.Compare(a.Name, b.Name) })
	return documents, nil
}

// statementsOf are the statements of guardrails, in the catalogue's order.
func statementsOf(names []string, p protected) ([]statement, error) {
	var statements []statement
	known := []string{}
	for _, rail := range catalogue() {
		known = append(known, rail.Name)
		if slices.Contains(names, rail.Name) {
			statements = append(statements, rail.Statements(p)...)
		}
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("%q is no policy of the catalogue: use one of %s", name, strings.Join(known, ", "))
		}
	}
	return statements, nil
}
