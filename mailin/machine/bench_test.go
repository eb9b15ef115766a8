package machine

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkClassify doubles a mail made to be dear: addresses, numbers, header lines and almost-phrases without end.
// The time for each must double, not square.
func BenchmarkClassify(b *testing.B) {
	shapes := map[string]string{
		"addresses": "user@host.example: 550 5.1.1 no\n",
		"wordless":  "u@h.example: well\n",
		"header":    "To: a\nFrom: b\n",
		"at":        "@@@@@@@@a@",
		"numbers":   "550 5.1.1 4.4.",
		"fields":    "Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.0.0\n\n",
		"fold":      "Action: failed\n x\n y\n",
		"tags":      "<style><p><",
		"words":     "could not be deliverd undeliverabl ",
	}
	for name, shape := range shapes {
		for _, size := range []int{64 << 10, 128 << 10, 256 << 10} {
			text := strings.Repeat(shape, size/len(shape)+1)
			b.Run(fmt.Sprintf("%s/%d", name, size>>10), func(b *testing.B) {
				f := hostile(text)
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					Classify(f)
				}
			})
		}
	}
}

// hostile puts the same text wherever a mail may have one.
func hostile(text string) Facts {
	return Facts{
		Header:  map[string][]string{"From": {"MAILER-DAEMON"}, "Return-Path": {"<>"}, "To": {text}, "X-Failed-Recipients": {text}, "References": {text}},
		Subject: text, Text: text, NullPath: true,
		Parts: []Part{{Type: "text/plain", Text: text}, {Type: "text/html", Text: text}, {Type: "message/delivery-status", Body: []byte(text)},
			{Type: "message/rfc822", Body: []byte(text)}},
	}
}

// FuzzClassify holds that a mail of any form is judged without a panic, that a verdict is one of the known kinds, and
// that what is no person's is never answered.
func FuzzClassify(f *testing.F) {
	f.Add("Subject: Undeliverable: x\nFrom: MAILER-DAEMON\n\n<a@b.example>: 550 5.1.1 unknown\n")
	f.Add("Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822;a@b.example\nAction: failed\nStatus: 5.1.1\n--x--\n")
	f.Add("From: MAILER-DAEMON\nReturn-Path: <>\n\nİİİ@İ.İ x unknown")
	f.Add("From: a@b.example\nAuto-Submitted: auto-replied\n\nJag är på semester\n")
	f.Fuzz(func(t *testing.T, mail string) {
		for _, facts := range []Facts{readMail([]byte(mail)), hostile(mail)} {
			v := Classify(facts)
			if v.Kind == "" || !v.Kind.Person() && !v.NoAck {
				t.Errorf("Classify(%.60q) = %+v", mail, v)
			}
			for _, d := range v.Deliveries {
				if line := d.Recipient + d.Diagnostic + string(d.MessageID); strings.ContainsAny(line, "\n\r\x1b\x00") {
					t.Errorf("not one line: %q", line)
				}
			}
			if len(v.Deliveries) > maxDeliveries || len(v.Of) > maxOf {
				t.Errorf("%d deliveries, %d mails", len(v.Deliveries), len(v.Of))
			}
		}
	})
}

// BenchmarkClassifyPerson is the ordinary case: a person's mail of a page, in which nothing is found.
func BenchmarkClassifyPerson(b *testing.B) {
	f := Facts{Subject: "Kan inte logga in", Header: map[string][]string{"From": {"Eva Dal <eva@skola.example>"}}, Text: strings.Repeat("Hej, det går inte att logga in med BankID i dag heller. ", 60)}
	for b.Loop() {
		Classify(f)
	}
}
