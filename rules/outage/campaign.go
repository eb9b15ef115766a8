package outage

const (
	// campaignWords and campaignShare: people who have the same fault do not write eight words and share more than half
	// of all they write.
	campaignWords = 8
	campaignShare = 0.6
	// acquainted is after how many seconds a desk knows who writes to it; until then everybody is new.
	acquainted = 7 * 24 * 3600
)

// campaign says that a letter is one of several long, nearly identical ones from houses never heard before: somebody
// sends the same to everybody. The earlier ones are set aside with it.
func (w *Watch) campaign(n *note) bool {
	if len(n.vector.words) < campaignWords || !n.newHome || w.now-w.first < acquainted {
		return false
	}
	found := false
	for _, o := range w.recent {
		if o.newHome && o.house != n.house && len(o.vector.words) >= campaignWords && nearlySame(n.vector.words, o.vector.words) {
			found = true
			if o.alarm == nil {
				o.aside = true
			}
		}
	}
	return found
}

// nearlySame compares two letters' words without regard to how rare they are.
func nearlySame(a, b []word) bool {
	in := make(map[uint32]bool, len(a))
	for _, x := range a {
		in[x.id] = true
	}
	both := 0
	for _, x := range b {
		if in[x.id] {
			both++
		}
	}
	return float64(both) >= campaignShare*float64(len(a)+len(b)-both)
}
