package reply

import (
	"strings"
	"unicode"
)

// field is what a line of a client's header block says.
type field uint8

const (
	noField field = iota
	fieldFrom
	fieldSent
	fieldTo
	fieldCc
	fieldSubject
	fieldOther
)

// fieldNames are the words clients write before the colon, by meaning, in all the languages of tongues. Single
// letters and short words ("A", "De", "Do") count only inside a block.
var fieldNames = func() map[string]field {
	m := map[string]field{}
	for f, names := range map[field]string{
		fieldFrom:    "from|från|fra|frå|von|de|da|van|od|lähettäjä|от|від|feladó|kimden|発信者|差出人|发件人|寄件者|寄件人|보낸 사람|saatja|från/from|from/från|expéditeur|remitente|mittente|afzender|nadawca|remetente|odesílatel|absender|avsändare|avsender|afsender|от кого|pošiljatelj|de la|từ|frá|από|nuo",
		fieldSent:    "sent|date|skickat|datum|sendt|dato|sendt dato|gesendet|envoyé|envoyé le|date d'envoi|date d’envoi|enviado|enviado el|enviada em|enviado em|enviada|fecha|data|inviato|data invio|verzonden|datum verzonden|wysłano|wysłane|odesláno|dátum|lähetetty|päivämäärä|päiväys|pvm|отправлено|дата|дата отправки|надіслано|elküldve|gönderilen|日時|送信日時|发送时间|發送時間|寄件日期|日期|보낸 날짜|saadetud|sendt den|trimis|date/time|poslano|отправлен|quand|when|sent on|sent at|dato/tid",
		fieldTo:      "to|till|til|an|à|a|aan|para|per|do|komu|vastaanottaja|кому|címzett|kime|宛先|收件人|收件者|받는 사람|saaja|destinataire|destinatario|mottagare|mottaker|modtager|empfänger|za|către|pour|pro|dest|geadresseerde|adressat|adresát",
		fieldCc:      "cc|kopia|kopi|kopie|copie|copie à|copia|c.c|cc:n|dw|kopio|копия|копія|másolatot kap|抄送|副本|참조|bcc|cópia|kopie an|в копии|koopia|kopija|cci",
		fieldSubject: "subject|ämne|emne|betreff|objet|oggetto|asunto|assunto|onderwerp|temat|předmět|predmet|aihe|тема|tárgy|konu|件名|主题|主旨|제목|teema|sujet|otsikko|emnefelt|rubrik|sak|subiect|zadeva|efni|θέμα|subj",
		fieldOther:   "reply-to|reply to|svar till|svar til|antwort an|répondre à|responder a|rispondi a|risposta|vastausosoite|importance|priority|vikt|prioritet|viktighet|attachments|attachment|bilagor|bifogade filer|vedlegg|anlagen|pièces jointes|bijlagen|liitteet|adjuntos|allegati|reply-to address|organization|organisation|newsgroups|sensitivity|resent-from|sender|mailing-list|list-id|on behalf of|vedhæftede filer|vedhæftninger|priorité|importancia|priorität|wichtigkeit|tärkeys|list",
	} {
		for n := range strings.SplitSeq(names, "|") {
			m[n] = f
		}
	}
	return m
}()

// maxFieldName is the longest name of a field, in bytes.
const maxFieldName = 40

// fieldOf reads "Name: value", however the name is set off ("*From:* x", "Objet :x").
func fieldOf(s string) (f field, value string) {
	s = strings.TrimLeft(s, " \t*_|\u00a0")
	look := s[:min(len(s), maxFieldName)]
	i := strings.IndexByte(look, ':')
	if w := strings.Index(look, "："); w > 0 && (i < 0 || w < i) {
		i = w
	}
	if i <= 0 {
		return noField, ""
	}
	name := strings.ToLower(strings.TrimFunc(s[:i], func(r rune) bool { return unicode.IsSpace(r) || r == '*' || r == '_' }))
	f, ok := fieldNames[name]
	if !ok {
		return noField, ""
	}
	value = strings.TrimPrefix(strings.TrimPrefix(s[i:], ":"), "：")
	return f, strings.TrimFunc(value, func(r rune) bool { return isSpace(r) || r == '*' || r == '_' })
}

