package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// streams are where a command reads and writes. Out takes the result, Err everything else.
type streams struct {
	In       io.Reader
	Out, Err io.Writer
	// Terminal says that a person sits at In and Err.
	Terminal bool
	// Redraw says that lines of Err can be drawn over; Width is how long one may be, 0 when nobody knows.
	Redraw bool
	Width  int
	// Color says that Out shows colours.
	Color bool
}

// processStreams are those of this process. NO_COLOR asks for plain text: no colours, nothing drawn over.
func processStreams() streams {
	_, plain := os.LookupEnv("NO_COLOR")
	plain = plain || os.Getenv("TERM") == "dumb"
	is := func(file *os.File) bool { return term.IsTerminal(int(file.Fd())) }
	width := 0
	if columns, _, err := term.GetSize(int(os.Stderr.Fd())); err == nil {
		width = columns
	}
	return streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Width: width,
		Terminal: is(os.Stdin) && is(os.Stderr),
		Redraw:   is(os.Stderr) && !plain,
		Color:    is(os.Stdout) && !plain,
	}
}

// ask asks a question and gives the answer, "" when there is none. An interrupt is an answer: whoever waits for one must
// not be waited for.
func (a *app) ask(ctx context.Context, question string) string {
	fmt.Fprint(a.Err, question)
	if a.answers == nil {
		a.answers = bufio.NewReader(a.In)
	}
	answer := make(chan string, 1)
	go func() {
		line, err := a.answers.ReadString('\n')
		if err != nil && line == "" {
			fmt.Fprintln(a.Err) // the end of the input leaves the cursor behind the question
		}
		answer <- strings.TrimSpace(line)
	}()
	select {
	case line := <-answer:
		return line
	case <-ctx.Done():
		return ""
	}
}
