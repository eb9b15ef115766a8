package alarm

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	lookEvery = time.Minute
	tellFor   = 45 * time.Second // one try at one way
	// keepPolls: when mailboxes were last read is kept so often, for it changes all the time and is needed roughly.
	keepPolls = 5 * time.Minute
	// giveUp: who has not taken a word within a day will not learn from it what to do.
	giveUp   = 24 * time.Hour
	maxPause = 30 * time.Minute // between tries
)

// Way is how a word reaches the operator.
type Way interface {
	Name() string
	Tell(ctx context.Context, w Word) error
}

// ByMail is the name of the way that needs the smarthost.
const ByMail = "mail"

// Memories keeps the memory over restarts. What Load returns is nil where there is none.
type Memories interface {
	Load(ctx context.Context) ([]byte, error)
	Save(ctx context.Context, b []byte) error
}

// Options are what a watch needs.
type Options struct {
	Limits   Limits
	Ways     []Way
	Look     func(ctx context.Context) (Reading, error)
	Memories Memories
	Log      *slog.Logger // nil discards
}

// Watch looks once a minute. Its zero value is not ready; make one with New.
type Watch struct {
	o Options

	mu      sync.Mutex // guards the rest
	found   []Trouble
	looked  time.Time
	lastErr error

	kept time.Time // when the memory was last kept; only the looking goroutine's
}

// New returns a watch; nothing happens before Run.
func New(o Options) *Watch {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Watch{o: o}
}

// Run looks and tells until ctx ends.
func (w *Watch) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if err := w.round(ctx); err != nil && ctx.Err() == nil {
			w.o.Log.Error("state of the gateway not looked at", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Troubles are what the last look found, and when that was; an error says that the gateway could not be looked at.
func (w *Watch) Troubles() ([]Trouble, time.Time, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.found), w.looked, w.lastErr
}

func (w *Watch) note(found []Trouble, at time.Time, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		w.found = found
	}
	w.looked, w.lastErr = at, err
}

// round is one look and what follows from it. The memory is kept BEFORE anything is told.
func (w *Watch) round(ctx context.Context) error {
	now := time.Now()
	r, err := w.o.Look(ctx)
	var m, before Memory
	if err == nil {
		m, err = w.load(ctx)
		before = m.without()
	}
	if err != nil {
		w.note(nil, now, err)
		return err
	}
	found := w.o.Limits.Observe(r, &m, now)
	w.note(found, now, nil)
	known := len(m.Words)
	m.Step(found, w.ways(&m), now)
	for _, word := range m.Words[known:] {
		w.o.Log.Warn("alarm", "kind", word.Kind, "over", word.Over, "what", word.Subject, "since", word.Since)
	}
	if now.Sub(w.kept).Abs() >= keepPolls || !reflect.DeepEqual(before, m.without()) {
		if err := w.save(ctx, m); err != nil {
			return err
		}
		w.kept = now
	}
	if w.tell(ctx, &m, now) {
		return w.save(ctx, m)
	}
	return nil
}

// ways are those that can work now: while the smarthost fails, mail is none, unless it is all there is.
func (w *Watch) ways(m *Memory) []string {
	var all []string
	for _, way := range w.o.Ways {
		if way.Name() != ByMail || m.SmarthostSince.IsZero() {
			all = append(all, way.Name())
		}
	}
	if all == nil && len(w.o.Ways) > 0 {
		return []string{ByMail} // late is better than never
	}
	return all
}

// tell tries every way that is owed a word, and says whether anything changed.
func (w *Watch) tell(ctx context.Context, m *Memory, now time.Time) (changed bool) {
	for i := range m.Words {
		word := &m.Words[i]
		if word.Next.After(now) && word.Next.Before(now.Add(2*maxPause)) {
			continue
		}
		changed = true
		word.Owed = slices.DeleteFunc(word.Owed, func(name string) bool { return w.told(ctx, name, *word) })
		word.Tries++
		word.Next = now.Add(min(maxPause, lookEvery<<min(word.Tries-1, 10)))
	}
	m.Words = slices.DeleteFunc(m.Words, func(word Word) bool {
		late := now.Sub(word.At) > giveUp
		if late && len(word.Owed) > 0 {
			w.o.Log.Error("alarm not told", "by", strings.Join(word.Owed, " "), "what", word.Subject)
		}
		return late || len(word.Owed) == 0
	})
	return changed
}

// told says whether a way is done with the word: it took it, or it is no longer configured.
func (w *Watch) told(ctx context.Context, name string, word Word) bool {
	i := slices.IndexFunc(w.o.Ways, func(way Way) bool { return way.Name() == name })
	if i < 0 {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, tellFor)
	defer cancel()
	if err := w.o.Ways[i].Tell(ctx, word); err != nil {
		w.o.Log.Warn("alarm not told, tried again", "by", name, "what", word.Subject, "err", err)
		return false
	}
	return true
}

func (w *Watch) load(ctx context.Context) (m Memory, err error) {
	b, err := w.o.Memories.Load(ctx)
	if err != nil || b == nil {
		return m, err
	}
	if err := json.Unmarshal(b, &m); err != nil {
		// Better an alarm told twice than none ever again.
		w.o.Log.Error("memory of alarms not readable, begun anew", "err", err)
		return Memory{}, nil
	}
	return m, nil
}

func (w *Watch) save(ctx context.Context, m Memory) error {
	b, err := json.Marshal(m)
	if err == nil {
		err = w.o.Memories.Save(ctx, b)
	}
	if err != nil {
		return fmt.Errorf("keep memory of alarms: %w", err)
	}
	return nil
}
