package store

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"aboveline.example/rules"
)

// ErrWritten is returned by Apply when a decision would change what is written once: an entry, or the disposition
// of a mail that no longer waits for one. It is a fault of ours, and the transaction is taken back.
var ErrWritten = errors.New("already written, and differently")

// heldMax is how many held mails of a ticket rules looks at.
const heldMax = 100

// NewMail returns the number of the next mail. Only inside Update; a transaction that fails gives it back.
func (tx *Tx) NewMail() rules.MailID { return rules.MailID(tx.next("mail")) }

// Apply keeps everything of d except what is to be sent, which needs its bytes first (see [Tx.Enqueue]). Applying
// the same decision twice changes nothing more, budgets apart.
func (tx *Tx) Apply(d rules.Decision) error {
	tx.keepDisposition(d)
	for _, t := range d.Tickets {
		tx.keepTicket(t)
	}
	for _, e := range d.Entries {
		tx.keepEntry(e)
	}
	for _, m := range d.Messages {
		tx.keepMessage(m)
	}
	for _, h := range d.Held {
		tx.keepHeld(h)
	}
	for _, id := range d.Released {
		tx.dropHeld(id)
	}
	// Answered dues go first: the same event may have set one of that name anew.
	for _, due := range d.Forget {
		tx.forget(due)
	}
	for _, due := range d.Dues {
		tx.keepDue(due)
	}
	for _, s := range d.Spend {
		tx.spend(s)
	}
	for _, o := range d.Outages {
		tx.keepOutage(o)
	}
	for _, r := range d.Reports {
		tx.saveJSON(reports, append(u64(uint64(r.At.Unix())), u64(uint64(r.Mail))...), r)
	}
	for _, b := range d.Bad {
		tx.saveJSON(bads, []byte(b.Address), b)
	}
	for _, id := range d.Cancel {
		tx.cancel(id)
	}
	// Last: what is removed may have been kept by this very decision.
	tx.redact(d.Redact)
	return tx.err
}

// keepDisposition writes the ledger's line, and the key by which the mail is known when it comes again.
func (tx *Tx) keepDisposition(d rules.Decision) {
	if d.Disposition.Mail == 0 {
		return
	}
	tx.keepLine(d.Disposition)
	if d.Key == (rules.DedupeKey{}) {
		return
	}
	if seen, ok := tx.Seen(d.Key); ok && seen.Mail != d.Disposition.Mail {
		return // the first mail with a key is the one that later ones repeat
	}
	v := binary.AppendUvarint(nil, uint64(d.Disposition.Mail))
	v = binary.AppendUvarint(v, uint64(d.Disposition.Ticket))
	tx.put(dedupe, epochKey(uint64(d.Disposition.Mail), d.Key[:]), v)
}

// keepLine writes a disposition. I1: a mail has exactly one; only one that waited may get another.
func (tx *Tx) keepLine(d rules.Disposition) {
	key := u64(uint64(d.Mail))
	if old, ok := loadJSON[rules.Disposition](tx, ledger, key); ok {
		waits := old.Kind == rules.DisposedHeld || old.Kind == rules.DisposedParked
		if !waits && !sameJSON(old, d) {
			tx.fail(fmt.Sprintf("mail %d is disposed of as %s", d.Mail, old.Kind), ErrWritten)
			return
		}
		tx.tally("mails "+string(old.Kind), -1)
	}
	if d.Mail > rules.MailID(tx.counter("mail")) {
		tx.fail("disposition", fmt.Errorf("mail %d was never numbered", d.Mail))
		return
	}
	tx.tally("mails "+string(d.Kind), 1)
	tx.saveJSON(ledger, key, d)
}

func sameJSON(a, b any) bool {
	x, err := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err == nil && err2 == nil && bytes.Equal(x, y)
}

// RecordRefused writes the ledger's line of a mail that was refused at the door. It gets a number if it has none;
// it has no key, so that the same mail may come again and be taken.
func (tx *Tx) RecordRefused(d rules.Disposition) rules.MailID {
	if d.Mail == 0 {
		d.Mail = tx.NewMail()
	}
	d.Kind = rules.DisposedRefused
	tx.keepLine(d)
	return d.Mail
}

