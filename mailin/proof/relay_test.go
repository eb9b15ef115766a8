package proof

import (
	"context"
	"slices"
	"strings"
	"testing"

	"aboveline.example/rules"
)

const border = "Received: from client.example (client.example [192.0.2.7])\n\tby mx.desk.example (Postfix) with ESMTPS id 1; Tue, 3 Mar 2026 10:14:00 +0100\n"

func prove(header, door string) rules.Proof {
	raw := strings.ReplaceAll(header+"From: anna@corp.example\nSubject: x\n\nbody\n", "\n", "\r\n")
	return Relay{}.Prove(context.Background(), &rules.Mail{
		Raw:      []byte(raw),
		From:     rules.Mailbox{Address: "anna@corp.example"},
		Envelope: rules.Envelope{Door: door, Relay: true, AuthservID: "mx.desk.example"},
	})
}

// TestRelayBelieves is what a pinned relay may say, and how far it is believed.
func TestRelayBelieves(t *testing.T) {
	for name, c := range map[string]struct {
		header string
		want   rules.ProofResult
	}{
		"pass":                      {"Authentication-Results: mx.desk.example; dmarc=pass header.from=corp.example\n" + border, rules.ProofPass},
		"comments and version":      {"Authentication-Results: mx.desk.example 1;\n\tspf=pass (sender SPF; dmarc=fail) smtp.mailfrom=a@corp.example;\n\tdmarc=pass (p=none dis=none) header.from=corp.example\n" + border, rules.ProofPass},
		"Microsoft's action":        {"Authentication-Results: mx.desk.example; dkim=pass (signature was verified) header.d=corp.example;dmarc=pass action=none header.from=corp.example;\n" + border, rules.ProofPass},
		"case of names":             {"authentication-results: MX.desk.example; DMARC=Pass Header.From=CORP.example\n" + border, rules.ProofPass},
		"fail":                      {"Authentication-Results: mx.desk.example; dmarc=fail header.from=corp.example\n" + border, rules.ProofFail},
		"temperror":                 {"Authentication-Results: mx.desk.example; dmarc=temperror header.from=corp.example\n" + border, rules.ProofTempError},
		"none":                      {"Authentication-Results: mx.desk.example; dmarc=none header.from=corp.example\n" + border, rules.ProofNone},
		"bestguesspass is no pass":  {"Authentication-Results: mx.desk.example; dmarc=bestguesspass header.from=corp.example\n" + border, rules.ProofNone},
		"nothing was checked":       {"Authentication-Results: mx.desk.example; none\n" + border, rules.ProofNone},
		"no field":                  {border, rules.ProofNone},
		"spf alone is no proof":     {"Authentication-Results: mx.desk.example; spf=pass smtp.mailfrom=anna@corp.example\n" + border, rules.ProofNone},
		"two fields that agree":     {"Authentication-Results: mx.desk.example; dmarc=pass header.from=corp.example\nAuthentication-Results: mx.desk.example; dmarc=pass header.from=corp.example\n" + border, rules.ProofPass},
		"another host's beside it":  {"Authentication-Results: other.example; dmarc=fail header.from=corp.example\nAuthentication-Results: mx.desk.example; dmarc=pass header.from=corp.example\n" + border, rules.ProofPass},
		"delivery by LMTP above it": {"Received: from mx.desk.example by imap.desk.example with LMTP id 2; Tue, 3 Mar 2026 10:14:01 +0100\nAuthentication-Results: mx.desk.example; dmarc=pass header.from=corp.example\n" + border, rules.ProofPass},
		"hop without from above it": {"Received: by 10.1.2.3 with SMTP id 2; Tue, 3 Mar 2026 10:14:01 +0100\nAuthentication-Results: mx.desk.example; dmarc=pass header.from=corp.example\n" + border, rules.ProofPass},
	} {
		if got := prove(c.header, "imap:INBOX"); got.Result != c.want {
			t.Errorf("%s: %s (%s), want %s", name, got.Result, got.Detail, c.want)
		}
	}
}

