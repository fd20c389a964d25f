// Command fakeserver runs openaitest.Server for tests in other languages. It prints its
// base URL and serves until it is killed.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	"yinju/rag/openai/openaitest"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address to listen on")
	server := &openaitest.Server{}
	flag.StringVar(&server.Key, "key", "", "key to demand")
	flag.StringVar(&server.Model, "model", "", "name of the chat model")
	flag.StringVar(&server.EmbedModel, "embed-model", "", "name of the embedding model")
	flag.StringVar(&server.RerankModel, "rerank-model", "", "name of the reranking model")
	flag.BoolVar(&server.TEI, "tei", false, "rerank in the manner of Hugging Face's TEI")
	flag.DurationVar(&server.PieceDelay, "delay", 20*time.Millisecond, "time between the pieces of an answer")
	flag.Parse()

	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", *listen)
	if err != nil {
		log.Fatalf("listen: %v", err)
	}
	fmt.Printf("http://%s/v1\n", listener.Addr())
	s := http.Server{Handler: server, ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(s.Serve(listener))
}
