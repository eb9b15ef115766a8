package mailout

import (
	"hash/fnv"
	"strconv"
	"time"

	"aboveline.example/rules"
)

// The retry schedule: after about 1, 2, 4, 8, 16, 32 minutes, then hourly, each spread by a fifth, for five days.
// RFC 5321, section 4.5.4.1: give up after 4-5 days at the earliest, retry at least every 30 minutes at first.
const (
	firstRetry = time.Minute
	lastRetry  = time.Hour
	giveUp     = 5 * 24 * time.Hour
)

// minTries is how often a peer must have been asked lately before a mail's age counts: after a week of our own or the
// smarthost's downtime everything in the queue is old, and still deserves its chances.
const minTries = 10

// Backoff is when to try a row again that has been tried so many times. The spread comes from the row, so that a
// queue that failed together does not come back together, and the same row gives the same time.
func Backoff(id rules.OutgoingID, tries int, now time.Time) time.Time {
	d := lastRetry
	if tries < 7 {
		d = min(lastRetry, firstRetry<<max(0, tries-1))
	}
	h := fnv.New32a()
	h.Write([]byte(string(id) + "/" + strconv.Itoa(tries)))
	spread := float64(h.Sum32())/(1<<32)*0.4 - 0.2
	return now.Add(d + time.Duration(spread*float64(d)))
}

// tries counts the tries that reached a peer: those a failing smarthost cost are not the mail's. Only the newest 20
// are kept with the row, far more than the schedule needs.
func tries(q *rules.Queued) int {
	n := 0
	for _, a := range q.Tried {
		if a.Reply.Phase != phaseConnect && a.Reply.Phase != phaseHold {
			n++
		}
	}
	return n
}

// spent says whether a row that cannot be delivered now has been tried for long enough.
func spent(q *rules.Queued, now time.Time) bool {
	since := q.Date
	if q.NotBefore.After(since) {
		since = q.NotBefore
	}
	return now.Sub(since) > giveUp && tries(q) >= minTries
}
