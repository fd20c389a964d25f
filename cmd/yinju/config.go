package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alecthomas/kong"

	"yinju/corpus"
	"yinju/corpus/table"
	"yinju/rag"
	"yinju/rag/openai"
	"yinju/rag/openai/preset"
)

// settings are all settings. Each is a flag, an environment variable (YINJU_ and the
// flag in capitals, - as _) and a line of the file given by -config, in that order
// of precedence. Tests hold the README's table equal to them.
type settings struct {
	Config   string `help:"File with settings, one a line: name = value." placeholder:"FILE" group:"General"`
	LogLevel string `help:"What is logged: debug, info, warn or error." default:"info" enum:"debug,info,warn,error" group:"General"`

	Articles     string        `help:"Folder with the articles (.md, .txt, .html, .pdf, .docx, .epub, .csv, .json, .jsonl, or .zip of these). Default: the bundled samples." placeholder:"DIR" group:"Articles"`
	Data         string        `help:"Folder for the cache. Default: a folder of its own in your cache folder." placeholder:"DIR" group:"Articles"`
	Watch        bool          `help:"Notice changes in the folder by itself." default:"true" negatable:"" group:"Articles"`
	UserDict     string        `help:"Own words for Jieba, one a line: word [frequency] [tag]." placeholder:"FILE" group:"Articles"`
	MaxFileSize  byteSize      `help:"Larger files are skipped." default:"64MiB" group:"Articles"`
	MaxFiles     int           `help:"More files than this are left out." default:"200000" group:"Articles"`
	UnpackedSize byteSize      `help:"What is unpacked of one file (.zip, .docx, .epub) at most, archives in it included." default:"256MiB" group:"Articles"`
	FileTimeout  time.Duration `help:"How long reading one file may take; then it is skipped." default:"3m" group:"Articles"`
	PDFPages     int           `name:"pdf-pages" help:"Pages read of a PDF; those behind them are left out." default:"2000" group:"Articles"`
	Fields       []string      `help:"Columns of tables (.csv, .json, ...) that hold the text, title, source, author, date, url, tags and id of an article: text=正文,date=meta.date. Default: found by their names." placeholder:"FIELD=COLUMN,..." group:"Articles"`
	PathRule     []string      `help:"What the paths of articles say of them: {source}/{year}/{month}/{title}. There are {source}, {author}, {title}, {tag}, {year}, {month}, {day}, {date}, {*} and {**}; the first rule that fits counts. Dates as in 2023/09/08/x.md, 2023-09-08-x.md or 20230908_x.txt are found without one." placeholder:"RULE,..." group:"Articles"`
	Undecodable  string        `help:"What becomes of files that can't be decoded whole: skip (with the reason) or replace (what is broken by U+FFFD, with a warning; lines in another encoding are read in theirs)." default:"skip" enum:"skip,replace" group:"Articles"`
	Generations  int           `help:"Generations that yinju rollback can choose from, the one that serves among them, and reports that are kept." default:"3" group:"Articles"`
	Gate         string        `help:"File of golden questions, one a line: {\"question\": \"…\", \"articles\": [\"a.md\"]}. What is in the folder serves only if those that were answered before still are." placeholder:"FILE" group:"Articles"`
	PassageSize  int           `help:"Characters of a passage, about." default:"300" group:"Articles"`
	PassageShare int           `help:"Characters that neighbouring passages share, about." default:"60" group:"Articles"`

	AllowWrites bool          `help:"Let those who have the token put files into the folder and take them out, by the page and the API. The token goes into YINJU_WRITE_TOKEN or the file named by YINJU_WRITE_TOKEN_FILE." group:"Server"`
	MaxUpload   byteSize      `help:"Larger uploads are refused." default:"256MiB" group:"Server"`
	Listen      string        `help:"Address to listen on." default:"127.0.0.1:8080" group:"Server"`
	Hosts       []string      `help:"Names under which readers reach the server, besides localhost and IP addresses." placeholder:"NAME,..." group:"Server"`
	MaxBody     byteSize      `help:"Larger request bodies are refused." default:"256KiB" group:"Server"`
	MaxQuestion int           `help:"Characters of a question." default:"2000" group:"Server"`
	MaxAsks     int           `help:"Questions answered at the same time; more are told to come back." default:"64" group:"Server"`
	StopTimeout time.Duration `help:"How long answers under way may take when the server stops." default:"20s" group:"Server"`

	Preset       string        `help:"Provider of the chat model by name: deepseek, 通义, ollama, … (yinju presets lists them). It stands for -model, -model-url and the provider's own variable for the key; what you set yourself wins." placeholder:"NAME" group:"Chat model"`
	PresetEmbed  bool          `help:"The preset's embedding model too. It reads all articles, which go to the provider." group:"Embeddings"`
	PresetRerank bool          `help:"The preset's reranking model too. It reads the passages found." group:"Reranking"`
	Model        string        `help:"Name of the chat model. Without one, answers are sentences quoted from the articles." placeholder:"NAME" group:"Chat model"`
	ModelURL     string        `help:"Address of an OpenAI-compatible server, with its version path: https://api.deepseek.com/v1. The key goes into YINJU_MODEL_KEY or the file named by YINJU_MODEL_KEY_FILE." placeholder:"URL" group:"Chat model"`
	ModelTimeout time.Duration `help:"How long a whole answer may take." default:"5m" group:"Chat model"`
	IdleTimeout  time.Duration `help:"How long the model may be silent within an answer." default:"30s" group:"Chat model"`
	FirstTimeout time.Duration `help:"How long the model may take until its first word." default:"60s" group:"Chat model"`
	Temperature  float64       `help:"Sampling temperature. Negative: the server's own." default:"-1" group:"Chat model"`
	Thinking     string        `help:"Whether a reasoning model thinks before it answers: auto (as the server likes), on or off. Off is faster." default:"auto" enum:"auto,on,off" group:"Chat model"`
	MaxTokens    int           `help:"Longest answer in the model's tokens. 0: the server's own limit." default:"0" group:"Chat model"`
	Unsupported  string        `help:"What becomes of a model's sentences that the cited passages do not support: mark or drop." default:"mark" enum:"mark,drop" group:"Chat model"`
	Judge        string        `help:"Who else checks each sentence against its passages, for what words alone do not show: none, model (the chat model) or rerank (the reranking model)." default:"none" enum:"none,model,rerank" group:"Chat model"`
	JudgeTimeout time.Duration `help:"How long judging may take; then the check by words stands." default:"10s" group:"Chat model"`
	PromptChars  int           `help:"Characters of passages and history shown to the model." default:"12000" group:"Chat model"`
	Context      int           `name:"context-tokens" help:"Tokens that the model takes, its answer included; passages and history are cut to what system prompt and answer leave." default:"16384" group:"Chat model"`
	Prompt       string        `help:"File with a system prompt in place of the built-in one. {{no_answer}} must be in it: the sentence by which the model says that there is no answer; {{language}} and {{today}} may." placeholder:"FILE" group:"Chat model"`

	EmbedModel    string `help:"Name of the embedding model. Without one, the built-in one serves, made from the articles." placeholder:"NAME" group:"Embeddings"`
	EmbedURL      string `help:"Address of an OpenAI-compatible server. The key goes into YINJU_EMBED_KEY or the file named by YINJU_EMBED_KEY_FILE." placeholder:"URL" group:"Embeddings"`
	EmbedBatch    int    `help:"Passages in one request." default:"10" group:"Embeddings"`
	EmbedChars    int    `help:"Characters in one request; a longer passage goes alone." default:"16000" group:"Embeddings"`
	EmbedParallel int    `help:"Requests for passages at the same time." default:"4" group:"Embeddings"`

	RerankModel   string        `help:"Name of the reranking model. Without one, passages stand in the order in which they were found." placeholder:"NAME" group:"Reranking"`
	RerankURL     string        `help:"Address of a server with a /rerank, in the manner of Jina and Cohere or of Hugging Face's TEI. The key goes into YINJU_RERANK_KEY or the file named by YINJU_RERANK_KEY_FILE." placeholder:"URL" group:"Reranking"`
	RerankTimeout time.Duration `help:"How long reranking may take; then the order in which the passages were found serves." default:"3s" group:"Reranking"`
	RerankPool    int           `help:"Passages that the reranker chooses from." default:"30" group:"Reranking"`

	K           int     `help:"Passages an answer is made from." default:"8" group:"Search"`
	Fusion      string  `help:"How the rankings are fused: minmax or rrf." default:"minmax" enum:"minmax,rrf" group:"Search"`
	DenseWeight float64 `help:"Share of the dense ranking in the fused score, 0 to 1. At 0 it only fills the last places. -1: 0 for the built-in vectors; for a model, found by questions made out of the articles." default:"-1" group:"Search"`
	DenseFill   float64 `help:"Share of the places that the dense ranking fills when its weight is 0, 0 to 1." default:"0.2" group:"Search"`
	Diversity   float64 `help:"What a passage loses that all but repeats a better one, as a share of the best score, 0 to 1." default:"0.02" group:"Search"`
	Rewrite     string  `help:"Follow-up questions are made self-contained: auto (by the chat model, if there is one), rules (without it) or off." default:"auto" enum:"auto,rules,off" group:"Search"`

	RefuseBelow   float64 `help:"Questions are refused that the best passages answer less surely than this, 0 to 1. Default: what -false-refusals comes to with these articles." default:"-1" group:"Search"`
	FalseRefusals float64 `help:"Share of the questions that the articles do answer and that may be refused all the same, 0 to 0.5. The smaller, the less is refused of what they don't answer." default:"0.05" group:"Search"`

	modelKey, embedKey, rerankKey string
	writeToken                    string
	fields                        table.Fields // what Fields says
	paths                         []corpus.PathRule
	preset                        preset.Preset // the zero one unless named by -preset
	question                      string
	system                        string // what the file of -prompt holds
	eval                          evalSettings
	presets                       presetSettings
	rollback                      rollbackSettings
	export                        exportSettings
}

