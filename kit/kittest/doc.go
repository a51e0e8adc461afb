// Package kittest helps to test an API:
//
//	func TestAPI(t *testing.T) {
//		a := newAPI()
//		kittest.Guidelines(t, a) // logs a report on Polar's guidelines
//		kittest.Agreement(t, a)  // the document agrees with the binding of requests
//
//		client := kittest.NewClient(t, a).Bearer(token)
//		created := kittest.Decode[Customer](client.Post("/v1/customers/", `{"email":"john@example.com"}`).Want(http.StatusCreated))
//		client.Get("/v1/customers/" + created.ID.String()).Want(http.StatusOK)
//		client.Post("/v1/customers/", `{}`).WantInvalid("missing body.email")
//	}
//
// [Answers] checks that every answer of a test's server is in the document.
//
// A [Client] also tests a plain net/http service. Its requests carry a [Credential],
// such as one of package authtest.
//
// The package uses the standard package testing alone.
package kittest
