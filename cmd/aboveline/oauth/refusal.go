package oauth

import (
	"errors"
	"fmt"
	"net/http"

	"golang.org/x/oauth2"
)

// refusal is an error that will be the same until somebody changes something: the credentials, the account, or what the
// server offers.
type refusal struct{ error }

// Refused tells a refusal from trouble that passes.
func (refusal) Refused() bool { return true }

func (r refusal) Unwrap() error { return r.error }

// errIssuer marks an issuer that does not answer as one should: tried again like a server that is down.
var errIssuer = errors.New("token issuer")

// issuerError tells a refusal (RFC 6749, section 5.2) from trouble, and keeps what the issuer said out of it but for
// its code: the answer may repeat secrets.
func issuerError(err error) error {
	if err == nil {
		return nil
	}
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return fmt.Errorf("%w: %w", errIssuer, err)
	}
	status := refused.Response.StatusCode
	if status == http.StatusTooManyRequests || status < 400 || status >= 500 {
		return fmt.Errorf("%w: HTTP status %d", errIssuer, status)
	}
	return refusal{fmt.Errorf("the token issuer refused: HTTP status %d %.60q", status, refused.ErrorCode)}
}
