package segment

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"yinju/corpus/fold"
)

// parseLine returns the clean line of one line of a user dictionary, with its end, or
// "" if the line says nothing to Jieba.
func parseLine(line string) (string, error) {
	if !utf8.ValidString(line) {
		return "", errors.New("it is not UTF-8; save the file as UTF-8")
	}
	for _, r := range line {
		if unicode.IsControl(r) && r != '\t' {
			return "", fmt.Errorf("it holds the control character %U; remove it", r)
		}
	}
	fields := strings.Fields(line)
	if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
		return "", nil
	}
	if len(fields) > 3 {
		return "", fmt.Errorf("it has %d columns; write a word, then optionally its frequency and a tag", len(fields))
	}
	if n := utf8.RuneCountInString(fields[0]); n > maxUserWord {
		return "", fmt.Errorf("the word has %d characters; %d is the most", n, maxUserWord)
	}
	frequency, tag := defaultFrequency, "x"
	switch len(fields) {
	case 2: // a frequency or a tag
		n, err := strconv.Atoi(fields[1])
		if err != nil && strings.Trim(fields[1], "+-.0123456789") != "" {
			tag = fields[1]
			break
		}
		frequency = n
		if err != nil {
			frequency = 0
		}
	case 3:
		frequency, _ = strconv.Atoi(fields[1]) // an error leaves 0 or a number out of range
		tag = fields[2]
	}
	if frequency < 1 || frequency > maxFrequency {
		return "", fmt.Errorf("the frequency %q is not a whole number from 1 to %d", fields[1], maxFrequency)
	}
	word := hanOnly(fields[0])
	if word == "" {
		return "", nil
	}
	return fmt.Sprintf("%s %d %s\n", word, frequency, tag), nil
}

// hanOnly returns the folded word if it is one Han run, as Jieba sees nothing else.
func hanOnly(word string) string {
	for run := range fold.Runs(word) {
		if run.Kind == fold.Han && run.End-run.Start == len(word) {
			return run.Text
		}
	}
	return ""
}
