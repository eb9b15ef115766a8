package rules

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// deskAtWork is a desk whose first ticket has a requester, staff who answered, and a vendor it was reported to; the last
// mail to each of them is named by their address.
func deskAtWork(t *testing.T) (*world, map[Address]string) {
	t.Helper()
	w := newWorld(scenarioDesk())
	hand(t, w, "from: Åsa Öberg <asa@kommun.example>\nsubject: Skrivaren\nid: first@kommun.example\n\nDen skriver inte ut.", nil)
	hand(t, w, "from: Anna Ek <anna@omdirekt.example>\nanswers: 1-2\n\n/report Sublime", nil)
	last := map[Address]string{}
	for _, id := range w.order {
		last[w.queue[id].To.Address] = string(id)
	}
	return w, last
}

// hand lets a mail in a minute later, changed by alter where that is given, and sends what it caused.
func hand(t *testing.T, w *world, mail string, alter func(*Mail)) Decision {
	t.Helper()
	w.now = w.now.Add(time.Minute)
	m, err := w.readMail(mail)
	if err != nil {
		t.Fatal(err)
	}
	if alter != nil {
		alter(m)
	}
	all, err := w.take(m)
	if err != nil {
		t.Fatal(err)
	}
	w.send()
	return all[0]
}

// TestTrustTable walks through DESIGN, section 5b, row by row.
func TestTrustTable(t *testing.T) {
	const (
		asa     = "from: Åsa Öberg <asa@kommun.example>\n"
		anna    = "from: Anna Ek <anna@omdirekt.example>\n"
		sublime = "from: Sublime <oms@sublime.example>\n"
		mallory = "from: Mallory <mallory@evil.example>\n"
	)
	for _, c := range []struct {
		holds  string // and by whom
		mail   string // {A}: answers their last mail
		proof  ProofResult
		kind   DispositionKind
		why    ReasonCode // among those of its disposition
		waits  ReasonCode // for what it is held
		trust  Trust      // of the entry that shows its words
		asked  bool       // its author is, by a confirm mail
		told   string     // whom of staff a notice tells that it is held
		answer Template   // what else its author gets
	}{
		{"own token, requester", asa + "{A}", ProofPass, DisposedEntry, ReasonProved, "", TrustVerified, false, "", ""},
		{"own token, staff", anna + "{A}", ProofPass, DisposedEntry, ReasonProved, "", TrustVerified, false, "", ""},
		{"own token, vendor", sublime + "{A}", ProofPass, DisposedEntry, ReasonProved, "", TrustVerified, false, "", ""},
		{"own token, requester", asa + "{A}", ProofNone, DisposedEntry, ReasonUnproved, "", TrustUnverified, false, "", ""},
		{"own token, requester", asa + "{A}", ProofTempError, DisposedEntry, ReasonUnproved, "", TrustUnverified, false, "", ""},
		{"own token, staff", anna + "{A}", ProofNone, DisposedHeld, ReasonUnproved, ReasonUnproved, "", true, "bo", ""},
		{"own token, staff", anna + "{A}", ProofTempError, DisposedHeld, ReasonUnproved, ReasonUnproved, "", true, "bo", ""},
		{"own token, vendor", sublime + "{A}", ProofNone, DisposedHeld, ReasonUnproved, ReasonUnproved, "", true, "anna bo", ""},
		{"own token, requester", asa + "{A}", ProofFail, DisposedHeld, ReasonProofFailed, ReasonProofFailed, "", false, "anna bo", ""},
		{"own token, staff", anna + "{A}", ProofFail, DisposedHeld, ReasonProofFailed, ReasonProofFailed, "", false, "anna bo", ""},
		{"own token, vendor", sublime + "{A}", ProofFail, DisposedHeld, ReasonProofFailed, ReasonProofFailed, "", false, "anna bo", ""},
		{"somebody else's token", mallory + "{ASA}", ProofPass, DisposedHeld, ReasonWantsToJoin, ReasonWantsToJoin, "", false, "anna bo", ""},
		{"somebody else's token", mallory + "{ASA}", ProofNone, DisposedHeld, ReasonUnknownReply, ReasonUnknownReply, "", false, "anna bo", ""},
		{"somebody else's token", mallory + "{ASA}", ProofFail, DisposedHeld, ReasonProofFailed, ReasonUnknownReply, "", false, "anna bo", ""},
		{"staff's token, by the requester", asa + "{ANNA}", ProofPass, DisposedHeld, ReasonWantsToJoin, ReasonWantsToJoin, "", false, "anna bo", ""},
		{"known", asa + "refs: first@kommun.example", ProofPass, DisposedEntry, ReasonProved, "", TrustVerified, false, "", ""},
		{"known", asa + "refs: first@kommun.example", ProofNone, DisposedNew, ReasonNumberRefused, "", TrustUnverified, false, "", TemplateConfirmationPlain},
		{"known", asa + "refs: first@kommun.example", ProofFail, DisposedNew, ReasonProofFailed, "", TrustFailed, false, "", ""},
		{"known, staff", anna + "refs: first@kommun.example", ProofPass, DisposedEntry, ReasonProved, "", TrustVerified, false, "", ""},
		{"nothing", mallory + "subject: Hej", ProofPass, DisposedNew, ReasonProved, "", TrustVerified, false, "", TemplateConfirmation},
		{"nothing", mallory + "subject: Hej", ProofNone, DisposedNew, ReasonUnproved, "", TrustUnverified, false, "", TemplateConfirmationPlain},
		{"nothing", mallory + "subject: Hej", ProofFail, DisposedNew, ReasonProofFailed, "", TrustFailed, false, "", ""},
	} {
		t.Run(c.holds+" "+string(c.proof), func(t *testing.T) {
			w, last := deskAtWork(t)
			from, _, _ := strings.Cut(c.mail[strings.IndexByte(c.mail, '<')+1:], ">")
			mail := strings.NewReplacer("{A}", "answers: "+last[Address(from)], "{ASA}", "answers: "+last["asa@kommun.example"],
				"{ANNA}", "answers: "+last["anna@omdirekt.example"]).Replace(c.mail)
			d := hand(t, w, mail+"\nproof: "+string(c.proof)+"\n\nJag har provat en gång till.", nil)
			if d.Disposition.Kind != c.kind || !hasReason(d.Disposition.Reasons, c.why) {
				t.Errorf("it became %s %v, want %s with %s", d.Disposition.Kind, d.Disposition.Reasons, c.kind, c.why)
			}
			waits := ReasonCode("")
			for _, h := range d.Held {
				waits = h.Why
			}
			if waits != c.waits {
				t.Errorf("it is held for %q, want %q", waits, c.waits)
			}
			trust := Trust("")
			for _, e := range d.Entries {
				if e.Kind == EntryMailIn || e.Kind == EntryNote {
					trust = e.Trust
				}
			}
			if trust != c.trust {
				t.Errorf("its words stand there as %q, want %q", trust, c.trust)
			}
			asked, told, answer := false, []string{}, Template("")
			for _, o := range d.Send {
				switch {
				case o.Kind == OutConfirm && o.To.Address == Address(from):
					asked = true
				case o.Template == TemplateNoticeHeld:
					told = append(told, o.To.Address.Local())
				case o.To.Address == Address(from):
					answer = o.Template
				}
			}
			if asked != c.asked || strings.Join(told, " ") != c.told || answer != c.answer {
				t.Errorf("asked %v, told %v, answered %q; want %v, %q, %q", asked, told, answer, c.asked, c.told, c.answer)
			}
		})
	}
}

