package smtp

import (
	"errors"
	"fmt"

	gosmtp "github.com/emersion/go-smtp"

	"aboveline.example/mailin"
)

// reply is one reply with its enhanced code (RFC 3463). Its text is for the sender, or their postmaster: what is wrong
// and what to do. It never tells of our insides.
func reply(code, class, subject, detail int, text string) *gosmtp.SMTPError {
	return &gosmtp.SMTPError{Code: code, EnhancedCode: gosmtp.EnhancedCode{class, subject, detail}, Message: text}
}

// refusal is the reply to a mail that was not taken. What we do not know is worth another try.
func refusal(err error, most int64) *gosmtp.SMTPError {
	switch {
	case errors.Is(err, mailin.ErrFull):
		return reply(452, 4, 3, 1, "Our disk is nearly full; please try again later")
	case errors.Is(err, mailin.ErrBusy):
		return reply(452, 4, 3, 2, "Too much mail at once; please try again in a few minutes")
	case !mailin.Permanent(err):
		return reply(451, 4, 3, 0, "The mail could not be kept just now; please try again in a few minutes")
	case errors.Is(err, mailin.ErrTooLarge):
		return reply(552, 5, 3, 4, fmt.Sprintf("A mail may have %s (%d bytes) here; please send less at once, or a link", mebibytes(most), most))
	case errors.Is(err, mailin.ErrLineEnds):
		return reply(550, 5, 6, 11, "The mail has a lone CR, a lone LF or a NUL in it (RFC 5321, section 2.3.8); please have the sending program fixed")
	case errors.Is(err, mailin.ErrLongLine):
		return reply(550, 5, 6, 0, "The mail has a line over 131072 bytes; RFC 5322 allows 998")
	case errors.Is(err, mailin.ErrLoop):
		return reply(554, 5, 4, 6, "The mail has been through more than 50 servers: it is going in a circle")
	}
	return reply(554, 5, 6, 0, "The mail cannot be read by anybody")
}

// unknown is the reply to a recipient we do not have.
func (s *Server) unknown() *gosmtp.SMTPError {
	if s.o.Desk == "" {
		return reply(550, 5, 1, 1, "There is no such address here")
	}
	return reply(550, 5, 1, 1, "There is no such address here; this desk is "+s.o.Desk)
}

// help is what HELP tells.
func (s *Server) help() string {
	if s.o.Desk == "" {
		return "This is a ticket desk: mail it and it answers"
	}
	return "This is a ticket desk: mail " + s.o.Desk + " and it answers"
}

// hello is the greeting that this door speaks.
func (s *Server) hello() string {
	if s.o.LMTP {
		return "LHLO"
	}
	return "EHLO"
}

// size is what the greeting says of sizes (RFC 1870).
func (s *Server) size() string { return fmt.Sprintf("SIZE %d", s.o.MaxSize) }

// mebibytes is n for a person.
func mebibytes(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d KiB", n>>10)
}

// quote quotes foreign text for the log.
func quote(s string) string { return fmt.Sprintf("%.60q", s) }
