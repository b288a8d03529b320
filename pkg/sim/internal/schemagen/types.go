package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"strconv"
	"strings"
)

// typeReader turns Go types of one folder into schema types, adding the nested ones it meets.
type typeReader struct {
	folder *folder
	types  map[string]properties
}

func (t *typeReader) properties(structure *ast.StructType) (properties, error) {
	if structure == nil {
		return nil, fmt.Errorf("the SDK has no such struct")
	}
	result := properties{}
	for _, field := range structure.Fields.List {
		name := tag(field)
		if name == "" {
			continue
		}
		kind, required, err := t.kind(field.Type)
		if err != nil {
			return nil, fmt.Errorf("property %q: %w", name, err)
		}
		if required {
			kind += "!"
		}
		result[name] = kind
	}
	return result, nil
}

// kind is the schema type of a Go type; a plain value type is a required property, a pointer, list or map may be absent.
func (t *typeReader) kind(expr ast.Expr) (kind string, required bool, err error) {
	switch expr := expr.(type) {
	case *ast.StarExpr:
		kind, _, err = t.kind(expr.X)
		return kind, false, err
	case *ast.ArrayType:
		kind, _, err = t.kind(expr.Elt)
		return "[]" + kind, false, err
	case *ast.MapType:
		kind, _, err = t.kind(expr.Value)
		return "map[]" + kind, false, err
	case *ast.InterfaceType:
		return "any", false, nil
	case *ast.SelectorExpr:
		return selected(expr)
	case *ast.Ident:
		kind, err = t.named(expr.Name)
		return kind, true, err
	}
	return "", false, fmt.Errorf("cannot read a Go type of form %T", expr)
}

func selected(expr *ast.SelectorExpr) (string, bool, error) {
	switch expr.Sel.Name {
	case "AssetOrArchive":
		return "asset", false, nil
	case "Archive":
		return "archive", false, nil
	}
	return "", false, fmt.Errorf("cannot read the Go type %s", expr.Sel.Name)
}

func (t *typeReader) named(name string) (string, error) {
	switch name {
	case "string":
		return "string", nil
	case "bool":
		return "boolean", nil
	case "int":
		return "integer", nil
	case "float64":
		return "number", nil
	}
	structure := t.folder.structs[name]
	if structure == nil {
		return "string", nil // an enumeration: a named string
	}
	key := t.folder.module + "." + name
	if _, known := t.types[key]; !known {
		t.types[key] = nil // a type may contain itself
		nested, err := t.properties(structure)
		if err != nil {
			return "", fmt.Errorf("%s: %w", key, err)
		}
		t.types[key] = nested
	}
	return "#" + key, nil
}

// facts are what only a resource's constructor says.
type facts struct {
	token    string
	required []string // Go field names
	secrets  []string
	aliases  []string
}

const requiredMessage = "invalid value for required argument '"

func readConstructor(constructor *ast.FuncDecl) facts {
	var found facts
	ast.Inspect(constructor.Body, func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		function, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		switch function.Sel.Name {
		case "RegisterResource":
			found.token = text(call.Args[0])
		case "New":
			if message := text(call.Args[0]); strings.HasPrefix(message, requiredMessage) {
				found.required = append(found.required, strings.TrimSuffix(message[len(requiredMessage):], "'"))
			}
		case "AdditionalSecretOutputs":
			found.secrets = append(found.secrets, texts(call.Args[0])...)
		case "Aliases":
			found.aliases = append(found.aliases, texts(call.Args[0])...)
		}
		return true
	})
	return found
}

// texts are all string literals below a node.
func texts(node ast.Node) []string {
	var found []string
	ast.Inspect(node, func(node ast.Node) bool {
		if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			found = append(found, text(literal))
		}
		return true
	})
	return found
}

func text(expr ast.Expr) string {
	literal, ok := expr.(*ast.BasicLit)
	if !ok {
		return ""
	}
	value, err := strconv.Unquote(literal.Value)
	if err != nil {
		return ""
	}
	return value
}
