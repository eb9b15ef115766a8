package alarm

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// hookFor bounds one POST, its answer included (Standard Webhooks: 15 to 30 seconds).
const hookFor = 20 * time.Second

// Webhook posts each word as JSON, signed after Standard Webhooks 1.0 where there is a secret.
type Webhook struct {
	URL    string
	Desk   string                 // who says so
	Secret func() (string, error) // "whsec_" and base64, or plain text; nil signs nothing
	Client *http.Client           // nil: one that follows no redirects
}

// Name is "webhook".
func (*Webhook) Name() string { return "webhook" }

type hookBody struct {
	Type      string    `json:"type"` // alarm.began, alarm.over
	Timestamp time.Time `json:"timestamp"`
	Data      hookData  `json:"data"`
}

type hookData struct {
	Desk    string    `json:"desk"`
	Kind    Kind      `json:"kind"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	Since   time.Time `json:"since"`
}

// Tell posts the word; any answer but 2xx is a failure. The id is the same at every try, so that who got it twice
// can tell.
func (h *Webhook) Tell(ctx context.Context, w Word) error {
	ctx, cancel := context.WithTimeout(ctx, hookFor)
	defer cancel()
	body, err := json.Marshal(hookBody{Type: "alarm." + began(w), Timestamp: w.At.UTC(), Data: hookData{
		Desk: h.Desk, Kind: w.Kind, Subject: w.Subject, Text: w.Text, Since: w.Since.UTC(),
	}})
	if err != nil {
		return fmt.Errorf("write webhook: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("post to webhook: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "aboveline")
	if err := h.sign(req, w.ID, time.Now(), body); err != nil {
		return err
	}
	client := h.Client
	if client == nil {
		client = noRedirects
	}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("post to webhook: %w", err)
	}
	defer resp.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(resp.Body, maxOutput))
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("post to webhook: %s: %.100q", resp.Status, said)
	}
	return nil
}

// noRedirects takes a redirect for the answer that it is: following it would sign a word for whoever is named there.
var noRedirects = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (h *Webhook) sign(req *http.Request, id string, now time.Time, body []byte) error {
	at := strconv.FormatInt(now.Unix(), 10)
	req.Header.Set("Webhook-Id", id)
	req.Header.Set("Webhook-Timestamp", at)
	if h.Secret == nil {
		return nil
	}
	secret, err := h.Secret()
	if err != nil {
		return fmt.Errorf("sign webhook: %w", err)
	}
	key := []byte(secret)
	if text, ok := strings.CutPrefix(secret, "whsec_"); ok {
		if key, err = base64.StdEncoding.DecodeString(text); err != nil {
			return fmt.Errorf("sign webhook: what follows whsec_ is not base64")
		}
	}
	req.Header.Set("Webhook-Signature", "v1,"+signature(key, id, at, body))
	return nil
}

// signature is Standard Webhooks' v1: HMAC-SHA256 over id, time and body.
func signature(key []byte, id, at string, body []byte) string {
	sum := hmac.New(sha256.New, key)
	sum.Write([]byte(id + "." + at + "."))
	sum.Write(body)
	return base64.StdEncoding.EncodeToString(sum.Sum(nil))
}
