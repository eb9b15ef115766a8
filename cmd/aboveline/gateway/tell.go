package gateway

import (
	"fmt"

	"aboveline.example/rules"
)

// tell says in the log what an operator would tell a customer: one line a fact.
func (g *Gateway) tell(d rules.Decision) {
	desk := g.Desk()
	if m := d.Disposition; m.Kind != "" {
		args := []any{"mail", m.Mail, "disposition", m.Kind, "from", cut(string(m.From)), "msgid", cut(string(m.MessageID)),
			"door", m.Door, "reason", reasons(m.Reasons)}
		if m.Ticket != 0 {
			args = append(args, "ticket", desk.Number(m.Ticket))
		}
		g.log.Info("mail decided", args...)
	}
	for _, o := range d.Send {
		args := []any{"id", o.ID, "kind", o.Kind, "to", string(o.To.Address)}
		if o.Hold != "" {
			g.log.Warn("mail held back", append(args, "reason", o.Hold)...)
			continue
		}
		g.log.Debug("mail queued", args...)
	}
}

func reasons(list []rules.Reason) string {
	s := ""
	for i, r := range list {
		if i > 0 {
			s += ", "
		}
		s += r.String()
	}
	return fmt.Sprintf("%.200s", s)
}

// cut shortens foreign text for the log.
func cut(s string) string { return fmt.Sprintf("%.60q", s) }
