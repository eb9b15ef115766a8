package store

import (
	"bytes"
	"encoding/binary"
	"time"

	"aboveline.example/rules"
)

const (
	// spendStep is how finely uses are told apart; an hour's budget is then off by five minutes at most.
	spendStep = 5 * time.Minute
	// spendKept is how long uses are remembered: the longest budget counts what a vendor was reminded of, which
	// three days of hourly reminders fill, and a quarter of a year is beyond every one.
	spendKept = 90 * 24 * time.Hour
	// spendAhead is how far ahead of a use another may lie and still be believed. What a clock that ran wild left
	// behind would otherwise hold mail back for years.
	spendAhead = 25 * time.Hour
	// spendSweep bounds what one use pays for forgetting old ones.
	spendSweep = 8
)

const day = 24 * 60 * 60

// A use is counted under day, key and step. The day stands first, so that a use touches one small part of the tree
// and the oldest are all at its beginning.

func spendDay(t time.Time) uint32 { return uint32(max(t.Unix(), 0) / day) }

func spendPrefix(d uint32, key []byte) []byte {
	k := binary.BigEndian.AppendUint32(nil, d)
	return append(append(k, key...), 0)
}

func spendKey(t time.Time, key []byte) []byte {
	step := uint16(max(t.Unix(), 0) % day / int64(spendStep/time.Second))
	return binary.BigEndian.AppendUint16(spendPrefix(spendDay(t), key), step)
}

// spend counts one use, and forgets a few that no budget asks for any more.
func (tx *Tx) spend(s rules.Spend) {
	name, ok := tx.name("budget", string(s.Key))
	if !ok {
		return
	}
	k := spendKey(s.At, name)
	n, _ := binary.Uvarint(tx.get(spends, k))
	tx.put(spends, k, binary.AppendUvarint(nil, n+1))
	tx.sweepSpends(s.At)
}

func (tx *Tx) sweepSpends(now time.Time) {
	first := binary.BigEndian.AppendUint32(nil, spendDay(now.Add(-spendKept)))
	last := binary.BigEndian.AppendUint32(nil, spendDay(now.Add(spendAhead)))
	var old [][]byte
	for k := range tx.scan(spends, nil, nil) {
		if len(old) == spendSweep || bytes.Compare(k[:4], first) >= 0 {
			break
		}
		old = append(old, bytes.Clone(k))
	}
	for k := range tx.back(spends, nil) {
		if len(old) >= 2*spendSweep || bytes.Compare(k[:4], last) <= 0 {
			break
		}
		old = append(old, bytes.Clone(k))
	}
	for _, k := range old {
		tx.del(spends, k)
	}
}

// Spent is how often the budget was used since then. The step that since falls into counts whole, so that the
// answer is never too low.
func (tx *Tx) Spent(key rules.BudgetKey, since time.Time) int {
	name, ok := tx.name("budget", string(key))
	if !ok {
		return 0
	}
	from, total := spendKey(since, name), 0
	for _, d := range tx.spendDays(spendDay(since)) {
		for k, v := range tx.scan(spends, spendPrefix(d, name), nil) {
			if bytes.Compare(k, from) >= 0 {
				n, _ := binary.Uvarint(v)
				total += int(n)
			}
		}
	}
	return total
}

// spendDays lists the days from first on that have uses; there are at most as many as are kept.
func (tx *Tx) spendDays(first uint32) []uint32 {
	var days []uint32
	next := binary.BigEndian.AppendUint32(nil, first)
	for {
		found := false
		for k := range tx.scan(spends, nil, next) {
			found = true
			days = append(days, binary.BigEndian.Uint32(k))
			break
		}
		if !found || len(days) > int(spendKept/(24*time.Hour))+32 {
			return days
		}
		next = binary.BigEndian.AppendUint32(nil, days[len(days)-1]+1)
	}
}
