// Package config is what a stack file may say.
package config
