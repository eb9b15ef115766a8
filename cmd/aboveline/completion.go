package main

import (
	"bytes"
	_ "embed" // the scripts' frames below
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

func (*completionCmd) Help() string {
	return `Prints a script that completes commands, flags and their values:

  aboveline completion bash > /etc/bash_completion.d/aboveline
  aboveline completion zsh  > /usr/local/share/zsh/site-functions/_aboveline
  aboveline completion fish > ~/.config/fish/completions/aboveline.fish`
}

func (c *completionCmd) Run(e *env) error {
	k, err := kong.New(&grammar{}, kong.Name("aboveline"), kong.ExplicitGroups(groups))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	levels := completions(k.Model.Node)
	switch c.Shell {
	case "bash":
		writeBash(&b, levels)
	case "zsh":
		writeZsh(&b, levels)
	case "fish":
		writeFish(&b, levels)
	}
	_, err = e.out.Write(b.Bytes())
	return err
}

// level is what may stand behind one command: "", "queue", "queue list".
type level struct {
	path  string
	words []offer // subcommands, or the values of a positional argument
	flags []offer
	file  bool // a file may stand here
}

// offer is one thing to complete to.
type offer struct {
	text, help string
	short      string   // a flag's
	takes      bool     // a flag's value follows
	values     []string // which it may be
	file       bool
}

// completions walks the command line's grammar; flags of a command are those of all above it, too.
func completions(root *kong.Node) []level {
	var all []level
	var walk func(n *kong.Node, path string, flags []offer)
	walk = func(n *kong.Node, path string, flags []offer) {
		l := level{path: path, flags: append(slices.Clone(flags), offersOf(n.Flags)...)}
		for _, c := range n.Children {
			if !c.Hidden {
				l.words = append(l.words, offer{text: c.Name, help: c.Help})
			}
		}
		for _, p := range n.Positional {
			values := enum(p)
			for _, v := range values {
				l.words = append(l.words, offer{text: v})
			}
			l.file = l.file || len(values) == 0 && namesFile(p)
		}
		all = append(all, l)
		for _, c := range n.Children {
			if !c.Hidden {
				walk(c, strings.TrimSpace(path+" "+c.Name), l.flags)
			}
		}
	}
	walk(root, "", nil)
	return all
}

func offersOf(flags []*kong.Flag) (all []offer) {
	for _, f := range flags {
		if f.Hidden {
			continue
		}
		o := offer{text: "--" + f.Name, help: f.Help, takes: !f.IsBool() && !f.IsCounter(), values: enum(f.Value), file: namesFile(f.Value)}
		if f.Short != 0 {
			o.short = "-" + string(f.Short)
		}
		all = append(all, o)
	}
	return all
}

func enum(v *kong.Value) []string {
	if v.Enum == "" {
		return nil
	}
	return slices.DeleteFunc(strings.Split(v.Enum, ","), func(s string) bool { return s == "" })
}

// namesFile goes by the word that help shows in the value's place.
func namesFile(v *kong.Value) bool {
	for _, name := range []string{v.Name, v.Tag.PlaceHolder} {
		switch strings.ToLower(strings.TrimSuffix(name, "…")) {
		case "file", "files", "dir", "mailbox", "mailboxes", "mail", "config", "explain":
			return true
		}
	}
	return false
}

// quote is s as one word of a shell. Help is our own text; a quote in it must not end the script's.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// quoteFish differs: inside quotes a backslash counts there.
func quoteFish(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}

// texts are the words of offers, with short flags among them.
func texts(offers []offer) (all []string) {
	for _, o := range offers {
		all = append(all, o.text)
		if o.short != "" {
			all = append(all, o.short)
		}
	}
	return all
}

// valued lists every flag that takes a value, once, since all commands of one name mean the same.
func valued(levels []level) (all []offer) {
	seen := map[string]bool{}
	for _, l := range levels {
		for _, f := range l.flags {
			if key := f.text + " " + strings.Join(f.values, " "); f.takes && !seen[key] {
				seen[key] = true
				all = append(all, f)
			}
		}
	}
	return all
}

//go:embed completion.bash
var bashFrame string

func writeBash(b *bytes.Buffer, levels []level) {
	var skip, cases, tree bytes.Buffer
	var takes []string
	for _, f := range valued(levels) {
		takes = append(takes, f.text)
		if f.short != "" {
			takes = append(takes, f.short)
		}
	}
	fmt.Fprintf(&skip, "%s", strings.Join(takes, "|"))
	for _, l := range levels {
		fmt.Fprintf(&tree, "\t\t%s) words=%s flags=%s ;;\n", quote(l.path), quote(strings.Join(texts(l.words), " ")), quote(strings.Join(texts(l.flags), " ")))
		for _, f := range l.flags {
			if len(f.values) > 0 {
				fmt.Fprintf(&cases, "\t\t%s) values=%s ;;\n", quote(l.path+" "+f.text), quote(strings.Join(f.values, " ")))
			}
		}
	}
	b.WriteString(strings.NewReplacer("@TAKES@", skip.String(), "@VALUES@", strings.TrimSuffix(cases.String(), "\n"), "@TREE@", strings.TrimSuffix(tree.String(), "\n")).Replace(bashFrame))
}

//go:embed completion.zsh
var zshFrame string

func writeZsh(b *bytes.Buffer, levels []level) {
	var takes []string
	for _, f := range valued(levels) {
		takes = append(takes, texts([]offer{f})...)
	}
	var tree, cases bytes.Buffer
	for _, l := range levels {
		var words, flags []string
		for _, w := range l.words {
			words = append(words, quote(described(w)))
		}
		for _, f := range l.flags {
			flags = append(flags, quote(described(f)))
			if len(f.values) > 0 {
				fmt.Fprintf(&cases, "\t\t%s) compadd -- %s; return ;;\n", quote(l.path+" "+f.text), strings.Join(f.values, " "))
			}
		}
		fmt.Fprintf(&tree, "\t\t%s) words_here=(%s); flags_here=(%s) ;;\n", quote(l.path), strings.Join(words, " "), strings.Join(flags, " "))
	}
	b.WriteString(strings.NewReplacer("@TAKES@", strings.Join(takes, "|"), "@VALUES@", strings.TrimSuffix(cases.String(), "\n"), "@TREE@", strings.TrimSuffix(tree.String(), "\n")).Replace(zshFrame))
}

// described is an offer as zsh's _describe takes it: a colon parts the word from its help.
func described(o offer) string {
	if o.help == "" {
		return o.text
	}
	return strings.ReplaceAll(o.text, ":", `\:`) + ":" + o.help
}

func writeFish(b *bytes.Buffer, levels []level) {
	var takes []string
	for _, f := range valued(levels) {
		takes = append(takes, texts([]offer{f})...)
	}
	fmt.Fprintf(b, `# Completion of aboveline for fish; made by "aboveline completion fish".
function __aboveline_at
	set -l skip 0
	set -l path
	for word in (commandline -opc)[2..-1]
		if test $skip = 1
			set skip 0
		else if contains -- $word %s
			set skip 1
		else if not string match -q -- '-*' $word
			set path $path $word
		end
	end
	test "$path" = "$argv[1]"
end
complete -c aboveline -f
`, strings.Join(takes, " "))
	for _, l := range levels {
		at := fmt.Sprintf("complete -c aboveline -n %s", quoteFish("__aboveline_at "+quoteFish(l.path)))
		for _, w := range l.words {
			fmt.Fprintf(b, "%s -a %s -d %s\n", at, quoteFish(w.text), quoteFish(w.help))
		}
		if l.file {
			fmt.Fprintf(b, "%s -F\n", at)
		}
		for _, f := range l.flags {
			fmt.Fprintf(b, "%s -l %s -d %s", at, strings.TrimPrefix(f.text, "--"), quoteFish(f.help))
			if f.short != "" {
				fmt.Fprintf(b, " -s %s", strings.TrimPrefix(f.short, "-"))
			}
			switch {
			case len(f.values) > 0:
				fmt.Fprintf(b, " -x -a %s", quoteFish(strings.Join(f.values, " ")))
			case f.file:
				b.WriteString(" -r -F")
			case f.takes:
				b.WriteString(" -x")
			}
			b.WriteString("\n")
		}
	}
}
