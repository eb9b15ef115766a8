package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"aboveline.example/cmd/aboveline/config"
)

// units copies the unit files to a directory, with a program that is there in place of ours.
func units(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"aboveline.service", "aboveline.socket"} {
		b, err := os.ReadFile("packaging/" + name)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(b), "/usr/bin/aboveline", "/bin/true")
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestUnitsAreUnderstood has systemd read the units: a misspelt setting is a warning there, and no protection.
func TestUnitsAreUnderstood(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd-analyze here")
	}
	dir := units(t)
	out, err := exec.CommandContext(t.Context(), analyze, "verify", "--man=no", filepath.Join(dir, "aboveline.service"), filepath.Join(dir, "aboveline.socket")).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "aboveline") {
			t.Errorf("verify: %s", line)
		}
	}
	if err != nil {
		t.Errorf("verify: %v\n%s", err, out)
	}
	// 20 is an exposure of 2.0 of 10.
	out, err = exec.CommandContext(t.Context(), analyze, "security", "--offline=true", "--threshold=20", filepath.Join(dir, "aboveline.service")).CombinedOutput()
	if err != nil {
		t.Errorf("security: %v\n%s", err, out)
	}
}

// TestUnitsFitTheProgram: what the units say must be what the program knows.
func TestUnitsFitTheProgram(t *testing.T) {
	read := func(name string) string {
		b, err := os.ReadFile("packaging/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	socket := read("aboveline.socket")
	_, name, _ := strings.Cut(socket, "FileDescriptorName=")
	name, _, _ = strings.Cut(name, "\n")
	cfg := config.Default()
	if err := expected(cfg, map[string]net.Listener{name: nil}); err != nil {
		t.Errorf("the socket's name: %v", err)
	}
	// The package puts the store where a service keeps its state, by this line of the sample.
	if !strings.Contains(config.Sample, "\n#path = \"aboveline-data\"\n") {
		t.Error("the sample no longer has the line that .ci/package replaces")
	}
	c, err := config.Parse("/etc/aboveline/aboveline.toml", []byte(strings.Replace(config.Sample, "#path = \"aboveline-data\"", "path = \"/var/lib/aboveline\"", 1)))
	if err != nil || c.Store.Path != "/var/lib/aboveline" {
		t.Errorf("the packaged config: %v", err)
	}
	service := read("aboveline.service")
	for _, want := range []string{"StateDirectory=aboveline\n", "User=aboveline\n", "Type=notify\n", "\nWatchdogSec="} {
		if !strings.Contains(service, want) {
			t.Errorf("the service lacks %q", want)
		}
	}
}

// TestMaintainerScriptsAreReadable has a shell read them without running them.
func TestMaintainerScriptsAreReadable(t *testing.T) {
	for _, name := range []string{"postinst", "prerm", "postrm"} {
		path := "packaging/debian/" + name
		if out, err := exec.CommandContext(t.Context(), "/bin/sh", "-n", path).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", name, err, out)
		}
		if fi, err := os.Stat(path); err != nil || fi.Mode().Perm()&0o111 == 0 {
			t.Errorf("%s is not to be run: %v", name, err)
		}
	}
}
