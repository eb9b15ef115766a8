// Package outage sees an outage in what people write: several of them, at about the same time, about the same thing,
// and more of them than chance and habit explain. "A word is popular today" is not enough.
//
// # Contract
//
// A [Watch] is shown each new matter once, in the order of arrival, and answers at once. It does no I/O, reads no clock
// and draws nothing at random: the same reports in the same order give the same answers, so that a watch is rebuilt
// after a restart by showing it the reports of the last four weeks again. A report shown again gets the answer it had
// and changes nothing. An alarm is called after the report that raised it, so that it has the same name after a rebuild
// that knows less of the past. Answers of machines, bulk mail and replies on a ticket are to be kept away from it; it
// knows the plainest of them itself. One goroutine at a time.
//
// What a report's own text says, [Read] finds without a watch: anywhere, by several goroutines, ahead of time. Only
// [Watch.See], which compares it with what others wrote, has to be in turn.
//
// # Method
//
//	clean          only the person's words: no greeting, closing, card, form label or quoted letter, no sentence that this
//	               sender or house always sends or that everybody does, nor the same before or after a sentence of their
//	               own without a full stop; no subject that another chose; "thanks, it works" is no report
//	features       stems, 4-grams (Swedish and Norwegian compounds) and what a small thesaurus of three languages says the
//	               words mean, by how rare they are among people and days
//	latent         which words go together, learned from the desk's own mail: people name one fault in different words.
//	               A direction counts by how far letters reach along it, for the weak ones are the accidents of a few
//	neighbourhood  how many different PEOPLE wrote something at least this alike in the last 7.5, 15, 30, 60 and 120
//	               minutes, seen from the letter, from what it and its nearest have in common, and from its rarest words
//	               and pairs of them. Each person in reach is a radius of their own: the one that surprises most counts.
//	               The same is counted among the people of the writer's own house alone, against its part of what is
//	               expected and against what it wrote itself: what fails in one house is nothing among everybody's mail
//	expectation    the share of four weeks' letters (thinned to 6,000) within the same radius, times how many write now,
//	               told by those outside it, since an outage's own letters would make themselves expected;
//	               for words, of all letters' people. More where the last day or the last three had more, there or in the
//	               wider neighbourhoods, and not less than the habit of this hour. Each is believed as far as its letters go
//	archive        every letter of those weeks by its twelve heaviest features: what thinning leaves of a weekly habit is too
//	               little on a busy desk, so before an alarm is raised all letters of the hour are asked
//	surprise       the tail of a negative binomial, against a threshold that IS a number of false alarms a year; and
//	               none where the topic's usual burst, or its new popularity, explains all that came, which a level that
//	               has just risen does the more readily, since it may rise on
//	alarm          the letters that belong to it at once. Its reach is the likeness, in words and place, at which what
//	               it gains of the last hour's letters outweighs the ordinary ones it takes in, and never far beyond the
//	               letters it has; later letters within it join, and so do earlier ones when it has learned their words,
//	               while more is written than the topic has on any day, and after a pause of 20 minutes only what is as
//	               like it as its own letters, or what nobody writes otherwise. Nothing from long before it began.
//	               Idle for 90 minutes it closes; the same matter within ten hours takes it up again and is no new one
//	apart          letters of an alarm that two distributions of words, houses and moments explain better than one, by a
//	               Bayes factor, are of two faults: the later one gets an alarm of its own, where it surprises by itself
//	explain        the words most of its people used, rarest first; people; window; expected and observed
//
// # What counts
//
// People, not mails: whoever writes seven times is one, all who have not proved who they are together are one, and
// bounce+1@ and bounce+2@ are one. Beside the floor of people an alarm needs two houses or unrelated private persons;
// one house alone needs one person more, because somebody there may have told the others to write.
//
// Letters that are near word for word the same from houses never heard before are a campaign and set aside, once the
// desk is a week old and knows who writes to it.
//
// # Cost
//
// The recent letters are found by an inverted index, and so is the history of at most 6,000 letters, the last three days'
// less thinned than the rest. What it knows is first counted in steps of likeness, and looked at letter by letter only
// where that may surprise. The latent directions are learned a little with each report, so that none waits for the whole.
// Features are numbered by hashing, sentences and senders are bounded: memory is the same after a million reports as
// after a hundred thousand.
//
// # Where it is weak
//
// Short letters about a matter that always has much traffic; a topic on the very day it becomes popular, which looks
// like a slow outage and is raised once; two faults told in nearly the same words in the same minutes, until a dozen
// letters of each have come; one fault told in two ways that have no word in common, which may become two; faults told by
// fewer people than the floor, by design.
package outage
