// Command schemagen derives the schema of the simulated cloud's resource types from the sources of the pinned Go SDKs:
// the provider's own schema is not published as a module, but each resource file of its SDK says the same.
//
//	schemagen -types schema/types.txt -out schema
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// modules are the SDKs a package's tokens are looked up in, with the folder below the module that holds its root package.
var modules = map[string]struct{ path, folder string }{
	"aws": {"github.com/pulumi/pulumi-aws/sdk/v6", "go/aws"},
}

func main() {
	types := flag.String("types", "", "file that lists the wanted tokens, one a line")
	out := flag.String("out", "", "folder for one <package>.json each")
	flag.Parse()
	if err := run(*types, *out); err != nil {
		fmt.Fprintln(os.Stderr, "schemagen:", err)
		os.Exit(1)
	}
}

func run(typesFile, out string) error {
	files, err := generate(typesFile)
	if err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(out, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate gives the content of every schema file, by file name.
func generate(typesFile string) (map[string][]byte, error) {
	wanted, err := readTokens(typesFile)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for pkg, tokens := range wanted {
		module, known := modules[pkg]
		if !known {
			return nil, fmt.Errorf("%s: no SDK module is known for package %q", typesFile, pkg)
		}
		dir, version, err := locate(module.path)
		if err != nil {
			return nil, err
		}
		sdk := newReader(filepath.Join(dir, filepath.FromSlash(module.folder)))
		schema, err := sdk.read(pkg, tokens)
		if err != nil {
			return nil, err
		}
		schema.Source = module.path + " " + version
		content, err := encode(schema)
		if err != nil {
			return nil, err
		}
		files[pkg+".json"] = content
	}
	return files, nil
}

func readTokens(file string) (map[string][]string, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	wanted := map[string][]string{}
	lines := bufio.NewScanner(bytes.NewReader(content))
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(line, ":")
		if len(parts) != 3 {
			return nil, fmt.Errorf("%s:%d: %q is no token; want package:module:Name", file, number, line)
		}
		wanted[parts[0]] = append(wanted[parts[0]], line)
	}
	return wanted, lines.Err()
}

func locate(module string) (dir, version string, err error) {
	listed, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}\t{{.Version}}", module).Output()
	if err != nil {
		return "", "", fmt.Errorf("go list -m %s: %w", module, err)
	}
	dir, version, _ = strings.Cut(strings.TrimSpace(string(listed)), "\t")
	if dir == "" {
		return "", "", fmt.Errorf("module %s is not downloaded; run go mod download", module)
	}
	return dir, version, nil
}

func encode(schema *packageSchema) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetIndent("", " ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(schema); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}
