package rules

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "aboveline.example"

// rooms says which rooms each may import (the package's picture in the README; arrows point down only).
var rooms = map[string][]string{
	"rules":   {},
	"store":   {"rules"},
	"mailin":  {"rules"},
	"mailout": {"rules"},
	"cmd":     {"rules", "store", "mailin", "mailout"},
}

// TestArrowsPointDown reads every import of the project, tests included.
func TestArrowsPointDown(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		room := strings.Split(filepath.ToSlash(path), "/")[1]
		allowed, known := rooms[room]
		if !known {
			t.Errorf("%s stands in no room", path)
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			imported, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			rest, ours := strings.CutPrefix(imported, module+"/")
			// The starters of real peers serve the tests of every room, and nothing else; the example desks are read
			// from their files by the one test that plays their stories here.
			if !ours || rest == "cmd/aboveline/peertest" && strings.HasSuffix(path, "_test.go") ||
				rest == "cmd/aboveline/config" && filepath.Base(path) == "desks_test.go" {
				continue
			}
			seen++
			other, _, _ := strings.Cut(rest, "/")
			down := other == room
			for _, a := range allowed {
				down = down || a == other
			}
			if !down {
				t.Errorf("%s imports %s", path, imported)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen == 0 {
		t.Fatal("no imports were found: the test looks in the wrong place")
	}
}

// TestStandardsAreListed holds the README's table to the code: every RFC that is cited is in it, and no other.
func TestStandardsAreListed(t *testing.T) {
	cited := map[string]string{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range citation.FindAllStringSubmatch(string(source), -1) {
			cited[m[1]] = path
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, m := range listing.FindAllStringSubmatch(string(readme), -1) {
		listed[m[1]] = true
	}
	for n, path := range cited {
		if !listed[n] {
			t.Errorf("RFC %s is cited in %s and not in the README's table", n, path)
		}
	}
	for n := range listed {
		if cited[n] == "" {
			t.Errorf("RFC %s is in the README's table and cited nowhere", n)
		}
	}
	if len(cited) < 20 {
		t.Errorf("only %d RFCs were found", len(cited))
	}
}

var (
	citation = regexp.MustCompile(`RFC ([0-9]{3,5})`)
	listing  = regexp.MustCompile(`(?m)^\| ([0-9]{3,5}) \|`)
)

// TestRulesDoNoIO: nothing that rules stands on may reach the network, start a process or open a database, and rules
// itself neither opens files nor reads a clock nor draws at random (I5).
func TestRulesDoNoIO(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath", "./...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	n := 0
	for {
		var p struct{ ImportPath string }
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		n++
		switch p.ImportPath {
		case "net", "net/http", "os/exec", "os/signal", "database/sql", "log/slog", "crypto/rand", "math/rand", "math/rand/v2":
			t.Errorf("rules stands on %s", p.ImportPath)
		}
	}
	if n < 20 {
		t.Fatalf("go list named %d packages", n)
	}
	err = filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			switch i.Path.Value {
			case `"os"`, `"io/fs"`, `"bufio"`, `"syscall"`, `"context"`:
				t.Errorf("%s imports %s", path, i.Path.Value)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// claims are the fields in which a mail says who it is from, where answers go, what it answers, and who vouches for it.
var claims = map[string]bool{"From": true, "Sender": true, "Reply-To": true, "In-Reply-To": true, "References": true,
	"Authentication-Results": true, "ARC-Authentication-Results": true, "Return-Path": true}

// claimReaders are the only code that reads them out of a mail that came in, and what for. None of it decides who a mail
// is from: judge does, from what these found.
var claimReaders = map[string]string{
	"../mailin/read.go":               "fills in rules.Mail",
	"../mailin/key.go":                "knows the same mail again",
	"../mailin/imap":                  "takes the reverse-path that the server noted",
	"../mailin/mime":                  "reads the one author",
	"../mailin/proof":                 "proves the author",
	"../mailin/machine":               "says what kind it is",
	"../cmd/aboveline/inspect":        "shows it, and keeps nothing",
	"../cmd/aboveline/demo":           "plays people, who read our mail",
	"../cmd/aboveline/held.go From":   "a word on a page",
	"../cmd/aboveline/mail.go From":   "a word on a page",
	"../cmd/aboveline/parked.go From": "a word on a page",
}

// decided are what rules may ask of a mail's claims, and the files that may.
var decided = map[string][]string{
	"Proof":      {"trust.go", "steer.go", "recheck.go", "hold.go", "digest.go", "open.go"},
	"InReplyTo":  {"thread.go", "steer.go"},
	"References": {"thread.go", "steer.go", "open.go"}, // open.go: the chain of ids that our own mail continues
	"ReplyTo":    {},
	"Envelope":   {"decide.go", "success.go", "trust.go"}, // kept in the ledger; reports of success that the client asked for
	"Raw":        {},
}

// TestOneFunctionDecides: judge alone says who a mail is from and what that entitles it to. No other code asks a mail's
// header for it, and within rules no other file asks what the doors found.
func TestOneFunctionDecides(t *testing.T) {
	found := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		path = filepath.ToSlash(path)
		if strings.HasPrefix(path, "../mailout/") || strings.HasSuffix(filepath.Dir(path), "test") {
			return nil // writes our own mail; helpers of tests
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				name, err := strconv.Unquote(n.Value)
				if n.Kind != token.STRING || err != nil || !claims[name] {
					break
				}
				reader := ""
				for _, r := range []string{path, filepath.ToSlash(filepath.Dir(path)), path + " " + name} {
					if claimReaders[r] != "" {
						reader = r
					}
				}
				if found[reader] = true; reader == "" {
					t.Errorf("%s reads %s", path, name)
				}
			case *ast.SelectorExpr:
				files, asked := decided[n.Sel.Name]
				if !asked || !strings.HasPrefix(path, "../rules/") || !incoming(n.X) {
					break
				}
				if found[n.Sel.Name] = true; !slices.Contains(files, strings.TrimPrefix(path, "../rules/")) {
					t.Errorf("%s asks a mail for its %s", path, n.Sel.Name)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for r, why := range claimReaders {
		if why != "" && !found[r] {
			t.Errorf("%s reads nothing of it any more", r)
		}
	}
	if !found["Proof"] || !found["References"] {
		t.Error("the test looks in the wrong place")
	}
}

// incoming says whether an expression is a mail that came in, by the names that we give those.
func incoming(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name == "m"
	case *ast.SelectorExpr:
		return x.Sel.Name == "Mail"
	}
	return false
}
