package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// environment answers like os.Getenv, from a map.
func environment(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func parsed(t *testing.T, env map[string]string, args ...string) (string, *settings, error) {
	t.Helper()
	return parse(system{Args: args, Env: environment(env), Stdout: new(bytes.Buffer), Stderr: new(bytes.Buffer)})
}

func write(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSettingsComeFromFlagThenEnvironmentThenFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := write(t, dir, "yinju.conf", "# comment\nk = 3\nYINJU_MAX_FILES=4\nlisten=\"127.0.0.1:1\"\nwatch = false\n")
	command, s, err := parsed(t, map[string]string{"YINJU_CONFIG": file, "YINJU_K": "5", "YINJU_LISTEN": "127.0.0.1:2"}, "-listen", "127.0.0.1:3", "-articles="+dir)
	if err != nil {
		t.Fatal(err)
	}
	if command != "serve" || s.Listen != "127.0.0.1:3" || s.K != 5 || s.MaxFiles != 4 || s.Watch || s.Articles != dir {
		t.Errorf("command %q, settings %+v", command, s)
	}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, args := range map[string][]string{
		"flags behind": {"ask", "几个?", "-articles", dir},
		"flags before": {"--articles", dir, "ask", "几个?"},
	} {
		command, s, err := parsed(t, nil, args...)
		if err != nil || command != "ask" || s.question != "几个?" || s.Articles != dir {
			t.Errorf("%s: %q, %+v, %v", name, command, s, err)
		}
	}
	if command, _, err := parsed(t, nil); err != nil || command != "serve" {
		t.Errorf("no arguments: %q, %v", command, err)
	}
}

func TestKeysComeFromEnvironmentOrFile(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "key", "sk-from-file\n")
	_, s, err := parsed(t, map[string]string{"YINJU_MODEL_KEY_FILE": path, "YINJU_EMBED_KEY": "sk-env"})
	if err != nil || s.modelKey != "sk-from-file" || s.embedKey != "sk-env" {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := write(t, dir, "a.md", "text")
	for name, c := range map[string]struct {
		env  map[string]string
		args []string
		want string
	}{
		"no such folder":       {nil, []string{"-articles", dir + "/none"}, "make it, or give another one"},
		"a file for a folder":  {nil, []string{"-articles", file}, "give the folder it is in"},
		"data among articles":  {nil, []string{"-articles", dir, "-data", dir + "/cache"}, "begin with a dot"},
		"no such flag":         {nil, []string{"-artikles", dir}, "yinju -h lists the settings"},
		"a key as a flag":      {nil, []string{"-model-key", "sk-secret"}, "set YINJU_MODEL_KEY"},
		"a key with =":         {nil, []string{"--embed-key=sk-secret"}, "set YINJU_EMBED_KEY"},
		"both key and file":    {map[string]string{"YINJU_MODEL_KEY": "sk-secret", "YINJU_MODEL_KEY_FILE": file}, nil, "keep one"},
		"no key file":          {map[string]string{"YINJU_MODEL_KEY_FILE": dir + "/none"}, nil, "can't be read"},
		"an empty key file":    {map[string]string{"YINJU_MODEL_KEY_FILE": write(t, dir, "empty", " \n")}, nil, "write the key into it"},
		"a judge without it":   {nil, []string{"-judge", "model"}, "-judge model needs a chat model"},
		"no reranker to judge": {nil, []string{"-judge", "rerank"}, "-judge rerank needs a reranking model"},
		"another way to mark":  {nil, []string{"-unsupported", "hide"}, "mark"},
		"a model without URL":  {nil, []string{"-model", "m"}, "-model needs -model-url"},
		"a URL without model":  {nil, []string{"-embed-url", "http://x/v1"}, "-embed-url needs the name of the model too; give it by -embed-model"},
		"no URL":               {nil, []string{"-model", "m", "-model-url", "localhost:11434"}, "http"},
		"no address":           {nil, []string{"-listen", "8080"}, "host:port"},
		"no port":              {nil, []string{"-listen", "127.0.0.1:99999"}, "0 to 65535"},
		"a range":              {nil, []string{"-k", "0"}, "from 1 to 50"},
		"below the range":      {nil, []string{"-k", "-1"}, "from 1 to 50"},
		"a rate in percent":    {nil, []string{"-false-refusals", "5"}, "from 0 to 0.5"},
		"a negative size":      {nil, []string{"-max-body", "-1"}, "write bytes"},
		"a long question":      {nil, []string{"ask", strings.Repeat("问", 2001)}, "2001 characters"},
		"no number":            {map[string]string{"YINJU_K": "many"}, nil, "-k"},
		"no size":              {nil, []string{"-max-body", "1 EB"}, "write bytes"},
		"no duration":          {nil, []string{"-idle-timeout=-3s"}, "such as 30s"},
		"no fusion":            {nil, []string{"-fusion", "sum"}, "minmax"},
		"no configuration":     {map[string]string{"YINJU_CONFIG": dir + "/none"}, nil, "can't be read"},
		"a bad line":           {map[string]string{"YINJU_CONFIG": write(t, dir, "1", "k 3")}, nil, "line 1: write it as name = value"},
		"an unknown name":      {map[string]string{"YINJU_CONFIG": write(t, dir, "2", "k = 3\nkk = 3")}, nil, `line 2: there is no setting "kk"`},
		"a key in the file":    {map[string]string{"YINJU_CONFIG": write(t, dir, "3", "model-key = sk-secret")}, nil, "keys don't go into this file"},
		"a bad value in it":    {map[string]string{"YINJU_CONFIG": write(t, dir, "4", "k = 99")}, nil, "from 1 to 50"},
		"a question of no use": {nil, []string{"ask"}, "question"},
	} {
		_, _, err := parsed(t, c.env, c.args...)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "sk-secret") {
			t.Errorf("%s: %v; want a sentence with %q and no key", name, err, c.want)
		}
	}
}

