package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	"yinju/corpus/segment"
	"yinju/rag"
	"yinju/rag/sqlite"
)

// shownSkipped is how many skipped files doctor names.
const shownSkipped = 20

// doctorTimeout bounds each request to a model server.
const doctorTimeout = 30 * time.Second

// diagnosis writes findings, one a line.
type diagnosis struct {
	*printer
	failed int
}

func (d *diagnosis) ok(about, sentence string, args ...any) { d.line("ok", about, sentence, args) }

func (d *diagnosis) warn(about, sentence string, args ...any) { d.line("warn", about, sentence, args) }

func (d *diagnosis) fail(about, sentence string, args ...any) {
	d.failed++
	d.line("FAIL", about, sentence, args)
}

// line keeps a finding on one line, whatever a file name holds.
func (d *diagnosis) line(level, about, sentence string, args []any) {
	d.printf("%-4s  %-10s  %s\n", level, about, oneLine(fmt.Sprintf(sentence, args...)))
}

func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || 0x80 <= r && r < 0xA0 || 0x202A <= r && r <= 0x202E || 0x2066 <= r && r <= 0x2069 {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// doctor looks at everything that a server with these settings would need, and says
// what it found. It changes no articles and no cache, and works beside a server.
func doctor(ctx context.Context, sys system, set *settings) error {
	d := &diagnosis{printer: &printer{w: sys.Stdout}}
	d.settings(set)
	d.prompt(set)
	data, err := dataFolder(set)
	if err != nil {
		return err
	}
	locked := d.dataFolder(ctx, data)
	d.space(data)
	d.listen(ctx, set.Listen, locked)
	if err := d.index(ctx, set); err != nil {
		return err
	}
	d.servers(ctx, set)
	d.worth(ctx, set, data, locked)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case d.err != nil:
		return d.err
	case d.failed > 0:
		return fmt.Errorf("%d of the above must be mended", d.failed)
	}
	return nil
}

