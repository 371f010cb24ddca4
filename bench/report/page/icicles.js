"use strict";
(() => {
  const places = () => [...document.querySelectorAll(".icicle")];
  const ink = () => getComputedStyle(document.body).color;
  // One in a closed fold has no width, and is drawn when that opens.
  const draw = () => places().forEach((place) => {
    if (place.dataset.drawn || !place.offsetParent) return;
    place.dataset.drawn = "yes";
    const figure = JSON.parse(document.getElementById(`${place.id}-data`).textContent);
    figure.layout.font.color = ink();
    Plotly.newPlot(place, figure.data, figure.layout, { displayModeBar: false, responsive: true });
  });
  const recolour = () => places().filter((place) => place.dataset.drawn).forEach((place) => {
    Plotly.relayout(place, { "font.color": ink() });
  });
  document.addEventListener("toggle", draw, true);
  addEventListener("beforeprint", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
  new MutationObserver(recolour).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  draw();
})();
