// Brings Swagger UI when somebody asks for it, so that the API can be tried out: it is far heavier than the page.
"use strict";

(() => {
  const place = document.getElementById("try-it");
  const button = document.getElementById("try-now");

  const show = () => {
    button.remove();
    window.SwaggerUIBundle({
      url: place.dataset.document,
      domNode: place,
      deepLinking: false,
      docExpansion: "none",
      defaultModelsExpandDepth: -1,
      tryItOutEnabled: true,
      validatorUrl: null,
    });
  };
  const bring = () => {
    button.disabled = true;
    const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: place.dataset.sheet });
    const program = Object.assign(document.createElement("script"), { src: place.dataset.program });
    program.addEventListener("load", show);
    // A line that was lost for a moment: let it be asked for once more.
    program.addEventListener("error", () => {
      button.disabled = false;
    });
    document.head.append(sheet, program);
  };

  button.addEventListener("click", bring);
  button.hidden = false;
})();
