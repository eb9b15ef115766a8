package proof

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"aboveline.example/mailin/mime"
	"aboveline.example/mailin/proof/prooftest"
	"aboveline.example/rules"
)

// written is a mail as a client writes it, from anna@corp.example unless said otherwise.
func written(from string) string {
	if from == "" {
		from = "Anna Ek <anna@corp.example>"
	}
	return crlf("From: " + from + "\nTo: support@omdirekt.example\nSubject: Inloggning\nDate: " +
		time.Now().UTC().Format(time.RFC1123Z) + "\nMessage-ID: <1@corp.example>\nMIME-Version: 1.0\n\nHej!\n")
}

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

// read makes a Mail of bytes as the doors do, as far as proving needs.
func read(raw string, e rules.Envelope) *rules.Mail {
	m := &rules.Mail{Raw: []byte(raw), Received: time.Now(), Envelope: e}
	m.From, m.Identity, _ = mime.Read([]byte(raw)).Author()
	return m
}

// world is a zone with one well-kept domain, corp.example, and its key.
type world struct {
	*prooftest.Zone
	sig prooftest.Signature
}

func newWorld() *world {
	w := &world{prooftest.NewZone(), prooftest.Signature{Domain: "corp.example", Selector: "s1", Key: prooftest.NewKey()}}
	w.TXT["_dmarc.corp.example"] = []string{"v=DMARC1; p=reject; rua=mailto:dmarc@corp.example"}
	w.TXT["corp.example"] = []string{"v=spf1 ip4:192.0.2.10 -all"}
	w.Publish("s1", "corp.example", w.sig.Key)
	return w
}

func (w *world) prove(raw string, e rules.Envelope) rules.Proof {
	return New(Options{Resolver: w}).Prove(context.Background(), read(raw, e))
}

func (w *world) signed(raw string) string { return string(prooftest.Sign([]byte(raw), w.sig)) }

var (
	imapDoor = rules.Envelope{Door: "imap:INBOX"}
	stranger = rules.Envelope{Door: "smtp", Peer: "203.0.113.66", From: "anna@corp.example", Helo: "mail.evil.example"}
	ownHost  = rules.Envelope{Door: "smtp", Peer: "192.0.2.10", From: "anna@corp.example", Helo: "mail.corp.example"}
)

