package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// cast is everybody who has a mailbox.
func cast() []*person {
	return []*person{
		{name: "Åsa Öberg", address: "asa@kommun.example"},
		{name: "Emily Clark", address: "emily@partner.example"},
		{name: "Kari Moen", address: "kari@firma.example"},
		{name: "Ali Hassan", address: "ali@bolag.example"},
		{name: "Eva Lind", address: "eva@region.example"},
		{name: "Lars Berg", address: "lars@fond.example"},
		{name: "Petra Dahl", address: "petra@museum.example"},
		{name: "Anna Ek", address: "anna@omdirekt.example"},
		{name: "Bo Lind", address: "bo@omdirekt.example"},
		{name: "Sublime Support", address: "oms@sublime.example"},
		{name: "Mirakel Drift", address: "fel@mirakel.example"},
		{name: "Jour Sublime", address: "jour@sublime.example"},
		{name: "Kommunikation", address: "kommunikation@omdirekt.example"},
	}
}

// has fits letters whose subject and text hold these.
func has(subject, text string) func(letter) bool {
	return func(l letter) bool { return strings.Contains(l.subject, subject) && strings.Contains(l.text, text) }
}

// mailbox is the desk's second address, whose mailbox is polled by IMAP.
const mailbox = "hjalp@omdirekt.example"

// report is one person's mail about the fault, and what their confirmation says.
type report struct {
	who, to, subject, text, confirmed string
	picture                           bool // a screenshot is with it
}

var reports = []report{
	{who: "Åsa", to: desk, subject: "Kan inte logga in", confirmed: "Vi har fått ditt mejl", picture: true,
		text: "Hej Anna!\n\nBankID snurrar bara när jag försöker logga in på Mina sidor. Mitt personnummer är 811218-9876. Vad gör jag?\n\nMvh\nÅsa\n"},
	{who: "Emily", to: mailbox, subject: "Cannot log in", confirmed: "We have received your email",
		text: "Hello,\n\nI cannot log in to Mina sidor this morning. The BankID login just keeps spinning and nothing happens. Could you please help me?\n\nKind regards\nEmily Clark\n"},
	{who: "Kari", to: desk, subject: "BankID virker ikke", confirmed: "Vi har mottatt",
		text: "Hei!\n\nJeg får ikke logget inn på Mina sidor, BankID virker ikke i dag. Kan dere hjelpe meg med dette?\n\nVennlig hilsen\nKari Moen\n"},
	{who: "Ali", to: mailbox, subject: "Mina sidor", confirmed: "Vi har fått ditt mejl",
		text: "Det går inte att logga in på Mina sidor, BankID fungerar inte sedan i morse.\n"},
}

var later = []report{
	{who: "Eva", to: desk, subject: "BankID", confirmed: "känner",
		text: "Hej, inloggningen med BankID på Mina sidor fungerar inte för oss på regionen.\n"},
	{who: "Lars", to: mailbox, subject: "Inloggning", confirmed: "känner",
		text: "Hej! Inloggningen med BankID på Mina sidor fungerar inte här heller. Är det fel hos er?\n\nLars\n"},
}

// affected are the six who wrote about the fault.
var affected = []string{"Åsa", "Emily", "Kari", "Ali", "Eva", "Lars"}

