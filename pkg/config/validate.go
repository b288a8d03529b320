package config

// validate checks what no single field can tell.
func (l *loader) validate() {}
