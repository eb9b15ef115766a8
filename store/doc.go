// Package store keeps what the desk knows, in one directory, and finds it again.
package store
