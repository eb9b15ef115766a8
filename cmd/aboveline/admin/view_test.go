package admin

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"aboveline.example/rules"
	"aboveline.example/store"
)

var update = flag.Bool("update", false, "rewrite the goldens")

var stockholm = time.FixedZone("", 3600)

func testView() View { return View{Prefix: "OMD", Zone: stockholm} }

// moment is a time on the morning that all views tell of.
func moment(minute int) time.Time {
	return time.Date(2026, 11, 20, 8, minute, 3, 250_600_000, time.UTC)
}

func fullTicket() (rules.Ticket, []rules.Entry) {
	t := rules.Ticket{
		ID: 1042, Subject: "Kan inte <logga in>", Status: rules.StatusWaitingVendor, Type: "incident", Priority: 2,
		Category: "Arbetsgivare", Service: "Mina sidor", Tags: []string{"Mina sidor - Teknik"},
		Requester: rules.Mailbox{Name: "Eva Öst", Address: "eva@kommun.example"}, Organisation: "kommun.example",
		Assignee: "anna@omdirekt.example", Group: "Handläggare",
		Participants: []rules.Participant{
			{Mailbox: rules.Mailbox{Address: "eva@kommun.example"}, Role: rules.RoleRequester},
			{Mailbox: rules.Mailbox{Address: "bo@kommun.example"}, Role: rules.RoleFollower},
			{Mailbox: rules.Mailbox{Address: "left@kommun.example"}, Role: rules.RoleFollower, Left: moment(5)},
		},
		Threads: []rules.Thread{
			{Audience: rules.AudienceRequester, Party: "eva@kommun.example"}, {Audience: rules.AudienceStaff},
			{Audience: rules.AudienceVendor, Party: "oms@sublime.example"},
		},
		Outage: 7, Links: []rules.Link{{Ticket: 1040, Kind: "follows"}}, Fields: map[string]string{"Kund": "12", "Ärende": "x"},
		Cause: "cert", Resolution: "Bytt certifikat", Created: moment(0), Updated: moment(9), Due: moment(59), Messages: 3,
	}
	entries := []rules.Entry{
		{
			Ticket: 1042, Seq: 1, At: moment(0), Kind: rules.EntryMailIn, Who: "eva@kommun.example", Name: "Eva Öst",
			Trust: rules.TrustVerified, Text: "BankID fungerar inte.\n\x1b[31m", MessageID: "a@kommun.example", Mail: 17,
			Reasons:     []rules.Reason{{Code: rules.ReasonProved, Subject: "dmarc"}, {Code: rules.ReasonNewTicket}},
			Attachments: []rules.Attachment{{Name: "skärm.png", Type: "image/png", Size: 1234, SHA256: "ab12", ContentID: "x"}},
		},
		{Ticket: 1042, Seq: 2, At: moment(1), Kind: rules.EntryMailOut, Who: rules.Self, Outgoing: "1042-1"},
	}
	return t, entries
}

func fullQueued() rules.Queued {
	return rules.Queued{
		Outgoing: rules.Outgoing{
			ID: "1042-1", Ticket: 1042, Kind: rules.OutConfirmation, Template: rules.TemplateConfirmation,
			To: rules.Mailbox{Name: "Eva", Address: "eva@kommun.example"}, Role: rules.RoleRequester,
			From:    rules.Mailbox{Name: "OmDirekt", Address: "support@omdirekt.example"},
			ReplyTo: "support+abc@omdirekt.example", EnvelopeFrom: "support+def@omdirekt.example",
			Subject: "[OMD-1042] Kan inte logga in", Date: moment(1), MessageID: "al.x@omdirekt.example",
		},
		State: rules.QueueWaiting, Attempts: 1, Next: moment(4), LastError: "greylisted",
		Tried: []rules.Attempt{{
			At: moment(2), Took: 1234 * time.Millisecond, Peer: "mx.kommun.example [192.0.2.1]:25",
			Reply: rules.Reply{Code: 451, Enhanced: "4.7.1", Text: "greylisted", Phase: "rcpt"},
		}},
	}
}

