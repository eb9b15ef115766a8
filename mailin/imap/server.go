package imap

import (
	"errors"
	"fmt"
	"net"
	"net/url"
)

// Server is where and how an IMAP server is reached.
type Server struct {
	Host string
	Port string
	TLS  Security
}

// Security is how a connection is protected. There is no fallback from one to another.
type Security int

// Securities. Plain is for servers on loopback.
const (
	ImplicitTLS Security = iota
	StartTLS
	Plain
)

var errInsecure = errors.New("imap:// sends the password readable for all; use imaps:// or imap+starttls://, or set insecure = true")

// ParseServer reads imaps://host[:993], imap+starttls://host[:143] or, where insecure is allowed, imap://host[:143].
// The error is written for the operator.
func ParseServer(raw string, insecure bool) (Server, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return Server{}, fmt.Errorf("server %.60q: not a URL such as imaps://mail.example", raw)
	}
	s := Server{Host: u.Hostname(), Port: u.Port()}
	port := "143"
	switch u.Scheme {
	case "imaps":
		port = "993"
	case "imap+starttls":
		s.TLS = StartTLS
	case "imap":
		if !insecure {
			return Server{}, fmt.Errorf("server %.60q: %w", raw, errInsecure)
		}
		s.TLS = Plain
	default:
		return Server{}, fmt.Errorf("server %.60q: want imaps://, imap+starttls:// or imap://", raw)
	}
	if s.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || (u.Path != "" && u.Path != "/") {
		return Server{}, fmt.Errorf("server %.60q: want only a host and a port", raw)
	}
	if s.Port == "" {
		s.Port = port
	}
	return s, nil
}

// Address is what is dialled.
func (s Server) Address() string { return net.JoinHostPort(s.Host, s.Port) }
