package smtp

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"aboveline.example/mailin"
)

const dialogues = "../../testdata/mailin/smtp"

// TestDialogues plays what clients say to the door, on virtual time. A file is a story:
//
//	# a comment
//	: max 100          an option of the door: lmtp, relay, max N, utf8 off, disk full, sink fails N, peer ADDRESS
//	> MAIL FROM:<>     the client says a line
//	>> 3*"a\r\n"       the client sends these bytes, so many times
//	< 250 2.1.0        the door's next reply begins like this
//	closed             the door closes without another word
//	hangup             the client closes
//	wait 61s           time goes by
//	stored 1           so many mails are kept
//	raw "..."          the last mail kept ends with these bytes
//
// Whatever a story says, a mail is stored for each 250 after a mail and for nothing else, and nobody has ever been
// asked for a recipient that was only smuggled in.
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob(dialogues + "/*.smtp")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d dialogues in %s (%v), want 40", len(files), dialogues, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".smtp"), func(t *testing.T) {
			story, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) { play(t, string(story)) })
		})
	}
}

// stage is a story under way.
type stage struct {
	t      *testing.T
	in     *cellar
	o      Options
	peer   string
	asked  []string
	client *client
}

func play(t *testing.T, story string) {
	st := &stage{t: t, in: &cellar{}, o: testOptions(t), peer: "192.0.2.7"}
	st.o.Addresses = func(rcpt string) bool {
		st.asked = append(st.asked, rcpt)
		return ours(rcpt)
	}
	lines := bufio.NewScanner(strings.NewReader(story))
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := st.step(line); err != nil {
			t.Fatalf("line %d, %q: %v", n, line, err)
		}
	}
	_ = st.client.conn.Close()
	for {
		if _, err := st.client.reply(); err != nil {
			break
		}
	}
	synctest.Wait()
	if got, want := len(st.in.mails()), len(st.client.kept()); got != want {
		t.Errorf("%d mails stored, %d times 250 said", got, want)
	}
	for _, rcpt := range st.asked {
		if strings.Contains(rcpt, "smuggled") {
			t.Errorf("a smuggled recipient came through: %q", rcpt)
		}
	}
	for _, m := range st.in.mails() {
		if strings.Contains(m.Envelope.From, "smuggled") {
			t.Errorf("a smuggled mail came through: %q", m.Raw)
		}
	}
}

func (st *stage) step(line string) error {
	word, rest, _ := strings.Cut(line, " ")
	if word == ":" {
		return st.option(rest)
	}
	if st.client == nil {
		_, l := openDoor(st.t, st.in, st.o)
		st.client = dialDoor(st.t, l, st.peer)
		st.client.waits = time.Second // a story says itself how time goes by
	}
	switch word {
	case ">":
		st.client.send(rest + "\r\n")
	case ">>":
		b, err := repeated(rest)
		if err != nil {
			return err
		}
		st.client.send(string(b))
	case "<":
		got, err := st.client.reply()
		if err != nil {
			return err
		}
		if !strings.HasPrefix(got, rest) {
			return fmt.Errorf("reply %q", got)
		}
	case "closed":
		if got, err := st.client.line(); err != io.EOF {
			return fmt.Errorf("got %q, %v", got, err)
		}
	case "hangup":
		_ = st.client.conn.Close()
	case "wait":
		d, err := time.ParseDuration(rest)
		if err != nil {
			return err
		}
		time.Sleep(d) // virtual
		synctest.Wait()
	case "stored":
		synctest.Wait()
		if got := len(st.in.mails()); strconv.Itoa(got) != rest {
			return fmt.Errorf("%d mails", got)
		}
	case "raw":
		want, err := repeated(rest)
		if err != nil {
			return err
		}
		mails := st.in.mails()
		if len(mails) == 0 || !bytes.HasSuffix(mails[len(mails)-1].Raw, want) {
			return fmt.Errorf("the last of %d mails is another", len(mails))
		}
	default:
		return errors.New("what is that?")
	}
	return nil
}

func (st *stage) option(line string) error {
	words := strings.Fields(line)
	switch {
	case line == "lmtp":
		st.o.LMTP = true
	case line == "relay":
		st.o.Relays = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	case line == "utf8 off":
		st.o.SMTPUTF8 = false
	case line == "disk full":
		st.o.FreeSpace = func() error { return errors.New("9 MiB free") }
	case words[0] == "peer":
		st.peer = words[1]
	case words[0] == "max":
		n, err := strconv.ParseInt(words[1], 10, 64)
		st.o.MaxSize = n
		return err
	case words[0] == "sink":
		n, err := strconv.Atoi(words[2])
		st.in.err = func(nth int) error {
			if nth <= n {
				return &mailin.TemporaryError{Err: errors.New("/var/lib/secret: no space")}
			}
			return nil
		}
		return err
	default:
		return errors.New("no such option")
	}
	return nil
}

// repeated reads 3*"text", or "text".
func repeated(s string) ([]byte, error) {
	times := 1
	if n, rest, ok := strings.Cut(s, "*"); ok && !strings.HasPrefix(n, `"`) {
		var err error
		if times, err = strconv.Atoi(n); err != nil {
			return nil, err
		}
		s = rest
	}
	text, err := strconv.Unquote(s)
	return bytes.Repeat([]byte(text), times), err
}
