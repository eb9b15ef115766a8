package outage

import (
	"flag"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"aboveline.example/rules"
)

var million = flag.Bool("million", false, "run BenchmarkSight with a million reports before it (some minutes)")

// BenchmarkSight is the time of a report after so many; MB is what the watch holds then.
func BenchmarkSight(b *testing.B) {
	for _, before := range []int{10_000, 100_000, 1_000_000} {
		if before == 1_000_000 && !*million {
			continue
		}
		b.Run(fmt.Sprint(before), func(b *testing.B) {
			var empty, full runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&empty)
			w := New(Options{})
			for i := range before {
				w.Sight(traffic(i))
			}
			runtime.GC()
			runtime.ReadMemStats(&full)
			for i := before; b.Loop(); i++ {
				w.Sight(traffic(i))
			}
			b.ReportMetric(float64(full.HeapAlloc-empty.HeapAlloc)/(1<<20), "MB")
		})
	}
}

// BenchmarkApart is the time in which an alarm of as many letters as are kept is told apart, of ten words each and of the
// most that are read.
func BenchmarkApart(b *testing.B) {
	for _, words := range []int{10, maxWords} {
		b.Run(fmt.Sprint(words), func(b *testing.B) {
			w := New(Options{})
			var notes []*note
			for i := range maxMembers {
				var text strings.Builder
				for k := range words {
					fmt.Fprintf(&text, "word%d ", mix(uint64(i*1000+k))%uint64(4*words))
				}
				r := rules.Report{Person: rules.Address(fmt.Sprintf("p%d@house%d.example", i, i%7)), Proven: true, Language: rules.English, Words: text.String()}
				n, _, _ := w.note(r, Read(r))
				notes = append(notes, n)
			}
			for b.Loop() {
				w.tell(notes).apart(w.people)
			}
		})
	}
}

// BenchmarkRead is the part of a report's time that needs no watch.
func BenchmarkRead(b *testing.B) {
	for i := 0; b.Loop(); i++ {
		Read(traffic(i))
	}
}

// traffic is the i-th report of a busy desk: two hundred an hour, ten hours a day, of 300 matters with 40 words each.
func traffic(i int) rules.Report {
	pick := func(k, n uint64) uint64 { return mix(uint64(i)*1_000_003+k) % n }
	matter := pick(0, 300)
	var text strings.Builder
	for k := range 8 + pick(1, 8) {
		if k%2 == 0 {
			fmt.Fprintf(&text, "w%dx%d ", matter, pick(k+2, 40))
		} else {
			fmt.Fprintf(&text, "common%d ", pick(k+2, 900))
		}
	}
	at := monday.AddDate(0, 0, i/2000).Add(7*time.Hour + time.Duration(i%2000)*18*time.Second)
	return rules.Report{Mail: rules.MailID(i + 1), At: at, Person: rules.Address(fmt.Sprintf("p%d@house%d.example", pick(90, 5000), pick(91, 60))),
		Proven: true, Organisation: fmt.Sprintf("house%d.example", pick(91, 60)), Language: rules.English, Subject: "Question", Words: text.String()}
}
