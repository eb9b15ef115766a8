package machine

// bounceSubjects begin the subject of a notice that a mail did not arrive, by language. Folded. A subject that begins
// with a reply or forward prefix is a person's and is not compared.
var bounceSubjects = []string{
	// English
	"undeliverable", "undelivered", "delivery status", "delivery failure", "delivery failed", "delivery has failed", "delivery error",
	"delivery notification", "delivery problem", "delivery report", "delivery warning", "mail delivery", "mail delivering", "message delivery", "failure notice", "failure delivery",
	"failed delivery", "failed mail", "returned mail", "returned message", "returned to sender", "mail system error", "mail failure", "mail failed", "notice: mail delivery", "mail could not", "mail not delivered",
	"mail undeliverable", "message not delivered", "message undeliverable", "message could not", "message status - undeliverable", "your message could not",
	"your message wasn't delivered", "there was an error sending your mail", "non-delivery", "non delivery", "nondeliverable", "nondelivery", "ndn:", "ndr:",
	"unable to deliver", "could not deliver", "email delivery", "error sending", "automatically generated: undeliverable", "rejected:", "rejected mail",
	"e-mail delivery", "permanent delivery failure", "bounced mail", "bounce:", "mail returned", "invalid address", "unknown user", "user unknown", "address not found", "aws notification message",
	"mailbox full", "mailbox quota", "mailbox exceeded", "mailbox unavailable", "user mailbox exceeds", "quota exceeded", "over quota", "recipient rejected", "recipient unknown", "invalid recipient", "unknown recipient", "delivery unsuccessful",
	"unsuccessful delivery", "email not delivered", "e-mail not delivered", "mail not deliverable", "not deliverable", "mail rejected", "message rejected", "message blocked", "message you sent blocked", "**message you sent", "considered unsolicited",
	"your email could not", "your e-mail could not", "your mail could not", "email could not", "could not be delivered", "not delivered", "unable to send", "undelivered email", "mail returned", "return mail", "user not found", "no such user",
	"user does not exist", "account disabled", "mail account", "system message", "error delivering", "error in delivery", "problem delivering", "delivery exception", "delivery to", "transmission failure", "mail status",
	"delayed", "delivery delayed", "warning: could not send", "warning: message", "warning - delayed", "mail delayed", "message delayed", "still being retried",
	// Swedish
	"olevererbart", "ej levererbart", "ej levererat", "det går inte att leverera", "det gick inte att leverera", "meddelandet kunde inte levereras", "kunde inte levereras",
	"kan inte levereras", "leveransfel", "misslyckad leverans", "leveransmeddelande", "ditt meddelande kunde inte", "fördröjd", "försenad leverans", "leveransen är fördröjd",
	// Norwegian and Danish
	"kan ikke leveres", "ikke levert", "kunne ikke leveres", "uleverbar", "ikke-leverbar", "leveringsfeil", "kunne ikkje leverast", "leveringsfejl", "meddelelsen kunne ikke",
	"meldingen kunne ikke", "e-posten kunne ikke", "ikke leveret", "forsinket", "forsinka", "levering forsinket",
	// Finnish
	"toimittamaton", "ei voitu toimittaa", "ei voi toimittaa", "toimitus epäonnistui", "viestiä ei voitu", "viivästynyt", "palautettu viesti",
	// German
	"unzustellbar", "nicht zustellbar", "nicht zugestellt", "zustellung fehlgeschlagen", "zustellfehler", "fehler bei der zustellung", "rückläufer", "mailzustellung",
	"unzustellbarkeit", "ihre nachricht konnte nicht", "verzögert", "zustellung verzögert",
	// French
	"non remis", "non délivré", "non distribuable", "échec de la remise", "échec de remise", "échec de distribution", "échec d'envoi", "courrier non distribué", "message non remis", "retardé",
	"notification d'échec", "avis de non-remise",
	// Spanish and Portuguese
	"no se puede entregar", "no se pudo entregar", "no entregado", "no entregable", "error de entrega", "mensaje devuelto", "correo devuelto", "fallo en la entrega",
	"notificación de estado de entrega", "não entregue", "não é possível entregar", "não foi possível entregar", "falha na entrega", "falha de entrega", "mensagem devolvida", "mensagem não entregue", "erro na entrega",
	"notificação de status", "email devolvido", "retrasado", "atrasad",
	// Italian and Dutch
	"non recapitabile", "mancato recapito", "mancata consegna", "recapito non riuscito", "errore di consegna", "consegna fallita", "ritardato", "niet bezorgd", "onbestelbaar", "niet afgeleverd",
	"kan niet worden bezorgd", "bezorging mislukt", "niet te bezorgen", "vertraagd",
	// Polish, Czech, Russian, Turkish
	"niedostarczon", "nie można dostarczyć", "zwrot poczty", "nedoručiteln", "не доставлено", "недоставленное", "недоставлен", "ваше сообщение не доставлено", "сообщение не доставлено",
	"отчет о недоставке", "возврат", "невозможно доставить", "teslim edilemedi", "iletilemedi",
	// Japanese, Chinese, Korean
	"メールエラー", "メール配信エラー", "配信不能", "配信エラー", "送信エラー", "送信できません", "配送できません", "配達不能", "エラー通知", "未配信", "不達",
	"系统退信", "退信", "未送达", "无法送达", "投递失败", "发送失败", "郵件無法", "반송", "전송 실패",
}

