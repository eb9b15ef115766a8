// Package proof finds out how far the author of a mail is who they say (DESIGN, section 5b). Proof is an aligned DMARC
// pass, said by the relay that the operator named by its authserv-id (RFC 8601), or found by ourselves. Nothing is
// believed by default, and whatever cannot be read in exactly one way proves nothing.
//
// # Whose word
//
// Where a door names a relay and that relay wrote a dmarc result, it decides. The reader of its fields is strict and
// fails closed; it reads the raw header, since what decides is where a field stands, and who put it there. Otherwise
// we check for ourselves: DKIM (RFC 6376) over the stored bytes at every door, SPF (RFC 7208) where the door talked to
// the client itself, and DMARC (RFC 9989) over both, with our own tree walk and alignment.
//
// # Results
//
//	pass       an aligned signature or, second, an aligned SPF pass; rules.Proof.Method says which
//	fail       the domain publishes a policy and nothing passed, whatever the policy asks for
//	none       the domain publishes no policy, the author can be read in two ways, the signature leaves something
//	           open, or this door does not see who sent it
//	temperror  DNS did not answer: unverified for now, never a pass, never a loss. The gateway asks again, ever more
//	           rarely for a day, from the stored bytes and envelope; rules act on the answer (rules.ProofCame)
//
// A signature of a domain without a policy is none: without a record there is no organisation to be aligned with (RFC
// 9989, section 4.10.1: DMARC does not apply), and whoever may sign for a name need not be whoever decides about it.
//
// A valid signature is no proof where it leaves to others what they could misuse: l=, SHA-1, keys below 1024 bits, a
// key in testing, Subject or Date unsigned, signed more than seven days before it came, a field twice that a mail has
// once. SPF alone shows which machine sent, and machines are shared; so a pass says on what it rests, and rules can
// ask for a signature. A pass by signature says, too, which fields that steer a mail it leaves to whoever has the mail
// (rules.Proof.Open), unless the sending machine was proved as well. Content-Type is no such field where the body shows
// by itself how it is to be read (mime.ShowsForm). ARC (RFC 8617) proves nothing here.
//
// # Cost
//
// One mail asks at most 20 questions and waits at most 10 s; after two failures it asks no more. Answers are kept for
// a minute, and those who ask the same at the same time wait for one answer.
package proof
