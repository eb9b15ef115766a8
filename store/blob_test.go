package store

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"aboveline.example/rules"
)

func TestBlobsComeBackAsTheyWere(t *testing.T) {
	dir := t.TempDir()
	db := opened(t, dir)
	noise := make([]byte, 3*InlineMax)
	rand.Read(noise)
	for name, b := range map[string][]byte{
		"empty": {}, "byte": {0}, "prose": []byte(strings.Repeat("Hej! ", 2000)), "noise": noise[:InlineMax],
		"at the limit": make([]byte, InlineMax), "above": make([]byte, InlineMax+1), "large noise": noise,
	} {
		var id rules.BlobID
		if len(b) > InlineMax {
			var err error
			if id, err = db.PutBlob(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		update(t, db, func(tx *Tx) error {
			if again := tx.PutBlob(b); id != "" && again != id {
				t.Errorf("%s: two names, %s and %s", name, id, again)
			} else {
				id = again
			}
			got, err := tx.Blob(id)
			if err != nil || !bytes.Equal(got, b) {
				t.Errorf("%s: inside: %d bytes, %v", name, len(got), err)
			}
			return nil
		})
		if sum := sha256.Sum256(b); string(id) != hex.EncodeToString(sum[:]) {
			t.Errorf("%s: name %s is not the hash", name, id)
		}
		got, err := db.Blob(t.Context(), id)
		if err != nil || !bytes.Equal(got, b) {
			t.Errorf("%s: outside: %d bytes, %v", name, len(got), err)
		}
	}
	closed(t, db)
}

func TestSameBytesAreKeptOnce(t *testing.T) {
	db := opened(t, t.TempDir())
	big := bytes.Repeat([]byte("x"), InlineMax+1)
	for range 3 {
		update(t, db, func(tx *Tx) error { tx.PutBlob([]byte("small")); return nil })
		if _, err := db.PutBlob(t.Context(), big); err != nil {
			t.Fatal(err)
		}
	}
	view(t, db, func(tx *Tx) {
		if n := tx.counter("blob"); n != 1 {
			t.Errorf("%d inline blobs, want 1", n)
		}
	})
	if s, err := db.Stats(t.Context()); err != nil || s.BlobFiles != 1 || s.BlobBytes != int64(len(big)) {
		t.Errorf("files %d, %d bytes, %v; want one of %d", s.BlobFiles, s.BlobBytes, err, len(big))
	}
}

func TestLargeBlobInsideNeedsItsFile(t *testing.T) {
	db := opened(t, t.TempDir())
	big := bytes.Repeat([]byte("x"), InlineMax+1)
	put := func(tx *Tx) error { tx.PutBlob(big); return nil }
	if err := db.Update(t.Context(), put); !errors.Is(err, ErrNotFound) {
		t.Errorf("without a file: %v, want ErrNotFound", err)
	}
	id, err := db.PutBlob(t.Context(), big)
	if err != nil {
		t.Fatal(err)
	}
	update(t, db, put)
	// A tail that a disk lost is noticed, and mended by the same bytes.
	if err := os.Truncate(db.blobPath(id), 100); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), put); !errors.Is(err, ErrNotFound) {
		t.Errorf("with half a file: %v, want ErrNotFound", err)
	}
	if _, err := db.PutBlob(t.Context(), big); err != nil {
		t.Fatal(err)
	}
	update(t, db, put)
}

func TestDamagedBlobIsNotServed(t *testing.T) {
	dir := t.TempDir()
	db := opened(t, dir)
	big, err := db.PutBlob(t.Context(), bytes.Repeat([]byte("x"), InlineMax+1))
	if err != nil {
		t.Fatal(err)
	}
	var small rules.BlobID
	update(t, db, func(tx *Tx) error {
		small = tx.PutBlob([]byte("a mail"))
		return tx.Apply(rules.Decision{Disposition: rules.Disposition{Mail: tx.NewMail(), Raw: small, Kind: rules.DisposedNew}})
	})
	f, err := os.OpenFile(db.blobPath(big), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte("y"), 1000); err != nil {
		t.Fatal(err)
	}
	f.Close()
	raw(t, db, func(tx *bolt.Tx) error {
		return tx.Bucket([]byte(data.name)).Put(blobs.key(u64(1)), append([]byte{formatPlain}, "b mail"...))
	})
	for _, id := range []rules.BlobID{big, small} {
		if b, err := db.Blob(t.Context(), id); !errors.Is(err, ErrDamaged) || b != nil {
			t.Errorf("Blob(%.6s) = %d bytes, %v; want ErrDamaged", id, len(b), err)
		}
	}
	for _, id := range []rules.BlobID{"", "../../etc/passwd", rules.BlobID(strings.Repeat("A", 64)), blobID([]byte("?"))} {
		if _, err := db.Blob(t.Context(), id); !errors.Is(err, ErrNotFound) {
			t.Errorf("Blob(%q): %v, want ErrNotFound", id, err)
		}
	}
	db.Close()
	if err := Check(dir); !errors.Is(err, ErrDamaged) {
		t.Errorf("Check: %v, want ErrDamaged", err)
	}
}

