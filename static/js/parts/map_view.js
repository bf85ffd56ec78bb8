// The map itself: the shapes of the countries, zoom buttons, and which country is lit up.

import { Control, DomEvent, DomUtil, GeoJSON, Map as LeafletMap } from "leaflet/dist/leaflet-src.esm.js";
import { feature } from "topojson-client";

const WORLD = [[-56, -168], [76, 186]];
const LIMITS = [[-75, -200], [86, 215]];
export const CLOSEST = 8;
const CLOSE_ENOUGH_FOR_A_COUNTRY = 5;
// Where the buttons stand: on the southern Pacific, which has the fewest groups.
const CORNER = "bottomleft";

/**
 * Draw the map into `box`. `names` are the countries' names by code; `onCountry(code)` is called
 * when one is clicked. By keyboard a country is chosen in the form, which lists them all.
 */
export function drawMap({ box, words, names, onCountry }) {
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const leaflet = new LeafletMap(box, {
    maxBounds: LIMITS,
    maxBoundsViscosity: 0.8,
    maxZoom: CLOSEST,
    zoomSnap: 0.25,
    zoomDelta: 1,
    zoomControl: false,
    attributionControl: false,
    scrollWheelZoom: false,
    zoomAnimation: !isCalm,
    fadeAnimation: false,
    markerZoomAnimation: false,
    inertia: !isCalm,
  });
  leaflet.addControl(
    new Control.Zoom({ position: CORNER, zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }),
  );
  leaflet.addControl(worldButton(words.world, () => leaflet.fitBounds(WORLD)));
  leaflet.fitBounds(WORLD);
  leaflet.setMinZoom(leaflet.getBoundsZoom(WORLD) - 0.5);
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", words.map);
  // A page must scroll past the map; who works in the map can use the wheel.
  box.addEventListener("focusin", () => leaflet.scrollWheelZoom.enable());
  box.addEventListener("focusout", () => leaflet.scrollWheelZoom.disable());

  const shapes = new Map();
  let lit = null;
  const light = (code, moves) => {
    shapes.get(lit)?.getElement()?.classList.remove("map__country--lit");
    lit = code;
    const shape = shapes.get(code);
    if (!shape) return;
    shape.getElement()?.classList.add("map__country--lit");
    shape.bringToFront();
    if (moves) leaflet.fitBounds(shape.getBounds(), { maxZoom: CLOSE_ENOUGH_FOR_A_COUNTRY });
  };

  const drawShapes = (world) => {
    new GeoJSON(feature(world, world.objects.countries), {
      style: { className: "map__country", weight: 1 },
      onEachFeature(country, shape) {
        const code = country.properties.iso2;
        if (!names.has(code)) return;
        shapes.set(code, shape);
        shape.bindTooltip(() => text(names.get(code)), { sticky: true });
        shape.on("click", () => onCountry(code));
      },
    }).addTo(leaflet);
    light(lit, lit);
  };
  // Groups first: they are few bytes and what one came for. Shapes follow when these are drawn.
  const loadShapes = (when) =>
    Promise.all([fetched(box.dataset.world), when.then(painted)])
      .then(([world]) => drawShapes(world))
      // Without shapes the points still show where groups are, and the form chooses countries.
      .catch(() => box.classList.add("map--bare"));

  return { leaflet, light, loadShapes };
}

/** JSON from our server; the page asks the browser to load it ahead. */
export async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

/** Wait until what was changed so far is on the screen. */
function painted() {
  return new Promise((then) => requestAnimationFrame(() => setTimeout(then)));
}

/** Text as an element: Leaflet would take a string for HTML. */
export function text(content, tag = "span") {
  const element = document.createElement(tag);
  element.textContent = content;
  return element;
}

function worldButton(label, onClick) {
  const control = new Control({ position: CORNER });
  control.onAdd = () => {
    const bar = DomUtil.create("div", "leaflet-bar");
    const button = DomUtil.create("a", "map__world", bar);
    Object.assign(button, { href: "#map", title: label, role: "button" });
    button.setAttribute("aria-label", label);
    button.append(text("⤢"));
    button.firstChild.setAttribute("aria-hidden", "true");
    DomEvent.disableClickPropagation(bar);
    DomEvent.on(button, "click", (event) => {
      DomEvent.preventDefault(event);
      onClick();
    });
    return bar;
  };
  return control;
}
