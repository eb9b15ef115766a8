package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// script writes a shell's completion to a file.
func script(t *testing.T, shell string) string {
	t.Helper()
	r := aboveline(t, "", "completion", shell)
	if r.code != exitOK || strings.Contains(r.out, "@TREE@") || strings.Contains(r.out, "@TAKES@") || strings.Contains(r.out, "@VALUES@") {
		t.Fatalf("completion %s: exit %d %s\n%s", shell, r.code, r.errs, r.out)
	}
	path := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(path, []byte(r.out), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// shell finds one, or skips; with real peers required, bash must be there.
func shell(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if name == "bash" && os.Getenv("ABOVELINE_PEERS") == "required" {
			t.Fatalf("no %s: %v", name, err)
		}
		t.Skipf("no %s here", name)
	}
	return path
}

// TestBashCompletes asks a real bash what it would offer behind each line; the last word is the one being written.
func TestBashCompletes(t *testing.T) {
	bash, file := shell(t, "bash"), script(t, "bash")
	for _, c := range []struct {
		line       []string
		want, lack []string
	}{
		{[]string{""}, []string{"serve", "queue", "completion"}, []string{"--config", "list"}},
		{[]string{"se"}, []string{"serve"}, []string{"stats"}},
		{[]string{"queue", ""}, []string{"list", "retry", "drop"}, []string{"serve"}},
		{[]string{"-c", "x.toml", "queue", ""}, []string{"list"}, []string{"serve"}},
		{[]string{"-c", "queue", ""}, []string{"serve", "queue"}, []string{"retry"}},
		{[]string{"queue", "--config=x", "l"}, []string{"list"}, []string{"retry"}},
		{[]string{"queue", "list", "--"}, []string{"--config", "--json", "--help"}, []string{"serve"}},
		{[]string{"--log-level", ""}, []string{"debug", "warn"}, []string{"serve"}},
		{[]string{"--log-level", "=", "d"}, []string{"debug"}, []string{"warn", "serve"}},
		{[]string{"mail", "list", "--kind", "own"}, []string{"own-probe"}, []string{"entry"}},
		{[]string{"completion", ""}, []string{"bash", "zsh", "fish"}, nil},
		{[]string{"help", ""}, []string{"rules", "templates", "commands"}, nil},
		{[]string{"inspect", ""}, nil, []string{"serve", "list"}},
		{[]string{"$(touch pwned)", ""}, []string{"serve"}, nil},
	} {
		t.Run(strings.Join(c.line, "_"), func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), bash, append([]string{"--norc", "-c",
				`. "$1"; shift; COMP_WORDS=(aboveline "$@"); COMP_CWORD=$#; _aboveline; printf '%s\n' "${COMPREPLY[@]}"`, "bash", file}, c.line...)...)
			cmd.Dir = t.TempDir()
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			offered(t, strings.Join(c.line, " "), strings.Fields(string(out)), c.want, c.lack)
			if _, err := os.Stat(filepath.Join(cmd.Dir, "pwned")); err == nil {
				t.Error("a word was run")
			}
		})
	}
}

// offers are what the shells must offer behind a line, and must not.
var offers = []struct {
	line       string
	want, lack []string
}{
	{"se", []string{"serve"}, []string{"stats"}},
	{"queue ", []string{"list", "retry", "drop"}, []string{"serve"}},
	{"-c x.toml queue re", []string{"retry", "release"}, []string{"restore", "list"}},
	{"queue list --", []string{"--config", "--json", "--state"}, []string{"serve"}},
	{"mail list --kind own", []string{"own-probe"}, []string{"entry"}},
	{"ticket list --status ", []string{"new", "closed"}, []string{"serve"}},
	{"ticket list --status=clo", []string{"closed"}, []string{"new"}},
	{"help ", []string{"rules", "templates", "commands"}, []string{"serve"}},
}

// TestFishCompletes asks a real fish.
func TestFishCompletes(t *testing.T) {
	fish, file := shell(t, "fish"), script(t, "fish")
	for _, c := range offers {
		cmd := exec.CommandContext(t.Context(), fish, "--no-config", "-c", `source $argv[1]; complete -C $argv[2]`, file, "aboveline "+c.line)
		cmd.Dir = t.TempDir()
		cmd.Env = append(os.Environ(), "HOME="+cmd.Dir)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", c.line, err, out)
		}
		var got []string
		for line := range strings.Lines(string(out)) {
			word, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
			got = append(got, word[strings.Index(word, "=")+1:])
		}
		offered(t, c.line, got, c.want, c.lack)
	}
}

// zshAsks stands in for what zsh's line editor gives a completion function and takes from it; the words that begin
// as the one being written are printed.
const zshAsks = `
compdef() {}
_files() { print -l -- *(N) }
compset() { PREFIX=${PREFIX#*=} }
say() { local w; for w in "$@"; do [[ $w == $PREFIX* ]] && print -r -- "${w%%:*}"; done; true }
_describe() { [[ $1 == -o ]] && shift; say "${(@P)2}" }
compadd() { shift; say "$@" }
. "$1"
words=(aboveline ${(s: :)2}); [[ $2 == *' ' ]] && words+=('')
CURRENT=$#words PREFIX=$words[-1]
_aboveline`

// TestZshCompletes runs the function in a real zsh.
func TestZshCompletes(t *testing.T) {
	zsh, file := shell(t, "zsh"), script(t, "zsh")
	for _, c := range offers {
		cmd := exec.CommandContext(t.Context(), zsh, "-f", "-c", zshAsks, "zsh", file, c.line)
		cmd.Dir = t.TempDir()
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", c.line, err, out)
		}
		offered(t, c.line, strings.Fields(string(out)), c.want, c.lack)
	}
}

func offered(t *testing.T, line string, got, want, lack []string) {
	t.Helper()
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("%s: %q is not among %q", line, w, got)
		}
	}
	for _, w := range lack {
		if slices.Contains(got, w) {
			t.Errorf("%s: %q is among %q", line, w, got)
		}
	}
}

// TestScriptsAreReadable has each shell that is here read its script without running it.
func TestScriptsAreReadable(t *testing.T) {
	for _, name := range []string{"bash", "zsh", "fish"} {
		t.Run(name, func(t *testing.T) {
			file := script(t, name)
			if out, err := exec.CommandContext(t.Context(), shell(t, name), "-n", file).CombinedOutput(); err != nil || len(out) > 0 {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

// TestEveryCommandIsOffered compares the scripts with the grammar.
func TestEveryCommandIsOffered(t *testing.T) {
	for _, name := range []string{"bash", "zsh", "fish"} {
		b, err := os.ReadFile(script(t, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range commands(t) {
			path := strings.Join(c, " ")
			want := map[string]string{"bash": "'" + path + "')", "zsh": "'" + path + "')", "fish": `'__aboveline_at \'` + path + `\''`}[name]
			if !strings.Contains(string(b), want) {
				t.Errorf("%s: no %s", name, path)
			}
		}
	}
}
