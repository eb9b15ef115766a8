package imap

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestReturnPath(t *testing.T) {
	tests := []struct {
		raw, from string
		null      bool
	}{
		{"Return-Path: <a@b.example>\r\nReturn-Path: <x@y.example>\r\n\r\n", "a@b.example", false},
		{"Delivered-To: x\r\nReceived: by x;\r\n folded: line\r\nreturn-path : <>\r\n\r\n", "", true},
		{"Return-Path: <  >\r\n\r\n", "  ", false},
		{"Return-Path: a@b.example\r\n\r\n", "", false},
		{"Subject: x\r\n\r\nReturn-Path: <>\r\n", "", false},
		{"", "", false},
		{"Return-Path: <" + strings.Repeat("a", 300) + ">\r\n\r\n", "", false},
	}
	for _, test := range tests {
		if from, null := returnPath([]byte(test.raw)); from != test.from || null != test.null {
			t.Errorf("returnPath(%.60q) = %q %v, want %q %v", test.raw, from, null, test.from, test.null)
		}
	}
}

func TestOversizeKeepsTheSameBytes(t *testing.T) {
	header := "From: a@b.example\nContent-Type: text/html;\n charset=x\nSubject: hej\n folded\ncontent-transfer-encoding: base64\nX-Last: y\n\n"
	want := "From: a@b.example\r\nSubject: hej\r\n folded\r\nX-Last: y\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
	got := string(oversize([]byte(header), 30<<20, 25<<20))
	if !strings.HasPrefix(got, want) || !strings.Contains(got, "30.0 MiB, and this desk takes up to 25.0 MiB") {
		t.Errorf("oversize = %q", got)
	}
	if cut := string(oversize([]byte(header[:len(header)-4]), 30<<20, 25<<20)); !strings.HasPrefix(cut, strings.Replace(want, "X-Last: y\r\n", "", 1)) {
		t.Errorf("a header block cut within a line = %q", cut)
	}
}

func TestRepliesWaitForWhatTheyAnswer(t *testing.T) {
	batch := []mail{
		{1, []byte("Message-ID: <a@x>\r\n\r\n<c@x>")},
		{2, []byte("In-Reply-To: words <a@x>\r\nMessage-Id:\r\n <b@x>\r\n\r\n")},
		{3, []byte("References: <z@x>\r\n <b@x> <a@x>\r\n\r\n")},
		{4, []byte("Message-ID: <a@x>\r\n\r\n")},
		{5, []byte("Subject: <a@x>\r\n\r\n")},
	}
	if got := fmt.Sprint(before(batch)); got != "[[] [0] [1 0] [0] []]" {
		t.Errorf("before = %s", got)
	}
	for workers := 1; workers <= 5; workers++ {
		var mu sync.Mutex
		var order []int
		inOrder(batch, workers, func(i int) error {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, i)
			return nil
		})
		at := func(i int) int { return slices.Index(order, i) }
		if len(order) != 5 || at(0) > at(1) || at(1) > at(2) || at(0) > at(3) {
			t.Errorf("%d workers took them in the order %v", workers, order)
		}
	}
	errs := inOrder(batch, 2, func(i int) error {
		if i == 0 {
			return errFull
		}
		return nil
	})
	for i, want := range []bool{true, true, true, true, false} {
		if errors.Is(errs[i], errFull) != want {
			t.Errorf("mail %d: %v; what it answers was not taken: %v", i, errs[i], want)
		}
	}
}
