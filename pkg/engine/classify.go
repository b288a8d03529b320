package engine

import (
	"errors"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// tailLimit bounds what is shown of what the CLI said.
const tailLimit = 2000

// stackNotFound is the CLI's exit code for a stack that does not exist.
const stackNotFound = 6

var (
	// lockLine is one line of the backend's message; see pkg/backend/diy/lock.go in Pulumi's source.
	lockLine = regexp.MustCompile(`(?m)^\s*(\S+): created by (.*)@(\S*) \(pid (\d+)\) at (\S+)\s*$`)
	// missingStack is what the CLI says of a stack without state.
	missingStack = regexp.MustCompile(`no stack named '[^']*' found`)
	// apiError is how AWS's code stands in a provider's message; bareCode is a message that begins with one.
	apiError = regexp.MustCompile(`\bapi error ([A-Za-z][A-Za-z0-9._-]*):`)
	bareCode = regexp.MustCompile(`^(?:error: )?([A-Z][a-z]+[A-Z][A-Za-z]*(?:\.[A-Za-z]+)*): `)
	// storeMissing and storeFailed are what the backend says of its store.
	storeMissing = regexp.MustCompile(`NoSuchBucket|bucket does not exist`)
	storeCall    = regexp.MustCompile(`operation error S3`) // a bucket that a stack makes may say so too
	storeFailed  = regexp.MustCompile(`could not list bucket|failed to save snapshot|failed to load checkpoint|` +
		`blob \(key|blob \(code=|unable to check if bucket|failed to load stack tags|unable to open bucket|` +
		`read "?\.pulumi/|\.pulumi/meta\.yaml|problem deleting the lock`)
	// unknownStack is what the engine says of a stack reference without state, notPublished the text of UpstreamMissing.
	unknownStack = regexp.MustCompile(`unknown stack "organization/[^/"]+/([^/"]+)"`)
	notPublished = regexp.MustCompile(`stack (\S+) does not publish (\S+) yet:`)
	// compileError is a diagnostic of the Go compiler.
	compileError = regexp.MustCompile(`(?m)^[\w./-]+\.go:\d+:\d+: .+$`)
)

// evidence is all that is known about a failed operation.
type evidence struct {
	stack    string
	url      string
	code     int
	text     string // what the CLI wrote, standard error first
	err      error  // the Automation API's error
	program  error  // what the program itself returned
	canceled bool
	result   Result
}

// classify turns the evidence into one of this package's errors. What the CLI writes is text: this is the one place
// that reads meaning out of it.
func (r *redactor) classify(e evidence) error {
	text := r.text(e.text)
	failed := failures(e.result)
	store := storeFailed.MatchString(text) ||
		len(failed) == 0 && (storeMissing.MatchString(text) || storeCall.MatchString(text))
	switch {
	case strings.Contains(text, "the stack is currently locked by"):
		return &Locked{Stack: e.stack, Locks: locks(text)}
	case e.code == stackNotFound, missingStack.MatchString(text):
		return &StackMissing{Stack: e.stack}
	case e.canceled:
		return &Cancelled{Done: finished(e.result), InFlight: inFlight(e.result)}
	case unknownStack.MatchString(text):
		return &UpstreamMissing{Stack: e.stack, Upstream: unknownStack.FindStringSubmatch(text)[1]}
	case notPublished.MatchString(text):
		found := notPublished.FindStringSubmatch(text)
		return &UpstreamMissing{Stack: e.stack, Upstream: found[1], Output: found[2]}
	case store && e.code > 0:
		return &StateStore{
			URL: r.text(e.url), Message: firstLine(text, storeFailed, storeMissing, storeCall), Missing: storeMissing.MatchString(text),
			Done: finished(e.result), InFlight: inFlight(e.result),
		}
	case e.program != nil:
		return withFailures(&ProgramFault{Err: e.program}, failed)
	case len(failed) > 0:
		return withFailures(nil, failed)
	case compileError.MatchString(text):
		return &Compilation{Output: strings.Join(compileError.FindAllString(text, 20), "\n")}
	case e.code < 0 && exited(e.err):
		return &Killed{Stack: e.stack, Done: finished(e.result), InFlight: inFlight(e.result)}
	}
	return &Unknown{Code: e.code, Tail: r.tail(text, e.err)}
}

// exited tells that the CLI ran; an error of another kind kept it from starting.
func exited(err error) bool {
	var exit *exec.ExitError
	return errors.As(err, &exit) || err != nil && strings.Contains(err.Error(), "signal: ")
}

// locks reads who holds the lock.
func locks(text string) []Lock {
	var found []Lock
	for _, match := range lockLine.FindAllStringSubmatch(text, -1) {
		lock := Lock{Key: match[1], User: match[2], Host: match[3]}
		lock.PID, _ = strconv.Atoi(match[4])               // digits, by the expression
		lock.Since, _ = time.Parse(time.RFC3339, match[5]) // the zero time should the format have changed
		found = append(found, lock)
	}
	return found
}

// failures are the resources that were refused.
func failures(result Result) []*ResourceFailed {
	var failed []*ResourceFailed
	seen := map[string]bool{}
	for _, d := range result.Diagnostics {
		if d.Severity != "error" || d.URN == "" || resource.URN(d.URN).Type() == stackType || seen[d.URN] {
			continue
		}
		seen[d.URN] = true
		failed = append(failed, &ResourceFailed{URN: d.URN, Code: errorCode(d.Message), Message: d.Message})
	}
	return failed
}

// withFailures joins a leading error, if any, with those of resources.
func withFailures(first error, failed []*ResourceFailed) error {
	var all StackErrors
	if first != nil {
		all = append(all, first)
	}
	for _, f := range failed {
		all = append(all, f)
	}
	if len(all) == 1 {
		return all[0]
	}
	return all
}

// errorCode is the cloud's error code within a message.
func errorCode(message string) string {
	for _, shape := range []*regexp.Regexp{apiError, bareCode} {
		if match := shape.FindStringSubmatch(message); match != nil {
			return match[1]
		}
	}
	return ""
}

// finished is how many changes were finished.
func finished(result Result) int {
	n := 0
	for _, change := range result.Changes {
		if change.Status == Done {
			n++
		}
	}
	return n
}

// inFlight are the resources whose change was begun and not seen to end, by their names for people.
func inFlight(result Result) []string {
	var names []string
	for _, change := range result.Changes {
		if change.Status == Unfinished {
			names = append(names, string(change.Op)+" "+nameOf(change.URN))
		}
	}
	return names
}

// firstLine is the first line of a text that matches one of the expressions.
func firstLine(text string, shapes ...*regexp.Regexp) string {
	for line := range strings.Lines(text) {
		for _, shape := range shapes {
			if shape.MatchString(line) {
				if _, after, found := strings.Cut(line, "error: "); found { // the display may put a resource's name first
					line = after
				}
				return strings.TrimSpace(line)
			}
		}
	}
	return ""
}

// tail is the end of what the CLI said, or else of the error that kept it from saying anything.
func (r *redactor) tail(text string, err error) string {
	text = strings.TrimSpace(text)
	if text == "" && err != nil {
		text = r.text(err.Error())
	}
	if len(text) > tailLimit {
		text = "... " + strings.ToValidUTF8(text[len(text)-tailLimit:], "")
	}
	return text
}

// nameOf is a URN for people: "aws:ec2/vpc:Vpc main".
func nameOf(urn string) string {
	if !resource.URN(urn).IsValid() {
		return urn
	}
	return string(resource.URN(urn).Type()) + " " + resource.URN(urn).Name()
}
