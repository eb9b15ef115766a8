package machine

// replySubjects begin the subject of an automatic answer, as the programs that write them put it. Folded. Nobody
// begins a subject of their own so.
var replySubjects = []string{
	// English
	"automatic reply", "auto reply", "auto-reply", "autoreply", "auto response", "auto-response", "autoresponse", "autoresponder", "automatic response", "automated response", "automated reply",
	"automatically generated reply", "out of office:", "out of office autoreply", "out of the office:", "out-of-office:", "ooo:", "oof:", "vacation reply", "[auto-reply]", "[autoreply]", "[auto reply]", "(autoreply)", "auto:",
	"away from my mail", "away from mail", "auto acknowledgement", "automatic acknowledgement", "[automatic reply]", "office closed:",
	// Swedish
	"autosvar", "automatiskt svar", "automatsvar", "frånvaromeddelande", "autosvar:", "ej på kontoret:",
	// Norwegian
	"automatisk svar", "autosvar", "fraværsmelding", "fraværsassistent", "ikke på kontoret:", "ikke til stede:", "automatisk melding",
	// Danish
	"autosvar", "automatisk svar", "ikke til stede", "fraværsbesked", "ikke på kontoret",
	// Finnish
	"automaattinen vastaus", "automaattivastaus", "poissaoloilmoitus", "poissa toimistosta", "lomavastaus",
	// German
	"automatische antwort", "abwesenheitsnotiz", "abwesenheitsnachricht", "abwesenheitsbenachrichtigung", "automatische rückantwort", "autoantwort", "automatisch generierte antwort", "nicht im büro:",
	// French
	"réponse automatique", "reponse automatique", "réponse d'absence", "absence du bureau", "message d'absence", "absent du bureau",
	// Spanish and Portuguese
	"respuesta automática", "respuesta automatica", "fuera de la oficina", "fuera de oficina", "contestador automático", "resposta automática", "resposta automatica", "fora do escritório", "ausência temporária",
	// Italian and Dutch
	"risposta automatica", "fuori sede", "fuori ufficio", "assenza dall'ufficio", "automatisch antwoord", "automatisch bericht", "afwezigheidsbericht", "niet op kantoor", "afwezigheidsassistent",
	// others
	"automatyczna odpowiedź", "odpowiedź automatyczna", "autoodpowiedź", "automatická odpověď", "автоответ", "автоматический ответ", "otomatik yanıt", "automatikus válasz", "自動返信", "自动回复", "自動回覆", "자동 회신", "自动答复",
}

// awaySubjects are in the subject of an automatic answer whose writer chose the subject; people use the same words, so
// the body must agree.
var awaySubjects = phraseSet(
	"out of office", "out of the office", "out-of-office", "on vacation", "on holiday", "on leave", "annual leave", "parental leave", "away from", "vacation", "ooo",
	"semester", "frånvaro", "frånvarande", "ledig", "föräldraledig", "tjänstledig", "ej anträffbar", "fravær", "ferie", "permisjon", "ute av kontoret", "bortreist", "barsel", "orlov", "loma", "vapaalla", "poissa", "urlaub", "abwesen",
	"nicht im büro", "absence", "absent", "congé", "vacances", "vacaciones", "ausente", "férias", "ferie", "assenza", "vakantie", "afwezig", "with pay", "отпуск", "不在",
)

