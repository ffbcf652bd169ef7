// An independent reader of a C2SP log directory, on golang.org/x/mod/sumdb alone.
//
//	c2sp verify DIR   exit 0 when the log holds
//	c2sp flip DIR     changes each byte of each file in memory; exit 0 when every change is found
//	c2sp proofs       reads proofs as JSON from standard input; exit 0 when all hold
package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const width = 256

func name(level string, n, w int64) string {
	digits := fmt.Sprintf("%03d", n%1000)
	for n /= 1000; n > 0; n /= 1000 {
		digits = fmt.Sprintf("x%03d/%s", n%1000, digits)
	}
	path := "tile/" + level + "/" + digits
	if w < width {
		path += fmt.Sprintf(".p/%d", w)
	}
	return path
}

func verify(files map[string][]byte) error {
	line := string(files["vkey"])
	if strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "\n") {
		return errors.New("vkey is not one line")
	}
	verifier, err := note.NewVerifier(strings.TrimSuffix(line, "\n"))
	if err != nil {
		return err
	}
	opened, err := note.Open(files["checkpoint"], note.VerifierList(verifier))
	if err != nil {
		return err
	}
	if len(opened.UnverifiedSigs) != 0 {
		return errors.New("a signature of somebody unknown")
	}
	// x/mod reads hexadecimal in either case and ignores base64's spare bits; this reader does not
	if parts := strings.SplitN(line, "+", 3); parts[1] != fmt.Sprintf("%08x", verifier.KeyHash()) {
		return errors.New("vkey is not canonical")
	}
	for _, sig := range opened.Sigs {
		blob, err := base64.StdEncoding.Strict().DecodeString(sig.Base64)
		if err != nil || base64.StdEncoding.EncodeToString(blob) != sig.Base64 {
			return errors.New("the signature is not canonical")
		}
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return errors.New("malformed checkpoint")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return errors.New("malformed root")
	}
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(at))
		for i, x := range at {
			out[i] = stored[x]
		}
		return out, nil
	})
	expected := map[string]bool{"vkey": true, "checkpoint": true}
	var row []tlog.Hash
	for first := int64(0); first < size; first += width {
		w := size - first
		if w > width {
			w = width
		}
		path := name("entries", first/width, w)
		expected[path] = true
		rest, ok := files[path]
		if !ok {
			return fmt.Errorf("%s is missing", path)
		}
		for i := int64(0); i < w; i++ {
			if len(rest) < 2 || len(rest) < 2+int(binary.BigEndian.Uint16(rest)) {
				return fmt.Errorf("%s is cut", path)
			}
			n := 2 + int(binary.BigEndian.Uint16(rest))
			hash := tlog.RecordHash(rest[2:n])
			rest = rest[n:]
			row = append(row, hash)
			more, err := tlog.StoredHashesForRecordHash(first+i, hash, reader)
			if err != nil {
				return err
			}
			stored = append(stored, more...)
		}
		if len(rest) != 0 {
			return fmt.Errorf("%s is too long", path)
		}
	}
	head, err := tlog.TreeHash(size, reader)
	if err != nil {
		return err
	}
	if string(head[:]) != string(root) {
		return errors.New("the entries are not the tree that is signed")
	}
	for level := 0; len(row) > 0; level++ {
		var above []tlog.Hash
		for first := 0; first < len(row); first += width {
			part := row[first:]
			if len(part) > width {
				part = part[:width]
			}
			path := name(strconv.Itoa(level), int64(first/width), int64(len(part)))
			expected[path] = true
			var want []byte
			for _, hash := range part {
				want = append(want, hash[:]...)
			}
			if string(files[path]) != string(want) {
				return fmt.Errorf("%s does not hold", path)
			}
			if len(part) == width {
				nodes := append([]tlog.Hash(nil), part...)
				for len(nodes) > 1 {
					for i := 0; i < len(nodes)/2; i++ {
						nodes[i] = tlog.NodeHash(nodes[2*i], nodes[2*i+1])
					}
					nodes = nodes[:len(nodes)/2]
				}
				above = append(above, nodes[0])
			}
		}
		row = above
	}
	for path := range files {
		if !expected[path] {
			return fmt.Errorf("%s belongs to no log of this size", path)
		}
	}
	return nil
}

func load(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		inside, _ := filepath.Rel(dir, path)
		if inside != "vkey" && inside != "checkpoint" && !strings.HasPrefix(inside, "tile/") {
			return nil // the writer's own: its lock and its write-ahead file
		}
		files[inside], err = os.ReadFile(path)
		return err
	})
	return files, err
}

type proof struct {
	Kind             string
	Old, New         int64
	OldHash, NewHash tlog.Hash
	Path             []tlog.Hash
}

func proofs() error {
	var all []proof
	if err := json.NewDecoder(os.Stdin).Decode(&all); err != nil {
		return err
	}
	for _, p := range all {
		var err error
		if p.Kind == "record" {
			err = tlog.CheckRecord(p.Path, p.New, p.NewHash, p.Old, p.OldHash)
		} else {
			err = tlog.CheckTree(p.Path, p.New, p.NewHash, p.Old, p.OldHash)
		}
		if err != nil {
			return fmt.Errorf("%s %d in %d: %w", p.Kind, p.Old, p.New, err)
		}
	}
	fmt.Println(len(all), "proofs hold")
	return nil
}

func flip(files map[string][]byte) error {
	changes := 0
	for path, content := range files {
		for i := range content {
			content[i] ^= 1 << (uint(i) % 8)
			if verify(files) == nil {
				return fmt.Errorf("%s: byte %d changed and nobody noticed", path, i)
			}
			content[i] ^= 1 << (uint(i) % 8)
			changes++
		}
	}
	fmt.Println(changes, "changes found")
	return nil
}

func run() error {
	if len(os.Args) == 2 && os.Args[1] == "proofs" {
		return proofs()
	}
	if len(os.Args) != 3 {
		return errors.New("usage: c2sp verify|flip DIR, or c2sp proofs")
	}
	files, err := load(os.Args[2])
	if err != nil {
		return err
	}
	if err := verify(files); err != nil {
		return err
	}
	if os.Args[1] == "flip" {
		return flip(files)
	}
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
