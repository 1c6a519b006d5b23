/** The page /docs: the service's OpenAPI document, readable and to try. */
const {SwaggerUIBundle} = /** @type {any} */ (window);
SwaggerUIBundle({url: '/openapi.json', dom_id: '#swagger-ui'});
