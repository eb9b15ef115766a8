// Package inspect shows how a mail is read, without a config and without keeping anything: `aboveline inspect`.
//
// Each file gives one object (CONTRACT, section 3) in the order of the files. A file that cannot be read is an
// object with its problem, and the others are shown all the same.
package inspect
