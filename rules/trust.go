package rules

import "slices"

// holding is what a mail shows at the door: a token, and whose it is.
type holding int

const (
	tokenOwn      holding = iota // a right token, and From is the recipient it was given to
	tokenOthers                  // a right token, and From is somebody else
	knownWriter                  // no token; From takes part in the ticket that unsigned references name
	staffLoose                   // either of these, staff, and by carriers that their signature leaves to others
	staffAgain                   // either of these, staff, and the same signed mail was their word before
	unknownWriter                // no token, and no ticket that From takes part in
)

// outcome is what a row of the table says to do.
type outcome int

const (
	outcomeWord       outcome = iota // a participant's word; unproved it is marked so, and changes no more than their own reply
	outcomeConfirm                   // held; a single-use confirm mail to the registered address releases it
	outcomeHeld                      // held; staff see it; nothing is relayed
	outcomeJoin                      // held as "wants to join"
	outcomeSilent                    // held; no answer
	outcomeNew                       // new ticket, confirmed with number and their own subject
	outcomeNewPlain                  // new ticket; the confirmation carries none of their words
	outcomeNewSuspect                // new ticket marked suspicious; no confirmation
)

// trustRow is one row of DESIGN, section 5b.
type trustRow struct {
	holds  holding
	inside bool // the writer is staff or a vendor (tokenOwn only)
	proof  ProofResult
	then   outcome
	why    ReasonCode
}

// trustTable is DESIGN, section 5b, row by row. Temporary DNS trouble counts as no proof (see proofOf). It is the one
// place where what a mail may do follows from who it is from (I3).
var trustTable = []trustRow{
	{tokenOwn, false, ProofPass, outcomeWord, ReasonProved},
	{tokenOwn, true, ProofPass, outcomeWord, ReasonProved},
	{tokenOwn, false, ProofNone, outcomeWord, ReasonUnproved},
	{tokenOwn, true, ProofNone, outcomeConfirm, ReasonUnproved},
	{tokenOwn, false, ProofFail, outcomeHeld, ReasonProofFailed},
	{tokenOwn, true, ProofFail, outcomeHeld, ReasonProofFailed},
	{tokenOthers, false, ProofPass, outcomeJoin, ReasonWantsToJoin},
	{tokenOthers, false, ProofNone, outcomeSilent, ReasonUnknownReply},
	{tokenOthers, false, ProofFail, outcomeSilent, ReasonProofFailed},
	{knownWriter, false, ProofPass, outcomeWord, ReasonProved},
	// A mail that staff signed proves its author wherever it is sent again, and who sends it may write on it what it
	// answers, whom it is to and a Message-ID of their own. Staff say by reply that they meant it.
	{staffLoose, false, ProofPass, outcomeConfirm, ReasonLoose},
	{staffAgain, false, ProofPass, outcomeConfirm, ReasonAgain},
	{unknownWriter, false, ProofPass, outcomeNew, ReasonProved},
	{unknownWriter, false, ProofNone, outcomeNewPlain, ReasonUnproved},
	{unknownWriter, false, ProofFail, outcomeNewSuspect, ReasonProofFailed},
}

// speaker is who a mail is from, once judged.
type speaker struct {
	Mailbox
	role  Role
	trust Trust
	then  outcome
	why   []Reason
}

// judge says who wrote m and what that entitles it to, given where its references place it. A known writer who is
// not proved falls to the rows of a stranger: an unsigned reference is a hint, never authority.
func (t *turn) judge(m *Mail, p placement, release *Release) speaker {
	s := speaker{Mailbox: m.From}
	proof := proofOf(m)
	if proof == ProofPass && m.Proof.Method == methodSPF && t.desk.Role(m.From.Address) == RoleStaff {
		proof = ProofNone // SPF shows which machine sent, and others send from it too
	}
	if m.Identity != IdentityClear {
		s.why = append(s.why, Reason{ReasonAmbiguous, ""})
	}
	if release != nil {
		proof = ProofPass
		s.why = append(s.why, Reason{ReasonReleased, release.By})
	}
	s.role = t.roleOn(m.From.Address, p)
	holds := t.holds(m, p, proof, release)
	inside := holds == tokenOwn && (s.role == RoleStaff || s.role == RoleVendor)
	for _, row := range trustTable {
		if row.holds == holds && row.inside == inside && row.proof == proof {
			s.then = row.then
			if by := m.Proof.By; release == nil { // who was let in was not proved: somebody vouched for them
				if holds == staffLoose {
					by = m.Proof.Detail // which names what is not signed
				}
				s.why = append(s.why, Reason{row.why, by})
			}
			break
		}
	}
	s.trust = trustIn(proof)
	return s
}

