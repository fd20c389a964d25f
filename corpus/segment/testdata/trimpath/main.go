// The program of TestTrimpath: it has to work where no module cache is.
package main

import (
	"fmt"
	"os"
	"strings"

	"yinju/corpus/segment"
)

func main() {
	s, err := segment.New(segment.Config{})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(strings.Join(s.Terms("我国累计有130个大模型"), "|"))
}
