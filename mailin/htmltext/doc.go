// Package htmltext turns the HTML of a mail into the plain text a person would read.
//
// It reads tokens and never builds a tree, so that time and memory grow with the length of the input and with
// nothing else: two hundred thousand nested elements cost as much as two hundred thousand flat ones. There are no
// errors: every string is some HTML, and gives some text. Input past [MaxInput] is not read.
//
// [Text] is for people and for matching. [Lines] is for readers that must know where a line stood: each line tells
// how deep in blockquotes it is, and carries the marks its caller gave to the elements around it.
package htmltext
