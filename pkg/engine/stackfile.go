package engine

import (
	"bytes"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// secretsFields are what the CLI notes in a stack file about how the stack's secrets are encrypted.
type secretsFields struct {
	Provider string `yaml:"secretsprovider"`
	Key      string `yaml:"encryptedkey"`
	Salt     string `yaml:"encryptionsalt"`
}

// secretsOf reads the fields of a stack file.
func secretsOf(settings []byte) (secretsFields, error) {
	var fields secretsFields
	err := yaml.Unmarshal(settings, &fields)
	return fields, err
}

// withSecrets is a stack file with the fields set. The rest stays as it was written, to the byte: the fields are lines of
// their own at the top level, so they can be replaced or added without touching anything else.
func withSecrets(settings []byte, fields secretsFields) ([]byte, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(settings, &document); err != nil {
		return nil, err
	}
	if len(document.Content) > 0 && document.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: a stack file is a mapping", document.Content[0].Line)
	}
	lines := strings.SplitAfter(string(settings), "\n")
	for _, field := range []struct{ key, value string }{
		{"secretsprovider", fields.Provider}, {"encryptedkey", fields.Key}, {"encryptionsalt", fields.Salt},
	} {
		var err error
		if lines, err = setLine(lines, &document, field.key, field.value); err != nil {
			return nil, err
		}
	}
	return []byte(strings.Join(lines, "")), nil
}

// setLine gives a top-level key a value: on the line where it stands, else on a new last line. An empty value leaves the
// file alone.
func setLine(lines []string, document *yaml.Node, key, value string) ([]string, error) {
	if value == "" {
		return lines, nil
	}
	var encoded bytes.Buffer
	if err := yaml.NewEncoder(&encoded).Encode(map[string]string{key: value}); err != nil {
		return nil, err
	}
	if len(document.Content) > 0 {
		pairs := document.Content[0].Content
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i].Value != key {
				continue
			}
			if pairs[i+1].Line != pairs[i].Line || pairs[i+1].Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
				return nil, fmt.Errorf("line %d: %s takes more than one line; write it on one", pairs[i].Line, key)
			}
			if pairs[i+1].Value != value {
				line := strings.TrimSuffix(encoded.String(), "\n") + " " + pairs[i+1].LineComment
				lines[pairs[i].Line-1] = strings.TrimRight(line, " ") + "\n"
			}
			return lines, nil
		}
	}
	if last := len(lines) - 1; last >= 0 && lines[last] != "" && !strings.HasSuffix(lines[last], "\n") {
		lines[last] += "\n"
	}
	return append(lines, encoded.String()), nil
}