// TestProve is what may pass, what fails and what says nothing.
func TestProve(t *testing.T) {
	plain := func(*world) string { return written("") }
	signed := func(w *world) string { return w.signed(written("")) }
	with := func(change func(*prooftest.Signature)) func(*world) string {
		return func(w *world) string {
			s := w.sig
			change(&s)
			return string(prooftest.Sign([]byte(written("")), s))
		}
	}
	for name, c := range map[string]struct {
		zone   func(*world)
		mail   func(*world) string
		door   rules.Envelope
		want   rules.ProofResult
		method string
	}{
		"signed":                            {nil, signed, imapDoor, rules.ProofPass, "dkim"},
		"signed, from any address":          {nil, signed, stranger, rules.ProofPass, "dkim"},
		"sent by its own host":              {nil, plain, ownHost, rules.ProofPass, "spf"},
		"signed and sent by its own host":   {nil, signed, ownHost, rules.ProofPass, "dkim"},
		"neither":                           {nil, plain, stranger, rules.ProofFail, ""},
		"neither, at a door without client": {nil, plain, imapDoor, rules.ProofNone, ""},
		"neither, through a relay of ours":  {nil, plain, rules.Envelope{Door: "smtp", Relay: true, Peer: "192.0.2.10", From: "anna@corp.example"}, rules.ProofNone, ""},
		"p=none is a policy":                {func(w *world) { w.TXT["_dmarc.corp.example"] = []string{"v=DMARC1; p=none"} }, signed, imapDoor, rules.ProofPass, "dkim"},
		"p=none, neither":                   {func(w *world) { w.TXT["_dmarc.corp.example"] = []string{"v=DMARC1; p=none"} }, plain, stranger, rules.ProofFail, ""},
		"no policy, signed":                 {func(w *world) { delete(w.TXT, "_dmarc.corp.example") }, signed, ownHost, rules.ProofNone, ""},
		"two policies are none":             {func(w *world) { w.TXT["_dmarc.corp.example"] = []string{"v=DMARC1; p=none", "v=DMARC1; p=reject"} }, signed, ownHost, rules.ProofNone, ""},
		"policy of another version":         {func(w *world) { w.TXT["_dmarc.corp.example"] = []string{"v=DMARC2; p=none"} }, signed, ownHost, rules.ProofNone, ""},
		"policy that cannot be read":        {func(w *world) { w.TXT["_dmarc.corp.example"] = []string{"v=DMARC1; p=please"} }, signed, ownHost, rules.ProofNone, ""},
		"the same, but somebody is told":    {func(w *world) { w.TXT["_dmarc.corp.example"] = []string{"v=DMARC1; p=please; rua=mailto:a@b.example"} }, signed, ownHost, rules.ProofPass, "dkim"},
		"other records beside the policy":   {func(w *world) { w.TXT["_dmarc.corp.example"] = []string{"hello", "v=DMARC1;p=none"} }, signed, imapDoor, rules.ProofPass, "dkim"},
		"body changed":                      {nil, func(w *world) string { return strings.Replace(w.signed(written("")), "Hej!", "Nej!", 1) }, stranger, rules.ProofFail, ""},
		"subject changed":                   {nil, func(w *world) string { return strings.Replace(w.signed(written("")), "Inlogg", "Utlogg", 1) }, stranger, rules.ProofFail, ""},
		"key is not there":                  {func(w *world) { delete(w.TXT, "s1._domainkey.corp.example") }, signed, stranger, rules.ProofFail, ""},
		"key was withdrawn":                 {func(w *world) { w.TXT["s1._domainkey.corp.example"] = []string{"v=DKIM1; k=ed25519; p="} }, signed, stranger, rules.ProofFail, ""},
		"key in testing":                    {func(w *world) { w.TXT["s1._domainkey.corp.example"][0] += "; t=y:s" }, signed, stranger, rules.ProofNone, ""},
		"key not for subdomains": {func(w *world) { w.TXT["s1._domainkey.corp.example"][0] += "; t=s" },
			with(func(s *prooftest.Signature) { s.Extra = "i=anna@sub.corp.example;" }), stranger, rules.ProofFail, ""},
		"key for something else":   {func(w *world) { w.TXT["s1._domainkey.corp.example"][0] += "; s=tlsrpt" }, signed, stranger, rules.ProofFail, ""},
		"DNS fails for the key":    {func(w *world) { w.Err["s1._domainkey.corp.example"] = prooftest.Trouble("x") }, signed, stranger, rules.ProofTempError, ""},
		"… but SPF answers":        {func(w *world) { w.Err["s1._domainkey.corp.example"] = prooftest.Trouble("x") }, signed, ownHost, rules.ProofPass, "spf"},
		"DNS fails for the policy": {func(w *world) { w.Err["_dmarc.corp.example"] = prooftest.Trouble("x") }, signed, ownHost, rules.ProofTempError, ""},
		"DNS fails for SPF":        {func(w *world) { w.Err["corp.example"] = prooftest.Trouble("x") }, plain, stranger, rules.ProofTempError, ""},
		"a strange DNS error":      {func(w *world) { w.Err["_dmarc.corp.example"] = fmt.Errorf("refused") }, signed, ownHost, rules.ProofTempError, ""},
		"l=":                       {nil, with(func(s *prooftest.Signature) { s.Extra, s.Length = "l=3;", 3 }), stranger, rules.ProofFail, ""},
		"l=0":                      {nil, with(func(s *prooftest.Signature) { s.Extra, s.Length = "l=0;", -1 }), stranger, rules.ProofFail, ""},
		"x= in the past":           {nil, with(func(s *prooftest.Signature) { s.Extra = fmt.Sprintf("x=%d;", time.Now().Unix()-60) }), stranger, rules.ProofFail, ""},
		"x= in the future":         {nil, with(func(s *prooftest.Signature) { s.Extra = fmt.Sprintf("x=%d;", time.Now().Unix()+600) }), stranger, rules.ProofPass, "dkim"},
		"signed eight days ago":    {nil, with(func(s *prooftest.Signature) { s.At = time.Now().Add(-8 * 24 * time.Hour) }), stranger, rules.ProofNone, ""},
		"no t=, dated now":         {nil, with(func(s *prooftest.Signature) { s.NoTime = true }), stranger, rules.ProofPass, "dkim"},
		"From unsigned":            {nil, with(func(s *prooftest.Signature) { s.Headers = []string{"To", "Subject", "Date"} }), stranger, rules.ProofFail, ""},
		"Subject unsigned":         {nil, with(func(s *prooftest.Signature) { s.Headers = []string{"From", "Date"} }), stranger, rules.ProofNone, ""},
		"Date unsigned":            {nil, with(func(s *prooftest.Signature) { s.Headers = []string{"From", "Subject"} }), stranger, rules.ProofNone, ""},
		"another From on top":      {nil, func(w *world) string { return "From: boss@corp.example\r\n" + w.signed(written("")) }, ownHost, rules.ProofNone, ""},
		"another Subject on top":   {nil, func(w *world) string { return "Subject: Betala\r\n" + w.signed(written("")) }, ownHost, rules.ProofNone, ""},
		"another body on top": {nil, func(w *world) string {
			return "Content-Type: text/html\r\nContent-Type: text/plain\r\n" + w.signed(written(""))
		}, ownHost, rules.ProofNone, ""},
		"a line that is no field":  {nil, func(w *world) string { return "hello\r\n" + w.signed(written("")) }, ownHost, rules.ProofNone, ""},
		"a bare CR in the header":  {nil, func(w *world) string { return "X-A: b\rFrom: boss@corp.example\r\n" + w.signed(written("")) }, ownHost, rules.ProofNone, ""},
		"signed by somebody else":  {func(w *world) { w.Publish("s1", "evil.example", w.sig.Key) }, with(func(s *prooftest.Signature) { s.Domain = "evil.example" }), stranger, rules.ProofFail, ""},
		"two authors":              {nil, func(w *world) string { return w.signed(written("anna@corp.example, bo@corp.example")) }, ownHost, rules.ProofNone, ""},
		"no reverse-path":          {nil, plain, rules.Envelope{Door: "smtp", Peer: "192.0.2.10", Helo: "corp.example", Null: true}, rules.ProofFail, ""},
		"another reverse-path":     {func(w *world) { w.TXT["evil.example"] = []string{"v=spf1 +all"} }, plain, rules.Envelope{Door: "smtp", Peer: "192.0.2.10", From: "x@evil.example"}, rules.ProofFail, ""},
		"rewritten by a forwarder": {nil, plain, rules.Envelope{Door: "smtp", Peer: "192.0.2.10", From: "SRS0=ab=cd=corp.example=anna@fwd.example"}, rules.ProofFail, ""},
		"softfail":                 {func(w *world) { w.TXT["corp.example"] = []string{"v=spf1 ~all"} }, plain, stranger, rules.ProofFail, ""},
		"SPF of everybody":         {func(w *world) { w.TXT["corp.example"] = []string{"v=spf1 +all"} }, plain, stranger, rules.ProofPass, "spf"},
	} {
		w := newWorld()
		if c.zone != nil {
			c.zone(w)
		}
		got := w.prove(c.mail(w), c.door)
		if got.Result != c.want || got.Method != c.method {
			t.Errorf("%s: %s by %q (%s), want %s by %q", name, got.Result, got.Method, got.Detail, c.want, c.method)
		}
		if n := len(w.Asked()); n > maxQueries {
			t.Errorf("%s: asked %d questions", name, n)
		}
	}
}