func hasReason(why []Reason, code ReasonCode) bool {
	return slices.ContainsFunc(why, func(r Reason) bool { return r.Code == code })
}

// TestStaffLooseAndAgain are the two rows that ask staff about a mail which is theirs beyond doubt.
func TestStaffLooseAndAgain(t *testing.T) {
	w, last := deskAtWork(t)
	mail := "from: Anna Ek <anna@omdirekt.example>\nonly: address\nanswers: " + last["anna@omdirekt.example"] + "\nsubject: Sv: Skrivaren\n"
	to := func(open ...string) func(*Mail) {
		return func(m *Mail) {
			a, _ := ParseAddress(m.SentTo[0])
			m.To, m.Date = []Mailbox{{Address: a}}, time.Unix(1, 0)
			m.Proof.Method, m.Proof.Open = "dkim", open
		}
	}
	for _, c := range []struct {
		name string
		mail string
		open []string
		kind DispositionKind
		why  ReasonCode
	}{
		{"the token in an unsigned To", mail + "\nPaket ett.", []string{OpenEnvelope, "to"}, DisposedHeld, ReasonLoose},
		{"the number beside it", mail + "subject: Sv: [OMD-1] Skrivaren\n\nPaket ett.", []string{OpenEnvelope, "to"}, DisposedEntry, ReasonProved},
		{"another ticket's number beside it", mail + "subject: Sv: [OMD-7] Skrivaren\n\nPaket ett.", []string{OpenEnvelope, "to"}, DisposedHeld, ReasonLoose},
		{"the token in a signed To", mail + "\nPaket tva.", []string{OpenEnvelope}, DisposedEntry, ReasonProved},
		{"the same again", mail + "\nPaket tva.", []string{OpenEnvelope}, DisposedHeld, ReasonAgain},
		{"the same again, from a host of its own", mail + "\nPaket  tva.", nil, DisposedEntry, ReasonProved},
		{"a body that can be read in two ways", mail + "\nPaket tre.", []string{OpenEnvelope, "content-type"}, DisposedHeld, ReasonLoose},
		{"and in two encodings", mail + "\nPaket fyra.", []string{OpenEnvelope, "content-transfer-encoding"}, DisposedHeld, ReasonLoose},
	} {
		d := hand(t, w, c.mail, to(c.open...))
		if d.Disposition.Kind != c.kind || !hasReason(d.Disposition.Reasons, c.why) {
			t.Errorf("%s: %s %v, want %s with %s", c.name, d.Disposition.Kind, d.Disposition.Reasons, c.kind, c.why)
		}
	}
}