// Records survive whatever their length, also when they shrink and grow, and a failed change brings all pieces back.
func TestRecordsOfAnyLength(t *testing.T) {
	db := opened(t, t.TempDir())
	noise := make([]byte, 20*pieceSize)
	rand.Read(noise)
	sizes := []int{0, 1, pieceSize - 1, pieceSize, pieceSize + 1, 2*pieceSize - 2, 2*pieceSize - 1, 20 * pieceSize, 7, 3 * pieceSize}
	for _, size := range sizes {
		update(t, db, func(tx *Tx) error { tx.SetValue("a", noise[:size:size]); return nil })
		_ = db.Update(t.Context(), func(tx *Tx) error {
			tx.SetValue("a", noise[:5*pieceSize])
			tx.SetValue("a", nil)
			return errors.New("no")
		})
		view(t, db, func(tx *Tx) {
			if got := tx.Value("a"); !bytes.Equal(got, noise[:size]) {
				t.Errorf("%d bytes came back as %d", size, len(got))
			}
			n := 0
			for range tx.scan(values, nil, nil) {
				n++
			}
			if want := max(1, (size-1)/(pieceSize-1)+1); size > 0 && n > want+1 {
				t.Errorf("%d bytes lie in %d pieces, want about %d", size, n, want)
			}
		})
	}
	update(t, db, func(tx *Tx) error { tx.SetValue("a", nil); return nil })
	view(t, db, func(tx *Tx) {
		for k := range tx.scan(values, nil, nil) {
			t.Errorf("left behind: %x", k)
		}
	})
	closed(t, db)
}

// What is written once with the dictionary has to stay readable for as long as there are backups.
func TestDictionaryNeverChanges(t *testing.T) {
	const want = "86858e1c1a90f503da6f1fdf2889cde94276fa21074acd837bb9b496e0316192"
	if sum := sha256.Sum256(dictionary1); hex.EncodeToString(sum[:]) != want {
		t.Error("dictionary-1.txt was changed: every record made with it is lost; add a dictionary 2 instead")
	}
	for form, packed := range map[byte]string{formatZstd: packedOnce, formatS2: packedShort} {
		old, err := hex.DecodeString(packed)
		if err != nil {
			t.Fatal(err)
		}
		if old[0] != form {
			t.Errorf("form %#x, want %#x", old[0], form)
		}
		if b, err := unpack(old[0], old[1:]); err != nil || !strings.HasPrefix(string(b), `{"id":1042,"subject":"Kan inte logga in"`) {
			t.Errorf("form %#x: a record reads as %.80q, %v", form, b, err)
		}
	}
}

// TestPackedRecords: what is packed comes back at every length around the bounds between forms, and a single bit that is not
// as it was is found out.
func TestPackedRecords(t *testing.T) {
	text := bytes.Repeat([]byte(`{"id":1042,"subject":"Kan inte logga in, ärende nummer 7",`), 200)
	noise := make([]byte, zstdFrom-1)
	for i := range noise {
		noise[i] = byte(i*i>>3 ^ i*131)
	}
	for _, b := range [][]byte{nil, text[:1], text[:compressFrom-1], text[:compressFrom], text[:zstdFrom-1], text[:zstdFrom],
		text, noise[:compressFrom], noise} {
		z := pack(b)
		if got, err := unpack(z[0], z[1:]); err != nil || !bytes.Equal(got, b) {
			t.Errorf("%d bytes, form %#x: %d bytes, %v", len(b), z[0], len(got), err)
		}
		if z[0] == formatPlain {
			continue
		}
		for i := 1; i < len(z); i++ {
			z[i] ^= 4
			if got, err := unpack(z[0], z[1:]); !errors.Is(err, errDamaged) && !bytes.Equal(got, b) {
				t.Errorf("%d bytes, form %#x, byte %d changed: %d bytes, %v", len(b), z[0], i, len(got), err)
			}
			z[i] ^= 4
		}
	}
}

// A record that claims to be enormous must not be believed.
func TestHostileRecordIsRefused(t *testing.T) {
	huge := encoder.EncodeAll(make([]byte, maxRecord+1), nil)
	if b, err := unpack(formatZstd, huge); !errors.Is(err, errDamaged) {
		t.Errorf("unpack of %d bytes gave %d, %v", len(huge), len(b), err)
	}
	for _, b := range [][]byte{nil, {0}, []byte("{}"), huge[:10]} {
		if _, err := unpack(formatZstd, b); len(b) > 0 && !errors.Is(err, errDamaged) {
			t.Errorf("unpack(%q): %v", b, err)
		}
	}
	// A sum, and a block that says it is 128 MiB long.
	long := binary.AppendUvarint(make([]byte, s2Head-1), maxRecord)
	for _, b := range [][]byte{nil, {0}, make([]byte, s2Head-1), long, append(long, make([]byte, 8)...)} {
		if _, err := unpack(formatS2, b); !errors.Is(err, errDamaged) {
			t.Errorf("unpack(%x): %v", b, err)
		}
	}
}

// packedOnce is a ticket as the first release wrote it.
const packedOnce = "" + // ticket 1042
	"1128b52ffd450001d3008d0200e4014b616e20696e7465206c6f67676120696e6b6f6d6d756e305431323030301100c0" +
	"0920070c83cd88920324f06fb8511b59817c2323908941a35c40873c40504b098a695137e50f0cade5743953321084dc" +
	"f65e"

// packedShort is the same ticket as an S2 block.
const packedShort = "" +
	"129eef1f88d30309003e9905404b616e20696e7465206c6f67676120696eb1aa150054523405146b6f6d6d756e35c2ee" +
	"a5050c6e756c6cbd17090f916c15003c566a040c3054313226fc0e4a6a04362100996a00309d6a0030916a0030816a15" +
	"00101466616c73657d"
