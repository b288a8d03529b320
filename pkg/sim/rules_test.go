package sim

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

// props are a resource's inputs. "$name" anywhere in them is the id of an earlier resource, "$name.property" one of its
// outputs; in messages too.
type props map[string]any

// act is one resource made; at home unless account or region say otherwise.
type act struct {
	token, name     string
	inputs          props
	account, region string
	adopts          string // the id of what the cloud has already: it is changed, not made
}

// ruleCase is a refusal: after some acts, a create, an update or a delete is turned down with a code and a message, and
// is taken once one thing is different.
type ruleCase struct {
	after   []act
	create  act
	change  string // instead of create: the earlier resource that create.inputs are given to
	destroy string // instead of create: the earlier resource that is deleted
	code    string
	message string
	status  int // 400 if zero
	quotas  map[string]int

	// passes are inputs that make it pass, over those refused; nil removes one. unless names an earlier resource without
	// which it passes; first an act before it with which it passes.
	passes props
	unless string
	first  []act
	never  bool // nothing makes it pass
}

// stage is a cloud with the names of what was made.
type stage struct {
	*testModel
	made map[string]*Resource
}

func newStage(t *testing.T, test ruleCase, skip string) *stage {
	t.Helper()
	s := &stage{newTestModel(t), map[string]*Resource{}}
	s.quotas = test.quotas
	for _, each := range test.after {
		if each.name != skip {
			s.must(each)
		}
	}
	return s
}

func (s *stage) must(each act) {
	s.t.Helper()
	made, refused := s.create(each)
	require.Nil(s.t, refused, "%s %s: %v", each.token, each.name, refused)
	s.made[each.name] = made
}

func (s *stage) create(each act) (*Resource, *Error) {
	s.t.Helper()
	at := s.testModel
	if each.account != "" || each.region != "" {
		account, region := s.at.Account, s.at.Region
		if each.account != "" {
			account = each.account
		}
		if each.region != "" {
			region = each.region
		}
		at = s.in(account, region)
	}
	inputs, ok := s.resolve(map[string]any(each.inputs)).(map[string]any)
	require.True(s.t, ok)
	if each.adopts != "" {
		return at.change(&Resource{Type: each.token, ID: each.adopts, Name: each.name}, inputs)
	}
	return at.try(each.token, each.name, inputs)
}

// resolve puts ids and outputs in the place of names.
func (s *stage) resolve(value any) any {
	switch value := value.(type) {
	case props:
		return s.resolve(map[string]any(value))
	case map[string]any:
		resolved := make(map[string]any, len(value))
		for key, element := range value {
			resolved[key] = s.resolve(element)
		}
		return resolved
	case []any:
		resolved := make([]any, len(value))
		for i, element := range value {
			resolved[i] = s.resolve(element)
		}
		return resolved
	case string:
		for name, made := range s.made {
			for key, output := range made.Properties {
				if output.IsString() {
					value = strings.ReplaceAll(value, "$"+name+"."+string(key), output.StringValue())
				}
			}
		}
		for name, made := range s.made {
			value = strings.ReplaceAll(value, "$"+name+"$", made.ID)
			if value == "$"+name {
				value = made.ID
			}
		}
		return value
	}
	return value
}

// do is the call a case is about.
func (s *stage) do(test ruleCase, inputs props) *Error {
	s.t.Helper()
	switch {
	case test.destroy != "":
		return s.testModel.destroy(s.made[test.destroy])
	case test.change != "":
		resolved, ok := s.resolve(inputs).(map[string]any)
		require.True(s.t, ok)
		_, refused := s.testModel.change(s.made[test.change], resolved)
		return refused
	}
	asked := test.create
	asked.inputs = inputs
	_, refused := s.create(asked)
	return refused
}

// refusals runs cases: each is refused with exactly its code, status and message, and taken when it should be.
func refusals(t *testing.T, cases map[string]ruleCase) {
	t.Helper()
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, test, "")
			refused := s.do(test, test.create.inputs)
			require.NotNil(t, refused, "was taken")
			require.Equal(t, test.code, refused.Code)
			require.Equal(t, s.resolve(test.message), refused.Message)
			status := test.status
			if status == 0 {
				status = http.StatusBadRequest
			}
			require.Equal(t, status, refused.Status)
			if !test.never {
				taken(t, test)
			}
		})
	}
}

func taken(t *testing.T, test ruleCase) {
	t.Helper()
	s := newStage(t, test, test.unless)
	for _, each := range test.first {
		s.must(each)
	}
	inputs := maps.Clone(test.create.inputs)
	for key, value := range test.passes {
		if value == nil {
			delete(inputs, key)
			continue
		}
		inputs[key] = value
	}
	refused := s.do(test, inputs)
	require.Nil(t, refused, "the variant that should pass: %v", refused)
}

// faultCase is an input refused before anything is made.
type faultCase struct {
	token  string
	inputs props
	want   []Failure
	passes props
}

func badInputs(t *testing.T, cases map[string]faultCase) {
	t.Helper()
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newTestModel(t)
			require.Equal(t, test.want, m.check(test.token, test.inputs))
			inputs := maps.Clone(test.inputs)
			maps.Copy(inputs, test.passes)
			require.Empty(t, m.check(test.token, inputs))
		})
	}
}

// outputCase is what the cloud adds to a resource.
type outputCase struct {
	after  []act
	create act
	want   props
}

func computes(t *testing.T, cases map[string]outputCase) {
	t.Helper()
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, ruleCase{after: test.after}, "")
			s.must(test.create)
			made := s.made[test.create.name]
			for property, want := range test.want {
				require.Equal(t, resource.NewPropertyValue(s.resolve(want)), made.Properties[resource.PropertyKey(property)], property)
			}
		})
	}
}
