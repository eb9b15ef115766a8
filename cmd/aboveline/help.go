package main

import (
	_ "embed" // the lessons
	"fmt"
)

// lessons are short texts to learn from, by topic.
var lessons = []struct{ topic, about, text string }{
	{"rules", "conditions, categories and rules in aboveline.toml", lessonRules},
	{"templates", "the wording of our mail, and how to change it", lessonTemplates},
	{"commands", "what staff and requesters can write in a mail", lessonCommands},
}

//go:embed help_rules.txt
var lessonRules string

//go:embed help_templates.txt
var lessonTemplates string

//go:embed help_commands.txt
var lessonCommands string

type helpCmd struct {
	Topic string `arg:"" optional:"" enum:"rules,templates,commands," default:"" help:"rules, templates or commands."`
}

func (c *helpCmd) Run(e *env) error {
	for _, l := range lessons {
		if l.topic == c.Topic {
			_, err := fmt.Fprint(e.out, l.text)
			return err
		}
	}
	for _, l := range lessons {
		fmt.Fprintf(e.out, "aboveline help %-11s %s\n", l.topic, l.about)
	}
	fmt.Fprintln(e.out, "aboveline COMMAND --help    flags and examples of a command")
	return nil
}
