package replay

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/rules"
)

// summary counts what happened, and which rules never did anything.
type summary struct {
	events, tags, categories, kinds map[string]int
	outages                         map[string]int // tickets of each, by number
	words                           map[string]string
	rules                           map[string]int // by name, those that never matched included
}

func newSummary(c *config.Config) *summary {
	s := &summary{events: map[string]int{}, tags: map[string]int{}, categories: map[string]int{}, kinds: map[string]int{}, rules: map[string]int{}, outages: map[string]int{}, words: map[string]string{}}
	for _, r := range c.Rules {
		s.rules["rule "+r.Name] = 0
	}
	for _, k := range c.Categories {
		s.rules["category "+k.Name] = 0
	}
	return s
}

func (s *summary) count(e Event) {
	s.events[e.Event]++
	switch e.Event {
	case "outage.suspected":
		s.outages[e.Outage]++
		s.words[e.Outage] = strings.Join(e.Reasons, ", ")
	case "outage.joined":
		s.outages[e.Outage]++
	case "outage.left":
		s.outages[e.Outage]--
	case "mail.out":
		s.kinds[e.Reasons[0]]++
	case "ticket.created":
		for _, t := range e.Tags {
			s.tags[t]++
		}
		if e.Category != "" {
			s.categories[e.Category]++
		}
	}
}

func (s *summary) reasons(d rules.Decision) {
	for _, e := range d.Entries {
		for _, r := range e.Reasons {
			switch r.Code {
			case rules.ReasonRule:
				s.rules["rule "+r.Subject]++
			case rules.ReasonCategory:
				s.rules["category "+r.Subject]++
			}
		}
	}
}

func (s *summary) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	part := func(title string, counts map[string]int) {
		if len(counts) == 0 {
			return
		}
		fmt.Fprintf(w, "\n%s\t\n", title)
		for _, name := range slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
			return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
		}) {
			fmt.Fprintf(w, "  %s\t%d\n", printable(name), counts[name])
		}
	}
	never := map[string]int{}
	for name, n := range s.rules {
		if n == 0 {
			never[name] = 0
		}
	}
	part("What happened", s.events)
	part("Mails that would have gone out", s.kinds)
	part("Categories of new tickets", s.categories)
	part("Tags of new tickets", s.tags)
	outages := map[string]int{}
	for id, n := range s.outages {
		if s.words[id] != "" {
			id += " (" + s.words[id] + ")"
		}
		outages[id] = n
	}
	if len(outages) == 0 {
		outages["none"] = 0
	}
	part("Outages, by their tickets", outages)
	part("Never matched", never)
	return w.Flush()
}
