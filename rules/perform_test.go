package rules

import "testing"

// TestUnaddressed: a line that is only their own address is no word of staff's; a sentence that names it is.
func TestUnaddressed(t *testing.T) {
	for in, want := range map[string]string{
		"Prova nu.\n\nMvh\nAnna Ek\nanna@omdirekt.example":   "Prova nu.\n\nMvh\nAnna Ek",
		"Prova nu.\n\nAnna\nE-post: Anna@OmDirekt.example\n": "Prova nu.\n\nAnna",
		"Prova nu.\n<mailto:anna@omdirekt.example>":          "Prova nu.",
		"Prova nu.\nmailto:anna@omdirekt.example\nAnna":      "Prova nu.\nAnna",
		"Skriv till anna@omdirekt.example.":                  "Skriv till anna@omdirekt.example.",
		"Skriv till:\nbo@omdirekt.example":                   "Skriv till:\nbo@omdirekt.example",
		"  Indraget.\n":                                      "  Indraget.\n",
	} {
		if got := unaddressed(in, "anna@omdirekt.example"); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
