package main

import (
	"fmt"
	"os"

	"yinju/rag"
)

// golden reads the questions of the gate.
func (s *settings) golden() ([]rag.Golden, error) {
	f, err := os.Open(s.Gate)
	if err != nil {
		return nil, fmt.Errorf("the file of -gate can't be read: %w", err)
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	questions, err := rag.ReadGolden(f)
	if err != nil {
		return nil, fmt.Errorf("%s (-gate): %w", s.Gate, err)
	}
	return questions, nil
}

func (s *settings) checkGate() error {
	if s.Gate == "" {
		return nil
	}
	_, err := s.golden()
	return err
}
