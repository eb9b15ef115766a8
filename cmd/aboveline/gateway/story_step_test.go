package gateway

import (
	"fmt"
	"maps"
	"strings"
	"testing/synctest"
	"time"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/rules"
	"aboveline.example/store"
)

// narrator plays a story's steps.
type narrator struct {
	w      *town
	h      *house
	door   string
	mails  int
	was    sight
	refuse map[string]string // rows that a peer will refuse, and with what; "" keeps them waiting until then
}

// exact says whether a step's answer is compared as it stands: what a reader is shown has an order.
func (n *narrator) exact(s storyStep) bool {
	f, _, _ := strings.Cut(s.command, " ")
	return f == "show" || f == "read" || f == "queue"
}

func (n *narrator) play(s storyStep) string {
	time.Sleep(time.Minute)
	synctest.Wait()
	f := strings.Fields(s.command)
	switch f[0] {
	case "mail":
		l, err := n.write(s.input)
		if err != nil {
			return err.Error() + "\n"
		}
		if n.door == "imap" {
			n.h.drop(n.h.stamp(l.withTrace(), l.proof))
			n.untilTaken()
		} else if err := n.h.sendBySMTP(l); err != nil {
			return err.Error() + "\n"
		}
	case "wait":
		d, err := time.ParseDuration(f[1])
		if err != nil {
			return err.Error() + "\n"
		}
		time.Sleep(d)
	case "refuse":
		n.w.mu.Lock()
		n.refuse[f[1]] = strings.Join(f[2:], " ")
		n.w.mu.Unlock()
		time.Sleep(10 * time.Minute) // until it is tried again
	case "grace":
		if err := n.grace(f[1]); err != nil {
			return err.Error() + "\n"
		}
	case "show", "read", "queue":
		return n.ask(f[0], f[1])
	default:
		return "unknown command\n"
	}
	synctest.Wait()
	return n.whatCame()
}

// untilTaken waits until the poller has seen what lies in the mailbox: by IDLE at once, else when it looks next.
func (n *narrator) untilTaken() {
	for range 180 {
		synctest.Wait()
		taken := 0
		n.h.view(func(tx *store.Tx) { taken = len(tx.Dispositions(0, 1<<30)) })
		if taken >= n.mails {
			return
		}
		time.Sleep(time.Second)
	}
}

// fault makes the peer put off, and then refuse, what the story refuses.
func (n *narrator) fault(phase string, p parcel) string {
	if phase != "dot" {
		return ""
	}
	n.w.mu.Lock()
	refuse := maps.Clone(n.refuse)
	n.w.mu.Unlock()
	for id, reply := range refuse {
		held := false
		n.h.view(func(tx *store.Tx) {
			row, ok := tx.Sent(rules.OutgoingID(id))
			held = ok && string(row.MessageID) == idOf(p.raw)
		})
		switch {
		case held && reply == "":
			return "451 4.3.0 later"
		case held:
			return reply
		}
	}
	return ""
}

// grace changes the desk's configuration and has it read again.
func (n *narrator) grace(d string) error {
	r := n.h.life()
	toml := strings.Replace(n.h.toml, "[mailout]\n", "[mailout]\ngrace = \""+d+"\"\n", 1)
	cfg, err := config.Parse("test.toml", []byte(fmt.Sprintf(toml, r.db.Dir())))
	if err != nil {
		return err
	}
	r.s.o.Reload = func() (*config.Config, error) { return cfg, nil }
	_, err = r.s.reload()
	return err
}
