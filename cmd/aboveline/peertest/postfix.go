package peertest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Postfix is a private Postfix of its own: its configuration, queue and processes belong to one test and end with it.
// It listens on loopback, accepts mail for any domain from there, and sends it where the test's settings say.
type Postfix struct {
	Addr string // of SMTP: 127.0.0.1 and a port that was free

	t      testing.TB
	dir    string
	config string
	master *exec.Cmd
	ended  chan struct{}
}

// longestPostfix is after how many seconds Postfix ends by itself, should the test be killed.
const longestPostfix = "600"

// StartPostfix starts a Postfix with these settings on top of ours (lines of main.cf), and stops it when the test ends.
// Where there is none to start, the test is skipped, or fails if the environment has ABOVELINE_PEERS=required.
func StartPostfix(t testing.TB, settings ...string) *Postfix {
	t.Helper()
	return StartPostfixWith(t, nil, settings...)
}

// StartPostfixWith starts one with these services, too (lines of master.cf). "$DIR" in them is Dir.
func StartPostfixWith(t testing.TB, services []string, settings ...string) *Postfix {
	t.Helper()
	needProgram(t, "postfix", "/usr/sbin/postfix")
	needRoot(t)
	p := &Postfix{t: t, Addr: loopback(t), dir: traversable(t, "aboveline-postfix-")}
	p.config = filepath.Join(p.dir, "conf")
	p.prepare(settings, services)
	p.start()
	t.Cleanup(p.Stop)
	return p
}

// needRoot skips the test where we may not change to Postfix's own users.
func needRoot(t testing.TB) {
	t.Helper()
	if os.Getuid() == 0 {
		return
	}
	if os.Getenv("ABOVELINE_PEERS") == "required" {
		t.Fatal("postfix is required and starts as root only")
	}
	t.Skip("postfix starts as root only")
}

// Dir is a directory that Postfix's processes can reach, for sockets.
func (p *Postfix) Dir() string { return p.dir }

func (p *Postfix) prepare(settings, services []string) {
	p.t.Helper()
	for _, sub := range []string{"conf", "queue", "data"} {
		if err := os.Mkdir(filepath.Join(p.dir, sub), 0o755); err != nil {
			p.t.Fatal(err)
		}
	}
	owner, err := user.Lookup("postfix")
	if err != nil {
		p.t.Fatal(err)
	}
	var uid, gid int
	if _, err := fmt.Sscan(owner.Uid+" "+owner.Gid, &uid, &gid); err != nil {
		p.t.Fatal(err)
	}
	if err := os.Chown(filepath.Join(p.dir, "data"), uid, gid); err != nil {
		p.t.Fatal(err)
	}
	main := []string{
		"compatibility_level = 3.6",
		"queue_directory = " + p.dir + "/queue",
		"data_directory = " + p.dir + "/data",
		"maillog_file_prefixes = " + p.dir,
		"maillog_file = " + p.dir + "/log",
		"myhostname = relay.example",
		"mydestination =",
		"alias_maps =",
		"alias_database =",
		"local_recipient_maps =",
		"inet_interfaces = 127.0.0.1",
		"inet_protocols = ipv4",
		"mynetworks = 127.0.0.0/8",
		"smtpd_recipient_restrictions = permit_mynetworks, reject",
		"smtp_dns_support_level = disabled",
		"smtp_host_lookup = native",
		"disable_dns_lookups = yes",
		"notify_classes =",
		"minimal_backoff_time = 2s",
		"maximal_backoff_time = 4s",
		"queue_run_delay = 1s",
	}
	_, port, _ := net.SplitHostPort(p.Addr)
	master := strings.NewReplacer("$PORT", port).Replace(`
127.0.0.1:$PORT inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
local unix - n n - - local
showq unix n - n - - showq
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`)
	for _, s := range settings { // Postfix warns of a setting that is there twice
		name, _, _ := strings.Cut(s, "=")
		main = slices.DeleteFunc(main, func(ours string) bool { return strings.HasPrefix(ours, strings.TrimSpace(name)+" =") })
	}
	here := strings.NewReplacer("$DIR", p.dir)
	p.write("main.cf", here.Replace(strings.Join(append(main, settings...), "\n"))+"\n")
	p.write("master.cf", master+here.Replace(strings.Join(services, "\n"))+"\n")
}

