package peertest

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// Dovecot is a private Dovecot of its own: its configuration, mail and processes belong to one test and end with it.
// It listens on loopback, with IMAP and LMTP in the clear. Every user name exists, all with one password, each with
// a Maildir. The configuration is that of Dovecot 2.3.
type Dovecot struct {
	Addr     string // of IMAP: 127.0.0.1 and a port that was free
	LMTP     string // of LMTP, likewise
	Password string // of every user

	t      testing.TB
	dir    string
	config string
	master *exec.Cmd
	ended  chan struct{}
}

// startTimeout is how long Dovecot may take until it listens; it needs a tenth of a second on an idle machine.
const startTimeout = 20 * time.Second

// stopTimeout is how long Dovecot may take to end in good order. Sessions in IDLE would make it wait half a minute.
const stopTimeout = 2 * time.Second

// StartDovecot starts a Dovecot and stops it when the test ends. Where there is none to start, the test is skipped,
// or fails if the environment has ABOVELINE_PEERS=required.
func StartDovecot(t testing.TB) *Dovecot {
	t.Helper()
	d := &Dovecot{
		t: t, Password: "correct-horse",
		Addr: loopback(t), LMTP: loopback(t),
		dir: traversable(t, "aboveline-dovecot-"),
	}
	needProgram(t, "dovecot", "/usr/sbin/dovecot")
	needProgram(t, "doveadm", "/usr/bin/doveadm")
	d.config = filepath.Join(d.dir, "dovecot.conf")
	d.write(d.config, d.configuration())
	d.Start()
	t.Cleanup(d.Stop)
	return d
}

// needProgram skips the test where a peer's program is absent.
func needProgram(t testing.TB, name, path string) {
	t.Helper()
	if _, err := exec.LookPath(path); err == nil {
		return
	}
	if os.Getenv("ABOVELINE_PEERS") == "required" {
		t.Fatalf("%s is required and not installed", name)
	}
	t.Skipf("%s is not installed", name)
}

// traversable makes a directory that the peers' own users can enter, which t.TempDir is not when root runs the test.
func traversable(t testing.TB, prefix string) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", prefix)
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("files kept: %s", dir)
			return
		}
		os.RemoveAll(dir)
	})
	return dir
}

// Port returns a free TCP port of 127.0.0.1, for a server that must be told its port. It lies below those that the
// system gives to whoever asks for any (32768 and up): such a one might be another test's by the time the server
// listens, and again while it restarts.
func Port(t testing.TB) uint16 {
	t.Helper()
	const lowest, above = 20000, 32768
	var err error
	for range 50 {
		port := lowest + rand.IntN(above-lowest)
		l, busy := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if busy == nil {
			l.Close()
			return uint16(port)
		}
		err = busy
	}
	t.Fatal(err)
	return 0
}

// loopback is an address with such a port.
func loopback(t testing.TB) string {
	t.Helper()
	return "127.0.0.1:" + strconv.Itoa(int(Port(t)))
}

// owner is whom the mail belongs to: us, or somebody harmless where we are root, since Dovecot serves no mail of
// root's.
func (d *Dovecot) owner() (uid, gid int) {
	if os.Getuid() != 0 {
		return os.Getuid(), os.Getgid()
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		d.t.Fatal(err)
	}
	uid, _ = strconv.Atoi(nobody.Uid)
	gid, _ = strconv.Atoi(nobody.Gid)
	return uid, gid
}

func (d *Dovecot) configuration() string {
	uid, gid := d.owner()
	_, imap, _ := net.SplitHostPort(d.Addr)
	_, lmtp, _ := net.SplitHostPort(d.LMTP)
	rootless := ""
	if os.Getuid() != 0 {
		me, err := user.Current()
		if err != nil {
			d.t.Fatal(err)
		}
		rootless = strings.NewReplacer("$USER", me.Username).Replace(`
default_internal_user = $USER
default_login_user = $USER
service anvil {
  chroot =
}
service imap-login {
  chroot =
}
service stats {
  chroot =
}
`)
	}
	return strings.NewReplacer("$DIR", d.dir, "$UID", strconv.Itoa(uid), "$GID", strconv.Itoa(gid),
		"$IMAP", imap, "$LMTP", lmtp, "$PASSWORD", d.Password).Replace(`
base_dir = $DIR/run
state_dir = $DIR/state
instance_name = aboveline
log_path = $DIR/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:~/Maildir
mail_fsync = never
first_valid_uid = 1
first_valid_gid = 1
mail_max_userip_connections = 200
passdb {
  driver = static
  args = password=$PASSWORD
}
userdb {
  driver = static
  args = uid=$UID gid=$GID home=$DIR/home/%u allow_all_users=yes
}
namespace inbox {
  inbox = yes
  separator = /
}
service imap-login {
  inet_listener imap {
    port = $IMAP
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = $LMTP
  }
}
protocol lmtp {
  postmaster_address = postmaster@localhost
}
`) + rootless
}

func (d *Dovecot) write(path, content string) {
	d.t.Helper()
	uid, gid := d.owner()
	if err := os.MkdirAll(filepath.Join(d.dir, "home"), 0o755); err != nil {
		d.t.Fatal(err)
	}
	if err := os.Chown(filepath.Join(d.dir, "home"), uid, gid); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		d.t.Fatal(err)
	}
}

// Start starts Dovecot again after Stop or Kill, on the same ports and mail, and returns when it listens.
func (d *Dovecot) Start() {
	d.t.Helper()
	master := exec.Command("/usr/sbin/dovecot", "-F", "-c", d.config)
	var output bytes.Buffer
	master.Stdout, master.Stderr = &output, &output
	if err := master.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.master = master
	d.ended = make(chan struct{})
	go func(ended chan struct{}) {
		master.Wait()
		close(ended)
	}(d.ended)
	deadline := time.NewTimer(startTimeout)
	defer deadline.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if d.listens() {
			return
		}
		select {
		case <-d.ended:
			d.t.Fatalf("dovecot ended: %s%s", output.String(), d.log())
		case <-deadline.C:
			d.t.Fatalf("dovecot does not listen: %s", d.log())
		case <-tick.C:
		}
	}
}

