package security

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"aws-platform/pkg/config"
)

// gitHubHost is GitHub's issuer, as AWS names the provider and its condition keys.
const gitHubHost = "token.actions.githubusercontent.com"

// stsAudience is whom GitHub's tokens are for when the official action asks for one.
const stsAudience = "sts.amazonaws.com"

// gitHubSubjects are the subjects a pipeline's token may have: one, or one in each form while a repository moves from
// names to numbers. A colon within a value is written %3A, as GitHub does, for it separates the values.
// https://docs.github.com/en/actions/reference/security/oidc
func gitHubSubjects(repository config.Repository, p config.Pipeline) []string {
	var end string
	escaped := func(value string) string { return strings.ReplaceAll(value, ":", "%3A") }
	switch {
	case p.Environment != "":
		end = "environment:" + escaped(p.Environment)
	case p.Branch != "":
		end = "ref:refs/heads/" + escaped(p.Branch)
	case p.Tag != "":
		end = "ref:refs/tags/" + escaped(p.Tag)
	default:
		end = "pull_request"
	}
	owner, name, _ := strings.Cut(repository.Name, "/")
	byName := "repo:" + repository.Name + ":" + end
	byID := fmt.Sprintf("repo:%s@%s/%s@%s:%s", owner, repository.OwnerID, name, repository.RepositoryID, end)
	switch {
	case repository.Subjects == "both":
		return []string{byName, byID}
	case repository.Subjects == "names", repository.OwnerID == "":
		return []string{byName}
	}
	return []string{byID}
}

// gitLabSubject is the subject of a pipeline's token: the project, and the branch or tag.
// https://docs.gitlab.com/ci/secrets/id_token_authentication/
func gitLabSubject(project config.GitLabProject, p config.Pipeline) string {
	kind, ref := "branch", p.Branch
	if p.Tag != "" {
		kind, ref = "tag", p.Tag
	}
	return "project_path:" + project.Path + ":ref_type:" + kind + ":ref:" + ref
}

// subjects are those of a role's pipelines, by the provider they sign in with.
type subjects struct{ gitHub, gitLab []string }

// subjectsOf gathers the subjects of some pipelines. config has checked that what they name is there.
func subjectsOf(ci config.ContinuousIntegration, pipelines map[string]config.Pipeline) subjects {
	var all subjects
	for _, name := range slices.Sorted(maps.Keys(pipelines)) {
		p := pipelines[name]
		if p.Repository != "" && ci.GitHub != nil {
			all.gitHub = append(all.gitHub, gitHubSubjects(ci.GitHub.Repositories[p.Repository], p)...)
		}
		if p.Project != "" && ci.GitLab != nil {
			all.gitLab = append(all.gitLab, gitLabSubject(ci.GitLab.Projects[p.Project], p))
		}
	}
	return all
}

// Issuers are the hosts of the identity providers that ContinuousIntegration makes: what AccountAccessArgs.Issuers says for
// the account in which pipelines sign in.
func Issuers(ci *config.ContinuousIntegration) []string {
	var hosts []string
	if ci != nil && ci.GitHub != nil && ci.GitHub.ProviderARN == "" {
		hosts = append(hosts, gitHubHost)
	}
	if ci != nil && ci.GitLab != nil && ci.GitLab.ProviderARN == "" {
		hosts = append(hosts, ci.GitLab.Host())
	}
	return hosts
}