// morning is the story.
func (w *world) morning(ctx context.Context) error {
	for _, part := range []func(context.Context) error{w.reported, w.toVendors, w.chased, w.posted, w.solved, w.ordinary, w.tally} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// ordinary is a ticket like any other: a mail, a confirmation, an answer from a staff member's own client.
func (w *world) ordinary(ctx context.Context) error {
	petra, anna := w.people["Petra"], w.people["Anna"]
	w.scene("And an ordinary matter: Petra writes about a printer")
	if err := petra.write(desk, "Skrivaren i rum 12", "Hej,\n\nskrivaren i rum 12 säger att papperet är slut, men det är det inte. Kan någon titta på den?\n\nPetra\n"); err != nil {
		return err
	}
	confirmation, err := petra.wait(ctx, has("[OMD-7]", "Vi har fått ditt mejl"))
	if err != nil {
		return err
	}
	w.say("Petra reads the confirmation in her own mailbox:")
	w.show(confirmation, 22)
	if _, err := anna.wait(ctx, has("[OMD-7]", "papperet")); err != nil {
		return err
	}
	w.scene("Petra replies above the line; Anna answers from her own mail client")
	if err := petra.answer(confirmation, "Nu blinkar den rött också."); err != nil {
		return err
	}
	word, err := anna.wait(ctx, has("[OMD-7]", "blinkar den rött"))
	if err != nil {
		return err
	}
	w.say("Anna has Petra's new words on the same ticket, without the quoted rest:")
	w.show(word, 9)
	if err := anna.answer(word, "/tagga Skrivare\n\nHej Petra! Öppna luckan på baksidan och ta ut arket som sitter fast."); err != nil {
		return err
	}
	answer, err := petra.wait(ctx, has("[OMD-7]", "luckan på baksidan"))
	if err != nil {
		return err
	}
	if strings.Contains(answer.text, anna.address) {
		return errors.New("a staff member's own address reached a requester")
	}
	w.say("Petra reads Anna's words, from the desk's address and without the command:")
	w.show(answer, 5)
	return nil
}

// reported is the fault, as people see it.
func (w *world) reported(ctx context.Context) error {
	w.scene("Something breaks. Four people write within a few minutes, by SMTP and IMAP, in three languages")
	for i, r := range reports {
		if err := w.report(ctx, r, i+1); err != nil {
			return err
		}
		w.clock.forward(3 * time.Minute)
	}
	suspicion, err := w.people["Anna"].wait(ctx, has("[D-1] Misstänkt driftstörning", ""))
	if err != nil {
		return err
	}
	w.say("The desk sees it in what they wrote. Anna gets the suspicion with its evidence:")
	w.show(suspicion, 40)
	w.suspicion = suspicion
	return nil
}

func (w *world) report(ctx context.Context, r report, n int) error {
	p := w.people[r.who]
	write := p.write
	if r.picture {
		write = p.writeWithPicture
	}
	if err := write(r.to, r.subject, r.text); err != nil {
		return err
	}
	c, err := p.wait(ctx, has(fmt.Sprintf("[OMD-%d]", n), r.confirmed))
	if err != nil {
		return err
	}
	w.say("%s writes %q and reads %q", p.name, r.subject, headline(c))
	return nil
}

// headline is the first line of a mail's own words, below the line over which people write.
func headline(l letter) string {
	for i, line := range strings.Split(l.text, "\n") {
		if i > 0 && strings.TrimSpace(line) != "" {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// toVendors is the report to both, each on a thread of its own.
func (w *world) toVendors(ctx context.Context) error {
	anna, sublime, mirakel := w.people["Anna"], w.people["Sublime"], w.people["Mirakel"]
	w.scene("Anna answers the suspicion with one line: /report Sublime Mirakel pictures")
	if err := anna.answer(w.suspicion, "/report Sublime Mirakel pictures"); err != nil {
		return err
	}
	first, err := sublime.wait(ctx, has("Mina sidor - Teknik", ""))
	if err != nil {
		return err
	}
	for _, word := range []string{"Åsa", "Öberg", "asa@", "Emily", "Anna", "Mirakel", "811218"} {
		if strings.Contains(first.text, word) {
			return fmt.Errorf("the report to Sublime says %q", word)
		}
	}
	if !bytes.Equal(first.files["picture-1.png"], screenshot()) {
		return errors.New("the screenshot did not reach Sublime as it looked, without what the phone wrote into it")
	}
	w.say("Sublime reads, without anybody's name or number, and with Åsa's screenshot:")
	w.show(first, 28)
	second, err := mirakel.wait(ctx, has("Mina sidor - Teknik", ""))
	if err != nil {
		return err
	}
	w.say("Mirakel has its own, in Norwegian: %q", headline(second))
	w.toSublime, w.toMirakel = first, second
	w.say("Two more people write, and are told that it is known:")
	for i, r := range later {
		if err := w.report(ctx, r, i+5); err != nil {
			return err
		}
		w.clock.forward(2 * time.Minute)
	}
	if err := sublime.acknowledge(first, "[Case#778899] Mina sidor - Teknik", "We have received your case. This is an automatic message.\n"); err != nil {
		return err
	}
	w.say("Sublime's program acknowledges with a number of its own, 778899; that is no answer, and the hour runs on")
	return nil
}

// chased is the following up, hour by hour, each vendor by itself.
func (w *world) chased(ctx context.Context) error {
	anna, sublime, mirakel, press := w.people["Anna"], w.people["Sublime"], w.people["Mirakel"], w.people["Kommunikation"]
	w.scene("Half an hour later a person at Mirakel answers")
	w.clock.forward(30 * time.Minute)
	if err := mirakel.answer(w.toMirakel, "Hei, vi har funnet feilen i innloggingen. Den er rettet kl. 14:30."); err != nil {
		return err
	}
	word, err := anna.wait(ctx, has("", "funnet feilen"))
	if err != nil {
		return err
	}
	if !strings.Contains(word.text, "/vila ") {
		return errors.New("the estimate is not offered as a /vila")
	}
	w.say("Anna reads it at once, and is offered to leave Mirakel alone until then:")
	w.show(word, 12)
	if _, err := press.wait(ctx, has("[D-1]", "funnet feilen")); err != nil {
		return err
	}
	w.say("and so does communications, who asked for vendors' updates")
	w.scene("An hour after the report Sublime has said nothing itself")
	w.clock.forward(30 * time.Minute)
	reminder, err := sublime.wait(ctx, has("Mina sidor - Teknik", "778899"))
	if err != nil {
		return err
	}
	w.say("it is reminded on the same thread, by its own number:")
	w.show(reminder, 22)
	w.clock.forward(61 * time.Minute)
	again, err := sublime.wait(ctx, has("Mina sidor - Teknik", "778899"))
	if err != nil {
		return err
	}
	w.say("another hour later, the second reminder:")
	w.show(again, 8)
	w.clock.forward(61 * time.Minute)
	above, err := w.people["Jour"].wait(ctx, has("Mina sidor - Teknik [Case#778899]", ""))
	if err != nil {
		return err
	}
	w.say("and with the third, the one whom Sublime has named for that: %q", headline(above))
	return nil
}

// posted is one announcement to everybody affected.
func (w *world) posted(ctx context.Context) error {
	w.scene("Anna writes once to everybody affected: /announce")
	if err := w.people["Anna"].answer(w.suspicion, "/announce\nVi vet att BankID inte fungerar på Mina sidor. Leverantören rättar felet nu, och vi hör av oss när det är löst."); err != nil {
		return err
	}
	for _, name := range affected {
		if _, err := w.people[name].wait(ctx, has("[OMD-", "Leverantören rättar felet nu")); err != nil {
			return err
		}
	}
	w.say("Åsa, Emily, Kari, Ali, Eva and Lars have it, each in their own thread")
	return nil
}

// solved is the end, for everybody but one.
func (w *world) solved(ctx context.Context) error {
	w.scene("It works again, and Anna says so with one word: /löst")
	if err := w.people["Anna"].answer(w.suspicion, "/löst\nBankID fungerar igen på Mina sidor. Tack för ert tålamod!"); err != nil {
		return err
	}
	var mine letter
	for _, name := range append(slices.Clone(affected), "Sublime", "Mirakel", "Kommunikation") {
		l, err := w.people[name].wait(ctx, has("", "fungerar igen"))
		if err != nil {
			return err
		}
		switch name {
		case "Åsa", "Emily", "Mirakel":
			w.say("%s reads %q", w.people[name].name, headline(l))
		case "Kari":
			w.say("Kari, who wrote in Norwegian, reads:")
			w.show(l, 14)
		case "Ali":
			mine = l
		}
	}
	w.say("all six have it, and both vendors, and communications; nobody is reminded any more")
	if err := w.people["Ali"].answer(mine, "Det fungerar fortfarande inte för mig."); err != nil {
		return err
	}
	if _, err := w.people["Anna"].wait(ctx, has("[OMD-4]", "fortfarande inte")); err != nil {
		return err
	}
	w.say("Ali says it still fails for him: his ticket is open again, and only his")
	return nil
}
