package main

import (
	"testing"
	"time"

	"aboveline.example/cmd/aboveline/admin"
	"aboveline.example/cmd/aboveline/config"
)

// TestCheckAsksWhoPolls: what the running gateway knows of a mailbox stands for a login of our own.
func TestCheckAsksWhoPolls(t *testing.T) {
	read := admin.When{Time: time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)}
	m := config.IMAP{Username: "support@omdirekt.example", Server: config.Server{Scheme: "imaps", Host: "mail.example", Port: 993}}
	for _, c := range []struct {
		name  string
		boxes []admin.Poll
		want  string
	}{
		{"read", []admin.Poll{{Mailbox: "support@omdirekt.example", At: read}}, "ok read by the running gateway at 2026-03-03"},
		{"another folder", []admin.Poll{{Mailbox: "support@omdirekt.example/Help", At: read}}, "ok read by the running gateway"},
		{"refused", []admin.Poll{{Mailbox: "support@omdirekt.example", At: read, Error: "invalid_grant"}}, "invalid_grant"},
		{"not yet read", []admin.Poll{{Mailbox: "support@omdirekt.example"}}, "ok it answers"},
		{"somebody else's", []admin.Poll{{Mailbox: "support@omdirekt.example.org", At: read, Error: "x"}}, "ok it answers"},
		{"none", nil, "ok it answers"},
	} {
		said(t, c.name, c.want, func() (string, error) { return polled(m, c.boxes, "it answers") })
	}
}
