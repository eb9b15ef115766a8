package store

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"aboveline.example/rules"
)

// sources parses the package without its tests.
func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]*ast.File{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if files[name], err = parser.ParseFile(token.NewFileSet(), name, nil, 0); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// Another engine will stand beside this one: nobody outside may be able to tell which it is.
func TestNothingExportedNamesTheEngine(t *testing.T) {
	seen := 0
	for name, f := range sources(t) {
		engine := map[string]bool{}
		for _, imp := range f.Imports {
			if path := strings.Trim(imp.Path.Value, `"`); strings.Contains(path, "bbolt") {
				local := path[strings.LastIndexByte(path, '/')+1:]
				if imp.Name != nil {
					local = imp.Name.Name
				}
				engine[local] = true
				seen++
			}
		}
		for _, node := range exported(f) {
			ast.Inspect(node, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok {
					if x, ok := s.X.(*ast.Ident); ok && engine[x.Name] {
						t.Errorf("%s: %s.%s is in the exported API", name, x.Name, s.Sel.Name)
					}
				}
				if id, ok := n.(*ast.Ident); ok && strings.Contains(strings.ToLower(id.Name), "bolt") {
					t.Errorf("%s: exported name %s", name, id.Name)
				}
				return true
			})
		}
	}
	if seen == 0 {
		t.Error("no file imports the engine: this test looks in the wrong place")
	}
}

// exported returns the parts of a file that others can see: signatures, exported fields, constants and variables.
func exported(f *ast.File) (out []ast.Node) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() {
				out = append(out, d.Name, d.Type)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				out = append(out, exportedSpec(s)...)
			}
		}
	}
	return out
}

func exportedSpec(s ast.Spec) (out []ast.Node) {
	switch s := s.(type) {
	case *ast.ValueSpec:
		if s.Names[0].IsExported() {
			out = append(out, s)
		}
	case *ast.TypeSpec:
		st, ok := s.Type.(*ast.StructType)
		if !s.Name.IsExported() {
			return nil
		}
		if !ok {
			return []ast.Node{s}
		}
		for _, field := range st.Fields.List {
			if len(field.Names) == 0 || field.Names[0].IsExported() {
				out = append(out, field)
			}
		}
	}
	return out
}

// Decide asks the store through a Tx. The watch for outages is not the store's to answer for.
func TestTxAnswersWhatDecideAsks(t *testing.T) {
	lookup, tx := reflect.TypeFor[rules.Lookup](), reflect.TypeFor[*Tx]()
	for m := range lookup.Methods() {
		if m.Name == "Sight" {
			continue
		}
		have, ok := tx.MethodByName(m.Name)
		if !ok {
			t.Errorf("Tx has no %s", m.Name)
			continue
		}
		if got := reflect.ValueOf((*Tx)(nil)).Method(have.Index).Type(); got != m.Type {
			t.Errorf("Tx.%s is %v, want %v", m.Name, got, m.Type)
		}
	}
}

func TestStoreImportsNoOtherRoom(t *testing.T) {
	for name, f := range sources(t) {
		for _, imp := range f.Imports {
			path := strings.Trim(imp.Path.Value, `"`)
			if strings.HasPrefix(path, "aboveline.example/") && path != "aboveline.example/rules" {
				t.Errorf("%s imports %s", name, path)
			}
		}
	}
}
