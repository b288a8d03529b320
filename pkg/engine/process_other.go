//go:build !unix

package engine

import "os/exec"

func ownGroup(*exec.Cmd) {}

// Without signals there is no polite way to end a process.

func interrupt(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

func terminate(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

func kill(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
