package imap

import (
	"log/slog"
	"time"
)

// maillog is every line an operator can see of a poller, one method a fact.
type maillog struct{ *slog.Logger }

func (l maillog) connected(server string, last uint32) {
	l.Info("imap connected", "server", server, "uid", last)
}

func (l maillog) down(err error, next time.Duration) {
	l.Warn("imap connection ended", "err", err.Error(), "next", next.Round(time.Second))
}

func (l maillog) authFailed(err error, next time.Duration) {
	l.Error("imap login refused: check the credentials", "err", err.Error(), "next", next.Round(time.Second))
}

func (l maillog) stalled(err error, next time.Duration) {
	l.Error("mail stays on the imap server: the desk cannot take it now", "err", err.Error(), "next", next.Round(time.Second))
}

func (l maillog) rescan(reason string, was, is, uid, uidNext uint32) {
	l.Warn("imap mailbox is read again from its beginning", "reason", reason, "was", was, "is", is, "uid", uid, "uidnext", uidNext)
}

func (l maillog) parked(uid uint32, tries int, why string) {
	l.Error("mail parked: it stays on the imap server", "uid", uid, "attempt", tries, "reason", why)
}

func (l maillog) unfit(uid uint32, attempt int, err error) {
	l.Warn("mail did not come from the imap server as it should", "uid", uid, "attempt", attempt, "err", err.Error())
}

func (l maillog) oversize(uid uint32, size, limit int64) {
	l.Warn("mail too large: only its headers are taken", "uid", uid, "size", size, "limit", limit)
}

func (l maillog) notMarked(n int, err error) {
	l.Warn("mail taken but not marked on the imap server", "count", n, "err", err.Error())
}

func (l maillog) folderMade(name string) { l.Info("imap folder made", "folder", name) }

func (l maillog) alert(text string) { l.Warn("imap server alert", "text", text) }
