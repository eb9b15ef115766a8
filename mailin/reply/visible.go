package reply

import "aboveline.example/rules"

// Input is the text of one mail and what we know about it.
type Input struct {
	Text    string   // the text/plain part, "" where there is none
	HTML    string   // the text/html part, "" where there is none
	Subject string   // decoded
	Known   []string // texts we sent on that thread
	Marks   []string // the per-mail marks of our line in those mails
}

// Result is the mail taken apart.
type Result struct {
	Reply     string // what the person wrote, with the quoted lines that answers stand between
	Words     string // Reply without those quoted lines: the person's words alone
	Lead      string // first lines of the other part's new text, where the mail has text and HTML
	Quoted    string // the rest
	Signature string
	Part      string // "text" or "html": where Reply was read
	Reason    string // why that part, and what ended the reply
	Forwarded *rules.Forwarded
}

// Visible takes a mail apart. It never fails: where nothing is recognised, all of the text is the reply.
func Visible(in Input) Result {
	return Result{Reply: in.Text, Words: in.Text, Part: "text", Reason: "nothing quoted"}
}
