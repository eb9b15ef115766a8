package machine

import (
	"strings"

	"aboveline.example/rules"
)

// mark is one row of evidence: a header that says something of who wrote the mail.
type mark struct {
	header string   // canonical; a trailing "*" stands for any ending
	has    []string // the folded value holds one of these; nil for any value but "no" and "false"
	not    []string // and none of these
	kind   rules.Kind
	quiet  bool // no automatic mail may answer it
}

// Kinds of evidence that need more before they are a kind of mail.
const (
	// aRequest only asks not to be answered by machines. People's programs send it, too.
	aRequest rules.Kind = ""
	// aDesk is another helpdesk's mail: an acknowledgement where its words say so, else somebody's answer.
	aDesk rules.Kind = "desk"
)

// marks is all that headers say, strongest first: the first row with a kind decides it, and every row that is quiet
// keeps automatic mail away. Structure (reports, bounces, calendars) is looked at before, words after.
var marks = []mark{
	// Challenges of spam filters.
	{header: "X-Boxbe-*", kind: rules.KindChallenge, quiet: true},
	{header: "X-Spamarrest-*", kind: rules.KindChallenge, quiet: true},
	{header: "X-Antispam-Confirm*", kind: rules.KindChallenge, quiet: true},
	{header: "X-Challenge*", kind: rules.KindChallenge, quiet: true},
	{header: "X-Delivery-Agent", has: []string{"tmda"}, kind: rules.KindChallenge, quiet: true},

	// RFC 2919, RFC 2369: lists. What a list distributes may be a person's, and is answered to the list if at all.
	{header: "List-Id", has: anything, kind: rules.KindList, quiet: true},
	{header: "List-Post", has: anything, kind: rules.KindList, quiet: true},
	{header: "Mailing-List", has: anything, kind: rules.KindList, quiet: true},
	{header: "X-Mailing-List", has: anything, kind: rules.KindList, quiet: true},
	{header: "X-Mailman-Version", has: anything, kind: rules.KindList, quiet: true},
	{header: "X-Beenthere", has: anything, kind: rules.KindList, quiet: true},
	{header: "X-Google-Group-Id", has: anything, kind: rules.KindList, quiet: true},
	{header: "X-List-Administrivia", has: []string{"yes"}, kind: rules.KindAutoReply, quiet: true},
	{header: "X-Listserver", has: anything, kind: rules.KindList, quiet: true},
	{header: "X-Ezmlm-*", has: anything, kind: rules.KindList, quiet: true},

	// RFC 3834, section 5: the header made for this question. auto-forwarded is not in it; it is a person's mail that
	// a rule of theirs passed on.
	{header: "Auto-Submitted", has: []string{"auto-replied"}, kind: rules.KindAutoReply, quiet: true},

	// Helpdesks. Their mails carry Auto-Submitted: auto-generated even where a person wrote the words.
	{header: "X-Freescout-Mail-Type", has: []string{"auto"}, kind: rules.KindAutoReply, quiet: true},
	{header: "X-Freescout-*", has: anything, kind: aDesk, quiet: true},
	{header: "X-Rt-Loop-Prevention", has: anything, kind: aDesk, quiet: true},
	{header: "Rt-Ticket", has: anything, kind: aDesk, quiet: true},
	{header: "X-Otrs-Loop", has: anything, kind: rules.KindAutoReply, quiet: true},
	{header: "X-Znuny-Loop", has: anything, kind: rules.KindAutoReply, quiet: true},
	{header: "X-Powered-By", has: []string{"otrs", "znuny", "zammad"}, kind: aDesk, quiet: true},
	{header: "X-Mailer", has: []string{"zendesk", "osticket", "otrs", "znuny", "zammad", "kayako", "freshdesk", "spiceworks", "servicenow", "request tracker", "topdesk", "helpscout", "jitbit", "hesk"}, kind: aDesk, quiet: true},
	{header: "X-Zendesk-*", has: anything, kind: aDesk, quiet: true},
	{header: "X-Jira-Fingerprint", has: anything, kind: aDesk, quiet: true},
	{header: "X-Servicenow-Generated", has: anything, kind: aDesk, quiet: true},
	{header: "X-Snc-*", has: anything, kind: aDesk, quiet: true},
	{header: "X-Topdesk-*", has: anything, kind: aDesk, quiet: true},
	{header: "X-Freshdesk-*", has: anything, kind: aDesk, quiet: true},
	{header: "X-Zammad-*", has: anything, kind: aDesk, quiet: true},
	{header: "X-Osticket-*", has: anything, kind: aDesk, quiet: true},
	{header: "X-Bugzilla-Reason", has: anything, kind: aDesk, quiet: true},
	{header: "X-Redmine-Host", has: anything, kind: aDesk, quiet: true},
	{header: "X-Trac-Version", has: anything, kind: aDesk, quiet: true},
	{header: "X-Roundup-Name", has: anything, kind: aDesk, quiet: true},
	{header: "X-Github-Reason", has: anything, kind: aDesk, quiet: true},
	{header: "X-Gitlab-Project", has: anything, kind: aDesk, quiet: true},

	// What autoresponders wrote before RFC 3834, and beside it.
	{header: "Auto-Submitted", has: []string{"auto-generated", "auto-notified", "auto_replied", "auto_generated", "yes", "true"}, kind: rules.KindAutoReply, quiet: true},
	{header: "X-Auto-Submitted", has: []string{"auto-", "auto_"}, not: []string{"forwarded"}, kind: rules.KindAutoReply, quiet: true},
	{header: "X-Autoreply", kind: rules.KindAutoReply, quiet: true},
	{header: "X-Auto-Reply", kind: rules.KindAutoReply, quiet: true},
	{header: "X-Autoreply-From", kind: rules.KindAutoReply, quiet: true},
	{header: "X-Auto-Reply-From", kind: rules.KindAutoReply, quiet: true},
	{header: "X-Mail-Autoreply", kind: rules.KindAutoReply, quiet: true},
	{header: "X-Autorespond", kind: rules.KindAutoReply, quiet: true},
	{header: "X-Autoresponder", kind: rules.KindAutoReply, quiet: true},
	{header: "X-Autoresponse", kind: rules.KindAutoReply, quiet: true},
	{header: "X-Auto-Response", kind: rules.KindAutoReply, quiet: true},
	{header: "X-Autogenerated", kind: rules.KindAutoReply, quiet: true},
	{header: "X-Auto-Generated", kind: rules.KindAutoReply, quiet: true},
	{header: "X-Automatic-Reply", kind: rules.KindAutoReply, quiet: true},
	{header: "X-Fc-Machinegenerated", kind: rules.KindAutoReply, quiet: true},
	{header: "X-Post-Messageclass", has: []string{"9"}, kind: rules.KindAutoReply, quiet: true},
	{header: "X-Vacation*", kind: rules.KindAutoReply, quiet: true},
	{header: "X-Cron-Env", kind: rules.KindAutoReply, quiet: true},
	{header: "Delivered-To", has: []string{"autoresponder"}, kind: rules.KindAutoReply, quiet: true},
	{header: "Preference", has: []string{"auto_reply"}, kind: rules.KindAutoReply, quiet: true},
	{header: "Precedence", has: []string{"auto_reply", "auto-reply", "autoreply"}, kind: rules.KindAutoReply, quiet: true},
	{header: "X-Precedence", has: []string{"auto_reply"}, kind: rules.KindAutoReply, quiet: true},
	{header: "X-Mailer", has: []string{"vacation", "autorespond", "autoreply", "auto-reply"}, kind: rules.KindAutoReply, quiet: true},
	{header: "X-Ms-Exchange-Generated-Message-Source", has: []string{"oof", "autoreply", "auto reply", "automatic"}, kind: rules.KindAutoReply, quiet: true},
	{header: "X-Failed-Recipients", has: anything, kind: rules.KindBounce, quiet: true},

	// Bulk: sent to many, or by a program on somebody's behalf. It may be a person's.
	{header: "Precedence", has: []string{"list"}, kind: rules.KindList, quiet: true},
	{header: "Precedence", has: []string{"bulk", "junk"}, kind: rules.KindBulk, quiet: true},
	{header: "X-Precedence", has: []string{"bulk", "junk", "list"}, kind: rules.KindBulk, quiet: true},
	{header: "List-Unsubscribe", has: anything, kind: rules.KindBulk, quiet: true},
	{header: "List-Unsubscribe-Post", has: anything, kind: rules.KindBulk, quiet: true},
	{header: "List-Help", has: anything, kind: rules.KindBulk, quiet: true},
	{header: "X-Campaign*", has: anything, kind: rules.KindBulk, quiet: true},
	{header: "X-Mailchimp*", has: anything, kind: rules.KindBulk, quiet: true},
	{header: "X-Mc-User", has: anything, kind: rules.KindBulk, quiet: true},
	// Amazon puts it on every mail, people's too.
	{header: "Feedback-Id", has: anything, not: []string{"amazonses"}, kind: rules.KindBulk, quiet: true},

	// Requests. They prove nothing of who wrote the mail.
	{header: "X-Auto-Response-Suppress", has: []string{"all", "oof", "autoreply"}, kind: aRequest, quiet: true},
	{header: "Auto-Submitted", has: []string{"auto-"}, kind: aRequest, quiet: true},
	{header: "X-Loop", has: anything, kind: aRequest, quiet: true},
	{header: "X-Loop-Detect*", has: anything, kind: aRequest, quiet: true},
}

