package mime

import "aboveline.example/mailin/htmltext"

// plain is HTML as plain text.
func plain(html string) string { return htmltext.Text(html) }
