package gateway

import (
	"bufio"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"aboveline.example/rules"
)

var loud = flag.Bool("loud", false, "show the gateways' own logs in the tests on virtual time")

// storyDesk is the desk that the stories of testdata/rules are told about, as an operator writes it.
const storyDesk = `
[desk]
name = "OmDirekt"
address = "support@omdirekt.example"
aliases = ["hjalp@omdirekt.example"]
prefix = "OMD"
language = "sv"
timezone = "Europe/Stockholm"
[store]
path = %q
[mailin.smtp]
listen = "127.0.0.1:0"
relays = ["127.0.0.1/32"]
authserv_id = "mx.omdirekt.example"
[[mailin.imap]]
server = "imap://127.0.0.1:143"
insecure = true
username = "support@omdirekt.example"
password_env = "ABOVELINE_TOWN_PASSWORD"
authserv_id = "mx.omdirekt.example"
[mailout]
smarthost = "smtp://127.0.0.1:25"
[[organisation]]
name = "Nordhavn kommune"
domains = ["nordhavn.example"]
support = ["it@nordhavn.example", "chef@nordhavn.example"]
tell = "new"
language = "nb"
[[staff]]
name = "Anna Ek"
address = "anna@omdirekt.example"
language = "sv"
[[staff]]
name = "Bo Lind"
address = "bo@omdirekt.example"
language = "en"
[[vendor]]
name = "Sublime"
address = "oms@sublime.example"
follow_up = "1h"
language = "sv"
[[inform]]
name = "Kommunikation"
address = "kommunikation@omdirekt.example"
about = ["outage", "vendor-update"]
language = "sv"
[[category]]
name = "Arbetsgivare"
when = 'sender.domain == "kommun.example" or text contains "arbetsgivare"'
[[category]]
name = "Privatperson"
when = 'true'
[[rule]]
name = "Fel på Mina sidor"
when = 'text contains "bankid" or text contains "mina sidor"'
tags = ["Mina sidor - Teknik"]
[outage]
enabled = true
window = "1h"
people = 4
report = "ask"
vendors = ["Sublime"]
pictures = "ask"
`

// storyBegins is a Tuesday in March: the bubble's clock is set to it.
var storyBegins = time.Date(2026, 3, 3, 9, 14, 0, 0, time.UTC)

// TestStories plays the stories of testdata/rules, which package rules plays over decisions alone, over the whole
// program: the same words through a door, the same expectations read back from the store, and each answer written to
// the mail that really left. Each is played through both doors.
//
// Where the program may legitimately differ, sameStory says how.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("../../../testdata/rules/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for d, door := range []string{"smtp", "imap"} {
		for i, file := range files {
			if otherDoor(d, i) {
				continue
			}
			t.Run(door+"/"+strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
				bubble(t, func(t *testing.T) { playStory(t, file, door, storyDesk) })
			})
		}
	}
}

// otherDoor says whether a story is left to its other door: each has one where time is short, as under the race
// detector, which makes everything several times as slow.
func otherDoor(door, story int) bool { return testing.Short() && (door+story)%2 == 1 }

// TestDesks plays the story of each example desk over the whole program, with the desk's own configuration. Package
// rules plays the same file over decisions alone.
func TestDesks(t *testing.T) {
	files, err := filepath.Glob("../../../testdata/desks/*/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for d, door := range []string{"smtp", "imap"} {
		for i, file := range files {
			if otherDoor(d, i) {
				continue
			}
			t.Run(door+"/"+filepath.Base(filepath.Dir(file)), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					playStory(t, file, door, townDesk(t, filepath.Join(filepath.Dir(file), "aboveline.toml")))
				})
			})
		}
	}
}

// townDoors are where a desk's mail comes and goes in the town.
const townDoors = `
[store]
path = %q
[mailin.smtp]
listen = "127.0.0.1:0"
relays = ["127.0.0.1/32"]
authserv_id = "mx.omdirekt.example"
[[mailin.imap]]
server = "imap://127.0.0.1:143"
insecure = true
username = "support@omdirekt.example"
password_env = "ABOVELINE_TOWN_PASSWORD"
authserv_id = "mx.omdirekt.example"
[mailout]
smarthost = "smtp://127.0.0.1:25"
`

// townDesk is an example desk's configuration with the doors of the town in place of its own.
func townDesk(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var b, kept strings.Builder // kept is of [mailout], what says how mail reads
	away := false
	for line := range strings.Lines(strings.ReplaceAll(string(raw), "%", "%%")) {
		if strings.HasPrefix(line, "[") {
			table := strings.Trim(strings.TrimSpace(line), "[]")
			top, _, _ := strings.Cut(table, ".")
			away = slices.Contains([]string{"store", "mailin", "mailout", "dns"}, top)
		}
		switch {
		case !away:
			b.WriteString(line)
		case strings.HasPrefix(line, "dialogue "):
			kept.WriteString(line)
		}
	}
	return b.String() + townDoors + kept.String()
}

func playStory(t *testing.T, file, door, desk string) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	steps := readStory(string(raw))
	w := newTown(t)
	n := &narrator{w: w, door: door, refuse: map[string]string{}}
	for _, s := range steps {
		if f := strings.Fields(s.command); f[0] == "refuse" {
			n.refuse[f[1]] = ""
		}
	}
	w.fault = n.fault
	n.h = w.build("support@omdirekt.example", desk, func() detector { return &simpleWatch{} })
	n.was = n.look()
	for _, s := range steps {
		got, want := n.play(s), s.want
		if !n.exact(s) {
			got, want = sameStory(got), sameStory(want)
		}
		if got != want {
			t.Errorf("%s: %s\n%sgot:\n%s\nwant:\n%s", file, s.command, s.input, got, want)
		}
	}
	time.Sleep(time.Hour)
	synctest.Wait()
	n.h.check(t)
}

type storyStep struct{ command, input, want string }

// readStory reads what rules' scenarios are written in: a command, its lines, "----", the expectation, a blank line.
func readStory(text string) []storyStep {
	var steps []storyStep
	var s storyStep
	part := 0
	sc := bufio.NewScanner(strings.NewReader(text))
	for sc.Scan() {
		line := sc.Text()
		switch {
		case part == 0 && (strings.HasPrefix(line, "#") || line == ""):
		case part == 0:
			s.command, part = line, 1
		case part == 1 && line == "----":
			part = 2
		case part == 1:
			s.input += line + "\n"
		case line == "":
			steps = append(steps, s)
			s, part = storyStep{}, 0
		default:
			s.want += line + "\n"
		}
	}
	if part == 2 {
		steps = append(steps, s)
	}
	return steps
}

// simpleWatch is the watch of the stories: four different people who wrote "BankID" within an hour. How the product
// counts is tested where it does.
type simpleWatch struct{ told []rules.Report }

func (w *simpleWatch) Sight(r rules.Report) rules.Sighting {
	if !strings.Contains(r.Words, "BankID") {
		return rules.Sighting{}
	}
	people := map[rules.Address]bool{r.Person: true}
	s := rules.Sighting{Words: []string{"bankid"}, Window: time.Hour, Expected: 0.4, Alarm: 1}
	raised := false
	for _, o := range w.told {
		if r.At.Sub(o.At) < time.Hour {
			raised = raised || len(people) >= 4
			people[o.Person] = true
			s.Members = append(s.Members, o.Mail)
		}
	}
	w.told = append(w.told, r)
	s.People, s.Observed = len(people), len(people)
	switch {
	case raised && len(people) >= 4:
		s.Members = nil
	case len(people) == 4:
		s.Raised = true
	default:
		return rules.Sighting{}
	}
	return s
}