// anything is any value that is not empty.
var anything = []string{""}

// read looks for a mark's header and returns what decided, "" where nothing did.
func (m mark) read(header map[string][]string) string {
	if stem, wild := strings.CutSuffix(m.header, "*"); wild {
		for name, values := range header {
			if strings.HasPrefix(name, stem) && m.holds(values) != "" {
				return stem + "…"
			}
		}
		return ""
	}
	return m.holds(header[m.header])
}

func (m mark) holds(values []string) string {
	for _, v := range values {
		folded := fold(clip(v, 500))
		if folded == "" || m.has == nil && (folded == "no" || folded == "false" || folded == "0" || folded == "none") {
			continue
		}
		if !m.says(folded) {
			continue
		}
		return m.header + ": " + clip(printable(clip(v, 500)), 60)
	}
	return ""
}

// says compares a folded value with the row's words.
func (m mark) says(folded string) bool {
	if anyOf(folded, m.not) != "" {
		return false
	}
	for _, word := range m.has {
		if strings.Contains(folded, word) {
			return true
		}
	}
	return m.has == nil
}

// evidence is what the table says of a mail.
type evidence struct {
	kind   rules.Kind
	reason string
	quiet  string // why no automatic mail may answer, "" where one may
	human  bool   // Auto-Submitted: no, RFC 3834, section 5
}

func readMarks(header map[string][]string) evidence {
	var e evidence
	for _, v := range header["Auto-Submitted"] {
		e.human = e.human || fold(clip(v, 100)) == "no"
	}
	for _, m := range marks {
		reason := m.read(header)
		if reason == "" {
			continue
		}
		if e.kind == "" && m.kind != aRequest && !(e.human && m.kind == rules.KindAutoReply) {
			e.kind, e.reason = m.kind, reason
		}
		if m.quiet && e.quiet == "" {
			e.quiet = reason
		}
	}
	return e
}
