// Package jsonio reads and writes JSON outside of requests, as package kit/request reads
// bodies and package kit/reply writes them:
//
//	event, err := jsonio.Parse[Event](ctx, data)
//	…
//	data, err := jsonio.Marshal(event)
//
// It is for webhooks that a queue delivers, for columns of json and jsonb, for files, and
// for types that read themselves. [Parse] has the rules, the places and the errors of a
// request, and knows the unions of package kit. The package knows no net/http.
package jsonio
