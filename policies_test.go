package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/sim"
	"aws-platform/tests/golden"
)

// policiesFolder holds every policy that the stacks register, as JSON to be read, by the kind of stack it is about and the
// component that makes it. What the stacks of a kind have alike is there once, with "{stack}" and "{account}" for what
// differs; should they differ in more, each has a file. Ids that the cloud gave are told by name.
var policiesFolder = filepath.Join("tests", "testdata", "policies")

// policyInput is one policy: an input of one resource of one stack.
type policyInput struct{ stack, urn, property string }

// TestPolicyManifests shows a reviewer every policy of every stack.
func TestPolicyManifests(t *testing.T) {
	t.Parallel()
	shown, err := shownPolicies()
	require.NoError(t, err)
	files := shown.texts
	require.NotEmpty(t, files)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden.Check(t, filepath.Join(policiesFolder, filepath.FromSlash(name)), files[name])
		})
	}
	require.NoError(t, fs.WalkDir(os.DirFS(policiesFolder), ".", func(name string, entry fs.DirEntry, err error) error {
		if _, used := files[name]; err != nil || entry.IsDir() || used {
			return err
		}
		t.Errorf("%s: no stack has this policy any more; remove the file", name)
		if golden.Updating() {
			return os.Remove(filepath.Join(policiesFolder, filepath.FromSlash(name)))
		}
		return nil
	}))
}

// policyFiles are the files' texts by name, and which file shows which policy.
type policyFiles struct {
	texts map[string]string
	of    map[policyInput]string
}

// shownPolicies are the policies of all stacks.
var shownPolicies = sync.OnceValues(func() (policyFiles, error) {
	files := policyFiles{map[string]string{}, map[policyInput]string{}}
	all, err := composition()
	if err != nil {
		return files, err
	}
	stacks, err := config.LoadAll(".", today)
	if err != nil {
		return files, err
	}
	type document struct {
		input         policyInput
		subject, text string
	}
	alike, ids := map[string][]document{}, generatedIDs(all)
	for stack, registered := range all {
		for _, r := range registered {
			for property, policy := range policiesOf(r) {
				subject, name := subjectOf(stack, r.Name, stacks)
				text := strings.ReplaceAll(ids.Replace(policy), stacks[subject].Account.ID, "{account}")
				text = regexp.MustCompile(bucketsOfAWS+`|\b`+subject+`\b`).ReplaceAllStringFunc(text, func(found string) string {
					if found == subject {
						return "{stack}"
					}
					return found
				})
				if text, err = indented(randomSuffix.ReplaceAllString(text, "-{random}")); err != nil {
					return files, err
				}
				key := path.Join(string(stacks[subject].Kind), componentOf(r), name+"."+property)
				alike[key] = append(alike[key], document{policyInput{stack, string(r.URN), property}, subject, text})
			}
		}
	}
	for key, documents := range alike {
		differ := slices.ContainsFunc(documents, func(d document) bool { return d.text != documents[0].text })
		for _, d := range documents {
			name := key + ".json"
			if differ {
				name = key + "." + d.subject + ".json"
			}
			files.texts[name], files.of[d.input] = d.text, name
		}
	}
	return files, nil
})

// bucketsOfAWS have words in their names that are stacks' too.
const bucketsOfAWS = `-birdwatcher-prod|prod-[a-z0-9-]+-starport`

// randomSuffix ends the names that Pulumi makes.
var randomSuffix = regexp.MustCompile(`-[0-9a-f]{7}\b`)

// textLists are lists of texts in indented JSON.
var textLists = regexp.MustCompile(`\[\n((?: *"[^"]*",?\n)+) *\]`)

// indented is a policy with a line for each text, lists sorted: stand-ins changed their order.
func indented(policy string) (string, error) {
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, []byte(policy), "", "  "); err != nil {
		return "", err
	}
	return textLists.ReplaceAllStringFunc(pretty.String(), func(list string) string {
		lines := strings.Split(strings.ReplaceAll(list, ",\n", "\n"), "\n")
		inner := lines[1 : len(lines)-1]
		slices.Sort(inner)
		return "[\n" + strings.Join(inner, ",\n") + "\n" + lines[len(lines)-1]
	}) + "\n", nil
}

// subjectOf is the stack that a resource is about, and the resource's name without it: what one stack makes for another has
// the other's name in its own.
func subjectOf(stack, name string, stacks map[string]*config.Stack) (subject, short string) {
	words := strings.Split(name, "-")
	for other := range stacks {
		if i := slices.Index(words, other); i >= 0 {
			return other, strings.Join(slices.Delete(words, i, i+1), "-")
		}
	}
	return stack, name
}

// componentOf is the type of the component that a resource is part of: "AccountAccess".
func componentOf(r sim.Registration) string {
	kind := string(r.Parent.QualifiedType())
	return kind[strings.LastIndex(kind, ":")+1:]
}

// policiesOf are the inputs of a resource that are policies, by path.
func policiesOf(r sim.Registration) map[string]string {
	found := map[string]string{}
	withPolicies("", r.Inputs.Mappable(), func(path, policy string) string {
		found[path] = policy
		return policy
	})
	return found
}

// withPolicies is a value with each policy in it replaced.
func withPolicies(path string, value any, by func(path, policy string) string) any {
	switch value := value.(type) {
	case string:
		if isPolicy(value) {
			return by(path, value)
		}
	case []any:
		for i, each := range value {
			value[i] = withPolicies(fmt.Sprintf("%s[%d]", path, i), each, by)
		}
	case map[string]any:
		for key, each := range value {
			value[key] = withPolicies(strings.TrimPrefix(path+"."+key, "."), each, by)
		}
	}
	return value
}

// isPolicy tells a policy from other texts: IAM's and those like it have statements, those of tags have tags.
func isPolicy(text string) bool {
	var document map[string]any
	if json.Unmarshal([]byte(text), &document) != nil {
		return false
	}
	return document["Statement"] != nil || document["tags"] != nil
}

// generatedIDs replaces the ids that the cloud gave by the names of what has them.
func generatedIDs(all map[string][]sim.Registration) *strings.Replacer {
	var pairs []string
	for _, registered := range all {
		for _, r := range registered {
			switch r.Type {
			case "aws:kms/key:Key", "aws:route53/zone:Zone", "aws:ec2transitgateway/routeTable:RouteTable":
				pairs = append(pairs, r.ID, "{"+r.Name+"}")
			}
		}
	}
	return strings.NewReplacer(pairs...)
}
