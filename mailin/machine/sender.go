package machine

import (
	"slices"
	"strings"
)

// machineSender says how surely the sender is a mail system. A daemon is nobody's name; a postmaster may be a person.
type machineSender int

const (
	aPerson     machineSender = iota
	aProgram                  // named as one: people are called otherwise, but offices may not be
	anUnmanned                // says that nobody reads answers
	aPostmaster               // a role that people have, too
	aDaemon                   // a mail system
)

// daemonLocals and daemonNames are what mail systems call themselves. Folded.
var daemonLocals = []string{"mailer-daemon", "mailerdaemon", "mailer_daemon", "mail-daemon", "maildaemon", "mdaemon", "mail.delivery.system", "mail-delivery", "maildelivery", "microsoftexchange", "mailsystem",
	"mail.delivery", "bounce-notification", "undeliverable", "smtp-daemon", "ndr"}

var daemonNames = []string{"mailer-daemon", "mailer daemon", "mail delivery", "mail deliver ", "mail delivering", "delivery subsystem", "maildelivery", "internet mail delivery", "mail system", "mail daemon",
	"microsoft outlook", "system administrator", "systemadministratör", "systemadministrator", "järjestelmänvalvoja", "mail administrator", "postoffice", "e-mail delivery", "email delivery", "delivery system", "mail router", "mailsystem",
	"administrateur système", "administrador del sistema", "amministratore del sistema", "systeembeheerder", "microsoft exchange", "smtp gateway", "mailadministrator"}

var postmasterLocals = []string{"postmaster", "post_master", "post-master", "poostmaster", "mailadmin", "mail-admin", "mailmaster", "emailadmin"}

var unmannedLocals = []string{"no-reply", "noreply", "no_reply", "no.reply", "donotreply", "do-not-reply", "do_not_reply", "do.not.reply", "dontreply", "nepasrepondre", "ne-pas-repondre", "no-responder", "noresponder", "nao-responda", "naoresponda",
	"svaraej", "svara-ej", "svarainte", "ikkesvar", "ikke-svar", "eisvar", "eivastata", "ei-vastata", "nichtantworten", "keine-antwort", "noresponse", "no-response", "nonrispondere", "unattended", "autoresponder", "auto-reply", "autoreply"}

// programLocals are whole local parts, programNames are in names, of programs that are not mail systems by name.
var programLocals = []string{"root", "daemon", "mailer", "smtp", "mta", "system", "admin", "administrator", "bounce", "bounces", "notification", "notifications", "server", "mail", "mailserver", "gateway", "nobody", "www-data", "apache", "cron",
	"monitor", "monitoring", "alert", "alerts", "nagios", "zabbix", "icinga", "delivery", "delivery-report", "undelivered", "mailer-agent", "listserv", "majordomo"}

var programNames = []string{"postmaster", "smtp", "mail server", "mailserver", "gateway", "notification", "mailer", "daemon", "administrator", "antivirus", "anti-virus", "post office", "internet mail", "mail service", "mail agent", "mail gate",
	"message center", "delivery", "listserv", "majordomo", "mailman"}

// senderOf judges the From header, and the reverse-path where that names a daemon.
func senderOf(f Facts) machineSender {
	from := fold(clip(strings.Join(f.Header["From"], " "), 1000))
	local, _, _ := strings.Cut(strings.ToLower(string(f.From.Address)), "@")
	if local == "" {
		if found := findAddresses(from); len(found) > 0 {
			local, _, _ = strings.Cut(found[0].address, "@")
		}
	}
	name := fold(clip(f.From.Name, 200))
	if name == "" {
		name = from
	}
	path := strings.ToLower(clip(f.EnvelopeFrom+" "+strings.Join(f.Header["Return-Path"], " "), 1000))
	switch {
	case prefixOf(local, daemonLocals) != "", strings.Contains(path, "mailer-daemon"), strings.HasPrefix(from, "mailer-daemon"), from == "<>":
		return aDaemon
	case prefixOf(local, postmasterLocals) != "", strings.HasPrefix(name, "postmaster"), anyOf(name, daemonNames) != "":
		return aPostmaster
	case anyOf(local, unmannedLocals) != "":
		return anUnmanned
	case slices.Contains(programLocals, local), strings.HasSuffix(local, "-bounces"), strings.HasSuffix(local, "-errors"), anyOf(name, programNames) != "":
		return aProgram
	}
	return aPerson
}

// nullPath says whether the reverse-path was <> (RFC 5321, section 4.5.5), by the transport's word or by the header
// the last MTA wrote.
func nullPath(f Facts) bool {
	if f.NullPath {
		return true
	}
	for _, v := range f.Header["Return-Path"] {
		if v = strings.TrimSpace(v); v == "<>" || v == "< >" {
			return true
		}
	}
	return false
}
