// Groups on the map, near ones gathered into a ring that shows how many have a liaison. All words
// go in as text, never as HTML.

import { DivIcon, LayerGroup, Marker, Popup } from "leaflet/dist/leaflet-src.esm.js";
import Supercluster from "supercluster";
import { CLOSEST, fetched, text } from "./map_view.js";

// In pixels: as near as two rings may come, so that a finger can tell them apart. Leaflet's tiles, by
// which Supercluster counts, are 256.
const NEAR = 44;
const TILE = 256;
const MOST_IN_POPUP = 100;
// So much of the map is drawn beyond each edge, as a part of it: moving a little shows no gap.
const BEYOND = 0.1;

/** Load the groups and keep the map showing those that fit `filter({region, kind, …})`. */
export function loadPoints({ map: { leaflet }, box, words }) {
  const layer = new LayerGroup().addTo(leaflet);
  let groups = [];
  let filters = {};
  let index = null;

  const gather = () => {
    index = new Supercluster({
      radius: NEAR,
      extent: TILE,
      // Groups that are still together here open as a list.
      maxZoom: CLOSEST,
      map: ({ state }) => ({ has: Number(state === "has"), lapsed: Number(state === "lapsed") }),
      reduce(sum, point) {
        sum.has += point.has;
        sum.lapsed += point.lapsed;
      },
    }).load(groups.filter((group) => fits(group.properties, filters)));
    draw();
  };

  const draw = () => {
    if (!index) return;
    const bounds = leaflet.getBounds().pad(BEYOND);
    const zoom = Math.round(leaflet.getZoom());
    const edges = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const focused = layer.getLayers().find((marker) => marker.getElement() === document.activeElement);
    layer.clearLayers();
    for (const found of index.getClusters(edges, zoom)) layer.addLayer(markerOf(found));
    if (!focused) return;
    // The keyboard stays at the marker; where that is gone after zooming, it stays in the map.
    const place = focused.getLatLng();
    const same = layer.getLayers().find((marker) => marker.getLatLng().equals(place));
    (same?.getElement() ?? box).focus({ preventScroll: true });
  };

  const markerOf = (found) => {
    const [lon, lat] = found.geometry.coordinates;
    const { cluster, point_count: count, has } = found.properties;
    const label = cluster
      ? filled(words.cluster, { groups: count, with_liaison: has })
      : filled(words.group, {
          group: found.properties.name,
          state: words.states[found.properties.state],
        });
    const marker = new Marker([lat, lon], {
      icon: cluster ? ringIcon(found.properties) : dotIcon(found.properties.state),
      riseOnHover: true,
    });
    marker.on("add", () => marker.getElement().setAttribute("aria-label", label));
    marker.on("click", () => open(found, marker.getLatLng()));
    // Leaflet gives a marker the role of a button, and leaves the keys of a button to us.
    marker.on("keydown", ({ originalEvent: event }) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      open(found, marker.getLatLng());
    });
    return marker;
  };

  const open = (found, place) => {
    if (!found.properties.cluster) return popup([found], place);
    const zoom = index.getClusterExpansionZoom(found.id);
    if (zoom <= leaflet.getMaxZoom()) return leaflet.setView(place, zoom);
    return popup(index.getLeaves(found.id, MOST_IN_POPUP), place);
  };

  const popup = (found, place) => {
    const list = document.createElement("ul");
    list.className = "map__groups";
    for (const { properties } of found) list.append(entryOf(properties, box, words));
    const opened = new Popup({ maxHeight: 260, minWidth: 200, maxWidth: 300 })
      .setLatLng(place)
      .setContent(list)
      .openOn(leaflet);
    const close = opened.getElement().querySelector(".leaflet-popup-close-button");
    close.setAttribute("aria-label", words.close);
    list.querySelector("a").focus({ preventScroll: true });
  };

  leaflet.on("moveend", draw);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !box.querySelector(".map__groups")) return;
    leaflet.closePopup();
    box.focus({ preventScroll: true });
  });
  const drawn = fetched(box.dataset.points)
    .then((data) => {
      groups = data.groups.slug.map((_, number) => featureOf(data, number));
      gather();
      box.dataset.ready = "yes";
    })
    .catch(() => {
      document.getElementById("map-status").textContent = words.failed;
    });

  return {
    /** Settled once the groups are drawn, or cannot be. */
    drawn,
    filter(wanted) {
      filters = wanted;
      if (groups.length) gather();
    },
  };
}

/** The group of that number, out of the columns in which the data comes. */
function featureOf({ groups: column, states, kinds }, number) {
  return {
    type: "Feature",
    geometry: { type: "Point", coordinates: [column.lon[number], column.lat[number]] },
    properties: {
      slug: column.slug[number],
      name: column.name[number],
      state: states[column.state[number]],
      kind: kinds[column.kind[number]],
      region: column.region[number],
      languages: column.languages[number].split(" "),
      liaisons: column.liaisons[number],
    },
  };
}

function fits(group, { region, kind, language, liaison }) {
  return (
    (!region || group.region === region) &&
    (!kind || group.kind === kind) &&
    (!language || group.languages.includes(language)) &&
    (!liaison || group.state === liaison)
  );
}

function entryOf(group, box, words) {
  const entry = document.createElement("li");
  const link = document.createElement("a");
  link.href = box.dataset.group.replace("SLUG", encodeURIComponent(group.slug));
  link.append(text(group.name, "bdi"));
  const state = text(words.states[group.state]);
  state.className = `state state--${group.state}`;
  const kind = text(words.kinds[group.kind]);
  kind.className = "meta";
  entry.append(link, kind, state, ...group.liaisons.map((name) => text(name, "bdi")));
  return entry;
}

function dotIcon(state) {
  const dot = document.createElement("span");
  dot.className = `map__dot map__dot--${state}`;
  return new DivIcon({ className: "map__point", html: dot, iconSize: [28, 28] });
}

/** A ring whose blue part are groups with a liaison and whose dashed ochre part lapsed ones. */
function ringIcon({ point_count: count, has, lapsed }) {
  const size = Math.round(30 + 8 * Math.log10(count));
  const ring = text(String(count), "b");
  ring.className = "map__ring";
  if (has || lapsed) {
    ring.classList.add("map__ring--held");
    ring.style.setProperty("--has", `${(100 * has) / count}%`);
    ring.style.setProperty("--held", `${(100 * (has + lapsed)) / count}%`);
  }
  return new DivIcon({ className: "map__cluster", html: ring, iconSize: [size, size] });
}

function filled(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