// commands is the command line. Settings may stand before or behind a command.
type commands struct {
	settings

	Serve struct{} `cmd:"" default:"1" help:"Serve the chat page and the API (the default)."`
	Ask   struct {
		Question []string `arg:"" help:"The question."`
	} `cmd:"" help:"Answer one question on the terminal."`
	Eval     evalSettings     `cmd:"" help:"Measure retrieval and answers on questions with known answers."`
	Doctor   struct{}         `cmd:"" help:"Look at settings, folder, cache and model servers, and say what is wrong."`
	Verify   struct{}         `cmd:"" help:"Check the cache entry by entry, and whether it agrees with the folder. Changes nothing."`
	Export   exportSettings   `cmd:"" help:"Write the passages and their vectors to files that other programs read."`
	Presets  presetSettings   `cmd:"" help:"List the providers that -preset knows."`
	Rollback rollbackSettings `cmd:"" help:"Let the running server serve an earlier generation, until it is told to reload."`
	Version  struct{}         `cmd:"" help:"Print the version."`
}

// errHelped ends a run that only had to print its help.
var errHelped = errors.New("help was shown")

const about = `Yinju 引据 answers questions about a folder of articles and cites the sentences it rests on.

  yinju                          the bundled articles, at http://localhost:8080
  yinju -articles DIR            your own
  yinju ask "…" -articles DIR    one answer on the terminal
  yinju -preset deepseek         a model writes the answers; yinju presets lists more
  yinju doctor -articles DIR     is everything as it should be?

Every setting is also an environment variable (-model-url: YINJU_MODEL_URL) and a line of the file given by -config (model-url = …).`

