// Package replay plays mailboxes through a configuration's rules and says what would have happened. It sends nothing:
// decisions are kept in a scratch store that is removed afterwards, and the clock is that of the mails.
package replay
