package config

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode"

	"aboveline.example/rules"
)

// binder puts decoded TOML values into a Config and notes every one that does not fit. The decoder of the TOML
// library would stop at the first wrong type; an operator wants the list.
type binder struct {
	file     string
	dir      string // of the file, for relative paths
	places   *places
	problems Problems
}

func (b *binder) bad(path string, format string, args ...any) {
	b.note(b.places.of(path), path, format, args...)
}

func (b *binder) note(at place, path, format string, args ...any) {
	b.problems = append(b.problems, Problem{
		File: b.file, Line: at.line, Column: at.column, Key: shown(path), Text: fmt.Sprintf(format, args...),
	})
}

// shown makes a key fit for a terminal: names in quotes may hold anything.
func shown(path string) string {
	return cut(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, path), 80)
}

// cut shortens foreign text to n characters.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// texts are the types written as strings, each with what reads it.
var texts = map[reflect.Type]func(string) (any, error){
	reflect.TypeFor[Duration]():       as(ParseDuration),
	reflect.TypeFor[Size]():           as(ParseSize),
	reflect.TypeFor[Prefix]():         as(parsePrefix),
	reflect.TypeFor[Hostname]():       as(parseHostname),
	reflect.TypeFor[Listen]():         as(parseListen),
	reflect.TypeFor[Server]():         as(parseServer),
	reflect.TypeFor[Hours]():          as(parseHours),
	reflect.TypeFor[Clock]():          as(parseClock),
	reflect.TypeFor[rules.Address]():  as(parseAddress),
	reflect.TypeFor[rules.Language](): as(parseLanguage),
	reflect.TypeFor[*time.Location](): as(parseZone),
	reflect.TypeFor[netip.Prefix]():   as(parseRelay),
}

func as[T any](parse func(string) (T, error)) func(string) (any, error) {
	return func(s string) (any, error) { return parse(s) }
}

// value binds one value. field carries the tags that limit it.
func (b *binder) value(path string, v any, dst reflect.Value, field reflect.StructTag) {
	if parse, ok := texts[dst.Type()]; ok {
		b.parsed(path, v, dst, parse, field)
		return
	}
	switch dst.Kind() {
	case reflect.String:
		b.text(path, v, dst, field)
	case reflect.Bool:
		if x, ok := v.(bool); ok {
			dst.SetBool(x)
		} else {
			b.wrong(path, v, "true or false, without quotes")
		}
	case reflect.Int:
		b.number(path, v, dst, field)
	case reflect.Slice:
		b.list(path, v, dst, field)
	case reflect.Pointer:
		fresh := reflect.New(dst.Type().Elem())
		b.value(path, v, fresh.Elem(), field)
		dst.Set(fresh)
	case reflect.Struct:
		if t, ok := v.(map[string]any); ok {
			b.table(path, t, dst)
		} else {
			b.wrong(path, v, fmt.Sprintf("a table: [%s]", path))
		}
	default:
		panic("config: no way to read " + dst.Type().String())
	}
}

// parsed binds a string with a grammar of its own.
func (b *binder) parsed(path string, v any, dst reflect.Value, parse func(string) (any, error), field reflect.StructTag) {
	s, ok := v.(string)
	if !ok {
		_, err := parse("\x00")
		b.wrong(path, v, "a string in quotes"+example(err))
		return
	}
	x, err := parse(s)
	if errors.Is(err, errUserinfo) {
		b.bad(path, "%v", err)
		return
	}
	if err != nil {
		b.bad(path, "%q is %v", cut(s, 60), err)
		return
	}
	if lo, hi := field.Get("min"), field.Get("max"); lo != "" || hi != "" {
		if err := within(x, lo, hi); err != nil {
			b.bad(path, "%q is %v", s, err)
			return
		}
	}
	dst.Set(reflect.ValueOf(x))
}

// example takes the example out of a grammar's complaint.
func example(err error) string {
	if err != nil {
		if _, after, ok := strings.Cut(err.Error(), "such as "); ok {
			return ", such as " + after
		}
	}
	return ""
}

// within checks the bounds of a duration or size.
func within(x any, lo, hi string) error {
	n, least, most := int64(0), int64(0), int64(math.MaxInt64)
	write := func(n int64) string { return Duration(n).String() }
	read := func(s string) int64 { d, _ := ParseDuration(s); return int64(d) }
	switch x := x.(type) {
	case Duration:
		n = int64(x)
	case Size:
		n = int64(x)
		write = func(n int64) string { return Size(n).String() }
		read = func(s string) int64 { i, _ := strconv.ParseInt(s, 10, 64); return i }
	}
	if lo != "" {
		least = read(lo)
	}
	if hi != "" {
		most = read(hi)
	}
	if n < least || n > most {
		return fmt.Errorf("outside what is accepted: %s to %s", write(least), write(most))
	}
	return nil
}

func (b *binder) text(path string, v any, dst reflect.Value, field reflect.StructTag) {
	s, ok := v.(string)
	if !ok {
		b.wrong(path, v, "a string in quotes")
		return
	}
	if i := strings.IndexFunc(s, unicode.IsControl); i >= 0 && !strings.HasSuffix(path, ".when") {
		b.bad(path, "%q holds a control character; write it without", cut(s, 60))
		return
	}
	if one, limited := field.Lookup("one"); limited {
		accepted := strings.Split(one, ",")
		if !slices.Contains(accepted, s) {
			b.bad(path, "%q is not accepted%s; write %s", cut(s, 60), meant(s, accepted), oneOf(accepted))
			return
		}
	}
	if dst.Type() == reflect.TypeFor[Path]() && s != "" && !filepath.IsAbs(s) {
		s = filepath.Join(b.dir, s)
	}
	dst.SetString(s)
}

