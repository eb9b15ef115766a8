package rules

import (
	"slices"
	"strings"
	"time"
)

// Bounds on the dialogue that one mail carries: every mail of a ticket has it again, in two forms, and is kept. A reader
// of mail looks for our facts within 400 lines of THE LINE, and they stand below it.
const (
	maxDialogue      = 16 << 10 // bytes of words in all
	maxDialogueLines = 200
	maxSaid          = 4 << 10 // bytes of one mail's words
	maxDialogueReach = 400     // entries looked through
)

// Said is what somebody said earlier on the ticket, as it stands in a later mail.
type Said struct {
	Entry int       `json:"entry"`
	At    time.Time `json:"at"`
	Name  string    `json:"name"` // never an address
	You   bool      `json:"you,omitempty"`
	Trust Trust     `json:"trust"`
	Words string    `json:"words"`
	Cut   bool      `json:"cut,omitempty"`  // there was more
	Gone  bool      `json:"gone,omitempty"` // it was removed for good
}

// recall gives a mail the dialogue so far, newest first, where the desk wants it in each: what was said on the
// requester's thread by people. Who works at the desk sees all of that; who does not sees what they said themselves and
// what a mail took to them, so that a follower's share begins where theirs did, and an answer that was taken back stays
// so (I6). Notes and vendors are on other threads. The reader's own words that nothing proves are left out until
// something has: they may be anybody's.
func (t *turn) recall(tk *Ticket, o *Outgoing) {
	if !t.desk.Dialogue || o.Thread >= len(tk.Threads) || tk.Threads[o.Thread].Audience != AudienceRequester ||
		o.Kind != OutReply && o.Kind != OutSolved && o.Kind != OutNotice {
		return
	}
	reader, known := Participant{}, false
	if i := tk.participant(o.To.Address); i >= 0 {
		reader, known = tk.Participants[i], true
	}
	staff := o.Role == RoleStaff
	if !staff && !known {
		return
	}
	entries := t.look.Entries(tk.ID)
	heard, room, lines := map[int]bool{}, maxDialogue, maxDialogueLines
	for _, e := range slices.Backward(entries[max(0, len(entries)-maxDialogueReach):]) {
		switch {
		case e.Thread != o.Thread:
		case e.Kind == EntryMailOut && !staff:
			if seq, ok := t.carried(e, reader.Address); ok {
				heard[seq] = true
			}
		case e.Kind == EntryMailIn && e.Seq != o.Entry && (staff || heard[e.Seq] || saidOwn(e, reader)):
			said, ok := t.saidIn(e, o.To.Address)
			if !ok {
				continue
			}
			room -= len(said.Words)
			lines -= 2 + strings.Count(said.Words, "\n")
			if room < 0 || lines < 0 {
				o.DialogueCut = true
				return
			}
			o.Dialogue = append(o.Dialogue, said)
		}
	}
	o.DialogueCut = len(entries) > maxDialogueReach
}

// carried is the entry whose words a mail took to a reader, where it was not taken back or refused.
func (t *turn) carried(e Entry, to Address) (seq int, ok bool) {
	if !slices.Contains(e.Reasons, Reason{ReasonRelayed, string(to)}) {
		return 0, false // reading a row costs its whole mail
	}
	row, ok := t.look.Sent(e.Outgoing)
	return row.Entry, ok && row.State != QueueRefused && row.State != QueueHeld
}

// saidOwn says whether an entry is what the reader wrote, and may be shown as theirs.
func saidOwn(e Entry, reader Participant) bool {
	return e.Who == string(reader.Address) && (e.Trust == TrustVerified || e.Trust == TrustUnverified && reader.Verified)
}

// saidIn is what an entry says to a reader; ok is false where no person said anything.
func (t *turn) saidIn(e Entry, to Address) (s Said, ok bool) {
	author := Mailbox{e.Name, Address(e.Who)}
	s = Said{Entry: e.Seq, At: e.At, Name: personName(author), You: e.Who == string(to), Trust: e.Trust}
	for _, r := range e.Reasons {
		switch r.Code {
		case ReasonMachine:
			return s, false
		case ReasonRedacted:
			s.Gone = true
		}
	}
	s.Words = strings.TrimSpace(t.desk.StripReferences(e.Text))
	if len(s.Words) > maxSaid {
		s.Words, s.Cut = strings.ToValidUTF8(s.Words[:maxSaid], ""), true
	}
	s.Gone = s.Gone && s.Words == "" // a part that quoted what was removed is gone without a trace
	return s, s.Words != "" || s.Gone
}

// recalls says whether a mail's dialogue shows an entry of its ticket.
func (o *Outgoing) recalls(seq int) bool {
	return slices.ContainsFunc(o.Dialogue, func(s Said) bool { return s.Entry == seq })
}

// dialogueSize is how many bytes of a mail's words are its dialogue.
func dialogueSize(o *Outgoing) (n int64) {
	for _, s := range o.Dialogue {
		n += int64(len(s.Words))
	}
	return n
}
