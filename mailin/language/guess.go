package language

import "aboveline.example/rules"

// Guess says which language text is in, and how sure that is, 0 to 1.
func Guess(text string) (rules.Language, float64) { return rules.OtherTongue, 0 }
