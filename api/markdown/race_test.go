//go:build race

package markdown

// slowdown is what the race detector costs at most.
const slowdown = 10
