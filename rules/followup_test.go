package rules

import (
	"testing"
	"time"
)

func TestNextFollowUp(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	desk, errs := NewDesk(Config{Zone: zone})
	if errs != nil {
		t.Fatal(errs)
	}
	at := func(s string) time.Time {
		if s == "" {
			return time.Time{}
		}
		at, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	office := "mon-fri 08:00-17:00"
	for _, c := range []struct {
		name, sent, heard, until, hours, holidays, want string
	}{
		{"an hour after our mail", "2026-03-03 09:00", "", "", "", "", "2026-03-03 10:00"},
		{"an hour after its word", "2026-03-03 09:00", "2026-03-03 09:40", "", "", "", "2026-03-03 10:40"},
		{"its word was before our mail", "2026-03-03 09:50", "2026-03-03 09:40", "", "", "", "2026-03-03 10:50"},
		{"snoozed", "2026-03-03 09:00", "", "2026-03-03 14:00", "", "", "2026-03-03 14:00"},
		{"snoozed for less", "2026-03-03 09:00", "", "2026-03-03 09:30", "", "", "2026-03-03 10:00"},
		{"closed for the day", "2026-03-03 16:30", "", "", office, "", "2026-03-04 08:00"},
		{"closed over the weekend", "2026-03-06 16:30", "", "", office, "", "2026-03-09 08:00"},
		{"not open yet", "2026-03-03 04:00", "", "", office, "", "2026-03-03 08:00"},
		{"snoozed into the night", "2026-03-03 09:00", "", "2026-03-03 22:00", office, "", "2026-03-04 08:00"},
		{"Swedish holiday: Epiphany", "2026-01-05 16:30", "", "", office, "se", "2026-01-07 08:00"},
		{"which is none in Norway", "2026-01-05 16:30", "", "", office, "no", "2026-01-06 08:00"},
		{"Norwegian holiday: 17 May", "2027-05-17 09:00", "", "", office, "no", "2027-05-18 08:00"},
		{"which is none in Sweden", "2027-05-17 09:00", "", "", office, "se", "2027-05-17 10:00"},
		{"holidays without hours", "2027-05-17 09:00", "", "", "", "no", "2027-05-18 00:00"},
		{"Easter, over four days", "2026-04-02 16:30", "", "", office, "se", "2026-04-07 08:00"},
		{"the night the clock goes forward", "2026-03-29 01:30", "", "", "", "", "2026-03-29 03:30"},
		{"opening on that day", "2026-03-28 20:00", "", "", "sun-sat 08:00-17:00", "", "2026-03-29 08:00"},
		{"the last minute before midnight", "2026-03-03 22:59", "", "", "mon-fri 08:00-24:00", "", "2026-03-03 23:59"},
		{"at midnight", "2026-03-03 23:00", "", "", "mon-fri 08:00-24:00", "", "2026-03-04 08:00"},
		{"Christmas Eve", "2026-12-23 16:30", "", "", office, "se", "2026-12-28 08:00"},
		{"Midsummer Eve", "2026-06-18 16:30", "", "", office, "se", "2026-06-22 08:00"},
		{"opening at an hour that the night skips", "2026-03-28 20:00", "", "", "sun-sat 02:30-05:00", "", "2026-03-29 03:30"},
		{"the day the clock goes back", "2026-10-24 20:00", "", "", "sun-sat 08:00-17:00", "", "2026-10-25 08:00"},
	} {
		r := VendorReport{LastSent: at(c.sent), LastHeard: at(c.heard)}
		v := Vendor{FollowUp: time.Hour, Hours: c.hours, Holidays: c.holidays}
		if got := desk.NextFollowUp(r, v, at(c.until)); !got.Equal(at(c.want)) {
			t.Errorf("%s: %s, want %s", c.name, got.In(zone).Format("2006-01-02 15:04"), c.want)
		}
	}
}

func TestVendorReference(t *testing.T) {
	for _, c := range []struct{ subject, text, ref, tag string }{
		{"[Case#778899] Mina sidor", "", "778899", "[Case#778899]"},
		{"Re: [OMD-1] Mina sidor [Ticket#2026-1]", "", "2026-1", "[Ticket#2026-1]"},
		{"SV: [OMD-1] Mina sidor [ABC-42]", "", "ABC-42", "[ABC-42]"},
		{"INC0012345 - Mina sidor", "", "INC0012345", "INC0012345"},
		{"SV: [OMD-1] Mina sidor", "Ert ärende har nummer 12. Ärendenummer: 55667", "55667", ""},
		{"SV: [OMD-1] Mina sidor", "Saksnummer 2026-77881", "2026-77881", ""},
		{"SV: [OMD-1] Mina sidor", "Vi har hittat felet.", "", ""},
		{"SV: [OMD-1] Mina sidor", "Tack, ditt ärende har nummer NB-7781.", "NB-7781", ""},
		{"SV: [OMD-1] Mina sidor", "Ärendenumret är 778899 hos oss.", "778899", ""},
		{"SV: [OMD-1] Mina sidor", "Saken din har fått nummer 55122.", "55122", ""},
		{"SV: [OMD-1] Mina sidor", "Your case number is CS-4455", "CS-4455", ""},
		{"SV: [OMD-1] Mina sidor", "Ert ärende är löst kl. 1430, 200 personer drabbades.", "", ""},
		{"SV: [OMD-1] Mina sidor", "The case is 404 errors on every page", "", ""},
		{"[OMD-1] [D-7] x", "OMD-1", "", ""},
	} {
		ref, tag := vendorReference(&Mail{Subject: c.subject, Reply: c.text}, "OMD")
		if ref != c.ref || tag != c.tag {
			t.Errorf("%q, %q: %q %q, want %q %q", c.subject, c.text, ref, tag, c.ref, c.tag)
		}
	}
}
