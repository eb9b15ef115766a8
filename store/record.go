package store

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"
	"sync"

	_ "embed"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

// Every record begins with one byte that says how the rest is to be read.
const (
	formatPlain = 0x10 // as it stands
	formatZstd  = 0x11 // one zstd frame, made without a dictionary or, by earlier releases, with dictionary 1
	formatS2    = 0x12 // CRC-32C of the record, big-endian, and one S2 block, made with dictionary 1
	formatPiece = 0x1f // continues the key before it
	formatMore  = 0x80 // flag on all others: pieces follow
)

const (
	// pieceSize lets six pieces with their keys fill a page of 4096 bytes. Whole values would leave a quarter of the
	// data pages empty (measured; as pieces of 1300 do), and a large one would have its leaf rewritten with every
	// small neighbour.
	pieceSize   = 640
	pieceSuffix = 4 // NUL and the piece's number
	maxPieces   = 1 << 24

	// compressFrom: below it a frame saves a few dozen bytes and takes as long as a larger one.
	compressFrom = 200
	// zstdFrom: making a zstd frame ready takes longer than packing a short record as S2, which below this length is a
	// tenth longer at most. A mail of 4 KiB would be half as long again, and pages cost more than packing does. Frames are
	// made without the dictionary, whose table of 256 KiB would be copied for each: it would save 5 % of such a mail.
	zstdFrom = 1 << 10
	// maxRecord bounds what decompression may allocate. The largest record is a mail of ours with the whole text of
	// the largest mail of theirs, as text and as HTML.
	maxRecord = 128 << 20
)

// dictionary 1 holds what records and mails have in common. It is part of the format: records made with it can be
// read with nothing else, so it never changes (a better one gets the next number).
//
//go:embed dictionary-1.txt
var dictionary1 []byte

const dictionaryID = 1

