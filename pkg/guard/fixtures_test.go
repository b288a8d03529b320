package guard

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// example is resources, and what one control makes of them. The files under testdata hold them by control; each is one of
// passes, fails, waits (undecided before an update) or spares (breaks the letter and is one of the control's Exceptions),
// and says why in a line.
type example struct {
	Passes, Fails, Waits, Spares string
	// Given are resources: "ec2/Vpc main" is the type and the name, then come the inputs. "$main" is main's id, "$unknown" a value
	// that is not known yet; a policy is written as YAML. "$protect", "$provider", "$secrets" and "$sources" are what they
	// are called, and no inputs.
	Given map[string]map[string]any
	// Finds are what is found (fails) or missed (waits): the resource, the property, what is wrong.
	Finds []string
	// Development stacks are judged more mildly.
	Development bool
}

const (
	exampleAccount = "210000000005"
	exampleStack   = "prod"
)

// examples are all that testdata says, by control.
func examples(t *testing.T) map[string][]example {
	t.Helper()
	files, err := filepath.Glob("testdata/*.yaml")
	require.NoError(t, err)
	all := map[string][]example{}
	for _, file := range files {
		text, err := os.Open(file)
		require.NoError(t, err)
		decoder := yaml.NewDecoder(text)
		decoder.KnownFields(true)
		var some map[string][]example
		require.NoError(t, decoder.Decode(&some), file)
		require.NoError(t, text.Close())
		for id, list := range some {
			require.NotContains(t, all, id, "%s: its examples are in two files", id)
			all[id] = list
		}
	}
	return all
}

func (e example) what() string { return e.Passes + e.Fails + e.Waits + e.Spares }

// stack is the example as the guard sees it.
func (e example) stack() Stack {
	s := Stack{Name: exampleStack, Account: exampleAccount, Region: "eu-west-1", Production: !e.Development}
	ids, urns := map[string]string{}, map[string]string{}
	for key := range e.Given {
		short, name, _ := strings.Cut(key, " ")
		ids["$"+name] = name + "-id"
		urns[name] = "urn:pulumi:prod::aws-platform::" + exampleType(short) + "::" + name
	}
	for _, key := range slices.Sorted(maps.Keys(e.Given)) {
		short, name, _ := strings.Cut(key, " ")
		given := e.Given[key]
		r := Resource{
			URN: urns[name], Type: exampleType(short), Name: name, ID: ids["$"+name], Provider: "urn:pulumi:prod::own",
			Custom: !strings.HasPrefix(short, "aws-platform:"), Inputs: map[string]any{}, Sources: map[string][]string{},
		}
		for property, value := range given {
			switch property {
			case "$protect":
				r.Protect = value == true
			case "$provider":
				r.Provider = urns[fmt.Sprint(value)]
			case "$secrets":
				for _, one := range value.([]any) {
					r.Secrets = append(r.Secrets, fmt.Sprint(one))
				}
			case "$sources":
				for input, source := range value.(map[string]any) {
					r.Sources[input] = []string{urns[fmt.Sprint(source)]}
				}
			default:
				r.Inputs[property] = exampleValue(value, ids)
			}
		}
		s.Resources = append(s.Resources, r)
	}
	return s
}

func exampleType(short string) string {
	if strings.Contains(short, ":") {
		return short
	}
	return token(short)
}

// exampleValue fills in ids and unknown values, and writes policies as JSON, the way the engine carries them.
func exampleValue(value any, ids map[string]string) any {
	switch v := value.(type) {
	case int:
		return float64(v)
	case string:
		if v == "$unknown" {
			return Unknown{}
		}
		for _, name := range slices.Backward(slices.Sorted(maps.Keys(ids))) {
			v = strings.ReplaceAll(v, name, ids[name])
		}
		return v
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = exampleValue(v[i], ids)
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for key, one := range v {
			object[key] = exampleValue(one, ids)
		}
		if _, is := object["Statement"]; is {
			text, _ := json.Marshal(object) //nolint:errchkjson // it came out of YAML
			return string(text)
		}
		return object
	}
	return value
}

// judge is what a control makes of the example.
func (e example) judge(control Control, stack Stack) Report {
	return judge(Input{Whole: true, Stacks: []Stack{stack}, Today: time.Now()}, []Control{control})
}