// awayPhrases are how somebody absent says so, and how their mail program does. Folded.
var awayPhrases = phraseSet(
	// English
	"i am out of the office", "i'm out of the office", "i am currently out of", "i'm currently out of", "i will be out of the office", "i am away", "i'm away", "i am on vacation", "i'm on vacation", "i am on holiday", "i'm on holiday",
	"i am on leave", "i'm on leave", "on annual leave", "on parental leave", "on maternity leave", "i am currently away", "currently out of the office", "i will be away", "with limited access", "limited access to email", "limited access to my email",
	"no access to email", "will reply when i return", "respond when i return", "when i return", "upon my return", "i will be back", "i'll be back", "i am unavailable", "i no longer work", "no longer with the company", "our office is closed",
	// Swedish
	"jag är på semester", "jag har semester", "jag är ledig", "jag är föräldraledig", "jag är tjänstledig", "jag är inte på kontoret", "jag är för närvarande inte", "jag är bortrest", "jag är borta", "jag är frånvarande", "är på semester",
	"är inte på plats", "åter på kontoret", "är åter", "tillbaka på kontoret", "är tillbaka", "läser inte min", "läser inte mail", "läser inte mejl", "kommer inte att läsa", "har slutat", "begränsad tillgång till",
	// Norwegian, Bokmål and Nynorsk
	"jeg er på ferie", "jeg har ferie", "jeg er ikke på kontoret", "jeg er bortreist", "jeg er i permisjon", "jeg har permisjon", "jeg er ute av kontoret", "jeg er for tiden ikke", "er på ferie", "tilbake på kontoret", "er tilbake",
	"leser ikke e-post", "begrenset tilgang til", "har sluttet", "eg er på ferie", "eg har ferie", "eg er ikkje på kontoret", "eg er bortreist", "eg er i permisjon", "tilbake på kontoret", "les ikkje e-post", "har slutta",
	// Danish
	"jeg holder ferie", "jeg er på barsel", "jeg har orlov", "jeg er ikke til stede", "er ikke på kontoret", "jeg er fraværende", "læser ikke mails", "begrænset adgang til", "er stoppet", "jeg er på kursus",
	// Finnish
	"olen lomalla", "olen vapaalla", "olen poissa", "en ole paikalla", "en ole tavoitettavissa", "palaan töihin", "palaan lomalta", "olen vuosilomalla", "olen perhevapaalla", "toimistomme on suljettu",
	// German
	"ich bin nicht im büro", "ich bin im urlaub", "ich bin derzeit", "ich bin zur zeit", "ich bin momentan", "ich bin bis", "ich bin vom", "ich bin ab", "nicht im büro", "nicht im haus", "wieder im büro", "wieder erreichbar", "ich befinde mich im urlaub",
	"außer haus", "nicht mehr im unternehmen", "in elternzeit",
	// French
	"je suis absent", "je suis actuellement absent", "je suis en congé", "je serai absent", "je suis en vacances", "actuellement absent", "de retour le", "mon retour", "absente du bureau", "absent du bureau", "en congés",
	// Spanish and Portuguese
	"estoy fuera de la oficina", "estoy de vacaciones", "estaré fuera", "me encuentro fuera", "estoy ausente", "me encuentro de vacaciones", "a mi regreso", "estou de férias", "estou fora do escritório", "estarei ausente", "meu retorno", "estou ausente",
	// Italian and Dutch
	"sono fuori ufficio", "sono in ferie", "sono assente", "sarò assente", "sono fuori sede", "al mio rientro", "ik ben afwezig", "ik ben met vakantie", "ik ben op vakantie", "niet op kantoor", "ik ben niet aanwezig", "momenteel afwezig", "weer aanwezig",
	// others
	"jestem na urlopie", "jestem nieobecn", "przebywam na urlopie", "я в отпуске", "нахожусь в отпуске", "休暇", "不在に",
)

