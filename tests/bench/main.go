// Command bench measures what building the platform costs, beside a program of the same size whose imports nobody
// looked at (naive). Both start from an empty build cache; the module cache is shared.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"text/tabwriter"
	"time"
)

// cost is what one cold build takes.
type cost struct {
	cpu, wall time.Duration
	bytes     int64
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	fmt.Fprintln(os.Stderr, "building both programs from empty caches; this takes about twenty minutes on two cores")
	ours, err := build(".")
	if err != nil {
		return err
	}
	naive, err := build(filepath.Join("tests", "bench", "naive"))
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "cold build\tCPU seconds\twall seconds\tbinary MB\t")
	for _, row := range []struct {
		name string
		cost cost
	}{{"platform", ours}, {"naive imports", naive}} {
		fmt.Fprintf(table, "%s\t%.0f\t%.0f\t%.0f\t\n",
			row.name, row.cost.cpu.Seconds(), row.cost.wall.Seconds(), float64(row.cost.bytes)/1e6)
	}
	fmt.Fprintf(table, "ratio\t%.2f\t%.2f\t%.2f\t\n", ours.cpu.Seconds()/naive.cpu.Seconds(),
		ours.wall.Seconds()/naive.wall.Seconds(), float64(ours.bytes)/float64(naive.bytes))
	return table.Flush()
}

// build builds the program in dir from an empty build cache.
func build(dir string) (cost, error) {
	scratch, err := os.MkdirTemp("", "bench")
	if err != nil {
		return cost{}, err
	}
	defer func() { _ = os.RemoveAll(scratch) }() // what stays behind is in the temporary folder
	download := exec.Command("go", "mod", "download")
	download.Dir, download.Stderr = dir, os.Stderr
	if err := download.Run(); err != nil {
		return cost{}, err
	}
	binary := filepath.Join(scratch, "program")
	cmd := exec.Command("go", "build", "-ldflags", "-s -w", "-o", binary, ".")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	cmd.Env = append(cmd.Environ(), "GOCACHE="+filepath.Join(scratch, "cache"))
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return cost{}, fmt.Errorf("building %s: %w", dir, err)
	}
	info, err := os.Stat(binary)
	if err != nil {
		return cost{}, err
	}
	used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return cost{cpu: used, wall: time.Since(began), bytes: info.Size()}, nil
}