// parse reads the command line, the environment and the configuration file.
func parse(sys system) (command string, s *settings, err error) {
	var c commands
	helped := false
	k, err := kong.New(&c, kong.Name("yinju"), kong.Description(about),
		kong.Writers(sys.Stdout, sys.Stderr),
		kong.Exit(func(int) { helped = true; panic(errHelped) }),
		kong.ConfigureHelp(kong.HelpOptions{WrapUpperBound: 100}),
		kong.Resolvers(&sources{env: sys.Env}))
	if err != nil {
		return "", nil, err
	}
	defer func() {
		if r := recover(); r != nil {
			if !helped {
				panic(r)
			}
			command, s, err = "", nil, errHelped
		}
	}()
	if err := noKeys(sys.Args); err != nil {
		return "", nil, err
	}
	parsed, err := k.Parse(withTwoDashes(sys.Args))
	var file *configError
	if errors.As(err, &file) {
		return "", nil, file // without the flag that Kong was about to resolve
	}
	if err != nil {
		return "", nil, fmt.Errorf("%w; yinju -h lists the settings", err)
	}
	s = &c.settings
	s.question = strings.Join(c.Ask.Question, " ")
	s.eval, s.presets, s.export, s.rollback = c.Eval, c.Presets, c.Export, c.Rollback
	command, _, _ = strings.Cut(parsed.Command(), " ")
	if command == "version" || command == "presets" {
		return command, s, nil
	}
	if err := cmp.Or(s.readKeys(sys.Env), s.usePreset(sys.Env)); err != nil {
		return "", nil, err
	}
	return command, s, s.check()
}

