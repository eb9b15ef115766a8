package store

import (
	"time"

	"aboveline.example/rules"
)

// Reports calls do with the reports that the watch for outages was shown since then, in order, until do returns false.
func (tx *Tx) Reports(since time.Time, do func(rules.Report) bool) {
	from := u64(uint64(max(0, since.Unix())))
	for k, b := range tx.records(reports, nil, from, false) {
		r, ok := decode[rules.Report](tx, reports, k, b)
		if !ok || !do(r) {
			return
		}
	}
}
