// The Outreach Map. Without it the page is its filters, a table and the groups of the country
// chosen; with it a map stands above the same page, and choosing needs no new page.

import { drawMap } from "./parts/map_view.js";
import { loadPoints } from "./parts/map_points.js";
import { followFilters } from "./parts/map_results.js";

const box = document.getElementById("map");
const form = document.getElementById("filters");
const words = JSON.parse(document.getElementById("map-words").textContent);

const results = followFilters({ form, words, onChange: show });
box.hidden = false;
const map = drawMap({ box, words, names: optionTexts("country"), onCountry: results.chooseCountry });
const points = loadPoints({ map, box, words });
show(chosen(), false);
map.loadShapes(points.drawn);

/** Draw what is chosen: the country lit up, and only the groups that fit the other filters. */
function show({ country, ...filters }, isNews = true) {
  map.light(country, isNews);
  points.filter(filters);
}

function chosen() {
  return Object.fromEntries(new FormData(form));
}

function optionTexts(name) {
  return new Map([...form.elements[name].options].map((option) => [option.value, option.text]));
}
