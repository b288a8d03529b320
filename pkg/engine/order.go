package engine

import (
	"fmt"
	"slices"
	"strings"
)

// Waves puts stacks in an order in which each comes after those it depends on, directly or through stacks that are not
// among them. The stacks of one wave are independent of each other; each wave is sorted.
func Waves(stacks []string, dependsOn map[string][]string) ([][]string, error) {
	depth := map[string]int{}
	for _, stack := range stacks {
		if _, err := measure(stack, stacks, dependsOn, depth, nil); err != nil {
			return nil, err
		}
	}
	var waves [][]string
	for _, stack := range slices.Compact(slices.Sorted(slices.Values(stacks))) {
		for len(waves) < depth[stack] {
			waves = append(waves, nil)
		}
		waves[depth[stack]-1] = append(waves[depth[stack]-1], stack)
	}
	return waves, nil
}

// measure is how many of the chosen stacks are on the longest way from a stack down, itself included.
func measure(
	stack string, chosen []string, dependsOn map[string][]string, depth map[string]int, way []string,
) (int, error) {
	if known, ok := depth[stack]; ok {
		return known, nil
	}
	if slices.Contains(way, stack) {
		way = append(way[slices.Index(way, stack):], stack)
		return 0, fmt.Errorf("stacks depend on each other in a circle: %s", strings.Join(way, " -> "))
	}
	deepest := 0
	for _, next := range dependsOn[stack] {
		below, err := measure(next, chosen, dependsOn, depth, append(slices.Clone(way), stack))
		if err != nil {
			return 0, err
		}
		deepest = max(deepest, below)
	}
	if slices.Contains(chosen, stack) {
		deepest++
	}
	depth[stack] = deepest
	return deepest, nil
}

// nearest are the chosen stacks a stack must wait for: those it depends on, through stacks that are not chosen. The
// graph has no circle.
func nearest(stack string, chosen []string, dependsOn map[string][]string) []string {
	var found []string
	for _, next := range dependsOn[stack] {
		if slices.Contains(chosen, next) {
			found = append(found, next)
		} else {
			found = append(found, nearest(next, chosen, dependsOn)...)
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(found)))
}

// schedule is, for each chosen stack, the chosen stacks it waits for.
func schedule(chosen []string, dependsOn map[string][]string, reverse bool) (map[string][]string, error) {
	if _, err := Waves(chosen, dependsOn); err != nil {
		return nil, err
	}
	waits := map[string][]string{}
	for _, stack := range chosen {
		for _, before := range nearest(stack, chosen, dependsOn) {
			if reverse {
				waits[before] = append(waits[before], stack)
			} else {
				waits[stack] = append(waits[stack], before)
			}
		}
	}
	return waits, nil
}