// brief are findings as examples write them.
func brief(list []Finding) []string {
	texts := []string{}
	for _, f := range list {
		place := f.Resource
		if place == "" {
			place = "the account"
		}
		if f.Path != "" {
			place += ": " + f.Path
		}
		texts = append(texts, place+": "+f.Wrong)
	}
	return texts
}

// TestExamples holds every control against its examples.
func TestExamples(t *testing.T) {
	t.Parallel()
	controls := byID()
	for id, list := range examples(t) {
		require.Contains(t, controls, id, "examples of no control")
		for _, e := range list {
			t.Run(id+"/"+e.what(), func(t *testing.T) {
				t.Parallel()
				report := e.judge(controls[id], e.stack())
				found, missed := brief(report.Findings), brief(report.Undecided)
				switch {
				case e.Fails != "":
					require.NotEmpty(t, e.Finds, "say what is found")
					require.Equal(t, e.Finds, found)
					for _, f := range report.Findings {
						require.NotEmpty(t, f.Fix, "a finding without a fix")
					}
				case e.Waits != "":
					require.Empty(t, found)
					require.NotEmpty(t, e.Finds, "say what is not known yet")
					for i := range e.Finds {
						e.Finds[i] += ": is not known yet"
					}
					require.Equal(t, e.Finds, missed)
				default:
					require.Empty(t, found)
					require.Empty(t, missed)
				}
			})
		}
	}
}

// TestEveryControlHasExamples demands one that passes, one that fails, and one for every exception.
func TestEveryControlHasExamples(t *testing.T) {
	t.Parallel()
	all := examples(t)
	for _, control := range Controls() {
		var passes, fails, spares int
		for _, e := range all[control.ID] {
			kinds := 0
			for kind, count := range map[string]*int{e.Passes: &passes, e.Fails: &fails, e.Spares: &spares, e.Waits: new(int)} {
				if kind != "" {
					*count++
					kinds++
				}
			}
			require.Equal(t, 1, kinds, "%s: %s: an example is one of passes, fails, waits, spares", control.ID, e.what())
		}
		if passes == 0 || fails == 0 {
			t.Errorf("%s: %d examples pass and %d fail; it needs one of each in testdata", control.ID, passes, fails)
		}
		if spares < len(control.Exceptions) {
			t.Errorf("%s: has %d exceptions and %d examples of one", control.ID, len(control.Exceptions), spares)
		}
	}
}

// TestWhatIsNotKnownIsNotJudged takes from every example one value at a time, as a preview does: what was good must not
// become a finding, and what was bad must not pass unnoticed.
func TestWhatIsNotKnownIsNotJudged(t *testing.T) {
	t.Parallel()
	controls := byID()
	for id, list := range examples(t) {
		for _, e := range list {
			whole := e.stack()
			for i, r := range whole.Resources {
				for _, path := range leaves("", r.Inputs) {
					taken := e.stack()
					hide(taken.Resources[i].Inputs, strings.Split(path, "."))
					report := e.judge(controls[id], taken)
					place := fmt.Sprintf("%s/%s: without %s of %s", id, e.what(), path, r.Name)
					switch {
					case e.Fails == "" && len(report.Findings) > 0:
						t.Errorf("%s: judged bad: %s", place, brief(report.Findings))
					case e.Fails != "" && len(report.Findings)+len(report.Undecided) == 0:
						t.Errorf("%s: judged good", place)
					}
				}
			}
		}
	}
}

// leaves are the paths to every value that is no object and no list, and to those lists and objects themselves.
func leaves(path string, value any) []string {
	var all []string
	if path != "" {
		all = append(all, path)
	}
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all = append(all, leaves(strings.TrimPrefix(path+"."+key, "."), v[key])...)
		}
	case []any:
		for i := range v {
			all = append(all, leaves(fmt.Sprintf("%s.%d", path, i), v[i])...)
		}
	}
	return all
}

// hide replaces what is at a path by an unknown value.
func hide(value any, path []string) {
	switch v := value.(type) {
	case map[string]any:
		if len(path) == 1 {
			v[path[0]] = Unknown{}
			return
		}
		hide(v[path[0]], path[1:])
	case []any:
		var i int
		_, _ = fmt.Sscan(path[0], &i) // leaves wrote it
		if len(path) == 1 {
			v[i] = Unknown{}
			return
		}
		hide(v[i], path[1:])
	}
}

func byID() map[string]Control {
	all := map[string]Control{}
	for _, control := range Controls() {
		all[control.ID] = control
	}
	return all
}