// Disposition returns what became of a mail.
func (tx *Tx) Disposition(id rules.MailID) (rules.Disposition, bool) {
	return loadJSON[rules.Disposition](tx, ledger, u64(uint64(id)))
}

// Dispositions returns up to limit lines of the ledger after a mail's number, oldest first.
func (tx *Tx) Dispositions(after rules.MailID, limit int) []rules.Disposition {
	return list[rules.Disposition](tx, ledger, nil, u64(uint64(after)+1), false, limit)
}

// Seen returns the first mail with this key.
func (tx *Tx) Seen(key rules.DedupeKey) (rules.Seen, bool) {
	for e := range epochs(tx.counter("mail")) {
		if v := tx.get(dedupe, epochKey(e, key[:])); v != nil {
			mail, n := binary.Uvarint(v)
			ticket, m := binary.Uvarint(v[max(n, 0):])
			if n <= 0 || m <= 0 {
				tx.fail("read dedupe key", errDamaged)
				return rules.Seen{}, false
			}
			return rules.Seen{Mail: rules.MailID(mail), Ticket: rules.TicketID(ticket)}, true
		}
	}
	return rules.Seen{}, false
}

// Park keeps a mail that broke something. Its Bytes, if given, are kept under Raw; those larger than InlineMax must
// have been put by [DB.PutBlob] before. The ledger's line is the caller's to write, by a Decision.
func (tx *Tx) Park(p rules.Parked) error {
	if p.ID == 0 {
		p.ID = tx.NewMail()
	}
	if p.Raw == "" && len(p.Bytes) > 0 {
		p.Raw = tx.PutBlob(p.Bytes)
	}
	key := u64(uint64(p.ID))
	if !tx.has(parkeds, key) {
		tx.tally("parked", 1)
	}
	tx.saveJSON(parkeds, key, p)
	return tx.err
}

// Parked returns a parked mail.
func (tx *Tx) Parked(id rules.MailID) (rules.Parked, bool) {
	return loadJSON[rules.Parked](tx, parkeds, u64(uint64(id)))
}

// ParkedMails returns up to limit parked mails, newest first.
func (tx *Tx) ParkedMails(limit int) []rules.Parked {
	return list[rules.Parked](tx, parkeds, nil, nil, true, limit)
}

// Unpark forgets that a mail was parked; its bytes stay.
func (tx *Tx) Unpark(id rules.MailID) {
	if key := u64(uint64(id)); tx.has(parkeds, key) {
		tx.erase(parkeds, key)
		tx.tally("parked", -1)
	}
}

func (tx *Tx) keepHeld(h rules.Held) {
	tx.dropHeld(h.ID)
	tx.tally("held", 1)
	tx.saveJSON(helds, u64(uint64(h.ID)), h)
	tx.put(heldOn, append(u64(uint64(h.Ticket)), u64(uint64(h.ID))...), nil)
}

func (tx *Tx) dropHeld(id rules.HeldID) {
	if h, ok := tx.Held(id); ok {
		tx.erase(helds, u64(uint64(id)))
		tx.del(heldOn, append(u64(uint64(h.Ticket)), u64(uint64(id))...))
		tx.tally("held", -1)
	}
}

// Held returns a mail that waits for a decision.
func (tx *Tx) Held(id rules.HeldID) (rules.Held, bool) {
	return loadJSON[rules.Held](tx, helds, u64(uint64(id)))
}

// HeldOn returns the mails that wait on a ticket, oldest first, at most 100.
func (tx *Tx) HeldOn(t rules.TicketID) []rules.Held {
	var out []rules.Held
	for k := range tx.scan(heldOn, u64(uint64(t)), nil) {
		if h, ok := loadJSON[rules.Held](tx, helds, k[8:]); ok {
			out = append(out, h)
		}
		if len(out) == heldMax {
			break
		}
	}
	return out
}

// HeldMails returns up to limit mails that wait for a decision, newest first.
func (tx *Tx) HeldMails(limit int) []rules.Held {
	return list[rules.Held](tx, helds, nil, nil, true, limit)
}

