package outage

import (
	"fmt"
	"strings"
	"testing"
)

func TestCampaignIsSetAside(t *testing.T) {
	s := begin(t, 5, Options{})
	for i := range 9 {
		words := strings.Fields("our wonderful offer of garden furniture made from old ships ends tomorrow so order quickly today")
		words = append(words[:i], words[i+1:]...)
		got := s.show(at(9, 2*i), fmt.Sprintf("offer%d@shop%d.example", i, 1000+i), "Special offer", strings.Join(words, " "))
		if got.Alarm != 0 {
			t.Errorf("mail %d of a campaign got %+v", i+1, got)
		}
	}
}
