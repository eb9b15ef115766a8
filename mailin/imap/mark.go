package imap

import (
	"errors"

	imap "github.com/emersion/go-imap/v2"
)

// keywordTicketed marks a taken mail where the mailbox stores keywords.
const keywordTicketed imap.Flag = "$Ticketed"

// maxOwed is how many marks are kept for later where the server refuses them. They are a courtesy: what was taken is
// known by the cursor and the store.
const maxOwed = 10000

// mark marks or moves all mails that are owed it. A refusal is told and tried again at the next poll; it does not stop
// the intake.
func (p *Poller) mark(s *session) error {
	for len(p.owed) > 0 {
		some := p.owed[:min(len(p.owed), batchMails)]
		err := p.markSome(s, some)
		if err == nil {
			for _, uid := range some {
				delete(p.copied, uid)
			}
			p.owed, p.refused = p.owed[len(some):], ""
			continue
		}
		refusal, ok := errors.AsType[*Refusal](err)
		if !ok {
			return err
		}
		if p.refused != refusal.Text {
			p.refused = refusal.Text
			p.log.notMarked(len(p.owed), err)
		}
		p.owed = p.owed[max(0, len(p.owed)-maxOwed):]
		return nil
	}
	return nil
}

// markSome marks with one command.
func (p *Poller) markSome(s *session, uids []uint32) error {
	switch {
	case p.o.Handled == "":
		return s.flag(uids, p.marks(s)...)
	case s.caps.Has(imap.CapMove):
		return p.move(s, uids)
	}
	return p.copyAway(s, uids)
}

// marks are the flags of a mail that is taken and stays.
func (p *Poller) marks(s *session) []imap.Flag {
	if s.keywords {
		return []imap.Flag{imap.FlagSeen, keywordTicketed}
	}
	return []imap.Flag{imap.FlagSeen}
}

func (s *session) flag(uids []uint32, flags ...imap.Flag) error {
	return s.do("store", commandTimeout, func() error {
		return s.c.Store(uidSet(uids), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: flags}, nil).Close()
	})
}

// move is RFC 6851. The library's Move is only called where the server has it: its substitute deletes mails that
// could not be copied.
func (p *Poller) move(s *session, uids []uint32) error {
	return p.withFolder(s, func() error {
		return s.do("move", commandTimeout, func() error {
			_, err := s.c.Move(uidSet(uids), p.o.Handled).Wait()
			return err
		})
	})
}

// copyAway does what MOVE does, in steps that each wait for the last: copy; only then flag our own as deleted; only
// where UIDPLUS lets us name them, expunge them (RFC 4315, section 2.1). A plain EXPUNGE would take other people's
// deleted mail with it. A death in between is taken up where it was: what is copied is not copied again.
func (p *Poller) copyAway(s *session, uids []uint32) error {
	var rest []uint32
	for _, uid := range uids {
		if !p.copied[uid] {
			rest = append(rest, uid)
		}
	}
	if len(rest) > 0 {
		err := p.withFolder(s, func() error {
			return s.do("copy", commandTimeout, func() error {
				_, err := s.c.Copy(uidSet(rest), p.o.Handled).Wait()
				return err
			})
		})
		if err != nil {
			return err
		}
	}
	for _, uid := range rest {
		p.copied[uid] = true
	}
	if err := s.flag(uids, append(p.marks(s), imap.FlagDeleted)...); err != nil {
		return err
	}
	if !s.caps.Has(imap.CapUIDPlus) {
		return nil
	}
	return s.do("expunge", commandTimeout, func() error { return s.c.UIDExpunge(uidSet(uids)).Close() })
}

// withFolder runs a command that needs the folder of handled mail. Where it is refused, the folder may be missing:
// it is made, subscribed, so that mail clients show it, and the command is tried once more.
func (p *Poller) withFolder(s *session, f func() error) error {
	err := f()
	if _, refused := errors.AsType[*Refusal](err); !refused {
		return err
	}
	made := s.do("create", commandTimeout, func() error { return s.c.Create(p.o.Handled, nil).Wait() })
	if made != nil {
		if dead(made) != nil {
			return made
		}
		return err // it exists, or cannot be made; the first refusal says more
	}
	p.log.folderMade(p.o.Handled)
	if d := dead(s.do("subscribe", commandTimeout, func() error { return s.c.Subscribe(p.o.Handled).Wait() })); d != nil {
		return d
	}
	return f()
}