// TestWrittenToSomebodyElse: what staff wrote to others about a ticket, its number in the subject, is no word on it for
// whoever sends it here.
func TestWrittenToSomebodyElse(t *testing.T) {
	w, _ := deskAtWork(t)
	for to, want := range map[Address]DispositionKind{"mallory@evil.example": DisposedHeld, "support@omdirekt.example": DisposedEntry} {
		d := hand(t, w, "from: Anna Ek <anna@omdirekt.example>\nsubject: Sv: [OMD-1] Skrivaren\n\nDet tror jag inte.", func(m *Mail) {
			m.To, m.Proof.Method, m.Proof.Open = []Mailbox{{Address: to}}, "dkim", []string{OpenEnvelope}
		})
		if d.Disposition.Kind != want {
			t.Errorf("to %s: %s %v, want %s", to, d.Disposition.Kind, d.Disposition.Reasons, want)
		}
	}
}

// TestWhoHolds is what a mail shows at the door beside its proof.
func TestWhoHolds(t *testing.T) {
	const ids = "only: ids\nsubject: Sv: Skrivaren\n"
	unsigned := []string{OpenEnvelope, "in-reply-to", "references"}
	for _, c := range []struct {
		name   string
		from   Address
		header string // {A}: answers their last mail
		alter  func(*world, *Mail)
		kind   DispositionKind
		why    ReasonCode
	}{
		{"staff by their machine alone", "anna@omdirekt.example", "{A}", func(_ *world, m *Mail) { m.Proof.Method = methodSPF }, DisposedHeld, ReasonUnproved},
		{"a requester by their machine alone", "asa@kommun.example", "{A}", func(_ *world, m *Mail) { m.Proof.Method = methodSPF }, DisposedEntry, ReasonProved},
		{"a requester by unsigned references to others", "asa@kommun.example", "refs: first@kommun.example", func(_ *world, m *Mail) { m.Proof.Open = unsigned }, DisposedNew, ReasonNumberRefused},
		{"a requester by unsigned references of ours", "asa@kommun.example", ids + "{A}", func(_ *world, m *Mail) { m.Proof.Open = unsigned }, DisposedEntry, ReasonProved},
		{"staff by unsigned references of ours", "anna@omdirekt.example", ids + "{A}", func(_ *world, m *Mail) { m.Proof.Open = unsigned }, DisposedHeld, ReasonLoose},
		{"staff by one of them signed", "anna@omdirekt.example", ids + "{A}", func(_ *world, m *Mail) { m.Proof.Open = unsigned[:2] }, DisposedEntry, ReasonProved},
		{"staff by the quoted reference, too", "anna@omdirekt.example", "subject: Sv: Skrivaren\n{A}", func(_ *world, m *Mail) {
			m.To, m.Proof.Open = []Mailbox{{Address: "support@omdirekt.example"}}, append([]string{"to"}, unsigned...)
		}, DisposedEntry, ReasonProved},
		{"an author who can be read in two ways", "asa@kommun.example", "{A}", func(_ *world, m *Mail) { m.Identity = IdentityAmbiguous }, DisposedHeld, ReasonUnknownReply},
		{"and holds nothing", "asa@kommun.example", "subject: Hej", func(_ *world, m *Mail) { m.Identity = IdentityAmbiguous }, DisposedNew, ReasonUnproved},
		{"a requester who left", "asa@kommun.example", "{A}", func(w *world, _ *Mail) { w.leave(1, "asa@kommun.example") }, DisposedHeld, ReasonWantsToJoin},
		{"a requester who left, without a token", "asa@kommun.example", "refs: first@kommun.example", func(w *world, _ *Mail) { w.leave(1, "asa@kommun.example") }, DisposedNew, ReasonNumberRefused},
	} {
		w, last := deskAtWork(t)
		header := strings.ReplaceAll(c.header, "{A}", "answers: "+last[c.from])
		d := hand(t, w, "from: "+string(c.from)+"\n"+header+"\n\nJag har provat en gang till.", func(m *Mail) {
			m.Proof.Method = "dkim"
			c.alter(w, m)
		})
		if d.Disposition.Kind != c.kind || !hasReason(d.Disposition.Reasons, c.why) {
			t.Errorf("%s: %s %v, want %s with %s", c.name, d.Disposition.Kind, d.Disposition.Reasons, c.kind, c.why)
		}
	}
}