func (b *binder) number(path string, v any, dst reflect.Value, field reflect.StructTag) {
	lo, hi := field.Get("min"), field.Get("max")
	n, ok := v.(int64)
	if !ok {
		b.wrong(path, v, fmt.Sprintf("a whole number from %s to %s, without quotes", lo, hi))
		return
	}
	least, _ := strconv.ParseInt(lo, 10, 64)
	most, _ := strconv.ParseInt(hi, 10, 64)
	if n < least || n > most {
		b.bad(path, "%d is outside what is accepted: %s to %s", n, lo, hi)
		return
	}
	dst.SetInt(n)
}

func (b *binder) list(path string, v any, dst reflect.Value, field reflect.StructTag) {
	of := dst.Type().Elem()
	tables := of.Kind() == reflect.Struct && texts[of] == nil
	items, ok := v.([]any)
	switch {
	case !ok && tables:
		b.wrong(path, v, fmt.Sprintf("a list of tables: each begins with [[%s]]", path))
		return
	case !ok:
		b.wrong(path, v, `a list: ["…", "…"]`)
		return
	}
	list := reflect.MakeSlice(dst.Type(), len(items), len(items))
	for i, item := range items {
		b.value(element(path, i), item, list.Index(i), field)
	}
	dst.Set(list)
}

// table binds a table's keys to a struct's fields.
func (b *binder) table(path string, t map[string]any, dst reflect.Value) {
	if p, ok := dst.Addr().Interface().(interface{ preset() }); ok {
		p.preset()
	}
	known := map[string]bool{}
	for i := range dst.NumField() {
		field := dst.Type().Field(i)
		name := field.Tag.Get("toml")
		if name == "-" {
			continue
		}
		if field.Type == reflect.TypeFor[Secret]() {
			b.secret(path, name, t, dst.Field(i).Addr().Interface().(*Secret))
			known[name+"_file"] = true
			known[name+"_env"] = field.Tag.Get("only") != "file"
			continue
		}
		known[name] = true
		v, present := t[name]
		switch {
		case present:
			b.value(join(path, name), v, dst.Field(i), field.Tag)
			if field.Tag.Get("need") != "" && v == "" {
				b.bad(join(path, name), "empty, and needed")
			}
		case field.Tag.Get("need") != "":
			b.note(b.places.key(path), join(path, name), "missing, and needed")
		}
	}
	b.unknown(path, t, known)
}

// unknown notes the keys that no field took, each with the nearest and with all that the table takes.
func (b *binder) unknown(path string, t map[string]any, known map[string]bool) {
	names := make([]string, 0, len(known))
	for name, taken := range known {
		if taken {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	where := "the file"
	if path != "" {
		where = "[" + path + "]"
	}
	for key := range t {
		full := join(path, key)
		switch {
		case known[key]:
		case known[key+"_file"]:
			or := ""
			if known[key+"_env"] {
				or = fmt.Sprintf(" or %s_env = \"NAME\"", key)
			}
			b.note(b.places.key(full), full, "a secret is never written here; write %s_file = \"/path\"%s", key, or)
		default:
			b.note(b.places.key(full), full, "unknown key%s; %s takes %s", meant(key, names), where, strings.Join(names, ", "))
		}
	}
}

// secret reads the two keys that may say where a secret is kept.
func (b *binder) secret(path, name string, t map[string]any, dst *Secret) {
	file, env := name+"_file", name+"_env"
	if v, ok := t[file]; ok {
		b.value(join(path, file), v, reflect.ValueOf(&dst.File).Elem(), "")
	}
	if v, ok := t[env]; ok {
		b.value(join(path, env), v, reflect.ValueOf(&dst.Env).Elem(), "")
	}
	if dst.File != "" && dst.Env != "" {
		b.note(b.places.key(join(path, env)), join(path, env), "set beside %s; keep one of the two", file)
	}
}

// wrong notes a value of another type than the key takes.
func (b *binder) wrong(path string, v any, want string) {
	b.bad(path, "%s is not accepted here; write %s", typeName(v), want)
}

func typeName(v any) string {
	switch v.(type) {
	case string:
		return "a string"
	case int64:
		return "a whole number"
	case float64:
		return "a decimal number"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return "a date or time"
}

// oneOf writes accepted values as `"ask" or "auto"`.
func oneOf(accepted []string) string {
	quoted := make([]string, len(accepted))
	for i, a := range accepted {
		quoted[i] = strconv.Quote(a)
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	return strings.Join(quoted[:len(quoted)-1], ", ") + " or " + quoted[len(quoted)-1]
}

// meant is `; did you mean "x"?` for the nearest of names, or nothing where none is near.
func meant(got string, names []string) string {
	best, ok := nearest(got, names)
	if !ok {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// nearest is the name at the smallest edit distance, if that is at most a third of its length.
func nearest(got string, names []string) (string, bool) {
	best, least := "", math.MaxInt
	for _, name := range names {
		if d := distance(strings.ToLower(got), strings.ToLower(name)); d < least {
			best, least = name, d
		}
	}
	if best == "" || least > max(1, len(best)/3) {
		return "", false
	}
	return best, true
}

// distance is Levenshtein's, over bytes; inputs are cut to what a key may sensibly be.
func distance(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
