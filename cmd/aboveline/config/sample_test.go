package config

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestSampleIsTheDefault loads the sample as it is written: it must be the defaults and two invented names.
func TestSampleIsTheDefault(t *testing.T) {
	got, err := Parse("aboveline.toml", []byte(Sample))
	if err != nil {
		t.Fatal(err)
	}
	want := preset()
	want.File, want.Identity.Name, want.Identity.Address = "aboveline.toml", "Support", "support@desk.example"
	same(t, got, want)
}

func same(t *testing.T, got, want *Config) {
	t.Helper()
	if a, b := got.Identity.Zone.String(), want.Identity.Zone.String(); a != b {
		t.Errorf("timezone %s, want %s", a, b)
	}
	opts := cmp.Options{cmpopts.EquateEmpty(), cmpopts.IgnoreFields(Identity{}, "Zone"), cmpopts.EquateComparable(Server{})}
	if d := cmp.Diff(want, got, opts...); d != "" {
		t.Errorf("differs (-want +got):\n%s", d)
	}
}

var shownKey = regexp.MustCompile(`(?m)^#([a-z_0-9]+ *=|\[)`)

// TestSampleShowsDefaults takes the # from every key: what the sample shows as a default must be it, but where a key
// has none and an example stands in its place.
func TestSampleShowsDefaults(t *testing.T) {
	text := shownKey.ReplaceAllString(Sample, "$1")
	// These two cannot stand beside a password, nor a file that only the operator has.
	text = strings.ReplaceAll(text, `"/run/secrets/dkim.pem"`, `"sample.toml"`)
	text = strings.Replace(text, `password_file = "/run/secrets/imap"`, `password_file = ""`, 1)
	// Nor can tokens go without a name.
	text = strings.Replace(text, `username      = ""`, `username      = "support@desk.example"`, 1)
	got, err := Parse("aboveline.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := preset()
	if got.Mailout.HourlyLimit != want.Mailout.HourlyLimit || !reflect.DeepEqual(got.Outage.Window, want.Outage.Window) {
		t.Errorf("mailout and outage differ from the defaults")
	}
	if got.Identity.CloseAfter != want.Identity.CloseAfter || got.Identity.Prefix != want.Identity.Prefix ||
		got.Identity.Language != want.Identity.Language || got.Identity.Zone.String() != want.Identity.Zone.String() ||
		got.Identity.Subaddress != want.Identity.Subaddress || got.Mailin.MaxSize != want.Mailin.MaxSize {
		t.Errorf("desk or mailin differ from the defaults: %+v", got.Identity)
	}
	mailout := got.Mailout
	mailout.DKIM, mailout.Password, mailout.OAuth2, mailout.Username = nil, Secret{}, nil, ""
	for what, pair := range map[string][2]any{
		"store": {got.Store, want.Store}, "mailout": {mailout, want.Mailout}, "dns": {got.DNS, want.DNS},
		"outage": {got.Outage, want.Outage}, "log": {got.Log, want.Log}, "metrics": {got.Metrics, want.Metrics},
	} {
		if d := cmp.Diff(pair[1], pair[0], cmpopts.EquateEmpty()); d != "" {
			t.Errorf("[%s] (-default +sample):\n%s", what, d)
		}
	}
	var m IMAP
	m.preset()
	v, i := Vendor{}, Informed{}
	v.preset()
	i.preset()
	switch {
	case got.Mailin.IMAP[0].Mailbox != m.Mailbox || got.Mailin.IMAP[0].Handled != m.Handled:
		t.Error("[[mailin.imap]] differs from its defaults")
	case got.Vendors[0].FollowUp != v.FollowUp || got.Vendors[0].Hours != v.Hours:
		t.Error("[[vendor]] differs from its defaults")
	case !slices.Equal(got.Inform[0].About, i.About):
		t.Error("[[inform]] differs from its defaults")
	case got.Alarm.QueueAge != want.Alarm.QueueAge || got.Alarm.PollAge != want.Alarm.PollAge ||
		got.Alarm.HeldAge != want.Alarm.HeldAge || got.Alarm.Canary != want.Alarm.Canary:
		t.Error("[alarm] differs from its defaults")
	case got.Mailin.SMTP.Listen != Default().Mailin.SMTP.Listen:
		t.Error("[mailin.smtp] listens elsewhere than the desk without a config")
	}
}

// TestSampleShowsEveryKey compares the sample with the struct that is read: no key may be added to one alone.
func TestSampleShowsEveryKey(t *testing.T) {
	ix := locate([]byte(shownKey.ReplaceAllString(Sample, "$1")))
	for _, key := range schema("", reflect.TypeFor[Config]()) {
		if _, ok := ix.keys[key]; !ok {
			t.Errorf("the sample does not show %s", key)
		}
	}
}

// schema lists every key that a struct reads; arrays of tables by their first.
func schema(path string, of reflect.Type) (keys []string) {
	for f := range of.Fields() {
		name := f.Tag.Get("toml")
		kind := f.Type
		for kind.Kind() == reflect.Pointer || kind.Kind() == reflect.Slice {
			if texts[kind] != nil {
				break
			}
			if kind.Kind() == reflect.Slice && kind.Elem().Kind() == reflect.Struct && texts[kind.Elem()] == nil {
				name = element(name, 0)
			}
			kind = kind.Elem()
		}
		full := join(path, name)
		switch {
		case name == "-":
		case kind == reflect.TypeFor[Secret]():
			if keys = append(keys, full+"_file"); f.Tag.Get("only") != "file" {
				keys = append(keys, full+"_env")
			}
		case kind.Kind() == reflect.Struct && texts[kind] == nil:
			keys = append(keys, schema(full, kind)...)
		default:
			keys = append(keys, full)
		}
	}
	return keys
}

var fence = regexp.MustCompile("(?s)```toml\n(.*?)```")

// TestContractStarts loads the complete small desk of the contract, as it stands and with its comments taken away.
func TestContractStarts(t *testing.T) {
	text, err := os.ReadFile("../../../../shared/CONTRACT.md")
	if err != nil {
		t.Skipf("the contract is not here: %v", err)
	}
	block := fence.FindSubmatch(text)
	if block == nil {
		t.Fatal("no toml in the contract")
	}
	if _, err := Parse("aboveline.toml", block[1]); err != nil {
		t.Errorf("as it stands: %v", err)
	}
	all := regexp.MustCompile(`(?m)^# ?(\[\[?[a-z.]+\]\]?$|[a-z_]+ +=)`).ReplaceAll(block[1], []byte("$1"))
	got, err := Parse("aboveline.toml", all)
	if err != nil {
		t.Fatalf("with every key: %v", err)
	}
	if got.Mailin.LMTP == nil || len(got.Mailin.IMAP) != 1 || got.DNS.Server == "" {
		t.Errorf("the commented tables were not read: %+v", got.Mailin)
	}
	// The example desk of ours is that one, and more.
	ours, err := Load(data + "/desks/omdirekt/aboveline.toml")
	if err != nil {
		t.Fatal(err)
	}
	src, err := os.ReadFile(ours.File)
	if err != nil {
		t.Fatal(err)
	}
	have := locate(src).keys
	for key := range locate(all).keys {
		if _, ok := have[key]; !ok {
			t.Errorf("testdata/desks/omdirekt lacks %s", key)
		}
	}
}
