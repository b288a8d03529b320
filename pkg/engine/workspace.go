package engine

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// projectFile is the name of the project's file.
const projectFile = "Pulumi.yaml"

// stackFile is the name of a stack's file.
func stackFile(stack string) string { return "Pulumi." + stack + ".yaml" }

// workspace is one stack's work folder. Each stack has its own, because the CLI keeps the "current stack" by folder, and
// because the CLI rewrites the stack file, comments lost, when it has secrets to note there.
type workspace struct {
	root    string // the project's folder
	dir     string // the stack's work folder
	stack   string
	sandbox bool
}

func (e *Engine) workspace(stack string) workspace {
	return workspace{
		root: e.options.Root, dir: filepath.Join(e.options.Work, stack), stack: stack, sandbox: e.options.Sandbox,
	}
}

// prepare brings the work folder up to date with the project. Files are replaced whole, never written in place: another
// run of the same stack may be reading them.
func (w workspace) prepare() error {
	settings, err := os.ReadFile(filepath.Join(w.root, stackFile(w.stack)))
	if errors.Is(err, os.ErrNotExist) {
		return &StackMissing{Stack: w.stack, File: stackFile(w.stack)}
	}
	if err != nil {
		return err
	}
	project, err := os.ReadFile(filepath.Join(w.root, projectFile))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		return err
	}
	if w.sandbox {
		if settings, err = w.keepSecrets(settings); err != nil {
			return err
		}
	}
	return errors.Join(
		replaceFile(filepath.Join(w.dir, projectFile), project),
		replaceFile(filepath.Join(w.dir, stackFile(w.stack)), settings),
	)
}

// keepSecrets adds what the sandbox knows about the stack's secrets to its stack file, unless the file says it itself.
// A file that is no YAML passes as it is: the program says what is wrong with it, and where.
func (w workspace) keepSecrets(settings []byte) ([]byte, error) {
	fields, err := secretsOf(settings)
	if err != nil || fields != (secretsFields{}) {
		return settings, nil //nolint:nilerr // the program tells of it
	}
	kept, err := os.ReadFile(filepath.Join(w.dir, stackFile(w.stack)))
	if errors.Is(err, os.ErrNotExist) {
		return settings, nil
	}
	if err != nil {
		return nil, err
	}
	if fields, err = secretsOf(kept); err != nil {
		return settings, nil //nolint:nilerr // a copy of a file that was faulty
	}
	return withSecrets(settings, fields)
}

// carryBack writes what the CLI noted about the stack's secrets into the project's stack file. Lost, the next run would
// encrypt with another key, or ask for a passphrase it cannot check.
func (w workspace) carryBack() error {
	if w.sandbox {
		return nil
	}
	noted, err := os.ReadFile(filepath.Join(w.dir, stackFile(w.stack)))
	if err != nil {
		return err
	}
	fields, err := secretsOf(noted)
	if err != nil || fields == (secretsFields{}) {
		return nil //nolint:nilerr // a copy of a file that is faulty; the program tells of it
	}
	file := filepath.Join(w.root, stackFile(w.stack))
	settings, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	written, err := withSecrets(settings, fields)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return replaceFile(file, written)
}

// replaceFile gives a file new content in one step; a file that has it already is left alone.
func replaceFile(file string, content []byte) error {
	if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, content) {
		return nil
	}
	mode := os.FileMode(0o644)
	if info, err := os.Stat(file); err == nil {
		mode = info.Mode().Perm()
	}
	temporary, err := os.CreateTemp(filepath.Dir(file), ".new-*")
	if err != nil {
		return err
	}
	_, err = temporary.Write(content)
	err = errors.Join(err, temporary.Chmod(mode), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary.Name()))
	}
	return nil
}