// TestSeveralSignatures: what one signature leaves open another may cover, whichever stands first.
func TestSeveralSignatures(t *testing.T) {
	head := []string{"From", "Subject", "Date"}
	raw := "In-Reply-To: <1@desk.example>\r\n" + written("")
	for name, c := range map[string]struct {
		first, second []string
		want          string
	}{
		"one part each":   {append(head, "To"), append(head, "In-Reply-To"), "envelope"},
		"the other order": {append(head, "In-Reply-To"), append(head, "To"), "envelope"},
		"the same part":   {append(head, "To"), append(head, "To"), "envelope in-reply-to"},
		"neither":         {head, head, "envelope in-reply-to to"},
	} {
		w := newWorld()
		mail := raw
		for _, headers := range [][]string{c.first, c.second} {
			s := w.sig
			s.Headers = headers
			mail = string(prooftest.Sign([]byte(mail), s))
		}
		p := w.prove(mail, stranger)
		open := slices.DeleteFunc(slices.Clone(p.Open), func(f string) bool { return strings.HasPrefix(f, "content-") })
		slices.Sort(open)
		if got := strings.Join(open, " "); p.Result != rules.ProofPass || got != c.want {
			t.Errorf("%s: %s (%s), open %q, want %q", name, p.Result, p.Detail, got, c.want)
		}
	}
}

