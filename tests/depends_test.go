package tests

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNobodyWaitsForAComponent keeps components out of pulumi.DependsOn: the SDK waits for those of its children that it
// has heard of by then, which need not be all (https://github.com/pulumi/pulumi/issues/7833). Lists of resources are there
// for DependsOn alone, so none may have a component in it. Ready of a component is the option to use.
func TestNobodyWaitsForAComponent(t *testing.T) {
	t.Parallel()
	checked := typedPackages(t)
	lists := 0
	for _, p := range checked {
		for _, file := range p.files {
			ast.Inspect(file, func(node ast.Node) bool {
				for _, element := range p.listed(node) {
					lists++
					given := p.info.TypeOf(element)
					// What is declared as no more than a resource cannot be told here.
					assert.True(t, types.Identical(given, p.resource) || types.Implements(given, p.custom),
						"%s: a component (%s) in a list of resources: use its Ready()", p.set.Position(element.Pos()), given)
				}
				return true
			})
		}
	}
	require.Greater(t, lists, 20, "lists of resources were found")
}

// typedPackage is a package that has been checked for types.
type typedPackage struct {
	set      *token.FileSet
	files    []*ast.File
	info     types.Info
	resource types.Type       // pulumi.Resource
	custom   *types.Interface // pulumi.CustomResource, which components are not
}

// listed are the expressions that a node puts into a list of resources: a literal's, append's, those given to a parameter
// that takes any number.
func (p typedPackage) listed(node ast.Node) []ast.Expr {
	switch node := node.(type) {
	case *ast.CompositeLit:
		if p.isList(p.info.TypeOf(node)) {
			return node.Elts
		}
	case *ast.CallExpr:
		signature, ok := p.info.TypeOf(node.Fun).(*types.Signature)
		if !ok || !signature.Variadic() || node.Ellipsis.IsValid() {
			return nil
		}
		last := signature.Params().Len() - 1
		if p.isList(signature.Params().At(last).Type()) && len(node.Args) > last {
			return node.Args[last:]
		}
	}
	return nil
}

func (p typedPackage) isList(of types.Type) bool {
	if of == nil {
		return false
	}
	slice, ok := of.Underlying().(*types.Slice)
	return ok && p.resource != nil && types.Identical(slice.Elem(), p.resource)
}

// typedPackages are this module's packages without their tests, checked against what the compiler exported of all others.
func typedPackages(t *testing.T) []typedPackage {
	t.Helper()
	command := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles", "./...")
	command.Dir = ".."
	out, err := command.Output()
	require.NoError(t, err)
	exports, own := map[string]string{}, map[string][]string{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); decoder.More(); {
		var p struct {
			ImportPath, Dir, Export string
			GoFiles                 []string
		}
		require.NoError(t, decoder.Decode(&p))
		exports[p.ImportPath] = p.Export
		if p.ImportPath+"/" == module || strings.HasPrefix(p.ImportPath, module) {
			for _, file := range p.GoFiles {
				own[p.ImportPath] = append(own[p.ImportPath], filepath.Join(p.Dir, file))
			}
		}
	}
	set := token.NewFileSet()
	compiled := importer.ForCompiler(set, "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, errors.New("nothing exported of " + path)
		}
		return os.Open(exports[path])
	})
	sdk, err := compiled.Import("github.com/pulumi/pulumi/sdk/v3/go/pulumi")
	require.NoError(t, err)
	custom, ok := sdk.Scope().Lookup("CustomResource").Type().Underlying().(*types.Interface)
	require.True(t, ok)
	var checked []typedPackage
	for path, names := range own {
		p := typedPackage{
			set: set, info: types.Info{Types: map[ast.Expr]types.TypeAndValue{}},
			resource: sdk.Scope().Lookup("Resource").Type(), custom: custom,
		}
		for _, name := range names {
			file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			p.files = append(p.files, file)
		}
		_, err := (&types.Config{Importer: compiled}).Check(path, set, p.files, &p.info)
		require.NoError(t, err, path)
		checked = append(checked, p)
	}
	return checked
}
