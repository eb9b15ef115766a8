package mailout

import (
	"strconv"
	"strings"

	"aboveline.example/rules"
)

// worded is a mail's text in its two forms, which say the same. LF line ends, UTF-8.
type worded struct{ text, html string }

// body writes the rest of the header and the parts: text and HTML as alternatives, pictures beside the HTML that
// shows them, and the other attachments around it all.
func (w *writing) body(o *rules.Outgoing, h *header, body worded, host string) {
	shown, files := split(o.Attachments)
	if len(files) == 0 {
		w.alternative(o, h, body, shown, host)
		return
	}
	mixed := boundary(o, "mixed")
	h.set("Content-Type", multipart("mixed", mixed))
	w.header(h)
	w.str("--" + mixed + "\r\n")
	w.alternative(o, &header{}, body, shown, host)
	for _, a := range files {
		w.str("--" + mixed + "\r\n")
		w.file(a, "attachment", "")
	}
	w.str("--" + mixed + "--\r\n")
}

func (w *writing) alternative(o *rules.Outgoing, h *header, body worded, shown []rules.Attachment, host string) {
	alt := boundary(o, "alternative")
	h.set("Content-Type", multipart("alternative", alt))
	w.header(h)
	w.str("--" + alt + "\r\n")
	w.text("plain", body.text)
	w.str("--" + alt + "\r\n")
	if len(shown) > 0 {
		w.related(o, body, shown, host)
	} else {
		w.text("html", body.html)
	}
	w.str("--" + alt + "--\r\n")
}

// related holds the HTML and the pictures it shows. RFC 2387.
func (w *writing) related(o *rules.Outgoing, body worded, shown []rules.Attachment, host string) {
	rel := boundary(o, "related")
	h := &header{}
	ct := multipart("related", rel)
	ct.atoms = append(ct.atoms[:1], `type="text/html";`, ct.atoms[1])
	h.set("Content-Type", ct)
	w.header(h)
	w.str("--" + rel + "\r\n")
	w.text("html", body.html)
	for i, a := range shown {
		w.str("--" + rel + "\r\n")
		w.file(a, "inline", contentID(o, i, host))
	}
	w.str("--" + rel + "--\r\n")
}

func (w *writing) text(kind, s string) {
	h := &header{}
	h.set("Content-Type", value{[]string{"text/" + kind + ";", "charset=utf-8"}})
	h.set("Content-Transfer-Encoding", token("quoted-printable"))
	w.header(h)
	w.b = quotedPrintable(w.b, s)
}

func (w *writing) file(a rules.Attachment, disposition, cid string) {
	h := &header{}
	h.set("Content-Type", named(value{[]string{mediaType(a.Type)}}, "name", a.Name))
	h.set("Content-Disposition", named(value{[]string{disposition}}, "filename", a.Name))
	if cid != "" {
		h.set("Content-ID", ids(rules.MessageID(cid)))
	}
	h.set("Content-Transfer-Encoding", token("base64"))
	w.header(h)
	w.blob(a)
}

// contentID is ours, never the one the sender wrote: theirs is foreign text, and may be there twice.
func contentID(o *rules.Outgoing, i int, host string) string {
	return "picture-" + strconv.Itoa(i+1) + "." + strings.TrimPrefix(boundary(o, "related"), "=_") + "@" + host
}

// maxShown is how many pictures the HTML shows itself; the others are attached.
const maxShown = 10

// split tells the pictures that the HTML shows from the other attachments. An attachment whose bytes were not kept is
// left out: an empty file would say that it was empty.
func split(all []rules.Attachment) (shown, files []rules.Attachment) {
	for _, a := range all {
		switch {
		case a.SHA256 == "":
		case a.Inline && len(shown) < maxShown && showable(a.Type):
			shown = append(shown, a)
		default:
			files = append(files, a)
		}
	}
	return shown, files
}

// showable: what every client draws.
func showable(t string) bool {
	switch strings.ToLower(t) {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return true
	}
	return false
}
