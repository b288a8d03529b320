package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

var (
	// https://docs.github.com/en/get-started/learning-about-github/types-of-github-accounts: owners have letters, digits and
	// hyphens; repositories dots and underscores too.
	repositoryName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$`)
	// https://docs.gitlab.com/user/reserved_names/: letters, digits, dots, hyphens and underscores, groups with slashes.
	projectPath = regexp.MustCompile(`^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$`)
	// gitRef are the characters of a branch's or tag's name that need no thought; git-check-ref-format(1) allows more.
	gitRef = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/+@-]{0,199}$`)
	// environmentName is a GitHub environment: anything printable up to 255 characters.
	environmentName = regexp.MustCompile(`^[^\s*?][^*?\n]{0,254}$`)
)

func (l *loader) checkCI() {
	ci := l.stack.CI
	if ci == nil {
		return
	}
	at := of("ci")
	if l.stack.Kind != "" && l.stack.Kind != Shared {
		l.fault(at, fmt.Sprintf("stands in a stack of kind %s", l.stack.Kind), "move it to the shared stack, where pipelines sign in")
	}
	if ci.GitHub == nil && ci.GitLab == nil {
		l.fault(at, "lets nobody sign in", "give it github or gitlab")
	}
	if ci.GitHub != nil {
		l.checkGitHub(at.key("github"), *ci.GitHub)
	}
	if ci.GitLab != nil {
		l.checkGitLab(at.key("gitlab"), *ci.GitLab)
	}
}

// checkOwnPipelines checks which pipelines run this stack.
func (l *loader) checkOwnPipelines() {
	pipelines := l.stack.Pipelines
	if pipelines == nil {
		return
	}
	at := of("pipelines")
	if len(pipelines.Deploy)+len(pipelines.Preview) == 0 {
		l.fault(at, "names no pipeline", "give it deploy or preview, or remove it")
	}
	if l.stack.Kind == Management && len(pipelines.Deploy) > 0 {
		l.fault(at.key("deploy"), "deploys the management stack", "remove it: no policy holds for the management account, so a person runs its stack; previews are fine")
	}
	for _, name := range slices.Sorted(maps.Keys(pipelines.Deploy)) {
		l.checkPipeline(at.key("deploy").key(name), pipelines.Deploy[name], true)
	}
	for _, name := range slices.Sorted(maps.Keys(pipelines.Preview)) {
		l.checkPipeline(at.key("preview").key(name), pipelines.Preview[name], false)
	}
}

func (l *loader) checkGitHub(at path, github GitHub) {
	l.checkProviderARN(at.key("providerArn"), github.ProviderARN, "token.actions.githubusercontent.com")
	for _, key := range slices.Sorted(maps.Keys(github.Repositories)) {
		repository, at := github.Repositories[key], at.key("repositories").key(key)
		if name := repository.Name; name != "" && !repositoryName.MatchString(name) {
			l.fault(at.key("name"), fmt.Sprintf("%q is not one repository", name), "write it in full as owner/repository: a shorter beginning or a wildcard is also how another owner's name begins")
		}
		if ids := []string{repository.OwnerID, repository.RepositoryID}; (ids[0] == "") != (ids[1] == "") {
			l.fault(at, "has one of ownerId and repositoryId", "give both: a token with numbers has both")
		} else if ids[0] == "" && (repository.Subjects == "ids" || repository.Subjects == "both") {
			l.fault(at.key("subjects"), fmt.Sprintf("is %s, but there are no ids", repository.Subjects), "give ownerId and repositoryId")
		}
	}
}

func (l *loader) checkGitLab(at path, gitlab GitLab) {
	l.checkProviderARN(at.key("providerArn"), gitlab.ProviderARN, gitlab.Host())
	for _, key := range slices.Sorted(maps.Keys(gitlab.Projects)) {
		if name := gitlab.Projects[key].Path; name != "" && !projectPath.MatchString(name) {
			l.fault(at.key("projects").key(key).key("path"), fmt.Sprintf("%q is not one project", name), "write it in full as group/project: a wildcard would let in whoever can make a project there")
		}
	}
}

// Host is the instance without https://, as AWS names the provider and its condition keys.
func (g GitLab) Host() string { return strings.TrimPrefix(g.Address(), "https://") }

// Address is the instance's URL.
func (g GitLab) Address() string {
	if g.URL == "" {
		return "https://gitlab.com"
	}
	return g.URL
}

func (l *loader) checkProviderARN(at path, arn, host string) {
	if arn == "" || Partition(l.stack.Account.Region) == "" {
		return
	}
	pattern := fmt.Sprintf("arn:%s:iam::%s:oidc-provider/%s", Partition(l.stack.Account.Region), l.stack.Account.ID, host)
	if arn != pattern {
		l.fault(at, fmt.Sprintf("%q is not the identity provider of %s in this account", arn, host), "write it as "+pattern)
	}
}