func fullLine() rules.Disposition {
	return rules.Disposition{
		Mail: 18, At: moment(2), Kind: rules.DisposedDuplicate, Ticket: 1042, Entry: 1, Of: 17, Door: "smtp",
		From: "eva@kommun.example", Subject: "Kan inte logga in", MessageID: "a@kommun.example", Raw: "ab12", Size: 2048,
		Reasons: []rules.Reason{{Code: rules.ReasonDuplicate, Subject: "17"}},
		Envelope: rules.Envelope{
			From: "eva@kommun.example", To: []string{"support@omdirekt.example"}, Peer: "192.0.2.9", Helo: "mx", TLS: true, Relay: true,
		},
	}
}

func fullHeld() rules.Held {
	return rules.Held{
		ID: 19, At: moment(3), Ticket: 1042, Thread: 2, From: rules.Mailbox{Name: "Ove", Address: "oms@sublime.example"},
		Role: rules.RoleVendor, Subject: "Sv: fel", Why: rules.ReasonUnknownReply,
		Reasons: []rules.Reason{{Code: rules.ReasonThreadByToken, Subject: "OMD-1042"}},
		Proof:   rules.Proof{Result: rules.ProofNone}, Confirm: "1042-4",
	}
}

func fullParked() rules.Parked {
	return rules.Parked{
		ID: 20, At: moment(4), Envelope: rules.Envelope{Door: "imap:support"}, Error: "reader broke", Detail: "goroutine 1\nx",
		Tries: 2, UID: 77, From: "x@y.example", Subject: "?",
	}
}

func fullOutage() rules.Outage {
	return rules.Outage{
		ID: 7, Status: "reported", Title: "Inloggning", Tags: []string{"login"}, Tickets: []rules.TicketID{1042, 1043},
		People: 5, First: moment(0), Last: moment(9), Words: []string{"bankid"}, Expected: 0.25, Observed: 5,
		Vendors:   []rules.OutageVendor{{Name: "Sublime", Reported: moment(5), NextFollowUp: moment(59), Reference: "S-1"}},
		Dismissed: rules.Dismissal{By: rules.Mailbox{Name: "Anna Ek", Address: "anna@omdirekt.example"}, At: moment(3), People: 4, Since: []rules.TicketID{1044}},
	}
}

// TestViews compares each view, full and of the zero record, with its golden: CONTRACT, section 3 names the fields,
// and nothing may be absent or null where it is a string, a list or an object.
func TestViews(t *testing.T) {
	v := testView()
	ticket, entries := fullTicket()
	stats := store.Stats{
		Mails: map[rules.DispositionKind]int{rules.DisposedNew: 3}, Tickets: map[rules.Status]int{rules.StatusOpen: 2, rules.StatusNew: 0},
		Queue: map[rules.QueueState]int{rules.QueueWaiting: 1}, Entries: 5, Held: 1, OldestQueued: moment(1), FileBytes: 4096,
	}
	for name, rows := range map[string][]any{
		"ticket-row": {v.TicketRow(ticket), v.TicketRow(rules.Ticket{})},
		"ticket":     {v.Ticket(ticket, entries), v.Ticket(rules.Ticket{}, nil)},
		"outage":     {v.Outage(fullOutage()), v.Outage(rules.Outage{})},
		"queue-row":  {v.QueueRow(fullQueued()), v.QueueRow(rules.Queued{})},
		"queued":     {v.Queued(fullQueued(), []byte("Subject: x\r\n\r\nf\xf6re\r\n")), v.Queued(rules.Queued{}, nil)},
		"mail-row":   {v.MailRow(fullLine()), v.MailRow(rules.Disposition{})},
		"mail":       {v.Mail(fullLine(), []byte("Subject: x\r\n\r\n")), v.Mail(rules.Disposition{}, nil)},
		"held-row":   {v.HeldRow(fullHeld()), v.HeldRow(rules.Held{})},
		"held":       {Held{v.HeldRow(fullHeld()), source([]byte("Subject: x\r\n"))}},
		"parked-row": {v.ParkedRow(fullParked()), v.ParkedRow(rules.Parked{})},
		"parked":     {Parked{v.ParkedRow(fullParked()), "goroutine 1", envelope(rules.Envelope{}), source(nil)}},
		"stats":      {v.Figures(stats, []Poll{{"support", When{moment(8)}, ""}}), v.Figures(store.Stats{}, nil)},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			enc := json.NewEncoder(&b)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			for _, row := range rows {
				if err := enc.Encode(row); err != nil {
					t.Fatal(err)
				}
			}
			file := filepath.Join("../../../testdata/admin", name+".golden")
			if *update {
				if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(b.Bytes(), want) {
				t.Errorf("differs from %s:\n%s", file, &b)
			}
		})
	}
}

