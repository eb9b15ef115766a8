package peertest

import (
	"net/smtp"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// A private Postfix starts, keeps a mail that nobody takes, and is gone when it was stopped.
func TestPostfix(t *testing.T) {
	// Nobody listens on port 1; one that was free a moment ago may be another's by now.
	p := StartPostfix(t, "transport_maps = inline:{ {desk.example=smtp:[127.0.0.1]:1} }")
	err := smtp.SendMail(p.Addr, nil, "anna@client.example", []string{"support@desk.example"}, []byte("Subject: x\r\n\r\nhej\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	end := time.NewTimer(startTimeout)
	defer end.Stop()
	for {
		q := p.Queue()
		if len(q) == 1 && strings.Contains(q[0].Recipients[0].Delay, "refused") {
			break
		}
		select {
		case <-tick.C:
		case <-end.C:
			t.Fatalf("queue %+v\n%s", q, p.Log())
		}
	}
	p.Stop()
	if out, err := exec.Command("pgrep", "-f", p.dir).Output(); err == nil {
		t.Errorf("still running: %s", out)
	}
}
