package ragtest_test

import (
	"testing"

	"yinju/rag"
	"yinju/rag/ragtest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	ragtest.TestVectorStore(t, func(*testing.T) rag.VectorStore { return new(ragtest.Store) })
}