// leave lets somebody leave a ticket.
func (w *world) leave(id TicketID, who Address) {
	tk := w.tickets[id]
	tk.Participants = slices.Clone(tk.Participants)
	for i := range tk.Participants {
		if tk.Participants[i].Address == who {
			tk.Participants[i].Left = w.now
		}
	}
	w.tickets[id] = tk
}

// TestConfirmMail: it goes to the mailbox as the configuration has it, a few times an hour; a reply by any carrier lets
// the held mail in, loose as it is, and only once.
func TestConfirmMail(t *testing.T) {
	w, last := deskAtWork(t)
	mail := "from: Evil Twin <anna@omdirekt.example>\nsubject: Sv: Skrivaren\nonly: address\nanswers: " + last["anna@omdirekt.example"] + "\n\nPaket "
	var confirms []Outgoing
	var first MailID
	for n := range hourlyConfirms + 2 {
		d := hand(t, w, mail+strings.Repeat("x", n+1), func(m *Mail) { m.Proof.Method, m.Proof.Open = "dkim", []string{OpenEnvelope, "to"} })
		if n == 0 {
			first = d.Disposition.Mail
		}
		for _, o := range d.Send {
			if o.Kind == OutConfirm {
				confirms = append(confirms, o)
			}
		}
	}
	if len(confirms) != hourlyConfirms {
		t.Errorf("%d confirm mails in an hour, want %d", len(confirms), hourlyConfirms)
	}
	if to := confirms[0].To; to.Name != "Anna Ek" {
		t.Errorf("it goes to %v", to)
	}
	for _, reply := range []struct{ only, said string }{{"ids", "confirmed"}, {"address", "nothing waits for it any more"}} {
		d := hand(t, w, "from: Anna Ek <anna@omdirekt.example>\nproof: none\nonly: "+reply.only+"\nanswers: "+string(confirms[0].ID)+"\n\nJa.", nil)
		if d.Disposition.Kind != DisposedCommand || d.Entries[0].Text != reply.said {
			t.Errorf("by %s it became %s %v", reply.only, d.Disposition.Kind, d.Entries)
		}
	}
	if _, held := w.held[first]; held {
		t.Error("it is still held")
	}
	if kind := w.ledger[len(w.ledger)-2].Kind; kind != DisposedEntry {
		t.Errorf("what was let in became %s", kind)
	}
}

