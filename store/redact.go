package store

import (
	"encoding/json"
	"strings"

	"aboveline.example/rules"
)

// erasureKey is the named value that lists what has still to be removed for good.
const erasureKey = "erase"

// redact takes away what a decision removes, and notes which blobs may be without a name now: [DB.Erase] removes
// those, and what the file still holds of the rest.
func (tx *Tx) redact(r rules.Redaction) {
	if len(r.Entries)+len(r.Mails)+len(r.Sent)+len(r.Blobs) == 0 {
		return
	}
	loose := append(tx.loose(), r.Blobs...)
	for _, e := range r.Entries {
		key := entryKey(e.Ticket, e.Seq)
		old, _ := loadJSON[rules.Entry](tx, entries, key)
		for _, a := range old.Attachments {
			loose = append(loose, a.SHA256)
		}
		tx.saveJSON(entries, key, e)
	}
	for _, id := range r.Mails {
		loose = append(loose, tx.redactMail(id, r.Subject))
	}
	for _, id := range r.Sent {
		loose = append(loose, tx.redactRow(id, r.Subject)...)
	}
	b, err := json.Marshal(loose)
	if err != nil {
		tx.fail("redact", err)
	}
	tx.SetValue(erasureKey, b)
}

// loose lists the blobs that wait for [DB.Erase].
func (tx *Tx) loose() (ids []rules.BlobID) {
	if b := tx.Value(erasureKey); b != nil {
		if err := json.Unmarshal(b, &ids); err != nil {
			tx.fail("read what is to be removed", err)
		}
	}
	return ids
}

// redactMail lets a mail's bytes go, and what the watch was shown of it. Its line in the ledger stays, without the
// subject where that goes, too.
func (tx *Tx) redactMail(id rules.MailID, subject bool) rules.BlobID {
	d, ok := tx.Disposition(id)
	if !ok {
		return ""
	}
	raw := d.Raw
	d.Raw = ""
	if subject {
		d.Subject = ""
	}
	for i, r := range d.Reasons {
		if r.Code == rules.ReasonCommandRefused { // with the words that stood after it
			d.Reasons[i].Subject, _, _ = strings.Cut(r.Subject, " ")
		}
	}
	tx.saveJSON(ledger, u64(uint64(id)), d)
	tx.erase(reports, append(u64(uint64(d.At.Unix())), u64(uint64(id))...))
	return raw
}

// redactRow lets go what an outgoing mail said. That there was one, to whom and when, stays, and so do the references by
// which a reply to it finds its ticket.
func (tx *Tx) redactRow(id rules.OutgoingID, subject bool) (loose []rules.BlobID) {
	key := outKey(id)
	r, ok := tx.row(key)
	if !ok || r.State == stateDropped {
		return nil
	}
	o, wire, ok := tx.loadWire(key)
	if !ok {
		return nil
	}
	for _, p := range wire {
		loose = append(loose, p.Blob)
	}
	for _, a := range o.Attachments {
		loose = append(loose, a.SHA256)
	}
	o.Words, o.Dialogue, o.Lines, o.Report, o.Attachments = "", nil, nil, nil, nil
	if subject {
		o.Subject, o.Facts.Subject, o.ThreadTopic = "", "", ""
	}
	tx.saveWire(key, o, nil)
	tx.cancel(id)
	return loose
}
