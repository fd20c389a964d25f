package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"yinju/rag/openai"
	"yinju/rag/openai/preset"
)

// presetSettings are the flags of yinju presets.
type presetSettings struct {
	JSON bool `name:"json" help:"Write JSON."`
}

// usePreset fills in what the preset knows and nothing else has set. Chat is what a
// preset is for; embeddings and reranking, which send every article to the provider,
// must be asked for.
func (s *settings) usePreset(env func(string) string) error {
	if s.Preset == "" {
		if s.PresetEmbed || s.PresetRerank {
			return fmt.Errorf("-preset-embed and -preset-rerank go with -preset; name a provider there, yinju presets lists them")
		}
		return nil
	}
	p, found := preset.Find(s.Preset)
	if !found {
		return noPreset(s.Preset)
	}
	s.preset = p
	s.Model, s.ModelURL = cmp.Or(s.Model, p.Model), cmp.Or(s.ModelURL, p.URL)
	if s.Model == "" {
		return fmt.Errorf("-preset %s needs -model too, the name of the model that is served there", p.Name)
	}
	if s.PresetEmbed {
		if s.EmbedModel, s.EmbedURL = cmp.Or(s.EmbedModel, p.Embed.Model), cmp.Or(s.EmbedURL, p.URL); s.EmbedModel == "" {
			return fmt.Errorf("-preset-embed: %s has no embedding model; %s have one, or give -embed-model and -embed-url", p.Name, presetsWith(func(p preset.Preset) bool { return p.Embed.Model != "" }))
		}
	}
	if s.PresetRerank {
		if s.RerankModel, s.RerankURL = cmp.Or(s.RerankModel, p.Rerank.Model), cmp.Or(s.RerankURL, p.Rerank.URL); s.RerankModel == "" || s.RerankURL == "" {
			return fmt.Errorf("-preset-rerank: %s has no reranking model; %s have one, or give -rerank-model and -rerank-url", p.Name, presetsWith(func(p preset.Preset) bool { return p.Rerank.Model != "" }))
		}
	}
	return s.presetKeys(env)
}

// presetKeys takes keys from the provider's usual variable, where no key of ours is set,
// and only for the provider's own servers.
func (s *settings) presetKeys(env func(string) string) error {
	usual := ""
	for _, name := range s.preset.Keys {
		usual = cmp.Or(usual, strings.TrimSpace(env(name)))
	}
	for _, server := range []struct {
		used      bool
		url, name string
		key       *string
	}{
		{true, s.ModelURL, "YINJU_MODEL_KEY", &s.modelKey},
		{s.PresetEmbed, s.EmbedURL, "YINJU_EMBED_KEY", &s.embedKey},
		{s.PresetRerank, s.RerankURL, "YINJU_RERANK_KEY", &s.rerankKey},
	} {
		if !server.used || *server.key != "" || len(s.preset.Keys) == 0 || !s.preset.Owns(server.url) {
			continue
		}
		if *server.key = usual; usual == "" {
			return fmt.Errorf("-preset %s needs a key; set %s, or %s, or %s_FILE to a file that holds it", s.preset.Name, s.preset.Keys[0], server.name, server.name)
		}
	}
	return nil
}

func noPreset(name string) error {
	if why := preset.Undocumented(name); why != "" {
		return fmt.Errorf("there is no preset %q: %s", name, why)
	}
	if near := preset.Close(name); len(near) > 0 {
		return fmt.Errorf("there is no preset %q; did you mean %s? yinju presets lists them", name, strings.Join(near, " or "))
	}
	return fmt.Errorf("there is no preset %q; yinju presets lists them, and -model with -model-url reach any other server", name)
}

func presetsWith(has func(preset.Preset) bool) string {
	var names []string
	for _, p := range preset.All {
		if has(p) {
			names = append(names, p.Name)
		}
	}
	return strings.Join(names, ", ")
}

// quirks are those of the server at an address: of the preset that was named, else of the
// provider who is known to have the address.
func (s *settings) quirks() openai.Quirks {
	if s.preset.Name != "" {
		return s.preset.Quirks
	}
	p, _ := preset.At(s.ModelURL)
	return p.Quirks
}

func (s *settings) thinking() openai.Thinking {
	if s.Thinking == "auto" {
		return openai.ThinkingAuto
	}
	return openai.Thinking(s.Thinking)
}

// checkThinking refuses a wish that no request could tell the server.
func (s *settings) checkThinking() error {
	if s.Model == "" || s.thinking() == openai.ThinkingAuto || s.quirks().Switch != openai.NoSwitch {
		return nil
	}
	if s.preset.Name != "" {
		return fmt.Errorf("-thinking %s: %s has no switch for it that we know of; leave it at auto, and choose another model by -model", s.Thinking, s.preset.Name)
	}
	return fmt.Errorf("-thinking %s: how to tell this server is not known; name its kind by -preset (vllm, ollama, …), or leave it at auto", s.Thinking)
}

// listPresets prints all presets.
func listPresets(w io.Writer, set presetSettings) error {
	if set.JSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(preset.All)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	out := &printer{w: table}
	out.printf("NAME\tKEY\tCHAT\tEMBEDDINGS\tRERANKING\tPROVIDER\n")
	for _, p := range preset.All {
		key, embed := "-", "-"
		if len(p.Keys) > 0 {
			key = p.Keys[0]
		}
		if p.Embed.Model != "" {
			embed = fmt.Sprintf("%s (%d)", p.Embed.Model, p.Embed.Dimensions)
		}
		out.printf("%s\t%s\t%s\t%s\t%s\t%s\n", p.Name, key, cmp.Or(p.Model, "(-model)"), embed, cmp.Or(p.Rerank.Model, "-"), p.Title)
	}
	if err := cmp.Or(out.err, table.Flush()); err != nil {
		return err
	}
	out = &printer{w: w}
	out.printf("\n")
	for _, p := range preset.All {
		from := "read " + p.Docs.Read
		if p.Docs.Memory {
			from = "from memory"
		}
		if p.Docs.Of != "" {
			from += ", as of " + p.Docs.Of
		}
		out.printf("%s: %s; %s (%s)\n", p.Name, p.URL, p.Docs.Name, from)
		if p.Note != "" {
			out.printf("    %s\n", p.Note)
		}
	}
	for _, u := range preset.Unknown {
		out.printf("%s: no preset. %s.\n", u.Names[0], u.Why)
	}
	return out.err
}