// TestContractFields holds the views to the names that CONTRACT, section 3 fixes.
func TestContractFields(t *testing.T) {
	v := testView()
	row := []string{
		"number", "subject", "status", "type", "priority", "category", "tags", "requester", "organisation", "assignee",
		"service", "outage", "created", "updated", "due", "messages",
	}
	for name, c := range map[string]struct {
		shown any
		want  []string
	}{
		"ticket list": {v.TicketRow(rules.Ticket{}), row},
		"ticket show": {v.Ticket(rules.Ticket{}, nil), append(slices.Clone(row), "followers", "fields", "cause", "resolution", "links", "threads", "entries")},
		"thread":      {Thread{}, []string{"audience", "party"}},
		"entry":       {v.entry(rules.Entry{}), []string{"at", "kind", "thread", "who", "trust", "text", "reasons", "attachments"}},
		"outage list": {v.Outage(rules.Outage{}), []string{"number", "status", "title", "tags", "tickets", "people", "first", "last", "vendors", "evidence"}},
		"vendor":      {OutageVendor{}, []string{"name", "reported", "last_heard", "next_follow_up", "reference"}},
		"evidence":    {Evidence{}, []string{"words", "expected", "observed"}},
		"queue list":  {v.QueueRow(rules.Queued{}), []string{"id", "kind", "ticket", "to", "subject", "state", "attempts", "next", "last_error"}},
	} {
		b, err := json.Marshal(c.shown)
		if err != nil {
			t.Fatal(err)
		}
		var have map[string]any
		if err := json.Unmarshal(b, &have); err != nil {
			t.Fatal(err)
		}
		for _, field := range c.want {
			if _, ok := have[field]; !ok {
				t.Errorf("%s lacks %q", name, field)
			}
		}
	}
}

func TestParseTicket(t *testing.T) {
	for text, want := range map[string]rules.TicketID{"OMD-12": 12, "omd-12": 12, " 12 ": 12, "D-12": 0, "12-": 0, "": 0, "0": 0, "OMD-": 0, "-3": 0, "99999999999999999999": 0} {
		got, err := testView().ParseTicket(text)
		if got != want || (err == nil) != (want != 0) {
			t.Errorf("ParseTicket(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
}

// A window that is no whole number of minutes is not said to be shorter than it is.
func TestEvidenceInMinutes(t *testing.T) {
	for window, want := range map[string]string{
		"30m0s": "4 people in 30 minutes; normally 0.4", "7m30s": "4 people in 8 minutes; normally 0.4", "": "",
	} {
		if got := (Evidence{Observed: 4, Expected: 0.4, Window: window}).String(); got != want {
			t.Errorf("%q: %q, want %q", window, got, want)
		}
	}
	const want = "5 people of one organisation in 30 minutes; normally less than 0.1 from there"
	if got := (Evidence{Observed: 5, Expected: 0.01, Window: "30m0s", Within: true}).String(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
