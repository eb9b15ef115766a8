package rules

// PlayFile plays a story over decisions alone, for a desk that is read from a file: only tests outside of this package
// may import what reads it.
var PlayFile = playFile