// encoder, decoder and short are shared by all stores, and may be used at once.
var (
	encoder = must(zstd.NewWriter(nil, zstd.WithEncoderConcurrency(2), zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithWindowSize(1<<20), zstd.WithEncoderCRC(true), zstd.WithLowerEncoderMem(true)))
	decoder = must(zstd.NewReader(nil, zstd.WithDecoderDictRaw(dictionaryID, dictionary1),
		zstd.WithDecoderConcurrency(4), zstd.WithDecoderMaxMemory(maxRecord), zstd.WithDecoderLowmem(true)))
	// Where its first match is looked for is part of the format, as the dictionary is: at its beginning.
	short = s2.MakeDict(dictionary1, nil)

	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

// s2Head is what stands before an S2 block, in bytes: such blocks have no checksum of their own.
const s2Head = 1 + crc32.Size

// must ends the program at its start: the options above are constants.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var errDamaged = errors.New("record is damaged")

func pack(b []byte) []byte {
	var z []byte
	switch {
	case len(b) < compressFrom:
	case len(b) < zstdFrom:
		z = packShort(b)
	default:
		z = encoder.EncodeAll(b, append(make([]byte, 0, len(b)/2+64), formatZstd))
	}
	if z == nil || len(z) > len(b) {
		return append(append(make([]byte, 0, 1+len(b)), formatPlain), b...)
	}
	return z
}

func packShort(b []byte) []byte {
	room := rooms.Get().(*[]byte)
	defer rooms.Put(room)
	block := short.Encode(*room, b)
	z := append(make([]byte, 0, s2Head+len(block)), formatS2)
	z = binary.BigEndian.AppendUint32(z, crc32.Checksum(b, castagnoli))
	return append(z, block...)
}

// rooms are where blocks are made, which may become longer than what is packed before they become shorter.
var rooms = sync.Pool{New: func() any {
	b := make([]byte, s2.MaxEncodedLen(zstdFrom))
	return &b
}}

func unpack(format byte, b []byte) ([]byte, error) {
	var out []byte
	var err error
	switch format &^ formatMore {
	case formatPlain:
		return append([]byte{}, b...), nil
	case formatZstd:
		out, err = decoder.DecodeAll(b, nil)
	case formatS2:
		out, err = unpackShort(b)
	default:
		err = fmt.Errorf("format %#x", format)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	return out, nil
}

func unpackShort(b []byte) ([]byte, error) {
	if len(b) < crc32.Size {
		return nil, s2.ErrCorrupt
	}
	sum, block := binary.BigEndian.Uint32(b), b[crc32.Size:]
	// Asked first: Decode makes room for what a damaged block claims to be.
	if n, err := s2.DecodedLen(block); err != nil || n >= zstdFrom {
		return nil, errors.Join(err, s2.ErrCorrupt)
	}
	out, err := short.Decode(nil, block)
	if err == nil && crc32.Checksum(out, castagnoli) != sum {
		err = s2.ErrCRC
	}
	return out, err
}

// save stores b under key, compressed where that helps and in pieces where it is long, in place of what was there.
func (tx *Tx) save(t *table, key, b []byte) {
	if tx.late != nil && t.tree == data && len(b) >= compressFrom {
		tx.saveLater(t, key, b)
		return
	}
	tx.savePacked(t, key, pack(b))
}

// savePacked stores what pack made. It keeps z, and marks in it that pieces follow; doing so twice changes nothing.
func (tx *Tx) savePacked(t *table, key, z []byte) {
	first, rest := z, []byte(nil)
	if len(z) > pieceSize {
		first, rest = z[:pieceSize:pieceSize], z[pieceSize:]
		first[0] |= formatMore
	}
	if len(rest)/(pieceSize-1) >= maxPieces {
		tx.fail("write "+t.name, fmt.Errorf("record of %d bytes is too large", len(z)))
		return
	}
	old := 0
	if v := tx.get(t, key); len(v) > 0 && v[0]&formatMore != 0 {
		old = tx.pieces(t, key)
	}
	tx.put(t, key, first)
	n := 0
	for len(rest) > 0 {
		n++
		cut := min(pieceSize-1, len(rest))
		tx.put(t, pieceKey(key, n), append([]byte{formatPiece}, rest[:cut]...))
		rest = rest[cut:]
	}
	for n++; n <= old; n++ {
		tx.del(t, pieceKey(key, n))
	}
}

// pieces counts the pieces that follow key.
func (tx *Tx) pieces(t *table, key []byte) int {
	n := 0
	for range tx.scan(t, append(key[:len(key):len(key)], 0), nil) {
		n++
	}
	return n
}

// load returns what save stored under key; the bytes are the caller's.
func (tx *Tx) load(t *table, key []byte) ([]byte, bool) {
	v := tx.get(t, key)
	if v == nil {
		return nil, false
	}
	b, err := tx.whole(t, key, v)
	if err != nil {
		tx.fail(fmt.Sprintf("read %s %x", t.name, key), err)
		return nil, false
	}
	return b, true
}

// whole joins the record that begins with v under key.
func (tx *Tx) whole(t *table, key, v []byte) ([]byte, error) {
	if len(v) == 0 {
		return nil, errDamaged
	}
	body := v[1:]
	if v[0]&formatMore != 0 {
		body = append(make([]byte, 0, 4*pieceSize), body...)
		n := 0
		for _, p := range tx.scan(t, append(key[:len(key):len(key)], 0), nil) {
			if n++; len(p) == 0 || p[0] != formatPiece {
				break
			}
			body = append(body, p[1:]...)
		}
	}
	return unpack(v[0], body)
}

// erase removes the record under key, if there is one.
func (tx *Tx) erase(t *table, key []byte) {
	v := tx.get(t, key)
	if v == nil {
		return
	}
	n := 0
	if len(v) > 0 && v[0]&formatMore != 0 {
		n = tx.pieces(t, key)
	}
	tx.del(t, key)
	for i := 1; i <= n; i++ {
		tx.del(t, pieceKey(key, i))
	}
}

func pieceKey(key []byte, n int) []byte {
	return append(key[:len(key):len(key)], 0, byte(n>>16), byte(n>>8), byte(n))
}

// records walks the records whose keys begin with prefix, oldest key first or, backwards, newest first.
func (tx *Tx) records(t *table, prefix, from []byte, backwards bool) iter.Seq2[[]byte, []byte] {
	walk := tx.scan(t, prefix, from)
	if backwards {
		walk = tx.back(t, prefix)
	}
	return func(yield func(k, b []byte) bool) {
		for k, v := range walk {
			if len(v) > 0 && v[0] == formatPiece {
				continue
			}
			b, err := tx.whole(t, k, v)
			if err != nil {
				tx.fail(fmt.Sprintf("read %s %x", t.name, k), err)
				return
			}
			if !yield(k, b) {
				return
			}
		}
	}
}

// saveJSON stores v; fields that a later release adds are simply absent in what an earlier one wrote.
func (tx *Tx) saveJSON(t *table, key []byte, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		tx.fail("write "+t.name, err)
		return
	}
	tx.save(t, key, b)
}

// loadJSON reads what saveJSON stored under key.
func loadJSON[T any](tx *Tx, t *table, key []byte) (v T, ok bool) {
	b, ok := tx.load(t, key)
	if !ok {
		return v, false
	}
	return decode[T](tx, t, key, b)
}

func decode[T any](tx *Tx, t *table, key, b []byte) (v T, ok bool) {
	if err := json.Unmarshal(b, &v); err != nil {
		tx.fail(fmt.Sprintf("read %s %x", t.name, key), fmt.Errorf("%w: %w", errDamaged, err))
		return v, false
	}
	return v, true
}

// list collects up to limit records whose keys begin with prefix.
func list[T any](tx *Tx, t *table, prefix, from []byte, backwards bool, limit int) []T {
	var out []T
	for k, b := range tx.records(t, prefix, from, backwards) {
		v, ok := decode[T](tx, t, k, b)
		if !ok || len(out) >= limit {
			break
		}
		out = append(out, v)
	}
	return out
}
