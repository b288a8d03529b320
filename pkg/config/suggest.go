package config

import (
	"fmt"
	"slices"
	"strings"
)

// closest returns the known word that word is most likely a slip of, "" when none is near. Case, hyphens and
// underscores do not count, so that subnet_prefix finds subnetPrefix.
func closest(word string, known []string) string {
	best, distance := "", 0
	folded := fold(word)
	for _, k := range slices.Sorted(slices.Values(known)) {
		candidate := fold(k)
		d := edits(folded, candidate)
		shorter := min(len(folded), len(candidate))
		if d > max(1, shorter/4) || d > 0 && shorter < 2 {
			continue
		}
		if best == "" || d < distance {
			best, distance = k, d
		}
	}
	return best
}

// fold drops what people mix up first: case and separators.
func fold(word string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(word))
}

// edits counts the single-letter changes between two words; two letters swapped count once.
func edits(a, b string) int {
	two, one := []int(nil), make([]int, len(b)+1)
	for j := range one {
		one[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := one[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(one[j]+1, row[j-1]+1, change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], two[j-2]+1)
			}
		}
		two, one = one, row
	}
	return one[len(b)]
}

// counted writes a number of things as prose.
func counted(n int, one, many string) string {
	switch n {
	case 0:
		return "no " + many
	case 1:
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// choices writes words as prose: a, b or c.
func choices(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
