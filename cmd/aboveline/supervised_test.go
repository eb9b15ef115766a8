package main

import (
	"net"
	"strings"
	"testing"

	"aboveline.example/cmd/aboveline/config"
)

// TestSocketsNobodyWouldListenOn are refused at start, with what to do.
func TestSocketsNobodyWouldListenOn(t *testing.T) {
	c := config.Default()
	for _, x := range []struct{ name, want string }{
		{"smtp", ""}, {"lmtp", "has no such table"}, {"metrics", "has no such table"}, {"0.0.0.0:25", "FileDescriptorName=smtp"},
	} {
		err := expected(c, map[string]net.Listener{x.name: nil})
		if (err == nil) != (x.want == "") || err != nil && !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v, want %q", x.name, err, x.want)
		}
	}
	if err := expected(c, nil); err != nil {
		t.Errorf("without a manager: %v", err)
	}
}