// bouncePhrases are what the body of such a notice says. Folded.
var bouncePhrases = phraseSet(
	// English
	"could not be delivered", "couldn't be delivered", "cannot be delivered", "can not be delivered", "can't be delivered", "was not delivered", "wasn't delivered", "not been delivered",
	"undeliverable", "unable to deliver", "wasn't able to deliver", "were unable to deliver", "failed to deliver", "delivery to the following", "delevery to the following", "delivery has failed",
	"delivery failed", "did not reach the following", "failed permanently", "delivery status notification", "had permanent fatal errors", "had delivery problems", "had delivery errors",
	"transcript of session follows", "error delivering your mail", "error occurred while trying to deliver", "error has occurred while attempting to deliver", "trouble delivering your message",
	"following address(es) failed", "following addresses failed", "following address failed", "following recipients", "no valid recipients", "failed addresses", "failed address:", "exceeds allowed size", "could not be reached", "returned to sender", "message that you sent", "returning message to sender",
	"mail delivery software", "i'm sorry to have to inform you", "unknown user:", "unknown recipient", "user unknown", "no such user", "invalid user address", "mailbox is full", "mailbox full", "delivery report",
	"non-delivery", "notification type", "has been rejected", "was rejected by", "did not accept", "group you tried to contact", "failure reasons", "returned message", "may not exist, or you may not have permission",
	"could not send message", "couldn't deliver", "message was not delivered", "permanent error", "your message wasn't", "address not found", "can not deliver", "not deliver your",
	"failed to send", "rejected your message", "mail system was unable", "account is disabled", "has not been delivered", "has been delayed", "is delayed for", "been delayed", "still being retried",
	"will be retried", "not yet been delivered", "unsent message", "undelivered", "original message follows", "the error that the other server returned", "this is a permanent",
	// Swedish
	"kunde inte levereras", "kunde inte leverera", "går inte att leverera", "gick inte att leverera", "kan inte levereras", "har inte levererats", "levererades inte", "leveransen misslyckades",
	"kunde inte nå", "har inte kunnat levereras", "har fördröjts",
	// Norwegian and Danish
	"kunne ikke leveres", "kan ikke leveres", "ble ikke levert", "er ikke levert", "leveringen mislyktes", "levering mislyktes", "kunne ikke levere", "kunne ikkje leverast", "blev ikke leveret", "kunne ikke nå",
	"leveringen til følgende", "er forsinket", "har blitt forsinket",
	// Finnish
	"ei voitu toimittaa", "ei voi toimittaa", "toimitus epäonnistui", "ei toimitettu", "toimittaminen epäonnistui",
	// German
	"konnte nicht zugestellt", "konnten nicht zugestellt", "nicht zugestellt werden", "nicht zustellbar", "unzustellbar", "zustellung fehlgeschlagen", "fehler bei der zustellung", "konnte nicht übermittelt",
	// French
	"n'a pas pu être remis", "n'a pas pu être délivré", "n'a pu être délivré", "n'a pas été remis", "n'a pas pu être distribué", "échec de la remise", "impossible de remettre", "n'a pas pu être envoyé", "n'a pu être remis",
	// Spanish and Portuguese
	"no se pudo entregar", "no se ha podido entregar", "no pudo ser entregado", "no se puede entregar", "no ha podido ser", "error en la entrega", "não pôde ser entregue", "não pode ser entregue", "não foi possível entregar",
	"não foi entregue", "não pude entregar", "falha na entrega",
	// Italian and Dutch
	"non è stato possibile recapitare", "non può essere recapitato", "impossibile recapitare", "non è stato recapitato", "non è stato consegnato", "kon niet worden bezorgd", "kan niet worden bezorgd", "niet worden afgeleverd",
	"is niet bezorgd", "kon niet worden afgeleverd",
	// Slavic, Turkish
	"nie można dostarczyć", "nie została dostarczona", "nie mogła zostać dostarczona", "nelze doručit", "nebylo možné doručit", "не может быть доставлен", "не было доставлено", "не доставлено", "не удалось доставить", "невозможно доставить",
	"не могло быть доставлено", "teslim edilemedi",
	// Japanese, Chinese, Korean
	"送信できません", "送信ができません", "配信できません", "配送できません", "届けることができません", "メールアドレスが見つかりません", "エラーのため", "見つかりませんでした", "不達", "返送されました",
	"无法送达", "未能送达", "无法投递", "投递失败", "未送达", "被退回", "退回", "전송되지", "배달되지",
)

// delayWords say that the mail is still being tried. Folded.
var delayWords = phraseSet(
	"(delay)", "warning message only", "temporary failure report", "has been delayed", "is delayed", "still being retried", "will be retried", "will continue to", "will keep trying", "do not need to resend", "need to re-send",
	"not yet been delivered", "not been delivered yet", "delivery attempts will continue", "has not yet", "delayed for", "delayed mail", "delivery delayed", "still trying", "transient non-fatal", "could not send message for",
	"message that has not been delivered", "no action is required on your part", "warning: could not send", "has not been collected", "notification: warning",
	"har fördröjts", "fördröjd", "försöker fortfarande", "forsinket", "forsøker fortsatt", "fortsætter med at forsøge", "viivästynyt", "yritetään edelleen", "verzögert", "weiterhin versucht", "weitere zustellversuche",
	"retardé", "sera relancé", "se seguirá intentando", "retrasad", "ritardat", "vertraagd", "atrasad", "задержан", "попытки доставки", "再送を", "再送します", "遅延して",
)

// deliveredSubjects begin the subject of a notice that a mail did arrive (RFC 3464, action "delivered" or "relayed").
var deliveredSubjects = []string{"delivered:", "relayed:", "delivery status notification (success)", "delivery status notification (relay)", "successful mail delivery report", "levererat:", "vidarebefordrat:",
	"levert:", "leveret:", "toimitettu:", "zugestellt:", "weitergeleitet:", "remis :", "remis:", "entregado:", "recapitato:", "bezorgd:", "expanded:"}
