package machine

import (
	"encoding/json"
	"strings"

	"aboveline.example/rules"
)

// cloudNotice is a delivery notice as some sending services mail it: JSON in the body, Amazon SES's form.
type cloudNotice struct {
	Type   string `json:"notificationType"`
	Event  string `json:"eventType"`
	Bounce struct {
		Type       string `json:"bounceType"`
		Recipients []struct {
			Address    string `json:"emailAddress"`
			Action     string `json:"action"`
			Status     string `json:"status"`
			Diagnostic string `json:"diagnosticCode"`
		} `json:"bouncedRecipients"`
	} `json:"bounce"`
	Mail struct {
		MessageID string `json:"messageId"`
		Headers   struct {
			MessageID string `json:"messageId"`
		} `json:"commonHeaders"`
	} `json:"mail"`
}

// readCloud reads such a notice. ok is false where the words are none.
func readCloud(words string) (n cloudNotice, ok bool) {
	open := strings.IndexByte(words, '{')
	if open < 0 || strings.TrimSpace(words[:open]) != "" || !strings.Contains(words, `"notificationType"`) && !strings.Contains(words, `"eventType"`) {
		return n, false
	}
	body := strings.NewReplacer("\r\n", "", "\n", "").Replace(words[open:])
	if err := json.NewDecoder(strings.NewReader(body)).Decode(&n); err != nil {
		return n, false
	}
	if n.Type == "" {
		n.Type = n.Event
	}
	return n, n.Type != ""
}

// verdict judges a sending service's notice.
func (n cloudNotice) verdict() Verdict {
	v := Verdict{Kind: rules.KindDelivered, Reason: "notificationType: " + clip(printable(n.Type), 40)}
	switch strings.ToLower(n.Type) {
	case "complaint":
		v.Kind = rules.KindReport
	case "bounce":
		v.Kind = rules.KindBounce
	}
	id := identifier(strings.Trim(firstOf([]string{n.Mail.Headers.MessageID, n.Mail.MessageID}), "<> "))
	if id != "" {
		v.Of = append(v.Of, id)
	}
	for _, r := range n.Bounce.Recipients {
		g := notice{final: bareAddress(r.Address), action: actionOf(r.Action), status: firstOf(enhanced(r.Status)), diagnostic: diagnosticOf(r.Diagnostic)}
		if g.action == "" {
			g.action = "failed"
		}
		d := g.delivery()
		if d.Permanent == nil && n.Bounce.Type != "" {
			final := n.Bounce.Type == "Permanent"
			d.Permanent = &final
		}
		d.MessageID = id
		if len(v.Deliveries) < maxDeliveries {
			v.Deliveries = append(v.Deliveries, d)
		}
	}
	return v
}
