// Package openai reaches chat models and embedders on any server that speaks the
// OpenAI wire format (OpenAI, DeepSeek, DashScope, SiliconFlow, vLLM, llama.cpp,
// Ollama, ...), through go-openai, and rerankers, which OpenAI has none of, on servers
// that have a /rerank beside it.
//
// go-openai takes much for success that is none, and quotes the server in its
// errors. So all traffic passes a doer of ours, which turns error answers into
// *rag.ModelError before go-openai sees them, bounds what is read, and hands on
// nothing but well-formed data lines of a stream. No error of this package holds
// the key, an address, or a word that the server wrote.
//
// Proxies are taken from the environment (HTTPS_PROXY, NO_PROXY), for operators
// need them; redirects are not followed, so that the key goes to no other host.
package openai
