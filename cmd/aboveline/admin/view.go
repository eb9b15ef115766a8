package admin

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"aboveline.example/rules"
)

// View says how a desk's records are shown: with its ticket prefix, in its zone.
//
// What is shown keeps CONTRACT, section 3: unknown or empty is "", [], {} or null, never absent; times are RFC 3339
// with zone; numbers are as people write them. Fields may be added, never taken away.
type View struct {
	Prefix string
	Zone   *time.Location
}

// When is a time in the desk's zone, null where there is none.
type When struct{ time.Time }

// MarshalJSON writes milliseconds: enough to tell two mails apart, and short enough to read.
func (w When) MarshalJSON() ([]byte, error) {
	if w.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(w.Truncate(time.Millisecond).Format(time.RFC3339Nano))
}

func (v View) when(t time.Time) When {
	if t.IsZero() {
		return When{}
	}
	return When{t.In(v.Zone)}
}

// ticket is a ticket's number as people see it, "" for none.
func (v View) ticket(id rules.TicketID) string {
	if id == 0 {
		return ""
	}
	return v.Prefix + "-" + strconv.FormatUint(uint64(id), 10)
}

func (v View) tickets(ids []rules.TicketID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = v.ticket(id)
	}
	return out
}

func outage(id rules.OutageID) string {
	if id == 0 {
		return ""
	}
	return "D-" + strconv.FormatUint(uint64(id), 10)
}

// ParseTicket reads a ticket's number: "OMD-12", "omd-12" or "12".
func (v View) ParseTicket(s string) (rules.TicketID, error) {
	n, err := number(s, v.Prefix)
	return rules.TicketID(n), err
}

// ParseOutage reads an outage's number: "D-7", "d-7" or "7".
func ParseOutage(s string) (rules.OutageID, error) {
	n, err := number(s, "D")
	return rules.OutageID(n), err
}

func number(s, prefix string) (uint64, error) {
	digits := strings.TrimSpace(s)
	if head, tail, ok := strings.Cut(digits, "-"); ok {
		if !strings.EqualFold(head, prefix) {
			return 0, &Error{CodeUsage, fmt.Sprintf("%.60q is no number of this desk; write %s-1 or 1", s, prefix)}
		}
		digits = tail
	}
	n, err := strconv.ParseUint(digits, 10, 63)
	if err != nil || n == 0 {
		return 0, &Error{CodeUsage, fmt.Sprintf("%.60q is not a number; write %s-1 or 1", s, prefix)}
	}
	return n, nil
}

func parseMail(s string) (rules.MailID, error) {
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 63)
	if err != nil || n == 0 {
		return 0, &Error{CodeUsage, fmt.Sprintf("%.60q is not the number of a mail; \"aboveline mail list\" shows them", s)}
	}
	return rules.MailID(n), nil
}

// list makes an empty list of none.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func reasons(rs []rules.Reason) []string {
	out := make([]string, len(rs))
	for i, r := range rs {
		out[i] = r.String()
	}
	return out
}

// Source is a mail's bytes: readable, and as they are. JSON's strings hold UTF-8 alone, and mails do not.
type Source struct {
	Raw   string `json:"raw"`
	Bytes []byte `json:"raw_base64"`
}

func source(raw []byte) Source { return Source{string(raw), list(raw)} }

// Attachment is one file of a mail.
type Attachment struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	Inline bool   `json:"inline"`
	SHA256 string `json:"sha256"`
}

func attachments(as []rules.Attachment) []Attachment {
	out := make([]Attachment, len(as))
	for i, a := range as {
		out[i] = Attachment{a.Name, a.Type, a.Size, a.Inline, string(a.SHA256)}
	}
	return out
}
