package smtp

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"strings"

	"aboveline.example/rules"
)

// errHasty is a client that did not wait where it has to: what it sent is in the wrong place, whoever wrote it.
var errHasty = errors.New("client did not wait for our reply")

// errLongCommand is a command line that does not end.
var errLongCommand = errors.New("command line was too long")

// errMistakes is a client that is told no too often.
var errMistakes = errors.New("client made too many mistakes")

// errTold is a client that was told 421.
var errTold = errors.New("client was told to come back later")

// errBrowser is a web client that somebody pointed at us.
var errBrowser = errors.New("client speaks HTTP")

// errChunk is a client that sends BDAT, which we do not offer.
var errChunk = errors.New("client sent BDAT unasked")

// dialogue is where the conversation stands.
type dialogue struct {
	verb     string // of the command that go-smtp is answering
	extended bool   // greeted by EHLO or LHLO
	afterTLS bool   // and not greeted since
	refused  bool   // the last command was DATA, and we said no
	aliased  bool   // the RCPT at hand named postmaster without a domain
	badLines int
	mistakes int
}

// known are the verbs that a client may use.
var known = map[string]bool{
	"HELO": true, "EHLO": true, "LHLO": true, "MAIL": true, "RCPT": true, "DATA": true, "RSET": true, "NOOP": true,
	"QUIT": true, "VRFY": true, "EXPN": true, "HELP": true, "STARTTLS": true, "AUTH": true, "BDAT": true,
}

// readCommand reads a line and answers it, or leaves it in spill for go-smtp to answer.
func (g *gate) readCommand() {
	line, err := g.in.ReadSlice('\n')
	switch {
	case g.over != nil:
		return
	case errors.Is(err, bufio.ErrBufferFull) || len(line) > maxCommand:
		g.end(errLongCommand)
		return
	case err != nil:
		g.end(err)
		return
	}
	text, ok := bytes.CutSuffix(line, []byte("\r\n"))
	if !ok || !clean(text) {
		g.badLine("500 5.5.2 A command line ends with CR LF and has no control characters in it")
		return
	}
	if g.isDraining() {
		g.end(errClosing)
		return
	}
	g.command(string(text))
}

