package imap

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"aboveline.example/mailin"
	"aboveline.example/rules"
)

// drain takes everything above the cursor. When accepting ends it stops after the batch in hand; when working ends it
// stops at once.
func (p *Poller) drain(accepting, working context.Context, s *session) error {
	if err := p.mark(s); err != nil { // what was taken before the last connection died
		return err
	}
	at, low := p.last, uint32(0)
	for accepting.Err() == nil {
		lo, hi, ok := p.window(s, at)
		if !ok {
			return nil
		}
		uids, err := s.search(lo, hi)
		if err != nil {
			return err
		}
		if len(uids) == 0 {
			if hi == 0 {
				return p.drained(working, s, low)
			}
			at = hi
			continue
		}
		for batch := range slices.Chunk(uids, batchMails) {
			if accepting.Err() != nil {
				return nil
			}
			if low, err = p.batch(working, s, batch, low); err != nil {
				return err
			}
			at = batch[len(batch)-1]
		}
	}
	return nil
}

// window is the next range of UIDs to search, ok false if there can be none. A mailbox with fewer mails than a window
// holds is searched at once; a larger one in steps, since all its UIDs in one line would be more than we read.
func (p *Poller) window(s *session, at uint32) (lo, hi uint32, ok bool) {
	if at == ^uint32(0) {
		return 0, 0, false
	}
	lo = at + 1
	mails := s.mails
	if box := s.c.Mailbox(); box != nil { // the library answers a SELECT before it knows its mailbox
		mails = box.NumMessages
	}
	if mails <= searchWindow || s.uidNext <= lo || s.uidNext-lo <= searchWindow {
		return lo, 0, true
	}
	return lo, at + searchWindow, true
}

// drained ends a drain that left nothing out but what low says. Mails that were settled earlier and moved away are not
// found by a search, so the cursor may still stand below them.
func (p *Poller) drained(ctx context.Context, s *session, low uint32) error {
	if low == 0 {
		top := p.last
		for uid := range p.settled {
			top = max(top, uid)
		}
		if err := p.advance(ctx, top); err != nil {
			return err
		}
	}
	if now := s.guard.validity.Load(); now != s.validity {
		return fmt.Errorf("uidvalidity went from %d to %d", s.validity, now)
	}
	return nil
}

