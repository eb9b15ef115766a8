// Package metrics shows an operator how the gateway fares: figures in Prometheus' text format at /metrics, /health
// (red while something has been failing for too long) and /ready (the doors are open).
//
// The format is written by ourselves: some hundred lines, where the client library would bring eight modules and
// five megabytes to print the same. Names follow Prometheus' conventions: base units, _total on counters, _info for
// constants. Counters begin at zero with each start; gauges are read from the store when they are asked for.
//
// Nothing here can change anything, and nothing of a mail is shown: labels are of our own vocabulary, but for the
// names of the configured mailboxes.
package metrics
