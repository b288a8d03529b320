package sim

import "strings"

// zonesOf are the availability zones of a region, three or more as in AWS.
func zonesOf(region string) []string {
	letters := "abc"
	switch region {
	case "us-east-1":
		letters = "abcdef"
	case "us-west-2", "ap-northeast-2":
		letters = "abcd"
	}
	zones := make([]string, len(letters))
	for i, letter := range letters {
		zones[i] = region + string(letter)
	}
	return zones
}

// zoneIDOf is the id of a zone, "eu-west-1a" to "euw1-az1". In AWS the mapping differs from account to account.
func zoneIDOf(zone string) string {
	if zone == "" {
		return ""
	}
	region, letter := zone[:len(zone)-1], zone[len(zone)-1]
	parts := strings.Split(region, "-")
	if len(parts) != 3 || letter < 'a' {
		return ""
	}
	directions := strings.NewReplacer("north", "n", "south", "s", "east", "e", "west", "w", "central", "c")
	return parts[0] + directions.Replace(parts[1]) + parts[2] + "-az" + string('1'+letter-'a')
}
