// Package language says which of the desk's languages a few words are in: Swedish, Bokmål, Nynorsk, Danish, English.
//
// It is made for reports of two lines. Three kinds of evidence are added up: words that only some of the languages
// have, letters that only some of them write, and the endings and beginnings of words. What gives no language enough
// evidence, or has too many words that none of them knows, is [rules.OtherTongue].
//
// Give it a person's own words only: quoted text and signatures are in the language of somebody else.
package language
