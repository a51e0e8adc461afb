// Package pyjson reads JSON as CPython's json module does and shows parsed values
// as FastAPI does.
//
// [Document.Load] walks once over the bytes of a text: it checks the syntax with
// the texts and positions of CPython and leaves a flat list of tokens. A reader
// then walks the tokens that it needs. As in CPython, some texts are accepted that are
// not standard JSON: NaN and the infinities, UTF-16 and UTF-32, halves of surrogate
// pairs.
package pyjson
