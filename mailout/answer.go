package mailout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/emersion/go-smtp"

	"aboveline.example/rules"
)

// Phases of a delivery, as Reply.Phase names them. "hold" is ours: the peer was not asked, for it was failing.
const (
	phaseConnect = "connect"
	phaseMail    = "mail"
	phaseRcpt    = "rcpt"
	phaseData    = "data"
	phaseDot     = "dot"
	phaseHold    = "hold"
	phaseBounce  = "bounce"
)

// Permanent says whether a reply means that this mail will never be taken by this peer. It is the one place where
// that is decided. What we do not know is transient: a retry costs little, a mail given up is lost to its reader.
func Permanent(r rules.Reply) bool {
	switch {
	case r.Phase == phaseConnect || r.Phase == phaseHold:
		return false // about the smarthost or our own set-up, not about the mail
	case strings.HasPrefix(r.Enhanced, "4."):
		return false // says so itself, whatever the code
	case strings.HasPrefix(r.Enhanced, "5.7.8"), r.Code == 530, r.Code == 535, r.Code == 538:
		return false // RFC 4954, section 6: we should have logged in; the operator can mend that
	case r.Code == 0:
		return r.Phase == phaseBounce && strings.HasPrefix(r.Enhanced, "5.")
	}
	return r.Code >= 500 && r.Code <= 599
}

// reply words an error as what the peer answered, or why no answer came.
func reply(phase string, err error) rules.Reply {
	r := rules.Reply{Phase: phase}
	if e, ok := errors.AsType[*smtp.SMTPError](err); ok {
		r.Code, r.Text = e.Code, oneLine(e.Message, 500)
		if e.EnhancedCode != smtp.NoEnhancedCode && e.EnhancedCode != smtp.EnhancedCodeNotSet {
			r.Enhanced = fmt.Sprintf("%d.%d.%d", e.EnhancedCode[0], e.EnhancedCode[1], e.EnhancedCode[2])
		}
		return r
	}
	r.Text = oneLine(silence(err), 500)
	return r
}

// silence says in the operator's words why there was no answer.
func silence(err error) string {
	if n, ok := errors.AsType[net.Error](err); ok && n.Timeout() || errors.Is(err, os.ErrDeadlineExceeded) {
		return "no answer in time"
	}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, net.ErrClosed):
		return "we were stopped"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the connection was closed"
	}
	return err.Error()
}

// hangsUp says whether the peer ends the session with this answer. RFC 5321, section 3.8.
func hangsUp(err error) bool {
	e, ok := errors.AsType[*smtp.SMTPError](err)
	return !ok || e.Code == 421
}
