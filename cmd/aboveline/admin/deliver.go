package admin

import (
	"context"
	"fmt"
	"strings"
	"time"

	"aboveline.example/mailin"
	"aboveline.example/rules"
)

// Operations on the running gateway.
const (
	Deliver Call[Arrival, None]  = "deliver"
	Reload  Call[None, Reloaded] = "reload"
)

// Reloaded is what a configuration that was read anew changed.
type Reloaded struct {
	Later []string `json:"later"` // its tables that differ from those at the start, and count at the next
}

// None is no arguments, or an answer that says nothing but that it is done.
type None struct{}

// Arrival is a mail for the pipe's door.
type Arrival struct {
	Envelope rules.Envelope `json:"envelope"`
	Received time.Time      `json:"received"`
	Raw      []byte         `json:"raw"`
}

// deliver takes a mail in; nil means that it is durable.
func (d *Desk) deliver(ctx context.Context, a Arrival, row func(None) error) error {
	err := d.Gateway.Take(ctx, rules.Arrival{Envelope: a.Envelope, Received: a.Received, Raw: a.Raw})
	switch {
	case err == nil:
		return row(None{})
	case mailin.Permanent(err):
		return &Error{CodePermanent, err.Error()}
	}
	return &Error{CodeTemporary, err.Error()}
}

func (d *Desk) reload(ctx context.Context, _ None, row func(Reloaded) error) error {
	if d.Gateway.Reload == nil {
		return errNotServing
	}
	r, err := d.Gateway.Reload(ctx)
	if err != nil {
		return err
	}
	return row(r)
}

// Pipe takes mails in through an Asker, as mailin/pipe wants it.
type Pipe struct{ To Asker }

// Take hands the mail over. What the gateway says of it comes back as mailin's errors; what is not known to be
// permanent is worth another try.
func (p Pipe) Take(ctx context.Context, a rules.Arrival) error {
	_, err := Deliver.One(ctx, p.To, Arrival{a.Envelope, a.Received, a.Raw})
	if err == nil {
		return nil
	}
	if e := asError(err); e.Code == CodePermanent {
		for _, kind := range never {
			if text, ok := strings.CutSuffix(e.Text, kind.Error()); ok {
				return fmt.Errorf("%s%w", text, kind)
			}
		}
	}
	return &mailin.TemporaryError{Err: err}
}

// never are the permanent errors by which the socket's other side can have wrapped: an error's kind does not cross.
var never = []error{mailin.ErrTooLarge, mailin.ErrLineEnds, mailin.ErrLongLine, mailin.ErrLoop, mailin.ErrEmpty}
