package smtp

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"aboveline.example/mailin"
	"pgregory.net/rapid"
)

// naive is the same decision the slow way: find the end as RFC 5321 has it, then look at what came before.
func naive(wire []byte, most int64) (mail []byte, used int, fault, ended bool) {
	end := bytes.Index(append([]byte("\r\n"), wire...), []byte("\r\n.\r\n"))
	if end < 0 {
		return nil, len(wire), false, false
	}
	stuffed := wire[:end] // CR LF that ends the last line included
	used = end + len(".\r\n")
	rest := bytes.ReplaceAll(stuffed, []byte("\r\n"), nil)
	fault = bytes.ContainsAny(rest, "\r\n\x00")
	for line := range bytes.SplitAfterSeq(stuffed, []byte("\r\n")) {
		fault = fault || len(bytes.TrimPrefix(line, []byte("."))) > maxLine
		mail = append(mail, bytes.TrimPrefix(line, []byte("."))...)
	}
	return mail, used, fault || int64(len(mail)) > most, true
}

// pieces are what makes ends of mails look like what they are not.
var pieces = rapid.SampledFrom([]string{"\r", "\n", "\r\n", ".", "..", "\x00", "a", " ", "\r\n.\r\n", "\r\r\n.\r\n", "\n.\n", "Subject: x\r\n"})

// The gate finds the same end, and refuses the same mails, however the wire cuts them up; and what it passes on reads
// as the same mail to whoever takes the dots away after it.
func TestBodyAgreesWithNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wire := []byte(strings.Join(rapid.SliceOfN(pieces, 0, 40).Draw(t, "wire"), ""))
		most := rapid.Int64Range(0, 60).Draw(t, "most")
		b := body{max: most}
		var passed []byte
		used := 0
		for used < len(wire) && !b.ended {
			n := rapid.IntRange(1, len(wire)-used).Draw(t, "n")
			took, out := b.scan(wire[used:used+n], nil)
			passed = append(passed, out...)
			used += took
		}
		checkBody(t, wire, passed, used, &b)
	})
}

func checkBody(t interface{ Fatalf(string, ...any) }, wire, passed []byte, used int, b *body) {
	mail, wantUsed, fault, ended := naive(wire, b.max)
	if b.ended != ended || used != wantUsed {
		t.Fatalf("%q: ended %v after %d, want %v after %d", wire, b.ended, used, ended, wantUsed)
	}
	if ended && (b.fault != nil) != fault {
		t.Fatalf("%q: fault %v, want %v", wire, b.fault, fault)
	}
	// The next reader must find its one end where the wire's is, whether the mail is refused or not.
	again, end, odd, found := naive(passed, 1<<40)
	if found != ended || found && end != len(passed) || found && odd {
		t.Fatalf("%q: passed on %q, which ends at %d (%v), odd %v", wire, passed, end, found, odd)
	}
	if ended && !fault && (!bytes.Equal(again, mail) || b.size != int64(len(mail))) {
		t.Fatalf("%q: mail %q of %d, want %q", wire, again, b.size, mail)
	}
}

func FuzzBody(f *testing.F) {
	for _, s := range []string{"a\r\n.\r\n", ".\r\n", "\r\r\n.\r\n", ".\x00\r\n.\r\n", "\n.\n", "..\r\n.\r\n", "a\r.\r\n.\r\n"} {
		f.Add([]byte(s), uint8(3), uint16(10))
	}
	f.Fuzz(func(t *testing.T, wire []byte, cut uint8, most uint16) {
		b := body{max: int64(most)}
		var passed []byte
		used := 0
		for used < len(wire) && !b.ended {
			took, out := b.scan(wire[used:min(len(wire), used+1+int(cut))], nil)
			passed = append(passed, out...)
			used += took
		}
		checkBody(t, wire, passed, used, &b)
	})
}

func TestBodyKeepsTheFirstFault(t *testing.T) {
	for _, c := range []struct {
		wire string
		want error
	}{
		{strings.Repeat("a", 11) + "\n\r\n.\r\n", mailin.ErrTooLarge},
		{"\n" + strings.Repeat("a", 11) + "\r\n.\r\n", mailin.ErrLineEnds},
	} {
		b := body{max: 10}
		if _, _ = b.scan([]byte(c.wire), nil); !errors.Is(b.fault, c.want) || !b.ended {
			t.Errorf("%q: %v, want %v", c.wire, b.fault, c.want)
		}
	}
}
