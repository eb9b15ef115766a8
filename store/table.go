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
type table struct {
	name   string
	tree   *tree
	letter byte
}

// The tables. doc.go draws them.
var (
	ledger  = &table{"ledger", data, 'l'}
	tickets = &table{"tickets", data, 't'}
	entries = &table{"entries", data, 'e'}
	wires   = &table{"wires", data, 'w'}
	blobs   = &table{"blobs", data, 'b'}

	counters    = &table{"counters", index, 'c'}
	values      = &table{"values", index, 'v'}
	blobKeys    = &table{"blob keys", index, 'b'}
	dedupe      = &table{"dedupe keys", index, 'k'}
	messages    = &table{"messages", index, 'm'}
	requested   = &table{"requested", index, 'r'}
	statuses    = &table{"statuses", index, 's'}
	updates     = &table{"updates", index, 'u'}
	dues        = &table{"dues", index, 'd'}
	dueTimes    = &table{"due times", index, 'D'}
	helds       = &table{"held", index, 'h'}
	heldOn      = &table{"held on tickets", index, 'H'}
	parkeds     = &table{"parked", index, 'p'}
	outbox      = &table{"outbox", index, 'o'}
	unsent      = &table{"unsent", index, 'q'}
	finished    = &table{"finished", index, 'Q'}
	lanes       = &table{"lanes", index, 'n'}
	turns       = &table{"turns", index, 'N'}
	spends      = &table{"spends", index, 'g'}
	bads        = &table{"bad addresses", index, 'x'}
	outages     = &table{"outages", index, 'f'}
	openOutages = &table{"open outages", index, 'F'}
	cursors     = &table{"cursors", index, 'i'}
	poisons     = &table{"poisons", index, 'I'}
)

func (t *table) key(rest []byte) []byte {
	k := make([]byte, 0, 1+len(rest)+pieceSuffix)
	return append(append(k, t.letter), rest...)
}
