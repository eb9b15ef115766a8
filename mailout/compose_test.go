package mailout

import (
	"testing"

	"aboveline.example/rules"
)

func composer(t testing.TB) *Composer {
	t.Helper()
	c, err := NewComposer(ComposerOptions{Name: "OmDirekt", Address: "support@omdirekt.example",
		Hostname: "omdirekt.example"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func BenchmarkCompose(b *testing.B) {
	c := composer(b)
	o := Sample(rules.TemplateConfirmation, rules.Swedish, rules.RoleRequester)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Compose(o); err != nil {
			b.Fatal(err)
		}
	}
}
