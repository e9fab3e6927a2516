// Shows the document of the API so that it can be tried out. The page is whole without it.
const place = document.getElementById("try-it");
window.SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: false,
  docExpansion: "none",
  defaultModelsExpandDepth: -1,
  tryItOutEnabled: true,
  validatorUrl: null,
});
