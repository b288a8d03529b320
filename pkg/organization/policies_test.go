package organization

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/tests/golden"
)

// Every policy as AWS gets it, by unit, for people to read.
func TestPoliciesAreWrittenDown(t *testing.T) {
	t.Parallel()
	plan, err := planOrganization(testArgs(nil))
	require.NoError(t, err)
	written := map[string]json.RawMessage{}
	for _, unit := range plan.units {
		for _, policy := range unit.policies {
			written[policy.key] = json.RawMessage(policy.text)
		}
	}
	for _, policy := range plan.tagPolicies {
		written[policy.key] = json.RawMessage(policy.text)
	}
	text, err := minified(written)
	require.NoError(t, err)
	var pretty bytes.Buffer
	require.NoError(t, json.Indent(&pretty, []byte(text), "", "  "))
	golden.Check(t, filepath.Join("testdata", "policies.json"), pretty.String()+"\n")
}

// docs/organization.md names every policy and every statement.
func TestTheGuideNamesEveryStatement(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile(filepath.Join("..", "..", "docs", "organization.md"))
	require.NoError(t, err)
	statements := 0
	for _, rail := range catalogue() {
		require.Contains(t, string(guide), "| `"+rail.Name+"` |")
		for _, s := range rail.Statements(testProtected()) {
			statements++
			require.Contains(t, string(guide), "| `"+s.Sid+"` |")
		}
	}
	require.Equal(t, statements, strings.Count(string(guide), "| break-glass")+strings.Count(string(guide), "| the platform's roles")+1, "and no other")
}

// A stack file can name every policy of the catalogue and no other.
func TestStackFilesNameTheCatalogue(t *testing.T) {
	t.Parallel()
	field, _ := reflect.TypeFor[config.OrganizationalUnit]().FieldByName("Policies")
	var offered, known []string
	for _, word := range strings.Split(field.Tag.Get("jsonschema"), ",") {
		if name, isName := strings.CutPrefix(word, "enum="); isName {
			offered = append(offered, name)
		}
	}
	for _, rail := range catalogue() {
		known = append(known, rail.Name)
	}
	require.Equal(t, known, offered)
}
