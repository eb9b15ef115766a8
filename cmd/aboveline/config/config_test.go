package config

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the goldens")

const data = "../../../testdata"

// TestProblems reads each bad config of testdata/config and compares everything it is told with the golden.
func TestProblems(t *testing.T) {
	files, err := filepath.Glob(data + "/config/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no configs in testdata/config (%v)", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".toml"), func(t *testing.T) {
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Parse(filepath.Base(name), src)
			if err == nil {
				t.Fatal("no problem found")
			}
			golden(t, strings.TrimSuffix(name, ".toml")+".golden", err.Error()+"\n")
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs\n got:\n%s\nwant:\n%s", filepath.Base(name), got, want)
	}
}

// TestDesks loads every desk of testdata/desks.
func TestDesks(t *testing.T) {
	files, err := filepath.Glob(data + "/desks/*/aboveline.toml")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d desks, want 5 (%v)", len(files), err)
	}
	for _, name := range files {
		c, err := Load(name)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if _, err := c.Desk(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
