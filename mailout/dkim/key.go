package dkim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
)

// minBits is the shortest RSA key that receivers trust. RFC 8301, section 3.2: at least 1024, and signers SHOULD use
// 2048; mail signed with less than 2048 has no reason to exist today.
const minBits = 2048

// Load reads a private key from a PEM file: PKCS#1 or PKCS#8, RSA or Ed25519.
func Load(path string) (crypto.Signer, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("dkim key: %w", err)
	}
	key, err := Parse(b)
	if err != nil {
		return nil, fmt.Errorf("dkim key %s: %w", path, err)
	}
	return key, nil
}

// Parse reads a private key from PEM.
func Parse(b []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(b)
	if block == nil {
		return nil, errors.New("it is not PEM; accepted: a PKCS#1 or PKCS#8 private key, RSA or Ed25519")
	}
	var key any
	var err error
	switch block.Type {
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	default:
		return nil, fmt.Errorf("it holds %.40q; accepted: RSA PRIVATE KEY, PRIVATE KEY", block.Type)
	}
	if err != nil {
		return nil, err
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if k.N.BitLen() < minBits {
			return nil, fmt.Errorf("the RSA key has %d bits, receivers want %d", k.N.BitLen(), minBits)
		}
		return k, nil
	case ed25519.PrivateKey:
		return k, nil
	}
	return nil, fmt.Errorf("%T cannot sign mail; accepted: RSA, Ed25519", key)
}

// Record is the TXT record to publish at selector._domainkey.domain. RFC 6376, section 3.6.1.
func Record(key crypto.Signer) (string, error) {
	switch pub := key.Public().(type) {
	case *rsa.PublicKey:
		der, err := x509.MarshalPKIXPublicKey(pub)
		if err != nil {
			return "", fmt.Errorf("dkim record: %w", err)
		}
		return "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der), nil
	case ed25519.PublicKey:
		return "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(pub), nil
	}
	return "", fmt.Errorf("dkim record: %T cannot sign mail", key.Public())
}

// Name is where the record stands in DNS.
func Name(selector, domain string) string { return selector + "._domainkey." + domain }
