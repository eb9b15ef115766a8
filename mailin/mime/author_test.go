package mime

import (
	"strings"
	"testing"

	"aboveline.example/rules"
)

func head(lines ...string) []Field {
	return readBlock([]byte(strings.Join(lines, "\r\n")+"\r\n\r\n"), 0, nil).fields
}

// Genuine mail of every client is clear, or nobody could ever write to the desk.
func TestAuthorClear(t *testing.T) {
	tests := []struct{ from, name, address string }{
		{"anna@kommun.example", "", "anna@kommun.example"},
		{"<anna@kommun.example>", "", "anna@kommun.example"},
		{"Anna Ek <anna@kommun.example>", "Anna Ek", "anna@kommun.example"},
		{"\"Ek, Anna\" <Anna.Ek@Kommun.Example>", "Ek, Anna", "anna.ek@kommun.example"},
		{"\"Anna \\\"Ann\\\" Ek\" <anna@kommun.example>", `Anna "Ann" Ek`, "anna@kommun.example"},
		{"=?utf-8?Q?Bj=C3=B6rn_=C3=85s?= <bjorn@kommun.example>", "Björn Ås", "bjorn@kommun.example"},
		{"=?iso-8859-1?B?Qmr2cm4=?=\r\n =?iso-8859-1?Q?_=C5s?= <bjorn@kommun.example>", "Björn Ås", "bjorn@kommun.example"},
		{"\"=?utf-8?Q?Bj=C3=B6rn?=\" <bjorn@kommun.example>", "Björn", "bjorn@kommun.example"},
		{"Bj\xf6rn <bjorn@kommun.example>", "Björn", "bjorn@kommun.example"},
		{"Björn <bjorn@kommun.example>", "Björn", "bjorn@kommun.example"},
		{"anna@kommun.example (Anna Ek)", "Anna Ek", "anna@kommun.example"},
		{"\"anna@kommun.example\" <anna@kommun.example>", "anna@kommun.example", "anna@kommun.example"},
		{"anna@kommun.example <anna@kommun.example>", "anna@kommun.example", "anna@kommun.example"},
		{"Dr. A. Ek-Öst <anna@kommun.example>", "Dr. A. Ek-Öst", "anna@kommun.example"},
		{"Support @ Kommun <support@kommun.example>", "Support @ Kommun", "support@kommun.example"},
		{"O'Neil <o'neil@kommun.example>", "O'Neil", "o'neil@kommun.example"},
		{"Åke <åke@blåbär.example>", "Åke", "åke@xn--blbr-noae.example"},
		{"\r\n Anna Ek\r\n\t<anna@kommun.example>", "Anna Ek", "anna@kommun.example"},
		{"Mona 👩‍💻 <mona@kommun.example>", "Mona 👩‍💻", "mona@kommun.example"},
		{"Anna Ek (IT) <anna@kommun.example>", "Anna Ek (IT)", "anna@kommun.example"},
		{"[Jira] Anna <jira@kommun.example>", "[Jira] Anna", "jira@kommun.example"},
		{"bounce+a=b=c@kommun.example", "", "bounce+a=b=c@kommun.example"},
		{"Anna Ek <anna@kommun.example> (IT)", "Anna Ek", "anna@kommun.example"},
	}
	for _, tt := range tests {
		who, identity, odd := Author(head("Received: x", "From: "+tt.from, "To: desk@desk.example"))
		if identity != rules.IdentityClear || who.Name != tt.name || string(who.Address) != tt.address {
			t.Errorf("Author(From: %q) = %+v %s (%s), want %q <%s> clear", tt.from, who, identity, odd, tt.name, tt.address)
		}
	}
}