// TestRelayIsNotFooled holds forged and broken fields against the reader: none may pass.
func TestRelayIsNotFooled(t *testing.T) {
	pass := "Authentication-Results: mx.desk.example; dmarc=pass header.from=corp.example\n"
	for name, header := range map[string]string{
		"below the border":                    border + pass,
		"below the border, LMTP in the helo":  "Received: from with (lmtp [192.0.2.7]) by mx.desk.example with ESMTP id 1; x\n" + pass,
		"below the border, LMTP in a comment": "Received: from a.example (with LMTP [192.0.2.7]) by mx.desk.example with ESMTP id 1; x\n" + pass,
		"below a border that names our door":  "Received: from a.example (Aboveline) by mx.desk.example with ESMTP id 1; x\n" + pass,
		"another id":                          "Authentication-Results: mx.evil.example; dmarc=pass header.from=corp.example\n" + border,
		"id as a prefix":                      "Authentication-Results: mx.desk.example.evil.example; dmarc=pass header.from=corp.example\n" + border,
		"no id":                               "Authentication-Results: dmarc=pass header.from=corp.example\n" + border,
		"quoted id":                           "Authentication-Results: \"mx.desk.example; dmarc=pass header.from=corp.example\"; none\n" + border,
		"semicolon in a quoted string":        "Authentication-Results: mx.desk.example; spf=pass smtp.mailfrom=\"x; dmarc=pass header.from=corp.example y=z\"@evil.example\n" + border,
		"pass in a comment":                   "Authentication-Results: mx.desk.example; spf=pass (; dmarc=pass header.from=corp.example) smtp.mailfrom=a@evil.example\n" + border,
		"nested comment":                      "Authentication-Results: mx.desk.example; spf=pass (a (b) ; dmarc=pass header.from=corp.example) smtp.helo=x\n" + border,
		"unfinished comment":                  "Authentication-Results: mx.desk.example; dmarc=pass header.from=corp.example (\n" + border,
		"unfinished string":                   "Authentication-Results: mx.desk.example; dmarc=pass header.from=corp.example reason=\"x\n" + border,
		"another domain":                      "Authentication-Results: mx.desk.example; dmarc=pass header.from=evil.example\n" + border,
		"a subdomain":                         "Authentication-Results: mx.desk.example; dmarc=pass header.from=sub.corp.example\n" + border,
		"no domain":                           "Authentication-Results: mx.desk.example; dmarc=pass\n" + border,
		"two domains":                         "Authentication-Results: mx.desk.example; dmarc=pass header.from=evil.example header.from=corp.example\n" + border,
		"two results":                         "Authentication-Results: mx.desk.example; dmarc=fail header.from=corp.example; dmarc=pass header.from=corp.example\n" + border,
		"two fields that differ":              "Authentication-Results: mx.desk.example; dmarc=none header.from=corp.example\n" + pass + border,
		"one that cannot be read beside it":   pass + "Authentication-Results: mx.desk.example; dmarc=pass header.from\n" + border,
		"a result as a property":              "Authentication-Results: mx.desk.example; spf=pass dmarc=pass header.from=corp.example\n" + border,
		"another version":                     "Authentication-Results: mx.desk.example 2; dmarc=pass header.from=corp.example\n" + border,
		"another version of the method":       "Authentication-Results: mx.desk.example; dmarc/2=pass header.from=corp.example\n" + border,
		"a NUL":                               "Authentication-Results: mx.desk.example; dmarc=pass\x00 header.from=corp.example\n" + border,
		"below a line that is no field":       "junk\n" + pass + border,
	} {
		if got := prove(header, "imap:INBOX"); got.Result == rules.ProofPass {
			t.Errorf("%s: passed (%s)", name, got.Detail)
		}
	}
}

// TestRelayLooksBelowOurOwnTrace: our doors put their own Received on top of what the relay sent.
func TestRelayLooksBelowOurOwnTrace(t *testing.T) {
	own := "Received: from mx.desk.example ([127.0.0.1])\n\tby desk.example (Aboveline) with ESMTP id 3; Tue, 3 Mar 2026 10:14:02 +0100\n"
	header := own + "Authentication-Results: mx.desk.example; dmarc=pass header.from=corp.example\n" + border
	if got := prove(header, "smtp"); got.Result != rules.ProofPass {
		t.Errorf("smtp: %s (%s), want pass", got.Result, got.Detail)
	}
	if got := prove(header, "imap:INBOX"); got.Result == rules.ProofPass {
		t.Error("imap: a Received that says it is ours was believed at a door that writes none")
	}
}

