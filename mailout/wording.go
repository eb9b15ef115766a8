package mailout

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"aboveline.example/rules"
)

//go:embed templates
var embedded embed.FS

// Tongues are the languages there is wording for.
var Tongues = []rules.Language{rules.Swedish, rules.Bokmal, rules.English}

// phrasesFile holds a language's short wordings.
const phrasesFile = "words.txt"

// maxTemplate is the largest template file we read: a slip of the hand should not fill the memory.
const maxTemplate = 1 << 20

// wording is all that mails are written with. It does not change once read.
type wording struct {
	phrases  map[rules.Language]phrases
	letters  map[rules.Language]map[rules.Template]*letter
	defaults *wording // the embedded one, where this has parts of the operator's
}

// Wordings returns the default templates as an operator may replace them: "sv/confirmation.txt", "sv/words.txt"
// and so on.
func Wordings() fs.FS {
	sub, err := fs.Sub(embedded, "templates")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	return sub
}

// WriteWordings writes the default templates under dir. A file that is there already is left alone; the names of
// those written are returned.
func WriteWordings(dir string) ([]string, error) {
	var wrote []string
	err := fs.WalkDir(Wordings(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(Wordings(), p)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(p))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		if err != nil {
			return err
		}
		_, err = f.Write(b)
		wrote = append(wrote, to)
		return errors.Join(err, f.Close())
	})
	if err != nil {
		return wrote, fmt.Errorf("write templates: %w", err)
	}
	return wrote, nil
}

// source is where templates are read from: the operator's file where there is one, else the embedded one.
type source struct {
	own fs.FS // nil for none
	dir string
}

// read returns a template's text and the name to call it by in errors.
func (s source) read(name string) (text, called string, err error) {
	if s.own != nil {
		b, err := fs.ReadFile(s.own, name)
		called := filepath.Join(s.dir, filepath.FromSlash(name))
		switch {
		case err == nil && len(b) > maxTemplate:
			return "", called, fmt.Errorf("%s: larger than 1 MiB", called)
		case err == nil:
			return string(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))), called, nil
		case !errors.Is(err, fs.ErrNotExist):
			return "", called, err
		}
	}
	b, err := fs.ReadFile(Wordings(), name)
	return string(b), "templates/" + name, err
}

// readWording reads every template; all faults are told at once.
func readWording(dir string) (wording, error) {
	def, err := parseAll(source{})
	if err != nil || dir == "" {
		return def, err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return wording{}, fmt.Errorf("templates: %s is not a directory", dir)
	}
	src := source{own: os.DirFS(dir), dir: dir}
	w, err := parseAll(src)
	w.defaults = &def
	return w, errors.Join(src.strangers(), err)
}

func parseAll(src source) (wording, error) {
	w := wording{phrases: map[rules.Language]phrases{}, letters: map[rules.Language]map[rules.Template]*letter{}}
	var errs []error
	for _, l := range Tongues {
		p, err := src.phrases(l)
		errs = append(errs, err)
		w.phrases[l] = p
		w.letters[l] = map[rules.Template]*letter{}
		for _, t := range rules.Templates {
			text, called, err := src.read(path.Join(string(l), string(t)+".txt"))
			if err == nil {
				w.letters[l][t], err = parseLetter(called, text)
			}
			errs = append(errs, err)
		}
	}
	return w, errors.Join(errs...)
}

func (s source) phrases(l rules.Language) (phrases, error) {
	name := path.Join(string(l), phrasesFile)
	text, called, err := source{}.read(name)
	if err != nil {
		return phrases{}, err
	}
	m, err := readPhrases(called, text, nil)
	if err != nil || s.own == nil {
		return phrases{m}, err
	}
	text, called, err = s.read(name)
	if err != nil {
		return phrases{}, err
	}
	own, err := readPhrases(called, text, m)
	maps.Copy(m, own)
	return phrases{m}, err
}

// strangers reports files that would never be used: a misspelt name must not leave the operator wondering.
func (s source) strangers() error {
	known := map[string]bool{}
	err := fs.WalkDir(Wordings(), ".", func(p string, _ fs.DirEntry, err error) error {
		known[p] = true
		return err
	})
	errs := []error{err}
	err = fs.WalkDir(s.own, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(p)
		if p != "." && (strings.HasPrefix(base, ".") || strings.HasSuffix(base, "~")) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if known[p] {
			return nil
		}
		errs = append(errs, fmt.Errorf("%s: no template has this name; accepted: %s", filepath.Join(s.dir, p), accepted(p)))
		if d.IsDir() {
			return fs.SkipDir
		}
		return nil
	})
	return errors.Join(append(errs, err)...)
}

func accepted(p string) string {
	if !strings.Contains(p, "/") {
		return "sv/, nb/, en/"
	}
	names := []string{phrasesFile}
	for _, t := range rules.Templates {
		names = append(names, string(t)+".txt")
	}
	return strings.Join(names, ", ")
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
