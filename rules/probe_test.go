package rules

import "testing"

// TestProbes: a mail to ourselves is known by its Message-ID or, from us alone, by its address; nothing else is one.
func TestProbes(t *testing.T) {
	d := newWorld(scenarioDesk()).desk
	id, to := d.NewProbe(4711)
	other := newWorld(Config{Name: "Other", Address: d.Address, Prefix: "T", Subaddress: "+", Hostname: d.Hostname,
		Keys: Keys{{ID: 1, Secret: make([]byte, 32)}}}).desk
	foreignID, foreignTo := other.NewProbe(4711)
	reply := d.tokenAddress(Token{Purpose: PurposeReply, Seq: 4711, Recipient: d.Address})
	us, them := Mailbox{Address: d.Address}, Mailbox{Address: "eva@kommun.example"}
	for _, c := range []struct {
		name string
		m    Mail
		want int
	}{
		{"as sent", Mail{From: us, MessageID: id, SentTo: []string{string(to)}}, 4711},
		{"without plus addresses", Mail{From: us, MessageID: id, SentTo: []string{string(d.Address)}}, 4711},
		{"another Message-ID", Mail{From: us, MessageID: "x@relay.example", SentTo: []string{string(to)}}, 4711},
		{"an answer to one", Mail{From: them, MessageID: "x@kommun.example", SentTo: []string{string(to)}}, 0},
		{"signed by another desk", Mail{From: us, MessageID: foreignID, SentTo: []string{string(foreignTo)}}, 0},
		{"a reply's token", Mail{From: us, MessageID: "x@relay.example", SentTo: []string{string(reply)}}, 0},
		{"cut short", Mail{From: us, MessageID: id[:20]}, 0},
		{"a person's", Mail{From: them, MessageID: "x@kommun.example", SentTo: []string{string(d.Address)}}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if seq, ok := d.Probe(&c.m); seq != c.want || ok != (c.want != 0) {
				t.Errorf("Probe = %d, %v; want %d", seq, ok, c.want)
			}
		})
	}
	w := newWorld(scenarioDesk())
	got := w.desk.Decide(w, MailArrived{ID: 1, Mail: &Mail{From: us, MessageID: id, Kind: KindHuman, Key: DedupeKey{1}}}, w.now)
	if got.Disposition.Kind != DisposedProbe || len(got.Send)+len(got.Tickets)+len(got.Entries) != 0 {
		t.Errorf("decided %+v", got)
	}
}
