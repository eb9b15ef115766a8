package mailout

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aboveline.example/rules"
)

var (
	update   = flag.Bool("update", false, "rewrite the goldens")
	pictures = flag.String("pictures", "", "write each kind and language as .eml, .txt and .html into this folder, to look at")
)

// kinds are the mails worth looking at: each template with each reader that gets it.
var kinds = []struct {
	template rules.Template
	role     rules.Role
}{
	{rules.TemplateConfirmation, rules.RoleRequester},
	{rules.TemplateConfirmationPlain, rules.RoleRequester},
	{rules.TemplateKnownFault, rules.RoleRequester},
	{rules.TemplateReply, rules.RoleRequester},
	{rules.TemplateReply, rules.RoleVendor},
	{rules.TemplateSolved, rules.RoleRequester},
	{rules.TemplateSolved, rules.RoleVendor},
	{rules.TemplateSolved, rules.RoleInformed},
	{rules.TemplateAnnouncement, rules.RoleRequester},
	{rules.TemplateAnnouncement, rules.RoleInformed},
	{rules.TemplateInvitation, rules.RoleStranger},
	{rules.TemplateConfirm, rules.RoleRequester},
	{rules.TemplateAnswer, rules.RoleStaff},
	{rules.TemplateDigest, rules.RoleStaff},
	{rules.TemplateNoticeNew, rules.RoleStaff},
	{rules.TemplateNoticeWord, rules.RoleStaff},
	{rules.TemplateNoticeChange, rules.RoleRequester},
	{rules.TemplateNoticeChange, rules.RoleStaff},
	{rules.TemplateNoticeHeld, rules.RoleStaff},
	{rules.TemplateNoticeRefused, rules.RoleStaff},
	{rules.TemplateNoticeBudget, rules.RoleStaff},
	{rules.TemplateSuspicion, rules.RoleStaff},
	{rules.TemplateReport, rules.RoleVendor},
	{rules.TemplateFollowUp, rules.RoleVendor},
	{rules.TemplateDelivered, rules.RoleStranger},
}

// noBlobs stands for a store of pictures: each blob holds its own name.
type noBlobs struct{}

func (noBlobs) Blob(_ context.Context, id rules.BlobID) ([]byte, error) { return []byte(id), nil }

func TestPictures(t *testing.T) {
	c := composer(t)
	for _, lang := range Tongues {
		for _, k := range kinds {
			name := fmt.Sprintf("%s-%s-%s", k.template, k.role, lang)
			if k.role == rules.RoleStranger {
				name = fmt.Sprintf("%s-%s", k.template, lang)
			}
			t.Run(name, func(t *testing.T) {
				o := Sample(k.template, lang, k.role)
				wire, err := c.Compose(o)
				if err != nil {
					t.Fatal(err)
				}
				mail, err := Bytes(t.Context(), wire, noBlobs{})
				if err != nil {
					t.Fatal(err)
				}
				body, err := c.word(&o)
				if err != nil {
					t.Fatal(err)
				}
				golden(t, name+".golden", append(head(mail), body.text...))
				if *pictures != "" {
					write(t, filepath.Join(*pictures, name+".eml"), mail)
					write(t, filepath.Join(*pictures, name+".txt"), []byte(body.text))
					write(t, filepath.Join(*pictures, name+".html"), []byte(body.html))
				}
			})
		}
	}
}

// talking is a mail of a kind with what was said before it.
func talking(t rules.Template, lang rules.Language, role rules.Role) rules.Outgoing {
	o := Sample(t, lang, role)
	at := o.Said
	o.Dialogue = []rules.Said{
		{Entry: 9, At: at.Add(-time.Hour), Name: "per", Trust: rules.TrustUnverified, Words: "Samma här. Jag har provat att tvätta läsaren."},
		{Entry: 7, At: at.Add(-2 * time.Hour), Name: "Anna Ek", Trust: rules.TrustVerified, Words: "Hej!\n\nVilken webbläsare använder du?\n\nAnna Ek\nOmDirekt"},
		{Entry: 5, At: at.Add(-3 * time.Hour), Name: "Eva Lind", You: role == rules.RoleRequester, Trust: rules.TrustVerified, Gone: true},
		{Entry: 1, At: at.Add(-26 * time.Hour), Name: "Eva Lind", You: role == rules.RoleRequester, Trust: rules.TrustVerified, Words: sampleWords, Cut: true},
	}
	o.DialogueCut = true
	return o
}

// TestDialogue: a reply and a notice with what was said before.
func TestDialogue(t *testing.T) {
	c := composer(t)
	for _, lang := range Tongues {
		for _, k := range []struct {
			template rules.Template
			role     rules.Role
		}{{rules.TemplateReply, rules.RoleRequester}, {rules.TemplateNoticeWord, rules.RoleStaff}} {
			name := fmt.Sprintf("dialogue-%s-%s", k.role, lang)
			t.Run(name, func(t *testing.T) {
				o := talking(k.template, lang, k.role)
				body, err := c.word(&o)
				if err != nil {
					t.Fatal(err)
				}
				golden(t, name+".golden", []byte(body.text))
				for _, s := range o.Dialogue {
					if first, _, _ := strings.Cut(s.Words, "\n"); !strings.Contains(body.html, html.EscapeString(first)) {
						t.Errorf("the HTML does not say %q", first)
					}
				}
				if *pictures != "" {
					write(t, filepath.Join(*pictures, name+".txt"), []byte(body.text))
					write(t, filepath.Join(*pictures, name+".html"), []byte(body.html))
				}
			})
		}
	}
}

// TestDialogueIsNotForAll: whatever a row holds, who is not in the conversation is not shown it.
func TestDialogueIsNotForAll(t *testing.T) {
	c := composer(t)
	for _, k := range kinds {
		o := talking(k.template, rules.Swedish, k.role)
		body, err := c.word(&o)
		if err != nil {
			t.Fatal(err)
		}
		closed := k.role == rules.RoleVendor || k.role == rules.RoleInformed || k.template == rules.TemplateInvitation ||
			k.template == rules.TemplateConfirm || k.template == rules.TemplateConfirmationPlain
		if shows := strings.Contains(body.text+body.html, "tvätta"); shows == closed {
			t.Errorf("%s to %s shows it: %v", k.template, k.role, shows)
		}
	}
}

// TestWholeMail keeps one mail of each shape to the byte.
func TestWholeMail(t *testing.T) {
	c := composer(t)
	o := Sample(rules.TemplateReply, rules.Swedish, rules.RoleRequester)
	plain := o
	o.Attachments = []rules.Attachment{
		{Name: "skärmbild.png", Type: "image/png", Inline: true, SHA256: "aa"},
		{Name: "Räkning för april, den långa och utförliga versionen.pdf", Type: "application/pdf", SHA256: "bb"},
	}
	for name, o := range map[string]rules.Outgoing{"whole-plain": plain, "whole-files": o} {
		wire, err := c.Compose(o)
		if err != nil {
			t.Fatal(err)
		}
		mail, err := Bytes(t.Context(), wire, noBlobs{})
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+".golden", mail)
	}
}

// head is a mail's header with LF, as goldens show it.
func head(mail []byte) []byte {
	h, _, _ := bytes.Cut(mail, []byte("\r\n\r\n"))
	return append(bytes.ReplaceAll(h, []byte("\r\n"), []byte("\n")), "\n\n"...)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("..", "testdata", "mailout", name)
	if *update {
		write(t, path, got)
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got:\n%s", path, got)
	}
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}
