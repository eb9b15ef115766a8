package mailout

import (
	"strings"

	"aboveline.example/rules"
)

// report writes the rest of a report of success: words for a person, and the same for a machine (RFC 3464; RFC 6522).
// The mail itself is not sent back: its sender has it.
func (w *writing) report(o *rules.Outgoing, h *header, body worded, host string) {
	b := boundary(o, "report")
	ct := multipart("report", b)
	ct.atoms = append(ct.atoms[:1], "report-type=delivery-status;", ct.atoms[1])
	h.set("Content-Type", ct)
	w.header(h)
	w.str("--" + b + "\r\n")
	w.text("plain", body.text)
	w.str("--" + b + "\r\n")
	part := &header{}
	part.set("Content-Type", token("message/delivery-status"))
	w.header(part)
	mail := &header{}
	mail.set("Original-Envelope-Id", token(o.Delivered.ID))
	mail.set("Reporting-MTA", token("dns; "+host))
	mail.set("Arrival-Date", date(o.Date))
	w.header(mail)
	for _, r := range o.Delivered.Success {
		to := &header{}
		to.set("Original-Recipient", typed(r.Original))
		to.set("Final-Recipient", typed(r.To))
		to.set("Action", token("delivered"))
		to.set("Status", token("2.0.0"))
		w.header(to)
	}
	w.str("--" + b + "--\r\n")
}

// typed is an address as reports write it (RFC 3464, section 2.1.2); "" is none.
func typed(address string) value {
	address = strings.ReplaceAll(address, " ", "")
	if address == "" {
		return value{}
	}
	return token("rfc822; " + address)
}
