package demo

import (
	"log/slog"
	"strings"
	"testing"
	"time"
)

// TestDemoTellsWhatHappened runs the whole story: every line of it was read back from a mailbox, so an error is a
// mail that did not come.
func TestDemoTellsWhatHappened(t *testing.T) {
	var out strings.Builder
	began := time.Now()
	if err := Run(t.Context(), Options{Out: &out, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, want := range []string{"[D-1] Misstänkt driftstörning", "(CET, UTC+1)", "Andra påminnelsen", "[Case#778899]", "Eskalering",
		"Nu är det löst", "It is now solved", "Nå er det løst", "normally less than 0.1", "resolved", "solved"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the story does not tell %q:\n%s", want, out.String())
		}
	}
	t.Logf("told in %s\n%s", time.Since(began), out.String())
}
