// Package machine says what kind a mail is: a person's, or one of the many a machine sends by itself; and what a
// delivery status notification says of which mail to whom.
//
// Two questions are kept apart. The kind says who wrote the mail; [Verdict.NoAck] says that no automatic mail may
// answer it. A list's or a bulk mail may carry a person's words and is still never answered by a machine; a person
// who asks for no auto-replies is a person.
//
// [Classify] is a function of [Facts]: no clock, no network, nothing kept. It takes time linear in the mail's size
// and never panics, whatever the mail holds.
package machine
