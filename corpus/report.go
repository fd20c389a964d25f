package corpus

// Skipped is a file that could not be read as an article, and why.
type Skipped struct {
	Path   string `json:"path"`
	Reason string `json:"reason"` // a sentence for the editor
}
