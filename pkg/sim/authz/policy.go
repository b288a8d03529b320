package authz

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Policy is a policy document, whichever service keeps it.
type Policy struct {
	Version   string               `json:"Version"`
	ID        string               `json:"Id"`
	Statement OneOrMany[Statement] `json:"Statement"`
}

// Statement is one statement of a policy.
type Statement struct {
	Sid          string                                 `json:"Sid"`
	Effect       string                                 `json:"Effect"`
	Principal    Principals                             `json:"Principal"`
	NotPrincipal Principals                             `json:"NotPrincipal"`
	Action       OneOrMany[string]                      `json:"Action"`
	NotAction    OneOrMany[string]                      `json:"NotAction"`
	Resource     OneOrMany[string]                      `json:"Resource"`
	NotResource  OneOrMany[string]                      `json:"NotResource"`
	Condition    map[string]map[string]OneOrMany[Value] `json:"Condition"`
}

// OneOrMany is a JSON value that may be written alone or in a list.
type OneOrMany[T any] []T

// UnmarshalJSON takes both forms.
func (m *OneOrMany[T]) UnmarshalJSON(content []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(content), []byte("[")) {
		var many []T
		if err := strict(content, &many); err != nil {
			return err
		}
		*m = many
		return nil
	}
	var one T
	if err := strict(content, &one); err != nil {
		return err
	}
	*m = OneOrMany[T]{one}
	return nil
}

// Value is a string, a number or a boolean of a condition, as text.
type Value string

// UnmarshalJSON takes any of the three; a number stays as it is written.
func (v *Value) UnmarshalJSON(content []byte) error {
	var value any
	if err := json.Unmarshal(content, &value); err != nil {
		return err
	}
	switch value := value.(type) {
	case string:
		*v = Value(value)
	case float64, bool:
		*v = Value(bytes.TrimSpace(content))
	default:
		return errors.New("a condition value is a string, a number or a boolean")
	}
	return nil
}

// Principals are who a statement speaks of, by kind: AWS, Service, Federated; {"*": ["*"]} is everybody.
type Principals map[string]OneOrMany[string]

// UnmarshalJSON takes "*" and the kinds.
func (p *Principals) UnmarshalJSON(content []byte) error {
	var everybody string
	if json.Unmarshal(content, &everybody) == nil {
		if everybody != "*" {
			return fmt.Errorf("principal %q", everybody)
		}
		*p = Principals{"*": {"*"}}
		return nil
	}
	named := map[string]OneOrMany[string]{}
	if err := json.Unmarshal(content, &named); err != nil {
		return err
	}
	*p = named
	return nil
}

// Count is how many principals are named.
func (p Principals) Count() int {
	count := 0
	for _, named := range p {
		count += len(named)
	}
	return count
}

// Everybody says whether "*" is among them.
func (p Principals) Everybody() bool {
	for _, who := range p["AWS"] {
		if who == "*" {
			return true
		}
	}
	return len(p["*"]) > 0
}

// OperatorError is a condition operator that does not exist.
type OperatorError struct{ Operator string }

// Error is IAM's message.
func (e *OperatorError) Error() string {
	return fmt.Sprintf("Invalid Condition type : %s.", e.Operator)
}

// Parse reads a policy; anything that is not one is an error. What a service wants of the policies it keeps is the
// service's business.
func Parse(document string) (Policy, error) {
	var policy Policy
	trimmed := strings.TrimSpace(document)
	if !strings.HasPrefix(trimmed, "{") || !json.Valid([]byte(trimmed)) {
		return policy, errors.New("not a JSON object")
	}
	if err := strict([]byte(trimmed), &policy); err != nil {
		return policy, err
	}
	for _, statement := range policy.Statement {
		for operator := range statement.Condition {
			if _, known := parseOperator(operator); !known {
				return policy, &OperatorError{operator}
			}
		}
	}
	return policy, nil
}

// strict refuses what a policy cannot say.
func strict(content []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}
