package store

import "bytes"

// later is what a batch has still to write: records of the data tree, which are being compressed beside the one
// goroutine that writes. They are written before the commit, or as soon as anybody in the batch asks for one, so that
// nobody can tell the difference. The zero value is empty; it belongs to the writing goroutine.
type later struct {
	whole []*record          // in the order in which they were saved
	byKey map[string]*record // by the key in the tree
	mine  int                // from here on they are the running call's
}

// record is a saved record on its way.
type record struct {
	t      *table
	key, b []byte
	z      []byte        // what pack made of b
	packed chan struct{} // closed when z is there
}

// saveLater begins to compress b and leaves the writing for later. It keeps b.
func (tx *Tx) saveLater(t *table, key, b []byte) {
	if tx.writing(t) == nil {
		return
	}
	k := t.key(key)
	if tx.late.holds(t, k) {
		tx.settle() // in the order of saving
	}
	r := &record{t: t, key: bytes.Clone(key), b: b, packed: make(chan struct{})}
	go r.pack()
	tx.late.whole = append(tx.late.whole, r)
	if tx.late.byKey == nil {
		tx.late.byKey = map[string]*record{}
	}
	tx.late.byKey[string(k)] = r
}

// pack compresses a record. One that the library breaks on is kept as it stands: nothing may end the program from
// here.
func (r *record) pack() {
	defer close(r.packed)
	defer func() {
		if recover() != nil {
			r.z = append([]byte{formatPlain}, r.b...)
		}
	}()
	r.z = pack(r.b)
}

// holds says whether the record under a key of the tree has still to be written.
func (l *later) holds(t *table, k []byte) bool {
	return l.any(t) && l.byKey[string(k)] != nil
}

// any says whether records of the table's tree have still to be written.
func (l *later) any(t *table) bool { return l != nil && len(l.whole) > 0 && t.tree == data }

// adopt makes what the running call saved the batch's, and says whether it saved anything.
func (l *later) adopt() bool {
	saved := len(l.whole) > l.mine
	l.mine = len(l.whole)
	return saved
}

// forget drops what the running call saved.
func (l *later) forget() {
	for _, r := range l.whole[l.mine:] {
		delete(l.byKey, string(r.t.key(r.key)))
	}
	l.whole = l.whole[:l.mine]
}

// settle writes all records. Those of calls that have returned are none of this transaction's to take back.
func (tx *Tx) settle() {
	all, mine := tx.late.whole, tx.late.mine
	tx.late.whole, tx.late.mine = nil, 0
	clear(tx.late.byKey)
	for i, r := range all {
		<-r.packed
		before := len(tx.undo)
		tx.savePacked(r.t, r.key, r.z)
		if i < mine {
			tx.undo = tx.undo[:before]
		}
	}
}
