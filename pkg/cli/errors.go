package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"aws-platform/pkg/config"
	"aws-platform/pkg/engine"
)

// The exit codes. 4 is kept for an approval that is missing.
const (
	exitDone        = 0
	exitError       = 1
	exitChanges     = 2
	exitRefused     = 3
	exitLocked      = 5
	exitNotFound    = 6
	exitUsage       = 64
	exitInterrupted = 130
)

// exitCodes are what they mean, for help and the reference.
var exitCodes = []struct {
	code    int
	meaning string
}{
	{exitDone, "done"},
	{exitError, "an error"},
	{exitChanges, "there are changes (preview with --detailed-exitcode)"},
	{exitRefused, "a control does not hold (guard)"},
	{exitLocked, "another run holds the stack's lock"},
	{exitNotFound, "no such stack, or no project"},
	{exitUsage, "a command line that makes no sense"},
	{exitInterrupted, "interrupted"},
}

// exitHelp lists the exit codes.
func exitHelp() string {
	text := "Exit codes:"
	for _, exit := range exitCodes {
		text += fmt.Sprintf("\n%5d  %s", exit.code, exit.meaning)
	}
	return text
}

// exitCode is the one place where errors become exit codes. An error is worse than changes, a lock worse than what
// follows from it.
func exitCode(ctx context.Context, err error) int {
	var (
		usage   *usageError
		locked  *engine.Locked
		missing *engine.StackMissing
		unknown *unknownStack
		project *noProject
	)
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, errChanges):
		return exitChanges
	case errors.Is(err, errRefused):
		return exitRefused
	case ctx.Err() != nil, errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &locked):
		return exitLocked
	case errors.As(err, &missing), errors.As(err, &unknown), errors.As(err, &project):
		return exitNotFound
	}
	return exitError
}

// errChanges says that there are changes, to those who asked for an exit code that tells. The report has told it.
var errChanges = errors.New("there are changes")

// usageError is a command line that makes no sense.
type usageError struct{ error }

// Unwrap is what is wrong with it.
func (e *usageError) Unwrap() error { return e.error }

// noProject tells that there is no project where one was looked for.
type noProject struct{ dir string }

// Error says where, and what to do.
func (e *noProject) Error() string {
	return fmt.Sprintf("%s holds no stack files (Pulumi.<stack>.yaml); name the project's folder with --chdir", e.dir)
}

// stackNames are the project's stacks; there must be some.
func (a *app) stackNames() ([]string, error) {
	names, err := config.Stacks(a.dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(names) == 0 {
		return nil, &noProject{a.dir}
	}
	return names, err
}

// unknownStack is a stack nobody described.
type unknownStack struct {
	name  string
	known []string
}

// Error names those there are, and the one that may have been meant.
func (e *unknownStack) Error() string {
	text := fmt.Sprintf("there is no stack %q: no %s", e.name, config.StackFile(e.name))
	if meant := closest(e.name, e.known); meant != "" {
		text += fmt.Sprintf("; did you mean %q?", meant)
	}
	return text + " (stacks: " + strings.Join(e.known, ", ") + ")"
}

// closest is the known word with the fewest letters changed, "" when all are far away.
func closest(word string, known []string) string {
	found, fewest := "", max(2, len(word)/3)+1
	for _, candidate := range known {
		if strings.HasPrefix(candidate, word) && word != "" {
			return candidate
		}
		if d := distance(word, candidate); d < fewest {
			found, fewest = candidate, d
		}
	}
	return found
}

// distance is how many letters must be put in, taken out or changed to make one word of another.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
