package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"yinju/corpus/segment"
	"yinju/rag"
	"yinju/rag/openai"
	"yinju/rag/openai/preset"
)

// wrongClock is how far a server's clock may differ from ours without a word.
const wrongClock = 5 * time.Minute

// servers tries what is configured, each with a small request or two.
func (d *diagnosis) servers(ctx context.Context, set *settings) {
	s := &service{Log: slog.New(slog.DiscardHandler)}
	x := newIndex(set, s, &segment.Segmenter{}, nil)
	a := newAnswerer(set, x)
	if set.EmbedModel == "" {
		d.ok("embeddings", "The built-in vectors serve; they only fill the last places of what words find. A real embedding model also finds passages that say it in other words: yinju -embed-model bge-m3 -embed-url http://127.0.0.1:11434/v1")
	} else {
		d.embeddings(ctx, set, x.Embedder.(*openai.Embeddings))
	}
	if reranker, ok := a.Reranker.(*openai.Rerank); ok {
		d.try(ctx, "reranking", reranker.Advise, func(ctx context.Context) (string, error) {
			_, err := reranker.Rerank(ctx, "桥有多长？", rerankSample())
			return set.RerankModel + " ranked two passages", err
		})
	}
	chat, ok := a.Chat.(openai.Chat)
	if !ok {
		d.ok("model", "No chat model: answers are sentences quoted from the articles. -preset names a provider (yinju presets lists them); -model and -model-url reach any other server.")
		return
	}
	d.chat(ctx, set, chat)
}

func (d *diagnosis) embeddings(ctx context.Context, set *settings, e *openai.Embeddings) {
	var dimension, batch int
	worked := d.try(ctx, "embeddings", e.Advise, func(ctx context.Context) (said string, err error) {
		if dimension, batch, err = e.Examine(ctx); err == nil {
			_, err = e.EmbedQuery(ctx, "引据") // another dimension than the batch's would be an error
		}
		return fmt.Sprintf("%s gave vectors of %d dimensions, %d at once", set.EmbedModel, dimension, batch), err
	})
	if !worked {
		return
	}
	if batch < set.EmbedBatch {
		d.warn("embeddings", "The server does not take %d texts at once, but %d: lower -embed-batch, or each larger request costs another.", set.EmbedBatch, batch)
	}
	p := set.preset
	if p.Name == "" {
		p, _ = preset.At(set.EmbedURL)
	}
	if p.Embed.Model == set.EmbedModel && p.Embed.Dimensions != dimension && p.Embed.Dimensions > 0 {
		d.warn("embeddings", "%s is known to give %d dimensions, not %d: check that -embed-url leads to the model that you mean.", set.EmbedModel, p.Embed.Dimensions, dimension)
	}
}

func (d *diagnosis) chat(ctx context.Context, set *settings, chat openai.Chat) {
	var seen openai.Examination
	worked := d.try(ctx, "model", chat.Advise, func(ctx context.Context) (said string, err error) {
		seen, err = chat.Examine(ctx)
		said = set.Model + " answered"
		if seen.Thought {
			said = set.Model + " thought and answered"
		}
		return fmt.Sprintf("%s, with the first word after %d ms", said, seen.First.Milliseconds()), err
	})
	if worked && !seen.Streamed {
		d.warn("model", "The server does not stream: readers see nothing until an answer is whole. A proxy that collects answers does this too.")
	}
	ctx, cancel := context.WithTimeout(ctx, doctorTimeout)
	defer cancel()
	// A server without such a list says nothing wrong.
	if listing, err := chat.List(ctx); err == nil && listing.Ahead.Abs() > wrongClock {
		d.warn("clock", "This machine's clock and the server's differ by %v: set the time, or certificates and keys may be refused.", listing.Ahead.Abs().Round(time.Minute))
	}
}

// try makes a request, tells how it went, and says whether it went well.
func (d *diagnosis) try(ctx context.Context, about string, advise func(context.Context, error) string, request func(context.Context) (string, error)) bool {
	limited, cancel := context.WithTimeout(ctx, doctorTimeout)
	defer cancel()
	began := time.Now()
	said, err := request(limited)
	took := time.Since(began).Milliseconds()
	var failed *rag.ModelError
	switch {
	case err == nil:
		d.ok(about, "%s, in %d ms.", said, took)
		return true
	case errors.As(err, &failed):
		d.fail(about, "After %d ms: %s %s", took, failed.Error(), advise(ctx, err))
	case limited.Err() != nil && ctx.Err() == nil:
		d.fail(about, "No answer within %v; is the server running, and the model loaded?", doctorTimeout)
	default:
		d.fail(about, "After %d ms: %v", took, err)
	}
	return false
}
