// Package preset knows the servers that users of Yinju have: their address, the usual
// variable of their key, a model for each task, and their quirks. It is data (table.go),
// each entry with the documentation it was taken from.
package preset

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"yinju/rag/openai"
)

// Preset is what is known of a provider, or of a program that serves models.
type Preset struct {
	Name    string        `json:"name"` // ASCII, for -preset
	Title   string        `json:"title"`
	Aliases []string      `json:"aliases,omitempty"`
	URL     string        `json:"url"`             // of chat and embeddings, see openai.CheckURL
	Keys    []string      `json:"keys,omitempty"`  // environment variables; the first one set serves. None: no key is needed
	Model   string        `json:"model,omitempty"` // a chat model; empty: which one is served, its operator knows
	Embed   Embedding     `json:"embed,omitzero"`
	Rerank  Reranking     `json:"rerank,omitzero"`
	Quirks  openai.Quirks `json:"quirks,omitzero"`
	Docs    Docs          `json:"docs"`
	Note    string        `json:"note,omitempty"` // what an operator should know, a sentence
}

// Embedding is an embedding model on the preset's own address. The zero value: there is none.
type Embedding struct {
	Model      string `json:"model"`
	Dimensions int    `json:"dimensions"` // of its vectors, if not asked for others; 0: not known
	Batch      int    `json:"batch"`      // texts that one request may hold; 0: not known
}

// Reranking is a reranking model. The zero value: there is none.
type Reranking struct {
	Model string `json:"model"`
	URL   string `json:"url"`
}

// Docs is where the data was found.
type Docs struct {
	Name string `json:"name"`
	URL  string `json:"url"`
	Of   string `json:"of,omitempty"`   // year and month of the text itself, where it is older
	Read string `json:"read,omitempty"` // day of reading, in a stored copy of the text
	// Memory: written down from memory, for the documentation was out of reach.
	Memory bool `json:"memory,omitempty"`
}

// Find returns the preset of a name or an alias, in any case.
func Find(name string) (Preset, bool) {
	wanted := plain(name)
	for _, p := range All {
		if slices.ContainsFunc(p.names(), func(n string) bool { return plain(n) == wanted }) {
			return p, true
		}
	}
	return Preset{}, false
}

// At returns the preset of a hosted provider by the address of a server: quirks are a
// server's, however it was configured. Programs on this machine are told by no address.
func At(address string) (Preset, bool) {
	host := hostOf(address)
	for _, p := range All {
		if len(p.Keys) > 0 && host != "" && hostOf(p.URL) == host && strings.HasPrefix(pathOf(address), pathOf(p.URL)) {
			return p, true
		}
	}
	return Preset{}, false
}

// Owns tells whether an address lies on the preset's own servers, which may see its key.
func (p Preset) Owns(address string) bool {
	host := hostOf(address)
	return host != "" && (host == hostOf(p.URL) || host == hostOf(p.Rerank.URL)) && strings.HasPrefix(strings.TrimSpace(address), "https:")
}

// Close returns names of presets that a misspelt one may have meant, best first, at
// most three.
func Close(name string) []string {
	wanted := plain(name)
	type near struct {
		name     string
		distance int
	}
	var found []near
	for _, p := range All {
		best := near{p.Name, 99}
		for _, n := range p.names() {
			d := openai.Distance(wanted, plain(n))
			if len(wanted) > 2 && (strings.Contains(plain(n), wanted) || strings.Contains(wanted, plain(n))) {
				d = min(d, 1)
			}
			best.distance = min(best.distance, d)
		}
		if best.distance <= max(1, len([]rune(wanted))/3) {
			found = append(found, best)
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return cmp.Compare(a.distance, b.distance) })
	var names []string
	for _, n := range found[:min(3, len(found))] {
		names = append(names, n.name)
	}
	return names
}

func (p Preset) names() []string { return append([]string{p.Name, p.Title}, p.Aliases...) }

// plain makes names comparable: without case, spaces and dashes.
func plain(name string) string {
	return strings.NewReplacer(" ", "", "-", "", "_", "", ".", "").Replace(strings.ToLower(strings.TrimSpace(name)))
}

func hostOf(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

func pathOf(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return ""
	}
	return strings.TrimRight(u.Path, "/")
}
