package outage

// profile is how much of the history lies within each likeness to a centre, in steps: enough to tell, without putting
// thousands of letters in order, that a radius is not worth a closer look.
type profile struct {
	weight [steps + 2]float64 // of the letters that fall in a step or above it
	count  [steps + 2]int
}

const steps = 256

// profile counts the history as it is seen in a view, down to a likeness.
func (w *Watch) profile(v view, floor float32) *profile {
	p := &profile{}
	for i, l := range v.past(floor) {
		if l >= floor {
			s := min(int(l*steps), steps)
			p.weight[s] += w.past.ordinary[i]
			p.count[s]++
		}
	}
	for s := steps - 1; s >= 0; s-- {
		p.weight[s] += p.weight[s+1]
		p.count[s] += p.count[s+1]
	}
	return p
}

// least is at most the ordinary weight at least this alike; most is at least how many letters are.
func (p *profile) least(like float32) float64 {
	s := min(int(like*steps), steps)
	if float32(s) < like*steps {
		s++
	}
	return p.weight[s]
}

func (p *profile) most(like float32) int { return p.count[min(int(like*steps), steps)] }

// holding is a likeness within which there are n letters, or all.
func (p *profile) holding(n int) float32 {
	for s := steps; s > 0; s-- {
		if p.count[s] >= n {
			return float32(s) / steps
		}
	}
	return 0
}