// keepDue sets the due time of that name, in place of an earlier one. A zero time clears it.
func (tx *Tx) keepDue(d rules.Due) {
	name, ok := tx.name("due time", d.Key)
	if !ok {
		return
	}
	tx.clearDue(name)
	if d.At.IsZero() {
		return
	}
	tx.saveJSON(dues, name, d)
	tx.put(dueTimes, append(timeKey(d.At), name...), nil)
}

// forget clears a due that was answered, unless it has been moved since.
func (tx *Tx) forget(d rules.Due) {
	name, ok := tx.name("due time", d.Key)
	if !ok {
		return
	}
	if old, ok := loadJSON[rules.Due](tx, dues, name); ok && (d.At.IsZero() || old.At.Equal(d.At)) {
		tx.clearDue(name)
	}
}

func (tx *Tx) clearDue(name []byte) {
	if old, ok := loadJSON[rules.Due](tx, dues, name); ok {
		tx.del(dueTimes, append(timeKey(old.At), name...))
		tx.erase(dues, name)
	}
}

// DuesBefore returns up to limit due times that are not after t, earliest first.
func (tx *Tx) DuesBefore(t time.Time, limit int) []rules.Due {
	var out []rules.Due
	for k := range tx.scan(dueTimes, nil, nil) {
		if len(out) >= limit || keyTime(k).After(t) {
			break
		}
		if d, ok := loadJSON[rules.Due](tx, dues, k[8:]); ok {
			out = append(out, d)
		}
	}
	return out
}

// Due returns the due time of that name.
func (tx *Tx) Due(name string) (rules.Due, bool) {
	return loadJSON[rules.Due](tx, dues, []byte(name))
}

// NextDue is the earliest due time, zero where there is none.
func (tx *Tx) NextDue() time.Time {
	for k := range tx.scan(dueTimes, nil, nil) {
		return keyTime(k)
	}
	return time.Time{}
}

func (tx *Tx) keepOutage(o rules.Outage) {
	key := u64(uint64(o.ID))
	if n := uint64(o.ID); n > tx.counter("outage") {
		tx.setCounter("outage", n)
	}
	tx.saveJSON(outages, key, o)
	if o.Status == "solved" || o.Status == "dismissed" {
		tx.del(openOutages, key)
	} else {
		tx.put(openOutages, key, nil)
	}
}

// NextOutage is the number that the next new outage gets.
func (tx *Tx) NextOutage() rules.OutageID { return rules.OutageID(tx.counter("outage") + 1) }

// Outage returns an outage.
func (tx *Tx) Outage(id rules.OutageID) (rules.Outage, bool) {
	return loadJSON[rules.Outage](tx, outages, u64(uint64(id)))
}

// OpenOutages returns the outages that are neither solved nor dismissed, oldest first.
func (tx *Tx) OpenOutages() []rules.Outage {
	var out []rules.Outage
	for k := range tx.scan(openOutages, nil, nil) {
		if o, ok := loadJSON[rules.Outage](tx, outages, k); ok {
			out = append(out, o)
		}
	}
	return out
}

// Outages returns up to limit outages, newest first.
func (tx *Tx) Outages(limit int) []rules.Outage {
	return list[rules.Outage](tx, outages, nil, nil, true, limit)
}

// Bad returns what is known against an address.
func (tx *Tx) Bad(a rules.Address) (rules.BadAddress, bool) {
	if a == "" || strings.IndexByte(string(a), 0) >= 0 {
		return rules.BadAddress{}, false
	}
	return loadJSON[rules.BadAddress](tx, bads, []byte(a))
}

// BadAddresses returns up to limit addresses that automatic mail no longer goes to, in alphabetical order.
func (tx *Tx) BadAddresses(limit int) []rules.BadAddress {
	return list[rules.BadAddress](tx, bads, nil, nil, false, limit)
}

// ForgetBad lets automatic mail go to an address again.
func (tx *Tx) ForgetBad(a rules.Address) {
	if a != "" {
		tx.erase(bads, []byte(a))
	}
}
