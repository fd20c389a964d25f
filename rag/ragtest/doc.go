// Package ragtest holds what the implementations of rag's interfaces share in
// their tests: the conformance suites that every VectorStore, Embedder and Cache
// passes, and small deterministic fakes (Store, Cache, Embedder, Chat) for
// the tests of whatever consumes them.
//
// A suite is called from the implementation's own tests:
//
//	func TestStore(t *testing.T) {
//		ragtest.TestVectorStore(t, func(t *testing.T) rag.VectorStore { return chromem.New() })
//	}
//
// The suites know nothing but the interfaces, so a back end on another machine
// passes the same ones as the one in process.
package ragtest
