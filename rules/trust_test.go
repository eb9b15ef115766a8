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
		trust  Trust      // of the entry that shows its words
		asked  bool       // its author is, by a confirm mail
		told   string     // whom of staff a notice tells that it is held
		answer Template   // what else its author gets
	}{
		{"own token, requester", asa + "{A}", ProofPass, DisposedEntry, ReasonProved, TrustVerified, false, "", ""},
		{"own token, staff", anna + "{A}", ProofPass, DisposedEntry, ReasonProved, TrustVerified, false, "", ""},
		{"own token, vendor", sublime + "{A}", ProofPass, DisposedEntry, ReasonProved, TrustVerified, false, "", ""},
		{"own token, requester", asa + "{A}", ProofNone, DisposedEntry, ReasonUnproved, TrustUnverified, false, "", ""},
		{"own token, requester", asa + "{A}", ProofTempError, DisposedEntry, ReasonUnproved, TrustUnverified, false, "", ""},
		{"own token, staff", anna + "{A}", ProofNone, DisposedHeld, ReasonUnproved, "", true, "bo", ""},
		{"own token, staff", anna + "{A}", ProofTempError, DisposedHeld, ReasonUnproved, "", true, "bo", ""},
		{"own token, vendor", sublime + "{A}", ProofNone, DisposedHeld, ReasonUnproved, "", true, "anna bo", ""},
		{"own token, requester", asa + "{A}", ProofFail, DisposedHeld, ReasonProofFailed, "", false, "anna bo", ""},
		{"own token, staff", anna + "{A}", ProofFail, DisposedHeld, ReasonProofFailed, "", false, "anna bo", ""},
		{"own token, vendor", sublime + "{A}", ProofFail, DisposedHeld, ReasonProofFailed, "", false, "anna bo", ""},
		{"somebody else's token", mallory + "{ASA}", ProofPass, DisposedHeld, ReasonWantsToJoin, "", false, "anna bo", ""},
		{"somebody else's token", mallory + "{ASA}", ProofNone, DisposedHeld, ReasonUnknownReply, "", false, "anna bo", ""},
		{"somebody else's token", mallory + "{ASA}", ProofFail, DisposedHeld, ReasonProofFailed, "", false, "anna bo", ""},
		{"staff's token, by the requester", asa + "{ANNA}", ProofPass, DisposedHeld, ReasonWantsToJoin, "", false, "anna bo", ""},
		{"known", asa + "refs: first@kommun.example", ProofPass, DisposedEntry, ReasonProved, TrustVerified, false, "", ""},
		{"known", asa + "refs: first@kommun.example", ProofNone, DisposedNew, ReasonNumberRefused, TrustUnverified, false, "", TemplateConfirmationPlain},
		{"known", asa + "refs: first@kommun.example", ProofFail, DisposedNew, ReasonProofFailed, TrustFailed, false, "", ""},
		{"known, staff", anna + "refs: first@kommun.example", ProofPass, DisposedEntry, ReasonProved, TrustVerified, false, "", ""},
		{"nothing", mallory + "subject: Hej", ProofPass, DisposedNew, ReasonProved, TrustVerified, false, "", TemplateConfirmation},
		{"nothing", mallory + "subject: Hej", ProofNone, DisposedNew, ReasonUnproved, TrustUnverified, false, "", TemplateConfirmationPlain},
		{"nothing", mallory + "subject: Hej", ProofFail, DisposedNew, ReasonProofFailed, TrustFailed, false, "", ""},
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
