// A button beside a field that copies what stands in it. Without this script the field is there to select;
// the room of the button is kept free from the start, so that nothing jumps.
for (const button of document.querySelectorAll("button[data-copies]")) {
  const field = document.getElementById(button.dataset.copies);
  const status = button.parentElement.querySelector("[role=status]");
  button.classList.remove("later");
  button.addEventListener("click", async () => {
    field.select();
    // Browsers keep their clipboard from pages that do not come over TLS.
    const copied = navigator.clipboard
      ? await navigator.clipboard.writeText(field.value).then(() => true, () => false)
      : document.execCommand("copy");
    status.textContent = copied ? button.dataset.copied : "";
  });
}
