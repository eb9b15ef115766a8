package reply

import "strings"

// separation is what a line between own and foreign words announces.
type separation uint8

const (
	noSeparation separation = iota
	original                // what follows is the mail that is answered
	forward                 // what follows is passed on
	underscores             // Outlook's rule; means something only before a header block
)

// originals and forwards are what clients write between dashes, folded to lower case.
var originals = words(
	"original message", "original-nachricht", "ursprungligt meddelande", "originalmeddelande", "ursprungliga meddelandet",
	"opprinnelig melding", "opprinneleg melding", "original melding", "oprindelig meddelelse", "oprindelig besked",
	"alkuperäinen viesti", "alkuperäinen sanoma", "alkup. viesti", "ursprüngliche nachricht", "originalnachricht", "ursprüngliche mail",
	"original nachricht", "ursprüngliche e-mail", "message d'origine", "message d’origine", "message original", "message initial",
	"oorspronkelijk bericht", "origineel bericht", "mensaje original", "messaggio originale", "messaggio originario", "mensagem original",
	"wiadomość oryginalna", "oryginalna wiadomość", "původní zpráva", "pôvodná správa", "původní e-mail", "исходное сообщение",
	"оригинальное сообщение", "eredeti üzenet", "özgün ileti", "原始邮件", "原始郵件", "元のメッセージ", "원본 메시지", "originalmail",
	"originele bericht", "original email", "ursprungligt e-postmeddelande",
	"mesaj original", "izvorna poruka", "izvirno sporočilo", "algne kiri", "originali žinutė", "upprunaleg skilaboð")

var forwards = words(
	"forwarded message", "forwarded mail", "forwarded by", "begin forwarded message", "start of forwarded message",
	"vidarebefordrat meddelande", "vidarebefordrat brev", "vidarebefordrat mail", "vidarebefordrat mejl", "vidaresänt meddelande", "vidarebefordrad av",
	"början på vidarebefordrat meddelande", "börja vidarebefordrat meddelande", "start på vidarebefordrat meddelande",
	"börja på vidarebefordrat brev", "början på vidarebefordrat brev", "börja på vidarebefordrat meddelande",
	"videresendt melding", "videresendt e-post", "start på videresendt melding", "vidaresendt melding", "vidaresend melding", "videresendt av",
	"videresendt besked", "videresendt meddelelse", "videresendt mail", "start på videresendt besked", "påbegynd videresendt besked", "videresendt af",
	"välitetty viesti", "välitetty viesti alkaa", "edelleenlähetetty viesti", "edelleenlähetetty sanoma", "lähettäjä välitti", "välitetyn viestin alku",
	"weitergeleitete nachricht", "weitergeleitete mail", "anfang der weitergeleiteten nachricht", "anfang der weitergeleiteten e-mail", "weitergeleitet von",
	"message transféré", "message transmis", "début du message réexpédié", "début du message transféré", "courriel transféré", "transféré par",
	"doorgestuurd bericht", "begin doorgestuurd bericht", "mensaje reenviado", "inicio del mensaje reenviado", "messaggio inoltrato",
	"inizio messaggio inoltrato", "mensagem encaminhada", "mensagem reencaminhada", "início da mensagem reencaminhada", "início da mensagem encaminhada",
	"przekazana wiadomość", "wiadomość przekazana dalej", "początek przekazywanej wiadomości", "přeposlaná zpráva", "předaná zpráva", "preposlaná správa",
	"пересылаемое сообщение", "пересланное сообщение", "начало переадресованного сообщения", "továbbított üzenet", "yönlendirilmiş ileti", "iletilmiş mesaj",
	"转发的邮件", "轉寄的郵件", "轉寄郵件", "転送メッセージ", "転送されたメッセージ", "전달된 메시지", "mesaj redirecționat", "áframsent bréf", "edastatud kiri")

func words(s ...string) map[string]bool {
	m := make(map[string]bool, len(s))
	for _, w := range s {
		m[w] = true
	}
	return m
}

// separationAt reads line i as a separator.
func separationAt(s string) separation {
	if len(s) > 160 || len(s) < 4 {
		return noSeparation
	}
	bare := strings.Trim(s, "-–—_=*#>< \t:+.")
	ruled := strings.HasPrefix(strings.TrimLeft(s, "* "), "--") || strings.HasPrefix(s, "__") || strings.HasPrefix(s, "==") || strings.HasPrefix(s, "——") || strings.HasPrefix(s, "–")
	if bare == "" {
		if len(s) >= 20 && (strings.Count(s, "_") == len(s) || strings.Count(s, "-") == len(s)) {
			return underscores
		}
		return noSeparation
	}
	if !ruled && !strings.HasSuffix(s, ":") && !strings.HasSuffix(s, "：") {
		return noSeparation
	}
	low := strings.ToLower(bare)
	if forwards[low] {
		return forward
	}
	if !ruled {
		return noSeparation
	}
	if originals[low] {
		return original
	}
	return phrased(low)
}

// phrased reads separators that go on after their phrase: "Forwarded by Anna Ek on 2026-03-01", "Original message
// from Anna".
func phrased(low string) separation {
	for _, p := range []string{"forwarded by ", "forwarded message from ", "videresendt av ", "videresendt af ", "vidarebefordrat av ", "vidarebefordrat meddelande från ", "weitergeleitet von ", "transféré par ", "välittänyt ", "edelleenlähettänyt ", "doorgestuurd door "} {
		if strings.HasPrefix(low, p) {
			return forward
		}
	}
	for _, p := range []string{"original message from ", "original message ", "ursprungligt meddelande från ", "message d'origine de ", "originalmeddelande från "} {
		if strings.HasPrefix(low, p) {
			return original
		}
	}
	return noSeparation
}