// machinePhrases say in so many words that a machine wrote the mail. Folded. They count in the first lines of a mail
// or its last, where nothing is quoted.
var machinePhrases = phraseSet(
	// English
	"this is an automatic reply", "this is an automated reply", "this is an auto-reply", "this is an autoreply", "this is an automatic response", "this is an automated response", "this is an automatically generated",
	"this is an auto-generated", "this message was automatically generated", "this email was automatically generated", "this message was created automatically", "this is an automatic message", "this is an automated message",
	"this is an automated email", "this is an automatic email", "this is an automatic acknowledgement", "this is an automated acknowledgement", "this is an auto response", "automatically generated message", "do not reply to this e-mail", "do not reply to this email",
	"please do not reply to this", "this auto-reply", "automatic confirmation", "autoresponder",
	// Swedish
	"detta är ett automatiskt", "det här är ett automatiskt", "detta är ett autosvar", "det här är ett autosvar", "detta är ett automatgenererat", "detta mail är automatgenererat", "detta e-postmeddelande är automatgenererat", "automatiskt genererat",
	"automatgenererat", "svara inte på detta", "går inte att svara på", "det går inte att besvara detta",
	// Norwegian and Danish
	"dette er et automatisk", "dette er ein automatisk", "dette er eit automatisk", "dette er en automatisk", "dette er et autosvar", "automatisk generert", "autogenerert", "ikke svar på denne", "kan ikke besvares", "automatisk genereret", "autogenereret", "svar ikke på denne", "besvar ikke denne",
	// Finnish
	"tämä on automaattinen", "tämä on automaattivastaus", "automaattisesti luotu", "älä vastaa tähän", "tämä viesti on lähetetty automaattisesti",
	// German
	"dies ist eine automatisch", "dies ist eine automatische", "diese nachricht wurde automatisch", "diese e-mail wurde automatisch", "automatisch generiert", "automatisch erstellt", "bitte antworten sie nicht auf diese",
	// French
	"ceci est une réponse automatique", "ceci est un message automatique", "message généré automatiquement", "cet e-mail a été généré automatiquement", "merci de ne pas répondre à ce", "veuillez ne pas répondre à ce", "réponse automatique",
	// Spanish and Portuguese
	"esta es una respuesta automática", "este es un mensaje automático", "mensaje generado automáticamente", "no responda a este", "por favor no responda", "esta é uma resposta automática", "mensagem automática", "não responda a est", "favor não responder",
	// Italian and Dutch
	"questa è una risposta automatica", "messaggio automatico", "messaggio generato automaticamente", "si prega di non rispondere", "non rispondere a questa", "dit is een automatisch", "automatisch gegenereerd", "niet op deze e-mail te antwoorden", "beantwoord deze e-mail niet",
	// others
	"wiadomość wygenerowana automatycznie", "wiadomość została wygenerowana automatycznie", "это автоматическое", "это письмо создано автоматически", "このメールは自動", "自動送信", "本邮件由系统自动", "系统自动发送",
)

// receivedPhrases are how a helpdesk says that it has a mail. Folded.
var receivedPhrases = phraseSet(
	// English
	"has been received", "we have received your", "we've received your", "we received your",
	"your ticket has been created", "ticket has been opened", "a ticket has been created", "request has been created", "has been logged",
	"your request has been",
	"we have received your report", "we have received your abuse", "acknowledge receipt",
	// Swedish
	"vi har tagit emot", "vi har mottagit", "har mottagits", "är mottaget", "har registrerats",
	"ärende har skapats",
	// Norwegian and Danish
	"vi har mottatt", "er mottatt", "har blitt mottatt", "er registrert", "me har motteke", "er motteken",
	"vi har modtaget", "er modtaget", "er blevet oprettet",
	// Finnish
	"olemme vastaanottaneet", "on vastaanotettu",
	// German
	"ist bei uns eingegangen", "ihre anfrage wurde", "eingangsbestätigung",
	// French
	"nous avons bien reçu", "a bien été reçu", "accusé de réception", "votre demande a été",
	// Spanish and Portuguese
	"hemos recibido", "su solicitud ha sido", "acuse de recibo", "recebemos sua", "recebemos o seu",
	// Italian and Dutch
	"abbiamo ricevuto", "ontvangstbevestiging",
	// others
	"otrzymaliśmy", "мы получили ваш", "受け付けました", "已收到您的",
)