func (p *Postfix) write(name, content string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.config, name), []byte(content), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// start starts Postfix and returns when it greets.
func (p *Postfix) start() {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	// The check makes the queue's directories.
	if out, err := exec.CommandContext(ctx, "/usr/sbin/postfix", "-c", p.config, "check").CombinedOutput(); err != nil {
		p.t.Fatalf("postfix check: %v: %s", err, out)
	}
	programs, err := exec.CommandContext(ctx, "/usr/sbin/postconf", "-c", p.config, "-h", "daemon_directory").Output()
	if err != nil {
		p.t.Fatalf("postconf: %v", err)
	}
	p.master = exec.Command(filepath.Join(strings.TrimSpace(string(programs)), "master"), "-c", p.config, "-d", "-e", longestPostfix)
	p.master.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it signals its whole group when it stops
	if err := p.master.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.ended = make(chan struct{})
	go func() {
		_ = p.master.Wait()
		close(p.ended)
	}()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !p.greets() {
		select {
		case <-p.ended:
			p.t.Fatalf("postfix ended: %s", p.Log())
		case <-ctx.Done():
			p.t.Fatalf("postfix does not listen: %s", p.Log())
		case <-tick.C:
		}
	}
}

// greets says whether Postfix answers with a greeting.
func (p *Postfix) greets() bool {
	conn, err := net.DialTimeout("tcp", p.Addr, time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return false
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	return err == nil && strings.HasPrefix(line, "220 ")
}

// Stop ends Postfix and waits for its end. It may be called more than once.
func (p *Postfix) Stop() {
	_ = p.master.Process.Signal(syscall.SIGTERM)
	patience := time.NewTimer(startTimeout)
	defer patience.Stop()
	select {
	case <-p.ended:
	case <-patience.C:
		_ = p.master.Process.Kill()
		<-p.ended
	}
}

// Log is the end of Postfix's log.
func (p *Postfix) Log() string {
	b, _ := os.ReadFile(filepath.Join(p.dir, "log"))
	return string(b[max(0, len(b)-4000):])
}

// Flush has Postfix try everything in its queue now.
func (p *Postfix) Flush() {
	p.t.Helper()
	if out, err := exec.Command("/usr/sbin/postqueue", "-c", p.config, "-f").CombinedOutput(); err != nil {
		p.t.Fatalf("postqueue: %v: %s", err, out)
	}
}

// Waiting is a mail in Postfix's queue.
type Waiting struct {
	ID         string `json:"queue_id"`
	Sender     string `json:"sender"`
	Recipients []struct {
		Address string `json:"address"`
		Delay   string `json:"delay_reason"` // what the next server said
	} `json:"recipients"`
}

// Queue is what waits in Postfix.
func (p *Postfix) Queue() []Waiting {
	p.t.Helper()
	out, err := exec.Command("/usr/sbin/postqueue", "-c", p.config, "-j").Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		p.t.Fatalf("postqueue: %v: %s", err, exit.Stderr)
	}
	var all []Waiting
	for line := range strings.Lines(string(out)) {
		var w Waiting
		if err := json.Unmarshal([]byte(line), &w); err != nil {
			p.t.Fatalf("postqueue said %q: %v", line, err)
		}
		all = append(all, w)
	}
	return all
}

// Pour sends n mails of that many bytes to a door, some sessions at once, with Postfix's smtp-source, on a connection
// for each mail. It fails the test where one is refused.
func Pour(t testing.TB, addr string, lmtp bool, n, sessions, size int, to string) {
	t.Helper()
	needProgram(t, "smtp-source", "/usr/sbin/smtp-source")
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	args := []string{"-m", fmt.Sprint(n), "-s", fmt.Sprint(sessions), "-l", fmt.Sprint(size), "-f", "anna@client.example", "-t", to, addr}
	if lmtp {
		args = append([]string{"-L"}, args...)
	}
	if out, err := exec.CommandContext(ctx, "/usr/sbin/smtp-source", args...).CombinedOutput(); err != nil {
		t.Fatalf("smtp-source: %v: %s", err, out)
	}
}
