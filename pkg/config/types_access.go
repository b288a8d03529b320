package config

// Access is who may become what in the accounts, by hand; management stack only. Pipelines are in ci, of the shared stack.
type Access struct {
	// Operators are the roles of the management account that may take the deploy and readonly roles everywhere, by path and name; "*" only in roles of Identity Center, which ends their names itself.
	Operators []string `yaml:"operators" json:"operators" jsonschema:"required,minItems=1,maxItems=4" example:"[aws-reserved/sso.amazonaws.com/*AWSReservedSSO_PlatformOperator_*]"`
	// Readers are the roles of the management account that may take the readonly roles alone, written the same way.
	Readers []string `yaml:"readers,omitempty" json:"readers,omitempty" jsonschema:"minItems=1,maxItems=4"`
	// BreakGlass is the way in when every other is shut; null leaves it out.
	BreakGlass *BreakGlass `yaml:"breakGlass,omitempty" json:"breakGlass,omitempty"`
}

// BreakGlass is a role with all rights in every account, for an hour at a time, and the alarm when somebody takes it.
type BreakGlass struct {
	// Users are the IAM users of the management account who may take it, by path and name, with a second factor not older than an hour. No "*".
	Users []string `yaml:"users" json:"users" jsonschema:"required,minItems=1,maxItems=4" example:"[break-glass/first, break-glass/second]"`
	// Notify are the e-mail addresses told at once when it is taken; each must confirm AWS's first mail.
	Notify []string `yaml:"notify,omitempty" json:"notify,omitempty" jsonschema:"minItems=1,maxItems=10"`
}

// ContinuousIntegration is where pipelines sign in from, without a stored key: by a token of GitHub's or GitLab's. Which
// pipelines run a stack, the stack itself says. Shared stack only.
type ContinuousIntegration struct {
	// GitHub lets GitHub Actions sign in.
	GitHub *GitHub `yaml:"github,omitempty" json:"github,omitempty"`
	// GitLab lets GitLab's pipelines sign in.
	GitLab *GitLab `yaml:"gitlab,omitempty" json:"gitlab,omitempty"`
	// SessionHours is how long a pipeline stays signed in, 1 to 12. Left out: 1.
	SessionHours int `yaml:"sessionHours,omitempty" json:"sessionHours,omitempty" jsonschema:"minimum=1,maximum=12"`
}

// GitHub is github.com as an identity provider.
type GitHub struct {
	// ProviderARN is the identity provider, where the account has one already: AWS takes one per address. Left out: it is made.
	ProviderARN string `yaml:"providerArn,omitempty" json:"providerArn,omitempty"`
	// Repositories are the repositories whose workflows may sign in, by a name of your own.
	Repositories map[string]Repository `yaml:"repositories" json:"repositories" jsonschema:"required" keys:"name" example:"{ platform: { name: acme/aws-platform } }"`
}

// Repository is a repository of GitHub's.
type Repository struct {
	// Name is "owner/repository".
	Name string `yaml:"name" json:"name" jsonschema:"required" example:"acme/aws-platform"`
	// OwnerID and RepositoryID are GitHub's own numbers, which stay when names change hands. Repositories made, renamed or moved since the summer of 2026 have them in their tokens.
	OwnerID string `yaml:"ownerId,omitempty" json:"ownerId,omitempty" jsonschema:"pattern=^[0-9]{1\\,12}$" hint:"a number of GitHub's: write its digits in quotes"`
	// RepositoryID is the repository's number; see ownerId.
	RepositoryID string `yaml:"repositoryId,omitempty" json:"repositoryId,omitempty" jsonschema:"pattern=^[0-9]{1\\,12}$" hint:"a number of GitHub's: write its digits in quotes"`
	// Subjects are how the repository's tokens name it: names, ids, or both while it moves from one to the other. Left out: ids where they are given, else names.
	Subjects string `yaml:"subjects,omitempty" json:"subjects,omitempty" jsonschema:"enum=names,enum=ids,enum=both"`
}

// GitLab is a GitLab instance as an identity provider.
type GitLab struct {
	// ProviderARN is the identity provider, where the account has one already: AWS takes one per address. Left out: it is made.
	ProviderARN string `yaml:"providerArn,omitempty" json:"providerArn,omitempty"`
	// URL is the instance. Left out: https://gitlab.com.
	URL string `yaml:"url,omitempty" json:"url,omitempty" jsonschema:"pattern=^https://[a-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._/-]+)?$" hint:"an instance's address: write it as https://host"`
	// Audience is what the pipeline's id_tokens say under aud.
	Audience string `yaml:"audience" json:"audience" jsonschema:"required,minLength=1,maxLength=255" hint:"an audience: use 1 to 255 characters" example:"https://gitlab.com"`
	// Projects are the projects whose pipelines may sign in, by a name of your own.
	Projects map[string]GitLabProject `yaml:"projects" json:"projects" jsonschema:"required" keys:"name" example:"{ platform: { path: acme/infrastructure/platform } }"`
}

// GitLabProject is a project of GitLab's.
type GitLabProject struct {
	// Path is the project with the groups around it, "group/subgroup/project".
	Path string `yaml:"path" json:"path" jsonschema:"required" example:"acme/infrastructure/platform"`
}

// Pipelines are those that run the stack; each may take its roles and no other.
type Pipelines struct {
	// Deploy are the pipelines that change the stack, by a name of your own.
	Deploy map[string]Pipeline `yaml:"deploy,omitempty" json:"deploy,omitempty" keys:"name"`
	// Preview are the pipelines that only look what would change.
	Preview map[string]Pipeline `yaml:"preview,omitempty" json:"preview,omitempty" keys:"name"`
}

// Pipeline is what a pipeline's token must say: one repository or project, and one branch, tag, environment or pull
// request of it, each in full.
type Pipeline struct {
	// Repository is one of ci.github.repositories.
	Repository string `yaml:"repository,omitempty" json:"repository,omitempty"`
	// Project is one of ci.gitlab.projects.
	Project string `yaml:"project,omitempty" json:"project,omitempty"`
	// Branch is the branch the pipeline runs on.
	Branch string `yaml:"branch,omitempty" json:"branch,omitempty"`
	// Tag is the tag it runs on.
	Tag string `yaml:"tag,omitempty" json:"tag,omitempty"`
	// Environment is GitHub's deployment environment; its token does not say the branch, so protect the environment.
	Environment string `yaml:"environment,omitempty" json:"environment,omitempty"`
	// PullRequest lets any pull request of the repository in; previews only.
	PullRequest bool `yaml:"pullRequest,omitempty" json:"pullRequest,omitempty"`
}
