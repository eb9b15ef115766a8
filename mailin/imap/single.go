package imap

import (
	"bytes"
	"context"
	"fmt"

	imap "github.com/emersion/go-imap/v2"
)

// alone fetches one mail by itself: a big one in chunks, one that is too large as its headers. The error is an *unfit
// where the mail is to blame.
func (p *Poller) alone(s *session, m meta) (mail, error) {
	if m.size > p.o.MaxSize {
		return p.headers(s, m)
	}
	var raw []byte
	var err error
	if m.size > chunkBytes {
		raw, err = p.chunks(s, m)
	} else {
		raw, err = s.twice(m)
	}
	if err != nil {
		return mail{}, err
	}
	if n := int64(len(raw)); n > p.o.MaxSize { // it said otherwise
		m.size = n
		return p.headers(s, m)
	}
	return mail{uid: m.uid, raw: raw}, nil
}

// twice fetches a small mail. Where its length is not what the server said, it is fetched again: Exchange only
// estimates sizes, so two equal answers are believed, and anything else is not.
func (s *session) twice(m meta) ([]byte, error) {
	var first []byte
	for try := range 2 {
		found, err := s.bodies([]meta{m})
		if err != nil {
			return nil, err
		}
		raw, ok := found[m.uid]
		switch {
		case !ok:
			return nil, &unfit{"the server did not give the mail"}
		case int64(len(raw)) == m.size && len(raw) > 0:
			return raw, nil
		case len(raw) == 0:
			return nil, &unfit{"the server gave an empty mail"}
		case try == 1 && bytes.Equal(first, raw):
			return raw, nil
		}
		first = raw
	}
	return nil, &unfit{fmt.Sprintf("the server gave other bytes each time, and none of the %d it announced", m.size)}
}

// partial is a big mail that is being fetched. It outlives a connection, so that a slow line that drops gets on.
type partial struct {
	uid uint32
	raw []byte
}

// chunks fetches a big mail a part at a time. It ends where the server has no more, whatever it said of the size;
// a part that is short is only the end if the next one is empty or the announced size is reached.
func (p *Poller) chunks(s *session, m meta) ([]byte, error) {
	if p.partial.uid != m.uid {
		p.partial = partial{uid: m.uid, raw: make([]byte, 0, m.size)}
	}
	for int64(len(p.partial.raw)) <= p.o.MaxSize {
		raw, err := s.part(m.uid, imap.PartSpecifierNone, int64(len(p.partial.raw)), chunkBytes)
		if dead(err) == nil && err != nil {
			p.partial = partial{}
		}
		if err != nil {
			return nil, err
		}
		p.partial.raw = append(p.partial.raw, raw...)
		if len(raw) == 0 || len(raw) < chunkBytes && int64(len(p.partial.raw)) == m.size {
			break
		}
	}
	raw := p.partial.raw
	p.partial = partial{}
	if len(raw) == 0 {
		return nil, &unfit{"the server gave an empty mail"}
	}
	return raw, nil
}

// headers fetches the beginning of a mail that is too large to take.
func (p *Poller) headers(s *session, m meta) (mail, error) {
	raw, err := s.part(m.uid, imap.PartSpecifierHeader, 0, headerBytes)
	if err != nil {
		return mail{}, err
	}
	p.log.oversize(m.uid, m.size, p.o.MaxSize)
	return mail{uid: m.uid, raw: oversize(raw, m.size, p.o.MaxSize)}, nil
}

// maxTries is how often a mail may be fetched alone without coming, and how often a connection may die of it.
const (
	maxTries  = 3
	maxUnfits = 5
)

// suspect fetches a mail that may have killed the connection before. The try is counted in the store BEFORE the
// fetch, so that even our own death is.
func (p *Poller) suspect(ctx context.Context, s *session, uid uint32) (found []mail, err error) {
	ping := s.do("noop", pingTimeout, func() error { return s.c.Noop().Wait() })
	if dead(ping) != nil {
		return nil, ping // the connection was dead already
	}
	n, err := p.cursors.Poison(ctx, p.key, p.epoch, uid)
	if err != nil {
		return nil, fmt.Errorf("count a try at uid %d: %w", uid, stall(err))
	}
	if n > maxTries {
		return nil, p.park(ctx, uid, n-1, fmt.Sprintf("the connection died %d times while this mail was fetched", n-1))
	}
	had := len(p.partial.raw)
	found, err = p.one(ctx, s, uid)
	d := dead(err)
	if d == nil || d.bye || len(p.partial.raw) > had {
		if err := p.cursors.Absolve(ctx, p.key, p.epoch, uid); err != nil {
			return nil, fmt.Errorf("absolve uid %d: %w", uid, stall(err))
		}
	}
	if d == nil {
		delete(p.suspects, uid)
	}
	return found, err
}

// one asks what a mail is and fetches it alone. It returns none where the mail is gone, deleted, or was unfit.
func (p *Poller) one(ctx context.Context, s *session, uid uint32) ([]mail, error) {
	metas, err := s.metas([]uint32{uid})
	if err != nil {
		return nil, err
	}
	m, ok := metas[uid]
	if !ok {
		return nil, p.missing(ctx, s, []uint32{uid})
	}
	if m.deleted {
		p.settled[uid] = true
		return nil, nil
	}
	return p.whole(ctx, s, m)
}

// whole fetches one mail alone and holds it against the mail if it does not come.
func (p *Poller) whole(ctx context.Context, s *session, m meta) ([]mail, error) {
	got, err := p.alone(s, m)
	if dead(err) != nil {
		p.suspects[m.uid] = true
		return nil, err
	}
	if err != nil {
		return nil, p.unfit(ctx, m.uid, err)
	}
	return []mail{got}, nil
}

// missing finds out about mails that the server listed and then did not describe. Those that are gone are settled.
func (p *Poller) missing(ctx context.Context, s *session, uids []uint32) error {
	for _, uid := range uids {
		there, err := s.search(uid, uid)
		if err != nil {
			return err
		}
		if len(there) == 0 {
			p.settled[uid] = true
			continue
		}
		if err := p.unfit(ctx, uid, &unfit{"the server lists the mail and does not give it"}); err != nil {
			return err
		}
	}
	return nil
}

// unfit counts a failure against a mail and parks it after the fifth. The count is in memory: a restart costs five
// more tries, and nothing is lost by them.
func (p *Poller) unfit(ctx context.Context, uid uint32, why error) error {
	p.unfits[uid]++
	p.log.unfit(uid, p.unfits[uid], why)
	if p.unfits[uid] < maxUnfits {
		return nil
	}
	return p.park(ctx, uid, p.unfits[uid], printable(why.Error(), 300))
}
