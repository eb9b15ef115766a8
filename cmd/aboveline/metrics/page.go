package metrics

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// page is a document in the text exposition format 0.0.4.
type page struct{ bytes.Buffer }

// sample is one value; labels are name and value in turn.
type sample struct {
	labels []string
	value  float64
}

// family writes one metric with its help and all its samples. One without samples is left out.
func (p *page) family(name, kind, help string, samples ...sample) {
	if len(samples) == 0 {
		return
	}
	fmt.Fprintf(p, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
	for _, s := range samples {
		p.line(name, s.labels, s.value)
	}
}

func (p *page) gauge(name, help string, value float64) {
	p.family(name, "gauge", help, sample{value: value})
}

// each writes a family with one label, in the order of its values.
func (p *page) each(name, kind, help, label string, values map[string]float64) {
	var all []sample
	for _, k := range slices.Sorted(maps.Keys(values)) {
		all = append(all, sample{[]string{label, k}, values[k]})
	}
	p.family(name, kind, help, all...)
}

// histogram writes cumulative buckets, the sum and the count.
func (p *page) histogram(name, help string, h histogram) {
	fmt.Fprintf(p, "# HELP %s %s\n# TYPE %s histogram\n", name, help, name)
	total := uint64(0)
	for i, le := range h.bounds {
		total += h.counts[i]
		p.line(name+"_bucket", []string{"le", number(le)}, float64(total))
	}
	total += h.counts[len(h.bounds)]
	p.line(name+"_bucket", []string{"le", "+Inf"}, float64(total))
	p.line(name+"_sum", nil, h.sum)
	p.line(name+"_count", nil, float64(total))
}

func (p *page) line(name string, labels []string, value float64) {
	p.WriteString(name)
	for i := 0; i+1 < len(labels); i += 2 {
		open := byte(',')
		if i == 0 {
			open = '{'
		}
		p.WriteByte(open)
		fmt.Fprintf(p, `%s="%s"`, labels[i], quoted.Replace(strings.ToValidUTF8(labels[i+1], "?")))
	}
	if len(labels) > 1 {
		p.WriteByte('}')
	}
	p.WriteString(" " + number(value) + "\n")
}

var quoted = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func number(v float64) string {
	if math.IsInf(v, 1) {
		return "+Inf"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
