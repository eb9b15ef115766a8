package alarm

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var word = Word{ID: "alarm-7", Kind: KindDisk, Since: ago(time.Hour), At: noon, Subject: "disk & co", Text: "Make room.\n"}

func TestCommandGetsTheText(t *testing.T) {
	t.Setenv("ABOVELINE_SECRET", "canary")
	out := filepath.Join(t.TempDir(), "out")
	c := Command{Args: []string{"/bin/sh", "-c", `{ env; cat; } > "$1"`, "sh", out}}
	if err := c.Tell(t.Context(), word); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"ABOVELINE_ALARM=began\n", "ABOVELINE_ALARM_KIND=disk\n", "disk & co\n\nMake room.\n"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%q is not in:\n%s", want, b)
		}
	}
	if strings.Contains(string(b), "canary") {
		t.Error("the program got our environment")
	}
}

// TestCommandThatFails: its code and what it said are told, cut.
func TestCommandThatFails(t *testing.T) {
	c := Command{Args: []string{"/bin/sh", "-c", "yes no pager | head -c 100000 >&2; exit 3"}}
	err := c.Tell(t.Context(), word)
	if err == nil || !strings.Contains(err.Error(), "exit status 3") || !strings.Contains(err.Error(), "no pager") || len(err.Error()) > 500 {
		t.Errorf("%v", err)
	}
	if err := (Command{Args: []string{"/nonexistent/pager"}}).Tell(t.Context(), word); err == nil {
		t.Error("a program that is not there: no error")
	}
}

// TestCommandThatHangs: it and what it started are ended with the time it was given.
func TestCommandThatHangs(t *testing.T) {
	dir := t.TempDir()
	c := Command{Args: []string{"/bin/sh", "-c", `sleep 300 & echo $! > "$1"; wait`, "sh", filepath.Join(dir, "pid")}}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- c.Tell(ctx, word) }()
	for { // the program says that it runs
		if b, err := os.ReadFile(filepath.Join(dir, "pid")); err == nil && strings.HasSuffix(string(b), "\n") {
			break
		}
		if ctx.Err() != nil {
			t.Fatal("it never ran")
		}
	}
	cancel()
	if err := <-done; err == nil {
		t.Error("no error")
	}
	b, _ := os.ReadFile(filepath.Join(dir, "pid"))
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) { // the kernel takes its time to end what was killed
		stat, err := os.ReadFile("/proc/" + strings.TrimSpace(string(b)) + "/stat")
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("what it started still runs: %s", stat)
		}
	}
}

// TestSignatureIsTheStandards: the example of Standard Webhooks' own libraries.
func TestSignatureIsTheStandards(t *testing.T) {
	h := &Webhook{Secret: func() (string, error) { return "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", nil }}
	req := httptest.NewRequest("POST", "https://alarm.example/", nil)
	if err := h.sign(req, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`)); err != nil {
		t.Fatal(err)
	}
	if got := req.Header.Get("Webhook-Signature"); got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Errorf("signature %q", got)
	}
	if req.Header.Get("Webhook-Timestamp") != "1614265330" || req.Header.Get("Webhook-Id") != "msg_p5jXN8AQM9LWM0D4loKWxJek" {
		t.Errorf("headers %v", req.Header)
	}
}

func TestWebhookPosts(t *testing.T) {
	var got *http.Request
	var body []byte
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer s.Close()
	h := &Webhook{URL: s.URL + "/x?y=1", Desk: "support@omdirekt.example", Secret: func() (string, error) { return "plain", nil }}
	if err := h.Tell(t.Context(), word); err != nil {
		t.Fatal(err)
	}
	var b hookBody
	if err := json.Unmarshal(body, &b); err != nil {
		t.Fatal(err)
	}
	if got.Method != "POST" || got.URL.String() != "/x?y=1" || b.Type != "alarm.began" || b.Data.Kind != KindDisk ||
		b.Data.Subject != word.Subject || b.Data.Desk != "support@omdirekt.example" || !b.Data.Since.Equal(word.Since) {
		t.Errorf("%s %s %s", got.Method, got.URL, body)
	}
	want := "v1," + signature([]byte("plain"), got.Header.Get("Webhook-Id"), got.Header.Get("Webhook-Timestamp"), body)
	if got.Header.Get("Webhook-Signature") != want {
		t.Errorf("signature %q, want %q", got.Header.Get("Webhook-Signature"), want)
	}
}

// TestWebhookThatFails: only a 2xx answer is a word taken, a redirect is not followed, and no error shows the secret.
func TestWebhookThatFails(t *testing.T) {
	followed := false
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		case "/elsewhere":
			followed = true
		default:
			http.Error(w, strings.Repeat("no ", 10000), http.StatusInternalServerError)
		}
	}))
	defer s.Close()
	secret := func() (string, error) { return "whsec_canary!", nil }
	for _, c := range []struct {
		name   string
		h      *Webhook
		expect string
	}{
		{"500", &Webhook{URL: s.URL}, "500"},
		{"redirect", &Webhook{URL: s.URL + "/moved"}, "307"},
		{"nobody", &Webhook{URL: "http://127.0.0.1:1/"}, "refused"},
		{"secret not readable", &Webhook{URL: s.URL, Secret: func() (string, error) { return "", errors.New("no file") }}, "no file"},
		{"secret not base64", &Webhook{URL: s.URL, Secret: secret}, "base64"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.h.Tell(t.Context(), word)
			if err == nil || !strings.Contains(err.Error(), c.expect) || len(err.Error()) > 500 || strings.Contains(err.Error(), "canary") {
				t.Errorf("%v, want %q", err, c.expect)
			}
		})
	}
	if followed {
		t.Error("the redirect was followed")
	}
}
