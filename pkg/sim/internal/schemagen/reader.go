package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// packageSchema is one <package>.json. A property's type is written "string", "boolean", "integer", "number", "any",
// "asset", "archive", "[]T", "map[]T" or "#module.Name" for an entry of Types; a trailing "!" marks a required one.
type packageSchema struct {
	Source    string                    `json:"source"`
	Provider  map[string]string         `json:"provider"`
	Resources map[string]resourceSchema `json:"resources"`
	Functions map[string]functionSchema `json:"functions,omitempty"`
	Types     map[string]properties     `json:"types"`
}

type resourceSchema struct {
	Inputs  properties `json:"inputs"`
	Outputs properties `json:"outputs"`
	Secrets []string   `json:"secrets,omitempty"`
	Aliases []string   `json:"aliases,omitempty"`
}

type functionSchema struct {
	Inputs  properties `json:"inputs"`
	Outputs properties `json:"outputs"`
}

type properties map[string]string

// reader reads one SDK; parsed folders are kept, for the shared type files are large.
type reader struct {
	root   string
	parsed map[string]*folder
}

// folder is one parsed Go package: its struct types and its functions.
type folder struct {
	module  string
	structs map[string]*ast.StructType
	funcs   map[string]*ast.FuncDecl
}

func newReader(root string) *reader { return &reader{root: root, parsed: map[string]*folder{}} }

func (r *reader) read(pkg string, tokens []string) (*packageSchema, error) {
	schema := &packageSchema{
		Resources: map[string]resourceSchema{}, Functions: map[string]functionSchema{}, Types: map[string]properties{},
	}
	index, err := r.folder("index")
	if err != nil {
		return nil, err
	}
	types := &typeReader{folder: index, types: schema.Types}
	if schema.Provider, err = types.properties(index.structs["providerArgs"]); err != nil {
		return nil, fmt.Errorf("%s provider: %w", pkg, err)
	}
	for _, tok := range tokens {
		parts := strings.Split(tok, ":")
		module, _, _ := strings.Cut(parts[1], "/")
		in, err := r.folder(module)
		if err != nil {
			return nil, err
		}
		if err := in.add(schema, tok, parts[2]); err != nil {
			return nil, fmt.Errorf("%s: %w", tok, err)
		}
	}
	return schema, nil
}

func (r *reader) folder(module string) (*folder, error) {
	if known := r.parsed[module]; known != nil {
		return known, nil
	}
	dir := r.root
	if module != "index" {
		dir = filepath.Join(dir, module)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	parsed := &folder{module: module, structs: map[string]*ast.StructType{}, funcs: map[string]*ast.FuncDecl{}}
	files := token.NewFileSet()
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".go") {
			continue
		}
		file, err := parser.ParseFile(files, filepath.Join(dir, entry.Name()), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		parsed.collect(file)
	}
	r.parsed[module] = parsed
	return parsed, nil
}

func (f *folder) collect(file *ast.File) {
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv == nil {
				f.funcs[decl.Name.Name] = decl
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				if named, ok := spec.(*ast.TypeSpec); ok {
					if structure, ok := named.Type.(*ast.StructType); ok {
						f.structs[named.Name.Name] = structure
					}
				}
			}
		}
	}
}

func (f *folder) add(schema *packageSchema, tok, name string) error {
	types := &typeReader{folder: f, types: schema.Types}
	if first, _ := utf8.DecodeRuneInString(name); unicode.IsLower(first) {
		return f.addFunction(schema, types, tok, exported(name))
	}
	constructor := f.funcs["New"+name]
	if constructor == nil {
		return fmt.Errorf("the SDK has no constructor New%s", name)
	}
	inputs, err := types.properties(f.structs[unexported(name)+"Args"])
	if err != nil {
		return err
	}
	outputs, err := types.properties(f.structs[unexported(name)+"State"])
	if err != nil {
		return err
	}
	for property, kind := range outputs {
		outputs[property] = strings.TrimSuffix(kind, "!")
	}
	facts := readConstructor(constructor)
	if facts.token != tok {
		return fmt.Errorf("the SDK registers New%s as %q", name, facts.token)
	}
	f.require(inputs, name, facts.required)
	schema.Resources[tok] = resourceSchema{Inputs: inputs, Outputs: outputs, Secrets: facts.secrets, Aliases: facts.aliases}
	return nil
}

func (f *folder) addFunction(schema *packageSchema, types *typeReader, tok, name string) error {
	inputs := properties{}
	// A getter beside a resource of the same name is called Lookup in Go.
	if lookup := "Lookup" + strings.TrimPrefix(name, "Get"); f.structs[name+"Result"] == nil && f.structs[lookup+"Result"] != nil {
		name = lookup
	}
	if arguments := f.structs[name+"Args"]; arguments != nil {
		var err error
		if inputs, err = types.properties(arguments); err != nil {
			return err
		}
	}
	outputs, err := types.properties(f.structs[name+"Result"])
	if err != nil {
		return err
	}
	schema.Functions[tok] = functionSchema{Inputs: inputs, Outputs: outputs}
	return nil
}

// require marks as required what the constructor refuses to be without; the struct alone cannot say it of a list.
func (f *folder) require(inputs properties, name string, fields []string) {
	for _, field := range f.structs[unexported(name)+"Args"].Fields.List {
		for _, wanted := range fields {
			if property := tag(field); len(field.Names) == 1 && field.Names[0].Name == wanted && property != "" {
				inputs[property] = strings.TrimSuffix(inputs[property], "!") + "!"
			}
		}
	}
}

func tag(field *ast.Field) string {
	if field.Tag == nil {
		return ""
	}
	text, err := strconv.Unquote(field.Tag.Value)
	if err != nil {
		return ""
	}
	name, _, _ := strings.Cut(reflect.StructTag(text).Get("pulumi"), ",")
	return name
}

func unexported(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(first)) + name[size:]
}

func exported(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(first)) + name[size:]
}
