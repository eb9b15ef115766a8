package proof

import (
	"testing"

	"aboveline.example/rules"
)

// What providers write, with names changed.
const (
	googleHop    = "Received: by 2002:a05:6402:1 with SMTP id a1; Tue, 3 Mar 2026 01:14:02 -0800 (PST)\n"
	googleARC    = "ARC-Authentication-Results: i=1; mx.google.com;\n       dkim=pass header.i=@corp.example header.s=s1 header.b=AbCdEfGh;\n       spf=pass (google.com: domain of anna@corp.example designates 192.0.2.20 as permitted sender) smtp.mailfrom=anna@corp.example;\n       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=corp.example\n"
	googleBorder = "Received: from mail.corp.example (mail.corp.example. [192.0.2.20])\n        by mx.google.com with ESMTPS id b2; Tue, 3 Mar 2026 01:14:01 -0800 (PST)\n"
	exchangeIn   = "Received: from AM0PR01MB1.eurprd01.prod.outlook.com (2603:10a6:208::1)\n by DB9PR01MB2.eurprd01.prod.outlook.com with HTTPS; Tue, 3 Mar 2026 09:14:02 +0000\n"
	exchangeIn2  = "Received: from CO1NAM03FT022.eop-NAM03.prod.protection.outlook.com (10.152.80.52)\n by CO1NAM03HT180.eop-NAM03.prod.protection.outlook.com (10.152.80.254) with Microsoft SMTP Server; Tue, 3 Mar 2026 09:14:01 +0000\n"
	exchangeAR   = "Authentication-Results: spf=pass (sender IP is 192.0.2.20)\n smtp.mailfrom=corp.example; dkim=pass (signature was verified)\n header.d=corp.example;dmarc=pass action=none\n header.from=corp.example;compauth=pass reason=100\n"
	exchangeEdge = "Received: from mail.corp.example (192.0.2.20) by\n AM4PEPF0001.mail.protection.outlook.com (10.167.16.1) with Microsoft SMTP Server; Tue, 3 Mar 2026 09:14:00 +0000\n"
	inside       = "X-MS-Exchange-Organization-AuthAs: Internal\n"
	tenantAR     = "Authentication-Results: dkim=none (message not signed)\n header.d=none;dmarc=none action=none header.from=corp.example;\n"
)

// TestProfiles is what each profile believes, and what it must not.
func TestProfiles(t *testing.T) {
	for name, c := range map[string]struct {
		profile, door, header string
		want                  rules.ProofResult
		method                string
	}{
		"gmail":                             {ProfileGmail, "imap:INBOX", googleHop + googleARC + googleBorder, rules.ProofPass, "dkim"},
		"gmail, below its border":           {ProfileGmail, "imap:INBOX", googleHop + googleBorder + googleARC, rules.ProofNone, ""},
		"gmail, the plain field below":      {ProfileGmail, "imap:INBOX", googleHop + googleBorder + "Authentication-Results: mx.google.com; dmarc=pass header.from=corp.example\n", rules.ProofNone, ""},
		"gmail, somebody else's ARC":        {ProfileGmail, "imap:INBOX", googleHop + "ARC-Authentication-Results: i=1; mx.evil.example; dmarc=pass header.from=corp.example\n" + googleBorder, rules.ProofNone, ""},
		"gmail, without an instance":        {ProfileGmail, "imap:INBOX", googleHop + "ARC-Authentication-Results: i=x; mx.google.com; dmarc=pass header.from=corp.example\n" + googleBorder, rules.ProofNone, ""},
		"gmail, not fetched from there":     {ProfileGmail, "smtp", googleHop + googleARC + googleBorder, rules.ProofNone, ""},
		"gmail's field without the profile": {"", "imap:INBOX", googleHop + googleARC + googleBorder, rules.ProofNone, ""},
		"microsoft":                         {ProfileMicrosoft365, "imap:INBOX", exchangeIn + exchangeIn2 + exchangeAR + exchangeEdge, rules.ProofPass, "dkim"},
		"microsoft, below the edge":         {ProfileMicrosoft365, "imap:INBOX", exchangeIn + exchangeEdge + exchangeAR, rules.ProofNone, ""},
		"microsoft, the edge greeted as it": {ProfileMicrosoft365, "imap:INBOX", exchangeIn + "Received: from x.prod.outlook.com (203.0.113.66) by y.prod.outlook.com (10.0.0.1) with SMTP; x\n" + exchangeAR, rules.ProofNone, ""},
		"microsoft, an address in the name": {ProfileMicrosoft365, "imap:INBOX", "Received: from (10.0.0.1) (203.0.113.66) by y.prod.outlook.com (10.0.0.1) with SMTP; x\n" + exchangeAR, rules.ProofNone, ""},
		"microsoft, two that differ":        {ProfileMicrosoft365, "imap:INBOX", exchangeAR + "Authentication-Results: dmarc=fail header.from=corp.example\n" + exchangeEdge, rules.ProofNone, ""},
		"microsoft, not to be read":         {ProfileMicrosoft365, "imap:INBOX", exchangeAR + "Authentication-Results: dmarc=pass header.from=\n" + exchangeEdge, rules.ProofNone, ""},
		"microsoft, a named one beside":     {ProfileMicrosoft365, "imap:INBOX", "Authentication-Results: mx.evil.example; dmarc=fail header.from=corp.example\n" + exchangeAR + exchangeEdge, rules.ProofPass, "dkim"},
		"no id without the profile":         {"", "imap:INBOX", exchangeAR + exchangeEdge, rules.ProofNone, ""},
		"tenant, inside":                    {ProfileMicrosoft365Tenant, "imap:INBOX", exchangeIn + exchangeIn2 + tenantAR + inside, rules.ProofPass, ""},
		"tenant, without that profile":      {ProfileMicrosoft365, "imap:INBOX", exchangeIn + exchangeIn2 + tenantAR + inside, rules.ProofNone, ""},
		"tenant, from outside":              {ProfileMicrosoft365Tenant, "imap:INBOX", exchangeIn + exchangeEdge + inside, rules.ProofNone, ""},
		"tenant, anonymous":                 {ProfileMicrosoft365Tenant, "imap:INBOX", exchangeIn + "X-MS-Exchange-Organization-AuthAs: Anonymous\n", rules.ProofNone, ""},
		"tenant, said twice":                {ProfileMicrosoft365Tenant, "imap:INBOX", exchangeIn + inside + inside, rules.ProofNone, ""},
		"tenant, no hop at all":             {ProfileMicrosoft365Tenant, "imap:INBOX", inside, rules.ProofNone, ""},
		"an unknown profile":                {"yahoo", "imap:INBOX", "Authentication-Results: mx.desk.example; dmarc=pass header.from=corp.example\n", rules.ProofNone, ""},
	} {
		raw := crlf(c.header) + written("")
		m := read(raw, rules.Envelope{Door: c.door, Relay: true, AuthservID: "mx.desk.example", Profile: c.profile})
		got := (Relay{}).Prove(t.Context(), m)
		if got.Result != c.want || got.Method != c.method {
			t.Errorf("%s: %s by %q (%s), want %s by %q", name, got.Result, got.Method, got.Detail, c.want, c.method)
		}
	}
}
