package imap

import "time"

// Phase is what a poller is doing.
type Phase string

// Phases. PhaseAuthFailed is apart from PhaseDown because only a person can end it.
const (
	PhaseConnecting Phase = "connecting"
	PhaseTaking     Phase = "taking"
	PhaseWaiting    Phase = "waiting"     // all taken, listening
	PhaseDown       Phase = "down"        // the server is away or broken; tried again at Next
	PhaseAuthFailed Phase = "auth-failed" // the server or the token issuer refused the credentials
	PhaseStalled    Phase = "stalled"     // the desk itself cannot take mail at present
	PhaseStopped    Phase = "stopped"
)

// State is a poller at one moment, for stats and alarms.
type State struct {
	Name        string
	Phase       Phase
	Since       time.Time // when the phase began
	LastPoll    time.Time // when the mailbox was last seen read to its end; zero if never
	Next        time.Time // when the next connection is tried; zero while connected
	Error       string    // why, in PhaseDown, PhaseAuthFailed and PhaseStalled; for the operator
	UIDValidity uint32
	LastUID     uint32 // everything up to it is taken
	Taken       int    // mails since start
	Parked      int    // mails parked by UID since start
}