// listens says whether Dovecot greets.
func (d *Dovecot) listens() bool {
	conn, err := net.DialTimeout("tcp", d.Addr, time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	b := make([]byte, 4)
	_, err = conn.Read(b)
	return err == nil && strings.HasPrefix(string(b), "* OK")
}

// log returns the end of Dovecot's log.
func (d *Dovecot) log() string {
	b, _ := os.ReadFile(filepath.Join(d.dir, "dovecot.log"))
	return string(b[max(0, len(b)-2000):])
}

// Stop ends Dovecot in an orderly way, sessions and all.
func (d *Dovecot) Stop() { d.end(syscall.SIGTERM) }

// Kill ends Dovecot as a crash would: the master and its sessions, none with a word to its clients.
func (d *Dovecot) Kill() { d.end(syscall.SIGKILL) }

func (d *Dovecot) end(how syscall.Signal) {
	if d.master == nil {
		return
	}
	children := d.children()
	if how == syscall.SIGKILL {
		killAll(children)
	}
	d.master.Process.Signal(how)
	select {
	case <-d.ended:
	case <-time.After(stopTimeout):
		killAll(children)
		d.master.Process.Kill()
		<-d.ended
	}
	killAll(children) // those that outlived it: stopped ones, for instance
	d.master = nil
}

// process is a process of this Dovecot's. Its birth tells it from a later one with the same number.
type process struct {
	pid  int
	name string
	born string
}

// stat reads a process from /proc (proc(5)): the number, the name, and where its parent and birth stand.
func stat(pid int) (p process, parent int, ok bool) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return process{}, 0, false
	}
	_, after, _ := strings.Cut(string(b), "(")
	name, after, _ := strings.Cut(after, ") ")
	fields := strings.Fields(after)
	if len(fields) < 20 {
		return process{}, 0, false
	}
	parent, err = strconv.Atoi(fields[1])
	return process{pid, name, fields[19]}, parent, err == nil
}

// children returns the master's child processes, which is all there are.
func (d *Dovecot) children() (children []process) {
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		pid, _ := strconv.Atoi(filepath.Base(dir))
		if p, parent, ok := stat(pid); ok && parent == d.master.Process.Pid {
			children = append(children, p)
		}
	}
	return children
}

func killAll(ps []process) {
	for _, p := range ps {
		if now, _, ok := stat(p.pid); ok && now == p {
			syscall.Kill(p.pid, syscall.SIGKILL)
		}
	}
}

// Sessions returns the process ids of the IMAP sessions that are logged in.
func (d *Dovecot) Sessions() (pids []int) {
	for _, p := range d.children() {
		if p.name == "imap" {
			pids = append(pids, p.pid)
		}
	}
	return pids
}

// Doveadm runs a doveadm command against this Dovecot and returns what it prints.
func (d *Dovecot) Doveadm(args ...string) string {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, "/usr/bin/doveadm", append([]string{"-c", d.config}, args...)...).CombinedOutput()
	if err != nil {
		d.t.Fatalf("doveadm %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// delivered numbers the files that Deliver makes.
var delivered atomic.Int64

// Deliver puts a mail into a user's INBOX as a Maildir delivery does: a file in tmp, renamed into new. It works while
// Dovecot is down, too.
func (d *Dovecot) Deliver(user string, raw []byte) {
	d.t.Helper()
	box := d.Maildir(user)
	uid, gid := d.owner()
	name := fmt.Sprintf("%d.M%09dP%d.test", time.Now().Unix(), delivered.Add(1), os.Getpid())
	tmp := filepath.Join(box, "tmp", name)
	if err := os.WriteFile(tmp, raw, 0o600); err != nil {
		d.t.Fatal(err)
	}
	if err := os.Chown(tmp, uid, gid); err != nil {
		d.t.Fatal(err)
	}
	if err := os.Rename(tmp, filepath.Join(box, "new", name)); err != nil {
		d.t.Fatal(err)
	}
}

// Maildir returns the directory of a user's mail, made if absent.
func (d *Dovecot) Maildir(user string) string {
	d.t.Helper()
	uid, gid := d.owner()
	home := filepath.Join(d.dir, "home", user)
	box := filepath.Join(home, "Maildir")
	for _, dir := range []string{home, box, box + "/tmp", box + "/new", box + "/cur"} {
		if err := os.Mkdir(dir, 0o700); err != nil && !os.IsExist(err) {
			d.t.Fatal(err)
		}
		if err := os.Chown(dir, uid, gid); err != nil {
			d.t.Fatal(err)
		}
	}
	return box
}

// Mails returns the mails of one of a user's mailboxes, as Dovecot stores them, in the order of their arrival.
func (d *Dovecot) Mails(user, mailbox string) (mails [][]byte) {
	d.t.Helper()
	dir := d.Maildir(user)
	if mailbox != "INBOX" {
		dir = filepath.Join(dir, "."+strings.ReplaceAll(mailbox, "/", "."))
	}
	files, _ := filepath.Glob(dir + "/*/*M*P*")
	slices.SortFunc(files, func(a, b string) int { return strings.Compare(filepath.Base(a), filepath.Base(b)) })
	for _, f := range files {
		if raw, err := os.ReadFile(f); err == nil { // one that was moved meanwhile is in its new place next time
			mails = append(mails, raw)
		}
	}
	return mails
}
