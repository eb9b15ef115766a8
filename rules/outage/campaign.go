package outage

const (
	// campaignWords and campaignLike: people who have the same fault do not write eight words alike.
	campaignWords = 8
	campaignLike  = 0.6
)

// campaign says that a letter is one of several long, nearly identical ones from houses never heard before: somebody
// sends the same to everybody. The earlier ones are set aside with it.
func (w *Watch) campaign(n *note) bool {
	if n.length < campaignWords || !n.newHome {
		return false
	}
	w.lens.set(n.vector.features)
	defer w.lens.unset(n.vector.features)
	found := false
	for _, o := range w.recent {
		if o.newHome && o.length >= campaignWords && o.house != n.house && w.lens.like(o.vector.features) >= campaignLike {
			found = true
			if o.alarm == nil {
				o.aside = true
			}
		}
	}
	return found
}