// What two programs may read in two ways is nobody's word.
func TestAuthorAmbiguous(t *testing.T) {
	tests := map[string][]string{
		"none":                    {"To: desk@desk.example"},
		"two fields":              {"From: a@one.example", "From: b@two.example"},
		"two fields, cases":       {"FROM: a@one.example", "from: b@two.example"},
		"two fields far apart":    {"From: a@one.example", "Subject: x", "To: c@desk.example", "From: a@one.example"},
		"first line is folded":    {" From: a@one.example", "From: b@two.example"},
		"only line is folded":     {" From: a@one.example", "To: b@two.example"},
		"space before the colon":  {"From : a@one.example"},
		"tab before the colon":    {"From\t: a@one.example"},
		"name is folded":          {"From", " : a@one.example", "To: b@two.example"},
		"imitation":               {"Fr-om: a@one.example", "From: b@two.example"},
		"only an imitation":       {"From-: a@one.example"},
		"stray line before":       {"X-Scanned: yes", "\xa0From: a@one.example", "From: b@two.example", "To: c@desk.example"},
		"stray From after":        {"From: a@one.example", "X-Scanned: yes", "From\x00: b@two.example", "To: c@desk.example"},
		"CR hides another":        {"Subject: x\rFrom: b@two.example", "From: a@one.example"},
		"CR hides another, after": {"From: a@one.example", "Subject: x\rFrom: b@two.example"},
		"too long":                {"From: a@one.example" + strings.Repeat(" ", MaxField) + ", b@two.example"},
		"two mailboxes":           {"From: a@one.example, b@two.example"},
		"bare and angle":          {"From: a@one.example,<b@two.example>"},
		"semicolon":               {"From: a@one.example; b@two.example"},
		"text after":              {"From: <a@one.example>b@two.example"},
		"two angles":              {"From: <a@one.example> <b@two.example>"},
		"two angles, one name":    {"From: A <a@one.example> B <b@two.example>"},
		"angle in angle":          {"From: <<a@one.example>>"},
		"unclosed":                {"From: Anna <a@one.example"},
		"group":                   {"From: friends: a@one.example;"},
		"empty group":             {"From: undisclosed-recipients:;"},
		"route":                   {"From: <@relay.example:a@one.example>"},
		"comment first":           {"From: (b@two.example) a@one.example"},
		"comment inside":          {"From: a(b)@one.example"},
		"comment with an address": {"From: a@one.example (b@two.example)"},
		"comment with an angle":   {"From: Anna (<b@two.example>) <a@one.example>"},
		"comment never closed":    {"From: Anna (IT <a@one.example>"},
		"comment with a quote":    {"From: Anna (\") <a@one.example> (\")"},
		"comment in a comment":    {"From: a@one.example ((x) b)"},
		"quoted local":            {"From: \"a@one.example\"@two.example"},
		"quoted local with angle": {"From: \"a@one.example>\"@two.example"},
		"two ats":                 {"From: a@one.example@two.example"},
		"encoded address":         {"From: =?utf-8?Q?a=40one.example?=@two.example"},
		"all in one word":         {"From: =?utf-8?Q?Anna_<a=40one.example>?="},
		"encoded other address":   {"From: =?utf-8?Q?a=40one.example?= <b@two.example>"},
		"shown address":           {"From: \"a@one.example\" <b@two.example>"},
		"shown address, bare":     {"From: a@one.example <b@two.example>"},
		"shown, full width":       {"From: a＠one.example <b@two.example>"},
		"shown in a long name":    {"From: \"Anna Ek (a@one.example) via x\" <b@two.example>"},
		"NUL":                     {"From: a@one.example\x00 <b@two.example>"},
		"encoded NUL":             {"From: =?utf-8?Q?a=40one.example=00?= <b@two.example>"},
		"CR":                      {"From: Anna\r <b@two.example>"},
		"bell":                    {"From: Anna\a <b@two.example>"},
		"turned":                  {"From: \u202Eelpmaxe.eno@a <b@two.example>"},
		"zero width in address":   {"From: <b\u200b@two.example>"},
		"Latin-1 in address":      {"From: <bj\xf6rn@two.example>"},
		"space in address":        {"From: <b @two.example>"},
		"space in angle":          {"From: < b@two.example >"},
		"literal":                 {"From: b@[192.0.2.1]"},
		"no at":                   {"From: root"},
		"empty":                   {"From:"},
		"null path":               {"From: <>"},
		"unquoted comma":          {"From: Ek, Anna <a@one.example>"},
		"open quote":              {"From: \"Anna <a@one.example>"},
		"backslash":               {"From: Anna\\ <a@one.example>"},
		"trailing dot":            {"From: <a@one.example.>"},
		"leading dot":             {"From: <.a@one.example>"},
	}
	for name, lines := range tests {
		who, identity, odd := Author(head(lines...))
		if identity != rules.IdentityAmbiguous || odd == "" {
			t.Errorf("%s: Author(%q) = %+v %s (%q), want ambiguous and why", name, lines, who, identity, odd)
		}
	}
}

