"use strict";

SwaggerUIBundle({
  dom_id: "#page",
  url: "openapi.json",
  deepLinking: true,
  tryItOutEnabled: true,
  displayOperationId: true,
  defaultModelsExpandDepth: 0,
  persistAuthorization: false, // a token stays in the memory of the page
  validatorUrl: null, // no other host learns of the document
  queryConfigEnabled: false, // the address of the page changes nothing
});
