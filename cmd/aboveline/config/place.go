package config

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"
)

// place is a line and a column, both from 1; columns count characters, as editors do.
type place struct{ line, column int }

// places says where each key and each value of a TOML file stands, by its path: "vendor[1].follow_up",
// "mailin.imap[0].oauth2.tenant", "rule[2].tags[0]". The parser's tree is the only one that knows; the decoder
// forgets, and what we check by hand needs it.
type places struct {
	src    []byte
	keys   map[string]place // where a key, or a table's header, begins
	values map[string]place // where its value begins
	offset map[string]int   // of the value, in bytes
	lists  map[string]int   // arrays of tables, and how many there are so far
}

// locate indexes a file that parses; what follows a syntax error is not there.
func locate(src []byte) *places {
	ix := &places{
		src: src, keys: map[string]place{}, values: map[string]place{}, offset: map[string]int{}, lists: map[string]int{},
	}
	var p unstable.Parser
	p.Reset(src)
	table := ""
	for p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = ix.header(e)
		case unstable.KeyValue:
			ix.keyValue(table, e)
		}
	}
	return ix
}

// header returns the path of the table that a [header] or [[header]] opens.
func (ix *places) header(e *unstable.Node) string {
	path, first := "", -1
	for it := e.Key(); it.Next(); {
		n := it.Node()
		if first < 0 {
			first = int(n.Raw.Offset)
		}
		path = join(path, string(n.Data))
		if it.IsLast() && e.Kind == unstable.ArrayTable {
			ix.lists[path]++
		}
		if n := ix.lists[path]; n > 0 {
			path = element(path, n-1)
		}
	}
	if _, ok := ix.keys[path]; !ok {
		ix.keys[path] = ix.at(bytes.LastIndexByte(ix.src[:first], '\n') + 1)
	}
	return path
}

func (ix *places) keyValue(table string, e *unstable.Node) {
	path, first := table, -1
	for it := e.Key(); it.Next(); {
		n := it.Node()
		if first < 0 {
			first = int(n.Raw.Offset)
		}
		path = join(path, string(n.Data))
		if _, ok := ix.keys[path]; !ok {
			ix.keys[path] = ix.at(first)
		}
	}
	ix.value(path, e.Value(), first)
}

// value indexes a value; from is where it is said to stand when the tree does not tell (arrays).
func (ix *places) value(path string, v *unstable.Node, from int) {
	if v.Raw.Length > 0 {
		from = int(v.Raw.Offset)
	}
	ix.values[path], ix.offset[path] = ix.at(from), from
	i := 0
	for it := v.Children(); it.Next(); {
		switch v.Kind {
		case unstable.Array:
			ix.value(element(path, i), it.Node(), from)
			i++
		case unstable.InlineTable:
			ix.keyValue(path, it.Node())
		}
	}
}

func (ix *places) at(offset int) place {
	start := bytes.LastIndexByte(ix.src[:offset], '\n') + 1
	return place{
		line:   bytes.Count(ix.src[:offset], []byte("\n")) + 1,
		column: utf8.RuneCount(ix.src[start:offset]) + 1,
	}
}

// inside is the place of the n-th byte of a string's value, where that value stands unescaped on its one line; else
// the value's own place.
func (ix *places) inside(path, text string, n int) place {
	off, ok := ix.offset[path]
	if !ok || n < 0 || n > len(text) {
		return ix.of(path)
	}
	for _, quote := range []string{"'''\n", `"""` + "\n", "'''", `"""`, "'", `"`} {
		if rest, ok := bytes.CutPrefix(ix.src[off:], []byte(quote)); ok && bytes.HasPrefix(rest, []byte(text)) {
			return ix.at(off + len(quote) + n)
		}
	}
	return ix.of(path)
}

// of is where the value of a path stands, or its key, or the nearest table around it.
func (ix *places) of(path string) place {
	for {
		if p, ok := ix.values[path]; ok {
			return p
		}
		if p, ok := ix.keys[path]; ok {
			return p
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return place{1, 1}
		}
		path = path[:cut]
	}
}

// key is where a key stands.
func (ix *places) key(path string) place {
	for _, p := range []string{path, element(path, 0)} { // an array of tables stands where its first does
		if p, ok := ix.keys[p]; ok {
			return p
		}
	}
	return ix.of(path)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func element(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }
