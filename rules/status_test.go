package rules

import (
	"os"
	"strings"
	"testing"
)

// TestLifeIsDrawn holds the table of doc.go to the one that decides.
func TestLifeIsDrawn(t *testing.T) {
	b, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, from := range Statuses {
		row := "//\t" + string(from) + strings.Repeat(" ", 20-len(from))
		for _, to := range Statuses[1:] {
			mark := "."
			if from != to && from.MayBecome(to) {
				mark = "yes"
			}
			row += mark + strings.Repeat(" ", 10-len(mark))
		}
		if row = strings.TrimRight(row, " "); !strings.Contains(string(b), row+"\n") {
			t.Errorf("doc.go has no line\n%s", row)
		}
	}
}
