// The least that shows the same points as clusters: Leaflet and Supercluster, no shapes, no
// filters, no words. benchmarks/map.py builds it and measures our map against it.

import "leaflet/dist/leaflet.css";
import "./map.css";
import { DivIcon, LayerGroup, Map as LeafletMap, Marker } from "leaflet/dist/leaflet-src.esm.js";
import Supercluster from "supercluster";

const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const map = new LeafletMap("map", { zoomAnimation: !isCalm, attributionControl: false });
map.setView([20, 10], 2);
const layer = new LayerGroup().addTo(map);

const answer = await fetch("/map/points.json");
const { groups } = await answer.json();
// As near as on our map, so that both draw about as many clusters.
const index = new Supercluster({ radius: 44, extent: 256, maxZoom: 16 }).load(
  groups.name.map((name, number) => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: [groups.lon[number], groups.lat[number]] },
    properties: { name },
  })),
);

function draw() {
  const bounds = map.getBounds();
  const edges = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  layer.clearLayers();
  for (const { geometry, properties } of index.getClusters(edges, map.getZoom())) {
    const [lon, lat] = geometry.coordinates;
    const html = properties.cluster ? String(properties.point_count) : "•";
    layer.addLayer(new Marker([lat, lon], { icon: new DivIcon({ html, iconSize: [28, 28] }) }));
  }
}

map.on("moveend", draw);
draw();
