// Command aboveline is a ticket desk that lives entirely in e-mail.
package main

func main() {}
