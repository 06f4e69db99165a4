// Shows the contract that this very service answers by. No validator elsewhere is asked, and keys are not kept.
SwaggerUIBundle({
  url: new URL('v1/openapi.yaml', document.baseURI).href,
  dom_id: '#contract',
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
  queryConfigEnabled: false,
  tryItOutEnabled: false,
  presets: [SwaggerUIBundle.presets.apis],
  layout: 'BaseLayout',
});
