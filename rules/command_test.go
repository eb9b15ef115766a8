package rules

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestEveryCommandWord reads each command in each of its words, with either mark, in small and capital letters.
func TestEveryCommandWord(t *testing.T) {
	seen := map[string]string{}
	for _, c := range commands {
		for _, w := range append([]string{c.word}, c.equals...) {
			if other := seen[w]; other != "" {
				t.Errorf("%q is a word of both /%s and /%s", w, other, c.word)
			}
			seen[w] = c.word
			for _, written := range []string{"/" + w, "#" + w, "/" + strings.ToUpper(w)} {
				cmds, rest, unknown := leadingCommands("\n" + written + " one two\r\n\nHello")
				if len(cmds) != 1 || cmds[0].Word != c.word || cmds[0].Arg != "one two" || rest != "Hello" || unknown != "" {
					t.Errorf("%q is read as %+v, rest %q, unknown %q; want /%s", written, cmds, rest, unknown, c.word)
				}
			}
		}
	}
}

// TestCommandsStandFirst: what stands after words, in a quote or inside a line is no command.
func TestCommandsStandFirst(t *testing.T) {
	for _, text := range []string{"Hello\n/close", "> /close", "see /close", "/ close", "#1 is to restart", "/", "#"} {
		if cmds, _, _ := leadingCommands(text); len(cmds) != 0 {
			t.Errorf("%q is read as %+v", text, cmds)
		}
	}
	if cmds, rest, _ := leadingCommands("/note\n\n/close\nHello\n/solved"); len(cmds) != 2 || rest != "Hello\n/solved" {
		t.Errorf("commands %+v, rest %q", cmds, rest)
	}
}

// TestCommandsAreTheContracts compares the table with the one that the outside holds on to.
func TestCommandsAreTheContracts(t *testing.T) {
	b, err := os.ReadFile("../../shared/CONTRACT.md")
	if err != nil {
		t.Skip("the contract is not here:", err)
	}
	_, section, _ := strings.Cut(string(b), "## 5. Commands in a mail")
	rows := regexp.MustCompile("(?m)^\\| `/([a-z]+)[^`]*` \\|([^|]*)\\|").FindAllStringSubmatch(section, -1)
	if len(rows) < 38 {
		t.Fatalf("only %d rows in the contract", len(rows))
	}
	for _, row := range rows {
		for _, w := range append(strings.Fields(strings.NewReplacer("`", " ", "/", " ", ",", " ").Replace(row[2])), row[1]) {
			if c, ok := findCommand(w); !ok || c.word != row[1] {
				t.Errorf("/%s is not a word of /%s", w, row[1])
			}
		}
	}
	if len(rows) != len(commands) {
		t.Errorf("the contract has %d commands, the table %d", len(rows), len(commands))
	}
}

// TestUnknownWord: a word that is near to one of ours is asked about; one that is near to none is not, with an empty question.
func TestUnknownWord(t *testing.T) {
	for word, want := range map[string]Line{
		"solvd":     {Code: LineUnknown, Subject: "/solvd", More: []string{"/solved"}},
		"rapporter": {Code: LineNoWord, Subject: "/rapporter"},
	} {
		if got := unknownWord("/"+word, word); got.Code != want.Code || got.Subject != want.Subject || strings.Join(got.More, "") != strings.Join(want.More, "") {
			t.Errorf("%q: %+v, want %+v", word, got, want)
		}
	}
}