func TestAFaultyFileIsNotBlamedOnAFlag(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "yinju.conf", "kk = 3")
	_, _, err := parsed(t, nil, "-config", path)
	if want := path + `, line 1: there is no setting "kk"; yinju -h lists them`; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestValuesMayBeNegative(t *testing.T) {
	t.Parallel()
	_, s, err := parsed(t, nil, "-dense-weight", "-1", "--temperature", "-0.5", "ask", "--", "-1 是什么?")
	if err != nil || s.DenseWeight != -1 || s.Temperature != -0.5 || s.question != "-1 是什么?" {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestHelpNamesEverySetting(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	_, _, err := parse(system{Args: []string{"-h"}, Env: environment(nil), Stdout: &out, Stderr: &out})
	if err == nil || err != errHelped { //nolint:errorlint // the very value
		t.Errorf("error %v", err)
	}
	for _, want := range []string{"yinju ask", "--articles", "--model-url", "YINJU_MODEL_KEY", "127.0.0.1:8080"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the help doesn't mention %s:\n%s", want, out.String())
		}
	}
}

// Every setting stands in the README's table with its default, and nothing else does.
func TestTheReadmeNamesEverySetting(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	told := make(map[string]string)
	for _, row := range regexp.MustCompile("(?m)^\\| `-([a-z-]+)` \\| (.*?) \\|").FindAllStringSubmatch(string(readme), -1) {
		told[row[1]] = row[2]
	}
	var c commands
	k, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	for _, flag := range k.Model.Flags {
		if flag.Name == "help" {
			continue
		}
		row, found := told[flag.Name]
		delete(told, flag.Name)
		if !found {
			t.Errorf("the README does not name -%s", flag.Name)
		} else if flag.HasDefault && flag.Default != "-1" && row != "`"+flag.Default+"`" {
			t.Errorf("-%s: the README says %s, the default is %s", flag.Name, row, flag.Default)
		}
	}
	for name := range told {
		t.Errorf("the README names -%s, which is no setting", name)
	}
}

func TestByteSize(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]byteSize{"512": 512, "2KiB": 2048, "16MiB": 16 << 20, "1GiB": 1 << 30, "0": 0, "-1": 0, "1TB": 0, "9999999999GiB": 0} {
		var b byteSize
		if err := b.UnmarshalText([]byte(text)); b != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d, %v; want %d", text, b, err, want)
		}
	}
}

func TestBoundsAreWrittenOut(t *testing.T) {
	t.Parallel()
	if err := within("context-tokens", 1e8, 2048, 1e7); err == nil || err.Error() != "-context-tokens is 100000000; give a value from 2048 to 10000000" {
		t.Error(err)
	}
	if err := within("false-refusals", 0.05, 0, 0.5); err != nil {
		t.Error(err)
	}
}