// batch takes up to batchMails mails, marks them, and moves the cursor. low is the lowest UID of this drain that
// could not be settled, 0 for none: the cursor stays below it.
func (p *Poller) batch(ctx context.Context, s *session, uids []uint32, low uint32) (uint32, error) {
	p.phase(PhaseTaking, nil)
	failed := p.takeBatch(ctx, s, uids)
	if dead(failed) == nil {
		if err := p.mark(s); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	for _, uid := range uids {
		if low == 0 && !p.settled[uid] && uid > p.last {
			low = uid
		}
	}
	if dead(failed) == nil {
		top := uids[len(uids)-1]
		if low != 0 {
			top = low - 1
		}
		failed = errors.Join(failed, p.advance(ctx, top))
	}
	return low, failed
}

// advance moves the cursor: every mail up to it is settled.
func (p *Poller) advance(ctx context.Context, top uint32) error {
	if top <= p.last {
		return nil
	}
	if err := p.cursors.SetCursor(ctx, p.key, p.epoch, top); err != nil {
		return fmt.Errorf("set the cursor: %w", stall(err))
	}
	p.last = top
	for uid := range p.settled {
		if uid <= top {
			delete(p.settled, uid)
			delete(p.unfits, uid)
			delete(p.suspects, uid)
		}
	}
	return nil
}

// takeBatch brings the mails of a batch to where each is settled or known not to be.
func (p *Poller) takeBatch(ctx context.Context, s *session, uids []uint32) error {
	var plain []uint32
	for _, uid := range uids {
		if !p.settled[uid] && !p.suspects[uid] {
			plain = append(plain, uid)
		}
	}
	metas := map[uint32]meta{}
	if len(plain) > 0 {
		var err error
		if metas, err = s.metas(plain); err != nil {
			return p.blame(err, plain)
		}
		if err := p.absent(ctx, s, plain, metas); err != nil {
			return err
		}
	}
	var group []meta
	var size int64
	for _, uid := range uids {
		m, described := metas[uid]
		switch {
		case p.settled[uid], !described && !p.suspects[uid]:
		case m.deleted: // somebody threw it away; it stays for them to expunge
			p.settled[uid] = true
		case p.suspects[uid] || m.size > chunkBytes:
			if err := p.takeGroup(ctx, s, group); err != nil {
				return err
			}
			group, size = nil, 0
			if err := p.takeSingle(ctx, s, uid, m); err != nil {
				return err
			}
		default:
			if size+m.size > batchBytes {
				if err := p.takeGroup(ctx, s, group); err != nil {
					return err
				}
				group, size = nil, 0
			}
			group, size = append(group, m), size+m.size
		}
	}
	return p.takeGroup(ctx, s, group)
}

// absent deals with mails that were listed and not described. A server that describes none of several is broken, and
// none of its mails is to blame.
func (p *Poller) absent(ctx context.Context, s *session, uids []uint32, metas map[uint32]meta) error {
	var none []uint32
	for _, uid := range uids {
		if _, ok := metas[uid]; !ok {
			none = append(none, uid)
		}
	}
	if len(none) > 0 && len(metas) == 0 {
		there, err := s.search(none[0], none[len(none)-1])
		if err != nil {
			return err
		}
		if slices.ContainsFunc(there, func(uid uint32) bool { return slices.Contains(none, uid) }) {
			return fmt.Errorf("%w: it lists %d mails and describes none", errServer, len(none))
		}
	}
	return p.missing(ctx, s, none)
}

// blame suspects mails of the death of the connection they were fetched on.
func (p *Poller) blame(err error, uids []uint32) error {
	if d := dead(err); d != nil && !d.bye {
		for _, uid := range uids {
			p.suspects[uid] = true
		}
	}
	return err
}

// takeGroup fetches small mails together and takes them.
func (p *Poller) takeGroup(ctx context.Context, s *session, group []meta) error {
	if len(group) == 0 {
		return nil
	}
	if err := p.taker.Ready(); err != nil {
		return stall(err)
	}
	found, err := s.bodies(group)
	if err != nil {
		var uids []uint32
		for _, m := range group {
			uids = append(uids, m.uid)
		}
		return p.blame(err, uids)
	}
	var mails []mail
	for _, m := range group {
		if raw, ok := found[m.uid]; ok && int64(len(raw)) == m.size && m.size > 0 {
			mails = append(mails, mail{m.uid, raw})
			continue
		}
		if err := p.take(ctx, mails); err != nil { // keeps the order of UIDs
			return err
		}
		mails = nil
		if err := p.takeSingle(ctx, s, m.uid, m); err != nil {
			return err
		}
	}
	return p.take(ctx, mails)
}

// takeSingle fetches one mail by itself and takes it.
func (p *Poller) takeSingle(ctx context.Context, s *session, uid uint32, m meta) error {
	if err := p.taker.Ready(); err != nil {
		return stall(err)
	}
	if m.size > chunkBytes {
		free, err := p.taker.Room(ctx, min(m.size, p.o.MaxSize))
		if err != nil {
			return fmt.Errorf("uid %d: %w", uid, stall(err))
		}
		defer free()
	}
	var mails []mail
	var err error
	if p.suspects[uid] {
		mails, err = p.suspect(ctx, s, uid)
	} else {
		mails, err = p.whole(ctx, s, m)
	}
	if err != nil {
		return err
	}
	return p.take(ctx, mails)
}

// take hands mails over. Those that are durable are settled and owed a mark.
func (p *Poller) take(ctx context.Context, mails []mail) error {
	errs := inOrder(mails, p.o.Workers, func(i int) error {
		return p.taker.Take(ctx, p.arrival(mails[i]))
	})
	var failed error
	for i, m := range mails {
		if mailin.Permanent(errs[i]) {
			errs[i] = p.parkTaken(ctx, m, errs[i])
		}
		if errs[i] != nil {
			failed = cmpErr(failed, fmt.Errorf("take uid %d: %w", m.uid, stall(errs[i])))
			continue
		}
		if !p.settled[m.uid] { // not parked
			p.state.Taken++
		}
		p.settled[m.uid] = true
		p.owed = append(p.owed, m.uid)
	}
	return failed
}

// cmpErr keeps the first of two errors; a hundred alike say no more.
func cmpErr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// parkTaken parks a mail that came and can never be taken. A door that hears its sender would refuse it; here there is
// nobody to refuse it to. It is marked like one that was taken, for its bytes are kept.
func (p *Poller) parkTaken(ctx context.Context, m mail, why error) error {
	return p.keepParked(ctx, rules.Parked{UID: m.uid, Tries: 1, Error: printable(why.Error(), 300), Bytes: m.raw})
}

// park gives a mail up that never came: it stays on the server, and the operator is told.
func (p *Poller) park(ctx context.Context, uid uint32, tries int, why string) error {
	return p.keepParked(ctx, rules.Parked{UID: uid, Tries: tries, Error: why})
}

func (p *Poller) keepParked(ctx context.Context, m rules.Parked) error {
	uid, tries, why := m.UID, m.Tries, m.Error
	m.At = time.Now()
	m.Envelope = rules.Envelope{Door: "imap:" + p.o.Name}
	m.Detail = fmt.Sprintf("UID %d (UIDVALIDITY %d) of %s at %s", uid, p.epoch, p.o.Mailbox, p.server.Host)
	if len(m.Bytes) == 0 {
		m.Detail += "; the mail is still there"
	}
	if err := p.parker.Park(ctx, m); err != nil {
		return fmt.Errorf("park uid %d: %w", uid, stall(err))
	}
	p.settled[uid] = true
	p.state.Parked++
	p.log.parked(uid, tries, why)
	return nil
}

// stalled marks an error of the desk itself: the server did nothing wrong.
type stalled struct{ error }

func (s stalled) Unwrap() error { return s.error }

func stall(err error) error { return stalled{err} }
