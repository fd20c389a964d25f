package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"math"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"yinju/corpus"
)

// Writes is what a server needs to let clients change the folder.
type Writes struct {
	Writer *corpus.Writer
	Token  string // every request that writes must bear it; must not be empty
}

// mayWrite refuses a request that does not bear the token. No cookie does: another
// site's page cannot make a browser send it.
func (s *Server) mayWrite(c *gin.Context) error {
	if s.Writes == nil {
		return fault("writes_off")
	}
	from := origin(c.RemoteIP())
	if wait := s.attempts.wait(from, time.Now()); wait > 0 {
		p := fault("token_attempts")
		p.retry = int(math.Ceil(wait.Seconds()))
		return p
	}
	scheme, token, _ := strings.Cut(c.GetHeader("Authorization"), " ")
	token = strings.TrimSpace(token)
	given, right := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(s.Writes.Token))
	if strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare(given[:], right[:]) == 1 {
		return nil
	}
	c.Header("WWW-Authenticate", `Bearer realm="yinju"`)
	if token != "" { // a request without one guesses nothing
		s.attempts.failed(from, time.Now())
		s.Log.Warn("a wrong token", "from", c.RemoteIP())
	}
	return fault("token")
}

// origin is what counts as one client: an address, of IPv6 the network of a household.
func origin(ip string) string {
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	if address = address.Unmap().WithZone(""); address.Is4() {
		return address.String()
	}
	network, err := address.Prefix(64)
	if err != nil {
		return ip
	}
	return network.String()
}

const (
	freeAttempts  = 10              // wrong tokens that are not slowed
	attemptEvery  = 3 * time.Second // how often one more is free
	maxAttempters = 10_000          // clients remembered
)

// attempts counts wrong tokens by client; each is forgotten after attemptEvery.
type attempts struct {
	mu sync.Mutex
	by map[string]time.Time // when all of a client's attempts are forgotten
}

func newAttempts() *attempts { return &attempts{by: make(map[string]time.Time)} }

// wait is how long a client has to wait for its next attempt.
func (a *attempts) wait(from string, now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	return max(0, a.by[from].Add(-(freeAttempts-1)*attemptEvery).Sub(now))
}

func (a *attempts) failed(from string, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.by) >= maxAttempters {
		for client, until := range a.by {
			if !until.After(now) {
				delete(a.by, client)
			}
		}
		if len(a.by) >= maxAttempters {
			clear(a.by)
		}
	}
	if a.by[from].Before(now) {
		a.by[from] = now
	}
	a.by[from] = a.by[from].Add(attemptEvery)
}
