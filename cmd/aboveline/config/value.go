package config

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // containers often come without

	"aboveline.example/rules"
)

// Duration is a span of time: Go's notation plus "d" for days of 24 hours, longest unit first ("1d12h").
type Duration time.Duration

// ParseDuration reads "90s", "1h30m", "1d". It refuses what is negative.
func ParseDuration(s string) (Duration, error) {
	days, rest := time.Duration(0), s
	if head, tail, ok := strings.Cut(s, "d"); ok {
		n, err := strconv.ParseUint(head, 10, 16)
		if err != nil {
			return 0, errDuration
		}
		days, rest = time.Duration(n)*24*time.Hour, tail
	}
	if rest == "" && days > 0 || s == "0d" {
		return Duration(days), nil
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 {
		return 0, errDuration
	}
	return Duration(days + d), nil
}

var errDuration = errors.New(`not a duration; write a number and a unit, such as "30s", "15m", "1h30m" or "1d"`)

// String writes the duration as an operator would: "1d", "1h30m", "0s".
func (d Duration) String() string {
	days, rest := time.Duration(d)/(24*time.Hour), time.Duration(d)%(24*time.Hour)
	s := rest.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	switch {
	case days == 0:
		return s
	case rest == 0:
		return fmt.Sprintf("%dd", days)
	}
	return fmt.Sprintf("%dd%s", days, s)
}

// Size is a number of bytes.
type Size int64

var sizeUnits = []struct {
	name  string
	bytes Size
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

// ParseSize reads "25MiB"; units are B, KiB, MiB and GiB.
func ParseSize(s string) (Size, error) {
	for _, u := range sizeUnits {
		if head, ok := strings.CutSuffix(s, u.name); ok {
			n, err := strconv.ParseUint(strings.TrimSpace(head), 10, 32)
			if err != nil {
				break
			}
			return Size(n) * u.bytes, nil
		}
	}
	return 0, errors.New(`not a size; write a whole number and B, KiB, MiB or GiB, such as "25MiB"`)
}

// String writes the size in the largest unit that divides it.
func (s Size) String() string {
	for _, u := range sizeUnits {
		if s >= u.bytes && s%u.bytes == 0 {
			return strconv.FormatInt(int64(s/u.bytes), 10) + u.name
		}
	}
	return "0B"
}

// Prefix is what ticket numbers begin with: "OMD".
type Prefix string

var prefixForm = regexp.MustCompile(`^[A-Z][A-Z0-9]{0,9}$`)

func parsePrefix(s string) (Prefix, error) {
	if !prefixForm.MatchString(s) {
		return "", errors.New("not a prefix; write 1 to 10 capital letters A-Z and digits, a letter first, such as OMD")
	}
	if s == "D" {
		return "", errors.New("not free: D-1, D-2 … are outages; write another, such as T")
	}
	return Prefix(s), nil
}

// Hostname is a domain name as A-labels.
type Hostname string

func parseHostname(s string) (Hostname, error) {
	if s == "" {
		return "", nil
	}
	d, ok := rules.ParseDomain(s)
	if !ok {
		return "", errors.New("not a domain name; write it without a dot at its end, such as mail.omdirekt.example")
	}
	return Hostname(d), nil
}

// Path is a file or directory; relative ones have been joined to the config file's directory.
type Path string

// Roots reads the file as PEM certificates to trust; nil, the system's, where it is "". It is read anew at each
// connection, so that a renewed file counts.
func (p Path) Roots() (*x509.CertPool, error) {
	if p == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(string(p))
	if err != nil {
		return nil, fmt.Errorf("read certificates: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read certificates: %s holds no PEM certificate", p)
	}
	return pool, nil
}

// Listen is where a door listens or a resolver answers: "host:port" with a numeric port, or "unix:/path".
type Listen string

func parseListen(s string) (Listen, error) {
	if s == "" {
		return "", nil
	}
	if path, ok := strings.CutPrefix(s, "unix:"); ok {
		// 104 bytes hold a socket's path on every system we know, its closing NUL included (sys/un.h).
		if !strings.HasPrefix(path, "/") || len(path) > 103 {
			return "", errors.New(`not a socket; write "unix:" and an absolute path of at most 103 bytes`)
		}
		return Listen(s), nil
	}
	_, port, err := net.SplitHostPort(s)
	if n, perr := strconv.ParseUint(port, 10, 16); err != nil || perr != nil || n == 0 && port != "0" {
		return "", errors.New(`not a place to listen; write "host:port" with a number, such as "127.0.0.1:2525" or "[::1]:25", or "unix:/path"`)
	}
	return Listen(s), nil
}

// Network is "unix" or "tcp", with the address as package net takes it.
func (l Listen) Network() (network, address string) {
	if path, ok := strings.CutPrefix(string(l), "unix:"); ok {
		return "unix", path
	}
	return "tcp", string(l)
}

// Server is a peer we dial: its scheme says how, and the port has been filled in.
type Server struct {
	Scheme string // imaps, imap+starttls, imap; smtps, smtp, smtp+starttls
	Host   string
	Port   uint16
}

// errUserinfo's value is never shown: there may be a password in it.
var errUserinfo = errors.New("a name or password in the address; write username, and password_file or password_env")

// ports are the default ports (RFC 8314, section 7; RFC 5321, section 4.5.4.2).
var ports = map[string]uint16{"imaps": 993, "imap+starttls": 143, "imap": 143, "smtps": 465, "smtp": 25, "smtp+starttls": 587}

func parseServer(s string) (Server, error) {
	if s == "" {
		return Server{}, nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || ports[u.Scheme] == 0 || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return Server{}, errors.New("not a server; write imaps://host, smtps://host, smtp+starttls://host or smtp://host, with :port where it differs")
	}
	if u.User != nil {
		return Server{}, errUserinfo
	}
	port := ports[u.Scheme]
	if p := u.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return Server{}, errors.New("a port outside 1 to 65535")
		}
		port = uint16(n)
	}
	return Server{Scheme: u.Scheme, Host: u.Hostname(), Port: port}, nil
}