// TestListByLooseReply: lines that answer a list ask for the same as a word on a ticket.
func TestListByLooseReply(t *testing.T) {
	w, _ := deskAtWork(t)
	list := listOf(t, w)
	mark := w.queue[OutgoingID(list)].Mark
	for _, c := range []struct {
		name, body string
		open       []string
		kind       DispositionKind
	}{
		{"unsigned", "9 close", []string{OpenEnvelope, "to"}, DisposedNew},
		{"unsigned, the list quoted", "9 close\n\n> " + mark, []string{OpenEnvelope, "to"}, DisposedCommand},
		{"signed", "8 close", []string{OpenEnvelope}, DisposedCommand},
		{"the same again", "8 close", []string{OpenEnvelope}, DisposedNew},
	} {
		d := hand(t, w, "from: Anna Ek <anna@omdirekt.example>\nonly: address\nanswers: "+list+"\n\n"+c.body, func(m *Mail) {
			a, _ := ParseAddress(m.SentTo[0])
			m.To, m.Date, m.Reply = []Mailbox{{Address: a}}, time.Unix(1, 0), c.body[:7]
			m.Proof.Method, m.Proof.Open = "dkim", c.open
		})
		if d.Disposition.Kind != c.kind {
			t.Errorf("%s: %s %v, want %s", c.name, d.Disposition.Kind, d.Disposition.Reasons, c.kind)
		}
	}
}

// TestSameAgainWhileDNSIsDown: staff's own mail that comes again while nobody can be proved is not let in by a later
// proof, for that shows only that it is theirs.
func TestSameAgainWhileDNSIsDown(t *testing.T) {
	for words, released := range map[string]bool{"Paket ett.": false, "Paket tva.": true} {
		w, last := deskAtWork(t)
		mail := "from: Anna Ek <anna@omdirekt.example>\nanswers: " + last["anna@omdirekt.example"] + "\n\n"
		signed := func(m *Mail) {
			a, _ := ParseAddress(m.SentTo[0])
			m.To, m.Date, m.Proof.Method = []Mailbox{{Address: a}}, time.Unix(1, 0), "dkim"
		}
		hand(t, w, mail+"Paket ett.", signed)
		d := hand(t, w, mail+words, func(m *Mail) { signed(m); m.Proof = Proof{Result: ProofTempError}; m.Key = DedupeKey{1} })
		if d.Disposition.Kind != DisposedHeld {
			t.Fatalf("%s became %s", words, d.Disposition.Kind)
		}
		w.prove(t, d.Disposition.Mail, Proof{Result: ProofPass, Method: "dkim", Open: []string{OpenEnvelope}, By: "dmarc"})
		if got := w.held[d.Disposition.Mail].Release != nil; got != released {
			t.Errorf("%s was let in: %v, want %v", words, got, released)
		}
	}
}