// TestRelayNeedsAPin: nothing is believed by default.
func TestRelayNeedsAPin(t *testing.T) {
	raw := []byte("Authentication-Results: mx.desk.example; dmarc=pass header.from=corp.example\r\nFrom: anna@corp.example\r\n\r\n")
	for _, e := range []rules.Envelope{{}, {AuthservID: "mx.desk.example"}, {Relay: true}} {
		m := &rules.Mail{Raw: raw, From: rules.Mailbox{Address: "anna@corp.example"}, Envelope: e}
		if got := (Relay{}).Prove(t.Context(), m); got.Result != rules.ProofNone {
			t.Errorf("Prove with %+v = %s, want none", e, got.Result)
		}
	}
}

func FuzzParseResults(f *testing.F) {
	f.Add("mx.desk.example; dmarc=pass header.from=corp.example")
	f.Add(`mx.desk.example 1; spf=pass smtp.mailfrom="a; b"@evil.example (c (d) e); dkim=none`)
	f.Fuzz(func(t *testing.T, body string) {
		r, err := parseResults(body)
		if err != nil {
			return
		}
		// Whatever was read stands in the field outside of comments and strings: nothing is invented.
		for _, m := range r.methods {
			if !strings.Contains(strings.ToLower(body), m.name) || !strings.Contains(strings.ToLower(body), m.result) {
				t.Errorf("%q reads as %v", body, m)
			}
		}
	})
}

func BenchmarkTrustedResults(b *testing.B) {
	for _, n := range []int{1, 2, 4} {
		raw := []byte(strings.Repeat("Authentication-Results: mx.desk.example; dmarc=pass header.from=corp.example\r\n", n*500) + "\r\n")
		b.Run(strings.Repeat("x", n), func(b *testing.B) {
			for b.Loop() {
				trustedResults(raw, false, "Authentication-Results", internalHop)
			}
		})
	}
}

// TestRelayLeavesOpen is what a relay's pass leaves to whoever has the mail.
func TestRelayLeavesOpen(t *testing.T) {
	const dmarc = "dmarc=pass header.from=corp.example"
	const fields = "To: support@desk.example\nIn-Reply-To: <1@desk.example>\n"
	sign := func(domain, h string) string {
		return "DKIM-Signature: v=1; a=rsa-sha256; d=" + domain + "; s=s1; h=" + h + "; bh=eA==; b=eA==\n"
	}
	some, all := sign("corp.example", "from:to:subject:date"), sign("mail.corp.example", "from:to:subject:date:in-reply-to:references:content-type")
	for name, c := range map[string]struct{ said, header, want string }{
		"no signature":                     {dmarc, fields, ""},
		"no signature, though one held":    {"dkim=pass header.d=corp.example; " + dmarc, fields, "in-reply-to references"},
		"another's held":                   {"dkim=pass header.d=list.example; " + dmarc, fields, ""},
		"another's signature":              {dmarc, sign("list.example", "from") + fields, ""},
		"signed in part":                   {dmarc, some + fields, "envelope in-reply-to"},
		"signed":                           {dmarc, all + fields, "envelope"},
		"two, one in part":                 {dmarc, some + all + fields, "envelope in-reply-to"},
		"its host was proved as well":      {"spf=pass smtp.mailfrom=anna@corp.example; " + dmarc, some + fields, ""},
		"another's host":                   {"spf=pass smtp.mailfrom=list.example; " + dmarc, some + fields, "envelope in-reply-to"},
		"its host was not proved":          {"spf=fail smtp.mailfrom=corp.example; " + dmarc, some + fields, "envelope in-reply-to"},
		"a field more than was signed":     {dmarc, all + fields + "To: others@desk.example\n", "envelope to"},
		"a signature that cannot be read":  {dmarc, "DKIM-Signature: v=1; d=corp.example; d=list.example\n" + fields, "envelope in-reply-to to"},
		"a type that the body does show":   {dmarc, some + "To: a@b.example\nContent-Type: text/plain\n", "envelope"},
		"a type that the body belies":      {dmarc, some + "To: a@b.example\nContent-Type: text/html\n", "content-type envelope"},
		"a type that the body belies, spf": {"spf=pass smtp.mailfrom=corp.example; " + dmarc, some + "To: a@b.example\nContent-Type: text/html\n", ""},
	} {
		p := prove("Authentication-Results: mx.desk.example; "+c.said+"\n"+border+c.header, "imap:INBOX")
		slices.Sort(p.Open)
		if got := strings.Join(p.Open, " "); p.Result != rules.ProofPass || got != c.want {
			t.Errorf("%s: %s, open %q, want %q", name, p.Result, got, c.want)
		}
	}
}
