package reply

import (
	"strings"
	"testing"
)

// TestListPosts guards whole posts as people write them on open lists: new lines stay, quoted ones and attributions
// go, footers and armour are nobody's words.
func TestListPosts(t *testing.T) {
	for _, tt := range []struct {
		name, post string
		new, gone  []string
	}{
		{"finnish, inline, Evolution", `Hei Liisa,

pe, 2021-09-03 kello 15:49 +0300, Liisa Mäki kirjoitti:
> Hei,
> 
> On Sun, Aug 29, 2021 at 8:52 AM Matti Virta <matti@koulu.example> wrote:
> > Tunnukset jaetaan yhteisestä varannosta.
> 
> Miksi?

[leikattu]

Koska muuten ne loppuvat kesken.

> Onko tämä testattu?

On.

Matti

-- 
Matti Virta
_______________________________________________
Kehittajat mailing list
Kehittajat@lista.example
https://lista.example/listinfo/kehittajat
`, []string{"Hei Liisa,", "[leikattu]", "Koska muuten ne loppuvat kesken.", "On.", "Matti"}, []string{"kirjoitti", "wrote:", "Miksi?", "varannosta", "testattu", "listinfo", "mailing list"}},
		{"finnish, mutt", "Tue, Apr 23, 2024 at 04:36:20PM +0300, Matti Virta kirjoitti:\n> Ehdotus:\n> muutetaan tämä.\n\nEi kelpaa.\n\n...\n\n> +rivi\n> +toinen\n\nTämä rivi pois.\n", []string{"Ei kelpaa.", "...", "Tämä rivi pois."}, []string{"kirjoitti", "Ehdotus", "toinen"}},
		{"german, signed text", "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\nHans Vogt schrieb:\n| Was meinst du?\n|\n| Gruß\n\nNichts.\n\n- --\nPetra\n-----BEGIN PGP SIGNATURE-----\nVersion: GnuPG v1.4.2\n\niD8DBQFD\n=abcd\n-----END PGP SIGNATURE-----\n", []string{"Nichts."}, []string{"schrieb", "Was meinst", "BEGIN PGP", "iD8DBQFD"}},
		{"supercite", ">>>>> On Mon, 05 Jan 2015, Anna Ek said:\n\nAnna> What about this?\nAnna> It breaks.\n\nIt does not.\n\nAnna> Really?\n\nReally.\n", []string{"It does not.", "Really."}, []string{"said:", "What about", "Really?"}},
		{"french, two lines", "Bonjour,\n\nLe Mon, 5 Jan 2015 14:30:12 +0100,\nLuc Petit <luc@mairie.example> a écrit :\n\n> Est-ce que cela marche ?\n\nOui.\n\n> Et le reste ?\n\nAussi.\n", []string{"Bonjour,", "Oui.", "Aussi."}, []string{"a écrit", "Luc Petit", "Est-ce que", "Et le reste"}},
		{"dutch, bottom", "Op ma 5 jan. 2015 om 14:30 schreef Jan Smit <\njan@gemeente.example>:\n\n> Werkt het?\n>\n\nJa hoor.\n\nGroeten,\nPiet\n", []string{"Ja hoor.", "Groeten,", "Piet"}, []string{"schreef", "Werkt", "jan@"}},
		{"spanish, top", "Gracias, funciona.\n\nEl lun, 5 ene 2015 a las 14:30, Luis Gil (<luis@ayto.example>) escribió:\n\n> ¿Funciona?\n", []string{"Gracias, funciona."}, []string{"escribió", "¿Funciona?"}},
		{"patch below a greeting and a quotation", "On Mon, 5 Jan 2015 14:30:12 +0100\nAnna Ek <anna@omdirekt.example> wrote:\n\n[...]\n\n> Please resend.\n\nHere it is.\n\n---8<---\nFrom: Per Lund <per@kommun.example>\nSubject: [PATCH] fix the lift\n\nIt went up only.\n\n---\n lift.c | 2 +-\n\ndiff --git a/lift.c b/lift.c\n--- a/lift.c\n+++ b/lift.c\n-up\n+down\n-- \n2.34.1\n", []string{"[...]", "Here it is.", "It went up only.", "Subject: [PATCH] fix the lift", "+down"}, []string{"wrote:", "Please resend."}},
		{"transcript without attribution", "When I try:\n\n> login anna\n> password\n\nit says no.\n", []string{"When I try:", "> login anna", "it says no."}, nil},
		{"own line between attribution and quotation", "On Mon, 5 Jan 2015, Anna Ek wrote:\n\nI answer first.\n\n> Question?\n\nAnd here.\n", []string{"I answer first.", "And here."}, []string{"wrote:", "Question?"}},
		{"overflowing quotation", "Anna Ek wrote:\n> This is a line that a client broke because it was a little too long to\nfit the width\n> and here it goes on.\n\nYes.\n", []string{"Yes."}, []string{"fit the width", "goes on", "wrote:"}},
		{"pasted headers of a mail", "Why was this refused?\n\nFrom: Anna Ek <anna@omdirekt.example>\nTo: Per Lund <per@kommun.example>\nSubject: Hello\nReceived: from mx.omdirekt.example by mx.kommun.example\nMessage-ID: <1@omdirekt.example>\n\nIs SPF wrong?\n", []string{"Why was this refused?", "Is SPF wrong?", "Received: from"}, nil},
		{"newsreader", "In message \"[list:123] Re: lift\"\n    on 05/01/10, Tanaka <tanaka@shi.example> writes:\n\n|Does it work?\n|Please tell.\n\nYes.\n", []string{"Yes."}, []string{"In message", "Tanaka", "Does it work"}},
		{"russian", "В письме от 5 января 2015 14:30:12 пользователь Иван Лес написал:\n> Работает?\n\nДа.\n\n> Точно?\n\nТочно.\n", []string{"Да.", "Точно."}, []string{"написал", "Работает", "Точно?"}},
		{"polish", "W dniu 05.01.2015 o 14:30, Jan Lis pisze:\n> Działa?\n\nTak.\n", []string{"Tak."}, []string{"pisze", "Działa"}},
		{"chinese", "谢谢。\n\n在 2015/1/5 14:30, 李明 写道:\n> 可以吗？\n", []string{"谢谢。"}, []string{"写道", "可以吗"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := Input{Text: tt.post}
			r := Visible(in)
			checkWhole(t, in, r)
			lines := "\n" + r.Reply + "\n"
			for _, s := range tt.new {
				if !strings.Contains(lines, "\n"+s) {
					t.Errorf("%q is lost in %q", s, r.Reply)
				}
			}
			for _, s := range tt.gone {
				if strings.Contains(r.Reply, s) {
					t.Errorf("%q is left in %q", s, r.Reply)
				}
			}
		})
	}
}