// clean says whether a command line has no control characters in it.
func clean(line []byte) bool {
	for _, c := range line {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// badLine answers what is no command. After a DATA that was refused it is somebody's mail, and its next line might be
// a command.
func (g *gate) badLine(reply string) {
	if g.refused {
		g.end(errHasty)
		return
	}
	if g.badLines++; g.badLines > maxBadLines {
		g.end(errSpeech)
		return
	}
	g.say(reply)
}

// command answers what go-smtp must not see, and passes on the rest.
func (g *gate) command(line string) {
	verb, arg, _ := strings.Cut(line, " ")
	verb = strings.ToUpper(verb)
	if !known[verb] {
		g.verb = ""
		g.strange(verb)
		return
	}
	g.verb, g.refused = verb, false
	switch verb {
	case "STARTTLS":
		g.startTLS()
	case "BDAT":
		g.end(errChunk) // its chunk follows, and must not be read as commands
	case "AUTH":
		g.say("502 5.5.1 Nobody logs in here; mail to the desk is taken without")
	case "HELP":
		g.say("214 2.0.0 " + g.s.help())
	case "MAIL", "RCPT", "DATA", "EHLO", "HELO", "LHLO":
		g.mailCommand(verb, arg, line)
	default:
		g.pass(line)
	}
}

// strange answers a verb that nobody knows.
func (g *gate) strange(verb string) {
	switch verb {
	case "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "PATCH":
		g.end(errBrowser)
	default:
		g.badLine("500 5.5.2 There is no such command")
	}
}

// mailCommand passes on a command that belongs to a mail.
func (g *gate) mailCommand(verb, arg, line string) {
	switch {
	case verb == "DATA" && g.in.Buffered() > 0:
		// RFC 2920, section 3.1: DATA is the last of a group. If we refused it, what follows would be read as commands.
		g.end(errHasty)
	case strings.HasSuffix(verb, "LO"):
		if !rules.IsASCII(arg) {
			g.say("501 5.5.4 A name in ASCII, please (RFC 5321, section 4.1.1.1)")
			return
		}
		g.extended = verb != "HELO"
		g.pass(line)
	case g.afterTLS:
		g.refused = verb == "DATA"
		g.say("503 5.5.1 Say " + g.s.hello() + " again after STARTTLS (RFC 3207, section 4.2)")
	case verb == "DATA":
		g.mail = body{}
		g.pass(line)
	default:
		// RFC 5321, section 4.5.1: postmaster is an address without a domain, too. go-smtp does not know it.
		var more string
		if more, g.aliased = cutPostmaster(arg); verb != "RCPT" {
			g.aliased = false
		}
		if g.aliased {
			line = "RCPT TO:<postmaster@" + g.s.o.Hostname + ">" + more
		}
		g.pass(line)
	}
}

// cutPostmaster recognises the argument TO:<postmaster>, and returns the parameters behind it.
func cutPostmaster(arg string) (more string, ok bool) {
	to, path, _ := strings.Cut(strings.TrimSpace(arg), ":")
	path, more, ok = strings.Cut(strings.TrimSpace(path), ">")
	return more, ok && strings.EqualFold(to, "TO") && strings.EqualFold(path, "<postmaster")
}

// pass leaves a command for go-smtp.
func (g *gate) pass(line string) { g.spill = append([]byte(line), '\r', '\n') }

// say answers in go-smtp's place.
func (g *gate) say(reply string) {
	if reply == "" || g.mute {
		return
	}
	g.out.WriteString(reply + "\r\n")
	g.count(reply)
}

// reply is what the client hears of a line that go-smtp wrote; "" is nothing at all.
func (g *gate) reply(line string) string {
	if len(line) < 4 {
		return line
	}
	code, last := line[:3], line[3] == ' '
	switch g.verb {
	case "EHLO", "LHLO", "HELO":
		line = g.greeting(line, code, last)
	case "MAIL":
		line = g.rephrase(line, code, "250 2.1.0 OK")
	case "RCPT":
		line = g.rephrase(line, code, "250 2.1.5 OK")
	case "DATA":
		line = g.rephrase(line, code, line)
		if code == "354" {
			g.data, g.mail, g.pace = true, body{max: g.s.o.MaxSize}, pace{}
			line = "354 End the mail with a dot on a line of its own"
		}
		g.refused = code != "354" && !g.mail.ended
	}
	return line
}

// rephrase gives go-smtp's reply to a command the code that the RFC has for it.
func (g *gate) rephrase(line, code, ok string) string {
	switch {
	case code == "250":
		return ok
	case strings.HasPrefix(line, "502 5.5.1 "):
		return "503" + line[3:] // RFC 5321, section 4.3.2: 503 is a bad sequence, 502 a command we do not have
	}
	return line
}

// greeting is a line of the reply to EHLO, LHLO or HELO: our name first (RFC 5321, section 4.1.1.1), no enhanced codes
// (RFC 2034, section 3), and only what we offer.
func (g *gate) greeting(line, code string, last bool) string {
	if code != "250" {
		return line
	}
	g.afterTLS = false
	word := line[4:]
	switch {
	case strings.Contains(word, "Hello "):
		return line[:4] + g.s.o.Hostname
	case word == "CHUNKING", word == "DSN" && !g.relay:
		return ""
	case word == "SIZE" || strings.HasPrefix(word, "SIZE "):
		return line[:4] + g.s.size()
	case word == "PIPELINING" && !last && g.s.o.TLS != nil && !g.secure:
		return line + "\r\n250-STARTTLS"
	}
	return line
}

// count ends a session with too many mistakes, and one that was told 421: go-smtp would go on (RFC 5321, section 3.8).
// A relay passes on what others do, so it is not counted.
func (g *gate) count(reply string) {
	if strings.HasPrefix(reply, "421 ") {
		g.cut = true
		g.end(errTold)
		return
	}
	if reply[0] != '5' || g.relay {
		return
	}
	if g.mistakes++; g.mistakes >= maxMistakes {
		g.end(errMistakes)
	}
}

// lastWord is what a client hears whose session we end, "" where it is gone or never was one.
func lastWord(why error) string {
	switch {
	case errors.Is(why, io.EOF) || errors.Is(why, net.ErrClosed):
		return ""
	case errors.Is(why, errIdle):
		return "421 4.4.2 Nothing came for too long; please come back"
	case errors.Is(why, errSlow):
		return "421 4.4.2 The mail came slower than 1 KiB a second; please send it again over a better line"
	case errors.Is(why, errSession):
		return "421 4.4.2 This session has lasted ten minutes; please come back with the rest"
	case errors.Is(why, errClosing):
		return "421 4.3.2 We are closing for a moment; please come back in a few minutes"
	case errors.Is(why, errSpeech):
		return "421 4.7.0 Too many lines that are no commands; goodbye"
	case errors.Is(why, errHasty):
		return "503 5.5.0 Wait for our reply before you send more (RFC 2920); nothing of this mail was kept; goodbye"
	case errors.Is(why, errLongCommand):
		return "500 5.5.2 A command line may have 4096 bytes; goodbye"
	case errors.Is(why, errMistakes):
		return "421 4.7.0 Too many mistakes; goodbye"
	case errors.Is(why, errBrowser):
		return "421 4.7.0 This is a mail server, not a web server; goodbye"
	case errors.Is(why, errChunk):
		return "502 5.5.1 BDAT is not offered here, send the mail by DATA; goodbye"
	}
	return ""
}
