package store

// tree is one B+ tree of the file.
type tree struct {
	name string
	fill float64 // how full a page is left when it splits
}

var (
	// data grows at its end, so that pages are left full.
	data = &tree{"data", 1}
	// index takes keys in the middle, too, and leaves room for them.
	index = &tree{"index", 0.6}
)

// table is the part of a tree whose keys begin with its letter. Tables share two trees because each tree that a
// commit touches costs it the pages from leaf to root.
//
// A table with a kind shares its letter with others: its keys begin with a ticket's number, and the kind stands
// after that, so that a ticket, its history and its mails lie side by side and a new one touches one page.
type table struct {
	name   string
	tree   *tree
	letter byte
	kind   byte
}

// The tables. doc.go draws them.
var (
	ledger  = &table{"ledger", data, 'l', 0}
	tickets = &table{"tickets", data, 't', 1}
	entries = &table{"entries", data, 't', 2}
	wires   = &table{"wires", data, 't', 3}
	blobs   = &table{"blobs", data, 'b', 0}
	reports = &table{"reports", data, 'w', 0}

	counters    = &table{"counters", index, 'c', 0}
	values      = &table{"values", index, 'v', 0}
	blobKeys    = &table{"blob keys", index, 'b', 0}
	dedupe      = &table{"dedupe keys", index, 'k', 0}
	messages    = &table{"messages", index, 'm', 0}
	requested   = &table{"requested", index, 'r', 0}
	statuses    = &table{"statuses", index, 's', 0}
	dues        = &table{"dues", index, 'd', 0}
	dueTimes    = &table{"due times", index, 'D', 0}
	helds       = &table{"held", index, 'h', 0}
	heldOn      = &table{"held on tickets", index, 'H', 0}
	parkeds     = &table{"parked", index, 'p', 0}
	outbox      = &table{"outbox", index, 'o', 0}
	unsent      = &table{"unsent", index, 'q', 0}
	finished    = &table{"finished", index, 'Q', 0}
	lanes       = &table{"lanes", index, 'n', 0}
	turns       = &table{"turns", index, 'N', 0}
	spends      = &table{"spends", index, 'g', 0}
	bads        = &table{"bad addresses", index, 'x', 0}
	outages     = &table{"outages", index, 'f', 0}
	openOutages = &table{"open outages", index, 'F', 0}
	cursors     = &table{"cursors", index, 'i', 0}
	poisons     = &table{"poisons", index, 'I', 0}
)

// kindAt is where the kind stands in a key: after the letter and eight bytes of number.
const kindAt = 9

// key is rest as it stands in the tree. A table with kinds can be given less than a number only to walk it whole.
func (t *table) key(rest []byte) []byte {
	k := make([]byte, 0, 2+len(rest)+pieceSuffix)
	k = append(k, t.letter)
	if t.kind == 0 || len(rest) < kindAt-1 {
		return append(k, rest...)
	}
	k = append(k, rest[:kindAt-1]...)
	return append(append(k, t.kind), rest[kindAt-1:]...)
}

// rest undoes key; false for a key of another kind.
func (t *table) rest(k []byte) ([]byte, bool) {
	if t.kind == 0 {
		return k[1:], true
	}
	if len(k) <= kindAt || k[kindAt] != t.kind {
		return nil, false
	}
	r := append(make([]byte, 0, len(k)), k[1:kindAt]...)
	return append(r, k[kindAt+1:]...), true
}
