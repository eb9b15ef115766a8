package imap

import (
	"fmt"
	"io"
	"slices"
	"time"

	imap "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// Sizes of what is asked for at once. One FETCH is in flight at a time: with several, the library's only reader may
// wait for one command's literal while another's is due.
const (
	batchMails   = 100       // as fast as one FETCH for all, and the marks that follow cost one STORE for each hundred
	batchBytes   = 1 << 20   // of small mails together; at minRate it takes four minutes, below the library's five
	chunkBytes   = 1 << 20   // of a big mail
	headerBytes  = 256 << 10 // of a mail that is too large; more than any header block we read
	searchWindow = 50000     // UIDs in one SEARCH where a mailbox is larger than that
)

// meta is what a mail is, before its bytes.
type meta struct {
	uid     uint32
	size    int64 // as the server says; some only guess
	deleted bool
}

// unfit is a mail that the server lists and did not give as it should. The connection is fine.
type unfit struct{ text string }

func (u *unfit) Error() string { return u.text }

func uidSet(uids []uint32) imap.UIDSet {
	var set imap.UIDSet
	for _, u := range uids {
		set.AddNum(imap.UID(u))
	}
	return set
}

// search returns the UIDs from lo to hi, ascending; hi 0 is no end. The range's end is checked here: asked for n:* a
// server returns its last mail even where that is below n (RFC 3501, section 6.4.8). A set may claim more UIDs than
// memory holds, so it is never expanded beyond what one window can hold.
func (s *session) search(lo, hi uint32) ([]uint32, error) {
	var set imap.UIDSet
	set.AddRange(imap.UID(lo), imap.UID(hi))
	var found imap.UIDSet
	err := s.do("search", commandTimeout, func() error {
		data, err := s.c.UIDSearch(&imap.SearchCriteria{UID: []imap.UIDSet{set}}, nil).Wait()
		found, _ = data.All.(imap.UIDSet)
		return err
	})
	if err != nil {
		return nil, err
	}
	var uids []uint32
	for _, r := range found {
		if r.Stop < r.Start {
			continue // open-ended: no server says that of a search
		}
		for u := max(uint64(r.Start), uint64(lo)); u <= uint64(r.Stop) && (hi == 0 || u <= uint64(hi)); u++ {
			if len(uids) == searchWindow {
				return uids, nil
			}
			uids = append(uids, uint32(u))
		}
	}
	slices.Sort(uids)
	return slices.Compact(uids), nil
}

// each runs one FETCH and calls take for every mail it brings, by UID. take must not issue commands: the library
// would wait for us while we wait for it. An error of take is that of a literal that was cut: the connection is gone,
// and nothing more may be asked of the command, which would read the literal again beside the library's own reader.
func (s *session) each(what string, uids []uint32, bytes int64, options imap.FetchOptions, take func(*imapclient.FetchMessageData) error) error {
	limit := commandTimeout + time.Duration(bytes/minRate)*time.Second
	options.UID = true
	return s.do(what, limit, func() error {
		cmd := s.c.Fetch(uidSet(uids), &options)
		for m := cmd.Next(); m != nil; m = cmd.Next() {
			if err := take(m); err != nil {
				return err
			}
		}
		return cmd.Close()
	})
}

// metas asks what the mails are. Those it does not return are gone, or the server hides them.
func (s *session) metas(uids []uint32) (map[uint32]meta, error) {
	found := make(map[uint32]meta, len(uids))
	options := imap.FetchOptions{Flags: true, InternalDate: true, RFC822Size: true}
	err := s.each("fetch sizes", uids, 0, options, func(m *imapclient.FetchMessageData) error {
		var one meta
		for item := m.Next(); item != nil; item = m.Next() {
			switch item := item.(type) {
			case imapclient.FetchItemDataUID:
				one.uid = uint32(item.UID)
			case imapclient.FetchItemDataRFC822Size:
				one.size = item.Size
			case imapclient.FetchItemDataFlags:
				one.deleted = slices.Contains(item.Flags, imap.FlagDeleted)
			}
		}
		if slices.Contains(uids, one.uid) {
			found[one.uid] = one
		}
		return nil
	})
	return found, err
}

// bodies fetches mails whole. What is missing in the answer, or larger than can be, is missing in the result.
func (s *session) bodies(mails []meta) (map[uint32][]byte, error) {
	var uids []uint32
	var bytes int64
	for _, m := range mails {
		uids = append(uids, m.uid)
		bytes += m.size
	}
	allowance := 2*bytes + batchBytes // servers guess sizes; none guesses by so much
	found := make(map[uint32][]byte, len(mails))
	options := imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{{Peek: true}}}
	err := s.each("fetch mails", uids, bytes, options, func(m *imapclient.FetchMessageData) error {
		uid, raw, err := section(m, &allowance, nil)
		if raw != nil && slices.Contains(uids, uid) {
			found[uid] = raw
		}
		return err
	})
	return found, err
}

// part fetches bytes of one mail from offset on, of its header block or of all. It returns fewer than n at the end.
func (s *session) part(uid uint32, of imap.PartSpecifier, offset, n int64) ([]byte, error) {
	var raw []byte
	want := &imap.FetchItemBodySection{
		Specifier: of, Peek: true, Partial: &imap.SectionPartial{Offset: offset, Size: n},
	}
	options := imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{want}}
	err := s.each("fetch part", []uint32{uid}, n, options, func(m *imapclient.FetchMessageData) error {
		allowance := n
		u, b, err := section(m, &allowance, want)
		if u == uid {
			raw = b
		}
		return err
	})
	if err == nil && raw == nil {
		err = &unfit{fmt.Sprintf("the server did not give bytes %d to %d", offset, offset+n)}
	}
	return raw, err
}

// section reads one mail's answer: its UID and the body section, if it is the one wanted (nil: the whole) and its
// literal fits what may still be read; else raw is nil.
func section(m *imapclient.FetchMessageData, allowance *int64, want *imap.FetchItemBodySection) (uid uint32, raw []byte, err error) {
	for item := m.Next(); item != nil; item = m.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			uid = uint32(item.UID)
		case imapclient.FetchItemDataBodySection:
			if want == nil && (item.Section.Partial != nil || item.Section.Specifier != imap.PartSpecifierNone) ||
				want != nil && !item.MatchCommand(want) {
				continue
			}
			if raw, err = literal(item.Literal, allowance); err != nil {
				return uid, nil, err
			}
		}
	}
	return uid, raw, nil
}

// literal reads a literal whole, or not at all (nil); the library reads over what is left. NIL is an empty one.
func literal(lit imap.LiteralReader, allowance *int64) ([]byte, error) {
	if lit == nil {
		return []byte{}, nil
	}
	if lit.Size() > *allowance {
		return nil, nil
	}
	*allowance -= lit.Size()
	raw := make([]byte, lit.Size())
	if _, err := io.ReadFull(lit, raw); err != nil {
		return nil, fmt.Errorf("a literal was cut: %w", err)
	}
	return raw, nil
}
