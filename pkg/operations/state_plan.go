package operations

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"aws-platform/pkg/naming"
)

// AWS limits on names.
const (
	maxBucketName = 63
	maxRoleName   = 64
	maxAlias      = 256 - len("alias/")
)

// logBucketSuffix makes the access log bucket's name from the state bucket's.
const logBucketSuffix = "-logs"

// projectName is what Pulumi allows in project and stack names. It has no character that IAM or S3 would read as a
// wildcard, and no slash, so a name is always exactly one element of a key.
var projectName = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

// statePlan is everything about a state backend that is known before AWS is asked.
type statePlan struct {
	scope     naming.Scope
	project   string
	bucket    string
	logBucket string
	// organization is the id that those who assume a role must belong to, nil if none is asked for.
	organization pulumi.StringInput
	stacks       []stackPlan // sorted by name
}

// stackPlan is one stack's share of the backend.
type stackPlan struct {
	name      string
	reads     []string // other stacks read through stack references, sorted, each once
	writeRole string   // physical names
	readRole  string
	trusted   []StatePrincipals // who may assume both roles
	readers   []StatePrincipals // who may assume the one that reads, besides
}

// planState decides names and who may read what, and refuses what would fail or leak later. All faults are reported
// together.
func planState(args StateBackendArgs) (statePlan, error) {
	scope, project, cfg := args.Scope, args.Project, args.Config
	plan := statePlan{scope: scope, project: project, bucket: cfg.Bucket, logBucket: cfg.Bucket + logBucketSuffix, organization: args.OrganizationID}
	var faults []error
	if !projectName.MatchString(project) {
		faults = append(faults, fmt.Errorf("project %q: use letters, digits, '_', '.' and '-'", project))
	}
	if len(plan.logBucket) > maxBucketName {
		faults = append(faults, fmt.Errorf("stateBackend.bucket %q: use at most %d characters, so that the log bucket %q has no more than %d",
			cfg.Bucket, maxBucketName-len(logBucketSuffix), plan.logBucket, maxBucketName))
	}
	for _, name := range slices.Sorted(maps.Keys(args.Stacks)) {
		access := args.Stacks[name]
		faults = append(faults, stackFaults(name, access, args.Stacks)...)
		plan.stacks = append(plan.stacks, stackPlan{
			name:      name,
			reads:     slices.Compact(slices.Sorted(slices.Values(access.Reads))),
			writeRole: scope.Name(maxRoleName, "state-write", name),
			readRole:  scope.Name(maxRoleName, "state-read", name),
			trusted:   access.Trusted, readers: access.Readers,
		})
	}
	return plan, errors.Join(faults...)
}

// stackFaults are what is wrong with one stack's entry.
func stackFaults(name string, access StateStack, all map[string]StateStack) []error {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("state backend: stack %s%s", name, fmt.Sprintf(format, args...)))
	}
	if !projectName.MatchString(name) {
		fault(": use letters, digits, '_', '.' and '-' in a stack name")
	}
	// The grant on a checkpoint is "<stack>.json*": a stack named "dev.json-old" would be inside the grant of "dev".
	if strings.Contains(name, ".json") {
		fault(": a stack name must not contain \".json\", it would be covered by another stack's grant")
	}
	named := 0
	for _, who := range slices.Concat(access.Trusted, access.Readers) {
		if who.AccountID == nil || len(who.Roles) == 0 || slices.Contains(who.Roles, "") {
			fault(": trusts principals without an account or without roles; give both")
		}
		if slices.ContainsFunc(who.Roles, func(pattern string) bool { return strings.Trim(pattern, "*?/") == "" }) {
			fault(": trusts every role of an account; name the roles")
		}
		named += len(who.Roles)
	}
	if named == 0 {
		fault(": trusts nobody; give Trusted the roles that run the stack")
	}
	for _, other := range access.Reads {
		if _, known := all[other]; !known {
			fault(": reads stack %q, whose state is not kept here; add it or remove it here", other)
		}
		if other == name {
			fault(": always reads its own state; remove %q from what it reads", other)
		}
	}
	return faults
}

// readersOf are who reads a stack's state and does not write it: those who preview it, and those who take the roles of a stack
// that reads it.
func (p statePlan) readersOf(stack stackPlan) []StatePrincipals {
	readers := slices.Clone(stack.readers)
	for _, s := range p.stacks {
		if slices.Contains(s.reads, stack.name) {
			readers = slices.Concat(readers, s.trusted, s.readers)
		}
	}
	return readers
}

// bucketARN is the state bucket's ARN, known from its name.
func (p statePlan) bucketARN() string { return p.scope.GlobalARN("s3", "", p.bucket) }

// logBucketARN is the access log bucket's ARN.
func (p statePlan) logBucketARN() string { return p.scope.GlobalARN("s3", "", p.logBucket) }

// object is the ARN of objects in the state bucket.
func (p statePlan) object(key string) string { return p.bucketARN() + "/" + key }

// checkpoints are one stack's checkpoint, its compressed forms and its backup copies.
func (p statePlan) checkpoints(stack string) string {
	return p.object(".pulumi/stacks/" + p.project + "/" + stack + ".json*")
}

// stackTags is the object that holds a stack's tags.
func (p statePlan) stackTags(stack string) string {
	return p.object(".pulumi/stacks/" + p.project + "/" + stack + ".pulumi-tags")
}

// under is everything one stack keeps in a folder of its own: history, backups or locks. The folder of the locks has
// the literal organization Pulumi gives every stack of a self-managed backend.
func (p statePlan) under(kind, stack string) string {
	if kind == "locks" {
		kind = "locks/organization"
	}
	return p.object(".pulumi/" + kind + "/" + p.project + "/" + stack + "/*")
}

// alias is the alias of a key.
func (p statePlan) alias(role string) string {
	return "alias/" + p.scope.Name(maxAlias, "pulumi", role)
}

// s3Service is the name by which KMS knows S3 in a region, for example "s3.eu-west-1.amazonaws.com".
func s3Service(scope naming.Scope) string {
	suffix := ".amazonaws.com"
	if scope.Partition == "aws-cn" {
		suffix += ".cn"
	}
	return "s3." + scope.Region + suffix
}

// backendURL is what `pulumi login` takes; with a role's ARN the CLI assumes that role for the state alone.
func (p statePlan) backendURL(roleARN string) string {
	query := url.Values{"region": {p.scope.Region}}
	if roleARN != "" {
		query.Set("role", roleARN)
	}
	return "s3://" + p.bucket + "?" + query.Encode()
}

// secretsProvider is the URL that `pulumi stack init --secrets-provider` takes for one stack: one key for all, told
// apart by its encryption context. The key is named by ARN: an alias would be looked up in the caller's account.
func (p statePlan) secretsProvider(keyARN, stack string) string {
	return "awskms:///" + keyARN + "?" + url.Values{
		"context_project": {p.project}, "context_stack": {stack}, "region": {p.scope.Region},
	}.Encode()
}
