package outage

// crowd numbers the people of the recent reports with small numbers, so that different people are counted without a map.
type crowd struct {
	by    map[uint64]seat
	free  []int
	marks []int // by number: the count in which the person was seen last
	count int
}

type seat struct{ number, notes int }

func newCrowd() *crowd { return &crowd{by: map[uint64]seat{}} }

// enter is the number of a person who has one more recent report.
func (c *crowd) enter(person uint64) int {
	s, known := c.by[person]
	if !known {
		if n := len(c.free); n > 0 {
			s.number, c.free = c.free[n-1], c.free[:n-1]
		} else {
			s.number = len(c.marks)
			c.marks = append(c.marks, 0)
		}
	}
	s.notes++
	c.by[person] = s
	return s.number
}

// leave takes one of a person's reports out.
func (c *crowd) leave(person uint64) {
	s := c.by[person]
	if s.notes--; s.notes > 0 {
		c.by[person] = s
		return
	}
	delete(c.by, person)
	c.free = append(c.free, s.number)
}

// begin begins to count.
func (c *crowd) begin() { c.count++ }

// first says whether a number comes for the first time since begin.
func (c *crowd) first(number int) bool {
	if c.marks[number] == c.count {
		return false
	}
	c.marks[number] = c.count
	return true
}