// oneDash is a flag as Go programs write them, negative a value that Kong would take
// for one.
var (
	oneDash  = regexp.MustCompile(`^-[a-z][a-z-]*(=|$)`)
	negative = regexp.MustCompile(`^-[0-9.]`)
)

// isKey tells the names of keys, which are no flags and no lines of a file.
func isKey(name string) bool {
	return name == "model-key" || name == "embed-key" || name == "rerank-key" || name == "write-token"
}

// noKeys refuses keys on the command line, which every user of the machine can read.
func noKeys(args []string) error {
	for _, a := range args {
		name, _, _ := strings.Cut(strings.TrimLeft(a, "-"), "=")
		if strings.HasPrefix(a, "-") && isKey(name) {
			return fmt.Errorf("-%s is no flag: others could read it; set %s, or %s_FILE to a file that holds the key", name, envName(name), envName(name))
		}
	}
	return nil
}

// withTwoDashes lets flags be written with one dash or two, and their values be
// negative.
func withTwoDashes(args []string) []string {
	var out []string
	for i, a := range args {
		if a == "--" {
			return append(out, args[i:]...)
		}
		if oneDash.MatchString(a) && a != "-h" {
			a = "-" + a
		}
		if last := len(out) - 1; last >= 0 && negative.MatchString(a) && strings.HasPrefix(out[last], "--") && !strings.Contains(out[last], "=") {
			out[last] += "=" + a
			continue
		}
		out = append(out, a)
	}
	return out
}

// sources finds a flag's value in the environment, then in the configuration file.
type sources struct {
	env  func(string) string
	file map[string]string
	read bool
}

// Validate implements kong.Resolver.
func (*sources) Validate(*kong.Application) error { return nil }

// Resolve implements kong.Resolver.
func (s *sources) Resolve(ctx *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if flag.Name == "help" {
		return nil, nil //nolint:nilnil // kong's way to say that there is no value
	}
	if v := s.env(envName(flag.Name)); v != "" {
		return v, nil
	}
	if !s.read {
		s.read = true
		if err := s.readFile(ctx); err != nil {
			return nil, &configError{err}
		}
	}
	if v, found := s.file[flag.Name]; found && flag.Name != "config" {
		return v, nil
	}
	return nil, nil //nolint:nilnil // as above
}

// configError is what is wrong with the configuration file.
type configError struct{ error }

func envName(flag string) string {
	return "YINJU_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// readFile reads the file named by the -config flag or by YINJU_CONFIG.
func (s *sources) readFile(ctx *kong.Context) error {
	path := s.env("YINJU_CONFIG")
	for _, p := range ctx.Path {
		if p.Flag != nil && p.Flag.Name == "config" {
			path = ctx.FlagValue(p.Flag).(string)
		}
	}
	if path == "" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("the configuration file can't be read: %w", err)
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	known := make(map[string]bool)
	for _, flag := range ctx.Model.Flags {
		known[flag.Name] = true
	}
	s.file, err = parseConfig(f, path, known)
	return err
}

// parseConfig reads lines of the form name = value, with # for comments.
func parseConfig(r io.Reader, path string, known map[string]bool) (map[string]string, error) {
	values := make(map[string]string)
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, found := strings.Cut(line, "=")
		name = strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(strings.TrimSpace(name), "YINJU_")), "_", "-")
		value = strings.Trim(strings.TrimSpace(value), `"`)
		switch {
		case !found:
			return nil, fmt.Errorf("%s, line %d: write it as name = value", path, n)
		case isKey(name):
			return nil, fmt.Errorf("%s, line %d: keys don't go into this file; set %s or %s_FILE", path, n, envName(name), envName(name))
		case !known[name] || name == "help" || name == "config":
			return nil, fmt.Errorf("%s, line %d: there is no setting %q; yinju -h lists them", path, n, name)
		}
		values[name] = value
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return values, nil
}

