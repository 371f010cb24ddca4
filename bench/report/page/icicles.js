"use strict";
(() => {
  const places = () => [...document.querySelectorAll(".icicle")];
  const ink = () => getComputedStyle(document.body).color;
  // Plotly is packed: the page has a third of the size, and is shown before the script is read.
  const load = async () => {
    const packed = atob(document.getElementById("packed-plotly").textContent);
    const bytes = Uint8Array.from(packed, (one) => one.charCodeAt(0));
    const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(unpacked).text();
    document.head.append(script);
  };
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
  const begin = () => {
    document.addEventListener("toggle", draw, true);
    addEventListener("beforeprint", draw);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
    new MutationObserver(recolour).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    draw();
  };
  // A browser of before 2023 cannot unpack it; there the words of a chart stand in its place.
  const describe = () => places().forEach((place) => {
    place.style.height = "auto";
    place.textContent = place.getAttribute("aria-label");
  });
  load().then(begin, describe);
})();