// field reads the line as a field, once.
func (l *line) field() (field, string) {
	if !l.read {
		l.name, l.value = fieldOf(l.look())
		l.read = true
	}
	return l.name, l.value
}

// block is a client's header block: lines [from, to) and what its fields say.
type block struct {
	from, to            int
	sender, sent, topic string
	has                 [fieldOther + 1]bool
	n                   int
	address             bool // one of the values has an address
	raw                 bool // has lines that only travelling mail has: somebody pasted it
}

// maxBlock is how many lines a header block may have: long lists of recipients wrap.
const maxBlock = 40

// headerAt reads a header block that begins at line i; ok says that it is one. Blank lines between fields are
// allowed one at a time, as some clients turn each field into a paragraph; so are wrapped values.
func headerAt(ls []line, i int) (b block, ok bool) {
	f, v := ls[i].field()
	if f == noField {
		return b, false
	}
	depth := ls[i].depth
	b = block{from: i, to: i + 1}
	b.take(f, v)
	blanks, wrapped := 0, 0
	for j := i + 1; j < len(ls) && j < i+maxBlock; j++ {
		l := &ls[j]
		if l.blank() {
			if blanks++; blanks > 1 || b.has[fieldSubject] && b.n >= 4 {
				break
			}
			continue
		}
		if l.depth != depth {
			break
		}
		f, v := l.field()
		if f == noField {
			if transport(l.look()) && blanks == 0 {
				b.raw, wrapped = true, 0
				b.to = j + 1
				continue
			}
			if blanks > 0 || wrapped >= 6 || b.has[fieldSubject] && wrapped >= 1 && !strings.Contains(l.text, "@") {
				break
			}
			wrapped++
			b.address = b.address || hasAddress(l.look())
			// A wrapped value belongs to the block only if another field follows, or it is a list of addresses.
			if strings.ContainsAny(l.text, "@;") {
				b.to = j + 1
			}
			continue
		}
		blanks, wrapped = 0, 0
		b.take(f, v)
		b.to = j + 1
	}
	return b, b.sure()
}

// transport says whether a line is of a mail's own header as it travels: people paste those when they ask about mail,
// clients leave them out of their blocks.
func transport(s string) bool {
	i := strings.IndexByte(s[:min(len(s), maxFieldName)], ':')
	if i < 1 {
		return false
	}
	name := strings.ToLower(s[:i])
	return strings.HasPrefix(name, "x-") || transportNames[name]
}

var transportNames = words("received", "message-id", "return-path", "mime-version", "content-type", "content-transfer-encoding", "delivered-to", "references", "in-reply-to", "user-agent", "dkim-signature", "authentication-results", "received-spf", "envelope-to", "delivery-date")

func (b *block) take(f field, v string) {
	b.n++
	b.has[f] = true
	b.address = b.address || hasAddress(v)
	switch f {
	case fieldFrom:
		b.sender = v
	case fieldSent:
		b.sent = v
	case fieldSubject:
		b.topic = v
	}
}

// sure says whether the fields make a header block. People write such lines too ("Från: Malmö, Till: Lund, Datum: 3
// maj"), so a sender and recipient alone need an address or a subject beside them.
func (b *block) sure() bool {
	from, sent, to, subject := b.has[fieldFrom], b.has[fieldSent], b.has[fieldTo], b.has[fieldSubject]
	switch {
	case b.n < 2:
		return false
	case from && (sent || to || subject):
		e := gather(b.sent)
		return b.address || subject && (sent || to) || sent && to && e.clock
	case sent && to:
		return b.address
	case subject && (sent || to):
		return b.address
	}
	return false
}
