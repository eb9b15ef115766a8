// Package when compiles and evaluates the conditions of [[category]] and [[rule]] (CONTRACT, section 2).
//
// A condition is an expr-lang expression over one mail and its ticket. Comparisons fold case and Unicode form: both
// sides are brought to one form, the mail's text once per mail and the condition's constants once at load. The
// language has no I/O and no clock; the time is the mail's.
package when

import (
	"fmt"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// maxNodes bounds a condition: a person's rule has some dozens, and evaluation is linear in it.
const maxNodes = 500

// memoryBudget bounds what evaluating one condition may allocate, in the interpreter's units (elements made).
const memoryBudget = 100_000

// Sender is who a mail is from.
type Sender struct {
	Name     string `expr:"name"`
	Address  string `expr:"address"`
	Domain   string `expr:"domain"`
	Verified bool   `expr:"verified"`
}

// Ticket is the ticket as it stood before the mail; empty for a mail that opens one.
type Ticket struct {
	Status       string        `expr:"status"`
	Type         string        `expr:"type"`
	Priority     int           `expr:"priority"`
	Category     string        `expr:"category"`
	Service      string        `expr:"service"`
	Tags         []string      `expr:"tags"`
	Organisation string        `expr:"organisation"`
	Age          time.Duration `expr:"age"`
}

// Env is what a condition can name. Make it with [Fold], so that its text has the form constants have.
type Env struct {
	Text        string              `expr:"text"`
	Whole       string              `expr:"whole"`
	Subject     string              `expr:"subject"`
	Sender      Sender              `expr:"sender"`
	To          []string            `expr:"to"`
	Cc          []string            `expr:"cc"`
	Language    string              `expr:"language"`
	Kind        string              `expr:"kind"`
	Attachments []string            `expr:"attachments"`
	Header      func(string) string `expr:"header"`
	Ticket      Ticket              `expr:"ticket"`
	Hour        int                 `expr:"hour"`    // 0 to 23 in the desk's zone
	Weekday     string              `expr:"weekday"` // "monday" …
	Workday     bool                `expr:"workday"`
}

// Fold brings text to the form in which it is compared: NFC and folded case.
func Fold(s string) string { return norm.NFC.String(cases.Fold().String(norm.NFC.String(s))) }

// FoldAll folds each of a list.
func FoldAll(list []string) []string {
	folded := make([]string, len(list))
	for i, s := range list {
		folded[i] = Fold(s)
	}
	return folded
}

// Condition is a compiled condition. It is safe for concurrent use.
type Condition struct{ program *vm.Program }

// Compile checks source against the names and types of [Env]. The error's text has line, column and the place.
func Compile(source string) (*Condition, error) {
	if strings.TrimSpace(source) == "" {
		return nil, fmt.Errorf("condition is empty; write an expression such as text contains \"login\"")
	}
	patterns := &patternFolder{done: map[*ast.StringNode]bool{}}
	program, err := expr.Compile(source, expr.Env(Env{}), expr.AsBool(), expr.MaxNodes(maxNodes),
		expr.Patch(patterns), expr.Patch(constantFolder{patterns}))
	if err != nil {
		return nil, err
	}
	return &Condition{program}, nil
}

// Match evaluates the condition. An error means that this mail could not be judged by it: the rule does not apply,
// and the reason is kept.
func (c *Condition) Match(env Env) (bool, error) {
	machine := vm.VM{MemoryBudget: memoryBudget}
	out, err := machine.Run(c.program, env)
	if err != nil {
		return false, err
	}
	fits, _ := out.(bool)
	return fits, nil
}

// patternFolder makes the pattern of every `matches` ignore case; lowering it would change classes such as \S.
type patternFolder struct{ done map[*ast.StringNode]bool }

func (f *patternFolder) Visit(node *ast.Node) {
	op, ok := (*node).(*ast.BinaryNode)
	if !ok || op.Operator != "matches" {
		return
	}
	if s, ok := op.Right.(*ast.StringNode); ok && !f.done[s] {
		f.done[s] = true
		s.Value = "(?i)" + norm.NFC.String(s.Value)
	}
}

// constantFolder folds every other string constant. Field names are constants too, and all in lower case already.
type constantFolder struct{ patterns *patternFolder }

func (f constantFolder) Visit(node *ast.Node) {
	if s, ok := (*node).(*ast.StringNode); ok && !f.patterns.done[s] {
		s.Value = Fold(s.Value)
	}
}