// methodSPF is the Method of a proof that rests on the sending machine alone.
const methodSPF = "spf"

// holds is what a mail shows, as far as its proof covers it. A release is somebody's word for the rest.
func (t *turn) holds(m *Mail, p placement, proof ProofResult, release *Release) holding {
	h := t.shows(m, p, proof, release)
	if release != nil || proof != ProofPass || h != tokenOwn && h != knownWriter {
		return h
	}
	staff := t.desk.Role(m.From.Address) == RoleStaff
	switch {
	case staff && len(m.Proof.Open) > 0 && t.again(m):
		return staffAgain
	case staff && loose(m.Proof, t.carriers(m, p.fields)):
		return staffLoose
	case !staff && h == knownWriter && steered(m.Proof, p.fields):
		return unknownWriter
	}
	return h
}

// shows is what a mail carries, whoever put it there.
func (t *turn) shows(m *Mail, p placement, proof ProofResult, release *Release) holding {
	// A token dies when its holder leaves the ticket: who is no participant holds nobody's token.
	if p.signed && m.Identity == IdentityClear && p.token.Names(t.desk.Keys, m.From.Address) &&
		t.roleOn(m.From.Address, p) != RoleStranger {
		return tokenOwn
	}
	if p.signed && release != nil {
		return tokenOwn
	}
	if p.signed && !(proof == ProofPass && t.ofTheirSide(p, m.From.Address)) {
		return tokenOthers
	}
	if p.found() && proof == ProofPass && t.roleOn(m.From.Address, p) != RoleStranger {
		return knownWriter
	}
	return unknownWriter
}

// ofTheirSide says whether a token is that of somebody on the writer's own thread. Who takes part there already has nobody's
// door to wait at: they answer a mail to a colleague.
func (t *turn) ofTheirSide(p placement, writer Address) bool {
	tk, ok := t.ticket(p.ticket)
	if !ok {
		return false
	}
	i := tk.participant(writer)
	return i >= 0 && t.desk.Role(writer) != RoleStaff && slices.ContainsFunc(tk.Participants, func(o Participant) bool {
		return o.Thread == tk.Participants[i].Thread && o.Role != RoleStaff && o.Left.IsZero() && p.token.Names(t.desk.Keys, o.Address)
	})
}

// proofOf brings what the door found out to the three results the table knows. An author who can be read in two
// ways proves nothing, and temporary DNS trouble is "unverified for now": never a pass, never a loss.
func proofOf(m *Mail) ProofResult {
	switch {
	case m.Identity != IdentityClear && m.Proof.Result == ProofPass:
		return ProofNone
	case m.Proof.Result == ProofPass, m.Proof.Result == ProofFail:
		return m.Proof.Result
	}
	return ProofNone
}

// roleOn is what an address is to the placed ticket: by the configuration first, since an address has one role.
func (t *turn) roleOn(a Address, p placement) Role {
	if r := t.desk.Role(a); r == RoleStaff {
		return r
	}
	if tk, ok := t.ticket(p.ticket); ok {
		if i := tk.participant(a); i >= 0 {
			return tk.Participants[i].Role
		}
	}
	if p.signed && t.desk.Role(a) == RoleInformed && p.token.Names(t.desk.Keys, a) {
		return RoleInformed // they answer a notice that they had, and take part in no ticket
	}
	return RoleStranger
}

// participant finds an address among those who take part now; -1 where it does not.
func (tk Ticket) participant(a Address) int {
	for i, p := range tk.Participants {
		if p.Address == a && p.Left.IsZero() {
			return i
		}
	}
	return -1
}