// readKeys takes the keys from the environment or from the files named there: a
// command line can be read by every user of the machine.
func (s *settings) readKeys(env func(string) string) error {
	for name, key := range map[string]*string{"YINJU_MODEL_KEY": &s.modelKey, "YINJU_EMBED_KEY": &s.embedKey, "YINJU_RERANK_KEY": &s.rerankKey, "YINJU_WRITE_TOKEN": &s.writeToken} {
		*key = strings.TrimSpace(env(name))
		path := env(name + "_FILE")
		if path == "" {
			continue
		}
		if *key != "" {
			return fmt.Errorf("both %s and %s_FILE are set; keep one", name, name)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("%s_FILE can't be read: %w", name, err)
		}
		if *key = strings.TrimSpace(string(data)); *key == "" {
			return fmt.Errorf("the file that %s_FILE names is empty; write the key into it", name)
		}
	}
	return nil
}

// check refuses what cannot work, in words that say what to write instead.
func (s *settings) check() error {
	return cmp.Or(
		s.checkArticles(), s.readFields(), s.checkListen(), s.checkQuestion(),
		checkServer("model", "model", s.Model, s.ModelURL), checkServer("embed-model", "embed", s.EmbedModel, s.EmbedURL),
		checkServer("rerank-model", "rerank", s.RerankModel, s.RerankURL), s.checkThinking(), within("rerank-pool", float64(s.RerankPool), 1, 1000),
		positive("rerank-timeout", s.RerankTimeout), positive("judge-timeout", s.JudgeTimeout), s.checkJudge(),
		within("max-files", float64(s.MaxFiles), 1, 10_000_000), within("file-timeout", s.FileTimeout.Seconds(), 0.001, 86400), within("pdf-pages", float64(s.PDFPages), 1, 1_000_000), within("k", float64(s.K), 1, 50),
		within("passage-size", float64(s.PassageSize), 50, 5000),
		within("passage-share", float64(s.PassageShare), 0, float64(s.PassageSize)/2),
		within("max-question", float64(s.MaxQuestion), 1, 100_000), within("max-asks", float64(s.MaxAsks), 1, 100_000),
		within("max-tokens", float64(s.MaxTokens), 0, 10_000_000), within("prompt-chars", float64(s.PromptChars), 500, 10_000_000),
		within("context-tokens", float64(s.Context), 2048, 10_000_000), s.readPrompt(),
		within("embed-batch", float64(s.EmbedBatch), 1, 2048), within("embed-chars", float64(s.EmbedChars), 100, 10_000_000),
		within("embed-parallel", float64(s.EmbedParallel), 1, 64), within("generations", float64(s.Generations), 1, 100), s.checkGate(), within("dense-fill", s.DenseFill, 0, 1),
		within("diversity", s.Diversity, 0, 1), within("false-refusals", s.FalseRefusals, 0, 0.5),
		within("refuse-below", s.RefuseBelow, -1, 1), within("temperature", s.Temperature, -1, 2),
		within("dense-weight", s.DenseWeight, -1, 1),
		positive("model-timeout", s.ModelTimeout), positive("idle-timeout", s.IdleTimeout),
		positive("first-timeout", s.FirstTimeout), positive("stop-timeout", s.StopTimeout),
	)
}

// readPrompt reads the system prompt, if there is one of the operator's own.
func (s *settings) readPrompt() error {
	if s.Prompt == "" {
		return nil
	}
	data, err := os.ReadFile(s.Prompt)
	if err != nil {
		return fmt.Errorf("the file of -prompt can't be read: %w", err)
	}
	s.system = strings.TrimPrefix(string(data), "\ufeff")
	if err := rag.CheckPrompt(s.system); err != nil {
		return fmt.Errorf("the system prompt in %s (-prompt): %w", s.Prompt, err)
	}
	return nil
}

