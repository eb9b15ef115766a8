// Package alarm tells the operator that the gateway itself needs help: once when something has been failing for too
// long, and once when that is over.
//
// Three steps a minute, the first two without any I/O:
//
//	Observe   what is failing now, and since when, from a reading of the gateway and what is remembered
//	Step      what is to be told: nothing, or a word that something began or ended
//	Watch     keeps the memory BEFORE it tells, so that a restart does not alarm again
//
// A word that a way does not take is tried again until a day has gone; a crash in the middle may tell twice, which is
// better than not at all. While the smarthost itself fails, words leave by the other ways.
package alarm
