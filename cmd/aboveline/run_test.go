package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/alecthomas/kong"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/mailin/pipe"
)

// result is what a run of the program gave.
type result struct {
	code      int
	out, errs string
}

// aboveline runs the program in this process, with mail on its standard input.
func aboveline(t *testing.T, mail string, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), args, strings.NewReader(mail), &out, &errs, func(string) string { return "" })
	return result{code, out.String(), errs.String()}
}

// at makes a fresh directory the working one, with a config in it if one is given.
func in(t *testing.T, toml string) string {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	if toml != "" {
		if err := os.WriteFile("aboveline.toml", []byte(toml), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// quiet is a desk that opens no port.
const quiet = `[desk]
name    = "OmDirekt"
address = "support@omdirekt.example"
prefix  = "OMD"
timezone = "Europe/Stockholm"
`

const letter = "From: Eva <eva@kommun.example>\nTo: support@omdirekt.example\nSubject: Kan inte \x1b[31mlogga in\nMessage-ID: <%d@kommun.example>\nDate: Fri, 20 Nov 2026 09:00:00 +0100\n\nBankID fungerar inte.\n"

// commands lists every command of the program, "queue list" and the like.
func commands(t *testing.T) (all [][]string) {
	t.Helper()
	k, err := kong.New(&grammar{}, kong.ExplicitGroups(groups))
	if err != nil {
		t.Fatal(err)
	}
	var walk func(n *kong.Node, path []string)
	walk = func(n *kong.Node, path []string) {
		for _, c := range n.Children {
			sub := append(append([]string{}, path...), c.Name)
			all = append(all, sub)
			walk(c, sub)
		}
	}
	walk(k.Model.Node, nil)
	return all
}

func TestHelpOfEveryCommand(t *testing.T) {
	in(t, "")
	all := commands(t)
	if len(all) < 25 {
		t.Fatalf("only %d commands: %q", len(all), all)
	}
	for _, command := range append(all, nil) {
		r := aboveline(t, "", append(command, "--help")...)
		if r.code != exitOK || !strings.HasPrefix(r.out, "Usage: aboveline") || r.errs != "" {
			t.Errorf("%q --help: exit %d, %.80q, %q", command, r.code, r.out, r.errs)
		}
	}
	if r := aboveline(t, ""); r.code != exitOK || !strings.Contains(r.out, "aboveline init") {
		t.Errorf("no arguments: exit %d, %.80q", r.code, r.out)
	}
}

func TestUsageErrors(t *testing.T) {
	in(t, quiet)
	if err := os.Mkdir("aboveline-data", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"nonsense", "ticket", "ticket show", "ticket list extra", "ticket list --status sleeping", "ticket list --priority 5",
		"ticket list --since yesterday", "ticket list --requester eva", "ticket list --outage x", "ticket show D-1", "ticket show x",
		"queue list --state gone", "queue list --to x", "queue drop", "held release x", "mail show x", "outage show OMD-1",
		"--json", "stats --log-level loud", "-c", "help nothing", "deliver --from nobody", "inspect", "backup", "--nonsense stats",
	} {
		r := aboveline(t, "", strings.Fields(line)...)
		if r.code != exitUsage || strings.Count(r.errs, "\n") != 1 || !strings.HasPrefix(r.errs, "aboveline: ") || r.out != "" {
			t.Errorf("%s: exit %d, %q on standard error, %q on standard output; want 64 and one line", line, r.code, r.errs, r.out)
		}
		if strings.Contains(r.errs, `""`) {
			t.Errorf("%s offers an empty word: %q", line, r.errs)
		}
	}
}

func TestNoDeskIsMadeByLooking(t *testing.T) {
	in(t, "")
	for _, line := range []string{"ticket list", "queue list", "stats", "backup x", "held drop 1"} {
		r := aboveline(t, "", strings.Fields(line)...)
		if r.code != exitFailed || !strings.Contains(r.errs, "aboveline serve") || strings.Count(r.errs, "\n") != 1 {
			t.Errorf("%s: exit %d, %q", line, r.code, r.errs)
		}
	}
	if left, _ := os.ReadDir("."); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestDeniedSaysWhatToDo: what the system denies us is told with the way out, in one line.
func TestDeniedSaysWhatToDo(t *testing.T) {
	for err, want := range map[error]string{
		&fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES}:                               "run as the user that serves",
		fmt.Errorf("store: %w", syscall.EROFS):                                                  "mount it for writing",
		fmt.Errorf("backup: %w", syscall.ENOSPC):                                                "make room",
		&net.OpError{Op: "listen", Net: "tcp", Err: os.NewSyscallError("bind", syscall.EACCES)}: "CAP_NET_BIND_SERVICE",
		&net.OpError{Op: "listen", Net: "tcp", Err: syscall.EADDRINUSE}:                         "stop the program",
		errors.New("no ticket OMD-1"):                                                           "",
	} {
		var errs bytes.Buffer
		code := report(&env{errs: &errs}, err)
		if text := errs.String(); code != exitFailed || strings.Count(text, "\n") != 1 || !strings.Contains(text, want) || want == "" && strings.Contains(text, ";") {
			t.Errorf("%v: exit %d, %q; want %q", err, code, text, want)
		}
	}
	if os.Getuid() == 0 {
		return // root is denied nothing
	}
	in(t, quiet)
	if err := os.Mkdir("aboveline-data", 0); err != nil {
		t.Fatal(err)
	}
	if r := aboveline(t, "", "ticket", "list"); r.code != exitFailed || !strings.Contains(r.errs, "run as the user that serves") {
		t.Errorf("another's store: %+v", r)
	}
}

func TestConfigIsFound(t *testing.T) {
	dir := in(t, quiet+"colour = 1\nshape = 2\n")
	r := aboveline(t, "", "stats")
	want := "aboveline.toml:6:1: desk.colour: unknown key"
	if r.code != exitFailed || !strings.HasPrefix(r.errs, want) || strings.Count(r.errs, "\n") != 2 {
		t.Errorf("a bad config: exit %d, %q, want %q and another line", r.code, r.errs, want)
	}
	t.Chdir(t.TempDir())
	if r := aboveline(t, "", "check", "-c", filepath.Join(dir, "aboveline.toml"), "--json"); r.code != exitFailed || strings.Count(r.out, `"ok":false`) != 2 {
		t.Errorf("check of a bad config: exit %d, %q", r.code, r.out)
	}
	if r := aboveline(t, "", "stats", "-c", "none.toml"); r.code != exitFailed || !strings.Contains(r.errs, "aboveline init") {
		t.Errorf("a config that is not there: exit %d, %q", r.code, r.errs)
	}
}

func TestInitNeverOverwrites(t *testing.T) {
	in(t, "")
	if r := aboveline(t, "", "init", "new/desk"); r.code != exitOK || !strings.Contains(r.out, "aboveline check") {
		t.Fatalf("init: exit %d, %q, %q", r.code, r.out, r.errs)
	}
	path := filepath.Join("new", "desk", "aboveline.toml")
	if got, err := os.ReadFile(path); err != nil || string(got) != config.Sample {
		t.Fatalf("init wrote something else than the sample (%v)", err)
	}
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := aboveline(t, "", "init", "new/desk"); r.code != exitFailed || !strings.Contains(r.errs, "left as it is") {
		t.Errorf("init again: exit %d, %q", r.code, r.errs)
	}
	if r := aboveline(t, "", "init", "--templates", "new/desk"); r.code != exitOK {
		t.Errorf("init --templates: exit %d, %q", r.code, r.errs)
	}
	template := filepath.Join("new", "desk", "templates", "sv", "confirmation.txt")
	if err := os.WriteFile(template, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := aboveline(t, "", "init", "--templates", "new/desk"); r.code != exitOK {
		t.Errorf("init --templates again: exit %d, %q", r.code, r.errs)
	}
	for _, name := range []string{path, template} {
		if got, _ := os.ReadFile(name); string(got) != "mine" {
			t.Errorf("%s was overwritten", name)
		}
	}
}

func TestSampleChecksOut(t *testing.T) {
	in(t, "")
	aboveline(t, "", "init")
	if r := aboveline(t, "", "check", "--offline"); r.code != exitOK || strings.Contains(r.out, "bad") {
		t.Errorf("check of the sample: exit %d, %q %q", r.code, r.out, r.errs)
	}
}

// TestDeliverExitCodes holds the pipe's door to what mail systems understand.
func TestDeliverExitCodes(t *testing.T) {
	in(t, quiet+"[mailin]\nmax_size = \"64KiB\"\n")
	for _, c := range []struct {
		name, mail string
		args       []string
		code       int
	}{
		{"a mail", fmt.Sprintf(letter, 1), nil, pipe.ExitStored},
		{"the same again", fmt.Sprintf(letter, 1), nil, pipe.ExitStored},
		{"with an envelope", fmt.Sprintf(letter, 2), []string{"--from", "<eva@kommun.example>", "support@omdirekt.example"}, pipe.ExitStored},
		{"a bounce", fmt.Sprintf(letter, 3), []string{"--from", "<>"}, pipe.ExitStored},
		{"nothing", "", nil, pipe.ExitNever},
		{"too much", fmt.Sprintf(letter, 4) + strings.Repeat("x\n", 64<<10), nil, pipe.ExitNever},
		{"bad usage", fmt.Sprintf(letter, 5), []string{"--from", "nobody"}, pipe.ExitUsage},
		{"no config", fmt.Sprintf(letter, 6), []string{"-c", "none.toml"}, pipe.ExitTryLater},
	} {
		r := aboveline(t, c.mail, append([]string{"deliver"}, c.args...)...)
		if r.code != c.code || (r.errs == "") != (c.code == 0) {
			t.Errorf("%s: exit %d, want %d; %q", c.name, r.code, c.code, r.errs)
		}
	}
	if err := os.WriteFile("aboveline.toml", []byte("[desk"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := aboveline(t, fmt.Sprintf(letter, 7), "deliver"); r.code != pipe.ExitTryLater {
		t.Errorf("with a broken config: exit %d, want %d: the mail must not bounce", r.code, pipe.ExitTryLater)
	}
}

// TestCommandsWithAndWithoutServe asks the same things of a running gateway and of its store.
func TestCommandsWithAndWithoutServe(t *testing.T) {
	in(t, quiet)
	ask := func(t *testing.T) string {
		t.Helper()
		var all strings.Builder
		for _, line := range []string{
			"ticket list --json", "ticket show 1 --json", "mail list --json", "queue list --json", "held list --json", "parked list --json",
			"outage list --json", "ticket list", "ticket show OMD-1", "mail show 1", "mail show 1 --raw", "queue list", "held list", "ticket list --status closed",
		} {
			r := aboveline(t, "", strings.Fields(line)...)
			if r.code != exitOK {
				t.Errorf("%s: exit %d, %q", line, r.code, r.errs)
			}
			if !strings.Contains(line, "--raw") && strings.ContainsAny(r.out, "\x1b\r") {
				t.Errorf("%s lets a control character through: %q", line, r.out)
			}
			if strings.Contains(line, "--json") {
				for row := range strings.Lines(r.out) {
					if !json.Valid([]byte(row)) {
						t.Errorf("%s: not JSON: %q", line, row)
					}
				}
			}
			fmt.Fprintf(&all, "$ %s\n%s", line, r.out)
		}
		return all.String()
	}
	if r := aboveline(t, fmt.Sprintf(letter, 1), "deliver"); r.code != 0 {
		t.Fatalf("deliver: %+v", r)
	}
	closed := ask(t)
	if !strings.Contains(closed, "OMD-1   new") || !strings.Contains(closed, "BankID fungerar inte.") {
		t.Errorf("the ticket is not shown:\n%s", closed)
	}

	stop := serving(t)
	if open := ask(t); open != closed {
		t.Errorf("while serving:\n%s\nand when not:\n%s", open, closed)
	}
	if r := aboveline(t, fmt.Sprintf(letter, 2), "deliver"); r.code != 0 {
		t.Errorf("deliver while serving: %+v", r)
	}
	if r := aboveline(t, "", "backup", "copy"); r.code != 0 || !strings.Contains(r.out, "wrote copy") {
		t.Errorf("backup while serving: %+v", r)
	}
	if r := aboveline(t, "", "serve"); r.code != exitFailed || strings.Count(r.errs, "aboveline: ") != 1 {
		t.Errorf("a second serve: %+v", r)
	}
	stop()

	if r := aboveline(t, "", "restore", "copy"); r.code != exitFailed || !strings.Contains(r.errs, "nothing is overwritten") {
		t.Errorf("restore over a store: %+v", r)
	}
	if err := os.Rename("aboveline-data", "old"); err != nil {
		t.Fatal(err)
	}
	if r := aboveline(t, "", "restore", "--json", "copy"); r.code != 0 || !json.Valid([]byte(r.out)) {
		t.Fatalf("restore: %+v", r)
	}
	if r := aboveline(t, "", "ticket", "list", "--json"); strings.Count(r.out, "\n") != 2 {
		t.Errorf("after a restore: %+v, want two tickets", r)
	}
	if r := aboveline(t, "", "queue", "release"); r.code != 0 {
		t.Errorf("queue release: %+v", r)
	}
}

// serving runs the gateway until the function that it returns is called.
func serving(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan result, 1)
	go func() {
		var out, errs bytes.Buffer
		code := run(ctx, []string{"serve"}, strings.NewReader(""), &out, &errs, func(string) string { return "" })
		ended <- result{code, out.String(), errs.String()}
	}()
	open := func(context.Context) (admin.Asker, error) { return nil, errLocked }
	if _, err := admin.Open(t.Context(), "aboveline-data", open, func(error) bool { return true }); err != nil {
		cancel()
		t.Fatalf("the gateway does not answer: %v; %+v", err, <-ended)
	}
	return func() {
		cancel()
		if r := <-ended; r.code != exitOK {
			t.Errorf("serve ended with %+v", r)
		}
	}
}

func TestReload(t *testing.T) {
	in(t, quiet)
	if r := aboveline(t, "", "reload"); r.code != exitFailed || !strings.Contains(r.errs, "no gateway is running") {
		t.Errorf("with nobody there: %+v", r)
	}
	stop := serving(t)
	defer stop()
	rule := "[[rule]]\nname = \"Login\"\nwhen = 'text contains \"bankid\"'\ntags = [\"login\"]\n"
	for _, c := range []struct {
		toml string
		code int
		want string // of the next ticket's tags
	}{
		{quiet, exitOK, `"tags":[]`},
		{quiet + rule, exitOK, `"tags":["login"]`},
		{quiet + "[[rule]]\nname = \"Login\"\nwhen = 'text contians'\n", exitFailed, `"tags":["login"]`},
	} {
		if err := os.WriteFile("aboveline.toml", []byte(c.toml), 0o600); err != nil {
			t.Fatal(err)
		}
		// A command would refuse the bad config itself: what the gateway says of it is asked past that.
		if err := os.WriteFile("good.toml", []byte(quiet), 0o600); err != nil {
			t.Fatal(err)
		}
		r := aboveline(t, "", "reload", "-c", "good.toml")
		if r.code != c.code || c.code != exitOK && !strings.Contains(r.errs, "aboveline.toml:8:") {
			t.Errorf("reload: %+v, want %d", r, c.code)
		}
		if r := aboveline(t, fmt.Sprintf(letter, len(c.toml)), "deliver", "-c", "good.toml"); r.code != 0 {
			t.Fatalf("deliver: %+v", r)
		}
		if r := aboveline(t, "", "ticket", "list", "--json", "-c", "good.toml"); !strings.Contains(strings.SplitN(r.out, "\n", 2)[0], c.want) {
			t.Errorf("after %q the next ticket is %s, want %s", c.toml, r.out, c.want)
		}
	}
	// What cannot change while it serves is told.
	for toml, want := range map[string]string{
		quiet + rule: "reloaded\n",
		quiet + "[mailout]\nsmarthost = \"smtp://127.0.0.1:1\"\n[alarm]\npoll_age = \"1h\"\n": "reloaded; what changed in [mailout], [alarm] counts at the next start\n",
		quiet + "[mailout]\ngrace = \"1m\"\nhourly_limit = 9\n":                               "reloaded\n",
		quiet + "[mailin]\nmax_size = \"1MiB\"\n":                                             "reloaded; what changed in [mailin] counts at the next start\n",
	} {
		if err := os.WriteFile("aboveline.toml", []byte(toml), 0o600); err != nil {
			t.Fatal(err)
		}
		if r := aboveline(t, "", "reload"); r.code != exitOK || r.out != want {
			t.Errorf("%s: %+v, want %q", toml, r, want)
		}
	}
	if r := aboveline(t, "", "reload", "--json"); !strings.HasPrefix(r.out, `{"later":[`) {
		t.Errorf("--json: %q", r.out)
	}
}

var errLocked = fmt.Errorf("not yet")

func TestVersion(t *testing.T) {
	in(t, "")
	if r := aboveline(t, "", "version"); r.code != 0 || !strings.HasPrefix(r.out, "aboveline ") {
		t.Errorf("version: %+v", r)
	}
	r := aboveline(t, "", "version", "--json")
	var b build
	if err := json.Unmarshal([]byte(r.out), &b); err != nil || b.Go == "" {
		t.Errorf("version --json: %+v, %v", r, err)
	}
}

func TestLessons(t *testing.T) {
	in(t, "")
	overview := aboveline(t, "", "help").out
	for _, l := range lessons {
		r := aboveline(t, "", "help", l.topic)
		if r.code != 0 || r.out != l.text || !strings.Contains(overview, "help "+l.topic) {
			t.Errorf("help %s: %+v", l.topic, r)
		}
		for i, line := range strings.Split(l.text, "\n") {
			if len([]rune(line)) > 115 {
				t.Errorf("help %s, line %d is too wide for a terminal", l.topic, i+1)
			}
		}
	}
}

func TestInspectReadsNoConfig(t *testing.T) {
	in(t, "[desk")
	r := aboveline(t, fmt.Sprintf(letter, 1), "inspect", "--json", "-")
	if r.code != 0 || !strings.Contains(r.out, `"message_id":"1@kommun.example"`) {
		t.Errorf("inspect: %+v", r)
	}
}

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"plain å": "plain å", "a\x1b[31mb": "a·[31mb", "a\nb\tc": "a b c", "\u202eevil": "·evil", "0123456789ab": "012345678…",
		"0123456789": "0123456789", "bad\xffbyte": "bad·byte", "": "", "\u0085x\u009b": "·x·",
	} {
		if got := clean(text, 10); got != want && clean(text, 100) != want {
			t.Errorf("clean(%q) = %q, want %q", text, got, want)
		}
	}
	if got := cleanText("a\r\nb\x07\n\tc  "); got != "a\nb·\n c" {
		t.Errorf("cleanText = %q", got)
	}
}
