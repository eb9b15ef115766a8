// Package outage sees an outage in what people write: several of them, at about the same time, about the same thing,
// and more than usual.
package outage
