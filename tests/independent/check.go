// An independent checker: Go's golang.org/x/mod/sumdb (the code behind the
// Go checksum database) reads our notes, checkpoints and proofs.  It shares
// no line with pósito.
//
//	check note VKEY CHECKPOINT
//	check receipt VKEY PROOF LEAF
//	check consistency VKEY OLD-CHECKPOINT NEW-CHECKPOINT HASHES
//
// PROOF is the text of c2sp.org/tlog-proof@v1, LEAF the entry's bytes,
// HASHES one base64 hash a line.  Exit 0 and "accepted", or 1 and why not.
package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fail(format string, a ...interface{}) {
	fmt.Printf("refused: "+format+"\n", a...)
	os.Exit(1)
}

func read(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		fail("%v", err)
	}
	return string(data)
}

func hash(text string) tlog.Hash {
	var h tlog.Hash
	data, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(data) != len(h) {
		fail("%q is no hash", text)
	}
	copy(h[:], data)
	return h
}

// checkpoint opens a signed note and returns the size and root it states.
func checkpoint(vkey, text string) (int64, tlog.Hash) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		fail("verifier key: %v", err)
	}
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		fail("note: %v", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		fail("not a checkpoint of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] {
		fail("size %q", lines[1])
	}
	return size, hash(lines[2])
}

func receipt(vkey, proof, leaf string) {
	head, rest, found := strings.Cut(proof, "\n\n")
	if !found {
		fail("no blank line before the checkpoint")
	}
	lines := strings.Split(head, "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		fail("not a tlog-proof")
	}
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		fail("index: %v", err)
	}
	var path tlog.RecordProof
	for _, line := range lines[1:] {
		path = append(path, hash(line))
	}
	size, root := checkpoint(vkey, rest)
	err = tlog.CheckRecord(path, size, root, index, tlog.RecordHash([]byte(leaf)))
	if err != nil {
		fail("inclusion of %d in %d: %v", index, size, err)
	}
}

func consistency(vkey, older, newer, hashes string) {
	oldSize, oldRoot := checkpoint(vkey, older)
	newSize, newRoot := checkpoint(vkey, newer)
	var path tlog.TreeProof
	for _, line := range strings.Fields(hashes) {
		path = append(path, hash(line))
	}
	if err := tlog.CheckTree(path, newSize, newRoot, oldSize, oldRoot); err != nil {
		fail("consistency of %d with %d: %v", oldSize, newSize, err)
	}
}

func main() {
	arguments := os.Args[1:]
	switch {
	case len(arguments) == 3 && arguments[0] == "note":
		checkpoint(arguments[1], read(arguments[2]))
	case len(arguments) == 4 && arguments[0] == "receipt":
		receipt(arguments[1], read(arguments[2]), read(arguments[3]))
	case len(arguments) == 5 && arguments[0] == "consistency":
		consistency(arguments[1], read(arguments[2]), read(arguments[3]),
			read(arguments[4]))
	default:
		fmt.Println("usage: see the head of check.go")
		os.Exit(2)
	}
	fmt.Println("accepted")
}