// TestWeakKeys: RFC 8301: SHA-1 and keys below 1024 bits are no signatures.
func TestWeakKeys(t *testing.T) {
	t.Setenv("GODEBUG", "rsa1024min=0")
	for name, c := range map[string]struct {
		bits int
		sha1 bool
		want rules.ProofResult
	}{
		"1024 bits": {1024, false, rules.ProofPass},
		"768 bits":  {768, false, rules.ProofFail},
		"SHA-1":     {1024, true, rules.ProofFail},
	} {
		w := newWorld()
		key, err := rsa.GenerateKey(rand.Reader, c.bits)
		if err != nil {
			t.Fatal(err)
		}
		w.sig.Key, w.sig.SHA1 = key, c.sha1
		w.Publish("s1", "corp.example", key)
		if got := w.prove(w.signed(written("")), stranger); got.Result != c.want {
			t.Errorf("%s: %s (%s), want %s", name, got.Result, got.Detail, c.want)
		}
	}
}

// TestAlignment is RFC 9989, section 4.4, over trees of records.
func TestAlignment(t *testing.T) {
	const relaxed, strict = "v=DMARC1; p=reject", "v=DMARC1; p=reject; adkim=s; aspf=s"
	for name, c := range map[string]struct {
		from, d string
		records map[string]string
		want    rules.ProofResult
	}{
		"same":                              {"corp.example", "corp.example", map[string]string{"corp.example": relaxed}, rules.ProofPass},
		"parent signs":                      {"mail.corp.example", "corp.example", map[string]string{"corp.example": relaxed}, rules.ProofPass},
		"child signs":                       {"corp.example", "mail.corp.example", map[string]string{"corp.example": relaxed}, rules.ProofPass},
		"sister signs":                      {"a.corp.example", "b.corp.example", map[string]string{"corp.example": relaxed}, rules.ProofPass},
		"strict, same":                      {"corp.example", "corp.example", map[string]string{"corp.example": strict}, rules.ProofPass},
		"strict, child signs":               {"corp.example", "mail.corp.example", map[string]string{"corp.example": strict}, rules.ProofFail},
		"strict at the organisation":        {"a.corp.example", "corp.example", map[string]string{"corp.example": strict}, rules.ProofFail},
		"its own relaxed record":            {"a.corp.example", "corp.example", map[string]string{"a.corp.example": relaxed, "corp.example": strict}, rules.ProofPass},
		"psd=n makes an organisation":       {"a.corp.example", "corp.example", map[string]string{"a.corp.example": relaxed + "; psd=n", "corp.example": relaxed}, rules.ProofFail},
		"psd=y parts its customers":         {"a.hotel.example", "b.hotel.example", map[string]string{"hotel.example": relaxed + "; psd=y"}, rules.ProofFail},
		"psd=y, one customer's":             {"x.a.hotel.example", "y.a.hotel.example", map[string]string{"hotel.example": relaxed + "; psd=y"}, rules.ProofPass},
		"a registry without psd":            {"corp.example", "evil.example", map[string]string{"example": relaxed, "corp.example": relaxed, "evil.example": relaxed}, rules.ProofFail},
		"a suffix without psd":              {"corp.co.uk", "evil.co.uk", map[string]string{"co.uk": relaxed, "uk": relaxed}, rules.ProofFail},
		"only the registry has a record":    {"corp.co.uk", "corp.co.uk", map[string]string{"co.uk": relaxed + "; psd=y"}, rules.ProofPass},
		"no record anywhere":                {"corp.example", "corp.example", nil, rules.ProofNone},
		"a name that ends the same":         {"corp.example", "evilcorp.example", map[string]string{"corp.example": relaxed, "evilcorp.example": relaxed}, rules.ProofFail},
		"nine labels":                       {"1.2.3.4.5.6.7.corp.example", "corp.example", map[string]string{"corp.example": relaxed}, rules.ProofPass},
		"nine labels, a record in the hole": {"1.2.3.4.5.6.7.corp.example", "corp.example", map[string]string{"2.3.4.5.6.7.corp.example": relaxed}, rules.ProofNone},
	} {
		w := newWorld()
		clear(w.TXT)
		w.Publish("s1", c.d, w.sig.Key)
		for domain, r := range c.records {
			w.TXT["_dmarc."+domain] = []string{r}
		}
		w.sig.Domain = c.d
		got := w.prove(w.signed(written("anna@"+c.from)), stranger)
		if got.Result != c.want {
			t.Errorf("%s: %s (%s), want %s", name, got.Result, got.Detail, c.want)
		}
		if n := len(w.Asked()); n > maxQueries {
			t.Errorf("%s: asked %d questions", name, n)
		}
	}
}