func (d *diagnosis) settings(set *settings) {
	d.ok("version", "%s on %s/%s, %d processors.", version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	d.ok("settings", "Articles in %s, file with settings: %s.", cmp.Or(set.Articles, "the binary (the bundled samples)"), cmp.Or(set.Config, "none"))
	for _, s := range []struct{ about, name, url, key string }{
		{"model", set.Model, set.ModelURL, set.modelKey},
		{"embeddings", set.EmbedModel, set.EmbedURL, set.embedKey},
		{"reranking", set.RerankModel, set.RerankURL, set.rerankKey},
	} {
		if s.name == "" {
			continue
		}
		key := "without a key"
		if s.key != "" {
			key = "with a key"
		}
		if u, err := url.Parse(s.url); err == nil {
			s.url = u.Redacted()
		}
		d.ok("settings", "%s: %s at %s, %s.", s.about, s.name, s.url, key)
	}
}

// prompt looks at a system prompt of the operator's own; a wrong one ended the start.
func (d *diagnosis) prompt(set *settings) {
	tokens := rag.Tokens(set.system)
	switch {
	case set.Prompt == "":
	case tokens > set.Context/3:
		d.warn("prompt", "%s takes about %d of %d tokens, which leaves little for passages; shorten it, or raise -context-tokens if the model takes more.", set.Prompt, tokens, set.Context)
	default:
		d.ok("prompt", "The system prompt of %s serves; it takes about %d of %d tokens.", set.Prompt, tokens, set.Context)
	}
}

// index reads the folder and makes the lexical index anew, in memory.
func (d *diagnosis) index(ctx context.Context, set *settings) error {
	words, err := segment.New(segment.Config{UserDict: set.UserDict})
	if err != nil {
		d.fail("words", "%v.", err)
		return nil
	}
	s := &service{Articles: set.Articles, Log: slog.New(slog.DiscardHandler)}
	if set.Articles == "" {
		dir, err := os.MkdirTemp("", "yinju-doctor-")
		if err != nil {
			return fmt.Errorf("there is no place for the bundled articles: %w; free some, or name a folder by -articles", err)
		}
		defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
		if err := unpackSamples(dir); err != nil {
			return err
		}
		s.Articles = dir
	}
	x := newIndex(set, s, words, nil)
	x.Embedder, x.Fitter = nil, nil // trying it with one text is enough
	defer x.Close()
	report, err := x.Reload(ctx, true)
	if err != nil {
		d.fail("articles", "%v.", err)
		return nil
	}
	d.articles(x, report, set)
	d.phrases(report)
	d.refusal(report.Refusal, set)
	return nil
}

func (d *diagnosis) articles(x *rag.Index, report *rag.Report, set *settings) {
	p := x.Progress()
	if p.Articles == 0 {
		d.warn("articles", "The folder %s holds no articles; put .md, .txt or .html files into it.", set.Articles)
	} else {
		d.encodings(x)
	}
	for i, skipped := range report.Skipped {
		if i == shownSkipped {
			d.warn("skipped", "And %d more files; GET /reload lists them all.", len(report.Skipped)-i)
			break
		}
		d.warn("skipped", "%s: %s", skipped.Path, skipped.Reason)
	}
	for i, w := range report.Warnings {
		if i == shownSkipped {
			d.warn("articles", "And %d more warnings; GET /reload lists them all.", len(report.Warnings)-i)
			break
		}
		d.warn("articles", "%s", w)
	}
	if report.Duplicates > 0 {
		d.ok("duplicates", "%d groups of articles have the same passages; of each passage one is shown, with the articles it also stands in.", report.Duplicates)
	}
	if p.Passages > 0 {
		d.ok("index", "%d passages, read and indexed by words in %d ms.", p.Passages, report.TookMS)
	}
}

func (d *diagnosis) phrases(report *rag.Report) {
	switch {
	case report.PhrasesTested == 0:
		d.ok("phrases", "No phrase could be tested: there is no text.")
	case report.PhrasesFound == report.PhrasesTested:
		d.ok("phrases", "%d of %d runs of 2 to 20 characters, asked in quotes, bring their article.", report.PhrasesFound, report.PhrasesTested)
	default:
		d.fail("phrases", "%d of %d runs of the articles, asked in quotes, do not bring their article; please report this with the files named below.",
			report.PhrasesTested-report.PhrasesFound, report.PhrasesTested)
		for _, m := range report.PhrasesMissed {
			d.warn("phrases", "Missed in %s: %s", m.Path, m.Phrase)
		}
	}
}

// refusal tells when a question is refused.
func (d *diagnosis) refusal(c rag.Calibration, set *settings) {
	if set.RefuseBelow >= 0 {
		d.ok("refusal", "Questions are refused below %.2f, by -refuse-below; -refuse-below -1 lets the articles decide.", set.RefuseBelow)
		return
	}
	d.ok("refusal", "Questions are refused below %.2f in Chinese and %.2f in English, so that about %.3g %% of those that the articles answer are; found by %d questions (the articles' field: %.0f %% narrow).",
		c.Chinese, c.English, 100*c.Rate, c.Questions, 100*c.Narrow)
}

// worth says what the embedding model is worth on these articles, as far as that is known:
// to find it out takes all of their vectors.
func (d *diagnosis) worth(ctx context.Context, set *settings, data string, locked bool) {
	switch {
	case set.EmbedModel == "":
		return
	case set.DenseWeight >= 0:
		d.ok("embeddings", "The share of the vectors in the ranking is set to %.2g; without -dense-weight it is found by questions made out of the articles.", set.DenseWeight)
		return
	case locked:
		d.ok("embeddings", "What the vectors are worth on these articles, the running yinju shows in the last line of its page.")
		return
	}
	words, err := segment.New(segment.Config{UserDict: set.UserDict})
	if err != nil {
		return // said above
	}
	if _, err := os.Stat(data); err != nil {
		return // it is not made by looking at it
	}
	cache, err := sqlite.Open(ctx, sqlite.Options{Dir: data})
	if err != nil {
		return // said above
	}
	defer cache.Close() //nolint:errcheck // only read
	x := newIndex(set, &service{Log: slog.New(slog.DiscardHandler)}, words, cache)
	defer x.Close()
	if w := x.KeptWeighing(ctx); w != nil {
		d.ok("embeddings", "Found at the last start: %s.", strings.TrimSuffix(w.Sentence(), "."))
	} else {
		d.ok("embeddings", "What the vectors are worth on these articles is found at the first start.")
	}
}
