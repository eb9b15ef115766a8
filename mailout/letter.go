package mailout

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
)

// letter is one template's wording in one language.
type letter struct {
	name             string // the file, as errors name it
	title, body, end *template.Template
}

// endMark is the line of a wording file between what stands above the person's words and what stands below.
const endMark = "---"

// parseLetter reads a wording file: the first line is the title (empty for none), then paragraphs, then a line of
// three hyphens and the closing paragraphs.
func parseLetter(name, src string) (*letter, error) {
	lines := strings.Split(src, "\n")
	end := slices.IndexFunc(lines, func(l string) bool { return strings.TrimSpace(l) == endMark })
	if end < 0 {
		end = len(lines)
	}
	l := &letter{name: name}
	var errs [3]error
	l.title, errs[0] = l.part(lines, 0, 1)
	l.body, errs[1] = l.part(lines, 1, end)
	l.end, errs[2] = l.part(lines, end+1, len(lines))
	return l, errors.Join(errs[:]...)
}

// part parses lines from..to as a template of their own, nil where they are blank. Empty lines stand in for those
// before, so that errors name the file's line; being blank they leave no trace in the mail.
func (l *letter) part(lines []string, from, to int) (*template.Template, error) {
	if from >= to || strings.TrimSpace(strings.Join(lines[from:to], "")) == "" {
		return nil, nil
	}
	src := strings.Repeat("\n", from) + strings.Join(lines[from:to], "\n")
	t, err := template.New(l.name).Option("missingkey=error").Parse(src)
	if err != nil {
		return nil, plainError(err)
	}
	return t, unknownFields(t)
}

// title and paragraphs of a letter for one page.
func (l *letter) write(p *Page) (title string, body, end []string, err error) {
	t, err := run(l.title, p)
	if err != nil {
		return "", nil, nil, err
	}
	if body, err = run(l.body, p); err != nil {
		return "", nil, nil, err
	}
	if end, err = run(l.end, p); err != nil {
		return "", nil, nil, err
	}
	return strings.Join(t, " "), body, end, nil
}

// run returns the template's paragraphs: runs of lines between blank ones, each joined to one.
func run(t *template.Template, p *Page) ([]string, error) {
	if t == nil {
		return nil, nil
	}
	var b strings.Builder
	if err := t.Execute(&b, p); err != nil {
		return nil, plainError(err)
	}
	var paragraphs []string
	open := false
	for l := range strings.SplitSeq(b.String(), "\n") {
		l = strings.TrimSpace(l)
		switch {
		case l == "":
			open = false
		case open:
			paragraphs[len(paragraphs)-1] += " " + l
		default:
			paragraphs = append(paragraphs, l)
			open = true
		}
	}
	return paragraphs, nil
}

// unknownFields finds names that no page has, also in branches that no sample mail takes.
func unknownFields(t *template.Template) error {
	known := fieldNames(reflect.TypeFor[Page]())
	var errs []error
	for _, t := range t.Templates() {
		if t.Tree == nil {
			continue
		}
		walk(t.Tree.Root, func(n parse.Node, name string) {
			if !slices.Contains(known, name) {
				where, _ := t.Tree.ErrorContext(n)
				errs = append(errs, fmt.Errorf("%s: unknown .%s; accepted: .%s", where, name, strings.Join(known, ", .")))
			}
		})
	}
	return errors.Join(errs...)
}

func fieldNames(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		f := t.Field(i)
		names = append(names, f.Name)
		if f.Type.Kind() == reflect.Struct {
			names = append(names, fieldNames(f.Type)...)
		}
	}
	return names
}

// walk calls visit with every field name in the tree.
func walk(n parse.Node, visit func(parse.Node, string)) {
	if v := reflect.ValueOf(n); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, c := range n.Nodes {
			walk(c, visit)
		}
	case *parse.ActionNode:
		walk(n.Pipe, visit)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			for _, a := range c.Args {
				walk(a, visit)
			}
		}
	case *parse.IfNode:
		walkBranch(&n.BranchNode, visit)
	case *parse.WithNode:
		walkBranch(&n.BranchNode, visit)
	case *parse.RangeNode:
		walkBranch(&n.BranchNode, visit)
	case *parse.TemplateNode:
		walk(n.Pipe, visit)
	case *parse.FieldNode:
		for _, name := range n.Ident {
			visit(n, name)
		}
	case *parse.ChainNode:
		walk(n.Node, visit)
		for _, name := range n.Field {
			visit(n, name)
		}
	case *parse.VariableNode:
		for _, name := range n.Ident[1:] {
			visit(n, name)
		}
	}
}

func walkBranch(n *parse.BranchNode, visit func(parse.Node, string)) {
	walk(n.Pipe, visit)
	walk(n.List, visit)
	walk(n.ElseList, visit)
}

// plainError takes the machinery's own words off a template error; file and line stay.
func plainError(err error) error {
	if err == nil {
		return nil
	}
	s := templatePrefix.ReplaceAllString(err.Error(), "")
	return errors.New(s)
}

var templatePrefix = regexp.MustCompile(`^(html/)?template: ?`)