// TestWalkAsksEight: RFC 9989, section 4.10: a long name costs no more than eight questions.
func TestWalkAsksEight(t *testing.T) {
	w := newWorld()
	clear(w.TXT)
	w.prove(written("anna@"+strings.Repeat("x.", 50)+"corp.example"), imapDoor)
	want := []string{"x.x.x.x.x.corp.example", "x.x.x.x.corp.example", "x.x.x.corp.example", "x.x.corp.example", "x.corp.example", "corp.example", "example"}
	asked := w.Asked()
	if len(asked) != 8 {
		t.Fatalf("asked %d: %v", len(asked), asked)
	}
	for i, name := range want {
		if asked[i+1] != "txt _dmarc."+name {
			t.Errorf("question %d is %q, want %s", i+1, asked[i+1], name)
		}
	}
}

// TestWhatTheOwnerWants is told with a failure: p, sp and np as they apply to the From domain.
func TestWhatTheOwnerWants(t *testing.T) {
	for _, c := range []struct{ from, record, want string }{
		{"corp.example", "v=DMARC1; p=quarantine; sp=none; np=reject", "p=quarantine"},
		{"there.corp.example", "v=DMARC1; p=quarantine; sp=none; np=reject", "p=none"},
		{"gone.corp.example", "v=DMARC1; p=quarantine; sp=none; np=reject", "p=reject"},
		{"gone.corp.example", "v=DMARC1; p=quarantine; sp=none", "p=none"},
		{"gone.corp.example", "v=DMARC1; p=quarantine; t=y", "p=quarantine t=y"},
		{"corp.example", "v=DMARC1", "p=none"},
	} {
		w := newWorld()
		w.TXT["_dmarc.corp.example"] = []string{c.record}
		w.MX["there.corp.example"] = []string{"mx.corp.example"}
		got := w.prove(written("anna@"+c.from), stranger)
		if got.Result != rules.ProofFail || !strings.Contains(got.Detail, "("+c.want+" at corp.example)") {
			t.Errorf("%s under %q: %s (%s), want %s", c.from, c.record, got.Result, got.Detail, c.want)
		}
	}
}

