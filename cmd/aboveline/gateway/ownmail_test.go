package gateway

import (
	"bytes"
	"io"
	"testing"

	"github.com/emersion/go-message/mail"

	"aboveline.example/mailin"
	"aboveline.example/rules"
)

// TestOurOwnMailUnquoted: a mail as we really send it is known for ours where a client puts it under or above the reply
// without any sign, and neither ids nor marks say what the mail answers. The rooms that write our mail and read it
// never meet but in this format.
func TestOurOwnMailUnquoted(t *testing.T) {
	addr, out, _ := desk(t)
	send(t, addr, "asa@kommun.example", "support@omdirekt.example", "From: asa@kommun.example\nSubject: Kan inte logga in\n"+
		"Message-ID: <own@kommun.example>\nDate: Tue, 03 Mar 2026 10:14:00 +0100\n\nBankID snurrar bara.\n")
	for _, to := range []string{"asa@kommun.example", "anna@omdirekt.example"} {
		r, err := mail.CreateReader(bytes.NewReader(out.wait(t, to, "[OMD-1]").raw))
		if err != nil {
			t.Fatal(err)
		}
		part, err := r.NextPart()
		if err != nil {
			t.Fatal(err)
		}
		ours, err := io.ReadAll(part.Body)
		if err != nil {
			t.Fatal(err)
		}
		for name, body := range map[string]string{"under": "Det hjälpte inte.\r\n\r\n" + string(ours), "above": string(ours) + "\r\n\r\nDet hjälpte inte.\r\n"} {
			raw := "From: asa@kommun.example\r\nSubject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body
			m := mailin.Reader{}.Read(rules.Arrival{Envelope: rules.Envelope{Door: "smtp"}, Raw: []byte(raw)})
			if m.Reply != "Det hjälpte inte." {
				t.Errorf("our mail to %s %s: reply is %.120q", to, name, m.Reply)
			}
		}
	}
}
