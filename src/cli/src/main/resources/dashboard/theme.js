// Light or dark, before anything is painted: what was chosen here, else what the system says.
(() => {
  "use strict";
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try {
    chosen = localStorage.getItem("millrace-theme");
  } catch (error) {
    // No storage: the choice lasts as long as the page.
  }

  const theme = () => (chosen === "light" || chosen === "dark" ? chosen : dark.matches ? "dark" : "light");

  function apply() {
    document.documentElement.dataset.theme = theme();
    document.dispatchEvent(new Event("themechange"));
  }

  /** Changes between light and dark; what the system would choose anyway is not kept. */
  window.toggleTheme = () => {
    const next = theme() === "dark" ? "light" : "dark";
    chosen = next === (dark.matches ? "dark" : "light") ? null : next;
    try {
      if (chosen == null) localStorage.removeItem("millrace-theme");
      else localStorage.setItem("millrace-theme", chosen);
    } catch (error) {
      // As above.
    }
    apply();
  };

  dark.addEventListener("change", apply);
  apply();
})();
