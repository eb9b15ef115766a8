package main

import (
	"fmt"
	"net/smtp"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"aboveline.example/cmd/aboveline/peertest"
)

// piped is the desk that Postfix runs "aboveline deliver" for, as nobody.
const piped = `[desk]
name = "OmDirekt"
address = "support@omdirekt.example"
[store]
path = "data"
[mailin]
max_size = "64KiB"
[mailin.pipe]
authserv_id = "mx.omdirekt.example"
`

// pipeDesk puts the program where Postfix's processes reach it, and gives the desk to nobody. show lists what its
// mails became.
func pipeDesk(t *testing.T, built, dir string) (show func() string) {
	t.Helper()
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.Atoi(nobody.Uid)
	gid, _ := strconv.Atoi(nobody.Gid)
	program, desk := filepath.Join(dir, "aboveline"), filepath.Join(dir, "desk")
	if err := os.Link(built, program); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(desk, 0o700); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(desk, "aboveline.toml")
	if err := os.WriteFile(config, []byte(piped), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(desk, uid, gid); err != nil {
		t.Fatal(err)
	}
	return func() string {
		out, err := exec.Command(program, "-c", config, "mail", "list", "--json").CombinedOutput()
		if err != nil {
			t.Fatalf("mail list: %v: %s", err, out)
		}
		return string(out)
	}
}

// TestPostfixPipes: by pipe(8) and by an alias, what is stored leaves Postfix's queue, what can be mended stays in it
// until it is, and what can never be taken goes back to its sender.
func TestPostfixPipes(t *testing.T) {
	const argv = "$DIR/aboveline -c $DIR/desk/aboveline.toml deliver"
	built := filepath.Join(t.TempDir(), "aboveline")
	if out, err := exec.Command("go", "build", "-o", built, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v: %s", err, out)
	}
	for _, way := range []struct {
		name     string
		services []string
		settings []string
	}{
		{"transport", []string{"aboveline unix - n n - 2 pipe user=nobody null_sender= argv=" + argv + " --from <${sender}> ${recipient}"},
			[]string{"transport_maps = inline:{ {omdirekt.example=aboveline:} }", "aboveline_destination_recipient_limit = 1"}},
		{"transport without null_sender", []string{"aboveline unix - n n - 2 pipe user=nobody argv=" + argv + " --from <${sender}> ${recipient}"},
			[]string{"transport_maps = inline:{ {omdirekt.example=aboveline:} }"}},
		{"alias", nil, []string{"mydestination = omdirekt.example", "alias_maps = hash:$DIR/aliases", "default_privs = nobody", "recipient_delimiter = +"}},
	} {
		t.Run(way.name, func(t *testing.T) {
			p := peertest.StartPostfixWith(t, way.services, way.settings...)
			aliases := strings.ReplaceAll("support: \"|"+argv+"\"\n", "$DIR", p.Dir())
			if err := os.WriteFile(filepath.Join(p.Dir(), "aliases"), []byte(aliases), 0o644); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command("/usr/sbin/postalias", "hash:"+filepath.Join(p.Dir(), "aliases")).CombinedOutput(); err != nil {
				t.Fatalf("postalias: %v: %s", err, out)
			}
			show := pipeDesk(t, built, p.Dir())
			config := filepath.Join(p.Dir(), "desk", "aboveline.toml")

			post(t, p, "eva@kommun.example", "first", 100)
			post(t, p, "", "from-nobody", 100)
			meanwhile(t, p, func() bool { return len(p.Queue()) == 0 })
			if err := os.WriteFile(config, []byte(piped+"nonsense = 1\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			post(t, p, "eva@kommun.example", "kept", 100)
			meanwhile(t, p, func() bool {
				q := p.Queue()
				return len(q) == 1 && len(q[0].Recipients) == 1 && strings.Contains(q[0].Recipients[0].Delay, "nonsense")
			})
			if err := os.WriteFile(config, []byte(piped), 0o644); err != nil {
				t.Fatal(err)
			}
			post(t, p, "eva@kommun.example", "far-too-large", 100<<10)
			meanwhile(t, p, func() bool {
				return strings.Contains(p.Log(), "status=bounced (data format error")
			})
			meanwhile(t, p, func() bool { return strings.Count(show(), `"kind":"new-ticket"`) == 3 })
			got := show()
			for id, want := range map[string]bool{"first": true, "from-nobody": true, "kept": true, "far-too-large": false} {
				if strings.Contains(got, id+"@kommun.example") != want {
					t.Errorf("%s is stored: %v, want %v\n%s", id, !want, want, got)
				}
			}
		})
	}
}

// post sends a mail of that many bytes through Postfix.
func post(t *testing.T, p *peertest.Postfix, from, id string, size int) {
	t.Helper()
	text := fmt.Sprintf("From: eva@kommun.example\r\nTo: support@omdirekt.example\r\nSubject: %s\r\nMessage-ID: <%s@kommun.example>\r\n\r\n%s\r\n",
		id, id, strings.Repeat("Det fungerar inte.\r\n", size/20))
	if err := smtp.SendMail(p.Addr, nil, from, []string{"support+x@omdirekt.example"}, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

// meanwhile waits until something is so.
func meanwhile(t *testing.T, p *peertest.Postfix, so func() bool) {
	t.Helper()
	tick, end := time.NewTicker(100*time.Millisecond), time.NewTimer(30*time.Second)
	defer tick.Stop()
	defer end.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-end.C:
			t.Fatalf("it did not come to pass: %+v\n%s", p.Queue(), p.Log())
		}
	}
}
