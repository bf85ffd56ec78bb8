// Two drawings of the world from Natural Earth's 50 m shapes (npm world-atlas, public domain).
// Borders follow Natural Earth and take no side.

import { readFileSync } from "node:fs";
import { merge, quantize } from "topojson-client";
import { presimplify, simplify, sphericalTriangleArea } from "topojson-simplify";

// Shapes that Natural Earth draws without an ISO number.
const CODES_BY_NAME = { Kosovo: "XK" };
const ACROSS_THE_DATE_LINE = new Set(["643", "242"]); // Russia, Fiji
const ANTARCTICA = "010";
const KEEP_POINTS = 8;

/** A country's two-letter code by its ISO 3166-1 number, from the project's own data. */
function codesByNumber(csvText) {
  const [head, ...rows] = csvText.replace(/^\uFEFF/, "").trim().split(/\r?\n/);
  const columns = head.split(",");
  const [iso2, m49] = [columns.indexOf("iso2"), columns.indexOf("m49")];
  return new Map(
    rows.map((row) => {
      const cells = row.match(/("([^"]|"")*"|[^,]*)(,|$)/g).map((cell) => cell.replace(/,$/, ""));
      return [Number(cells[m49]), cells[iso2]];
    }),
  );
}

function ringsOf(geometry) {
  const polygons = geometry.type === "Polygon" ? [geometry.arcs] : geometry.arcs;
  return polygons.map((polygon) => polygon[0]);
}

/** How much of an arc of `length` points is left once the light ones are gone. */
function pointsLeft(topology, ring, lightest) {
  return ring.reduce((sum, index) => {
    const arc = topology.arcs[index < 0 ? ~index : index];
    return sum + arc.filter((point) => point[2] >= lightest).length - 1;
  }, 0);
}

/** A small island must stay an island: the largest ring of each country keeps its heaviest points. */
function keepSmallCountries(topology, lightest) {
  for (const geometry of topology.objects.countries.geometries) {
    const largest = ringsOf(geometry).reduce((best, ring) => {
      const size = pointsLeft(topology, ring, 0);
      return size > best.size ? { ring, size } : best;
    }, { ring: null, size: 0 }).ring;
    if (!largest || pointsLeft(topology, largest, lightest) >= KEEP_POINTS) continue;
    const points = largest.flatMap((index) => topology.arcs[index < 0 ? ~index : index]);
    const wanted = points.map((point) => point[2]).sort((a, b) => b - a)[KEEP_POINTS] ?? 0;
    for (const point of points) if (point[2] >= wanted) point[2] = Infinity;
  }
}

/** Rings that fell together to a line are left out; a geometry always keeps its largest. */
function dropFallenRings(topology) {
  const extent = (ring) => {
    let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
    let count = 0;
    for (const index of ring) {
      for (const [x, y] of topology.arcs[index < 0 ? ~index : index]) {
        [west, east] = [Math.min(west, x), Math.max(east, x)];
        [south, north] = [Math.min(south, y), Math.max(north, y)];
        count += 1;
      }
    }
    return { count, area: (east - west) * (north - south) };
  };
  for (const geometry of topology.objects.countries.geometries) {
    if (geometry.type !== "MultiPolygon") continue;
    const sized = geometry.arcs.map((polygon) => ({ polygon, ...extent(polygon[0]) }));
    const largest = sized.reduce((best, item) => (item.area > best.area ? item : best));
    geometry.arcs = sized
      .filter((item) => item === largest || (item.count > 3 && item.area > 0))
      .map((item) => item.polygon);
  }
}

/** Only the arcs still drawn, renumbered. */
function dropUnusedArcs(topology) {
  const places = new Map();
  const arcs = [];
  const renumber = (value) => {
    if (Array.isArray(value)) return value.map(renumber);
    const index = value < 0 ? ~value : value;
    if (!places.has(index)) {
      places.set(index, arcs.length);
      arcs.push(topology.arcs[index]);
    }
    const place = places.get(index);
    return value < 0 ? ~place : place;
  };
  for (const geometry of topology.objects.countries.geometries) {
    geometry.arcs = renumber(geometry.arcs);
  }
  topology.arcs = arcs;
}

/** Countries on both sides of 180° are drawn in one piece, so some longitudes pass 180. */
function joinAcrossDateLine(topology) {
  for (const geometry of topology.objects.countries.geometries) {
    if (!ACROSS_THE_DATE_LINE.has(geometry.id)) continue;
    for (const index of geometry.arcs.flat(2)) {
      for (const point of topology.arcs[index < 0 ? ~index : index]) {
        if (point[0] < -100) point[0] += 360;
      }
    }
  }
}

function simplified(atlas, lightest) {
  const topology = presimplify(structuredClone(atlas), sphericalTriangleArea);
  delete topology.objects.land;
  const { countries } = topology.objects;
  countries.geometries = countries.geometries.filter((item) => item.id !== ANTARCTICA);
  joinAcrossDateLine(topology);
  keepSmallCountries(topology, lightest);
  const lean = simplify(topology, lightest);
  dropFallenRings(lean);
  dropUnusedArcs(lean);
  return lean;
}

/** TopoJSON for the big map: one object `countries`, each with `id` (ISO number) and `iso2`. */
export function worldForMap(atlasPath, countriesCsvPath) {
  const atlas = JSON.parse(readFileSync(atlasPath, "utf8"));
  const codes = codesByNumber(readFileSync(countriesCsvPath, "utf8"));
  const topology = simplified(atlas, 1.6e-5);
  for (const geometry of topology.objects.countries.geometries) {
    const iso2 = CODES_BY_NAME[geometry.properties.name] ?? codes.get(Number(geometry.id)) ?? null;
    geometry.properties = iso2 ? { iso2 } : {};
  }
  delete topology.bbox;
  return quantize(topology, 2e4);
}

/** The frame of the small drawing. It opens in the Bering Strait, where no country is cut. */
export const FRAME = { width: 1000, west: -170, north: 84, south: -57 };

/**
 * All land as one SVG path in whole units of a plate carrée drawing, with its frame:
 * x = ((lon - west) mod 360) * scale, y = (north - lat) * scale.
 */
export function smallWorld(atlasPath) {
  const topology = simplified(JSON.parse(readFileSync(atlasPath, "utf8")), 4e-5);
  const scale = FRAME.width / 360;
  const parts = [];
  for (const [ring] of merge(topology, topology.objects.countries.geometries).coordinates) {
    const middle = ring.reduce((sum, point) => sum + point[0], 0) / ring.length;
    const turn = middle < FRAME.west ? 360 : 0;
    const points = [];
    for (const [lon, lat] of ring) {
      const x = Math.round((lon + turn - FRAME.west) * scale);
      const point = [x, Math.round((FRAME.north - lat) * scale)];
      if (String(points.at(-1)) !== String(point)) points.push(point);
    }
    if (String(points[0]) === String(points.at(-1))) points.pop();
    if (points.length >= 3) parts.push(pathOf(points));
  }
  const height = Math.ceil((FRAME.north - FRAME.south) * scale);
  return { ...FRAME, height, scale, land: parts.join("") };
}

/** A closed path in relative steps, the shortest way to write it. */
function pathOf([first, ...rest]) {
  let [x, y] = first;
  let path = `M${x} ${y}l`;
  rest.forEach(([nextX, nextY], index) => {
    const [dx, dy] = [nextX - x, nextY - y];
    path += `${index && dx >= 0 ? " " : ""}${dx}${dy >= 0 ? " " : ""}${dy}`;
    [x, y] = [nextX, nextY];
  });
  return `${path}z`;
}
