package rules_test

import (
	"path/filepath"
	"strings"
	"testing"

	"aboveline.example/cmd/aboveline/config"
	"aboveline.example/rules"
)

// TestDesks plays the story of each example desk over its own configuration. Package gateway plays the same files over
// the whole program.
func TestDesks(t *testing.T) {
	files, err := filepath.Glob("../testdata/desks/*/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		dir := filepath.Dir(file)
		t.Run(filepath.Base(dir)+"/"+strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			c, err := config.Load(filepath.Join(dir, "aboveline.toml"))
			if err != nil {
				t.Fatal(err)
			}
			desk, err := c.Desk()
			if err != nil {
				t.Fatal(err)
			}
			rules.PlayFile(t, file, desk)
		})
	}
}
