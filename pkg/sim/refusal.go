package sim

import (
	"fmt"
	"net/http"
	"strings"
)

// Error is a call the cloud refused, with the code AWS gives.
type Error struct {
	Code    string // "InvalidSubnet.Conflict"
	Message string // what AWS says
	Status  int    // HTTP status, 400 if AWS gives no better one

	operation string // "EC2: CreateSubnet"
}

// Error reads like the AWS SDK's own errors.
func (e *Error) Error() string {
	where := ""
	if e.operation != "" {
		where = fmt.Sprintf("operation error %s, ", e.operation)
	}
	return fmt.Sprintf("%shttps response error StatusCode: %d, api error %s: %s", where, e.Status, e.Code, e.Message)
}

// refuse is a refusal with HTTP status 400.
func refuse(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Status: http.StatusBadRequest}
}

// refuseStatus is a refusal with another status.
func refuseStatus(status int, code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Status: status}
}

// refusal is an error to come: its message is a template, see request.expand; "{target}" is what a reference names.
type refusal struct {
	Code, Message string
	Status        int // 400 if zero
}

func (f *refusal) of(r *request, target string) *Error {
	status := f.Status
	if status == 0 {
		status = http.StatusBadRequest
	}
	message := r.expand(strings.ReplaceAll(f.Message, "{target}", target))
	return &Error{Code: f.Code, Message: message, Status: status}
}
