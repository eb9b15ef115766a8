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
			got := strings.Fields(string(out))
			for _, w := range c.want {
				if !slices.Contains(got, w) {
					t.Errorf("%q is not among %q", w, got)
				}
			}
			for _, w := range c.lack {
				if slices.Contains(got, w) {
					t.Errorf("%q is among %q", w, got)
				}
			}
			if _, err := os.Stat(filepath.Join(cmd.Dir, "pwned")); err == nil {
				t.Error("a word was run")
			}
		})
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
