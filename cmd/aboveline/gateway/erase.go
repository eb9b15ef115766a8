package gateway

import (
	"context"
	"errors"
	"time"

	"aboveline.example/store"
)

const (
	eraseRetry    = time.Minute // while somebody reads what is being removed: a backup does for as long as it runs
	erasePatience = time.Hour   // between looks when nothing was removed
)

// runEraser removes from the disk what a command removed for good. What is to be done was kept with the command, so that
// a restart goes on with it.
func (g *Gateway) runEraser(ctx context.Context) {
	for ctx.Err() == nil {
		pause := erasePatience
		err := g.db.Erase(ctx)
		switch {
		case errors.Is(err, store.ErrNotErased):
			g.log.Debug("not erased yet", "err", err)
			pause = eraseRetry
		case err != nil && ctx.Err() == nil:
			g.log.Error("what was removed is not erased yet", "err", err)
			pause = eraseRetry
		}
		sleep(ctx, pause, g.erasing, nil)
	}
}