// TestEveryShape puts every attribution into every common shape of a post: what is new must stay, and what is quoted,
// the attribution and the footers must go.
func TestEveryShape(t *testing.T) {
	shapes := []struct {
		name, post string
		new, gone  []string
	}{
		{"top", "Jag tror inte det\n\n%\n> är det sant\n>\n> att hissen står\n\n-- \nPer\n", []string{"Jag tror inte det"}, []string{"är det sant", "hissen", "Per"}},
		{"top, no blank line", "Jag tror inte det.\n%\n> är det sant\n> att hissen står\n", []string{"Jag tror inte det."}, []string{"är det sant", "hissen"}},
		{"bottom", "%\n\n> är det sant\n>> ja\n> att hissen står\n\nJag tror inte det\n\nPer\n", []string{"Jag tror inte det", "Per"}, []string{"är det sant", "hissen", "> ja"}},
		{"greeting, then inline", "Hej!\n\n%\n>är det sant\njo\n>att hissen står\nsedan igår\n>och trapporna\n", []string{"Hej!", "jo", "sedan igår"}, []string{"är det sant", "hissen", "trapporna"}},
		{"inline with cuts", "%\n\n[...]\n\n> är det sant\n\njo\n\n...\n\n> att hissen står\n\nsedan igår\n_______________________________________________\nHissen mailing list\nHissen@lista.example\nhttps://lista.example/listinfo/hissen\n", []string{"[...]", "jo", "...", "sedan igår"}, []string{"är det sant", "hissen står", "listinfo", "mailing list"}},
		{"a patch below", "%\n> är det sant\n\njo, se här:\n\n--- a/hiss.c\n+++ b/hiss.c\n@@ -1 +1 @@\n-upp\n+ned\n-- \n2.34.1\n", []string{"jo, se här:", "--- a/hiss.c", "+ned"}, []string{"är det sant"}},
	}
	for lang, as := range attributions {
		for _, a := range as {
			a = strings.ReplaceAll(a, "¦", "\n")
			if i := strings.Index(a, "\n\n"); i >= 0 {
				a = a[i+2:]
			}
			for _, s := range shapes {
				r := Visible(Input{Text: strings.Replace(s.post, "%", a, 1), Subject: "Re: hissen"})
				lines := "\n" + r.Reply + "\n"
				for _, w := range s.new {
					if !strings.Contains(lines, "\n"+w+"\n") {
						t.Errorf("%s: %s: %q: %q is lost in %q", lang, s.name, a, w, r.Reply)
					}
				}
				for _, w := range append(s.gone, strings.Split(a, "\n")...) {
					if strings.Contains(r.Reply, w) {
						t.Errorf("%s: %s: %q: %q is left in %q", lang, s.name, a, w, r.Reply)
					}
				}
			}
		}
	}
}
