package machine

import (
	"fmt"
	"strings"
	"testing"

	"aboveline.example/rules"
)

// TestReadProse reads notices as mail systems of all ages word them. want is recipient, status and whether it is
// permanent, for each delivery.
func TestReadProse(t *testing.T) {
	const header = "\nReturn-Path: <support@omdirekt.example>\nReceived: from gw.omdirekt.example by mx.example\nFrom: OmDirekt <support@omdirekt.example>\nTo: Eva <eva@skola.example>\nMessage-ID: <omd-1042@omdirekt.example>\nSubject: x\n"
	cases := []struct {
		name, subject, words string
		want                 []string
	}{
		{"netscape", "Mail System Error - Returned Mail", `This Message was undeliverable due to the following reason:

The following destination addresses were unknown (please check
the addresses and re-mail the message):

SMTP <eva@skola.example>

Please reply to Postmaster@skola.example
if you feel this message to be in error.`, []string{"eva@skola.example 5.1.1 true"}},
		{"imail", "Undeliverable Mail", "User mailbox exceeds allowed size: eva@skola.example\n\nOriginal message follows.\n", []string{"eva@skola.example 4.2.2 false"}},
		{"windows smtp service", "Nondeliverable mail", "------Transcript of session follows -------\neva@skola.example\nThe user's email name is not found.\n", []string{"eva@skola.example 5.1.1 true"}},
		{"exchange 5.5", "Undeliverable: x", `Your message

  To:      eva@skola.example
  Subject: x
  Sent:    Tue, 3 Mar 2026 10:14:00 +0100

did not reach the following recipient(s):

eva@skola.example on Tue, 3 Mar 2026 10:14:09 +0100
    The recipient name is not recognized
	The MTS-ID of the original message is: c=se;a= ;p=skola
    MSEXCH:IMS:SKOLA:MAIL:EX1 0 (000C05A6) Unknown Recipient`, []string{"eva@skola.example 5.1.1 true"}},
		{"groupwise names nobody's address", "Message status - undeliverable", "The message that you sent was undeliverable to the following:\n\tEva Dal (mailbox full)\n" + header, []string{"eva@skola.example 4.2.2 false"}},
		{"yahoo over quota", "Delivery failure", "Message from mail.example.\nUnable to deliver message to the following address(es).\n\n<eva@skola.example>:\nSorry your message to eva@skola.example cannot be delivered. This account is over quota.\n", []string{"eva@skola.example 4.2.2 false"}},
		{"ironport", "Undeliverable Message", "The following message to <eva@skola.example> was undeliverable.\nThe reason for the problem:\n5.1.0 - Unknown address error 550-'5.1.1 <eva@skola.example>: no such user'\n", []string{"eva@skola.example 5.1.1 true"}},
		{"communigate", "Undeliverable mail", "Failed to deliver to 'eva@skola.example'\nSMTP module(domain skola.example) reports:\n host mx.skola.example says:\n 550 5.7.1 Message blocked by policy\n", []string{"eva@skola.example 5.7.1 true"}},
		{"mdaemon", "MDaemon Warning - Permanent Delivery Failure", `The attached message had PERMANENT fatal delivery errors!

After one or more unsuccessful delivery attempts the attached message has
been removed from the mail queue on this server.

YOUR MESSAGE WAS NOT DELIVERED TO ONE OR MORE RECIPIENTS!

Failed address: eva@skola.example

--- Session Transcript ---
 Tue 2026-03-03 10:14:02: --> RCPT To:<eva@skola.example>
 Tue 2026-03-03 10:14:02: <-- 550 Unknown user
--- End Transcript ---`, []string{"eva@skola.example 5.1.1 true"}},
		{"hmailserver", "Message undeliverable: x", `Your message did not reach some or all of the intended recipients.

   Sent: Tue, 3 Mar 2026 10:14:00 +0100
   Subject: x

The following recipient(s) could not be reached:

eva@skola.example
   Error Type: SMTP
   Remote server (192.0.2.9) issued an error.
   hMailServer sent: RCPT TO:<eva@skola.example>
   Remote server replied: 452 4.2.2 Mailbox full`, []string{"eva@skola.example 4.2.2 false"}},
		{"mailenable", "Message Delivery Failure", "MailEnable: Message could not be delivered to some recipients.\nThe following recipient(s) could not be reached:\n\n    Recipient: [SMTP:eva@skola.example]\n    Reason:    Remote SMTP Server Returned: 553 sorry, no such mailbox\n", []string{"eva@skola.example 5.1.1 true"}},
		{"coremail", "系统退信", "抱歉，您的邮件被退回来了……\n\n无法发送到 eva@skola.example\n退信原因： SMTP error, RCPT TO: 550 5.1.1 用户不存在\n", []string{"eva@skola.example 5.1.1 true"}},
		{"smail and t-online", "mail failed, returning to sender", "|------------------------- Message log follows: -------------------------|\n no valid recipients were found for this message\n|------------------------- Failed addresses follow: ---------------------|\n <eva@skola.example> ... unknown user\n", []string{"eva@skola.example 5.1.1 true"}},
		{"james", "Re: x", "Hi. This is the James mail server at mx.lan.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\nFailed recipient(s):\neva@skola.example\n\nError message:\n550 5.1.1 no such user here\n", []string{"eva@skola.example 5.1.1 true"}},
		{"mmdf", "Failed mail (msg.aa123)", "    Your message could not be delivered to\n'eva@skola.example (host: skola.example) (queue: smtp)' for the following\nreason:  ' <eva@skola.example>... User unknown'\n", []string{"eva@skola.example 5.1.1 true"}},
		{"courier", "NOTICE: mail delivery status.", "This is a delivery status notification from mx.lan.example.\n\nUNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n<eva@skola.example>:\n    mx.skola.example [192.0.2.9]:\n>>> RCPT TO:<eva@skola.example>\n<<< 550 User unknown.\n", []string{"eva@skola.example 5.1.1 true"}},
		{"sendmail, two hosts", "Returned mail: see transcript for details", `   ----- The following addresses had permanent fatal errors -----
<eva@skola.example>
    (reason: 550 5.1.1 <eva@skola.example>... User unknown)
<bo@lan.example>
    (reason: 550 Host unknown)

   ----- Transcript of session follows -----
... while talking to mx.skola.example.:
>>> DATA
<<< 550 5.1.1 <eva@skola.example>... User unknown
550 5.1.2 <bo@lan.example>... Host unknown (Name server: lan.example: host not found)`, []string{"eva@skola.example 5.1.1 true", "bo@lan.example 5.1.2 true"}},
		{"sender and office are not refused", "Mail delivery failed", "A message sent by\n\n  <kari@lan.example>\n\ncould not be delivered to one or more of its recipients. For help write to postmaster@lan.example.\nThe following address(es) failed:\n\n  eva@skola.example\n    all hosts have been failing for a long time\n", []string{"eva@skola.example 4.4.7 false"}},
		{"to oneself", "Undelivered Mail Returned to Sender", "<support@omdirekt.example>: host mx.omdirekt.example said: 550 5.7.1 blocked\n", []string{"support@omdirekt.example 5.7.1 true"}},
		{"norwegian", "Kan ikke leveres: x", "Meldingen kunne ikke leveres til følgende mottakere:\n\neva@skola.example\nE-postadressen ble ikke funnet.\n", []string{"eva@skola.example 5.1.1 true"}},
		{"danish", "Ikke leveret: x", "Meddelelsen kunne ikke leveres til følgende modtagere:\n\neva@skola.example\nPostkassen er fuld.\nIndbakken er fuld.\n", []string{"eva@skola.example 4.2.2 false"}},
		{"finnish", "Toimittamaton: x", "Viestiä ei voitu toimittaa seuraaville vastaanottajille:\n\neva@skola.example\nVastaanottajaa ei löydy.\n", []string{"eva@skola.example 5.1.1 true"}},
		{"spanish", "No se puede entregar: x", "No se pudo entregar el mensaje a:\n\neva@skola.example\nEl buzón está lleno.\n", []string{"eva@skola.example 4.2.2 false"}},
		{"dutch", "Niet bezorgd: x", "Uw bericht kon niet worden bezorgd aan:\n\neva@skola.example\nHet e-mailadres bestaat niet.\n", []string{"eva@skola.example 5.1.1 true"}},
		{"italian", "Mancato recapito: x", "Non è stato possibile recapitare il messaggio a:\n\neva@skola.example\nUtente sconosciuto.\n", []string{"eva@skola.example 5.1.1 true"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			words := c.words
			if !strings.Contains(words, "Return-Path:") && c.name != "to oneself" {
				words += "\n" + header
			}
			v := Classify(Facts{Subject: c.subject, From: rules.Mailbox{Address: "postmaster@lan.example"}, NullPath: true, Text: words,
				Header: map[string][]string{"To": {"support@omdirekt.example"}, "From": {"postmaster@lan.example"}}})
			if v.Kind != rules.KindBounce {
				t.Errorf("kind = %s (%s), want bounce", v.Kind, v.Reason)
			}
			var got []string
			for _, d := range v.Deliveries {
				final := "untold"
				if d.Permanent != nil {
					final = fmt.Sprint(*d.Permanent)
				}
				got = append(got, d.Recipient+" "+d.Status+" "+final)
			}
			if strings.Join(got, ", ") != strings.Join(c.want, ", ") {
				t.Errorf("deliveries = %q, want %q; %+v", got, c.want, v.Deliveries)
			}
		})
	}
}
