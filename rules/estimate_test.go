package rules

import (
	"testing"
	"time"
)

// TestEstimate reads vendors' own words, on a Tuesday at 10:15 in Stockholm.
func TestEstimate(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	d := &Desk{Config: Config{Zone: zone}}
	now := time.Date(2026, 3, 3, 10, 15, 0, 0, zone)
	for text, want := range map[string]string{
		"Vi har hittat felet, det är klart 14:00.":              "2026-03-03 14:00",
		"Vi har hittat felet. Klart kl. 14.30. Hälsningar":      "2026-03-03 14:30",
		"Felet beräknas vara åtgärdat senast klockan 15":        "2026-03-03 15:00",
		"Vi har funnet feilen. Den er rettet innen kl. 15.":     "2026-03-03 15:00",
		"Feilen er løst i løpet av to timer":                    "2026-03-03 12:15",
		"It will be fixed by 3 pm":                              "2026-03-03 15:00",
		"We expect it to be resolved by 3:30 p.m. today.":       "2026-03-03 15:30",
		"Vi räknar med att det är löst om två timmar.":          "2026-03-03 12:15",
		"Det är igång igen inom en halvtimme":                   "2026-03-03 10:45",
		"Klart om ca 45 minuter":                                "2026-03-03 11:00",
		"Fixed within an hour":                                  "2026-03-03 11:15",
		"Should be back in a couple of hours":                   "2026-03-03 12:15",
		"Ferdig om en og en halv time":                          "2026-03-03 11:45",
		"Rättningen är klar i morgon.":                          "2026-03-04 17:00",
		"Det är löst imorgon förmiddag":                         "2026-03-04 12:00",
		"Feilen blir rettet i morgen kl. 09.00":                 "2026-03-04 09:00",
		"We expect a fix tomorrow at 10 am":                     "2026-03-04 10:00",
		"Vi räknar med att det är klart under eftermiddagen":    "2026-03-03 17:00",
		"Løst i løpet av dagen":                                 "2026-03-03 17:00",
		"It will be fixed by EOB.":                              "2026-03-03 17:00",
		"Fixed by close of business tomorrow":                   "2026-03-04 17:00",
		"Klart 14:00 i morgon":                                  "2026-03-04 14:00",
		"Løst nå":                                               "",
		"Åtgärdas på torsdag":                                   "2026-03-05 17:00",
		"Rettes mandag kl 8":                                    "2026-03-09 08:00",
		"Expected to be done on Friday afternoon":               "2026-03-06 17:00",
		"ETA 2026-03-04 16:00":                                  "2026-03-04 16:00",
		"Vi har tagit emot ert ärende 14:00 och tittar på det.": "", // no word of an end
		"Felet löstes kl. 08:15.":                               "", // past
		"Vi har löst 14 av 20 fel.":                             "",
		"Ring oss på 08-123 45 67 så löser vi det.":             "",
		"Version 14.2 är klar för test":                         "",
		"Vi återkommer.":                                        "",
		"Det är inte löst ännu. Vi hör av oss.":                 "",
		"It is fixed in version 3":                              "",
		"":                                                      "",
	} {
		got := ""
		if at := d.estimate(text, now); !at.IsZero() {
			got = at.In(zone).Format("2006-01-02 15:04")
		}
		if got != want {
			t.Errorf("estimate(%q) = %q, want %q", text, got, want)
		}
	}
	afternoon := time.Date(2026, 3, 3, 15, 30, 0, 0, zone)
	if at := d.estimate("Det löste sig kl. 03:20.", afternoon); !at.IsZero() {
		t.Errorf("in the afternoon, twenty past three in the night is %v", at)
	}
	late := time.Date(2026, 3, 3, 23, 30, 0, 0, zone)
	if at := d.estimate("Klart 01:00", late); at.In(zone).Format("2006-01-02 15:04") != "2026-03-04 01:00" {
		t.Errorf("before midnight, one o'clock is %v", at)
	}
}

func FuzzEstimate(f *testing.F) {
	f.Add("klart 24:61 i morgon om 999 timmar")
	d := &Desk{Config: Config{Zone: time.UTC}}
	now := time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		if at := d.estimate(text, now); !at.IsZero() && (!at.After(now) || at.Sub(now) > longest) {
			t.Errorf("estimate(%q) = %v", text, at)
		}
	})
}