func (s *settings) readFields() (err error) {
	if s.fields, err = table.ParseFields(s.Fields); err != nil {
		return fmt.Errorf("-fields: %w", err)
	}
	for _, text := range s.PathRule {
		rule, err := corpus.ParsePathRule(text)
		if err != nil {
			return fmt.Errorf("-path-rule: %w", err)
		}
		s.paths = append(s.paths, rule)
	}
	return nil
}

// decoder is how files of text become UTF-8.
func (s *settings) decoder() corpus.Decoder {
	return corpus.Decoder{Replace: s.Undecodable == "replace"}
}

// reading names the settings by which the same files are read otherwise.
func (s *settings) reading() string {
	return strings.Join([]string{s.fields.String(), strings.Join(s.PathRule, ","), s.Undecodable, fmt.Sprint(s.MaxFileSize, s.UnpackedSize)}, " ")
}

func (s *settings) checkArticles() error {
	if s.Articles == "" {
		return nil
	}
	info, err := os.Stat(s.Articles)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("the folder %q does not exist; make it, or give another one by -articles", s.Articles)
	case err != nil:
		return fmt.Errorf("the folder of -articles can't be read: %w", err)
	case !info.IsDir():
		return fmt.Errorf("%q is a file; give the folder it is in by -articles", s.Articles)
	}
	return s.checkData()
}

// checkData keeps the cache out of the folder of articles: writing it would look like
// a change of the articles.
func (s *settings) checkData() error {
	if s.Data == "" {
		return nil
	}
	articles, err := filepath.Abs(s.Articles)
	if err != nil {
		return err
	}
	data, err := filepath.Abs(s.Data)
	if err != nil {
		return err
	}
	inside, err := filepath.Rel(articles, data)
	if err != nil || inside == ".." || strings.HasPrefix(inside, ".."+string(filepath.Separator)) {
		return nil //nolint:nilerr // folders on different volumes have no relation
	}
	if inside != "." && strings.HasPrefix(inside, ".") {
		return nil // hidden from the loader and the watcher
	}
	return fmt.Errorf("-data %q lies inside the folder of articles; choose another place, or let its name begin with a dot", s.Data)
}

func (s *settings) checkQuestion() error {
	if n := utf8.RuneCountInString(s.question); n > s.MaxQuestion {
		return fmt.Errorf("the question has %d characters; ask in %d, or raise -max-question", n, s.MaxQuestion)
	}
	return nil
}

func (s *settings) checkJudge() error {
	switch {
	case s.Judge == "model" && s.Model == "":
		return errors.New("-judge model needs a chat model; give one by -model and -model-url")
	case s.Judge == "rerank" && s.RerankModel == "":
		return errors.New("-judge rerank needs a reranking model; give one by -rerank-model and -rerank-url")
	}
	return nil
}

func (s *settings) checkListen() error {
	_, port, err := net.SplitHostPort(s.Listen)
	if err != nil || port == "" {
		return fmt.Errorf("-listen %q is no address; write host:port, as in 127.0.0.1:8080", s.Listen)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("-listen %q: %q is no port; write a number from 0 to 65535", s.Listen, port)
	}
	return nil
}

// checkServer takes the names of the flags, the second without -url.
func checkServer(name, what, model, url string) error {
	switch {
	case model == "" && url == "":
		return nil
	case url == "":
		return fmt.Errorf("-%s needs -%s-url, the address of the server that has it: http://127.0.0.1:11434/v1, say", name, what)
	case model == "":
		return fmt.Errorf("-%s-url needs the name of the model too; give it by -%s", what, name)
	}
	if err := openai.CheckURL(url); err != nil {
		return fmt.Errorf("-%s-url: %w", what, err)
	}
	return nil
}

func within(name string, value, low, high float64) error {
	if value >= low && value <= high {
		return nil
	}
	plain := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) } // no exponent
	return fmt.Errorf("-%s is %s; give a value from %s to %s", name, plain(value), plain(low), plain(high))
}

func positive(name string, d time.Duration) error {
	if d > 0 {
		return nil
	}
	return fmt.Errorf("-%s is %v; give a duration such as 30s or 5m", name, d)
}