// politePhrases are what helpdesks and their people say alike; alone they tell nothing. Folded.
var politePhrases = phraseSet(
	"thank you for contacting", "thanks for contacting", "thank you for your email", "thank you for your e-mail", "thank you for your message", "thank you for reaching out",
	"thank you for your inquiry", "thank you for submitting", "thank you for your report", "tack för ditt mail", "tack för ditt mejl", "tack för ditt meddelande",
	"tack för att du kontaktar", "tack för din", "takk for din henvendelse", "takk for at du kontakt", "takk for at du tok kontakt", "takk for din e-post",
	"takk for førespurnaden", "tak for din henvendelse", "tak for din mail", "kiitos yhteydenotostasi", "kiitos viestistäsi", "vielen dank für ihre",
	"vielen dank für deine", "merci de nous avoir contacté", "gracias por contactar", "gracias por ponerse en contacto", "obrigado por entrar em contato",
	"obrigado pelo seu contato", "grazie per averci contattato", "bedankt voor uw", "bedankt voor je", "お問い合わせいただき",
	"a new ticket", "we will get back to you", "we'll get back to you", "ticket number is", "your ticket number", "reference number", "case number", "a support ticket",
	"assigned the ticket", "has been assigned", "your case has been", "vi återkommer", "ärendenummer", "ditt ärende", "saksnummer", "saken din", "vi svarer deg",
	"sagsnummer", "palaamme asiaan", "tikettinumero", "tukipyyntösi", "wir haben ihre", "ticketnummer", "vorgangsnummer", "numéro de ticket", "nous vous répondrons",
	"número de ticket", "número do chamado", "la sua richiesta", "numero di ticket", "wij hebben uw", "we hebben uw", "ваше обращение", "ваша заявка", "номер заявки",
)

// challengePhrases ask the writer to prove that they are a person. Folded.
var challengePhrases = phraseSet(
	"confirm your message", "confirm you are a human", "confirm that you are human", "confirm that you are a human", "confirm that you are a person", "prove you are human", "prove that you are human", "prove that you are a real person",
	"challenge-response", "challenge/response", "verify your email address to deliver", "needs your confirmation", "is awaiting your confirmation", "waiting for your confirmation", "message is being held until", "your message is waiting",
	"to have your message delivered", "in order for your message to be delivered", "to complete this verification", "not yet on my approved", "approved senders list", "i use spam arrest", "spam arrest", "boxbe", "qconfirm", "please reply to this message to confirm",
	"please confirm your email by", "your mail has been quarantined until", "anti-spam uol", "antispam uol", "confirm delivery of your", "one-time confirmation", "sender confirmation required", "click the link below to prove", "deliver your message, click",
	"bekräfta att du är en människa", "bekräfta ditt meddelande", "bekräfta att du är", "bekreft at du er", "bekreft meldingen", "bekræft at du er", "vahvista viestisi", "bestätigen sie ihre nachricht", "bestätigen sie, dass sie", "confirmez votre message",
	"confirmer que vous êtes", "confirme su mensaje", "confirme que es", "confirme sua mensagem", "conferma il tuo messaggio", "bevestig uw bericht",
)

// receiptSubjects begin the subject of a receipt (RFC 8098) as Outlook and others word it.
var receiptSubjects = []string{"read:", "not read:", "read receipt", "return receipt", "disposition notification", "läst:", "oläst:", "läskvitto", "lest:", "ikke lest:", "ulest:", "lesebekreftelse", "kvittering for lesing", "læst:", "ikke læst:", "luettu:", "ei luettu:",
	"gelesen:", "ungelesen:", "lesebestätigung", "lu :", "lu:", "non lu :", "accusé de lecture", "leído:", "no leído:", "confirmación de lectura", "letto:", "non letto:", "conferma di lettura", "gelezen:", "ongelezen:", "leesbevestiging", "lida:", "lido:", "confirmação de leitura", "прочитано:", "开封", "開封確認"}

// receiptPhrases are what the body of such a receipt says. Folded.
var receiptPhrases = phraseSet("was read on", "was deleted without being read", "was displayed on", "has been displayed", "this is a return receipt", "return receipt for the mail", "lästes den", "lästes ", "togs bort utan att", "ble lest", "vart lese", "ble slettet uten å", "blev læst",
	"on luettu", "luettiin", "wurde gelesen", "wurde am", "a été lu", "se leyó", "ha sido leído", "è stato letto", "werd gelezen", "is gelezen", "foi lida", "it was read", "returkvitto", "returkvittering", "empfangsbestätigung")
