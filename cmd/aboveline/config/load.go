package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
)

// Paths are where a config is looked for when none is named, in this order.
var Paths = []string{"aboveline.toml", "/etc/aboveline/aboveline.toml"}

// maxFile is far above any desk's config; a mistyped path must not fill memory.
const maxFile = 4 << 20

// Find returns the first of [Paths] that exists, or "" where none does.
func Find() string {
	for _, p := range Paths {
		if _, err := os.Stat(p); !errors.Is(err, fs.ErrNotExist) {
			return p
		}
	}
	return ""
}

// Load reads and checks the config file at path. What is wrong with its content comes back as [Problems], all of it.
func Load(path string) (*Config, error) {
	src, err := read(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, src)
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read config: %w", err)
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read config: %w", err)
	}
	if len(src) > maxFile {
		return nil, fmt.Errorf("read config %s: larger than %s; is it a config?", path, Size(maxFile))
	}
	return src, nil
}

// Parse reads and checks a config's text. Path names the file in problems, and its directory is where relative
// paths begin.
func Parse(path string, src []byte) (*Config, error) {
	if i := invalid(src); i >= 0 {
		return nil, Problems{{File: path, Line: 1 + count(src[:i]), Column: 1, Text: "not UTF-8; save the file as UTF-8"}}
	}
	var values map[string]any
	if err := toml.Unmarshal(src, &values); err != nil {
		return nil, syntax(path, err)
	}
	b := &binder{file: path, dir: filepath.Dir(path), places: locate(src)}
	c := preset()
	c.File = path
	c.Store.Path = Path(filepath.Join(b.dir, string(c.Store.Path)))
	b.table("", values, reflect.ValueOf(c).Elem())
	b.check(c)
	if len(b.problems) > 0 {
		b.problems.sort()
		return nil, b.problems
	}
	return c, nil
}

// syntax is what the TOML parser says; behind a syntax error nothing can be told for certain.
func syntax(path string, err error) error {
	p := Problem{File: path, Text: err.Error()}
	if d, ok := errors.AsType[*toml.DecodeError](err); ok {
		p.Line, p.Column = d.Position()
		p.Text = d.Error()
	}
	return Problems{p}
}

// invalid is the offset of the first byte that is not UTF-8, or -1.
func invalid(src []byte) int {
	for i := 0; i < len(src); {
		r, n := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

func count(b []byte) (lines int) {
	for _, c := range b {
		if c == '\n' {
			lines++
		}
	}
	return lines
}
