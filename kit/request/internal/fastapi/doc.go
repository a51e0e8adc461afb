// Package fastapi mirrors, in its tests, a FastAPI application that requests and answers
// were recorded from: validators that raise, unions of every kind, aliases, cleaned text,
// forms, files, cookies and repeated headers. Its endpoints are themes. Each theme has a
// file with its models, and a handler that reads a request and replies with the values.
package fastapi
