package corpus

import "time"

// Stamp is what the file system tells of a file without reading it. Equal stamps, other
// than zero ones, mean an equal file: programs can set back the time of the last writing,
// but not that of the last change.
type Stamp struct {
	Size     int64
	Modified int64 // when it was last written, nanoseconds since 1970
	Changed  int64 // when it, its rights or its times were last changed
	Inode    uint64
}

// restless is for how long after a change another one may carry the same time: file
// systems count in steps of up to two seconds.
const restless = 2 * time.Second

// settled is s if a later writing of the file is sure to have another stamp, and
// otherwise the zero one.
func (s Stamp) settled(now time.Time) Stamp {
	if now.UnixNano()-s.Changed < int64(restless) {
		return Stamp{}
	}
	return s
}
