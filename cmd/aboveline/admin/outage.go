package admin

import (
	"context"
	"fmt"
	"math"
	"time"

	"aboveline.example/rules"
	"aboveline.example/store"
)

// Operations on outages.
const (
	OutageList Call[Limit, Outage] = "outage.list"
	OutageShow Call[ID, Outage]    = "outage.show"
)

// Limit is how many rows are wanted; 0 is all.
type Limit struct {
	Limit int `json:"limit,omitempty"`
}

// Outage is several tickets that report one fault.
type Outage struct {
	Number   string         `json:"number"`
	Status   string         `json:"status"`
	Title    string         `json:"title"`
	Tags     []string       `json:"tags"`
	Tickets  []string       `json:"tickets"`
	People   int            `json:"people"`
	First    When           `json:"first"`
	Last     When           `json:"last"`
	Vendors  []OutageVendor `json:"vendors"`
	Apart    string         `json:"apart,omitempty"` // the outage it was told apart from
	Evidence Evidence       `json:"evidence"`
	// Dismissed is the last time that staff said that it is none; null where they never did.
	Dismissed *Dismissal `json:"dismissed"`
}

// Dismissal is who said that something is no outage, when, how many people had written of it then, and the tickets since.
type Dismissal struct {
	By     string   `json:"by"`
	At     When     `json:"at"`
	People int      `json:"people"`
	Since  []string `json:"since"`
}

// OutageVendor is how far a vendor is with it.
type OutageVendor struct {
	Name         string `json:"name"`
	Reported     When   `json:"reported"`
	LastHeard    When   `json:"last_heard"`
	NextFollowUp When   `json:"next_follow_up"`
	Reference    string `json:"reference"`
}

// Evidence is why it was suspected: the words in common, and how many people were expected and seen.
type Evidence struct {
	Words    []string `json:"words"`
	Expected float64  `json:"expected"`
	Observed int      `json:"observed"`
	Window   string   `json:"window"`                            // in which so many were seen, and are expected
	Within   bool     `json:"within_one_organisation,omitempty"` // those seen are of one, and the expected are of it, too
}

// String says how unusual it was, as the suspicion does: "7 people in 30 minutes; normally 0.4". Nothing, of an outage
// that staff declared.
func (e Evidence) String() string {
	window, err := time.ParseDuration(e.Window)
	if err != nil || e.Observed == 0 {
		return ""
	}
	usual := fmt.Sprintf("%.1f", e.Expected)
	if e.Expected < 0.05 {
		usual = "less than 0.1"
	}
	minutes := int(math.Ceil(window.Minutes()))
	if e.Within {
		return fmt.Sprintf("%d people of one organisation in %d minutes; normally %s from there", e.Observed, minutes, usual)
	}
	return fmt.Sprintf("%d people in %d minutes; normally %s", e.Observed, minutes, usual)
}

// Outage shows an outage.
func (v View) Outage(o rules.Outage) Outage {
	out := Outage{
		Number: outage(o.ID), Status: string(o.Status), Title: o.Title, Tags: list(o.Tags), Tickets: v.tickets(o.Tickets),
		People: o.People, First: v.when(o.First), Last: v.when(o.Last), Vendors: make([]OutageVendor, len(o.Vendors)),
		Evidence: Evidence{Words: list(o.Words), Expected: o.Expected, Observed: o.Observed, Within: o.Within},
	}
	if o.Apart != 0 {
		out.Apart = outage(o.Apart)
	}
	if d := o.Dismissed; d.By.Address != "" {
		out.Dismissed = &Dismissal{string(d.By.Address), v.when(d.At), d.People, v.tickets(d.Since)}
	}
	if o.Window > 0 {
		out.Evidence.Window = o.Window.String()
	}
	for i, w := range o.Vendors {
		out.Vendors[i] = OutageVendor{w.Name, v.when(w.Reported), v.when(w.LastHeard), v.when(w.NextFollowUp), w.Reference}
	}
	return out
}

func (d *Desk) listOutages(ctx context.Context, l Limit, row func(Outage) error) error {
	return each(ctx, d, row, func(tx *store.Tx) []Outage { return shown(tx.Outages(upTo(MaxRows, l.Limit)), d.View.Outage) })
}

func (d *Desk) showOutage(ctx context.Context, which ID, row func(Outage) error) error {
	id, err := ParseOutage(which.ID)
	if err != nil {
		return err
	}
	return one(ctx, d, row, func(tx *store.Tx) (Outage, error) {
		o, ok := tx.Outage(id)
		if !ok {
			return Outage{}, notFound("no outage %s; \"aboveline outage list\" shows those there are", outage(id))
		}
		return d.View.Outage(o), nil
	})
}
