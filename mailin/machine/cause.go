package machine

// cause is what a refusal is about, told by its words: the status that says the same (RFC 3463), as class 5 or 4
// where the text itself does not show a reply code.
type cause struct {
	status string
	words  phrases
}

// causes are tried in order: the particular before the general, since "recipient rejected: mailbox full" is about the
// mailbox. What passes by itself (a full mailbox, a silent host) is class 4: a final notice about it does not make
// the address a bad one.
var causes = []cause{
	{"4.2.2", phraseSet(
		"mailbox full", "mailbox is full", "mailbox exceeds", "exceeds allowed size", "mailbox is currently full", "mailfolder is full", "mailbox has exceeded", "over quota", "overquota",
		"quota exceeded", "exceeded quota", "exceeded storage allocation", "exceeded its storage", "quota violation", "disk quota", "storage quota",
		"mail box full", "maildir full", "maildir over", "maildir delivery failed: domaindisk", "insufficient disk space", "insufficient system storage",
		"exceeded the storage", "exceeded their", "exceeds allowed quota", "is over the allowed", "inbox is full", "out of storage space",
		"in recipient's mailbox exceeded", "no space left", "not enough storage", "user is over", "account is over",
		"inkorgen är full", "postlådan är full", "brevlådan är full", "lagringsutrymme", "postboksen er full", "innboksen er full", "postkassen er full",
		"postkasse er fuld", "indbakken er fuld", "postilaatikko on täynnä", "postfach ist voll", "postfach voll", "speicherplatz", "quota überschritten",
		"boîte pleine", "boite pleine", "boîte aux lettres est pleine", "quota dépassé", "buzón lleno", "buzón está lleno", "casella piena",
		"postvak is vol", "mailbox vol", "caixa postal cheia", "caixa de correio cheia", "caixa postal está cheia", "переполнен", "место закончилось",
		"メールボックスが一杯", "メールボックスがいっぱい", "容量を超え", "邮箱已满", "邮箱容量", "空间不足",
	)},
	{"5.2.1", phraseSet(
		"account is disabled", "account has been disabled", "mailbox disabled", "mailbox is disabled", "account disabled", "user disabled", "account suspended",
		"account has been suspended", "user suspended", "mailbox is inactive", "inactive", "mailbox temporarily disabled", "is not active", "no longer active",
		"disabled or discontinued", "account that you tried to reach is disabled", "deactivated", "mailbox not accepting", "not accepting mail",
		"account locked", "user not active", "mailbox is frozen", "account closed", "no longer in use", "no longer available", "has been closed",
		"kontot är spärrat", "kontot är inaktiverat", "kontoen er deaktivert", "konto gesperrt", "deaktiviert", "désactivé", "compte inactif", "cuenta desactivada",
		"disattivato", "conta desativada", "заблокирован", "отключен", "停止",
	)},
	{"5.1.2", phraseSet(
		"host unknown", "unknown host", "host or domain name not found", "domain not found", "no such domain", "domain does not exist", "name or service not known",
		"unrouteable mail domain", "unrouteable address", "unrouteable", "unroutable", "domain name not found", "bad destination host", "bad destination system",
		"couldn't find any host named", "no such host", "could not find a gateway", "name server: host not found", "invalid domain", "nxdomain",
		"unknown domain", "mail domain not found", "cannot resolve", "illegal host/domain", "host not found", "domain is not found", "dns server returned an error",
		"domänen hittades inte", "domänen finns inte", "domenet finnes ikke", "domæne findes ikke", "verkkotunnusta ei", "domain existiert nicht",
		"domaine inexistant", "dominio no existe", "dominio inesistente", "domein bestaat niet", "domínio não existe", "домен не найден", "域名",
	)},
	{"5.1.10", phraseSet("does not accept mail (nullmx)", "nullmx", "null mx", "no smtp service", "does not accept mail")},
	{"5.3.4", phraseSet(
		"message too large", "message too big", "message size exceeds", "size exceeds", "exceeds size limit", "exceeds the maximum", "message exceeds", "too large",
		"message is too big", "exceeded max size", "för stort", "for stort", "for stor", "zu groß", "trop volumineux", "demasiado grande", "troppo grande", "te groot", "muito grande", "слишком большой",
	)},
	{"5.7.1", phraseSet(
		"spam", "blocked", "blacklist", "black list", "blocklist", "block list", "banned", "reputation", "rbl", "policy", "not permitted", "not allowed",
		"permission to post", "not authorized", "not authorised", "unauthorized", "unauthenticated", "access denied", "relay access", "relaying denied",
		"relay not permitted", "unable to relay", "relay denied", "authentication required", "prohibited", "forbidden", "dmarc", "spf", "dkim",
		"message rejected", "mail rejected", "content rejected", "message refused", "virus", "unsolicited", "administrative prohibition", "you do not have permission",
		"restricted", "denied by", "not accepted", "reverse dns", "ptr record", "does not resolve", "client host rejected", "sender rejected",
		"har inte behörighet", "inte behörighet att skicka", "nekades", "blockerades", "har ikke tilgang", "har ikke tillatelse", "ikke lov", "blokkert", "avvist",
		"afvist", "ei ole oikeutta", "estetty", "abgelehnt", "nicht erlaubt", "nicht berechtigt", "refusé", "rejeté", "pas autorisé", "rechazado", "no permitido",
		"rifiutato", "non autorizzato", "geweigerd", "niet toegestaan", "recusad", "bloquead", "отклонено", "отказано", "спам", "拒否", "拒绝", "退信",
	)},
	{"4.4.7", phraseSet(
		"retry timeout exceeded", "retry time not reached", "message expired", "in the queue too long", "in queue too long", "retry timeout", "delivery expired",
		"too many attempts", "has been failing for a long time", "all hosts have been failing", "giving up", "time limit exceeded", "was aborted after", "expired",
		"timed out after", "could not be delivered for", "delivery attempts", "maximum retries", "gave up", "tidsgränsen", "tidsgrensen", "zeitüberschreitung",
		"délai", "tiempo de espera", "tempo scaduto", "tempo limite", "время ожидания", "истек", "超时",
	)},
	{"4.4.1", phraseSet(
		"connection timed out", "connection refused", "no route to host", "network is unreachable", "couldn't establish", "could not connect", "unable to connect",
		"connection reset", "lost connection", "network error", "host is down", "connect to", "connection dropped", "host name lookup failure", "temporary lookup failure",
		"all relevant mx", "name service error", "temporarily unavailable", "try again later", "server did not respond", "no answer from host", "deferred",
		"svarar inte", "svarer ikke", "svarede ikke", "ei vastaa", "antwortet nicht", "ne répond pas", "no responde", "non risponde", "reageert niet", "não responde", "не отвечает",
	)},
	{"5.4.6", phraseSet("mail loop", "routing loop", "hop count exceeded", "too many hops", "loops back to myself", "forwarding loop", "looping")},
	{"5.1.1", phraseSet(
		"user unknown", "unknown user", "no such user", "unknown recipient", "unknown address", "unknown mailbox", "addresses were unknown", "address was unknown", "recipients were unknown", "recipient unknown", "invalid recipient",
		"invalid address", "invalid user", "invalid mailbox", "no mailbox", "mailbox not found", "mailbox unavailable", "mailbox does not exist", "no such mailbox",
		"no such address", "no such account", "no such person", "no such recipient", "no such local user", "does not exist", "doesn't exist", "not found", "not a valid", "not known",
		"address rejected", "recipient rejected", "recipient not recognized", "not recognized", "is not recognised", "unrecognized", "not listed in", "not our customer",
		"doesn't have a", "user not", "unable to find", "bad address", "bad destination mailbox", "is not a registered", "undeliverable address", "addressee unknown",
		"account not found", "recipnotfound", "unable to verify", "couldn't be found", "wasn't found", "isn't in our", "no account", "has no account", "no valid recipients",
		"finns inte", "hittades inte", "hittas inte", "okänd mottagare", "okänd adress", "känns inte igen", "ble ikke funnet", "finnes ikke", "ukjent mottaker", "ukjent adresse",
		"fins ikkje", "findes ikke", "blev ikke fundet", "ukendt", "ei löydy", "ei löytynyt", "tuntematon", "ei ole olemassa", "unbekannt", "existiert nicht", "nicht gefunden",
		"kein postfach", "nicht bekannt", "inconnu", "n'existe pas", "introuvable", "pas été trouvé", "desconocid", "no existe", "no encontrad", "no se encontró", "sconosciut",
		"inesistente", "non esiste", "non trovat", "onbekend", "bestaat niet", "niet gevonden", "não existe", "inexistente", "não encontrad", "nieznany", "nie istnieje",
		"неизвестн", "не существует", "не найден", "недействительн", "见つかりません", "見つかりません", "存在しません", "不存在", "不正确",
	)},
}

// guess is the status that the words of a refusal amount to, "" where they name no cause and there is no reply code.
// A reply code decides the class: a full mailbox refused with 552 is refused for good.
func guess(text, reply string) string {
	folded := fold(clip(text, 4*maxDiagnostic))
	for _, c := range causes {
		if c.words.in(folded) == "" {
			continue
		}
		if reply != "" {
			return reply[:1] + c.status[1:]
		}
		return c.status
	}
	if reply != "" {
		return reply[:1] + ".0.0"
	}
	return ""
}
