package tests

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"aws-platform/pkg/security"
)

// TestPullRequestsArePreviewedByRolesThatRead holds the workflow to the roles that the stacks make: the code of a pull
// request runs as what it signs in to.
func TestPullRequestsArePreviewedByRolesThatRead(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", ".github", "workflows", "preview.yml"))
	require.NoError(t, err)
	var workflow struct {
		On   map[string]any
		Jobs map[string]struct {
			Steps []struct {
				ID, Uses, Run string
				Env           map[string]string
			}
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &workflow))
	require.Len(t, workflow.On, 1)
	require.Contains(t, workflow.On, "pull_request", "pull_request_target would give a fork's code our token")
	previews := 0
	for _, step := range workflow.Jobs["preview"].Steps {
		require.NotContains(t, step.Uses, "configure-aws-credentials", "one role for all stacks would have the rights of all")
		if step.ID == "preview" {
			previews++
			require.Contains(t, step.Run, "bin/platform preview --all --read-only ")
			require.Regexp(t, `role/.+-state-read-\{stack\}$`, step.Env["STATE"])
		}
	}
	require.Equal(t, 1, previews)
	script, err := os.ReadFile(filepath.Join("..", ".github", "sign-in.sh"))
	require.NoError(t, err)
	require.Contains(t, string(script), ":role/"+security.PipelinePreviewRole("$ORGANIZATION", "$stack")+`"`)
}
