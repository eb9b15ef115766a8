package when

import (
	"strings"
	"testing"
	"time"
)

func sample() Env {
	return Env{
		Text: Fold("Kan inte logga in med BankID på MINA SIDOR"), Whole: Fold("Kan inte logga in"),
		Subject: Fold("Fel på Å-sidan"), // decomposed: A and ring above
		Sender:  Sender{Name: Fold("Åsa Öberg"), Address: "asa@kommun.example", Domain: "kommun.example", Verified: true},
		To:      []string{"support@desk.example"}, Language: "sv", Kind: "human",
		Attachments: FoldAll([]string{"Skärmbild.PNG"}),
		Header:      func(name string) string { return map[string]string{"x-source": "portal"}[strings.ToLower(name)] },
		Ticket:      Ticket{Status: "open", Tags: []string{"vip"}, Age: 3 * time.Hour},
		Hour:        9, Weekday: "monday", Workday: true,
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		when string
		want bool
	}{
		{`text contains "bankid"`, true},
		{`text contains "BANKID"`, true},
		{`text contains "Mina Sidor"`, true},
		{`subject contains "å-sidan"`, true},
		{`text matches "logga\\s+IN"`, true},
		{`text matches "\\S+bankid\\S+"`, false},
		{`sender.domain == "KOMMUN.example"`, true},
		{`sender.name startsWith "åsa"`, true},
		{`sender.name endsWith "ÖBERG"`, true},
		{`sender.verified and workday and hour >= 8`, true},
		{`"support@DESK.example" in to`, true},
		{`"skärmbild.png" in attachments`, true},
		{`any(attachments, # endsWith ".PNG")`, true},
		{`header("X-Source") == "Portal"`, true},
		{`header("X-None") == ""`, true},
		{`"VIP" in ticket.tags and ticket.age > duration("2h")`, true},
		{`language == "nb"`, false},
		{`weekday in ["saturday", "Sunday"]`, false},
		{`not (kind == "human")`, false},
	} {
		cond, err := Compile(c.when)
		if err != nil {
			t.Errorf("Compile(%s): %v", c.when, err)
			continue
		}
		got, err := cond.Match(sample())
		if err != nil || got != c.want {
			t.Errorf("Match(%s) = %v, %v, want %v", c.when, got, err, c.want)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	for when, want := range map[string]string{
		``:                                   "empty",
		`txt contains "a"`:                   "unknown name txt",
		`text + 1`:                           "mismatched",
		`text`:                               "expected bool",
		`sender.phone == ""`:                 "phone",
		`text matches "("`:                   "missing closing",
		`text contains "a" and`:              "unexpected token EOF",
		strings.Repeat("!", 600) + "workday": "exceed",
	} {
		_, err := Compile(when)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Compile(%.40s): error %v, want one with %q", when, err, want)
		}
	}
}

func TestMatchIsBounded(t *testing.T) {
	cond, err := Compile(`len(map(1..1000000000, # * 2)) > 0`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cond.Match(sample()); err == nil {
		t.Error("a condition that makes a billion numbers was evaluated")
	}
}

func BenchmarkMatch(b *testing.B) {
	cond, err := Compile(`text contains "bankid" or text contains "mina sidor"`)
	if err != nil {
		b.Fatal(err)
	}
	env := sample()
	for b.Loop() {
		if _, err := cond.Match(env); err != nil {
			b.Fatal(err)
		}
	}
}