// Addr is host and port as package net takes them.
func (s Server) Addr() string { return net.JoinHostPort(s.Host, strconv.Itoa(int(s.Port))) }

// IsZero says that no server was named.
func (s Server) IsZero() bool { return s == Server{} }

// String is the server as it is written in a config.
func (s Server) String() string {
	if s.IsZero() {
		return ""
	}
	return s.Scheme + "://" + s.Addr()
}

// Loopback says whether the host is this machine by its name or number.
func (s Server) Loopback() bool {
	a, err := netip.ParseAddr(s.Host)
	return s.Host == "localhost" || err == nil && a.IsLoopback()
}

// Hours are when a vendor is reminded: "mon-fri 08:00-17:00", "" for always.
type Hours string

var hoursForm = regexp.MustCompile(`^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))? ([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$`)

func parseHours(s string) (Hours, error) {
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	if s != "" && !hoursForm.MatchString(s) {
		return "", errors.New(`not opening hours; write days and times, such as "mon-fri 08:00-17:00", or "" for always`)
	}
	if s != "" {
		if span := s[strings.IndexByte(s, ' ')+1:]; span[:5] >= span[6:] {
			return "", errors.New(`hours that end before they begin; write the earlier time first, such as "mon-fri 08:00-17:00"`)
		}
	}
	return Hours(s), nil
}

// Clock is a time of day in the desk's zone, "08:00", or "" for never.
type Clock string

func parseClock(s string) (Clock, error) {
	if s == "" {
		return "", nil
	}
	if t, err := time.Parse("15:04", s); err != nil || t.Format("15:04") != s {
		return "", errors.New(`not a time of day; write hours and minutes, such as "08:00", or "" for never`)
	}
	return Clock(s), nil
}

func parseAddress(s string) (rules.Address, error) {
	a, ok := rules.ParseAddress(s)
	if !ok {
		return "", errors.New("not an address; write it bare, such as support@omdirekt.example")
	}
	return a, nil
}

func parseLanguage(s string) (rules.Language, error) {
	switch l := rules.Language(s); l {
	case rules.Swedish, rules.Bokmal, rules.English, "": // "" is the desk's
		return l, nil
	}
	return "", errors.New("not a language of the desk; write sv, nb or en")
}

// A zone is looked up in the system's tables and, where it has none, in those we carry.
func parseZone(s string) (*time.Location, error) {
	z, err := time.LoadLocation(s)
	if err != nil || s == "" || s == "Local" {
		return nil, errors.New("not a time zone; write an IANA name, such as Europe/Stockholm, Europe/Oslo or UTC")
	}
	return z, nil
}

func parseRelay(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, errors.New("not a network; write an address or a prefix, such as 192.0.2.7 or 192.0.2.0/24")
	}
	return p.Masked(), nil
}