// TestRelayBeforeOurselves: whose word counts where there are two.
func TestRelayBeforeOurselves(t *testing.T) {
	pinned := rules.Envelope{Door: "imap:INBOX", Relay: true, AuthservID: "mx.desk.example"}
	for name, c := range map[string]struct {
		says   string
		signed bool
		want   rules.ProofResult
		by     string
	}{
		"fail stands":           {"dmarc=fail header.from=corp.example", true, rules.ProofFail, "mx.desk.example"},
		"pass stands":           {"dmarc=pass header.from=corp.example", false, rules.ProofPass, "mx.desk.example"},
		"none stands":           {"dmarc=none header.from=corp.example", true, rules.ProofNone, "mx.desk.example"},
		"doubt stands":          {"dmarc=pass header.from", true, rules.ProofNone, "mx.desk.example"},
		"silence: we look":      {"none", true, rules.ProofPass, By},
		"no dmarc: we look":     {"dkim=fail header.d=corp.example", true, rules.ProofPass, By},
		"trouble: we look":      {"dmarc=temperror header.from=corp.example", true, rules.ProofPass, By},
		"trouble, and unsigned": {"dmarc=temperror header.from=corp.example", false, rules.ProofTempError, "mx.desk.example"},
		"silence, and unsigned": {"none", false, rules.ProofNone, By},
	} {
		w := newWorld()
		raw := written("")
		if c.signed {
			raw = w.signed(raw)
		}
		raw = "Authentication-Results: mx.desk.example; " + c.says + "\r\n" + crlf(border) + raw
		if got := w.prove(raw, pinned); got.Result != c.want || got.By != c.by {
			t.Errorf("%s: %s by %s (%s), want %s by %s", name, got.Result, got.By, got.Detail, c.want, c.by)
		}
	}
}

// TestMethodOfARelay: what its pass rests on is told, so that SPF alone makes nobody staff.
func TestMethodOfARelay(t *testing.T) {
	for says, want := range map[string]string{
		"dkim=pass header.d=corp.example; spf=fail smtp.mailfrom=x@y.example; dmarc=pass header.from=corp.example":    "dkim",
		"dkim=pass header.i=@mail.corp.example; dmarc=pass header.from=corp.example":                                  "dkim",
		"dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=a@corp.example; dmarc=pass header.from=corp.example": "spf",
		"dkim=fail header.d=corp.example; spf=pass smtp.mailfrom=corp.example; dmarc=pass header.from=corp.example":   "spf",
		"dmarc=pass header.from=corp.example":                                  "",
		"dkim=pass header.d=corp.example; dmarc=fail header.from=corp.example": "",
	} {
		if got := prove("Authentication-Results: mx.desk.example; "+says+"\n"+border, "imap:INBOX"); got.Method != want {
			t.Errorf("%s: method %q, want %q", says, got.Method, want)
		}
	}
}

// panicky is a resolver with a bug.
type panicky struct{ Resolver }

func (panicky) LookupTXT(context.Context, string) ([]string, error) { panic("bug") }

// TestBugsProveNobody: neither a resolver's nor our own panic passes, parks or ends anything.
func TestBugsProveNobody(t *testing.T) {
	v := New(Options{Resolver: panicky{prooftest.NewZone()}})
	if got := v.Prove(t.Context(), read(written(""), ownHost)); got.Result != rules.ProofTempError {
		t.Errorf("a resolver that panics: %s (%s)", got.Result, got.Detail)
	}
	v.dns = nil
	if got := v.Prove(t.Context(), read(written(""), ownHost)); got.Result != rules.ProofNone {
		t.Errorf("a bug of ours: %s (%s)", got.Result, got.Detail)
	}
}

var _ net.Error = (*net.DNSError)(nil)
