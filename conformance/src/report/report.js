for (const input of document.querySelectorAll("[data-filter]")) {
  input.addEventListener("input", () => {
    const word = input.value.toLowerCase();
    for (const row of input.closest("details").querySelectorAll("tbody tr")) {
      row.hidden = !row.textContent.toLowerCase().includes(word);
    }
  });
}