// What stands beyond a cap may be another From.
func TestAuthorBeyondCap(t *testing.T) {
	raw := "From: a@one.example\r\n" + strings.Repeat("X-Filler: "+strings.Repeat("x", 1000)+"\r\n", 300) + "From: b@two.example\r\n\r\n"
	if who, identity, odd := Read([]byte(raw)).Author(); identity != rules.IdentityAmbiguous || odd == "" || who.Address != "a@one.example" {
		t.Errorf("Author = %v %s %q, want ambiguous", who, identity, odd)
	}
}

// The lenient reading shows something wherever a person would see something.
func TestMailboxes(t *testing.T) {
	tests := []struct{ in, want string }{
		{"Anna <a@one.example>, b@two.example", "Anna <a@one.example> | <b@two.example>"},
		{"\"Ek, Anna\" <a@one.example>; <b@two.example>", "Ek, Anna <a@one.example> | <b@two.example>"},
		{"friends: a@one.example, B <b@two.example>;, c@three.example", "<a@one.example> | B <b@two.example> | <c@three.example>"},
		{"undisclosed-recipients:;", ""},
		{"a@one.example (Anna)", "Anna <a@one.example>"},
		{"=?utf-8?Q?=C3=85sa_<asa=40one.example>?=", "Åsa <asa@one.example>"},
		{"A <a@one.example> B <b@two.example>", "A <a@one.example> | B <b@two.example>"},
		{"<@relay.example:a@one.example>", "<a@one.example>"},
		{"mailto:a@one.example", "<a@one.example>"},
		{"'a@one.example'", "<a@one.example>"},
		{"A <a@one.example", "A <a@one.example>"},
		{"Root <root>", "Root root <>"},
		{",,, ,", ""},
	}
	for _, tt := range tests {
		var got []string
		for _, b := range Mailboxes(tt.in) {
			got = append(got, strings.TrimSpace(b.Name+" <"+string(b.Address)+">"))
		}
		if s := strings.Join(got, " | "); s != tt.want {
			t.Errorf("Mailboxes(%q) = %q, want %q", tt.in, s, tt.want)
		}
	}
}

// A clear identity is one that the raw field contains in exactly that form: no reader can have invented it.
func FuzzIdentity(f *testing.F) {
	for _, s := range []string{"Anna <a@one.example>", "a@one.example (x)", "\"a\" <b@c.example>", "=?utf-8?Q?a=40b?= <c@d.example>",
		"<a@b.example>\r\nFrom: <c@d.example>", "a@b.example\r\n , <c@d.example>"} {
		f.Add([]byte("From: " + s + "\r\n\r\n"))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		fields := readBlock(raw, 0, nil).fields
		who, identity, odd := Author(fields)
		if (identity == rules.IdentityClear) != (odd == "") {
			t.Fatalf("%s with odd %q", identity, odd)
		}
		if identity != rules.IdentityClear {
			return
		}
		if again, ok := rules.ParseAddress(string(who.Address)); !ok || again != who.Address {
			t.Fatalf("clear address %q is not normal", who.Address)
		}
		n := 0
		for _, f := range fields {
			if strings.EqualFold(f.Name, "from") {
				n++
				if strings.Count(string(f.Body()), "@") != 1 && !strings.Contains(strings.ToLower(string(f.Body())), string(who.Address)) {
					t.Fatalf("clear address %q is not in %q", who.Address, f.Body())
				}
			}
		}
		if n != 1 {
			t.Fatalf("clear with %d From fields", n)
		}
	})
}
