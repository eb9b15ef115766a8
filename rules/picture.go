package rules

import (
	"slices"
	"strconv"
	"strings"
)

const (
	maxPictures = 6
	minPicture  = 8 << 10 // bytes; a screenshot of words is more, a pixel that counts readers and a button are less
	minSide     = 200     // pixels of its shorter side; logos and banners are lower
)

// picture is a screenshot and the ticket it came with.
type picture struct {
	Attachment
	ticket TicketID
}

// pictures are the screenshots of proven writers, the oldest ticket's first, each once.
func (t *turn) pictures(tickets []*Ticket) []picture {
	var found []picture
	for _, tk := range tickets[:min(len(tickets), maxWeighed)] {
		entries := t.entriesOf(tk)
		for _, e := range entries {
			if e.Kind != EntryMailIn || e.Trust != TrustVerified && !provedLater(entries, e.Mail) || e.Thread != ThreadRequester {
				continue
			}
			for _, a := range e.Attachments {
				again := slices.ContainsFunc(found, func(p picture) bool { return p.SHA256 == a.SHA256 })
				if a.isScreenshot() && !again && len(found) < maxPictures {
					found = append(found, picture{a, tk.ID})
				}
			}
		}
	}
	return found
}

// entriesOf is a ticket's history, with what this turn adds.
func (t *turn) entriesOf(tk *Ticket) []Entry {
	entries := slices.Clone(t.look.Entries(tk.ID))
	for _, e := range t.out.Entries {
		if e.Ticket == tk.ID {
			entries = append(entries, e)
		}
	}
	return entries
}

// isScreenshot tells a picture of a screen from what signatures and newsletters draw: those are small, low, or called
// what they are. Outlook calls both image001.png, so that the size decides. What cannot be measured cannot be cleaned of
// a camera's notes either, and is not offered.
func (a Attachment) isScreenshot() bool {
	if !strings.HasPrefix(a.Type, "image/") || a.Size < minPicture || a.SHA256 == "" || min(a.Width, a.Height) < minSide {
		return false
	}
	name := strings.ToLower(a.Name)
	return !slices.ContainsFunc([]string{"logo", "signatur", "banner", "icon", "facebook", "linkedin"}, func(w string) bool { return strings.Contains(name, w) })
}

// automaticPictures are those that go without being asked for.
func (t *turn) automaticPictures(o *Outage, lead *Ticket) []Attachment {
	if t.desk.Outage.Pictures != "auto" {
		return nil
	}
	list, _ := t.picked(o, lead, nil)
	return list
}

// picked are the screenshots of the outage, or of the ticket where o is nil: all, or those of some numbers in the order
// that the suspicion lists them.
func (t *turn) picked(o *Outage, lead *Ticket, which []int) (list []Attachment, ok bool) {
	tickets := []*Ticket{lead}
	if o != nil {
		tickets = t.ticketsOf(o)
	}
	all := t.pictures(tickets)
	for i, p := range all {
		if len(which) == 0 || slices.Contains(which, i+1) {
			list = append(list, p.Attachment)
		}
	}
	return list, !slices.ContainsFunc(which, func(n int) bool { return n < 1 || n > len(all) })
}

// nameless gives pictures names of ours, since people name theirs after themselves, and has them go without what cameras
// write into them: places, among others.
func nameless(list []Attachment) []Attachment {
	out := slices.Clone(list)
	for i := range out {
		_, kind, _ := strings.Cut(out[i].Type, "/")
		kind, _, _ = strings.Cut(kind, "+")
		out[i].Name, out[i].Inline, out[i].ContentID, out[i].Plain = "picture-"+strconv.Itoa(i+1)+"."+kind, false, "", true
	}
	return out
}

// pictureWords ask for the pictures, in the desk's languages.
var pictureWords = []string{"pictures", "picture", "bilder", "bild", "bilde", "skärmbilder", "skjermbilder"}

// cutPictures takes "pictures 1 3" off the end of what /report is about: whether pictures are asked for, and which;
// none named are all.
func cutPictures(arg string) (rest string, asked bool, which []int) {
	words := strings.FieldsFunc(arg, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' })
	i := slices.IndexFunc(words, func(w string) bool { return slices.Contains(pictureWords, strings.ToLower(w)) })
	if i < 0 {
		return arg, false, nil
	}
	for n := i + 1; n < len(words); n++ {
		k, err := strconv.Atoi(words[n])
		if err != nil {
			break
		}
		which = append(which, k)
	}
	words = slices.Delete(words, i, i+1+len(which))
	return strings.Join(words, " "), true, which
}
