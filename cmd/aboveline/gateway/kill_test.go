package gateway

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	netsmtp "net/smtp"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/rules"
	"aboveline.example/store"
)

var kills = flag.Int("kills", 6, "how often TestKill ends the gateway with SIGKILL; 1000 is the long form")

// killEnv makes the test binary be the gateway that is killed, over a store's directory or by a configuration file.
const killEnv = "ABOVELINE_KILL_STORE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killEnv); dir != "" {
		os.Exit(victim(dir))
	}
	flag.Parse()
	os.Exit(m.Run())
}

// victim serves until it is killed, or until its standard input ends with the test.
func victim(dir string) int {
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	cfg := killDesk(dir)
	if strings.HasSuffix(dir, ".toml") {
		var err error
		if cfg, err = config.Load(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	err := Serve(ctx, cfg, ServeOptions{
		Log:   slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Ready: func(a map[string]net.Addr) { fmt.Println(a["smtp"]) },
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func killDesk(dir string) *config.Config {
	cfg := config.Default()
	cfg.Store.Path = config.Path(dir)
	cfg.Mailin.SMTP.Listen = "127.0.0.1:0"
	cfg.DNS.Server = "127.0.0.1:1" // nobody answers there, at once
	return cfg
}

// TestKill ends the gateway with SIGKILL under load, again and again, with senders that try again what was not
// acknowledged, as MTAs do. Every acknowledged mail is there, and every mail made exactly one change.
func TestKill(t *testing.T) {
	dir := t.TempDir() + "/data"
	var mu sync.Mutex // guards acked and addr
	acked := map[rules.MessageID]bool{}
	addr := ""

	stop := make(chan struct{})
	var senders sync.WaitGroup
	for s := range 4 {
		senders.Go(func() {
			for n := 0; ; n++ {
				id := fmt.Sprintf("%d.%d@clients.example", s, n)
				for {
					select {
					case <-stop:
						return
					default:
					}
					mu.Lock()
					to := addr
					mu.Unlock()
					if to != "" && sendOnce(to, id) == nil {
						break
					}
					time.Sleep(2 * time.Millisecond) // an MTA waits before it tries again; this is no wait for a result
				}
				mu.Lock()
				acked[rules.MessageID(id)] = true
				mu.Unlock()
			}
		})
	}
	for lives := range *kills {
		child, at := startVictim(t, dir)
		mu.Lock()
		addr = at
		mu.Unlock()
		time.Sleep(time.Duration(50+rand.IntN(300)) * time.Millisecond) // the moment of the kill is what is drawn
		for slow := time.Now().Add(20 * time.Second); time.Now().Before(slow); time.Sleep(2 * time.Millisecond) {
			mu.Lock()
			loaded := len(acked) > lives
			mu.Unlock()
			if loaded {
				break
			}
		}
		child.kill(t)
	}
	close(stop)
	mu.Lock()
	addr = ""
	mu.Unlock()
	senders.Wait()

	if err := store.Check(dir); err != nil {
		t.Errorf("store: %v", err)
	}
	db, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	changed := map[rules.MessageID]int{}
	duplicates := 0
	err = db.View(t.Context(), func(tx *store.Tx) error {
		for _, d := range tx.Dispositions(0, 1<<30) {
			if d.Kind == rules.DisposedDuplicate {
				duplicates++
				continue
			}
			changed[d.MessageID]++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for id := range acked {
		if changed[id] == 0 {
			t.Errorf("%s was acknowledged and is not there", id)
		}
	}
	for id, n := range changed {
		if n != 1 {
			t.Errorf("%s made %d changes", id, n)
		}
	}
	if len(acked) < *kills {
		t.Errorf("only %d mails were acknowledged in %d lives: there was no load", len(acked), *kills)
	}
	t.Logf("%d kills, %d mails acknowledged, %d came again and changed nothing", *kills, len(acked), duplicates)
}

func sendFrom(addr, from, to string) error {
	body := "From: " + from + "\r\nTo: " + to + "\r\nSubject: x\r\nMessage-ID: <m." + from + ">\r\nDate: Tue, 03 Mar 2026 10:14:00 +0100\r\n\r\nHello from " + from + "\r\n"
	return netsmtp.SendMail(addr, nil, from, []string{to}, []byte(body))
}

func sendOnce(addr, id string) error {
	body := "From: sender@clients.example\r\nSubject: " + id + "\r\nMessage-ID: <" + id + ">\r\nDate: Tue, 03 Mar 2026 10:14:00 +0100\r\n\r\n" +
		strings.Repeat("A line of an ordinary mail.\r\n", 40)
	return netsmtp.SendMail(addr, nil, "sender@clients.example", []string{"support@localhost"}, []byte(body))
}

// life is one run of the victim.
type life struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
}

func (l life) kill(t *testing.T) {
	t.Helper()
	if err := l.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = l.cmd.Wait() // "signal: killed" is what we came for
	_ = l.stdin.Close()
}

func startVictim(t *testing.T, dir string) (life, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), killEnv+"="+dir)
	cmd.Stderr = t.Output()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		_ = cmd.Wait()
		t.Fatalf("the gateway did not start: %v", err)
	}
	return life{cmd, in}, strings.TrimSpace(line)
}