// checkPipeline checks that a token is told by one exact subject.
func (l *loader) checkPipeline(at path, p Pipeline, deploys bool) {
	l.checkOrigin(at, p)
	wheres := map[string]string{"branch": p.Branch, "tag": p.Tag, "environment": p.Environment}
	given := 0
	for _, key := range slices.Sorted(maps.Keys(wheres)) {
		value := wheres[key]
		if value == "" {
			continue
		}
		given++
		form := gitRef
		if key == "environment" {
			form = environmentName
		}
		switch {
		case strings.ContainsAny(value, "*?"):
			l.fault(at.key(key), fmt.Sprintf("%q has a wildcard", value), "name one in full: whoever may push a branch could name it so")
		case !form.MatchString(value):
			l.fault(at.key(key), fmt.Sprintf("%q is not the name of one %s", value, key), "write it as it is, without refs/ before it")
		case strings.HasPrefix(value, "refs/"):
			l.fault(at.key(key), fmt.Sprintf("%q begins with refs/", value), "leave that out")
		}
	}
	if p.PullRequest {
		given++
	}
	switch {
	case given == 0 && (p.Repository != "" || p.Project != ""):
		l.fault(at, "trusts every token of the repository", "give it a branch, tag or environment, or pullRequest for previews: any branch that anybody pushes would do")
	case given > 1:
		l.fault(at, "asks for more than a token says", "give one of branch, tag, environment and pullRequest: a subject has one, an environment's token names no branch")
	case deploys && p.PullRequest:
		l.fault(at.key("pullRequest"), "deploys what nobody has merged", "move it to preview")
	}
}

// checkOrigin checks where a pipeline runs.
func (l *loader) checkOrigin(at path, p Pipeline) {
	switch {
	case (p.Repository == "") == (p.Project == ""):
		l.fault(at, "does not say where it runs", "give it repository, of ci.github, or project, of ci.gitlab")
	case p.Project != "" && p.Environment != "":
		l.fault(at.key("environment"), "is not in the subject of GitLab's tokens", "give the branch or tag, and protect it")
	case p.Project != "" && p.PullRequest:
		l.fault(at.key("pullRequest"), "is not in the subject of GitLab's tokens: a merge request's names its branch", "give the branch or tag")
	}
}

// crossCheckPipelines checks that a stack's pipelines sign in from where the shared stack says, and that no two stacks'
// roles have one name.
func crossCheckPipelines(l *loader, all []*loader) {
	var ci *ContinuousIntegration
	for _, other := range all {
		if other.stack.CI != nil {
			ci = other.stack.CI
		}
		if base, ends := strings.CutSuffix(l.src.Stack, "-preview"); ends && other.src.Stack == base && other.stack.Pipelines != nil {
			l.fault(of("pipelines"), fmt.Sprintf("this stack has the name of stack %s's preview role", base), "rename one of the two stacks")
		}
	}
	if ci == nil {
		l.fault(of("pipelines"), "sign in nowhere: no stack has ci", "add ci to the shared stack")
		return
	}
	kinds := map[string]map[string]Pipeline{"deploy": l.stack.Pipelines.Deploy, "preview": l.stack.Pipelines.Preview}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		for _, name := range slices.Sorted(maps.Keys(kinds[kind])) {
			l.checkDeclared(of("pipelines", kind, name), kinds[kind][name], *ci)
		}
	}
}

// checkDeclared checks that a pipeline's repository or project is one the shared stack knows.
func (l *loader) checkDeclared(at path, p Pipeline, ci ContinuousIntegration) {
	known := func(key, value string, names []string) {
		if !slices.Contains(names, value) {
			l.faultMeant(at.key(key), fmt.Sprintf("%q is not declared", value), "use "+choices(names), closest(value, names))
		}
	}
	switch {
	case p.Repository != "" && p.Project != "":
	case p.Repository != "" && ci.GitHub == nil:
		l.fault(at.key("repository"), "is GitHub's, and the shared stack has no ci.github", "add it, or give project")
	case p.Project != "" && ci.GitLab == nil:
		l.fault(at.key("project"), "is GitLab's, and the shared stack has no ci.gitlab", "add it, or give repository")
	case p.Repository != "":
		known("repository", p.Repository, slices.Sorted(maps.Keys(ci.GitHub.Repositories)))
	case p.Project != "":
		known("project", p.Project, slices.Sorted(maps.Keys(ci.GitLab.Projects)))
	}
}
