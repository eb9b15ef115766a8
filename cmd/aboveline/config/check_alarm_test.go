package config

import (
	"strings"
	"testing"
)

func TestMetricsAndAlarmAreChecked(t *testing.T) {
	const desk = "[desk]\nname = \"A\"\naddress = \"a@b.example\"\n"
	for _, c := range []struct{ name, toml, want string }{
		{"loopback", "[metrics]\nlisten = \"127.0.0.1:9465\"\n", ""},
		{"loopback of six", "[metrics]\nlisten = \"[::1]:9465\"\n", ""},
		{"by name", "[metrics]\nlisten = \"localhost:9465\"\n", ""},
		{"everywhere", "[metrics]\nlisten = \":9465\"\n", "can be reached from other machines"},
		{"a network", "[metrics]\nlisten = \"10.0.0.1:9465\"\n", "can be reached from other machines"},
		{"told so", "[metrics]\nlisten = \"10.0.0.1:9465\"\npublic = true\n", ""},
		{"socket", "[metrics]\nlisten = \"unix:/run/x\"\n", "is a socket"},
		{"program", "[alarm]\ncommand = [\"/usr/bin/logger\", \"-t\", \"x\"]\n", ""},
		{"program without path", "[alarm]\ncommand = [\"logger\"]\n", "whole path"},
		{"webhook", "[alarm]\nwebhook = \"https://a.example/x\"\nwebhook_secret_env = \"X\"\n", ""},
		{"webhook in the clear", "[alarm]\nwebhook = \"http://a.example/x\"\n", "https://"},
		{"webhook on loopback", "[alarm]\nwebhook = \"http://127.0.0.1:8080/x\"\n", ""},
		{"password in a webhook", "[alarm]\nwebhook = \"https://u:canary@a.example/x\"\n", "webhook_secret_file"},
		{"secret alone", "[alarm]\nwebhook_secret_env = \"X\"\n", "a secret without a webhook"},
		{"canary without a way out", "[alarm]\ncanary = \"15m\"\n", "no smarthost"},
		{"hasty canary", "[alarm]\ncanary = \"10s\"\n[mailout]\nsmarthost = \"smtps://mail.example\"\n", "shorter than a mail may take"},
		{"hasty about mailboxes", "[alarm]\npoll_age = \"20s\"\n", "shorter than a mailbox that is well"},
		{"mailboxes", "[alarm]\npoll_age = \"5m\"\n", ""},
		{"mailboxes never", "[alarm]\npoll_age = \"0s\"\n", ""},
		{"canary", "[alarm]\ncanary = \"15m\"\n[mailout]\nsmarthost = \"smtps://mail.example\"\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("a.toml", []byte(desk+c.toml))
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "canary@") {
				t.Errorf("the password is told: %v", err)
			}
		})
	}
}
