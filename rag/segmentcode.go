package rag

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"unsafe"

	"yinju/corpus"
	"yinju/rag/bm25"
)

// A stored segment is two blobs, numbers in them as uvarints and strings with their
// lengths before them:
//
//	articles; each article: the corpus.Article as JSON, without its text; its text
//
//	articles; each article:
//	    passages; each passage: start; end; ID; one more than its headings, or 0 if they
//	    are those of the passage before it; the headings
//	    words of the sign; the sign; 1 if it is flagged
//	the minHash of each passage
//	the words, and the grams, as bm25.Segment writes them
//
// It is named after the first.

func keyOf(articles []byte) string {
	sum := sha256.Sum256(articles)
	return hex.EncodeToString(sum[:16])
}

func appendString(data []byte, s string) []byte {
	return append(binary.AppendUvarint(data, uint64(len(s))), s...)
}

// articleHead is an article as JSON: its text is stored beside it, and its hash as one
// value, which is read much faster than 32.
type articleHead struct {
	corpus.Article
	Hash []byte
	Text *struct{} `json:",omitempty"`
}

// appendArticles writes the first blob.
func (s *segment) appendArticles(data []byte) []byte {
	data = binary.AppendUvarint(data, uint64(len(s.articles)))
	for _, a := range s.articles {
		record, err := json.Marshal(articleHead{*a, a.Hash[:], nil})
		if err != nil {
			record = nil // a date beyond the year 9999, say: it is not restored
		}
		data = appendString(data, string(record))
		data = appendString(data, a.Text)
	}
	return data
}

// appendIndex writes the second blob.
func (s *segment) appendIndex(data []byte) []byte {
	data = binary.AppendUvarint(data, uint64(len(s.articles)))
	for i := range s.articles {
		passages := s.passages[s.first[i]:s.first[i+1]]
		data = binary.AppendUvarint(data, uint64(len(passages)))
		for k, p := range passages {
			data = binary.AppendUvarint(data, uint64(p.Start))
			data = binary.AppendUvarint(data, uint64(p.End))
			data = appendString(data, p.ID)
			if k > 0 && slices.Equal(p.Heading, passages[k-1].Heading) {
				data = append(data, 0)
				continue
			}
			data = binary.AppendUvarint(data, uint64(len(p.Heading)+1))
			for _, h := range p.Heading {
				data = appendString(data, h)
			}
		}
		data = binary.AppendUvarint(data, uint64(len(s.signs[i])))
		for _, word := range s.signs[i] {
			data = binary.LittleEndian.AppendUint64(data, word)
		}
		if s.flagged[i] {
			data = append(data, 1)
		} else {
			data = append(data, 0)
		}
	}
	for _, h := range s.hashes {
		for _, slot := range h {
			data = binary.LittleEndian.AppendUint16(data, slot)
		}
	}
	return s.grams.Append(s.words.Append(data))
}

var errDamagedSegment = errors.New("the stored segment is damaged")

// decodeSegment reads what appendArticles and appendIndex wrote. Articles that could not
// be stored are nil.
func decodeSegment(articles, index []byte) (*segment, error) {
	r := readerOf(articles)
	s := newSegment(0)
	for range r.number() {
		record, text := r.string(), r.string()
		if s.articles = append(s.articles, decodeArticle(record, text)); r.damaged {
			break
		}
	}
	if r.damaged || r.data != "" {
		return nil, errDamagedSegment
	}
	r = readerOf(index)
	if r.number() != len(s.articles) {
		return nil, errDamagedSegment
	}
	for _, a := range s.articles {
		r.passages(s, a)
		s.signs, s.flagged = append(s.signs, r.sign()), append(s.flagged, r.number() != 0)
	}
	s.hashes = make([]minHash, len(s.passages))
	for i := range s.hashes {
		for k, b := 0, r.take(2*slots); k < slots && !r.damaged; k++ {
			s.hashes[i][k] = uint16(b[2*k]) | uint16(b[2*k+1])<<8
		}
	}
	if r.damaged {
		return nil, errDamagedSegment
	}
	var err error
	rest := index[len(index)-len(r.data):]
	if s.words, rest, err = bm25.Decode(rest); err != nil {
		return nil, err
	}
	if s.grams, rest, err = bm25.Decode(rest); err != nil {
		return nil, err
	}
	if len(rest) != 0 || s.words.Len() != len(s.passages) || s.grams.Len() != len(s.passages) {
		return nil, errDamagedSegment
	}
	return s, nil
}

// decodeArticle returns nil for what is no article.
func decodeArticle(record, text string) *corpus.Article {
	var head articleHead
	if json.Unmarshal([]byte(record), &head) != nil || len(head.Hash) != len(head.Article.Hash) {
		return nil
	}
	head.Article.Hash, head.Article.Text = [32]byte(head.Hash), text
	return &head.Article
}

// blobReader takes values off the front of data. After damage all are zero. What it
// returns stays part of data.
type blobReader struct {
	data    string
	damaged bool
}

// readerOf reads data without copying it, which must not change any more: a generation
// has hundreds of megabytes.
func readerOf(data []byte) blobReader {
	return blobReader{data: unsafe.String(unsafe.SliceData(data), len(data))} //nolint:gosec // see above
}

func (r *blobReader) number() int {
	n := uint64(0)
	for shift := 0; shift < 64; shift += 7 {
		if r.data == "" {
			break
		}
		b := r.data[0]
		r.data = r.data[1:]
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			if n > math.MaxInt32 {
				break
			}
			return int(n)
		}
	}
	r.data, r.damaged = "", true
	return 0
}

func (r *blobReader) take(n int) string {
	if n < 0 || n > len(r.data) {
		r.data, r.damaged = "", true
		return ""
	}
	s := r.data[:n]
	r.data = r.data[n:]
	return s
}

func (r *blobReader) string() string { return r.take(r.number()) }

// passages reads those of an article, which may be nil.
func (r *blobReader) passages(s *segment, a *corpus.Article) {
	var heading []string
	for range r.number() {
		p := corpus.Passage{Start: r.number(), End: r.number(), ID: strings.Clone(r.string())}
		if n := r.number(); n > 0 {
			heading = nil
			for range n - 1 {
				if heading = append(heading, strings.Clone(r.string())); r.damaged {
					break
				}
			}
		}
		p.Heading = heading
		if a != nil {
			if p.Start > p.End || p.End > len(a.Text) {
				r.damaged = true
				return
			}
			p.Article, p.Title, p.Text = a.ID, a.Title, a.Text[p.Start:p.End]
		}
		if s.passages = append(s.passages, p); r.damaged {
			break
		}
	}
	s.first = append(s.first, len(s.passages))
}

func (r *blobReader) sign() sign {
	n := r.number()
	data := r.take(8 * n)
	if r.damaged {
		return nil
	}
	s := make(sign, n)
	for i := range s {
		s[i] = binary.LittleEndian.Uint64([]byte(data[8*i:][:8]))
	}
	return s
}
